# taskrouterd's answers are right by Twilio's public OpenAPI description, in two ways: Prism, which is not ours, looks at
# all that passes between Twilio's npm package and taskrouterd; our own check (TaskRouter::OpenAPI) also sees what the
# description leaves open, such as an absent property.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::PP ();
use Test::More;
use TaskRouter::Application;
use TaskRouter::Client;
use TaskRouter::Fixture qw($account $auth_token $workspace basic);
use TaskRouter::HTTP;
use TaskRouter::Node;
use TaskRouter::OpenAPI;
use TaskRouter::Process qw(time_limit free_port);
use TaskRouter::Signature qw(sid);
use TaskRouter::Taskrouterd;

my $description_file = TaskRouter::Node::openapi_description();
plan skip_all => 'no OpenAPI description of TaskRouter' unless $description_file;
my $description = TaskRouter::OpenAPI->shared;
time_limit(180);

sub prism {
    my $upstream = shift;
    my $port = free_port();
    TaskRouter::Process->start(name => 'prism', keep_user => 1, seconds => 60, ready => { port => $port },
        command => [TaskRouter::Node::command(TaskRouter::Node::modules() . '/@stoplight/prism-cli/dist/index.js',
            'proxy',
            '-m', 'false', '-h', '127.0.0.1', '-p', $port, $description_file, $upstream)]);
    return $port;
}

# What Prism says against an answer, as texts. Error answers are not in the description; of requests it thinks more
# strictly than TaskRouter does, which takes an empty URL to clear it.
sub prism_violations {
    my $exchange = shift;
    return () if $exchange->{status} >= 400;
    return map { "$exchange->{method} $exchange->{target}: " . join('.', @{ $_->{location} // [] }) . " $_->{message}" }
        grep { ($_->{location}[0] // '') eq 'response' } map { @{ JSON::PP::decode_json($_) } } @{ $exchange->{headers}{'sl-violations'} // [] };
}

my $application = TaskRouter::Application->start('/callback' => '{}');
my $server = TaskRouter::Taskrouterd->start;

subtest 'our own check sees what is wrong' => sub {
    my $right = $server->created('/Workspaces', FriendlyName => 'Right');
    my $target = "/v1/Workspaces/$right->{sid}";
    my $answer = sub { { status => $_[1] // 200, body => JSON::PP->new->utf8->encode($_[0]), headers => $_[2] // {
        'content-type' => ['application/json'], 'twilio-request-id' => ['RQ' . 'a' x 32] } } };
    is_deeply [$description->violations('GET', $target, $answer->($right))], [], 'a right answer';
    my %wrong = (
        'an absent property' => { %$right, events_filter => 'DELETE' },
        'an unknown property' => { %$right, color => 'red' },
        'a number in quotes' => { %$right, sid => 5 },
        'a wrong sid' => { %$right, sid => 'WS1' },
        'no boolean' => { %$right, multi_task_enabled => 'true' },
        'a wrong choice' => { %$right, prioritize_queue_order => 'fifo' },
        'a wrong date' => { %$right, date_created => 'Thu, 05 Sep 2019 12:28:13 +0000' },
        'a relative URL' => { %$right, url => '/v1/Workspaces' },
        'a link that is none' => { %$right, links => { tasks => 'here' } },
        'a link of the example that is absent' => { %$right, links => { tasks => $right->{url} } },
    );
    delete $wrong{'an absent property'}{events_filter};
    for my $name (sort keys %wrong) {
        ok scalar $description->violations('GET', $target, $answer->($wrong{$name})), $name;
    }
    my $counted = $server->fetched("$target/Statistics");
    is_deeply [$description->violations('GET', "$target/Statistics", $answer->($counted))], [], 'right statistics';
    my %counted = ('an absent count' => { %{ $counted->{cumulative} } }, 'a count in quotes' => { %{ $counted->{cumulative} } });
    delete $counted{'an absent count'}{tasks_moved};
    $counted{'a count in quotes'}{tasks_moved} = '0';
    for my $name (sort keys %counted) {
        ok scalar $description->violations('GET', "$target/Statistics", $answer->({ %$counted, cumulative => $counted{$name} })), $name;
    }
    ok scalar $description->violations('GET', $target, $answer->($right, 201)), 'a wrong status';
    ok scalar $description->violations('GET', $target, $answer->($right, 200, {})), 'no headers';
    ok scalar $description->violations('GET', $target, $answer->({ message => 'no' }, 404)), 'half an error';
};

SKIP: {
    my $missing = TaskRouter::Node::missing('twilio') // TaskRouter::Node::missing('@stoplight/prism-cli');
    skip $missing, 4 if $missing;

    # First that Prism does see something.
    my $task = "/v1/Workspaces/$workspace/Tasks/" . sid('WT');
    $application->answer($task => '{"age":"old","sid":"WT1"}');
    my $answer = TaskRouter::HTTP->new(port => prism($application->url('')))->request(method => 'GET', target => $task,
        headers => [basic($account, $auth_token)]);
    my $said = join "\n", prism_violations({ %$answer, method => 'GET', target => $task });
    like $said, qr/\b$_\b/, "Prism sees what is wrong: $_" for qw(age sid);

    my $alone = TaskRouter::Taskrouterd->start;
    my $run = TaskRouter::Client->run('http://127.0.0.1:' . prism($alone->base_url), $application->url('/callback'));
    my @failed = map { $_->{name} } grep { !$_->{ok} } @{ $run->{checks} };
    is_deeply \@failed, [], 'the npm package is content';
    is_deeply [map { prism_violations($_) } @{ $run->{exchanges} }], [], 'Prism has nothing to say against '
        . scalar(@{ $run->{exchanges} }) . ' answers';
    $description->violations($_->{method}, $_->{target}, $_) for @{ $run->{exchanges} };
    is_deeply [$description->seen], [sort $description->operations], '... of every operation';
}

# ---- "no property that the description names is absent", resource by resource, new and in use

my $space = $server->new_workspace(Template => 'FIFO');
my $queue = $space->queue('All');
my $workflow = $space->workflow('Main', $queue, AssignmentCallbackUrl => $application->url('/callback'));
my $worker = $space->worker('Alice', { languages => ['en'] });
my $task = $space->task($workflow, { a => 1 });
my $reservation = $space->reservation($task);
$space->set_reservation($reservation, 'accepted');
$server->violations;

my %resource = (
    'workspace' => $space->path,
    'workspace.activity' => $space->path('Activities', $space->activity('Offline')),
    'workspace.task_channel' => $space->path('TaskChannels', 'default'),
    'workspace.task_queue' => $queue->{url},
    'workspace.workflow' => $workflow->{url},
    'workspace.worker' => $worker->{url},
    'workspace.worker.worker_channel' => "$worker->{url}/Channels/default",
    'workspace.worker.worker_reservation' => "$worker->{url}/Reservations/$reservation->{sid}",
    'workspace.task' => $task->{url},
    'workspace.task.task_reservation' => $reservation->{url},
    'workspace.workspace_statistics' => $space->path('Statistics'),
    'workspace.workspace_cumulative_statistics' => $space->path('CumulativeStatistics'),
    'workspace.workspace_real_time_statistics' => $space->path('RealTimeStatistics'),
    'workspace.task_queue.task_queue_statistics' => "$queue->{url}/Statistics",
    'workspace.task_queue.task_queue_cumulative_statistics' => "$queue->{url}/CumulativeStatistics",
    'workspace.task_queue.task_queue_real_time_statistics' => "$queue->{url}/RealTimeStatistics",
    'workspace.workflow.workflow_statistics' => "$workflow->{url}/Statistics",
    'workspace.workflow.workflow_cumulative_statistics' => "$workflow->{url}/CumulativeStatistics",
    'workspace.workflow.workflow_real_time_statistics' => "$workflow->{url}/RealTimeStatistics",
    'workspace.worker.worker_instance_statistics' => "$worker->{url}/Statistics",
    'workspace.worker.worker_statistics' => $space->path('Workers/Statistics'),
    'workspace.worker.workers_cumulative_statistics' => $space->path('Workers/CumulativeStatistics'),
    'workspace.worker.workers_real_time_statistics' => $space->path('Workers/RealTimeStatistics'),
    'workspace.event' => ($server->listed($space->path('Events'), EventType => 'task.created'))[0]{url},
);
for my $name (sort keys %resource) {
    my $seen = $server->fetched($resource{$name});
    my $properties = $description->{document}{components}{schemas}{"taskrouter.v1.$name"}{properties};
    is_deeply [sort keys %$seen], [sort keys %$properties], "$name: exactly the described properties";
    is_deeply [$server->violations], [], '... with values of the described forms';
}

# The links that the description's pages show: https://www.twilio.com/docs/taskrouter/api
my @statistics = qw(cumulative_statistics real_time_statistics statistics);
my %links = (
    'workspace' => [qw(activities events task_channels task_queues tasks workers workflows), @statistics],
    'workspace.activity' => ['workspace'],
    'workspace.task_channel' => ['workspace'],
    'workspace.task_queue' =>
        [qw(assignment_activity bulk_real_time_statistics list_statistics reservation_activity workspace),
        @statistics],
    'workspace.workflow' => ['workspace', @statistics],
    'workspace.worker' => [qw(activity channels reservations worker_channels worker_statistics workspace), @statistics],
    'workspace.worker.worker_reservation' => [qw(task worker workspace)],
    'workspace.task' => [qw(reservations task_queue workflow workspace)],
    'workspace.task.task_reservation' => [qw(task worker workspace)],
);
for my $name (sort keys %links) {
    my $seen = $server->fetched($resource{$name});
    is_deeply [sort keys %{ $seen->{links} }], [sort @{ $links{$name} }], "$name: its links";
    for my $link (grep { $_ ne 'bulk_real_time_statistics' } sort keys %{ $seen->{links} }) {
        next unless defined $seen->{links}{$link};
        is $server->get($seen->{links}{$link})->{status}, 200, "... $link leads somewhere";
    }
    is $server->get($seen->{url})->{json}{url}, $seen->{url}, '... and so does its url, to itself';
}
my %shape = (worker => ["$worker->{url}", statistics => 'Workers/Statistics',
    real_time_statistics => 'Workers/RealTimeStatistics',
        cumulative_statistics => 'Workers/CumulativeStatistics', worker_statistics =>
            "Workers/$worker->{sid}/Statistics",
        channels => "Workers/$worker->{sid}/Channels", worker_channels => "Workers/$worker->{sid}/Channels"],
    queue => ["$queue->{url}", list_statistics => 'TaskQueues/Statistics',
        bulk_real_time_statistics => 'TaskQueues/RealTimeStatistics',
        statistics => "TaskQueues/$queue->{sid}/Statistics", real_time_statistics =>
            "TaskQueues/$queue->{sid}/RealTimeStatistics",
        cumulative_statistics => "TaskQueues/$queue->{sid}/CumulativeStatistics"]);
for my $name (sort keys %shape) {
    my ($url, %wanted) = @{ $shape{$name} };
    my $seen = $server->fetched($url)->{links};
    is $seen->{$_}, $server->base_url . '/v1' . $space->path($wanted{$_}), "5.8 the ${name}'s link $_"
        for sort keys %wanted;
}
my $links = $server->fetched($queue->{url})->{links};
is_deeply [@{$links}{qw(reservation_activity assignment_activity)}], [undef, undef],
    '1.7 no Activities, no links to them';

done_testing;
