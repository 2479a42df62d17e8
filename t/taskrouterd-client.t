# Every operation of TaskRouter's REST API through Twilio's own npm package, as users' programs ask taskrouterd.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use TaskRouter::Application;
use TaskRouter::Client;
use TaskRouter::Node;
use TaskRouter::OpenAPI;
use TaskRouter::Process qw(time_limit);
use TaskRouter::Taskrouterd;

my $missing = TaskRouter::Node::missing('twilio');
plan skip_all => $missing if $missing;
time_limit(120);

my $application = TaskRouter::Application->start('/callback' => '{}');
my $server = TaskRouter::Taskrouterd->start;
my $run = TaskRouter::Client->run($server->base_url, $application->url('/callback'));

for my $check (@{ $run->{checks} }) {
    ok $check->{ok}, $check->{name} or diag "got: $check->{got}";
}

my %seen = map { $_ => 1 } @{ $run->{origins} };
is_deeply [sort keys %seen], [sort 'https://taskrouter.twilio.com', $server->base_url],
    'lists lead to further pages of the server itself';

SKIP: {
    my $description = TaskRouter::OpenAPI->shared or skip 'no OpenAPI description of TaskRouter', 2;
    my @violations = map { $description->violations($_->{method}, $_->{target}, $_) } @{ $run->{exchanges} };
    is_deeply \@violations, [], 'every answer is as the description says, with every property';
    is_deeply [$description->seen], [sort $description->operations], 'and every operation was asked for';
}

done_testing;
