# The recipes of examples/clients by which programs with Twilio's own libraries use taskrouterd: each command of the README
# there, word by word as a user types it, but for sudo and for the address, which is random here.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use IO::Socket::INET;
use Test::More;
use TaskRouter::Fixture qw($account $auth_token);
use TaskRouter::Node;
use TaskRouter::Process qw(read_file run_command temporary_directory time_limit top_directory);
use TaskRouter::Servers;
use TaskRouter::Taskrouterd;

time_limit(120);

my $folder = top_directory() . '/examples/clients';
my $modules = TaskRouter::Node::modules() // '';
my $workspaces = 51;    # a client has to fetch a second page

# What a README's line needs besides bash; the reasons for which it cannot be run.
my %needs = (
    'Node.js' => sub { TaskRouter::Node::missing('twilio') },
    'Python' => sub { python_missing() },
    'twilio-cli' => sub { TaskRouter::Node::missing('twilio-cli') },
    'curl' => sub { TaskRouter::Servers::missing('curl') },
);

sub python_missing {
    return undef if eval { run_command(['/usr/bin/python3', '-c', 'import twilio'])->{status} == 0 };
    return TaskRouter::Servers::reason('python3-twilio is not installed');
}

sub name_missing {
    return 'needs root' if $> != 0;
    return TaskRouter::Servers::missing(qw(nginx openssl unshare))
        // (run_command([qw(unshare --mount true)], keep_user => 1)->{status} == 0 ? undef : 'may not mount here');
}

# Each command of the README.
my @recipes = map { /^(\S+) {2,}(.*\.(?:js|py|sh))$/ ? { language => $1, command => $2 } : () }
    split /\n/, read_file("$folder/README");
is_deeply [map { $_->{language} } @recipes],
    [qw(Node.js Python twilio-cli Node.js Python twilio-cli curl Node.js Python curl)], 'the README has the commands';

my $server = TaskRouter::Taskrouterd->start;
my $workspace = $server->new_workspace(FriendlyName => 'The one', Template => 'NONE');
$server->new_workspace(FriendlyName => "Other $_") for 2 .. $workspaces;
$workspace->new_activity('Here', 1);
my $queue = $workspace->queue('Spanish', TargetWorkers => 'speaks == "es"');
my $workflow = $workspace->workflow('Language', { filters => [{ expression => 'selected_language == "es"',
    targets => [{ queue => $queue->{sid} }] }] });
$workspace->worker('Alicia', { speaks => 'es' }, activity => 'Here', capacity => { default => 50 });

my %environment = (TWILIO_ACCOUNT_SID => $account, TWILIO_AUTH_TOKEN => $auth_token,
    TASKROUTER_API_URL => $server->base_url, TASKROUTER_WORKSPACE_SID => $workspace->sid,
    TASKROUTER_WORKFLOW_SID => $workflow->{sid}, NODE_PATH => $modules, HOME => temporary_directory(),
    TWILIO_SKIP_NEW_VERSION_CHECK => 'true', PATH => "$modules/.bin:/usr/bin:/bin:$ENV{PATH}");

# Each its own address, so that several can run at once, here and in other tests.
sub random_address { return join '.', 127, map { 2 + int rand 250 } 1 .. 3 }

# As the user who has the checkout; as-twilio wants root, and Node's packages may be in a folder of its own.
sub begin {
    my ($command, %change) = @_;
    my $address = random_address();
    $command =~ s{^sudo -E (\./as-twilio)}{$1 -a $address};
    return TaskRouter::Process->start(name => 'client', command => ['/bin/bash', '-c', $command], keep_user => 1,
        working_directory => $folder, environment => { %environment, %change });
}

sub run {
    my $process = begin(@_);
    $process->wait_end(60);
    return $process;
}

sub check_recipe {
    my $process = shift;
    $process->wait_end(60);
    is $process->exit_status, 0, 'it ends well' or diag $process->output;
    my @listed = $process->output =~ /\bWS[0-9a-f]{32}\b/g;
    is scalar @listed, $workspaces, 'it lists all Workspaces';
    like $process->output, qr/\bThe one\b/, 'with their names';
    my ($sid) = $process->output =~ /\b(WT[0-9a-f]{32})\b.*\b(?:pending|reserved)\b/s;
    ok $sid, 'it prints SID and assignment_status of a Task' or return diag $process->output;
    my $task = $workspace->task_until($server->fetched($workspace->path('Tasks', $sid)), 'reserved');
    is $task->{attributes}, '{"selected_language":"es"}', 'which is there, with its attributes';
    is $task->{assignment_status}, 'reserved', 'was routed';
    is $workspace->reservation($task)->{worker_name}, 'Alicia', 'and is reserved for the Worker';
}

sub reason_for {
    my $recipe = shift;
    return $needs{ $recipe->{language} }->() // ($recipe->{command} =~ /as-twilio/ ? name_missing() : undef);
}

# All at once: most of the time they wait.
$_->{missing} = reason_for($_) for @recipes;
$_->{process} = begin($_->{command}) for grep { !$_->{missing} } @recipes;
for my $recipe (@recipes) {
    subtest "$recipe->{language}: $recipe->{command}" => sub {
        plan skip_all => $recipe->{missing} if $recipe->{missing};
        check_recipe($recipe->{process});
    };
}
is scalar(() = $server->listed($workspace->path('Tasks'))),
    scalar(grep { $_->{process} } @recipes), 'each created one Task';

# The account that a program was written for must not be asked when the address was forgotten.
my @local = grep { !$_->{missing} && $_->{command} =~ /\.(?:js|py)$/ && $_->{command} !~ /local[-_]client/ } @recipes;
$_->{process} = begin($_->{command}, TASKROUTER_API_URL => '') for @local;
for my $recipe (@local) {
    my $process = $recipe->{process};
    $process->wait_end(60);
    isnt $process->exit_status, 0, "without an address it does not start: $recipe->{command}";
    like $process->output, qr/TASKROUTER_API_URL is not set/, 'and says why';
}

subtest 'a Workspace to try them with' => sub {
    plan skip_all => $needs{curl}->() if $needs{curl}->();
    my ($seed) = read_file("$folder/README") =~ /^ {4}taskrouterd --seed (\S+)$/m;
    my $lines = join "\n", read_file("$folder/README") =~ /^ {4}(export TASKROUTER_\w+=\$\(\n.*?\))$/msg;
    my $seeded = TaskRouter::Taskrouterd->start(arguments => ['--seed', TaskRouter::Process::write_file(
        temporary_directory() . '/seed.json', read_file("$folder/$seed"))]);
    my $process = run("$lines\n./curl.sh && echo \$TASKROUTER_WORKFLOW_SID", TASKROUTER_API_URL => $seeded->base_url,
        TASKROUTER_WORKSPACE_SID => '', TASKROUTER_WORKFLOW_SID => '');
    is $process->exit_status, 0, 'the commands that find it end well';
    like $process->output, qr/"Contact centre"/, 'it is that of the seed' or diag $process->output;
    my ($workspace) = $seeded->listed('/Workspaces');
    my ($workflow) = $seeded->listed("/Workspaces/$workspace->{sid}/Workflows");
    like $process->output, qr/^\Q$workflow->{sid}\E$/m, 'as is the Workflow';
    my ($task) = $seeded->listed("/Workspaces/$workspace->{sid}/Tasks");
    like $task->{assignment_status}, qr/^(?:pending|reserved)$/, 'the Task that is created is one for its TaskQueues';
    is $task->{task_queue_friendly_name}, 'Customer Care Requests - Spanish', '... the Spanish one';
};

subtest 'as-twilio leaves everything else as it is' => sub {
    my $missing = name_missing();
    plan skip_all => $missing if $missing;
    my $temporary = temporary_directory();
    my $address = random_address();
    my $hosts = read_file('/etc/hosts');
    my $inside = run("./as-twilio -a $address getent hosts taskrouter.twilio.com", TMPDIR => $temporary);
    like $inside->output, qr/^\Q$address\E\s+taskrouter\.twilio\.com$/, 'the program sees the name';
    is run("./as-twilio -a $address sh -c 'exit 3'", TMPDIR => $temporary)->exit_status, 3, 'its status is handed on';
    is run("./as-twilio -a $address id -u", TMPDIR => $temporary, SUDO_UID => 65534, SUDO_GID => 65534)->output, "65534\n",
        'it runs as the user who called sudo';
    my $files = run("./as-twilio -a $address sh -c 'ls \${NODE_EXTRA_CA_CERTS%/*}'", TMPDIR => $temporary)->output;
    like $files, qr/^authority\.pem$/m, 'the authority is there';
    unlike $files, qr/^authority\.key$/m, 'its key is gone';
    is read_file('/etc/hosts'), $hosts, 'the machine does not know the name';
    is_deeply [glob "$temporary/*"], [], 'no file is left';
    ok !IO::Socket::INET->new(PeerAddr => $address, PeerPort => 443, Timeout => 1), 'nginx is gone';
    my $refused = run('./as-twilio -a 127.0.0.1.5 true', TMPDIR => $temporary);
    is $refused->exit_status, 2, 'an address that is none is an error';
    like $refused->output, qr/127\.0\.0\.1\.5/, 'which nginx explains';
    is_deeply [glob "$temporary/*"], [], 'and no file is left either';
};

done_testing;
