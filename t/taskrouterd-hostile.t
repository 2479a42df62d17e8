# Hostile input: never a 500, never a crash, never a wait. What is refused is refused in TaskRouter's own form.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use IO::Select;
use IO::Socket::INET;
use MIME::Base64 ();
use Test::More;
use TaskRouter::Fixture qw($account $auth_token basic);
use TaskRouter::HTTP;
use TaskRouter::Process qw(time_limit read_file temporary_directory write_file);
use TaskRouter::Signature qw(sid form_body url_encode);
use TaskRouter::Taskrouterd;
use Time::HiRes qw(time);

time_limit(120);
my $server = TaskRouter::Taskrouterd->start;
my $space = $server->new_workspace(Template => 'FIFO');
my ($queue) = $server->listed($space->path('TaskQueues'));
my ($workflow) = $server->listed($space->path('Workflows'));
my $form = ['Content-Type', 'application/x-www-form-urlencoded'];
my $tasks = '/v1' . $space->path('Tasks');
my $deep = sub { my $depth = shift; '{"a":' x $depth . '1' . '}' x $depth };

# One request on its own; wrong answers are collected.
my %seen;
sub status_is {
    my ($wanted, $name, %request) = @_;
    my $begin = time;
    my $response = $server->request(method => 'POST', headers => [$form], %request);
    $seen{ $response->{status} }++;
    my %allowed = map { $_ => 1 } ref $wanted ? @$wanted : $wanted;
    ok $allowed{ $response->{status} }, $name or diag 'got ' . $response->{status} . ' '
        . substr($response->{body} // '', 0, 300) . ($response->{error} // '');
    cmp_ok time - $begin, '<', 5, "$name: in time" if time - $begin > 5;
    return $response;
}

subtest 'attributes' => sub {
    my $text = sub { my $length = shift; '{"a":"' . 'x' x ($length - 8) . '"}' };
    my @rows = (
        ['4,096 characters', $text->(4096), 201], ['4,097 characters', $text->(4097), 400],
        ['a megabyte', $text->(1048576), [400, 413]],
        ['nothing but an opening brace', '{', 400], ['broken in the middle', '{"a":1,,"b":2}', 400],
        ['two values', '{} {}', 400],
        ['a comment', '{"a":1/*x*/}', 400], ['a trailing comma', '{"a":1,}', 400], ['single quotes', "{'a':1}", 400],
        ['NaN', '{"a":NaN}', 400],
        ['Infinity', '{"a":Infinity}', 400], ['a name twice', '{"a":1,"a":2}', [201, 400]],
        ['a byte that is no UTF-8', "{\"a\":\"\xff\"}", 400],
        ['an overlong encoding', "{\"a\":\"\xc0\xaf\"}", 400], ['a surrogate in UTF-8', "{\"a\":\"\xed\xa0\x80\"}",
            400], ['half a pair', '{"a":"\ud800"}', [201, 400]],
        ['a raw control byte', "{\"a\":\"\x01\"}", 400], ['a zero byte', "{\"a\":\"\x00\"}", 400],
        ['a zero byte behind it', "{\"a\":1}\x00", 400],
        ['an escaped zero', '{"a":"\u0000"}', [201, 400]], ['an escaped zero in a name', '{"a\u0000b":1}', [201, 400]],
        ['a newline in a text', "{\"a\":\"\n\"}", 400],
        ['31 deep', $deep->(31), 201], ['a hundred deep', $deep->(100), 400],
        ['as deep as fits', '{"a":' . '[' x 2000 . ']' x 2000 . '}', 400],
        ['a huge number', '{"a":1' . '0' x 400 . '}', [201, 400]], ['a huge exponent', '{"a":1e999999999}', [201, 400]],
        ['a number with a zero before it', '{"a":01}', 400],
        ['blanks', ' ' x 4000 . '{}', 201], ['blanks alone', '   ', 400], ['a BOM', "\xef\xbb\xbf{}", 400],
        ['many names', '{' . join(',', map { "\"$_\":1" } 1 .. 500) . '}', [201, 400]],
        ['a text that is a format', '{"a":"%s%n%x"}', 201], ['a text that is SQL', q({"a":"'; DROP TABLE task; --"}),
            201], ['markup', '{"a":"</script><script>"}', 201],
    );
    for my $row (@rows) {
        my ($name, $attributes, $status) = @$row;
        status_is($status, "attributes: $name", target => $tasks, body => form_body(WorkflowSid => $workflow->{sid},
            Attributes => $attributes));
        status_is($status, "attributes of a Worker: $name", target => '/v1' . $space->path('Workers'),
            body => form_body(FriendlyName => "w$name", Attributes => $attributes));
    }
};

subtest 'names and other texts' => sub {
    my @names = ("a\x00b", "\x01", "a\nb", "\xff\xfe", "\x7f", "\xed\xa0\x80", "\xf4\x90\x80\x80", ' ', '%', '%s%n',
        '<b>', "'; --", '"', '\\', "\xe2\x80\xae", 'x' x 65, 'x' x 100000);
    for my $name (@names) {
        for my $kind (qw(Activities Workers TaskQueues)) {
            status_is([201, 400, 413], "a name in $kind: " . substr($name, 0, 8) =~ s/[^ -~]/?/gr,
                target => '/v1' . $space->path($kind), body => form_body(FriendlyName => $name));
        }
    }
    for my $kind (qw(Activities Workers TaskQueues)) {
        my $response = $server->get($space->path($kind), PageSize => 1000);
        is $response->{status}, 200, "the list of $kind can be read after that";
        ok ref $response->{json}, '... it is JSON';
    }
    for my $number ('9' x 30, '-' . '9' x 30, '0x10', '1e3', '+5', ' 5', '5 ', '٣', '1,000', '5.0', "5\x00", '') {
        status_is([400], 'Priority=' . ($number =~ s/[^ -~]/?/gr), target => $tasks,
            body => form_body(WorkflowSid => $workflow->{sid}, Priority => $number));
        status_is(length $number ? 400 : [200, 400], 'PageSize=' . ($number =~ s/[^ -~]/?/gr), method => 'GET',
            target => "$tasks?" . form_body(PageSize => $number));
    }
    for my $url ('javascript:alert(1)', 'http://', 'http://[', 'http://a b/', "http://a/\r\nX: y", 'http://a:99999/',
        'file:///etc/passwd', 'gopher://a/', '//a/', "http://a/\x00", 'http://' . 'a' x 5000) {
        status_is(400, 'a URL: ' . substr($url, 0, 30) =~ s/[^ -~]/?/gr,
            target => '/v1' . $workflow->{url} =~ s{.*/v1}{}r, body => form_body(AssignmentCallbackUrl => $url));
    }
    for my $date ('2026-13-45T99:99:99Z', '0000-00-00T00:00:00Z', '99999-01-01T00:00:00Z', '2020-01-01', 'T', '-1',
        '2020-02-30T00:00:00Z', '2020-01-01T00:00:00+99:99') {
        status_is([400, 201], "a date: $date", target => $tasks, body => form_body(WorkflowSid => $workflow->{sid},
            VirtualStartTime => $date));
        status_is([400, 200], "a date in a filter: $date", method => 'GET',
            target => '/v1' . $space->path('Events') . '?' . form_body(StartDate => $date));
    }
};

subtest 'expressions' => sub {
    my @wrong = ('(' x 5000, '((((' . '1==1' . '))))' . ')', 'a == "', "a == 'x", 'a ==', '== a', 'a b', 'a == [',
        'a IN [1,', 'a[', 'a[99999999999999999999] == 1',
        '1' x 400 . ' ==', "a == \"\x01", 'a AND', 'NOT', "\xff == 1", 'a == "' . "\x00" . '"', 'a == 1;', 'a === 1',
            '`', 'a == 1 OR' x 10, '{}');
    for my $expression (@wrong) {
        my $name = substr($expression, 0, 20) =~ s/[^ -~]/?/gr;
        status_is(400, "TargetWorkers: $name", target => '/v1' . $space->path('TaskQueues'),
            body => form_body(FriendlyName => 'x', TargetWorkers => $expression));
        status_is(400, "TargetWorkersExpression: $name", method => 'GET',
            target => '/v1' . $space->path('Workers') . '?' . form_body(TargetWorkersExpression => $expression))
            if length $expression < 3000;
    }
    status_is([400, 201], 'a deep but closed one', target => '/v1' . $space->path('TaskQueues'),
        body => form_body(FriendlyName => 'x', TargetWorkers => '(' x 2000 . '1==1' . ')' x 2000));
    status_is([400, 201], 'a long one', target => '/v1' . $space->path('TaskQueues'),
        body => form_body(FriendlyName => 'x', TargetWorkers => join ' OR ', map { "a$_ == $_" } 1 .. 3000));
};

subtest 'configurations' => sub {
    my $most = 1038576;
    my $flows = '/v1' . $space->path('Workflows');
    my $config = sub { my $rest = shift; qq({"task_routing":{"default_filter":{"queue":"$queue->{sid}"}},"note":"$rest"}) };
    my $frame = length $config->('');
    my $configuration = $config->('x' x ($most - $frame));
    is length $configuration, $most, 'as long as it may be';
    my $response = status_is(201, 'exactly 1,038,576 bytes', target => $flows,
        body => form_body(FriendlyName => 'big', Configuration => $configuration));
    is $server->fetched($response->{json}{url})->{configuration}, $configuration, '... and it comes back'
        if $response->{json};
    status_is([400, 413], '... and one more', target => $flows, body => form_body(FriendlyName => 'big',
        Configuration => "$configuration "));
    status_is(201, 'the longest, each byte encoded', target => $flows,
        body => 'FriendlyName=enc&Configuration=' . join '', map { sprintf '%%%02X', ord } split //, $configuration);
    status_is([400, 413], 'ten megabytes', target => $flows, body => form_body(FriendlyName => 'big',
        Configuration => $config->('x' x 10485760)));
    my $filter = qq({"expression":"a == 1","targets":[{"queue":"$queue->{sid}"}]});
    my $count = int(($most - 100) / (length($filter) + 1));
    my $begin = time;
    $response = status_is([201, 400], "$count filters", target => $flows,
        body => form_body(FriendlyName => 'many', Configuration => '{"task_routing":{"filters":[' . join(',',
        ($filter) x $count) . ']}}'));
    cmp_ok time - $begin, '<', 5, '... in time';
    status_is([201, 400], '... and a Task through them', target => $tasks,
        body => form_body(WorkflowSid => $response->{json}{sid}, Attributes => '{"a":2}'))
        if $response->{status} == 201;
    status_is(400, 'deep nesting', target => $flows, body => form_body(FriendlyName => 'x',
        Configuration => '{"task_routing":' . '[' x 100000 . ']' x 100000 . '}'));
    status_is(400, 'filters within filters', target => $flows, body => form_body(FriendlyName => 'x',
        Configuration => '{"task_routing":' x 20 . '1' . '}' x 20));
};

subtest 'bodies' => sub {
    my $long = 'a' x 2000;
    my @rows = (
        ['no body', undef, 400], ['an empty body', '', 400], ['a lone &', '&', 400], ['a lone =', '=', 400],
        ['% at the end', 'FriendlyName=%', 400],
        ['% without digits', 'FriendlyName=%zz', 400], ['half an escape', 'FriendlyName=%4', 400],
        ['an escaped zero', 'FriendlyName=%00', [400, 201]],
        ['a name twice', 'FriendlyName=a&FriendlyName=b', [201, 400]],
        ['ten thousand parameters', join('&', map { "p$_=1" } 1 .. 10000), 400],
        ['a long name of a parameter', "$long=1&FriendlyName=long", [201, 400]], ['JSON', '{"FriendlyName":"x"}', 400],
        ['bytes', join('', map { chr } 0 .. 255), 400],
    );
    for my $row (@rows) {
        my ($name, $body, $status) = @$row;
        status_is($status, "a body: $name", target => '/v1' . $space->path('Activities'), defined $body
            ? (body => $body) : ());
    }
    for my $type ('text/plain', 'multipart/form-data; boundary=x', 'application/xml', 'nonsense', 'application/json') {
        status_is([400, 415], "a body of type $type", target => '/v1' . $space->path('Activities'),
            headers => [['Content-Type', $type]], body => 'FriendlyName=x');
    }
};

subtest 'methods, paths, credentials' => sub {
    my $activity = '/v1' . $space->path('Activities', $space->activity('Offline'));
    status_is([405, 501], "$_ an Activity", method => $_, target => $activity) for qw(PUT PATCH TRACE);
    # libevent itself answers what it does not know.
    status_is([405, 501], 'FOO an Activity', method => 'FOO', target => $activity, unchecked => 1);
    status_is([204, 405], 'OPTIONS an Activity', method => 'OPTIONS', target => $activity, unchecked => 1);
    is $server->request(method => 'HEAD', target => $activity, unchecked => 1)->{status} =~ /^(?:200|405)$/ ? 1 : 0, 1,
        'HEAD';
    delete $server->{client};
    my $sid = $space->sid;
    my @paths = ('/', '/v1', '/v1/', '//v1/Workspaces', '/v1//Workspaces', '/v1/./Workspaces', '/v1/x/../Workspaces',
        '/v1/Workspaces/../Workspaces', '/v1/workspaces',
        '/V1/Workspaces', '/v1/Work%73paces', '/v1/Workspaces%2F' . $sid, "/v1/Workspaces/%57S" . substr($sid, 2),
            "/v1/Workspaces/$sid%00", "/v1/Workspaces/$sid/",
        "/v1/Workspaces/$sid/Tasks%20", "/v1/Workspaces/$sid/Tasks/%2e%2e", "/v1/Workspaces/$sid/Tasks/..%2f..",
            "/v1/Workspaces/$sid/Tasks;x=1", "/v1/Workspaces/$sid/%ff", "/v1/Workspaces/$sid/Tasks/" . 'x' x 3000,
        "/v1/Workspaces/$sid/" . 'Tasks/' x 200, '/_local', '/_local/nothing', '/_local/../v1/Workspaces',
            '/v1/Workspaces/' . $sid . '/Workers/' . sid('WK') . '/Channels/' . url_encode("a'b"), '/etc/passwd',
            '/index.html', '/v1/Workspaces/WS' . 'g' x 32);
    for my $path (@paths) {
        status_is([404, 400, 414, 431, $path eq '/_local' ? (200, 405) : ()],
            'a path: ' . substr($path =~ s/[^ -~]/?/gr, 0, 60), method => 'GET', target => $path, unchecked => 1);
    }
    for my $header ('Basic ' . 'A' x 6000, 'Basic ', 'Basic Og==', 'Basic ' . MIME::Base64::encode_base64("$account",
        ''), 'Digest x', "Basic \xff\xfe", 'Basic ' . MIME::Base64::encode_base64("$account:$auth_token\0x", ''),
        'basic', 'Basic  ' . 'Zg=', 'Basic ' . MIME::Base64::encode_base64("\0" x 100, '')) {
        status_is([401, 400, 431], 'credentials: ' . substr($header =~ s/[^ -~]/?/gr, 0, 30), method => 'GET',
            target => '/v1/Workspaces', headers => [['Authorization', $header]], unchecked => 1);
    }
    for my $target ('/_local/debugger', '/_local/calls', '/_local/clock') {
        status_is([401, 404], "without credentials: $target", method => 'GET', target => $target, anonymous => 1,
            unchecked => 1);
    }
    for my $match ('', '"', 'W/', '"0', '0, 1', '-1', '99999999999999999999999', "\x01", 'x' x 3000) {
        status_is([200, 400, 412, 431], 'If-Match: ' . substr($match =~ s/[^ -~]/?/gr, 0, 20),
            target => '/v1' . $space->path('Workers', $space->worker("w" . length($match) . rand)->{sid}),
            headers => [$form, ['If-Match', $match]], body => 'Attributes={}', unchecked => 1);
    }
    status_is([200, 400], "the query $_", method => 'GET', target => "/v1/Workspaces?$_") for 'PageSize=5&PageSize=6',
        '=', '&&&', 'PageToken=', 'PageToken=' . 'x' x 500, 'PageToken=PA%00', 'Page=-1', 'Page=x', 'PageSize',
        'FriendlyName=%ff';
    status_is(400, "PageSize=$_", method => 'GET', target => "/v1/Workspaces?PageSize=$_") for 0, 1001;
    status_is(200, "PageSize=$_", method => 'GET', target => "/v1/Workspaces?PageSize=$_") for 1, 1000;
};

# What a browser sends for a page that some site made: with the password, if somebody gave it one before.
subtest "other sites' pages" => sub {
    my $activities = '/v1' . $space->path('Activities');
    my $own = "http://127.0.0.1:" . $server->port;
    my @foreign = (
        ['a form', ['Origin', 'https://evil.example']], ['its port is ours', ['Origin', "http://evil.example:$server->{port}"]],
        ['a name that begins as ours', ['Origin', 'http://localhost.evil.example']],
        ['a user that is called as we are', ['Origin', 'http://localhost@evil.example']],
        ['an address that begins as ours', ['Origin', 'http://127.0.0.1.evil.example']],
        ['a page without origin', ['Origin', 'null']],
        ['no origin', ['Sec-Fetch-Site', 'cross-site']], ['another host of the site', ['Sec-Fetch-Site', 'same-site']],
        ['two origins', ['Origin', $own], ['Origin', 'https://evil.example']],
        ['a rebound name', ['Host', "evil.example:$server->{port}"], ['Origin', "http://evil.example:$server->{port}"]],
    );
    my @near = (
        ['no browser'], ['a page of this machine', ['Origin', 'http://localhost:3000'], ['Sec-Fetch-Site', 'cross-site']],
        ['of its address', ['Origin', 'http://127.0.0.1:3000'], ['Sec-Fetch-Site', 'same-site']],
        ['of its IPv6 address', ['Origin', 'http://[::1]:3000']], ['without a port', ['Origin', 'https://LOCALHOST']],
        ['our own', ['Origin', $own], ['Sec-Fetch-Site', 'same-origin']], ['typed in by hand', ['Sec-Fetch-Site', 'none']],
        ['an empty origin', ['Origin', '']],
    );
    my $try = sub {
        my ($row, $status, %request) = @_;
        my ($name, @headers) = @$row;
        return status_is($status, "$request{method} $request{target}: $name", unchecked => 1, %request,
            headers => [$form, @headers]);
    };
    for my $row (@foreign) {
        my $response = $try->($row, 403, method => 'POST', target => $activities, body => form_body(FriendlyName => $row->[0]));
        like $response->{body}, qr/"code":20006\b.*page/, '... and why';
        $try->($row, 403, method => 'DELETE', target => '/v1' . $space->path('Activities', $space->activity('Offline')));
        $try->($row, 403, method => 'DELETE', target => '/_local/debugger');
        $try->($row, 200, method => 'GET', target => $activities);
        # Only whoever may ask is told.
        $try->($row, 401, method => 'POST', target => $activities, body => 'FriendlyName=x', anonymous => 1);
        $try->($row, 401, method => 'DELETE', target => '/_local/debugger', anonymous => 1);
        $try->($row, 204, method => 'OPTIONS', target => $activities, anonymous => 1);
    }
    my %names = map { $_->{friendly_name} => 1 } $server->listed($space->path('Activities'));
    is_deeply [grep { $names{ $_->[0] } } @foreign], [], 'nothing was made';
    $try->($_, 201, method => 'POST', target => $activities, body => form_body(FriendlyName => $_->[0])) for @near;
    $try->($_, 204, method => 'DELETE', target => '/_local/debugger') for @near;
    my $directory = temporary_directory();
    write_file("$directory/conf", '{"public_url":"https://tr.example.com"}');
    my $public = TaskRouter::Taskrouterd->start(directory => $directory, arguments => ['-c', "$directory/conf"]);
    my %status = ('https://tr.example.com' => 204, 'https://tr.example.com.evil.example' => 403, 'http://tr.example.com' => 403);
    is $public->request(method => 'DELETE', target => '/_local/debugger', headers => [['Origin', $_]], unchecked => 1)->{status},
        $status{$_}, "with a public_url: $_" for sort keys %status;
    $public->stop;
};

subtest 'lines that are no HTTP' => sub {
    my @texts = ("CONNECT /v1/Workspaces HTTP/1.1\r\nHost: x\r\n\r\n", "GET\r\n\r\n", "\r\n\r\n\r\n", "\x00" x 100,
        'A' x 100000, "GET /v1/Workspaces HTTP/9.9\r\n\r\n",
        "POST /v1/Workspaces HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        "POST /v1/Workspaces HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
            "POST /v1/Workspaces HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
        "GET /v1/Workspaces HTTP/1.1\r\nHost: x\r\n" . "X: y\r\n" x 5000 . "\r\n",
            "GET /v1/Workspaces HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "GET http://evil/ HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /v1/Workspaces HTTP/1.1\r\nHost: x\r\n folded: y\r\n\r\n",
            "POST /v1/Workspaces HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nFriendly");
    for my $text (@texts) {
        my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $server->port, Timeout => 5)
            or die "connect: $!";
        local $SIG{PIPE} = 'IGNORE';
        syswrite $socket, $text;
        shutdown $socket, 1;
        my $answer = '';
        my $select = IO::Select->new($socket);
        1 while $select->can_read(3) && sysread $socket, $answer, 65536, length $answer;
        unlike $answer, qr{^HTTP/1\.\d (?:2|500)}, 'lines: ' . substr($text =~ s/[^ -~]/?/gr, 0, 40);
        close $socket;
    }
    # Many connections that say nothing hold up nobody.
    my @silent = map { IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $server->port,
        Timeout => 5) } 1 .. 100;
    is $server->get('/Workspaces')->{status}, 200, 'a hundred silent connections';
    close $_ for grep { defined } @silent;
};

is $seen{500} // 0, 0, 'never a 500';
is $seen{0} // 0, 0, 'never no answer';
is $server->fetched($space->path)->{sid}, $space->sid, 'taskrouterd goes on';
is_deeply [$server->violations], [], 'every answer is as the description says, errors in their own form';
unlike $server->output, qr/\b$auth_token\b/, 'the token is not in the log';
ok !$server->process->ended, 'and is still there';
$server->stop;
is $server->process->exit_status, 0, 'it ends as it should';
done_testing;
