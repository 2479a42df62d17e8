# The program on its FastCGI socket: the table of cases, then everything a web server would never send.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use TaskRouter::CaseRunner qw(run_cases);
use TaskRouter::Cases qw(case_configuration callback_request);
use TaskRouter::FastCGI qw(:DEFAULT record begin_record parameter_pairs parameter_records stdin_records build_request
    FCGI_BEGIN_REQUEST FCGI_ABORT_REQUEST FCGI_PARAMS FCGI_STDIN FCGI_DATA FCGI_GET_VALUES FCGI_GET_VALUES_RESULT);
use TaskRouter::Process qw(time_limit wait_until is_sanitized);
use TaskRouter::Responder;
use TaskRouter::StandIn;
use Time::HiRes qw(time sleep);

time_limit(150);
my $stand_in = TaskRouter::StandIn->start;
my $configuration = case_configuration($stand_in);
# Short time limits, so that waiting for them does not take long.
my $responder = TaskRouter::Responder->start_fastcgi(
    configuration => { %$configuration, limits => { receive_timeout => 1, idle_timeout => 2 } });
run_cases($responder->fastcgi_transport, stand_in => $stand_in);

my $request = callback_request();
my $parameters = TaskRouter::Responder::cgi_parameters($request, doubled_headers => 'repeat');
my $whole = build_request($parameters, $request->{body});
my $pid = $responder->process->pid;

sub connection { return TaskRouter::FastCGI->connect_to(@{ $responder->{where} }) || die 'cannot connect' }

# Sends bytes on a new connection and reads the answer.
sub answer_to {
    my ($bytes, %option) = @_;
    my $connection = connection();
    $connection->send_bytes($bytes, %option);
    return $connection->read_answer($option{seconds} // 8);
}

sub open_descriptors { return scalar(() = glob "/proc/$pid/fd/*") }
sub alive { return answer_to($whole)->{status} == 200 && kill 0, $pid }

my $descriptors = open_descriptors();

subtest 'however the bytes arrive' => sub {
    is answer_to($whole, piece => 1)->{status}, 200, 'one byte per write';
    my @wrong;
    for my $split (1 .. length($whole) - 1) {
        my $connection = connection();
        $connection->send_bytes(substr $whole, 0, $split);
        sleep 0.0005;
        $connection->send_bytes(substr $whole, $split);
        push @wrong, $split if $connection->read_answer(8)->{status} != 200;
    }
    is "@wrong", '', 'split in two at every byte';
    is answer_to(build_request($parameters, $request->{body}, piece => 1))->{status}, 200, 'one byte per record';
    is answer_to(build_request($parameters, $request->{body}, padding => 255))->{status}, 200, 'padding';
    is answer_to(build_request($parameters, $request->{body}, id => 65535))->{status}, 200, 'the highest request id';
    my $slow = connection();
    for my $piece (unpack '(a100)*', $whole) { $slow->send_bytes($piece); sleep 0.01 }
    is $slow->read_answer(8)->{status}, 200, 'slowly, but steadily';
};

subtest 'kept connections' => sub {
    my $connection = connection();
    for my $number (1 .. 5) {
        $connection->send_bytes(build_request($parameters, $request->{body}, keep => 1, id => $number));
        my $answer = $connection->read_answer(5);
        is $answer->{status}, 200, "request $number";
        is $answer->{app_status}, 0, '... ended with status 0';
    }
    $connection->send_bytes(build_request($parameters, $request->{body}));
    is $connection->read_answer(5)->{status}, 200, 'the last one, without keep-alive';
    ok $connection->is_closed_within(2), 'the connection is closed after it';
    my $idle = connection();
    $idle->send_bytes(build_request($parameters, $request->{body}, keep => 1));
    $idle->read_answer(5);
    ok $idle->is_closed_within(6), 'an idle kept connection is closed in the end';
};

subtest 'two requests sent at once on a kept connection' => sub {
    my $connection = connection();
    my $one = build_request($parameters, $request->{body}, keep => 1);
    $connection->send_bytes($one . $one);
    my @statuses = map { $connection->read_answer(5)->{status} } 1 .. 2;
    ok $statuses[0] == 200, 'the first is answered';
    ok $statuses[1] == 200 || $connection->is_closed_within(4), 'the second is answered or the connection closed, no hang';
    ok alive(), 'the service goes on';
};

# Each of these must end: with an answer that is no success, or with a closed connection.
subtest 'broken records' => sub {
    my $pairs = parameter_pairs(@$parameters);
    my $begin = begin_record();
    my $values = record(FCGI_GET_VALUES, parameter_pairs(FCGI_MAX_CONNS => ''), id => 0);
    my %broken = (
        'version 0' => build_request($parameters, $request->{body}, version => 0),
        'version 2' => build_request($parameters, $request->{body}, version => 2),
        'a later record of version 2' => $begin . record(FCGI_PARAMS, $pairs, version => 2) . record(FCGI_PARAMS, ''),
        'zeros' => "\0" x 64,
        'HTTP' => "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        'TLS' => "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" . 'x' x 100,
        'role authorizer' => build_request($parameters, $request->{body}, role => 2),
        'role filter' => build_request($parameters, $request->{body}, role => 3),
        'role 99' => build_request($parameters, $request->{body}, role => 99),
        'id 0' => build_request($parameters, $request->{body}, id => 0),
        'a short BEGIN' => record(FCGI_BEGIN_REQUEST, "\0\1") . parameter_records($pairs) . stdin_records(''),
        'no BEGIN' => parameter_records($pairs) . stdin_records($request->{body}),
        'BEGIN twice' => $begin . $begin . parameter_records($pairs) . stdin_records($request->{body}),
        'another id in PARAMS' => $begin . parameter_records($pairs, id => 2) . stdin_records($request->{body}),
        'another id in STDIN' => $begin . parameter_records($pairs) . stdin_records($request->{body}, id => 2),
        'STDIN before PARAMS' => $begin . stdin_records($request->{body}) . parameter_records($pairs),
        'PARAMS cut between two pairs' => $begin . record(FCGI_PARAMS, parameter_pairs(@{$parameters}[0 .. 9]))
            . stdin_records($request->{body}),
        'a pair cut short' => $begin . parameter_records(substr $pairs, 0, -3) . stdin_records($request->{body}),
        'a length of 2^31-1' => $begin . parameter_records("\xff\xff\xff\xff\xff\xff\xff\xffabc") . stdin_records(''),
        'a value of 1.9 GB announced' => $begin . parameter_records("\x01\xf1\x00\x00\x00ab") . stdin_records(''),
        'a zero byte in a value' => build_request([@$parameters, HTTP_PREFER => "a\0b"], $request->{body}),
        'a length cut short' => $begin . parameter_records("\x80\x00") . stdin_records(''),
        'ABORT' => $begin . parameter_records($pairs) . record(FCGI_ABORT_REQUEST, ''),
        'DATA' => $begin . parameter_records($pairs) . record(FCGI_DATA, 'x'),
        'an unknown type' => $begin . record(77, 'x'),
        'an unknown management type' => record(77, 'x', id => 0) x 100,
        'GET_VALUES' => $values,
        'GET_VALUES with a name many times' => record(FCGI_GET_VALUES, parameter_pairs((FCGI_MAX_CONNS => '') x 40), id => 0),
        'GET_VALUES inside a request' => $begin . $values . parameter_records($pairs) . stdin_records($request->{body}),
        'GET_VALUES inside PARAMS' => $begin . record(FCGI_PARAMS, substr $pairs, 0, 50)
            . record(FCGI_GET_VALUES, parameter_pairs((FCGI_MPXS_CONNS => '') x 20), id => 0),
        'a reply record' => record(FCGI_GET_VALUES_RESULT, '', id => 0),
    );
    for my $name (sort keys %broken) {
        my $connection = connection();
        $connection->send_bytes($broken{$name});
        $connection->shut_down_writing;
        my $answer = $connection->read_answer(4);
        my $refused = $answer->{status} == 0 || $answer->{status} >= 400;
        ok $refused && ($answer->{closed} || $answer->{ended}), "$name: refused" or diag explain $answer;
        ok alive(), "$name: the service goes on" or last;
    }
};

subtest 'too much' => sub {
    my $head = begin_record() . parameter_records(parameter_pairs(@$parameters, HTTP_X_LONG => 'x' x 20000));
    my $answer = answer_to($head . stdin_records($request->{body}), seconds => 4);
    ok $answer->{status} == 0 || $answer->{status} >= 400, 'parameters above 16 KiB are refused';
    my $connection = connection();
    my $sent = $connection->send_bytes(begin_record() . record(FCGI_PARAMS, 'x' x 65535) x 2000);
    $answer = $connection->read_answer(4);
    ok $answer->{status} == 0 || $answer->{status} >= 400, '128 MiB of parameters are refused';
    my ($resident) = TaskRouter::Process::read_file("/proc/$pid/status") =~ /^VmRSS:\s+(\d+)/m;
    cmp_ok $resident, '<', 64 * 1024, 'memory stays small' unless $ENV{TASKROUTER_WRAPPER} || is_sanitized();
    my $large = callback_request(pad => 70000);
    is $responder->fastcgi_request($large)->{status}, 413, 'a body above 64 KiB is 413';
    my $huge = { %{ callback_request() }, body => 'a=' . 'x' x 5_000_000 };
    is $responder->fastcgi_request($huge)->{status}, 413, 'a body of 5 MB too';
    ok alive(), 'the service goes on';
};

subtest 'the length of the body' => sub {
    my $length = length $request->{body};
    my $status = sub {
        my $changed = TaskRouter::Responder::cgi_parameters({ %$request, parameters => { CONTENT_LENGTH => $_[0] } },
            doubled_headers => 'repeat');
        return answer_to(build_request($changed, $request->{body}))->{status};
    };
    is $status->($_->[0]), $_->[1], $_->[2] for [$length, 200, 'right'], [undef, 200, 'absent'], ['', 200, 'empty'],
        [$length + 1, 400, 'too long'], [$length - 1, 400, 'too short'], ['-1', 400, 'negative'], ['x', 400, 'no number'];
};

subtest 'silent, slow and vanishing peers' => sub {
    my @silent = map { connection() } 1 .. 50;
    my @half = map { my $c = connection(); $c->send_bytes(substr $whole, 0, 200); $c } 1 .. 50;
    my $begin = time;
    ok alive(), 'a request is answered beside 100 silent connections';
    cmp_ok time - $begin, '<', 0.5, '... at once';
    ok $half[-1]->is_closed_within(5), 'half a request is given up after the receive limit';
    ok !grep({ !$_->is_closed_within(5) } @half, @silent), 'all of them are';
    my $drip = connection();
    $begin = time;
    for my $byte (split //, $whole) {
        last unless $drip->send_bytes($byte);
        sleep 0.05;
        last if time - $begin > 6;
    }
    cmp_ok time - $begin, '<', 6, 'a byte now and then does not hold a connection for ever';
    for my $end (8, 20, 300, length($whole) - 9, length $whole) {
        my $connection = connection();
        $connection->send_bytes(substr $whole, 0, $end);
        $connection->close_connection;
    }
    ok alive(), 'peers that hang up leave the service as it was';
};

subtest 'a peer that is gone has no Task made' => sub {
    my $create = TaskRouter::Responder::cgi_parameters({ method => 'GET', target => '/taskrouter/create_task',
        headers => [TaskRouter::Fixture::operator()] }, doubled_headers => 'repeat');
    # stop the program, send the request, hang up, let it go on: it must see that nobody waits
    kill 'STOP', $pid;
    $stand_in->forget;
    my $connection = connection();
    $connection->send_bytes(build_request($create, ''));
    $connection->close_connection;
    kill 'CONT', $pid;
    ok alive(), 'the service goes on';
    sleep 0.5;
    is scalar(my @requests = $stand_in->requests), 0, 'nothing was sent to TaskRouter';
};

my $left = wait_until(8, sub { open_descriptors() <= $descriptors + 4 }) ? 'closed' : open_descriptors();
is $left, 'closed', "no descriptor leaked ($descriptors at first)";
is $responder->process->pid, $pid, 'one process served it all';
ok !$responder->process->ended, '... and still runs';
subtest 'headers of a listed proxy' => sub {
    my $behind = TaskRouter::Responder->start_fastcgi(
        configuration => { %$configuration, trusted_proxies => ['127.0.0.1'] });
    my $status = sub {
        my ($host, @more) = @_;
        my $signed = callback_request(url => "https://$host/taskrouter/assignment_callback");
        push @{ $signed->{headers} }, ['X-Forwarded-Proto', 'https'], map { ['X-Forwarded-Host', $_] } @more;
        return $behind->fastcgi_request($signed)->{status};
    };
    is $status->('front.example.com', 'front.example.com'), 200, 'the host that it names';
    is $status->('front.example.com', 'other.example.com, front.example.com'), 200, '... the last one of several';
    is $status->('other.example.com', 'other.example.com, front.example.com'), 403, '... but not the first';
    is $status->('other.example.com', 'other.example.com', 'front.example.com'), 403, 'two headers are not believed';
    $behind->stop;
    my $signed = callback_request(url => 'https://front.example.com/taskrouter/assignment_callback');
    push @{ $signed->{headers} }, ['X-Forwarded-Proto', 'https'], ['X-Forwarded-Host', 'front.example.com'];
    is $responder->fastcgi_request($signed)->{status}, 403, 'of a proxy that is not listed';
};

subtest 'a reload raises the limit of connections' => sub {
    my $limited = TaskRouter::Responder->start_fastcgi(configuration => { %$configuration, limits => { connections => 1 } });
    my $first = TaskRouter::FastCGI->connect_to(@{ $limited->{where} });
    my $second = TaskRouter::FastCGI->connect_to(@{ $limited->{where} });
    $first->send_bytes(build_request($parameters, $request->{body}, keep => 1));
    is $first->read_answer(5)->{status}, 200, 'the one connection is served';
    $second->send_bytes($whole);
    sleep 0.5;
    TaskRouter::Fixture::write_configuration($limited->{file}, %$configuration, limits => { connections => 2 });
    $limited->process->send_signal('HUP');
    is $second->read_answer(5)->{status}, 200, 'after the reload the other one too';
    $limited->stop;
};

done_testing;
