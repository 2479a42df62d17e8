# The table of cases through nginx and fcgiwrap, with the shipped site.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use TaskRouter::CaseRunner qw(run_cases refuses_large_bodies);
use TaskRouter::Cases qw(case_configuration);
use TaskRouter::Process qw(time_limit);
use TaskRouter::Servers;
use TaskRouter::StandIn;

my $missing = TaskRouter::Servers::missing("nginx", "fcgiwrap");
plan skip_all => $missing if $missing;

time_limit(120);

my $stand_in = TaskRouter::StandIn->start;
my $nginx = TaskRouter::Servers->nginx_fcgiwrap(configuration => case_configuration($stand_in));
run_cases($nginx->transport, stand_in => $stand_in);
refuses_large_bodies($nginx->transport);
done_testing;
