# Webhooks that go wrong to order: /_local/faults for assignment callbacks and event callbacks, with an application that
# takes down what it gets, and with the project's own responder as the application. Faults of requests are in
# taskrouterd-faults.t.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::PP ();
use Test::More;
use TaskRouter::Application;
use TaskRouter::Fixture qw($auth_token operator);
use TaskRouter::Process qw(temporary_directory time_limit wait_until);
use TaskRouter::Responder;
use TaskRouter::Servers;
use TaskRouter::Signature qw(sign_form form_body sid);
use TaskRouter::Taskrouterd;
use Time::HiRes qw(sleep time);

time_limit(120);
my $server = TaskRouter::Taskrouterd->start;
my $accept = '{"instruction":"accept"}';
my $application = TaskRouter::Application->start(map { $_ => $accept } qw(/callback /fallback /other /events));

sub fault {
    my (%parameters) = @_;
    return $server->created('/_local/faults', map { $_ => $parameters{$_} } sort keys %parameters);
}

sub fault_now { return $server->fetched("/_local/faults/$_[0]{id}") }

# A Workspace with Workers whose Tasks are called back for at /callback; what was before is forgotten.
sub bench {
    my ($workers, @form) = @_;
    $server->post('/_local/reset', x => 1);
    $application->forget;
    my $space = $server->new_workspace;
    $space->worker("Worker $_", {}) for 1 .. $workers;
    my $workflow = $space->workflow('W', $space->queue('Q'), AssignmentCallbackUrl => $application->url('/callback'), @form);
    return ($space, $workflow);
}

sub alerts { return @{ $server->fetched('/_local/debugger')->{alerts} } }

sub is_signed {
    my ($request) = @_;
    return $request->{headers}{'x-twilio-signature'} eq sign_form($auth_token, $application->url($request->{path}), @{ $request->{pairs} });
}

# ---- assignment callbacks

subtest 'drop' => sub {
    my ($space, $workflow) = bench(1, FallbackAssignmentCallbackUrl => $application->url('/fallback'));
    my $fault = fault(on => 'assignment_callback', do => 'drop', count => 1);
    my $task = $space->task($workflow, {});
    is $space->task_until($task, 'assigned')->{assignment_status}, 'assigned', 'the fallback accepts';
    is_deeply [map { $_->{path} } $application->requests], ['/fallback'], 'the callback never came';
    my ($alert) = alerts();
    is "$alert->{error_code} $alert->{alert_text}", "11205 fault $fault->{id} dropped it", 'the debugger says why';
    is_deeply [@{ fault_now($fault) }{qw(looked_at hits held)}], [1, 1, 0], 'it is counted';
    like $server->output, qr/ info fault fault=$fault->{id} on=assignment_callback do=drop hits=1 id=[0-9a-f-]{36}$/m, 'and in the log';

    ($space, $workflow) = bench(1);
    fault(on => 'assignment_callback', do => 'drop');
    $task = $space->task($workflow, {});
    my $reservation = $space->reservation($task);
    is $space->wait_for($reservation, 'reservation_status', 'canceled')->{reservation_status}, 'canceled',
        'without a fallback the Reservation is canceled';
    is scalar($application->requests), 0, '... and nothing came';
};

subtest 'which webhooks' => sub {
    my ($space, $workflow) = bench(2);
    my $other = $space->workflow('Other', $space->queue('Other'), AssignmentCallbackUrl => $application->url('/other'));
    my $by_url = fault(on => 'assignment_callback', do => 'drop', url => $application->url('/other'));
    my $by_sid = fault(on => 'assignment_callback', do => 'drop', workflow_sid => $other->{sid});
    my $by_none = fault(on => 'assignment_callback', do => 'drop', worker_sid => sid('WK', 99));
    fault(on => 'event_callback', do => 'drop');
    my $task = $space->task($workflow, {});
    is $space->task_until($task, 'assigned')->{assignment_status}, 'assigned', 'another Workflow is not hit';
    is $space->wait_for($space->reservation($space->task($other, {})), 'reservation_status', 'canceled')->{reservation_status},
        'canceled', 'the one of the URL is';
    $server->deleted("/_local/faults/$by_url->{id}");
    my $hits = fault_now($by_sid)->{hits};
    $space->task($other, {});
    ok wait_until(8, sub { fault_now($by_sid)->{hits} > $hits }), 'the one of this SID, too';
    is fault_now($by_none)->{looked_at}, 0, 'another Worker is not';
    is_deeply [map { $_->{path} } $application->requests], ['/callback'], 'one came';
};

subtest 'delay' => sub {
    my ($space, $workflow) = bench(1);
    my $fault = fault(on => 'assignment_callback', do => 'delay', seconds => 0.4);
    my $started = time;
    my $task = $space->task($workflow, {});
    is fault_now($fault)->{held}, 1, 'it is held';
    is $space->task_until($task, 'assigned')->{assignment_status}, 'assigned', 'it comes';
    my ($request) = $application->requests;
    cmp_ok $request->{at} - $started, '>=', 0.39, '... so much later';
    ok is_signed($request), '... well signed';

    ($space, $workflow) = bench(1);
    $fault = fault(on => 'assignment_callback', do => 'delay', seconds => 60);
    $task = $space->task($workflow, {});
    $server->deleted("/_local/faults/$fault->{id}");
    is $space->task_until($task, 'assigned')->{assignment_status}, 'assigned', 'without its fault it goes on at once';

    ($space, $workflow) = bench(1);
    fault(on => 'assignment_callback', do => 'delay', seconds => 0.3);
    $task = $space->task($workflow, {});
    $server->deleted($task->{url});
    sleep 0.5;
    is scalar($application->requests), 0, 'what is no longer true is not sent';
};

subtest 'double' => sub {
    my ($space, $workflow) = bench(1);
    my $fault = fault(on => 'assignment_callback', do => 'double', count => 1);
    my $task = $space->task($workflow, {});
    my @requests = $application->wait_for('/callback', 2);
    is scalar(@requests), 2, 'it comes twice';
    is $requests[0]{headers}{'i-twilio-idempotency-token'}, $requests[1]{headers}{'i-twilio-idempotency-token'}, '... under one token';
    is_deeply $requests[0]{form}, $requests[1]{form}, '... with the same parameters';
    is scalar(grep { is_signed($_) } @requests), 2, '... well signed';
    is $space->task_until($task, 'assigned')->{assignment_status}, 'assigned', 'the answer counts once';
    is_deeply [grep { /^reservation/ } $space->event_types(TaskSid => $task->{sid})], ['reservation.created', 'reservation.accepted'],
        '... indeed';
    my @alerts;
    ok wait_until(8, sub { @alerts = alerts() }), 'the second one is noted';
    is_deeply [map { join " ", $_->{error_code} // "null", @$_{qw(alert_text task_sid)} } @alerts],
        ["null fault $fault->{id} sent it apart: answered with HTTP 200 $task->{sid}"], '... with its answer';

    ($space, $workflow) = bench(1);
    $application->answer('/callback' => [$accept, { status => 500, body => '' }]);
    fault(on => 'assignment_callback', do => 'double', count => 1);
    $space->task($workflow, {});
    ok wait_until(8, sub { @alerts = alerts() }), 'a second one that fails is noted, too';
    is_deeply [map { "$_->{error_code} $_->{alert_text}" } @alerts], ['11200 answered with HTTP 500 Internal Server Error'], '... as a failure';
    $application->answer('/callback' => $accept);
};

subtest 'reorder' => sub {
    my ($space, $workflow) = bench(4);
    my $fault = fault(on => 'assignment_callback', do => 'reorder', seconds => 60);
    my @tasks;
    for my $number (1 .. 4) {
        push @tasks, $space->task($workflow, { number => $number });
        $application->wait_for('/callback', $number) if $number % 2 == 0;
    }
    my @order = map { JSON::PP::decode_json($_->{form}{TaskAttributes})->{number} } $application->wait_for('/callback', 4);
    is "@order", '2 1 4 3', 'each is overtaken by the next one';
    is_deeply [@{ fault_now($fault) }{qw(looked_at hits held)}], [2, 2, 0], 'those that overtake are not looked at';
    is_deeply [map { $space->task_until($_, 'assigned')->{assignment_status} } @tasks], [('assigned') x 4], 'all are accepted';

    ($space, $workflow) = bench(1);
    fault(on => 'assignment_callback', do => 'reorder', seconds => 0.4);
    my $started = time;
    $space->task($workflow, {});
    my ($request) = $application->wait_for('/callback', 1);
    cmp_ok $request->{at} - $started, '>=', 0.39, 'without a next one it waits no longer than that';
};

subtest 'wrong_signature' => sub {
    my ($space, $workflow) = bench(1);
    fault(on => 'assignment_callback', do => 'wrong_signature', count => 1);
    $space->task($workflow, {});
    my ($request) = $application->wait_for('/callback', 1);
    ok !is_signed($request), 'the signature does not match';
    like $request->{headers}{'x-twilio-signature'}, qr{^[A-Za-z0-9+/]{27}=$}, '... but looks like one';
    my $second = $space->worker('Another', {});
    $space->task($workflow, {});
    ok is_signed(($application->wait_for('/callback', 2))[1]), 'the next one does';
};

# ---- event callbacks

sub event_bench {
    my (%fault) = @_;
    $server->post('/_local/reset', x => 1);
    $application->forget;
    my $fault = fault(on => 'event_callback', %fault);
    my $space = $server->new_workspace(EventCallbackUrl => $application->url('/events'),
        EventsFilter => 'worker.created,task-queue.created,task.created');
    return ($space, $fault);
}

sub queues {
    my ($space, $from, $to) = @_;
    $space->queue("Q$_") for $from .. $to;
}

sub queue_names { return join ' ', map { $_->{form}{TaskQueueName} // $_->{form}{WorkerName} } @_ }

subtest 'events: drop by type' => sub {
    my ($space, $fault) = event_bench(do => 'drop', event_type => 'worker.created');
    queues($space, 1, 1);
    $space->worker('Alice', {});
    queues($space, 2, 3);
    is queue_names($application->wait_for('/events', 3)), 'Q1 Q2 Q3', 'events of other types come, in order';
    is fault_now($fault)->{hits}, 1, 'one was hit';
    my ($alert) = alerts();
    is "$alert->{error_code} $alert->{alert_text}", "11205 fault $fault->{id} dropped it", 'the debugger says so';
};

subtest 'events: delay, double, wrong_signature' => sub {
    my ($space) = event_bench(do => 'delay', seconds => 0.3, count => 1);
    my $started = time;
    queues($space, 1, 3);
    my @requests = $application->wait_for('/events', 3);
    is queue_names(@requests), 'Q1 Q2 Q3', 'delay: those of one Workspace stay in order';
    cmp_ok $requests[0]{at} - $started, '>=', 0.29, '... the later ones wait';

    my $fault;
    ($space, $fault) = event_bench(do => 'double', count => 1);
    queues($space, 1, 2);
    @requests = $application->wait_for('/events', 3);
    is join(' ', sort split / /, queue_names(@requests)), 'Q1 Q1 Q2', 'double: one comes twice';
    my %tokens = map { $_->{headers}{'i-twilio-idempotency-token'} => 1 } @requests;
    is scalar(keys %tokens), 2, '... under one token';
    my @alerts;
    ok wait_until(8, sub { @alerts = alerts() }), '... and is noted';
    is +($alerts[0]{error_code} // "null") . " $alerts[0]{alert_text}", "null fault $fault->{id} sent it apart: answered with HTTP 200", '... with its answer';
    like $alerts[0]{event_sid} // '', qr/^EV[0-9a-f]{32}$/, '... and its Event';

    ($space) = event_bench(do => 'wrong_signature', skip => 1, count => 1);
    queues($space, 1, 3);
    is join(' ', map { is_signed($_) ? 'right' : 'wrong' } $application->wait_for('/events', 3)), 'right wrong right', 'wrong_signature';
};

subtest 'events: reorder' => sub {
    my ($space, $fault) = event_bench(do => 'reorder', seconds => 60, count => 1, skip => 1);
    queues($space, 1, 2);
    ok wait_until(8, sub { fault_now($fault)->{held} == 1 }), 'one is held';
    is queue_names($application->requests('/events')), 'Q1', '... those before it came';
    queues($space, 3, 4);
    my @requests = $application->wait_for('/events', 4);
    my ($order) = queue_names(@requests);
    like $order, qr/^Q1 Q3 (?:Q2 Q4|Q4 Q2)$/, 'the next one overtakes it';
    is scalar(grep { is_signed($_) } @requests), 4, 'all are well signed';

    ($space, $fault) = event_bench(do => 'reorder', seconds => 0.4);
    my $started = time;
    queues($space, 1, 1);
    my ($request) = $application->wait_for('/events', 1);
    cmp_ok $request->{at} - $started, '>=', 0.39, 'without a next one it waits no longer than that';
};

# ---- ends

subtest 'the simulated clock waits' => sub {
    my ($space, $workflow) = bench(1);
    $server->updated('/_local/clock', frozen => 'true');
    fault(on => 'assignment_callback', do => 'delay', seconds => 0.5);
    my $task = $space->task($workflow, {});
    my $started = time;
    $server->updated('/_local/clock', advance => 60);
    cmp_ok time - $started, '>=', 0.39, 'what is held is waited for';
    is $space->fresh($task)->{assignment_status}, 'assigned', '... and was answered';
    $server->updated('/_local/clock', frozen => 'false');
};

subtest 'a reset' => sub {
    my ($space, $workflow) = bench(1);
    fault(on => 'assignment_callback', do => 'delay', seconds => 0.3);
    fault(on => 'event_callback', do => 'delay', seconds => 0.3);
    $server->updated("/Workspaces/$space->{sid}", EventCallbackUrl => $application->url('/events'));
    $space->task($workflow, {});
    is $server->post('/_local/reset', x => 1)->{status}, 204, 'everything is reset';
    sleep 0.6;
    is scalar($application->requests), 0, 'nothing that was held is sent';
    is_deeply $server->fetched('/_local/faults'), { faults => [] }, 'no faults are left';
};

subtest 'a stop' => sub {
    my $first = $server;
    $server = TaskRouter::Taskrouterd->start(on_disk => 1);
    my ($space, $workflow) = bench(2);
    my $fault = fault(on => 'assignment_callback', do => 'delay', seconds => 60, count => 1);
    my $second = fault(on => 'assignment_callback', do => 'reorder', seconds => 60, count => 1);
    my @tasks = map { $space->task($workflow, {}) } 1 .. 2;
    is join(' ', map { fault_now($_)->{held} } $fault, $second), '1 1', 'two are held';
    my $started = time;
    $server->process->send_signal('TERM');
    ok $server->process->wait_end(8), 'the process ends';
    cmp_ok time - $started, '<', 5, '... soon';
    is $server->process->exit_status, 0, '... with 0';
    is scalar($application->requests), 0, '... and sends nothing any more';
    $server->run;
    is_deeply [map { $space->task_until($_, 'assigned')->{assignment_status} } @tasks], [('assigned') x 2], 'the next start sends them';
    $server->stop;
    $server = $first;
};

# ---- the responder

subtest 'the responder' => sub {
    my $missing = TaskRouter::Servers::missing('nginx');
    plan skip_all => $missing if $missing;
    my ($space, $workflow) = bench(1);
    my $directory = temporary_directory();
    my $nginx = TaskRouter::Servers->nginx(responder => { socket => "$directory/fcgi.sock" });
    my $url = $nginx->base_url . $nginx->mount;
    my $responder = TaskRouter::Responder->start_fastcgi(directory => $directory,
        configuration => { api_url => $server->base_url, workspace_sid => $space->sid, workflow_sid => $workflow->{sid},
        public_url => $url, assignment => { default => { instruction => 'accept' } } });
    $server->updated($workflow->{url}, AssignmentCallbackUrl => "$url/assignment_callback");

    my $fault = fault(on => 'assignment_callback', do => 'wrong_signature', count => 1);
    my $task = $space->task($workflow, {});
    my $alert;
    ok wait_until(8, sub { ($alert) = alerts() }), 'a wrong signature: it refuses';
    my ($reservation) = $space->reservations($task);
    is $space->wait_for($reservation, 'reservation_status', 'canceled')->{reservation_status}, 'canceled', '... the Reservation is canceled';
    is "$alert->{error_code} $alert->{alert_text}", '11200 answered with HTTP 403 Forbidden', '... with 403';
    $server->deleted($task->{url});

    $fault = fault(do => 'status', status => 429, retry_after => 0, method => 'POST', route => '/v1/Workspaces/*/Tasks', count => 1);
    my $answer = $nginx->client(keep => 0)->request(method => 'POST', target => $nginx->mount . '/create_task', body => form_body(Priority => 1),
        headers => [operator(), ['Content-Type', 'application/x-www-form-urlencoded']]);
    is "$answer->{status} " . fault_now($fault)->{hits}, '200 1', '429: it asks again';
    is scalar(my @tasks = $server->listed($space->path('Tasks'))), 1, '... and makes one Task';
    is $space->task_until($tasks[0], 'assigned')->{assignment_status}, 'assigned', '... which a right signature brings it';

    $fault = fault(do => 'cut', keep => 'nothing', method => 'POST', route => '/v1/Workspaces/*/Tasks', count => 1);
    $answer = $nginx->client(keep => 0)->request(method => 'POST', target => $nginx->mount . '/create_task', body => form_body(Priority => 1),
        headers => [operator(), ['Content-Type', 'application/x-www-form-urlencoded']]);
    like $answer->{status}, qr/^50[24]$/, 'an answer that never comes: it says so';
    is scalar($server->listed($space->path('Tasks'))), 2, '... and does not ask for the same Task again';
    $nginx->{process}->stop;
    $responder->stop;
};

done_testing;
