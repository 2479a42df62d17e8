# Lists: the envelope, paging, filters and orderings. https://www.twilio.com/docs/usage/twilios-response#pagination,
# .../taskrouter/api/{task,worker,task-queue,workflow,activity,event}. Cases begin with the section of the facts.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use TaskRouter::Process qw(time_limit);
use TaskRouter::Signature qw(sid url_encode);
use TaskRouter::Taskrouterd;
use Time::HiRes qw(sleep);

time_limit(60);
my $server = TaskRouter::Taskrouterd->start;

sub names { return [map { $_->{friendly_name} // $_->{unique_name} // $_->{sid} } @_] }

my $space = $server->new_workspace(FriendlyName => 'Lists', Template => 'FIFO');
$server->new_workspace(FriendlyName => "Space $_") for 1 .. 3;
my ($workflow) = $server->listed($space->path('Workflows'));
my $worker = $space->worker('Alice', { languages => ['en', 'es'], level => 3 });
my $task = $space->task($workflow);
my $reservation = $space->reservation($task);

subtest '5.2 the envelope' => sub {
    my %key = ('/Workspaces' => 'workspaces', (map { $space->path($_->[0]) => $_->[1] } ['Activities', 'activities'],
        ['Workers', 'workers'],
        ['TaskQueues', 'task_queues'], ['Workflows', 'workflows'], ['Tasks', 'tasks'], ['TaskChannels', 'channels'],
            ['Events', 'events']),
        "$task->{url}/Reservations" => 'reservations', "$worker->{url}/Reservations" => 'reservations',
            "$worker->{url}/Channels" => 'channels');
    for my $path (sort keys %key) {
        my $seen = $server->fetched($path);
        my $meta = $seen->{meta};
        my ($short) = $path =~ m{([^/]+)$};
        is_deeply [sort keys %$seen], [sort 'meta', $key{$path}], "5.2 $short: meta and $key{$path}";
        is $meta->{key}, $key{$path}, '... named by key';
        is "$meta->{page} $meta->{page_size}", '0 50', '... the first page of 50';
        my $whole = $server->base_url . $server->target($path);
        is $meta->{$_}, "$whole?PageSize=50&Page=0", "... $_" for qw(first_page_url url);
        is_deeply [@{$meta}{qw(next_page_url previous_page_url)}], [undef, undef], '... nothing before and after';
    }
};

subtest '5.2 paging' => sub {
    my $path = $space->path('Activities');
    $space->new_activity("A$_", $_ % 2) for 1 .. 8;
    my @all = @{ names($server->listed($path)) };
    is scalar(@all), 11, '5.2 all of them on one page';
    for my $size (1, 2, 3, 5, 10, 11, 12, 1000) {
        is_deeply names($server->listed($path, PageSize => $size)), \@all, "5.2 the same by pages of $size";
    }
    my $first = $server->fetched($path, PageSize => 4);
    my $second = $server->fetched($first->{meta}{next_page_url});
    my $third = $server->fetched($second->{meta}{next_page_url});
    is_deeply names(@{ $second->{activities} }), [@all[4 .. 7]], '5.2 the second page';
    is_deeply names(@{ $third->{activities} }), [@all[8 .. 10]], '5.2 the last page';
    is $third->{meta}{next_page_url}, undef, '... nothing after it';
    is_deeply [map { $_->{meta}{page} } $first, $second, $third], [0, 1, 2], '... their numbers';
    like $second->{meta}{url}, qr/PageSize=4&Page=1&PageToken=\w+$/, '5.2 url: PageSize, Page, PageToken';
    like $first->{meta}{next_page_url}, qr/\?PageSize=4&Page=1&PageToken=/, '5.2 next_page_url';
    is $third->{meta}{first_page_url}, $first->{meta}{url}, '5.2 first_page_url';
    is_deeply names(@{ $server->fetched($third->{meta}{previous_page_url})->{activities} }), [@all[4 .. 7]],
        '5.2 previous_page_url';
    is_deeply names(@{ $server->fetched($second->{meta}{previous_page_url})->{activities} }), [@all[0 .. 3]],
        '5.2 ... and the first';
    my $filtered = $server->fetched($path, Available => 'true', FriendlyName => 'A1', PageSize => 1);
    like $filtered->{meta}{url}, qr/\?(?=.*Available=true)(?=.*FriendlyName=A1).*&PageSize=1&Page=0$/,
        '5.2 URLs repeat the filters first';
    my $odd = $server->fetched($path, FriendlyName => 'a b&c=d/ü');
    like $odd->{meta}{url}, qr/FriendlyName=a(?:\+|%20)b%26c%3Dd(?:%2F|\/)%C3%BC&/i, '5.2 ... encoded';
    is scalar(@{ $odd->{activities} }), 0, '5.2 an empty list';

    # While the list changes no item comes twice and none that stays is left out.
    my $page = $server->fetched($path, PageSize => 4);
    $server->deleted($page->{activities}[3]{url}) if $page->{activities}[3]{friendly_name} =~ /^A/;
    $space->new_activity('late', 0);
    my @seen = (@{ $page->{activities} }, $server->listed($page->{meta}{next_page_url}));
    is_deeply names(@seen), [@all, 'late'], '5.2 pages hold though the list changes';

    for my $wrong (0, 1001, -1, 'x') {
        my $response = $server->get($path, PageSize => $wrong);
        is "$response->{status} " . ($response->{json}{code} // ''), '400 20001', "5.2 PageSize=$wrong"
            or diag $response->{body};
    }
    my $absolute = $server->get($path, PageSize => 2, Page => 3);
    is "$absolute->{status} " . ($absolute->{json}{code} // ''), '400 40153', '5.2 Page alone is refused';
    my $broken = $server->get($path, PageToken => 'PAnonsense', Page => 1);
    is $broken->{status}, 400, '5.2 a PageToken that is none';
};

subtest '5.7 filters' => sub {
    my $own = $server->new_workspace;
    my ($spanish, $english) = ($own->queue('Spanish', TargetWorkers => 'languages HAS "es"'),
        $own->queue('English', TargetWorkers => 'languages HAS "en"'));
    my $main = $own->workflow('Main', { filters => [map { { filter_friendly_name => $_->[0],
        expression => "lang == \"$_->[0]\"",
        targets => [{ queue => $_->[1]{sid} }] } } ['es', $spanish], ['en', $english]],
            default_filter => { queue => $english->{sid} } });
    my $second = $own->workflow('Second', $english);
    my $alice = $own->worker('Alice', { languages => ['es'], level => 3 });
    my $bob = $own->worker('Bob', { languages => ['en', 'es'], level => 1 }, activity => 'Unavailable');
    my $carol = $own->worker('Carol', { level => 5 }, activity => 'Offline');
    my $t1 = $own->task($main, { lang => 'es', n => 1, call_sid => 'CA1' }, Priority => 5);
    my $t2 = $own->task($main, { lang => 'en', n => 2, score => 4.5 });
    my $t3 = $own->task($second, { lang => 'en', n => 3 }, Priority => 5);
    my $t4 = $own->task(undef, { n => 4 }, RoutingTarget => $spanish->{sid});
    $own->task_until($t1, 'reserved');
    $server->updated($t3->{url}, AssignmentStatus => 'canceled');
    my %number = map { $_->[0]{sid} => $_->[1] } [$t1, 1], [$t2, 2], [$t3, 3], [$t4, 4], [$alice, 'A'], [$bob, 'B'],
        [$carol, 'C'],
        [$spanish, 'S'], [$english, 'E'], [$main, 'M'], [$second, '2'];
    my $found = sub { my ($kind, @query) = @_; join '',
        map { $number{ $_->{sid} } // '?' } $server->listed($own->path($kind), @query) };
    my @rows = (
        ['Tasks', '1234'], ['Tasks', '12', WorkflowSid => $main->{sid}], ['Tasks', '3', WorkflowName => 'Second'],
        ['Tasks', '14', TaskQueueSid => $spanish->{sid}], ['Tasks', '23', TaskQueueName => 'English'],
        ['Tasks', '13', Priority => 5], ['Tasks', '24', Priority => 0],
        ['Tasks', '4', RoutingTarget => $spanish->{sid}],
        ['Tasks', '1', AssignmentStatus => 'reserved'], ['Tasks', '13', AssignmentStatus => 'reserved,canceled'],
        ['Tasks', '13', AssignmentStatus => 'reserved', AssignmentStatus => 'canceled'],
        ['Tasks', '', AssignmentStatus => 'wrapping'],
        ['Tasks', '3', AssignmentStatus => 'canceled', Priority => 5], ['Tasks', '', WorkflowSid => sid('WW')],
        ['Tasks', '23', EvaluateTaskAttributes => 'lang == "en"'], ['Tasks', '1',
            EvaluateTaskAttributes => "call_sid == 'CA1'"],
        ['Tasks', '2', EvaluateTaskAttributes => '(lang == "it" OR lang == "en") AND score >= 4.5'],
        ['Tasks', '1234', HasAddons => 'false'],
        ['Tasks', '1234', Ordering => 'DateCreated:asc'], ['Tasks', '4321', Ordering => 'DateCreated:desc'],
        ['Tasks', '1324', Ordering => 'Priority:desc,DateCreated:asc'],
        ['Tasks', '4231', Ordering => 'Priority:asc,DateCreated:desc'],
        ['Workers', 'ABC'], ['Workers', 'B', ActivityName => 'Unavailable'],
        ['Workers', 'C', ActivitySid => $own->activity('Offline')],
        (map { ['Workers', 'A', Available => $_] } qw(true 1 yes)),
            (map { ['Workers', 'BC', Available => $_] } qw(false 0)),
        ['Workers', 'B', FriendlyName => 'Bob'], ['Workers', '', FriendlyName => 'Bo'],
        ['Workers', 'AB', TargetWorkersExpression => 'languages HAS "es"'],
        ['Workers', 'C', TargetWorkersExpression => "sid IN ['$carol->{sid}']"],
        ['Workers', 'B', TargetWorkersExpression => "activity_name == 'Unavailable' AND friendly_name == 'Bob'"],
        ['Workers', 'AB', TaskQueueSid => $spanish->{sid}], ['Workers', 'B', TaskQueueName => 'English'],
        ['Workers', 'A', TaskQueueSid => $spanish->{sid}, Available => 'true'],
        ['TaskQueues', 'SE'], ['TaskQueues', 'E', FriendlyName => 'English'],
        ['TaskQueues', 'SE', WorkerSid => $bob->{sid}],
        ['TaskQueues', 'S', WorkerSid => $alice->{sid}], ['TaskQueues', 'E',
            EvaluateWorkerAttributes => '{"languages":["en"]}'],
        ['TaskQueues', '', EvaluateWorkerAttributes => '{}'],
        ['Workflows', 'M2'], ['Workflows', '2', FriendlyName => 'Second'], ['Workflows', '', FriendlyName => 'sec'],
    );
    for my $row (@rows) {
        my ($kind, $wanted, @query) = @$row;
        is $found->($kind, @query), $wanted, "5.7 $kind " . join ' ', @query;
        is $found->($kind, @query, PageSize => 1), $wanted, '... page by page' if @query && length $wanted > 1;
    }
    sleep 1.1;
    $server->updated($spanish->{url}, FriendlyName => 'Spanish');
    $server->updated($alice->{url}, Attributes => '{"languages":["es"],"level":4}');
    $server->updated($spanish->{url}, MaxReservedWorkers => 2);
    is $found->('Workers', Ordering => 'DateUpdated:desc') =~ /^A/ ? 1 : 0, 1, '5.7 Workers by DateUpdated:desc';
    is $found->('TaskQueues', Ordering => 'DateUpdated:asc'), 'ES', '5.7 TaskQueues by DateUpdated:asc';
    my $early = $own->task($main, { lang => 'en' }, VirtualStartTime => '2001-01-01T00:00:00Z');
    is(($server->listed($own->path('Tasks'), Ordering => 'VirtualStartTime:asc'))[0]{sid}, $early->{sid},
        '5.7 Tasks by VirtualStartTime:asc');
    my @wrong = (['Tasks', Ordering => 'DateCreated:asc,VirtualStartTime:asc'], ['Tasks', Ordering => 'Color:asc'],
        ['Tasks', Ordering => 'Priority:up'],
        ['Tasks', EvaluateTaskAttributes => 'lang =='], ['Workers', TargetWorkersExpression => 'skill-level > 3'],
        ['TaskQueues', EvaluateWorkerAttributes => '[1'], ['Tasks', AssignmentStatus => 'sleeping'],
            ['Tasks', Priority => 'high']);
    for my $row (@wrong) {
        my ($kind, @query) = @$row;
        my $response = $server->get($own->path($kind), @query);
        is "$response->{status} " . ($response->{json}{code} // ''), '400 20001', "5.7 refused: $kind @query"
            or diag $response->{body};
    }
    my @reservations = $server->listed("$t1->{url}/Reservations", ReservationStatus => 'pending',
        WorkerSid => $alice->{sid});
    is scalar(@reservations), 1, '5.6 Reservations by status and Worker';
    is scalar($server->listed("$t1->{url}/Reservations", ReservationStatus => 'accepted')), 0,
        '5.6 ... none of another status';
    is scalar($server->listed("$alice->{url}/Reservations", ReservationStatus => 'pending')), 1,
        '5.6 ... by the Worker';
    is $server->fetched($own->path('Tasks'))->{tasks}[0]{attributes}, $server->fetched($t1->{url})->{attributes},
        '5.7 attributes are in lists';
    my @available = map { $_->{friendly_name} } $server->listed($own->path('Activities'), Available => 'false');
    is "@available", 'Offline Unavailable', '5.7 Activities by Available';
    is_deeply names($server->listed('/Workspaces', FriendlyName => 'Space 2')), ['Space 2'],
        '5.6 Workspaces by FriendlyName';
};

is_deeply [$server->violations], [], 'every answer is as the description says';
ok !$server->process->ended, 'and taskrouterd is still there';
done_testing;
