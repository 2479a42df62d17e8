# An assignment callback is answered in time, whatever the store does behind it; and the same way when it comes again, from
# whichever process. Work that goes with an answer is done once, after it has left; with the fallback it is not done at all.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::PP ();
use Test::More;
use TaskRouter::Application;
use TaskRouter::Cases qw(callback_request);
use TaskRouter::FastCGI;
use TaskRouter::Fixture qw(json_text $workspace);
use TaskRouter::HTTP;
use TaskRouter::Preload qw(preload);
use TaskRouter::Process qw(time_limit temporary_directory program_path find_command run_command wait_until write_file is_sanitized);
use TaskRouter::Responder;
use TaskRouter::Servers;
use TaskRouter::Signature qw(sid);
use Time::HiRes qw(time sleep);

plan skip_all => 'times mean nothing under a wrapper' if $ENV{TASKROUTER_WRAPPER};
time_limit(240);

my $patience = 0.4;    # besides assignment.deadline, on a machine that is busy
my $fallback = '{"instruction":"redirect","call_sid":"CA00000000000000000000000000000001","url":"https://example.com/later"}';
my $own = '{"instruction":"call","from":"+15005550006","url":"https://example.com/call"}';
my $direct = '{"instruction":"reject","activity_sid":"' . sid('WA', 9) . '"}';
my $application = TaskRouter::Application->start(map { worker_path($_) => '{"sid":"' . sid('WK', $_) . '","activity_sid":"WA"}' }
    1 .. 200);
my $next = 1;

sub worker_path { return "/v1/Workspaces/$workspace/Workers/" . sid('WK', $_[0]) }

# The rule "work" asks for follow-up work, "time" for the time, and the last one for nothing.
sub rules_configuration {
    my ($directory, %change) = @_;
    return {
        api_url => $application->url(''),
        assignment => {
            deadline => $change{deadline} // 1,
            fallback => JSON::PP::decode_json($fallback),
            rules => [
                { name => 'work', when => 'task.kind == "work"', answer => JSON::PP::decode_json($change{own} // $own),
                    then => { worker => { activity_sid => sid('WA', 2) } } },
                { name => 'time', when => 'task.kind == "time" AND time_of_day >= "00:00"',
                    answer => JSON::PP::decode_json($change{own} // $own) },
                { answer => JSON::PP::decode_json($direct) },
            ],
        },
        store => { file => "$directory/store.db", %{ $change{store} // {} } },
        limits => { stop_timeout => 30 },
    };
}

# A Reservation of a Worker of its own.
sub callback {
    my ($kind, $number, %change) = @_;
    return callback_request(change => { TaskAttributes => json_text({ kind => $kind }), ReservationSid => sid('WR', $number),
        WorkerSid => sid('WK', $number), %change });
}

sub work_done { my $number = shift; return scalar grep { $_->{method} eq 'POST' } $application->requests(worker_path($number)) }

# Waits for the work to be done, and then for it to be done again, which it must not be.
sub done_once {
    my ($numbers, $name) = @_;
    wait_until(8, sub { !grep { work_done($_) < 1 } @$numbers });
    sleep 0.3;
    is_deeply [map { work_done($_) } @$numbers], [(1) x @$numbers], $name;
}

sub never_done {
    my ($numbers, $name) = @_;
    is_deeply [map { work_done($_) } @$numbers], [(0) x @$numbers], $name;
}

sub responder {
    my ($directory, %option) = @_;
    return TaskRouter::Responder->start_fastcgi(configuration => rules_configuration($directory, %option),
        environment => $option{environment} // {}, processes => $option{processes} // 1);
}

# Sends it, and takes the answer later.
sub begin {
    my ($responder, $request) = @_;
    my $connection = TaskRouter::FastCGI->connect_to(@{ $responder->{where} }) or die 'cannot connect';
    my $parameters = TaskRouter::Responder::cgi_parameters($request, doubled_headers => 'repeat');
    $connection->send_bytes(TaskRouter::FastCGI::build_request($parameters, $request->{body}));
    return { connection => $connection, begun => time };
}

sub finish {
    my $call = shift;
    my $answer = $call->{connection}->read_answer(15);
    $call->{connection}->close_connection;
    return { %$answer, took => time - $call->{begun} };
}

sub timed {
    my ($transport, $request) = @_;
    my $begun = time;
    my $answer = $transport->request($request);
    return { %$answer, took => time - $begun };
}

sub metric {
    my ($responder, $name) = @_;
    my $text = $responder->fastcgi_transport->request({ method => 'GET', target => '/taskrouter/metrics' })->{body};
    my ($value) = $text =~ /^\Q$name\E (\d+)$/m;
    return $value // 0;
}

# ---- the answer, once and again

sub same_again {
    my ($transport, $name) = @_;
    my ($work, $time, $none) = ($next, $next + 1, $next + 2);
    $next += 3;
    is $transport->request(callback('work', $work))->{body}, $own, "$name: the rule's answer";
    is $transport->request(callback('work', $work))->{body}, $own, '... again';
    is $transport->request(callback('else', $work))->{body}, $direct, '... a rule without need asks no store';
    is $transport->request(callback('time', $time))->{body}, $own, "$name: a rule about time";
    is $transport->request(callback('time', $time))->{body}, $own, '... again';
    is $transport->request(callback('else', $none))->{body}, $direct, "$name: neither";
    is $transport->request(callback('work', $none, ReservationSid => undef))->{body}, $fallback, "$name: no Reservation";
    return ($work, $time, $none);
}

subtest 'the same answer again, in every way' => sub {
    my $directory = temporary_directory();
    my $responder = responder($directory, processes => 2);
    my ($work, @rest) = same_again($responder->fastcgi_transport, 'FastCGI');
    done_once([$work], '... its work once');
    never_done(\@rest, '... the others have none');
    my ($of_cgi, @rest_of_cgi) = same_again($responder->cgi_transport, 'CGI');
    done_once([$of_cgi], '... its work by the process that serves on');
    never_done(\@rest_of_cgi, '... the others have none');
    if (!TaskRouter::Servers::missing('nginx')) {
        my $nginx = TaskRouter::Servers->nginx(responder => $responder);
        ($of_cgi, @rest_of_cgi) = same_again($nginx->transport, 'nginx');
        done_once([$of_cgi], '... its work once');
        $nginx->{process}->stop;
    }
    $responder->stop;

    # What was answered stays the answer, whatever the rules say now.
    $responder = responder($directory, own => '{"instruction":"accept"}');
    for my $transport ($responder->fastcgi_transport, $responder->cgi_transport) {
        my $name = $transport->name;
        is $transport->request(callback('work', $work))->{body}, $own, "$name: kept over a restart and other rules";
        is $transport->request(callback('time', $rest[0]))->{body}, $own, '... also the one about time';
    }
    is $responder->fastcgi_transport->request(callback('work', $next))->{body}, '{"instruction":"accept"}', 'new ones are new';
    sleep 0.3;
    done_once([$work, $next++], 'each one\'s work once');
    like $responder->output, qr/note=repeated/, 'the log tells of repeated ones';
    $responder->stop;
};

subtest 'fifty at once, over two processes' => sub {
    my $responder = responder(temporary_directory(), processes => 2, deadline => 3);
    my @numbers = map { $next++ } 1 .. 5;
    my @calls = map { begin($responder, callback('work', $numbers[$_ % 5])) } 0 .. 49;
    my %answers;
    $answers{ finish($_)->{body} }++ for @calls;
    is_deeply \%answers, { $own => 50 }, 'one answer for all';
    done_once(\@numbers, 'the work once');
    $responder->stop;
};

# ---- stores that fail

# While the store fails, callbacks that need it get the fallback in time, and others are as fast as ever; afterwards nothing
# is done for them.
sub in_time {
    my ($responder, $name, %option) = @_;
    my $deadline = $option{deadline} // 1;
    my @numbers = map { $next++ } 1 .. 6;
    my $before = $option{before} // p99($responder, 0.3);
    my $reason = $option{reason} // 'deadline';
    my $counted = metric($responder, "taskrouter_callbacks_fallback_total{reason=\"$reason\"}");
    my @calls = map { begin($responder, callback($_ % 2 ? 'work' : 'time', $_)) } @numbers;
    my $direct_p99 = p99($responder, $deadline);
    my @answers = map { finish($_) } @calls;
    is_deeply [map { $_->{body} } @answers], [($fallback) x @answers], "$name: the fallback";
    my ($longest) = sort { $b <=> $a } map { $_->{took} } @answers;
    cmp_ok $longest, '<', $deadline + $patience, sprintf '... within %.2f s', $longest;
    cmp_ok $direct_p99, '<', is_sanitized() ? 0.2 : 0.02 + 3 * $before, sprintf '... others within %.2f ms, before %.2f ms',
        1000 * $direct_p99, 1000 * $before;
    my $now = metric($responder, "taskrouter_callbacks_fallback_total{reason=\"$reason\"}");
    is $now - $counted, scalar @numbers, "... counted as $reason";
    like $responder->output, qr/warning fallback .*reservation=\S+ message=/, '... and told in the log';
    return @numbers;
}

# Of callbacks that need no store.
sub p99 {
    my ($responder, $seconds) = @_;
    my $request = callback('else', 190);
    my $parameters = TaskRouter::Responder::cgi_parameters($request, doubled_headers => 'repeat');
    my $bytes = TaskRouter::FastCGI::build_request($parameters, $request->{body}, keep => 1);
    my $connection = TaskRouter::FastCGI->connect_to(@{ $responder->{where} });
    my ($end, @took) = time + $seconds;
    while (time < $end) {
        my $begun = time;
        $connection->send_bytes($bytes);
        $connection->read_answer(10)->{body} eq $direct or die "not answered\n" . $responder->output;
        push @took, time - $begun;
        sleep 0.001;
    }
    $connection->close_connection;
    @took = sort { $a <=> $b } @took;
    return $took[0.99 * $#took];
}

# Once the store works again, who repeats gets what was really given.
sub fallback_stays {
    my ($responder, $numbers, $name) = @_;
    my @answers = map { $responder->fastcgi_transport->request(callback($_ % 2 ? 'work' : 'time', $_))->{body} } @$numbers;
    is_deeply \@answers, [($fallback) x @$numbers], "$name: a repeated one gets the fallback again";
    never_done($numbers, '... and its work is not done');
}

sub rule_works {
    my ($responder, $name) = @_;
    my $number = $next++;
    my $answer = $responder->fastcgi_transport->request(callback('work', $number));
    is $answer->{body}, $own, "$name: new ones get their own" or diag grep { !/info request/ } $responder->output =~ /(.*\n)/g;
    done_once([$number], '... and their work is done');
}

subtest 'a disk whose fsync takes 5 s' => sub {
    my $directory = temporary_directory();
    my $flag = "$directory/slow";
    my $environment = preload('slow-disk', SLOW_SYNC => 5_000_000, SLOW_FLAG => $flag)
        or plan skip_all => 'no C compiler';
    my $responder = responder($directory, environment => $environment, deadline => 3.5);
    rule_works($responder, 'before');
    my $before = p99($responder, 0.3);
    write_file($flag, '');
    my @numbers = in_time($responder, 'slow', deadline => 3.5, before => $before);
    my $repeated = finish(begin($responder, callback('work', $numbers[0])));
    is $repeated->{body}, $fallback, 'repeated at once: the fallback';
    cmp_ok $repeated->{took}, '<', 0.5, '... without waiting again';
    my $second = responder($directory, deadline => 2);
    my @answers = map { finish($_) } map { begin($second, callback($_ % 2 ? 'work' : 'time', $_)) } @numbers;
    is_deeply [map { $_->{body} } @answers], [($fallback) x @numbers], 'another process: the same';
    unlink $flag;
    wait_until(10, sub { $responder->fastcgi_transport->request(callback('time', 199))->{body} eq $own });
    wait_until(5, sub { metric($responder, 'taskrouter_callbacks_late_total') > 0 });
    cmp_ok metric($responder, 'taskrouter_callbacks_late_total'), '>', 0, 'what came late was counted';
    fallback_stays($_, \@numbers, 'afterwards') for $responder, $second;
    rule_works($_, 'afterwards') for $responder, $second;
    never_done(\@numbers, 'still nothing was done');
    $_->stop for $responder, $second;
};

# Another process that has the store locked, until it is stopped.
sub lock_store {
    my $file = shift;
    pipe(my $reader, my $writer) or die "pipe: $!";
    my $process = TaskRouter::Process->start(command => [program_path('t/unit/ledger_answers.t'), 'lock', $file],
        name => 'lock', stdin => $reader, ready => { line => qr/^locked$/m });
    return { process => $process, writer => $writer };
}

sub unlock_store { my $lock = shift; $lock->{process}->stop('KILL') }

subtest 'a store that another process has locked' => sub {
    my $directory = temporary_directory();
    my $patient = responder($directory, store => { timeout => 10 });
    my $hasty = responder($directory, store => { timeout => 0.2 });
    rule_works($_, 'before') for $patient, $hasty;
    my $lock = lock_store("$directory/store.db");
    my @numbers = in_time($patient, 'patient with the lock', reason => 'deadline');
    my @others = in_time($hasty, 'not patient', reason => 'store');
    unlock_store($lock);
    fallback_stays($patient, \@numbers, 'unlocked');
    fallback_stays($hasty, \@others, 'unlocked');
    rule_works($_, 'unlocked') for $patient, $hasty;
    $_->stop for $patient, $hasty;
};

# Each way to make the store fail: it gives what makes it work again.
my %failures = (
    'a store that nobody may write' => sub {
        my $directory = shift;
        chmod 0555, $directory;
        return sub { chmod 0755, $directory };
    },
    'a store that is no database' => sub {
        my $directory = shift;
        write_file("$directory/store.db", 'This is a letter.' x 1000);
        return sub { unlink glob "$directory/store.db*" };
    },
);
for my $name (sort keys %failures) {
    subtest $name => sub {
        my $directory = temporary_directory();
        my $repair = $failures{$name}->($directory);
        my $responder = responder($directory);
        my @numbers = in_time($responder, 'failing', reason => 'store');
        $repair->();
        fallback_stays($responder, \@numbers, 'repaired');
        # It is opened again once a second.
        ok wait_until(8, sub { $responder->output =~ /the store works again/ }), 'the store works again';
        rule_works($responder, 'repaired');
        $responder->stop;
    };
}

subtest 'a full disk' => sub {
    my $directory = temporary_directory();
    my $environment = preload('fail-disk', FAIL_DISK => "$directory/full") or plan skip_all => 'no C compiler';
    my $responder = responder($directory, environment => $environment);
    rule_works($responder, 'before');
    write_file("$directory/full", '');
    my @numbers = in_time($responder, 'full', reason => 'store');
    unlink "$directory/full";
    fallback_stays($responder, \@numbers, 'with room again');
    rule_works($responder, 'with room again');
    $responder->stop;
};

# Really full, where that can be had.
subtest 'a small tmpfs' => sub {
    my $directory = temporary_directory();
    my $mount = find_command('mount');
    plan skip_all => 'tmpfs cannot be mounted' if !$mount || run_command([$mount, '-t', 'tmpfs', '-o',
        'size=256k,mode=0777', 'tmpfs', $directory], keep_user => 1)->{status} != 0;
    my $responder = TaskRouter::Responder->start_fastcgi(configuration => rules_configuration($directory));
    rule_works($responder, 'before');
    open my $filler, '>', "$directory/filler" or die "filler: $!";
    syswrite $filler, 'x' x 4096 or last for 1 .. 100;
    close $filler;
    # The log has some room of its own: what is kept is answered with its own.
    my ($kept, $fallbacks, @numbers) = (0, 0);
    while ($fallbacks < 3 && $kept < 500) {
        my $number = 201 + $kept + $fallbacks;
        my $answer = timed($responder->fastcgi_transport, callback('work', $number));
        $answer->{body} eq $fallback ? $fallbacks++ : $kept++;
        push @numbers, $number if $answer->{body} eq $fallback;
    }
    is $fallbacks, 3, "the fallback, once there is no room ($kept were kept)";
    like $responder->output, qr/warning fallback .*has no room left/, '... and the log says why';
    unlink "$directory/filler";
    wait_until(5, sub { $responder->fastcgi_transport->request(callback('time', 199))->{body} eq $own });
    rule_works($responder, 'with room again');
    never_done(\@numbers, 'nothing was done for the fallbacks');
    $responder->stop;
    run_command([find_command('umount'), $directory], keep_user => 1);
};

subtest 'more callbacks than may wait' => sub {
    my $directory = temporary_directory();
    my $environment = preload('slow-disk', SLOW_SYNC => 1_500_000, SLOW_FLAG => "$directory/slow")
        or plan skip_all => 'no C compiler';
    my $responder = responder($directory, environment => $environment, store => { queue => 16 });
    rule_works($responder, 'before');
    write_file("$directory/slow", '');
    my @numbers = map { $next++ } 1 .. 20;
    my @answers = map { finish($_) } reverse map { begin($responder, callback('work', $_)) } @numbers;
    is_deeply [map { $_->{body} } @answers], [($fallback) x 20], 'all get the fallback';
    cmp_ok scalar(grep { $_->{took} < 0.5 } @answers), '>=', 4, '... those that may not wait, at once';
    is metric($responder, 'taskrouter_callbacks_fallback_total{reason="queue"}'), 4, '... and are counted so';
    unlink "$directory/slow";
    fallback_stays($responder, \@numbers, 'afterwards');
    $responder->stop;
};

# ---- processes that end too early

# Each commit takes a second: the first one is the claim's, after the second one the store knows of the answer.
subtest 'killed between the answer and its being told' => sub {
    my $directory = temporary_directory();
    my $environment = preload('slow-disk', SLOW_SYNC => 1_000_000, SLOW_FLAG => "$directory/slow")
        or plan skip_all => 'no C compiler';
    my $responder = responder($directory, environment => $environment, deadline => 4.5);
    rule_works($responder, 'before');
    write_file("$directory/slow", '');
    my @numbers = map { $next++ } 1, 2;
    my $answer = finish(begin($responder, callback('work', $numbers[0])));
    is $answer->{body}, $own, 'answered';
    cmp_ok $answer->{took}, '>', 0.9, '... once it was on the disk';
    $responder->process->send_signal('KILL');
    $responder->process->wait_end(5);
    never_done(\@numbers, 'killed before its work began');
    unlink "$directory/slow";
    my $second = responder($directory, own => '{"instruction":"accept"}');
    is $second->fastcgi_transport->request(callback('work', $numbers[0]))->{body}, $own, 'the next process answers the same';
    done_once([$numbers[0]], '... and does its work');
    $second->stop;
};

subtest 'killed, and nobody asks again' => sub {
    my $directory = temporary_directory();
    my $environment = preload('slow-disk', SLOW_SYNC => 1_000_000, SLOW_FLAG => "$directory/slow")
        or plan skip_all => 'no C compiler';
    my $responder = responder($directory, environment => $environment, deadline => 4.5);
    my $second = responder($directory, deadline => 0.4);
    rule_works($responder, 'before');
    write_file("$directory/slow", '');
    my $number = $next++;
    is finish(begin($responder, callback('work', $number)))->{body}, $own, 'answered';
    is $second->fastcgi_transport->request(callback('work', $number))->{body}, $fallback,
        'another process must not answer differently, and waits in vain';
    $responder->process->send_signal('KILL');
    done_once([$number], 'the other process does the work');
    like $second->output, qr/info answers .*1 answers of processes that ended/, '... and says so';
    $second->stop;
};

# ---- CGI

subtest 'CGI and a slow disk' => sub {
    my $directory = temporary_directory();
    my $environment = preload('slow-disk', SLOW_SYNC => 3_000_000, SLOW_FLAG => "$directory/slow")
        or plan skip_all => 'no C compiler';
    my $responder = responder($directory);
    rule_works($responder, 'before');
    my $program = TaskRouter::Responder->prepare(configuration => rules_configuration($directory), environment => $environment);
    write_file("$directory/slow", '');
    my $number = $next++;
    my $call = start_cgi($program, callback('work', $number));
    is $call->{body}, $fallback, 'the fallback';
    cmp_ok $call->{took}, '<', 1 + $patience, '... in time, and the answer ends there';
    ok !$call->{process}->ended, '... while the process waits for the disk';
    my $direct_call = start_cgi($program, callback('else', $number));
    is $direct_call->{body}, $direct, 'no store, no wait';
    ok $direct_call->{process}->wait_end(1), '... for the process neither';
    ok $call->{process}->wait_end(20), 'the process ends in the end';
    unlink "$directory/slow";
    is $responder->cgi_transport->request(callback('work', $number))->{body}, $fallback, 'the next one gets the same';
    never_done([$number], 'no work was done');
    $responder->stop;
};

# Runs it until its answer has ended, which is before the process does.
sub start_cgi {
    my ($program, $request) = @_;
    pipe(my $reader, my $writer) or die "pipe: $!";
    my $input = write_file(temporary_directory() . '/body', $request->{body});
    my $begun = time;
    my $process = TaskRouter::Process->start(command => $program->command, name => 'cgi', stdin => IO::File->new($input, 'r'),
        stdout => $writer, environment => {
            @{ TaskRouter::Responder::cgi_parameters($request, doubled_headers => 'join') }, %{ $program->{environment} } });
    close $writer;
    my $output = do { local $/; <$reader> };
    return { TaskRouter::FastCGI::parse_answer($output), took => time - $begun, process => $process };
}

# ---- clocks

subtest 'a wall clock that jumps' => sub {
    my $directory = temporary_directory();
    my $environment = preload(['jump-clock', 'slow-disk'], JUMP_CLOCK => "$directory/ahead", SLOW_SYNC => 400_000,
        SLOW_FLAG => "$directory/slow") or plan skip_all => 'no C compiler';
    my $responder = responder($directory, environment => $environment, deadline => 2);
    rule_works($responder, 'before');
    write_file("$directory/slow", '');
    for my $seconds (7200, -7200, 0) {
        my $number = $next++;
        my $call = begin($responder, callback('work', $number));
        sleep 0.2;
        write_file("$directory/ahead", $seconds);
        my $answer = finish($call);
        is $answer->{body}, $own, "$seconds s: its own answer";
        cmp_ok $answer->{took}, '<', 2, '... in time';
        is finish(begin($responder, callback('work', $number)))->{body}, $own, '... again';
        done_once([$number], '... its work is done');
    }
    $responder->stop;
};

done_testing;
