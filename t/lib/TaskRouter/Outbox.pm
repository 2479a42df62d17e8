package TaskRouter::Outbox;

# taskrouterd and responders that share one store, for tests of the outbox: what goes in, and which Tasks there are in the end.

use strict;
use warnings;
use IO::Select;
use IO::Socket::INET;
use JSON::PP ();
use TaskRouter::Fixture qw(operator);
use TaskRouter::HTTP;
use TaskRouter::Process qw(temporary_directory make_directory wait_until);
use TaskRouter::Responder;
use TaskRouter::Signature qw(form_body);
use TaskRouter::Taskrouterd;
use Time::HiRes qw(time);

my $json = JSON::PP->new->utf8->canonical->allow_nonref;

# start(outbox => {…}, rest => {…}): TaskRouter on disk, so that it can be stopped and started; no responder yet.
sub start {
    my ($class, %option) = @_;
    my $server = TaskRouter::Taskrouterd->start(on_disk => 1, %{ $option{taskrouterd} // {} });
    my $space = $server->new_workspace(FriendlyName => 'Outbox');
    my $queue = $space->queue('All');
    # What follows may start it again, under the address that it has.
    $server->{given_port} = $server->port;
    return bless { server => $server, space => $space, queue => $queue, directory => temporary_directory(),
        workflow => $space->workflow('All', $queue), configuration => {
            api_url => $server->base_url, workspace_sid => $space->sid, workflow_sid => undef,
            create_task => {}, rest => { timeout => 1, connect_timeout => 0.5, %{ $option{rest} // {} } },
            outbox => { settle => 0.2, longest_pause => 1, %{ $option{outbox} // {} } } } }, $class;
}

sub server { return $_[0]{server} }
sub space  { return $_[0]{space} }
sub store  { return "$_[0]{directory}/store.db" }

sub configuration {
    my ($self, %change) = @_;
    return { %{ $self->{configuration} }, workflow_sid => $self->{workflow}{sid},
        store => { file => $self->store, timeout => 5 }, %change };
}

# A responder of its own on the store that all share.
sub responder {
    my ($self, %change) = @_;
    return TaskRouter::Responder->start_http(configuration => $self->configuration(%change));
}

# create($responder or transport, { Name => value }, key => …, headers => […]): { status, headers, body, json }.
sub create {
    my ($self, $responder, $form, %option) = @_;
    my %request = request_of($form, %option);
    my $response = $responder->isa('TaskRouter::Responder')
        ? TaskRouter::HTTP->new(port => $responder->{port}, seconds => 20)->request(%request)
        : $responder->request(\%request);
    $response->{json} = eval { $json->decode($response->{body}) } if length($response->{body} // '');
    return $response;
}

sub request_of {
    my ($form, %option) = @_;
    my @headers = (operator(), ['Content-Type', 'application/x-www-form-urlencoded'], @{ $option{headers} // [] });
    push @headers, ['Idempotency-Key', $option{key}] if defined $option{key};
    return (method => 'POST', target => '/taskrouter/create_task', headers => \@headers,
        body => form_body(map { $_ => $form->{$_} } sort keys %$form));
}

# The same to responders, several at once: begin gives what finish waits for, or undef where nobody listens.
sub begin {
    my ($self, $responder, $form, %option) = @_;
    my %request = request_of($form, %option);
    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $responder->{port}) or return;
    $socket->autoflush(1);
    print $socket "POST $request{target} HTTP/1.1\r\n", (map { "$_->[0]: $_->[1]\r\n" } @{ $request{headers} },
        ['Content-Length', length $request{body}], ['Host', 'x'], ['Connection', 'close']), "\r\n", $request{body};
    return { socket => $socket, answer => '' };
}

# The status of each, which is 0 where no answer came in time.
sub finish {
    my ($self, $seconds, @requests) = @_;
    my %of = map { fileno $_->{socket} => $_ } @requests;
    my $select = IO::Select->new(map { $_->{socket} } grep { !$_->{ended} } @requests);
    my $deadline = time + $seconds;
    while ($select->count && (my $left = $deadline - time) > 0) {
        for my $socket ($select->can_read($left)) {
            my $request = $of{ fileno $socket };
            next if sysread $socket, $request->{answer}, 65536, length $request->{answer};
            $request->{ended} = 1;
            $select->remove($socket);
        }
    }
    return map { $_->{answer} =~ m{^HTTP/1\.1 (\d+)} ? $1 : 0 } @requests;
}

# The Tasks of the Workspace, oldest first.
sub tasks {
    my $self = shift;
    return $self->server_anew->listed($self->{space}->path('Tasks'), PageSize => 1000);
}

# With a new connection: a kept one may have been closed in the meantime.
sub server_anew {
    my $self = shift;
    delete $self->{server}{client};
    return $self->{server};
}

sub attributes { return map { $json->decode($_->{attributes}) } $_[0]->tasks }

# Their attributes n, as soon as there are so many or the time is over.
sub numbers {
    my ($self, $count, $seconds) = @_;
    my @numbers;
    wait_until($seconds // 15, sub { (@numbers = map { $_->{n} } $self->attributes) >= $count });
    return \@numbers;
}

sub fault {
    my ($self, %parameters) = @_;
    return $self->{server}->created('/_local/faults', map { $_ => $parameters{$_} } sort keys %parameters);
}

sub clear_faults { return $_[0]->server_anew->deleted('/_local/faults') }

sub header {
    my ($response, $name) = @_;
    return ($response->{headers}{ lc $name } // [])->[0];
}

1;
