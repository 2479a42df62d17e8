# Seeds and dumps, taskrouter-seed(5), through the real program: --seed and -t, /_local/seed, /_local/dump.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::PP ();
use Test::More;
use TaskRouter::Application;
use TaskRouter::Fixture qw($account $auth_token);
use TaskRouter::Process qw(time_limit temporary_directory write_file read_file run_command program_command
    top_directory);
use TaskRouter::Taskrouterd;

time_limit(120);
my $json = JSON::PP->new->utf8->canonical;
my $directory = temporary_directory();
my $program = TaskRouter::Taskrouterd::program_copy($directory);
my $example = write_file("$directory/example.json", read_file(top_directory() . '/examples/seed.json'));
my $number = 0;

sub seed_file { return write_file("$directory/seed." . $number++, ref $_[0] ? $json->encode($_[0]) : $_[0]) }
sub seed_with { my %of = @_; return { workspaces => [{ friendly_name => 'W', %of }] } }

# Runs the program to its end.
sub run_it {
    return run_command([program_command($program, @_)], seconds => 10, directory => $directory,
        environment => { TWILIO_ACCOUNT_SID => $account, TWILIO_AUTH_TOKEN => $auth_token });
}

sub plant {
    my ($server, $seed) = @_;
    return $server->request(method => 'POST', target => '/_local/seed', unchecked => 1,
        headers => [['Content-Type', 'application/json']], body => ref $seed ? $json->encode($seed) : $seed);
}

sub dump_of {
    my ($server, @query) = @_;
    return $server->get('/_local/dump', @query)->{body};
}

# What is there, over REST: its names.
sub names { my ($server, $path) = @_; return map { $_->{friendly_name} } $server->listed($path) }

my $queue = { friendly_name => 'Q' };
my $workflow = { friendly_name => 'F', configuration => { task_routing => { default_filter => { queue => 'Q' } } } };

subtest 'checking a seed' => sub {
    my $bad = seed_file(seed_with(workers => [{ friendly_name => 'A', activity_name => 'Avalable' },
        { friendly_name => 'B', attributes => { k => 'v' x 4096 } }]));
    my $broken = seed_file("{\n  \"workspaces\": [}");
    my $missing = "$directory/missing.json";
    my @rows = (
        [$example, 0, qr/configuration is good/],
        [$bad, 78, qr/^\Q$bad\E: workspaces\[0\]\.workers\[0\]\.activity_name: there is no Activity "Avalable"; did you mean "Available"\?$/m],
        [$bad, 78, qr/^\Q$bad\E: workspaces\[0\]\.workers\[1\]\.attributes: expected 0 to 4096 characters, got 4104$/m],
        [$broken, 78, qr/^\Q$broken\E: line 2, column 18: /m],
        [$missing, 78, qr/^\Q$missing\E: cannot be opened: No such file/m],
        [$directory, 78, qr/is not a regular file/],
        ['', 78, qr/^command line: --seed: must not be empty/m],
    );
    for my $row (@rows) {
        my ($file, $status, $message) = @$row;
        my $run = run_it('-t', '--seed', $file);
        is $run->{status}, $status, "-t --seed $file: $status";
        like $run->{err}, $message, '... says why';
    }
    my $dated = seed_file(seed_with(task_queues => [$queue], tasks => [{ task_queue_friendly_name => 'Q',
        virtual_start_time => '2020-01-01T12:00:00Z' }]));
    is run_it('-t', '--seed', $dated)->{status}, 0, 'a date that is past';
    is run_it('-t', '--seed', $dated, '--clock', '2020-01-01T11:59:59Z')->{status}, 78, '... unless the clock is behind it';
    my $run = run_it('-l', '127.0.0.1:0', '--seed', $bad);
    is $run->{status}, 78, 'without -t a bad seed ends the program, too';
    is $run->{out}, '', '... before it is ready';
    like $run->{err}, qr/activity_name: there is no Activity.*\n.*attributes: expected/, '... with all messages';
    my $configuration = seed_file({ seed => $bad });
    is run_it('-t', '-c', $configuration)->{status}, 78, 'the key seed is checked as well';
};

subtest 'the example of the manual page' => sub {
    my ($seed) = read_file(top_directory() . '/man/taskrouter-seed.5') =~ /^\.Sh EXAMPLES.*?^\.Bd[^\n]*\n(.*?)^\.Ed/ms;
    is run_it('-t', '--seed', seed_file($seed))->{status}, 0, 'is a seed';
    my $server = TaskRouter::Taskrouterd->start(arguments => ['--seed', seed_file($seed)]);
    my ($workspace) = $server->listed('/Workspaces');
    my $task = $server->fetched("/Workspaces/$workspace->{sid}/Tasks")->{tasks}[0];
    is $task->{assignment_status}, 'reserved', 'and its Task finds a Worker';
};

subtest 'beginning with a seed' => sub {
    my $server = TaskRouter::Taskrouterd->start(on_disk => 1, arguments => ['--seed', $example]);
    like $server->output, qr/\Q$example\E was applied/, 'the log says so';
    my ($workspace) = $server->listed('/Workspaces');
    my $path = "/Workspaces/$workspace->{sid}";
    is_deeply [names($server, "$path/Workers")], ['Alice', 'Bob'], 'Workers';
    my ($alice, $bob) = $server->listed("$path/Workers");
    is_deeply $json->decode($alice->{attributes}), { languages => ['en', 'es'], contact_uri => 'client:alice' },
        'attributes';
    is "$alice->{activity_name} $bob->{activity_name}", 'Idle Offline', 'Activities of Workers';
    my ($spanish) = $server->listed("$path/TaskQueues");
    is $spanish->{reservation_activity_name}, 'Reserved', 'a TaskQueue refers to an Activity';
    my ($flow) = $server->listed("$path/Workflows");
    is $json->decode($flow->{configuration})->{task_routing}{filters}[0]{targets}[0]{queue}, $spanish->{sid},
        'the configuration has SIDs';
    my $dump = dump_of($server);

    $server->restart;
    is dump_of($server), $dump, 'the store has it all';
    is scalar($server->listed('/Workspaces')), 1, 'and it is not applied again';
    like $server->output, qr/\Q$example\E is left alone: there is a Workspace already/, '... and the log says why';
    $server->stop;
    my $again = TaskRouter::Taskrouterd->start(arguments => ['--seed', seed_file($dump)]);
    is dump_of($again), $dump, 'seed -> dump -> seed -> dump is the same text';
};

subtest 'a reset' => sub {
    my $server = TaskRouter::Taskrouterd->start(arguments => ['--seed', $example]);
    my ($dump, $before) = (dump_of($server), $server->listed('/Workspaces'));
    $server->deleted("/Workspaces/$before->{sid}");
    is $server->request(method => 'POST', target => '/_local/reset', body => '')->{status}, 204, 'is done';
    is dump_of($server), $dump, 'it begins with the seed again';
    unlink $example;
    my $response = $server->request(method => 'POST', target => '/_local/reset', body => '');
    is $response->{status}, 503, 'a reset without the file';
    like $response->{json}{detail}, qr/\Q$example\E: cannot be opened/, '... says why';
    is dump_of($server), $dump, '... and changes nothing';
    write_file($example, read_file(top_directory() . '/examples/seed.json'));
};

my $server = TaskRouter::Taskrouterd->start;

subtest 'a seed by request' => sub {
    my $response = plant($server, seed_with(friendly_name => 'By request',
        activities => [{ friendly_name => 'Offline' }, { friendly_name => 'In', available => \1 }],
        workers => [{ friendly_name => 'Alice' }], task_queues => [{ sid => 'one', friendly_name => 'Q' },
        { sid => 'two', friendly_name => 'Q' }], tasks => [{ task_queue_friendly_name => 'two' }]));
    is $response->{status}, 201, 'is taken' or diag $response->{body};
    my $made = $response->{json}{workspaces}[0];
    my $path = "/Workspaces/$made->{sid}";
    is $server->fetched($path)->{friendly_name}, 'By request', 'the SID of the Workspace';
    is $server->fetched("$path/Workers/$made->{workers}{Alice}")->{activity_name}, 'Offline', 'of a Worker';
    is $server->fetched("$path/Tasks/$made->{tasks}[0]")->{task_queue_sid}, $made->{task_queues}{two},
        'of a Task, and of a TaskQueue by its label';
    is_deeply [sort keys %{ $made->{activities} }], ['In', 'Offline'], 'Activities';
    is_deeply [names($server, "$path/Activities")], ['Offline', 'In'], 'those that were not listed are gone';
    is $made->{activities}{Offline}, $server->fetched($path)->{default_activity_sid}, 'the default one is kept';
    is scalar(keys %{ $made->{task_channels} }), 5, 'what was not spoken of is as it always is';
};

subtest 'a bad seed by request' => sub {
    my $before = dump_of($server);
    my $response = plant($server, { workspaces => [{ friendly_name => 'good' },
        { friendly_name => 'x' x 65, worker => [] }] });
    is $response->{status}, 400, 'is refused';
    is $response->{headers}{'content-type'}[0], 'application/problem+json', 'a problem document';
    is_deeply $response->{json}{errors}, ['workspaces[1].worker: a Workspace has no such property; did you mean "workers"?',
        'workspaces[1].friendly_name: expected 1 to 64 characters, got 65'], 'all messages';
    is dump_of($server), $before, 'nothing has changed, of the first Workspace neither';
    my $parsed = plant($server, seed_with(task_queues => [{ friendly_name => 'Q', target_workers => "a == 1\nAND b ==" }]));
    is_deeply $parsed->{json}{errors}, ["workspaces[0].task_queues[0].target_workers: mismatched input '<EOF>' expecting a value"],
        'the message of an expression is one line';
    is plant($server, '')->{status}, 400, 'an empty body';
    is plant($server, '{"workspaces": [')->{json}{errors}[0], 'line 1, column 17: the text ends too early', 'no JSON';
    is plant($server, '{}' . ' ' x (5 << 20))->{status}, 413, 'a body that is too large';
    is $server->request(method => 'POST', target => '/_local/seed', anonymous => 1, body => '{"workspaces":[]}')->{status},
        401, 'without credentials';
    is $server->get('/_local/seed')->{status}, 405, 'GET';
    is $server->post('/_local/dump')->{status}, 405, 'a dump takes no POST';
    is $server->request(method => 'GET', target => '/_local/dump', anonymous => 1)->{status}, 401,
        'a dump without credentials';
};

subtest 'one Workspace of several' => sub {
    my $twin = $server->new_workspace(FriendlyName => 'Twin');
    my $name = 'By request';
    my ($space) = grep { $_->{friendly_name} eq $name } $server->listed('/Workspaces');
    my $dump = dump_of($server, workspace => $name);
    is_deeply [map { $_->{friendly_name} } @{ $json->decode($dump)->{workspaces} }], [$name], 'by name';
    is dump_of($server, workspace => $space->{sid}), $dump, 'by SID';
    is scalar(@{ $json->decode(dump_of($server))->{workspaces} }), 2, 'all';
    is $server->get('/_local/dump', workspace => 'none')->{status}, 404, 'one that is not there';
    is $server->get('/_local/dump', workspaces => $name)->{status}, 400, 'another parameter';
    $server->new_workspace(FriendlyName => 'Twin');
    my $response = $server->get('/_local/dump', workspace => 'Twin');
    is $response->{status}, 400, 'a name of two';
    like $response->{json}{detail}, qr/there are 2 Workspaces Twin: name one by its SID/, '... says so';
};

# A state that came about by requests, with names that are not enough, and objects in an order that no new Workspace has.
sub build {
    my $source = shift;
    my $space = $source->new_workspace(FriendlyName => 'Built', EventsFilter => 'task.created, worker.created');
    my $path = $space->path;
    $source->deleted($space->path('Activities', $space->activity('Available')));
    my @breaks = map { $space->new_activity('Break', 0) } 1 .. 2;
    my $in = $space->new_activity('Available', 1);
    $source->updated($path, TimeoutActivitySid => $breaks[1]{sid}, PrioritizeQueueOrder => 'LIFO');
    $source->deleted($space->path('TaskChannels', 'voice'));
    $source->created($space->path('TaskChannels'), FriendlyName => 'Voice', UniqueName => 'voice',
        ChannelOptimizedRouting => 'true');
    my $ann = $space->worker('Ann', { name => "\x{e9}\"\n\t", n => [1, 1.5, JSON::PP::true, undef] }, activity => undef,
        capacity => { voice => 3, chat => 0 });
    my $bea = $space->worker('Bea', undef, activity => undef);
    $source->updated($_->[0]{url}, ActivitySid => $_->[1]{sid}) for [$ann, $breaks[0]], [$bea, $in];
    my @queues = map { $space->queue('Care', TargetWorkers => "1==$_", ReservationActivitySid => $breaks[$_ - 1]{sid}) }
        1 .. 2;
    my $gone = $space->worker('Gone', undef, activity => undef);
    $space->task(undef, { for => 'nobody' }, RoutingTarget => $gone->{sid});
    $source->deleted($gone->{url});
    my $flow = $space->workflow('Care', { filters => [{ expression => '1==1', targets => [{ queue => $queues[1]{sid},
        timeout => 60 }, { queue => $queues[0]{sid}, priority => 5, expression => 'task.a == worker.b' }] }] });
    my $done = $space->task($flow, { x => 1 });
    $source->updated($done->{url}, AssignmentStatus => 'canceled');
    $space->task($flow, { x => 2 }, Priority => 7, Timeout => 600, TaskChannel => 'chat');
    $space->task(undef, undef, RoutingTarget => $bea->{sid}, IgnoreCapacity => 'false');
    $space->task(undef, undef, TaskQueueSid => $queues[0]{sid});
    $space->task(undef, undef, RoutingTarget => $queues[1]{sid}, VirtualStartTime => '2020-02-29T12:00:00Z');
    return $space;
}

subtest 'from one server to another' => sub {
    my $space = build($server);
    my $dump = dump_of($server, workspace => $space->sid);
    my $seed = $json->decode($dump)->{workspaces}[0];
    is_deeply [map { $_->{friendly_name} } @{ $seed->{activities} }],
        ['Offline', 'Unavailable', 'Break', 'Break', 'Available'], 'Activities in order of creation';
    is $seed->{timeout_activity_name}, $seed->{activities}[3]{sid}, 'an ambiguous name has a label, and references hold it';
    is_deeply [map { $_->{sid} } @{ $seed->{task_queues} }], ['Care #1', 'Care #2'], 'labels do not depend on SIDs';
    ok !exists $seed->{workers}[0]{sid}, 'no label where the name is enough';
    is scalar(@{ $seed->{tasks} }), 4, 'Tasks that are not finished, nor for a Worker who is gone';
    is $seed->{workflows}[0]{configuration}{task_routing}{filters}[0]{targets}[0]{queue}, 'Care #2',
        'the configuration has names';

    my $other = TaskRouter::Taskrouterd->start;
    my $response = plant($other, $dump);
    is $response->{status}, 201, 'the other one takes it' or diag $response->{body};
    is dump_of($other), $dump, 'its dump is the same text';
    my ($copy) = $other->listed('/Workspaces');
    isnt $copy->{sid}, $space->sid, 'its SIDs are new';
    my ($ann, $bea) = $other->listed("/Workspaces/$copy->{sid}/Workers");
    is $ann->{attributes}, $server->fetched($space->path('Workers', ($server->listed($space->path('Workers')))[0]{sid}))
        ->{attributes}, 'attributes are what they were';
    is $bea->{available}, JSON::PP::true, 'the Activity is as available';
};

subtest 'a Worker who is reserved' => sub {
    my $response = plant($server, seed_with(multi_task_enabled => \0, workers => [{ friendly_name => 'A',
        activity_name => 'Available' }], task_queues => [{ %$queue, reservation_activity_name => 'Unavailable' }],
        workflows => [$workflow], tasks => [{ workflow_friendly_name => 'F' }]));
    my $made = $response->{json}{workspaces}[0];
    my $worker = "/Workspaces/$made->{sid}/Workers/$made->{workers}{A}";
    is $server->eventually($worker, sub { $_->{activity_name} eq 'Unavailable' })->{activity_name}, 'Unavailable',
        'is in the Activity of the reserved';
    my $dump = dump_of($server, workspace => $made->{sid});
    is $json->decode($dump)->{workspaces}[0]{workers}[0]{activity_name}, 'Available', 'a dump has the one before';
    my $other = TaskRouter::Taskrouterd->start;
    my ($copy) = @{ plant($other, $dump)->{json}{workspaces} };
    my $task = $other->eventually("/Workspaces/$copy->{sid}/Tasks/$copy->{tasks}[0]",
        sub { $_->{assignment_status} eq 'reserved' });
    is $task->{assignment_status}, 'reserved', 'so that the Task is routed again';
    is dump_of($other), $dump, 'and the dump of that is the same text';
};

subtest 'what a Workspace does with a seed' => sub {
    my $application = TaskRouter::Application->start('/callback' => '{"instruction":"accept"}');
    my $response = plant($server, seed_with(workers => [{ friendly_name => 'A', activity_name => 'Available' }],
        task_queues => [$queue], workflows => [{ %$workflow, assignment_callback_url => $application->url('/callback') }],
        tasks => [{ workflow_friendly_name => 'F', attributes => { id => 1 } }]));
    is $response->{status}, 201, 'a Task in a seed' or diag $response->{body};
    my ($callback) = $application->wait_for('/callback', 1);
    is $callback->{form}{TaskAttributes}, '{"id":1}', 'is routed, and the application is asked';
    my $made = $response->{json}{workspaces}[0];
    is $server->eventually("/Workspaces/$made->{sid}/Tasks/$made->{tasks}[0]", sub { $_->{assignment_status} eq 'assigned' })
        ->{assignment_status}, 'assigned', 'whose answer counts';
    is $json->decode(dump_of($server, workspace => $made->{sid}))->{workspaces}[0]{tasks}[0]{workflow_friendly_name}, 'F',
        'a Task that is worked on is dumped as it would be created';
};

is_deeply [$server->violations], [], 'all answers were as the OpenAPI description says';
done_testing;
