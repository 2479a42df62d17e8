# The ground rules of the REST API: credentials, methods, error bodies, headers, ETag and If-Match.
# https://www.twilio.com/docs/usage/twilios-response, .../usage/requests-to-twilio, .../usage/mutation-and-conflict-resolution.
# Cases begin with the section of the facts.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use TaskRouter::Fixture qw($account $auth_token basic bearer);
use TaskRouter::Process qw(time_limit);
use TaskRouter::Signature qw(sid form_body);
use TaskRouter::Taskrouterd;

time_limit(60);
my $server = TaskRouter::Taskrouterd->start;
my $space = $server->new_workspace(Template => 'FIFO');
my ($workflow) = $server->listed($space->path('Workflows'));
my $form = ['Content-Type', 'application/x-www-form-urlencoded'];

sub is_error {
    my ($response, $status, $code, $name) = @_;
    is "$response->{status} " . ($response->{json}{code} // ''), "$status $code", $name or diag $response->{body};
    is $response->{json}{more_info}, "https://www.twilio.com/docs/errors/$code", '... more_info';
    is $response->{json}{status}, $status, '... the status in the body';
    like $response->{headers}{'content-type'}[0] // '', qr{^application/json\b}, '... as JSON';
    return $response;
}

subtest '5.1 credentials' => sub {
    my %wrong = (none => [], 'a wrong token' => [basic($account, 'wrong')], 'no token' => [basic($account, '')],
        'another account' => [basic(sid('AC', 9), $auth_token)], 'a bearer' => [bearer($auth_token)],
        'half a header' => [['Authorization', 'Basic']], 'no base64' => [['Authorization', 'Basic !!!!']],
        'a token with more behind it' => [basic($account, "${auth_token}x")],
            'the token as user' => [basic($auth_token, '')],
        'a small account' => [basic(lc $account, $auth_token)]);
    for my $name (sort keys %wrong) {
        for my $request (['GET', '/v1/Workspaces'], ['POST', '/v1/Workspaces']) {
            my ($method, $target) = @$request;
            my $response = $server->request(method => $method, target => $target, anonymous => 1,
                headers => [@{ $wrong{$name} }, $form],
                $method eq 'POST' ? (body => 'FriendlyName=x') : ());
            is_error($response, 401, 20003, "5.3 $method $target with $name");
            ok $response->{headers}{'www-authenticate'}, '... WWW-Authenticate' if $method eq 'GET';
        }
    }
    is scalar($server->listed('/Workspaces')), 1, 'nothing came of it';
};

subtest '5.1 methods and statuses' => sub {
    my $activity = $space->path('Activities', $space->activity('Available'));
    my %methods = ($space->path => [qw(PUT PATCH)], '/Workspaces' => [qw(DELETE PUT)],
        $space->path('Activities') => ['DELETE'],
        $activity => ['PUT'], $space->path('Events') => [qw(POST DELETE)], $space->path('Workers') => ['DELETE']);
    for my $path (sort keys %methods) {
        for my $method (@{ $methods{$path} }) {
            is_error($server->request(method => $method, target => "/v1$path", headers => [$form],
                body => 'FriendlyName=x'), 405, 20004,
                "5.3 $method " . ($path =~ s/[0-9a-f]{32}/…/gr));
        }
    }
    my $created = $server->post($space->path('Activities'), FriendlyName => 'x');
    is "$created->{status} " . uc $created->{reason}, '201 CREATED', '5.1 create';
    is $server->get($created->{json}{url})->{status}, 200, '5.1 fetch';
    is $server->post($created->{json}{url}, FriendlyName => 'y')->{status}, 200, '5.1 update';
    my $deleted = $server->remove($created->{json}{url});
    is "$deleted->{status} '$deleted->{body}'", "204 ''", '5.1 delete: an empty body';
    is_error($server->remove($created->{json}{url}), 404, 20404, '5.3 delete again');
};

subtest '5.1 headers' => sub {
    my $response = $server->get($space->path);
    my %header = ('content-type' => qr{^application/json; ?charset=utf-8$}i,
        'twilio-request-id' => qr/^RQ[0-9a-f]{32}$/,
        'twilio-request-duration' => qr/^\d+\.\d+$/, 'access-control-allow-origin' => qr/^\*$/,
            'access-control-expose-headers' => qr/ETag/i,
        'access-control-allow-methods' => qr/DELETE/, 'access-control-allow-headers' => qr/If-Match/);
    like $response->{headers}{$_}[0] // '', $header{$_}, "5.1 $_" for sort keys %header;
    my %seen = map { $server->get($space->path)->{headers}{'twilio-request-id'}[0] => 1 } 1 .. 5;
    is scalar(keys %seen), 5, '5.1 each request has an id of its own';
    like $server->get('/Workspaces/WS1')->{headers}{'twilio-request-id'}[0] // '', qr/^RQ/, '5.1 also one that failed';
};

subtest '5.3 what is not there' => sub {
    my @paths = ('/Workspaces/' . sid('WS'), '/Workspaces/WS1', '/Workspaces/' . sid('WT'), '/Workspace',
        '/Workspaces//TaskQueues',
        '/Workspaces/' . sid('WS') . '/Tasks', $space->path('Nothing'), $space->path('Tasks', sid('WT')),
            $space->path('Tasks', 'x'),
        $space->path('Tasks', sid('WT'), 'Reservations'), $space->path('Workers', sid('WK'), 'Channels', 'default'),
        $space->path('Activities', $space->sid), $space->path('Workflows', sid('WW'), 'x', 'y'),
            $space->path('TaskChannels', 'pigeon'),
        $space->path('Events', sid('EV')), $space->path . '/', '/');
    for my $path (@paths) {
        my $response = is_error($server->get($path), 404, 20404, "5.3 GET $path");
        is $response->{json}{message}, "The requested resource $path was not found", '... in these words, without /v1';
    }
    my $response = $server->request(method => 'GET', target => '/v2/Workspaces');
    is $response->{status}, 404, '5.3 another version';
    is_error($server->post($space->path('Tasks', sid('WT')), Priority => 1), 404, 20404,
        '5.3 POST to what is not there');
    my $upper = $space->path =~ s/WS([0-9a-f]+)/'WS' . uc $1/er;
    is $server->get($upper)->{status}, 200, '1.1 digits of a SID in any case';
};

subtest '5.3 bodies and parameters' => sub {
    my $path = $space->path('Activities');
    my $task = $server->created($space->path('Tasks'), WorkflowSid => $workflow->{sid});
    my $json = $server->request(method => 'POST', target => "/v1$path", body => '{"FriendlyName":"x"}',
        headers => [['Content-Type', 'application/json']]);
    ok $json->{status} == 400 || $json->{status} == 415, '5.1 a JSON body is not what is taken' or diag $json->{status};
    is $server->request(method => 'POST', target => "/v1$path", body => 'FriendlyName=charset',
        headers => [['Content-Type', 'application/x-www-form-urlencoded; charset=UTF-8']])->{status}, 201,
            '5.1 a charset behind the type';
    is $server->post($path, FriendlyName => 'more', Surprise => 'x', friendlyname => 'no')->{json}{friendly_name},
        'more',
        '5.6 unknown parameters are ignored';
    is $server->updated($task->{url})->{sid}, $task->{sid}, '5.1 an update of nothing';
    my $before = $server->fetched($space->path);
    my $after = $server->updated($space->path, FriendlyName => 'Other');
    is $after->{$_}, $before->{$_}, "5.1 only what is sent is changed: $_ stays"
        for qw(default_activity_sid prioritize_queue_order multi_task_enabled);
    my $workflow_url = $server->created($space->path('Workflows'), FriendlyName => 'w',
        AssignmentCallbackUrl => 'http://127.0.0.1:1/',
        Configuration => $workflow->{configuration})->{url};
    ok !$server->updated($workflow_url, AssignmentCallbackUrl => '')->{assignment_callback_url},
        '5.1 an empty value clears a URL';
    is $server->request(method => 'POST', target => "/v1$path", body => "FriendlyName=a+b%20c%2Bd",
        headers => [$form])->{json}{friendly_name},
        'a b c+d', '5.1 + and % in a form';
};

subtest '5.5 ETag and If-Match' => sub {
    my $space = $server->new_workspace;
    my $workflow = $space->workflow('W', $space->queue('Q'));
    my $worker = $space->worker('Alice');
    my $task = $space->task($workflow);
    my $reservation = $space->reservation($task);
    my %resource = (Task => $task->{url}, Worker => $worker->{url}, Reservation => $reservation->{url},
        'Reservation of the Worker' => "$worker->{url}/Reservations/$reservation->{sid}");
    my $etag = sub { $server->get($_[0])->{headers}{etag}[0] // 'none' };
    # What is sent with each If-Match; a Reservation takes each step once.
    my @steps = map { [ReservationStatus => $_] } qw(accepted wrapping completed);
    my %change = (Task => [([Priority => 1]) x 4], Worker => [([Attributes => '{"a":1}']) x 4],
        Reservation => [$steps[0]],
        'Reservation of the Worker' => [@steps[1, 2]]);
    for my $name ('Task', 'Worker', 'Reservation', 'Reservation of the Worker') {
        my $url = $resource{$name};
        like $etag->($url), qr/^"?\d+"?$/, "5.5 a $name has an ETag";
        is_error($server->post($url, [['If-Match', $_]], @{ $change{$name}[0] }), 412, 20412, "5.5 $name: If-Match: $_")
            for '999', '"999"', 'W/"999"';
        my @forms = ('%s', '"%s"', 'W/"%s"', '*');
        for my $number (0 .. $#{ $change{$name} }) {
            my $match = sprintf $forms[$number] =~ s/\*/*%.0s/r, $etag->($url) =~ tr/"//dr;
            is $server->post($url, [['If-Match', $match]], @{ $change{$name}[$number] })->{status}, 200,
                "5.5 $name: If-Match: $forms[$number]";
        }
    }
    my $response = $server->post($task->{url}, [], Attributes => '{"x":1}');
    my $updated = $response->{headers}{etag}[0] =~ tr/"//dr;
    is $etag->($task->{url}) =~ tr/"//dr, $updated, '5.5 the ETag of the answer is that of the new state';
    is_error($server->remove($task->{url}, ['If-Match', $updated - 1]), 412, 20412, '5.5 delete with an old version');
    is $server->remove($task->{url}, ['If-Match', $updated])->{status}, 204, '5.5 delete with the right one';
    is_error($server->remove($worker->{url}, ['If-Match', '"77"']), 412, 20412, '5.5 delete a Worker with a wrong one');
    is $server->remove($worker->{url}, ['If-Match', '*'])->{status}, 204, '5.5 ... with any';
    my $new = $server->post($space->path('Tasks'), WorkflowSid => $workflow->{sid});
    like $new->{headers}{etag}[0] // 'none', qr/^"?\d+"?$/, '5.5 create tells the ETag';
    is $server->post($space->path, [['If-Match', '999']], FriendlyName => 'x')->{status}, 200,
        '5.5 elsewhere the header is ignored';
};

subtest '6.2 expressions that are taken and never match' => sub {
    my $queue = $server->created($space->path('TaskQueues'), FriendlyName => 'Doubtful', TargetWorkers => '"languages" HAS "es"');
    my $configuration = qq({"task_routing":{"filters":[{"expression":"type == 'x'","targets":[{"queue":"$queue->{sid}","expression":"level == 3"}]}]}});
    my $flow = $server->created($space->path('Workflows'), FriendlyName => 'Doubtful', Configuration => $configuration);
    my @texts = map { $_->{alert_text} // '' } @{ $server->request(method => 'GET', target => '/_local/debugger')->{json}{alerts} };
    ok scalar(grep { /$queue->{sid}, target_workers, character 1: / } @texts), 'a quoted name' or diag explain \@texts;
    ok scalar(grep { /$flow->{sid}, filters\[0\]\.targets\[0\]\.expression, character 1: / } @texts), 'a name without its prefix';
    is scalar(grep { /Doubt|filters\[0\]\.expression/ } @texts), 0, 'and no word about what is right';
};

is_deeply [$server->violations], [], 'every answer is as the description says';
ok !$server->process->ended, 'and taskrouterd is still there';
done_testing;
