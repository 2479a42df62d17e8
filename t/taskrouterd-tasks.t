# The life of a Task: https://www.twilio.com/docs/taskrouter/lifecycle-task-state, .../task-evaluation, .../api/task.
# Cases begin with the section of the facts. All that must wait is started first and looked at later.
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

# A Workspace with one TaskQueue, one Workflow and, unless workers => 0, Alice in an available Activity.
sub bench {
    my (%option) = @_;
    my $space = $server->new_workspace(%{ $option{workspace} // {} });
    my $queue = $space->queue('Q', @{ $option{queue} // [] });
    my $workflow = $space->workflow('W', $queue, @{ $option{workflow} // [] });
    my @workers = map { $space->worker($_, {}, %{ $option{worker} // {} }) }
        ('Alice', 'Bob', 'Carol', 'Dave')[0 .. ($option{workers} // 1) - 1];
    return ($space, $queue, $workflow, @workers);
}

# A Task of its own Workspace in this status, with its Reservation if it has one.
sub task_in {
    my $status = shift;
    my ($space, undef, $workflow) = bench(workers => $status eq 'pending' ? 0 : 1);
    my $task = $space->task($workflow);
    return ($space, $task) if $status eq 'pending';
    $server->updated($task->{url}, AssignmentStatus => 'canceled', Reason => 'r'), return ($space, $task)
        if $status eq 'canceled';
    my $reservation = $space->reservation($task);
    return ($space, $task, $reservation) if $status eq 'reserved';
    my @steps = ('accepted', $status eq 'assigned' ? () : $status eq 'wrapping' ? 'wrapping' : 'completed');
    is $space->set_reservation($reservation, $_)->{status}, 200, "a Task on its way to $status: $_" for @steps;
    return ($space, $task, $reservation);
}

sub status_of { my $seen = $server->fetched($_[0]{url}); return $seen->{assignment_status} // $seen->{reservation_status} }

subtest '2.1 to be got by POST' => sub {
    # from, AssignmentStatus, to, what the Reservation becomes
    my @moves = (
        ['pending', 'canceled', 'canceled'], ['reserved', 'canceled', 'canceled', 'canceled'],
        ['assigned', 'wrapping', 'wrapping', 'wrapping'], ['assigned', 'completed', 'completed', 'completed'],
        ['wrapping', 'completed', 'completed', 'completed'],
    );
    for my $move (@moves) {
        my ($from, $asked, $to, $reservation_to) = @$move;
        my ($space, $task, $reservation) = task_in($from);
        my $seen = $server->updated($task->{url}, AssignmentStatus => $asked, Reason => 'because of X');
        is $seen->{assignment_status}, $to, "2.1 $from -> $to by POST";
        is $seen->{reason}, 'because of X', "2.1 $from -> $to by POST: the reason is the caller's" if $to ne 'wrapping';
        is status_of($reservation), $reservation_to, "2.2 ... its Reservation: $reservation_to" if $reservation;
    }
    my ($space, $task) = task_in('pending');
    my $seen = $server->updated($task->{url}, AssignmentStatus => 'CANCELED');
    is $seen->{assignment_status}, 'canceled', '2.1 words in any case, and without a reason';
    is $seen->{reason}, undef, '2.1 ... none is made up';
    ($space, $task) = task_in('assigned');
    $seen = $server->updated($task->{url}, AssignmentStatus => 'Completed', Attributes => '{"done":true}');
    is "$seen->{assignment_status} $seen->{attributes}", 'completed {"done":true}', '2.1 status and attributes at once';
};

subtest '2.1 not to be got by POST' => sub {
    my $where = sub { my ($space,
        $task) = @_; qr/\b$task->{sid} in workspace $space->{sid} for account $space->{account_sid} because/ };
    my @moves = (
        (map { [$_, 'canceled', qr/^Cannot cancel task /,
            qr/ it is not pending or reserved\.?$/] } qw(assigned wrapping completed)),
        (map { [$_, 'wrapping', qr/^Cannot wrap up a task /,
            qr/ it's not currently assigned\.?$/] } qw(pending reserved completed canceled)),
        (map { [$_, 'completed', qr/^Cannot complete task /,
            qr/ it is not currently assigned\.?$/] } qw(pending reserved canceled)),
    );
    for my $move (@moves) {
        my ($from, $asked, $begin, $end) = @$move;
        my ($space, $task) = task_in($from);
        my $response = $server->post($task->{url}, AssignmentStatus => $asked);
        is "$response->{status} " . ($response->{json}{code} // ''), '400 20001', "2.1 $from -> $asked is refused"
            or diag $response->{body};
        like $response->{json}{message}, $_, '... in these words' for $begin, $where->($space, $task), $end;
        is status_of($task), $from, '... and nothing has changed';
    }
    my ($space, $task) = task_in('pending');
    for my $asked (qw(pending reserved assigned timeout nonsense)) {
        my $response = $server->post($task->{url}, AssignmentStatus => $asked);
        is "$response->{status} " . ($response->{json}{code} // ''), '400 20001', "2.1 $asked by hand is refused";
    }
};

subtest '2.1 what happens by itself' => sub {
    my ($space, undef, $workflow, $alice, $bob) = bench(workers => 2, queue => [MaxReservedWorkers => 2]);
    my $task = $space->task($workflow);
    is $space->task_until($task, 'reserved')->{assignment_status}, 'reserved',
        '2.1 pending -> reserved: Reservations made';
    my @reservations = $space->reservations($task);
    is scalar(@reservations), 2, '2.1 ... one or more';
    $space->set_reservation($reservations[0], 'rejected', WorkerActivitySid => $space->activity('Offline'));
    is status_of($task), 'reserved', '2.1 one ended: still reserved';
    $space->set_reservation($reservations[1], 'rejected', WorkerActivitySid => $space->activity('Offline'));
    is status_of($task), 'pending', '2.1 reserved -> pending: all ended';
    $space->move($alice, 'Available');
    my $third = $space->reservation($task);
    is $space->set_reservation($space->reservation($task), 'accepted')->{status}, 200, '2.1 the first accept';
    is status_of($task), 'assigned', '2.1 reserved -> assigned';
    $space->set_reservation($space->reservation($task), 'wrapping');
    is status_of($task), 'wrapping', '2.1 assigned -> wrapping by ReservationStatus';
    $space->set_reservation($space->reservation($task), 'completed');
    my $seen = $space->fresh($task);
    is "$seen->{assignment_status}: $seen->{reason}", 'completed: All reservations were completed',
        '2.1 -> completed by its Reservation';
    ($space, $task) = task_in('assigned');
    $server->deleted($task->{url});
    is $server->get($task->{url})->{status}, 404, '2.1 any -> deleted';
    ok +(grep { $_ eq 'task.deleted' } $space->event_types(TaskSid => $task->{sid})), '2.1 ... with its event';
    ($space, $task, my $reservation) = task_in('reserved');
    $server->deleted($task->{url});
    is $server->get($reservation->{url})->{status}, 404, '2.2 a deleted Task takes its Reservation with it';
    ok +(grep { $_ eq 'reservation.canceled' } $space->event_types(TaskSid => $task->{sid})), '2.2 ... canceled';
};

subtest '2.1, 2.5 timers' => sub {
    my @started;
    my $start = time;
    # name, bench, form of the Task, wanted status, reason, seconds that it takes, what the Reservation becomes
    my @rows = (
        ['2.5 TTL of a pending Task', { workers => 0 }, [Timeout => 1], qr/^Task TTL Exceeded/, 1],
        ['2.5 TTL of a reserved Task', {}, [Timeout => 1], qr/^Task TTL Exceeded/, 1, 'canceled'],
        ['2.5 the target is over', { workers => 0, target => { timeout => 1 } }, [],
            qr/^Task canceled on Workflow timeout/, 1],
        ['2.5 targets add up', { workers => 0, target => { timeout => 1 }, more => [{ timeout => 1 }] }, [],
            qr/^Task canceled on Workflow timeout/, 2],
    );
    for my $row (@rows) {
        my ($name, $option, $form) = @$row;
        my ($space, $queue, $workflow) = bench(%$option);
        if ($option->{target}) {
            my @targets = map { { queue => $queue->{sid}, %$_ } } $option->{target}, @{ $option->{more} // [] };
            $workflow = $space->workflow('T', { filters => [{ filter_friendly_name => 'f', expression => '1==1',
                targets => \@targets }],
                default_filter => { queue => $queue->{sid} } });
        }
        my $task = $space->task($workflow, {}, @$form);
        push @started, { row => $row, space => $space, task => $task, at => time, reservation => $row->[5]
            && $space->reservation($task) };
    }
    my ($timed_space, $timed_queue, $timed_workflow, $alice) = bench(workflow => [TaskReservationTimeout => 1]);
    my $timed = $timed_space->task($timed_workflow);
    my $timed_reservation = $timed_space->reservation($timed);
    for my $started (@started) {
        my ($name, undef, undef, $reason, $seconds, $reservation_to) = @{ $started->{row} };
        my $seen = $started->{space}->task_until($started->{task}, 'canceled');
        is $seen->{assignment_status}, 'canceled', "$name: canceled";
        like $seen->{reason} // '', $reason, '... with its reason';
        is status_of($started->{reservation}), $reservation_to, "... its Reservation $reservation_to"
            if $reservation_to;
        my ($event) = $started->{space}->events(TaskSid => $started->{task}{sid}, EventType => 'task.canceled');
        my ($created) = $started->{space}->events(TaskSid => $started->{task}{sid}, EventType => 'task.created');
        my $took = ($event->{event_date_ms} - $created->{event_date_ms}) / 1000;
        ok $took >= $seconds - 0.05 && $took < $seconds + 1, "... after $seconds s" or diag $took;
    }
    my $seen = $timed_space->wait_for($timed_reservation, 'reservation_status', 'timeout');
    is $seen->{reservation_status}, 'timeout', '2.5 a Reservation times out';
    is $timed_space->worker_until($alice, 'Offline')->{activity_name}, 'Offline',
        '2.4 ... its Worker goes to the TimeoutActivity';
    is status_of($timed), 'pending', '2.1 reserved -> pending by timeout';
    $timed_space->move($alice, 'Available');
    isnt $timed_space->reservation($timed)->{sid}, $timed_reservation->{sid}, '2.6 ... and is offered to him again';
};

subtest '2.5 the documented example, shortened' => sub {
    # Q1 = 2 s, Q2 = 2 s, Q3 = 2 s of the Task's age, Reservations of 1 s: made in Q1 after 1.5 s, timed out at 2.5 s.
    my $space = $server->new_workspace;
    my %queue = map { $_ => $space->queue($_) } qw(Q1 Q2 Q3);
    my $workflow = $space->workflow('W', { filters => [{ filter_friendly_name => 'f', expression => '1==1',
        targets => [map { { queue => $queue{$_}{sid}, timeout => 2 } } qw(Q1 Q2 Q3)] }] }, TaskReservationTimeout => 1);
    my $task = $space->task($workflow);
    my $alone = $server->new_workspace;
    my $q = $alone->queue('Q');
    $alone->worker('Alice');
    my $both = $alone->task($alone->workflow('W', { filters => [{ filter_friendly_name => 'f', expression => '1==1',
        targets => [{ queue => $q->{sid}, timeout => 1 }] }] }, TaskReservationTimeout => 2));
    sleep 1.5;
    is $space->fresh($task)->{task_queue_friendly_name}, 'Q1', '2.5 at 1.5 s in the first target';
    $space->worker('Alice');
    my $reservation = $space->reservation($task);
    is status_of($both), 'reserved', '2.5 the end of the target does not end a Reservation';
    $space->wait_for($reservation, 'reservation_status', 'timeout');
    is $space->fresh($task)->{task_queue_friendly_name}, 'Q2', '2.5 after the timeout in the second';
    my $end = $space->task_until($task, 'canceled');
    my ($event) = $space->events(TaskSid => $task->{sid}, EventType => 'task.canceled');
    my ($created) = $space->events(TaskSid => $task->{sid}, EventType => 'task.created');
    my $took = ($event->{event_date_ms} - $created->{event_date_ms}) / 1000;
    ok $took > 5.9 && $took < 7, '2.5 the end is counted from the beginning: 6 s' or diag $took;
    is $end->{reason}, 'Task canceled on Workflow timeout', '2.1 the reason';
    is status_of($both), 'canceled', '2.5 Reservation and target over: the Task is canceled';
    is(($alone->reservations($both))[0]{reservation_status}, 'timeout', '2.5 ... its Reservation timed out');
};

subtest '2.6 evaluated again' => sub {
    my $space = $server->new_workspace;
    my ($spanish, $english, $other) = map { $space->queue($_) } qw(Spanish English Other);
    my $routing = sub { { filters => [map { { filter_friendly_name => $_->[0], expression => "lang == \"$_->[0]\"",
        targets => [{ queue => $_->[1]{sid} }] } } @_], default_filter => { queue => $other->{sid} } } };
    my $workflow = $space->workflow('W', $routing->(['es', $spanish], ['en', $english]));
    my $queue_of = sub { $space->fresh($_[0])->{task_queue_friendly_name} };
    my $task = $space->task($workflow, { lang => 'es' });
    is $queue_of->($task), 'Spanish', '7.3 the first filter that is true';
    my $before = $space->fresh($task);
    is $server->updated($task->{url}, Attributes => '{"lang":"en"}')->{sid}, $task->{sid},
        '2.6 the attributes of a pending Task change';
    is $queue_of->($task), 'English', '2.6 ... it goes through its Workflow again';
    is $space->fresh($task)->{date_created}, $before->{date_created}, '2.6 ... and keeps its age';
    $server->updated($task->{url}, Attributes => '{"lang":"fr"}');
    is $queue_of->($task), 'Other', '7.3 no filter: the default filter';
    my $text = TaskRouter::Workspace::text({ task_routing => $routing->(['fr', $spanish]) });
    $server->updated($workflow->{url}, Configuration => $text);
    is $queue_of->($task), 'Other', '2.6 a new configuration alone moves nothing';
    $server->updated($workflow->{url}, ReEvaluateTasks => 'true');
    is $queue_of->($task), 'Spanish', '2.6 ReEvaluateTasks does';
    my $alice = $space->worker('Alice', { lang => 'es' });
    $space->task_until($task, 'reserved');
    $server->updated($task->{url}, Attributes => '{"lang":"xx"}');
    my $seen = $space->fresh($task);
    is "$seen->{assignment_status} $seen->{task_queue_friendly_name} $seen->{attributes}",
        'reserved Spanish {"lang":"xx"}',
        '2.1 attributes of a reserved Task just change';

    # A Worker becomes eligible, in each way there is.
    my %way = (
        'by his Activity' => [sub { $_[0]->worker('Alice', { a => 1 }, activity => 'Offline') },
            sub { $_[0]->move($_[1], 'Available') }],
        'by his attributes' => [sub { $_[0]->worker('Alice', { a => 0 }) },
            sub { $server->updated($_[1]{url}, Attributes => '{"a":1}') }],
        'by his capacity' => [sub { $_[0]->worker('Alice', { a => 1 }, capacity => { default => 0 }) },
            sub { $server->updated("$_[1]{url}/Channels/default", Capacity => 1) }],
        'by his channel' => [sub { my $worker = $_[0]->worker('Alice', { a => 1 }, activity => 'Offline');
                $server->updated("$worker->{url}/Channels/default", Available => 'false'); $_[0]->move($worker,
                    'Available'); $worker },
            sub { $server->updated("$_[1]{url}/Channels/default", Available => 'true') }],
        'by an expression' => [sub { $_[0]->worker('Alice', { a => 2 }) },
            sub { $server->updated($_[2]{url}, TargetWorkers => 'a == 2') }],
        'by being created' => [sub { undef }, sub { $_[0]->worker('Alice', { a => 1 }) }],
        'by being done with another Task' => [sub { my $worker = $_[0]->worker('Alice', { a => 1 });
                my $busy = $_[0]->task($_[2]); $_[0]->set_reservation($_[0]->reservation($busy), 'accepted'); $busy },
            sub { $server->updated($_[1]{url}, AssignmentStatus => 'completed') }],
    );
    for my $name (sort keys %way) {
        my ($prepare, $free) = @{ $way{$name} };
        my ($own, $queue, $own_workflow) = bench(workers => 0, queue => [TargetWorkers => 'a == 1']);
        my $prepared = $prepare->($own, $queue, $own_workflow);
        my $waiting = $own->task($own_workflow);
        is status_of($waiting), 'pending', "2.6 a Task that waits for a Worker who becomes eligible $name";
        $free->($own, $prepared, $queue);
        is $own->task_until($waiting, 'reserved')->{assignment_status}, 'reserved', '... is reserved then';
    }
};

subtest '2.7 versions' => sub {
    my ($space, undef, $workflow, $alice) = bench();
    my $version = sub { ($server->get($_[0]{url})->{headers}{etag}[0] // '') =~ tr/"//dr };
    is $version->($alice), 0, '2.7 a new Worker has version 0';
    $server->updated($alice->{url}, FriendlyName => 'Alice 2');
    is $version->($alice), 1, '2.7 one more with each change';
    my $task = $space->task($workflow, { a => 1 });
    my $reservation = $space->reservation($task);
    my $first = $version->($task);
    $server->updated($task->{url}, Attributes => '{"a":2}');
    is $version->($task), $first + 1, '2.7 the Task too';
    my $own = $version->($reservation);
    $space->set_reservation($reservation, 'accepted');
    ok $version->($reservation) > $own, '2.7 and the Reservation';
    my ($event) = $space->events(TaskSid => $task->{sid}, EventType => 'reservation.accepted');
    like $event->{event_data}{task_version}, qr/^\d+$/, '2.7 events tell the version of the Task';
    like $event->{event_data}{worker_version}, qr/^\d+$/, '2.7 ... and of the Worker';
};

# Ten times a second, by the preset of limits.offers: the clock stands still but for that.
subtest '2.1 a thousand times is enough' => sub {
    my $server = TaskRouter::Taskrouterd->start(arguments => ['--frozen']);
    my $space = $server->new_workspace;
    my $alice = $space->worker('Alice', {});
    my $task = $space->task($space->workflow('W', $space->queue('Q')));
    my ($rejected, $advanced) = (0, 0);
    while ($rejected < 1001 && $advanced < 101) {
        my $page = $server->fetched("$alice->{url}/Reservations", ReservationStatus => 'pending', PageSize => 1);
        if (my $reservation = $page->{reservations}[0]) {
            $server->updated($reservation->{url}, ReservationStatus => 'rejected');
            $rejected++;
            next;
        }
        last if $space->fresh($task)->{assignment_status} ne 'pending';
        $server->post('/_local/clock', advance => 1);
        $advanced++;
    }
    is $advanced, 99, 'ten times, a second, ten times, ...';
    is $rejected, 1000, '2.1 pending -> reserved, a thousand times';
    my $seen = $space->fresh($task);
    is $seen->{assignment_status}, 'canceled', '2.1 ... then the Task is canceled';
    like $seen->{reason} // '', qr/^Task TTL Exceeded/, '... with the reason of the TTL';
};

subtest '2.1 single-tasking' => sub {
    my ($space, undef, $workflow) = bench(workspace => { MultiTaskEnabled => 'false' }, workers => 1);
    my ($task, $second) = map { $space->task($workflow) } 1 .. 2;
    $space->set_reservation($space->reservation($task), 'accepted');
    is $server->updated($task->{url}, AssignmentStatus => 'completed')->{assignment_status}, 'completed',
        '2.1 assigned -> completed';
    is $space->task_until($second, 'reserved')->{assignment_status}, 'reserved',
        '7.2 no open Reservation: the next one';
};

is_deeply [$server->violations], [], 'every answer is as the description says';
ok !$server->process->ended, 'and taskrouterd is still there';
done_testing;
