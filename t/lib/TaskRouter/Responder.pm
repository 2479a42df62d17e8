package TaskRouter::Responder;

# The program under test, started in one of its own ways, and a request to it in the terms of HTTP.
#
# Each way of reaching the program is a transport: an object with name and request(). A request is
# { method, target, headers => [[name, value], …], body }, its target being the raw path and query.

use strict;
use warnings;
use IO::Socket::INET;
use Socket qw(SOCK_STREAM);
use TaskRouter::FastCGI;
use TaskRouter::Fixture qw(write_configuration);
use TaskRouter::HTTP;
use TaskRouter::Process qw(temporary_directory program_path program_copy program_command listening_unix listening_tcp
    run_command);

my $mount = '/taskrouter';

# prepare(configuration => {changes} | text, directory => DIR) makes a directory with a copy of the program and
# its configuration file.
sub prepare {
    my ($class, %option) = @_;
    my $directory = $option{directory} // temporary_directory();
    my $change = $option{configuration} // {};
    my $self = bless { directory => $directory, environment => $option{environment} // {},
        program => program_copy($directory), file => "$directory/taskrouter.json", processes => [] }, $class;
    write_configuration($self->{file}, ref $change ? %$change : $change);
    return $self;
}

sub command {
    my ($self, @arguments) = @_;
    return [program_command($self->{program}, '-c', $self->{file}, @arguments)];
}

# FastCGI: one or more processes that inherit one listening socket as descriptor 0.
sub start_fastcgi {
    my ($class, %option) = @_;
    my $self = $class->prepare(%option);
    if ($option{tcp}) {
        $self->{listener} = listening_tcp();
        $self->{where} = [port => $self->{listener}->sockport];
    } else {
        $self->{socket} = "$self->{directory}/fcgi.sock";
        $self->{listener} = listening_unix($self->{socket});
        $self->{where} = [unix => $self->{socket}];
    }
    $self->start_process for 1 .. $option{processes} // 1;
    return $self;
}

sub start_process {
    my $self = shift;
    my $process = TaskRouter::Process->start(command => $self->command, directory => $self->{directory},
        stdin => $self->{listener}, environment => $self->{environment}, name => 'responder');
    push @{ $self->{processes} }, $process;
    return $process;
}

# -l: the built-in HTTP server on a free port.
sub start_http {
    my ($class, %option) = @_;
    my $self = $class->prepare(%option);
    my $process = TaskRouter::Process->start(command => $self->command('-l', '127.0.0.1:0'), name => 'responder',
        directory => $self->{directory}, environment => $self->{environment},
        ready => { line => qr{listening on \S*?:(\d+)} });
    $self->{port} = $process->matched;
    push @{ $self->{processes} }, $process;
    return $self;
}

sub process { return $_[0]{processes}[-1] }
sub output  { return join '', map { $_->output } @{ $_[0]{processes} } }

sub stop {
    my $self = shift;
    $_->stop for @{ $self->{processes} };
}

# ---- transports

sub http_transport {
    my $self = shift;
    my $client = TaskRouter::HTTP->new(port => $self->{port});
    return TaskRouter::Responder::Transport->new(name => 'http', send => sub { $client->request(%{ $_[0] }) });
}

sub fastcgi_transport {
    my $self = shift;
    return TaskRouter::Responder::Transport->new(name => 'fastcgi', send => sub { $self->fastcgi_request($_[0]) });
}

sub fastcgi_request {
    my ($self, $request, %option) = @_;
    my $connection = TaskRouter::FastCGI->connect_to(@{ $self->{where} }) or return { status => 0, error => 'refused' };
    my $parameters = cgi_parameters($request, doubled_headers => 'repeat');
    $connection->send_bytes(TaskRouter::FastCGI::build_request($parameters, $request->{body}, %option));
    my $answer = $connection->read_answer(15);
    $connection->close_connection;
    return $answer;
}

# CGI: the program runs once per request.
sub cgi_transport {
    my $self = shift;
    return TaskRouter::Responder::Transport->new(name => 'cgi', send => sub { $self->cgi_request($_[0]) });
}

sub cgi_request {
    my ($self, $request) = @_;
    my %environment = (@{ cgi_parameters($request, doubled_headers => 'join') }, %{ $self->{environment} });
    my $run = run_command($self->command, stdin => $request->{body} // '', environment => \%environment,
        directory => $self->{directory});
    return { TaskRouter::FastCGI::parse_answer($run->{out}), exit => $run->{status}, signal => $run->{signal}, log => $run->{err},
        raw => $run->{out} };
}

# What a web server makes of a request: raw REQUEST_URI, but SCRIPT_NAME and PATH_INFO decoded and normalised.
sub cgi_parameters {
    my ($request, %option) = @_;
    my ($path, $query) = split /\?/, $request->{target}, 2;
    my $decoded = normalise($path);
    my ($script, $info) = $decoded =~ m{^(\Q$mount\E)(/.*)?$}s ? ($1, $2) : ('', $decoded);
    my @parameters = (
        GATEWAY_INTERFACE => 'CGI/1.1', SERVER_PROTOCOL => 'HTTP/1.1', SERVER_SOFTWARE => 'test',
        SERVER_NAME => 'tr.example.com', SERVER_PORT => '80', REQUEST_SCHEME => 'http',
        REMOTE_ADDR => $request->{remote} // '127.0.0.1', REQUEST_METHOD => $request->{method} // 'GET',
        SCRIPT_NAME => $script, PATH_INFO => $info // '', REQUEST_URI => $request->{target},
        QUERY_STRING => $query // '', HTTP_HOST => 'tr.example.com',
    );
    push @parameters, header_parameters($request, $option{doubled_headers});
    push @parameters, CONTENT_LENGTH => length $request->{body}
        if defined $request->{body} && !$request->{chunked} && !grep { $_ eq 'CONTENT_LENGTH' } @parameters;
    return replaced(\@parameters, $request->{parameters});
}

sub header_parameters {
    my ($request, $doubled) = @_;
    my (@parameters, %at);
    for my $header (@{ $request->{headers} // [] }) {
        (my $name = uc $header->[0]) =~ tr/-/_/;
        next if $name =~ /^(?:TRANSFER_ENCODING|CONNECTION|EXPECT)$/;
        $name = "HTTP_$name" unless $name =~ /^CONTENT_(?:TYPE|LENGTH)$/;
        if ($doubled eq 'join' && defined $at{$name}) {
            $parameters[ $at{$name} ] .= ", $header->[1]";
        } else {
            push @parameters, $name, $header->[1];
            $at{$name} = $#parameters;
        }
    }
    return @parameters;
}

# parameters => { NAME => value } replaces or adds, undef removes.
sub replaced {
    my ($parameters, $change) = @_;
    return $parameters unless $change;
    my @result;
    for (my $i = 0; $i < @$parameters; $i += 2) {
        push @result, @{$parameters}[$i, $i + 1] unless exists $change->{ $parameters->[$i] };
    }
    push @result, $_, $change->{$_} for grep { defined $change->{$_} } sort keys %$change;
    return \@result;
}

sub normalise {
    my $path = shift;
    $path =~ s/%([0-9A-Fa-f]{2})/chr hex $1/ge;
    $path =~ s{//+}{/}g;
    1 while $path =~ s{/\.(/|$)}{/};
    1 while $path =~ s{/[^/]+/\.\.(/|$)}{/};
    return $path;
}

package TaskRouter::Responder::Transport;

sub new     { my ($class, %option) = @_; return bless {%option}, $class }
sub name    { return $_[0]{name} }
sub request { my ($self, $request) = @_; return $self->{send}->($request) }

1;
