# Event callbacks are kept: each once, before the answer, and found again by /events. Then the whole of it with taskrouterd.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::PP ();
use Test::More;
use TaskRouter::Cases qw(event_request);
use TaskRouter::Fixture qw($auth_token $account $public_url operator json_text);
use TaskRouter::HTTP;
use TaskRouter::Process qw(time_limit temporary_directory free_port wait_until);
use TaskRouter::Responder;
use TaskRouter::Signature qw(sid form_body sign_form);
use TaskRouter::Taskrouterd;
use Time::HiRes qw(time);

time_limit(120);
my $json = JSON::PP->new->utf8;
my $directory = temporary_directory();
my $responder = TaskRouter::Responder->start_http(configuration => { store => { file => "$directory/store.db" } });
my $http = $responder->http_transport;

sub told { return $http->request(event_request(@_)) }

sub get {
    my ($query, @headers) = @_;
    my $answer = $http->request({ method => 'GET', headers => [operator(), @headers],
        target => '/taskrouter/events' . (length $query ? "?$query" : '') });
    $answer->{json} = eval { $json->decode($answer->{body}) };
    return $answer;
}

sub found { return [map { $_->{event_data}{note} } @{ get(@_)->{json}{events} }] }

sub metric {
    my ($name, $target) = @_;
    my $text = ($target // $http)->request({ method => 'GET', target => '/taskrouter/metrics', headers => [] })->{body};
    return $text =~ /^\Q$name\E (\d+)$/m ? $1 : 0;
}

subtest 'an Event is kept' => sub {
    my $answer = told(change => { Sid => sid('EV', 1), TimestampMs => '1700000000123', TaskSid => sid('WT', 1), note => 'a' });
    is $answer->{status}, 204, 'the answer is 204';
    is_deeply $answer->{headers}{'content-type'}, ['application/json'], '... with the type that TaskRouter wants';
    is $answer->{body} // '', '', '... and no body';
    my ($event) = @{ get('')->{json}{events} };
    is $event->{sid}, sid('EV', 1), 'sid';
    is $event->{event_type}, 'task.created', 'event_type';
    is $event->{event_date}, '2023-11-14T22:13:20Z', 'event_date';
    is $event->{event_date_ms}, 1700000000123, 'event_date_ms';
    like $event->{date_received}, qr/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ$/, 'date_received';
    is $event->{task_sid}, sid('WT', 1), 'task_sid';
    is $event->{worker_sid}, undef, 'what it does not have is null';
    is $event->{event_data}{task_sid}, sid('WT', 1), 'the parameters are named as in the REST API';
    is $event->{event_data}{event_description}, 'Task created', 'all of them';
};

subtest 'each once' => sub {
    my @same = (change => { Sid => sid('EV', 1), TimestampMs => '1700000000123', note => 'other' });
    is told(@same)->{status}, 204, 'a second callback of the Event has the same answer';
    is_deeply found('PageSize=10'), ['a'], '... and changes nothing';
    is metric('taskrouter_events_stored_total{result="stored"}'), 1, 'counted as stored';
    is metric('taskrouter_events_stored_total{result="repeated"}'), 1, '... and as repeated';
    is told(change => { Sid => undef, note => $_ })->{status}, 204, "without a Sid: $_" for qw(b b c);
    is_deeply [sort @{ found('') }], [qw(a b c)], 'without a Sid all parameters tell it from others';
};

subtest 'filters' => sub {
    my %of = (TaskSid => 'WT', WorkerSid => 'WK', ReservationSid => 'WR', TaskQueueSid => 'WQ', WorkflowSid => 'WW');
    my $n = 100;
    for my $name (sort keys %of) {
        told(change => { Sid => sid('EV', $n++), TimestampMs => 1_600_000_000_000 + $n, TaskSid => undef,
            $name => sid($of{$name}, 77), note => $name });
        is_deeply found("$name=" . sid($of{$name}, 77)), [$name], $name;
        is_deeply found("$name=" . sid($of{$name}, 78)), [], '... another';
    }
    told(change => { Sid => sid('EV', 99), EventType => 'worker.activity.update', TimestampMs => undef, Timestamp => 1_500_000_000,
        note => 'second' });
    is_deeply found('EventType=worker.activity.update'), ['second'], 'EventType';
    is_deeply found('WorkspaceSid=' . sid('WS') . '&EventType=worker.activity.update'), ['second'], 'WorkspaceSid';
    is_deeply found('EndDate=2017-07-14T02:40:00Z'), ['second'], 'EndDate, which counts whole';
    is_deeply found('EndDate=2017-07-14T02:39:59Z'), [], '... and not what comes later';
    is_deeply found('StartDate=2017-07-14T02:40:00Z&EndDate=2018-01-01T00:00:00Z'), ['second'], 'StartDate';
    is_deeply found('StartDate=2017-07-14T04:40:01%2B02:00&EndDate=2018-01-01T00:00:00Z'), [], '... in another time zone';
    told(change => { Sid => sid('EV', 98), TimestampMs => undef, Timestamp => 'x', note => 'undated' });
    is_deeply found('Minutes=1'), ['undated'], 'Minutes; an Event without a date has that of its arrival';
    is_deeply found('TaskSid=' . sid('WT', 1) . '&WorkerSid=' . sid('WK', 1)), [], 'two filters both count';
};

subtest 'what cannot be asked' => sub {
    my %refused = ('TaskSid=x' => 'TaskSid: expected a Task SID: WT and 32 hexadecimal digits',
        'PageSize=0' => 'PageSize: expected a whole number from 1 to 1000', 'PageSize=1001' => 'PageSize: expected a whole number from 1 to 1000',
        'PageToken=1' => 'PageToken: expected the PageToken of a next_page_url',
        'PageToken=-1.1' => 'PageToken: expected the PageToken of a next_page_url',
        'StartDate=yesterday' => 'StartDate: expected a date such as 2026-01-31T23:59:59Z',
        'Minutes=-1' => 'Minutes: expected a number of minutes', 'Format=xml' => 'Format: expected json or csv',
        'EventType=a%20b' => 'EventType: expected one type, such as task.created',
        'EventType=task.created,task.canceled' => 'EventType: expected one type, such as task.created',
        'event_type=task.created%2C' => 'EventType: expected one type, such as task.created',
        'page_size=0' => 'PageSize: expected a whole number from 1 to 1000', 'PageSize=1&page_size=1' => 'PageSize: given more than once',
        'Minutes=1&StartDate=2020-01-01T00:00:00Z' => 'Minutes: expected either Minutes or StartDate',
        'TaskSids=x' => 'unknown parameter TaskSids; did you mean TaskSid?');
    for my $query (sort keys %refused) {
        my $answer = get($query);
        is $answer->{status}, 400, $query;
        is $answer->{json}{detail}, $refused{$query}, '... in words';
    }
};

subtest 'pages' => sub {
    my $worker = sid('WK', 500);
    # Of one millisecond, and not in the order of their SIDs.
    told(change => { Sid => sid('EV', 1000 + $_ * 7 % 10), TimestampMs => 1_800_000_000_000 + int($_ / 4), WorkerSid => $worker, note => $_ })
        for 0 .. 9;
    my ($query, @pages) = "PageSize=4&WorkerSid=$worker";
    while (defined $query && @pages < 9) {
        my $answer = get($query);
        push @pages, [map { $_->{event_data}{note} } @{ $answer->{json}{events} }];
        my $next = $answer->{json}{meta}{next_page_url};
        is $answer->{json}{meta}{page_size}, 4, 'page_size';
        is $answer->{json}{meta}{key}, 'events', 'key';
        $query = defined $next ? ($next =~ m{^\Q$public_url\E/events\?(.*)$})[0] : undef;
        is_deeply $answer->{headers}{link}, defined $next ? ["<$next>; rel=\"next\""] : undef, 'the Link says the same';
    }
    is_deeply \@pages, [[9, 8, 7, 6], [5, 4, 3, 2], [1, 0]], 'newest first, none twice, none left out';
};

subtest 'names as in the answers' => sub {
    my %one = (Sid => sid('EV', 2900), EventType => 'task.updated', TimestampMs => 1_850_000_000_000, note => 'named',
        TaskSid => sid('WT', 30), WorkerSid => sid('WK', 30), ReservationSid => sid('WR', 30), TaskQueueSid => sid('WQ', 30),
        WorkflowSid => sid('WW', 30));
    told(change => \%one);
    my $date = '2028-08-16T00:53:20Z';
    is_deeply found("$_&task_sid=$one{TaskSid}"), ['named'], $_ for 'event_type=task.updated', 'workspace_sid=' . sid('WS'),
        "worker_sid=$one{WorkerSid}", "reservation_sid=$one{ReservationSid}", "task_queue_sid=$one{TaskQueueSid}",
        "workflow_sid=$one{WorkflowSid}", "start_date=$date", "end_date=$date", 'page_size=1', 'format=json';
    is_deeply found("minutes=1&worker_sid=$one{WorkerSid}"), ['named'], 'minutes';
    is_deeply found("event_type=task.created&task_sid=$one{TaskSid}"), [], '... and they count';
    my $next = get('page_size=1&event_type=task.created')->{json}{meta}{next_page_url};
    my ($token) = $next =~ /PageToken=(.*)$/;
    is_deeply found("page_size=1&event_type=task.created&page_token=$token"), found($next =~ s/^[^?]*\?//r), 'page_token';
};

subtest 'without a public URL' => sub {
    my $other = TaskRouter::Responder->start_http(
        configuration => { public_url => undef, signature => 'off', store => { file => "$directory/store.db" } });
    my $answer = $other->http_transport->request({ method => 'GET', headers => [operator()], target => '/events?PageSize=1' });
    my $next = $json->decode($answer->{body})->{meta}{next_page_url};
    like $next, qr/^\?PageSize=1&PageToken=\d+\.\d+$/, 'a reference to the next page';
    is_deeply $answer->{headers}{link}, ["<$next>; rel=\"next\""], '... in the Link too';
};

subtest 'CSV' => sub {
    told(change => { Sid => sid('EV', 2000), TimestampMs => 1_900_000_000_000, TaskSid => sid('WT', 2000), note => 'csv',
        EventDescription => '=HYPERLINK("http://x")', TaskAttributes => '{"called":"+15005550006","q":"a\"b,c"}' });
    my $answer = get('TaskSid=' . sid('WT', 2000), ['Accept', 'text/html;q=0.5, Text/CSV;q=0.3']);
    is_deeply $answer->{headers}{'content-type'}, ['text/csv; charset=utf-8; header=present'], 'the client asked for it';
    my @lines = split /\r\n/, $answer->{body}, -1;
    is $lines[0], 'sid,event_type,event_date,date_received,description,resource_type,resource_sid,workspace_sid,task_sid,'
        . 'worker_sid,reservation_sid,task_queue_sid,workflow_sid,event_data', 'a header row';
    is @lines, 3, 'one record, each line with its end';
    my @fields = $lines[1] =~ /\G(?:"((?:[^"]|"")*)"|())(?:,|$)/g;
    @fields = map { defined $fields[2 * $_] ? $fields[2 * $_] =~ s/""/"/gr : '' } 0 .. 13;
    is $fields[4], q{'=HYPERLINK("http://x")}, 'no formula for a spreadsheet';
    is $fields[9], '', 'what it does not have is empty';
    is $json->decode($fields[13])->{task_attributes}, '{"called":"+15005550006","q":"a\"b,c"}', 'event_data is JSON';
    like get('Format=csv')->{headers}{'content-type'}[0], qr{^text/csv}, 'Format=csv asks for it too';
    is get('Format=json', ['Accept', 'text/csv'])->{headers}{'content-type'}[0], 'application/json', '... and wins';
    like get('Format=csv&PageSize=1')->{headers}{link}[0], qr{^<\Q$public_url\E/events\?PageSize=1&Format=csv&PageToken=\d+\.\d+>; rel="next"$},
        'the next page is in the Link';
};

subtest 'hostile values' => sub {
    my %values = (quotes => '"\\' x 2048, control => join('', map { chr } 0 .. 31) x 20, bytes => "\xff\xfe\x80" x 500,
        sql => "'); DROP TABLE event; --", utf8 => "\xe2\x98\x83" x 300, deep => '[' x 4096, empty => '');
    my $n = 3000;
    for my $name (sort keys %values) {
        is told(change => { Sid => sid('EV', $n), TimestampMs => 2_000_000_000_000, EventType => $values{$name},
            EventDescription => $values{$name}, TaskAttributes => $values{$name}, WorkerSid => $values{$name},
            ReservationSid => sid('WR', $n) })->{status}, 204, "$name is stored";
        my ($event) = @{ get('ReservationSid=' . sid('WR', $n++))->{json}{events} // [] };
        my $wanted = $values{$name};
        utf8::decode($wanted) or $wanted =~ s/[\x80-\xff]/\x{fffd}/g;
        is $event->{event_data}{task_attributes}, $wanted, '... and found as it was';
        is $event->{worker_sid}, undef, '... and no SID of a Worker';
    }
    is told(extra => [TaskSid => sid('WT', 8), task_sid => 'x', '' => 'y', "a\"b" => 'z'],
        change => { Sid => sid('EV', $n), ReservationSid => sid('WR', $n) })->{status}, 204, 'names of all kinds';
    my ($event) = @{ get('ReservationSid=' . sid('WR', $n))->{json}{events} };
    is_deeply $event->{event_data}{task_sid}, [sid('WT'), sid('WT', 8), 'x'], 'a name that came more than once has a list';
    is_deeply [@{ $event->{event_data} }{'', 'a"b'}], ['y', 'z'], 'others are kept as they are';
    cmp_ok scalar @{ get('PageSize=1000')->{json}{events} }, '>', 20, 'all can be read together';
    is told(token => 'wrong')->{status}, 403, 'a forged one is refused';
    is $http->request({ method => 'GET', target => '/taskrouter/events', headers => [] })->{status}, 401, 'not for everybody';
};

subtest 'old Events go' => sub {
    my $short = TaskRouter::Responder->start_http(configuration => { store => { file => "$directory/short.db" },
        events => { keep => 1 } });
    my $transport = $short->http_transport;
    is $transport->request(event_request(change => { Sid => sid('EV', $_) }))->{status}, 204, "Event $_" for 1 .. 3;
    $short->stop;
    # A minute passes between two looks of a process that runs; one that starts has its first at once.
    select undef, undef, undef, 1.1;
    my $again = TaskRouter::Responder->start_http(configuration => { store => { file => "$directory/short.db" },
        events => { keep => 1 } });
    my $left = sub { @{ $json->decode($again->http_transport->request({ method => 'GET', target => '/taskrouter/events',
        headers => [operator()] })->{body})->{events} } };
    ok wait_until(8, sub { !$left->() }), 'also when no others come';
    $again->stop;
};

subtest 'without a store' => sub {
    my $bare = TaskRouter::Responder->start_http;
    my $answer = $bare->http_transport->request(event_request());
    is $answer->{status}, 503, 'TaskRouter may try again';
    like $answer->{headers}{'retry-after'}[0], qr/^\d+$/, '... later';
    is $json->decode($answer->{body})->{detail}, 'no store is configured (store.file)', '... and why is told';
    is metric('taskrouter_events_stored_total{result="refused"}', $bare->http_transport), 1, 'counted as refused';
    $bare->stop;
};

subtest 'two processes on one store' => sub {
    my @two = map { TaskRouter::Responder->start_http(configuration => { store => { file => "$directory/two.db" } }) } 1, 2;
    my @transports = map { $_->http_transport } @two;
    my %seen;
    for my $n (1 .. 40) {
        # Each is told to both.
        $seen{ $transports[$_]->request(event_request(change => { Sid => sid('EV', $n) }))->{status} }++ for 0, 1;
    }
    is_deeply \%seen, { 204 => 80 }, 'both store';
    my $read = $transports[0]->request({ method => 'GET', target => '/taskrouter/events?PageSize=1000', headers => [operator()] });
    is scalar @{ $json->decode($read->{body})->{events} }, 40, '... each Event once';
    $_->stop for @two;
};

# Its log stays where it was, and the other process has all of it open.
subtest 'the file is removed under two processes' => sub {
    my $file = "$directory/removed.db";
    my @two = map { TaskRouter::Responder->start_http(configuration => { store => { file => $file } }) } 1, 2;
    my @transports = map { $_->http_transport } @two;
    my ($n, @told) = 0;
    my $tell = sub {
        my $status = $transports[$_[0]]->request(event_request(change => { Sid => sid('EV', ++$n) }))->{status};
        push @told, sid('EV', $n) if $status == 204;
        return $status;
    };
    is $tell->($_), 204, "process $_ stores" for 0, 1, 0, 1;
    unlink $file or die $!;
    @told = ();
    $tell->(0) for 1 .. 5;
    for my $process (0, 1) {
        ok wait_until(5, sub { $tell->($process) == 204 }), "process $process does again in a new file";
    }
    is $tell->($_), 204, "... and goes on" for 0, 1, 0, 1;
    for my $transport (@transports) {
        my $read = $transport->request({ method => 'GET', target => '/taskrouter/events?PageSize=1000', headers => [operator()] });
        my %there = map { $_->{sid} => 1 } @{ $json->decode($read->{body})->{events} };
        is_deeply [grep { !$there{$_} } @told], [], 'nothing is lost that was told since';
    }
    $_->stop for @two;
};

subtest 'a story told by taskrouterd' => sub {
    my $port = free_port();
    my $listening = TaskRouter::Responder->prepare(configuration => { store => { file => "$directory/story.db" },
        public_url => "http://127.0.0.1:$port/taskrouter", workspace_sid => undef });
    TaskRouter::Process->start(command => $listening->command('-l', "127.0.0.1:$port"), name => 'responder',
        directory => $listening->{directory}, ready => { line => qr{listening on} });
    my $server = TaskRouter::Taskrouterd->start;
    my $space = $server->new_workspace(EventCallbackUrl => "http://127.0.0.1:$port/taskrouter/event_callback");
    my $queue = $space->queue('All');
    my $workflow = $space->workflow('All', $queue);
    my $alice = $space->worker('Alice', {}, activity => 'Available');
    for my $n (1 .. 5) {
        my $task = $space->task($workflow, { n => $n });
        my $reservation = $space->reservation($task);
        $space->set_reservation($reservation, 'accepted');
        $server->updated($task->{url}, AssignmentStatus => 'completed', Reason => 'done');
    }
    my @told = $space->events(Minutes => 10);
    cmp_ok scalar @told, '>', 30, scalar(@told) . ' Events happened';
    my $client = TaskRouter::HTTP->new(port => $port);
    my @kept;
    wait_until(10, sub {
        my $page = $client->request(method => 'GET', target => '/taskrouter/events?PageSize=1000&WorkspaceSid=' . $space->sid,
            headers => [operator()]);
        @kept = @{ $json->decode($page->{body})->{events} };
        @kept >= @told;
    });
    my @order = map { $_->{sid} } sort { $a->{event_date_ms} <=> $b->{event_date_ms} } @told;
    is_deeply [sort map { $_->{sid} } @kept], [sort @order], 'all of them are kept, each once';
    is_deeply [map { $_->{event_date_ms} } reverse @kept], [map { $_->{event_date_ms} } sort { $a->{event_date_ms} <=> $b->{event_date_ms} } @told],
        '... in order';
    is_deeply $_->{event_data}{workspace_sid}, $space->sid, "$_->{event_type} has its Workspace" for $kept[0];
    my %same = map { $_->{sid} => $_->{event_type} } @told;
    is_deeply { map { $_->{sid} => $_->{event_type} } @kept }, \%same, '... of the types that TaskRouter has';
};

done_testing;
