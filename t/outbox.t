# The outbox against taskrouterd: Tasks that TaskRouter cannot take now arrive later, in order, once.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use TaskRouter::HTTP;
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

# The first has told who asked that it waits; the others hit what the responder does by itself.
subtest 'TaskRouter has a bad day' => sub {
    my @faults = ({ do => 'status', status => 429 }, { do => 'status', status => 503, retry_after => 0 }, { do => 'status', status => 503 },
        { do => 'status', status => 401 }, { do => 'status', status => 500, executed => 'true' },
        { do => 'cut', keep => 'nothing', executed => 'true' }, { do => 'cut', keep => 'nothing' },
        { do => 'cut', keep => 'half', executed => 'true' }, { do => 'delay', seconds => 2, executed => 'true' });
    $bench->fault(%$_, count => 1, method => 'POST', route => $tasks) for @faults;
    my @answers = map { $bench->create(($responder, $other)[$_ % 2], form($count + $_), key => "day-$_") } 1 .. 8;
    is_deeply [map { $_->{status} } @answers], [(202) x 8], 'all are queued';
    is $answers[0]{json}{outbox}, 'queued', 'as the answer says';
    is_deeply [map { header($_, 'TaskRouter-Outbox-Number') } @answers], [map { $_->{json}{number} } @answers], 'under numbers';
    my $numbers = $bench->numbers($count + 8, 30);
    is_deeply [@$numbers[$count .. $#$numbers]], [$count + 1 .. $count + 8], 'they arrive in order, each once';
    $count += 8;
    is_deeply [map { $_->{hits} } @{ $bench->server->fetched('/_local/faults')->{faults} }], [(1) x @faults], 'each fault was met';
    my $answer;
    wait_until(10, sub { $answer = $bench->create($other, form($count), key => 'day-8'); $answer->{status} == 200 });
    is header($answer, 'Idempotency-Replayed'), 'true', 'the key tells what became of it';
    is $answer->{json}{n}, $count, 'the Task';
    $bench->clear_faults;
};

sub gauges {
    my $text = TaskRouter::HTTP->new(port => $responder->{port})->request(method => 'GET', target => '/taskrouter/metrics')->{body};
    return map { $text =~ /^taskrouter_outbox_$_ (\S+)$/m ? $1 : 'none' } qw(depth age_seconds);
}

subtest 'TaskRouter is away, and comes back' => sub {
    $bench->server->stop;
    my @answers = map { $bench->create(($responder, $other)[$_ % 2], form($count + $_)) } 1 .. 10;
    is_deeply [map { $_->{status} } @answers], [(202) x 10], 'all are queued';
    my $key = $bench->create($responder, { Attributes => '{"n":0}' }, key => 'away');
    is $key->{status}, 502, 'a key alone is not';
    my @same = map { $bench->create($responder, form($count + 11), key => 'twice') } 1 .. 2;
    is_deeply [map { [$_->{status}, TaskRouter::Outbox::header($_, 'idempotency-replayed')] } @same], [[202, undef], [202, 'true']],
        'who asks again is told that he did';
    my ($depth, $age);
    ok wait_until(5, sub { ($depth, $age) = gauges(); $age > 1 }), 'the metrics tell since when';
    is $depth, 11, 'and how many';
    $bench->server->run;
    $count += 11;
    my $numbers = $bench->numbers($count);
    is_deeply [@$numbers[-11 .. -1]], [$count - 10 .. $count], 'they arrive in order';
    is scalar @$numbers, $count, 'each once';
    ok wait_until(5, sub { "@{[ gauges() ]}" eq '0 0' }), 'the metrics tell that nothing is left';
};


$_->stop for $responder, $other;
done_testing;
