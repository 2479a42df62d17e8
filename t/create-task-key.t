# create_task with an Idempotency-Key, against taskrouterd: the same key gets the same Task across processes and restarts, whatever
# became of the first request.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use TaskRouter::Outbox;
use TaskRouter::Process qw(time_limit wait_until program_path);

time_limit(120);
my $bench = TaskRouter::Outbox->start;
my $tasks = '/v1/Workspaces/*/Tasks';

sub header { return TaskRouter::Outbox::header(@_) }

my $responder = $bench->responder;
my $other     = $bench->responder;
my $count     = 0;

subtest 'a key' => sub {
    my %form = (Attributes => '{"n":' . ++$count . ', "called": "+15005550006"}');
    my $first = $bench->create($responder, \%form, key => 'order 1');
    is $first->{status}, 400, 'a blank in a bare key is refused';
    like $first->{json}{detail}, qr/^Idempotency-Key: expected 1 to 255/, 'by name';
    $first = $bench->create($responder, \%form, key => 'order-1');
    is $first->{status}, 200, 'the first request' or diag $first->{body};
    is header($first, 'Idempotency-Replayed'), undef, 'is no replay';
    for ([$responder, 'the same process'], [$other, 'another process']) {
        my $again = $bench->create($_->[0], \%form, key => '"order-1"');
        is $again->{status}, 200, "$_->[1]: again";
        is $again->{body}, $first->{body}, "$_->[1]: the same attributes";
        is header($again, 'TaskRouter-Task-Sid'), header($first, 'TaskRouter-Task-Sid'), "$_->[1]: the same Task";
        is header($again, 'Idempotency-Replayed'), 'true', "$_->[1]: and says so";
    }
    my $whole = $bench->create($other, \%form, key => 'order-1', headers => [['Prefer', 'return=representation']]);
    is $whole->{json}{sid}, header($first, 'TaskRouter-Task-Sid'), 'the whole Task, where that is preferred';
    my $restarted = $bench->responder;
    is header($bench->create($restarted, \%form, key => 'order-1'), 'Idempotency-Replayed'), 'true', 'after a start';
    my $different = $bench->create($other, { %form, Priority => 3 }, key => 'order-1');
    is $different->{status}, 422, 'other parameters are refused';
    like $different->{json}{detail}, qr/^Idempotency-Key: was given with other parameters/, 'by name';
    is scalar(my @all = $bench->tasks), $count, 'there is one Task';
    $restarted->stop;
};

subtest 'refused requests leave the key alone' => sub {
    my $refused = $bench->create($responder, { Attributes => '{}', WorkflowSid => 'WW' . 'f' x 32 }, key => 'order-2');
    is $refused->{status}, 502, 'TaskRouter refuses it' or diag $refused->{body};
    my $outbox = $bench->create($responder, { Attributes => '{}', WorkflowSid => 'WW' . 'f' x 32, Outbox => 'true' });
    is $outbox->{status}, 502, 'and the outbox does not help';
    my $good = $bench->create($responder, { Attributes => '{"n":' . ++$count . '}' }, key => 'order-2');
    is $good->{status}, 200, 'the key is as good as new' or diag $good->{body};
};

subtest 'attributes' => sub {
    my @rows = (
        ['{"idempotency_key":"x"}', qr/^Attributes: expected none of the name idempotency_key/],
        ['{"idempotency_key":null}', qr/^Attributes: expected none of the name idempotency_key/],
        ['{"a":"' . 'x' x 4060 . '"}', qr/^Attributes: expected at most 4096 characters, got 4\d\d\d with the idempotency_key/],
    );
    for (@rows) {
        my $answer = $bench->create($responder, { Attributes => $_->[0] }, key => 'order-3');
        is $answer->{status}, 400, substr($_->[0], 0, 30);
        like $answer->{json}{detail}, $_->[1], 'and why';
    }
    my $empty = $bench->create($responder, { Attributes => " { }\n" }, key => 'order-4');
    is $empty->{status}, 200, 'an empty object' or diag $empty->{body};
    like $empty->{body}, qr/^\{ ?"idempotency_key":"\w+"\}$/, 'has the key then';
    $count++;
};

# What TaskRouter does, and what create_task answers: to a key alone, and to the outbox.
my @faults = (
    ['429', { do => 'status', status => 429, count => 1 }, 503],
    ['503 with Retry-After', { do => 'status', status => 503, retry_after => 9, count => 1 }, 503],
    ['503', { do => 'status', status => 503, count => 1 }, 503],
    ['500', { do => 'status', status => 500, count => 1 }, 502],
    ['500 for what it did', { do => 'status', status => 500, executed => 'true', count => 1 }, 502],
    ['no answer to what it did', { do => 'cut', keep => 'nothing', executed => 'true', count => 1 }, 502],
    ['no answer', { do => 'cut', keep => 'nothing', count => 1 }, 502],
    ['half an answer', { do => 'cut', keep => 'half', executed => 'true', count => 1 }, 502],
    ['an answer too late', { do => 'delay', seconds => 3, count => 1 }, 504],
);
for my $fault (@faults) {
    my ($what, $parameters, $status) = @$fault;
    subtest "$what, with a key" => sub {
        my %form = (Attributes => '{"n":' . ++$count . '}');
        $bench->fault(%$parameters, method => 'POST', route => $tasks);
        my $answer = $bench->create($responder, \%form, key => "fault $what" =~ tr/ /-/r);
        is $answer->{status}, $status, "answered $status" or diag $answer->{body};
        my $again = $bench->create($other, \%form, key => "fault $what" =~ tr/ /-/r);
        is $again->{status}, 200, 'again, to another process: 200' or diag $again->{body};
        is $again->{json}{n}, $count, 'the Task';
        is_deeply $bench->numbers($count)->[-1], $count, 'is there';
        is scalar(my @all = $bench->tasks), $count, 'once';
        $bench->clear_faults;
    };
}

subtest 'searches keep to what TaskRouter allows' => sub {
    $bench->server->updated('/_local/rate_limits', enabled => 'true');
    $bench->fault(do => 'status', status => 500, executed => 'true', method => 'POST', route => $tasks, count => 8);
    my @keys = map { "limit-$_" } 1 .. 8;
    my %form = map { $_ => { Attributes => '{"n":' . ++$count . '}' } } @keys;
    is $bench->create($responder, $form{$_}, key => $_)->{status}, 502, "$_: 502" for @keys;
    my @requests = map { $bench->begin(($responder, $other)[$_ % 2], $form{ $keys[$_] }, key => $keys[$_]) } 0 .. 7;
    my %status;
    $status{$_}++ for $bench->finish(10, @requests);
    is_deeply [grep { !/^(?:200|503)$/ } keys %status], [], 'each is answered, or told to come again';
    cmp_ok $status{200} // 0, '>=', 2, 'some at once';
    for my $key (@keys) {
        ok wait_until(10, sub { $bench->create($other, $form{$key}, key => $key)->{status} == 200 }), "$key: in the end";
    }
    is scalar(my @all = $bench->tasks), $count, 'each is one Task';
    my ($limit) = grep { $_->{name} eq 'EvaluateTaskAttributes' } @{ $bench->server->fetched('/_local/rate_limits')->{rate_limits} };
    cmp_ok $limit->{passed}, '>=', 8, 'they were looked for';
    # On a busy machine one may be late, and the next ones not.
    cmp_ok $limit->{refused}, '<=', 1, 'and TaskRouter did not refuse it';
    $bench->server->updated('/_local/rate_limits', enabled => 'false');
};

subtest 'a store that cannot be written' => sub {
    my $impatient = $bench->responder(store => { file => $bench->store, timeout => 0.2 });
    my $writer = hold_store();
    for ([{ Attributes => '{}' }, 'locked', 'a key'], [{ Attributes => '{}', Outbox => 'true' }, undef, 'the outbox']) {
        my $answer = $bench->create($impatient, $_->[0], key => $_->[1]);
        is $answer->{status}, 503, "$_->[2]: 503" or diag $answer->{body};
        is header($answer, 'Retry-After'), 1, 'with Retry-After';
        is $answer->{json}{detail}, 'the store failed, so nothing was sent to TaskRouter', 'and the reason, without the file';
    }
    is scalar(my @all = $bench->tasks), $count, 'nothing was sent';
    is $bench->create($impatient, { Attributes => '{"n":' . ++$count . '}' })->{status}, 200, 'without either: 200 all the same';
    close $writer->{input};
    $writer->{process}->wait_end(5);
    is $bench->create($impatient, { Attributes => '{"n":' . ++$count . '}' }, key => 'locked')->{status}, 200, 'the key afterwards';
    $impatient->stop;
};

# Another process that has the store locked until its input ends.
sub hold_store {
    pipe my $output, my $input or die "pipe: $!";
    my $process = TaskRouter::Process->start(command => [program_path('t/unit/ledger.t'), 'hold', $bench->store], stdin => $output,
        keep_user => 1, ready => { line => qr/(\w+)/ });
    close $output;
    return { process => $process, input => $input };
}

subtest 'no store' => sub {
    my $without = $bench->responder(store => undef);
    for ([{ Attributes => '{}' }, 'x', 'Idempotency-Key'], [{ Attributes => '{}', Outbox => 'true' }, undef, 'Outbox']) {
        my $answer = $bench->create($without, $_->[0], key => $_->[1]);
        is $answer->{status}, 501, "$_->[2]: 501";
        is $answer->{json}{detail}, "$_->[2] needs store.file, which is not configured", 'and why';
    }
    is $bench->create($without, { Attributes => '{"n":' . ++$count . '}', Outbox => 'false' })->{status}, 200, 'without either: 200';
    $without->stop;
};

$_->stop for $responder, $other;
done_testing;
