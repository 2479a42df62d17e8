# The table of cases through nginx, a FastCGI socket and kept connections, with the shipped site.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use TaskRouter::CaseRunner qw(run_cases refuses_large_bodies);
use TaskRouter::Cases qw(case_configuration callback_request);
use TaskRouter::Process qw(time_limit);
use TaskRouter::Responder;
use TaskRouter::Servers;
use TaskRouter::StandIn;

my $missing = TaskRouter::Servers::missing("nginx");
plan skip_all => $missing if $missing;

time_limit(120);

my $stand_in = TaskRouter::StandIn->start;
my $responder = TaskRouter::Responder->start_fastcgi(configuration => case_configuration($stand_in));
my $nginx = TaskRouter::Servers->nginx(responder => $responder);
run_cases($nginx->transport, stand_in => $stand_in);
refuses_large_bodies($nginx->transport);

subtest 'the rate limit as shipped' => sub {
    my $limited = TaskRouter::Servers->nginx(responder => $responder, limited => 1);
    my $client = $limited->client(keep => 1);
    my $statuses = sub {
        my ($method, $path) = @_;
        my %seen;
        $seen{ $client->request(method => $method, target => "/taskrouter$path",
            body => $method eq 'POST' ? 'Priority=1' : '')->{status} }++ for 1 .. 60;
        return \%seen;
    };
    my @reading = ('/tasks?PageSize=50&Page=1', '/workers', '/activities', '/tasks/WT1', '/workers/WK1', '/events?PageSize=1');
    is_deeply $statuses->('GET', $_), { 401 => 60 }, "GET $_ has no rate limit" for @reading;
    my $seen = $statuses->('GET', '/create_task');
    cmp_ok $seen->{401} // 0, '>=', 20, 'a burst of operator requests reaches the responder';
    cmp_ok $seen->{429} // 0, '>=', 20, 'the rest is 429';
    # The burst has been used up.
    cmp_ok $statuses->(@$_)->{429} // 0, '>=', 20, "@$_ is limited" for ['POST', '/create_task'],
        ['HEAD', '/create_task?'], ['GET', '/%63reate_task'], ['GET', '/accept_reservation?TaskSid=x'],
        ['POST', '/tasks/WT1'], ['POST', '/workers/WK1'], ['POST', '/reservations/WR1'];
    is_deeply $statuses->('GET', $reading[0]), { 401 => 60 }, 'lists are read all the same';
    my @callbacks = map { $client->request(%{ callback_request() })->{status} } 1 .. 60;
    is_deeply \@callbacks, [(200) x 60], 'assignment callbacks have no rate limit';
    is $client->request(method => 'GET', target => '/taskrouter/healthz')->{status}, 200, 'nor has monitoring';
    $limited->{process}->stop;
};

subtest 'httpoxy and a foreign Authorization' => sub {
    my $client = $nginx->client;
    $stand_in->forget;
    my $response = $client->request(method => 'GET', target => '/taskrouter/create_task',
        headers => [TaskRouter::Fixture::operator(), ['Proxy', 'http://127.0.0.1:9/']]);
    is $response->{status}, 200, 'a Proxy header changes nothing';
    is scalar(my @requests = $stand_in->requests), 1, 'the call reached the stand-in directly';
};

unlike $nginx->error_log, qr/\[(?:alert|crit|emerg)\]/, 'nginx has nothing to complain about';
unlike $responder->output, qr/Proxy-Connection/i, 'no proxy was used';
done_testing;
