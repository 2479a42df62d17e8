# A TaskRouter that misbehaves to order: /_local/faults for requests to the REST API, on HTTP and behind nginx, and
# TaskRouter's own rate limits. Faults of webhooks are in taskrouterd-fault-webhooks.t.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::PP ();
use Test::More;
use TaskRouter::Fixture qw($account $auth_token basic);
use TaskRouter::HTTP;
use TaskRouter::Node;
use TaskRouter::Process qw(temporary_directory time_limit wait_until find_command run_command write_file top_directory);
use TaskRouter::Servers;
use TaskRouter::Signature qw(form_body);
use TaskRouter::Taskrouterd;
use Time::HiRes qw(sleep time);

time_limit(120);
my $server = TaskRouter::Taskrouterd->start;
my $json = JSON::PP->new->utf8->allow_nonref;

sub fault {
    my (%parameters) = @_;
    return $server->created('/_local/faults', map { $_ => $parameters{$_} } sort keys %parameters);
}

sub fault_now { return $server->fetched("/_local/faults/$_[0]{id}") }
sub clear     { return $server->deleted('/_local/faults') }

# The same requests to taskrouterd itself, and through a web server: on connections of their own, which may break.
sub ask {
    my ($port, $method, $path, @form) = @_;
    my $response = TaskRouter::HTTP->new(port => $port, seconds => 10)->request(method => $method, target => $path,
        headers => [basic($account, $auth_token), ['Content-Type', 'application/x-www-form-urlencoded']],
        @form ? (body => form_body(@form)) : ());
    $response->{json} = eval { $json->decode($response->{body}) } if length($response->{body} // '');
    return $response;
}

sub names_of {
    my $port = shift;
    return join ' ', sort map { $_->{friendly_name} } @{ ask($port, 'GET', '/v1/Workspaces')->{json}{workspaces} };
}

# ---- what can be asked for

subtest 'wrong parameters' => sub {
    my @rows = (
        [[on => 'request'], 'do: must be given'],
        [[do => 'sing'], 'do: expected one of status, delay, cut, drop, double, reorder, wrong_signature'],
        [[do => 'status', on => 'dogs'], 'on: expected one of request, assignment_callback, event_callback, voice, status_callback'],
        [[do => 'drop'], 'do: drop does not go with on=request'],
        [[do => 'double'], 'do: double does not go with on=request'],
        [[do => 'reorder', on => 'request'], 'do: reorder does not go with on=request'],
        [[do => 'wrong_signature'], 'do: wrong_signature does not go with on=request'],
        [[do => 'status', on => 'event_callback'], 'do: status does not go with on=event_callback'],
        [[do => 'cut', on => 'assignment_callback'], 'do: cut does not go with on=assignment_callback'],
        [[do => 'status', url => 'http://x'], 'url: does not go with on=request and do=status'],
        [[do => 'drop', on => 'voice', route => '/v1/**'], 'route: does not go with on=voice and do=drop'],
        [[do => 'drop', on => 'voice', method => 'GET'], 'method: does not go with on=voice and do=drop'],
        [[do => 'drop', on => 'voice', executed => 'true'], 'executed: does not go with on=voice and do=drop'],
        [[do => 'drop', on => 'voice', worker_sid => 'WK' . '0' x 32], 'worker_sid: does not go with on=voice and do=drop'],
        [[do => 'drop', on => 'event_callback', event_type => 'task.created, task.create'],
            'event_type: TaskRouter has no event type task.create'],
        [[do => 'drop', on => 'assignment_callback', event_type => 'task.created'],
            'event_type: does not go with on=assignment_callback and do=drop'],
        [[do => 'drop', on => 'event_callback', seconds => 1], 'seconds: does not go with on=event_callback and do=drop'],
        [[do => 'delay', status => 500], 'status: does not go with on=request and do=delay'],
        [[do => 'cut', retry_after => 1], 'retry_after: does not go with on=request and do=cut'],
        [[do => 'status', keep => 'half'], 'keep: does not go with on=request and do=status'],
        [[do => 'status', status => 399], 'status: expected a whole number, 400 to 599'],
        [[do => 'status', status => 600], 'status: expected a whole number, 400 to 599'],
        [[do => 'status', status => ''], 'status: expected a whole number, 400 to 599'],
        [[do => 'status', retry_after => 86401], 'retry_after: expected a whole number, 0 to 86400'],
        [[do => 'status', share => '1.001'], 'share: expected a number, 0 to 1'],
        [[do => 'status', share => '-1'], 'share: expected a number, 0 to 1'],
        [[do => 'status', count => 0], 'count: expected a whole number, 1 to 1000000000'],
        [[do => 'status', skip => -1], 'skip: expected a whole number, 0 to 1000000000'],
        [[do => 'delay', seconds => 0], 'seconds: expected seconds, 0.001 to 600'],
        [[do => 'delay', seconds => 600.001], 'seconds: expected seconds, 0.001 to 600'],
        [[do => 'cut', keep => 'some'], 'keep: expected one of half, nothing'],
        [[do => 'cut', executed => 'yes'], 'executed: expected true or false'],
        [[do => 'status', method => 'PUT'], 'method: expected one of any, GET, POST, DELETE, OPTIONS'],
        [[do => 'status', route => 'Workspaces'], 'route: expected a pattern of paths that begins with /v1/'],
        [[do => 'status', route => '/v1x'], 'route: expected a pattern of paths that begins with /v1/'],
        [[do => 'status', route => '/v'], 'route: expected text of 3 to 1024 bytes'],
        [[do => 'drop', on => 'event_callback', task_sid => 'WT1'], 'task_sid: expected text of 34 to 34 bytes'],
        [[do => 'drop', on => 'event_callback', url => ''], 'url: expected text of 1 to 1024 bytes'],
        [[do => 'status', stauts => 500], 'stauts: there is no such parameter; did you mean status?'],
        [[do => 'status', do => 'cut'], 'do: is given twice'],
    );
    for my $row (@rows) {
        my $answer = $server->post('/_local/faults', @{ $row->[0] });
        is "$answer->{status} $answer->{json}{detail}", "400 $row->[1]", form_body(@{ $row->[0] });
    }
    is_deeply $server->fetched('/_local/faults'), { faults => [] }, 'none of them was added';
    for my $id ('1', '0', 'x', '-1', '99999999999999999999') {
        is $server->get("/_local/faults/$id")->{status}, 404, "there is no fault $id";
    }
    is $server->request(method => 'PUT', target => '/_local/faults')->{status}, 405, 'no PUT';
    is $server->request(method => 'GET', target => '/_local/faults', anonymous => 1)->{status}, 401, 'credentials are asked for';
};

subtest 'what is shown' => sub {
    my $first = fault(do => 'status');
    is_deeply $first, { id => 1, on => 'request', do => 'status', method => 'any', route => '/v1/**', url => undef,
        (map { $_ => undef } qw(event_type workspace_sid workflow_sid worker_sid task_sid count retry_after seconds keep)),
        share => 1, skip => 0, status => 503, executed => JSON::PP::false, looked_at => 0, hits => 0, spent => JSON::PP::false,
        held => 0 }, 'a fault as it was added';
    my $second = $server->request(method => 'POST', target => '/_local/faults', headers => [['Content-Type', 'application/json']],
        body => '{"on":"event_callback","do":"delay","seconds":0.25,"share":0.5,"count":3,"event_type":"task.created"}');
    is $second->{status}, 201, 'by JSON, too';
    is_deeply [@{ $second->{json} }{qw(id on do seconds share count event_type route executed)}],
        [2, 'event_callback', 'delay', 0.25, 0.5, 3, 'task.created', undef, undef], '... as it was added';
    is_deeply $server->fetched('/_local/faults')->{faults}, [$first, $second->{json}], 'both are listed, oldest first';
    $server->deleted('/_local/faults/1');
    is $server->get('/_local/faults/1')->{status}, 404, 'one is removed';
    is_deeply [map { $_->{id} } @{ $server->fetched('/_local/faults')->{faults} }], [2], '... the other one stays';
    is $server->get('/Workspaces')->{status}, 200, '... and hits no request';
    clear();
    is_deeply $server->fetched('/_local/faults'), { faults => [] }, 'all are removed';
    my %paths = map { $_->{path} => join ' ', @{ $_->{methods} } } @{ $server->fetched('/_local/')->{routes} };
    is $paths{'/_local/faults'}, 'GET HEAD POST DELETE', 'they stand in the index of /_local/';
    fault(do => 'delay', on => 'voice') for 1 .. 100;
    my $answer = $server->post('/_local/faults', do => 'cut');
    is "$answer->{status} $answer->{json}{detail}", '409 there are 100 faults, and limits.faults allows no more', 'limits.faults';
    clear();
};

# ---- errors

subtest 'status' => sub {
    for my $row ([503, 20503, 'Service Unavailable'], [429, 20429, 'Too Many Requests'], [500, 20500, 'Internal Server Error'],
        [400, 20001, 'Bad Request'], [401, 20003, 'Unauthorized'], [404, 20404, 'Not Found'], [409, 20409, 'Conflict'],
        [418, 20418, 'A fault on purpose'], [599, 20599, 'A fault on purpose']) {
        my ($status, $code, $message) = @$row;
        my $fault = fault(do => 'status', status => $status, count => 1);
        my $answer = $server->request(method => 'POST', target => '/v1/Workspaces', body => form_body(FriendlyName => 'No'),
            headers => [['Content-Type', 'application/x-www-form-urlencoded']], unchecked => 1);
        is $answer->{status}, $status, "status $status";
        is_deeply $answer->{json}, { code => $code, message => $message, status => $status,
            more_info => "https://www.twilio.com/docs/errors/$code" }, "... in TaskRouter's form";
        is $answer->{headers}{'taskrouter-fault'}[0], $fault->{id}, '... names the fault';
        is $answer->{headers}{'retry-after'}, undef, '... no Retry-After';
        like $answer->{headers}{'twilio-request-id'}[0], qr/^RQ[0-9a-f]{32}$/, '... the headers of every answer';
    }
    is names_of($server->port), '', 'nothing was executed';
    clear();
    fault(do => 'status', status => 429, retry_after => 0, count => 1);
    is $server->get('/Workspaces')->{headers}{'retry-after'}[0], 0, 'Retry-After: 0';
    fault(do => 'status', status => 503, retry_after => 86400, count => 1);
    is $server->get('/Workspaces')->{headers}{'retry-after'}[0], 86400, 'Retry-After of a day';
    is $server->get('/Workspaces')->{status}, 200, 'faults are spent';
    like $server->output, qr/ info fault fault=\d+ on=request do=status hits=1 id=RQ[0-9a-f]{32}$/m, 'a line in the log for each';

    my $space = $server->new_workspace(FriendlyName => 'Executed');
    my $queue = $space->queue('Q');
    my $workflow = $space->workflow('W', $queue);
    my $task = $space->task($workflow, { a => 1 });
    my $fault = fault(do => 'status', status => 500, executed => 'true', count => 1, method => 'POST');
    my $answer = $server->post($task->{url}, Priority => 7);
    is "$answer->{status} $answer->{json}{code}", '500 20500', 'an error for what was executed';
    is $answer->{headers}{etag}, undef, '... without the version of the Task';
    is $answer->{headers}{'taskrouter-fault'}[0], $fault->{id}, '... names the fault';
    is $space->fresh($task)->{priority}, 7, '... and it was';
    is_deeply [grep { !/X-Rate-Limit/ } $server->violations], [], 'all of it is as TaskRouter answers';
    $server->deleted("/Workspaces/$space->{sid}");
    clear();
};

subtest 'which requests' => sub {
    my $space = $server->new_workspace(FriendlyName => 'Which');
    my $fault = fault(do => 'status', status => 503, route => '/v1/Workspaces/*/Tasks', method => 'POST');
    is $server->get($space->path('Tasks'))->{status}, 200, 'another method passes';
    is $server->post($space->path('Workers'), FriendlyName => 'A')->{status}, 201, 'another path passes';
    is $server->get('/_local/calls')->{status}, 200, 'nothing under /_local/ is hit';
    is $server->post($space->path('Tasks'))->{status}, 503, 'the method and path are hit';
    is $server->post($space->path('Tasks') . '?a=b')->{status}, 503, '... with any query';
    my $foreign = $server->request(method => 'POST', target => '/v1' . $space->path('Tasks'), anonymous => 1);
    is $foreign->{status}, 401, 'who may not is not hit';
    is_deeply [@{ fault_now($fault) }{qw(looked_at hits spent)}], [2, 2, JSON::PP::false], 'it is counted';
    clear();

    fault(do => 'status', status => 503, skip => 1, count => 2);
    is join(' ', map { $server->get('/Workspaces')->{status} } 1 .. 5), '200 503 503 200 200', 'skip and count';
    clear();
    fault(do => 'status', status => 503, count => 1);
    my $second = fault(do => 'status', status => 500);
    is join(' ', map { $server->get('/Workspaces')->{status} } 1 .. 3), '503 500 500', 'the first that hits counts';
    is fault_now($second)->{looked_at}, 2, '... and the others are not asked';
    clear();
    $server->deleted("/Workspaces/$space->{sid}");
};

subtest 'a share by chance' => sub {
    my $hits = sub {
        my $seed = shift;
        my $seeded = TaskRouter::Taskrouterd->start(arguments => ['--random-seed', $seed]);
        $seeded->created('/_local/faults', do => 'status', share => 0.25);
        my $hits = join '', map { $seeded->get('/Workspaces')->{status} == 503 ? 'x' : '.' } 1 .. 100;
        my ($fault) = @{ $seeded->fetched('/_local/faults')->{faults} };
        is $fault->{hits}, ($hits =~ tr/x//), 'hits are counted';
        $seeded->post('/_local/reset', x => 1);
        is_deeply $seeded->fetched('/_local/faults'), { faults => [] }, 'a reset forgets faults';
        $seeded->created('/_local/faults', do => 'status', share => 0.25);
        is join('', map { $seeded->get('/Workspaces')->{status} == 503 ? 'x' : '.' } 1 .. 100), $hits, '... and begins anew';
        $seeded->stop;
        return $hits;
    };
    my ($one, $same, $other) = map { $hits->($_) } 'seed', 'seed', 'other';
    cmp_ok $one =~ tr/x//, '>', 8, 'a quarter, about';
    cmp_ok $one =~ tr/x//, '<', 45, '... not more';
    is $same, $one, 'the same seed hits the same';
    isnt $other, $one, 'another one does not';
};

# ---- held back, and broken off: on HTTP, and through nginx

sub on_a_port {
    my ($name, $port) = @_;
    clear();
    my $fault = fault(do => 'status', status => 418, count => 1, retry_after => 3);
    my $answer = ask($port, 'GET', '/v1/Workspaces');
    is "$answer->{status} $answer->{json}{code} $answer->{headers}{'taskrouter-fault'}[0] $answer->{headers}{'retry-after'}[0]",
        "418 20418 $fault->{id} 3", "$name: status";

    $fault = fault(do => 'delay', seconds => 0.4, count => 1);
    my $started = time;
    $answer = ask($port, 'POST', '/v1/Workspaces', FriendlyName => 'Delayed');
    cmp_ok time - $started, '>=', 0.39, "$name: delay: the answer is late";
    cmp_ok time - $started, '<', 5, '... and comes';
    is "$answer->{status} $answer->{headers}{'taskrouter-fault'}[0]", "201 $fault->{id}", '... whole, and names the fault';
    is $answer->{json}{friendly_name}, 'Delayed', '... as it was to be';

    for my $row (['true', 'executed', 'Delayed Late'], ['false', 'not executed', 'Delayed Late']) {
        my ($executed, $what, $expected) = @$row;
        $fault = fault(do => 'delay', seconds => 60, method => 'POST', executed => $executed);
        my $client = TaskRouter::HTTP->new(port => $port, seconds => 10);
        my $body = form_body(FriendlyName => 'Late');
        $client->connect_to;
        $client->send_request(method => 'POST', target => '/v1/Workspaces', headers => [basic($account, $auth_token),
            ['Content-Type', 'application/x-www-form-urlencoded']], body => $body);
        ok wait_until(8, sub { fault_now($fault)->{held} == 1 }), "$name: delay: it is held";
        is names_of($port), $executed eq 'true' ? $expected : 'Delayed', "... $what so far";
        if ($executed eq 'true') {
            $server->deleted("/_local/faults/$fault->{id}");
            is $client->read_response('POST')->{status}, 201, '... and goes on when the fault is removed';
            my ($late) = grep { $_->{friendly_name} eq 'Late' } @{ ask($port, 'GET', '/v1/Workspaces')->{json}{workspaces} };
            ask($port, 'DELETE', "/v1/Workspaces/$late->{sid}");
        } else {
            $client->close_connection;
            # A web server may take a moment to tell.
            sleep 0.3;
            clear();
            ok wait_until(8, sub { $server->output =~ /status=503 .*note="The client has gone"/ }),
                '... and never, since the client has gone';
            is names_of($port), 'Delayed', '... indeed';
        }
    }

    fault(do => 'cut', count => 1);
    $answer = ask($port, 'POST', '/v1/Workspaces', FriendlyName => 'Cut');
    is $answer->{status}, 201, "$name: cut: the head comes";
    ok $answer->{cut}, '... and a part of what it promises';
    cmp_ok length $answer->{body}, '>', 100, '... of the body';
    like $answer->{body}, qr/^\{"sid":"WS/, '... its beginning';
    is names_of($port), 'Cut Delayed', '... executed';
    fault(do => 'cut', count => 1, executed => 'false');
    $answer = ask($port, 'POST', '/v1/Workspaces', FriendlyName => 'Never');
    ok $answer->{cut}, "$name: cut: not executed";
    is names_of($port), 'Cut Delayed', '... indeed';
    $fault = fault(do => 'cut', count => 1, keep => 'nothing');
    $answer = ask($port, 'POST', '/v1/Workspaces', FriendlyName => 'Silent');
    return $answer;
}

subtest 'HTTP' => sub {
    my $nothing = on_a_port('HTTP', $server->port);
    is "$nothing->{status} $nothing->{error}", '0 no answer', 'nothing comes back';
    is names_of($server->port), 'Cut Delayed Silent', '... but it was executed';
    fault(do => 'cut', count => 1, method => 'DELETE');
    my ($silent) = grep { $_->{friendly_name} eq 'Silent' } @{ ask($server->port, 'GET', '/v1/Workspaces')->{json}{workspaces} };
    is ask($server->port, 'DELETE', "/v1/Workspaces/$silent->{sid}")->{error}, 'no answer', 'an answer without a body is cut to nothing';
    is names_of($server->port), 'Cut Delayed', '... but it was executed';
    clear();
};

subtest 'nginx and FastCGI' => sub {
    my $missing = TaskRouter::Servers::missing('nginx', 'spawn-fcgi');
    plan skip_all => $missing if $missing;
    my $directory = temporary_directory();
    my $socket = "$directory/fcgi.sock";
    my $process = TaskRouter::Process->start(name => 'spawn-fcgi', directory => $directory, ready => { unix => $socket },
        environment => { TWILIO_ACCOUNT_SID => $account, TWILIO_AUTH_TOKEN => $auth_token },
        command => [find_command('spawn-fcgi'), '-n', '-s', $socket, '-M', '0666', '--',
            TaskRouter::Process::program_command(TaskRouter::Taskrouterd::program_copy($directory))]);
    my $nginx = TaskRouter::Servers->new(name => 'nginx');
    $nginx->run_nginx('nginx/taskrouterd.conf', 1, 'unix:/run/taskrouterd/fcgi.sock' => "unix:$socket");
    my $own = $server;
    $server = bless { %$own, port => $nginx->port, processes => [$process] }, ref $own;
    delete $server->{client};
    my $nothing = on_a_port('nginx', $nginx->port);
    is $nothing->{status}, 502, 'nginx answers that nothing came';
    is names_of($nginx->port), 'Cut Delayed Silent', '... but it was executed, once';
    fault(do => 'cut', count => 1, keep => 'nothing', method => 'GET');
    is ask($nginx->port, 'GET', '/v1/Workspaces')->{status}, 502, 'a GET is not sent again';
    $process->send_signal('TERM');
    ok $process->wait_end(5), 'it ends';
    $nginx->{process}->stop;
    $server = $own;
};

subtest 'many at once' => sub {
    clear();
    my $fault = fault(do => 'delay', seconds => 0.5, count => 20);
    my @clients = map { TaskRouter::HTTP->new(port => $server->port, seconds => 10) } 1 .. 30;
    my $started = time;
    for my $client (@clients) {
        $client->connect_to;
        $client->send_request(method => 'GET', target => '/v1/Workspaces', headers => [basic($account, $auth_token)]);
    }
    my @answers = map { $_->read_response('GET') } @clients;
    cmp_ok time - $started, '<', 5, 'they are held beside each other';
    is scalar(grep { $_->{status} == 200 } @answers), 30, 'all are answered';
    is scalar(grep { $_->{headers}{'taskrouter-fault'} } @answers), 20, 'as many as count says were hit';
    is_deeply [@{ fault_now($fault) }{qw(looked_at hits spent held)}], [20, 20, JSON::PP::true, 0], '... and counted';
    clear();
};

subtest 'the end' => sub {
    my $ending = TaskRouter::Taskrouterd->start;
    for my $executed ('true', 'false') {
        $ending->created('/_local/faults', do => 'delay', seconds => 60, executed => $executed, method => 'POST', count => 1);
    }
    my @clients = map { TaskRouter::HTTP->new(port => $ending->port, seconds => 10) } 1 .. 2;
    for my $client (@clients) {
        $client->connect_to;
        $client->send_request(method => 'POST', target => '/v1/Workspaces', body => form_body(FriendlyName => 'Last'),
            headers => [basic($account, $auth_token), ['Content-Type', 'application/x-www-form-urlencoded']]);
    }
    ok wait_until(8, sub { 2 == grep { $_->{held} } @{ $ending->fetched('/_local/faults')->{faults} } }), 'two requests are held';
    delete $ending->{client};
    my $started = time;
    $ending->process->send_signal('TERM');
    is join(' ', map { $_->read_response('POST')->{status} } @clients), '201 201', 'a stop ends what holds them';
    ok $ending->process->wait_end(5), '... and the process';
    cmp_ok time - $started, '<', 5, '... soon';
    is $ending->process->exit_status, 0, '... with 0';
};

subtest 'the simulated clock waits' => sub {
    clear();
    $server->updated('/_local/clock', frozen => 'true');
    my $fault = fault(do => 'delay', executed => 'false', seconds => 0.5, method => 'POST', count => 1);
    my $client = TaskRouter::HTTP->new(port => $server->port, seconds => 10);
    $client->connect_to;
    $client->send_request(method => 'POST', target => '/v1/Workspaces', body => form_body(FriendlyName => 'Waited for'),
        headers => [basic($account, $auth_token), ['Content-Type', 'application/x-www-form-urlencoded']]);
    ok wait_until(8, sub { fault_now($fault)->{held} }), 'a request is held';
    my $before = $server->fetched('/_local/clock')->{now};
    $server->updated('/_local/clock', advance => 60);
    isnt $server->fetched('/_local/clock')->{now}, $before, 'the clock was advanced';
    like names_of($server->port), qr/Waited for/, '... when it was carried out';
    is $client->read_response('POST')->{status}, 201, '... and answered';
    $server->updated('/_local/clock', frozen => 'false');
};

subtest 'a reset' => sub {
    my $fault = fault(do => 'delay', seconds => 60, method => 'POST', count => 1);
    my $client = TaskRouter::HTTP->new(port => $server->port, seconds => 10);
    $client->connect_to;
    $client->send_request(method => 'POST', target => '/v1/Workspaces', body => form_body(FriendlyName => 'Last'),
        headers => [basic($account, $auth_token), ['Content-Type', 'application/x-www-form-urlencoded']]);
    ok wait_until(8, sub { fault_now($fault)->{held} }), 'a request is held';
    is $server->post('/_local/reset', x => 1)->{status}, 204, 'everything is reset';
    is $client->read_response('POST')->{status}, 201, 'it is answered';
    is_deeply $server->fetched('/_local/faults'), { faults => [] }, 'and no fault is left';
    is fault(do => 'cut')->{id}, 1, '... as after a start';
    clear();
};

# ---- rate limits

subtest 'rate limits' => sub {
    my $limited = TaskRouter::Taskrouterd->start(arguments => ['--frozen']);
    my $space = $limited->new_workspace;
    my @rows = (
        ['EvaluateTaskAttributes', 3, sub { $limited->get($space->path('Tasks'), EvaluateTaskAttributes => 'a == 1') }],
        ['TargetWorkersExpression', 3, sub { $limited->get($space->path('Workers'), TargetWorkersExpression => 'a == 1') }],
        ['EvaluateWorkerAttributes', 3, sub { $limited->get($space->path('TaskQueues'), EvaluateWorkerAttributes => '{}') }],
        ['RealTimeStatistics', 5, sub { $limited->request(method => 'POST', unchecked => 1,
            target => '/v1' . $space->path('TaskQueues', 'RealTimeStatistics'),
            headers => [['Content-Type', 'application/x-www-form-urlencoded']]) }],
    );
    $_->[2]->() for map { ($_) x 7 } @rows;
    my $table = $limited->fetched('/_local/rate_limits');
    is_deeply [$table->{enabled}, map { "$_->{name} $_->{per_second} $_->{passed} $_->{refused}" } @{ $table->{rate_limits} }],
        [JSON::PP::false, map { "$_->[0] $_->[1] 0 0" } @rows], 'they are off';
    is $limited->updated('/_local/rate_limits', enabled => 'true')->{enabled}, JSON::PP::true, 'they are switched on';
    for my $row (@rows) {
        my ($name, $most, $ask) = @$row;
        my @answers = map { $ask->() } 1 .. $most + 1;
        is scalar(grep { $_->{status} != 429 } @answers), $most, "$name: $most pass in a second";
        my $last = $answers[-1];
        is "$last->{status} $last->{json}{code} $last->{json}{message}", '429 20429 Too Many Requests', '... one more does not';
        is_deeply [map { my $answer = $_; join ' ', map { $answer->{headers}{"x-rate-limit-$_"}[0] } qw(limit remaining config) } @answers[0, -1]],
            ["$most " . ($most - 1) . " $name", "$most 0 $name"], '... the headers say how far';
    }
    is $limited->get($space->path('Tasks'))->{status}, 200, 'without the filter nothing is limited';
    is $limited->get($space->path('Tasks'), EvaluateTaskAttributes => '')->{status}, 200, '... nor with an empty one';
    $limited->updated('/_local/clock', advance => 0.999);
    is $rows[0][2]->()->{status}, 429, 'the clock decides: not yet a second later';
    $limited->updated('/_local/clock', advance => 0.001);
    is $rows[0][2]->()->{status}, 200, '... a second later';
    $table = $limited->fetched('/_local/rate_limits');
    is_deeply [$table->{enabled}, map { "$_->{passed} $_->{refused}" } @{ $table->{rate_limits} }],
        [JSON::PP::true, '4 2', '3 1', '3 1', '5 1'], 'they are counted';
    $limited->post('/_local/reset', x => 1);
    is $limited->fetched('/_local/rate_limits')->{enabled}, JSON::PP::false, 'a reset switches them off again';
    for my $row ([[enabled => 'yes'], 'enabled: expected true or false'],
        [[enable => 'true'], 'enable: there is no such parameter; did you mean enabled?']) {
        my $answer = $limited->post('/_local/rate_limits', @{ $row->[0] });
        is "$answer->{status} $answer->{json}{detail}", "400 $row->[1]", form_body(@{ $row->[0] });
    }
    $limited->stop;
    my $file = write_file(temporary_directory() . '/taskrouterd.json', '{"limits": {"rates": true, "faults": 1}}');
    my $configured = TaskRouter::Taskrouterd->start(arguments => ['-c', $file]);
    is $configured->fetched('/_local/rate_limits')->{enabled}, JSON::PP::true, 'limits.rates switches them on';
    is join(' ', map { $configured->post('/_local/faults', do => 'cut')->{status} } 1 .. 2), '201 409', 'limits.faults';
    $configured->stop;
};

# ---- through Twilio's own package

subtest 'the npm package' => sub {
    my $missing = TaskRouter::Node::missing('twilio');
    plan skip_all => $missing if $missing;
    clear();
    fault(do => 'status', status => 429, count => 2, route => '/v1/Workspaces', method => 'GET');
    my $repeating = run_client('autoRetry');
    is_deeply $repeating, { ok => JSON::PP::true }, 'with autoRetry it repeats what was answered with 429';
    is $server->fetched('/_local/faults')->{faults}[0]{hits}, 2, '... twice';
    clear();
    fault(do => 'status', status => 503);
    is_deeply run_client(), { status => 503, code => 20503, message => 'Service Unavailable',
        moreInfo => 'https://www.twilio.com/docs/errors/20503' }, 'an error that it raises';
    clear();
    fault(do => 'cut', keep => 'nothing');
    like run_client()->{message}, qr/socket hang up|ECONNRESET/, 'a connection that breaks';
    clear();
};

sub run_client {
    my ($option) = @_;
    my $run = run_command([TaskRouter::Node::command(top_directory() . '/t/taskrouterd-faults.js'), $server->base_url,
        $account, $auth_token, $option // ()], keep_user => 1, environment => { NODE_PATH => TaskRouter::Node::modules() },
        seconds => 30);
    return eval { $json->decode($run->{out}) } // { message => $run->{err} };
}

done_testing;
