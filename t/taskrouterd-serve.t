# taskrouterd as a program: its command line, where it listens and as what, what it prints, where its store and its
# credentials are, how it ends.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Fcntl qw(S_IMODE);
use IO::Select;
use IO::Socket::UNIX;
use JSON::PP ();
use Socket qw(SOCK_DGRAM);
use Test::More;
use TaskRouter::Fixture qw($account $auth_token basic);
use TaskRouter::HTTP;
use TaskRouter::Process qw(time_limit wait_until temporary_directory write_file read_file run_command find_command
    program_command listening_unix listening_tcp is_sanitized);
use TaskRouter::Servers;
use TaskRouter::Signature qw(form_body);
use TaskRouter::Taskrouterd;
use Time::HiRes qw(sleep time);

time_limit(150);
my $directory = temporary_directory();
my $program = TaskRouter::Taskrouterd::program_copy($directory);
my $json = JSON::PP->new->utf8;
my %own = (TWILIO_ACCOUNT_SID => $account, TWILIO_AUTH_TOKEN => $auth_token);
my $ready = { line => qr{listening on \S*?:(\d+)\nexport (.*)\n} };
my $number = 0;

sub command { return [program_command($program, @_)] }

# Runs it to its end; standard output is in {out}, the rest in {err}.
sub run_it {
    my ($arguments, %option) = @_;
    return run_command(command(@$arguments), seconds => 10, directory => $directory, %option);
}

sub start_it {
    my ($arguments, %option) = @_;
    return TaskRouter::Process->start(name => 'taskrouterd', command => command(@$arguments), directory => $directory,
        ready => $ready, %option);
}

# What a shell makes of the export line: { TWILIO_ACCOUNT_SID => … }.
sub exported {
    my ($process, %environment) = @_;
    my ($line) = $process->output =~ /^(export .*)$/m or return {};
    my $run = run_command(['/bin/sh', '-c', "$line; env"], directory => $directory, environment => \%environment);
    return { $run->{out} =~ /^(TWILIO_ACCOUNT_SID|TWILIO_AUTH_TOKEN|TASKROUTER_API_URL)=(.*)$/mg };
}

sub ask {
    my ($exported, $method, $path, @form) = @_;
    my ($port) = $exported->{TASKROUTER_API_URL} =~ m{^http://127\.0\.0\.1:(\d+)$} or return { status => 0, error => 'no port' };
    my $response = TaskRouter::HTTP->new(port => $port)->request(method => $method, target => $path,
        headers => [basic($exported->{TWILIO_ACCOUNT_SID}, $exported->{TWILIO_AUTH_TOKEN}),
            @form ? ['Content-Type', 'application/x-www-form-urlencoded'] : ()],
        @form ? (body => form_body(@form)) : ());
    $response->{json} = eval { $json->decode($response->{body}) };
    return $response;
}

# ---- the command line

for my $row (
    [['--help'], 0, qr/^usage: taskrouterd/, qr/\A\z/], [['-h'], 0, qr/--auth-token-file/, qr/\A\z/],
    [['--version'], 0, qr/^taskrouterd \d+\.\d+\.\d+\n.*libcurl/, qr/\A\z/], [['-V'], 0, qr/^taskrouterd /, qr/\A\z/],
    [['--sede', 'x'], 2, qr/\A\z/, qr/usage:/], [['-x'], 2, qr/\A\z/, qr/usage:/], [['-l'], 2, qr/\A\z/, qr/usage:/],
    [['more'], 2, qr/\A\z/, qr/unexpected argument: more/],
    [['--auth-token', 'abc', '--auth-token-file', 'x'], 2, qr/\A\z/, qr/only one of them can count/],
    [['-t'], 0, qr/\A\z/, qr/the configuration is good/],
    [['-t', '-l', 'here'], 78, qr/\A\z/, qr/^command line: -l: here: expected ADDRESS:PORT/m],
    [['-t', '-l', ':80'], 78, qr/\A\z/, qr/an address is needed/],
    [['-t', '--store', ''], 78, qr/\A\z/, qr/^command line: --store: must not be empty/m],
    [['-t', '--account-sid', 'AC1'], 78, qr/\A\z/, qr/^command line: --account-sid: expected an Account SID/m],
    [['-t', '--auth-token-file', "$directory/none"], 78, qr/\A\z/, qr/^command line: --auth-token-file: .*No such file/m],
    [['-t', '-c', "$directory/none"], 78, qr/\A\z/, qr/cannot be opened/],
    [['-t', '-l', '0.0.0.0:0'], 78, qr/\A\z/, qr/can be reached from other machines/],
    [['-l', '127.0.0.1:99999'], 78, qr/\A\z/, qr/127\.0\.0\.1:99999: expected a port from 0 to 65535/],
    [['-l', '192.0.2.1:0'], 78, qr/\A\z/, qr/can be reached from other machines/],
) {
    my ($arguments, $status, $out, $err) = @$row;
    my $run = run_it($arguments);
    my $name = join ' ', @$arguments;
    is $run->{status}, $status, "$name: exit status $status" or diag $run->{out}, $run->{err};
    like $run->{out}, $out, "$name: standard output";
    like $run->{err}, $err, "$name: standard error";
}

subtest 'a configuration file' => sub {
    my $file = write_file("$directory/taskrouterd.json", <<'END', 0600);
{   // limits of one's own
    "listen": "127.0.0.1:0",
    "auth_token": ["marker-first", "marker-second"],
    "limits": { "timers": 7, "events_days": 2 }, "callback": { "timeout": 1.5 } }
END
    my $run = run_it(['-T', '-c', $file, '--account-sid', $account]);
    is $run->{status}, 0, '-T takes it' or diag $run->{err};
    my $shown = eval { $json->decode($run->{out}) } // {};
    is $shown->{limits}{timers}, 7, 'its values';
    is $shown->{callback}{timeout}, 1.5, '... in seconds';
    is $shown->{limits}{body}, 4194304, '... and the presets';
    is $shown->{account_sid}, $account, '... and what the command line says';
    unlike $run->{out}, qr/marker/, 'secrets are masked';
    my $process = start_it(['-c', $file, '--account-sid', $account]);
    for my $token ('marker-first', 'marker-second') {
        my $given = { %{ exported($process) }, TWILIO_AUTH_TOKEN => $token };
        is ask($given, 'GET', '/v1/Workspaces')->{status}, 200, 'either token will do';
    }
    $process->stop;
    write_file($file, '{"limits": {"timer": 1}, "store": 5}', 0600);
    $run = run_it(['-c', $file]);
    is $run->{status}, 78, 'a bad one is refused';
    like $run->{err}, qr/limits\.timer: unknown key; did you mean .*timers/, '... with all';
    like $run->{err}, qr/store: expected a string/, '... that is wrong';
};

# ---- credentials

subtest 'nothing but the program' => sub {
    my $process = start_it(['-l', '127.0.0.1:0']);
    my $exported = exported($process);
    like $exported->{TWILIO_ACCOUNT_SID}, qr/^AC[0-9a-f]{32}$/, 'makes an account up';
    like $exported->{TWILIO_AUTH_TOKEN}, qr/^[0-9a-f]{32}$/, '... and a token';
    is $exported->{TASKROUTER_API_URL}, 'http://127.0.0.1:' . $process->matched, '... and says where it is';
    is ask($exported, 'GET', '/v1/Workspaces')->{status}, 200, 'they are good';
    is ask({ %$exported, TWILIO_AUTH_TOKEN => 'x' }, 'GET', '/v1/Workspaces')->{status}, 401, 'others are not';
    is ask({ %$exported, TWILIO_AUTH_TOKEN => '' }, 'GET', '/v1/Workspaces')->{status}, 401, '... nor an empty one';
    is ask({ %$exported, TWILIO_ACCOUNT_SID => $account }, 'GET', '/v1/Workspaces')->{status}, 401, '... nor another account';
    my $other = start_it(['-l', '127.0.0.1:0']);
    isnt exported($other)->{TWILIO_AUTH_TOKEN}, $exported->{TWILIO_AUTH_TOKEN}, 'the next one makes others up';
    my ($log) = read_file($process->{log}) =~ /(.*)/s;
    is scalar(() = $log =~ /\Q$exported->{TWILIO_AUTH_TOKEN}\E/g), 1, 'the token stands in the one line alone';
    $_->stop for $process, $other;
};

subtest 'made up, and a store' => sub {
    my $store = "$directory/kept.db";
    my $process = start_it(['-l', '127.0.0.1:0', '--store', $store]);
    my $first = exported($process);
    is S_IMODE((stat "$store.credentials")[2] // 0), 0600, 'the credentials are kept for their owner alone';
    my $sourced = run_command(['/bin/sh', '-c', '. "$0"; echo "$TWILIO_ACCOUNT_SID $TWILIO_AUTH_TOKEN"', "$store.credentials"],
        directory => $directory);
    is $sourced->{out}, "$first->{TWILIO_ACCOUNT_SID} $first->{TWILIO_AUTH_TOKEN}\n", '... as a shell reads them';
    is ask($first, 'POST', '/v1/Workspaces', FriendlyName => 'kept')->{status}, 201, 'a Workspace is made';
    $process->stop;
    is $process->exit_status, 0, 'SIGTERM ends it with 0';
    my $again = start_it(['-l', '127.0.0.1:0', '--store', $store]);
    my $second = exported($again);
    is $second->{$_}, $first->{$_}, "$_ is the same after the restart" for qw(TWILIO_ACCOUNT_SID TWILIO_AUTH_TOKEN);
    is_deeply [map { $_->{friendly_name} } @{ ask($second, 'GET', '/v1/Workspaces')->{json}{workspaces} // [] }], ['kept'],
        'and so is what was stored';
    $again->stop;
    my $own = start_it(['-l', '127.0.0.1:0', '--store', $store], environment => \%own);
    my $third = exported($own, %own);
    is ask($third, 'GET', '/v1/Workspaces')->{status}, 200, 'credentials of one\'s own win';
    is ask({ %$second, TASKROUTER_API_URL => $third->{TASKROUTER_API_URL} }, 'GET', '/v1/Workspaces')->{status}, 401,
        '... and are the only ones';
    $own->stop;
    chmod 0644, "$store.credentials";
    my $run = run_it(['-l', '127.0.0.1:0', '--store', $store]);
    is $run->{status}, 1, 'a file that others may read is refused';
    like $run->{err}, qr/may be read by others/, '... and it says why';
    write_file("$store.credentials", "TWILIO_ACCOUNT_SID=AC1\n", 0600);
    $run = run_it(['-l', '127.0.0.1:0', '--store', $store]);
    like $run->{err}, qr/expected the lines/, 'so is one that holds something else';
};

subtest 'a token of one\'s own' => sub {
    my $file = write_file("$directory/token", "marker-in-a-file\n", 0600);
    for my $row (
        ['the environment', [], { TWILIO_AUTH_TOKEN => 'marker-in-the-environment' }],
        ['a file that the environment names', [], { TWILIO_AUTH_TOKEN_FILE => $file }, 'marker-in-a-file'],
        ['a file', ['--auth-token-file', $file], { TWILIO_AUTH_TOKEN => 'marker-that-loses' }, 'marker-in-a-file'],
        ['the command line', ['--auth-token', 'marker-on-the-line'], { TWILIO_AUTH_TOKEN => 'marker-that-loses' }, 'marker-on-the-line'],
        ['the command line, in one word', ['--auth-token=marker-on-the-line'], {}, 'marker-on-the-line'],
        ['with what a shell reads', ['--auth-token', q(mar'ker $x "y)], {}, q(mar'ker $x "y)],
    ) {
        my ($name, $arguments, $environment, $token) = @$row;
        $token //= $environment->{TWILIO_AUTH_TOKEN};
        my $process = start_it(['-l', '127.0.0.1:0', '--account-sid', $account, @$arguments], environment => $environment);
        my $exported = exported($process, TWILIO_AUTH_TOKEN => $token);
        is $exported->{TWILIO_AUTH_TOKEN}, $token, "$name: the line works where the variable is set";
        is ask($exported, 'GET', '/v1/Workspaces')->{status}, 200, "$name: the token is good";
        unlike $process->output, qr/mar'?ker/, "$name: it is not printed to what is no terminal";
        unlike read_file('/proc/' . $process->pid . '/cmdline'), qr/mar'?ker/, "$name: nor in the list of processes";
        unlike read_file('/proc/' . $process->pid . '/environ'), qr/mar'?ker-in-the/, "$name: nor in the environment";
        $process->stop;
    }
};

subtest 'beyond this machine' => sub {
    for my $address ('0.0.0.0:0', '[::]:0') {
        my $run = run_it(['-l', $address]);
        is $run->{status}, 78, "$address without credentials is refused";
        like $run->{err}, qr/\Q$address\E can be reached from other machines: that needs credentials of your own \(TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN\)/,
            '... and it says why';
        is $run->{out}, '', '... before it listens';
    }
    my $run = run_it(['-l', '0.0.0.0:0'], environment => { TWILIO_ACCOUNT_SID => $account });
    is $run->{status}, 78, 'an account alone is not enough';
    my $process = start_it(['-l', '0.0.0.0:0'], environment => \%own);
    my $exported = exported($process, %own);
    is ask($exported, 'GET', '/v1/Workspaces')->{status}, 200, 'with credentials it listens, and says an address that is here';
    $process->stop;
    my $tcp = IO::Socket::INET->new(LocalAddr => '0.0.0.0', LocalPort => 0, Listen => 5, ReuseAddr => 1);
    $process = TaskRouter::Process->start(name => 'taskrouterd', command => command('--store', "$directory/fastcgi.db"),
        directory => $directory, stdin => $tcp);
    ok $process->wait_end(5), 'a FastCGI socket that others reach is refused, too';
    is $process->exit_status, 78, '... with 78' or diag $process->output;
    $process = TaskRouter::Process->start(name => 'taskrouterd', command => command('-l', 'localhost:0'), directory => $directory,
        ready => { line => qr{listening on http://(?:127\.0\.0\.1|\[::1\]):(\d+)} });
    ok $process->matched, 'the name localhost is this machine';
    $process->stop;
};

# ---- over HTTP

my $server = TaskRouter::Taskrouterd->start;

subtest 'what is served' => sub {
    my $client = TaskRouter::HTTP->new(port => $server->port, keep => 1);
    my $get = sub { my ($method, $path, @headers) = @_; $client->request(method => $method, target => $path, headers => [@headers]) };
    my @account = basic($account, $auth_token);
    is $get->('GET', '/healthz')->{body}, "ok\n", '/healthz needs no credentials';
    is $get->('HEAD', '/healthz')->{status}, 200, '... nor does HEAD';
    is $get->('POST', '/healthz')->{status}, 405, '... and takes nothing else';
    for my $path ('/_local/', '/_local/debugger', '/_local/calls') {
        is $get->('GET', $path)->{status}, 401, "$path asks for them";
        like $get->('GET', $path)->{headers}{'www-authenticate'}[0] // '', qr/^Basic /, '... by Basic';
        is $get->('GET', $path, basic($account, 'wrong'))->{status}, 401, '... for the right ones';
        my $response = $get->('GET', $path, @account);
        is $response->{status}, 200, '... and answers';
        ok eval { $json->decode($response->{body}) }, '... JSON';
    }
    my $index = $json->decode($get->('GET', '/_local/', @account)->{body});
    for my $route (@{ $index->{routes} }) {
        my %takes = map { $_ => 1 } @{ $route->{methods} };
        my $path = $route->{path} =~ s{\*$}{none}r;
        for my $method ($path eq '/healthz' ? () : sort keys %takes) {
            my @body = $method eq 'POST' ? (body => 'a=b', headers => [['Content-Type', 'application/x-www-form-urlencoded']]) : ();
            is $client->request(method => $method, target => $path, @body)->{status}, 401, "$method $path of the index asks for credentials";
        }
        is $get->('GET', $path, @account)->{status}, $route->{path} =~ /\*$/ ? 404 : 200, "$path of the index is there" if $takes{GET};
    }
    is $get->('DELETE', '/_local/debugger', @account)->{status}, 204, 'the debugger can be emptied';
    is $get->('PUT', '/_local/calls', @account)->{status}, 405, 'PUT is nothing that it takes';
    is $get->('GET', $_, @account)->{status}, 404, "$_ is nothing" for '/_local', '/_local/none', '/_local//calls', '/x/_local/calls', '/calls', '/', '/v2';
    is $get->('DELETE', '/v1/Workspaces/WS' . '0' x 32, @account)->{status}, 404, 'DELETE comes through';
    is $get->('OPTIONS', '/v1/Workspaces', @account)->{status}, 204, '... and OPTIONS';
    is $get->('PUT', '/v1/Workspaces', @account)->{status}, 405, '... and PUT is refused by the API';
};

subtest 'many requests' => sub {
    my $client = TaskRouter::HTTP->new(port => $server->port, keep => 1);
    my %seen;
    for (1 .. 1000) {
        $seen{ $client->request(method => 'GET', target => '/v1/Workspaces', headers => [basic($account, $auth_token)])->{status} }++;
    }
    is_deeply \%seen, { 200 => 1000 }, 'a thousand on one connection';
    my @clients = map { TaskRouter::HTTP->new(port => $server->port) } 1 .. 200;
    $_->send_request(method => 'GET', target => '/healthz') for @clients;
    is scalar(grep { $_->read_response('GET')->{status} == 200 } @clients), 200, 'two hundred connections at once';
};

my @filters = map { { filter_friendly_name => "Filter $_", expression => "language == 'l$_' AND " . join(' AND ', map { "x$_ != 1" } 1 .. 9),
        targets => [{ queue => 'QUEUE' }] } } 1 .. 1200;

# A Workflow's configuration of 300 KB, and a list of 400 Tasks with attributes of 4,000 characters.
sub large_things {
    my ($name, $client) = @_;
    my $call = sub {
        my ($method, $path, @form) = @_;
        my $response = $client->request(method => $method, target => $path, headers => [basic($account, $auth_token),
            ['Content-Type', 'application/x-www-form-urlencoded']], @form ? (body => form_body(@form)) : ());
        return ($response->{status}, eval { $json->decode($response->{body}) }, $response);
    };
    my (undef, $space) = $call->('POST', '/v1/Workspaces', FriendlyName => $name, Template => 'FIFO');
    my $path = "/v1/Workspaces/$space->{sid}";
    my (undef, $queues) = $call->('GET', "$path/TaskQueues");
    my $queue = $queues->{task_queues}[0]{sid};
    my $configuration = $json->encode({ task_routing => { filters => \@filters, default_filter => { queue => 'QUEUE' } } }) =~ s/QUEUE/$queue/gr;
    cmp_ok length $configuration, '>', 200_000, "$name: a configuration of " . length $configuration;
    my ($status, $workflow) = $call->('POST', "$path/Workflows", FriendlyName => 'large', Configuration => $configuration);
    is $status, 201, "$name: it is taken" or diag explain $workflow;
    is_deeply eval { $json->decode($workflow->{configuration}) }, $json->decode($configuration), "$name: and comes back whole";
    my $attributes = $json->encode({ text => 'x' x 4000 });
    my %seen;
    $seen{ ($call->('POST', "$path/Tasks", Attributes => $attributes, WorkflowSid => $workflow->{sid}))[0] }++ for 1 .. 400;
    is_deeply \%seen, { 201 => 400 }, "$name: 400 Tasks";
    my ($listed, $list, $response) = $call->('GET', "$path/Tasks?PageSize=1000");
    is scalar @{ $list->{tasks} // [] }, 400, "$name: a list of " . length($response->{body}) . ' bytes';
    my ($too_large) = $call->('POST', "$path/Tasks", Attributes => 'x' x 5_000_000);
    is $too_large, 413, "$name: a body beyond the limit";
}

large_things('HTTP', TaskRouter::HTTP->new(port => $server->port, keep => 1, seconds => 30));

subtest 'waiting costs nothing' => sub {
    plan skip_all => 'times mean little here' if is_sanitized() || $ENV{TASKROUTER_WRAPPER};
    my $space = $server->new_workspace(Template => 'FIFO');
    $space->server->created($space->path('Tasks'), Timeout => 3600 + $_) for 1 .. 300;
    my $usage = sub {
        my ($wakes) = read_file('/proc/' . $server->process->pid . '/status') =~ /^voluntary_ctxt_switches:\s*(\d+)/m;
        my @stat = split ' ', read_file('/proc/' . $server->process->pid . '/stat') =~ s/.*\) //r;
        return ($wakes, $stat[11] + $stat[12]);
    };
    sleep 0.5;
    my ($wakes, $ticks) = $usage->();
    sleep 3;
    my ($wakes_after, $ticks_after) = $usage->();
    cmp_ok $wakes_after - $wakes, '<=', 3, '300 Tasks with timeouts: no wake-ups in 3 s';
    cmp_ok $ticks_after - $ticks, '<=', 1, '... and no time';
};
$server->stop;

# ---- as FastCGI

sub fastcgi_server {
    my ($name, $process, $socket) = @_;
    my $nginx = TaskRouter::Servers->new(name => 'nginx');
    $nginx->run_nginx('nginx/taskrouterd.conf', 1, 'unix:/run/taskrouterd/fcgi.sock' => "unix:$socket");
    large_things($name, $nginx->client(keep => 1, seconds => 30));
    my $response = $nginx->client->request(method => 'GET', target => '/v1/Workspaces', headers => [basic($account, $auth_token),
        ['Host', 'taskrouter.example.com']]);
    like $json->decode($response->{body})->{workspaces}[0]{url}, qr{^http://taskrouter\.example\.com/v1/}, "$name: URLs lead back to it";
    is $nginx->client->request(method => 'GET', target => '/_local/calls')->{status}, 401, "$name: /_local/ asks for credentials";
    is $nginx->client->request(method => 'GET', target => '/healthz')->{status}, 200, "$name: /healthz";
    unlike $nginx->error_log =~ s/^.*too large body.*$//mgr, qr/\[(?:alert|crit|emerg|error)\]/, "$name: nginx has nothing to complain about";
    $process->send_signal('TERM');
    ok $process->wait_end(5), "$name: ends at SIGTERM";
    is $process->exit_status, 0, '... with 0';
    $nginx->{process}->stop;
}

subtest 'spawn-fcgi and nginx' => sub {
    my $missing = TaskRouter::Servers::missing('nginx', 'spawn-fcgi');
    plan skip_all => $missing if $missing;
    my $socket = "$directory/fcgi.sock";
    my $process = TaskRouter::Process->start(name => 'spawn-fcgi', directory => $directory, environment => \%own, ready => { unix => $socket },
        command => [find_command('spawn-fcgi'), '-n', '-s', $socket, '-M', '0666', '--', @{ command('--store', "$directory/nginx.db") }]);
    fastcgi_server('FastCGI', $process, $socket);
};

subtest 'FastCGI without credentials' => sub {
    my $homeless = TaskRouter::Process->start(name => 'taskrouterd', command => command(), directory => $directory,
        stdin => listening_unix("$directory/memory.sock"));
    ok $homeless->wait_end(5), 'nowhere to keep any: refused';
    is $homeless->exit_status, 78, '... with 78';
    like $homeless->output, qr/behind a web server it needs credentials of your own/, '... and it says why';
    my $store = "$directory/own.db";
    my $process = TaskRouter::Process->start(name => 'taskrouterd', command => command('--store', $store), directory => $directory,
        stdin => listening_unix("$directory/own.sock"));
    ok wait_until(5, sub { -s "$store.credentials" }), 'with a store they are kept there';
    ok wait_until(5, sub { $process->output =~ /taskrouterd [\d.]+, FastCGI/ }), 'and it serves';
    my ($token) = read_file("$store.credentials") =~ /TOKEN=(\w+)/;
    unlike $process->output, qr/$token/, 'and prints them nowhere';
    $process->stop;
};

subtest 'systemd' => sub {
    my $path = "$directory/notify.sock";
    my $socket = IO::Socket::UNIX->new(Type => SOCK_DGRAM, Local => $path) or die "$path: $!";
    chmod 0666, $path;
    my $next = sub {
        return undef unless IO::Select->new($socket)->can_read(5);
        $socket->recv(my $message, 512);
        return (split /\n/, $message)[0];
    };
    my $process = TaskRouter::Process->start(name => 'taskrouterd', command => command(), directory => $directory, listen_pid => 1,
        descriptors => { 3 => listening_unix("$directory/systemd.sock") }, environment => { %own, LISTEN_FDS => 1, NOTIFY_SOCKET => $path });
    is $next->(), 'READY=1', 'on descriptor 3: ready';
    like $process->output, qr/FastCGI/, '... as FastCGI';
    $process->send_signal('HUP');
    $process->send_signal('TERM');
    is $next->(), 'STOPPING=1', 'SIGHUP does nothing, SIGTERM stops it';
    ok $process->wait_end(5), '... and it ends';
    is $process->exit_status, 0, '... with 0';
};

# ---- the store

subtest 'stores that cannot be' => sub {
    my $store = "$directory/taken.db";
    my $process = start_it(['-l', '127.0.0.1:0', '--store', $store], environment => \%own);
    my $run = run_it(['-l', '127.0.0.1:0', '--store', $store], environment => \%own);
    is $run->{status}, 1, 'a second process on one store is refused';
    like $run->{err}, qr/\Q$store\E/, '... with its name' or diag $run->{err};
    like $run->{err}, qr/another|in use|locked/i, '... and why';
    is ask({ %{ exported($process, %own) } }, 'GET', '/v1/Workspaces')->{status}, 200, 'the first one goes on';
    $process->stop;
    mkdir "$directory/closed";
    chmod 0555, "$directory/closed";
    for my $row (["$directory/none/x.db", 'no such folder'], [$directory, 'a folder'],
        ["$directory/closed/x.db", 'a folder that may not be written'], [write_file("$directory/text.db", 'no database ' x 500), 'no database']) {
        my ($file, $name) = @$row;
        $run = run_it(['-l', '127.0.0.1:0', '--store', $file], environment => \%own);
        is $run->{status}, 1, "$name: exit status 1" or diag $run->{err};
        like $run->{err}, qr/\Q$file\E/, "$name: named";
        is $run->{out}, '', "$name: nothing is served";
    }
};

subtest 'a disk that fills up' => sub {
    plan skip_all => 'sanitizers must be loaded first' if is_sanitized();
    my $compiler = find_command('cc', 'gcc', 'clang') or plan skip_all => 'no C compiler';
    my $library = "$directory/fail-disk.so";
    my $compiled = run_command([$compiler, '-shared', '-fPIC', '-O1', '-o', $library, "$FindBin::Bin/preload/fail-disk.c", '-ldl'], keep_user => 1);
    is $compiled->{status}, 0, 'the full disk is built' or BAIL_OUT($compiled->{err});
    chmod 0755, $library;
    my $flag = "$directory/full";
    my $full = TaskRouter::Taskrouterd->start(on_disk => 1, environment => { LD_PRELOAD => $library, FAIL_DISK => $flag });
    my $space = $full->new_workspace(Template => 'FIFO');
    my $before = $full->created($space->path('Tasks'), Attributes => '{"n":1}');
    write_file($flag, '');
    for my $n (1 .. 3) {
        my $response = $full->request(method => 'POST', target => '/v1' . $space->path('Tasks'), body => 'Attributes={"n":2}',
            headers => [['Content-Type', 'application/x-www-form-urlencoded']], unchecked => 1);
        is $response->{status}, 503, "request $n is answered with 503";
        is $response->{json}{code}, 20503, '... in the form of the API';
        is $response->{json}{status}, 503, '... with its status';
    }
    my $response = $full->request(method => 'POST', target => '/v1' . $space->path('Tasks', $before->{sid}), body => 'Attributes={"n":3}',
        headers => [['Content-Type', 'application/x-www-form-urlencoded']], unchecked => 1);
    is $response->{status}, 503, 'so is a change';
    is_deeply [map { $_->{attributes} } $full->listed($space->path('Tasks'))], ['{"n":1}'], 'reading goes on, and shows what the store has';
    like $full->output, qr/error store .*going back to what it has/, 'the log is loud about it';
    unlink $flag;
    is $full->updated($space->path('Tasks', $before->{sid}), Attributes => '{"n":4}')->{attributes}, '{"n":4}', 'with room again it goes on';
    $full->restart;
    is_deeply [map { $_->{attributes} } $full->listed($space->path('Tasks'))], ['{"n":4}'], 'and that is what is stored';
    $full->stop;
};

subtest 'a stop with work in hand' => sub {
    my $one = TaskRouter::Taskrouterd->start;
    my @clients = map { TaskRouter::HTTP->new(port => $one->port) } 1 .. 20;
    $_->send_request(method => 'POST', target => '/v1/Workspaces', body => 'FriendlyName=x', headers => [basic($account, $auth_token),
        ['Content-Type', 'application/x-www-form-urlencoded']]) for @clients;
    ok wait_until(5, sub { $one->output =~ /status=201/ }), 'requests are coming in';
    $one->process->send_signal('TERM');
    my %seen;
    $seen{ $_->read_response('POST')->{status} }++ for @clients;
    # One that is read in the last moments is told to come back: 503.
    is_deeply [grep { $_ != 201 && $_ != 503 && $_ != 0 } keys %seen], [], 'each is answered, sent away or was never taken';
    ok $one->process->wait_end(5), 'it ends';
    is $one->process->exit_status, 0, '... with 0';
    my $created = () = $one->output =~ /method=POST path=\S+ status=201/g;
    is $created, $seen{201}, 'what was done was answered';
};

done_testing;
