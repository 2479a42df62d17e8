# The recipe for CI, examples/ci: a seed, an application, its tests with the clock advanced, and what is kept.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::PP ();
use Test::More;
use TaskRouter::Process qw(time_limit temporary_directory free_port program_path run_command find_command read_file write_file);

time_limit(120);
plan skip_all => 'needs curl and python3' if grep { !find_command($_) } 'curl', 'python3';
my $recipe = "$FindBin::Bin/../examples/ci";
my $directory = temporary_directory();
chmod 0755, $directory;
my $seed = read_file("$FindBin::Bin/../examples/seed.json");

# Runs the recipe with a command in a folder of its own; { status, out, err, folder }.
my $runs = 0;
sub recipe {
    my ($command, %environment) = @_;
    my $folder = "$directory/" . ++$runs;
    mkdir $folder, 0777;
    chmod 0777, $folder;
    my $port = free_port();
    write_file("$folder/seed.json", $seed =~ s/127\.0\.0\.1:8080/127.0.0.1:$port/r);
    my $run = run_command([@$command ? ("$recipe/with-taskrouter", @$command) : "$recipe/with-taskrouter"], directory => $folder,
        environment => { TASKROUTERD => program_path('taskrouterd/taskrouterd'), TASKROUTER_FCGI => program_path('taskrouter.fcgi'),
            SEED => "$folder/seed.json", ARTIFACTS => "$folder/kept", PORT => $port, %environment });
    return { %$run, folder => "$folder/kept" };
}

sub kept { my ($run, $name) = @_; return read_file("$run->{folder}/$name") }

subtest 'as it is' => sub {
    my $run = recipe(["$recipe/run-tests", '--verbose']);
    is $run->{status}, 0, 'the tests pass' or diag "$run->{out}$run->{err}";
    like $run->{err}, qr/^Ran 4 tests in /m, '... all of them';
    is_deeply [sort map { s{.*/}{}r } glob "$run->{folder}/*"], ['calls.json', 'debugger.json', 'dump.json', 'taskrouterd.log'],
        'what TaskRouter saw is kept';
    is_deeply +JSON::PP->new->decode(kept($run, 'debugger.json'))->{alerts}, [], '... no alert';
    like kept($run, 'dump.json'), qr/"Customer Care Requests - Spanish"/, '... the Workspace';
    like kept($run, 'taskrouterd.log'), qr/ route=clock status=200 /, '... the log';
};

subtest 'when something is wrong' => sub {
    my $run = recipe(['sh', '-c', 'exit 7']);
    is $run->{status}, 7, 'the status is the command\'s';
    ok -s "$run->{folder}/debugger.json", '... and all is kept';
    $run = recipe(["$recipe/run-tests"], TASKROUTER_FCGI => '/bin/false');
    is $run->{status}, 1, 'an application that does not start';
    like $run->{err}, qr/^run-tests: the application does not answer$/m, '... is named';
    my $create = 'w=$(curl -sS -u "$TWILIO_ACCOUNT_SID:$TWILIO_AUTH_TOKEN" "$TASKROUTER_API_URL/v1/Workspaces" | '
        . 'sed -n "s/.*\"tasks\":\"\([^\"]*\)\".*/\1/p"); curl -sS -o /dev/null -u "$TWILIO_ACCOUNT_SID:$TWILIO_AUTH_TOKEN" "$w" '
        . '-d "Attributes={\"selected_language\":\"es\"}"; curl -sS -o /dev/null -u "$TWILIO_ACCOUNT_SID:$TWILIO_AUTH_TOKEN" '
        . '"$TASKROUTER_API_URL/_local/clock" -d advance=0';
    $run = recipe(['sh', '-c', $create]);
    is $run->{status}, 1, 'a command that is content, and an application that nobody reaches';
    like $run->{err}, qr/^with-taskrouter: TaskRouter's debugger has this to say:$/m, '... which TaskRouter knows of' or diag $run->{err};
    is recipe(['sh', '-c', $create], ALERTS => 'allow')->{status}, 0, '... unless that is allowed';
    $run = recipe(['true'], CLOCK => 'noon');
    is $run->{status}, 1, 'a taskrouterd that does not start';
    like $run->{err}, qr/taskrouterd does not start:\n.*clock/s, '... says why';
    $run = recipe([]);
    is $run->{status}, 2, 'no command';
    like $run->{err}, qr/^usage: with-taskrouter COMMAND/, '... is told what to give';
};

done_testing;
