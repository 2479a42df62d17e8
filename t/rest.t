# What the program sends to TaskRouter's REST API, and what it makes of the answers, good and bad.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use IO::Socket::INET;
use JSON::PP ();
use MIME::Base64 qw(encode_base64);
use Test::More;
use TaskRouter::Fixture qw($account $workspace $workflow $auth_token $api_key $api_secret operator bearer
    $operator_token);
use TaskRouter::Cases qw(callback_request);
use TaskRouter::FastCGI;
use TaskRouter::Process qw(time_limit free_port wait_until);
use TaskRouter::Responder;
use TaskRouter::Signature qw(sid form_body);
use TaskRouter::StandIn;
use TaskRouter::StandIn::Resources;
use Time::HiRes qw(time sleep);

time_limit(150);
my $stand_in = TaskRouter::StandIn->start;
my $rest = { connect_timeout => 1, timeout => 2, answer_limit => 65536, calls => 20 };
my $responder = TaskRouter::Responder->start_fastcgi(configuration => { api_url => $stand_in->url, rest => $rest });

sub operator_request {
    my ($path, @form) = @_;
    return { method => 'POST', target => "/taskrouter$path", body => form_body(@form),
        headers => [operator(), ['Content-Type', 'application/x-www-form-urlencoded']] };
}

sub create { my ($to, @form) = @_; return ($to // $responder)->fastcgi_request(operator_request('/create_task', Priority => 1, @form)) }

sub accept_reservation {
    my $number = shift;
    return $responder->fastcgi_request(operator_request('/accept_reservation', TaskSid => sid('WT'),
        ReservationSid => sid('WR', $number)));
}

# The status and the time it took, for a TaskRouter that behaves as told; then how many calls it saw.
sub with_behaviour {
    my ($behaviour, $ask) = @_;
    $stand_in->reset;
    $stand_in->behave(ref $behaviour eq 'ARRAY' ? @$behaviour : $behaviour);
    my $begin = time;
    my $answer = $ask ? $ask->() : create();
    my $took = time - $begin;
    my @requests = $stand_in->requests;
    $stand_in->reset;
    return ($answer, $took, @requests);
}

sub problem { return eval { JSON::PP::decode_json($_[0]{body}) } // {} }
my $true = JSON::PP::true();

subtest 'what is sent' => sub {
    $stand_in->reset;
    is create(undef, Attributes => '{"a":"ä+&="}', TaskChannel => 'voice')->{status}, 200, 'create_task';
    is accept_reservation(11)->{status}, 200, 'accept_reservation';
    my ($create, $accept) = $stand_in->requests;
    is "$create->{method} $create->{target}", "POST /v1/Workspaces/$workspace/Tasks", 'the path of a new Task';
    is "$accept->{method} $accept->{target}",
        "POST /v1/Workspaces/$workspace/Tasks/" . sid('WT') . '/Reservations/' . sid('WR', 11), 'the path of a Reservation';
    is $create->{headers}{authorization}, 'Basic ' . encode_base64("$account:$auth_token", ''), 'account and auth token';
    like $create->{headers}{'user-agent'}, qr{^taskrouter-fcgi/\d}, 'a User-Agent';
    like $create->{headers}{'content-type'}, qr{^application/x-www-form-urlencoded\b}, 'a form';
    ok !exists $create->{headers}{expect}, 'no Expect: 100-continue';
    my $sent = TaskRouter::StandIn::Resources::form_parameters($create);
    is_deeply $sent, { WorkflowSid => $workflow, Attributes => '{"a":"ä+&="}', Priority => 1,
        TaskChannel => 'voice' }, 'the parameters, each decoded to what was given' or diag explain $sent;
    is $accept->{body}, 'ReservationStatus=accepted', 'the new status of the Reservation';
};

subtest 'an API key instead of the auth token' => sub {
    my $with_key = TaskRouter::Responder->start_fastcgi(configuration => { api_url => $stand_in->url, api_key => $api_key,
        api_secret => $api_secret });
    $stand_in->reset;
    is create($with_key)->{status}, 200, 'is accepted';
    my ($request) = $stand_in->requests;
    is $request->{headers}{authorization}, 'Basic ' . encode_base64("$api_key:$api_secret", ''), 'key and secret are sent';
    is $with_key->fastcgi_request(callback_request())->{status}, 200, 'callbacks are still checked with the auth token';
    $with_key->stop;
};

subtest 'answers that come late or not at all' => sub {
    my ($answer, $took, @requests) = with_behaviour({ hang => $true });
    is $answer->{status}, 504, 'no answer: 504';
    cmp_ok $took, '<', 3, '... within the limit';
    is scalar @requests, 1, '... and the POST was sent once';
    ($answer, $took) = with_behaviour({ delay => 0.5 });
    is $answer->{status}, 200, 'an answer in time';
    ($answer, $took, @requests) = with_behaviour({ delay => 5 });
    is $answer->{status}, 504, 'an answer too late: 504';
    is scalar @requests, 1, '... and the POST was sent once';
    ($answer) = with_behaviour({ hang => $true }, sub { accept_reservation(12) });
    is $answer->{status}, 504, 'accept_reservation: 504';
};

subtest 'a refused update, and the reading of the Reservation after it' => sub {
    my %refused = (status => 400, body => '{"code":20001,"message":"not in expected state","status":400}');
    my ($answer, $took, @requests) = with_behaviour({ %refused, delay => 1.5 }, sub { accept_reservation(13) });
    is scalar @requests, 2, 'both are asked';
    cmp_ok $took, '<', 2.7, '... within one time limit';
    is $answer->{status}, 502, '... and where reading failed the refusal is the answer';
    is problem($answer)->{code}, 20001, '... with its error number';
    ($answer) = with_behaviour([{ %refused, times => 1 }, { status => 404, body => '{"code":20404,"status":404}' }],
        sub { accept_reservation(13) });
    is $answer->{status}, 409, 'a Reservation that is not there any more: 409';
    is problem($answer)->{code}, 20001, '... in the words of the refusal';
};

subtest 'a refused change by an operator, and the reading of the resource after it' => sub {
    my $change = sub { $responder->fastcgi_request(operator_request('/reservations/' . sid('WR', 13), WorkerSid => sid('WK'),
        ReservationStatus => 'accepted')) };
    my %refused = (status => 400, body => '{"code":20001,"message":"not in expected state","status":400}', times => 1);
    my ($answer, $took, @requests) = with_behaviour([{%refused}, { status => 404, body => '{"code":20404,"status":404}' }], $change);
    is join(' ', $answer->{status}, problem($answer)->{code}), '409 20001', 'it is not there any more: 409, in the words of the refusal';
    my $path = "/v1/Workspaces/$workspace/Workers/" . sid('WK') . '/Reservations/' . sid('WR', 13);
    is_deeply [map { "$_->{method} $_->{target}" } @requests], ["POST $path", "GET $path"], '... which is what was asked';
    ($answer) = with_behaviour([{%refused}, { status => 500, body => '{"code":20500,"status":500}' }], $change);
    is join(' ', $answer->{status}, problem($answer)->{code}), '400 20001', 'it cannot be read: the refusal alone';
    ($answer) = with_behaviour([{%refused}, { status => 200, body => '{"reservation_status":"pending"}' }], $change);
    is join(' ', $answer->{status}, problem($answer)->{code}), '400 20001', 'it could be accepted: the refusal had another reason';
    ($answer) = with_behaviour([{%refused}, { status => 200, body => '{"reservation_status":"accepted"}' }], $change);
    is "$answer->{status} $answer->{body}", '200 {"reservation_status":"accepted"}', 'it is accepted: done';
    ($answer, $took, @requests) = with_behaviour([{ %refused, delay => 1.5 }, { hang => $true }], $change);
    cmp_ok $took, '<', 2.7, 'both within one time limit';
    is $answer->{status}, 400, '... and the refusal is the answer';
    ($answer, $took, @requests) = with_behaviour({ status => 401, body => '{"code":20003,"message":"Authenticate"}' }, $change);
    is join(' ', $answer->{status}, problem($answer)->{code}, scalar @requests), '502 20003 1',
        'credentials that TaskRouter does not know are not the operator\'s fault';
    for (['no JSON', 200, 'oops'], ['a page without meta', 200, '{"tasks":[]}'], ['half a page', 200, '{"meta":{},"tasks":[']) {
        my ($name, $status, $body) = @$_;
        ($answer) = with_behaviour({ status => $status, body => $body }, sub { $responder->fastcgi_request({ method => 'GET',
            target => '/taskrouter/tasks', headers => [operator()] }) });
        is $answer->{status}, 502, "a list that is $name: 502";
        like problem($answer)->{detail}, qr/^TaskRouter's answer could not be understood/, '... and why';
    }
};

subtest 'broken connections' => sub {
    for my $kept (0, 1) {
        my $name = $kept ? 'a kept connection' : 'a new connection';
        for my $drop ('after', 'before') {
            my $fresh = TaskRouter::Responder->start_fastcgi(configuration => { api_url => $stand_in->url, rest => $rest });
            if ($kept) { is create($fresh)->{status}, 200, "$name: first a good call" }
            my ($answer, $took, @requests) = with_behaviour({ drop => $drop, times => 1 }, sub { create($fresh) });
            is $answer->{status}, 502, "$name, closed without an answer ($drop the request was read): 502";
            is scalar @requests, $drop eq 'after' ? 1 : 0, '... and the POST was not sent again';
            $fresh->stop;
        }
    }
    my ($answer, $took, @requests) = with_behaviour({ cut => 20 });
    is $answer->{status}, 502, 'an answer cut short: 502';
    is scalar @requests, 1, '... and the POST was sent once';
};

subtest 'nobody there' => sub {
    my $port = free_port();
    my $alone = TaskRouter::Responder->start_fastcgi(configuration => { api_url => "http://127.0.0.1:$port", rest => $rest });
    my $begin = time;
    is create($alone)->{status}, 502, 'connection refused: 502';
    cmp_ok time - $begin, '<', 1, '... at once';
    $alone->stop;
    # a listener whose queue is full: further connections are neither accepted nor refused
    my $full = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 1) or die "listen: $!";
    my @queue = map { IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $full->sockport, Blocking => 0) } 1 .. 8;
    $alone = TaskRouter::Responder->start_fastcgi(configuration => { api_url => 'http://127.0.0.1:' . $full->sockport,
        rest => $rest });
    $begin = time;
    is create($alone)->{status}, 504, 'a connection that is not made in time: 504';
    cmp_ok time - $begin, '<', 1.8, '... after the connect limit';
    $alone->stop;
};

subtest '429 and 503' => sub {
    for my $status (429, 503) {
        my $soon = { status => $status, headers => { 'Retry-After' => '1' }, times => 1,
            body => { code => 20000 + $status, message => 'Too Many Requests', status => $status } };
        my ($answer, $took, @requests) = with_behaviour($soon);
        is $answer->{status}, 200, "$status with Retry-After: 1 is waited for";
        cmp_ok $took, '>=', 0.9, '... a second';
        is scalar @requests, 2, '... and the call repeated once';
        ($answer, $took, @requests) = with_behaviour({ %$soon, headers => { 'Retry-After' => '30' } });
        is $answer->{status}, 503, "$status with Retry-After: 30 is too long to wait: 503";
        cmp_ok $took, '<', 1, '... at once';
        is $answer->{headers}{'retry-after'}[0], 30, '... with the Retry-After handed on';
        is problem($answer)->{code}, 20000 + $status, "... and Twilio's code";
        is scalar @requests, 1, '... after one call';
    }
    my ($answer, $took, @requests) = with_behaviour({ status => 429, headers => { 'Retry-After' => '1' } });
    is $answer->{status}, 503, '429 again and again: 503 in the end';
    cmp_ok $took, '<', 2.5, '... within the limit';
    cmp_ok scalar @requests, '<=', 3, '... after few calls';
    ($answer, $took, @requests) = with_behaviour({ status => 503 });
    is scalar @requests, 1, '503 without Retry-After is not repeated';
};

subtest 'other refusals' => sub {
    my @refusals = ([400, 20001, 'WorkflowSid is not valid'], [401, 20003, 'Authenticate'], [403, 20403, 'Forbidden'],
        [404, 20404, 'The requested resource /Workspaces/WS/Tasks was not found'], [500, 20500, 'Internal']);
    for my $refusal (@refusals) {
        my ($status, $code, $message) = @$refusal;
        my ($answer, $took, @requests) = with_behaviour({ status => $status, body => { code => $code, message => $message,
            status => $status, more_info => "https://www.twilio.com/docs/errors/$code" } });
        is $answer->{status}, 502, "$status from TaskRouter: 502";
        is problem($answer)->{code}, $code, "... with Twilio's code";
        like problem($answer)->{detail}, qr/\Q$message\E/, "... and its words";
        is scalar @requests, 1, '... and the POST was sent once';
    }
};

subtest 'answers that make no sense' => sub {
    my %answers = (
        'no JSON' => { status => 201, body => '<html>hello</html>' },
        'an empty body' => { status => 201, body => '' },
        'no object' => { status => 201, body => '[]' },
        'no attributes' => { status => 201, body => { sid => sid('WT') } },
        'no sid' => { status => 201, body => { attributes => '{}' } },
        'a sid with a line break' => { status => 201, body => { attributes => '{}', sid => "WT\r\nX-Evil: 1" } },
        'a name twice' => { status => 201, body => '{"sid":"' . sid('WT') . '","attributes":"{}","attributes":"{}"}' },
        'deep nesting' => { status => 201, body => '[' x 5000 },
        'a redirect status' => { status => 301, headers => { Location => '/v1/elsewhere' } },
        'no content' => { status => 204, body => '' },
        'too long' => { huge => 200_000 },
    );
    for my $name (sort keys %answers) {
        my ($answer, $took, @requests) = with_behaviour($answers{$name});
        is $answer->{status}, 502, "$name: 502";
        ok !$answer->{headers}{'x-evil'}, '... and no header of its making';
        is scalar @requests, 1, '... after one call';
    }
};

subtest 'redirects are not followed' => sub {
    my $elsewhere = TaskRouter::StandIn->start;
    for my $target ($elsewhere->url . "/v1/Workspaces/$workspace/Tasks", 'file:///etc/hostname') {
        my ($answer) = with_behaviour({ redirect => $target });
        is $answer->{status}, 502, "to $target: 502" =~ s/:\d+//r;
    }
    is scalar(my @requests = $elsewhere->requests), 0, 'nobody was asked there';
    $elsewhere->stop;
};

subtest 'a Reservation that is gone is read' => sub {
    for my $status ('rescinded', 'canceled', 'timeout') {
        $stand_in->reset;
        $stand_in->preset(sid('WR', 20) => $status);
        is accept_reservation(20)->{status}, 409, "$status: 409";
        my @seen = map { $_->{method} } $stand_in->requests;
        is "@seen", 'POST GET', '... it was read after the refusal';
    }
    $stand_in->reset;
    $stand_in->preset(sid('WR', 20) => 'accepted');
    is accept_reservation(20)->{status}, 200, 'accepted already: success';
    for my $refusal (400, 409, 410) {
        $stand_in->reset;
        $stand_in->preset(sid('WR', 20) => 'accepted');
        $stand_in->behave({ method => 'POST', status => $refusal, body => { code => 20001, message => 'no' } });
        is accept_reservation(20)->{status}, 200, "$refusal, and it is accepted: success";
    }
    $stand_in->reset;
    my ($answer) = with_behaviour([{ method => 'POST', status => 410 }, { method => 'GET', status => 500 }],
        sub { accept_reservation(20) });
    cmp_ok $answer->{status}, '>=', 400, 'when it cannot be read either, that is no success';
};

subtest 'the limit on calls in flight' => sub {
    $stand_in->reset;
    $stand_in->behave({ hang => $true });
    my $parameters = TaskRouter::Responder::cgi_parameters(operator_request('/create_task', Priority => 1),
        doubled_headers => 'repeat');
    my @hanging = map {
        my $connection = TaskRouter::FastCGI->connect_to(@{ $responder->{where} });
        $connection->send_bytes(TaskRouter::FastCGI::build_request($parameters, 'Priority=1'));
        $connection;
    } 1 .. 20;
    wait_until(2, sub { scalar(my @requests = $stand_in->requests) >= 20 });
    my $begin = time;
    my $answer = create();
    is $answer->{status}, 503, 'one more than allowed: 503';
    cmp_ok time - $begin, '<', 0.5, '... at once';
    like $answer->{headers}{'retry-after'}[0] // '', qr/^\d+$/, '... with Retry-After';
    $begin = time;
    is $responder->fastcgi_request(callback_request())->{status}, 200, 'a callback is answered meanwhile';
    cmp_ok time - $begin, '<', 0.2, '... at once';
    is_deeply [map { $_->read_answer(5)->{status} } @hanging], [(504) x 20], 'the hanging ones end as 504';
    $stand_in->reset;
    is create()->{status}, 200, 'afterwards calls are possible again';
};

subtest 'many calls at a time' => sub {
    $stand_in->reset;
    $stand_in->behave({ delay => 0.5 });
    my $begin = time;
    my @connections = map {
        my $connection = TaskRouter::FastCGI->connect_to(@{ $responder->{where} });
        $connection->send_bytes(TaskRouter::FastCGI::build_request(TaskRouter::Responder::cgi_parameters(
            operator_request('/create_task', Priority => 1), doubled_headers => 'repeat'), 'Priority=1'));
        $connection;
    } 1 .. 20;
    is_deeply [map { $_->read_answer(5)->{status} } @connections], [(200) x 20], 'twenty calls of half a second';
    cmp_ok time - $begin, '<', 1.5, '... run side by side';
    $stand_in->reset;
};

subtest 'the environment cannot bend the calls' => sub {
    my $trap = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 5, Blocking => 0) or die "listen: $!";
    my $address = 'http://127.0.0.1:' . $trap->sockport;
    my $directory = TaskRouter::Process::temporary_directory();
    my $bent = TaskRouter::Responder->start_fastcgi(configuration => { api_url => $stand_in->url }, environment => {
        (map { $_ => $address } qw(http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY)),
        SSLKEYLOGFILE => "$directory/keys" });
    is create($bent)->{status}, 200, 'the call goes where it should';
    ok !$trap->accept, 'no proxy variable counts';
    ok !-e "$directory/keys", 'no TLS keys are written';
    $bent->stop;
};

done_testing;
