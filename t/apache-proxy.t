# The table of cases through Apache with mod_proxy_fcgi, with the shipped site.
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

my $missing = TaskRouter::Servers::missing_apache("proxy_fcgi");
plan skip_all => $missing if $missing;

time_limit(120);

my $stand_in = TaskRouter::StandIn->start;
my $responder = TaskRouter::Responder->start_fastcgi(configuration => case_configuration($stand_in));
my $apache = TaskRouter::Servers->apache_proxy(responder => $responder);
run_cases($apache->transport, stand_in => $stand_in);
refuses_large_bodies($apache->transport);

subtest 'mod_proxy_fcgi streams bodies' => sub {
    my $request = callback_request(pad => 60000);
    my $client = $apache->client;
    my $text = $client->request_text(%$request);
    $client->connect_to or die "connect: $!";
    for my $piece (unpack '(a20000)*', $text) {
        $client->send_bytes($piece);
        select undef, undef, undef, 0.3;
    }
    is $client->read_response('POST')->{status}, 200, 'a body that comes in pieces is whole';
};

is $apache->client->request(method => 'TRACE', target => '/taskrouter/healthz')->{status}, 405, 'TRACE is off';
done_testing;
