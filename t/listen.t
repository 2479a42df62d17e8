# The ways to get a listening socket: spawn-fcgi, multiwatch, systemd, inherited descriptors; and the order in which the
# program decides how to serve.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use IO::Socket::UNIX;
use Socket qw(AF_UNIX SOCK_STREAM);
use Test::More;
use TaskRouter::Cases qw(callback_request);
use TaskRouter::FastCGI;
use TaskRouter::Fixture qw(write_configuration);
use TaskRouter::HTTP;
use TaskRouter::Process qw(time_limit wait_until temporary_directory free_port find_command listening_unix listening_tcp
    run_command read_file);
use TaskRouter::Responder;
use TaskRouter::Servers;
use TaskRouter::Signature qw(form_body);

time_limit(90);
my $prepared = TaskRouter::Responder->prepare;
my $directory = $prepared->{directory};
my @program = @{ $prepared->command };

sub status_at { my @where = @_; return $prepared->{where} = \@where, $prepared->fastcgi_request(callback_request())->{status} }

sub answers {
    my ($name, @where) = @_;
    my ($where, $status) = status_at(@where);
    is $status, 200, $name;
}

# spawn-fcgi detaches its child: the pid file says whom to end.
sub spawned {
    my ($name, $where, @arguments) = @_;
    my $missing = TaskRouter::Servers::missing('spawn-fcgi');
  SKIP: {
        skip $missing, 1 if $missing;
        my $spawn = find_command('spawn-fcgi');
        # in the foreground (-n) its group is ours, so that nothing outlives the test
        my $process = TaskRouter::Process->start(command => [$spawn, '-n', @arguments, '--', @program],
            directory => $directory, ready => { @$where }, name => 'spawn-fcgi');
        answers($name, @$where);
        $process->send_signal('TERM');
        ok $process->wait_end(2), '... and ends at SIGTERM';
        is $process->exit_status, 0, '... with exit status 0';
        $process->stop;
    }
}

my $port = free_port();
spawned('spawn-fcgi on a unix socket', [unix => "$directory/spawn.sock"], '-s', "$directory/spawn.sock", '-M', '0660', '-b', '256');
spawned('spawn-fcgi on a TCP socket', [port => $port], '-a', '127.0.0.1', '-p', $port, '-b', '256');

subtest 'spawn-fcgi -F 3' => sub {
    my $missing = TaskRouter::Servers::missing('spawn-fcgi');
    plan skip_all => $missing if $missing;
    my $spawn = find_command('spawn-fcgi');
    my $socket = "$directory/forked.sock";
    my $run = run_command([$spawn, '-s', $socket, '-F', '3', '-P', "$directory/pids", '--', @program], directory => $directory);
    is $run->{status}, 0, 'starts' or diag $run->{err};
    my @pids = split ' ', read_file("$directory/pids");
    is scalar @pids, 3, 'three processes';
    answers('they answer', unix => $socket) for 1 .. 10;
    kill 'TERM', @pids;
    ok wait_until(3, sub { !kill 0, @pids }), 'they end at SIGTERM' or kill 'KILL', @pids;
};

subtest 'multiwatch' => sub {
    my $missing = TaskRouter::Servers::missing('multiwatch');
    plan skip_all => $missing if $missing;
    my $multiwatch = find_command('multiwatch');
    my $socket = "$directory/multiwatch.sock";
    my $process = TaskRouter::Process->start(command => [$multiwatch, '-f', '2', '--', @program], directory => $directory,
        stdin => listening_unix($socket), name => 'multiwatch');
    answers('two processes answer', unix => $socket) for 1 .. 10;
    my @children = split ' ', read_file('/proc/' . $process->pid . '/task/' . $process->pid . '/children');
    kill 'KILL', $children[0];
    ok wait_until(5, sub {
        my @now = split ' ', read_file('/proc/' . $process->pid . '/task/' . $process->pid . '/children');
        @now == 2 && $now[0] != $children[0] && $now[1] != $children[0];
    }), 'one that is killed is started again';
    answers('and all is well', unix => $socket);
    $process->stop;
};

sub inherited {
    my ($name, $listener, $where, %option) = @_;
    my $process = TaskRouter::Process->start(command => [@program], directory => $directory, name => 'responder', %option);
    answers($name, @$where);
    $process->send_signal('TERM');
    ok $process->wait_end(2), '... ends at SIGTERM' or diag $process->output;
    $process->stop;
}

my $tcp = listening_tcp();
inherited('descriptor 0, TCP', $tcp, [port => $tcp->sockport], stdin => $tcp);
my $unix = listening_unix("$directory/inherited.sock");
inherited('descriptor 0, unix', $unix, [unix => "$directory/inherited.sock"], stdin => $unix);
inherited('descriptor 3, as systemd passes it', $unix, [unix => "$directory/inherited.sock"], descriptors => { 3 => $unix },
    environment => { LISTEN_FDS => 1 }, listen_pid => 1);
inherited('descriptor 0 although GATEWAY_INTERFACE is set', $unix, [unix => "$directory/inherited.sock"], stdin => $unix,
    environment => { GATEWAY_INTERFACE => 'CGI/1.1' });

subtest 'descriptor 3 meant for another process' => sub {
    my $run = run_command([@program], descriptors => { 3 => $unix }, environment => { LISTEN_FDS => 1, LISTEN_PID => 1 });
    is $run->{status}, 2, 'is not taken: usage, exit status 2';
    like $run->{err}, qr/usage/i, '... on standard error';
};

subtest 'a connected socket on descriptor 0 is CGI' => sub {
    my ($ours, $theirs) = IO::Socket::UNIX->socketpair(AF_UNIX, SOCK_STREAM, 0);
    my $request = callback_request();
    my %environment = @{ TaskRouter::Responder::cgi_parameters($request, doubled_headers => 'join') };
    my $output = TaskRouter::Process::write_file("$directory/cgi.out", '');
    my $process = TaskRouter::Process->start(command => [@program], stdin => $theirs, environment => \%environment,
        stdout => IO::File->new($output, '>'), name => 'cgi');
    close $theirs;
    print $ours $request->{body};
    $ours->flush;
    shutdown $ours, 1;
    ok $process->wait_end(5), 'answers and ends';
    like read_file($output), qr/\AStatus: 200 /, '... with 200, as under mod_cgid';
};

subtest 'the built-in server comes first' => sub {
    my $process = TaskRouter::Process->start(command => [@program, '-l', '127.0.0.1:0'], stdin => $unix, name => 'responder',
        ready => { line => qr{listening on \S*?:(\d+)} });
    my $client = TaskRouter::HTTP->new(port => $process->matched);
    is $client->request(method => 'GET', target => '/taskrouter/healthz')->{status}, 200, '-l wins over descriptor 0';
    $process->stop;
    my $busy = listening_tcp();
    my $run = run_command([@program, '-l', '127.0.0.1:' . $busy->sockport], seconds => 5);
    cmp_ok $run->{status}, '>', 0, 'a port in use is an error';
    like $run->{err}, qr/in use/i, '... that is named';
};

subtest 'out of descriptors' => sub {
    my $socket = "$directory/few.sock";
    my $listener = listening_unix($socket);
    my $process = TaskRouter::Process->start(command => ['/bin/sh', '-c', 'ulimit -n 24; exec "$@"', 'sh', @program],
        directory => $directory, stdin => $listener, name => 'responder');
    answers('a callback', unix => $socket);
    my @silent = map { TaskRouter::FastCGI->connect_to(unix => $socket) } 1 .. 40;
    select undef, undef, undef, 0.5;
    ok !$process->ended, 'more connections than descriptors: it stays';
    $_->close_connection for @silent;
    answers('and answers when they are gone', unix => $socket);
    $process->stop;
};

done_testing;
