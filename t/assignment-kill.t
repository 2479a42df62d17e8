# kill -9 of responders, at any moment, while they answer callbacks and do the work that goes with the answers: in the end
# each Reservation that got the rule's answer has had its work done exactly once, and none twice. 20 rounds; 1,000 with
# TASKROUTER_LONG. taskrouterd is the TaskRouter, and its Events tell what was done.
#
# Two responders on one store: the Workflow's callback URL is the one's, its fallback URL the other's.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::PP ();
use Test::More;
use TaskRouter::Preload qw(preload);
use TaskRouter::Process qw(time_limit temporary_directory free_port find_command run_command wait_until);
use TaskRouter::Responder;
use TaskRouter::Taskrouterd;
use Time::HiRes qw(sleep time);

my $rounds = $ENV{TASKROUTER_LONG} ? 1000 : 20;
my $workers = 6;
my $seed = $ENV{TASKROUTER_SEED} // int(time);
time_limit($rounds * 9 + 60);
srand $seed;
diag "TASKROUTER_SEED=$seed";

my $server = TaskRouter::Taskrouterd->start;
my $space = $server->new_workspace(MultiTaskEnabled => 'true');
my $busy = $space->new_activity('Busy', 0)->{sid};
my $store = temporary_directory() . '/store.db';
my $slow_disk = preload('slow-disk', SLOW_DISK => 2000) // {};
my @responders = map { prepare() } 1, 2;
start($_) for @responders;
my $queue = $space->queue('All', TargetWorkers => '1 == 1');
my $workflow = $space->workflow('All', { filters => [{ filter_friendly_name => 'own', expression => '1 == 1',
    targets => [{ queue => $queue->{sid}, expression => 'task.number == worker.number' }] }] },
    AssignmentCallbackUrl => "$responders[0]{url}/assignment_callback",
    FallbackAssignmentCallbackUrl => "$responders[1]{url}/assignment_callback");

# The work leaves the Reservation's SID behind, so that Events tell for which one it was done.
sub prepare {
    my $port = free_port();
    my $url = "http://127.0.0.1:$port/taskrouter";
    my $note = { done_for => '${reservation_sid}' };
    my $program = TaskRouter::Responder->prepare(configuration => { api_url => $server->base_url, public_url => $url,
        workspace_sid => $space->sid, store => { file => $store }, outbox => { settle => 0.2 },
        rest => { connect_timeout => 0.5, timeout => 0.6 }, assignment => {
            fallback => { instruction => 'reject' },
            rules => [{ name => 'all', answer => { instruction => 'accept' }, then => {
                worker => { activity_sid => $busy, attributes => $note }, task => { attributes => $note } } }] } });
    return { program => $program, port => $port, url => $url };
}

sub start {
    my ($responder, $environment) = @_;
    $responder->{process} = TaskRouter::Process->start(name => 'responder', environment => $environment // {},
        directory => $responder->{program}{directory},
        command => $responder->{program}->command('-l', "127.0.0.1:$responder->{port}"), ready => { line => qr/listening on/ });
}

sub kill_it {
    my $responder = shift;
    $responder->{process}->send_signal('KILL');
    $responder->{process}->wait_end(5);
}

# How often each Reservation's work was done, by the Events of these objects.
sub count_work {
    my ($property, $type, @objects) = @_;
    my %count;
    for my $object (@objects) {
        for my $event ($space->events("${property}Sid" => $object->{sid}, EventType => $type, PageSize => 1000)) {
            my $attributes = JSON::PP::decode_json($event->{event_data}{ lc($property) . '_attributes' } || '{}');
            $count{ $attributes->{done_for} }++ if $attributes->{done_for};
        }
    }
    return \%count;
}

my %tally;
for my $number (1 .. $rounds) {
    my @workers = map { $space->worker("$number.$_", { number => "$number.$_" }) } 1 .. $workers;
    my @tasks = map { $space->task($workflow, { number => "$number.$_" }) } 1 .. $workers;
    sleep 0.15 * rand;
    # Mostly the first, at times both.
    my @killed = $number % 3 ? $responders[ $number % 5 == 0 ] : @responders;
    kill_it($_) for @killed;
    sleep 0.1 * rand if $number % 2;
    start($_, $number % 2 ? $slow_disk : {}) for @killed;

    my %answered;
    wait_until(20, sub {
        my @all = map { $space->reservations($_) } @tasks;
        %answered = map { $_->{sid} => $_->{reservation_status} } @all;
        my $done = count_work('Task', 'task.updated', @tasks);
        my $moved = count_work('Worker', 'worker.attributes.update', @workers);
        return !grep { $answered{$_} eq 'pending' || ($answered{$_} eq 'accepted' && !($done->{$_} && $moved->{$_})) } keys %answered;
    });
    sleep 0.2;    # for what would be done twice
    my @accepted = grep { $answered{$_} eq 'accepted' } sort keys %answered;
    my @wrong;
    for (['Task', 'task.updated', @tasks], ['Worker', 'worker.attributes.update', @workers]) {
        my $count = count_work(@$_);
        for my $reservation (@accepted) {
            push @wrong, "$_->[0] of $reservation: " . ($count->{$reservation} // 0) . ' times' if ($count->{$reservation} // 0) != 1;
        }
        for my $reservation (grep { $answered{$_} ne 'accepted' } sort keys %answered) {
            push @wrong, "$_->[0] of $reservation, $answered{$reservation}: $count->{$reservation} times"
                if ($count->{$reservation} // 0) > 1;
            $tally{'done though not answered'}++ if $count->{$reservation};
        }
    }
    for my $worker (@workers) {
        my @moves = $space->events(WorkerSid => $worker->{sid}, EventType => 'worker.activity.update');
        my $count = grep { ($_->{event_data}{worker_activity_sid} // '') eq $busy } @moves;
        push @wrong, "$worker->{friendly_name} became busy $count times" if $count > 1;
    }
    $tally{$_}++ for values %answered;
    is_deeply \@wrong, [], "round $number: " . scalar(@accepted) . ' answers, the work of each done once'
        or diag grep { !/info request/ } map { $_->{process}->output =~ /(.*\n)/g } @responders;
    $_->{process}->ended and BAIL_OUT('a responder has ended: ' . $_->{process}->output) for @responders;
}
cmp_ok $tally{accepted} // 0, '>', $rounds * $workers / 2, join ', ', map { "$tally{$_} $_" } sort keys %tally;

SKIP: {
    my $sqlite = find_command('sqlite3') or skip 'sqlite3 is not installed', 2;
    $_->{process}->stop for @responders;
    is run_command([$sqlite, $store, 'PRAGMA integrity_check'])->{out}, "ok\n", 'the store is whole';
    is run_command([$sqlite, $store, 'SELECT count(*) FROM answer WHERE holder IS NOT NULL'])->{out}, "0\n",
        'no claim is left';
}
done_testing;
