# Statistics: what is told of Workspaces, TaskQueues, Workflows and Workers is what happened. "5.10" is the section on
# statistics of the specification of TaskRouter.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::PP ();
use List::Util qw(max min sum);
use POSIX qw(strftime);
use Test::More;
use TaskRouter::Process qw(time_limit);
use TaskRouter::Taskrouterd;
use Time::HiRes qw(sleep time);

time_limit(120);
my $json = JSON::PP->new->canonical;
my $server = TaskRouter::Taskrouterd->start(on_disk => 1);

my @reservations = map { "reservations_$_" } qw(created accepted rejected timed_out canceled rescinded);
my @tasks = map { "tasks_$_" } qw(created entered canceled completed deleted moved timed_out_in_workflow);

# The counts that are not 0, so that nothing else was counted.
sub counts {
    my $statistics = shift;
    $statistics = $statistics->{cumulative} // $statistics;
    return { map { ($_ => $statistics->{$_}) } grep { $statistics->{$_} } @reservations, @tasks };
}

sub stays {
    my $statistics = shift;
    return { map { ($_->{friendly_name} => $_) } @{ ($statistics->{cumulative} // $statistics)->{activity_durations} } };
}

sub staff {
    my $statistics = shift;
    return { map { ($_->{friendly_name} => $_->{workers}) } @{ ($statistics->{realtime} // $statistics)->{activity_statistics} } };
}

sub iso { return strftime '%Y-%m-%dT%H:%M:%SZ', gmtime shift }

# Waits for the beginning of the next second, which it returns.
sub next_second {
    my $second = int(time) + 1;
    sleep $second - time while time < $second;
    return $second;
}

# The clock goes on so many seconds.
sub wait_still {
    my ($frozen, $seconds) = @_;
    my $answer = $frozen->post('/_local/clock', advance => $seconds);
    is $answer->{status}, 200, "$seconds s go by" or diag $answer->{body};
}

sub bulk {
    my ($space, $body, @option) = @_;
    return $server->request(method => 'POST', target => $server->target($space->path('TaskQueues/RealTimeStatistics')),
        headers => [['Content-Type', 'application/json']], body => ref $body ? $json->encode($body) : $body, @option);
}

# ---- a Workspace where nothing has happened

my $space = $server->new_workspace;
my $spanish = $space->queue('Spanish', TargetWorkers => 'languages HAS "es"');
my $english = $space->queue('English', TargetWorkers => 'languages HAS "en"');
my $calls = $space->workflow('Calls', { filters => [{ expression => 'lang == "es"', targets => [{ queue => $spanish->{sid} }] }],
    default_filter => { queue => $english->{sid} } });
my $chats = $space->workflow('Chats', { filters => [{ expression => '1 == 1',
    targets => [{ queue => $spanish->{sid}, timeout => 1 }, { queue => $english->{sid}, timeout => 1 }] }] });
my %of = (workspace => '', spanish => "TaskQueues/$spanish->{sid}/", english => "TaskQueues/$english->{sid}/",
    calls => "Workflows/$calls->{sid}/", chats => "Workflows/$chats->{sid}/", workers => 'Workers/');

sub cumulative { return $server->fetched($space->path($of{ +shift } . 'CumulativeStatistics'), @_) }
sub real_time  { return $server->fetched($space->path($of{ +shift } . 'RealTimeStatistics'), @_) }
sub combined   { return $server->fetched($space->path($of{ +shift } . 'Statistics'), @_) }

for my $name (sort keys %of) {
    is_deeply counts(cumulative($name)), {}, "$name: nothing has happened";
    my $both = combined($name);
    is_deeply [sort grep { !/_sid$|^url$/ } keys %$both], [qw(cumulative realtime)], "$name: both together";
    my $url = $server->base_url . '/v1' . $space->path($of{$name});
    is $both->{url}, $url . 'Statistics', "$name: its URL";
    is cumulative($name)->{url}, $url . 'CumulativeStatistics', '... and of the one';
    is real_time($name)->{url}, $url . 'RealTimeStatistics', '... and of the other';
}
my $nothing = real_time('spanish');
is_deeply [@{$nothing}{qw(longest_task_waiting_age longest_task_waiting_sid longest_relative_task_age_in_queue
        longest_relative_task_sid_in_queue total_tasks total_eligible_workers total_available_workers)},
    $nothing->{tasks_by_priority}, $nothing->{tasks_by_status}],
    [0, undef, 0, undef, 0, 0, 0, {}, { pending => 0, reserved => 0, assigned => 0, wrapping => 0 }],
    'a TaskQueue where nobody waits';

# ---- what happens; %did is what has to be told of it

my $alice = $space->worker('Alice', { languages => ['es', 'en'] }, activity => 'Available');
my $bob = $space->worker('Bob', { languages => ['en'] }, activity => 'Offline');
my $own = $server->new_workspace(FriendlyName => 'Own');
my $second_1 = next_second();
my %own = map { ($_ => $own->worker($_, {}, activity => 'Available')) } qw(Carol Gone);

subtest 'accepted, completed, rejected, canceled' => sub {
    my $completed = $space->task($calls, { lang => 'es' });
    $space->set_reservation($space->reservation($completed), 'accepted');
    $server->updated($completed->{url}, AssignmentStatus => 'completed');
    my $rejected = $space->task($calls, { lang => 'es' });
    my $waiting = $space->task($calls, { lang => 'es' }, Priority => 7);
    $space->set_reservation($space->reservation($rejected), 'rejected', WorkerActivitySid => $space->activity('Unavailable'));
    $server->updated($rejected->{url}, AssignmentStatus => 'canceled');
    is_deeply counts(cumulative('spanish')), { reservations_created => 2, reservations_accepted => 1,
        reservations_rejected => 1, tasks_entered => 3, tasks_completed => 1, tasks_canceled => 1 }, 'of the TaskQueue';
    my $now = real_time('spanish');
    is_deeply $now->{tasks_by_status}, { pending => 1, reserved => 0, assigned => 0, wrapping => 0 },
        'tasks_by_status: finished ones do not count';
    is_deeply $now->{tasks_by_priority}, { 7 => 1 }, 'tasks_by_priority';
    is_deeply [@{$now}{qw(longest_task_waiting_sid longest_relative_task_sid_in_queue total_tasks)}],
        [$waiting->{sid}, $waiting->{sid}, 1], 'who waits longest';
    $server->deleted($waiting->{url});
    is counts(cumulative('spanish'))->{tasks_deleted}, 1, 'deleted by hand';
    is_deeply counts(cumulative('english')), {}, 'of another TaskQueue: nothing';
    is_deeply counts(cumulative('workspace')), { reservations_created => 2, reservations_accepted => 1,
        reservations_rejected => 1, tasks_created => 3, tasks_completed => 1, tasks_canceled => 1, tasks_deleted => 1 },
        'of the Workspace';
    is_deeply counts(cumulative('calls')), { reservations_created => 2, reservations_accepted => 1,
        reservations_rejected => 1, tasks_entered => 3, tasks_completed => 1, tasks_canceled => 1, tasks_deleted => 1 },
        'of the Workflow';
    is_deeply counts(cumulative('chats')), {}, 'of another Workflow: nothing';
};

my $second_2 = next_second();
$own->move($own{Carol}, 'Unavailable');
$server->deleted($own{Gone}{url});

subtest 'two TaskChannels' => sub {
    $space->move($alice, 'Available');
    my $call = $space->task($calls, {}, TaskChannel => 'voice');
    my $chat = $space->task($calls, {}, TaskChannel => 'chat', Priority => 3);
    $space->set_reservation($space->reservation($call), 'accepted');
    $server->updated($call->{url}, AssignmentStatus => 'wrapping');
    is_deeply counts(cumulative('english')), { tasks_entered => 2, reservations_created => 2, reservations_accepted => 1 }, 'all';
    is_deeply counts(cumulative('english', TaskChannel => 'voice')),
        { tasks_entered => 1, reservations_created => 1, reservations_accepted => 1 }, 'of one';
    is_deeply counts(cumulative('english', TaskChannel => $chat->{task_channel_sid})),
        { tasks_entered => 1, reservations_created => 1 }, 'of the other, by its SID';
    my %status = (voice => 'wrapping', chat => 'reserved');
    for my $channel (sort keys %status) {
        my %by_status = (pending => 0, reserved => 0, assigned => 0, wrapping => 0, $status{$channel} => 1);
        for my $name (qw(english workspace calls)) {
            is_deeply real_time($name, TaskChannel => $channel)->{tasks_by_status}, \%by_status, "$name, $channel: now";
            is_deeply combined($name, TaskChannel => $channel)->{realtime}{tasks_by_status}, \%by_status, '... and combined';
        }
    }
    is_deeply real_time('english')->{tasks_by_priority}, { 0 => 1, 3 => 1 }, 'both priorities';
    is real_time('english')->{total_tasks}, 2, 'total_tasks';
    is_deeply counts(cumulative('workers', TaskChannel => 'chat')), { reservations_created => 1 }, 'of Workers';
    $server->updated($chat->{url}, AssignmentStatus => 'canceled');
    is_deeply counts(cumulative('english', TaskChannel => 'chat')),
        { tasks_entered => 1, tasks_canceled => 1, reservations_created => 1, reservations_canceled => 1 },
        'canceled with its Reservation';
    $server->updated($call->{url}, AssignmentStatus => 'completed');
};

subtest 'Workers now' => sub {
    my $now = real_time('workers');
    is_deeply [staff($now), $now->{total_workers}], [{ Available => 1, Offline => 1, Unavailable => 0 }, 2], 'all';
    is_deeply staff(real_time('workspace')), { Available => 1, Offline => 1, Unavailable => 0 }, 'of the Workspace';
    my $seen = real_time('spanish');
    is_deeply [staff($seen), @{$seen}{qw(total_eligible_workers total_available_workers)}],
        [{ Available => 1, Offline => 0, Unavailable => 0 }, 1, 1], 'of a TaskQueue';
    $seen = real_time('english');
    is_deeply [staff($seen), @{$seen}{qw(total_eligible_workers total_available_workers)}],
        [{ Available => 1, Offline => 1, Unavailable => 0 }, 2, 1], 'of the other one';
    $server->updated("$alice->{url}/Channels/video", Available => 'false');
    $seen = real_time('english', TaskChannel => 'video');
    is_deeply [staff($seen), @{$seen}{qw(total_eligible_workers total_available_workers)}],
        [{ Available => 0, Offline => 1, Unavailable => 0 }, 1, 0], 'of a TaskChannel that she does not take';
    is real_time('workers', TaskChannel => 'video')->{total_workers}, 1, '... of all Workers';
    my %total = (FriendlyName => ['Bob', 1], TaskQueueSid => [$spanish->{sid}, 1], TaskQueueName => ['English', 2]);
    for my $filter (sort keys %total) {
        is combined('workers', $filter => $total{$filter}[0])->{realtime}{total_workers}, $total{$filter}[1], "by $filter";
    }
    is combined('workers', FriendlyName => 'Carol')->{realtime}{total_workers}, 0, 'by the name of nobody';
    my $created = combined('workers')->{cumulative}{reservations_created};
    is $created, 4, 'Reservations of all';
    is combined('workers', FriendlyName => 'Alice')->{cumulative}{reservations_created}, $created, '... are all Alice\'s';
    is_deeply counts(combined('workers', FriendlyName => 'Bob')), {}, '... and not Bob\'s';
    my $of_one = $server->fetched("$alice->{url}/Statistics");
    is_deeply [$of_one->{worker_sid}, $of_one->{cumulative}{reservations_created}, exists $of_one->{realtime}],
        [$alice->{sid}, $created, !1], 'of one Worker';
    is_deeply counts($server->fetched("$bob->{url}/Statistics")), {}, '... and of the other one';
};

my $late; # a Task that waits for a second and more

subtest 'rescinded, timed out, moved from TaskQueue to TaskQueue' => sub {
    my $before = counts(cumulative('workspace'));
    my $both = $space->queue('Both', TargetWorkers => 'languages HAS "en"', MaxReservedWorkers => 2);
    my $race = $space->workflow('Race', $both);
    $space->move($bob, 'Available');
    my $task = $space->task($race, {});
    my @two = $space->reservations($task);
    $space->set_reservation($two[0], 'accepted');
    is_deeply counts($server->fetched("$both->{url}/CumulativeStatistics")), { tasks_entered => 1,
        reservations_created => 2, reservations_accepted => 1, reservations_rescinded => 1 }, 'rescinded';
    $server->updated($task->{url}, AssignmentStatus => 'completed');
    $space->move($_, 'Offline') for $alice, $bob;

    # Both at once, for they take seconds.
    my $dora = $space->worker('Dora', {});
    my $hers = $space->queue('Dora', TargetWorkers => 'friendly_name == "Dora"');
    my $hurried = $space->task($space->workflow('Hurried', $hers, TaskReservationTimeout => 1), {});
    my $moving = $space->task($chats, {});
    $late = $space->task($calls, { lang => 'es' });
    $space->task_until($moving, 'canceled');
    is_deeply counts(cumulative('spanish', StartDate => iso($second_2))), { tasks_entered => 2, tasks_moved => 1 },
        'moved out of the first';
    is_deeply counts(cumulative('chats')), { tasks_entered => 1, tasks_moved => 1, tasks_canceled => 1,
        tasks_timed_out_in_workflow => 1 }, 'and timed out of its Workflow';
    $space->worker_until($dora, 'Offline');
    is counts(cumulative('workers'))->{reservations_timed_out}, 1, 'a Reservation timed out';
    is_deeply counts($server->fetched("$hers->{url}/CumulativeStatistics")), { tasks_entered => 1,
        reservations_created => 1, reservations_timed_out => 1 }, '... of that TaskQueue';
    $server->deleted($hurried->{url});
    is counts(cumulative('workspace'))->{reservations_created} - $before->{reservations_created}, 3, 'Reservations in all';
};

# ---- spans of time

my $second_3 = next_second();

subtest 'StartDate, EndDate, Minutes' => sub {
    my %first = (reservations_created => 2, reservations_accepted => 1, reservations_rejected => 1, tasks_created => 3,
        tasks_completed => 1, tasks_canceled => 1, tasks_deleted => 1);
    my @first = (StartDate => iso($second_1), EndDate => iso($second_2 - 1));
    my $seen = cumulative('workspace', @first);
    is_deeply counts($seen), \%first, 'the first seconds';
    is_deeply [@{$seen}{qw(start_time end_time)}], [iso($second_1), iso($second_2 - 1)], '... and which they are';
    is_deeply counts(combined('workspace', @first)), \%first, '... combined';
    is_deeply counts(cumulative('workspace', EndDate => iso($second_2 - 1))), \%first, 'without a beginning: 15 minutes before';
    is_deeply counts(cumulative('workspace', EndDate => iso($second_1 - 1))), {}, 'before';
    is_deeply counts(cumulative('workspace', StartDate => iso($second_3))), {}, 'after';
    is cumulative('workspace', StartDate => iso($second_2))->{tasks_created},
        cumulative('workspace')->{tasks_created} - 3, 'all but the first seconds';
    is_deeply counts(cumulative('workspace', Minutes => 1)), counts(cumulative('workspace')), 'the last minute';
    is_deeply counts(cumulative('workspace', Minutes => 43200)), counts(cumulative('workspace')), '30 days';
    my $preset = cumulative('workspace');
    my ($from, $to) = map { $json->decode("[\"$_\"]")->[0] } @{$preset}{qw(start_time end_time)};
    my $seconds = sub { my ($h, $m, $s) = shift =~ /T(\d+):(\d+):(\d+)Z$/; return $h * 3600 + $m * 60 + $s };
    is(($seconds->($to) - $seconds->($from)) % 86400, 900, '5.10 15 minutes by default');
    ok $seconds->(cumulative('workspace', EndDate => iso(time + 1000))->{end_time}) - $seconds->($to) < 20,
        'an end that is to come is now';
};

# The Events of this type, and how old the Tasks were then, in seconds.
sub ages { return map { $_->{event_data}{task_age} } $space->events(EventType => shift) }

subtest 'how long they waited' => sub {
    my $seen = cumulative('workspace', SplitByWaitTime => '0, 3600,1');
    my @canceled = ages('task.canceled');
    my @accepted = ages('reservation.accepted');
    my $waited = $seen->{wait_duration_until_canceled};
    is_deeply [@{$waited}{qw(min max)}], [min(@canceled), max(@canceled)], 'until they were canceled';
    cmp_ok $waited->{max}, '>=', 2, '... one of them after two targets of a second each';
    cmp_ok $waited->{total}, '>=', sum(@canceled), 'total';
    cmp_ok $waited->{total}, '<=', sum(@canceled) + @canceled, '... and no more';
    is $waited->{avg}, int($waited->{total} / @canceled), 'avg';
    $waited = $seen->{wait_duration_until_accepted};
    is_deeply [@{$waited}{qw(min max)}], [min(@accepted), max(@accepted)], 'until they were accepted';
    is $seen->{avg_task_acceptance_time}, $waited->{avg}, 'avg_task_acceptance_time';
    my $side = sub { return { tasks_canceled => $_[0], reservations_accepted => $_[1] } };
    my @late = map { scalar grep { $_ >= 1 } @$_ } \@canceled, \@accepted;
    is_deeply $seen->{split_by_wait_time}, {
        0 => { above => $side->(scalar @canceled, scalar @accepted), below => $side->(0, 0) },
        1 => { above => $side->(@late), below => $side->(@canceled - $late[0], @accepted - $late[1]) },
        3600 => { above => $side->(0, 0), below => $side->(scalar @canceled, scalar @accepted) },
    }, 'split_by_wait_time';
    is_deeply cumulative('workspace')->{split_by_wait_time}, {}, 'without thresholds';
    is_deeply combined('calls', SplitByWaitTime => 600)->{cumulative}{split_by_wait_time},
        { 600 => { above => $side->(0, 0), below => $side->(2, 2) } }, 'of a Workflow, combined';

    my $now = real_time('spanish');
    cmp_ok $now->{longest_task_waiting_age}, '>=', 1, 'who waits is a second old';
    cmp_ok $now->{longest_relative_task_age_in_queue}, '>=', 1, '... and as long in the TaskQueue';
    $space->move($alice, 'Available');
    $space->set_reservation($space->reservation($late), 'accepted');
    my %at = map { ($_->{event_type} => $_->{event_date_ms}) } $space->events(TaskSid => $late->{sid});
    my $seconds = int(($at{'reservation.accepted'} - $at{'task.created'}) / 1000);
    $seen = cumulative('spanish', StartDate => iso($second_3), SplitByWaitTime => '1,1000');
    is_deeply [@{$seen}{qw(wait_duration_until_accepted wait_duration_in_queue_until_accepted avg_task_acceptance_time)}],
        [({ map { ($_ => $seconds) } qw(avg min max total) }) x 2, $seconds], 'accepted after a second';
    is_deeply $seen->{split_by_wait_time}, { 1 => { above => $side->(0, 1), below => $side->(0, 0) },
        1000 => { above => $side->(0, 0), below => $side->(0, 1) } }, '... and on which side it is';
    is real_time('spanish')->{longest_task_waiting_sid}, undef, 'who is accepted waits no more';
};

subtest 'how long Workers were in their Activities' => sub {
    my ($first, $second, $third) = ($second_1, $second_2, $second_3);
    my %at = map { ("$_->{event_data}{worker_name} $_->{event_type}" => $_->{event_date_ms}) }
        grep { $_->{event_data}{worker_name} } $own->events;
    # What is told of stays that took so many ms.
    my $told = sub {
        my @s = map { $_ / 1000 } @_;
        return @s ? [map { int } sum(@s) / @s, min(@s), max(@s), sum(@s)] : [0, 0, 0, 0];
    };
    my $durations = sub {
        my $stays = stays($server->fetched($own->path(@_[0 .. 0]), @_[1 .. $#_]));
        return { map { ($_ => [@{ $stays->{$_} }{qw(avg min max total)}]) } keys %$stays };
    };
    my %stay = (Carol => $at{'Carol worker.activity.update'} - $at{'Carol worker.created'},
        Gone => $at{'Gone worker.deleted'} - $at{'Gone worker.created'});
    my %since = (StartDate => iso($first));
    my $seen = $durations->('Workers/CumulativeStatistics', %since, EndDate => iso($third - 1));
    is_deeply $seen, { Offline => $told->(), Available => $told->(values %stay),
        Unavailable => $told->($third * 1000 - 1 - $at{'Carol worker.activity.update'}) }, 'what lasts ends with the span';
    is_deeply $durations->('Workers/CumulativeStatistics', %since, EndDate => iso($second - 1)), { Offline => $told->(),
        Available => $told->(map { $second * 1000 - 1 - $at{"$_ worker.created"} } keys %stay), Unavailable => $told->() },
        'what ended after the span counts as far as it lies in it';
    is_deeply $durations->("Workers/$own{Carol}{sid}/Statistics", %since, EndDate => iso($third - 1))->{Available},
        $told->($stay{Carol}), 'of one Worker alone';
    is_deeply $durations->('Workers/Statistics', %since, FriendlyName => 'Carol')->{Available}, $told->($stay{Carol}), 'by name';
    is_deeply $durations->('Workers/Statistics', %since, FriendlyName => 'Nobody')->{Unavailable}, $told->(), 'of nobody';
    sleep 0.05 while time < $third + 1;
    is_deeply $durations->('Workers/Statistics', StartDate => iso($third), EndDate => iso($third))->{Unavailable},
        $told->(999), 'cut on both sides';
    my ($unavailable) = @{ $durations->('Workers/Statistics', StartDate => iso($third), EndDate => iso($third + 9999))->{Unavailable} };
    cmp_ok $unavailable, '>=', 1, 'what ends later than now';
    cmp_ok $unavailable, '<=', time - $third, '... ends now';
};

# ---- many TaskQueues

subtest 'TaskQueues/Statistics' => sub {
    my @all = $server->listed($space->path('TaskQueues/Statistics'), PageSize => 2);
    is_deeply [map { $_->{task_queue_sid} } @all],
        [map { $_->{sid} } $server->listed($space->path('TaskQueues'))], 'all of them, page by page';
    for my $seen (grep { $_->{task_queue_sid} =~ /^(?:$spanish->{sid}|$english->{sid})$/ } @all) {
        my $name = $seen->{task_queue_sid} eq $spanish->{sid} ? 'spanish' : 'english';
        my $one = combined($name);
        is_deeply counts($seen), counts($one), "$name: as if it were asked for alone";
        is_deeply $seen->{realtime}, $one->{realtime}, '... now, too';
    }
    my ($only) = my @only = $server->listed($space->path('TaskQueues/Statistics'), FriendlyName => 'Spanish',
        TaskChannel => 'voice', SplitByWaitTime => 5, Minutes => 5);
    is_deeply [scalar @only, counts($only), [keys %{ $only->{cumulative}{split_by_wait_time} }]],
        [1, {}, [5]], 'by name, TaskChannel and thresholds';
    my $page = $server->fetched($space->path('TaskQueues/Statistics'), FriendlyName => 'None', Minutes => 1);
    is_deeply $page->{task_queues_statistics}, [], 'none of that name';
    is $page->{meta}{url}, $server->base_url . '/v1'
        . $space->path('TaskQueues/Statistics?FriendlyName=None&Minutes=1&PageSize=50&Page=0'), 'the parameters stay in the URLs';
};

subtest 'TaskQueues/RealTimeStatistics' => sub {
    my $foreign = 'WQ' . 'f' x 32;
    my $answer = bulk($space, { queueSids => [$spanish->{sid}, $foreign, $english->{sid}, $spanish->{sid}] });
    is $answer->{status}, 200, 'answered';
    my $seen = $answer->{json};
    is_deeply [map { $_->{task_queue_sid} } @{ $seen->{task_queue_data} }],
        [$spanish->{sid}, $foreign, $english->{sid}, $spanish->{sid}], 'in the order of the request';
    is $seen->{task_queue_response_count}, 4, 'task_queue_response_count';
    is $seen->{url}, $server->base_url . '/v1' . $space->path('TaskQueues/RealTimeStatistics'), 'its URL';
    for my $at (0, 2) {
        my %one = %{ real_time($at ? 'english' : 'spanish') };
        delete @one{qw(account_sid workspace_sid url)};
        is_deeply $seen->{task_queue_data}[$at], \%one, 'as if it were asked for alone';
    }
    my $none = $seen->{task_queue_data}[1];
    is_deeply [@{$none}{qw(total_tasks total_eligible_workers total_available_workers longest_task_waiting_age)},
        staff($none)], [0, 0, 0, 0, { Available => 0, Offline => 0, Unavailable => 0 }], '5.10 one that is not there: zeros';
    is bulk($space, { QueueSids => [lc($spanish->{sid}) =~ s/^wq/WQ/r] })->{json}{task_queue_data}[0]{task_queue_sid},
        $spanish->{sid}, 'QueueSids';
    is bulk($space, { queueSids => [($foreign) x 50] })->{json}{task_queue_response_count}, 50, '50 of them';

    my %refused = ('none' => { queueSids => [] }, 'nothing' => {}, 'no list' => { queueSids => $foreign },
        '51' => { queueSids => [($foreign) x 51] }, 'no SID' => { queueSids => ['WQ1'] }, 'another SID' => { queueSids => [$alice->{sid}] },
        'a number' => { queueSids => [5] }, 'a list in it' => { queueSids => [[$foreign]] }, 'a null' => { queueSids => [undef] });
    for my $name (sort keys %refused) {
        my $refused = bulk($space, $refused{$name});
        is_deeply [$refused->{status}, $refused->{json}{code}], [400, 20001], "$name: refused";
        like $refused->{json}{message}, qr/\bqueueSids\b/, '... by its name';
    }
    for my $body ('{', '[]', '"x"', '{"queueSids":[}', '') {
        is bulk($space, $body)->{status}, 400, "'$body': refused";
    }
    is $server->post($space->path('TaskQueues/RealTimeStatistics'), QueueSids => $foreign)->{status}, 415, 'no forms';
    my $wrong = $server->get($space->path('TaskQueues/RealTimeStatistics'));
    is_deeply [$wrong->{status}, $wrong->{headers}{allow}], [405, ['POST, OPTIONS']], 'nor GET';
};

# ---- what is refused

subtest 'wrong parameters' => sub {
    my @cases = (
        [Minutes => 0], [Minutes => -1], [Minutes => 'x'], [Minutes => 43201], [Minutes => '1.5'],
        [StartDate => 'yesterday'], [EndDate => '2026-13-01'],
        [StartDate => iso(time), EndDate => iso(time - 60)], [StartDate => iso(time + 60)],
        [SplitByWaitTime => 'x'], [SplitByWaitTime => '5,'], [SplitByWaitTime => '-5'], [SplitByWaitTime => '1.5'],
        [SplitByWaitTime => join ',', 1 .. 33], [TaskChannel => 'fax'],
        [Minutes => 5, StartDate => iso(time - 60)], [Minutes => 5, EndDate => iso(time)],
    );
    for my $case (@cases) {
        for my $path ($space->path('Statistics'), $space->path('CumulativeStatistics'), "$spanish->{url}/Statistics",
            $space->path('TaskQueues/Statistics'), "$calls->{url}/CumulativeStatistics") {
            my $answer = $server->get($path, @$case);
            is_deeply [$answer->{status}, $answer->{json}{code}], [400, 20001], "@$case at $path";
            like $answer->{json}{message}, qr/^$case->[0]: /, '... by its name';
        }
    }
    my %queue = (TaskQueueSid => $alice->{sid}, TaskQueueName => 'None');
    for my $name (sort keys %queue) {
        my $answer = $server->get($space->path('Workers/Statistics'), $name => $queue{$name});
        is_deeply [$answer->{status}, $answer->{json}{code}], [400, 20001], $name;
        like $answer->{json}{message}, qr/^$name: /, '... by its name';
    }
    my $old = $server->get($space->path('Statistics'), StartDate => iso(time - 30 * 86400 - 60));
    is_deeply [$old->{status}, $old->{json}{code}], [400, 14241], '5.10 older than 30 days';
    like $old->{json}{message}, qr/^StartDate: .*30 days/, '... in words';
    my ($alert) = @{ $server->fetched('/_local/debugger')->{alerts} };
    is $alert->{error_code}, 14241, '... and in the debugger';
    is $server->get($space->path('Statistics'), Colour => 'red')->{status}, 200, 'what nobody knows is passed over';
    is $server->get($space->path('RealTimeStatistics'), Minutes => 'x')->{status}, 200, 'there is no span of now';
};

subtest 'paths and methods' => sub {
    my $none = sub { (my $sid = shift->{sid}) =~ s/.{6}$/abcdef/; return $sid };
    for my $path ("TaskQueues/@{[$none->($spanish)]}/Statistics", "Workflows/@{[$none->($calls)]}/RealTimeStatistics",
        "Workers/@{[$none->($alice)]}/Statistics", "Workers/$alice->{sid}/CumulativeStatistics", 'Statistics/x', 'Statistics/',
        'TaskQueues/Statistics/x', 'TaskQueues/CumulativeStatistics', 'Workflows/Statistics', 'Tasks/Statistics',
        "TaskQueues/$spanish->{sid}/Statistics/Statistics", "Workflows/$spanish->{sid}/Statistics") {
        is $server->get($space->path($path))->{status}, 404, "$path: 404";
    }
    for my $path ('Statistics', 'Workers/RealTimeStatistics', "TaskQueues/$spanish->{sid}/CumulativeStatistics", 'TaskQueues/Statistics') {
        for my $method (qw(POST DELETE)) {
            my $answer = $server->request(method => $method, target => $server->target($space->path($path)));
            is_deeply [$answer->{status}, $answer->{headers}{allow}], [405, ['GET, HEAD, OPTIONS']], "$method $path: 405";
        }
    }
    my $target = $server->target($space->path('Statistics'));
    is $server->request(method => 'GET', target => $target, anonymous => 1)->{status}, 401, 'a stranger';
    is_deeply [@{ $server->request(method => 'HEAD', target => $target, unchecked => 1) }{qw(status body)}], [200, ''], 'HEAD';
};

subtest 'every link leads somewhere' => sub {
    for my $resource ($space->path, map { $_->{url} } $spanish, $calls, $alice) {
        my $links = $server->fetched($resource)->{links};
        for my $name (grep { defined $links->{$_} } sort keys %$links) {
            my $answer = $name eq 'bulk_real_time_statistics'
                ? bulk($space, { queueSids => [$spanish->{sid}] }) : $server->get($links->{$name});
            is_deeply [$answer->{status}, $answer->{json}{url} // $links->{$name}], [200, $links->{$name}], "$resource: $name"
                if $name =~ /statistics/;
            is $answer->{status}, 200, "$resource: $name";
        }
    }
};

# ---- nothing is lost

subtest 'the same after kill -9' => sub {
    my $end = next_second() - 1;
    my @window = (StartDate => iso($second_1 - 5), EndDate => iso($end), SplitByWaitTime => '0,1,60');
    my $read = sub {
        my %seen;
        for my $name (keys %of) {
            $seen{"$name past"} = cumulative($name, @window);
            $seen{"$name now"} = real_time($name);
        }
        $seen{'all queues'} = [$server->listed($space->path('TaskQueues/Statistics'), @window)];
        $seen{alice} = $server->fetched($space->path('Workers', $alice->{sid}, 'Statistics'), @window[0 .. 3]);
        my $text = $json->pretty->encode(\%seen);
        $text =~ s{http://127\.0\.0\.1:\d+}{}g;
        $text =~ s/("longest\w*_age\w*" : )\d+/$1 AGE/g;
        return $text;
    };
    my $waiting = $space->task($calls, { lang => 'es' });
    my $before = $read->();
    like $before, qr/"longest_task_waiting_sid" : "$waiting->{sid}"/, 'somebody waits';
    $server->restart('KILL');
    is $read->(), $before, 'every number';
};

# ---- to the second, by a clock that stands still

subtest 'exactly' => sub {
    my $frozen = TaskRouter::Taskrouterd->start(arguments => ['--clock', '2026-01-01T08:00:00Z', '--frozen']);
    my $advance = sub { wait_still($frozen, shift) };
    my $still = $frozen->new_workspace;
    my $queue = $still->queue('All');
    my $carol = $still->worker('Carol', {}, activity => 'Offline');
    my $task = $still->task($still->workflow('W', $queue), {});
    $advance->(7);
    my $now = $frozen->fetched("$queue->{url}/RealTimeStatistics");
    is_deeply [@{$now}{qw(longest_task_waiting_age longest_relative_task_age_in_queue)}], [7, 7], 'how old it is';
    $still->move($carol, 'Available');
    $still->set_reservation($still->reservation($task), 'accepted');
    $advance->(3);
    my $seen = $frozen->fetched("$queue->{url}/CumulativeStatistics", SplitByWaitTime => '7,8');
    is_deeply [@{$seen}{qw(start_time end_time)}], ['2026-01-01T07:45:10Z', '2026-01-01T08:00:10Z'], 'the span';
    is_deeply [@{$seen}{qw(wait_duration_until_accepted wait_duration_in_queue_until_accepted avg_task_acceptance_time)}],
        [({ map { ($_ => 7) } qw(avg min max total) }) x 2, 7], 'how long it waited';
    is_deeply [map { $_->{reservations_accepted} } map { @{$_}{qw(above below)} } @{ $seen->{split_by_wait_time} }{7, 8}],
        [1, 0, 0, 1], 'who waited as long as the threshold is above it';
    my $durations = sub {
        my $stays = stays($frozen->fetched($still->path('Workers/CumulativeStatistics'), @_));
        return { map { ($_ => $stays->{$_}{total}) } keys %$stays };
    };
    is_deeply $durations->(), { Offline => 7, Available => 3, Unavailable => 0 }, 'the time in each Activity';
    is_deeply $durations->(StartDate => '2026-01-01T08:00:05Z'), { Offline => 2, Available => 3, Unavailable => 0 }, '... since then';
    is_deeply $durations->(StartDate => '2026-01-01T08:00:08Z'), { Offline => 0, Available => 2, Unavailable => 0 }, '... and then';
    is_deeply $durations->(EndDate => '2026-01-01T08:00:02Z'), { Offline => 2, Available => 0, Unavailable => 0 }, '... and until then';
    $advance->(86400 * 30);
    is $frozen->get($still->path('Statistics'), StartDate => '2026-01-01T08:00:10Z')->{status}, 200, '5.10 30 days ago';
    is $frozen->get($still->path('Statistics'), StartDate => '2026-01-01T08:00:09Z')->{json}{code}, 14241, '... and longer';
    is_deeply $durations->(Minutes => 60), { Offline => 0, Available => 3600, Unavailable => 0 }, 'an hour of a month';
    is_deeply [$frozen->violations], [], 'as the description says';
};

is_deeply [$server->violations], [], 'every answer is as the description says';

done_testing;
