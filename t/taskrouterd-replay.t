# The same seed and the same requests, one after the other, on a clock that stands still: the same answers, byte for byte.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::PP ();
use Test::More;
use TaskRouter::Application;
use TaskRouter::Process qw(time_limit);
use TaskRouter::Recorded;

time_limit(180);
my $tasks = 100;
# Used up one by one. What is no instruction, and no answer at all, leave the Reservation to its timeout.
my @instructions = ('{"instruction":"accept"}', '{"instruction":"reject"}', '{}', 'no JSON', '{"instruction":"accept"}',
    { status => 500, body => '' });
my $application = TaskRouter::Application->start;

# All that is asked of one process; what it answered.
sub play {
    my ($seed) = @_;
    my $server = TaskRouter::Recorded->start(arguments => ['--random-seed', $seed, '--clock', '2026-01-01T08:00:00Z', '--frozen']);
    $application->answer('/assign' => [(@instructions) x $tasks], '/events' => '{}');
    my $centre = open_centre($server);
    for my $number (1 .. $tasks) {
        live($server, $centre, $number);
    }
    take_what_waits($server, $centre->{space});
    advance($server, 90_000);    # they are assigned for longer than a day
    read_all($server, $centre->{space});
    my @violations = $server->violations;
    is_deeply \@violations, [], "$seed: every answer is as the description says";
    $server->stop;
    return $server->answers;
}

sub advance { my ($server, $seconds) = @_; return $server->updated('/_local/clock', advance => $seconds) }

# Three Workers, one of whom can take two at once; a Workflow that asks the application, and one that does not.
sub open_centre {
    my $server = shift;
    my $space = $server->new_workspace(EventCallbackUrl => $application->url('/events'),
        EventsFilter => 'reservation.accepted,reservation.rejected,reservation.timeout');
    my $queue = $space->queue('Q', TargetWorkers => 'skill > 0');
    $space->worker("Worker $_", { skill => $_ }, capacity => { default => $_ == 1 ? 2 : 1 }) for 1 .. 3;
    my $asking = $space->workflow('asks', $queue, AssignmentCallbackUrl => $application->url('/assign'), TaskReservationTimeout => 40);
    my $silent = $space->workflow('does not', $queue, TaskReservationTimeout => 50);
    advance($server, 0);
    return { space => $space, workflows => [$asking, $silent, $silent] };
}

# What is done with a Task and its Reservation, if it has one that waits, by the Task's number.
my @fates = (
    sub { my ($space, $task, $reservation) = @_; $space->set_reservation($reservation, 'accepted') if $reservation },
    sub { my ($space, $task, $reservation) = @_; $space->set_reservation($reservation, 'rejected') if $reservation },
    sub { },
    sub { my ($space, $task) = @_; $space->server->post($task->{url}, AssignmentStatus => 'canceled', Reason => 'no more') },
    sub { my ($space, $task, $reservation) = @_; $space->set_reservation($reservation, 'accepted') if $reservation },
    sub { my ($space, $task) = @_; $space->server->remove($task->{url}) },
    sub { my ($space, $task, $reservation) = @_; $space->set_reservation($reservation, 'no status') if $reservation },
);

# After each change the answers to what it brought about are waited for: which of two comes first is not for a seed to say.
sub live {
    my ($server, $centre, $number) = @_;
    my $space = $centre->{space};
    my $task = $space->task($centre->{workflows}[$number % 3], { number => $number }, Priority => $number % 4, Timeout => 400);
    advance($server, 0);
    my ($reservation) = $space->reservations($task, ReservationStatus => 'pending');
    $fates[$number % @fates]->($space, $task, $reservation);
    advance($server, 0);
    advance($server, 7);
    return if $number % 5 != 1;
    for my $assigned ($server->listed($space->path('Tasks'), AssignmentStatus => 'assigned')) {
        $server->updated($assigned->{url}, AssignmentStatus => 'completed', Reason => 'done');
        advance($server, 0);
    }
    # A timeout sends a Worker home.
    for my $worker ($server->listed($space->path('Workers'), ActivityName => 'Offline')) {
        $space->move($worker, 'Available');
        advance($server, 0);
    }
}

sub take_what_waits {
    my ($server, $space) = @_;
    for my $worker ($server->listed($space->path('Workers'))) {
        $space->move($worker, 'Available');
        advance($server, 0);
        for my $reservation ($space->reservations($worker, ReservationStatus => 'pending')) {
            $space->set_reservation($reservation, 'accepted');
            advance($server, 0);
        }
    }
}

sub read_all {
    my ($server, $space) = @_;
    $server->listed($space->path($_), PageSize => 20) for qw(Activities Workers Workflows TaskQueues Tasks TaskChannels);
    $server->listed($space->path('Events'), StartDate => '2026-01-01T00:00:00Z', PageSize => 200);
    $server->listed($space->path('Workers', $_->{sid}, 'Reservations')) for $server->listed($space->path('Workers'));
    $server->get('/_local/debugger');
    $server->get($space->path('Tasks', 'WT' . '0' x 32));
}

# Where two runs part: the number of the answer, or undef.
sub first_difference {
    my ($one, $other) = @_;
    my ($difference) = grep { ($one->[$_] // '') ne ($other->[$_] // '') } 0 .. ($#$one > $#$other ? $#$one : $#$other);
    return $difference;
}

sub sids { my %sid = map { $_ => 1 } map { /\b([A-Z]{2}[0-9a-f]{32})\b/g } @_; return \%sid }

my $first = play('one');
my $text = join '', @$first;
cmp_ok scalar @$first, '>', 5 * $tasks, scalar(@$first) . ' answers';
ok $text =~ /"event_type":"\Q$_\E"/, "$_ is among the Events"
    for qw(task.completed task.canceled task.deleted task.system-deleted reservation.accepted reservation.rejected
    reservation.timeout reservation.canceled reservation.completed);
ok $text =~ /^HTTP $_$/m, "$_ was answered, too" for 400, 404;
ok $text =~ /"error_code":"$_"/, "$_ is among the alerts" for 11200, 40001;
my %ids = map { $_ => 1 } $text =~ /^twilio-request-id: (RQ[0-9a-f]{32})$/mg;
cmp_ok scalar(keys %ids), '>', 2 * $tasks, 'each answer of the REST API has a request SID of its own';

my $again = play('one');
my $difference = first_difference($first, $again);
ok !defined $difference, 'the same seed: the same bytes'
    or diag "answer $difference of " . @$first . ":\n$first->[$difference]\n--- and again:\n", $again->[$difference] // 'none';

my $other = play('two');
my ($mine, $theirs) = (sids(@$first), sids(@$other));
my @common = grep { $theirs->{$_} } keys %$mine;
is scalar(@common), 2, 'another seed: no SID is the same, but for the account and the one that never was' or diag "@common[0 .. 3]";
$application->stop;
done_testing;
