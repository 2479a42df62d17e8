# Which Task goes to which Worker, end to end: https://www.twilio.com/docs/taskrouter/workflow-configuration,
# .../queue-ordering-last-first-out-lifo, .../order-workers, .../worker-presence, .../multitasking,
# .../workflow-configuration/known-agent-routing. Cases begin with the section of the facts.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use TaskRouter::Process qw(time_limit);
use TaskRouter::Taskrouterd;
use Time::HiRes qw(sleep time);

time_limit(120);
my $server = TaskRouter::Taskrouterd->start;

sub targets { return { filters => [{ filter_friendly_name => 'f', expression => '1==1', targets => [@_] }] } }

# The Tasks (by their n) in the order in which one Worker gets them, each completed before the next.
sub order_served {
    my ($space, $worker, $count) = @_;
    my @order;
    for (1 .. $count) {
        my $page = $server->eventually("$worker->{url}/Reservations?ReservationStatus=pending",
            sub { @{ $_->{reservations} } });
        my $reservation = $page->{reservations}[0] or last;
        my $task = $server->fetched($space->path('Tasks', $reservation->{task_sid}));
        push @order, $task->{attributes} =~ /"n":(\w+)/;
        my $url = $space->path('Tasks', $task->{sid}, 'Reservations', $reservation->{sid});
        $server->updated($url, ReservationStatus => 'accepted');
        $server->updated($url, ReservationStatus => 'completed');
    }
    return join '', @order;
}

sub name_of { my ($space, $task) = @_; return $space->reservation($task)->{worker_name} }
sub queue_of { my ($space, $task) = @_; return $space->fresh($task)->{task_queue_friendly_name} }

subtest '7.1 which Task next' => sub {
    # the order of the TaskQueue; priorities of Tasks 1, 2, …; what is served
    for my $row (['FIFO', [0, 0, 0], '123'], ['FIFO', [0, 5, 1, 5], '2431'], ['LIFO', [0, 9, 0], '321']) {
        my ($order, $priorities, $wanted) = @$row;
        my $space = $server->new_workspace;
        my $workflow = $space->workflow('W', $space->queue('Q', TaskOrder => $order));
        my $number = 0;
        for my $priority (@$priorities) {
            $space->task($workflow, { n => ++$number }, Priority => $priority);
            sleep 0.01;
        }
        my $worker = $space->worker('Alice');
        is order_served($space, $worker, scalar @$priorities), $wanted, "7.1 $order with the priorities @$priorities";
    }
    my $space = $server->new_workspace;
    my $workflow = $space->workflow('W', $space->queue('Q'));
    $space->task($workflow, { n => 1 });
    $space->task($workflow, { n => 2 }, VirtualStartTime => '2001-01-01T00:00:00Z');
    is order_served($space, $space->worker('Alice'), 2), '21', '7.1 the virtual start time is what counts';
    for my $first (qw(FIFO LIFO)) {
        $space = $server->new_workspace(PrioritizeQueueOrder => $first);
        my %workflow = map { $_ => $space->workflow($_, $space->queue($_, TaskOrder => $_)) } qw(FIFO LIFO);
        $space->task($workflow{FIFO}, { n => 1 });
        sleep 0.01;
        $space->task($workflow{LIFO}, { n => 2 });
        sleep 0.01;
        $space->task($workflow{FIFO}, { n => 3 }, Priority => 5);
        sleep 0.01;
        $space->task($workflow{LIFO}, { n => 4 });
        is order_served($space, $space->worker('Alice'), 4), $first eq 'FIFO' ? '3142' : '4231',
            "7.1 both kinds of queue, $first first";
    }
};

subtest '7.2 which Worker' => sub {
    my $space = $server->new_workspace;
    my @workers = map { $space->worker($_, {}, capacity => { default => 1 }) } qw(Alice Bob Carol);
    my $workflow = $space->workflow('W', $space->queue('Q'));
    my @order;
    for (1 .. 6) {
        my $task = $space->task($workflow);
        my $reservation = $space->reservation($task);
        push @order, substr $reservation->{worker_name}, 0, 1;
        $space->set_reservation($reservation, 'accepted');
        $space->set_reservation($reservation, 'completed');
    }
    is "@order", 'A B C A B C', '7.2 the one who is idle longest';
    my %not = ('not eligible' => sub { $_[0]->worker('X', { skill => 'b' }) },
        'not available' => sub { $_[0]->worker('X', { skill => 'a' }, activity => 'Offline') },
        'without capacity' => sub { $_[0]->worker('X', { skill => 'a' }, capacity => { default => 0 }) });
    for my $name (sort keys %not) {
        my $own = $server->new_workspace;
        $not{$name}->($own);
        my $task = $own->task($own->workflow('W', $own->queue('Q', TargetWorkers => 'skill == "a"')));
        is $own->fresh($task)->{assignment_status}, 'pending', "7.2 a Worker who is $name gets nothing";
    }
    my $many = $server->new_workspace;
    my $busy = $many->worker('Busy', {}, capacity => { default => 2, chat => 1 });
    my $flow = $many->workflow('W', $many->queue('Q'));
    my @tasks = map { $many->task($flow) } 1 .. 3;
    is_deeply [map { $many->fresh($_)->{assignment_status} } @tasks], [qw(reserved reserved pending)],
        '7.2 as many as the capacity';
    my @chats = map { $many->task($flow, {}, TaskChannel => 'chat') } 1 .. 2;
    is_deeply [map { $many->fresh($_)->{assignment_status} } @chats], [qw(reserved pending)],
        '7.2 each channel has its own';
    my $single = $server->new_workspace(MultiTaskEnabled => 'false');
    $single->worker('Alice');
    my $single_flow = $single->workflow('W', $single->queue('Q'));
    my @two = map { $single->task($single_flow, {}, TaskChannel => $_) } qw(default voice);
    is_deeply [map { $single->fresh($_)->{assignment_status} } @two], [qw(reserved pending)],
        '7.2 single-tasking: one at a time';
    # Idle longest on the channel or at all: Alice had the last voice Task, Bob the last chat.
    for my $optimised ('false', 'true') {
        my $own = $server->new_workspace;
        $server->updated($own->path('TaskChannels', $_), ChannelOptimizedRouting => $optimised) for qw(voice chat);
        my %queue = map { $_ => $own->queue($_, TargetWorkers => "who == '$_'") } qw(a b);
        my $all = $own->workflow('All', $own->queue('All'));
        my %flow_of = map { $_ => $own->workflow($_, $queue{$_}) } qw(a b);
        $own->worker('Alice', { who => 'a' });
        $own->worker('Bob', { who => 'b' });
        for my $step (['a', 'voice'], ['b', 'chat'], ['a', 'chat'], ['b', 'voice'], ['a', 'voice']) {
            my $reservation = $own->reservation($own->task($flow_of{ $step->[0] }, {}, TaskChannel => $step->[1]));
            $own->set_reservation($reservation, $_) for qw(accepted completed);
        }
        # By then: voice a < b < a, chat b < a. On chat alone Bob is idle longest, at all Bob too; then one chat for Bob.
        my $first = $own->reservation($own->task($all, {}, TaskChannel => 'chat'));
        is $first->{worker_name}, 'Bob', "7.2 optimised=$optimised: Bob first";
        $own->set_reservation($first, $_) for qw(accepted completed);
        # Now at all Alice is idle longest; on voice Bob is.
        is name_of($own, $own->task($all, {}, TaskChannel => 'voice')), $optimised eq 'true' ? 'Bob' : 'Alice',
            "7.2 optimised=$optimised: idle longest " . ($optimised eq 'true' ? 'on the channel' : 'at all');
    }
};

subtest '7.2 straight to a Worker' => sub {
    my $space = $server->new_workspace;
    my ($alice, $bob) = map { $space->worker($_, {}, activity => 'Offline') } qw(Alice Bob);
    my @tasks = map { $space->task(undef, {}, RoutingTarget => $alice->{sid}) } 1 .. 2;
    is_deeply [map { $space->fresh($_)->{assignment_status} } @tasks], ['reserved', 'reserved'],
        '7.2 in spite of Activity and capacity';
    my $patient = $space->task(undef, {}, RoutingTarget => $bob->{sid}, IgnoreCapacity => 'false');
    is $space->fresh($patient)->{assignment_status}, 'pending', '7.2 IgnoreCapacity=false: not while he is away';
    $space->move($bob, 'Available');
    is $space->task_until($patient, 'reserved')->{assignment_status}, 'reserved', '7.2 ... but when he is back';
    my $more = $space->task(undef, {}, RoutingTarget => $bob->{sid}, IgnoreCapacity => 'false');
    is $space->fresh($more)->{assignment_status}, 'pending', '7.2 ... nor beyond his capacity';
};

subtest '7.3 filters and targets' => sub {
    my $space = $server->new_workspace;
    my %queue = map { $_ => $space->queue($_, TargetWorkers => "queue == '$_'")->{sid} } qw(A B C D);
    my $filter = sub { my ($expression, @targets) = @_; return { filter_friendly_name => 'f', expression => $expression,
        targets => \@targets } };
    # name, routing, attributes of the Task, where it is at once (- canceled), where after 1 s, priority, form
    my @rows = (
        ['the first filter that is true', { filters => [$filter->('x == 1', { queue => $queue{A} }),
            $filter->('x > 0', { queue => $queue{B} })],
            default_filter => { queue => $queue{D} } }, { x => 1 }, 'A'],
        ['the next if it is not', { filters => [$filter->('x == 1', { queue => $queue{A} }),
            $filter->('x > 0', { queue => $queue{B} })],
            default_filter => { queue => $queue{D} } }, { x => 2 }, 'B'],
        ['the default filter', { filters => [$filter->('x == 1', { queue => $queue{A} })],
            default_filter => { queue => $queue{D} } }, {}, 'D'],
        ['no filter and no default filter', { filters => [$filter->('x == 1', { queue => $queue{A} })] }, {}, '-'],
        ['a skipped target', targets({ queue => $queue{A}, skip_if => '1==1' }, { queue => $queue{B} }), {}, 'B'],
        ['skipped when nobody is available', targets({ queue => $queue{A}, skip_if => 'workers.available == 0' },
            { queue => $queue{B} }), {}, 'B'],
        ['not skipped', targets({ queue => $queue{A}, skip_if => 'workers.available > 0' }, { queue => $queue{B} }), {},
            'A'],
        ['all skipped: the next filter', { filters => [$filter->('1==1', { queue => $queue{A}, skip_if => '1==1' }),
            $filter->('x == 1', { queue => $queue{B} })],
            default_filter => { queue => $queue{D} } }, { x => 1 }, 'B'],
        ['all skipped: the default filter', { filters => [$filter->('1==1', { queue => $queue{A}, skip_if => '1==1' })],
            default_filter => { queue => $queue{D} } }, {}, 'D'],
        ['a timeout: the next target', targets({ queue => $queue{A}, timeout => 1 }, { queue => $queue{B} }), {}, 'A',
            'B'],
        ['a timeout as text', targets({ queue => $queue{A}, timeout => '1' }, { queue => $queue{B} }), {}, 'A', 'B'],
        ['an inherited queue', targets({ queue => $queue{A}, timeout => 1, priority => 3 },
            { expression => 'worker.x == 1' }), {}, 'A', 'A', 3],
        ['the last times out: the next named filter', { filters => [$filter->('1==1',
            { queue => $queue{A}, timeout => 1 }), $filter->('x == 1', { queue => $queue{B} })],
            default_filter => { queue => $queue{D} } }, { x => 1 }, 'A', 'B'],
        ['the last times out: not the default filter', { filters =>
            [$filter->('1==1', { queue => $queue{A}, timeout => 1 })],
            default_filter => { queue => $queue{D} } }, {}, 'A', '-'],
        ['a priority', targets({ queue => $queue{A}, priority => 7 }), {}, 'A', undef, 7, [Priority => 2]],
        ['a priority as text', targets({ queue => $queue{A}, priority => '7' }), {}, 'A', undef, 7],
        ['no priority: that of the Task', targets({ queue => $queue{A} }), {}, 'A', undef, 2, [Priority => 2]],
        ['a priority stays until another is set', targets({ queue => $queue{A}, priority => 7, timeout => 1 },
            { queue => $queue{B} }), {}, 'A', 'B', 7],
        ['the priority of the next target', targets({ queue => $queue{A}, priority => 7, timeout => 1 },
            { queue => $queue{B}, priority => 9 }), {}, 'A', 'B', 9],
        ['the default filter with stray keys', { default_filter => { queue => $queue{D}, timeout => 1,
            Expression => 'no', priority => 4 } }, {}, 'D', 'D'],
    );
    my $where = sub { my $seen = $space->fresh($_[0]); $seen->{assignment_status} eq 'canceled' ? '-'
        : $seen->{task_queue_friendly_name} };
    my @later;
    for my $row (@rows) {
        my ($name, $routing, $attributes, $at_once, $later, $priority, $form) = @$row;
        my $task = $space->task($space->workflow($name, $routing), $attributes, @{ $form // [] });
        is $where->($task), $at_once, "7.3 $name";
        push @later, [$row, $task];
    }
    sleep 1.3;
    for my $pair (@later) {
        my ($row, $task) = @$pair;
        my ($name, undef, undef, $at_once, $later, $priority) = @$row;
        is $where->($task), $later // $at_once, "7.3 $name: later";
        is $space->fresh($task)->{priority}, $priority, '... its priority' if defined $priority;
    }
    my ($stuck) = grep { $_->[0][0] eq 'no filter and no default filter' } @later;
    is $space->fresh($stuck->[1])->{reason}, 'Task canceled on Workflow timeout',
        '1.9 canceled with the reason of the Workflow';

    # A Worker in the queue of the first target: reserved at once, nothing is skipped.
    my $worker = $space->worker('Alice', { queue => 'A', x => 1 }, capacity => { default => 50 });
    my $task = $space->task($space->workflow('S', targets({ queue => $queue{A}, skip_if => '1==1' },
        { queue => $queue{B} })));
    is $where->($task), 'A', '7.3 a Reservation at once: not skipped';
    my $narrow = $space->task($space->workflow('E', targets({ queue => $queue{A},
        expression => 'task.x == worker.x' })), { x => 2 });
    is $space->fresh($narrow)->{assignment_status}, 'pending', '7.3 the expression of the target narrows the queue';
    $server->updated($narrow->{url}, Attributes => '{"x":1}');
    is $space->task_until($narrow, 'reserved')->{assignment_status}, 'reserved', '7.3 ... by Task and Worker';
};

subtest '7.4 order_by' => sub {
    # order_by, attributes of Alice, Bob, Carol, who is first
    for my $row (
        ['worker.level DESC', [{ level => 1 }, { level => 3 }, { level => 2 }], 'Bob'],
        ['worker.level ASC', [{ level => 2 }, { level => 3 }, { level => 1 }], 'Carol'],
        ['worker.level ASC, worker.cost DESC', [{ level => 1, cost => 1 }, { level => 2, cost => 9 },
            { level => 1, cost => 5 }], 'Carol'],
        ['worker.level ASC', [{}, { level => 9 }, {}], 'Bob'],
        ['worker.level DESC', [{}, { level => -1 }, {}], 'Bob'],
        ['worker.level DESC', [{ level => 1 }, { level => 1 }, { level => 1 }], 'Alice'],
        ['worker.none DESC', [{ level => 1 }, { level => 2 }, { level => 3 }], 'Alice'],
        ['worker.name DESC', [{ name => 'a' }, { name => 'b' }, { name => 'c' }], 'Alice'],
    ) {
        my ($order, $attributes, $wanted) = @$row;
        my $space = $server->new_workspace;
        my @names = qw(Alice Bob Carol);
        $space->worker($names[$_], $attributes->[$_]) for 0 .. 2;
        my $task = $space->task($space->workflow('W', targets({ queue => $space->queue('Q')->{sid},
            order_by => $order })));
        is name_of($space, $task), $wanted, "7.4 $order: " . TaskRouter::Workspace::text($attributes);
    }
};

subtest '7.6 a known Worker' => sub {
    my $space = $server->new_workspace;
    my ($alice, $bob, $carol) = map { $space->worker($_, { team => 1 }) } qw(Alice Bob Carol);
    my $stranger = $space->worker('Stranger', {});
    my $queue = $space->queue('Q', TargetWorkers => 'team == 1')->{sid};
    my $by_sid = $space->workflow('S', targets({ queue => $queue, known_worker_sid => 'task.agent' }));
    my $by_name = $space->workflow('N', targets({ queue => $queue, known_worker_friendly_name => 'task.agent.name' }));
    is name_of($space, $space->task($by_sid, { agent => $bob->{sid} })), 'Bob', '7.6 by SID: exactly this one';
    is name_of($space, $space->task($by_name, { agent => { name => 'Carol' } })), 'Carol', '7.6 by name';
    my $waits = $space->task($by_sid, { agent => $bob->{sid} });
    is $space->fresh($waits)->{assignment_status}, 'pending', '7.6 busy: the Task waits, though others are free';
    for my $row (['a member he is not', { agent => $stranger->{sid} }], ['null', { agent => undef }], ['nothing', {}],
        ['nobody', { agent => 'WK' . '0' x 32 }]) {
        my $task = $space->task($by_sid, $row->[1]);
        is $space->fresh($task)->{assignment_status}, 'pending', "7.6 $row->[0]: nobody gets it";
        $server->deleted($task->{url});
    }
    my ($reservation) = $server->listed("$bob->{url}/Reservations", ReservationStatus => 'pending');
    my $of_bob = $space->path('Tasks', $reservation->{task_sid}, 'Reservations', $reservation->{sid});
    $server->updated($of_bob, ReservationStatus => $_) for qw(accepted completed);
    is name_of($space, $waits), 'Bob', '7.6 ... until he is free';
    my $skip = $space->workflow('K', targets({ queue => $queue, known_worker_sid => 'task.agent', skip_if => '1==1' },
        { queue => $queue }));
    is name_of($space, $space->task($skip, { agent => $bob->{sid} })), 'Alice', '7.6 busy and skipped: anybody';
};

subtest '7.5 topping up' => sub {
    my $space = $server->new_workspace;
    my $workflow = $space->workflow('W', $space->queue('Q', MaxReservedWorkers => 3));
    my $alice = $space->worker('Alice');
    my $task = $space->task($workflow);
    $space->reservation($task);
    $space->worker('Bob');
    is scalar($space->reservations($task)), 1, '7.5 who comes later is not reserved too';
    my $counted = $server->new_workspace;
    my @workers = map { $counted->worker("W$_") } 1 .. 5;
    my $flow = $counted->workflow('W', $counted->queue('Q', MaxReservedWorkers => 2));
    my ($first, $second) = map { $counted->task($flow) } 1 .. 2;
    is_deeply [map { scalar $counted->reservations($_) } $first, $second], [2, 2], '7.5 two for each of two Tasks';
};

is_deeply [$server->violations], [], 'every answer is as the description says';
ok !$server->process->ended, 'and taskrouterd is still there';
done_testing;
