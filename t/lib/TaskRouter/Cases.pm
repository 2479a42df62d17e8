package TaskRouter::Cases;

# The one table of requests and expected answers. It runs unchanged against the program as CGI, on its FastCGI socket,
# with -l, and behind every supported web server.
#
# A case: name; request { method, target, headers, body, chunked }; status; headers { lower-case name => regex };
# text (the exact body) or body (regex) or json { member => value }; reservations { sid => status } set in the stand-in
# before. differs { transport => status }: there the server answers by itself. server_may_answer: any web server may
# have answered instead of the responder, so only the status counts. not [transports]: cannot be sent that way.

use strict;
use warnings;
use Digest::SHA qw(sha256_hex);
use Exporter qw(import);
use TaskRouter::Fixture qw($auth_token $operator_token $public_url $workflow operator basic bearer);
use TaskRouter::Process qw(temporary_directory);
use TaskRouter::Signature qw(sign_form sign_url sign_json form_body callback_parameters sid);

our @EXPORT_OK = qw(cases case_configuration callback_request event_request event_parameters);

my $mount = '/taskrouter';
my $origin = 'https://tr.example.com';
my $form_type = 'application/x-www-form-urlencoded';
my $second_auth_token = 'marker-second-auth-token-11d2';
my $second_operator_token = 'marker-second-operator-token-20aa';
my $subaccount_token = 'marker-subaccount-token-83c4';
my $accept = '{"instruction":"accept"}';
my $es = '{"selected_language":"es"}';
my %accepted = (status => 200, text => $accept, headers => { 'content-type' => qr{^application/json\b} });
my %created = (status => 200, headers => { 'content-type' => qr{^application/json\b},
    'taskrouter-task-sid' => qr/^WT[0-9a-f]{32}$/ });
my %accepted_reservation = (status => 200, text => '{"reservation_status":"accepted"}',
    headers => { 'content-type' => qr{^application/json\b} });

# What the table needs to be configured; api_url is the stand-in's.
sub case_configuration {
    my $stand_in = shift;
    return {
        api_url => $stand_in->url,
        auth_token => [$auth_token, $second_auth_token],
        accounts => { sid('AC', 2) => { auth_token => $subaccount_token } },
        operator_token => [$operator_token, $second_operator_token],
        store => { file => temporary_directory() . '/store.db' },
        assignment => { rules => [
            { name => 'one queue', when => q{task_queue_sid == '} . sid('WQ', 2) . q{'},
                answer => { instruction => 'reject', activity_sid => sid('WA', 9) } },
            { name => 'one workflow', when => q{workflow_sid IN ['} . sid('WW', 2) . q{']},
                answer => { instruction => 'dequeue', from => '+15005550006', post_work_activity_sid => sid('WA', 1) } },
            { name => 'later', when => q{workflow_sid == '} . sid('WW', 3) . q{'}, answer => {} },
            { name => 'filled in', when => q{task.call_sid != null AND worker.languages HAS task.selected_language},
                answer => { instruction => 'call', to => '${worker.contact_uri}', from => '${task.called:-+15005550006}',
                    url => 'https://x.example/${task.name:-nobody}?task=${task_sid}', timeout => '${task.ring:-20}' } },
            { name => 'all else', answer => { instruction => 'accept' } },
        ] },
    };
}

# An assignment callback as Twilio sends it. Options: change (parameters), path, query, token, url (what is signed),
# signature (the header's value, or undef for no header), type, extra (pairs), headers, pad (length of the body).
sub callback_request {
    my %option = @_;
    my @pairs = (callback_parameters(%{ $option{change} // {} }), @{ $option{extra} // [] });
    push @pairs, 'Padding', 'x' x ($option{pad} - length(form_body(@pairs)) - length '&Padding=') if $option{pad};
    my $target = $mount . ($option{path} // '/assignment_callback') . (defined $option{query} ? "?$option{query}" : '');
    my $url = $option{url} // $origin . $target;
    my $signature = exists $option{signature} ? $option{signature}
        : sign_form($option{token} // $auth_token, $url, @pairs);
    return { method => 'POST', target => $target, body => $option{body} // form_body(@pairs), chunked => $option{chunked},
        headers => [['Content-Type', $option{type} // $form_type],
            defined $signature ? ['X-Twilio-Signature', $signature] : (), @{ $option{headers} // [] }] };
}

# The parameters of an event callback, as pairs; those that are given replace or come after.
sub event_parameters {
    my %change = @_;
    my @pairs = (Sid => sid('EV'), EventType => 'task.created', EventDescription => 'Task created', ResourceType => 'task',
        ResourceSid => sid('WT'), AccountSid => sid('AC'), WorkspaceSid => sid('WS'), WorkspaceName => 'Test',
        Timestamp => '1700000000', TimestampMs => '1700000000123', TaskSid => sid('WT'),
        TaskAttributes => $es, TaskAge => '0', TaskPriority => '0');
    my @result;
    while (my ($name, $value) = splice @pairs, 0, 2) {
        $value = delete $change{$name} if exists $change{$name};
        push @result, $name, $value if defined $value;
    }
    return @result, map { defined $change{$_} ? ($_, $change{$_}) : () } sort keys %change;
}

# An event callback as Twilio sends it; the options of callback_request.
sub event_request {
    my %option = @_;
    my @pairs = (event_parameters(%{ $option{change} // {} }), @{ $option{extra} // [] });
    my $signature = exists $option{signature} ? $option{signature}
        : sign_form($option{token} // $auth_token, "$public_url/event_callback", @pairs);
    return { method => 'POST', target => "$mount/event_callback", body => $option{body} // form_body(@pairs),
        chunked => $option{chunked}, headers => [['Content-Type', $option{type} // $form_type],
            defined $signature ? ['X-Twilio-Signature', $signature] : ()] };
}

sub callback {
    my ($name, $option, %expected) = @_;
    return { name => "callback: $name", request => callback_request(%$option), %expected };
}

sub json_callback {
    my ($name, $option, %expected) = @_;
    my $body = $option->{body} // TaskRouter::Fixture::json_text({ callback_parameters() });
    my ($url, $signature) = sign_json($auth_token, "$public_url/assignment_callback", $option->{hashed} // $body);
    ($url, $signature) = ($option->{url}, sign_url($auth_token, $option->{url})) if $option->{url};
    return { name => "callback: $name", %expected, request => { method => 'POST', target => $url =~ s/^\Q$origin\E//r,
        body => $body, headers => [['Content-Type', 'application/json'], ['X-Twilio-Signature', $signature]] } };
}

# An operator's request. Options: query, form (pairs), body, type, credentials (headers), headers.
sub operator_case {
    my ($name, $method, $path, $option, %expected) = @_;
    my @headers = @{ $option->{credentials} // [operator()] };
    my $body = $option->{form} ? form_body(@{ $option->{form} }) : $option->{body};
    push @headers, ['Content-Type', $option->{type} // $form_type] if defined $body;
    push @headers, @{ $option->{headers} // [] };
    return { name => "operator: $name", %expected, request => { method => $method, headers => \@headers, body => $body,
        target => "$mount$path" . (defined $option->{query} ? "?$option->{query}" : '') } };
}

# Twilio asks what to do with a telephone call. Options: method, query, form (pairs; what a GET has in its query),
# signature, url (what is signed), type, body, headers.
sub call_case {
    my ($name, $path, $option, %expected) = @_;
    my $method = $option->{method} // 'POST';
    my @form = (CallSid => sid('CA'), AccountSid => $option->{account} // sid('AC'), From => '+15017122661', FromCity => "Z\xc3\xbcrich & \"Co\"",
        @{ $option->{form} // [] });
    my $query = join '&', grep { defined } $option->{query}, $method eq 'GET' ? form_body(@form) : undef;
    my $target = "$mount$path" . (length $query ? "?$query" : '');
    my $url = $option->{url} // $origin . $target;
    my $signature = exists $option->{signature} ? $option->{signature}
        : $method eq 'GET' ? sign_url($auth_token, $url) : sign_form($auth_token, $url, @form);
    return { name => "call: $name", %expected, request => { method => $method, target => $target,
        $method eq 'GET' ? () : (body => $option->{body} // form_body(@form)),
        headers => [$method eq 'GET' ? () : ['Content-Type', $option->{type} // $form_type],
            defined $signature ? ['X-Twilio-Signature', $signature] : (), @{ $option->{headers} // [] }] } };
}

sub plain {
    my ($name, $method, $path, %expected) = @_;
    return { name => $name, request => { method => $method, target => "$mount$path",
        headers => delete $expected{send} // [] }, %expected };
}

sub cases {
    return (callback_cases(), signature_cases(), routing_cases(), method_cases(), body_cases(), create_cases(), create_key_cases(),
        create_refusals(), call_cases(), operator_access_cases(), reservation_cases(), event_cases(), operator_rest_cases(),
        operator_rest_refusals(), monitoring_cases());
}

sub callback_cases {
    return (
        callback('the default instruction', {}, %accepted),
        callback('charset suffix on the content type', { type => "$form_type; charset=UTF-8" }, %accepted),
        callback('content type in capitals', { type => 'Application/X-WWW-Form-Urlencoded' }, %accepted),
        callback('unknown parameters are fine', { extra => [WorkerName => 'Alice', Zebra => ''] }, %accepted),
        callback('an empty value', { change => { TaskPriority => '' } }, %accepted),
        callback('UTF-8 and reserved characters', { change => { TaskAttributes => '{"name":"Zo' . "\xc3\xab" . ' & Co+1"}' } },
            %accepted),
        callback('a repeated parameter', { extra => [Digits => '5678', Digits => '1234', Digits => '1234'] }, %accepted),
        (map { callback("without $_", { change => { $_ => undef } }, %accepted) }
            qw(Timestamp WorkflowSid TaskQueueSid WorkerSid WorkerAttributes TaskSid TaskAttributes ReservationSid)),
        callback('an instruction for the Workflow', { change => { WorkflowSid => sid('WW', 2) } }, status => 200,
            json => { instruction => 'dequeue', from => '+15005550006', post_work_activity_sid => sid('WA', 1) }),
        callback('an instruction for the TaskQueue', { change => { TaskQueueSid => sid('WQ', 2) } }, status => 200,
            json => { instruction => 'reject', activity_sid => sid('WA', 9) }),
        rule_cases(),
        callback('decide later', { change => { WorkflowSid => sid('WW', 3) } }, status => 200, text => '{}'),
        callback('a body of exactly 64 KiB', { pad => 65536 }, %accepted),
        callback('a chunked body', { chunked => 1 }, %accepted),
        json_callback('JSON', {}, %accepted),
    );
}

# The rule "filled in": attributes of the Task, and what the answer has then.
sub rule_cases {
    my $call = sid('CA');
    my @worker = (WorkerAttributes => '{"languages":["es"],"contact_uri":"client:alice"}');
    my %answer = (instruction => 'call', to => 'client:alice', from => '+15005550006', timeout => 20);
    my $filled = sub {
        my ($name, $attributes, $path, %change) = @_;
        return callback("rule: $name", { change => { @worker, TaskAttributes => $attributes } }, status => 200,
            json => { %answer, url => "https://x.example/$path?task=" . sid('WT'), %change });
    };
    my $start = qq("selected_language":"es","call_sid":"$call");
    return (
        $filled->('defaults', "{$start}", 'nobody'),
        $filled->('values', qq({$start,"called":"+15005550009","name":"Zo\xc3\xab & Co/?#","ring":5}),
            'Zo%C3%AB%20%26%20Co%2F%3F%23', from => '+15005550009', timeout => 5),
        $filled->('quotes and control bytes', qq({$start,"name":"\\"\\u0000\\n\\u001f\\\\"}), '%22%00%0A%1F%5C'),
        callback('rule: not the language', { change => { @worker, TaskAttributes => qq({"selected_language":"fr","call_sid":"$call"}) } },
            %accepted),
        callback('rule: attributes that are no JSON', { change => { @worker, TaskAttributes => qq({$start) } }, %accepted),
        callback('rule: attributes with a key twice', { change => { @worker, TaskAttributes => qq({$start,$start}) } }, %accepted),
        callback('rule: deep attributes', { change => { @worker, TaskAttributes => '[' x 4000 } }, %accepted),
    );
}

sub signature_cases {
    my %refused = (status => 403);
    my @good = callback_parameters();
    my $signature = sign_form($auth_token, "$public_url/assignment_callback", @good);
    return (
        callback('with a query', { query => 'tenant=a%20b&x=%27' }, %accepted),
        callback('signed with port 443', { url => 'https://tr.example.com:443/taskrouter/assignment_callback' }, %accepted),
        callback('signed with the second token', { token => $second_auth_token }, %accepted),
        callback('a subaccount', { change => { AccountSid => sid('AC', 2) }, token => $subaccount_token }, %accepted),
        callback('a subaccount, signed by the main account', { change => { AccountSid => sid('AC', 2) } }, %refused),
        callback('the main account, signed by a subaccount', { token => $subaccount_token }, %refused),
        callback('an unknown AccountSid', { change => { AccountSid => sid('AC', 3) } }, %refused),
        callback('an unknown WorkspaceSid', { change => { WorkspaceSid => sid('WS', 3) } }, %refused),
        callback('a wrong token', { token => 'wrong' }, %refused),
        callback('no signature', { signature => undef }, %refused),
        callback('an empty signature', { signature => '' }, %refused),
        callback('a signature that is not base64', { signature => 'x' x 28 }, %refused),
        callback('half a signature', { signature => substr $signature, 0, 14 }, %refused),
        callback('the signature header twice', { headers => [['X-Twilio-Signature', $signature]] }, %refused),
        callback('a changed value', { change => { TaskSid => sid('WT', 2) }, signature => $signature }, %refused),
        callback('an added parameter', { extra => [Extra => '1'], signature => $signature }, %refused),
        callback('another query than signed', { query => 'a=1', url => "$public_url/assignment_callback" }, %refused),
        callback('signed for another host', { url => 'https://evil.example.com/taskrouter/assignment_callback' }, %refused),
        callback('signed for the Host header', { url => 'https://evil.example.com/taskrouter/assignment_callback',
            headers => [['Host', 'evil.example.com'], ['X-Forwarded-Host', 'evil.example.com'],
                ['X-Forwarded-Proto', 'https']] }, %refused),
        callback('signed for http', { url => 'http://tr.example.com/taskrouter/assignment_callback' }, %refused),
        json_callback('JSON with a wrong hash', { hashed => '{"other":1}' }, %refused),
        json_callback('JSON without a hash', { url => "$public_url/assignment_callback" }, %refused),
    );
}

# Every other spelling of a path is unknown, even with a good signature for it.
sub routing_cases {
    my %not_found = (status => 404, server_may_answer => 1);
    my @spellings = ('/assignment_callback/', '//assignment_callback', '/%61ssignment_callback', '/assignment%5Fcallback',
        '/x/../assignment_callback', '/./assignment_callback', '/assignment_callback%2F', '/assignment_callback%20',
        '/a%2Fb', '/a%252fb', '/unknown', '/', '', '/ASSIGNMENT_CALLBACK', '/assignment_callback;x=1',
        '/../taskrouter/assignment_callback', '/assignment_callback/x', '/assignment_callback.json', '/x/assignment_callback');
    return (
        (map { callback("$_ is unknown", { path => $_ }, %not_found) } @spellings),
        callback('a newline in the path', { path => '/a%0ab' }, %not_found, differs => { lighttpd => 400 }),
        callback('bytes that are no text in the path', { path => '/%ff%fe' }, %not_found, differs => { lighttpd => 400 }),
        callback('a zero byte in the path', { path => '/assignment_callback%00' }, %not_found, not => ['cgi', 'fastcgi'],
            differs => { lighttpd => 400, nginx => 400, fcgiwrap => 400 }),
        operator_case('/%63reate_task is unknown', 'GET', '/%63reate_task', {}, %not_found),
        operator_case('//create_task is unknown', 'GET', '//create_task', {}, %not_found),
        operator_case('/create_task/ is unknown', 'GET', '/create_task/', {}, %not_found),
    );
}

sub method_cases {
    my $post = { allow => qr/^POST$/ };
    my $both = { allow => qr/^(?:GET, POST|POST, GET)$/ };
    my $read = { allow => qr/^(?:GET, HEAD|HEAD, GET)$/ };
    return (
        (map { plain("$_ assignment_callback", $_, '/assignment_callback', status => 405, headers => $post) }
            qw(GET HEAD PUT DELETE PATCH OPTIONS)),
        # lighttpd, and libevent behind -l, know a list of methods and answer 501 to any other
        plain('an unknown method', 'FOO', '/assignment_callback', status => 405, headers => $post,
            differs => { lighttpd => 501, http => 501 }),
        (map { operator_case("$_ create_task", $_, '/create_task', {}, status => 405, headers => $both) }
            qw(HEAD PUT DELETE OPTIONS)),
        operator_case('HEAD accept_reservation', 'HEAD', '/accept_reservation', {}, status => 405, headers => $both),
        operator_case('POST healthz', 'POST', '/healthz', { body => 'a=1' }, status => 405, headers => $read),
        operator_case('PUT healthz', 'PUT', '/healthz', { body => 'a=1' }, status => 405, headers => $read),
    );
}

sub body_cases {
    my %large = (status => 413, server_may_answer => 1);
    return (
        callback('a body of 64 KiB and one byte', { pad => 65537 }, %large),
        callback('a chunked body of 70000 bytes', { pad => 70000, chunked => 1 }, %large),
        (map { callback("content type $_", { type => $_ }, status => 415) } 'text/plain', 'application/xml',
            'application/x-www-form-urlencodedx', 'multipart/form-data; boundary=x'),
        callback('an empty body', { body => '' }, status => 400),
        callback('% without digits', { body => 'a=%zz' }, status => 400),
        callback('% at the end', { body => 'a=1&b=%' }, status => 400),
        json_callback('JSON cut short', { body => '{"a":' }, status => 400),
        json_callback('JSON that is not an object', { body => '[1]' }, status => 400),
        json_callback('JSON with a name twice', { body => '{"a":"1","a":"2"}' }, status => 400),
        operator_case('an empty POST', 'POST', '/create_task', { body => '' }, status => 400),
        operator_case('a text body', 'POST', '/create_task', { body => 'x', type => 'text/plain' }, status => 415),
    );
}

sub create_cases {
    my $spaced = '{"b": 1,  "a":"Zo' . "\xc3\xab" . '", "n":1.50}';
    return (
        operator_case('GET create_task', 'GET', '/create_task', {}, %created, text => $es),
        operator_case('POST create_task', 'POST', '/create_task', { form => [Priority => '5'] }, %created, text => $es),
        operator_case('attributes byte for byte', 'POST', '/create_task', { form => [Attributes => $spaced] }, %created,
            text => $spaced),
        operator_case('parameters in the query', 'GET', '/create_task', { query => form_body(Attributes => $spaced) },
            %created, text => $spaced),
        operator_case('all parameters', 'POST', '/create_task', { form => [WorkflowSid => sid('WW', 2), Priority => '7',
            Timeout => '600', TaskChannel => 'voice', RoutingTarget => sid('WK'), Attributes => '{}',
            VirtualStartTime => '2020-01-02T03:04:05Z'] }, %created, text => '{}'),
        operator_case('a JSON body', 'POST', '/create_task', { type => 'application/json',
            body => '{"Attributes":"{\"x\":1}","Priority":5}' }, %created, text => '{"x":1}'),
        operator_case('the whole Task', 'POST', '/create_task', { form => [Priority => '9'],
            headers => [['Prefer', 'return=representation']] }, %created, json => { priority => 9, attributes => $es,
            assignment_status => 'pending', workflow_sid => $workflow }),
    );
}

# Each run of the cases has keys of its own: transports may share a store.
my $keys = 0;

sub create_key_cases {
    my $key = 'case-' . ++$keys;
    my $es_with_key = qr/^\Q${\ substr($es, 0, -1)}\E,"idempotency_key":"[0-9a-f]{32}"\}$/;
    my $keyed = sub {
        my ($name, $given, $form, @expected) = @_;
        return operator_case($name, 'POST', '/create_task', { form => $form, headers => [['Idempotency-Key', $given]] },
            @expected);
    };
    return (
        $keyed->('a key', $key, [Priority => '5'], %created, body => $es_with_key),
        $keyed->('the key again, in quotes', qq("$key"), [Priority => '5'], %created, body => $es_with_key,
            headers => { %{ $created{headers} }, 'idempotency-replayed' => qr/^true$/ }),
        $keyed->('the key with other parameters', $key, [Priority => '6'], status => 422, body => qr/\bIdempotency-Key\b/),
        $keyed->('no key', '"', [Priority => '5'], status => 400, body => qr/\bIdempotency-Key\b/),
        operator_case('the outbox', 'POST', '/create_task', { form => [outbox => 'true'] }, %created, body => $es_with_key),
        operator_case('the outbox, in JSON', 'POST', '/create_task', { type => 'application/json', body => '{"outbox":true}' },
            %created, body => $es_with_key),
        operator_case('no outbox', 'POST', '/create_task', { form => [Outbox => 'false'] }, %created, text => $es),
    );
}

# Refused before anything is sent, with the name of the parameter.
sub create_refusals {
    my @wrong = ([Priority => 'abc'], [Priority => '-1'], [Priority => '99999999999'], [Timeout => '-1'], [Timeout => '1x'],
        [Attributes => 'no'], [Attributes => '[1]'], [Attributes => '{"a":1,"a":2}'], [Attributes => '{"a":NaN}'],
        [WorkflowSid => 'WW1'], [WorkflowSid => sid('WT')], [VirtualStartTime => 'tomorrow'],
        [VirtualStartTime => '2099-01-02T03:04:05Z'], [Outbox => 'perhaps'], [Surprise => '1']);
    return (
        (map {
            my ($name, $value) = @$_;
            operator_case("$name=$value", 'POST', '/create_task', { form => [$name, $value] }, status => 400,
                body => qr/\b$name\b/);
        } @wrong),
        operator_case('a parameter twice', 'POST', '/create_task', { form => [Priority => '1', Priority => '2'] },
            status => 400, body => qr/\bPriority\b/),
        operator_case('a wrong parameter in the query', 'GET', '/create_task', { query => 'Priority=x' }, status => 400,
            body => qr/\bPriority\b/),
    );
}

# The menu of the tutorial: https://www.twilio.com/docs/taskrouter/quickstart
sub call_cases {
    my $twiml = sub {
        return (status => 200, headers => { 'content-type' => qr{^text/xml\b} },
            text => qq(<?xml version="1.0" encoding="UTF-8"?>\n<Response>$_[0]</Response>\n));
    };
    my @menu = $twiml->('<Gather action="enqueue_call" method="POST" numDigits="1" timeout="5"><Say language="es">Para espa' . "\xc3\xb1"
        . 'ol oprime el uno.</Say><Say language="en">For English, press two.</Say></Gather>');
    my ($es, $en) = map { [$twiml->(qq(<Enqueue workflowSid="$workflow"><Task>{"selected_language":"$_"}</Task></Enqueue>))] } qw(es en);
    my @refused = (status => 403);
    return (
        call_case('the menu', '/incoming_call', {}, @menu),
        call_case('the menu, by GET', '/incoming_call', { method => 'GET' }, @menu),
        call_case('1 is Spanish', '/enqueue_call', { form => [Digits => '1'] }, @$es),
        call_case('1 is Spanish, by GET', '/enqueue_call', { method => 'GET', form => [Digits => '1'] }, @$es),
        call_case('2 is English', '/enqueue_call', { form => [Digits => '2'] }, @$en),
        call_case('nothing is English', '/enqueue_call', {}, @$en),
        call_case('a query that we write ourselves', '/enqueue_call', { query => 'menu=1', form => [Digits => '1'] }, @$es),
        (map { call_case('hostile digits', '/enqueue_call', { form => [Digits => $_] }, @$en) }
            '<Hangup/>', ']]>"&amp;', "\xff\0\n", '1' x 5000),
        call_case('hostile digits, by GET', '/enqueue_call', { method => 'GET', form => [Digits => "<\"'\xff\0\r\n>"] }, @$en,
            differs => { lighttpd => 400 }),
        call_case('an unsigned call', '/incoming_call', { signature => undef }, @refused),
        call_case('an unsigned GET', '/incoming_call', { signature => undef, method => 'GET' }, @refused),
        call_case('signed for another query', '/enqueue_call', { query => 'menu=2', url => "$public_url/enqueue_call?menu=1" }, @refused),
        call_case('a GET signed for another query', '/enqueue_call', { method => 'GET', url => "$public_url/enqueue_call" }, @refused),
        call_case('signed for the other endpoint', '/enqueue_call', { url => "$public_url/incoming_call" }, @refused),
        call_case('signed for another host', '/incoming_call', { url => 'https://evil.example.com/taskrouter/incoming_call' }, @refused),
        call_case('an unknown account', '/incoming_call', { method => 'GET', account => sid('AC', 3) }, @refused),
        call_case('text instead of a form', '/incoming_call', { type => 'text/plain', body => 'x' }, status => 415),
        (map { my $path = $_; map { plain("$_ $path", $_, $path, status => 405, headers => { allow => qr/^GET, POST$/ }) }
            qw(HEAD PUT DELETE OPTIONS) } '/incoming_call', '/enqueue_call'),
    );
}

sub operator_access_cases {
    my %unauthorized = (status => 401, headers => { 'www-authenticate' => qr/^Basic realm="[^"]+"/ });
    my @create = ('GET', '/create_task');
    my $site = sub { { headers => [@_] } };
    return (
        operator_case('a bearer token', @create, { credentials => [bearer($operator_token)] }, %created),
        operator_case('the second token', @create, { credentials => [basic('operator', $second_operator_token)] }, %created),
        operator_case('no credentials', @create, { credentials => [] }, %unauthorized),
        operator_case('a wrong token', @create, { credentials => [basic('operator', 'wrong')] }, %unauthorized),
        operator_case('a wrong user', @create, { credentials => [basic('admin', $operator_token)] }, %unauthorized),
        operator_case('an empty token', @create, { credentials => [basic('operator', '')] }, %unauthorized),
        operator_case('a wrong bearer', @create, { credentials => [bearer("${operator_token}x")] }, %unauthorized),
        operator_case('a broken header', @create, { credentials => [['Authorization', 'Basic !!!']] }, %unauthorized),
        operator_case('an auth token is no operator token', @create, { credentials => [bearer($auth_token)] }, %unauthorized),
        operator_case('no credentials, wrong parameters', 'POST', '/create_task', { credentials => [],
            form => [Priority => 'x'] }, %unauthorized),
        operator_case('from another site', @create, $site->(['Sec-Fetch-Site', 'cross-site']), status => 403),
        operator_case('from another origin', @create, $site->(['Origin', 'https://evil.example.com']), status => 403),
        operator_case('from no origin', @create, $site->(['Origin', 'null']), status => 403),
        operator_case('accept from another site', 'POST', '/accept_reservation', { headers => [['Sec-Fetch-Site', 'cross-site']],
            form => [TaskSid => sid('WT'), ReservationSid => sid('WR')] }, status => 403),
        operator_case('from our own pages', @create, $site->(['Sec-Fetch-Site', 'same-origin'],
            ['Origin', 'https://tr.example.com']), %created),
        operator_case('typed in by hand', @create, $site->(['Sec-Fetch-Site', 'none']), %created),
    );
}

sub reservation_cases {
    my @both = (TaskSid => sid('WT', 1), ReservationSid => sid('WR', 1));
    my $accept = sub { my ($name, $option, %expected) = @_; operator_case($name, 'POST', '/accept_reservation', $option, %expected) };
    my $gone = sub {
        my ($number, $status, $words) = @_;
        $accept->("a $status Reservation", { form => [TaskSid => sid('WT'), ReservationSid => sid('WR', $number)] },
            reservations => { sid('WR', $number) => $status }, status => 409, body => $words);
    };
    return (
        $accept->('accept_reservation', { form => [@both] }, %accepted_reservation, reservations => { sid('WR', 1) => 'pending' }),
        $accept->('accepted already', { form => [@both] }, %accepted_reservation, reservations => { sid('WR', 1) => 'accepted' }),
        $accept->('small letters', { form => [task_sid => sid('WT'), reservation_sid => sid('WR', 4)] }, %accepted_reservation,
            reservations => { sid('WR', 4) => 'pending' }),
        operator_case('GET accept_reservation', 'GET', '/accept_reservation', { query => form_body(@both) },
            %accepted_reservation, reservations => { sid('WR', 1) => 'pending' }),
        $gone->(5, 'rescinded', qr/rescinded/), $gone->(6, 'timeout', qr/not in expected state/),
        $gone->(7, 'canceled', qr/not in expected state/), $gone->(8, 'rejected', qr/not in expected state/),
        $accept->('no ReservationSid', { form => [TaskSid => sid('WT')] }, status => 400, body => qr/ReservationSid/),
        $accept->('no TaskSid', { form => [ReservationSid => sid('WR')] }, status => 400, body => qr/TaskSid/),
        $accept->('a path as sid', { form => [TaskSid => 'WT../../Workers', ReservationSid => sid('WR')] }, status => 400,
            body => qr/TaskSid/),
        $accept->('sids exchanged', { form => [TaskSid => sid('WR'), ReservationSid => sid('WT')] }, status => 400,
            body => qr/TaskSid|ReservationSid/),
        $accept->('a sid twice', { form => [@both, TaskSid => sid('WT', 2)] }, status => 400, body => qr/TaskSid/),
        $accept->('an unknown parameter', { form => [@both, Worker => 'x'] }, status => 400, body => qr/Worker/),
        $accept->('no credentials', { form => [@both], credentials => [] }, status => 401),
    );
}

# Each of these callbacks may have been sent before, through another transport of the same responder.
sub event_cases {
    # Apache leaves out the Content-Type of an answer without a body.
    my %stored = (status => 204, text => '');
    my $event = sub { my ($name, $option, %expected) = @_; return { name => "event: $name", request => event_request(%$option), %expected } };
    my $ask = sub {
        my ($name, $query, %expected) = @_;
        return operator_case($name, 'GET', '/events', { query => $query, headers => delete $expected{send} }, %expected);
    };
    my $first = 'EventType=case.first&PageSize=1';
    return (
        $event->('stored', { change => { EventType => 'case.first' } }, %stored),
        $event->('told again', { change => { EventType => 'case.first' } }, %stored),
        $event->('without a Sid', { change => { Sid => undef, EventType => 'case.second' } }, %stored),
        $event->('in JSON with a hash that is not its', { type => 'application/json', body => '{"EventType":"x"}' }, status => 403),
        $event->('forged', { token => 'wrong' }, status => 403),
        $event->('without a signature', { signature => undef }, status => 403),
        plain('GET event_callback', 'GET', '/event_callback', status => 405, headers => { allow => qr/^POST$/ }),
        $ask->('events', $first, status => 200, headers => { 'content-type' => qr{^application/json$} },
            json => { meta => { key => 'events', page_size => 1, next_page_url => undef } },
            body => qr/"event_type":"case\.first"/),
        $ask->('events of no such Task', 'TaskSid=' . sid('WT', 99), status => 200, json => { events => [] }),
        $ask->('events as CSV', $first, send => [['Accept', 'text/csv']], status => 200,
            headers => { 'content-type' => qr{^text/csv;} }, body => qr/\Asid,[^\r]+\r\n"EV0+1","case\.first",/),
        $ask->('events with a wrong filter', 'TaskSid=x', status => 400, body => qr/TaskSid/),
        operator_case('HEAD events', 'HEAD', '/events', {}, status => 405, headers => { allow => qr/^GET$/ }),
        operator_case('events without credentials', 'GET', '/events', { credentials => [] }, status => 401),
    );
}

# The stand-in knows Reservations, and lists that are empty; it answers 404 to whatever else there is at TaskRouter.
sub operator_rest_cases {
    my $list = sub {
        my ($key, $path, $option, $filters, $size, $page, $token) = @_;
        my $url = "$public_url$path?" . ($filters && "$filters&") . "PageSize=$size&Page=";
        operator_case("GET $path?" . ($option->{query} // ''), 'GET', $path, $option, status => 200,
            json => { $key => [], meta => { key => $key, page => $page, page_size => 50, first_page_url => "${url}0",
                url => $url . $page . ($token && "&PageToken=$token"), previous_page_url => undef,
                next_page_url => $url . ($page + 1) . '&PageToken=PA%2B1' } });
    };
    my $filters = 'AssignmentStatus=pending&AssignmentStatus=reserved&EvaluateTaskAttributes=a%20HAS%20%22b%22%20%26%20c';
    my %not_there = (status => 404, json => { code => 20404 });
    my ($task, $worker, $reservation) = map { sid($_, 1) } 'WT', 'WK', 'WR';
    my $change = sub {
        my ($name, $number, $before, $option, %expected) = @_;
        operator_case($name, 'POST', '/reservations/' . sid('WR', $number), $option, %expected,
            reservations => { sid('WR', $number) => $before });
    };
    my @of = (TaskSid => $task);
    return (
        (map { $list->($_, "/$_", {}, '', 50, 0, '') } 'tasks', 'workers', 'activities'),
        $list->('tasks', '/tasks', { query => "$filters&PageSize=1000&Page=3&PageToken=PA%2B1" }, $filters, 1000, 3, 'PA%2B1'),
        $list->('tasks', '/tasks', { query => 'assignment_status=pending,reserved&Page=1&PageToken=x&Priority=007' },
            'AssignmentStatus=pending&AssignmentStatus=reserved&Priority=007', 50, 1, 'x'),
        $list->('tasks', '/tasks', { headers => [['Sec-Fetch-Site', 'cross-site']] }, '', 50, 0, ''),
        (map { operator_case("GET $_", 'GET', $_, {}, %not_there) } "/tasks/$task", "/workers/$worker"),
        operator_case('POST a Task', 'POST', "/tasks/$task", { form => [Priority => 1] }, %not_there),
        operator_case('POST a Task in JSON', 'POST', "/tasks/$task", { type => 'application/json',
            body => '{"attributes":{"a":[1,"b"]},"priority":7}' }, %not_there),
        operator_case('POST a Task, If-Match', 'POST', "/tasks/$task", { form => [AssignmentStatus => 'completed'],
            headers => [['If-Match', '"7", W/"8"']] }, %not_there),
        operator_case('POST a Worker', 'POST', "/workers/$worker", { form => [activity_sid => sid('WA'),
            RejectPendingReservations => 'true'] }, %not_there),
        $change->('accept a Reservation', 21, 'pending', { form => [@of, ReservationStatus => 'accepted'] }, status => 200,
            json => { reservation_status => 'accepted', sid => sid('WR', 21) }),
        $change->('accept it in JSON', 22, 'pending', { type => 'application/json',
            body => qq({"reservation_status":"accepted","task_sid":"$task"}) }, status => 200,
            json => { reservation_status => 'accepted' }),
        $change->('a Reservation that is so already', 23, 'accepted', { form => [@of, ReservationStatus => 'accepted'] },
            status => 200, json => { reservation_status => 'accepted' }),
        $change->('reject a Reservation', 24, 'pending', { form => [@of, ReservationStatus => 'rejected',
            WorkerActivitySid => sid('WA')] }, status => 200, json => { reservation_status => 'rejected' }),
        (map { $change->("a $_ Reservation", 25, $_, { form => [@of, ReservationStatus => 'accepted'] }, status => 409,
            json => { code => 20001 }) } 'rescinded', 'timeout', 'rejected'),
        operator_case('a Reservation of a Worker', 'POST', "/reservations/$reservation", { form => [WorkerSid => $worker,
            ReservationStatus => 'accepted'] }, %not_there),
    );
}

sub operator_rest_refusals {
    my ($task, $worker, $reservation) = map { sid($_, 1) } 'WT', 'WK', 'WR';
    my ($tasks, $workers, $reservations) = ("/tasks/$task", "/workers/$worker", "/reservations/$reservation");
    my $get = { allow => qr/^GET$/ };
    my $both = { allow => qr/^(?:GET, POST|POST, GET)$/ };
    my $post = { allow => qr/^POST$/ };
    my @methods = (['/tasks', $get, qw(HEAD POST PUT DELETE)], ['/workers', $get, qw(HEAD POST)], ['/activities', $get, qw(HEAD POST)],
        [$tasks, $both, qw(HEAD PUT DELETE)], [$workers, $both, qw(HEAD DELETE)], [$reservations, $post, qw(GET HEAD DELETE)]);
    my @lists = (['/tasks', 'PageSize=0'], ['/tasks', 'PageSize=1001'], ['/tasks', 'PageSize=x'], ['/tasks', 'Page=-1'],
        ['/tasks', 'PageToken='], ['/tasks', 'AssignmentStatus=done'], ['/tasks', 'AssignmentStatus=pending,'],
        ['/tasks', 'Ordering=Priority'], ['/tasks', 'Ordering=Priority:up'], ['/tasks', 'Ordering=Age:asc'],
        ['/tasks', 'Priority=high'], ['/tasks', 'HasAddons=1'], ['/tasks', 'WorkflowSid=WQ1'], ['/tasks', 'TaskQueueSid=x'],
        ['/tasks', 'EvaluateTaskAttributes='], ['/tasks', 'EvaluateTaskAttributes=%FF'], ['/tasks', 'RoutingTarget=me'],
        ['/tasks', 'WorkflowName=' . 'x' x 65], ['/tasks', 'ActivitySid=' . sid('WA')], ['/workers', 'Available=maybe'],
        ['/workers', 'Available=yes'], ['/workers', 'Available=1'], ['/activities', 'Available=no'], ['/activities', 'Available=0'],
        ['/workers', 'ActivitySid=' . sid('WK')], ['/workers', 'Priority=1'], ['/workers', 'FriendlyName=a&FriendlyName=b'],
        ['/activities', 'Available='], ['/activities', 'ActivityName=x'], ['/tasks', 'PageSize=5&page_size=5']);
    my @tasks = ([AssignmentStatus => 'assigned'], [AssignmentStatus => 'Completed'], [Priority => 'x'], [Attributes => '[]'],
        [Reason => 'x'], [Reason => 'x', AssignmentStatus => 'wrapping'], [Attributes => '{}', AssignmentStatus => 'completed'],
        [TaskChannel => '1x'], [Workflow => 'x']);
    my @workers = ([ActivitySid => 'WA1'], [Attributes => 'x'], [FriendlyName => ''], [FriendlyName => 'x' x 65],
        [RejectPendingReservations => 'yes', ActivitySid => sid('WA')], [RejectPendingReservations => 'true'], [AssignmentStatus => 'canceled']);
    my @of = (TaskSid => $task, ReservationStatus => 'accepted');
    my @reservations = ([ReservationStatus => 'timeout', TaskSid => $task], [ReservationStatus => undef, TaskSid => $task],
        [WorkerSid => $worker, @of], [TaskSid => undef, ReservationStatus => 'accepted'], [WorkerActivitySid => sid('WA'), @of],
        [Instruction => 'accept', @of], [TaskSid => $worker, ReservationStatus => 'accepted']);
    my $wrong = sub {
        my ($path, $form) = @_;
        my @form = @$form;
        my ($name, $value) = @form;
        splice @form, 0, 2 unless defined $value;
        operator_case("$path with $name=" . substr($value // 'nothing', 0, 20), 'POST', $path, { form => [@form] }, status => 400,
            body => qr/\b$name\b/);
    };
    return (
        (map { my ($path, $allow, @refused) = @$_; map { operator_case("$_ $path", $_, $path, $_ eq 'POST' ? { form => [a => 1] } : {},
            status => 405, headers => $allow) } @refused } @methods),
        (map { operator_case("GET $_, no credentials", 'GET', $_, { credentials => [] }, status => 401) } '/tasks', $tasks, '/workers',
            $workers, '/activities'),
        (map { operator_case("POST $_, no credentials", 'POST', $_, { credentials => [], form => [a => 1] }, status => 401) }
            $tasks, $workers, $reservations),
        (map { operator_case("POST $_ from another site", 'POST', $_, { headers => [['Sec-Fetch-Site', 'cross-site']], form => [a => 1] },
            status => 403) } $tasks, $workers, $reservations),
        (map { operator_case("$_ is no SID", 'GET', $_, {}, status => 404, server_may_answer => 1) } '/tasks/x', "/tasks/$worker",
            "/workers/$task", '/tasks/' . uc $task, '/tasks/.', "$tasks/", "$tasks/x", '/tasks/', '/tasks/*'),
        operator_case('POST a Reservation that is no SID', 'POST', "/reservations/$task", { form => [@of] }, status => 404),
        (map { my ($path, $query) = @$_; my ($name) = $query =~ /^(\w+)/;
            operator_case('GET ' . substr("$path?$query", 0, 60), 'GET', $path, { query => $query }, status => 400, body => qr/\b$name\b/,
            $query =~ /%FF/ ? (differs => { lighttpd => 400 }) : ());
        } @lists),
        operator_case('a parameter misspelt', 'GET', '/tasks', { query => 'PageSzie=5' }, status => 400,
            body => qr/unknown parameter PageSzie; did you mean PageSize\?/),
        operator_case('a resource with parameters', 'GET', $tasks, { query => 'PageSize=5' }, status => 400, body => qr/PageSize/),
        (map { $wrong->($tasks, $_) } @tasks), (map { $wrong->($workers, $_) } @workers),
        (map { $wrong->($reservations, $_) } @reservations),
        operator_case('nothing to change', 'POST', $workers, { type => 'application/json', body => '{}' }, status => 400,
            body => qr/expected any of ActivitySid, Attributes, FriendlyName, RejectPendingReservations/),
        operator_case('an If-Match that is too long', 'POST', $tasks, { form => [Priority => 1],
            headers => [['If-Match', 'x' x 257]] }, status => 400, body => qr/If-Match/),
        operator_case('an If-Match that is no ASCII', 'POST', $tasks, { form => [Priority => 1],
            headers => [['If-Match', "\xff"]] }, status => 400, body => qr/If-Match/),
    );
}

sub monitoring_cases {
    my $text = { 'content-type' => qr{^text/plain\b} };
    return (
        plain('healthz', 'GET', '/healthz', status => 200, body => qr/^ok\s*$/, headers => $text),
        plain('healthz with a query', 'GET', '/healthz?x=1', status => 200, body => qr/^ok\s*$/),
        plain('HEAD healthz', 'HEAD', '/healthz', status => 200, headers => $text),
        plain('readyz', 'GET', '/readyz', status => 200, body => qr/^ok\s*$/, headers => $text),
        plain('HEAD readyz', 'HEAD', '/readyz', status => 200),
        plain('metrics for a loopback client', 'GET', '/metrics', status => 200, headers => $text, body => qr/^# HELP /m),
        plain('HEAD metrics', 'HEAD', '/metrics', status => 200),
        plain('metrics for a client behind a proxy', 'GET', '/metrics', send => [['X-Forwarded-For', '203.0.113.9']],
            status => 401),
        operator_case('metrics for an operator', 'GET', '/metrics', { headers => [['X-Forwarded-For', '203.0.113.9']] },
            status => 200),
    );
}

1;
