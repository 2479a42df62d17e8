# The table of cases through Apache with mod_fcgid, with the shipped site.
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
use TaskRouter::Signature qw(sid);
use TaskRouter::StandIn;

my $missing = TaskRouter::Servers::missing_apache("fcgid");
plan skip_all => $missing if $missing;

time_limit(120);

my $stand_in = TaskRouter::StandIn->start;
my $apache = TaskRouter::Servers->apache_fcgid(configuration => case_configuration($stand_in));
run_cases($apache->transport, stand_in => $stand_in);
refuses_large_bodies($apache->transport);

# mod_fcgid gives a process one request at a time. With one class for everything the hanging requests would take all
# of its processes, here four instead of the shipped sixteen.
subtest 'operator requests that hang leave callbacks alone' => sub {
    my $small = TaskRouter::Servers->apache_fcgid(configuration => case_configuration($stand_in),
        replace => ['FcgidMaxProcessesPerClass 16' => 'FcgidMaxProcessesPerClass 4']);
    $stand_in->behave({ path => 'Tasks|Workers|Activities', hang => JSON::PP::true() });
    my @hanging;
    for my $path ('create_task', 'tasks', 'tasks/' . sid('WT'), 'workers', 'workers/' . sid('WK'), 'activities', 'create_task', 'tasks') {
        my $client = $small->client;
        $client->send_request(method => 'GET', target => "/taskrouter/$path",
            headers => [TaskRouter::Fixture::operator()]);
        push @hanging, $client;
        select undef, undef, undef, 0.2;
    }
    my $client = $small->client(seconds => 4);
    my @answers = map { $client->request(%{ callback_request() })->{status} } 1 .. 20;
    is_deeply \@answers, [(200) x 20], 'every callback is answered in time';
    $stand_in->reset;
};

done_testing;
