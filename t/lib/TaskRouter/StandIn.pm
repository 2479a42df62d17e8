package TaskRouter::StandIn;

# Starts t/stand-in and talks to its controls.

use strict;
use warnings;
use JSON::PP ();
use TaskRouter::Fixture qw($account $auth_token $api_key $api_secret);
use TaskRouter::HTTP;
use TaskRouter::Process qw(top_directory);

my $json = JSON::PP->new->canonical->utf8->allow_nonref;

sub start {
    my ($class, %option) = @_;
    my $process = TaskRouter::Process->start(
        command => [$^X, top_directory() . '/t/stand-in', '--port', $option{port} // 0],
        environment => { TWILIO_ACCOUNT_SID => $account, TWILIO_AUTH_TOKEN => $auth_token,
            TWILIO_API_KEY => $api_key, TWILIO_API_SECRET => $api_secret },
        keep_user => 1,    # the source directory need not be readable for everyone
        ready => { line => qr{listening on http://127\.0\.0\.1:(\d+)} });
    return bless { process => $process, port => $process->matched }, $class;
}

sub port    { return $_[0]{port} }
sub url     { return "http://127.0.0.1:$_[0]{port}" }
sub process { return $_[0]{process} }

sub control {
    my ($self, $method, $what, $value) = @_;
    my $response = TaskRouter::HTTP->new(port => $self->{port})->request(method => $method,
        target => "/_stand-in/$what", defined $value ? (body => $json->encode($value)) : ());
    die "stand-in: $method $what: $response->{status} $response->{body}\n" if $response->{status} != 200;
    return $json->decode($response->{body});
}

# The REST calls so far, oldest first.
sub requests  { return @{ $_[0]->control('GET', 'requests') } }
sub status    { return $_[0]->control('GET', 'status') }
sub forget    { return $_[0]->control('DELETE', 'requests') }
sub behave    { my $self = shift; return $self->control('POST', 'behaviour', [@_]) }
sub behave_well { return $_[0]->control('DELETE', 'behaviour') }
sub preset    { my ($self, %status) = @_; return $self->control('POST', 'reservations', \%status) }

# A clean slate between two parts of a test.
sub reset {
    my $self = shift;
    $self->behave_well;
    $self->forget;
}

sub stop { return $_[0]{process}->stop }

1;
