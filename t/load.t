# Under load: reloads and restarts that lose nothing, and callbacks that do not wait behind hanging REST calls.
# TASKROUTER_LONG=1 restarts 50 times instead of 10.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::PP ();
use Test::More;
use TaskRouter::Cases qw(callback_request);
use TaskRouter::Fixture qw(operator write_configuration);
use TaskRouter::Load;
use TaskRouter::Process qw(time_limit is_sanitized);
use TaskRouter::Responder;
use TaskRouter::Servers;
use TaskRouter::StandIn;
use Time::HiRes qw(sleep time);

time_limit(180);
my $restarts = $ENV{TASKROUTER_LONG} ? 50 : 10;
my $stand_in = TaskRouter::StandIn->start;
my $hang = { path => 'Tasks$', hang => JSON::PP::true() };

sub responder {
    return TaskRouter::Responder->start_fastcgi(configuration => { api_url => $stand_in->url, rest => { timeout => 5 } }, @_);
}

sub load_on {
    my ($server, %option) = @_;
    return TaskRouter::Load->start(client => sub { $server->client(keep => 1) }, request => callback_request(), %option);
}

sub all_answered {
    my ($result, $name) = @_;
    is_deeply $result->{statuses}, { 200 => $result->{count} }, "$name: all $result->{count} callbacks are 200"
        or diag explain $result;
    cmp_ok $result->{count}, '>', 100, '... and they were many';
    cmp_ok $result->{longest}, '<', 4.5, '... none waited longer than the web server would';
}

subtest 'behind nginx' => sub {
    my $missing = TaskRouter::Servers::missing('nginx');
    plan skip_all => $missing if $missing;
    my $responder = responder();
    my $nginx = TaskRouter::Servers->nginx(responder => $responder);

    my $load = load_on($nginx);
    for (1 .. 20) {
        sleep 0.05;
        $responder->process->send_signal('HUP');
    }
    all_answered($load->finish, '20 reloads');

    write_configuration($responder->{file}, api_url => $stand_in->url, rest => { timeout => 5 });
    $load = load_on($nginx);
    my $stopped = 0;
    for (1 .. $restarts) {
        sleep 0.1;
        my $old = $responder->process;
        $old->send_signal('TERM');
        $stopped++ if $old->wait_end(3) && $old->exit_status == 0;
        $responder->start_process;
    }
    all_answered($load->finish, "$restarts restarts with an inherited socket");
    is $stopped, $restarts, '... each ended in time with exit status 0';

    my $second = $responder->start_process;
    $load = load_on($nginx);
    sleep 0.3;
    $second->send_signal('USR1');
    ok $second->wait_end(3), 'one of two processes is stopped';
    all_answered($load->finish, '... and');
};

# 200 create_task calls hang at a TaskRouter that never answers; 1,000 callbacks meanwhile.
sub with_hanging_calls {
    my ($server) = @_;
    $stand_in->reset;
    $stand_in->behave($hang);
    my $begin = time;
    my @hanging = map {
        my $client = $server->client(seconds => 20);
        $client->send_request(method => 'GET', target => '/taskrouter/create_task', headers => [operator()]);
        $client;
    } 1 .. 200;
    sleep 1;
    my $load = load_on($server, count => 250);
    my $result = $load->finish(counted => 1);
    is_deeply $result->{statuses}, { 200 => 1000 }, '1,000 callbacks are 200' or diag explain $result;
    my $allowed = is_sanitized() ? 0.2 : 0.05;
    cmp_ok $result->{p99}, '<', $allowed, sprintf 'p99 below %d ms (%.1f ms)', 1000 * $allowed, 1000 * $result->{p99};
    my %seen;
    $seen{ $_->read_response('GET')->{status} }++ for @hanging;
    is_deeply \%seen, { 504 => 200 }, 'the hanging ones end as 504';
    cmp_ok time - $begin, '<', 15, '... in time';
    $stand_in->reset;
}

my %server = (
    nginx => [\&TaskRouter::Servers::nginx, sub { TaskRouter::Servers::missing('nginx') }],
    lighttpd => [\&TaskRouter::Servers::lighttpd, sub { TaskRouter::Servers::missing('lighttpd') }],
    'mod_proxy_fcgi' => [\&TaskRouter::Servers::apache_proxy, sub { TaskRouter::Servers::missing_apache('proxy_fcgi') }],
);
for my $name (sort keys %server) {
    subtest "hanging REST calls behind $name" => sub {
        my ($start, $missing) = @{ $server{$name} };
        plan skip_all => $missing->() if $missing->();
        my $server = $start->('TaskRouter::Servers', responder => responder());
        with_hanging_calls($server);
        $server->stop;
    };
}

done_testing;
