# The configuration file and the environment: -t, -T, exit statuses, messages.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use TaskRouter::Fixture qw($account $auth_token $operator_token $api_secret $public_url @secrets configuration json_text
    write_configuration);
use TaskRouter::Process qw(time_limit temporary_directory write_file read_file program_path program_command run_command
    top_directory);
use TaskRouter::Signature qw(sid);

time_limit(90);
my $directory = temporary_directory();
my $file = "$directory/taskrouter.json";
my $program = TaskRouter::Process::program_copy($directory);

sub run_program {
    my ($arguments, %environment) = @_;
    my $run = run_command([program_command($program, @$arguments)], environment => \%environment, directory => $directory);
    return ($run->{status}, $run->{out} . $run->{err});
}

# Checks a configuration: exit status and everything it says.
sub check {
    my ($change, %environment) = @_;
    write_configuration($file, ref $change ? %$change : $change);
    return run_program(['-t', '-c', $file], %environment);
}

sub accepted {
    my ($name, $change, %environment) = @_;
    my ($status, $said) = check($change, %environment);
    is $status, 0, "accepted: $name" or diag $said;
    return $said;
}

# Refused with 78, and the message begins with FILE: key.path:
sub refused {
    my ($name, $change, $key, $words, %environment) = @_;
    my ($status, $said) = check($change, %environment);
    is $status, 78, "refused: $name" or diag $said;
    like $said, qr/^\Q$file\E(?::\d+(?::\d+)?)?: \Q$key\E/m, "... and says where" if defined $key;
    like $said, $words, '... and why' if $words;
    return $said;
}

subtest 'exit statuses' => sub {
    accepted('a good file', {});
    refused('a bad file', { surprise => 1 });
    is((run_program(['-t', '-c', "$directory/none.json"]))[0], 78, 'no such file: 78');
    is((run_program(['-x']))[0], 2, 'an unknown option: 2');
    is((run_program([]))[0], 2, 'no way to serve: 2');
    is((run_program(['-h']))[0], 0, '-h: 0');
    my ($status, $said) = run_program(['-V']);
    is $status, 0, '-V: 0';
    like $said, qr/taskrouter\S* \d+\.\d+/, '... and tells the version';
    ($status, $said) = run_program(['-c', $file, '-l', '127.0.0.1:0']);
    is $status, 78, 'serving with a bad file: 78';
};

subtest 'the example file' => sub {
    my $text = read_file(top_directory() . '/examples/taskrouter.json');
    my $said = accepted('as shipped', $text);
    # Of this machine, and not of the file.
    $said =~ s/^\S+: store\.file: warning: its folder .*\n//m;
    is scalar(() = $said =~ /\n/g), 1, '... and nothing to complain about' or diag $said;
    # every commented-out key is a real one
    for my $pair (['"api_key": "SK…"', qr/api_key/], ['"metrics_file"', qr/metrics_file/]) {
        like $text, $pair->[1], "$pair->[0] is mentioned";
    }
};

subtest 'the example file for phone calls' => sub {
    my $said = accepted('as shipped', read_file(top_directory() . '/examples/calls.json'));
    # Of this machine, and not of the file.
    $said =~ s/^\S+: store\.file: warning: its folder .*\n//m;
    is scalar(() = $said =~ /\n/g), 1, '... and nothing to complain about' or diag $said;
};

subtest 'JSON with comments' => sub {
    my $good = json_text(configuration());
    accepted('comments', "// one\n/* two\n */" . $good =~ s/,/, \/\/ x\n/gr);
    accepted('a comment sign inside a string', $good =~ s{"$public_url"}{"https://tr.example.com/taskrouter"}r);
    refused('a comment without end', "$good /* x");
    refused('a key twice', '{"account_sid":"' . $account . '","account_sid":"' . $account . '"}', undef, qr/line 1, column \d+: .*(?:repeated|twice)/);
    refused('text behind it', "$good x");
    refused('cut short', substr $good, 0, -1);
    refused('an empty file', '');
    refused('a list', '[]');
    refused('a trailing comma', $good =~ s/\}$/,}/r);
    refused('a wrong escape', '{"account_sid":"\q"}');
    refused('deep nesting', '{"create_task":{"attributes":' . '[' x 40 . ']' x 40 . '}}');
};

subtest 'keys' => sub {
    refused('an unknown key', { opperator_token => 'x' }, 'opperator_token', qr/\boperator_token\b/);
    refused('an unknown key below', { limits => { bodyy => 1 } }, 'limits.bodyy', qr/\bbody\b/);
    refused('a wrong type', { limits => { body => 'x' } }, 'limits.body');
    refused('too small', { rest => { timeout => -1 } }, 'rest.timeout');
    refused('a wrong word', { signature => 'maybe' }, 'signature', qr/\bon\b.*\boff\b|\boff\b.*\bon\b/);
    refused('a wrong sid', { workspace_sid => 'WS1' }, 'workspace_sid');
    refused('a sid of another kind', { workspace_sid => sid('WW') }, 'workspace_sid');
    refused('attributes that are no object', { create_task => { attributes => [1] } }, 'create_task.attributes');
    refused('a public_url without scheme', { public_url => 'tr.example.com' }, 'public_url');
    refused('plain http to another host', { api_url => 'http://taskrouter.example.com' }, 'api_url');
    accepted('... unless it is allowed', { api_url => 'http://taskrouter.example.com', allow_plain_http => JSON::PP::true() });
    accepted('plain http to this machine', { api_url => 'http://127.0.0.1:8015' });
    refused('another scheme', { api_url => 'file:///etc/passwd' }, 'api_url');
    my $said = refused('several errors', { surprise => 1, workspace_sid => 'x', limits => { body => 'x' } });
    for my $key ('surprise', 'workspace_sid', 'limits.body') {
        like $said, qr/: \Q$key\E\b/, "... $key is named";
    }
};

subtest 'instructions' => sub {
    my $default = sub { { assignment => { default => $_[0] } } };
    accepted($_->[0], $default->($_->[1])) for
        ['accept', { instruction => 'accept' }], ['decide later', {}],
        ['reject', { instruction => 'reject', activity_sid => sid('WA') }],
        ['dequeue', { instruction => 'dequeue', to => '+15005550006', timeout => 30 }],
        ['call', { instruction => 'call', from => '+15005550006', to => '+15005550007', url => 'https://example.com/x' }],
        ['redirect', { instruction => 'redirect', call_sid => sid('CA'), url => 'https://example.com/x' }],
        ['conference', { instruction => 'conference' }];
    refused('an unknown instruction', $default->({ instruction => 'acccept' }), 'assignment.default.instruction', qr/accept/);
    refused('no instruction, but something else', $default->({ to => 'x' }), 'assignment.default');
    refused('an unknown parameter', $default->({ instruction => 'reject', activity => 'x' }), 'assignment.default.activity',
        qr/activity_sid/);
    refused('a wrong activity', $default->({ instruction => 'reject', activity_sid => 'x' }),
        'assignment.default.activity_sid', qr/40100/);
    refused('call without a url', $default->({ instruction => 'call', to => '+15005550007' }), 'assignment.default',
        qr/4011\d/);
    refused('a Workflow that is none', { assignment => { workflows => { WW1 => {} } } }, 'assignment.workflows.WW1');
};

subtest 'phone calls' => sub {
    my ($one, $two) = map { { digits => "$_", prompt => 'x' } } qw(1 2);
    accepted('a menu', { calls => { menu => [$one, $two], greeting => { play => '/x' } } });
    refused('a menu without a Workflow', { workflow_sid => undef, calls => { menu => [$one, $two] } }, 'calls.menu', qr/workflow_sid/);
    refused('a default that is not in it', { calls => { menu => [$one, $two], default => '3' } }, 'calls.default');
    refused('the same digits twice', { calls => { menu => [$one, $one] } }, 'calls.menu.2', qr/choice 1/);
    write_configuration($file);
    my ($status, $said) = run_program(['-T', '-c', $file]);
    like $said, qr/"menu": \[\{"digits": "1", "prompt": "Para espa\xc3\xb1ol oprime el uno\."/, '-T shows the menu of the quickstart';
};

subtest 'secrets' => sub {
    chmod 0644, write_configuration($file);
    my ($status, $said) = run_program(['-t', '-c', $file]);
    is $status, 78, 'a file with secrets that others may read is refused';
    like $said, qr/0?600|chmod|readable/, '... and says why';
    write_file($file, json_text(configuration(allow_readable_secrets => JSON::PP::true())), 0644);
    is((run_program(['-t', '-c', $file]))[0], 0, '... unless it is allowed');
    my $secret = write_file("$directory/token", "$auth_token\n", 0600);
    accepted('a secret in a file', { auth_token => undef, auth_token_file => $secret });
    chmod 0640, $secret;
    refused('a secret file that the group may read', { auth_token => undef, auth_token_file => $secret }, 'auth_token_file');
    refused('a secret file that is not there', { auth_token => undef, auth_token_file => "$directory/none" },
        'auth_token_file');
    write_configuration($file, api_key => sid('SK'), api_secret => $api_secret);
    ($status, $said) = run_program(['-T', '-c', $file]);
    is $status, 0, '-T';
    like $said, qr/"workspace_sid"/, '... prints the configuration';
    unlike $said, qr/\Q$_\E/, '... without a secret' for @secrets;
    my $conference = { instruction => 'conference', sip_auth_password => 'open"sesame', timeout => 10 };
    write_configuration($file, assignment => { default => $conference, task_queues => { sid('WQ') => $conference } });
    ($status, $said) = run_program(['-T', '-c', $file]);
    is $status, 0, 'an instruction with a password';
    like $said, qr/"timeout":10/, '... is shown by -T';
    unlike $said, qr/sesame/, '... without the password';
    chmod 0644, $file;
    ($status, $said) = run_program(['-t', '-c', $file]);
    like $said, qr/assignment\.\w+\S*sip_auth_password: a secret|auth_token: a secret/, '... and counts as a secret of the file';
    write_configuration($file, '{"account_sid": "' . $account . '", "auth_token": "' . $auth_token . '", "x": }');
    ($status, $said) = run_program(['-t', '-c', $file]);
    unlike $said, qr/\Q$auth_token\E/, 'nor does a syntax error show one';
};

subtest 'the environment' => sub {
    my %environment = (TWILIO_ACCOUNT_SID => $account, TWILIO_AUTH_TOKEN => $auth_token,
        TASKROUTER_PUBLIC_URL => $public_url, TASKROUTER_WORKSPACE_SID => sid('WS'), TASKROUTER_WORKFLOW_SID => sid('WW'),
        TASKROUTER_OPERATOR_TOKEN => $operator_token);
    write_configuration($file);
    my ($status, $said) = run_program(['-T', '-c', $file], %environment, TASKROUTER_WORKSPACE_SID => sid('WS', 9));
    like $said, qr/WS0{30}09|WS0+9/, 'wins over the file';
    unlike $said, qr/\Q$_\E/, '... and its secrets are masked too' for @secrets;
    ($status, $said) = run_program(['-t'], %environment);
    is $status, 0, 'is enough alone' or diag $said;
    ($status, $said) = run_program(['-t', '-c', $file], TASKROUTER_WORKSPACE_SID => 'WS1');
    is $status, 78, 'is checked like the file';
    like $said, qr/TASKROUTER_WORKSPACE_SID/, '... with the name of the variable';
    my $secret = write_file("$directory/token", "$auth_token\n", 0600);
    ($status, $said) = run_program(['-t'], TWILIO_ACCOUNT_SID => $account, TWILIO_AUTH_TOKEN_FILE => $secret,
        TASKROUTER_PUBLIC_URL => $public_url);
    is $status, 0, 'secrets may come from files' or diag $said;
};

done_testing;
