package TaskRouter::HTTP;

# A small HTTP/1.1 client. Unlike HTTP::Tiny it sends the request target and the header lines exactly as given,
# keeps connections when asked, and can send a request now and read the answer later.

use strict;
use warnings;
use IO::Select;
use IO::Socket::INET;
use Time::HiRes qw(time);

sub new {
    my ($class, %option) = @_;
    return bless { address => '127.0.0.1', port => $option{port}, seconds => $option{seconds} // 15,
        keep => $option{keep} // 0, host => $option{host} // 'tr.example.com' }, $class;
}

# One request, one answer: { status, reason, headers => { lower-case name => [values] }, body } or { error }.
sub request {
    my ($self, %request) = @_;
    my $reused = $self->{socket} && $self->{keep};
    $self->send_request(%request) or return { error => "cannot connect or send: $!", status => 0 };
    return $self->read_response($request{method} // 'GET', $reused);
}

sub connect_to {
    my $self = shift;
    return $self->{socket} if $self->{socket} && $self->{keep};
    $self->{buffer} = '';
    $self->{socket} = IO::Socket::INET->new(PeerAddr => $self->{address}, PeerPort => $self->{port},
        Timeout => $self->{seconds});
    return $self->{socket};
}

sub send_request {
    my ($self, %request) = @_;
    my $socket = $self->connect_to or return 0;
    local $SIG{PIPE} = 'IGNORE';
    return $self->send_bytes($self->request_text(%request));
}

# header lines: [[name, value], …]; Host, Content-Length and Connection are added where they are not given.
sub request_text {
    my ($self, %request) = @_;
    my @headers = @{ $request{headers} // [] };
    my %given = map { lc $_->[0] => 1 } @headers;
    my $body = $request{chunked} ? chunked($request{body}) : $request{body};
    push @headers, ['Transfer-Encoding', 'chunked'] if $request{chunked};
    unshift @headers, ['Host', $self->{host}] unless $given{host};
    push @headers, ['Content-Length', length $body]
        if defined $body && !$given{'content-length'} && !$request{chunked};
    push @headers, ['Connection', $self->{keep} ? 'keep-alive' : 'close'] unless $given{connection};
    my $method = $request{method} // 'GET';
    return "$method $request{target} HTTP/1.1\r\n" . join('', map { "$_->[0]: $_->[1]\r\n" } @headers) . "\r\n"
        . ($body // '');
}

sub chunked {
    my $body = shift;
    my $text = '';
    $text .= sprintf("%x\r\n", length $_) . "$_\r\n" for unpack '(a1000)*', $body;
    return "${text}0\r\n\r\n";
}

sub send_bytes {
    my ($self, $bytes) = @_;
    my $offset = 0;
    while ($offset < length $bytes) {
        my $sent = syswrite $self->{socket}, $bytes, length($bytes) - $offset, $offset;
        # A server that refuses a large body answers before it has read it all: go on to that answer.
        return 1 if !defined $sent;
        $offset += $sent;
    }
    return 1;
}

sub read_response {
    my ($self, $method) = @_;
    my $deadline = time + $self->{seconds};
    my $response;
    do {
        my $head = $self->read_until("\r\n\r\n", $deadline);
        return $self->failed('no answer') unless defined $head;
        $response = parse_head($head) or return $self->failed("not HTTP: $head");
    } while ($response->{status} == 100);
    $self->read_body($response, $method, $deadline);
    $self->close_connection if !$self->{keep} || lc($response->{headers}{connection}[0] // '') eq 'close';
    return $response;
}

sub failed {
    my ($self, $why) = @_;
    $self->close_connection;
    return { status => 0, error => $why, headers => {}, body => '' };
}

sub close_connection {
    my $self = shift;
    close delete $self->{socket} if $self->{socket};
    $self->{buffer} = '';
}

sub parse_head {
    my $head = shift;
    my ($first, @lines) = split /\r\n/, $head;
    my ($status, $reason) = ($first // '') =~ m{^HTTP/1\.[01] (\d{3}) ?(.*)$} or return undef;
    my %headers;
    for my $line (@lines) {
        my ($name, $value) = $line =~ /^([^:]+):\s*(.*?)\s*$/ or next;
        push @{ $headers{ lc $name } }, $value;
    }
    return { status => $status, reason => $reason, headers => \%headers, body => '' };
}

sub read_body {
    my ($self, $response, $method, $deadline) = @_;
    my $headers = $response->{headers};
    return if $method eq 'HEAD' || $response->{status} =~ /^(?:204|304)$/;
    if (lc($headers->{'transfer-encoding'}[0] // '') eq 'chunked') {
        return $self->read_chunks($response, $deadline);
    }
    my $length = $headers->{'content-length'}[0];
    if (defined $length) {
        1 while length $self->{buffer} < $length && $self->more($deadline);
        $response->{cut} = 1 if length $self->{buffer} < $length;
        $response->{body} = substr $self->{buffer}, 0, $length, '';
        return;
    }
    1 while $self->more($deadline);
    $response->{body} = $self->{buffer};
    $self->close_connection;
}

sub read_chunks {
    my ($self, $response, $deadline) = @_;
    while (1) {
        my $line = $self->read_until("\r\n", $deadline);
        return $response->{cut} = 1 unless defined $line && $line =~ /^([0-9a-fA-F]+)/;
        my $length = hex $1;
        1 while length $self->{buffer} < $length + 2 && $self->more($deadline);
        $response->{body} .= substr $self->{buffer}, 0, $length, '';
        substr $self->{buffer}, 0, 2, '';
        return if $length == 0;
    }
}

sub read_until {
    my ($self, $end, $deadline) = @_;
    while ((my $at = index $self->{buffer}, $end) < 0) {
        return undef unless $self->more($deadline);
    }
    return substr($self->{buffer}, 0, index($self->{buffer}, $end) + length $end, '') =~ s/\Q$end\E\z//r;
}

sub more {
    my ($self, $deadline) = @_;
    my $left = $deadline - time;
    return 0 if $left <= 0 || !$self->{socket};
    return 0 unless IO::Select->new($self->{socket})->can_read($left);
    return sysread $self->{socket}, $self->{buffer}, 65536, length $self->{buffer};
}

1;
