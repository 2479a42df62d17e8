package TaskRouter::FastCGI;

# A FastCGI client: what a web server says to the program, and anything a broken or hostile one might say.

use strict;
use warnings;
use Exporter qw(import);
use IO::Select;
use IO::Socket::INET;
use IO::Socket::UNIX;
use Socket qw(SOCK_STREAM);
use Time::HiRes qw(time sleep);

our @EXPORT_OK = qw(record begin_record parameter_pairs parameter_records stdin_records build_request parse_answer
    FCGI_BEGIN_REQUEST FCGI_ABORT_REQUEST FCGI_END_REQUEST FCGI_PARAMS FCGI_STDIN FCGI_STDOUT FCGI_STDERR FCGI_DATA
    FCGI_GET_VALUES FCGI_GET_VALUES_RESULT FCGI_UNKNOWN_TYPE);

use constant {
    FCGI_BEGIN_REQUEST => 1, FCGI_ABORT_REQUEST => 2, FCGI_END_REQUEST => 3, FCGI_PARAMS => 4, FCGI_STDIN => 5,
    FCGI_STDOUT => 6, FCGI_STDERR => 7, FCGI_DATA => 8, FCGI_GET_VALUES => 9, FCGI_GET_VALUES_RESULT => 10,
    FCGI_UNKNOWN_TYPE => 11,
};

# ---- writing records

# record(type, content, id => 1, version => 1, padding => 0, length => what the header claims)
sub record {
    my ($type, $content, %option) = @_;
    my $padding = $option{padding} // 0;
    return pack('CCnnCC', $option{version} // 1, $type, $option{id} // 1, $option{length} // length $content,
        $padding, 0) . $content . "\0" x $padding;
}

sub begin_record {
    my %option = @_;
    return record(FCGI_BEGIN_REQUEST, pack('nCx5', $option{role} // 1, $option{keep} ? 1 : 0), %option);
}

sub pair_length {
    my $length = shift;
    return $length < 128 ? pack('C', $length) : pack('N', $length | 0x8000_0000);
}

# Pairs as an array, because a name may come twice.
sub parameter_pairs {
    my @pairs = @_;
    my $bytes = '';
    while (my ($name, $value) = splice @pairs, 0, 2) {
        $bytes .= pair_length(length $name) . pair_length(length $value) . $name . $value;
    }
    return $bytes;
}

sub stream_records {
    my ($type, $bytes, %option) = @_;
    my $piece = $option{piece} // 32768;
    my $records = '';
    for (my $offset = 0; $offset < length $bytes; $offset += $piece) {
        $records .= record($type, substr($bytes, $offset, $piece), %option);
    }
    return $records . ($option{unfinished} ? '' : record($type, '', %option));
}

sub parameter_records { my ($bytes, %option) = @_; return stream_records(FCGI_PARAMS, $bytes, %option) }
sub stdin_records     { my ($bytes, %option) = @_; return stream_records(FCGI_STDIN, $bytes, %option) }

# A whole request; options go to every record (id, keep, padding, piece, version).
sub build_request {
    my ($parameters, $body, %option) = @_;
    return begin_record(%option)
        . parameter_records(parameter_pairs(@$parameters), %option)
        . stdin_records($body // '', %option);
}

# ---- the connection

# connect_to(unix => PATH) or connect_to(port => N)
sub connect_to {
    my ($class, %where) = @_;
    my $socket = $where{unix}
        ? IO::Socket::UNIX->new(Type => SOCK_STREAM, Peer => $where{unix})
        : IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $where{port}, Timeout => 5);
    return undef unless $socket;
    return bless { socket => $socket, buffer => '' }, $class;
}

# Sends the bytes in pieces of the given size with a pause between them; false when the other side has closed.
sub send_bytes {
    my ($self, $bytes, %option) = @_;
    my $piece = $option{piece} // length $bytes;
    local $SIG{PIPE} = 'IGNORE';
    my $offset = 0;
    while ($offset < length $bytes) {
        my $sent = syswrite $self->{socket}, $bytes, $piece, $offset;
        return 0 unless $sent;
        $offset += $sent;
        sleep $option{pause} if $option{pause};
    }
    return 1;
}

# Reads the records of one request up to FCGI_END_REQUEST, the closing of the connection or the deadline.
# Gives { status, headers, body, stderr, ended => FCGI_END_REQUEST seen, closed, late, app_status, protocol_status, types }.
sub read_answer {
    my ($self, $seconds, %option) = @_;
    my $deadline = time + ($seconds // 10);
    my %seen = (stdout => '', stderr => '', types => []);
    while (1) {
        my ($type, $id, $content) = $self->next_record($deadline, \%seen);
        last unless defined $type;
        push @{ $seen{types} }, $type;
        next if defined $option{id} && $id != $option{id} && $id != 0;
        $seen{stdout} .= $content if $type == FCGI_STDOUT;
        $seen{stderr} .= $content if $type == FCGI_STDERR;
        next unless $type == FCGI_END_REQUEST;
        @seen{qw(app_status protocol_status)} = unpack 'NC', $content;
        $seen{ended} = 1;
        last;
    }
    return { %seen, parse_answer($seen{stdout}) };
}

sub next_record {
    my ($self, $deadline, $seen) = @_;
    while (1) {
        if (length $self->{buffer} >= 8) {
            my ($version, $type, $id, $length, $padding) = unpack 'CCnnC', $self->{buffer};
            my $whole = 8 + $length + $padding;
            if (length $self->{buffer} >= $whole) {
                my $content = substr $self->{buffer}, 8, $length;
                substr $self->{buffer}, 0, $whole, '';
                return ($type, $id, $content);
            }
        }
        my $left = $deadline - time;
        $seen->{late} = 1, return if $left <= 0 || !IO::Select->new($self->{socket})->can_read($left);
        my $got = sysread $self->{socket}, $self->{buffer}, 65536, length $self->{buffer};
        $seen->{closed} = 1, return unless $got;
    }
}

# A CGI answer: header lines, an empty line, the body.
sub parse_answer {
    my $text = shift;
    my ($head, $body) = split /\r?\n\r?\n/, $text, 2;
    my %headers;
    for my $line (split /\r?\n/, $head // '') {
        my ($name, $value) = $line =~ /^([^:\s]+):\s*(.*?)\s*$/ or next;
        push @{ $headers{ lc $name } }, $value;
    }
    my $status = $headers{status} ? ($headers{status}[0] =~ /^(\d{3})/)[0] : %headers ? 200 : 0;
    return (status => $status // 0, headers => \%headers, body => $body // '');
}

# True when the other side closes the connection within so many seconds; what it sends before is dropped.
sub is_closed_within {
    my ($self, $seconds) = @_;
    my $deadline = time + $seconds;
    while ((my $left = $deadline - time) > 0) {
        next unless IO::Select->new($self->{socket})->can_read($left);
        return 1 unless sysread $self->{socket}, my $bytes, 65536;
    }
    return 0;
}

sub close_connection { close $_[0]{socket} }
sub shut_down_writing { shutdown $_[0]{socket}, 1 }

1;
