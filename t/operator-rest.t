# Tasks, Workers, Activities and Reservations in an operator's hands: the endpoints that hand TaskRouter's REST API on,
# against taskrouterd, through FastCGI and as CGI. Refusals that need no TaskRouter are in TaskRouter::Cases.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::PP ();
use Test::More;
use TaskRouter::Fixture qw($public_url operator);
use TaskRouter::Process qw(time_limit);
use TaskRouter::Responder;
use TaskRouter::Signature qw(sid form_body);
use TaskRouter::Taskrouterd;
use Time::HiRes qw(time);

time_limit(120);
my $json = JSON::PP->new->canonical->utf8->allow_nonref;
my $server = TaskRouter::Taskrouterd->start;
my $responder = TaskRouter::Responder->prepare;
my ($space, $transport);

# A Workspace of its own for each transport, and the responder that works on it.
sub set_up {
    my ($kind, %change) = @_;
    $space = $server->new_workspace(FriendlyName => "For $kind", MultiTaskEnabled => 'true');
    my %option = (configuration => { api_url => $server->base_url, workspace_sid => $space->sid,
        rest => { connect_timeout => 1, timeout => 1 }, %change });
    $responder = $kind eq 'cgi' ? TaskRouter::Responder->prepare(%option) : TaskRouter::Responder->start_fastcgi(%option);
    $transport = $kind eq 'cgi' ? $responder->cgi_transport : $responder->fastcgi_transport;
}

sub ask {
    my ($method, $target, $option) = @_;
    my @headers = (operator(), @{ $option->{headers} // [] });
    my $body = $option->{form} ? form_body(@{ $option->{form} }) : $option->{json} ? $json->encode($option->{json}) : undef;
    push @headers, ['Content-Type', $option->{json} ? 'application/json' : 'application/x-www-form-urlencoded']
        if defined $body;
    $target .= '?' . form_body(@{ $option->{query} }) if $option->{query};
    my $answer = $transport->request({ method => $method, target => "/taskrouter$target", headers => \@headers, body => $body });
    $answer->{json} = eval { $json->decode($answer->{body}) };
    return $answer;
}

sub get  { my ($target, @query) = @_; return ask('GET', $target, @query ? { query => \@query } : {}) }
sub post { my ($target, @form) = @_; return ask('POST', $target, { form => \@form }) }

sub header { my ($answer, $name) = @_; return join ', ', @{ $answer->{headers}{$name} // [] } }

# "409 20001" for a problem with Twilio's error number.
sub problem {
    my $answer = shift;
    return $answer->{status} if $answer->{status} < 400;
    like header($answer, 'content-type'), qr{^application/problem\+json\b}, "$answer->{status}: a problem document";
    return join ' ', $answer->{status}, $answer->{json}{code} // ();
}

# The names in a list that was followed to its end over our own URLs.
sub followed {
    my ($key, $name, $target, @query) = @_;
    my $answer = get($target, @query);
    my (@names, $pages);
    while (1) {
        is $answer->{status}, 200, 'page ' . ++$pages or do { diag $answer->{body}; last };
        push @names, map { $_->{$name} } @{ $answer->{json}{$key} };
        my $next = $answer->{json}{meta}{next_page_url} // last;
        like $next, qr{^\Q$public_url$target\E\?}, 'the next page is one of ours' or last;
        $answer = get($next =~ s/^\Q$public_url\E//r);
        die "too many pages\n" if $pages > 50;
    }
    return [@names];
}

# TaskRouter's own answer with our URLs in meta.
sub as_ours {
    my ($target, $path, @query) = @_;
    my $theirs = $server->get($space->path($path), @query);
    my $base = $server->base_url . $server->target($space->path($path));
    return $theirs->{body} =~ s{("(?:first_page_|next_page_|previous_page_)?url":")\Q$base\E(?=[?"])}{$1$public_url$target}gr;
}

for my $kind (qw(fastcgi cgi)) {
    set_up($kind);
    my $queue = $space->queue('Everybody');
    my $workflow = $space->workflow('All', $queue);
    my $bob = $space->worker('Bob', { languages => ['en'] }, activity => 'Offline');
    my $alice = $space->worker('Alice', { languages => ['en', 'es'] }, activity => 'Offline');
    my @tasks = map { $space->task($workflow, { number => $_, name => "Zo\x{eb} \"$_\"" }, Priority => $_ % 3) } 1 .. 7;

    subtest "$kind: lists" => sub {
        for (['/tasks', 'Tasks'], ['/workers', 'Workers'], ['/activities', 'Activities'], ['/tasks', 'Tasks', PageSize => 3],
            ['/tasks', 'Tasks', Priority => 1, PageSize => 2], ['/workers', 'Workers', FriendlyName => 'Al+i & ce']) {
            my ($target, $path, @query) = @$_;
            my $answer = get($target, @query);
            is $answer->{status}, 200, "GET $target @query";
            like header($answer, 'content-type'), qr{^application/json$}, '... JSON';
            is $answer->{body} =~ s/"age":\d+/"age":0/gr, as_ours($target, $path, @query) =~ s/"age":\d+/"age":0/gr,
                '... byte for byte, but for the URLs of pages';
        }
        is_deeply [map { $_->{friendly_name} } @{ get('/activities', Available => 'true')->{json}{activities} }],
            ['Available'], 'a filter';
        is_deeply [map { $_->{friendly_name} } @{ get('/workers', friendly_name => 'Alice')->{json}{workers} }], ['Alice'],
            'a filter in small letters';
    };

    subtest "$kind: page by page" => sub {
        is_deeply followed('tasks', 'sid', '/tasks', PageSize => 2), [map { $_->{sid} } @tasks], 'every Task, once';
        is_deeply followed('tasks', 'sid', '/tasks', PageSize => 1, Priority => 1), [map { $_->{sid} } @tasks[0, 3, 6]],
            'a filter holds for all pages';
        my @both = (PageSize => 3, AssignmentStatus => 'pending', AssignmentStatus => 'reserved');
        is scalar @{ followed('tasks', 'sid', '/tasks', @both) }, 7, 'a filter that is given twice';
        is scalar @{ followed('tasks', 'sid', '/tasks', PageSize => 3, AssignmentStatus => 'pending,assigned') }, 7,
            '... or with a comma';
        is scalar @{ followed('tasks', 'sid', '/tasks', PageSize => 3, AssignmentStatus => 'assigned,canceled') }, 0,
            '... or of others';
        is_deeply followed('tasks', 'sid', '/tasks', PageSize => 5, Ordering => 'Priority:desc,DateCreated:asc'),
            [map { $tasks[$_]{sid} } 1, 4, 0, 3, 6, 2, 5], 'in another order';
        my $second = get(get('/tasks', PageSize => 3)->{json}{meta}{next_page_url} =~ s/^\Q$public_url\E//r);
        my $back = get($second->{json}{meta}{previous_page_url} =~ s/^\Q$public_url\E//r);
        is $back->{json}{tasks}[0]{sid}, $tasks[0]{sid}, 'and back';
        is problem(get('/tasks', PageSize => 3, Page => 2)), '400 40153', 'a page without its token: TaskRouter refuses it';
    };

    subtest "$kind: expressions" => sub {
        is_deeply followed('tasks', 'sid', '/tasks', PageSize => 2, EvaluateTaskAttributes => 'number > 3 AND number != 5'),
            [map { $_->{sid} } @tasks[3, 5, 6]], 'EvaluateTaskAttributes';
        is_deeply followed('workers', 'friendly_name', '/workers', TargetWorkersExpression => 'languages HAS "es"'), ['Alice'],
            'TargetWorkersExpression';
        my $answer = get('/tasks', EvaluateTaskAttributes => 'number >');
        is problem($answer), '400 20001', 'a wrong one: in the words of TaskRouter';
        like $answer->{json}{detail}, qr/^TaskRouter answered 400: ./, '... which are there';
    };

    subtest "$kind: one resource" => sub {
        for (["/tasks/$tasks[0]{sid}", $tasks[0]{url}], ["/workers/$alice->{sid}", $alice->{url}]) {
            my ($target, $url) = @$_;
            my $answer = get($target);
            my $theirs = $server->get($url);
            is $answer->{status}, 200, "GET $target";
            is $answer->{body} =~ s/"age":\d+/"age":0/r, $theirs->{body} =~ s/"age":\d+/"age":0/r, '... byte for byte';
            is header($answer, 'etag'), header($theirs, 'etag'), '... with its ETag';
            like header($answer, 'etag'), qr/\d/, '... which is there';
        }
        is problem(get('/tasks/' . sid('WT', 99))), '404 20404', 'a Task that there is not';
        is problem(get('/workers/' . sid('WK', 99))), '404 20404', 'a Worker that there is not';
        is problem(post('/workers/' . sid('WK', 99), FriendlyName => 'X')), '404 20404', '... to be changed';
    };

    subtest "$kind: changing a Worker" => sub {
        my $target = "/workers/$alice->{sid}";
        my $answer = ask('POST', $target, { json => { activity_sid => $space->activity('Unavailable'),
            attributes => { languages => ['es'], level => 2 } } });
        is $answer->{status}, 200, 'a JSON body' or diag $answer->{body};
        is $answer->{json}{activity_name}, 'Unavailable', '... the new Activity in the answer';
        is $answer->{body}, $server->get($alice->{url})->{body}, '... which is TaskRouter\'s';
        is_deeply $json->decode($answer->{json}{attributes}), { languages => ['es'], level => 2 }, '... the new attributes';
        is post($target, FriendlyName => "Zo\xc3\xab & Co")->{json}{friendly_name}, "Zo\x{eb} & Co", 'a form';
        is problem(post($target, ActivitySid => sid('WA', 99))), '400 20001', 'an Activity that there is not';
        is problem(post($target, FriendlyName => 'Bob')), '400 20001', 'a name that is taken';
        is problem(post($target, ActivitySid => $space->activity('Available'), RejectPendingReservations => 'true')),
            '400 20001', 'RejectPendingReservations with an available Activity';
    };

    subtest "$kind: If-Match" => sub {
        my $target = "/tasks/$tasks[1]{sid}";
        my $etag = header(get($target), 'etag');
        my $with = sub { my ($tag, @form) = @_; return ask('POST', $target, { form => [@form], headers => [['If-Match', $tag]] }) };
        my $answer = $with->($etag, Priority => 8);
        is $answer->{status}, 200, 'the ETag that was read';
        is $answer->{json}{priority}, 8, '... and it is changed';
        isnt header($answer, 'etag'), $etag, '... with a new ETag';
        is problem($with->($etag, Priority => 9)), '412 20412', 'the old ETag again';
        is get($target)->{json}{priority}, 8, '... changes nothing';
        is $with->('*', Priority => 10)->{status}, 200, 'any';
        is problem($with->("a\x01b", Priority => 11)), 400, 'a control byte in it';
        is problem($with->('"' . 'x' x 300 . '"', Priority => 11)), 400, 'a long one';
        is get($target)->{json}{priority}, 10, '... change nothing';
    };

    subtest "$kind: changing a Task" => sub {
        my ($first, $second) = map { "/tasks/$tasks[$_]{sid}" } 2, 3;
        is post($first, Priority => 7)->{json}{priority}, 7, 'its priority';
        is $json->decode(ask('POST', $first, { json => { attributes => { a => 1 } } })->{json}{attributes})->{a}, 1, 'its attributes';
        is problem(post($first, AssignmentStatus => 'wrapping')), '409 20001', 'what waits cannot wrap up';
        is problem(post($first, AssignmentStatus => 'completed', Reason => 'x')), '409 20001', '... nor be completed';
        my $answer = post($first, AssignmentStatus => 'canceled', Reason => 'hung up');
        is "$answer->{json}{assignment_status}, $answer->{json}{reason}", 'canceled, hung up', 'but be canceled'
            or diag $answer->{body};
        is post($first, AssignmentStatus => 'canceled')->{status}, 200, 'canceled already: done';
        is post($first, AssignmentStatus => 'canceled', Reason => 'hung up')->{status}, 200, '... with the same Reason too';
        $answer = post($first, AssignmentStatus => 'canceled', Reason => 'again');
        is problem($answer), '409', '... not with another Reason';
        is $answer->{json}{detail}, 'Reason: the Task is canceled already, and its reason cannot be changed', '... in words';
        $answer = get($first);
        is $answer->{json}{reason}, 'hung up', '... and told as it is';
        is problem(post($first, AssignmentStatus => 'canceled', Priority => 3)), '409 20001', 'but not with another change';
        is problem(post($first, AssignmentStatus => 'completed')), '409 20001', 'canceled is not completed';
        $server->deleted($tasks[3]{url});
        is problem(post($second, AssignmentStatus => 'canceled')), '404 20404', 'a Task that was deleted';
    };

    subtest "$kind: Reservations" => sub {
        $server->deleted($_->{url}) for grep { $server->get($_->{url})->{status} == 200 } @tasks;
        $space->move($alice, 'Available');
        my @given = map { my $task = $space->task($workflow, {}); $space->reservation($task) } 1;
        my $reservation = $given[0];
        my ($target, $task) = ("/reservations/$reservation->{sid}", $reservation->{task_sid});
        my @of = (TaskSid => $task);
        is problem(post($target, @of, ReservationStatus => 'completed')), '409 20001', 'what is pending cannot be completed';
        is problem(post('/reservations/' . sid('WR', 99), @of, ReservationStatus => 'accepted')), '404 20404',
            'a Reservation that there is not';
        my $answer = post($target, @of, ReservationStatus => 'accepted');
        is $answer->{json}{reservation_status}, 'accepted', 'accepted' or diag $answer->{body};
        like header($answer, 'etag'), qr/\d/, '... with an ETag';
        is_deeply [@{ post($target, @of, ReservationStatus => 'accepted') }{qw(status body)}],
            [200, $server->get($reservation->{url})->{body}], 'accepted already: done';
        is problem(post($target, @of, ReservationStatus => 'rejected')), '409 20001', 'too late to reject it';
        $answer = ask('POST', $target, { json => { worker_sid => $alice->{sid}, reservation_status => 'wrapping' } });
        is $answer->{json}{reservation_status}, 'wrapping', 'wrapped up, by its Worker, in JSON' or diag $answer->{body};
        is post("/tasks/$task", AssignmentStatus => 'wrapping')->{json}{assignment_status}, 'wrapping', 'the Task is so already';
        is problem(post("/tasks/$task", AssignmentStatus => 'canceled')), '409 20001', 'too late to cancel it';
        is post("/tasks/$task", AssignmentStatus => 'completed', Reason => 'solved')->{json}{assignment_status}, 'completed',
            'the Task completed';
        is post("/tasks/$task", AssignmentStatus => 'completed')->{status}, 200, '... which it is already';
        is post($target, @of, ReservationStatus => 'completed')->{status}, 200, 'and so is its Reservation';

        $reservation = $space->reservation($space->task($workflow, {}));
        is problem(post("/reservations/$reservation->{sid}", TaskSid => $reservation->{task_sid}, ReservationStatus => 'rejected',
            WorkerActivitySid => sid('WA', 99))), '400 20001', 'an Activity that there is not: the status is not what is wrong';
        my @rejected = (TaskSid => $reservation->{task_sid}, ReservationStatus => 'rejected',
            WorkerActivitySid => $space->activity('Unavailable'));
        is post("/reservations/$reservation->{sid}", @rejected)->{json}{reservation_status}, 'rejected', 'rejected';
        is get("/workers/$alice->{sid}")->{json}{activity_name}, 'Unavailable', '... and the Worker is somewhere else';
        is problem(post("/reservations/$reservation->{sid}", @rejected)), '409 20001',
            'again: whether the Worker was moved is not known';
        is post("/reservations/$reservation->{sid}", @rejected[0 .. 3])->{status}, 200, '... the status alone is so already';
        $server->deleted($space->path('Tasks', $reservation->{task_sid}));
    };

    subtest "$kind: a TaskRouter in trouble" => sub {
        my $task = $space->task($workflow, {});
        my $target = "/tasks/$task->{sid}";
        my $fault = sub { $server->created('/_local/faults', %{ { count => 1, @_ } }) };
        $fault->(do => 'status', status => 429, retry_after => 30, count => 3);
        for my $answer (get('/tasks'), get($target), post($target, Priority => 1)) {
            is problem($answer), '503 20429', 'too many requests';
            is header($answer, 'retry-after'), 30, '... until then';
        }
        $fault->(do => 'status', status => 429, retry_after => 0);
        is get('/workers')->{status}, 200, 'a short pause is waited for';
        $fault->(do => 'status', status => 500);
        is problem(get('/activities')), '502 20500', 'an error of its own';
        $fault->(do => 'delay', seconds => 60, count => 2);
        my $begin = time;
        my $answer = get('/tasks');
        is problem($answer), 504, 'no answer to a list';
        is $answer->{json}{detail}, 'TaskRouter did not answer in time', '... which changes nothing';
        $answer = post($target, Priority => 5);
        is problem($answer), 504, 'no answer to a change';
        is $answer->{json}{detail}, 'TaskRouter did not answer in time; it may have carried the request out', '... which may be made';
        cmp_ok time - $begin, '<', 5, '... in time';
        $server->deleted('/_local/faults');
        $fault->(do => 'cut', keep => 'nothing', method => 'POST');
        is problem(post($target, Priority => 5)), 502, 'a broken connection';
        $fault->(do => 'cut', count => 5);
        is problem(get('/tasks')), 502, 'half an answer';
        $server->deleted('/_local/faults');
    };
    $server->deleted($space->{path});
}

# A Workspace whose Tasks are as large as they may be: each has some 10 KB in a list.
subtest 'long pages' => sub {
    set_up('fastcgi');
    my $queue = $space->queue('Everybody');
    my $workflow = $space->workflow('All', $queue);
    my $attributes = $json->encode({ text => '"' x 2040 });
    $server->created($space->path('Tasks'), WorkflowSid => $workflow->{sid}, Attributes => $attributes) for 1 .. 200;
    my $answer = get('/tasks', PageSize => 50);
    is scalar @{ $answer->{json}{tasks} }, 50, 'a page that is longer than rest.answer_limit';
    cmp_ok length $answer->{body}, '>', 262144, '... which it is';
    my $size = length($answer->{body}) / 50;
    my $most = int 1792 * 1024 / $size - 1;
    is scalar @{ get('/tasks', PageSize => $most)->{json}{tasks} }, $most, "the longest, of $most Tasks";
    $answer = get('/tasks', PageSize => $most + 3);
    is problem($answer), 502, 'a longer one';
    like $answer->{json}{detail}, qr/more than 1792 KiB; ask for one with a smaller PageSize/, '... tells what to do';
    is scalar @{ followed('tasks', 'sid', '/tasks', PageSize => 90) }, 200, 'all of them';
};

subtest 'without a public URL' => sub {
    set_up('fastcgi', public_url => undef);
    my $queue = $space->queue('Everybody');
    my $workflow = $space->workflow('All', $queue);
    $space->task($workflow, {}, Priority => $_ % 2) for 1 .. 6;
    my $answer = get('/tasks', PageSize => 2, Priority => 0);
    like $answer->{json}{meta}{next_page_url}, qr/^\?Priority=0&PageSize=2&Page=1&PageToken=\w+$/, 'a reference to the next page';
    is scalar @{ get("/tasks$answer->{json}{meta}{next_page_url}")->{json}{tasks} }, 1, '... which is there';
};

# What is left of all that in the FastCGI process's log and numbers: the CGI processes have their own.
subtest 'log and metrics' => sub {
    set_up('fastcgi');
    my $queue = $space->queue('Everybody');
    my $task = $space->task($space->workflow('All', $queue), {});
    get('/tasks');
    get('/workers');
    get('/activities');
    get("/tasks/$task->{sid}");
    ask('POST', "/tasks/$task->{sid}", { form => [Priority => 1], headers => [['If-Match', '77']] });
    post("/tasks/$task->{sid}", AssignmentStatus => 'canceled');
    post("/tasks/$task->{sid}", AssignmentStatus => 'canceled');
    get('/workers/' . sid('WK', 9));
    post('/reservations/' . sid('WR', 9), TaskSid => $task->{sid}, ReservationStatus => 'accepted');
    my $metrics = get('/metrics')->{body};
    for my $line ('taskrouter_requests_total{route="tasks",status="200"} 1', 'taskrouter_requests_total{route="workers",status="200"} 1',
        'taskrouter_requests_total{route="activities",status="200"} 1', 'taskrouter_requests_total{route="task",status="412"} 1',
        'taskrouter_requests_total{route="task",status="200"} 3', 'taskrouter_requests_total{route="worker",status="404"} 1',
        'taskrouter_requests_total{route="reservation",status="404"} 1',
        (map { qq(taskrouter_rest_calls_total{operation="$_",outcome="answered"} ) }
            'list_tasks', 'list_workers', 'list_activities', 'read_task', 'update_task', 'read_worker', 'update_reservation')) {
        like $metrics, qr/^\Q$line\E/m, $line;
    }
    my $log = $responder->output;
    like $log, qr/ request .*method=POST route=task status=200 .*task=$task->{sid} decision="canceled already"/, 'a line of the log';
    like $log, qr/ request .*method=POST route=reservation status=404 .*task=$task->{sid} reservation=\S+/, 'and another';
    is_deeply [$server->violations], [], 'taskrouterd kept to the description';
};

done_testing;
