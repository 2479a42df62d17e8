# The simulated clock of taskrouterd: read, frozen, faster, advanced from timer to timer; /_local/reset; SIDs by a seed.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::PP ();
use Test::More;
use TaskRouter::Application;
use TaskRouter::HTTP;
use TaskRouter::Fixture qw($account $auth_token basic);
use TaskRouter::Process qw(time_limit temporary_directory program_path run_command);
use TaskRouter::Taskrouterd;
use Time::HiRes qw(sleep time);

time_limit(180);
my @at_eight = ('--clock', '2026-01-01T08:00:00Z', '--frozen');
my @servers;

sub start {
    my (@arguments) = @_;
    push @servers, TaskRouter::Taskrouterd->start(arguments => [@arguments]);
    return $servers[-1];
}

sub clock { my ($server, @form) = @_; return $server->post('/_local/clock', @form) }

sub advance {
    my ($server, $seconds, @form) = @_;
    my $response = clock($server, advance => $seconds, @form);
    is $response->{status}, 200, "advanced by $seconds s" or diag $response->{body};
    return $response->{json};
}

# A Workspace with a TaskQueue and a Workflow that calls the application.
sub bench {
    my ($server, $url, %workflow) = @_;
    my $space = $server->new_workspace;
    my $queue = $space->queue('Q');
    my $workflow = $space->workflow('W', $queue, ($url ? (AssignmentCallbackUrl => $url) : ()), %workflow);
    return ($space, $workflow);
}

subtest 'what the clock shows' => sub {
    my $server = start();
    my $seen = $server->fetched('/_local/clock');
    cmp_ok abs($seen->{now_ms} / 1000 - time), '<', 5, 'the time of the machine';
    is_deeply [@$seen{qw(frozen factor advancing)}], [JSON::PP::false, 1, JSON::PP::false], 'which goes on as it does';
    is $seen->{next_timer}, undef, 'no timer is set';
    my $still = start(@at_eight);
    is $still->fetched('/_local/clock')->{now}, '2026-01-01T08:00:00Z', '--clock and --frozen';
    my $space = $still->new_workspace;
    is $still->fetched($space->path)->{date_created}, '2026-01-01T08:00:00Z', 'objects bear its date';
    my $response = clock($still, factor => '7200', frozen => 'false');
    is $response->{json}{factor}, 7200, 'a factor';
    my $began = time;
    sleep 0.2;
    my $gone = ($still->fetched('/_local/clock')->{now_ms} - $response->{json}{now_ms}) / 1000;
    cmp_ok $gone, '>=', 0.2 * 7200, '... an hour in half a second';
    cmp_ok $gone, '<=', (time - $began + 0.5) * 7200, '... and no more';
    is clock($still, factor => '0.5')->{json}{factor}, 0.5, 'half as fast';
    is clock($still, frozen => 'true')->{json}{frozen}, JSON::PP::true, 'frozen';
    my $now = $still->fetched('/_local/clock')->{now_ms};
    sleep 0.05;
    is $still->fetched('/_local/clock')->{now_ms}, $now, '... it stands';
};

subtest 'what is refused' => sub {
    my $server = start(@at_eight);
    my @rows = (
        [[advanc => 5], qr/^advanc: there is no such parameter; did you mean advance\?$/],
        [[advance => -1], qr/^advance: expected seconds, 0 to 316224000$/],
        [[advance => 'x'], qr/^advance: expected seconds, /],
        [[advance => '1.0005'], qr/^advance: expected seconds, /],
        [[advance => 5, until => '2027-01-01T00:00:00Z'], qr/^advance and until: only one of them can be given$/],
        [[until => 'tomorrow'], qr/^until: expected a date such as /],
        [[until => '2026-01-01T07:59:59Z'], qr/^until: the clock is never put back/],
        [[factor => 100001], qr/^factor: expected a number, 0 to 100000$/],
        [[frozen => 'yes'], qr/^frozen: expected true or false$/],
        [[frozen => 'true', frozen => 'false'], qr/^frozen: is given twice$/],
        [[linger => 11, advance => 1], qr/^linger: expected seconds, 0 to 10$/],
        [[limit => 0, advance => 1], qr/^limit: expected seconds, 0\.1 to 3600$/],
    );
    for my $row (@rows) {
        my $response = clock($server, @{ $row->[0] });
        is $response->{status}, 400, "@{ $row->[0] }: 400";
        like $response->{json}{detail}, $row->[1], '... in these words';
    }
    is clock($server, until => '2026-01-01T07:59:59Z', frozen => 'false', factor => 7)->{status}, 400, 'with more that is wished';
    my $clock = $server->fetched('/_local/clock');
    is_deeply [@$clock{qw(now frozen factor)}], ['2026-01-01T08:00:00Z', JSON::PP::true, 1], 'nothing of it changed the clock';
    is $server->request(method => 'POST', target => '/_local/clock', body => 'advance=5', anonymous => 1,
        headers => [['Content-Type', 'application/x-www-form-urlencoded']])->{status}, 401, 'not without credentials';
    is $server->request(method => 'POST', target => '/_local/reset', anonymous => 1)->{status}, 401, '... nor a reset';
    my $json = $server->request(method => 'POST', target => '/_local/clock', body => '{"advance":60}',
        headers => [['Content-Type', 'application/json']]);
    is $json->{json}{now}, '2026-01-01T08:01:00Z', 'JSON is taken, too';
};

subtest '2.1, 2.5 a day of timers' => sub {
    my $server = start(@at_eight);
    my ($space, $workflow) = bench($server, undef, TaskReservationTimeout => 30);
    my $worker = $space->worker('Alice', {});
    my $task = $space->task($workflow, {});
    my $reservation = $space->reservation($task);
    is $reservation->{reservation_status}, 'pending', 'reserved';
    is advance($server, 29)->{timers}, 0, 'nothing is due for 29 s';
    is $space->fresh($reservation)->{reservation_status}, 'pending', '... the Reservation waits';
    is advance($server, 1)->{timers}, 1, 'a timer at 30 s';
    my $seen = $space->fresh($reservation);
    is "$seen->{reservation_status} $seen->{date_updated}", 'timeout 2026-01-01T08:00:30Z', '... at its own time';
    is $space->fresh($worker)->{activity_name}, 'Offline', 'the Worker is sent to the timeout Activity';
    $space->move($worker, 'Available');
    $space->set_reservation($space->reservation($task), 'accepted');
    is $space->fresh($task)->{assignment_status}, 'assigned', 'accepted at last';
    advance($server, 86399);
    is $space->fresh($task)->{assignment_status}, 'assigned', 'assigned for 24 h less a second';
    advance($server, 1);
    is $server->get($task->{url})->{status}, 404, '... and then deleted';
    my $second = $space->task($workflow, {}, Timeout => 60);
    advance($server, 60);
    is $space->fresh($second)->{assignment_status}, 'canceled', 'a Task that nobody took in its time';
    advance($server, 299);
    is $server->get($second->{url})->{status}, 200, 'a finished Task is shown for 5 minutes';
    advance($server, 2);
    is $server->get($second->{url})->{status}, 404, '... and no longer';
    is((map({ $_->{event_type} } $server->listed($space->path('Events'), TaskSid => $task->{sid})))[-1],
        'task.system-deleted', 'its Events are there');
    advance($server, 31 * 86400);
    my $left = sub { scalar $server->listed($space->path('Events'), Minutes => 43200) };
    is $left->(), 0, 'Events of a month ago are gone';
};

subtest 'it waits for callbacks' => sub {
    my $server = start(@at_eight);
    my $application = TaskRouter::Application->start('/assign' => { body => '{"instruction":"reject"}', delay => 0.2 },
        '/events' => { body => '{}', delay => 0.05 });
    my ($space, $workflow) = bench($server, $application->url('/assign'), TaskReservationTimeout => 10);
    $space->worker('Alice', {}, activity => 'Offline');
    my $other = $space->worker('Bob', {}, activity => 'Offline');
    my $task = $space->task($workflow, {}, Timeout => 3600);
    advance($server, 0);
    $application->forget;
    # From here on every Event is told; Alice comes, is asked, and rejects into Offline.
    $server->updated($space->path, EventCallbackUrl => $application->url('/events'));
    $application->answer('/assign' => { body => '{"instruction":"reject","activity_sid":"' . $space->activity('Offline') . '"}',
        delay => 0.2 });
    $space->move($other, 'Available');
    my $began = time;
    advance($server, 0);
    cmp_ok time - $began, '>=', 0.1, 'it waited for the slow application';
    is scalar(my @asked = $application->requests('/assign')), 1, '... which was asked once';
    my @told = map { $_->{form}{EventType} } $application->requests('/events');
    ok scalar(grep({ $_ eq 'reservation.rejected' } @told)), '... and was told of what it did' or diag "@told";
    is $space->fresh($other)->{activity_name}, 'Offline', 'and done is what it said';
    $application->forget;
    advance($server, 3600);
    @told = map { $_->{form}{EventType} } $application->requests('/events');
    is $told[-1], 'task.canceled', 'the end of the Task was told before the answer';
    $application->answer('/events' => { hang => 1 });
    $space->task($workflow, {});
    my $response = clock($server, advance => 5, limit => 0.5);
    is $response->{status}, 504, 'an application that never answers';
    like $response->{json}{detail}, qr/^it has not become quiet: assignment callbacks in hand: 0, event callbacks: 1, requests of calls: 0, held back by faults: 0; the clock is left at 2026-01-01T09:00:00Z$/,
        '... is told with what is in hand';
    $application->stop;
};

subtest 'an application that fails is not asked for ever' => sub {
    for my $answer ({ status => 500 }, '{"instruction":"reject"}') {
        my $server = start(@at_eight);
        my $application = TaskRouter::Application->start('/assign' => $answer);
        my ($space, $workflow) = bench($server, $application->url('/assign'));
        $space->worker('Alice', {});
        my $task = $space->task($workflow, {});
        my $asked = sub { scalar(my @requests = $application->requests('/assign')) };
        my $began = time;
        advance($server, 0);
        is $asked->(), 10, 'ten times';
        is $space->fresh($task)->{assignment_status}, 'pending', '... then the Task rests';
        is $server->fetched("/_local/why/$task->{sid}")->{task}{rests_until}, '2026-01-01T08:00:01Z',
            '... for a second';
        advance($server, 0.999);
        is $asked->(), 10, '... not for less';
        advance($server, 0.001);
        is $asked->(), 20, '... and ten times again';
        advance($server, 3);
        is $asked->(), 50, '... each second';
        cmp_ok time - $began, '<', 5, 'which takes no time';
        my $other = $space->task($workflow, {});
        advance($server, 0);
        is $asked->(), 60, 'another Task does not wait for it';
        $application->stop;
    }
    my $file = temporary_directory() . '/offers.conf';
    my $configure = sub {
        open my $out, '>', $file or die "$file: $!";
        print $out qq({"limits": {"offers": $_[0]}});
        close $out or die;
    };
    for my $wrong (0, 1001, '"often"') {
        $configure->($wrong);
        like run_command([program_path('taskrouterd/taskrouterd'), '-t', '-c', $file])->{err},
            qr/limits\.offers: expected a whole number/, "limits.offers: $wrong is refused";
    }
    $configure->(3);
    my $server = start(@at_eight, '-c', $file);
    my $application = TaskRouter::Application->start('/assign' => { status => 500 });
    my ($space, $workflow) = bench($server, $application->url('/assign'));
    $space->worker('Alice', {});
    $space->task($workflow, {});
    advance($server, 0);
    is scalar(my @requests = $application->requests('/assign')), 3, 'limits.offers: three times';
    $application->stop;
};

subtest 'an application that goes on by itself' => sub {
    my $server = start(@at_eight);
    my $application = TaskRouter::Application->start('/assign' => '{}');
    my ($space, $workflow) = bench($server, $application->url('/assign'), TaskReservationTimeout => 60);
    my $worker = $space->worker('Alice', {});
    my $task = $space->task($workflow, {});
    my $reservation = $space->reservation($task);
    my $client = TaskRouter::HTTP->new(port => $server->port);
    $client->send_request(method => 'POST', target => '/_local/clock', body => 'advance=60&linger=0.7',
        headers => [basic($account, $auth_token), ['Content-Type', 'application/x-www-form-urlencoded']]);
    sleep 0.2;
    is $server->fetched('/_local/clock')->{advancing}, JSON::PP::true, 'the clock waits';
    is clock($server, frozen => 'false')->{status}, 409, '... and takes no other wish';
    $space->set_reservation($reservation, 'accepted');
    is $client->read_response('POST')->{status}, 200, 'and goes on later';
    is $space->fresh($task)->{assignment_status}, 'assigned', '... so that the Reservation was accepted in time';
    $application->stop;
};

subtest 'the clock survives' => sub {
    my $server = TaskRouter::Taskrouterd->start(on_disk => 1);
    push @servers, $server;
    my ($space, $workflow) = bench($server);
    my $task = $space->task($workflow, {}, Timeout => 2 * 86400);
    clock($server, frozen => 'true');
    advance($server, 86400);
    my $before = $server->fetched('/_local/clock')->{now_ms};
    $server->restart('KILL');
    my $after = $server->fetched('/_local/clock');
    is_deeply [@$after{qw(now_ms frozen)}], [$before, JSON::PP::true], 'what it showed, and that it stood, is stored';
    advance($server, 86400);
    is $server->get($task->{url})->{json}{assignment_status}, 'canceled', 'timers go by it';
    is $server->post('/_local/reset')->{status}, 204, 'a reset';
    is_deeply [$server->listed('/Workspaces')], [], '... forgets everything';
    my $now = $server->fetched('/_local/clock');
    cmp_ok abs($now->{now_ms} / 1000 - time), '<', 5, '... and the clock is the machine\'s';
    $server->restart('KILL');
    is_deeply [$server->listed('/Workspaces')], [], '... for good';
    is scalar(my @first = $server->listed($server->new_workspace->path('Activities'))), 3, 'it works as one that is new';
};

subtest 'an advance that is broken off' => sub {
    for my $way (qw(KILL TERM)) {
        my $server = TaskRouter::Taskrouterd->start(on_disk => 1);
        push @servers, $server;
        my ($space, $workflow) = bench($server, undef, TaskReservationTimeout => 300);
        $space->worker('Alice', {});
        $space->reservation($space->task($workflow, {}, Timeout => 7200));
        my $client = TaskRouter::HTTP->new(port => $server->port);
        $client->send_request(method => 'POST', target => '/_local/clock', body => 'advance=10000&linger=1',
            headers => [basic($account, $auth_token), ['Content-Type', 'application/x-www-form-urlencoded']]);
        sleep 1.5;
        my $before = $server->fetched('/_local/clock')->{now_ms};
        cmp_ok $before / 1000 - time, '>', 200, 'a timer was run';
        $server->restart($way);
        cmp_ok $server->fetched('/_local/clock')->{now_ms}, '>=', $before, "$way: the machine's clock, too, is not put back";
        $server->restart('KILL');
        cmp_ok $server->fetched('/_local/clock')->{now_ms}, '>=', $before, '... nor at the next start';
    }
};

subtest 'a reset with work in hand' => sub {
    my $server = start('--random-seed', 'reset', @at_eight);
    my $application = TaskRouter::Application->start('/assign' => { body => '{"instruction":"accept"}', delay => 0.3 });
    my ($space, $workflow) = bench($server, $application->url('/assign'));
    $space->worker('Alice', {});
    my $task = $space->task($workflow, {});
    $application->wait_for('/assign', 1);
    my $client = TaskRouter::HTTP->new(port => $server->port);
    $client->send_request(method => 'POST', target => '/_local/clock', body => 'advance=60',
        headers => [basic($account, $auth_token), ['Content-Type', 'application/x-www-form-urlencoded']]);
    ok(TaskRouter::Process::wait_until(5, sub { $server->fetched('/_local/clock')->{advancing} }), 'the clock waits for an answer');
    is $server->post('/_local/reset')->{status}, 204, 'reset meanwhile';
    is $client->read_response('POST')->{status}, 409, 'who waited for the clock is told';
    # The same SIDs again: the answer to the first callback must not meet them.
    $application->answer('/assign' => '{}');
    my ($again, $flow) = bench($server, $application->url('/assign'));
    $again->worker('Alice', {});
    my $second = $again->task($flow, {});
    is $second->{sid}, $task->{sid}, 'the same seed, the same requests: the same SID';
    advance($server, 0);
    sleep 0.5;
    is $again->fresh($second)->{assignment_status}, 'reserved', 'an answer to what is forgotten is forgotten';
    $application->stop;
};

subtest 'chance by a seed' => sub {
    my @sids = map {
        my $server = start('--random-seed', $_);
        my $space = $server->new_workspace;
        join ' ', $space->sid, map { $_->{sid} } $server->listed($space->path('Activities'));
    } 'one', 'one', 'two';
    is $sids[0], $sids[1], 'the same seed, the same SIDs';
    isnt $sids[0], $sids[2], 'another seed, others';
    my $server = TaskRouter::Taskrouterd->start(on_disk => 1, arguments => ['--random-seed', 'one']);
    push @servers, $server;
    my $first = $server->new_workspace->sid;
    is $first, (split / /, $sids[0])[0], 'on a new store, too';
    $server->restart('KILL');
    isnt $server->new_workspace->sid, $first, 'but after a restart SIDs are not repeated';
    $server->restart;
    is scalar(my @spaces = $server->listed('/Workspaces')), 2, '... and both are there';
    my %seen;
    $seen{ $_->{sid} }++ for map { $server->listed("/Workspaces/$_->{sid}/Events") } @spaces;
    is_deeply [grep { $seen{$_} > 1 } keys %seen], [], '... nor are those of Events';
};

is_deeply [map { $_->violations } @servers], [], 'every answer is as the description says';
$_->stop for @servers;
done_testing;
