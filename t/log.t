# The log: one line per request, nothing that breaks a line, nothing secret.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use TaskRouter::Cases qw(cases case_configuration callback_request);
use TaskRouter::Fixture qw($auth_token $operator_token @secrets operator bearer configuration json_text);
use TaskRouter::Process qw(time_limit wait_until read_file listening_unix find_command);
use TaskRouter::Responder;
use TaskRouter::Signature qw(sid sign_form form_body callback_parameters);
use TaskRouter::StandIn;

time_limit(90);
my $stand_in = TaskRouter::StandIn->start;
my $responder = TaskRouter::Responder->start_fastcgi(
    configuration => { %{ case_configuration($stand_in) }, create_task => { attributes => { call => '+15005550006' } } });

# The log lines that a request adds.
sub lines_of {
    my $request = shift;
    my $before = length $responder->output;
    my $answer = $responder->fastcgi_request($request);
    wait_until(2, sub { length $responder->output > $before });
    select undef, undef, undef, 0.05;
    return ($answer, split /\n/, substr $responder->output, $before);
}

$responder->fastcgi_request({ method => 'GET', target => '/taskrouter/healthz' });
wait_until(5, sub { $responder->output =~ /healthz/ });    # the log line may come after the answer

subtest 'a callback' => sub {
    my ($answer, @lines) = lines_of(callback_request(headers => [['I-Twilio-Idempotency-Token', 'token-7f3a']]));
    is scalar @lines, 1, 'one line' or diag join "\n", @lines;
    my $line = $lines[0] // '';
    like $line, qr/\b$_\b/, "... with $_" for 'POST', 'assignment_callback', '200', 'accept', sid('WT'), sid('WR'), 'token-7f3a';
    like $line, qr/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/, '... and the time';
    unlike $line, qr/selected_language|languages/, '... without the attributes';
};

subtest 'request ids' => sub {
    my ($answer, $line) = lines_of({ method => 'GET', target => '/taskrouter/unknown' });
    my ($id) = $answer->{body} =~ /"request_id"\s*:\s*"([^"]+)"/;
    ok defined $id, 'a problem document has one';
    like $line, qr/\b\Q$id\E\b/, '... and the log line the same' if defined $id;
};

subtest 'a callback without a parameter' => sub {
    my ($answer, @lines) = lines_of(callback_request(change => { ReservationSid => undef }));
    like join("\n", @lines), qr/ReservationSid/, 'is warned about';
};

subtest 'a refused signature' => sub {
    my $request = callback_request(token => 'wrong');
    my ($answer, @lines) = lines_of($request);
    my $text = join "\n", @lines;
    like $text, qr{https://tr\.example\.com/taskrouter/assignment_callback}, 'the URL that was tried';
    my $expected = sign_form($auth_token, 'https://tr.example.com/taskrouter/assignment_callback', callback_parameters());
    unlike $text, qr/\Q$expected\E/, 'not the signature that was expected';
    ($answer, @lines) = lines_of(callback_request(change => { AccountSid => sid('AC', 77) }));
    like join("\n", @lines), qr/@{[sid('AC', 77)]}/, 'an unknown AccountSid is named';
};

subtest 'nothing breaks a line' => sub {
    my @nasty = ("/taskrouter/a\nb", "/taskrouter/\e[31mred", "/taskrouter/\xff\xfe", "/taskrouter/x\r\nFake: line", "/taskrouter/%0a%1b");
    for my $target (@nasty) {
        my ($answer, @lines) = lines_of({ method => "GET", target => $target });
        is scalar @lines, 1, 'one line' or diag join "\n", @lines;
        unlike $lines[0] // '', qr/[\x00-\x08\x0b-\x1f\x7f]/, '... without control characters';
        ok utf8::decode(my $copy = $lines[0] // ''), '... and valid UTF-8';
    }
    my ($answer, @lines) = lines_of(callback_request(change => { TaskSid => "WT1\nfake line\e[0m" }));
    is scalar(grep { /^fake line/ } @lines), 0, 'a parameter makes no line of its own';
    ($answer, @lines) = lines_of({ method => 'GET', target => '/taskrouter/' . 'x' x 10000 });
    cmp_ok length($lines[0] // ''), '<', 4096, 'a long path is shortened';
};

subtest 'no secret, no phone number, anywhere' => sub {
    $responder->fastcgi_request($_->{request}) for cases();
    $responder->fastcgi_request(callback_request(change => { WorkerAttributes => '{"contact_uri":"+15005550006"}' },
        extra => [From => '+15005550006']));
    $responder->fastcgi_request({ method => 'GET', target => "/taskrouter/create_task?token=$operator_token",
        headers => [bearer($operator_token)] });
    my $callback = callback_request(query => "To=%2B15005550006");
    $responder->fastcgi_request({ %$callback, headers => [] });
    my $output = $responder->output;
    unlike $output, qr/\Q$_\E/, 'no secret' for @secrets, 'marker-';
    unlike $output, qr/(?:\+|%2B)15005550006/i, 'no whole phone number';
    unlike $output, qr/Basic [A-Za-z0-9+\/=]{8}/, 'no Authorization header';
};

subtest 'no secret in the process list' => sub {
    my $pid = $responder->process->pid;
    for my $file ('cmdline', 'environ') {
        unlike read_file("/proc/$pid/$file"), qr/marker-/, $file;
    }
    my $from_environment = TaskRouter::Responder->start_fastcgi(configuration => { auth_token => undef },
        environment => { TWILIO_AUTH_TOKEN => $auth_token, TASKROUTER_OPERATOR_TOKEN => $operator_token });
    is $from_environment->fastcgi_request(callback_request())->{status}, 200, 'a token from the environment works';
    unlike read_file('/proc/' . $from_environment->process->pid . '/environ'), qr/marker-/, '... and is wiped there';
};

subtest 'journald prefixes' => sub {
    my $own = TaskRouter::Responder->prepare(configuration => { log => 'auto' });
    my $log = TaskRouter::Process::write_file("$own->{directory}/journal", '');
    my $handle = IO::File->new($log, '>>');
    my ($device, $inode) = stat $handle;
    $own->{socket} = "$own->{directory}/fcgi.sock";
    $own->{where} = [unix => $own->{socket}];
    my $process = TaskRouter::Process->start(command => $own->command, stdin => listening_unix($own->{socket}),
        stderr => $handle, environment => { JOURNAL_STREAM => "$device:$inode" }, name => 'responder');
    $own->fastcgi_request(callback_request());
    ok wait_until(2, sub { read_file($log) =~ /assignment_callback/ }), 'a line is written';
    like read_file($log), qr/^<[0-7]>.*assignment_callback/m, '... with its priority in front';
    unlike $responder->output, qr/^<[0-7]>/m, 'without JOURNAL_STREAM there is no such prefix';
    $process->stop;
};

done_testing;
