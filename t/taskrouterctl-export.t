# taskrouterctl export: Workspaces of taskrouterd as a seed.
use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::PP ();
use Test::More;
use TaskRouter::Ctl;
use TaskRouter::Process qw(time_limit read_file);
use TaskRouter::Taskrouterd;

time_limit(60);
binmode $_, ':encoding(UTF-8)' for map { Test::More->builder->$_ } qw(output failure_output);
my $server = TaskRouter::Taskrouterd->start;
my $ctl = TaskRouter::Ctl->new(url => $server->base_url);
my $json = JSON::PP->new->utf8;

sub bytes { my $text = shift; utf8::encode($text); return $text }

# The Workspaces of the seed, and what the program said.
sub exported {
    my @arguments = @_;
    my $run = $ctl->run(['export', @arguments]);
    is $run->{status}, 0, "export @arguments" or diag $run->{err};
    my $seed = $json->decode($run->{out});
    is_deeply [keys %$seed], ['workspaces'], '... a seed';
    return ($seed->{workspaces}, $run);
}

sub named { my ($list) = @_; return { map { ($_->{friendly_name} => $_) } @$list } }

my ($true, $false) = (JSON::PP::true(), JSON::PP::false());
my $support = $server->new_workspace(FriendlyName => 'Support', EventCallbackUrl => 'http://127.0.0.1:9/events',
    EventsFilter => 'task.created,task.canceled', PrioritizeQueueOrder => 'LIFO');
my $lunch = $support->new_activity('Mittagspause ☕' =~ s/(.+)/bytes($1)/er, 0);
my $training = $support->new_activity('Training', 1);
$server->updated($support->path, DefaultActivitySid => $training->{sid}, TimeoutActivitySid => $lunch->{sid});
$server->created($support->path('TaskChannels'), FriendlyName => 'Fax', UniqueName => 'fax', ChannelOptimizedRouting => 'true');
my $alice = $support->worker('Alice', { languages => ['en', 'es'], level => 3, contact_uri => 'client:alice' },
    capacity => { chat => 5, fax => 0 });
$server->updated($support->path('Workers', $alice->{sid}, 'Channels', 'voice'), Available => 'false');
my $bob = $support->worker('Bob', undef, activity => 'Training');
my $english = $support->queue('English', TargetWorkers => 'languages HAS "en"', MaxReservedWorkers => 3, TaskOrder => 'LIFO',
    ReservationActivitySid => $lunch->{sid}, AssignmentActivitySid => $training->{sid});
my $twin = $support->queue('Twin');
my $other = $support->queue('Twin', TargetWorkers => 'level > 2');
my $workflow = $support->workflow('Main', { filters => [{ filter_friendly_name => 'English', expression => 'language == "en"',
    targets => [{ queue => $english->{sid}, priority => 5, timeout => 60, known_worker_sid => 'task.sid' }, { queue => $twin->{sid} }] }],
    default_filter => { queue => $other->{sid} } }, AssignmentCallbackUrl => 'http://127.0.0.1:9/assignment',
    FallbackAssignmentCallbackUrl => 'http://127.0.0.1:9/fallback', TaskReservationTimeout => 45);
my $done = $support->task($workflow, { language => 'xx' });
$server->updated($support->path('Tasks', $done->{sid}), AssignmentStatus => 'canceled');
$support->task($workflow, { language => 'fr', customer => 'Zoë' }, Priority => 7, Timeout => 600, TaskChannel => 'fax',
    VirtualStartTime => '2026-01-01T00:00:00Z');
$support->task(undef, { direct => $true }, RoutingTarget => $bob->{sid}, IgnoreCapacity => 'false');
# Names that a Worker and a TaskQueue share need labels where a RoutingTarget has to tell them apart, and only there.
$support->queue('Bob');
my $carol = $support->worker('Carol', undef, activity => 'Training');
$support->queue('Carol');
my $ended = $support->task(undef, undef, RoutingTarget => $carol->{sid}, IgnoreCapacity => 'false');
$server->updated($support->path('Tasks', $ended->{sid}), AssignmentStatus => 'canceled');
my $sales = $server->new_workspace(FriendlyName => 'Sales', MultiTaskEnabled => 'true');

subtest 'a whole Workspace' => sub {
    my ($workspaces, $run) = exported('--tasks', 'Support');
    is scalar @$workspaces, 1, 'this one alone';
    my $seed = $workspaces->[0];
    my %plain = map { $_ => $seed->{$_} } grep { !ref $seed->{$_} || JSON::PP::is_bool($seed->{$_}) } keys %$seed;
    is_deeply \%plain, { friendly_name => 'Support', event_callback_url => 'http://127.0.0.1:9/events',
        events_filter => 'task.created,task.canceled', prioritize_queue_order => 'LIFO',
        default_activity_name => 'Training', timeout_activity_name => 'Mittagspause ☕' }, 'its properties' or diag explain \%plain;
    my $activities = named($seed->{activities});
    is_deeply [map { "$_->{friendly_name} $_->{available}" } @{ $seed->{activities} }],
        ['Offline 0', 'Available 1', 'Unavailable 0', 'Mittagspause ☕ 0', 'Training 1'], 'Activities';
    is_deeply $seed->{task_channels}[-1], { friendly_name => 'Fax', unique_name => 'fax', channel_optimized_routing => $true },
        'a TaskChannel';
    is_deeply $seed->{workers}[0]{attributes}, { languages => ['en', 'es'], level => 3, contact_uri => 'client:alice' },
        'attributes of a Worker as an object';
    is $seed->{workers}[0]{activity_name}, 'Available', 'the Activity by its name';
    is_deeply $seed->{workers}[0]{channels}, [{ task_channel_unique_name => 'voice', available => $false },
        { task_channel_unique_name => 'chat', configured_capacity => 5 },
        { task_channel_unique_name => 'fax', configured_capacity => 0 }], 'WorkerChannels that differ from their presets'
        or diag explain $seed->{workers}[0]{channels};
    my (undef, $bob, $carol) = @{ $seed->{workers} };
    is_deeply [sort keys %$bob], ['friendly_name', 'sid'], 'a label for a Worker whom a RoutingTarget needs it for';
    is_deeply $carol, { friendly_name => 'Carol' }, '... and none where that Task has ended';
    my ($queue, @twins) = @{ $seed->{task_queues} }[0 .. 2];
    is_deeply $queue, { friendly_name => 'English', target_workers => 'languages HAS "en"', max_reserved_workers => 3,
        task_order => 'LIFO', reservation_activity_name => 'Mittagspause ☕', assignment_activity_name => 'Training' }, 'a TaskQueue';
    ok $twins[0]{sid} && $twins[1]{sid} && $twins[0]{sid} ne $twins[1]{sid}, 'labels for two of one name';
    my $main = $seed->{workflows}[0];
    my $routing = delete($main->{configuration})->{task_routing};
    is_deeply $main, { friendly_name => 'Main', assignment_callback_url => 'http://127.0.0.1:9/assignment',
        fallback_assignment_callback_url => 'http://127.0.0.1:9/fallback', task_reservation_timeout => 45 }, 'a Workflow';
    is_deeply [(map { $_->{queue} } @{ $routing->{filters}[0]{targets} }), $routing->{default_filter}{queue}],
        ['English', $twins[0]{sid}, $twins[1]{sid}], '... its configuration has names for TaskQueues';
    my @tasks = @{ $seed->{tasks} };
    is scalar @tasks, 2, 'the Tasks that have not ended';
    is_deeply $tasks[0], { workflow_friendly_name => 'Main', attributes => { language => 'fr', customer => 'Zoë' }, priority => 7,
        timeout => 600, task_channel_unique_name => 'fax', virtual_start_time => '2026-01-01T00:00:00Z' }, '... one of a Workflow'
        or diag explain $tasks[0];
    is_deeply [@{ $tasks[1] }{qw(routing_target ignore_capacity)}], [$bob->{sid}, $false], '... one with a RoutingTarget';
    unlike $run->{out}, qr/[A-Z]{2}[0-9a-f]{32}/, 'no SID at all';
    is $run->{err}, '', 'and not a word';
    is $ctl->run(['export', '--tasks', $support->sid])->{out}, $run->{out}, 'by SID: the same text';
};

subtest 'what is left out' => sub {
    my ($workspaces) = exported;
    is_deeply [map { $_->{friendly_name} } @$workspaces], ['Support', 'Sales'], 'all Workspaces, the oldest first';
    ok !exists $workspaces->[0]{tasks}, 'no Tasks without --tasks';
    is_deeply [map { exists $workspaces->[1]{$_} ? 1 : 0 } qw(workers task_queues workflows event_callback_url)], [0, 0, 0, 0],
        'nothing of a Workspace that nothing is in';
    is_deeply [map { $_->{friendly_name} } @{ (exported('Sales', 'Support'))[0] }], ['Sales', 'Support'], 'in the order asked for';
};

subtest 'more than a page' => sub {
    my $large = $server->new_workspace(FriendlyName => 'Large');
    $server->created($large->path('TaskQueues'), FriendlyName => sprintf 'Queue %04d', $_) for 1 .. 1003;
    my ($workspaces, $run) = exported('-v', 'Large');
    is_deeply [map { $_->{friendly_name} } @{ $workspaces->[0]{task_queues} }], [map { sprintf 'Queue %04d', $_ } 1 .. 1003],
        'all of them, the oldest first';
    like $run->{err}, qr/^taskrouterctl: Large: 1003 TaskQueues$/m, '-v: and how many';
};

subtest 'there and back' => sub {
    my ($file, $again) = map { $ctl->directory . "/$_.json" } 'there', 'again';
    is $ctl->run(['export', '--tasks', '-o', $file, 'Support', 'Sales'])->{status}, 0, 'exported';
    my $text = read_file($file);
    cmp_ok length $text, '>', 3000, '... with all that is in them';
    my $copy = TaskRouter::Taskrouterd->start(arguments => ['--seed', $file]);
    my $back = TaskRouter::Ctl->new(url => $copy->base_url);
    my $run = $back->run(['export', '--tasks']);
    is $run->{out}, $text, 'a taskrouterd made of it is exported as the same text' or diag $run->{err};
    is $copy->request(method => 'GET', target => '/_local/dump', unchecked => 1)->{body}, $text, '... and dumps the same text';
    $copy->stop;
};

is_deeply [$server->violations], [], 'nothing against the OpenAPI description';
done_testing;
