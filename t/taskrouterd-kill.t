# kill -9 at any moment, under load: what was answered is there after the restart, timers and callbacks go on, and the
# state makes sense. 20 rounds; 1,000 with TASKROUTER_LONG. In every other round each write to the disk is made to take a
# while: most of the time is then between a change and its being stored, and an answer that came too early is caught.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use TaskRouter::Application;
use TaskRouter::Crowd;
use TaskRouter::Process qw(time_limit temporary_directory find_command run_command wait_until);
use TaskRouter::Taskrouterd;
use Time::HiRes qw(sleep time);

my $rounds = $ENV{TASKROUTER_LONG} ? 1000 : 20;
my $seed = $ENV{TASKROUTER_SEED} // int(time);
time_limit($rounds * 9 + 60);
srand $seed;
diag "TASKROUTER_SEED=$seed";

my $application = TaskRouter::Application->start('/accept' => { delay => 0.15, body => '{"instruction":"accept"}' },
    '/events' => { status => 204 });
my $server = TaskRouter::Taskrouterd->start(on_disk => 1);
my ($answered, $restarts) = (0, 0);
my $slow_disk = slow_disk();

# The environment that makes the disk slow; nothing where there is no compiler.
sub slow_disk {
    my $compiler = find_command('cc', 'gcc', 'clang') or return {};
    my $library = temporary_directory() . '/slow-disk.so';
    my $run = run_command([$compiler, '-shared', '-fPIC', '-o', $library, "$FindBin::Bin/preload/slow-disk.c", '-ldl'],
        keep_user => 1);
    die $run->{err} if $run->{status} != 0;
    chmod 0755, $library;
    # AddressSanitizer wants to be the first library, unless told that it need not be.
    return { LD_PRELOAD => $library, SLOW_DISK => 100, ASAN_OPTIONS => join(':', $ENV{ASAN_OPTIONS} // (),
        'verify_asan_link_order=0') };
}

# A Workspace for one round: the TaskQueue A is served by hand, B by callbacks; C's Reservation times out, D's Task does.
sub prepare {
    my $space = $server->new_workspace(EventCallbackUrl => $application->url('/events'),
        EventsFilter => 'task.created,reservation.accepted');
    my %queue = map { $_ => $space->queue($_, TargetWorkers => "pool == '" . lc($_) . "'") } qw(A B C D);
    my @callback = (AssignmentCallbackUrl => $application->url('/accept'));
    my %workflow = (A => $space->workflow('A', $queue{A}, TaskReservationTimeout => 600),
        B => $space->workflow('B', $queue{B}, @callback),
        C => $space->workflow('C', $queue{C}, TaskReservationTimeout => 1), D => $space->workflow('D', $queue{D}));
    $space->worker("B$_", { pool => 'b' }, capacity => { default => 50 }) for 1 .. 5;
    my $sleepy = $space->worker('Sleepy', { pool => 'c' });
    my $late = $space->task($workflow{C});
    return { space => $space, queue => \%queue, workflow => \%workflow, sleepy => $sleepy, late => $late,
        reservation => $space->reservation($late), dying => $space->task($workflow{D}, {}, Timeout => 1),
            begun => time };
}

# What is wrong with a thing that may be in these states: it is in one of them, or not there if one is undef.
sub wrong_state {
    my ($target, $states) = @_;
    my $response = $server->get($target);
    if ($response->{status} == 404) {
        return (grep { !defined } @$states) ? () : "$target is lost";
    }
    return "$target: $response->{status} $response->{body}" if $response->{status} != 200;
    for my $state (grep { defined } @$states) {
        return () unless grep { ($response->{json}{$_} // '') ne $state->{$_} } keys %$state;
    }
    return "$target is $response->{body}, not " . JSON::PP->new->canonical->encode($states);
}

sub check_answered {
    my ($round, $known) = @_;
    my $path = $round->{space}->path;
    my @wrong;
    push @wrong, map { wrong_state("/v1$path/Tasks/$_", $known->{tasks}{$_}{states}) } sort keys %{ $known->{tasks} };
    push @wrong,
        map { wrong_state("/v1$path/Workers/$_", $known->{workers}{$_}{states}) } sort keys %{ $known->{workers} };
    for my $target (sort keys %{ $known->{reservations} }) {
        my $reservation = $known->{reservations}{$target};
        # Who made the Task may have deleted it.
        my $task = $known->{tasks}{ $reservation->{task} };
        my $may_be_gone = !$task || grep { !defined } @{ $task->{states} };
        push @wrong, wrong_state($target, [@{ $reservation->{states} }, $may_be_gone ? undef : ()]);
    }
    return @wrong;
}

# Things that must be true of every state.
sub check_invariants {
    my $round = shift;
    my $space = $round->{space};
    my %open = map { $_ => 1 } qw(pending accepted wrapping);
    my (@wrong, %used, %waiting);
    for my $task ($server->listed($space->path('Tasks'), PageSize => 1000)) {
        my %count;
        for my $reservation ($space->reservations($task)) {
            $count{ $reservation->{reservation_status} }++;
            $used{ $reservation->{worker_sid} }++ if $open{ $reservation->{reservation_status} };
        }
        my $busy = ($count{accepted} // 0) + ($count{wrapping} // 0);
        my %wanted = (pending => [0, 0], reserved => [0, 1], assigned => [1, 0], wrapping => [1, 0],
            completed => [0, 0], canceled => [0, 0]);
        my ($want_busy, $want_pending) = @{ $wanted{ $task->{assignment_status} } };
        push @wrong, "$task->{sid} is $task->{assignment_status} with " . join ' ', %count
            if $busy != $want_busy || ($count{pending} // 0) != $want_pending;
        $waiting{ $task->{task_queue_sid} } = $task->{sid} if $task->{assignment_status} eq 'pending';
    }
    for my $worker ($server->listed($space->path('Workers'), PageSize => 1000)) {
        my $channel = $server->fetched("$worker->{url}/Channels/default");
        my $used = $used{ $worker->{sid} } // 0;
        push @wrong, "$worker->{friendly_name} has $used of $channel->{configured_capacity}"
            if $used > $channel->{configured_capacity};
        my ($pool) = $worker->{attributes} =~ /"pool":"(\w)"/;
        my $queue = $round->{queue}{ uc $pool }{sid};
        push @wrong, "$worker->{friendly_name} is free, $waiting{$queue} waits"
            if $waiting{$queue} && $worker->{available} && $used < $channel->{configured_capacity};
    }
    return @wrong;
}

sub check_going_on {
    my $round = shift;
    my $space = $round->{space};
    my @wrong;
    my $reservation = $space->wait_for($round->{reservation}, 'reservation_status', 'timeout', 4);
    push @wrong, "the Reservation did not time out: $reservation->{reservation_status}"
        if $reservation->{reservation_status} ne 'timeout';
    my $dying = $space->task_until($round->{dying}, 'canceled');
    push @wrong, "the Task's time is over but it is $dying->{assignment_status}"
        if $dying->{assignment_status} ne 'canceled';
    my $left = $server->eventually($space->path('Tasks')
        . "?WorkflowSid=$round->{workflow}{B}{sid}&AssignmentStatus=reserved",
        sub { !@{ $_->{tasks} } });
    push @wrong, "never called back, or not obeyed: $_->{sid}" for @{ $left->{tasks} };
    return @wrong;
}

# Each Event that the filter lets pass was told at least once, for the first time in its order.
sub check_events {
    my $round = shift;
    my @events = map { $_->{sid} } grep { $_->{event_type} =~ /^(?:task\.created|reservation\.accepted)$/ } $round->{space}->events(PageSize => 1000);
    my (%seen, @told);
    wait_until(6, sub {
        %seen = ();
        @told = grep { !$seen{$_}++ } map { $_->{form}{Sid} } grep { $_->{form}{WorkspaceSid} eq $round->{space}->sid } $application->requests('/events');
        return @told >= @events;
    });
    return "told @{[scalar @told]} of @{[scalar @events]} Events" if @told != @events;
    return "@told" eq "@events" ? () : 'Events were told in another order';
}

my @spaces;
for my $number (1 .. $rounds) {
    my $round = prepare();
    my $space = $round->{space};
    my $crowd = TaskRouter::Crowd->start(port => $server->port, clients => 4, seed => $seed + $number,
        path => "/v1" . $space->path,
        workflows => [$round->{workflow}{A}{sid}, $round->{workflow}{B}{sid}],
            activity => $space->activity('Available'));
    sleep 0.05 + rand 0.4;
    delete $server->{client};
    $server->process->send_signal('KILL');
    my $known = $crowd->finish;
    $server->process->wait_end(5);
    $answered += $known->{answered};
    $server->{environment} = $number % 2 ? $slow_disk : {};    # of the next round
    eval { $server->restart; $restarts++; 1 } or BAIL_OUT("taskrouterd does not start again: $@");
    my @wrong = (@{ $known->{errors} }, check_answered($round, $known), check_going_on($round),
        check_invariants($round), check_events($round));
    is_deeply \@wrong, [], "round $number: $known->{answered} answers, nothing lost";
    $application->forget;
    push @spaces, $space;
    $server->deleted((shift @spaces)->path) if @spaces > 3;
}
cmp_ok $answered, '>', $rounds * 10, "the load was one: $answered answers";
is $restarts, $rounds, 'it started again each time';
is_deeply [$server->violations], [], 'every answer is as the description says';

# Whether the store is whole, in the words of another program.
SKIP: {
    my $sqlite = find_command('sqlite3') or skip 'sqlite3 is not installed', 1;
    $server->stop;
    my $run = run_command([$sqlite, $server->{store}, 'PRAGMA integrity_check']);
    is $run->{out}, "ok\n", 'the store is whole';
}
done_testing;
