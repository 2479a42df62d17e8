# Changes of Workers and Tasks that wait in the outbox: done in order, repeated without harm, merged into attributes that others
# write at the same time, given up for objects that are gone.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::PP ();
use Test::More;
use TaskRouter::Outbox;
use TaskRouter::Process qw(time_limit wait_until run_command program_path program_copy write_file);
use TaskRouter::Signature qw(form_body sid);
use Time::HiRes qw(sleep);

time_limit(60);
my $bench = TaskRouter::Outbox->start(outbox => { give_up => 5 });
my ($server, $space) = ($bench->server, $bench->space);
my $json = JSON::PP->new->utf8->canonical;
my $responder = $bench->responder;
my $log = sub { $responder->output };

# Puts an order in, as another process would.
sub add {
    my ($kind, $object, $form, $extra) = @_;
    my $path = '/v1' . $space->path($kind =~ /task/ ? 'Tasks' : 'Workers', $object);
    my $run = run_command([program_path('t/unit/ledger_outbox.t'), 'add', $bench->store, $kind, $object, $path,
        form_body(@$form), defined $extra ? $json->encode($extra) : '']);
    is $run->{status}, 0, "$kind: put in" or diag $run->{err};
}

sub worker { return $server->fetched($space->path('Workers', $_[0]{sid})) }
sub task   { return $server->fetched($space->path('Tasks', $_[0]{sid})) }

# How many calls of each result the log tells of.
sub results {
    my %count;
    $count{$_}++ for $log->() =~ / outbox number=\d+ kind=\w+ result=(\w+)/g;
    return \%count;
}

sub until_result {
    my ($result, $count) = @_;
    return ok wait_until(10, sub { (results()->{$result} // 0) >= $count }), "$count times: $result"
        || diag($log->());
}

$space->new_activity('Busy', 0);
my $alice = $space->worker('Alice', { languages => ['en'], note => 'keep' });
my $task = $space->task($bench->{workflow}, { n => 1 });

subtest 'what to set is set' => sub {
    add('update_worker', $alice->{sid}, [ActivitySid => $space->activity('Busy')]);
    add('restore_worker', $alice->{sid}, [ActivitySid => $space->activity('Available')]);
    add('update_task', $task->{sid}, [Priority => 7]);
    until_result(done => 3);
    is worker($alice)->{activity_name}, 'Available', 'in order';
    is task($task)->{priority}, 7, 'of Tasks, too';
    like $log->(), qr/ kind=$_->[0] result=done $_->[1]=$_->[2]{sid} /, "$_->[0]: the log names the $_->[1]"
        for ['update_worker', 'worker', $alice], ['restore_worker', 'worker', $alice], ['update_task', 'task', $task];
};

subtest 'attributes are merged' => sub {
    add('update_worker', $alice->{sid}, [FriendlyName => 'Alicia'], { merge => { languages => ['es'], last => 'WR1' } });
    add('update_worker', $alice->{sid}, [], { merge => { last => 'WR2' } });
    until_result(done => 5);
    is_deeply $json->decode(worker($alice)->{attributes}), { languages => ['es'], note => 'keep', last => 'WR2' }, 'at the top';
    is worker($alice)->{friendly_name}, 'Alicia', 'beside what else is to be set';
};

subtest 'somebody else writes at the same time' => sub {
    # The answer to what was read comes late, so that it is old.
    $bench->fault(do => 'delay', seconds => 0.5, executed => 'true', method => 'GET', route => '/v1/Workspaces/*/Tasks/*',
        count => 1);
    add('update_task', $task->{sid}, [], { merge => { mine => 1 } });
    my ($hit) = wait_until(5, sub { $server->fetched('/_local/faults')->{faults}[0]{hits} });
    $server->updated($space->path('Tasks', $task->{sid}), Attributes => '{"n":2,"theirs":1}');
    until_result(done => 6);
    cmp_ok results()->{again} // 0, '>', 0, 'it was told so';
    is_deeply $json->decode(task($task)->{attributes}), { n => 2, theirs => 1, mine => 1 }, 'and nothing is lost';
    $bench->clear_faults;
};

subtest 'only if it is still so' => sub {
    my $done = results()->{done};
    add('restore_worker', $alice->{sid}, [ActivitySid => $space->activity('Busy')],
        { only_if => { activity_sid => $space->activity('Offline') } });
    until_result(late => 1);
    is worker($alice)->{activity_name}, 'Available', 'it is not';
    like $log->(), qr/result=late .*error="?activity_sid is \\"WA\w+\\", not \\"WA/, 'and the log says what it is';
    add('restore_worker', $alice->{sid}, [ActivitySid => $space->activity('Busy')],
        { only_if => { activity_sid => $space->activity('Available'), friendly_name => 'Alicia' } });
    until_result(done => $done + 1);
    is worker($alice)->{activity_name}, 'Busy', 'it is';
};

subtest 'calls that go wrong are repeated' => sub {
    my $done = results()->{done};
    my @others;
    my @faults = ({ do => 'status', status => 429 }, { do => 'status', status => 500 }, { do => 'status', status => 401 },
        { do => 'cut', keep => 'nothing', executed => 'true' }, { do => 'cut', keep => 'half' },
        { do => 'delay', seconds => 2, executed => 'true' });
    for my $n (1 .. @faults) {
        push @others, $space->task($bench->{workflow}, { n => $n });
        $bench->fault(%{ $faults[$n - 1] }, method => 'POST', route => "/v1/Workspaces/*/Tasks/$others[-1]{sid}", count => 1);
    }
    add('update_task', $others[$_ - 1]{sid}, [Priority => 10 + $_], $_ % 2 ? { merge => { m => $_ } } : undef) for 1 .. @faults;
    until_result(done => $done + @faults);
    for my $n (1 .. @faults) {
        my $fault = $faults[$n - 1];
        is task($others[$n - 1])->{priority}, 10 + $n, ($fault->{status} // $fault->{do}) . ': it is done in the end';
    }
    is scalar(grep { $_->{hits} == 1 } @{ $server->fetched('/_local/faults')->{faults} }), scalar @faults, 'each had its fault';
    $bench->clear_faults;
};

subtest 'too late' => sub {
    my $late = results()->{late};
    my $gone = $space->task($bench->{workflow}, { n => 99 });
    $server->deleted($space->path('Tasks', $gone->{sid}));
    add('update_task', $gone->{sid}, [Priority => 1]);
    add('update_task', $gone->{sid}, [], { merge => { a => 1 } });
    until_result(late => $late + 2);
    # A Task that is completed cannot be completed: but an answer was lost, so it may have been this very call.
    my $ended = $space->task($bench->{workflow}, { n => 98 });
    $bench->fault(do => 'cut', keep => 'nothing', executed => 'true', method => 'POST', route => '/v1/Workspaces/*/Tasks/*',
        count => 1);
    add('update_task', $ended->{sid}, [AssignmentStatus => 'canceled', Reason => 'test']);
    until_result(late => $late + 3);
    is task($ended)->{assignment_status}, 'canceled', 'it was this call';
    $bench->clear_faults;
};

subtest 'what TaskRouter refuses, and what never succeeds, has failed' => sub {
    add('update_task', $task->{sid}, [Priority => 'high']);
    until_result(failed => 1);
    like $log->(), qr/ rest outbox=\d+ operation=follow_up status=400 twilio_request_id=/, 'the call has no error of its own';
    add('update_worker', $alice->{sid}, [], { merge => { a => 'x' x 4096 } });
    until_result(failed => 2);
    my $late = results()->{late};
    $bench->fault(do => 'status', status => 503, method => 'POST', route => '/v1/Workspaces/*/Workers/*', count => 1);
    add('update_worker', $alice->{sid}, [ActivitySid => sid('WA', 99)]);
    until_result(failed => 3);
    is results()->{late}, $late, '... also where TaskRouter failed before it refused';
    $bench->clear_faults;
    like $log->(), qr/result=failed .*error="?expected at most 4096 characters, got 4\d\d\d once they are merged/, 'and why';
    $bench->fault(do => 'status', status => 503, method => 'POST', route => '/v1/Workspaces/*/Workers/*');
    add('update_worker', $alice->{sid}, [FriendlyName => 'Never']);
    until_result(failed => 4);
    like $log->(), qr/ error outbox number=\d+ kind=update_worker result=failed/, 'as an error';
    $bench->clear_faults;
};

$responder->stop;
done_testing;
