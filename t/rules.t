# Rules of the responder: what -t says of them, how callbacks are answered by them, and --explain.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use POSIX qw(strftime tzset);
use Test::More;
use Time::HiRes qw(time);
use TaskRouter::Cases qw(callback_request);
use TaskRouter::Fixture qw($auth_token $public_url configuration json_text write_configuration);
use TaskRouter::Process qw(time_limit temporary_directory read_file write_file program_command program_path run_command
    top_directory wait_until is_sanitized);
use TaskRouter::Responder;
use TaskRouter::Signature qw(sid sign_json callback_parameters form_body);

time_limit(90);
my $directory = temporary_directory();
my $program = TaskRouter::Process::program_copy($directory);
my $file = "$directory/rules.json";
my $accept = { instruction => 'accept' };
my $call_sid = sid('CA');

my @rules = (
    { name => 'spanish', when => q{task.language == 'es' AND task.call_sid != null AND worker.languages HAS 'es'},
        answer => { instruction => 'dequeue', to => '${worker.contact_uri}', from => '${task.called:-+15005550006}' } },
    { when => q{task_priority >= 10 OR workflow_sid == '} . sid('WW', 7) . q{'},
        answer => { instruction => 'call', from => '+15005550006', timeout => '${task.ring:-20}',
            url => 'https://x.example/${task.name:-nobody}?task=${task_sid}' } },
    { name => 'needs a number', when => q{task.kind == 'number'}, answer => { instruction => 'call', from => '${task.number}',
        url => 'https://x.example/' } },
    { name => 'chat', when => q{task_channel == 'chat'}, answer => {} },
    { name => 'rest', answer => $accept },
);

sub run_program {
    my ($arguments, %option) = @_;
    my $run = run_command([program_command($program, @$arguments)], directory => $directory, %option);
    return ($run->{status}, $run->{out}, $run->{err});
}

sub check {
    my ($assignment) = @_;
    write_configuration($file, assignment => $assignment);
    my ($status, $out, $said) = run_program(['-t', '-c', $file]);
    return ($status, $said =~ s/^\Q$file\E: //gmr);
}

# A rule in front of one for all else.
sub said_of {
    my ($rule, $status, $expected, $name) = @_;
    my ($got, $said) = check({ rules => [$rule, { answer => $accept }] });
    is $got, $status, "$name: status $status" or diag $said;
    like $said, $expected, '... and what is said';
    return;
}

subtest 'what -t says' => sub {
    my ($status, $said) = check({ rules => \@rules, time_zone => 'Pacific/Kiritimati' });
    is $status, 0, 'good rules' or diag $said;
    is $said, "the configuration is good\n", '... and nothing against them';
    said_of({ when => 'task.skill-level > 3', answer => $accept }, 78,
        qr/^assignment\.rules\.1\.when: .*hyphen is part of no name\n    task\.skill-level > 3\n {14}\^$/m, 'a hyphen in a name');
    said_of({ when => 'task.level > > 3', answer => $accept }, 78, qr/^    task\.level > > 3\n {17}\^$/m,
        'a condition that is none, with its place');
    said_of({ when => q{language == 'es'}, answer => $accept }, 78, qr/attributes begin with task\. or worker\./, 'a bare name');
    said_of({ when => q{worker_id == 'es'}, answer => $accept }, 78, qr/did you mean worker_sid\?/, 'a name that is near');
    said_of({ when => 'task.a == 1', answer => { instruction => 'call', from => '12', url => 'x' } }, 78,
        qr/assignment\.rules\.1\.answer\.url: .*Twilio error 40112/, 'what Twilio refuses');
    said_of({ when => 'task.a == 1', answer => $accept, than => {} }, 78, qr/assignment\.rules\.1\.than: unknown key; did you mean "then"/,
        'an unknown key');
    said_of({ when => q{weekday HAS 'sunday'}, answer => $accept }, 0, qr/warning: HAS needs a list on its left/, 'HAS on a text');
    said_of({ when => 'task.a == 1', answer => { instruction => 'dequeue' } }, 0,
        qr/assignment\.rules\.1\.answer: warning: dequeue .*40140.*task\.call_sid != null/, 'dequeue of any Task');
    said_of({ name => 'night', when => q{time_of_day >= '22:00' AND time_of_day < '06:00'}, answer => $accept }, 0,
        qr/^assignment\.rules\.1 \("night"\)\.when: warning: never holds together .*: did you mean OR\?\n {4}time_of_day.*\n {31}\^$/m,
        'a time across midnight');
    my $long = "\xeb" x 64;
    said_of({ name => $long, when => 'taks.a == 1', answer => $accept }, 78,
        qr/^assignment\.rules\.1 \("(?:\xc3\xab){30}"\)\.when: there is no taks: .*did you mean task\?/m, 'a long name of a rule');
    my %store = (store => { file => "$directory/responder.db" }, workspace_sid => sid('WS'));
    my $work = { name => 'calls', when => 'task.call_sid != null', answer => { instruction => 'dequeue' },
        then => { task => { attributes => { a => 1 } } } };
    my $dated = { when => q{weekday == 'sunday'}, answer => $accept };
    my $call = { when => 'task.call_sid != null', answer => { instruction => 'conference' } };
    for my $row ([[$work], undef, 1], [[$work], $accept, 1], [[$work], {}, 0], [[$dated, $call], undef, 1], [[$call, $dated], undef, 0],
        [[$work], { instruction => 'reject', activity_sid => sid('WA') }, 0]) {
        my ($list, $fallback, $warns) = @$row;
        write_configuration($file, %store, assignment => { rules => [@$list, { answer => $accept }],
            (fallback => $fallback) x defined $fallback });
        my ($good, undef, $words) = run_program(['-t', '-c', $file]);
        is $good, 0, 'calls and a fallback: status';
        is scalar(() = $words =~ /: assignment\.fallback: warning: accept is answered .* or to \{\}$/mg), $warns,
            '... and a warning, or none: ' . json_text([$list, $fallback]) or diag $words;
    }
    said_of({ when => 'task.call_sid != null', answer => { instruction => 'dequeue', post_work_activity_sid => sid('WA') } }, 0,
        qr/\A.*: the configuration is good\n\z|\Athe configuration is good\n\z/, 'a parameter that is in order');
    ($status, $said) = check({ rules => [map({ { when => 'task.a == 1', answer => $accept } } 1 .. 2), { answer => $accept }] });
    like $said, qr/^assignment\.rules\.2\.when: warning: is never reached: rule 1 has the same condition$/m, 'a shadowed rule';
    ($status, $said) = check({ rules => [{ when => 'task.a == 1', answer => $accept }] });
    is $status, 78, 'no last rule without condition';
    ($status, $said) = check({ rules => [{ answer => $accept }], default => $accept });
    is $status, 78, 'rules and assignment.default';
    like $said, qr/^assignment\.rules: assignment\.default is given too/m, '... and why not';
    ($status, $said) = check({ rules => [{ answer => $accept }], workflows => { sid('WW') => $accept } });
    is $status, 78, 'rules and assignment.workflows';
    for my $zone ('Europe/Nowhere', '../etc/passwd', 'CET-1CEST', 'Europe', '/etc/localtime', ':UTC') {
        ($status, $said) = check({ time_zone => $zone });
        is $status, 78, "no time zone: $zone";
        like $said, qr{^assignment\.time_zone: expected a time zone such as Europe/Berlin}m, '... and why not';
    }
    ($status, $said) = check({ rules => [(map { { when => "task.n == $_", answer => $accept } } 1 .. 1000), { answer => $accept }] });
    is $status, 78, '1,001 rules';
};

subtest '-T' => sub {
    my $secret = 'marker-sip-password-19d4';
    my $conference = { instruction => 'conference', to => 'sip:a@example.com', sip_auth_password => $secret };
    write_configuration($file, assignment => { rules => [{ name => 'a "b"', when => q{task.call_sid != null}, answer => $conference },
        { answer => $accept }] });
    my ($status, $out, $said) = run_program(['-T', '-c', $file]);
    is $status, 0, 'status' or diag $said;
    my ($line) = $out =~ /^ +"rules": (.*),$/m;
    is $line, json_text([{ answer => { %$conference, sip_auth_password => '********' }, name => 'a "b"',
        when => 'task.call_sid != null' }, { answer => $accept }]), 'as written, the password masked';
    unlike $out . $said, qr/\Q$secret\E/, '... everywhere';
    unlike $out, qr/"default"/, 'no default beside rules';
    write_file($file, $out =~ s/\*{8}/long-enough-secret/gr, 0600);
    is((run_program(['-t', '-c', $file]))[0], 0, 'what it shows is a configuration');
    write_configuration($file, assignment => { rules => [{ when => q{task.call_sid != null}, answer => $conference }, { answer => {} }] });
    chmod 0644, $file;
    ($status, $out, $said) = run_program(['-t', '-c', $file]);
    like $said, qr/assignment\.rules\.1\.answer\.sip_auth_password: a secret in a file that others may read/, 'a password is a secret';
    chmod 0600, $file;
};

# [name, parameters that change, answer]
my %spanish = (TaskAttributes => json_text({ language => 'es', call_sid => $call_sid }));
my @alice = (WorkerAttributes => '{"languages":["es"],"contact_uri":"client:alice"}');
my @decisions = (
    ['nothing matches', {}, 'rest', $accept],
    ['a template', { %spanish, @alice }, 'spanish', { instruction => 'dequeue', to => 'client:alice', from => '+15005550006' }],
    ['another caller ID', { @alice, TaskAttributes => json_text({ language => 'es', call_sid => $call_sid, called => '+15005550009' }) },
        'spanish', { instruction => 'dequeue', to => 'client:alice', from => '+15005550009' }],
    ['a parameter that is missing', { %spanish, WorkerAttributes => '{"languages":["es"]}' }, 'spanish',
        { instruction => 'dequeue', from => '+15005550006' }],
    ['a parameter that Twilio would refuse', { %spanish, WorkerAttributes => '{"languages":["es"],"contact_uri":"alice"}' }, 'spanish',
        { instruction => 'dequeue', from => '+15005550006' }],
    ['the priority', { TaskPriority => '10' }, 'rule 2', { instruction => 'call', from => '+15005550006', timeout => 20,
        url => 'https://x.example/nobody?task=' . sid('WT') }],
    ['a Workflow, and what a URL needs encoded', { WorkflowSid => sid('WW', 7),
        TaskAttributes => '{"name":"Zo' . "\xc3\xab" . '/&?","ring":30}' }, 'rule 2', { instruction => 'call', from => '+15005550006',
        timeout => 30, url => 'https://x.example/Zo%C3%AB%2F%26%3F?task=' . sid('WT') }],
    ['no answer without a number', { TaskAttributes => '{"kind":"number"}' }, 'needs a number',
        { instruction => 'reject', activity_sid => sid('WA') }],
    ['the TaskChannel', { TaskChannelUniqueName => 'chat' }, 'chat', {}],
    ['a parameter too few', { WorkerSid => undef }, undef, { instruction => 'reject', activity_sid => sid('WA') }],
);
my %assignment = (rules => \@rules, fallback => { instruction => 'reject', activity_sid => sid('WA') });

sub change { return { map { $_ => $_[0]{$_} } keys %{ $_[0] } } }

sub decides {
    my ($name, $send) = @_;
    for my $row (@decisions) {
        my ($what, $change, undef, $expected) = @$row;
        my $answer = $send->(callback_request(change => change($change)));
        is $answer->{status}, 200, "$name: $what";
        is_deeply eval { JSON::PP->new->utf8->decode($answer->{body}) }, $expected, '... and its answer' or diag $answer->{body};
    }
    return;
}

subtest 'CGI' => sub {
    my $responder = TaskRouter::Responder->prepare(configuration => { assignment => \%assignment });
    decides('CGI', sub { $responder->cgi_request($_[0]) });
};

my $responder = TaskRouter::Responder->start_fastcgi(configuration => { assignment => \%assignment });

sub ask { return $responder->fastcgi_request(callback_request(change => $_[0])) }

subtest 'FastCGI' => sub {
    decides('FastCGI', sub { $responder->fastcgi_request($_[0]) });
    my $text = $responder->fastcgi_request({ method => 'GET', target => '/taskrouter/metrics' })->{body};
    my %hits = $text =~ /^taskrouter_rule_hits_total\{rule="([^"]+)"\} (\d+)$/mg;
    my %expected;
    $expected{ $_->[2] }++ for grep { defined $_->[2] } @decisions;
    is_deeply \%hits, \%expected, 'each rule is counted';
    my $log = $responder->output;
    like $log, qr/^.*decision=dequeue.*$/m, 'the log has decisions';
    like $log, qr/ rule=spanish .*decision=dequeue/, '... and the rule';
    like $log, qr/ rules id=\S+ rule=spanish left_out="answer\.to: worker\.contact_uri is missing/, 'what was left out';
    like $log, qr/ rules .*rule="needs a number" message=".*fallback is answered"/, '... and why the fallback';
};

subtest 'JSON over HTTP' => sub {
    my $server = TaskRouter::Responder->start_http(configuration => { assignment => \%assignment });
    my $body = json_text({ callback_parameters(%spanish, @alice) });
    my ($url, $signature) = sign_json($auth_token, "$public_url/assignment_callback", $body);
    my $answer = $server->http_transport->request({ method => 'POST', target => $url =~ s{^https://[^/]+}{}r, body => $body,
        headers => [['Content-Type', 'application/json'], ['X-Twilio-Signature', $signature]] });
    is $answer->{body}, '{"instruction":"dequeue","to":"client:alice","from":"+15005550006"}', 'decides as the form does';
    $server->stop;
};

subtest 'hostile attributes' => sub {
    my %hostile = (
        'quotes' => '{"name":"' . '\"' x 2000 . '"}',
        'control bytes' => '{"name":"' . join('', map { chr } 1 .. 31) x 130 . '"}',
        'escaped NULs' => '{"name":"' . '\u0000' x 680 . '"}',
        'nested' => '{"name":' . '[' x 2000 . ']' x 2000 . '}',
        'a key twice' => '{"name":"a","name":"b"}',
        'no UTF-8' => '{"name":"' . "\xff\xfe" x 100 . '"}',
        'no JSON' => '<name/>',
        'nothing' => '',
        'large' => '{"name":"' . 'x' x 50_000 . '"}',
        'many keys' => '{' . join(',', map { qq{"k$_":$_} } 1 .. 1500) . '}',
        'a template' => '{"name":"${task.name}"}',
    );
    my $start = time;
    for my $name (sort keys %hostile) {
        for my $whose (qw(TaskAttributes WorkerAttributes)) {
            my $answer = ask({ $whose => $hostile{$name}, TaskPriority => '50' });
            is $answer->{status}, 200, "$name in $whose: answered";
            my $expected = $name =~ /^(?:large|quotes|escaped NULs)$/ && $whose eq 'TaskAttributes' ? qr/^\{"instruction":"reject",/    # the fallback: no URL is that long
                : qr{^\{"instruction":"call","from":"\+15005550006","url":"https://x\.example/[-\w.~%]*\?task=WT[0-9a-f]{32}",
                    "timeout":20\}$}x;
            like $answer->{body}, $expected, '... by the rule';
        }
    }
    cmp_ok time - $start, '<', is_sanitized() ? 20 : 5, '... and soon';
    like $responder->output, qr/TaskAttributes cannot be read, and count as empty: byte \d+: /, 'what cannot be read is logged';
    like $responder->output, qr/left_out="answer\.url: longer than 4096 bytes"/, '... and what is too long';
};

# The dates of two zones are never the same: there are 25 hours between them.
sub date_of {
    local $ENV{TZ} = $_[0];
    tzset;
    return strftime('%Y-%m-%d', localtime);
}

subtest 'the time zone' => sub {
    plan skip_all => 'no time zones on this machine' if !-e '/usr/share/zoneinfo/Pacific/Niue';
    my @zones = ('Pacific/Kiritimati', 'Pacific/Niue');
    my $dated = sub {
        my ($zone) = @_;
        return { time_zone => $zone, rules => [{ when => 'date != null', answer => { instruction => 'call', from => '+15005550006',
            url => 'http://x.example/${date}/${weekday}' } }, { answer => $accept }] };
    };
    for my $zone (@zones) {
        write_configuration($responder->{file}, assignment => $dated->($zone));
        my @dates = date_of($zone);
        $responder->process->send_signal('HUP');
        ok wait_until(10, sub {
            my ($date) = ask({})->{body} =~ m{x\.example/([\d-]+)/[a-z]+day"} or return 0;
            @dates = ($dates[0], date_of($zone));
            return grep { $date eq $_ } @dates;
        }), "$zone: its date";
        my $run = TaskRouter::Responder->prepare(configuration => { assignment => $dated->($zone) })
            ->cgi_request(callback_request());
        ok scalar(grep { $run->{body} =~ /$_/ } @dates, date_of($zone)), '... in CGI too' or diag $run->{body};
    }
    delete local $ENV{TZ};
    tzset;
};
$responder->stop;

subtest 'without rules' => sub {
    my $plain = TaskRouter::Responder->start_fastcgi(configuration => { assignment => {
        default => {}, workflows => { sid('WW', 2) => $accept },
        task_queues => { sid('WQ', 2) => { instruction => 'reject', activity_sid => sid('WA') } } } });
    my $body = sub { $plain->fastcgi_request(callback_request(change => $_[0]))->{body} };
    is $body->({}), '{}', 'the default';
    is $body->({ WorkflowSid => sid('WW', 2) }), '{"instruction":"accept"}', 'for a Workflow';
    is $body->({ WorkflowSid => sid('WW', 2), TaskQueueSid => sid('WQ', 2) }),
        '{"instruction":"reject","activity_sid":"' . sid('WA') . '"}', 'the TaskQueue wins';
    is $body->({ TaskQueueSid => sid('WQ', 2), WorkerSid => undef }), '{}', 'the default where a parameter is missing';
    $plain->stop;
};

subtest '--explain' => sub {
    write_configuration($file, assignment => { %assignment, rules => [{ name => 'weekend',
        when => q{weekday IN ['saturday', 'sunday'] AND time_of_day >= '18:00'}, answer => {} }, @rules] });
    my $form = form_body(callback_parameters(%spanish, @alice, TaskPriority => '12'));
    my $callback = write_file("$directory/callback", $form);
    my @explain = ('-c', $file, '--explain');
    my $expected = <<"TEXT";
it is sunday, 2026-11-22 17:59, UTC
rule 1 "weekend": does not fire
    weekday IN ["saturday", "sunday"]: true ("sunday", ["saturday","sunday"])
    time_of_day >= "18:00": false ("17:59", "18:00")
rule 2 "spanish": fires
    task.language == "es": true ("es", "es")
    task.call_sid != null: true ("$call_sid", null)
    worker.languages HAS "es": true (["es"], "es")
rule 3: not looked at
rule 4 "needs a number": not looked at
rule 5 "chat": not looked at
rule 6 "rest": not looked at
answer: {"instruction":"dequeue","to":"client:alice","from":"+15005550006"}
the answer depends on the time
TEXT
    my ($status, $out, $said) = run_program([@explain, '--at', '2026-11-22T17:59', $callback]);
    is $status, 0, 'a file: status';
    is $out, $expected, '... rule by rule';
    is $said, '', '... and nothing else';
    ($status, $out) = run_program([@explain, '--at=2026-11-22T17:59'], stdin => $form . "\r\n");
    is $out, $expected, 'standard input';
    ($status, $out) = run_program([@explain, '--at=2026-11-22T17:59', '-'],
        stdin => json_text({ callback_parameters(%spanish, @alice, TaskPriority => '12') }));
    is $out, $expected, 'JSON, from -';
    ($status, $out) = run_program([@explain, '--at=2026-11-22T18:00', $callback]);
    like $out, qr/^rule 1 "weekend": fires\n.*^answer: \{\}$/ms, 'another time, another answer';
    ($status, $out) = run_program([@explain, $callback]);
    like $out, qr/^it is [a-z]+day, \d{4}-\d\d-\d\d \d\d:\d\d, UTC$/m, 'now';
    ($status, $out) = run_program([@explain, '--at=2026-11-23T09:00'], stdin => 'TaskAttributes={"kind":"number"}');
    is $status, 0, 'a callback that lacks parameters: status';
    like $out, qr/^parameters are missing or are no SIDs: Timestamp AccountSid /m, '... which are named';
    like $out, qr/^answer: .*\(the fallback\)\nleft out: answer\.from: task\.number is missing/m, '... and what it would be';

    my %lines = callback_parameters(%spanish, @alice, TaskPriority => '12');
    my $lines = join '', map { "$_=$lines{$_}\r\n" } sort keys %lines;
    for my $way (['decoded', $lines], ['with a blank line', $lines =~ s/\r\n/\n\n/r], ['as they were sent', $form =~ s/&/\n/gr]) {
        ($status, $out, $said) = run_program([@explain, '--at=2026-11-22T17:59'], stdin => $way->[1]);
        is $out, $expected, "one parameter a line, $way->[0]" or diag $said;
    }
    for my $way (['AccountSid', sid('AC', 9)], ['WorkspaceSid', sid('WS', 9)]) {
        ($status, $out) = run_program([@explain, '--at=2026-11-22T17:59'],
            stdin => form_body(callback_parameters(%spanish, @alice, TaskPriority => '12', @$way)));
        my $before = "$way->[0] $way->[1] is not configured: such a callback is refused with 403; were it configured:\n";
        is $out, $before . $expected, "a foreign $way->[0]";
    }

    my $words = qr/expected the parameters of an assignment callback, as the form AccountSid=AC/;
    for my $bad (['rubbish', "hello\n", qr/-: it has no parameter of a callback: $words/],
        ['other JSON', '{"instruction":"accept"}', qr/-: it has no parameter of a callback: $words/],
        ['lines of other things', "a=b\nc=d\n", qr/-: it has no parameter of a callback: $words/],
        ['lines of a log', "TaskSid=WT1\nTaskSid: WT1\n", qr/-: line 2: $words/],
        ['many lines', "a=b\n" x 257, qr/-: more than 256 parameters/],
        ['nothing', '', qr/empty/], ['a broken form', 'a=%zz', qr/-: /], ['broken JSON', '{"a"', qr/-: /]) {
        my ($name, $input, $words) = @$bad;
        ($status, $out, $said) = run_program([@explain], stdin => $input);
        is $status, 1, "$name: status 1";
        like $said, qr/^taskrouter\.fcgi: .*$words/, '... and why';
    }
    ($status, $out, $said) = run_program([@explain, "$directory/none"]);
    is $status, 1, 'no such file: status 1';
    like $said, qr/none: No such file/, '... and why';
    ($status, $out, $said) = run_program([@explain, '--at', 'noon', $callback]);
    is $status, 1, 'no time: status 1';
    like $said, qr/--at: expected a date and a time such as 2026-11-22T17:59/, '... and why';
    is((run_program([@explain, $callback, 'more']))[0], 2, 'two files: status 2');
    is((run_program(['-c', "$directory/none.json", '--explain', $callback]))[0], 78, 'no configuration: status 78');
    write_configuration($file, assignment => { workflows => { sid('WW') => {} } });
    ($status, $out) = run_program([@explain, $callback]);
    like $out, qr/^there are no rules: .*\nanswer: \{\}\n\z/, 'a configuration without rules';
};

subtest 'the example' => sub {
    # The store's folder is there on a machine that it is meant for.
    write_file($file, read_file(top_directory() . '/examples/rules.json') =~ s{/var/lib/taskrouter/}{$directory/}r, 0600);
    my ($status, $out, $said) = run_program(['-t', '-c', $file]);
    is $status, 0, 'is a configuration' or diag $said;
    is $said, "$file: the configuration is good\n", '... with nothing against it';
    my $explain = sub {
        my ($at, @change) = @_;
        (undef, $out) = run_program(['-c', $file, '--explain', '--at', $at], stdin => form_body(callback_parameters(@change)));
        return $out =~ /^rule \d+ "(\w+)": fires/m ? $1 : $out;
    };
    my $monday = '2026-11-23T12:00';
    my @call = (TaskAttributes => json_text({ call_sid => $call_sid }));
    is $explain->($monday), 'others', 'a Task that is no call';
    is $explain->('2026-11-23T07:59', @call), 'closed', 'a call before eight';
    is $explain->('2026-11-22T12:00', @call), 'closed', 'a call on a Sunday';
    is $explain->($monday, @call), 'calls', 'a call';
    is $explain->($monday, TaskAttributes => json_text({ call_sid => $call_sid, selected_language => 'es' })), 'spanish', 'in Spanish';
    is $explain->($monday, @call, TaskAge => '61'), 'urgent', 'that waits';
    is $explain->($monday, TaskChannelUniqueName => 'chat'), 'chats', 'a chat';
};
done_testing;
