# Workers whom a missed Reservation sent to the timeout Activity are put back; others are not; and there are limits. With a
# real taskrouterd, whose callbacks go to the responder, which calls its REST API.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use TaskRouter::Cases qw(event_parameters);
use TaskRouter::Fixture qw($auth_token operator);
use TaskRouter::HTTP;
use TaskRouter::Process qw(time_limit temporary_directory free_port wait_until);
use TaskRouter::Responder;
use TaskRouter::Signature qw(sid form_body sign_form);
use TaskRouter::Taskrouterd;
use Time::HiRes qw(time sleep);

time_limit(120);
my $directory = temporary_directory();
my $server = TaskRouter::Taskrouterd->start;
my $stores = 0;

# A Workspace and a responder for it; the options are the keys below "recovery". With told => 1 taskrouterd tells the
# responder its Events; else the test does.
sub bench {
    my (%recovery) = @_;
    my $is_told = delete $recovery{told};
    my $port = free_port();
    my $url = "http://127.0.0.1:$port/taskrouter";
    my $space = $server->new_workspace(FriendlyName => "Space $port", $is_told ? (EventCallbackUrl => "$url/event_callback") : ());
    my $responder = TaskRouter::Responder->prepare(configuration => { store => { file => "$directory/" . $stores++ . '.db' },
        public_url => $url, workspace_sid => $space->sid, api_url => $server->base_url, workflow_sid => undef,
        recovery => { enabled => JSON::PP::true(), delay => 0.2, %recovery } });
    my $start = sub { TaskRouter::Process->start(command => $responder->command('-l', "127.0.0.1:$port"), name => 'responder',
        directory => $responder->{directory}, ready => { line => qr{listening on} }) };
    my $http = TaskRouter::HTTP->new(port => $port);
    return { space => $space, process => $start->(), start => $start, http => $http, url => $url };
}

sub metric {
    my ($bench, $name) = @_;
    my $text = $bench->{http}->request(method => 'GET', target => '/taskrouter/metrics', headers => [operator()])->{body};
    return $text =~ /^\Q$name\E (\d+)$/m ? $1 : 0;
}

sub recoveries { return metric($_[0], "taskrouter_recoveries_total{result=\"$_[1]\"}") }
sub delivered { return metric($_[0], "taskrouter_outbox_total{kind=\"restore_worker\",result=\"$_[1]\"}") }

my $events = 0;

sub say_event {
    my ($bench, $worker, $type, %more) = @_;
    my @pairs = event_parameters(Sid => sid('EV', ++$events), EventType => $type, WorkspaceSid => $bench->{space}->sid,
        WorkerSid => $worker->{sid}, TimestampMs => int(1000 * time), %more);
    my $status = $bench->{http}->request(method => 'POST', target => '/taskrouter/event_callback', body => form_body(@pairs),
        headers => [['Content-Type', 'application/x-www-form-urlencoded'],
            ['X-Twilio-Signature', sign_form($auth_token, "$bench->{url}/event_callback", @pairs)]])->{status};
    die "an Event was answered $status\n" . $bench->{process}->output if $status != 204;
}

# The Worker goes away, and it is told as after a missed Reservation.
sub send_away {
    my ($bench, $worker) = @_;
    my $from = $bench->{space}->fresh($worker)->{activity_sid};
    $bench->{space}->move($worker, 'Offline');
    say_event($bench, $worker, 'reservation.timeout', ReservationSid => sid('WR', ++$events));
    say_event($bench, $worker, 'worker.activity.update', WorkerPreviousActivitySid => $from,
        WorkerActivitySid => $bench->{space}->activity('Offline'));
}

sub activity_of { my ($bench, $worker) = @_; return $bench->{space}->fresh($worker)->{activity_name} }

subtest 'missed Reservations' => sub {
    my $bench = bench(told => 1, per_hour => 2);
    my $space = $bench->{space};
    my $workflow = $space->workflow('All', $space->queue('All'), TaskReservationTimeout => 1);
    my $alice = $space->worker('Alice', {});
    my $bob = $space->worker('Bob', {}, activity => 'Unavailable');
    my $task = $space->task($workflow, {});
    ok wait_until(10, sub { recoveries($bench, 'limited') }), 'he misses one after the other' or diag $bench->{process}->output;
    is recoveries($bench, 'planned'), 2, 'he is put back as often as he may be in an hour';
    is delivered($bench, 'done'), 2, '... through the REST API';
    my @moves = map { $_->{event_data}{worker_activity_name} }
        $space->events(EventType => 'worker.activity.update', WorkerSid => $alice->{sid}, Minutes => 10);
    is_deeply \@moves, [qw(Offline Available Offline Available Offline)], '... so he comes and goes';
    is activity_of($bench, $alice), 'Offline', '... and stays away at last';
    is activity_of($bench, $bob), 'Unavailable', 'another Worker stays where he is';
    like $bench->{process}->output, qr/warning recovery worker=$alice->{sid} result=limited/, 'the log tells';
    $server->updated($task->{url}, AssignmentStatus => 'canceled', Reason => 'over');
    $space->move($alice, 'Available');
    $space->move($alice, 'Offline');
    ok wait_until(5, sub { metric($bench, 'taskrouter_events_stored_total{result="stored"}') >= $space->events(Minutes => 10) }),
        'then he logs out';
    is recoveries($bench, 'planned') + recoveries($bench, 'limited'), 3, '... which is no missed Reservation';
    $bench->{process}->stop;
};

subtest 'who is left alone' => sub {
    my $bench = bench(delay => 0.5);
    my $space = $bench->{space};
    my %worker = map { $_ => $space->worker($_, {}) } qw(Back Gone Moved Deleted);
    send_away($bench, $worker{Back});
    send_away($bench, $worker{Gone});
    # Nobody tells the responder of these two.
    $space->move($worker{Gone}, 'Unavailable');
    send_away($bench, $worker{Deleted});
    $server->deleted($worker{Deleted}{url});
    send_away($bench, $worker{Moved});
    say_event($bench, $worker{Moved}, 'worker.activity.update', WorkerPreviousActivitySid => $space->activity('Offline'),
        WorkerActivitySid => $space->activity('Unavailable'));
    is recoveries($bench, 'planned'), 4, 'four are to be put back';
    is recoveries($bench, 'withdrawn'), 1, 'one was moved meanwhile, as an Event tells';
    ok wait_until(8, sub { delivered($bench, 'done') + delivered($bench, 'late') >= 3 }), 'the others have their turn'
        or diag $bench->{process}->output;
    is activity_of($bench, $worker{Back}), 'Available', 'who is still there is put back';
    is activity_of($bench, $worker{Gone}), 'Unavailable', 'who went on is not';
    is activity_of($bench, $worker{Moved}), 'Offline', 'nor whose Event told so';
    is delivered($bench, 'late'), 2, 'too late for who went on, and who was deleted';
    is delivered($bench, 'done'), 1, '... and done for the other';
    $bench->{process}->stop;
};

subtest 'a restart while they wait' => sub {
    my $bench = bench(delay => 1);
    my $worker = $bench->{space}->worker('Alice', {});
    send_away($bench, $worker);
    $bench->{process}->send_signal('KILL');
    $bench->{process}->wait_end(5);
    is activity_of($bench, $worker), 'Offline', 'the responder is killed before';
    $bench->{process} = $bench->{start}->();
    ok wait_until(8, sub { activity_of($bench, $worker) eq 'Available' }), 'the next one does it';
    $bench->{process}->stop;
};

subtest 'a cascade' => sub {
    my $bench = bench(delay => 3, cascade => 3, pause => 600);
    my $space = $bench->{space};
    my @workers = map { $space->worker("W$_", {}) } 1 .. 5;
    send_away($bench, $_) for @workers;
    is recoveries($bench, 'planned'), 2, 'the first are to be put back';
    is recoveries($bench, 'alarm'), 1, 'with the third it is a cascade';
    is recoveries($bench, 'withdrawn'), 2, '... and nobody is any more';
    is recoveries($bench, 'paused'), 2, '... nor who comes later';
    is metric($bench, 'taskrouter_recovery_alarms_total'), 1, 'counted as an alarm';
    like $bench->{process}->output, qr/error recovery worker=$workers[2]{sid} result=alarm withdrawn=2 workers=3 message="so many/,
        '... and logged as an error';
    sleep 3.5;
    is_deeply [map { activity_of($bench, $_) } @workers], [('Offline') x 5], 'they stay where they are';
    $bench->{process}->stop;
};

subtest 'it is off unless it is wanted' => sub {
    my $bench = bench(enabled => JSON::PP::false());
    my $worker = $bench->{space}->worker('Alice', {});
    send_away($bench, $worker);
    is recoveries($bench, 'planned'), 0, 'nothing is planned';
    $bench->{process}->stop;
};

done_testing;
