# SPDX-License-Identifier: MIT
#
# What the scripts of this folder share: the programs under test and their
# private nginx, one temporary folder that goes away with everything in it,
# the signed callback, and the sums. Nothing listens beyond 127.0.0.1.
package Bench;
use strict;
use warnings;

use Digest::SHA qw(hmac_sha1_base64);
use Exporter qw(import);
use File::Temp qw(tempdir);
use FindBin;
use IO::Socket::INET;
use IO::Socket::UNIX;
use JSON::PP;
use POSIX ();
use Socket qw(SOCK_STREAM);
use Time::HiRes qw(sleep time);

our @EXPORT = qw(
  bench_program responder taskrouterd work_file write_file read_file
  start stop wait_for_end output_of figures figures_of
  listen_unix start_fastcgi start_rest_server start_tls_rest_server start_nginx free_port
  write_config form callback_body callback_signature
  callback_request event_requests health_request create_task_request
  median least most median_and_range verdict
  resident_kib cpu_seconds scheduled note complain
);

our $AUTH_TOKEN    = '0123456789abcdef0123456789abcdef';
my $OPERATOR_TOKEN = 'bench-operator-token-0123456789abcdef';
my $PUBLIC_URL     = 'https://router.example.com/taskrouter';
my %SID            = map { $_ => $_ . '0' x 31 . '1' } qw(AC WS WW WQ WK WT WR);

our $ACCOUNT_SID = $SID{AC};

our $ACCEPT     = '{"instruction":"accept"}';
our $ATTRIBUTES = '{"selected_language":"es"}';

# As LimitNOFILE in the service file: the same everywhere, and enough for a
# thousand connections on each side.
my $DESCRIPTORS = 4096;

my $dir = tempdir('bench.XXXXXX', TMPDIR => 1, CLEANUP => 1);
my %running;           # pid => name
my $complaints = 0;    # wrong or missing answers were reported

write_file('stderr.log', '');
$| = 1;
$SIG{$_} = sub { exit 130 } for qw(HUP INT PIPE TERM);

# Nothing of the caller's own set-up may reach the program under test.
delete @ENV{ grep { /^(?:TWILIO|TASKROUTER)_/ && !/^TASKROUTER_(?:FCGI|BUILD)$/ } keys %ENV };

END {
    my $status = $? || ($complaints > 0);
    stop(keys %running);
    $? = $status;
}

sub note { print '# ', @_, "\n" }

# Figures from a busy machine are worth little; say so at once.
sub _processor_times {
    open my $f, '<', '/proc/stat' or return;
    my (undef, @ticks) = split ' ', <$f>;
    my $all = 0;
    $all += $_ for @ticks[ 0 .. 7 ];
    return ($ticks[3] + $ticks[4], $all);
}

sub _warn_if_busy {
    my ($idle,  $all)  = _processor_times() or return;
    sleep 0.5;
    my ($idle2, $all2) = _processor_times();
    my $busy = 1 - ($idle2 - $idle) / (($all2 - $all) || 1);
    note(sprintf 'other programs use %.0f %% of this machine: expect worse and wider figures', 100 * $busy) if $busy > 0.05;
    return;
}

# Says that answers were wrong or missing; the script then ends with 1.
sub complain {
    my ($what, $count) = @_;
    return if $count == 0;
    $complaints++;
    print "# WRONG: $count failures: $what\n";
    print map { "# $_" } _last_words();
    return;
}

# The last lines that the programs under test wrote.
sub _last_words {
    return map { `tail -n 3 $_` } grep { -s } glob "$dir/*.log";
}

# ---- files and programs ----------------------------------------------------

sub work_file { return "$dir/$_[0]" }

sub write_file {
    my ($name, $content) = @_;
    my $path = work_file($name);
    open my $f, '>:raw', $path or die "$path: $!\n";
    print {$f} $content;
    close $f or die "$path: $!\n";
    chmod 0600, $path;
    return $path;
}

sub read_file {
    my ($path) = @_;
    open my $f, '<:raw', $path or die "$path: $!\n";
    local $/;
    return scalar <$f>;
}

sub bench_program {
    my ($name) = @_;
    my $path = ($ENV{BENCH_PROGRAMS} // "$FindBin::Bin/programs") . "/$name";
    die "$path is missing: run $FindBin::Bin/build first\n" unless -x $path;
    return $path;
}

# A program of the project, by its name below src of the build directory.
sub _built {
    my ($name) = @_;
    my @builds = grep { defined } $ENV{TASKROUTER_BUILD}, "$FindBin::Bin/..", "$FindBin::Bin/../build";
    my ($path) = grep { -x && !-d _ } map { "$_/src/$name" } @builds;
    return $path // die "$name is missing: build it, or say where it was built in TASKROUTER_BUILD\n";
}

sub responder { return $ENV{TASKROUTER_FCGI} // _built('taskrouter.fcgi') }

sub taskrouterd { return _built('taskrouterd/taskrouterd') }

# ---- processes -------------------------------------------------------------

# Starts a program; options: stdin, stdout, stderr (handle or file), env.
sub start {
    my ($command, %o) = @_;
    my $pid = fork // die "fork: $!\n";
    return _become($command, %o) if $pid == 0;
    $running{$pid} = $command->[0];
    return $pid;
}

sub _become {
    my ($command, %o) = @_;
    %running = ();
    @SIG{qw(HUP INT PIPE TERM)} = ('DEFAULT') x 4;
    %ENV = (%ENV, %{ $o{env} // {} });
    my $ok = _redirect(0, '<', $o{stdin} // '/dev/null')
      && (!$o{stdout} || _redirect(1, '>', $o{stdout}))
      && _redirect(2, '>>', $o{stderr} // work_file('stderr.log'))
      && exec { '/bin/sh' } 'sh', '-c', "ulimit -n $DESCRIPTORS; exec \"\$@\"", 'sh', @$command;
    POSIX::_exit(127);
}

sub _redirect {
    my ($fd, $mode, $target) = @_;
    return POSIX::dup2(fileno($target), $fd) if ref $target;
    open my $file, $mode, $target or return 0;
    return POSIX::dup2(fileno($file), $fd);
}

sub stop {
    my (@pids) = @_;
    local ($?, $!);
    kill 'TERM', @pids if @pids;
    for my $pid (@pids) {
        my $until = time + 5;
        sleep 0.01 while waitpid($pid, POSIX::WNOHANG()) == 0 && time < $until;
        kill 'KILL', $pid if kill 0, $pid;
        waitpid $pid, 0;
        delete $running{$pid};
    }
    return;
}

# Waits for a program that ends by itself. Status 1 is a measurement with
# wrong answers in it, which its figures tell; anything above is no result.
sub wait_for_end {
    my ($pid) = @_;
    waitpid $pid, 0;
    my $name = delete $running{$pid};
    die "$name ended with status $?:\n", _last_words() if $? > 1 << 8 || $? & 255;
    return;
}

sub output_of {
    my ($command) = @_;
    my $file = work_file('output');
    wait_for_end(start($command, stdout => $file));
    return read_file($file);
}

sub figures { return { $_[0] =~ /(\w+)=(\S+)/g } }

# Runs one of the load programs and returns its key=value pairs.
sub figures_of {
    my (@command) = @_;
    return figures(output_of(\@command));
}

# ---- backends --------------------------------------------------------------

sub listen_unix {
    my ($name) = @_;
    my $path = work_file($name);
    unlink $path;
    my $socket = IO::Socket::UNIX->new(Type => SOCK_STREAM, Local => $path, Listen => 4096)
      or die "$path: $!\n";
    return ($socket, $path);
}

# Starts a FastCGI application the way spawn-fcgi does: the listening socket
# is its descriptor 0. Returns its pid and the socket's path.
sub start_fastcgi {
    my ($name, $command, %o) = @_;
    my ($socket, $path) = listen_unix("$name.sock");
    my $log = work_file("$name.log");
    my $pid = start($command, stdin => $socket, stdout => $log, stderr => $log, %o);
    return ($pid, $path);
}

# Returns the address that it listens on.
sub start_rest_server {
    my $said = work_file('rest-server.out');
    start([ bench_program('rest-server') ], stdout => $said);
    return _wait_for('the REST server', sub { (-s $said) && read_file($said) =~ /(\S+:\d+)/ && $1 });
}

sub _wait_for {
    my ($what, $test) = @_;
    for (1 .. 500) {
        my $value = $test->();
        return $value if $value;
        sleep 0.01;
    }
    die "$what did not start:\n", _last_words();
}

# A real list of authorities takes its time to read, so the private one is
# added to the system's where there is one.
sub _make_authority {
    my ($key, $certificate) = (work_file('key.pem'), work_file('certificate.pem'));
    output_of([ '/usr/bin/env', 'openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
            '-keyout', $key, '-out', $certificate, '-days', 2, '-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1' ]);
    my $system = '/etc/ssl/certs/ca-certificates.crt';
    write_file('authorities.pem', read_file($certificate) . (-r $system ? read_file($system) : ''));
    return ($key, $certificate);
}

# An nginx that answers every request over TLS as TaskRouter does create_task.
# Returns the configuration keys to reach it.
sub start_tls_rest_server {
    my $port = free_port();
    my ($key, $certificate) = _make_authority();
    my $text = '{"sid":"WT00000000000000000000000000000001","attributes":"{\"selected_language\":\"es\"}"}' =~ s/\\/\\\\/gr;
    start_nginx(<<"CONF", $port);
    default_type application/json;
    server {
        listen 127.0.0.1:$port ssl;
        ssl_certificate $certificate;
        ssl_certificate_key $key;
        location / { return 201 '$text'; }
    }
CONF
    return (api_url => "https://127.0.0.1:$port", rest => { ca_file => work_file('authorities.pem') });
}

sub free_port {
    my $socket = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 1) or die "listen: $!\n";
    return $socket->sockport;
}

# One nginx with one worker; `servers` is what goes into its http block, and
# `port` one of those it listens on then.
sub start_nginx {
    my ($servers, $port) = @_;
    my $user = $> == 0 ? 'user root;' : '';
    my @temp = qw(client_body proxy fastcgi uwsgi scgi);
    my $temp = join '', map { "    ${_}_temp_path $dir/nginx-$_;\n" } @temp;
    my $conf = write_file('nginx.conf', <<"CONF");
$user
daemon off;
worker_processes 1;
pid $dir/nginx.pid;
error_log $dir/nginx-error.log;
events { worker_connections 4096; }
http {
    access_log off;
    keepalive_requests 1000000000;
$temp$servers
}
CONF
    my $program = _nginx();
    my $pid     = start([ $program, '-p', $dir, '-c', $conf, '-e', "$dir/nginx-error.log" ]);
    _wait_for('nginx', sub { IO::Socket::INET->new(PeerAddr => "127.0.0.1:$port") });
    return $pid;
}

sub _nginx {
    my @found = grep { -x } map { "$_/nginx" } split(/:/, $ENV{PATH}), '/usr/sbin', '/usr/local/sbin';
    return $found[0] // die "nginx is missing\n";
}

# ---- the program's configuration -------------------------------------------

sub write_config {
    my (%more) = @_;
    my %config = (
        account_sid    => $SID{AC},
        auth_token     => $AUTH_TOKEN,
        public_url     => $PUBLIC_URL,
        operator_token => $OPERATOR_TOKEN,
        workspace_sid  => $SID{WS},
        workflow_sid   => $SID{WW},
        log            => 'stderr',
        %more,
    );
    return write_file('taskrouter.json', JSON::PP->new->canonical->pretty->encode(\%config));
}

# ---- requests --------------------------------------------------------------

# The twelve parameters that TaskRouter sends.
my %callback = (
    Timestamp        => '1433874423',
    AccountSid       => $SID{AC},
    WorkspaceSid     => $SID{WS},
    WorkflowSid      => $SID{WW},
    TaskQueueSid     => $SID{WQ},
    WorkerSid        => $SID{WK},
    WorkerAttributes => '{"languages":["en","es"],"contact_uri":"client:alice"}',
    TaskSid          => $SID{WT},
    TaskAttributes   => $ATTRIBUTES,
    TaskAge          => '5',
    TaskPriority     => '0',
    ReservationSid   => $SID{WR},
);

sub _encode {
    my ($text) = @_;
    $text =~ s/([^A-Za-z0-9_.~-])/sprintf '%%%02X', ord $1/ge;
    return $text;
}

sub form {
    my (%fields) = @_;
    return join '&', map { _encode($_) . '=' . _encode($fields{$_}) } sort keys %fields;
}

sub callback_body { return form(%callback) }

# Base64 of HMAC-SHA1 over the URL and the sorted names and values.
sub callback_signature {
    my $signed = "$PUBLIC_URL/assignment_callback" . join '', map { $_ . $callback{$_} } sort keys %callback;
    return hmac_sha1_base64($signed, $AUTH_TOKEN) . '=';
}

# The parameters of nginx's fastcgi_params, which is what arrives behind it.
sub _parameters {
    my ($method, $route, $length) = @_;
    my $path = "/taskrouter/$route";
    return (
        QUERY_STRING      => '',
        REQUEST_METHOD    => $method,
        CONTENT_TYPE      => $length ? 'application/x-www-form-urlencoded' : '',
        CONTENT_LENGTH    => $length || '',
        SCRIPT_NAME       => $path,
        REQUEST_URI       => $path,
        DOCUMENT_URI      => $path,
        DOCUMENT_ROOT     => '/nonexistent',
        SERVER_PROTOCOL   => 'HTTP/1.1',
        REQUEST_SCHEME    => 'http',
        GATEWAY_INTERFACE => 'CGI/1.1',
        SERVER_SOFTWARE   => 'nginx/1.22.1',
        REMOTE_ADDR       => '127.0.0.1',
        REMOTE_PORT       => '40000',
        SERVER_ADDR       => '127.0.0.1',
        SERVER_PORT       => '80',
        SERVER_NAME       => 'router.example.com',
        HTTP_HOST         => 'router.example.com',
    );
}

sub _record {
    my ($type, $content) = @_;
    return pack('CCnnCC', 1, $type, 1, length $content, 0, 0) . $content;
}

sub _size { return $_[0] < 128 ? pack('C', $_[0]) : pack('N', $_[0] | 0x80000000) }

# FastCGI: BEGIN_REQUEST (responder, keep the connection), PARAMS, STDIN.
sub _fastcgi_request {
    my ($body, %parameters) = @_;
    my $pairs = join '', map { _size(length) . _size(length $parameters{$_}) . $_ . $parameters{$_} } sort keys %parameters;
    my $stdin = $body eq '' ? '' : _record(5, $body);
    return _record(1, pack('nCx5', 1, 1)) . _record(4, $pairs) . _record(4, '') . $stdin . _record(5, '');
}

# Each of these returns the request's exact bytes, for 'http' (through nginx)
# or 'fastcgi' (straight to the socket); the callback also as environment of
# a CGI program.
# `more`: parameters that are other than usual.
sub callback_request {
    my ($form, %more) = @_;
    local @callback{keys %more} = values %more;
    my $body   = callback_body();
    my %cgi    = (_parameters('POST', 'assignment_callback', length $body), HTTP_X_TWILIO_SIGNATURE => callback_signature());
    return \%cgi if $form eq 'cgi';
    return _fastcgi_request($body, %cgi) if $form eq 'fastcgi';
    return join "\r\n", 'POST /taskrouter/assignment_callback HTTP/1.1', 'Host: router.example.com',
      'User-Agent: TwilioProxy/1.1', 'Accept: */*', 'Content-Type: application/x-www-form-urlencoded',
      'Content-Length: ' . length($body), 'X-Twilio-Signature: ' . callback_signature(), '', $body;
}

# So many event callbacks, one behind the other, all of one length and each of
# an Event of its own.
sub event_requests {
    my ($count) = @_;
    my %event = (
        AccountSid => $SID{AC}, EventDescription => 'Task reserved for Worker Alice', EventType => 'reservation.created',
        ReservationSid => $SID{WR}, ResourceSid => $SID{WR}, ResourceType => 'reservation', TaskAge => '12',
        TaskAssignmentStatus => 'reserved', TaskAttributes => '{"selected_language":"es","called":"+15005550006","from":"+15005550007"}',
        TaskPriority => '0', TaskQueueName => 'Spanish', TaskQueueSid => $SID{WQ}, Timestamp => '1700000000',
        TimestampMs => '1700000000123', WorkerActivityName => 'Available', WorkerActivitySid => 'WA' . '0' x 32,
        WorkerAttributes => '{"languages":["en","es"],"contact_uri":"client:alice"}', WorkerName => 'Alice',
        WorkflowName => 'Main', WorkflowSid => $SID{WW}, WorkspaceName => 'Test', WorkspaceSid => $SID{WS},
    );
    my $text = '';
    for my $n (1 .. $count) {
        @event{qw(Sid TaskSid WorkerSid)} = map { sprintf '%s%08x%024x', @$_ } ['EV', ($n * 2654435761) % 2**32, $n],
          ['WT', ($n / 12 * 40503) % 2**32, $n / 12], ['WK', 0, $n % 50];
        my $body = form(%event);
        my $signature = hmac_sha1_base64("$PUBLIC_URL/event_callback" . join('', map { $_ . $event{$_} } sort keys %event), $AUTH_TOKEN);
        $text .= join "\r\n", 'POST /taskrouter/event_callback HTTP/1.1', 'Host: router.example.com',
          'User-Agent: TwilioProxy/1.1', 'Accept: */*', 'Content-Type: application/x-www-form-urlencoded',
          'Content-Length: ' . length($body), "X-Twilio-Signature: $signature=", '', $body;
    }
    return $text;
}

sub health_request { return _fastcgi_request('', _parameters('GET', 'healthz', 0)) }

sub create_task_request {
    my ($form) = @_;
    my $body = form(Attributes => $ATTRIBUTES);
    return join "\r\n", 'POST /taskrouter/create_task HTTP/1.1', 'Host: router.example.com', 'User-Agent: bench/1',
      "Authorization: Bearer $OPERATOR_TOKEN", 'Content-Type: application/x-www-form-urlencoded',
      'Content-Length: ' . length($body), '', $body
      if $form eq 'http';
    return _fastcgi_request($body, _parameters('POST', 'create_task', length $body),
        HTTP_AUTHORIZATION => "Bearer $OPERATOR_TOKEN");
}

# ---- sums ------------------------------------------------------------------

sub _sorted { return sort { $a <=> $b } @_ }
sub least   { return (_sorted(@_))[0] }
sub most    { return (_sorted(@_))[-1] }

sub median {
    my @v = _sorted(@_);
    return ($v[ $#v / 2 ] + $v[ @v / 2 ]) / 2;
}

sub median_and_range {
    my ($format, @values) = @_;
    return sprintf "$format ($format to $format)", median(@values), least(@values), most(@values);
}

sub verdict { return $_[0] ? 'met' : 'MISSED' }

# Private memory of a process that is in RAM, in KiB.
sub resident_kib {
    my ($pid) = @_;
    my ($kib) = read_file("/proc/$pid/status") =~ /^RssAnon:\s+(\d+)/m;
    return $kib;
}

sub cpu_seconds {
    my ($pid) = @_;
    my @field = split ' ', read_file("/proc/$pid/stat") =~ s/^.*\) //sr;
    return ($field[11] + $field[12]) / POSIX::sysconf(POSIX::_SC_CLK_TCK());
}

# What the scheduler counted: microseconds on a processor, finer than the ticks
# that cpu_seconds is made of, and how often the process got there.
sub scheduled {
    my ($pid) = @_;
    my ($ns, undef, $times) = split ' ', read_file("/proc/$pid/schedstat");
    return { us => $ns / 1000, times => $times };
}

_warn_if_busy();

1;
