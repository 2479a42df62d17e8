# The built-in HTTP server, -l.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use TaskRouter::CaseRunner qw(run_cases);
use TaskRouter::Cases qw(case_configuration callback_request);
use TaskRouter::HTTP;
use TaskRouter::Process qw(time_limit);
use TaskRouter::Responder;
use TaskRouter::StandIn;

time_limit(90);
my $stand_in = TaskRouter::StandIn->start;
my $configuration = case_configuration($stand_in);
my $responder = TaskRouter::Responder->start_http(configuration => { %$configuration, limits => { receive_timeout => 1, idle_timeout => 2 } });
run_cases($responder->http_transport, stand_in => $stand_in);

my $new_client = sub { TaskRouter::HTTP->new(port => $responder->{port}, @_) };

is scalar(() = $responder->output =~ /listening on /g), 1, 'one line when ready';

subtest 'kept connections' => sub {
    my $client = $new_client->(keep => 1);
    my @statuses = map { $client->request(%{ callback_request() })->{status} } 1 .. 20;
    is_deeply \@statuses, [(200) x 20], 'twenty requests on one connection';
};

subtest 'a byte at a time' => sub {
    my $client = $new_client->();
    $client->connect_to;
    $client->send_bytes($_) for split //, $client->request_text(%{ callback_request() });
    is $client->read_response('POST')->{status}, 200, 'is understood';
};

subtest 'silent and slow clients are cut off' => sub {
    my $half = $new_client->(seconds => 10);
    $half->connect_to;
    $half->send_bytes("POST /taskrouter/assignment_callback HTTP/1.1\r\nHost: x\r\nContent-Le");
    my $begin = time;
    $half->read_response('POST');
    cmp_ok time - $begin, '<=', 6, 'half a request is given up';
    is $new_client->()->request(method => 'GET', target => '/taskrouter/healthz')->{status}, 200, 'the service goes on';
};

subtest 'not HTTP' => sub {
    for my $bytes ("\x16\x03\x01\x02\x00", "\0" x 100, "GET\r\n\r\n", "A" x 40000 . "\r\n\r\n",
        "GET / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
        "POST /taskrouter/assignment_callback HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n") {
        my $client = $new_client->(seconds => 4);
        $client->connect_to;
        $client->send_bytes($bytes);
        my $status = $client->read_response('GET')->{status};
        ok $status == 0 || $status >= 400, 'refused: ' . substr($bytes =~ s/[^ -~]/./gr, 0, 40) . " ($status)";
    }
    is $new_client->()->request(method => 'GET', target => '/taskrouter/healthz')->{status}, 200, 'the service goes on';
};

done_testing;
