# taskrouterctl flush makes the calls that CGI processes left in the store; taskrouterctl outbox shows them.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use TaskRouter::Ctl;
use TaskRouter::Fixture qw($operator_token $auth_token operator write_configuration);
use TaskRouter::Outbox;
use TaskRouter::Process qw(time_limit wait_until);
use TaskRouter::Responder;

time_limit(60);
my $bench = TaskRouter::Outbox->start;
my $tasks = '/v1/Workspaces/*/Tasks';
my $ctl = TaskRouter::Ctl->new(environment => { TWILIO_ACCOUNT_SID => undef, TWILIO_AUTH_TOKEN => undef });
my $responder = TaskRouter::Responder->prepare(configuration => $bench->configuration);
my $cgi = $responder->cgi_transport;
my @file = (-c => $responder->{file});

sub create {
    my ($n, %option) = @_;
    return $bench->create($cgi, { Attributes => qq({"n":$n}), Outbox => 'true' }, %option);
}

sub flush { return $ctl->run(['flush', @file, @_]) }

# Without the line of names: one hash for each entry.
sub entries {
    my $run = $ctl->run(['outbox', @file]);
    my ($head, @lines) = split /\n/, $run->{out};
    my @names = split /\t/, $head // '';
    return map { my %entry; @entry{@names} = split /\t/, $_, -1; \%entry } @lines;
}

subtest 'the command line' => sub {
    my @rows = (
        [['flush', '--timeout', '0'], 2, qr/^taskrouterctl: --timeout: expected a whole number of seconds from 1 to 86400\n/],
        [['flush', 'now'], 2, qr/^taskrouterctl: unexpected argument: now\n/],
        [['outbox', '--retry', 'x'], 2, qr/^taskrouterctl: --retry: expected the number of an entry\n/],
        [['outbox', '--drop', '0'], 2, qr/^taskrouterctl: --drop: expected the number of an entry\n/],
        [['outbox', '--drop', '1', '--retry', '1'], 2, qr/^taskrouterctl: --retry and --drop exclude each other\n/],
        [['outbox', @file, '--drop', '1'], 1, qr/^taskrouterctl: there is no such entry: .* is not there yet/],
    );
    for (@rows) {
        my $run = $ctl->run($_->[0]);
        is $run->{status}, $_->[1], "@{ $_->[0] }: status $_->[1]";
        like $run->{err}, $_->[2], '... and says why';
    }
    my $without = write_configuration($ctl->directory . '/without.json');
    for (['flush', 'nothing to flush'], ['outbox', 'no outbox']) {
        my $run = $ctl->run([$_->[0], -c => $without]);
        is $run->{status}, 78, "$_->[0] without store.file: status 78";
        like $run->{err}, qr/^taskrouterctl: store\.file is not set: there is $_->[1]\n/, '... and says why';
    }
};

subtest 'nothing to do' => sub {
    my $run = flush();
    is "$run->{status}$run->{out}$run->{err}", 0, 'says nothing';
    is_deeply [entries()], [], 'there are no entries';
    ok !-e $bench->store, 'and makes no store, which would be another user\'s';
    is $cgi->request({ method => 'GET', target => '/taskrouter/events', headers => [operator()] })->{status}, 200,
        'the program makes it';
    $run = flush();
    is "$run->{status}$run->{out}$run->{err}", 0, 'there is still nothing to do';
    $run = $ctl->run(['outbox', @file, '--retry', '7']);
    is $run->{status}, 1, 'an entry that is not there: status 1';
    like $run->{err}, qr/^taskrouterctl: there is no entry 7 that waits/, '... and says so';
};

subtest 'TaskRouter was away' => sub {
    $bench->server->stop;
    my @answers = map { create($_) } 1 .. 3;
    is_deeply [map { $_->{status} } @answers], [202, 202, 202], 'three Tasks are queued' or diag $answers[0]{body};
    my $began = time;
    my $run = flush('--timeout', 4);
    is $run->{status}, 1, 'it still is: status 1';
    cmp_ok time - $began, '>=', 2, '... and was tried again as long as there was time';
    is $run->{out}, "done 0, too late 0, failed 0, left 3\n", 'and the numbers';
    my @entries = entries();
    is_deeply [map { "$_->{kind} $_->{state}" } @entries], [('create_task waiting') x 3], 'three entries wait';
    like $entries[0]{error}, qr/127\.0\.0\.1/, 'and why';
    $bench->server->run;
    is_deeply $bench->numbers(0), [], 'there is no Task yet';
    $run = flush();
    is $run->{status}, 0, 'status 0' or diag $run->{err};
    is $run->{out}, "done 3, too late 0, failed 0, left 0\n", 'and the numbers';
    is_deeply $bench->numbers(3), [1 .. 3], 'the Tasks are there, in order';
};

subtest 'one that TaskRouter refuses, and what an operator can do' => sub {
    my $workflow = $bench->{workflow};
    $bench->fault(do => 'status', status => 429, method => 'POST', route => $tasks, count => 2);
    is create(4)->{status}, 202, 'queued';
    is create(5)->{status}, 202, 'and one behind it';
    # A Workflow that is gone when the time has come.
    $bench->fault(do => 'status', status => 400, method => 'POST', route => $tasks, count => 1);
    my $run = flush('-v');
    is $run->{status}, 1, 'status 1';
    is $run->{out}, "done 1, too late 0, failed 1, left 0\n", 'one is done, one has failed';
    like $run->{err}, qr/result=failed .*error="?TaskRouter answered 400/, 'and why';
    my ($entry) = entries();
    is $entry->{state}, 'failed', 'it is listed';
    $run = $ctl->run(['outbox', @file, '--retry', $entry->{number}]);
    is $run->{status}, 0, 'tried again' or diag $run->{err};
    is flush()->{out}, "done 1, too late 0, failed 0, left 0\n", 'it is done';
    is_deeply [sort @{ $bench->numbers(5) }], [1 .. 5], 'all are there, once';
    $bench->clear_faults;
    $bench->server->stop;
    create(6);
    ($entry) = entries();
    is $ctl->run(['outbox', @file, '--drop', $entry->{number}])->{status}, 0, 'dropped';
    is_deeply [entries()], [], 'it is gone';
    $bench->server->run;
};

subtest 'beside a running server, and twice at once' => sub {
    $bench->server->stop;
    is create($_)->{status}, 202, "queued $_" for 11 .. 20;
    my $server = $bench->responder;
    my @flushes = map { $ctl->start(['flush', @file, '--timeout', 20]) } 1, 2;
    $bench->server->run;
    is_deeply [@{ $bench->numbers(15) }[5 .. 14]], [11 .. 20], 'in order';
    $_->wait_end(25) for @flushes;
    is scalar(my @all = $bench->tasks), 15, 'each once';
    $server->stop;
};

unlike $ctl->said, qr/\Q$_\E/, 'no secret is printed' for $auth_token, $operator_token;
done_testing;
