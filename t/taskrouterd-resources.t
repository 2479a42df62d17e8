# What each resource is made of, may hold and refuses. The names of the cases begin with the section of the facts; the
# pages are https://www.twilio.com/docs/taskrouter/api/{workspace,activity,worker,task-channel,worker-channel,task-queue,
# workflow,task}, .../taskrouter/workflow-configuration and .../taskrouter/limits.
use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::PP ();
use Test::More;
use TaskRouter::Fixture qw($account);
use TaskRouter::Process qw(time_limit);
use TaskRouter::Signature qw(sid);
use TaskRouter::Taskrouterd;

time_limit(120);
my $server = TaskRouter::Taskrouterd->start;
my $json = JSON::PP->new->canonical->allow_nonref;

sub bytes { my $text = shift; utf8::encode($text); return $text }

# Rows [name, [form], { property => value or regex }]: created with these values.
sub creates {
    my ($path, @rows) = @_;
    for my $row (@rows) {
        my ($name, $form, $wanted) = @$row;
        my $response = $server->post($path, map { bytes($_) } @$form);
        is $response->{status}, 201, $name or diag $response->{body};
        shows($response->{json} // {}, $wanted, '...');
    }
}

sub shows {
    my ($seen, $wanted, $name) = @_;
    for my $property (sort keys %$wanted) {
        my $value = $wanted->{$property};
        next if ref $value eq 'Regexp' && like($seen->{$property}, $value, "$name $property");
        is $json->encode($seen->{$property}), $json->encode($value), "$name $property" unless ref $value eq 'Regexp';
    }
}

# Rows [name, [form], regex of the message]: refused with 400 and 20001.
sub refuses {
    my ($path, @rows) = @_;
    for my $row (@rows) {
        my ($name, $form, $message) = @$row;
        my $response = $server->post($path, map { bytes($_) } @$form);
        is "$response->{status} " . ($response->{json}{code} // ''), '400 20001', $name or diag $response->{body};
        like $response->{json}{message}, $message, '... with its reason' if $message;
    }
}

my ($true, $false) = (JSON::PP::true, JSON::PP::false);

subtest '1.1 SIDs' => sub {
    my $space = $server->new_workspace(Template => 'FIFO');
    my ($workflow) = $server->listed($space->path('Workflows'));
    my $worker = $space->worker('Alice');
    my $task = $space->task($workflow);
    my $reservation = $space->reservation($task);
    my %prefix = (WS => $space->sid, WA => $space->activity('Offline'), WK => $worker->{sid}, WW => $workflow->{sid},
        WT => $task->{sid}, WR => $reservation->{sid}, WQ => ($server->listed($space->path('TaskQueues')))[0]{sid},
        TC => ($server->listed($space->path('TaskChannels')))[0]{sid},
        WC => ($server->listed("$worker->{url}/Channels"))[0]{sid}, EV => ($server->listed($space->path('Events')))[0]{sid},
        AC => $task->{account_sid});
    like $prefix{$_}, qr/^$_[0-9a-f]{32}$/, "1.1 $_ and 32 digits in lower case" for sort keys %prefix;
    is $prefix{AC}, $account, '1.1 the account is the one that was configured';
    my ($seen) = $server->listed("$worker->{url}/Reservations");
    is $seen->{sid}, $reservation->{sid}, '1.1 a Reservation has the same SID under Task and Worker';
    for my $kind (qw(chat TC)) {
        my $channel = $kind eq 'TC' ? $server->fetched($space->path('TaskChannels', 'chat'))->{sid} : $kind;
        is $server->fetched($space->path('TaskChannels', $channel))->{unique_name}, 'chat', "1.1 a TaskChannel's path by $kind";
        is $server->fetched("$worker->{url}/Channels/$channel")->{task_channel_unique_name}, 'chat',
            "1.1 a WorkerChannel's path by $kind";
    }
    my $other = $server->new_workspace;
    is $server->get($other->path('Workers', $worker->{sid}))->{status}, 404, '1.2 nothing is shared across Workspaces';
    is $server->get($other->path('Tasks', $task->{sid}, 'Reservations'))->{status}, 404, '1.2 ... nor its parts';
};

subtest '1.3 Workspace' => sub {
    my %preset = (friendly_name => 'Plain', event_callback_url => qr/^$/, events_filter => undef, multi_task_enabled => $true,
        default_activity_name => 'Offline', timeout_activity_name => 'Offline', prioritize_queue_order => 'FIFO',
        default_activity_sid => qr/^WA/, timeout_activity_sid => qr/^WA/, account_sid => $account);
    my $long = 'ü' x 64;
    creates('/Workspaces',
        ['1.3 a plain Workspace', [FriendlyName => 'Plain'], \%preset],
        ['1.3 a name of 64 characters', [FriendlyName => $long], { friendly_name => $long }],
        ['1.3 all parameters', [FriendlyName => 'All', EventCallbackUrl => 'https://127.0.0.1:1/e?x=1#rc=2', Template => 'NONE',
            EventsFilter => 'task.created, task.canceled', MultiTaskEnabled => 'false', PrioritizeQueueOrder => 'LIFO'],
            { event_callback_url => 'https://127.0.0.1:1/e?x=1#rc=2', events_filter => qr/^task\.created, ?task\.canceled$/,
            multi_task_enabled => $false, prioritize_queue_order => 'LIFO' }],
    );
    refuses('/Workspaces',
        ['1.3 no name', [], qr/FriendlyName/],
        ['1.3 an empty name', [FriendlyName => ''], qr/FriendlyName/],
        ['1.3 a name of 65 characters', [FriendlyName => 'x' x 65], qr/FriendlyName/],
        ['1.3 an order that is none', [FriendlyName => 'x', PrioritizeQueueOrder => 'RANDOM'], qr/PrioritizeQueueOrder/],
        ['1.3 a template that is none', [FriendlyName => 'x', Template => 'ALL'], qr/Template/],
        ['1.3 a relative URL', [FriendlyName => 'x', EventCallbackUrl => '/events'], qr/EventCallbackUrl/],
        ['1.3 a URL for files', [FriendlyName => 'x', EventCallbackUrl => 'file:///etc/passwd'], qr/EventCallbackUrl/],
    );
    my $space = $server->new_workspace;
    is_deeply [map { "$_->{friendly_name} " . ($_->{available} ? 1 : 0) } $server->listed($space->path('Activities'))],
        ['Offline 0', 'Available 1', 'Unavailable 0'], '1.3 the three Activities, in order';
    is_deeply [sort map { $_->{unique_name} } $server->listed($space->path('TaskChannels'))], [qw(chat default sms video voice)],
        '1.3 the five TaskChannels';
    is scalar($server->listed($space->path($_))), 0, "1.3 no $_" for qw(TaskQueues Workflows Workers Tasks);
    my $fifo = $server->new_workspace(Template => 'FIFO');
    my ($queue, @more) = $server->listed($fifo->path('TaskQueues'));
    shows($queue, { friendly_name => 'Sample Queue', target_workers => '1==1', task_order => 'FIFO' }, '1.3 FIFO: the queue');
    is @more, 0, '1.3 FIFO: one queue';
    my ($workflow) = $server->listed($fifo->path('Workflows'));
    shows($workflow, { friendly_name => 'Default Fifo Workflow', task_reservation_timeout => 120,
        assignment_callback_url => undef, configuration => qr/$queue->{sid}/ }, '1.3 FIFO: the Workflow');
    my $updated = $server->updated($space->path, DefaultActivitySid => $space->activity('Unavailable'),
        TimeoutActivitySid => $space->activity('Available'));
    shows($updated, { default_activity_name => 'Unavailable', timeout_activity_name => 'Available', friendly_name => 'Test' },
        '1.3 updated:');
    is $space->worker('New', undef, activity => undef)->{activity_name}, 'Unavailable', '1.3 new Workers get the default Activity';
    refuses($space->path, ['1.3 a default Activity that is not there', [DefaultActivitySid => sid('WA')], qr/WA0|DefaultActivitySid/],
        ['1.3 a timeout Activity of another Workspace', [TimeoutActivitySid => $fifo->activity('Offline')]]);
    $server->post($space->path, MultiTaskEnabled => 'false');
    is $server->fetched($space->path)->{multi_task_enabled}, $true, '1.3 multitasking is for ever';
    my $single = $server->new_workspace(MultiTaskEnabled => 'false');
    is $server->updated($single->path, MultiTaskEnabled => 'true')->{multi_task_enabled}, $true, '1.3 single-tasking is not';
    my $worker = $fifo->worker('Alice');
    $server->deleted($fifo->path);
    is $server->get($_)->{status}, 404, '1.2 deleted with all in it' for $fifo->path, $worker->{url}, $queue->{url}, $fifo->path('Events');
};

subtest '1.4 Activity' => sub {
    my $space = $server->new_workspace;
    my $path = $space->path('Activities');
    creates($path, (map { ["1.4 Available=$_", [FriendlyName => "A$_", Available => $_], { available => $true }] } qw(true 1 yes)),
        (map { ["1.4 Available=$_", [FriendlyName => "A$_", Available => $_], { available => $false }] } qw(false 0 no on)),
        ['1.4 Available left out', [FriendlyName => 'Aout'], { available => $false, friendly_name => 'Aout' }]);
    refuses($path, ['1.4 no name', [Available => 'true'], qr/FriendlyName/], ['1.4 a long name', [FriendlyName => 'x' x 65]]);
    my $activity = $space->new_activity('Break', 0);
    shows($server->updated($activity->{url}, Available => 'true', FriendlyName => 'Pause'),
        { available => $false, friendly_name => 'Pause' }, '1.4 Available cannot be changed:');
    $space->worker('Alice', undef, activity => 'Pause');
    $space->queue('Queue', ReservationActivitySid => $space->activity('Unavailable'));
    for my $used (['Pause', 'with Workers in it'], ['Offline', 'that is the default'], ['Unavailable', 'that a TaskQueue names']) {
        my $response = $server->remove("$path/" . $space->activity($used->[0]));
        is "$response->{status} $response->{json}{code}", '400 20001', "1.4 delete one $used->[1]";
    }
    $server->deleted("$path/" . $space->activity('Aout'));
    my $count = $server->listed($path);
    $space->new_activity("More $_", 0) for $count + 1 .. 100;
    refuses($path, ['11 at most 100 Activities', [FriendlyName => 'one too many']]);
};

subtest '1.5 Worker' => sub {
    my $space = $server->new_workspace;
    my $path = $space->path('Workers');
    my $full = '{"a":"' . 'x' x 4088 . '"}';
    my $wide = '{"a":"' . 'ü' x 4088 . '"}';
    creates($path,
        ['1.5 a plain Worker', [FriendlyName => 'Plain'], { attributes => '{}', activity_name => 'Offline', available => $false,
            date_status_changed => qr/Z$/, activity_sid => $space->activity('Offline') }],
        ['1.5 attributes are made compact', [FriendlyName => 'B', Attributes => '{"a": 1, "b" : [ 1, "x y", {"c":null} ]}'],
            { attributes => '{"a":1,"b":[1,"x y",{"c":null}]}' }],
        ['1.5 an Activity', [FriendlyName => 'C', ActivitySid => $space->activity('Available')],
            { activity_name => 'Available', available => $true }],
        ['1.5 a hyphen in a name', [FriendlyName => 'D-d', Attributes => '{"skill-level":3}'], { attributes => '{"skill-level":3}' }],
        ['1.5 empty attributes', [FriendlyName => 'E', Attributes => ''], { attributes => '{}' }],
        ['1.5 other letters', [FriendlyName => 'Zoë 日本', Attributes => '{"ñ":"日本"}'],
            { friendly_name => 'Zoë 日本', attributes => '{"ñ":"日本"}' }],
        ['1.5 numbers stay as they are', [FriendlyName => 'N', Attributes => '{"n":1.50,"m":-0.5,"e":12345678901234567890}'],
            { attributes => qr/"e":12345678901234567890/ }],
        ['1.5 4,096 characters', [FriendlyName => 'F', Attributes => $full], { attributes => $full }],
        ['1.5 4,096 characters of more than a byte', [FriendlyName => 'G', Attributes => $wide], { attributes => $wide }],
    );
    refuses($path,
        ['1.5 no name', [], qr/FriendlyName/],
        ['1.5 the same name', [FriendlyName => 'plain'], qr/Worker with the same friendly name already exists/],
        ['1.5 the same name with other letters', [FriendlyName => 'ZOë 日本'], qr/already exists/],
        ['1.5 4,097 characters', [FriendlyName => 'x', Attributes => '{"a":"' . 'x' x 4089 . '"}'], qr/Attributes/i],
        ['1.5 white space counts', [FriendlyName => 'x', Attributes => '{"a":' . ' ' x 4090 . '1}'], qr/Attributes/i],
        (map { ["13.3 attributes that are no object: $_", [FriendlyName => 'x', Attributes => $_], qr/Attributes/i] }
            '[1]', '"x"', '1', 'null', '{', '{"a":1', '{a:1}', "{'a':1}", '{"a":1}}', 'x'),
        ['1.5 an Activity that is not there', [FriendlyName => 'x', ActivitySid => sid('WA')]],
        ['1.5 an Activity that is none', [FriendlyName => 'x', ActivitySid => 'Offline'], qr/ActivitySid/],
    );
    my $worker = $space->worker('Alice', { a => 1 }, activity => 'Offline');
    is $server->updated($worker->{url}, FriendlyName => 'ALICE')->{friendly_name}, 'ALICE', '1.5 its own name is no other one';
    refuses($worker->{url}, ["1.5 renamed to another's name", [FriendlyName => 'PLAIN'], qr/already exists/]);
    my $before = $server->fetched($worker->{url});
    is $before->{attributes}, '{"a":1}', '5.1 only what is sent is changed';
    is $before->{date_status_changed}, $worker->{date_status_changed}, '1.5 the date of status stays';
    select undef, undef, undef, 1.1;
    isnt $space->move($worker, 'Available')->{date_status_changed}, $worker->{date_status_changed}, '1.5 ... until the Activity changes';
};

subtest '1.6 TaskChannel and WorkerChannel' => sub {
    my $space = $server->new_workspace;
    my $path = $space->path('TaskChannels');
    my $worker = $space->worker('Alice');
    creates($path,
        ['1.6 a TaskChannel', [FriendlyName => 'Fax', UniqueName => 'fax'], { unique_name => 'fax', channel_optimized_routing => $false }],
        ['1.6 all that a name may have', [FriendlyName => 'X', UniqueName => '_a$B1', ChannelOptimizedRouting => 'true'],
            { unique_name => '_a$B1', channel_optimized_routing => $true }]);
    refuses($path, (map { ["1.6 the unique name '$_'", [FriendlyName => 'x', UniqueName => $_], qr/UniqueName/] }
            'a-b', '1a', 'a b', 'a.b', 'ü', ''),
        ['1.6 no unique name', [FriendlyName => 'x'], qr/UniqueName/],
        ['1.6 no friendly name', [UniqueName => 'x'], qr/FriendlyName/],
        ['1.6 a hyphen in the friendly name', [FriendlyName => 'a-b', UniqueName => 'ab'], qr/FriendlyName/],
        ['1.6 the unique name twice', [FriendlyName => 'x', UniqueName => 'fax']]);
    is $server->updated("$path/fax", UniqueName => 'letter', FriendlyName => 'Facsimile')->{unique_name}, 'fax',
        '1.6 the unique name cannot be changed';
    my $channels = "$worker->{url}/Channels";
    is scalar($server->listed($channels)), 7, '1.6 a Worker has a channel for each, also for new ones';
    shows($server->fetched("$channels/fax"), { configured_capacity => 1, available => $true, assigned_tasks => 0,
        available_capacity_percentage => 100, worker_sid => $worker->{sid} }, '1.6 preset:');
    shows($server->updated("$channels/fax", Capacity => 50), { configured_capacity => 50, available => $true }, '1.6 most:');
    shows($server->updated("$channels/fax", Available => 'false'), { configured_capacity => 50, available => $false }, '1.6 remembered:');
    refuses("$channels/fax", map { ["1.6 a capacity of '$_'", [Capacity => $_], qr/Capacity/] } 51, -1, 'x', '1.5', '');
    $server->deleted("$path/fax");
    is $server->get("$channels/fax")->{status}, 404, '1.6 gone with the TaskChannel';
    my $queue = $space->queue('Q');
    my $workflow = $space->workflow('W', $queue);
    my $busy = $server->created($path, FriendlyName => 'Busy', UniqueName => 'busy');
    $space->task($workflow, {}, TaskChannel => 'busy');
    my $response = $server->remove("$path/busy");
    is "$response->{status} $response->{json}{code}", '400 20001', '13.3 delete one that Tasks are on';
    my $count = $server->listed($path);
    $server->created($path, FriendlyName => "C$_", UniqueName => "c$_") for $count + 1 .. 15;
    refuses($path, ['11 at most 15 TaskChannels', [FriendlyName => 'C16', UniqueName => 'c16']]);
};

subtest '1.6 capacity in use' => sub {
    my $space = $server->new_workspace;
    my $worker = $space->worker('Alice', {}, capacity => { default => 3 });
    my $workflow = $space->workflow('W', $space->queue('Q'));
    my $channel = "$worker->{url}/Channels/default";
    my $state = sub { my $seen = $server->fetched($channel); "$seen->{assigned_tasks} $seen->{available_capacity_percentage}" };
    my @tasks = $space->task($workflow);
    my $first = $space->reservation($tasks[0]);
    is $state->(), '0 66', '1.6 one of three: a pending Reservation counts';
    push @tasks, $space->task($workflow);
    $space->reservation($tasks[1]);
    is $state->(), '0 33', '1.6 two of three: 33';
    $space->set_reservation($first, 'accepted');
    is $state->(), '1 33', '1.6 accepted: an assigned task';
    $space->set_reservation($first, 'wrapping');
    is +(split / /, $state->())[1], 33, '1.6 wrapping counts';
    $space->set_reservation($first, 'completed');
    is $state->(), '0 66', '1.6 completed: it does not';
    $server->updated($channel, Capacity => 1);
    is $state->(), '0 0', '1.6 nothing is left of a smaller capacity';
    my $waiting = $space->task($workflow);
    is $space->fresh($waiting)->{assignment_status}, 'pending', '1.6 at capacity: none';
    $server->updated($channel, Capacity => 0);
    is $server->fetched($channel)->{available_capacity_percentage}, 0, '1.6 capacity 0: 0';
    $server->updated($channel, Available => 'false', Capacity => 5);
    is $space->fresh($waiting)->{assignment_status}, 'pending', '1.6 not available: none';
    $server->updated($channel, Available => 'true');
    is $space->task_until($waiting, 'reserved')->{assignment_status}, 'reserved', '1.6 available again: at once';
};

subtest '1.7 TaskQueue' => sub {
    my $space = $server->new_workspace;
    my $path = $space->path('TaskQueues');
    my ($offline, $available) = map { $space->activity($_) } qw(Offline Available);
    creates($path,
        ['1.7 a plain TaskQueue', [FriendlyName => 'Plain'], { target_workers => '1==1', max_reserved_workers => 1, task_order => 'FIFO',
            reservation_activity_sid => undef, reservation_activity_name => undef, assignment_activity_sid => undef,
            assignment_activity_name => undef }],
        ['1.7 all parameters', [FriendlyName => 'All', TargetWorkers => 'languages HAS "es"', MaxReservedWorkers => 50,
            TaskOrder => 'LIFO', ReservationActivitySid => $offline, AssignmentActivitySid => $available],
            { target_workers => 'languages HAS "es"', max_reserved_workers => 50, task_order => 'LIFO',
            reservation_activity_name => 'Offline', assignment_activity_sid => $available }],
        (map { ["6.4 TargetWorkers $_", [FriendlyName => 'E', TargetWorkers => $_], { target_workers => $_ }] }
            '1==1', '"ProgrammableSMS" in products', "level >= 2 AND team == 'billing'", 'level HAS "support"',
            'skills HAS "a" OR (skills HAS "b" AND level > 3)', 'address.city IN ["Rome","Bari"]', 'friendly_name == "Alice"'),
    );
    refuses($path,
        ['1.7 no name', [], qr/FriendlyName/],
        ['6.3 a syntax error', [FriendlyName => 'x', TargetWorkers => 'skill-level > 3'], qr/./],
        ['6.3 half an expression', [FriendlyName => 'x', TargetWorkers => 'a =='], qr/./],
        (map { ["1.7 MaxReservedWorkers=$_", [FriendlyName => 'x', MaxReservedWorkers => $_], qr/MaxReservedWorkers/] } 0, 51, 'x', -1),
        ['1.7 an order that is none', [FriendlyName => 'x', TaskOrder => 'NONE'], qr/TaskOrder/],
        ['1.7 an Activity that is not there', [FriendlyName => 'x', ReservationActivitySid => sid('WA')]]);
    my $queue = $space->queue('Used');
    my $workflow = $space->workflow('W', $queue);
    my $task = $space->task($workflow);
    my $response = $server->remove($queue->{url});
    is "$response->{status} $response->{json}{code}", '400 20001', '1.7 delete one that a Workflow names';
    like $response->{json}{message}, qr/Workflow|Used|$workflow->{sid}|WQ/, '... it says why';
    my $lone = $space->queue('Lone');
    my $waiting = $space->task(undef, {}, TaskQueueSid => $lone->{sid});
    is $server->remove($lone->{url})->{status}, 400, '1.7 delete one that Tasks wait in';
    $server->deleted($waiting->{url});
    $server->deleted($lone->{url});
    $server->deleted($task->{url});    # Alice is to have nothing else
    my $empty = $space->queue('Empty');
    is $server->updated($empty->{url}, TargetWorkers => '')->{target_workers}, '', '1.7 TargetWorkers may be empty';
    $space->worker('Alice');
    my $stuck = $space->task(undef, {}, TaskQueueSid => $empty->{sid});
    is $space->fresh($stuck)->{assignment_status}, 'pending', '1.7 ... then nobody is eligible';
    $server->updated($empty->{url}, TargetWorkers => 'sid != null');
    is $space->task_until($stuck, 'reserved')->{assignment_status}, 'reserved', '2.6 a changed expression makes Workers eligible';
};

subtest '1.8 Workflow' => sub {
    my $space = $server->new_workspace;
    my $path = $space->path('Workflows');
    my $queue = $space->queue('Q')->{sid};
    my $plain = qq({"task_routing":{"default_filter":{"queue":"$queue"}}});
    my @good = (FriendlyName => 'W', Configuration => $plain);
    creates($path,
        ['1.8 a plain Workflow', [@good], { configuration => $plain, task_reservation_timeout => 120, assignment_callback_url => undef,
            fallback_assignment_callback_url => undef, document_content_type => undef }],
        ['1.8 all parameters', [@good, AssignmentCallbackUrl => 'https://u:p@example.com/a?b=c#rc=1', TaskReservationTimeout => 86400,
            FallbackAssignmentCallbackUrl => 'http://127.0.0.1/f'], { assignment_callback_url => 'https://u:p@example.com/a?b=c#rc=1',
            task_reservation_timeout => 86400, fallback_assignment_callback_url => 'http://127.0.0.1/f' }],
        ['1.8 one second', [@good, TaskReservationTimeout => 1], { task_reservation_timeout => 1 }],
        ['1.8 made compact, unknown keys kept', [FriendlyName => 'W',
            Configuration => qq({ "x" : [1, 2], "task_routing" : { "default_filter" : { "queue" : "$queue", "note":"é" } } })],
            { configuration => qq({"x":[1,2],"task_routing":{"default_filter":{"queue":"$queue","note":"é"}}}) }],
    );
    my $blank = $server->created($path, @good, AssignmentCallbackUrl => '');
    ok !$blank->{assignment_callback_url}, '1.8 a blank URL is none';
    refuses($path,
        ['1.8 no name', [Configuration => $plain], qr/FriendlyName/],
        ['1.8 no configuration', [FriendlyName => 'x'], qr/Configuration/],
        (map { ["1.8 TaskReservationTimeout=$_", [@good, TaskReservationTimeout => $_], qr/TaskReservationTimeout/] } 0, 86401, 'x'),
        (map { ["1.8 AssignmentCallbackUrl=$_", [@good, AssignmentCallbackUrl => $_], qr/AssignmentCallbackUrl/] }
            '/relative', 'ftp://x/', 'x', 'http://'));
};

subtest '1.9 configuration' => sub {
    my $space = $server->new_workspace;
    my $path = $space->path('Workflows');
    my $queue = $space->queue('Q')->{sid};
    my $filter = sub { qq({"task_routing":{"filters":[{"filter_friendly_name":"f","expression":"1==1","targets":[$_[0]]}]}}) };
    my $target = sub { $filter->(qq({"queue":"$queue",$_[0]})) };
    my @fine = (
        ['only a default filter', qq({"task_routing":{"default_filter":{"queue":"$queue"}}})],
        ['only filters', $filter->(qq({"queue":"$queue"}))],
        ['stray keys in the default filter', qq({"task_routing":{"default_filter":{"queue":"$queue","expression":"1==1","timeout":5}}})],
        ['a label by another name', qq({"task_routing":{"filters":[{"friendly_name":"f","expression":"1==1","targets":[{"queue":"$queue"}]}]}})],
        ['an inherited queue', $filter->(qq({"queue":"$queue","timeout":1},{"expression":"worker.a == task.a"}))],
        ['everything', $target->('"priority":5,"timeout":30,"expression":"task.language IN worker.languages",'
            . '"order_by":"worker.level DESC, worker.cost ASC","skip_if":"workers.available == 0"')],
        ['a known worker', $target->('"known_worker_sid":"task.wanted_sid"')],
        ['a known worker by name', $target->('"known_worker_friendly_name":"task.wanted.name"')],
        ['numbers in quotes', $target->('"priority":"10","timeout":"5"')],
        ['no filters at all', qq({"task_routing":{"filters":[],"default_filter":{"queue":"$queue"}}})],
    );
    for my $row (@fine) {
        my $response = $server->post($path, FriendlyName => 'W', Configuration => $row->[1]);
        is $response->{status}, 201, "1.9 $row->[0]" or diag $response->{body};
    }
    my @wrong = (
        ['no JSON', 'x'], ['a list', '[]'], ['half of it', '{"task_routing":'], ['an empty text', ''],
        ['a queue that is not there', sprintf '{"task_routing":{"default_filter":{"queue":"%s"}}}', sid('WQ')],
        ['a queue that is none', '{"task_routing":{"default_filter":{"queue":"Sales"}}}'],
        ['a default filter without a queue', '{"task_routing":{"default_filter":{}}}'],
        ['a first target without a queue', $filter->('{"timeout":5}')],
        ['no targets', $filter->('')],
        ['no expression', qq({"task_routing":{"filters":[{"targets":[{"queue":"$queue"}]}]}})],
        ['filters that are no list', '{"task_routing":{"filters":{}}}'],
        ['a wrong filter expression', qq({"task_routing":{"filters":[{"expression":"a ==","targets":[{"queue":"$queue"}]}]}})],
        ['a wrong target expression', $target->('"expression":"task.a =="')],
        ['a wrong skip_if', $target->('"skip_if":"workers.available"')],
        ['a wrong order_by', $target->('"order_by":"worker.level SIDEWAYS"')],
        ['a timeout of 0', $target->('"timeout":0')],
        ['a negative timeout', $target->('"timeout":-1')],
        ['a timeout in words', $target->('"timeout":"soon"')],
        ['a priority in words', $target->('"priority":"high"')],
        ['a negative priority', $target->('"priority":-1')],
    );
    refuses($path, map { ["1.9 $_->[0]", [FriendlyName => 'W', Configuration => $_->[1]]] } @wrong);
};

subtest '1.10 Task' => sub {
    my $space = $server->new_workspace;
    my $path = $space->path('Tasks');
    my $queue = $space->queue('Q');
    refuses($path, ['1.10 no Workflow at all', [], qr/WorkflowSid field is required/]);
    my $workflow = $space->workflow('W', $queue);
    my $full = '{"a":"' . 'x' x 4088 . '"}';
    creates($path,
        ['1.10 the only Workflow is taken', [], { workflow_sid => $workflow->{sid}, workflow_friendly_name => 'W', attributes => '{}',
            priority => 0, timeout => 86400, reason => undef, assignment_status => 'pending', addons => '{}', age => qr/^[01]$/,
            task_queue_sid => $queue->{sid}, task_queue_friendly_name => 'Q', task_queue_entered_date => qr/Z$/,
            task_channel_unique_name => 'default', task_channel_sid => qr/^TC/, routing_target => undef,
            virtual_start_time => qr/Z$/ }],
        ['1.10 all parameters', [WorkflowSid => $workflow->{sid}, Attributes => '{"lang": "es"}', Priority => 2147483647,
            Timeout => 1209600, TaskChannel => 'voice', VirtualStartTime => '2020-01-02T03:04:05Z'],
            { attributes => '{"lang":"es"}', priority => 2147483647, timeout => 1209600, task_channel_unique_name => 'voice',
            virtual_start_time => '2020-01-02T03:04:05Z' }],
        ['1.10 a TaskChannel by SID', [TaskChannel => $server->fetched($space->path('TaskChannels/sms'))->{sid}],
            { task_channel_unique_name => 'sms' }],
        ['1.10 straight to a TaskQueue', [TaskQueueSid => $queue->{sid}], { workflow_sid => undef, workflow_friendly_name => undef,
            task_queue_sid => $queue->{sid} }],
        ['1.10 a TaskQueue as RoutingTarget', [RoutingTarget => $queue->{sid}], { workflow_sid => undef,
            task_queue_sid => $queue->{sid}, routing_target => $queue->{sid} }],
        ['1.10 a Workflow as RoutingTarget', [RoutingTarget => $workflow->{sid}], { workflow_sid => $workflow->{sid},
            routing_target => $workflow->{sid} }],
        ['1.10 4,096 characters', [Attributes => $full], { attributes => $full }],
        ['1.10 empty attributes', [Attributes => ''], { attributes => '{}' }],
    );
    refuses($path,
        (map { ["1.10 Priority=$_", [Priority => $_], qr/Priority/] } -1, 2147483648, 'high', '1.5'),
        (map { ["1.10 Timeout=$_", [Timeout => $_], qr/Timeout/] } 1209601, -1, 'x'),
        ['1.10 a VirtualStartTime in the future', [VirtualStartTime => '2999-01-01T00:00:00Z'], qr/future/],
        ['1.10 one before 1900', [VirtualStartTime => '1899-12-31T23:59:59Z'], qr/1900|VirtualStartTime/],
        ['1.10 one that is no date', [VirtualStartTime => 'now'], qr/VirtualStartTime/],
        ['1.10 4,097 characters', [Attributes => '{"a":"' . 'x' x 4089 . '"}'], qr/Attributes/i],
        ['13.3 attributes that are no object', [Attributes => '[]'], qr/Attributes/i],
        ['1.10 a TaskChannel that is not there', [TaskChannel => 'pigeon'], qr/TaskChannel|pigeon/],
        ['1.10 a Workflow that is not there', [WorkflowSid => sid('WW')], qr/WW0|WorkflowSid/],
        ['1.10 a RoutingTarget that is not there', [RoutingTarget => sid('WK')], qr/WK0|RoutingTarget/],
        ['1.10 a RoutingTarget that is none', [RoutingTarget => 'Alice'], qr/RoutingTarget/],
        ['1.10 a TaskQueue that is not there', [TaskQueueSid => sid('WQ')], qr/WQ0|TaskQueueSid/],
    );
    $space->workflow('W2', $queue);
    refuses($path, ['1.10 more than one Workflow', [], qr/WorkflowSid field is required/]);
    my $worker = $space->worker('Alice', {}, activity => 'Offline');
    my $task = $space->task(undef, {}, RoutingTarget => $worker->{sid});
    shows($task, { ignore_capacity => $true, routing_target => $worker->{sid}, workflow_sid => undef }, '1.10 to a Worker:');
    is $space->reservation($task)->{worker_sid}, $worker->{sid}, '7.2 he gets it in spite of his Activity';
    is $space->task(undef, {}, RoutingTarget => $worker->{sid}, IgnoreCapacity => 'false')->{ignore_capacity}, $false,
        '1.10 IgnoreCapacity=false';
};

is_deeply [$server->violations], [], 'every answer is as the description says';
ok !$server->process->ended, 'and taskrouterd is still there';
done_testing;
