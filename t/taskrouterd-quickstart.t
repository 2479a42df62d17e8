# The official quickstart (https://www.twilio.com/docs/taskrouter/quickstart, steps 1 to 4 of every language) without
# Twilio: taskrouterd, and the real responder behind nginx as the application. Once with an instruction to accept, once
# with {} and /accept_reservation; once as the tutorial's single-tasking Workspace, once as Workspaces are made today.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use TaskRouter::Fixture qw($account $auth_token operator);
use TaskRouter::HTTP;
use TaskRouter::Process qw(time_limit temporary_directory);
use TaskRouter::Responder;
use TaskRouter::Servers;
use TaskRouter::Signature qw(url_encode form_body);
use TaskRouter::Taskrouterd;

my $missing = TaskRouter::Servers::missing('nginx');
plan skip_all => $missing if $missing;
time_limit(120);

my $server = TaskRouter::Taskrouterd->start(on_disk => 1);

# 12.1: the set-up that the tutorial does in the Console.
sub workspace {
    my $multi_tasking = shift;
    my $space = $server->new_workspace(FriendlyName => 'Quickstart', MultiTaskEnabled => $multi_tasking ? 'true'
        : 'false');
    $space->new_activity('Idle', 1);
    $space->new_activity($_, 0) for qw(Reserved Busy WrapUp);
    my %activity = (ReservationActivitySid => $space->activity('Reserved'),
        AssignmentActivitySid => $space->activity('Busy'));
    my $spanish = $space->queue('Customer Care Requests - Spanish', TargetWorkers => 'languages HAS "es"', %activity);
    my $english = $space->queue('Customer Care Requests - English', TargetWorkers => 'languages HAS "en"', %activity);
    my $alice = $space->worker('Alice', { languages => ['en', 'es'] }, activity => undef);
    my $bob = $space->worker('Bob', { languages => ['en'] }, activity => undef);
    my $workflow = $space->workflow('Incoming Customer Care Requests',
        { filters => [map { { filter_friendly_name => $_->[0],
        expression => "selected_language == \"$_->[0]\"", targets => [{ queue => $_->[1]{sid} }] } } ['es', $spanish],
            ['en', $english]] },
        TaskReservationTimeout => 1200);
    return { space => $space, alice => $alice, bob => $bob, workflow => $workflow };
}

# nginx has its port before the responder starts, for the responder's public URL is the one that TaskRouter signs.
sub application {
    my ($bench, $instruction) = @_;
    my $directory = temporary_directory();
    my $nginx = TaskRouter::Servers->nginx(responder => { socket => "$directory/fcgi.sock" });
    my $url = $nginx->base_url . $nginx->mount;
    my $responder = TaskRouter::Responder->start_fastcgi(directory => $directory,
        configuration => { api_url => $server->base_url,
        workspace_sid => $bench->{space}->sid, workflow_sid => $bench->{workflow}{sid}, public_url => $url,
        assignment => { default => $instruction } });
    $server->updated($bench->{workflow}{url}, AssignmentCallbackUrl => "$url/assignment_callback");
    return { url => $url, client => $nginx->client(keep => 0), mount => $nginx->mount, responder => $responder,
        nginx => $nginx };
}

sub ask {
    my ($application, $method, $path, @form) = @_;
    my $body = form_body(@form);
    return $application->{client}->request(method => $method, target => $application->{mount} . $path
            . ($method eq 'GET' && @form ? "?$body" : ''), headers => [operator(),
                ['Content-Type', 'application/x-www-form-urlencoded']],
        $method eq 'POST' ? (body => $body) : ());
}

for my $multi_tasking (0, 1) {
    my $mode = $multi_tasking ? 'multitasking' : 'single-tasking';
    subtest "$mode: steps 2 and 4, the callback accepts" => sub {
        my $bench = workspace($multi_tasking);
        my $space = $bench->{space};
        my $application = application($bench, { instruction => 'accept' });
        is $bench->{alice}{activity_name}, 'Offline', '12.1 Workers start Offline';

        my $answer = ask($application, 'POST', '/create_task', Priority => 1);
        is "$answer->{status} $answer->{body}", '200 {"selected_language":"es"}', '12.2 step 2: create_task'
            or diag $answer->{error};
        my $sid = $answer->{headers}{'taskrouter-task-sid'}[0] // '';
        my $task = $server->fetched($space->path('Tasks', $sid));
        is "$task->{assignment_status} $task->{task_queue_friendly_name}", 'pending Customer Care Requests - Spanish',
            '12.2 the Task is pending, in the Spanish queue';
        $space->move($bench->{bob}, 'Idle');
        is $space->fresh($task)->{assignment_status}, 'pending', '12.2 Bob does not speak Spanish';

        $space->move($bench->{alice}, 'Idle');
        is $space->task_until($task, 'assigned')->{assignment_status}, 'assigned',
            '12.2 step 2b, 4: Alice is called back for and accepts';
        my @reservations = $space->reservations($task);
        is_deeply [map { "$_->{reservation_status} $_->{worker_name}" } @reservations], ['accepted Alice'],
            '12.2 one Reservation, accepted';
        is $space->fresh($bench->{alice})->{activity_name}, $multi_tasking ? 'Idle' : 'Busy',
            '2.4 the Activity of Alice';
        my @types = grep { /^reservation/ } $space->event_types(TaskSid => $sid);
        is "@types", 'reservation.created reservation.accepted', '7.7 in this order';

        is $server->updated($task->{url}, AssignmentStatus => 'completed', Reason => 'done')->{assignment_status},
            'completed', 'completed';
        is $space->fresh($reservations[0])->{reservation_status}, 'completed', '... its Reservation too';
        is $application->{responder}->output =~ /\b40[13]\b/ ? 1 : 0, 0, 'the responder found every signature good'
            or diag $application->{responder}->output;
        is_deeply $server->fetched('/_local/debugger')->{alerts}, [], 'the debugger has nothing to say';
    };

    subtest "$mode: steps 1 to 3, the callback defers, accept_reservation accepts" => sub {
        my $bench = workspace($multi_tasking);
        my $space = $bench->{space};
        my $application = application($bench, {});
        my $answer = ask($application, 'GET', '/create_task');
        my $sid = $answer->{headers}{'taskrouter-task-sid'}[0] // '';
        my $task = $server->fetched($space->path('Tasks', $sid));
        $space->move($bench->{alice}, 'Idle');
        my $reservation = $space->reservation($task);
        is $space->fresh($task)->{assignment_status}, 'reserved', '12.2 step 1: {} defers';
        is $space->fresh($bench->{alice})->{activity_name}, $multi_tasking ? 'Idle' : 'Reserved',
            '2.4 the Activity of Alice';

        $answer = ask($application, 'GET', '/accept_reservation', task_sid => $sid,
            reservation_sid => $reservation->{sid});
        is "$answer->{status} $answer->{body}", '200 {"reservation_status":"accepted"}',
            '12.2 step 3: accept_reservation';
        is $space->fresh($reservation)->{reservation_status}, 'accepted', '12.2 TaskRouter says so too';
        is $space->fresh($task)->{assignment_status}, 'assigned', '12.2 the Task is assigned';
        is $space->fresh($bench->{alice})->{activity_name}, $multi_tasking ? 'Idle' : 'Busy',
            '2.4 the Activity of Alice';
        $answer = ask($application, 'POST', '/accept_reservation', TaskSid => $sid,
            ReservationSid => $reservation->{sid});
        is "$answer->{status} $answer->{body}", '200 {"reservation_status":"accepted"}', 'accepted already is as good';

        $server->updated($task->{url}, AssignmentStatus => 'completed');
        $answer = ask($application, 'POST', '/accept_reservation', TaskSid => $sid,
            ReservationSid => $reservation->{sid});
        is $answer->{status}, 409, 'one that is over is a conflict' or diag $answer->{body};
        my $english = $server->created($space->path('Tasks'), WorkflowSid => $bench->{workflow}{sid},
            Attributes => '{"selected_language":"en"}');
        $space->move($bench->{bob}, 'Idle');
        is $space->reservation($english)->{worker_name} =~ /^(?:Alice|Bob)$/ ? 1 : 0, 1,
            '12.1 English goes to who speaks it';
        my $nobody = $server->created($space->path('Tasks'), WorkflowSid => $bench->{workflow}{sid},
            Attributes => '{"selected_language":"fr"}');
        is $space->fresh($nobody)->{assignment_status}, 'canceled', '1.9 no filter for French, and no default filter';
    };
}

subtest 'a responder that is gone, and its fallback' => sub {
    my $bench = workspace(1);
    my $space = $bench->{space};
    my $application = application($bench, { instruction => 'accept' });
    my $fallback = application($bench, { instruction => 'accept' });
    $server->updated($bench->{workflow}{url}, AssignmentCallbackUrl => "$application->{url}/assignment_callback",
        FallbackAssignmentCallbackUrl => "$fallback->{url}/assignment_callback");
    $_->stop for @{ $application->{responder}{processes} };
    close $application->{responder}{listener};
    my $answer = ask($fallback, 'GET', '/create_task');
    my $task = $server->fetched($space->path('Tasks', $answer->{headers}{'taskrouter-task-sid'}[0]));
    $space->move($bench->{alice}, 'Idle');
    is $space->task_until($task, 'assigned', 12)->{assignment_status}, 'assigned',
        '3.2 nginx answers 502, the fallback accepts';
};

is_deeply [$server->violations], [], 'every answer is as the description says';
ok !$server->process->ended, 'and taskrouterd is still there';
done_testing;
