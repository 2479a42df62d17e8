package TaskRouter::Recorded;

# taskrouterd, and all that it answered: for comparing one process with another.

use strict;
use warnings;
use parent -norequire, 'TaskRouter::Taskrouterd';
use TaskRouter::Taskrouterd;

# What is the machine's own: its clock, and how long something took on it.
my %of_the_machine = map { $_ => 1 } qw(date twilio-request-duration);

# The port of each process is another one, and is in the URLs of its answers: the name that it goes by here is not.
sub client {
    my $self = shift;
    return $self->{client} //= TaskRouter::HTTP->new(port => $self->{port}, keep => 1, seconds => 20, host => 'tr.example.com');
}

sub request {
    my ($self, %request) = @_;
    my $response = $self->SUPER::request(%request);
    my $headers = $response->{headers};
    my @lines = map { my $name = $_; map { "$name: $_\n" } @{ $headers->{$name} } } grep { !$of_the_machine{$_} } sort keys %$headers;
    push @{ $self->{answers} },
        join '', "$request{method} $request{target}\nHTTP $response->{status}\n", @lines, "\n$response->{body}\n";
    return $response;
}

# "METHOD TARGET", "HTTP STATUS", the headers sorted by name, an empty line, and the body; one text for each request.
sub answers { return $_[0]{answers} }

1;
