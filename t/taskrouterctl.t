# taskrouterctl: its command line, its configuration, which Workspaces it takes, and the file that it writes.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use IO::File;
use JSON::PP ();
use MIME::Base64 qw(encode_base64);
use Test::More;
use TaskRouter::Ctl qw(page workspace nothing_in_a_workspace);
use TaskRouter::Fixture qw($account $auth_token $api_key $api_secret @secrets write_configuration);
use TaskRouter::Process qw(time_limit find_command make_directory read_file wait_until write_file);
use TaskRouter::Signature qw(sid);
use TaskRouter::Source qw(text_of);
use TaskRouter::StandIn;

time_limit(60);
my $api = TaskRouter::StandIn->start;
my $ctl = TaskRouter::Ctl->new(url => $api->url);
my $json = JSON::PP->new->canonical->utf8;

# The REST API answers as told; see TaskRouter::Ctl.
sub with { return $ctl->with($api, @_) }

sub says {
    my ($run, $status, $words, $name) = @_;
    is $run->{status}, $status, "$name: status $status" or diag "$run->{out}$run->{err}";
    like $run->{err}, $words, '... and says so';
}

my @nothing = nothing_in_a_workspace();
my $all = '/v1/Workspaces?PageSize=1000';

subtest 'the command line' => sub {
    my @refused = (
        [[], qr/^usage: taskrouterctl command/, 'nothing'],
        [['exprot'], qr/^taskrouterctl: unknown command exprot; did you mean "export"\?\nusage: taskrouterctl command/,
            'a command that is nearly one'],
        [['fly'], qr/^taskrouterctl: unknown command fly\nusage:/, 'another word'],
        [['-x'], qr/^taskrouterctl: unknown option -x\nusage:/, 'an option before the command'],
        [['export', '--taks'], qr/^taskrouterctl: unknown option --taks; did you mean "--tasks"\?\nusage: taskrouterctl export/,
            'an option that is nearly one'],
        [['export', '--auth-token', 'x'], qr/^taskrouterctl: unknown option --auth-token\n/, 'an option for a secret'],
        [['export', '-x'], qr/^taskrouterctl: unknown option -x\n/, 'an unknown letter'],
        [['export', '-vx'], qr/^taskrouterctl: unknown option -x\n/, 'one behind another'],
        [['export', '-o'], qr/^taskrouterctl: -o: expected an argument\n/, 'a letter without its argument'],
        [['export', '--timeout'], qr/^taskrouterctl: --timeout: expected an argument\n/, 'a name without its argument'],
        map({ [['export', '--timeout', $_], qr/^taskrouterctl: --timeout: expected a whole number of seconds from 1 to 3600\n/,
            "--timeout $_"] } '', 0, 3601, '1.5', '-1', 'x'),
    );
    for (@refused) {
        my ($arguments, $words, $name) = @$_;
        my $run = with([], $arguments);
        says($run, 2, $words, $name);
        is $run->{out}, '', '... not on standard output';
        is_deeply $run->{asked}, [], '... and asks for nothing';
    }
    for (['-h'], ['--help'], ['export', '-h'], ['export', '--tasks', '--help']) {
        my $run = with([], $_);
        is "$run->{status}$run->{err}", '0', "@$_";
        like $run->{out}, $_->[0] eq 'export' ? qr/^usage: taskrouterctl export \[-c file\]/ : qr/^usage: taskrouterctl command/,
            '... is help';
        is_deeply [grep { length > 79 } split /\n/, $run->{out}], [], '... in lines of a terminal';
    }
    for ('-V', '--version') {
        my $run = with([], [$_]);
        is $run->{status}, 0, $_;
        like $run->{out}, qr{^taskrouterctl \d\S*\nlibevent/\S+ libcurl/\S+}, '... versions';
    }
    is with([page()], ['export', '--timeout', 3600])->{status}, 0, '--timeout 3600';
};

subtest 'the manual page' => sub {
    my $page = text_of('man/taskrouterctl.1');
    my ($commands) = with([], ['--help'])->{out} =~ /\n\n((?:  .*\n)+)/;
    my @commands = $commands =~ /^  (\w+)/gm;
    cmp_ok scalar @commands, '>', 0, 'commands were found';
    for my $command (@commands) {
        like $page, qr/^\.Ss $command\b/m, "$command has a section";
        my $help = with([], [$command, '--help'])->{out};
        my @options = map { [/^  (?:-(\w))?(?:, )?(?:--([a-z-]+))?/] } grep { /^  -/ } split /\n/, $help;
        cmp_ok scalar @options, '>', 3, "... its options were found";
        for (map { grep { defined } @$_ } @options) {
            my $macro = length > 1 ? "-$_" : $_;
            like $page, qr/^\.It (?:.*, )?(?:Fl )?\Q$macro\E(?![\w-])/m, "... $_ is described";
        }
    }
};

subtest 'where and as whom' => sub {
    my $run = with([page()], ['export']);
    is $run->{out}, qq({"workspaces": []}\n), 'no Workspace: an empty seed';
    is "$run->{status}$run->{err}", '0', '... without a word';
    is_deeply $run->{asked}, [$all], 'all Workspaces are asked for';
    my ($request) = $api->requests;
    is $request->{headers}{authorization}, 'Basic ' . encode_base64("$account:$auth_token", ''), 'with the auth token';
    with([page()], ['export'], environment => { TWILIO_API_KEY => $api_key, TWILIO_API_SECRET => $api_secret });
    ($request) = $api->requests;
    is $request->{headers}{authorization}, 'Basic ' . encode_base64("$api_key:$api_secret", ''), 'with an API key';
    my $token = write_file($ctl->directory . '/token', "$auth_token\n", 0600);
    is with([page()], ['export'], environment => { TWILIO_AUTH_TOKEN => undef, TWILIO_AUTH_TOKEN_FILE => $token })->{status},
        0, 'the auth token in a file';

    my $file = write_configuration($ctl->directory . '/taskrouter.json', api_url => $api->url, workspace_sid => undef,
        rest => { timeout => 0.1, connect_timeout => 0.1 });
    my %nothing = map { $_ => undef } qw(TWILIO_ACCOUNT_SID TWILIO_AUTH_TOKEN TASKROUTER_API_URL);
    for ([['export', '-c', $file], {}, '-c'], [['export'], { TASKROUTER_CONFIG => $file }, 'TASKROUTER_CONFIG']) {
        my ($arguments, $more, $name) = @$_;
        $run = with([{ %{ page() }, delay => 0.4 }], $arguments, environment => { %nothing, %$more });
        is $run->{out}, qq({"workspaces": []}\n), "$name: a configuration file" or diag $run->{err};
        is_deeply $run->{asked}, [$all], '... and it is as patient as pages need it, whatever rest.timeout says';
    }
    $run = with([page()], ['export', '-v'], environment => { TWILIO_REGION => 'ie1' });
    like $run->{err}, qr{^taskrouterctl: reading from \Q@{[$api->url]}\E as $account$}m, '-v tells where and as whom';
};

subtest 'a configuration that is no use' => sub {
    my $bad = write_file($ctl->directory . '/bad.json', "{\n  \"acount_sid\": 1\n}", 0600);
    my @bad = (
        [['export'], { TWILIO_AUTH_TOKEN => undef }, qr/neither an API key nor an auth token/, 'no credentials'],
        [['export'], { TWILIO_ACCOUNT_SID => undef }, qr/TWILIO_ACCOUNT_SID|account_sid/, 'a token without account'],
        [['export'], { TWILIO_API_KEY => $api_key }, qr/api_key needs it/, 'an API key without secret'],
        [['export'], { TASKROUTER_API_URL => 'http://192.0.2.1' }, qr/plain http/, 'plain HTTP to another machine'],
        [['export'], { TASKROUTER_WORKSPACE_SID => 'Support' }, qr/expected a Workspace SID/, 'a name for workspace_sid'],
        [['export', '-c', $bad], {}, qr/\Q$bad\E: acount_sid: unknown key; did you mean "account_sid"\?/, 'an unknown key'],
        [['export', '-c', "$bad.not"], {}, qr/\Q$bad.not\E: .*No such file/, 'no file'],
    );
    for (@bad) {
        my ($arguments, $environment, $words, $name) = @$_;
        my $run = with([], $arguments, environment => $environment);
        says($run, 78, $words, $name);
        is_deeply [$run->{asked}, $run->{out}], [[], ''], '... nothing is asked, nothing written';
    }
};

subtest 'which Workspaces' => sub {
    my ($one, $other) = (sid('WS', 1), sid('WS', 2));
    my @three = (page(undef, workspace(1, 'Support'), workspace(2, 'Twin'), workspace(3, 'Twin')));
    says(with([@three], ['export', 'Suport']), 1, qr/^taskrouterctl: no Workspace is named "Suport"; did you mean "Support"\?\n$/,
        'a name that is nearly one');
    says(with([@three], ['export', 'Sales']), 1, qr/^taskrouterctl: no Workspace is named "Sales"\n$/, 'another name');
    says(with([@three], ['export', '']), 1, qr/^taskrouterctl: no Workspace is named ""\n$/, 'an empty name');
    my $sids = join ' and ', map { sid('WS', $_) } 2, 3;
    says(with([@three], ['export', 'Twin']), 1,
        qr/^taskrouterctl: several Workspaces are named "Twin", among them $sids: say which by its SID\n$/, 'a name of two');
    my $run = with([@three, @nothing], ['export', 'Support']);
    like $run->{out}, qr/^\{"workspaces": \[\n  \{\n    "friendly_name": "Support"\n  \}\n\]\}\n$/, 'a name' or diag $run->{err};
    is_deeply $run->{asked}, [$all, map { "/v1/Workspaces/$one/$_?PageSize=1000" }
        qw(Activities TaskChannels Workers TaskQueues Workflows)], '... what is asked for';

    my @by_sid = ({ status => 200, body => workspace(1, 'Support') });
    $run = with([@by_sid, @nothing], ['export', $one]);
    is $run->{status}, 0, 'a SID' or diag $run->{err};
    is $run->{asked}[0], "/v1/Workspaces/$one", '... is asked for itself';
    $run = with([@three, @by_sid, @nothing], ['export', 'Support', $one]);
    is scalar(() = $run->{out} =~ /friendly_name/g), 1, 'given twice, written once';
    $run = with([@by_sid, { status => 200, body => workspace(2, 'Twin') }, @nothing, @nothing], ['export'],
        environment => { TASKROUTER_WORKSPACE_SID => "$one $other" });
    is_deeply [$run->{out} =~ /"friendly_name": "(\w+)"/g], ['Support', 'Twin'], 'TASKROUTER_WORKSPACE_SID, two of them';
    $run = with([@by_sid, @nothing], ['export', $one], environment => { TASKROUTER_WORKSPACE_SID => $other });
    is $run->{asked}[0], "/v1/Workspaces/$one", 'an operand wins';
    says(with([{ status => 404, body => { code => 20404, message => "The requested resource was not found", status => 404 } }],
        ['export', $one]), 1,
        qr{^taskrouterctl: GET /v1/Workspaces/$one: HTTP 404, error 20404: The requested resource was not found\n$}, 'no such SID');
    says(with([{ status => 200, body => workspace(2, 'Twin') }], ['export', $one]), 1,
        qr{GET /v1/Workspaces/$one: the answer is not this Workspace}, 'another than asked for');
    says(with([{ status => 200, body => { sid => $one } }], ['export', $one]), 1,
        qr{GET /v1/Workspaces/$one: the answer is not this Workspace}, 'one without a name');
};

subtest 'TaskQueues that have no name' => sub {
    my ($here, $gone) = (sid('WQ', 1), sid('WQ', 2));
    my $configuration = { task_routing => { default_filter => { queue => $gone },
        filters => [{ expression => qq(a=="$gone"), targets => [{ queue => $here }] }] } };
    my %list = (TaskQueues => page(undef, { sid => $here, friendly_name => 'Here' }),
        Workflows => page(undef, { sid => sid('WW', 1), friendly_name => "Ma\nin", configuration => $json->encode($configuration) }));
    my $run = with([page(undef, workspace(1, 'Support')), map { { path => "/$_\$", %{ $list{$_} // page() } } }
        qw(Activities TaskChannels Workers TaskQueues Workflows)], ['export']);
    is "$run->{status} $run->{err}", qq(0 taskrouterctl: Support: Workflow "Ma?in": TaskQueue $gone has no name: )
        . "its SID stays in the seed\n", 'a warning, once';
    my $routing = $json->decode($run->{out})->{workspaces}[0]{workflows}[0]{configuration}{task_routing};
    is $routing->{default_filter}{queue}, $gone, '... and it does';
    is $routing->{filters}[0]{targets}[0]{queue}, 'Here', '... beside a name';
};

subtest 'the file' => sub {
    my $folder = make_directory($ctl->directory . '/out');
    my $file = "$folder/seed.json";
    my $mode = sub { sprintf '%04o', (stat $_[0])[2] & 07777 };
    my $entries = sub { opendir my $d, $folder or die $!; return join ' ', sort grep { !/^\./ } readdir $d };
    my $empty = qq({"workspaces": []}\n);
    my $mask = umask 022;
    my $run = with([page()], ['export', '-o', $file]);
    is "$run->{status}$run->{out}$run->{err}", '0', '-o: not a word';
    is read_file($file) . $mode->($file), "${empty}0644", '... but the file, as the umask lets it be';
    write_file($file, 'old', 0600);
    is with([{ status => 403 }], ['export', '-o', $file])->{status}, 1, 'an error';
    is read_file($file), 'old', '... leaves the old file';
    is $entries->(), 'seed.json', '... and nothing else';
    is with([page()], ['export', '-o', $file])->{status}, 0, 'again';
    is read_file($file) . $mode->($file), "${empty}0600", '... replaces it, as closed to others as it was';
    unlink $file;
    umask 077;
    is with([page()], ['export', '-o', $file])->{status}, 0, 'under another umask';
    is $mode->($file), '0600', '... a new one is as that lets it be';
    umask $mask;
    is $entries->(), 'seed.json', '... and leaves nothing else';
    is with([{ status => 403 }], ['export', '-o', "$folder/new"])->{status}, 1, 'an error with a new file';
    is $entries->(), 'seed.json', '... leaves none';

    symlink 'seed.json', "$folder/link" or die $!;
    write_file($file, 'old', 0600);
    is with([page()], ['export', '-o', "$folder/link"])->{status}, 0, 'a symbolic link';
    ok -l "$folder/link" && read_file($file) eq $empty, '... stays, and its file is replaced';
    unlink "$folder/link";
    is with([page()], ['export', '-o', '-'])->{out}, $empty, '-: standard output';
    is with([page()], ['export', '-o', '/dev/stdout'])->{out}, $empty, '/dev/stdout: too';
    for (["$folder/no/where", qr/No such file/, 'a directory that is not there'], [$folder, qr/Is a directory/, 'a directory']) {
        $run = with([page()], ['export', '-o', $_->[0]]);
        says($run, 1, qr/^taskrouterctl: \Q$_->[0]\E: $_->[1]/, $_->[2]);
        is_deeply $run->{asked}, [], '... is found out before anything is asked';
    }
    my $locked = make_directory($ctl->directory . '/locked');
    chmod 0555, $locked;
    says(with([], ['export', '-o', "$locked/x"]), 1, qr/^taskrouterctl: \Q$locked\E\/x: Permission denied/, 'a locked directory');
    SKIP: {
        skip 'no /dev/full', 2 if !-e '/dev/full';
        says(with([page()], ['export', '-o', '/dev/full']), 1, qr{^taskrouterctl: /dev/full: No space left}, 'a full disk');
    }
    pipe(my $reader, my $writer) or die $!;
    close $reader;
    $api->reset;
    $api->behave(page());
    my $process = $ctl->start(['export'], stdout => $writer);
    ok $process->wait_end(10), 'a reader that has gone';
    is $process->exit_status, 1, '... status 1';
    like $process->output, qr/^taskrouterctl: standard output: Broken pipe$/m, '... and words';
    $process->stop;
};

subtest 'on a terminal' => sub {
    my $script = find_command('script') or plan skip_all => 'no script(1)';
    my $folder = make_directory($ctl->directory . '/terminal');
    for my $verbose ('', ' -v') {
        $api->reset;
        $api->behave(map { { times => 1, %$_ } } page(undef, workspace(1, "Sup\e[1mport")), @nothing);
        my $process = TaskRouter::Process->start(command => [$script, '-qec',
            join(' ', @{ $ctl->command("export$verbose", '-o', "$folder/seed") }), "$folder/typescript"],
            environment => { %{ $ctl->environment }, SHELL => '/bin/sh' });
        ok $process->wait_end(10), "export$verbose";
        my $seen = read_file("$folder/typescript") =~ s/\AScript started.*?\n//r =~ s/\n?Script done.*//sr;
        if ($verbose) { like $seen, qr/^taskrouterctl: Sup\?\[1mport: 0 Workers\r$/m, '... lines' }
        else {
            like $seen, qr/\A\rSup\?\[1mport: Activities\e\[K\r.*Workflows\e\[K\r\e\[K\z/s, '... a line that changes, and goes';
            unlike $seen, qr/\n/, '... one line';
        }
        $process->stop;
    }
};

subtest 'signals' => sub {
    my $folder = make_directory($ctl->directory . '/signals');
    my $entries = sub { opendir my $d, $folder or die $!; return grep { !/^\./ } readdir $d };
    for my $signal ('INT', 'TERM', 'HUP') {
        $api->reset;
        $api->behave({ hang => JSON::PP::true() });
        my $process = $ctl->start(['export', '-o', "$folder/seed.json"]);
        ok wait_until(10, sub { $api->requests }), 'it reads';
        cmp_ok scalar(() = $entries->()), '>', 0, '... with a file begun';
        $process->send_signal($signal);
        ok $process->wait_end(5), "SIG$signal ends it";
        is $process->signal, { INT => 2, TERM => 15, HUP => 1 }->{$signal}, '... as a signal does';
        is_deeply [$entries->()], [], '... and the file is gone';
        $process->stop;
    }
};

my $said = $ctl->said;
is_deeply [grep { index($said, $_) >= 0 } @secrets], [], 'no secret was ever printed';
done_testing;
