# kill -9 of the responder at any moment, while TaskRouter's answers get lost: every create_task that was answered 200 or 202 is
# exactly one Task in the end, and a key is never two, whatever became of its requests.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use TaskRouter::Ctl;
use TaskRouter::Outbox;
use TaskRouter::Process qw(time_limit wait_until);
use Time::HiRes qw(sleep);

my $rounds = $ENV{TASKROUTER_LONG} ? 1000 : 20;
my $clients = 6;
time_limit(240);
my $bench = TaskRouter::Outbox->start(rest => { timeout => 0.6 }, outbox => { settle => 0.2 });
my $tasks = '/v1/Workspaces/*/Tasks';
my ($last, %accepted, %sent, @pending) = (0);

# Half of the calls go wrong, one way or another: carried out or not, and mostly without anybody knowing.
sub spoil {
    $bench->fault(method => 'POST', route => $tasks, share => $_->[0], %{ $_->[1] }) for
        [0.15, { do => 'cut', keep => 'nothing', executed => 'true' }], [0.1, { do => 'cut', keep => 'half', executed => 'true' }],
        [0.1, { do => 'cut', keep => 'nothing' }], [0.1, { do => 'status', status => 500, executed => 'true' }],
        [0.1, { do => 'status', status => 429 }], [0.1, { do => 'delay', seconds => 0.9 }];
}

# Every third with a key alone, every third with the outbox alone, and every third with both.
sub fresh {
    my $n = ++$last;
    return { n => $n, key => $n % 3 == 1 ? undef : "key-$n", outbox => $n % 3 != 0 };
}

sub send_request {
    my ($responder, $order) = @_;
    my $request = $bench->begin($responder, { Attributes => qq({"n":$order->{n}}), Outbox => $order->{outbox} ? 'true' : 'false' },
        key => $order->{key}) or return;
    $sent{ $order->{n} }++;
    $request->{order} = $order;
    return $request;
}

# A client with a key comes again until it knows; one without does not: his request may be a Task or none.
sub settle_request {
    my $request = shift;
    my $order = $request->{order};
    my ($status) = $bench->finish(0, $request);
    if ($status == 200 || $status == 202) { $accepted{ $order->{n} } = $status }
    elsif (defined $order->{key}) { push @pending, $order }
    return $status || 'none';
}

my (%answers, $killed) = ();
spoil();
for my $round (1 .. $rounds) {
    my $responder = $bench->responder;
    # Some that are still to be known, and new ones.
    my @orders = splice @pending, 0, $clients / 2;
    push @orders, fresh() while @orders < $clients;
    my @requests = grep { $_ } map { send_request($responder, $_) } @orders;
    $bench->finish(0.7 * rand() ** 2, @requests);
    $responder->process->send_signal('KILL');
    $killed++ if wait_until(5, sub { $responder->process->ended });
    $bench->finish(2, @requests);
    $answers{ settle_request($_) }++ for @requests;
}
is $killed, $rounds, "$rounds responders were killed";
note join ', ', map { "$_: $answers{$_}" } sort keys %answers;

# The end: nothing is lost any more, and who has a key asks until he knows.
$bench->clear_faults;
my $responder = $bench->responder(rest => { timeout => 5, connect_timeout => 0.5 });
# There may be as many searches to be made, at three a second.
wait_until(30 + @pending, sub {
    my @requests = grep { $_ } map { send_request($responder, $_) } splice @pending, 0, $clients;
    $bench->finish(8, @requests);
    settle_request($_) for @requests;
    sleep 0.1 if @pending;
    return !@pending;
});
is scalar @pending, 0, 'every key got its Task';
my $ctl = TaskRouter::Ctl->new(environment => { TWILIO_ACCOUNT_SID => undef, TWILIO_AUTH_TOKEN => undef });
my $left = wait_until(60, sub {
    my $run = $ctl->run(['outbox', -c => $responder->{file}]);
    return $run->{out} eq '' && $run->{status} == 0;
});
ok $left, 'the outbox is empty' or diag $ctl->run(['outbox', -c => $responder->{file}])->{out};

my %there;
$there{ $_->{n} }++ for $bench->attributes;
is_deeply [grep { !$there{$_} } sort { $a <=> $b } keys %accepted], [], 'what was answered 200 or 202 is a Task';
is_deeply [grep { $there{$_} > 1 } sort { $a <=> $b } keys %there], [], 'nothing is two Tasks';
is_deeply [grep { !$sent{$_} } keys %there], [], 'nobody made others';
cmp_ok scalar(keys %accepted), '>', $rounds, scalar(keys %accepted) . ' requests were accepted, ' . scalar(keys %there) . ' Tasks made';
$responder->stop;
done_testing;
