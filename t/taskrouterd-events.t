# Events, as a resource and as callbacks: https://www.twilio.com/docs/taskrouter/api/event/reference, .../api/event.
# Cases begin with the section of the facts.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use POSIX ();
use Test::More;
use TaskRouter::Application;
use TaskRouter::Fixture qw($account $auth_token);
use TaskRouter::OpenAPI;
use TaskRouter::Process qw(time_limit);
use TaskRouter::Signature qw(sign_form);
use TaskRouter::Taskrouterd;
use Time::HiRes qw(sleep time);

time_limit(120);
my $server = TaskRouter::Taskrouterd->start;
my $application = TaskRouter::Application->start('/events' => { status => 204 }, '/filtered' => { status => 204 },
    '/slow' => { delay => 2, status => 204 },
    '/broken' => { status => 500 }, '/accept' => '{"instruction":"accept"}');

# Everything that can happen happens in this Workspace.
my $space = $server->new_workspace(FriendlyName => 'All', EventCallbackUrl => $application->url('/events#rc=1'));
my $filtered = $server->new_workspace(FriendlyName => 'Filtered', EventCallbackUrl => $application->url('/filtered'),
    EventsFilter => 'task.created, reservation.accepted ,worker.activity.update');
my $activity = $space->new_activity('Lunch', 0);
$server->updated($activity->{url}, FriendlyName => 'Dinner');
$server->deleted($activity->{url});
my $channel = $server->created($space->path('TaskChannels'), FriendlyName => 'Fax', UniqueName => 'fax');
$server->updated($channel->{url}, FriendlyName => 'Facsimile');
$server->deleted($channel->{url});
my $queue = $space->queue('Main');
my $extra = $space->queue('Extra');
$server->updated($extra->{url}, TargetWorkers => 'a == 1');
$server->deleted($extra->{url});
my $workflow = $space->workflow('Main', { filters => [{ filter_friendly_name => 'f', expression => 'kind == "skip"',
    targets => [
    { queue => $queue->{sid}, skip_if => '1==1' }] }, { filter_friendly_name => 'g', expression => 'kind == "move"',
        targets => [
    { queue => $queue->{sid}, timeout => 1 }, { queue => $queue->{sid}, timeout => 1 }] }],
        default_filter => { queue => $queue->{sid} } });
$server->updated($workflow->{url}, FriendlyName => 'Main flow');
my $gone = $space->workflow('Gone', $queue);
$server->deleted($gone->{url});
my %waiting = map { $_ => $space->task($workflow, { kind => $_ }) } qw(skip move);
my $alice = $space->worker('Alice', { a => 1 }, activity => 'Offline');
$server->updated($alice->{url}, Attributes => '{"a":2}');
$server->updated("$alice->{url}/Channels/default", Capacity => 2);
$server->updated("$alice->{url}/Channels/voice", Available => 'false');
my $task = $space->task($workflow, { n => 1 }, Priority => 3);
my $ttl = $space->task($workflow, { n => 2 }, Timeout => 1, TaskChannel => 'voice');
$server->updated($task->{url}, Attributes => '{"n":3}');
$server->deleted($waiting{skip}{url});
my $expired = $space->task_until($ttl, 'canceled');
my $moved = $space->task_until($waiting{move}, 'canceled');
sleep 1.1;
$space->move($alice, 'Available');
my $first = $space->reservation($task);
$space->set_reservation($first, 'rejected', WorkerActivitySid => $space->activity('Unavailable'));
$space->move($alice, 'Available');
my $second = $space->reservation($task);
$server->updated($task->{url}, AssignmentStatus => 'canceled', Reason => 'changed my mind');
my $third = $space->task($workflow, { n => 4 });
my $reservation = $space->reservation($third);
$space->set_reservation($reservation, 'accepted');
$space->set_reservation($reservation, 'wrapping');
$server->updated($third->{url}, AssignmentStatus => 'completed', Reason => 'solved');
$server->deleted($third->{url});
my $bob = $space->worker('Bob', {}, activity => 'Offline');
$server->deleted($bob->{url});
$server->updated($space->path, FriendlyName => 'Everything');

# Timeout and rescinded happen in a Workspace of their own.
my $other = $server->new_workspace;
$other->worker($_) for qw(Carol Dave);
my $other_queue = $other->queue('Q', MaxReservedWorkers => 2);
my $both = $other->task($other->workflow('W', $other_queue));
$other->set_reservation($other->reservation($both), 'accepted');
my $late = $other->task($other->workflow('T', $other_queue, TaskReservationTimeout => 1));

my @events = $space->events;
my %by_type;
push @{ $by_type{ $_->{event_type} } }, $_ for @events;

subtest '8.3 every type' => sub {
    my $has_timeout = $other->wait_for($other->reservation($late), 'reservation_status', 'timeout');
    my %elsewhere = map { $_ => 1 } $other->event_types;
    my @types = qw(activity.created activity.updated activity.deleted reservation.created reservation.accepted reservation.rejected
        reservation.canceled reservation.completed reservation.wrapup task.created task.updated task.canceled task.wrapup task.completed
        task.deleted task-channel.created task-channel.updated task-channel.deleted task-queue.created task-queue.deleted
        task-queue.expression.updated task-queue.entered task-queue.timeout worker.created worker.deleted worker.attributes.update
        worker.activity.update worker.capacity.update worker.channel.availability.update workflow.created workflow.updated workflow.deleted
        workflow.entered workflow.target-matched workflow.timeout workflow.skipped workspace.created workspace.updated);
    ok $by_type{$_}, "8.3 $_" for @types;
    ok $elsewhere{$_}, "8.3 $_" for qw(reservation.timeout reservation.rescinded);
    my %known = map { $_ => 1 } @types,
        qw(reservation.timeout reservation.rescinded reservation.failed task.system-deleted task-queue.moved workspace.deleted);
    is_deeply [grep { !$known{$_} } sort keys %by_type], [], '8.3 and no others';
};

subtest '7.7 the order for one Task' => sub {
    my @order = map { $_->{event_type} } grep { ($_->{event_data}{task_sid} // '') eq $third->{sid} } @events;
    my @wanted = qw(workflow.entered task-queue.entered task.created workflow.target-matched reservation.created reservation.accepted);
    is_deeply [@order[0 .. 5]], \@wanted, '7.7 as it was seen' or diag "@order";
    my %at = map { $order[$_] => $_ } 0 .. $#order;
    ok $at{'task.completed'} < $at{'reservation.completed'}, '7.7 task.completed comes before reservation.completed';
    my @dates = map { $_->{event_date_ms} } @events;
    is_deeply \@dates, [sort { $a <=> $b } @dates], '5.7 lists of Events are in their order';
};

subtest '8.2, 8.3 what each tells' => sub {
    my @task = qw(task_sid task_attributes task_age task_priority task_assignment_status workflow_sid);
    my @worker = qw(worker_sid worker_name worker_attributes worker_activity_sid worker_activity_name);
    my %fields = (
        (map { $_ =>
            [qw(activity_sid activity_name activity_available)] } qw(activity.created activity.updated activity.deleted)),
        (map { $_ => [@task, @worker,
            qw(reservation_sid task_queue_sid)] } qw(reservation.created reservation.accepted reservation.rejected reservation.canceled
            reservation.completed reservation.wrapup)),
        'task.created' => [@task],
            (map { $_ => [@task,
            'task_queue_sid'] } qw(task.updated task.canceled task.completed task.wrapup task.deleted)),
        (map { $_ => [qw(task_channel_sid task_channel_name task_channel_unique_name task_channel_optimized_routing)] }
            qw(task-channel.created task-channel.updated task-channel.deleted)),
        (map { $_ =>
            [qw(task_queue_sid task_queue_name task_queue_target_expression)] } qw(task-queue.created task-queue.deleted task-queue.expression.updated)),
        (map { $_ => [@task, qw(task_queue_sid task_queue_name)] } qw(task-queue.entered task-queue.timeout)),
        (map { $_ => [@worker] } qw(worker.created worker.deleted worker.attributes.update)),
        'worker.activity.update' => [@worker,
            qw(worker_time_in_previous_activity worker_time_in_previous_activity_ms worker_previous_activity_sid)],
        (map { $_ => [@worker,
            qw(worker_channel_available worker_channel_available_capacity worker_channel_previous_capacity
            worker_channel_task_count task_channel_sid task_channel_unique_name)] } qw(worker.capacity.update worker.channel.availability.update)),
        (map { $_ => [qw(workflow_sid workflow_name)] } qw(workflow.created workflow.updated workflow.deleted)),
        (map { $_ => [@task,
            'workflow_name'] } qw(workflow.entered workflow.target-matched workflow.timeout workflow.skipped)),
        'workspace.created' => [], 'workspace.updated' => [],
    );
    for my $type (sort keys %fields) {
        my $event = $by_type{$type}[-1] // { event_data => {} };
        my @missing = grep { !defined $event->{event_data}{$_} } 'workspace_sid', 'workspace_name', @{ $fields{$type} };
        is "@missing", '', "8.3 $type has all its data" or diag explain $event->{event_data};
    }
    my @not_text = grep { my $data = $_->{event_data}; grep { ref
        || !TaskRouter::OpenAPI::is_text($_) } grep { defined } values %$data } @events;
    is scalar(@not_text), 0, '8.4 all values are texts' or diag explain $not_text[0];
    for my $event (map { $by_type{$_}[0] } 'worker.created', 'task.created', 'workflow.created', 'activity.created') {
        my ($kind) = $event->{event_type} =~ /^(\w+)/;
        is $event->{resource_type}, $kind, "8.2 resource_type $kind";
        is $event->{resource_sid}, $event->{event_data}{"${kind}_sid"}, '... and resource_sid';
    }
    my ($canceled) = grep { $_->{event_data}{task_sid} eq $task->{sid} } @{ $by_type{'task.canceled'} };
    is $canceled->{event_data}{task_canceled_reason}, 'changed my mind', '8.2 TaskCanceledReason';
    is $by_type{'task.completed'}[0]{event_data}{task_completed_reason}, 'solved', '8.2 TaskCompletedReason';
    my ($update) = grep { $_->{event_data}{worker_activity_name} eq 'Available' } @{ $by_type{'worker.activity.update'} };
    my $data = $update->{event_data};
    is $data->{worker_previous_activity_sid}, $space->activity('Offline'), '8.2 the Activity from before';
    ok $data->{worker_time_in_previous_activity} >= 1 && $data->{worker_time_in_previous_activity_ms} >= 1000,
        '8.2 ... and how long' or diag explain $data;
    is $by_type{'worker.capacity.update'}[0]{event_data}{worker_channel_previous_capacity}, 1,
        '8.2 the capacity from before';
    my $event = $by_type{'task.created'}[0];
    ok abs($event->{event_date_ms} / 1000 - time) < 60, '1.12 event_date_ms';
    is_deeply [@{$event}{qw(source actor_type actor_sid)}], ['twilio', 'workspace', $space->sid],
        '8.4 source and actor';
    like $event->{source_ip_address}, qr/^\d+\.\d+\.\d+\.\d+$/, '8.4 source_ip_address';
    ok length $event->{description}, '8.2 a description';
    ok !(grep { $_->{event_type} eq 'task.deleted' && $_->{event_data}{task_sid} eq $task->{sid} } @events),
        '8.3 task.deleted only for DELETE';
};

subtest '5.6 filters' => sub {
    my $count = sub { scalar $space->events(@_) };
    my $of = sub { my $key = shift; my $value = shift; scalar grep { ($_->{event_data}{$key} // '') eq $value } @events };
    is $count->(EventType => 'task.created'), scalar(@{ $by_type{'task.created'} }), '5.6 EventType';
    is $count->(TaskSid => $task->{sid}), $of->(task_sid => $task->{sid}), '5.6 TaskSid';
    is $count->(WorkerSid => $alice->{sid}), $of->(worker_sid => $alice->{sid}), '5.6 WorkerSid';
    is $count->(ReservationSid => $first->{sid}), $of->(reservation_sid => $first->{sid}), '5.6 ReservationSid';
    is $count->(WorkflowSid => $workflow->{sid}), $of->(workflow_sid => $workflow->{sid}), '5.6 WorkflowSid';
    is $count->(TaskQueueSid => $queue->{sid}), $of->(task_queue_sid => $queue->{sid}), '5.6 TaskQueueSid';
    ok $count->(TaskChannel => 'voice') > 0, '5.6 TaskChannel';
    is_deeply [map { $_->{sid} } $space->events(Sid => $events[3]{sid})], [$events[3]{sid}], '5.6 Sid';
    is $count->(Minutes => 5), scalar(@events), '5.7 Minutes';
    my $date = sub { POSIX::strftime('%Y-%m-%dT%H:%M:%SZ', gmtime $_[0]) };
    is $count->(StartDate => $date->($events[-1]{event_date_ms} / 1000 + 5)), 0, '5.7 StartDate';
    is $count->(EndDate => $date->($events[0]{event_date_ms} / 1000 - 60), StartDate => $date->(time - 3600)), 0,
        '5.7 EndDate';
    is $count->(StartDate => $date->(time - 3600), EndDate => $date->(time + 60)), scalar(@events), '5.7 both';
    is $count->(EventType => 'task.created', TaskSid => $task->{sid}, PageSize => 1), 1, '5.6 filters combine';
    is_deeply [map { $_->{sid} } $space->events(PageSize => 7)], [map { $_->{sid} } @events], '5.2 page by page';
    is $server->fetched($events[5]{url})->{sid}, $events[5]{sid}, '5.6 one of them';
    for my $wrong ([Minutes => 'x'], [StartDate => 'yesterday'], [Minutes => -1]) {
        is $server->get($space->path('Events'), @$wrong)->{status}, 400, "5.7 refused: @$wrong";
    }
};

subtest '8.1 callbacks' => sub {
    my @requests = $application->wait_for('/events', scalar @events);
    my %requests = map { $_->{form}{Sid} => $_ } @requests;
    is_deeply [map { $_->{form}{Sid} } @requests], [map { $_->{sid} } @events], '8.1 one for each event, in order'
        or diag scalar(@requests) . ' of ' . scalar @events;
    my ($created) = grep { $_->{form}{EventType} eq 'reservation.created' } @requests;
    my $form = $created->{form};
    my %wanted = (AccountSid => $account, WorkspaceSid => $space->sid, WorkspaceName => 'All',
        ReservationSid => $first->{sid},
        TaskSid => $task->{sid}, WorkerSid => $alice->{sid}, WorkflowSid => $workflow->{sid},
            TaskQueueSid => $queue->{sid},
        TaskAttributes => '{"n":3}', WorkerName => 'Alice', TaskPriority => 3, TaskQueueName => 'Main',
            WorkflowName => 'Main flow');
    is $form->{$_}, $wanted{$_}, "8.2 $_" for sort keys %wanted;
    ok length($form->{$_} // ''), "8.2 $_"
        for qw(EventType EventDescription ResourceType ResourceSid Timestamp TimestampMs Sid);
    like $form->{Timestamp}, qr/^\d{10}$/, '8.2 Timestamp: Unix seconds';
    like $form->{TimestampMs}, qr/^\d{13}$/, '8.2 TimestampMs';
    is $created->{method}, 'POST', '8.1 a POST';
    like $created->{headers}{'content-type'}, qr{^application/x-www-form-urlencoded\b}, '8.1 a form';
    my $url = $application->url('/events');
    is scalar(grep { $_->{headers}{'x-twilio-signature'} ne sign_form($auth_token, $url, @{ $_->{pairs} }) } @requests),
        0, '8.1 all are signed';
    my %event = map { $_->{sid} => $_ } @events;
    my @different;
    for my $request (@requests) {
        my $data = $event{ $request->{form}{Sid} }{event_data} // {};
        for my $name (sort keys %$data) {
            my $camel = join '', map { ucfirst } split /_/, $name;
            my $value = $request->{form}{$camel};
            utf8::decode($value) if defined $value;
            push @different, "$request->{form}{EventType} $camel" unless defined $value
                && $value eq ($data->{$name} // '');
        }
    }
    is_deeply \@different, [], '8.4 event_data is the data of the callback';
};

subtest '8.1 EventsFilter' => sub {
    my $worker = $filtered->worker('Eve', {}, activity => 'Offline');
    my $flow = $filtered->workflow('W', $filtered->queue('Q'), AssignmentCallbackUrl => $application->url('/accept'));
    $filtered->task($flow);
    $filtered->move($worker, 'Available');
    my @types = map { $_->{form}{EventType} } $application->wait_for('/filtered', 3);
    is "@types", 'task.created worker.activity.update reservation.accepted',
        '8.1 only what the filter names, blanks or not';
    $server->updated($filtered->path, EventsFilter => '');
    $filtered->new_activity('Lunch', 0);
    my @more = $application->wait_for('/filtered', 5);
    ok +(grep { $_->{form}{EventType} eq 'activity.created' } @more), '8.1 none: all';
};

subtest '8.1 a slow or broken application' => sub {
    my ($slow, $broken) = map { $server->new_workspace(EventCallbackUrl => $application->url($_)) } '/slow', '/broken';
    for my $own ($slow, $broken) {
        my $begin = time;
        my $flow = $own->workflow('W', $own->queue('Q'), AssignmentCallbackUrl => $application->url('/accept'));
        $own->worker('Alice');
        my $one = $own->task($flow);
        is $own->task_until($one, 'assigned', 4)->{assignment_status}, 'assigned', '8.1 it does not hold up routing';
        cmp_ok time - $begin, '<', 2, '... at all';
    }
    my @requests = $application->wait_for('/broken', scalar($broken->events), 10);
    is_deeply [map { $_->{form}{Sid} } @requests], [map { $_->{sid} } $broken->events],
        '8.1 what was refused does not hold up what comes after';
};

is_deeply [$server->violations], [], 'every answer is as the description says';
ok !$server->process->ended, 'and taskrouterd is still there';
done_testing;
