# GET /_local/why/WT…: why a Task is given to nobody, asked of the program as a developer does whose Task stays pending,
# with the mistakes that people make.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::PP ();
use Test::More;
use TaskRouter::Application;
use TaskRouter::Process qw(time_limit);
use TaskRouter::Taskrouterd;

time_limit(60);
my $server = TaskRouter::Taskrouterd->start;

sub why {
    my ($task, $query) = @_;
    return $server->fetched("/_local/why/$task->{sid}" . ($query // ''));
}

sub all_said { my ($why) = @_; return join "\n", $why->{summary}, @{ $why->{would_change} } }

# One Worker, one TaskQueue, one Workflow, one Task; what is said.
sub told {
    my (%case) = @_;
    my $space = $server->new_workspace;
    my $queue = $space->queue('Support',
        defined $case{target_workers} ? (TargetWorkers => $case{target_workers}) : ());
    my $target = { queue => $queue->{sid}, %{ $case{target} // {} } };
    my $workflow = $space->workflow('Calls', $case{filter}
        ? { filters => [{ filter_friendly_name => 'mine', expression => $case{filter}, targets => [$target] }] }
        : { filters => [{ expression => '1==1', targets => [$target] }] });
    $space->worker('Alice', $case{worker} // {}, %{ $case{option} // {} });
    my $task = $space->task($workflow, $case{task} // {});
    return why($task);
}

my @mistakes = (
    # what, the case, what is in Alice's way, what is said
    ['HAS on a string', { target_workers => 'languages HAS "es"', worker => { languages => 'es' } },
        ['not eligible for the TaskQueue'], qr/none of the 1 Workers is eligible.*HAS wants a list on its left side/s],
    ['a quoted name', { target_workers => '"language" == "es"', worker => { language => 'es' } },
        ['not eligible for the TaskQueue'], qr/TargetWorkers of TaskQueue Support \(WQ\w+\) are doubtful: character \d+/],
    ['everybody is Offline', { option => { activity => 'Offline' } },
        ['Activity not available'], qr/Worker Alice \(WK\w+\) would get it if the Activity were available \(it is Offline; Available would be\)/],
    ['capacity 0', { option => { capacity => { default => 0 } } },
        ['no capacity left'], qr/would get it if the capacity on channel default were at least 1 \(it is 0, 0 open\)/],
    ['a misspelt attribute in the target', { target => { expression => 'task.language == worker.langauge' },
            worker => { language => 'es' }, task => { language => 'es' } },
        ['target expression is false'], qr/there is no worker\.langauge; is language meant\?/],
    ['a number as a string', { target_workers => 'level >= 3 AND level == 5', worker => { level => '5' } },
        ['not eligible for the TaskQueue'], qr/level >= 3 held \(it compares "5" with 3: a string never equals a number\)/],
    ['a Worker who is unknown', { target => { known_worker_friendly_name => 'task.agent' }, task => { agent => 'Bob' } },
        undef, qr/no Worker of the Workspace is "Bob" \(40155\).*A Worker whose friendly name is "Bob" would be the one/s],
);

for my $row (@mistakes) {
    my ($what, $case, $in_the_way, $said) = @$row;
    subtest $what => sub {
        my $why = told(%$case);
        is $why->{task}{assignment_status}, 'pending', 'the Task is pending';
        my ($alice) = @{ $why->{workers}{workers} };
        is_deeply $alice && $alice->{in_the_way}, $in_the_way, 'what is in the way of Alice';
        like all_said($why), $said, 'what is said';
    };
}

subtest 'a hyphen in a name' => sub {
    my $space = $server->new_workspace;
    my $refused = $server->post($space->path('TaskQueues'), FriendlyName => 'Q', TargetWorkers => 'first-language == "es"');
    is $refused->{status}, 400, 'a hyphen is part of no name: refused at once';
};

subtest 'no filter matches, and there is no default_filter' => sub {
    my $why = told(filter => 'type == "support"', task => { tpye => 'support' });
    is $why->{task}{assignment_status}, 'canceled', 'the Task is canceled';
    is $why->{workflow}{filters_matching}, 0, 'no filter';
    is $why->{workers}, undef, 'Workers are not considered';
    is_deeply $why->{workflow}{filters}[0]{expression}{comparisons}, [{
        comparison => 'type == "support"', left => 'null', right => '"support"', holds => JSON::PP::false,
        note => 'there is no type; is tpye meant?' }], 'the values of the filter';
    like all_said($why), qr/None of the 1 filters of Workflow Calls \(WW\w+\) matches it, and there is no default_filter/,
        'said so';
};

subtest 'more filters than are told of' => sub {
    my %more = (5 => qr/And 2 more filters do not match\./, 4 => qr/And 1 more filter does not match\./);
    for my $count (sort keys %more) {
        my $space = $server->new_workspace;
        my $queue = $space->queue('Q');
        my $task = $space->task($space->workflow('W', { filters => [map {
            { expression => "level == $_", targets => [{ queue => $queue->{sid} }] } } 1 .. $count] }), {});
        my $said = all_said(why($task));
        like $said, $more{$count}, "of $count filters";
        is scalar(() = $said =~ /would match if/g), 3, '... three';
    }
};

subtest 'behind others; the change that was named brings it' => sub {
    my $space = $server->new_workspace;
    my $queue = $space->queue('Q');
    my $workflow = $space->workflow('W', { filters => [{ filter_friendly_name => 'all', expression => '1==1',
        targets => [{ queue => $queue->{sid}, timeout => 300 }, { expression => 'worker.level > 1' }] }] });
    my $worker = $space->worker('Alice', {}, activity => 'Offline', capacity => { default => 1 });
    my $task = $space->task($workflow, {});
    my $urgent = $space->task($workflow, {}, Priority => 5);
    my $why = why($task);
    is_deeply $why->{tasks_before}, { count => 1, first_task_sid => $urgent->{sid}, because => 'its priority is higher' },
        'one Task stands before it';
    is $why->{workers}{workers}[0]{would_first_take_task_sid}, $urgent->{sid}, 'which Alice would take first';
    is_deeply [map { $_->{standing} } @{ $why->{workflow}{targets} }], [qw(current ahead)], 'its targets';
    is $why->{workflow}{next}{what}, 'target', 'where it goes next';
    cmp_ok $why->{workflow}{next}{in}, '<=', 300, '… and when';
    is $why->{workflow}{targets}[1]{begins}, $why->{workflow}{next}{date}, '… which is told of that target too';
    like all_said(why($urgent)), qr/Worker Alice \(WK\w+\) would get it if the Activity/, 'the other would be next';
    $space->move($worker, 'Available');
    my $reservation = $space->reservation($urgent);
    is $reservation->{worker_sid}, $worker->{sid}, 'and is';
    $why = why($urgent);
    like $why->{summary}, qr/is reserved for Worker Alice .* by Reservation $reservation->{sid}/, 'who has it';
    is $why->{reservations}{latest}[0]{worker_name}, 'Alice', 'its Reservations';
    $why = why($task);
    is_deeply $why->{workers}{workers}[0]{open_reservation},
        { sid => $reservation->{sid}, task_sid => $urgent->{sid}, reservation_status => 'pending' },
        'what takes her up';
    $space->set_reservation($reservation, 'rejected', WorkerActivitySid => $space->activity('Offline'));
    is why($urgent)->{reservations}{latest}[0]{reservation_status}, 'rejected', 'what happened is told';
};

subtest 'the request' => sub {
    my $space = $server->new_workspace;
    my $queue = $space->queue('Q');
    $space->worker("W$_", {}, activity => 'Offline') for 1 .. 25;
    my $task = $space->task(undef, {}, TaskQueueSid => $queue->{sid});
    my $before = $space->fresh($task);
    is scalar @{ why($task)->{workers}{workers} }, 20, '20 Workers are told of';
    is scalar @{ why($task, '?workers=3')->{workers}{workers} }, 3, 'or as many as asked for';
    is scalar @{ why($task, '?workers=1000')->{workers}{workers} }, 25, 'or all';
    is why($task, '?workers=0')->{workers}{total}, 25, 'all are counted';
    is why($task)->{workflow}, undef, 'it is in no Workflow';
    my $answer = $server->request(method => 'GET', target => "/_local/why/$task->{sid}?workers=1001");
    is $answer->{status}, 400, 'too many';
    $answer = $server->request(method => 'GET', target => '/_local/why/WT' . '0' x 32);
    is $answer->{status}, 404, 'no such Task';
    is $answer->{json}{detail}, 'there is no Task WT' . '0' x 32, '… is said';
    is $server->request(method => 'GET', target => "/_local/why/$queue->{sid}")->{status}, 404, 'a TaskQueue is no Task';
    is $server->request(method => 'POST', target => "/_local/why/$task->{sid}")->{status}, 405, 'it is only read';
    like $server->request(method => 'GET', target => "/_local/why/$task->{sid}")->{body}, qr/\A\{"summary":".*?","would_change":\[/,
        'first what matters most';
    $answer = $server->request(method => 'GET', target => "/_local/why/$task->{sid}?format=text&workers=1");
    like $answer->{body}, qr/\ATask $task->{sid} is pending in TaskQueue Q.*\n\nWhat would change that:\n  - .*\n\nWorkers, and .*\n  W1 \(WK\w+\), Offline: Activity not available\n\z/s,
        'or as text';
    like $answer->{headers}{'content-type'}[0], qr{^text/plain}, '… of that type';
    is $server->request(method => 'GET', target => "/_local/why/$task->{sid}?format=xml")->{status}, 400, 'no other';
    is_deeply $space->fresh($task), { %$before, age => $space->fresh($task)->{age} }, 'the Task is as it was';
};

subtest 'what the application answered' => sub {
    my $application = TaskRouter::Application->start('/text' => 'hello', '/misspelt' => '{"instruction":"acept"}', '/good' => '{}',
        '/escape' => { type => "text/html;\e[31m", body => '{}' });
    my @rows = (
        ['/good#rc=9', qr/Warning at \S+: .*connection overrides/, 1],
        ['/escape', qr/Warning 40000 at \S+: [^\e]*\.\[31m/, 1],
        ['/text', qr/Warning 40001 at \S+: /, 1],
        ['/misspelt', qr/Error 55555 at \S+: .*acept/, 1],
        ['/good', undef, 0],
    );
    for my $row (@rows) {
        my ($path, $said, $count) = @$row;
        my $space = $server->new_workspace;
        my $workflow = $space->workflow('W', $space->queue('Q'), AssignmentCallbackUrl => $application->url($path));
        $space->worker('Alice', {});
        my $task = $space->task($workflow, {});
        $server->updated('/_local/clock', advance => 0);
        my $why = why($task);
        is $why->{alerts_total}, $count, "$path: so many alerts";
        is scalar @{ $why->{alerts} }, $count, '... are told';
        like $why->{summary}, qr/ The debugger has 1 alert about it, the last: $said/, '... and the last one in the summary' if $said;
        unlike $why->{summary}, qr/debugger/, '... and none in the summary' if !$said;
        like $server->get("/_local/why/$task->{sid}?format=text")->{body}, qr/^What the debugger has about it:\n  - $said/m,
            '... and in the text' if $said;
    }
    my $space = $server->new_workspace;
    my $workflow = $space->workflow('W', $space->queue('Q'), AssignmentCallbackUrl => 'http://127.0.0.1:1/');
    $space->worker('Alice', {});
    my $task = $space->task($workflow, {});
    $server->updated('/_local/clock', advance => 0);
    my $why = why($task);
    # Ten offers a second, and the clock is the machine's.
    cmp_ok $why->{alerts_total}, '>=', 10, 'nobody there: each attempt is an alert';
    is scalar @{ $why->{alerts} }, 5, '... of which five are told';
    like $why->{summary}, qr/ The debugger has $why->{alerts_total} alerts about it, the last: Error 11205 at /, '... and the last one first';
    $application->stop;
};

done_testing;
