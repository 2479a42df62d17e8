# The table of cases through lighttpd, with the shipped file.
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

my $missing = TaskRouter::Servers::missing("lighttpd");
plan skip_all => $missing if $missing;

time_limit(120);

my $stand_in = TaskRouter::StandIn->start;
my $responder = TaskRouter::Responder->start_fastcgi(configuration => case_configuration($stand_in));
my $lighttpd = TaskRouter::Servers->lighttpd(responder => $responder);
run_cases($lighttpd->transport, stand_in => $stand_in);
refuses_large_bodies($lighttpd->transport);

subtest 'a signature header with underscores' => sub {
    my $request = callback_request();
    my ($signature) = grep { $_->[0] eq 'X-Twilio-Signature' } @{ $request->{headers} };
    my $wrong = callback_request(headers => [['X_Twilio_Signature', $signature->[1]]], token => 'wrong');
    is $lighttpd->client->request(%$wrong)->{status}, 403, 'does not replace the proper one';
};

is $lighttpd->client->request(method => 'POST', target => '/taskrouter/create_task',
    headers => [TaskRouter::Fixture::operator()])->{status}, 411, 'a POST without a length is 411';
done_testing;
