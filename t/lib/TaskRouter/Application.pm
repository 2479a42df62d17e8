package TaskRouter::Application;

# The application that a TaskRouter calls back, in a process of its own: answers by path as it was told, and remembers
# what it was sent.

use strict;
use warnings;
use JSON::PP ();
use TaskRouter::HTTP;
use TaskRouter::Process qw(top_directory wait_until);
use TaskRouter::StandIn::Connections;
use Time::HiRes qw(time);

my $json = JSON::PP->new->canonical->utf8->allow_nonref;
my $json_type = ['Content-Type', 'application/json'];

# start('/path' => ANSWER, …). An answer is a text, which is sent as application/json, or { status, type, body, delay,
# hang, drop }; a list of them is used up one by one, its last one stays.
sub start {
    my ($class, %answers) = @_;
    my $process = TaskRouter::Process->start(name => 'application', keep_user => 1,
        command => [$^X, '-I' . top_directory() . '/t/lib', '-MTaskRouter::Application', '-e',
            'TaskRouter::Application::serve()'],
        ready => { line => qr{listening on (\d+)} });
    my $self = bless { process => $process, port => $process->matched }, $class;
    $self->answer(%answers);
    return $self;
}

sub port { return $_[0]{port} }
sub stop { return $_[0]{process}->stop }
sub url  { my ($self, $path) = @_; return "http://127.0.0.1:$self->{port}$path" }

# Sets the answers of these paths.
sub answer {
    my ($self, %answers) = @_;
    return $self->control('POST', 'answers', \%answers);
}

# What it was sent so far, oldest first, at this path if one is given: { method, target, headers => {…}, body, at,
# pairs => [name, value, …], form => {…} }.
sub requests {
    my ($self, $path) = @_;
    my @requests = @{ $self->control('GET', 'requests') };
    for my $request (@requests) {
        $request->{pairs} = [map { decode($_) } map { /^([^=]*)=?(.*)$/s } split /&/, $request->{body}];
        $request->{form} = { @{ $request->{pairs} } };
    }
    return grep { !defined $path || $_->{path} eq $path } @requests;
}

# The requests at a path once there are at least so many, or when time is up.
sub wait_for {
    my ($self, $path, $count, $seconds) = @_;
    my @requests;
    wait_until($seconds // 8, sub { @requests = $self->requests($path); @requests >= $count });
    return @requests;
}

sub forget { return $_[0]->control('DELETE', 'requests') }

sub decode {
    my $text = shift;
    $text =~ tr/+/ /;
    $text =~ s/%([0-9A-Fa-f]{2})/chr hex $1/ge;
    return $text;
}

sub control {
    my ($self, $method, $what, $value) = @_;
    my $response = TaskRouter::HTTP->new(port => $self->{port})->request(method => $method,
        target => "/_application/$what",
        defined $value ? (body => $json->encode($value)) : ());
    die "application: $method $what: $response->{status} $response->{body}\n" if $response->{status} != 200;
    return $json->decode($response->{body});
}

# ---- in the process of its own

my (%answers, @requests);

sub serve {
    my $connections = TaskRouter::StandIn::Connections->new(port => 0, handler => \&handle);
    $| = 1;
    $SIG{$_} = sub { exit 0 } for qw(TERM INT HUP);
    print 'listening on ' . $connections->port . "\n";
    $connections->run;
}

sub handle {
    my $request = shift;
    return obey($request) if $request->{path} =~ m{^/_application/};
    push @requests, { (map { $_ => $request->{$_} } qw(method target path headers body)), at => time };
    my $answer = $answers{ $request->{path} } // { status => 404, body => '' };
    $answer = @$answer > 1 ? shift @$answer : $answer->[0] if ref $answer eq 'ARRAY';
    $answer = { body => $answer } unless ref $answer;
    return { %$answer, status => $answer->{status} // 200,
        headers => [$answer->{type} ? ['Content-Type', $answer->{type}] : $json_type, @{ $answer->{headers} // [] }] };
}

sub obey {
    my $request = shift;
    my $what = "$request->{method} " . ($request->{path} =~ s{.*/}{}r);
    my $result = {};
    if ($what eq 'POST answers') { %answers = (%answers, %{ $json->decode($request->{body}) }) }
    elsif ($what eq 'GET requests') { $result = \@requests }
    elsif ($what eq 'DELETE requests') { @requests = () }
    else { return { status => 404, body => 'no such control' } }
    return { status => 200, headers => [$json_type], body => $json->encode($result) };
}

1;
