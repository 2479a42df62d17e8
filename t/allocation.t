# Every allocation outside libfcgi and json-c fails in turn: the program answers rightly, answers 5xx, or ends by itself; it is
# never killed by a signal, never hangs, and never says that something was done that was not.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use TaskRouter::Cases qw(cases case_configuration callback_request event_request);
use TaskRouter::Ctl;
use TaskRouter::Fixture qw(operator);
use TaskRouter::Process qw(time_limit temporary_directory run_command find_command is_sanitized);
use TaskRouter::Responder;
use TaskRouter::Signature qw(sid);
use TaskRouter::StandIn;

plan skip_all => 'sanitizers bring an allocator of their own' if is_sanitized();
my $compiler = find_command('cc', 'gcc', 'clang') or plan skip_all => 'no C compiler';
time_limit($ENV{TASKROUTER_LONG} ? 3600 : 240);

my $directory = temporary_directory();
my $library   = "$directory/fail-allocation.so";
my $compiled  = run_command([$compiler, '-shared', '-fPIC', '-O1', '-o', $library,
    "$FindBin::Bin/preload/fail-allocation.c", '-ldl'], keep_user => 1);
is $compiled->{status}, 0, 'the failing allocator is built' or BAIL_OUT($compiled->{err});
chmod 0755, $library;

my $stand_in  = TaskRouter::StandIn->start;
our $responder = TaskRouter::Responder->prepare(configuration => case_configuration($stand_in));
my %create    = (method => 'GET', target => '/taskrouter/create_task', headers => [operator()]);

# One CGI process in which the n-th allocation fails.
sub run_with {
    my ($n, $request) = @_;
    local $responder->{environment} = { LD_PRELOAD => $library, FAIL_ALLOCATION => $n };
    return $responder->cgi_request($request);
}

# What is wrong with how it ended; undef: nothing.
sub what_is_wrong {
    my ($answer, $good) = @_;
    return 'did not end' if $answer->{exit} < 0;
    return "killed by signal $answer->{signal}" if $answer->{signal};
    return if !length($answer->{raw} // '') && $answer->{exit} != 0;
    my $status = $answer->{status} // 0;
    return "200 with the body '$answer->{body}'" if $status == 200 && $answer->{body} ne $good;
    return "status $status: $answer->{raw}" unless $status == 200 || $status >= 500 || $status == 403 || $status == 400;
    return;
}

# Fails every `step`-th allocation until one run is not disturbed any more.
sub torture {
    my ($name, $request, $good, $most, $step) = @_;
    my (@wrong, %seen);
    for (my $n = 1; $n <= $most; $n += $step) {
        my $answer = run_with($n, $request);
        my $wrong = what_is_wrong($answer, $good);
        push @wrong, "allocation $n: $wrong" if defined $wrong;
        $seen{ $answer->{status} || 'none' }++;
    }
    is_deeply \@wrong, [], "$name: each failure ends well";
    cmp_ok $seen{500} // 0, '>', 0, "... some were felt (" . join(', ', map { "$seen{$_} x $_" } sort keys %seen) . ')';
    cmp_ok $seen{200} // 0, '>', 0, '... and some were not needed';
}

is run_with(0, callback_request())->{status}, 200, 'without a failure a callback is answered';
torture('a callback', callback_request(), '{"instruction":"accept"}', 400, 1);

my ($menu) = grep { $_->{name} eq 'call: the menu' } cases();
is run_with(0, $menu->{request})->{status}, 200, 'without a failure a phone call is answered';
torture('a phone call', $menu->{request}, $menu->{text}, 500, 1);

is run_with(0, \%create)->{status}, 200, 'without a failure a Task is created';
my $attributes = run_with(0, \%create)->{body};
torture('create_task, up to its call', \%create, $attributes, 80, 1);
torture('create_task', \%create, $attributes, 6000, $ENV{TASKROUTER_LONG} ? 1 : 41);

# Pages whose URLs are rewritten, and a change of a resource.
for my $path ('/tasks?Priority=1&AssignmentStatus=pending,reserved&PageSize=5', '/workers?TargetWorkersExpression=a') {
    my %list = (method => 'GET', target => "/taskrouter$path", headers => [operator()]);
    my $page = run_with(0, \%list);
    is $page->{status}, 200, "without a failure $path is answered";
    torture("$path, up to its call", \%list, $page->{body}, 80, 3);
    torture($path, \%list, $page->{body}, 6000, $ENV{TASKROUTER_LONG} ? 1 : 61);
}

# What was said to be stored must be there; what is refused may be.
subtest 'an event callback' => sub {
    my (%status, @stored, @wrong, $felt);
    for (my $n = 1; $n <= 6000; $n += $ENV{TASKROUTER_LONG} ? 1 : $n < 300 ? 3 : 61) {
        my $answer = run_with($n, event_request(change => { Sid => sid('EV', $n) }));
        $status{ $answer->{status} || 'none' }++;
        push @stored, $n if $answer->{status} == 204;
        push @wrong, "allocation $n: status $answer->{status}, signal $answer->{signal}, exit $answer->{exit}"
            if $answer->{signal} || $answer->{exit} < 0 || $answer->{status} && $answer->{status} < 400 && $answer->{status} != 204;
    }
    is_deeply \@wrong, [], 'each failure ends well (' . join(', ', map { "$status{$_} x $_" } sort keys %status) . ')';
    cmp_ok $status{503} // 0, '>', 0, 'some were felt';
    my $list = run_with(0, { method => 'GET', target => '/taskrouter/events?PageSize=1000&EventType=task.created',
        headers => [operator()] });
    is_deeply [grep { my $sid = sid('EV', $_); $list->{body} !~ /"$sid"/ } @stored], [], 'what was stored is there';
};

# Whoever was told of a Task gets the same one for his key later; nobody is told of a Task that is not there.
subtest 'create_task with a key' => sub {
    my (%status, %told, @wrong);
    my $keyed = sub { return { %create, headers => [operator(), ['Idempotency-Key', "allocation-$_[0]"]] } };
    for (my $n = 1; $n <= 8000; $n += $ENV{TASKROUTER_LONG} ? 1 : $n < 200 ? 5 : 83) {
        my $answer = run_with($n, $keyed->($n));
        my $status = $answer->{status} || 'none';
        $status{$status}++;
        $told{$n} = $answer->{headers}{'taskrouter-task-sid'}[0] if $status eq '200';
        push @wrong, "allocation $n: status $status, signal $answer->{signal}, exit $answer->{exit}"
            if $answer->{signal} || $answer->{exit} < 0 || $status =~ /^[1-4]/ && $status !~ /^(?:200|400|403)$/;
    }
    is_deeply \@wrong, [], 'each failure ends well (' . join(', ', map { "$status{$_} x $_" } sort keys %status) . ')';
    cmp_ok $status{500} // 0, '>', 0, 'some were felt';
    # Later ones would be searched for, which the stand-in cannot.
    return if $ENV{TASKROUTER_LONG};
    my %again;
    for my $n (sort { $a <=> $b } keys %told) {
        my $answer = run_with(0, $keyed->($n));
        $again{ $answer->{status} == 409 ? 'later' : ($answer->{headers}{'taskrouter-task-sid'}[0] // '') eq $told{$n} ? 'same'
            : "$n: $answer->{status}" }++;
    }
    # Where the store did not learn of the Task the key is not free before the lease has run out.
    cmp_ok delete $again{same} // 0, '>', delete $again{later} // 0, 'nearly each key gets the Task that it got then';
    is_deeply \%again, {}, 'and the others are told to come again';
};

# Work that goes with an answer is not done where another one was given, or none.
subtest 'a callback with follow-up work' => sub {
    my $own = { instruction => 'conference', from => '+15005550006', map { $_ => 'https://example.com/' . 'x' x 1900 }
        qw(wait_url conference_status_callback status_callback recording_status_callback conference_recording_status_callback) };
    my $rule = { when => 'task.kind == "work"', answer => $own, then => { worker => { activity_sid => sid('WA', 2) } } };
    local $responder = TaskRouter::Responder->prepare(configuration => { api_url => $stand_in->url,
        store => { file => temporary_directory() . '/store.db' },
        assignment => { rules => [$rule, { answer => { instruction => 'accept' } }] } });
    my $ctl = TaskRouter::Ctl->new(environment => { TWILIO_ACCOUNT_SID => undef, TWILIO_AUTH_TOKEN => undef });
    my (%given, %status);
    for (my $n = 0; $n <= 1700; $n += $ENV{TASKROUTER_LONG} || $n >= 1000 ? 1 : 50) {
        my $answer = run_with($n, callback_request(change => { TaskAttributes => '{"kind":"work"}',
            ReservationSid => sid('WR', $n), WorkerSid => sid('WK', $n) }));
        $status{ $answer->{status} || 'none' }++;
        $given{ sid('WK', $n) } = "allocation $n: $answer->{status} $answer->{body}" if $answer->{status};
    }
    my @lanes = grep { exists $given{$_} } $ctl->run(['outbox', -c => $responder->{file}])->{out} =~ /\b(WK[0-9a-f]{32})\b/g;
    cmp_ok scalar @lanes, '>', 10, 'there is work (' . join(', ', map { "$status{$_} x $_" } sort keys %status) . ')';
    is_deeply [grep { !/: 200 \{"instruction":"conference"/ } @given{@lanes}], [], '... for answers that were given';
};

subtest 'FastCGI: the process goes on, or ends by itself' => sub {
    my %ends;
    for (my $n = 1; $n <= 900; $n += $ENV{TASKROUTER_LONG} ? 1 : 23) {
        my $server = TaskRouter::Responder->start_fastcgi(configuration => case_configuration($stand_in),
            environment => { LD_PRELOAD => $library, FAIL_ALLOCATION => $n });
        $server->process->wait_end(0.15);
        my (@status, $running);
        for (1 .. 3) {
            $running = !$server->process->ended or last;
            push @status, $server->fastcgi_request(callback_request())->{status} || 0;
        }
        $ends{ $running ? ($status[-1] == 200 ? 'serves' : "running, but answers @status") : 'ended' }++;
        $server->process->send_signal('TERM') if $running;
        my $ended = $server->process->wait_end(5);
        ok defined $ended && $server->process->signal == 0, "allocation $n: no signal, no hang"
            or diag $server->output;
        $server->stop;
    }
    is_deeply [grep { !/^(?:serves|ended)$/ } keys %ends], [], 'after a failure it serves again or has ended'
        or diag explain \%ends;
    cmp_ok $ends{serves} // 0, '>', 0, '... mostly it serves';
};

done_testing;
