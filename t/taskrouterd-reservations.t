# The life of a Reservation and what it does to its Worker: https://www.twilio.com/docs/taskrouter/api/reservations,
# .../lifecycle-task-state, .../api/activity, .../multitasking. Cases begin with the section of the facts.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use TaskRouter::Process qw(time_limit);
use TaskRouter::Signature qw(sid);
use TaskRouter::Taskrouterd;
use Time::HiRes qw(time);

time_limit(120);
my $server = TaskRouter::Taskrouterd->start;

# { space, queue, workflow, worker, task, reservation } with a pending Reservation.
sub reserved {
    my (%option) = @_;
    my %bench = (space => $server->new_workspace(%{ $option{workspace} // {} }));
    my $space = $bench{space};
    $space->new_activity($_, 0) for @{ $option{activities} // [] };
    $bench{queue} = $space->queue('Q', $option{queue} ? $option{queue}->($space) : ());
    $bench{workflow} = $space->workflow('W', $bench{queue}, @{ $option{workflow} // [] });
    $bench{worker} = $space->worker('Alice', {});
    $bench{task} = $space->task($bench{workflow}, $option{attributes} // {});
    $bench{reservation} = $space->reservation($bench{task});
    return \%bench;
}

sub worker_side { my $bench = shift; return "$bench->{worker}{url}/Reservations/$bench->{reservation}{sid}" }

sub is_refused {
    my ($response, $status, $message, $name) = @_;
    is "$response->{status} " . ($response->{json}{code} // ''), "$status 20001", $name or diag $response->{body};
    like $response->{json}{message} // '', $message, '... in these words';
}

subtest '1.11, 2.2 by both ways in' => sub {
    for my $side ('Task', 'Worker') {
        for my $path (['accepted', 'wrapping', 'completed'], ['accepted', 'completed'], ['rejected']) {
            my $bench = reserved();
            my $url = $side eq 'Task' ? $bench->{reservation}{url} : worker_side($bench);
            my $seen = $server->fetched($url);
            is $seen->{reservation_status}, 'pending', "2.2 from the ${side}'s side: pending";
            is $seen->{url}, $server->base_url . "/v1$1", '1.11 the url follows the way in'
                if $url =~ m{(/Workspaces.*)};
            is "$seen->{task_sid} $seen->{worker_sid} $seen->{worker_name}",
                "$bench->{task}{sid} $bench->{worker}{sid} Alice",
                '1.11 Task and Worker';
            for my $status (@$path) {
                my $response = $server->post($url, ReservationStatus => $status);
                is $response->{status}, 200, "2.2 $status" or diag $response->{body};
                is $response->{json}{reservation_status}, $status, '... it says so';
                is $server->fetched($_)->{reservation_status}, $status, '... on both sides'
                    for $bench->{reservation}{url}, worker_side($bench);
            }
        }
    }
    my $bench = reserved();
    is $server->updated($bench->{reservation}{url}, ReservationStatus => 'Accepted')->{reservation_status}, 'accepted',
        '2.1 words in any case';
};

subtest '2.2 late and impossible' => sub {
    my $expected = qr/\bReservation WR\w{32} not in expected state \[pending\] and cannot be updated to \[onHold\]/;
    for my $first (qw(accepted rejected)) {
        my $bench = reserved();
        $bench->{space}->set_reservation($bench->{reservation}, $first);
        $bench->{space}->move($bench->{worker}, 'Offline') if $first eq 'rejected';
        is_refused($server->post($bench->{reservation}{url}, ReservationStatus => 'accepted'), 400, $expected,
            "2.2 accept after $first");
    }
    my $bench = reserved(workflow => [TaskReservationTimeout => 1]);
    my $canceled = reserved();
    $server->updated($canceled->{task}{url}, AssignmentStatus => 'canceled');
    is_refused($server->post($canceled->{reservation}{url}, ReservationStatus => 'accepted'), 400,
        qr/not in expected state/,
        '2.2 accept after the Task was canceled');
    my $by_hand = reserved();
    for my $status (qw(pending timeout canceled rescinded nonsense)) {
        is_refused($server->post($by_hand->{reservation}{url}, ReservationStatus => $status), 400, qr/./,
            "2.2 $status by hand");
    }
    for my $status (qw(wrapping completed)) {
        is_refused($server->post($by_hand->{reservation}{url}, ReservationStatus => $status), 400, qr/./,
            "2.2 pending -> $status");
    }
    is $server->fetched($by_hand->{reservation}{url})->{reservation_status}, 'pending', '... and nothing has changed';
    $server->post($by_hand->{reservation}{url});
    is $server->fetched($by_hand->{reservation}{url})->{reservation_status}, 'pending',
        '5.9 neither status nor instruction: nothing';
    is $server->get("$by_hand->{task}{url}/Reservations/" . sid('WR'))->{status}, 404, '1.11 one that is not there';
    is $server->get("$by_hand->{task}{url}/Reservations/$canceled->{reservation}{sid}")->{status}, 404,
        '1.11 one of another Task';
    $bench->{space}->wait_for($bench->{reservation}, 'reservation_status', 'timeout');
    is_refused($server->post($bench->{reservation}{url}, ReservationStatus => 'accepted'), 400, $expected,
        '2.2 accept after its time');
};

subtest '2.2, 7.5 several Workers at once' => sub {
    my $space = $server->new_workspace;
    my @workers = map { $space->worker($_) } qw(Alice Bob Carol Dave);
    my $workflow = $space->workflow('W', $space->queue('Q', MaxReservedWorkers => 3));
    my $task = $space->task($workflow);
    $space->task_until($task, 'reserved');
    my @reservations = $space->reservations($task);
    is_deeply [sort map { $_->{worker_name} } @reservations], [qw(Alice Bob Carol)],
        '7.5 as many as the TaskQueue says, longest idle first';
    is $space->set_reservation($reservations[0], 'rejected')->{status}, 200, '7.5 one rejects';
    is $space->fresh($task)->{assignment_status}, 'reserved', '7.5 ... the rest stay';
    is $space->set_reservation($reservations[1], 'accepted')->{status}, 200, '7.5 the first accept wins';
    is $space->fresh($reservations[2])->{reservation_status}, 'rescinded', '2.2 ... the others are rescinded';
    is_refused($space->set_reservation($reservations[2], 'accepted'), 410, qr/./, '2.2 a late accept: gone');
    is_refused($server->post("$workers[2]{url}/Reservations/$reservations[2]{sid}", ReservationStatus => 'rejected'),
        410, qr/./,
        '2.2 any late update: gone');
    is scalar(grep { $_ eq 'reservation.rescinded' } $space->event_types(TaskSid => $task->{sid})), 1,
        '7.5 one event for each rescinded';
    is $space->fresh($task)->{assignment_status}, 'assigned', '7.5 the Task is assigned once';
    my $few = $server->new_workspace;
    $few->worker('Alice');
    my $one = $few->task($few->workflow('W', $few->queue('Q', MaxReservedWorkers => 50)));
    $few->task_until($one, 'reserved');
    is scalar($few->reservations($one)), 1, '7.5 fewer if fewer are free';
};

# ---- 2.4: what happens to the Activity of the Worker

my @modes = (
    { name => 'multitasking', workspace => {}, reserved => 'Available', accepted => 'Available',
        rejected => 'Available', timeout => 'Offline' },
    { name => 'single-tasking', workspace => { MultiTaskEnabled => 'false' }, reserved => 'Reserved',
        accepted => 'Busy',
        rejected => 'Available', timeout => 'Offline' },
);
sub in_mode {
    my ($mode, %option) = @_;
    return reserved(workspace => $mode->{workspace}, activities => [qw(Reserved Busy Break)], %option, queue => sub {
        my $space = shift;
        return (ReservationActivitySid => $space->activity('Reserved'),
            AssignmentActivitySid => $space->activity('Busy'));
    });
}
sub activity_of { my $bench = shift; return $server->fetched($bench->{worker}{url})->{activity_name} }

for my $mode (@modes) {
    subtest "2.4 $mode->{name}" => sub {
        my $timing = in_mode($mode, workflow => [TaskReservationTimeout => 1]);
        my $bench = in_mode($mode);
        is activity_of($bench), $mode->{reserved}, "2.4 $mode->{name}: reserved";
        $server->updated($bench->{reservation}{url}, ReservationStatus => 'accepted');
        is activity_of($bench), $mode->{accepted}, "2.4 $mode->{name}: accepted";
        $server->updated($bench->{task}{url}, AssignmentStatus => 'completed');
        is activity_of($bench), $mode->{accepted}, "2.4 $mode->{name}: completed, unchanged";

        $bench = in_mode($mode);
        $server->updated($bench->{task}{url}, Attributes => '{"x":1}');
        $server->updated($bench->{reservation}{url}, ReservationStatus => 'rejected',
            WorkerActivitySid => $bench->{space}->activity('Break'));
        is activity_of($bench), 'Break', "2.4 $mode->{name}: rejected with an Activity";

        $bench = in_mode($mode);
        my $away = $bench->{space}->worker('Bob');    # he takes the Task next
        $server->updated($bench->{reservation}{url}, ReservationStatus => 'rejected');
        is activity_of($bench), $mode->{rejected}, "2.4 $mode->{name}: rejected without one";

        $bench = in_mode($mode);
        $server->updated($bench->{task}{url}, AssignmentStatus => 'canceled');
        is activity_of($bench), 'Available', "2.4 $mode->{name}: canceled, the Activity from before";

        $bench = in_mode($mode);
        my $wrong = $server->post($bench->{reservation}{url}, ReservationStatus => 'rejected',
            WorkerActivitySid => sid('WA'));
        is $wrong->{status}, 400, '2.4 rejected with an Activity that is not there';

        is $timing->{space}->worker_until($timing->{worker}, $mode->{timeout})->{activity_name}, $mode->{timeout},
            "2.4 $mode->{name}: timed out";
        is $server->fetched($timing->{reservation}{url})->{reservation_status}, 'timeout', '2.2 pending -> timeout';
    };
}

subtest '2.4 single-tasking, rescinded' => sub {
    my $space = $server->new_workspace(MultiTaskEnabled => 'false');
    $space->new_activity($_, 0) for qw(Reserved Busy);
    my @workers = map { $space->worker($_) } qw(Alice Bob);
    my $queue = $space->queue('Q', MaxReservedWorkers => 2, ReservationActivitySid => $space->activity('Reserved'),
        AssignmentActivitySid => $space->activity('Busy'));
    my $task = $space->task($space->workflow('W', $queue));
    $space->task_until($task, 'reserved');
    my ($first, $second) = $space->reservations($task);
    $space->set_reservation($first, 'accepted');
    is $space->fresh($second)->{reservation_status}, 'rescinded', '2.2 rescinded';
    my ($loser) = grep { $_->{sid} eq $second->{worker_sid} } @workers;
    is $space->fresh($loser)->{activity_name}, 'Available', '2.4 back to the Activity from before';
};

subtest '2.4 moving a Worker' => sub {
    my $bench = reserved();
    my ($space, $worker) = @{$bench}{qw(space worker)};
    $space->new_activity('Also', 1);
    is_refused($server->post($worker->{url}, ActivitySid => $space->activity('Also'),
        RejectPendingReservations => 'true'), 400,
        qr/^Unable to reject pending reservations when updating to an Available activity state\.?$/,
            '2.4 rejected when available');
    is $space->fresh($worker)->{activity_name}, 'Available', '... and he has not moved';
    $space->move($worker, 'Also');
    is $space->fresh($bench->{reservation})->{reservation_status}, 'pending',
        '2.4 to another available Activity: it stays';
    $space->move($worker, 'Offline');
    is $space->fresh($bench->{reservation})->{reservation_status}, 'pending', '2.4 to an unavailable one: it stays';
    $space->move($worker, 'Unavailable', RejectPendingReservations => 'true');
    is $space->fresh($bench->{reservation})->{reservation_status}, 'rejected',
        '2.2 pending -> rejected by RejectPendingReservations';
    is $space->fresh($worker)->{activity_name}, 'Unavailable', '... he is where he was sent';
    is $space->fresh($bench->{task})->{assignment_status}, 'pending', '... the Task waits again';
    my $accepted = reserved();
    $server->updated($accepted->{reservation}{url}, ReservationStatus => 'accepted');
    $accepted->{space}->move($accepted->{worker}, 'Offline', RejectPendingReservations => 'true');
    is $server->fetched($accepted->{reservation}{url})->{reservation_status}, 'accepted',
        '2.4 an accepted one stays in any case';
    my $gone = reserved();
    $server->deleted($gone->{worker}{url});
    is $gone->{space}->task_until($gone->{task}, 'pending')->{assignment_status}, 'pending',
        '2.6 the Worker is deleted: the Task waits again';
};

# ---- 5.9: instructions by REST

subtest '5.9 instructions' => sub {
    for my $word ('accept', 'Accept') {
        my $bench = reserved();
        is $server->updated($bench->{reservation}{url}, Instruction => $word)->{reservation_status}, 'accepted',
            "5.9 Instruction=$word";
    }
    my $bench = reserved();
    is $server->updated(worker_side($bench), Instruction => 'reject',
        WorkerActivitySid => $bench->{space}->activity('Offline'))
        ->{reservation_status}, 'rejected', '5.9 Instruction=reject';
    my $call = '{"call_sid":"CA' . 'a' x 32 . '","to":"+15005550001"}';
    # name, parameters, whether the Reservation is accepted by it
    my @simulated = (
        ['dequeue', [DequeueFrom => '+15005550006', DequeueTo => 'client:alice', DequeueTimeout => 20,
            DequeueRecord => 'do-not-record',
            DequeueStatusCallbackEvent => 'ringing', DequeueStatusCallbackEvent => 'answered'], 1],
        ['call', [CallFrom => '+15005550006', CallTo => 'client:alice', CallUrl => 'https://example.com/x',
            CallAccept => 'true'], 1],
        ['call', [CallFrom => '+15005550006', CallTo => 'client:alice', CallUrl => 'https://example.com/x'], 0],
        ['redirect', [RedirectCallSid => 'CA' . 'a' x 32, RedirectUrl => 'https://example.com/x',
            RedirectAccept => 'true'], 1],
        ['redirect', [RedirectCallSid => 'CA' . 'a' x 32, RedirectUrl => 'https://example.com/x'], 0],
        ['conference', [From => '+15005550006', To => 'client:alice', StatusCallbackEvent => 'ringing',
            ConferenceStatusCallbackEvent => 'join',
            MaxParticipants => 3, Beep => 'onEnter', EndConferenceOnExit => 'true'], 1],
    );
    for my $row (@simulated) {
        my ($instruction, $form, $accepted) = @$row;
        $bench = reserved(attributes => $call);
        my $name = "4 $instruction" . ($accepted ? '' : ' without accepting');
        my $response = $server->post($bench->{reservation}{url}, Instruction => $instruction, @$form);
        is $response->{status}, 200, $name or diag $response->{body};
        my $wanted = $accepted ? 'accepted' : 'pending';
        is $bench->{space}->wait_for($bench->{reservation}, 'reservation_status', $wanted)->{reservation_status},
            $wanted, "... $wanted";
        like $bench->{space}->fresh($bench->{task})->{attributes}, qr/"worker_call_sid":"CA[0-9a-f]{32}"/,
            '... the Task knows the call'
            unless $instruction eq 'redirect';
    }
    my @wrong = (
        ['an unknown word', [Instruction => 'sing']],
        ['dequeue without a call', [Instruction => 'dequeue', DequeueTo => 'client:alice',
            DequeueFrom => '+15005550006']],
        ['call without a url', [Instruction => 'call', CallFrom => '+15005550006', CallTo => 'client:alice']],
        ['call without from', [Instruction => 'call', CallTo => 'client:alice', CallUrl => 'https://example.com/x']],
        ['call to nobody', [Instruction => 'call', CallFrom => '+15005550006', CallUrl => 'https://example.com/x']],
        ['redirect without a call', [Instruction => 'redirect', RedirectUrl => 'https://example.com/x']],
    );
    $bench = reserved();
    for my $row (@wrong) {
        my $response = $server->post($bench->{reservation}{url}, @{ $row->[1] });
        is $response->{status}, 400, "4 $row->[0]" or diag $response->{body};
        is $server->fetched($bench->{reservation}{url})->{reservation_status}, 'pending', '... it stays pending';
    }
    $server->updated($bench->{reservation}{url}, ReservationStatus => 'accepted');
    my $late = $server->post($bench->{reservation}{url}, Instruction => 'conference', To => 'client:alice',
        From => '+15005550006');
    is $late->{status}, 400, '2.2 an instruction for one that is not pending';
};

is_deeply [$server->violations], [], 'every answer is as the description says';
ok !$server->process->ended, 'and taskrouterd is still there';
done_testing;
