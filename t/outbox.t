# The outbox against taskrouterd: Tasks that TaskRouter cannot take now arrive later, in order, once; a key gets the same Task
# across processes and restarts, whatever became of the first request.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use TaskRouter::Outbox;
use TaskRouter::Process qw(time_limit wait_until);

time_limit(120);
my $bench = TaskRouter::Outbox->start;
my $tasks = '/v1/Workspaces/*/Tasks';

sub header { return TaskRouter::Outbox::header(@_) }

my $responder = $bench->responder;
my $other     = $bench->responder;
my $count     = 0;

sub form { return { Attributes => qq({"n":$_[0]}), outbox => 'true' } }

subtest 'at once, where TaskRouter takes it' => sub {
    my $answer = $bench->create($responder, form(++$count));
    is $answer->{status}, 200, 'answered 200' or diag $answer->{body};
    is $answer->{json}{n}, $count, 'with the attributes';
    like $answer->{json}{idempotency_key}, qr/^[0-9a-f]{32}$/, 'and the key that was put in';
    like header($answer, 'TaskRouter-Task-Sid'), qr/^WT/, 'and the SID';
    is scalar(my @all = $bench->tasks), $count, 'there is one Task';
};

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
    subtest "$what, with the outbox" => sub {
        $bench->fault(%$parameters, method => 'POST', route => $tasks);
        my $answer = $bench->create($responder, form(++$count), key => "outbox $what" =~ tr/ /-/r);
        is $answer->{status}, 202, 'answered 202' or diag $answer->{body};
        is $answer->{json}{outbox}, 'queued', 'queued';
        is header($answer, 'TaskRouter-Outbox-Number'), $answer->{json}{number}, 'under a number';
        my $behind = $bench->create($other, form(++$count));
        is $bench->numbers($count)->[$count - 1], $count, 'both arrive, in order';
        wait_until(10, sub { $answer = $bench->create($other, form($count - 1), key => "outbox $what" =~ tr/ /-/r);
            $answer->{status} == 200 });
        is header($answer, 'Idempotency-Replayed'), 'true', 'the key tells what became of it';
        is $answer->{json}{n}, $count - 1, 'the Task';
        is scalar(my @all = $bench->tasks), $count, 'each once';
        $bench->clear_faults;
    };
}

subtest 'TaskRouter is away, and comes back' => sub {
    $bench->server->stop;
    my @answers = map { $bench->create(($responder, $other)[$_ % 2], form($count + $_)) } 1 .. 10;
    is_deeply [map { $_->{status} } @answers], [(202) x 10], 'all are queued';
    my $key = $bench->create($responder, { Attributes => '{"n":0}' }, key => 'away');
    is $key->{status}, 502, 'a key alone is not';
    sleep 1;
    $bench->server->run;
    $count += 10;
    my $numbers = $bench->numbers($count);
    is_deeply [@$numbers[-10 .. -1]], [$count - 9 .. $count], 'they arrive in order';
    is scalar @$numbers, $count, 'each once';
};

is_deeply [grep { !/again|store/ } grep { /level=error|ERROR/ } split /\n/, $responder->output . $other->output], [], 'no error is logged';
$_->stop for $responder, $other;
done_testing;
