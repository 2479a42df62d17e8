# The official quickstart from the telephone's side (https://www.twilio.com/docs/taskrouter/quickstart, steps 5 to 7 of
# every language): a caller chooses his language, waits in the queue of the Workflow, and is connected to a Worker who
# speaks it. taskrouterd plays TaskRouter and the telephone network, the real responder is the whole application.
# Names of tests begin with the section of the facts.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::PP ();
use Test::More;
use TaskRouter::Application;
use TaskRouter::Process qw(time_limit free_port);
use TaskRouter::Responder;
use TaskRouter::Taskrouterd;

time_limit(60);
my $server = TaskRouter::Taskrouterd->start(arguments => ['--clock', '2026-03-31T08:00:00Z', '--frozen']);
my $json = JSON::PP->new->canonical;

# 12.1: Alice speaks both languages, Bob speaks English; the responder's own callback connects them.
sub bench {
    my (%option) = @_;
    my $space = $server->new_workspace(MultiTaskEnabled => $option{multi_tasking} ? 'true' : 'false');
    my $wrap_up = $space->new_activity('WrapUp', 0);
    my %queue = map { $_ => $space->queue("Customer Care Requests - $_", TargetWorkers => qq(languages HAS "$_")) } qw(es en);
    my $workflow = $space->workflow('Incoming Customer Care Requests', { filters => [map { { filter_friendly_name => $_,
        expression => qq(selected_language == "$_"), targets => [{ queue => $queue{$_}{sid} }] } } qw(es en)] },
        TaskReservationTimeout => 1200);
    my %worker = (Alice => $space->worker('Alice', { languages => ['en', 'es'], contact_uri => 'client:alice' }),
        Bob => $space->worker('Bob', { languages => ['en'], contact_uri => 'client:bob' }));
    my $port = free_port();
    my $url = "http://127.0.0.1:$port" . ($option{mount} // '/taskrouter');
    my $responder = TaskRouter::Responder->prepare(configuration => { public_url => $url, workspace_sid => $space->sid,
        workflow_sid => $workflow->{sid}, calls => $option{calls}, assignment => { default => { instruction => 'dequeue',
            from => '+15005550006', post_work_activity_sid => $wrap_up->{sid} } } });
    push @{ $responder->{processes} }, TaskRouter::Process->start(command => $responder->command('-l', "127.0.0.1:$port"),
        directory => $responder->{directory}, name => 'responder', ready => { line => qr{listening on } });
    $server->updated($workflow->{url}, AssignmentCallbackUrl => "$url/assignment_callback");
    return { space => $space, responder => $responder, url => $url, %worker };
}

# A caller who presses these keys; it has come to rest when this returns.
sub call_in {
    my ($bench, %form) = @_;
    return $server->created('/_local/calls', url => "$bench->{url}/incoming_call", from => '+15017122661',
        to => '+15558675310', %form);
}

# Once nothing is under way any more.
sub call    { advance(0); return $server->fetched("/_local/calls/$_[0]{sid}") }
sub task    { my ($bench, $call) = @_; return $server->fetched($bench->{space}->path('Tasks', $call->{task_sid})) }
sub steps   { return join ' ', map { $_->{verb} } @{ call($_[0])->{steps} } }
sub advance { return $server->updated('/_local/clock', advance => $_[0]) }

# The call of the Worker who was found for the caller.
sub leg {
    my $call = shift;
    advance(0);
    my ($leg) = grep { ($_->{instruction} // '') eq 'dequeue' && $_->{task_sid} eq $call->{task_sid} }
        @{ $server->fetched('/_local/calls')->{calls} };
    return $leg;
}

sub all_is_well {
    my $bench = shift;
    is_deeply $server->fetched('/_local/debugger')->{alerts}, [], 'the debugger has nothing to say';
    unlike $bench->{responder}->output, qr/status=[45]/, 'the responder refused nothing';
}

for my $multi_tasking (0, 1) {
    my $mode = $multi_tasking ? 'multitasking' : 'single-tasking';
    subtest "12.2 the tutorial, $mode" => sub {
        my $bench = bench(multi_tasking => $multi_tasking);
        my $space = $bench->{space};
        my @talks;
        for my $row (['1', 'es', 'Alice'], ['2', 'en', 'Bob']) {
            my ($digits, $language, $name) = @$row;
            my $call = call_in($bench, digits => $digits);
            like steps($call), qr/^call Say Say Gather Enqueue(?!.*error)/, "12.2 #5, #6 $digits: the menu, and into the queue";
            my $task = task($bench, $call);
            my $attributes = $json->decode($task->{attributes});
            is "$attributes->{selected_language} $attributes->{call_sid}", "$language $call->{sid}", '9.1 ... a Task with the choice';
            is "$task->{task_channel_unique_name} $task->{task_queue_friendly_name}", "voice Customer Care Requests - $language",
                '... waits where that is spoken';
            # in a multitasking Workspace both are free for the second call: the one who has been idle longest is found
            my $leg = leg($call);
            is $leg->{to}, 'client:' . lc $name, "12.2 #7 $name is called";
            is "$leg->{from} $leg->{status} $leg->{partner_sid}", "+15005550006 in-progress $call->{sid}", '... and talks to the caller';
            is $space->fresh($task)->{assignment_status}, 'assigned', '... the Task is assigned';
            is_deeply [map { "$_->{reservation_status} $_->{worker_name}" } $space->reservations($task)], ["accepted $name"],
                '... by one Reservation';
            push @talks, [$call, $task, $leg, $name];
        }
        for my $talk (@talks) {
            my ($call, $task, $leg, $name) = @$talk;
            $server->updated("/_local/calls/$leg->{sid}", status => 'completed');
            is call($call)->{status}, 'completed', "$name hangs up: the call is over";
            is $space->fresh($task)->{assignment_status}, $multi_tasking ? 'wrapping' : 'completed', '2.1 ... the Task';
            is $space->fresh($bench->{$name})->{activity_name}, $multi_tasking ? 'Available' : 'WrapUp', "2.4 ... $name";
        }
        all_is_well($bench);
    };
}

subtest '12.2 keys that are not in the menu, and none' => sub {
    my $bench = bench(mount => '/a/b/c');
    my $call = call_in($bench, digits => '7');
    is $json->decode(task($bench, $call)->{attributes})->{selected_language}, 'en', '7 is English';
    $call = call_in($bench, method => 'GET', digits => '1');
    is $json->decode(task($bench, $call)->{attributes})->{selected_language}, 'es', 'a telephone number that asks by GET';
    $call = call_in($bench);
    is $call->{waits_for}, 'digits', 'who presses nothing';
    advance(4.9);
    is call($call)->{waits_for}, 'digits', '... has five seconds';
    advance(0.1);
    is steps($call), 'call Say Say Gather hangup end', '... then the call is over';
    is call($call)->{task_sid}, undef, '... without a Task';
    all_is_well($bench);
};

subtest 'a menu that is repeated' => sub {
    my $application = TaskRouter::Application->start;
    my $twiml = sub { return { type => 'text/xml', body => "<Response>$_[0]</Response>" } };
    $application->answer('/wait' => $twiml->('<Play>/music</Play>'), '/after' => $twiml->('<Say>Bye</Say>'));
    my $bench = bench(calls => { repeat => 2, no_input => 'enqueue', wrong_input => 'hang_up', timeout => 3, default => '1',
        greeting => { prompt => 'Welcome & hello' }, goodbye => { prompt => 'Goodbye' },
        wait_url => $application->url('/wait'), enqueue_action => $application->url('/after') });
    $bench->{space}->move($bench->{Alice}, 'Offline');
    my $call = call_in($bench, digits => '9;5;1');
    is steps($call), 'call Say Say Say Gather Say Say Gather Say Say Gather Enqueue Play', 'the third time he finds it';
    is call($call)->{steps}[1]{text}, 'Welcome & hello', '... greeted once';
    is $json->decode(task($bench, $call)->{attributes})->{selected_language}, 'es', '... the choice';
    $bench->{space}->move($bench->{Alice}, 'Available');
    my $leg = leg($call);
    $server->updated("/_local/calls/$leg->{sid}", status => 'completed');
    like steps($call), qr/ Say hangup end$/, '... the document behind the queue';
    is +($application->requests('/after'))[0]{form}{QueueResult}, 'bridged', '... was asked for';

    my $wrong = call_in($bench, digits => '9;8;7');
    like steps($wrong), qr/^call Say(?: Say Say Gather){3} Say Hangup end$/, 'three wrong keys end the call';
    is call($wrong)->{task_sid}, undef, '... without a Task';
    my $silent = call_in($bench);
    for (1 .. 3) {
        is call($silent)->{waits_for}, 'digits', "silence, time $_";
        advance(3);
    }
    is call($silent)->{waits_for}, 'worker', '... in the end the default choice';
    is $json->decode(task($bench, call($silent))->{attributes})->{selected_language}, 'es', '... which is Spanish';
    all_is_well($bench);
};

done_testing;
