# The assignment callback and what its answer does: https://www.twilio.com/docs/taskrouter/handle-assignment-callbacks.
# Each case has a Workspace of its own; all are started first and looked at afterwards. Cases begin with the section of
# the facts.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::PP ();
use Test::More;
use TaskRouter::Application;
use TaskRouter::Fixture qw($account $auth_token);
use TaskRouter::Process qw(time_limit free_port);
use TaskRouter::Signature qw(sid sign_form);
use TaskRouter::Taskrouterd;
use Time::HiRes qw(time);

time_limit(120);
my $server = TaskRouter::Taskrouterd->start;
my $application = TaskRouter::Application->start;
my $html = { status => 200, type => 'text/html' };
my $accept = '{"instruction":"accept"}';
my $call_sid = 'CA' . 'b' x 32;
my $refused = 'http://127.0.0.1:' . free_port() . '/nobody';

# The error numbers that the debugger has for this Reservation.
sub debugger_codes {
    my $reservation = shift;
    my $alerts = $server->fetched('/_local/debugger')->{alerts};
    return map { $_->{error_code} } grep { JSON::PP->new->encode($_) =~ /$reservation->{sid}/ } @$alerts;
}

# name; answer of the callback (or undef: no server); answer of the fallback (absent: none is set); status of the
# Reservation afterwards; more: code (of the debugger), attributes, worker (Activity), hits (of the fallback)
my @rows = (
    { name => '3.2 accept', answer => $accept, status => 'accepted' },
    { name => '3.2 a charset behind the type', answer => { type => 'application/json; charset=utf-8', body => $accept },
        status => 'accepted' },
    { name => '3.2 an empty body', answer => { body => '' }, status => 'pending' },
    { name => '3.2 {}', answer => '{}', status => 'pending', code => 0 },
    { name => '3.2 an object without instruction', answer => '{"message":"hello"}', status => 'pending',
        code => 40005 },
    { name => '3.2 a misspelt instruction', answer => '{"instuction":"accept"}', status => 'pending', code => 40005 },
    { name => '3.2 no JSON', answer => 'accept', status => 'pending', code => 40001 },
    { name => '3.2 JSON in a text', answer => '"{\"instruction\":\"accept\"}"', status => 'pending', code => 40001 },
    { name => '3.2 a wrong content type', answer => { %$html, body => $accept }, status => 'pending', code => 40000 },
    { name => '3.2 an unknown instruction', answer => '{"instruction":"sing"}', status => 'pending', code => 55555 },
    { name => '3.2 not 200, no fallback', answer => { status => 500, body => $accept }, status => 'canceled' },
    { name => '3.2 201', answer => { status => 201, body => $accept }, status => 'canceled' },
    { name => '3.2 204', answer => { status => 204, body => '' }, status => 'canceled' },
    { name => '3.2 a redirect', answer => { status => 302, headers => [['Location', '/accept']], body => $accept },
        status => 'canceled' },
    { name => '3.2 nobody there', answer => undef, status => 'canceled' },
    { name => '3.2 no answer at all', answer => [({ drop => 1 }) x 2, '{}'], status => 'canceled' },
        # libcurl tries a kept connection's again
    { name => '3.2 slower than 5 s', answer => { delay => 6, body => $accept }, status => 'canceled', slow => 5 },
    { name => '3.2 500, the fallback accepts', answer => { status => 500 }, fallback => $accept, status => 'accepted',
        hits => 1 },
    { name => '3.2 nobody there, the fallback accepts', answer => undef, fallback => $accept, status => 'accepted',
        hits => 1 },
    { name => '3.2 slower than 5 s, the fallback accepts', answer => { delay => 7 }, fallback => $accept,
        status => 'accepted', hits => 1, slow => 5 },
    { name => '3.2 both fail', answer => { status => 404 }, fallback => { status => 503 }, status => 'canceled',
        hits => 1 },
    { name => '3.2 bad JSON is no reason for the fallback', answer => 'x', fallback => $accept, status => 'pending',
        hits => 0, code => 40001 },
    { name => '3.2 no callback at all', status => 'pending' },
    { name => '3.4 a fragment is not sent', answer => $accept, fragment => '#rc=2&rp=all', status => 'accepted' },
    { name => '4.2 reject with an Activity', answer => '{"instruction":"reject","activity_sid":"Unavailable"}',
        status => 'rejected', worker => 'Unavailable' },
    { name => '4.2 reject with one that is not there', answer => '{"instruction":"reject","activity_sid":"' . sid('WA')
        . '"}', status => 'pending', code => 40100 },
    { name => '4.3 dequeue',
        answer => qq({"instruction":"dequeue","from":"+15005550006","to":"client:alice","timeout":20}),
        status => 'accepted', attributes => { call_sid => $call_sid }, called => 1 },
    { name => '4.3 dequeue to contact_uri', answer => '{"instruction":"dequeue","from":"+15005550006"}',
        status => 'accepted', attributes => { call_sid => $call_sid }, called => 1 },
    { name => '4.3 dequeue without a call', answer => '{"instruction":"dequeue","from":"+15005550006"}',
        status => 'pending', code => 40140 },
    { name => '4.3 dequeue to a wrong place',
        answer => '{"instruction":"dequeue","to":"nowhere at all","from":"+15005550006"}', status => 'pending',
        attributes => { call_sid => $call_sid }, code => 40131 },
    { name => '4.4 call that accepts',
        answer => '{"instruction":"call","from":"+15005550006","url":"https://example.com/x","accept":true}',
        status => 'accepted', called => 1 },
    { name => '4.4 call without accept',
        answer => '{"instruction":"call","from":"+15005550006","url":"https://example.com/x"}', status => 'pending',
        called => 1 },
    { name => '4.4 call without from', answer => '{"instruction":"call","url":"https://example.com/x"}',
        status => 'pending', code => 40111 },
    { name => '4.4 call without url', answer => '{"instruction":"call","from":"+15005550006"}', status => 'pending',
        code => 40112 },
    { name => '4.5 redirect that accepts',
        answer => qq({"instruction":"redirect","call_sid":"$call_sid","url":"https://example.com/x","accept":true}),
        attributes => { call_sid => $call_sid }, status => 'accepted' },
    { name => '4.5 redirect without url', answer => qq({"instruction":"redirect","call_sid":"$call_sid"}),
        attributes => { call_sid => $call_sid }, status => 'pending', code => 40120 },
    { name => '4.5 redirect without call_sid', answer => '{"instruction":"redirect","url":"https://example.com/x"}',
        status => 'pending', code => 40121 },
    { name => '4.6 conference', answer => '{"instruction":"conference","from":"+15005550006","to":"client:alice"}',
        attributes => { call_sid => $call_sid }, status => 'accepted', called => 1 },
    { name => '4.6 conference without a call', answer => '{"instruction":"conference","from":"+15005550006"}',
        status => 'pending', code => 40142 },
);

my $number = 0;
for my $row (@rows) {
    my $path = '/case' . ++$number;
    my $space = $row->{space} = $server->new_workspace(FriendlyName => $row->{name});
    my $queue = $space->queue('Q');
    my @urls;
    if (exists $row->{answer}) {
        my $answer = $row->{answer};
        $answer =~ s/"Unavailable"/'"' . $space->activity('Unavailable') . '"'/e if defined $answer && !ref $answer;
        # A canceled Reservation is followed by the next at once: that one is to wait.
        $application->answer($path => ref $answer eq 'ARRAY' ? $answer
            : [$answer, $row->{status} eq 'canceled' ? '{}' : ()]) if defined $answer;
        push @urls, AssignmentCallbackUrl => (defined $answer ? $application->url($path) : $refused)
            . ($row->{fragment} // '');
    }
    if (exists $row->{fallback}) {
        $application->answer("$path/fallback" => [$row->{fallback}, $row->{status} eq 'canceled' ? '{}' : ()]);
        push @urls, FallbackAssignmentCallbackUrl => $application->url("$path/fallback");
    }
    $row->{path} = $path;
    $row->{workflow} = $space->workflow('W', $queue, @urls);
    $row->{queue} = $queue;
    $row->{worker_resource} = $space->worker('Alice', { contact_uri => 'client:alice' });
    $row->{task} = $space->task($row->{workflow}, $row->{attributes} // { n => $number }, Priority => 7);
    $space->move($row->{worker_resource}, 'Offline') if exists $row->{answer} && !defined $row->{answer};
}

for my $row (sort { ($a->{slow} // 0) <=> ($b->{slow} // 0) } @rows) {
    my $space = $row->{space};
    my $reservation = $space->reservation($row->{task});
    ($reservation) = $space->reservations($row->{task});
    my $seen = $space->wait_for($reservation, 'reservation_status', $row->{status}, 8);
    my @hits = $row->{status} eq 'pending' && exists $row->{answer} ? $application->wait_for($row->{path}, 1) : ();
    $seen = $space->fresh($reservation) if $row->{status} eq 'pending';
    is $seen->{reservation_status}, $row->{status}, $row->{name};
    is $space->fresh($row->{worker_resource})->{activity_name}, $row->{worker}, '... the Activity of the Worker'
        if $row->{worker};
    like $space->fresh($row->{task})->{attributes}, qr/"worker_call_sid":"CA[0-9a-f]{32}"/,
        '... the Task knows the call' if $row->{called};
    is $space->fresh($row->{task})->{assignment_status}, 'assigned', '2.1 ... the Task is assigned'
        if $row->{status} eq 'accepted';
    if (defined $row->{hits}) {
        my @fallback = grep { $_->{form}{ReservationSid} eq $reservation->{sid} } $application->requests("$row->{path}/fallback");
        is scalar(@fallback), $row->{hits}, "... the fallback was asked $row->{hits} times";
        my ($primary) = grep { $_->{form}{ReservationSid} eq $reservation->{sid} } $application->requests($row->{path});
        is_deeply [sort keys %{ $fallback[0]{form} }], [sort keys %{ $primary->{form} }], '... with the same parameters'
            if $row->{hits} && $primary;
    }
    if (defined $row->{code}) {
        my @codes = debugger_codes($reservation);
        is "@codes", $row->{code} || '', '4.8 ... what the debugger says';
    }
}

subtest '3.1 the request' => sub {
    my ($row) = grep { $_->{name} eq '3.2 accept' } @rows;
    my $space = $row->{space};
    my @requests = $application->requests($row->{path});
    is scalar(@requests), 1, '3.1 one callback for a Reservation';
    my $request = $requests[0];
    my $form = $request->{form};
    my ($reservation) = $space->reservations($row->{task});
    is "$request->{method} $request->{target}", "POST $row->{path}", '3.1 a POST to the URL';
    like $request->{headers}{'content-type'}, qr{^application/x-www-form-urlencoded\b}, '3.1 a form';
    is_deeply [sort keys %$form],
        [sort qw(Timestamp AccountSid WorkspaceSid WorkflowSid TaskQueueSid WorkerSid WorkerAttributes TaskSid
        TaskAttributes TaskAge TaskPriority ReservationSid)], '3.1 the twelve parameters';
    my %wanted = (AccountSid => $account, WorkspaceSid => $space->sid, WorkflowSid => $row->{workflow}{sid},
        TaskQueueSid => $row->{queue}{sid},
        WorkerSid => $row->{worker_resource}{sid}, WorkerAttributes => '{"contact_uri":"client:alice"}',
            TaskSid => $row->{task}{sid},
        TaskAttributes => $row->{task}{attributes}, TaskPriority => 7, ReservationSid => $reservation->{sid});
    is $form->{$_}, $wanted{$_}, "3.1 $_" for sort keys %wanted;
    like $form->{TaskAge}, qr/^[0-2]$/, '3.1 TaskAge in seconds';
    ok abs($form->{Timestamp} - $request->{at}) <= 2, '3.1 Timestamp: Unix seconds' or diag $form->{Timestamp};
    is $request->{headers}{'x-twilio-signature'}, sign_form($auth_token, $application->url($row->{path}),
        @{ $request->{pairs} }), '10.1 signed';
    ok length($request->{headers}{'i-twilio-idempotency-token'} // ''), '3.4 with an idempotency token';
    my ($fragment) = grep { $_->{fragment} } @rows;
    ($request) = $application->requests($fragment->{path});
    is $request->{target}, $fragment->{path}, '3.4 the fragment is not sent';
    is $request->{headers}{'x-twilio-signature'}, sign_form($auth_token, $application->url($fragment->{path}),
        @{ $request->{pairs} }),
        '3.4 ... nor signed';
};

subtest '3.1, 7.5 a callback for each Worker' => sub {
    my $space = $server->new_workspace;
    $application->answer('/each' => '{}');
    $space->worker($_) for qw(Alice Bob Carol);
    my $task = $space->task($space->workflow('W', $space->queue('Q', MaxReservedWorkers => 3),
        AssignmentCallbackUrl => $application->url('/each')));
    my @requests = $application->wait_for('/each', 3);
    my %seen = map { $_->{form}{ReservationSid} => 1 } @requests;
    is_deeply [sort keys %seen], [sort map { $_->{sid} } $space->reservations($task)], '7.5 one for each Reservation';
};

subtest '3.2 a slow application holds up nobody' => sub {
    $application->answer('/hang' => { hang => 1 }, '/quick' => $accept);
    my ($slow, $quick) = map { $server->new_workspace } 1 .. 2;
    my $workflow = $slow->workflow('W', $slow->queue('Q'), AssignmentCallbackUrl => $application->url('/hang'));
    $slow->worker("Worker $_") for 1 .. 10;
    $slow->task($workflow) for 1 .. 10;
    $quick->worker('Alice');
    my $begin = time;
    my $task = $quick->task($quick->workflow('W', $quick->queue('Q'),
        AssignmentCallbackUrl => $application->url('/quick')));
    is $quick->task_until($task, 'assigned', 4)->{assignment_status}, 'assigned', '3.2 ten that hang, one that answers';
    cmp_ok time - $begin, '<', 2, '... at once';
};

subtest 'credentials in the URL' => sub {
    my $space = $server->new_workspace;
    $application->answer('/basic' => [{ status => 401, headers => [['WWW-Authenticate', 'Basic realm="x"']],
        body => '' }, $accept]);
    $space->worker('Alice');
    my $url = $application->url('/basic') =~ s{//}{//user:pa%20ss@}r;
    my $task = $space->task($space->workflow('W', $space->queue('Q'), AssignmentCallbackUrl => $url));
    is $space->task_until($task, 'assigned')->{assignment_status}, 'assigned', '3.4 Basic credentials of the URL';
    my @requests = $application->requests('/basic');
    is_deeply [map { $_->{headers}{authorization} } @requests], [undef, 'Basic dXNlcjpwYSBzcw=='],
        '3.4 ... sent when asked for';
};

is_deeply [$server->violations], [], 'every answer is as the description says';
ok !$server->process->ended, 'and taskrouterd is still there';
done_testing;
