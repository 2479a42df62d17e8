# taskrouterctl and a REST API that is not as it should be: refusals, what may pass, pages that lead elsewhere.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use IO::Socket::INET;
use JSON::PP ();
use Test::More;
use TaskRouter::Ctl qw(page workspace nothing_in_a_workspace);
use TaskRouter::Fixture qw(@secrets);
use TaskRouter::Process qw(time_limit free_port wait_until);
use TaskRouter::Signature qw(sid);
use TaskRouter::StandIn;
use Time::HiRes qw(time);

time_limit(60);
my $api = TaskRouter::StandIn->start;
my $ctl = TaskRouter::Ctl->new(url => $api->url);

# The REST API answers as told; see TaskRouter::Ctl.
sub with { return $ctl->with($api, @_) }

sub says {
    my ($run, $status, $words, $name) = @_;
    is $run->{status}, $status, "$name: status $status" or diag "$run->{out}$run->{err}";
    like $run->{err}, $words, '... and says so';
}

my $json = JSON::PP->new->canonical->utf8;
my @nothing = nothing_in_a_workspace();
my $all = '/v1/Workspaces?PageSize=1000';

subtest 'refusals' => sub {
    says($ctl->run(['export'], environment => { TWILIO_AUTH_TOKEN => 'wrong' }), 1,
        qr{^taskrouterctl: GET \Q$all\E: HTTP 401, error 20003: Authenticate\n$}, 'a wrong auth token');
    my $port = free_port();
    my $begin = time;
    my $down = $ctl->run(['export'], environment => { TASKROUTER_API_URL => "http://127.0.0.1:$port" });
    says($down, 1, qr{^taskrouterctl: GET \Q$all\E: Failed to connect to 127\.0\.0\.1 port $port\b}, 'nobody there');
    cmp_ok time - $begin, '<', 2, '... at once';
    my @bad = (
        [{ status => 403, body => "forbidden\n" }, qr/HTTP 403$/, 'a refusal that is no JSON'],
        [{ redirect => 'http://127.0.0.1:9/' }, qr/HTTP 302$/, 'a redirection'],
        [{ status => 200, body => '{"meta":' }, qr/the answer is no JSON: byte 8: /, 'JSON that ends too early'],
        [{ status => 200, body => '[1]' }, qr/the answer is not a JSON object but (?:an )?array/, 'an array'],
        [{ status => 200, body => '' }, qr/the answer is no JSON/, 'nothing'],
        [{ status => 200, body => {} }, qr/the answer is no page of a list/, 'no list'],
        [{ status => 200, body => { meta => { key => 'things' } } }, qr/the answer is no page of a list/, 'a list without items'],
        [{ status => 200, body => { meta => { key => 'things' }, things => { a => 1 } } }, qr/the answer is no page of a list/,
            'an object for a list'],
        [{ status => 200, body => { meta => { key => 'things', next_page_url => 1 }, things => [] } },
            qr/the answer is no page of a list/, 'a number for a URL'],
        [page(undef, { sid => '../../etc' }), qr/has no SID of the form WS and 32 hexadecimal digits/, 'a SID that is none'],
        [page(undef, { sid => sid('WS', 1), friendly_name => undef }), qr/an object of the list has no friendly_name/, 'no name'],
        [page(undef, 'WS'), qr/has no SID of the form/, 'a text for an object'],
        [page(undef, { sid => sid('WK', 1) }), qr/has no SID of the form WS/, 'a SID of another kind'],
        [{ status => 400, body => { code => 1, message => "a\e[31mb\nc", status => 400 } }, qr/HTTP 400, error 1: a\?\[31mb\?c$/,
            'words that would command the terminal'],
    );
    for (@bad) {
        my ($behaviour, $words, $name) = @$_;
        my $run = with([$behaviour], ['export']);
        says($run, 1, qr{^taskrouterctl: GET \Q$all\E: .*$words}, $name);
        is scalar @{ $run->{asked} }, 1, '... asked once';
    }
    my $begun = time;
    my $run = with([{ hang => JSON::PP::true() }], ['export', '--timeout', 1]);
    says($run, 1, qr{GET \Q$all\E: no whole answer came in time \(1000 ms\)}, 'no answer');
    cmp_ok time - $begun, '<', 3, '... within --timeout';
};

subtest 'what may pass' => sub {
    my $sick = TaskRouter::StandIn->start;
    $sick->behave({ status => 500 });
    my $begin = time;
    my $stubborn = $ctl->start(['export'], environment => { TASKROUTER_API_URL => $sick->url });
    ok wait_until(10, sub { $sick->requests >= 3 }), 'two further tries';
    cmp_ok time - $begin, '>', 0.7, '... after a quarter and half a second';
    my @passing = (
        [{ status => 429 }, 'HTTP 429'],
        [{ status => 429, headers => { 'Retry-After' => 0 } }, 'HTTP 429 that says when'],
        [{ status => 500 }, 'HTTP 500'],
        [{ status => 503 }, 'HTTP 503'],
        [{ drop => 'after' }, 'a closed connection'],
        [{ %{ page() }, cut => 3 }, 'an answer cut short'],
    );
    for (@passing) {
        my ($behaviour, $name) = @$_;
        my $run = with([$behaviour, page()], ['export']);
        is "$run->{status}$run->{err}", '0', "$name: asked again";
        cmp_ok scalar @{ $run->{asked} }, '>=', 2, '... is seen';
    }
    my @twice = ({ status => 429, headers => { 'Retry-After' => 0 } }, { status => 500 }, page());
    is with([@twice], ['export'])->{status}, 0, 'one after the other';
    $begin = time;
    my $run = with([{ status => 429, headers => { 'Retry-After' => 3000 } }], ['export']);
    says($run, 1, qr{HTTP 429, error 20429: as told$}m, 'HTTP 429 for longer than the call may take');
    cmp_ok time - $begin, '<', 3, '... is not waited for';
    ok $stubborn->wait_end(10), 'HTTP 500 that does not pass';
    is $stubborn->exit_status, 1, '... status 1';
    is $stubborn->output, "taskrouterctl: GET $all: HTTP 500, error 20500: as told\n", '... in its words';
    is scalar(() = $sick->requests), 5, '... after five tries';
};

subtest 'an API that goes away for a while' => sub {
    my $short = TaskRouter::StandIn->start;
    my $port = $short->port;
    $short->behave({ path => '^/v1/Workspaces$', %{ page($short->url . '/v1/Workspaces/next') } }, { hang => JSON::PP::true() });
    my $process = $ctl->start(['export', '-v'], environment => { TASKROUTER_API_URL => $short->url });
    ok wait_until(10, sub { $short->requests > 1 }), 'a page was answered';
    $short->stop;
    my $words = qr{^taskrouterctl: GET /v1/Workspaces/next: Failed to connect to [^;]+; tried again in \d+ ms$}m;
    ok wait_until(10, sub { $process->output =~ $words }), 'the next finds nobody' or diag $process->output;
    my $listener = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $port, Listen => 1, ReuseAddr => 1) or die "listen: $!";
    my $body = $json->encode(page()->{body});
    my $caller = $listener->accept;
    like scalar(<$caller>), qr{^GET /v1/Workspaces/next HTTP/1\.1\r$}, 'when the API is there again it is asked for the page';
    print $caller "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " . length($body) . "\r\n\r\n$body";
    ok $process->wait_end(10), 'which is had';
    is $process->exit_status, 0, '... and all is well' or diag $process->output;
    $process->stop;
};

subtest 'pages' => sub {
    my $url = $api->url;
    my @names = map { "Space $_" } 1 .. 5;
    my @pages = (page("$url/v1/Workspaces?PageSize=1000&Page=1&PageToken=a", workspace(1, $names[0]), workspace(2, $names[1])),
        page(uc($url) . '/v1/Workspaces?PageToken=b', workspace(3, $names[2]), workspace(4, $names[3])),
        page("$url/v1/Workspaces?PageToken=c"), page('', workspace(5, $names[4])));
    my $run = with([@pages, map { @nothing } @names], ['export']);
    is_deeply [$run->{out} =~ /"friendly_name": "([^"]+)"/g], \@names, 'all pages' or diag $run->{err};
    is_deeply [@{ $run->{asked} }[0 .. 3]], [$all, '/v1/Workspaces?PageSize=1000&Page=1&PageToken=a',
        '/v1/Workspaces?PageToken=b', '/v1/Workspaces?PageToken=c'], '... as their URLs say';

    my $elsewhere = TaskRouter::StandIn->start;
    my $port = $elsewhere->port;
    my ($own) = $url =~ /(\d+)$/;
    for my $next ($elsewhere->url . '/v1/Workspaces', "$url\@127.0.0.1:$port/v1/Workspaces", "http://127.0.0.1:${own}0/v1/Workspaces",
        "https://127.0.0.1:$own/v1/Workspaces", "//127.0.0.1:$port/v1/Workspaces", '/v1/Workspaces', 'file:///etc/passwd', "$url/v2/x",
        "$url/v1/a b", "$url/v1/a\r\nX: y", "$url/v1/\x{e4}", "$url/v1/a#b", "$url/v1/" . 'a' x 5000) {
        $run = with([page($next), page()], ['export']);
        says($run, 1, qr{^taskrouterctl: GET \Q$all\E: next_page_url leads away from \Q$url\E: }, substr($next, 0, 60) =~ s/[^ -~]/?/gr);
        is_deeply $run->{asked}, [$all], '... is not followed';
    }
    is_deeply [$elsewhere->requests], [], 'nobody else was asked';
    says(with([page("$url$all")], ['export']), 1, qr/the pages of the list have no end/, 'a page that follows itself');
    $api->reset;
    $api->behave({ path => '^/v1/Workspaces$', %{ page("$url/v1/Workspaces/a") } }, { path => '/a$', %{ page("$url/v1/Workspaces/b") } },
        { path => '/b$', %{ page("$url/v1/Workspaces/c") } }, { path => '/c$', %{ page("$url/v1/Workspaces/a") } });
    says($ctl->run(['export']), 1, qr/the pages of the list have no end/, 'pages that go round');
    cmp_ok scalar(() = $api->requests), '<', 12, '... after few of them';
};

subtest 'Workers, eight at a time' => sub {
    my $true = JSON::PP::true();
    my @workers = map { { sid => sid('WK', $_), friendly_name => "Worker $_", attributes => '{}' } } 1 .. 40;
    my @lists = map { { times => 1, %$_ } } (page(undef, workspace(1, 'Crowd')), (map { { path => "/$_\$", %{ page() } } }
        qw(Activities TaskChannels TaskQueues Workflows)));
    my @crowd = ({ times => 1, path => '/Workers$', %{ page(undef, @workers) } });
    my $crowd = sub { $api->reset; $api->behave($lists[0], $_[0], @crowd, @lists[1 .. $#lists], @_[1 .. $#_]); $ctl->run(['export']) };
    my $channels = { path => '/Channels$', %{ page() }, delay => 0.05 };
    my $run = $crowd->({ times => 1, path => sid('WK', 1) . '/Channels$', %{ page() }, delay => 0.3 }, $channels);
    is_deeply [$run->{out} =~ /"(Worker \d+)"/g], [map { $_->{friendly_name} } @workers], 'in their order' or diag $run->{err};
    my $status = $api->status;
    cmp_ok $status->{most_connections}, '<=', 10, '... over few connections';
    my @asked = grep { m{/Channels} } map { $_->{target} } $api->requests;
    is scalar @asked, 40, '... each asked about once';

    $run = $crowd->({ times => 1, path => sid('WK', 3) . '/Channels$', status => 404 }, $channels);
    is_deeply [$run->{out} =~ /"Worker (\d+)"/g], [1, 2, 4 .. 40], 'a Worker who is gone is left out';
    is "$run->{status} $run->{err}", qq(0 taskrouterctl: Worker "Worker 3" (@{[sid('WK', 3)]}) was deleted meanwhile: left out\n),
        '... with a warning';
    $run = $crowd->({ times => 1, path => sid('WK', 3) . '/Channels$', status => 403 }, $channels);
    says($run, 1, qr{^taskrouterctl: GET /v1/Workspaces/\w+/Workers/@{[sid('WK', 3)]}/Channels\?PageSize=1000: HTTP 403, error 20403: as told\n$},
        'one that is refused ends it');
    is $run->{out}, '', '... and nothing is written';
    cmp_ok scalar(grep { m{/Channels} } map { $_->{target} } $api->requests), '<', 16, '... nor much more asked';
};

my $said = $ctl->said;
is_deeply [grep { index($said, $_) >= 0 } @secrets], [], 'no secret was ever printed';
done_testing;
