# The program as plain CGI: once per request, on the environment and standard input.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use TaskRouter::CaseRunner qw(run_cases);
use TaskRouter::Cases qw(case_configuration callback_request);
use TaskRouter::Fixture qw($account $auth_token $public_url operator write_configuration);
use TaskRouter::Process qw(time_limit temporary_directory make_directory program_copy program_command program_path run_command);
use TaskRouter::Responder;
use TaskRouter::Signature qw(sign_form callback_parameters);
use TaskRouter::StandIn;

time_limit(120);
my $stand_in = TaskRouter::StandIn->start;
my $responder = TaskRouter::Responder->prepare(configuration => case_configuration($stand_in));
my $cgi = $responder->cgi_transport;
run_cases($cgi, stand_in => $stand_in);

# A good callback with other meta-variables; gives the status.
sub status_with {
    my ($parameters, %option) = @_;
    return $cgi->request({ %{ callback_request(%option) }, parameters => $parameters })->{status};
}

subtest 'the length of the body' => sub {
    my $length = length callback_request()->{body};
    is status_with({ CONTENT_LENGTH => $length }), 200, 'right';
    is status_with({ CONTENT_LENGTH => undef }), 200, 'absent: the body goes to its end';
    is status_with({ CONTENT_LENGTH => '' }), 200, 'empty: as absent, as nginx sends it';
    is status_with({ CONTENT_LENGTH => $length + 1 }), 400, 'longer than the body';
    is status_with({ CONTENT_LENGTH => $_ }), 400, "'$_' is no length"
        for '-1', '+5', ' 5', '5x', '0x10', '99999999999999999999999';
};

subtest 'the path' => sub {
    my $callback = '/assignment_callback';
    is status_with({ PATH_INFO => undef, SCRIPT_NAME => "/taskrouter$callback" }), 200, 'no PATH_INFO: public_url says where';
    is status_with({ REQUEST_URI => undef }), 200, 'no REQUEST_URI: PATH_INFO alone';
    is status_with({ PATH_INFO => undef, REQUEST_URI => "/other$callback" }), 404, 'no PATH_INFO, another mount point';
    is status_with({ PATH_INFO => '/create_task' }), 404, 'PATH_INFO and REQUEST_URI disagree';
    is status_with({ SCRIPT_NAME => '/internal', REQUEST_URI => "/internal$callback" }), 200,
        'another mount point, signed for public_url and the route';
    is status_with({ SCRIPT_NAME => '/internal', REQUEST_URI => "/internal$callback" },
        url => "https://tr.example.com/internal$callback"), 200, 'another mount point, signed for the origin and REQUEST_URI';
    is status_with({ REQUEST_URI => "http://evil.example.com:99/taskrouter$callback", HTTP_HOST => 'evil.example.com:99' }),
        200, 'a target in absolute form, as Apache passes it: its host counts for nothing';
    is status_with({ REQUEST_URI => "http://evil.example.com/taskrouter$callback" },
        url => "http://evil.example.com/taskrouter$callback"), 403, 'signed for the host of the target';
};

subtest 'the Authorization header as a rewrite rule saves it' => sub {
    my $request = { method => 'GET', target => '/taskrouter/create_task',
        parameters => { REDIRECT_HTTP_AUTHORIZATION => operator()->[1] } };
    is $cgi->request($request)->{status}, 200, 'REDIRECT_HTTP_AUTHORIZATION is taken';
    $request->{parameters} = { REMOTE_USER => 'operator' };
    is $cgi->request($request)->{status}, 401, 'REMOTE_USER is not';
};

subtest 'who may read the metrics' => sub {
    my $ask = sub { $cgi->request({ method => 'GET', target => '/taskrouter/metrics', remote => $_[0] })->{status} };
    is $ask->('127.0.0.1'), 200, '127.0.0.1';
    is $ask->('::1'), 200, '::1';
    is $ask->($_), 401, $_ for '203.0.113.9', '::ffff:203.0.113.9', '127.0.0.1.example.com';
};

subtest 'where the configuration is found' => sub {
    my $directory = temporary_directory();
    my $inner = make_directory("$directory/cgi-bin");
    my $program = program_copy($inner, 'taskrouter.cgi');
    my $ask = sub {
        my %environment = (@{ TaskRouter::Responder::cgi_parameters(callback_request(), doubled_headers => 'join') }, @_);
        my $run = run_command([program_command($program)], stdin => callback_request()->{body}, environment => \%environment);
        return { TaskRouter::FastCGI::parse_answer($run->{out}) }->{status};
    };
    isnt $ask->(), 200, 'nowhere: the callback is not accepted';
    write_configuration("$directory/taskrouter.json");
    is $ask->(), 200, 'in the directory above';
    unlink "$directory/taskrouter.json";
    write_configuration("$directory/elsewhere.json");
    is $ask->(TASKROUTER_CONFIG => "$directory/elsewhere.json"), 200, 'where TASKROUTER_CONFIG says';
    write_configuration("$directory/elsewhere.json", '{"surprise": 1}');
    my $status = $ask->(TASKROUTER_CONFIG => "$directory/elsewhere.json");
    cmp_ok $status, '>=', 500, 'a bad one is a server error';
    my @account = (TWILIO_ACCOUNT_SID => $account);
    is $ask->(@account, TWILIO_AUTH_TOKEN => $auth_token, TASKROUTER_PUBLIC_URL => $public_url), 200, 'the environment alone';
    is $ask->(@account, TWILIO_AUTH_TOKEN => 'other', TASKROUTER_PUBLIC_URL => $public_url), 403, '... with another token';
};

subtest 'a configuration below the document root' => sub {
    my $top = temporary_directory();
    my $inner = make_directory(make_directory("$top/site") . '/cgi-bin');
    my $program = program_copy($inner, 'taskrouter.cgi');
    my $ask = sub {
        my %environment = (@{ TaskRouter::Responder::cgi_parameters(callback_request(), doubled_headers => 'join') }, @_);
        my $run = run_command([program_command($program)], stdin => callback_request()->{body}, environment => \%environment);
        return ({ TaskRouter::FastCGI::parse_answer($run->{out}) }->{status}, $run->{err});
    };
    my $refused = sub {
        my ($what, $root) = @_;
        my ($status, $log) = $ask->(DOCUMENT_ROOT => $root);
        is $status, 500, "$what: refused";
        like $log, qr/taskrouter\.json: lies below the document root/, '... the log says why';
    };
    symlink $top, "$top/link" or die $!;
    for my $mode (0600, 0644) {
        write_configuration("$top/site/taskrouter.json", '{"account_sid": "' . $account . '", "auth_token": "' . $auth_token
            . '", "public_url": "' . $public_url . '", "allow_readable_secrets": true}');
        chmod $mode, "$top/site/taskrouter.json" or die $!;
        my $text = sprintf '%04o', $mode;
        $refused->("$text, in the document root", "$top/site");
        $refused->("$text, by another name of it", "$top/link/site/");
        $refused->("$text, below it", $top);
        is +($ask->(DOCUMENT_ROOT => $inner))[0], 200, "$text, above it: taken";
        is +($ask->(DOCUMENT_ROOT => "$top/sit"))[0], 200, "$text, a root that is not there";
    }
    make_directory("$top/site2");
    is +($ask->(DOCUMENT_ROOT => "$top/site2"))[0], 200, 'below a folder whose name begins so';
    make_directory("$top/away");
    rename "$top/site/taskrouter.json", "$top/away/x.json" or die $!;
    symlink "$top/away/x.json", "$top/site/taskrouter.json" or die $!;
    $refused->('a symbolic link out of it', "$top/site");
    $refused->('a symbolic link into it', "$top/away");

    my ($status, $log) = $ask->(DOCUMENT_ROOT => $top, TASKROUTER_CONFIG => "$top/away/x.json");
    is $status, 200, 'one that TASKROUTER_CONFIG names is taken';
    like $log, qr/x\.json: warning: lies below the document root/, '... the log warns';
    ($status, $log) = $ask->(DOCUMENT_ROOT => $inner, TASKROUTER_CONFIG => "$top/away/x.json");
    is $status, 200, 'above the document root';
    unlike $log, qr/document root/, '... it does not';
};

subtest 'whether the store can be used' => sub {
    my $directory = temporary_directory();
    make_directory("$directory/folder");
    my $read_only = make_directory("$directory/read-only");
    chmod 0555, $read_only or die $!;
    TaskRouter::Process::write_file("$directory/garbage", 'no database' x 1000);
    my $ready = sub {
        my ($file, $check) = @_;
        my $bench = TaskRouter::Responder->prepare(configuration => { store => { file => $file, timeout => 3 } });
        my $answer = $bench->cgi_transport->request({ method => 'GET', target => '/taskrouter/readyz', headers => [] });
        my ($ms) = $answer->{log} =~ / route=readyz .*? ms=([\d.]+)/;
        cmp_ok $ms // 9999, '<', 2500, '... in time';
        my $test = run_command($bench->command('-t'));
        is $test->{status}, 0, '... -t: the configuration is good';
        return ("$answer->{status} $answer->{body}", $answer->{headers}{'content-type'}[0], $test->{err});
    };
    my ($answer, $type, $said) = $ready->("$directory/store.db");
    is $answer, '200 ok', 'one that is made';
    unlike $said, qr/store\.file/, '... -t has nothing to say';
    is +($ready->("$directory/store.db"))[0], '200 ok', 'one that is there';
    for (["$directory/none/store.db", 'a folder that is not there', qr/its folder does not exist/],
        ["$directory/folder", 'no file', qr/is not a regular file/],
        ["$directory/garbage/store.db", 'a file for a folder', qr/its folder is not a folder/],
        ["$directory/read-only/store.db", 'a folder that cannot be written', qr/its folder cannot be written by this user/],
        ["$directory/garbage", 'no database']) {
        my ($file, $what, $warning) = @$_;
        ($answer, $type, $said) = $ready->($file);
        is $answer, '503 failed: store', $what;
        is $type, 'text/plain', '... as text';
        like $said, qr/^\S+: store\.file: warning: $warning/m, '... -t warns' if $warning;
    }
    pipe my $reader, my $writer or die $!;
    my $holder = TaskRouter::Process->start(command => [program_path('t/unit/ledger.t'), 'hold', "$directory/store.db"],
        keep_user => 1, stdin => $reader, name => 'holder', ready => { line => qr/^locked$/m });
    close $reader;
    is +($ready->("$directory/store.db"))[0], '503 failed: store', 'one that somebody has locked';
    close $writer;
    $holder->wait_end(5);
    is +($ready->("$directory/store.db"))[0], '200 ok', '... until he is gone';
    chmod 0755, $read_only;
};

subtest 'one write, and nothing else on standard output' => sub {
    my $answer = $cgi->request(callback_request());
    like $answer->{raw}, qr/\AStatus: 200 OK\r\n/, 'begins with the status';
    is $answer->{headers}{'content-length'}[0], length $answer->{body}, 'Content-Length is right';
    is $answer->{exit}, 0, 'exit status 0';
};

subtest 'options' => sub {
    my $said = sub {
        my $query = shift;
        return run_command([program_command($responder->{program}, '-V')], directory => $responder->{directory},
            environment => { GATEWAY_INTERFACE => 'CGI/1.1', REQUEST_METHOD => 'GET', REQUEST_URI => '/taskrouter/healthz',
                PATH_INFO => '/healthz', QUERY_STRING => $query })->{out};
    };
    like $said->(''), qr/^taskrouter\.fcgi \d/, 'of a wrapper script are read';
    like $said->('a=b'), qr/^taskrouter\.fcgi \d/, '... also with a query of parameters';
    like $said->('-V'), qr/^Status: 200/, 'a query without "=" may have become arguments: they are not read';
};

done_testing;
