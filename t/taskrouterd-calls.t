# Telephone calls that are simulated: TwiML, queues, Workers who are called, and who is told about it. Through the real
# program with a real application. Names of tests begin with the section of the facts.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::PP ();
use Test::More;
use TaskRouter::Application;
use TaskRouter::Fixture qw($account $auth_token basic);
use TaskRouter::HTTP;
use TaskRouter::Process qw(time_limit free_port temporary_directory write_file wait_until);
use TaskRouter::Signature qw(sid sign_form sign_url);
use TaskRouter::Taskrouterd;

time_limit(120);
my $server = TaskRouter::Taskrouterd->start(arguments => ['--clock', '2026-03-31T08:00:00Z', '--frozen']);
my $application = TaskRouter::Application->start;
my $json = JSON::PP->new->canonical;
my $number = 0;
my @places = map { my $side = $_; map { "$side$_" } qw(City State Zip Country) } qw(From Caller To Called);
my @usual = (qw(CallSid AccountSid From To Caller Called CallStatus Direction ApiVersion), @places);
my @status = (qw(CallSid AccountSid From To Caller Called CallStatus Direction ApiVersion Timestamp CallbackSource
    SequenceNumber taskCallSid));

sub twiml { return { type => 'text/xml', body => qq(<?xml version="1.0" encoding="UTF-8"?>\n<Response>@_</Response>) } }

# A Workspace with Alice, one TaskQueue and a Workflow whose callback gives the answer; its application's paths begin
# with {base}.
sub bench {
    my ($answer, %option) = @_;
    my $base = '/b' . ++$number;
    my $space = $server->new_workspace(@{ $option{workspace} // [] });
    my $bench = { space => $space, base => $base, queue => $space->queue('Q') };
    $bench->{workflow} = $space->workflow('W', $bench->{queue}, AssignmentCallbackUrl => $application->url("$base/assign"));
    $bench->{alice} = $space->worker('Alice', { contact_uri => "client:alice$number", languages => ['es'] },
        activity => $option{activity} // 'Available');
    $bench->{to} = "client:alice$number";
    my $enqueue = $option{enqueue} // '';
    $application->answer("$base/assign" => ref $answer ? $json->encode($answer) : $answer,
        "$base/in" => twiml(qq(<Enqueue workflowSid="$bench->{workflow}{sid}" action="$base/action" $enqueue>)
            . ($option{task} // '<Task>{"selected_language":"es"}</Task>') . '</Enqueue>'),
        "$base/action" => twiml('<Say>goodbye</Say>'), "$base/told" => '', "$base/conference" => '',
        "$base/wait" => twiml('<Play>/music.mp3</Play>'), %{ $option{answers} // {} });
    return $bench;
}

sub call_in {
    my ($bench, %form) = @_;
    return $bench->{call} = $server->created('/_local/calls', url => $application->url("$bench->{base}/in"), %form);
}

sub call   { return $server->fetched('/_local/calls/' . (ref $_[0] ? $_[0]{sid} : $_[0])) }
sub task   { my $bench = shift; return $server->fetched($bench->{space}->path('Tasks', $bench->{call}{task_sid})) }
sub change { my ($call, %form) = @_; return $server->updated('/_local/calls/' . (ref $call ? $call->{sid} : $call), %form) }
sub rule   { return $server->created('/_local/calls/outcomes', @_) }
sub steps  { return join ' ', map { $_->{verb} } @{ call($_[0])->{steps} } }
sub advance { return $server->updated('/_local/clock', advance => $_[0]) }
sub quiet   { return advance(0) }

# The call of the Worker, once it is there.
sub leg {
    my $bench = shift;
    quiet();
    my ($leg) = grep { ($_->{instruction} // '') ne '' && ($_->{task_sid} // '') eq $bench->{call}{task_sid} }
        @{ $server->fetched('/_local/calls')->{calls} };
    return $leg;
}

sub codes {
    my $sid = shift;
    return join ' ', map { $_->{error_code} } grep { $json->encode($_) =~ /$sid/ } @{ $server->fetched('/_local/debugger')->{alerts} };
}

sub requests { my ($bench, $path) = @_; quiet(); return $application->requests($bench->{base} . $path) }

# Whether all of them are signed: a POST with its parameters, a GET by its URL alone.
sub signed_ok {
    my ($name, @requests) = @_;
    my @wrong = grep { $_->{headers}{'x-twilio-signature'} ne ($_->{method} eq 'GET' ? sign_url($auth_token, $application->url($_->{target}))
        : sign_form($auth_token, $application->url($_->{target}), @{ $_->{pairs} })) } @requests;
    ok @requests && !@wrong, $name;
}

sub query {
    my $request = shift;
    my ($query) = $request->{target} =~ /\?(.*)/;
    return map { TaskRouter::Application::decode($_) } map { /^([^=]*)=?(.*)$/s } split /&/, $query // '';
}

# A client that waits for a call whose application hangs.
sub waiting_call {
    my $of = shift;
    my $client = TaskRouter::HTTP->new(port => $of->port, seconds => 10, host => '127.0.0.1:' . $of->port);
    $application->answer('/hangs' => { hang => 1 });
    $client->send_request(method => 'POST', target => '/_local/calls', body => 'url=' . $application->url('/hangs'),
        headers => [basic($account, $auth_token), ['Content-Type', 'application/x-www-form-urlencoded']]);
    wait_until(5, sub { grep { $_->{waits_for} && $_->{waits_for} eq 'document' } @{ $of->fetched('/_local/calls')->{calls} } });
    return $client;
}

# ---- the tutorial, steps 5 to 7: https://www.twilio.com/docs/taskrouter/quickstart

for my $mode (qw(single multi)) {
    subtest "12.2 the tutorial, $mode-tasking" => sub {
        my $space = $server->new_workspace(MultiTaskEnabled => $mode eq 'multi' ? 'true' : 'false');
        my $wrap_up = $space->new_activity('WrapUp', 0);
        my %queue = map { $_ => $space->queue($_, TargetWorkers => qq(languages HAS "$_")) } qw(es en);
        my $workflow = $space->workflow('Incoming Customer Care Requests', { filters => [map {
            { filter_friendly_name => $_, expression => qq(selected_language == "$_"), targets => [{ queue => $queue{$_}{sid} }] } } qw(es en)] },
            AssignmentCallbackUrl => $application->url('/assignment_callback'), TaskReservationTimeout => 1200);
        my $alice = $space->worker('Alice', { languages => ['en', 'es'], contact_uri => 'client:alice' });
        my $bob = $space->worker('Bob', { languages => ['en'], contact_uri => 'client:bob' }, activity => 'Offline');
        $application->forget;
        $application->answer('/incoming_call' => twiml('<Gather action="/enqueue_call" method="POST" numDigits="1" timeout="5">'
            . '<Say language="es">Para espa&#241;ol oprime el uno.</Say><Say language="en">For English, please hold or press two.</Say></Gather>'),
            '/enqueue_call' => twiml(qq(<Enqueue workflowSid="$workflow->{sid}"><Task>{"selected_language": "es"}</Task></Enqueue>)),
            '/assignment_callback' => $json->encode({ instruction => 'dequeue', from => '+15005550006', post_work_activity_sid => $wrap_up->{sid} }));
        my $call = $server->created('/_local/calls', url => $application->url('/incoming_call'), from => '+15017122661',
            to => '+15558675310', digits => '1', from_city => 'SAN FRANCISCO', to_country => 'US');
        is "$call->{status} $call->{direction}", 'in-progress inbound', 'the call is there';
        my $task = $server->fetched($space->path('Tasks', $call->{task_sid}));
        is $task->{task_channel_unique_name}, 'voice', '1.6 the TaskChannel is voice';
        is $task->{task_queue_friendly_name}, 'es', 'the caller waits where Spanish is spoken';

        my ($first) = $application->requests('/incoming_call');
        is_deeply [sort keys %{ $first->{form} }], [sort @usual], '12.2 #5 the usual parameters, and no other';
        my %wanted = (CallSid => $call->{sid}, AccountSid => $account, From => '+15017122661', Caller => '+15017122661',
            To => '+15558675310', Called => '+15558675310', CallStatus => 'ringing', Direction => 'inbound',
            ApiVersion => '2010-04-01', FromCity => 'SAN FRANCISCO', CallerCity => 'SAN FRANCISCO', ToCountry => 'US', FromZip => '');
        is $first->{form}{$_}, $wanted{$_}, "... $_" for sort keys %wanted;
        my ($second) = $application->requests('/enqueue_call');
        is_deeply [sort keys %{ $second->{form} }], [sort @usual, 'Digits'], '12.2 #6 ... and Digits';
        is "$second->{form}{Digits} $second->{form}{CallStatus}", '1 in-progress', '... of a call that was answered';
        signed_ok('10.1 both are signed', $first, $second);

        quiet();
        $task = $server->fetched($task->{url});
        is $task->{assignment_status}, 'assigned', '12.2 #7 the Worker answers: the Task is assigned';
        my ($leg) = grep { $_->{instruction} } @{ $server->fetched('/_local/calls')->{calls} };
        my $attributes = $json->decode($task->{attributes});
        is_deeply [sort keys %$attributes], [sort qw(selected_language worker_call_sid from_country called to_country to_city to_state
            caller_country call_status call_sid account_sid from_zip from direction called_zip caller_state to_zip called_country
            from_city called_city caller_zip api_version called_state from_state caller caller_city to)], '9.1 the attributes of a call, and no other';
        %wanted = (selected_language => 'es', call_sid => $call->{sid}, from => '+15017122661', to => '+15558675310',
            call_status => 'in-progress', from_city => 'SAN FRANCISCO', worker_call_sid => $leg->{sid}, account_sid => $account);
        is $attributes->{$_}, $wanted{$_}, "9.1 $_" for sort keys %wanted;
        is "$leg->{to} $leg->{from} $leg->{status}", 'client:alice +15005550006 in-progress', '4.3 her telephone';
        is "$leg->{partner_sid} " . call($call)->{partner_sid}, "$call->{sid} $leg->{sid}", '... and the caller are connected';
        is $space->fresh($alice)->{activity_name}, 'Available', 'she is still Available';

        change($leg, status => 'completed');
        is $space->fresh($alice)->{activity_name}, $mode eq 'single' ? 'WrapUp' : 'Available', '2.4 her Activity after the call';
        is $space->fresh($task)->{assignment_status}, $mode eq 'single' ? 'completed' : 'wrapping', '2.1 the Task after the call';
        is call($call)->{status}, 'completed', 'the caller is at the end of the document';
        is codes($task->{sid}), '', 'nothing is wrong';
    };
}

subtest '12.2 no digits, other digits' => sub {
    my $bench = bench('{}', answers => {});
    my $base = $bench->{base};
    $application->answer("$base/in" => twiml(qq(<Gather action="$base/got" numDigits="3" timeout="7"/><Say>nothing</Say><Redirect method="GET">next?a=b</Redirect>)),
        "$base/got" => twiml('<Say>thanks</Say><Hangup/>'), "$base/next" => twiml('<Reject/><Hangup/>'));
    my $call = call_in($bench);
    is $call->{waits_for}, 'digits', 'a call that waits for digits has come to rest';
    advance(6.9);
    is call($call)->{waits_for}, 'digits', '... so long as the Gather says';
    advance(0.1);
    is steps($call), 'call Gather Say Redirect skipped Hangup end', '... then it goes on behind it';
    my ($next) = requests($bench, '/next');
    is $next->{method}, 'GET', 'a Redirect by GET';
    my %query = query($next);
    is_deeply [sort keys %query], [sort @usual, 'a'], '... has its parameters in the query';
    signed_ok('10.1 ... and is signed by its URL', $next);

    my @rows = (
        ['three of them', '1234', '123', 0], ['the key that ends it', '1#', 1, 0], ['too few', '12', 12, 7],
        ['the key that ends it alone', '#', undef, 7], ['the second group is for the second Gather', ';5#', undef, 7],
    );
    for my $row (@rows) {
        my ($name, $digits, $wanted, $seconds) = @$row;
        $application->forget;
        my $call = call_in($bench, digits => $digits);
        advance($seconds) if $seconds;
        my ($got) = requests($bench, '/got');
        is $got && $got->{form}{Digits}, $wanted, "Gather: $name";
    }
    $application->answer("$base/in" => twiml(qq(<Gather action="$base/got" input="speech dtmf"/><Gather action="$base/got" finishOnKey="*" actionOnEmptyResult="true"/>)));
    $application->forget;
    call_in($bench, speech => 'hello');
    my ($got) = requests($bench, '/got');
    is "$got->{form}{SpeechResult} $got->{form}{Confidence}", 'hello 1.0', 'Gather: speech';
    $call = call_in($bench);
    advance(5);
    advance(5);
    is +(requests($bench, '/got'))[-1]{form}{Digits}, '', 'Gather: actionOnEmptyResult';
    $call = call_in($bench);
    change($call, digits => '7#');
    advance(5);
    is +(requests($bench, '/got'))[-1]{form}{Digits}, '7', 'Gather: pressed later';
};

subtest '9.1 Enqueue' => sub {
    my $bench = bench('{}', task => '<Task priority="5" timeout="200">{"a":"&lt;b&gt;","from":"me"}</Task>',
        enqueue => 'waitUrl="wait" waitUrlMethod="GET"');
    call_in($bench);
    my $task = task($bench);
    is "$task->{priority} $task->{timeout}", '5 200', 'priority and timeout';
    my $attributes = $json->decode($task->{attributes});
    is $attributes->{a}, '<b>', 'attributes are XML text';
    is $attributes->{from}, '+15017122661', '... and the call\'s own count';
    is scalar(my @times = $task->{attributes} =~ /"from":/g), 1, '... once';
    is $attributes->{call_status}, 'ringing', 'CallStatus as it was said';
    my @wait = requests($bench, '/wait');
    is scalar(@wait), 1, '9.2 waitUrl is asked once';
    my %query = query($wait[0]);
    is_deeply [sort keys %query], [sort @usual, qw(QueuePosition QueueSid QueueTime AvgQueueTime CurrentQueueSize MaxQueueSize)], '... with its parameters';
    is join(' ', @query{qw(QueuePosition QueueTime CurrentQueueSize MaxQueueSize)}), '1 0 1 100', '... the first in the queue';
    like $query{QueueSid}, qr/^QU[0-9a-f]{32}$/, '... QueueSid';
    signed_ok('... signed', @wait);
    $application->answer("$bench->{base}/in" => twiml(qq(<Enqueue workflowSid="$bench->{workflow}{sid}"><TaskAttributes>{"old":1}</TaskAttributes></Enqueue>)));
    call_in($bench);
    is $json->decode(task($bench)->{attributes})->{old}, 1, 'TaskAttributes, as it was called before';
    my $other = bench('{}', task => '');
    call_in($other);
    is $json->decode(task($other)->{attributes})->{call_sid}, $other->{call}{sid}, 'without Task';

    my @rows = (
        ['an unknown Workflow', 'workflowSid="WW' . '0' x 32 . '"', '<Task>{}</Task>'],
        ['no JSON', qq(workflowSid="$bench->{workflow}{sid}"), '<Task>selected</Task>'],
        ['no object', qq(workflowSid="$bench->{workflow}{sid}"), '<Task>[1]</Task>'],
        ['attributes that are too long', qq(workflowSid="$bench->{workflow}{sid}"), '<Task>{"x":"' . 'y' x 4000 . '"}</Task>'],
        ['a wrong priority', qq(workflowSid="$bench->{workflow}{sid}"), '<Task priority="high">{}</Task>'],
        ['a wrong timeout', qq(workflowSid="$bench->{workflow}{sid}"), '<Task timeout="0">{}</Task>'],
    );
    for my $row (@rows) {
        $application->forget;
        $application->answer("$bench->{base}/in" => twiml("<Enqueue $row->[1] action=\"action\">$row->[2]</Enqueue>"));
        my $call = call_in($bench);
        is $call->{task_sid}, undef, "14222 $row->[0]: no Task";
        ok scalar(grep { $_->{verb} eq 'error' && $_->{text} =~ /^14222: / } @{ $call->{steps} }), '... is noted';
        is +(requests($bench, '/action'))[0]{form}{QueueResult}, 'error', '... and the action is told';
    }
    like +($server->fetched('/_local/debugger')->{alerts}[0]{error_code}), qr/^14222$/, 'the debugger has it';

    my $full = bench('{}');
    $application->answer("$full->{base}/in" => twiml(qq(<Enqueue workflowSid="$full->{workflow}{sid}" action="action"/>)));
    call_in($full) for 1 .. 100;
    is $full->{call}{waits_for}, 'worker', '9.2 a hundred callers wait';
    is call_in($full)->{task_sid}, undef, '... and no more';
    is +(requests($full, '/action'))[0]{form}{QueueResult}, 'queue-full', '... which the action is told';
};

# ---- hanging up

subtest '2.1 the caller hangs up in the queue' => sub {
    my $bench = bench('{}');
    call_in($bench, hang_up_after => 30, status_callback => $application->url("$bench->{base}/told"));
    advance(29.9);
    is task($bench)->{assignment_status}, 'reserved', 'the Task waits';
    advance(0.1);
    my $task = task($bench);
    is "$task->{assignment_status} $task->{reason}", 'canceled hangup', '2.1 canceled, with the reason hangup';
    is +($bench->{space}->reservations($task))[0]{reservation_status}, 'canceled', '2.2 the Reservation too';
    my @action = requests($bench, '/action');
    is_deeply [sort keys %{ $action[0]{form} }], [sort @usual, qw(QueueResult QueueSid QueueTime)], '9.2 the parameters of the action';
    is join(' ', @{ $action[0]{form} }{qw(QueueResult QueueTime CallStatus)}), 'hangup 30 completed', '... what they say';
    signed_ok('... signed', @action);
    my ($told) = requests($bench, '/told');
    is "$told->{form}{CallStatus} $told->{form}{CallDuration}", 'completed 30', 'the number\'s status callback';
    is $server->post("/_local/calls/$bench->{call}{sid}", status => 'completed')->{status}, 409, 'it cannot hang up twice';
};

subtest '2.1 the caller hangs up in other phases' => sub {
    my $ringing = bench({ instruction => 'dequeue', status_callback_url => 'TOLD', status_callback_events => 'initiated,ringing,answered,completed' });
    $application->answer("$ringing->{base}/assign" => $json->encode({ instruction => 'dequeue',
        status_callback_url => $application->url("$ringing->{base}/told"), status_callback_events => 'initiated,ringing,answered,completed' }));
    rule(to => $ringing->{to}, answer_after => 20);
    call_in($ringing);
    my $leg = leg($ringing);
    is "$leg->{status} $leg->{waits_for}", 'ringing answer', 'the telephone rings';
    change($ringing->{call}, status => 'completed');
    is call($leg)->{status}, 'canceled', '... and stops to';
    is task($ringing)->{reason}, 'hangup', '... as the Task is canceled';
    my @told = map { +{ query($_) } } requests($ringing, '/told');
    is join(' ', map { $_->{CallStatus} } @told), 'initiated ringing canceled', '... which is told';
    advance(60);
    is task($ringing)->{assignment_status}, 'canceled', '... and nothing comes of it later';
    is codes($leg->{reservation_sid}), '', '... nor is it an error';

    my $early = bench('{}');
    $application->answer("$early->{base}/in" => { delay => 0.3, %{ twiml('<Say>late</Say><Pause length="10"/>') } });
    my $call = $server->created('/_local/calls', url => $application->url("$early->{base}/in"), wait => 'false');
    is "$call->{status} $call->{waits_for}", 'ringing document', 'wait=false: the answer comes at once';
    change($call, status => 'completed');
    quiet();
    is steps($call), 'call hangup end', 'a document that comes too late is not carried out';
    $call = call_in($early);
    is $call->{waits_for}, 'pause', 'in a Pause';
    is change($call, status => 'completed')->{status}, 'completed', '... he hangs up';

    my $talking = bench({ instruction => 'dequeue' });
    call_in($talking);
    $leg = leg($talking);
    is change($talking->{call}, status => 'completed')->{status}, 'completed', 'on the line';
    is call($leg)->{status}, 'completed', '... the Worker\'s call ends too';
    is +(requests($talking, '/action'))[0]{form}{QueueResult}, 'bridged', '9.2 ... the action is told bridged';
    is task($talking)->{assignment_status}, 'wrapping', '2.1 ... and the Task wraps';
};

subtest '9.2 leaving the queue' => sub {
    my $bench = bench('{}', enqueue => 'waitUrl="wait"', answers => {});
    $application->answer("$bench->{base}/wait" => twiml('<Say>wait</Say><Pause length="3"/><Redirect>wait2</Redirect>'),
        "$bench->{base}/wait2" => twiml('<Dial>+1</Dial><Leave/>'));
    call_in($bench);
    is call($bench->{call})->{waits_for}, 'worker', 'the waitUrl\'s document is under way';
    advance(3);
    is task($bench)->{reason}, 'leave', 'Leave: the Task is canceled';
    is +(requests($bench, '/action'))[0]{form}{QueueResult}, 'leave', '... the action is told';
    is steps($bench->{call}), 'call Enqueue Say Pause Redirect skipped queue Say hangup end', '... and its document carried out';
    my $gone = bench('{}', enqueue => 'waitUrl="wait"');
    $application->answer("$gone->{base}/wait" => twiml('<Hangup/>'));
    call_in($gone);
    is task($gone)->{reason}, 'hangup', 'Hangup while waiting';
    my $broken = bench('{}', enqueue => 'waitUrl="/nowhere"');
    is call_in($broken)->{waits_for}, 'worker', 'a waitUrl that fails: the caller goes on waiting';
    like codes($broken->{call}{task_sid}), qr/^11200$/, '... and it is noted';
    my $sent = bench('{}');
    $application->answer("$sent->{base}/voicemail" => twiml('<Record/>'));
    call_in($sent);
    change($sent->{call}, url => $application->url("$sent->{base}/voicemail"));
    is +(requests($sent, '/action'))[0]{form}{QueueResult}, 'redirected', 'a call that is sent elsewhere';
    is task($sent)->{reason}, 'redirected', '... its Task is canceled';
    is call($sent->{call})->{status}, 'completed', '... and its document is carried out';
    my $plain = bench({ instruction => 'dequeue' });
    $application->answer("$plain->{base}/in" => twiml(qq(<Enqueue workflowSid="$plain->{workflow}{sid}"/><Say>after</Say><Pause/>)));
    rule(to => $plain->{to}, talk => 10);
    call_in($plain);
    leg($plain);
    advance(10);
    is steps($plain->{call}), 'call Enqueue bridged queue Say Pause', 'without action: on behind Enqueue';
};

# ---- Workers

subtest '4.3 outcomes of dequeue' => sub {
    my @rows = (
        # name; rule; timeout; seconds until it ends; status of the leg; of the Reservation
        ['answered after a while', { answer_after => 12 }, undef, 12, 'in-progress', 'accepted'],
        ['answered too late', { answer_after => 31 }, 30, 30, 'no-answer', 'canceled'],
        ['busy', { outcome => 'busy', answer_after => 2 }, undef, 2, 'busy', 'canceled'],
        ['failed', { outcome => 'failed', answer_after => 1 }, undef, 1, 'failed', 'canceled'],
        ['nobody answers', { outcome => 'no-answer' }, 25, 25, 'no-answer', 'canceled'],
        ['nobody answers, by default', { outcome => 'no-answer' }, undef, 60, 'no-answer', 'canceled'],
    );
    for my $row (@rows) {
        my ($name, $rule, $timeout, $seconds, $status, $reservation_status) = @$row;
        my $bench = bench({ instruction => 'dequeue', defined $timeout ? (timeout => $timeout) : () });
        my $space = $bench->{space};
        rule(to => $bench->{to}, instruction => 'dequeue', %$rule, count => 1);
        call_in($bench);
        my $leg = leg($bench);
        my ($reservation) = $space->reservations(task($bench));
        $application->answer("$bench->{base}/assign" => '{}');
        if ($seconds) {
            is "$leg->{status} $reservation->{reservation_status}", 'ringing pending', "$name: it rings";
            like $json->decode(task($bench)->{attributes})->{worker_call_sid}, qr/^CA/, '... and the Task names the call';
            my $late = $server->post($reservation->{url}, ReservationStatus => 'accepted');
            is $late->{status}, 400, '13.2 ... nobody else can accept';
            like $late->{json}{message}, qr/not in expected state \[pending\] and cannot be updated to \[onHold\]/, '... in Twilio\'s words';
            is $server->post($reservation->{url}, Instruction => 'dequeue')->{json}{code}, 40135, '... nor call again';
            advance($seconds - 0.1);
            is call($leg)->{status}, 'ringing', '... until then';
        }
        advance($seconds ? 0.1 : 0);
        is call($leg)->{status}, $status, "$name: the call is $status";
        is $space->fresh($reservation)->{reservation_status}, $reservation_status, "... the Reservation $reservation_status";
        is codes($reservation->{sid}), $reservation_status eq 'canceled' ? 40133 : '', '... what the debugger says';
        is task($bench)->{assignment_status}, $reservation_status eq 'canceled' ? 'reserved' : 'assigned', '... the Task';
        is call($bench->{call})->{waits_for}, $reservation_status eq 'canceled' ? 'worker' : 'hangup', '... the caller';
    }
    my $long = bench({ instruction => 'dequeue', timeout => 300 });
    $server->updated($long->{workflow}{url}, TaskReservationTimeout => 30);
    rule(to => $long->{to}, answer_after => 200);
    call_in($long);
    my $leg = leg($long);
    advance(199);
    is +($long->{space}->reservations(task($long)))[0]{reservation_status}, 'pending', '2.3 while it rings the Reservation does not time out';
    advance(1);
    is task($long)->{assignment_status}, 'assigned', '... and is accepted then';
};

subtest '4.3 who hangs up, and status callbacks' => sub {
    my $bench = bench({}, workspace => [MultiTaskEnabled => 'true']);
    $application->answer("$bench->{base}/assign" => $json->encode({ instruction => 'dequeue', from => '+15005550006',
        status_callback_url => $application->url("$bench->{base}/told?x=y"), status_callback_events => 'initiated,ringing,answered,completed' }));
    rule(to => "$bench->{to}", answer_after => 5, talk => 61, hangs_up => 'worker');
    call_in($bench);
    my $leg = leg($bench);
    advance(66);
    is call($leg)->{status}, 'completed', 'the Worker has hung up';
    is task($bench)->{assignment_status}, 'wrapping', '2.1 the Task wraps';
    is call($bench->{call})->{status}, 'completed', 'the caller is at the end of the action\'s document';
    my ($action) = requests($bench, '/action');
    is join(' ', @{ $action->{form} }{qw(QueueResult QueueTime CallStatus)}), 'bridged 66 in-progress', '9.2 the action, which is asked for more TwiML';
    my @told = requests($bench, '/told');
    is join(' ', map { $_->{method} } @told), 'GET GET GET GET', '4.3 by GET';
    signed_ok('10.1 signed', @told);
    my @query = map { +{ query($_) } } @told;
    is join(' ', map { $_->{CallStatus} } @query), 'initiated ringing in-progress completed', '4.3 in order';
    is_deeply [sort keys %{ $query[0] }], [sort @status, 'x'], '4.3 the parameters';
    is_deeply [sort keys %{ $query[3] }], [sort @status, qw(x CallDuration Duration)], '4.3 ... at the end';
    my %wanted = (CallSid => $leg->{sid}, taskCallSid => $bench->{call}{sid}, From => '+15005550006', To => $bench->{to},
        Direction => 'outbound-api', CallDuration => 61, Duration => 2, SequenceNumber => 3,
        CallbackSource => 'call-progress-events');
    is $query[3]{$_}, $wanted{$_}, "4.3 ... $_" for sort keys %wanted;
    like $query[3]{Timestamp}, qr/^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} 2026 \d\d:\d\d:\d\d \+0000$/, '4.3 ... Timestamp';

    my $default = bench({});
    $application->answer("$default->{base}/assign" => $json->encode({ instruction => 'dequeue', status_callback_url => $application->url("$default->{base}/told") }));
    rule(to => $default->{to}, talk => 10, hangs_up => 'caller');
    call_in($default);
    leg($default);
    advance(10);
    is join(' ', map { my %q = query($_); $q{CallStatus} } requests($default, '/told')), 'completed', '4.3 by default only the end';
    is +(requests($default, '/action'))[0]{form}{CallStatus}, 'completed', 'the caller has hung up';
    my %from = query((requests($default, '/told'))[0]);
    is $from{From}, '+15558675310', '4.3 from: the number that the caller has dialled';
};

subtest '4.4 call' => sub {
    my $bench = bench({});
    my $base = $bench->{base};
    $application->answer("$base/assign" => $json->encode({ instruction => 'call', from => '+15005550006', accept => JSON::PP::true,
        url => $application->url("$base/agent"), status_callback_url => $application->url("$base/told"), timeout => 20 }),
        "$base/agent" => twiml('<Say>a call for you</Say><Pause length="4"/>'));
    rule(to => $bench->{to}, answer_after => 3);
    call_in($bench);
    my $leg = leg($bench);
    is +(requests($bench, '/agent')) + 0, 0, 'no TwiML before it is answered';
    advance(3);
    is task($bench)->{assignment_status}, 'assigned', '4.4 accepted when it is answered';
    my ($agent) = requests($bench, '/agent');
    is_deeply [sort keys %{ $agent->{form} }], [sort grep { my $name = $_; !grep { $_ eq $name } @places } @usual], '4.4 the TwiML is asked for';
    is "$agent->{form}{CallSid} $agent->{form}{Direction} $agent->{form}{CallStatus}", "$leg->{sid} outbound-api in-progress", '... about the Worker\'s call';
    signed_ok('... signed', $agent);
    advance(4);
    is call($leg)->{status}, 'completed', '... and when it is at its end so is the call';
    my ($told) = requests($bench, '/told');
    is "$told->{method} $told->{form}{CallStatus} $told->{form}{taskCallSid}", "POST completed $bench->{call}{sid}", '4.4 which is told';
    signed_ok('... signed', $told);

    my $busy = bench({ instruction => 'call', from => '+15005550006', url => 'http://127.0.0.1/', accept => JSON::PP::true });
    rule(to => $busy->{to}, outcome => 'busy', answer_after => 1);
    call_in($busy);
    $leg = leg($busy);
    $application->answer("$busy->{base}/assign" => '{}');
    advance(1);
    is codes($leg->{reservation_sid}), 40113, '4.4 busy';
    my $plain = bench({ instruction => 'call', from => '+15005550006', url => 'http://127.0.0.1/' });
    rule(to => $plain->{to}, outcome => 'busy', answer_after => 1);
    call_in($plain);
    $leg = leg($plain);
    advance(1);
    is task($plain)->{assignment_status}, 'reserved', '4.4 without accept the Reservation stays as it is';
    is codes($leg->{reservation_sid}), '', '... and it is no error';
};

subtest '4.4, 9.3 the Worker dials the queue' => sub {
    my $bench = bench({}, workspace => [MultiTaskEnabled => 'false']);
    my ($space, $base) = @$bench{qw(space base)};
    my $wrap_up = $space->new_activity('WrapUp', 0);
    $application->answer("$base/assign" => '{}');
    call_in($bench);
    quiet();
    my ($reservation) = $space->reservations(task($bench));
    my $dial = sub { twiml(qq(<Dial action="dialled"><Queue reservationSid="$_[0]" postWorkActivitySid="$wrap_up->{sid}"/></Dial><Say>not asked</Say>)) };
    $application->answer("$base/agent" => $dial->($reservation->{sid}), "$base/dialled" => twiml('<Say>thanks</Say>'));
    $server->updated($reservation->{url}, Instruction => 'call', CallFrom => '+15005550006', CallUrl => $application->url("$base/agent"));
    my $leg = leg($bench);
    is task($bench)->{assignment_status}, 'assigned', '9.3 the Reservation is accepted';
    is call($leg)->{partner_sid}, $bench->{call}{sid}, '... and the caller is on the line';
    change($bench->{call}, status => 'completed');
    quiet();
    is $space->fresh($bench->{alice})->{activity_name}, 'WrapUp', '9.3 postWorkActivitySid';
    is task($bench)->{assignment_status}, 'completed', '2.1 single-tasking: completed';
    is +(requests($bench, '/dialled'))[0]{form}{DialCallStatus}, 'completed', 'the Dial\'s action';
    is steps($leg), 'dial answer bridged Say hangup end', 'what became of the Worker\'s call' or diag explain call($leg);

    my $again = $server->created('/_local/calls', url => $application->url("$base/agent"), from => 'client:alice');
    ok scalar(grep { $_->{text} =~ /^14217: / } @{ $again->{steps} }), '14217 a Reservation that is over';
    is +(requests($bench, '/dialled'))[-1]{form}{DialCallStatus}, 'failed', '... the Dial\'s action';
    $application->answer("$base/agent" => $dial->(sid('WR', 9)));
    $again = $server->created('/_local/calls', url => $application->url("$base/agent"), from => 'client:alice');
    ok scalar(grep { $_->{text} =~ /^14215: / } @{ $again->{steps} }), '14215 one that is not there';

    # the Worker calls in
    my $calls = bench('{}');
    call_in($calls);
    quiet();
    ($reservation) = $calls->{space}->reservations(task($calls));
    $application->answer("$base/agent" => twiml(qq(<Dial><Queue reservationSid="$reservation->{sid}"/></Dial><Say>behind</Say>)));
    my $in = $server->created('/_local/calls', url => $application->url("$base/agent"), from => 'client:alice');
    is $in->{partner_sid}, $calls->{call}{sid}, '9.3 a Worker who calls in';
    is $json->decode(task($calls)->{attributes})->{worker_call_sid}, $in->{sid}, '... is named by the Task';
    change($in, status => 'completed');
    is task($calls)->{assignment_status}, 'wrapping', '... and hangs up';
    is +(requests($calls, '/action'))[0]{form}{QueueResult}, 'bridged', '... the caller\'s action';
};

subtest '4.5 redirect' => sub {
    for my $accept (0, 1) {
        my $bench = bench('{}');
        my ($space, $base) = @$bench{qw(space base)};
        $application->answer("$base/other" => twiml('<Say>voice mail</Say><Pause length="9"/>'));
        call_in($bench);
        quiet();
        my ($reservation) = $space->reservations(task($bench));
        $server->updated($reservation->{url}, Instruction => 'redirect', RedirectCallSid => $bench->{call}{sid},
            RedirectUrl => $application->url("$base/other"), $accept ? (RedirectAccept => 'true') : ());
        is +(requests($bench, '/action'))[0]{form}{QueueResult}, 'redirected', 'the action is told';
        is call($bench->{call})->{waits_for}, 'pause', 'the other TwiML is carried out';
        is $space->fresh($reservation)->{reservation_status}, $accept ? 'accepted' : 'pending', $accept ? 'accepted' : 'not accepted';
        change($bench->{call}, status => 'completed');
        is $server->post($reservation->{url}, Instruction => 'redirect', RedirectCallSid => $bench->{call}{sid}, RedirectUrl => 'http://h/')->{json}{code},
            40122, '40122 a call that is over' if !$accept;
        is $server->post($reservation->{url}, Instruction => 'dequeue')->{json}{code}, 40133, '40133 ... cannot be dequeued' if !$accept;
        is $server->post($reservation->{url}, Instruction => 'conference')->{json}{code}, 40144, '40144 ... nor conferenced' if !$accept;
    }
};

subtest '4.6 conference' => sub {
    my @joined = (qw(ConferenceSid FriendlyName AccountSid SequenceNumber Timestamp StatusCallbackEvent));
    for my $ends (0, 1) {
        my $bench = bench({});
        my $base = $bench->{base};
        $application->answer("$base/assign" => $json->encode({ instruction => 'conference', from => '+15005550006',
            end_conference_on_exit => $ends ? JSON::PP::true : JSON::PP::false,
            status_callback => $application->url("$base/told"), status_callback_event => 'initiated ringing answered completed',
            conference_status_callback => $application->url("$base/conference"), conference_status_callback_method => 'GET',
            conference_status_callback_event => 'start end join leave' }));
        rule(to => $bench->{to}, answer_after => 2, talk => 30);
        call_in($bench);
        my $leg = leg($bench);
        is task($bench)->{assignment_status}, 'reserved', '4.6 it rings';
        advance(2);
        is task($bench)->{assignment_status}, 'assigned', '4.6 accepted when both are in';
        like call($leg)->{conference_sid}, qr/^CF[0-9a-f]{32}$/, '1.1 the conference';
        advance(30);
        is call($leg)->{status}, 'completed', 'the Worker leaves';
        is task($bench)->{assignment_status}, 'wrapping', '2.1 the Task wraps';
        is call($bench->{call})->{status}, $ends ? 'completed' : 'in-progress', $ends ? 'the conference ends' : 'the caller stays';
        change($bench->{call}, status => 'completed') if !$ends;
        is join(' ', map { "$_->{method}$_->{form}{CallStatus}" } requests($bench, '/told')),
            'POSTinitiated POSTringing POSTin-progress POSTcompleted', '4.6 status_callback';
        my @seen = requests($bench, '/conference');
        signed_ok('4.6 conference_status_callback: signed', @seen);
        my @query = map { +{ query($_) } } @seen;
        is join(' ', map { $_->{StatusCallbackEvent} } @query),
            'participant-join participant-join conference-start participant-leave '
            . ($ends ? 'conference-end participant-leave' : 'participant-leave conference-end'), '... its events';
        is_deeply [sort keys %{ $query[0] }], [sort @joined, qw(CallSid Muted Hold Coaching EndConferenceOnExit StartConferenceOnEnter)], '... the parameters of a participant';
        is_deeply [sort keys %{ $query[2] }], [sort @joined], '... of the start';
        is $query[0]{FriendlyName}, $bench->{call}{task_sid}, '4.6 the conference is named after the Task';
        is "$query[0]{CallSid} $query[1]{CallSid}", "$leg->{sid} $bench->{call}{sid}", '... Worker and caller';
        is join(' ', map { $_->{SequenceNumber} } @query), '1 2 3 4 5 6', '... in order';
        my ($end) = grep { $_->{StatusCallbackEvent} eq 'conference-end' } @query;
        ok $end->{ReasonConferenceEnded} && $end->{CallSidEndingConference}, '... why it ended';
        is +(requests($bench, '/action'))[0]{form}{QueueResult}, 'bridged', '9.2 the action';
    }
    for my $ends (0, 1) {
        my $bench = bench({ instruction => 'conference', end_conference_on_customer_exit => $ends ? JSON::PP::true : JSON::PP::false });
        call_in($bench);
        my $leg = leg($bench);
        change($bench->{call}, status => 'completed');
        is call($leg)->{status}, $ends ? 'completed' : 'in-progress', $ends ? 'the customer\'s exit ends it' : 'the Worker stays';
        is task($bench)->{assignment_status}, $ends ? 'wrapping' : 'assigned', '... the Task';
        change($leg, status => 'completed') if !$ends;
        is task($bench)->{assignment_status}, 'wrapping', '... until he leaves' if !$ends;
    }
    my $busy = bench({ instruction => 'conference' });
    rule(to => $busy->{to}, outcome => 'no-answer', instruction => 'conference');
    call_in($busy);
    my $leg = leg($busy);
    $application->answer("$busy->{base}/assign" => '{}');
    advance(60);
    is codes($leg->{reservation_sid}), 40145, '4.6 nobody answers';
};

# ---- TwiML that is wrong

subtest 'the debugger about TwiML' => sub {
    my $laughs = '<!DOCTYPE r [<!ENTITY a0 "ha">' . join('', map { my $n = $_ - 1; qq(<!ENTITY a$_ ") . "&a$n;" x 10 . '">' } 1 .. 9) . ']>';
    my @rows = (
        ['no XML', { type => 'text/xml', body => '{"a":1}' }, '12100'],
        ['nothing', { type => 'text/xml', body => '' }, '12100'],
        ['no Response', { type => 'text/xml', body => '<html/>' }, '12100'],
        ['a tag that is not closed', { type => 'text/xml', body => '<Response><Say>a</Response>' }, '12100'],
        ['a bare ampersand', { type => 'application/xml', body => '<Response><Say>a & b</Say></Response>' }, '12100'],
        ['a billion laughs', { type => 'text/xml', body => "$laughs<Response><Say>&a9;</Say></Response>" }, '12100'],
        ['a file of this machine', { type => 'text/xml', body => '<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]><Response><Say>&a;</Say></Response>' }, '12100'],
        ['deep nesting', { type => 'text/xml', body => '<Response>' . '<Gather>' x 3000 . '</Gather>' x 3000 . '</Response>' }, '12100'],
        ['too many verbs', { type => 'text/xml', body => '<Response>' . '<Pause/>' x 1001 . '</Response>' }, '12100'],
        ['65 KiB', twiml('<Say>' . 'a' x 65536 . '</Say>'), '11750'],
        ['1 MiB', twiml('<Say>' . 'a' x (1 << 20) . '</Say>'), '11206'],
        ['another type', { type => 'application/json', body => '<Response/>' }, '12300'],
        ['an unknown verb', twiml('<Sing>la</Sing>'), '12200'],
        ['an unknown attribute', twiml('<Gather numdigits="1" timeout="0"/>'), '12200'],
        ['500', { status => 500, type => 'text/xml', body => '<Response/>' }, '11200'],
        ['a redirect of HTTP', { status => 302, headers => [['Location', '/x']], body => '' }, '11200'],
        ['a URL of another scheme', twiml('<Redirect>ftp://h/</Redirect>'), '11100'],
        ['nobody there', undef, '11205'],
        ['what is all right', twiml('<Say>a</Say>'), ''],
        ['TwiML as HTML', { type => 'text/html; charset=utf-8', body => '<Response><Say>a</Say></Response>' }, ''],
        ['plain text', { type => 'text/plain', body => 'a' }, ''],
        ['a sound', { type => 'audio/mpeg', body => "\x01" }, ''],
        ['204', { status => 204, body => '' }, ''],
    );
    my $refused = 'http://127.0.0.1:' . free_port() . '/nobody';
    for my $row (@rows) {
        my ($name, $answer, $codes) = @$row;
        my $url = $application->url('/t' . ++$number);
        $application->answer("/t$number" => $answer) if $answer;
        $server->deleted('/_local/debugger');
        my $call = $server->created('/_local/calls', url => $answer ? $url : $refused);
        advance(0) if $call->{waits_for};
        $call = call($call);
        is join(' ', map { $_->{error_code} } @{ $server->fetched('/_local/debugger')->{alerts} }), $codes, "$name: " . ($codes || 'nothing is noted');
        ok !defined $call->{waits_for} && $call->{status} =~ /^(?:completed|failed)$/, '... and the call is over' or diag explain $call;
    }
    $application->answer('/loop' => twiml('<Redirect>/loop</Redirect>'), '/reject' => twiml('<Reject reason="busy"/>'), '/reject2' => twiml('<Reject/>'));
    my $call = $server->created('/_local/calls', url => $application->url('/loop'));
    is "$call->{status} $call->{documents}", 'completed 100', 'a loop ends after a hundred documents';
    is $server->fetched('/_local/debugger')->{alerts}[0]{error_code}, 11215, '... which is noted';
    is $server->created('/_local/calls', url => $application->url('/reject'))->{status}, 'busy', 'Reject: busy';
    is $server->created('/_local/calls', url => $application->url('/reject2'))->{status}, 'no-answer', 'Reject';
};

# ---- the controls

subtest 'parameters' => sub {
    my $url = $application->url('/x');
    my @rows = (
        ['/_local/calls', [digits => 1], 'url: is required'],
        ['/_local/calls', [url => '/x'], 'url: expected an absolute'],
        ['/_local/calls', [url => $url, from => '555'], 'from: expected a number'],
        ['/_local/calls', [url => $url, to => "client:\n"], 'to: expected a number'],
        ['/_local/calls', [url => $url, digits => '1a'], 'digits: expected 0 to 9'],
        ['/_local/calls', [url => $url, method => 'PUT'], 'method: expected one of POST, GET'],
        ['/_local/calls', [url => $url, digit => 1], 'did you mean digits'],
        ['/_local/calls', [url => $url, status_callback => 'x'], 'status_callback: expected an absolute'],
        ['/_local/calls/outcomes', [outcome => 'sleeps'], 'outcome: expected one of answered, busy'],
        ['/_local/calls/outcomes', [count => 0], 'count: expected a whole number'],
    );
    for my $row (@rows) {
        my ($path, $form, $why) = @$row;
        my $answer = $server->post($path, @$form);
        is $answer->{status}, 400, "400 $why";
        like $answer->{json}{detail}, qr/\Q$why\E/, '... in words';
    }
    is $server->get('/_local/calls/' . sid('CA', 3))->{status}, 404, 'a call that is not there';
    is $server->post('/_local/calls/' . sid('CA', 3), status => 'completed')->{status}, 404, '... cannot hang up';
    $application->answer('/wait' => twiml('<Pause length="60"/>'));
    my $call = $server->request(method => 'POST', target => '/_local/calls', headers => [['Content-Type', 'application/json']],
        body => $json->encode({ url => $application->url('/wait'), hang_up_after => 2.5 }))->{json};
    is $call->{waits_for}, 'pause', 'parameters as JSON';
    advance(2.5);
    is call($call)->{status}, 'completed', '... numbers too';

    $server->deleted('/_local/calls/outcomes');
    is_deeply $server->fetched('/_local/calls/outcomes'), { outcomes => [] }, 'no rules';
    rule(to => 'client:*', outcome => 'busy', answer_after => 1.5, count => 2);
    is_deeply rule(talk => 3, hangs_up => 'caller', instruction => 'call'), { outcomes => [
        { to => 'client:*', instruction => 'any', outcome => 'busy', answer_after => 1.5, talk => undef, hangs_up => 'worker', count => 2 },
        { to => undef, instruction => 'call', outcome => 'answered', answer_after => 0, talk => 3, hangs_up => 'caller', count => undef }] },
        'rules, in the order in which they are looked at';
    rule(to => "x$_") for 3 .. 100;
    is $server->post('/_local/calls/outcomes', to => 'x')->{status}, 409, 'a hundred at most';
    $server->deleted('/_local/calls/outcomes');
};

subtest 'rules one after the other, and the loop of a Worker who is not there' => sub {
    my $bench = bench({ instruction => 'dequeue' });
    rule(to => $bench->{to}, outcome => 'busy', answer_after => 5, count => 2);
    rule(to => 'client:al*', outcome => 'answered');
    call_in($bench);
    leg($bench);
    advance(5);
    is join(' ', map { $_->{reservation_status} } $bench->{space}->reservations(task($bench))), 'canceled pending', '13.2 canceled, and made again';
    advance(5);
    is join(' ', map { $_->{reservation_status} } $bench->{space}->reservations(task($bench))), 'canceled canceled accepted', '... until he answers';
    $server->deleted('/_local/calls/outcomes');
};

subtest 'Reservations that end while it rings' => sub {
    my $bench = bench({ instruction => 'dequeue' });
    rule(to => $bench->{to}, answer_after => 10);
    call_in($bench);
    my $leg = leg($bench);
    $server->updated(task($bench)->{url}, AssignmentStatus => 'canceled', Reason => 'test');
    advance(10);
    is call($leg)->{status}, 'canceled', 'the Task was canceled: nobody is connected';
    is codes($leg->{reservation_sid}), 40133, '... which is noted';
    is call($bench->{call})->{waits_for}, 'worker', 'the caller goes on waiting';

    my $two = bench('{}');
    $two->{space}->worker('Bob', { contact_uri => 'client:bob' });
    $server->updated($two->{queue}{url}, MaxReservedWorkers => 2);
    call_in($two);
    quiet();
    my ($first, $second) = $two->{space}->reservations(task($two));
    rule(answer_after => 10, count => 1);
    $server->updated($first->{url}, Instruction => 'dequeue');
    is $two->{space}->fresh($second)->{reservation_status}, 'rescinded', '2.3 only one Worker is called: the others are rescinded at once';
    $server->deleted('/_local/calls/outcomes');
};

subtest 'limits.calls' => sub {
    my $directory = temporary_directory();
    write_file("$directory/c.json", '{"limits":{"calls":3}}');
    my $small = TaskRouter::Taskrouterd->start(directory => $directory, arguments => ['-c', "$directory/c.json"]);
    my $space = $small->new_workspace;
    my $workflow = $space->workflow('W', $space->queue('Q'));
    $application->answer('/full' => twiml(qq(<Enqueue workflowSid="$workflow->{sid}"/>)));
    my @calls = map { $small->created('/_local/calls', url => $application->url('/full')) } 1 .. 3;
    is $small->post('/_local/calls', url => $application->url('/full'))->{status}, 503, 'callers who wait do not make room';
    my $reservation = sub {
        my $task = $space->task($workflow, { call_sid => sid('CA', 8) }, Priority => 9);
        return $space->reservation($task);
    };
    my $alice = $space->worker('Alice', { contact_uri => 'client:alice' }, capacity => { default => 9, voice => 0 });
    my $first = $reservation->();
    is $small->post($first->{url}, Instruction => 'dequeue')->{json}{code}, 40133, '... nor for calls to Workers';
    is $space->fresh($first)->{reservation_status}, 'pending', '... whose Reservations stay as they are';
    $small->updated("/_local/calls/$calls[1]{sid}", status => 'completed');
    $small->updated($first->{url}, Instruction => 'dequeue');
    is $small->get("/_local/calls/$calls[1]{sid}")->{status}, 404, 'who has hung up makes room';
    $small->updated($reservation->()->{url}, Instruction => 'dequeue');
    my $list = $small->fetched('/_local/calls');
    is $list->{total} . ' ' . @{ $list->{calls} }, '5 3', '... and so does a Worker who is alone on the line';
    is_deeply [map { $_->{sid} } @{ $list->{calls} }[1, 2]], [map { $_->{sid} } @calls[2, 0]], '... while callers wait, the newest first';
};

subtest 'restarts' => sub {
    my $other = TaskRouter::Taskrouterd->start(on_disk => 1);
    my $space = $other->new_workspace;
    my $workflow = $space->workflow('W', $space->queue('Q'));
    $application->answer('/stays' => twiml(qq(<Enqueue workflowSid="$workflow->{sid}"/>)));
    my $call = $other->created('/_local/calls', url => $application->url('/stays'));
    my $path = $space->path('Tasks', $call->{task_sid});
    is $other->fetched($path)->{assignment_status}, 'pending', 'a caller waits';
    $application->answer('/hangs' => { hang => 1 });
    my $hangs = $other->created('/_local/calls', url => $application->url('/hangs'), wait => 'false');
    is $hangs->{waits_for}, 'document', 'a call whose application hangs';
    my $client = waiting_call($other);
    $other->stop;
    is $client->read_response('POST')->{status}, 503, 'the program stops: who waits for a call is told';
    $other->run;
    is $other->fetched('/_local/calls')->{total}, 0, 'after a restart nobody waits';
    is $other->fetched($path)->{assignment_status}, 'pending', '... and the Task stays as it was';
};

subtest 'reset' => sub {
    my $client = waiting_call($server);
    is $server->post('/_local/reset')->{status}, 204, 'a reset while somebody waits for a call';
    is $client->read_response('POST')->{status}, 409, '... who is told';
    is $server->fetched('/_local/calls')->{total}, 0, '... no call is left';
};

is_deeply [$server->violations], [], 'all answers are as the description has them';
done_testing;
