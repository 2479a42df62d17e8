package TaskRouter::StandIn::Connections;

# HTTP/1.1 for the stand-in: one process, one poll loop, as many connections as there are descriptors.
#
# The handler gets a request { method, path, target, headers, body } and gives an answer
# { status, headers => [[name, value], …], body } with, if it likes, one of: delay => seconds,
# hang => 1 (never answer), drop => 1 (close without an answer), cut => bytes of the answer to send before closing.

use strict;
use warnings;
use IO::Poll qw(POLLIN POLLOUT POLLHUP POLLERR);
use IO::Socket::INET;
use Socket qw(SOMAXCONN IPPROTO_TCP TCP_NODELAY);
use Time::HiRes qw(time);

my %reason = (200 => 'OK', 201 => 'CREATED', 202 => 'Accepted', 204 => 'No Content', 301 => 'Moved Permanently',
    302 => 'Found', 307 => 'Temporary Redirect', 400 => 'Bad Request', 401 => 'Unauthorized', 403 => 'Forbidden',
    404 => 'Not Found', 405 => 'Method Not Allowed', 409 => 'Conflict', 410 => 'Gone', 415 => 'Unsupported Media Type',
    429 => 'Too Many Requests', 500 => 'Internal Server Error', 503 => 'Service Unavailable');

sub new {
    my ($class, %option) = @_;
    my $listener = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $option{port} // 0,
        Listen => SOMAXCONN, ReuseAddr => 1) or die "cannot listen on 127.0.0.1: $!\n";
    $listener->blocking(0);
    my $poll = IO::Poll->new;
    $poll->mask($listener, POLLIN);
    return bless { listener => $listener, poll => $poll, handler => $option{handler}, connections => {},
        delayed => [], most => 0 }, $class;
}

sub port             { return $_[0]{listener}->sockport }
sub count            { return scalar keys %{ $_[0]{connections} } }
sub most_connections { return $_[0]{most} }

sub run {
    my $self = shift;
    local $SIG{PIPE} = 'IGNORE';
    while (1) {
        my $next = $self->{delayed}[0];
        my $wait = $next ? $next->{at} - time : 60;
        $self->{poll}->poll($wait > 0 ? $wait : 0);
        $self->accept_all if $self->{poll}->events($self->{listener});
        $self->serve($_) for grep { $self->{poll}->events($_->{socket}) } values %{ $self->{connections} };
        $self->send_delayed;
    }
}

sub accept_all {
    my $self = shift;
    while (my $socket = $self->{listener}->accept) {
        $socket->blocking(0);
        $socket->setsockopt(IPPROTO_TCP, TCP_NODELAY, 1);
        $self->{connections}{ fileno $socket } = { socket => $socket, in => '', out => '' };
        $self->{poll}->mask($socket, POLLIN);
        $self->{most} = $self->count if $self->count > $self->{most};
    }
}

sub serve {
    my ($self, $connection) = @_;
    my $events = $self->{poll}->events($connection->{socket});
    $self->flush($connection) if $events & POLLOUT;
    return unless $connection->{socket} && $events & (POLLIN | POLLHUP | POLLERR);
    my $got = sysread $connection->{socket}, $connection->{in}, 65536, length $connection->{in};
    return if !defined $got && $!{EAGAIN};
    return $self->drop($connection) unless $got;
    $self->next_request($connection);
}

# One request at a time on a connection: the next is looked at when the answer has been sent.
sub next_request {
    my ($self, $connection) = @_;
    return if $connection->{busy};
    my $request = take_request(\$connection->{in}) or return;
    $connection->{busy} = 1;
    $connection->{close} = lc($request->{headers}{connection} // '') eq 'close';
    my $answer = $self->{handler}->($request);
    return if $answer->{hang};
    return $self->drop($connection) if $answer->{drop};
    return $self->answer($connection, $answer) unless $answer->{delay};
    my $delayed = $self->{delayed};
    push @$delayed, { at => time + $answer->{delay}, connection => $connection, answer => $answer };
    @$delayed = sort { $a->{at} <=> $b->{at} } @$delayed;
}

# Takes a whole request off the front of the buffer; undef while it is not all there.
sub take_request {
    my $buffer = shift;
    my $end = index $$buffer, "\r\n\r\n";
    return undef if $end < 0;
    my ($first, @lines) = split /\r\n/, substr $$buffer, 0, $end;
    my ($method, $target) = split / /, $first;
    my (%headers, @pairs);
    for my $line (@lines) {
        my ($name, $value) = $line =~ /^([^:]+):\s*(.*?)\s*$/ or next;
        $headers{ lc $name } = $value;
        push @pairs, [$name, $value];
    }
    my $length = $headers{'content-length'} // 0;
    return undef if length $$buffer < $end + 4 + $length;
    my $body = substr $$buffer, $end + 4, $length;
    substr $$buffer, 0, $end + 4 + $length, '';
    return { method => $method, target => $target, path => $target =~ s/\?.*//sr, headers => \%headers,
        header_lines => \@pairs, body => $body };
}

sub answer {
    my ($self, $connection, $answer) = @_;
    my $body = $answer->{body} // '';
    my @headers = (@{ $answer->{headers} // [] }, ['Content-Length', length $body],
        ['Connection', $connection->{close} ? 'close' : 'keep-alive']);
    my $text = sprintf "HTTP/1.1 %d %s\r\n", $answer->{status}, $reason{ $answer->{status} } // 'Status';
    $text .= join('', map { "$_->[0]: $_->[1]\r\n" } @headers) . "\r\n" . $body;
    if (defined $answer->{cut}) {
        $text = substr $text, 0, length($text) - $answer->{cut};
        $connection->{close} = 1;
    }
    $connection->{out} = $text;
    $self->flush($connection);
}

sub flush {
    my ($self, $connection) = @_;
    my $sent = syswrite $connection->{socket}, $connection->{out};
    return $self->drop($connection) if !defined $sent && !$!{EAGAIN};
    substr $connection->{out}, 0, $sent // 0, '';
    if (length $connection->{out}) {
        $self->{poll}->mask($connection->{socket}, POLLIN | POLLOUT);
        return;
    }
    return $self->drop($connection) if $connection->{close};
    $self->{poll}->mask($connection->{socket}, POLLIN);
    $connection->{busy} = 0;
    $self->next_request($connection);
}

sub send_delayed {
    my $self = shift;
    while (@{ $self->{delayed} } && $self->{delayed}[0]{at} <= time) {
        my $delayed = shift @{ $self->{delayed} };
        $self->answer($delayed->{connection}, $delayed->{answer}) if $delayed->{connection}{socket};
    }
}

sub drop {
    my ($self, $connection) = @_;
    my $socket = delete $connection->{socket} or return;
    delete $self->{connections}{ fileno $socket };
    $self->{poll}->remove($socket);
    close $socket;
}

1;
