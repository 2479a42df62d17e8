# What goes out of taskrouterd besides the plain cases of taskrouterd-assignment.t: many applications at once, connection
# overrides, stops and crashes, what the debugger and the list of calls show, and the instructions of the REST API.
# Sources: https://www.twilio.com/docs/taskrouter/handle-assignment-callbacks, .../api/reservations,
# https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides. Cases begin with the section of the facts.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::PP ();
use Test::More;
use TaskRouter::Application;
use TaskRouter::Fixture qw($auth_token);
use TaskRouter::Process qw(temporary_directory time_limit wait_until write_file is_sanitized);
use TaskRouter::Signature qw(sid sign_form);
use TaskRouter::Taskrouterd;
use Time::HiRes qw(sleep time);

time_limit(180);
my $server = TaskRouter::Taskrouterd->start;
my $application = TaskRouter::Application->start;
my $accept = '{"instruction":"accept"}';
my $call_sid = 'CA' . 'c' x 32;

# A Workspace with one Worker, one Task reserved for him, and no callback unless @urls say so.
sub bench {
    my ($name, $worker, $task, @urls) = @_;
    my $space = $server->new_workspace(FriendlyName => $name);
    my $queue = $space->queue('Q');
    my $workflow = $space->workflow('W', $queue, @urls);
    my $alice = $space->worker('Alice', $worker // {});
    my $made = $space->task($workflow, $task // {});
    return { space => $space, workflow => $workflow, worker => $alice, task => $made, reservation => $space->reservation($made) };
}

sub alerts {
    my $reservation = shift;
    return grep { ($_->{reservation_sid} // '') eq $reservation->{sid} } @{ $server->fetched('/_local/debugger')->{alerts} };
}

subtest '5.9 instructions of the REST API' => sub {
    my $contact = { contact_uri => 'client:alice' };
    my $call = { call_sid => $call_sid, from => '+15005550001', to => '+15005550006' };
    my $url = 'https://example.com/twiml';
    # name, Worker's attributes, Task's attributes, form, status of the Reservation or number of the error
    my @rows = (
        ['4.1 accept', {}, {}, [Instruction => 'accept'], 'accepted'],
        ['4.2 reject', {}, {}, [Instruction => 'reject'], 'rejected'],
        ['4.2 reject into nowhere', {}, {}, [Instruction => 'reject', WorkerActivitySid => sid('WA')], 40100],
        ['4.3 dequeue', $contact, $call, [Instruction => 'dequeue', DequeueFrom => '+15005550006'], 'accepted'],
        ['4.3 dequeue: events', $contact, $call, [Instruction => 'dequeue', DequeueStatusCallbackEvent => 'initiated',
            DequeueStatusCallbackEvent => 'completed', DequeueStatusCallbackUrl => $url], 'accepted'],
        ['4.3 dequeue: a wrong event', $contact, $call, [Instruction => 'dequeue', DequeueStatusCallbackEvent => 'sung'], 40134],
        ['4.3 dequeue: PostWorkActivitySid', $contact, $call, [Instruction => 'dequeue', DequeuePostWorkActivitySid => sid('WA')], 40130],
        ['4.3 dequeue: to nobody', {}, $call, [Instruction => 'dequeue'], 40131],
        ['4.3 dequeue: contact_uri that is none', { contact_uri => 'alice' }, $call, [Instruction => 'dequeue'], 40131],
        ['4.3 dequeue: from', $contact, $call, [Instruction => 'dequeue', DequeueFrom => '+'], 40132],
        ['4.3 dequeue: record', $contact, $call, [Instruction => 'dequeue', DequeueRecord => 'maybe'], 40133],
        ['4.3 dequeue: timeout', $contact, $call, [Instruction => 'dequeue', DequeueTimeout => 1000], 40133],
        ['4.3 dequeue: status callback', $contact, $call, [Instruction => 'dequeue', DequeueStatusCallbackUrl => ''], 40157],
        ['4.3 dequeue without a call', $contact, {}, [Instruction => 'dequeue'], 40140],
        ['4.4 call that accepts', $contact, {}, [Instruction => 'call', CallFrom => 'bob', CallUrl => $url, CallAccept => 'true'], 'accepted'],
        ['4.4 call', $contact, {}, [Instruction => 'call', CallFrom => 'bob', CallUrl => $url], 'pending'],
        ['4.4 call: to nobody', {}, {}, [Instruction => 'call', CallFrom => 'bob', CallUrl => $url], 40110],
        ['4.4 call: from', $contact, {}, [Instruction => 'call', CallUrl => $url], 40111],
        ['4.4 call: url', $contact, {}, [Instruction => 'call', CallFrom => 'bob', CallUrl => '/twiml'], 40112],
        ['4.4 call: accept', $contact, {}, [Instruction => 'call', CallFrom => 'bob', CallUrl => $url, CallAccept => 'perhaps'], 40113],
        ['4.4 call: status callback', $contact, {}, [Instruction => 'call', CallFrom => 'b', CallUrl => $url, CallStatusCallbackUrl => 'x'], 40158],
        ['4.5 redirect', {}, $call, [Instruction => 'redirect', RedirectCallSid => $call_sid, RedirectUrl => $url], 'pending'],
        ['4.5 redirect that accepts', {}, $call, [Instruction => 'redirect', RedirectCallSid => $call_sid, RedirectUrl => $url,
            RedirectAccept => 'true'], 'accepted'],
        ['4.5 redirect: url', {}, $call, [Instruction => 'redirect', RedirectCallSid => $call_sid], 40120],
        ['4.5 redirect: call_sid', {}, $call, [Instruction => 'redirect', RedirectCallSid => 'CA1', RedirectUrl => $url], 40121],
        ['4.5 redirect of a call that is not there', {}, $call, [Instruction => 'redirect', RedirectCallSid => sid('CA', 99), RedirectUrl => $url], 40122],
        ['4.6 conference', $contact, $call, [Instruction => 'conference', SipAuthPassword => 'marker-sip'], 'accepted'],
        ['4.6 conference outbound', $contact, { outbound_to => '+15005550001' }, [Instruction => 'conference', From => '+15005550006'], 'accepted'],
        ['4.6 conference: to nobody', {}, $call, [Instruction => 'conference'], 40137],
        ['4.6 conference: no from', $contact, { call_sid => $call_sid }, [Instruction => 'conference'], 40138],
        ['4.6 conference: PostWorkActivitySid', $contact, $call, [Instruction => 'conference', PostWorkActivitySid => sid('WA')], 40139],
        ['4.6 conference: from', $contact, $call, [Instruction => 'conference', From => 'client:'], 40141],
        ['4.6 conference without a call', $contact, {}, [Instruction => 'conference', From => '+15005550006'], 40142],
        ['4.6 conference: beep', $contact, $call, [Instruction => 'conference', Beep => 'loud'], 40145],
        ['4.6 conference: timeout', $contact, $call, [Instruction => 'conference', Timeout => 'x'], 14233],
        ['4.6 conference: a callback', $contact, $call, [Instruction => 'conference', ConferenceStatusCallback => 'x'], 40159],
        ['4.7 supervise what is pending', $contact, $call, [Instruction => 'supervise', Supervisor => 'client:boss'], 40146],
        ['4.8 an unknown word', {}, {}, [Instruction => 'sing'], 55555],
    );
    for my $row (@rows) {
        my ($name, $worker, $task, $form, $expected) = @$row;
        my $bench = bench($name, $worker, $task);
        my $answer = $server->post($bench->{reservation}{url}, @$form);
        if ($expected =~ /^\d+$/) {
            is $answer->{status}, 400, "$name: refused";
            is $answer->{json}{code}, $expected, "$name: its number" or diag $answer->{body};
            is $bench->{space}->fresh($bench->{reservation})->{reservation_status}, 'pending', "$name: it stays pending";
            is scalar(alerts($bench->{reservation})), 0, "$name: REST is told, not the debugger";
        } else {
            is $answer->{status}, 200, "$name: obeyed" or diag $answer->{body};
            is $answer->{json}{reservation_status}, $expected, "$name: $expected";
        }
    }

    my ($late) = bench('late', $contact, $call);
    $server->updated($late->{reservation}{url}, ReservationStatus => 'accepted');
    my %number = (dequeue => 40135, call => 40114, redirect => 40123, conference => 40136);
    for my $word (sort keys %number) {
        my $answer = $server->post($late->{reservation}{url}, Instruction => $word, CallFrom => 'bob', CallUrl => $url,
            RedirectUrl => $url, RedirectCallSid => $call_sid);
        is "$answer->{status} $answer->{json}{code}", "400 $number{$word}", "2.2 a late $word";
        is $answer->{json}{message}, "Unable to execute \u$word instruction. Reservation $late->{reservation}{sid} is not currently in a Pending state.",
            '... in Twilio\'s words';
    }
    my @supervise = (
        ['4.7 supervise by address', [Supervisor => 'client:boss', SupervisorMode => 'whisper'], 200],
        ['4.7 supervise by Worker', [Supervisor => $late->{worker}{sid}], 200],
        ['4.7 supervise by nobody', [Supervisor => sid('WK', 77)], 40147],
        ['4.7 supervise by none', [], 40147],
        ['4.7 supervise in a wrong mode', [Supervisor => 'client:boss', SupervisorMode => 'sing'], 20001],
    );
    for my $row (@supervise) {
        my $answer = $server->post($late->{reservation}{url}, Instruction => 'supervise', @{ $row->[1] });
        is $answer->{status} == 200 ? 200 : $answer->{json}{code}, $row->[2], $row->[0] or diag $answer->{body};
    }
    my $quiet = bench('no caller', $contact, {});
    $server->updated($quiet->{reservation}{url}, ReservationStatus => 'accepted');
    is $server->post($quiet->{reservation}{url}, Instruction => 'supervise', Supervisor => 'client:boss')->{json}{code}, 40148,
        '4.7 supervise a Task without from';

    my $space = $server->new_workspace;
    $space->worker($_, $contact) for qw(Alice Bob);
    my $task = $space->task($space->workflow('W', $space->queue('Q', MaxReservedWorkers => 2)), $call);
    $space->reservation($task);
    my ($first, $second) = $space->reservations($task);
    $server->updated($first->{url}, Instruction => 'dequeue');
    for my $word (qw(accept dequeue)) {
        is $server->post($second->{url}, Instruction => $word)->{status}, 410, "2.2 $word of a Reservation that was rescinded";
    }
};

subtest '4.3 to 4.6 the calls that nobody makes' => sub {
    my $bench = bench('calls', { contact_uri => 'sip:alice@example.com' }, { call_sid => $call_sid, to => '+15005550006', n => "\x{e9}\"" });
    my $space = $bench->{space};
    $server->updated($bench->{reservation}{url}, Instruction => 'conference', SipAuthPassword => 'marker-sip', Timeout => 9,
        StatusCallback => 'http://user:marker-url@h/status?a=b');
    my $attributes = JSON::PP->new->decode($space->fresh($bench->{task})->{attributes});
    my $calls = $server->fetched('/_local/calls');
    my ($call) = grep { $_->{reservation_sid} eq $bench->{reservation}{sid} } @{ $calls->{calls} };
    is $attributes->{worker_call_sid}, $call->{sid}, '4.3 the Task names the call';
    is $attributes->{n}, "\x{e9}\"", '... and keeps what it had';
    my %wanted = (instruction => 'conference', to => 'sip:alice@example.com', from => '+15005550006', task_sid => $bench->{task}{sid},
        worker_sid => $bench->{worker}{sid}, workspace_sid => $space->sid, task_call_sid => $call_sid);
    is $call->{$_}, $wanted{$_}, "the call's $_" for sort keys %wanted;
    is_deeply $call->{parameters}, { instruction => 'conference', sip_auth_password => '********', timeout => 9,
        status_callback => 'http://h/status?a=b' }, 'its parameters, the passwords hidden';
    ok index($server->request(method => 'GET', target => '/_local/calls')->{body}, 'marker-') < 0, 'the passwords are nowhere';
    my $later = bench('redirect', {}, { call_sid => sid('CA', 5) });
    is $server->post($later->{reservation}{url}, Instruction => 'redirect', RedirectCallSid => $call->{sid}, RedirectUrl => 'http://h/')->{status},
        200, '4.5 a call that an instruction made can be redirected';
    my $full = bench('full', { contact_uri => 'client:alice' }, { call_sid => $call_sid, to => '+15005550006', x => 'y' x 4020 });
    is $server->updated($full->{reservation}{url}, Instruction => 'dequeue')->{reservation_status}, 'accepted', 'attributes that are full';
    is $full->{space}->fresh($full->{task})->{attributes}, $full->{task}{attributes}, '... stay as they are';
};

subtest '3.2 late answers, and a fallback alone' => sub {
    $application->answer('/late' => { delay => 0.7, body => $accept }, '/late-dequeue' => { delay => 0.7, body => '{"instruction":"dequeue"}' },
        '/alone' => $accept, '/late-nothing' => { delay => 0.7, body => '{}' });
    my %late;
    for my $path (qw(/late /late-dequeue /late-nothing)) {
        my $bench = $late{$path} = bench($path, { contact_uri => 'client:alice' }, { call_sid => $call_sid },
            AssignmentCallbackUrl => $application->url($path));
        $application->wait_for($path, 1);
        $server->updated($bench->{reservation}{url}, ReservationStatus => 'accepted');
    }
    sleep 1;
    for my $path (sort keys %late) {
        is $late{$path}{space}->fresh($late{$path}{reservation})->{reservation_status}, 'accepted', "$path has no effect";
    }
    my ($alert) = alerts($late{'/late'}{reservation});
    like $alert->{alert_text} // '', qr/not in expected state \[pending\]/, '2.2 a late accept is noted';
    is_deeply [map { $_->{error_code} } alerts($late{'/late-dequeue'}{reservation})], [40135], '4.3 a late dequeue is noted';
    is scalar(alerts($late{'/late-nothing'}{reservation})), 0, 'a late {} is not';

    my $gone = bench('gone', {}, {}, AssignmentCallbackUrl => $application->url('/late'));
    $application->wait_for('/late', 2);
    $server->deleted($gone->{task}{url});
    ok wait_until(4, sub { alerts($gone->{reservation}) }), 'an answer for a Reservation that is gone is noted';
    $application->answer('/failing' => { delay => 0.5, status => 500 }, '/not-asked' => $accept);
    my $ended = bench('ended', {}, {}, AssignmentCallbackUrl => $application->url('/failing'),
        FallbackAssignmentCallbackUrl => $application->url('/not-asked'));
    $application->wait_for('/failing', 1);
    $server->updated($ended->{reservation}{url}, ReservationStatus => 'accepted');
    ok wait_until(4, sub { alerts($ended->{reservation}) }), 'a callback fails when its Reservation has ended';
    sleep 0.2;
    is scalar($application->requests('/not-asked')), 0, '... and its fallback is not asked any more';
    my $alone = bench('alone', {}, {}, FallbackAssignmentCallbackUrl => $application->url('/alone'));
    is $alone->{space}->wait_for($alone->{reservation}, 'reservation_status', 'accepted')->{reservation_status}, 'accepted', 'a fallback alone is asked';
};

subtest '3.4 connection overrides' => sub {
    $application->answer('/retry' => [{ status => 503 }, { status => 502 }, $accept], '/quiet' => [{ hang => 1 }, $accept],
        '/odd' => [$accept, $accept], '/short' => [{ delay => 1, body => $accept }, '{}']);
    my $retry = bench('retry', {}, {}, AssignmentCallbackUrl => $application->url('/retry#rc=2&rp=5xx'));
    is $retry->{space}->wait_for($retry->{reservation}, 'reservation_status', 'accepted')->{reservation_status}, 'accepted', 'rc=2&rp=5xx';
    my @requests = $application->requests('/retry');
    is scalar(@requests), 3, 'three attempts';
    my %tokens = map { $_->{headers}{'i-twilio-idempotency-token'} => 1 } @requests;
    is scalar(keys %tokens), 1, 'with one token';
    like +(keys %tokens)[0], qr/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, 'which is a UUID';
    my $quiet = bench('quiet', {}, {}, AssignmentCallbackUrl => $application->url('/quiet#rt=300&rp=rt'));
    is $quiet->{space}->wait_for($quiet->{reservation}, 'reservation_status', 'accepted')->{reservation_status}, 'accepted', 'rt=300&rp=rt';
    my $odd = bench('odd', {}, {}, AssignmentCallbackUrl => $application->url('/odd#rc=9&sni=n'));
    is $odd->{space}->wait_for($odd->{reservation}, 'reservation_status', 'accepted')->{reservation_status}, 'accepted', 'bad overrides are passed over';
    my ($alert) = alerts($odd->{reservation});
    like $alert->{alert_text} // '', qr/rc: expected a whole number from 0 to 5; sni:/, '... with a note';
    my $short = bench('short', {}, {}, AssignmentCallbackUrl => $application->url('/short#tt=200'));
    is $short->{space}->wait_for($short->{reservation}, 'reservation_status', 'canceled')->{reservation_status}, 'canceled', 'tt=200';
};

subtest '4.8 the debugger' => sub {
    $application->answer('/secret' => { type => 'text/html', body => "<b>\x01no</b>" });
    my $url = $application->url('/secret?a=b#rc=0') =~ s{//}{//user:marker-password@}r;
    my $bench = bench('debugger', {}, {}, AssignmentCallbackUrl => $url);
    wait_until(4, sub { alerts($bench->{reservation}) });
    my ($alert) = alerts($bench->{reservation});
    my %wanted = (error_code => 40000, log_level => 'warning', request_url => $application->url('/secret?a=b'), request_method => 'POST',
        resource_sid => $bench->{reservation}{sid}, workspace_sid => $bench->{space}->sid, workflow_sid => $bench->{workflow}{sid},
        task_sid => $bench->{task}{sid}, worker_sid => $bench->{worker}{sid}, response_status => 200, response_content_type => 'text/html',
        response_body => '<b>.no</b>', more_info => 'https://www.twilio.com/docs/errors/40000');
    is $alert->{$_}, $wanted{$_}, $_ for sort keys %wanted;
    like $alert->{date_generated}, qr/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/, 'date_generated';
    my $all = $server->request(method => 'GET', target => '/_local/debugger')->{body} . $server->output;
    ok index($all, 'marker-password') < 0, 'no password in it, nor in the log';
    ok index($all, $auth_token) < 0, 'nor the auth token';
    is $server->remove('/_local/debugger')->{status}, 204, 'it can be emptied';
    is_deeply $server->fetched('/_local/debugger'), { alerts => [], total => 0, lost => 0 }, 'and is empty then';
};

subtest '3.2 fifty applications that hang' => sub {
    my ($applications, $each) = (50, 6);
    $application->answer(map { ("/hang/$_" => { hang => 1 }) } 1 .. $applications);
    $application->answer('/prompt' => $accept);
    my $file = temporary_directory() . '/taskrouterd.json';
    write_file($file, '{"callback":{"connections":256}}', 0600);
    my $server = TaskRouter::Taskrouterd->start(arguments => ['-c', $file]);
    my $space = $server->new_workspace(FriendlyName => 'Hanging');
    my $queue = $space->queue('Q');
    my @workflows = map { $space->workflow("W$_", $queue, AssignmentCallbackUrl => $application->url("/hang/$_#tt=15000")) } 1 .. $applications;
    $space->worker("Worker $_", {}, capacity => { default => 50 }) for 1 .. 6;
    for my $workflow (@workflows) { $space->task($workflow) for 1 .. $each }
    my $other = $server->new_workspace(FriendlyName => 'Prompt');
    my $prompt = $other->workflow('W', $other->queue('Q'), AssignmentCallbackUrl => $application->url('/prompt'));
    $other->worker('Alice', {}, capacity => { default => 50 });
    my $begin = time;
    my @tasks = map { $other->task($prompt) } 1 .. 40;
    my $last = $other->task_until($tasks[-1], 'assigned');
    my $took = time - $begin;
    my @done = grep { $other->fresh($_)->{assignment_status} eq 'assigned' } @tasks;
    is scalar(@done), 40, 'forty Tasks of another application are assigned';
    cmp_ok $took, '<', is_sanitized() ? 4 : 2, sprintf('... within %.2f s', $took);
    my $asked = grep { $_->{path} =~ m{^/hang/} } $application->requests;
    cmp_ok $asked, '>=', $applications, "while $asked callbacks of fifty applications hang";
    $server->stop('KILL');
};

subtest '8.1 events: many, in order, and not twice' => sub {
    my $own = TaskRouter::Taskrouterd->start(on_disk => 1);
    $application->answer('/many' => { status => 204 }, '/refused' => { status => 500 });
    my $space = $own->new_workspace(EventCallbackUrl => $application->url('/many'));
    my $begin = time;
    my $workflow = $space->workflow('W', $space->queue('Q'));
    $space->task($workflow, { n => $_ }) for 1 .. 100;
    my @events = $space->events;
    cmp_ok scalar(@events), '>', 300, scalar(@events) . ' events';
    my @requests = $application->wait_for('/many', scalar(@events), 20);
    diag sprintf '%d events delivered within %.2f s', scalar(@requests), time - $begin;
    is_deeply [map { $_->{form}{Sid} } @requests], [map { $_->{sid} } @events], 'all of them, in order';
    sleep 0.6;
    $own->restart('KILL');
    $space->task($workflow, { n => 101 });
    @events = $space->events;
    @requests = $application->wait_for('/many', scalar(@events));
    sleep 0.3;
    @requests = $application->requests('/many');
    is_deeply [map { $_->{form}{Sid} } @requests], [map { $_->{sid} } @events], 'after a crash it goes on where it was';
    $own->restart('TERM');
    sleep 0.3;
    is scalar($application->requests('/many')), scalar(@events), 'nor after a stop is anything sent twice';
    is $own->updated($space->path, EventCallbackUrl => '')->{event_callback_url}, '', 'nobody listens';
    $space->task($workflow, { n => 102 });
    $application->forget;
    $own->updated($space->path, EventCallbackUrl => $application->url('/refused'));
    $space->task($workflow, { n => 103 });
    my @types = map { $_->{form}{EventType} } $application->wait_for('/refused', 3);
    ok !(grep { ($_->{form}{TaskAttributes} // '') =~ /102/ } $application->requests('/refused')), 'what happened meanwhile is not told';
    my $alerts = $own->fetched('/_local/debugger')->{alerts};
    is $alerts->[0]{error_code}, 11200, 'an application that refuses is noted';
    like $alerts->[0]{event_sid}, qr/^EV/, '... with the event';
    $own->stop;
};

subtest '3.2 stops and crashes' => sub {
    my $own = TaskRouter::Taskrouterd->start(on_disk => 1);
    $application->answer('/stop' => { delay => 0.8, body => $accept }, '/crash' => [{ hang => 1 }, $accept], '/refusing' => '{}');
    my ($stopped, $crashed) = map {
        my $space = $own->new_workspace;
        $space->worker('Alice');
        my $task = $space->task($space->workflow('W', $space->queue('Q'), AssignmentCallbackUrl => $application->url($_)));
        { space => $space, task => $task };
    } qw(/stop /crash);
    $application->wait_for($_, 1) for qw(/stop /crash);
    my $begin = time;
    $own->restart('TERM');
    cmp_ok time - $begin, '>', 0.3, 'a stop waits for what is under way';
    is $stopped->{space}->fresh($stopped->{task})->{assignment_status}, 'assigned', 'whose answer counts';
    is $crashed->{space}->task_until($crashed->{task}, 'assigned')->{assignment_status}, 'assigned', 'what had none is asked for after the start';

    $application->answer('/kill' => [{ hang => 1 }, $accept], '/defers' => '{}');
    my ($killed, $deferred) = map { $own->new_workspace } 1, 2;
    $deferred->worker('Bob');
    my $later = $deferred->task($deferred->workflow('W', $deferred->queue('Q'), AssignmentCallbackUrl => $application->url('/defers')));
    $application->wait_for('/defers', 1);
    sleep 0.1;
    $killed->worker('Alice');
    my $task = $killed->task($killed->workflow('W', $killed->queue('Q'), AssignmentCallbackUrl => $application->url('/kill')));
    $application->wait_for('/kill', 1);
    $own->restart('KILL');
    is $killed->task_until($task, 'assigned')->{assignment_status}, 'assigned', 'after a crash it is asked again';
    my @requests = $application->requests('/kill');
    is scalar(@requests), 2, 'twice in all';
    is $requests[0]{form}{ReservationSid}, $requests[1]{form}{ReservationSid}, 'about the same Reservation';
    is $requests[0]{headers}{'i-twilio-idempotency-token'}, $requests[1]{headers}{'i-twilio-idempotency-token'}, 'under the same token';
    is $deferred->fresh($deferred->reservation($later))->{reservation_status}, 'pending', 'what was deferred still is';
    is scalar($application->requests('/defers')), 1, '... and not asked again';
    $own->stop;
    is_deeply [$own->violations], [], 'every answer is as the description says';
};

is_deeply [$server->violations], [], 'every answer is as the description says';
ok !$server->process->ended, 'and taskrouterd is still there';
done_testing;
