package TaskRouter::Load;

# Clients that send one request after the other, in processes of their own, until they are told to stop.

use strict;
use warnings;
use IO::Handle;
use IO::Select;
use JSON::PP ();
use POSIX qw(_exit);
use Time::HiRes qw(time);

# start(client => sub { TaskRouter::HTTP object }, request => {…}, clients => 4, count => requests per client or none)
sub start {
    my ($class, %option) = @_;
    my $self = bless { clients => [] }, $class;
    pipe(my $wait, $self->{stop}) or die "pipe: $!";
    for (1 .. $option{clients} // 4) {
        pipe(my $reader, my $writer) or die "pipe: $!";
        my $pid = fork() // die "fork: $!";
        if ($pid == 0) {
            close $self->{stop};
            close $reader;
            run_client($wait, $writer, \%option);
        }
        push @{ $self->{clients} }, { pid => $pid, reader => $reader };
    }
    return $self;
}

# In the child. It stops when the other end of the pipe is closed, also when the test has died.
sub run_client {
    my ($wait, $writer, $option) = @_;
    $SIG{ALRM} = $SIG{TERM} = 'DEFAULT';
    $SIG{PIPE} = 'IGNORE';
    alarm 0;
    my $select = IO::Select->new($wait);
    my $client = $option->{client}->();
    my (%statuses, @latencies, @errors);
    my $left = $option->{count} // 1e9;
    while ($left-- > 0 && !$select->can_read(0)) {
        my $begin = time;
        my $answer = $client->request(%{ $option->{request} });
        push @latencies, time - $begin;
        $statuses{ $answer->{status} }++;
        push @errors, $answer->{error} // substr $answer->{body}, 0, 200 if $answer->{status} != 200 && @errors < 3;
    }
    print $writer JSON::PP::encode_json({ statuses => \%statuses, latencies => \@latencies, errors => \@errors });
    close $writer;
    _exit(0);
}

# Waits for the clients (telling them to stop unless they have a count): { statuses => {…}, count, p99, longest, errors }.
sub finish {
    my ($self, %option) = @_;
    close delete $self->{stop} unless $option{counted};
    my (%statuses, @latencies, @errors);
    for my $client (@{ $self->{clients} }) {
        my $result = JSON::PP::decode_json(do { local $/; readline $client->{reader} });
        waitpid $client->{pid}, 0;
        $statuses{$_} += $result->{statuses}{$_} for keys %{ $result->{statuses} };
        push @latencies, @{ $result->{latencies} };
        push @errors, @{ $result->{errors} };
    }
    @latencies = sort { $a <=> $b } @latencies;
    return { statuses => \%statuses, count => scalar @latencies, p99 => $latencies[ int(0.99 * $#latencies) ] // 0,
        longest => $latencies[-1] // 0, errors => \@errors };
}

1;
