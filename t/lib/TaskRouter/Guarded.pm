package TaskRouter::Guarded;

# Assignment callbacks whose answers are kept: a responder with rules that ask for work or for the time, an application that is
# the TaskRouter which the work is done at, and what must be true of both.
#
# Each Reservation of a test has a number, and a Worker of the same number: so the requests tell whose work was done.

use strict;
use warnings;
use Exporter qw(import);
use IO::File;
use JSON::PP ();
use Test::More;
use TaskRouter::Application;
use TaskRouter::Cases qw(callback_request);
use TaskRouter::FastCGI;
use TaskRouter::Fixture qw(json_text $workspace);
use TaskRouter::Process qw(temporary_directory wait_until write_file is_sanitized);
use TaskRouter::Responder;
use TaskRouter::Signature qw(sid);
use Time::HiRes qw(time sleep);

our @EXPORT = qw($patience $fallback $own $direct next_numbers rules_configuration callback done_once never_done guarded begin
    finish start_cgi metric p99 in_time fallback_stays rule_works);

our $patience = 0.4;    # besides assignment.deadline, on a machine that is busy
our $fallback = '{"instruction":"redirect","call_sid":"CA00000000000000000000000000000001","url":"https://example.com/later"}';
our $own = '{"instruction":"call","from":"+15005550006","url":"https://example.com/call"}';
our $direct = '{"instruction":"reject","activity_sid":"' . sid('WA', 9) . '"}';

my ($application, $last) = (undef, 0);

# Numbers that were not used yet.
sub next_numbers { my $count = shift // 1; my @numbers = map { ++$last } 1 .. $count; return wantarray ? @numbers : $numbers[0] }

sub application {
    return $application //= TaskRouter::Application->start(
        map { worker_path($_) => '{"sid":"' . sid('WK', $_) . '","activity_sid":"WA"}' } 1 .. 200);
}

sub worker_path { return "/v1/Workspaces/$workspace/Workers/" . sid('WK', $_[0]) }

# The rule "work" asks for follow-up work, "time" for the time, and the last one for nothing.
sub rules_configuration {
    my ($directory, %change) = @_;
    return {
        api_url => application()->url(''),
        assignment => {
            deadline => $change{deadline} // 3.5,
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

sub work_done { my $number = shift; return scalar grep { $_->{method} eq 'POST' } application()->requests(worker_path($number)) }

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

sub guarded {
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

sub metric {
    my ($responder, $name) = @_;
    my $text = $responder->fastcgi_transport->request({ method => 'GET', target => '/taskrouter/metrics' })->{body};
    my ($value) = $text =~ /^\Q$name\E (\d+)$/m;
    return $value // 0;
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

# While the store fails, callbacks that need it get the fallback in time, and others are as fast as ever; afterwards nothing
# is done for them.
sub in_time {
    my ($responder, $name, %option) = @_;
    my $deadline = $option{deadline} // 1;
    my @numbers = next_numbers(6);
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

# Once the store works again, who repeats gets what was really given.
sub fallback_stays {
    my ($responder, $numbers, $name) = @_;
    my @answers = map { $responder->fastcgi_transport->request(callback($_ % 2 ? 'work' : 'time', $_))->{body} } @$numbers;
    is_deeply \@answers, [($fallback) x @$numbers], "$name: a repeated one gets the fallback again";
    never_done($numbers, '... and its work is not done');
}

# The machine's own disk may be slow for a while: then another one is tried.
sub rule_works {
    my ($responder, $name) = @_;
    my ($number, $answer);
    wait_until(10, sub {
        $number = next_numbers();
        $answer = $responder->fastcgi_transport->request(callback('work', $number))->{body};
        return $answer eq $own;
    });
    is $answer, $own, "$name: new ones get their own" or diag grep { !/info request/ } $responder->output =~ /(.*\n)/g;
    done_once([$number], '... and their work is done');
}

1;
