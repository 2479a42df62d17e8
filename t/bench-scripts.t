# The scripts of bench/ run at all: each once, as short as it can be. What they measure means nothing here.
use strict;
use warnings;
use Cwd qw(abs_path);
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use TaskRouter::Process qw(time_limit temporary_directory run_command find_command program_path is_sanitized);
use TaskRouter::Servers;

plan skip_all => 'not with what sanitizers add' if is_sanitized();
plan skip_all => 'not under a wrapper' if $ENV{TASKROUTER_WRAPPER};
my $missing = TaskRouter::Servers::missing('nginx', 'cc|gcc|clang');
plan skip_all => $missing if $missing;
time_limit(180);

my $bench = abs_path("$FindBin::Bin/../bench");
my $directory = temporary_directory();
my %environment = (
    BENCH_PROGRAMS   => "$directory/programs",
    TASKROUTER_BUILD => $ENV{TASKROUTER_BUILD} // '',
    TASKROUTER_FCGI  => program_path(),
    CC               => $ENV{CC} // find_command('cc', 'gcc', 'clang'),
);
delete $environment{TASKROUTER_BUILD} if $environment{TASKROUTER_BUILD} eq '';

sub run {
    my (@command) = @_;
    return run_command(\@command, keep_user => 1, seconds => 90, environment => \%environment);
}

my $built = run("$bench/build", "$directory/programs");
is $built->{status}, 0, 'bench/build' or BAIL_OUT($built->{err});

my $number = qr/\d+(?:\.\d+)?/;
my @scripts = (
    [ 'cycles', [qw(--rounds 1 --cycles 100 --workers 40), "--folder=$directory"], {
        'cycles of taskrouterd' => qr/^ +taskrouterd +[1-9]\d* /m,
        'cycles of the yardstick' => qr/^ +yardstick +[1-9]\d* /m,
        'their ratio' => qr/^ +ratio +$number .*goal at least 0\.3: /m,
        'requests and rows' => qr/^ +in a cycle +[5-9]\.\d .*requests, [1-9]\d?\.\d .*rows$/m,
        'rows in a transaction' => qr/^ +in a transaction +$number .*rows$/m,
    } ],
    [ 'day', [qw(--rounds 1 --tasks 200 --workers 10), "--folder=$directory"], {
        'three kinds of days' => qr/(?:a day of 200 Tasks and 10 Workers, .*?simulated in +$number .*?goal less than 10 s: .*?){3}/s,
        'every callback' => qr/(?:callbacks answered 200, requests [1-9]\d+, .*?){3}/s,
        'where the time goes' => qr/(?:(?:creating|advancing|looking|completing)[a-zA-Z ]+ $number .*?us each.*?){12}/s,
        'the processes' => qr/(?:^ +CPU +$number .* in taskrouterd, $number .* in the responder, $number .*?){3}/ms,
        'one seed' => qr/^two days of one seed, each change settled: [1-9]\d+ answers, the same bytes$/m,
    } ],
    [ 'growth', [qw(--rounds 1 --assignments 10 --workers 100 --tasks 200 --few 10)], {
        'Workers in the engine' => qr/engine alone.*10 to 100 workers: $number.*?$number times.*?[1-9]\d* bytes each/s,
        'Tasks in the engine' => qr/engine alone.*10 to 200 tasks: $number.*?$number times.*?[1-9]\d* bytes each/s,
        'Workers through REST' => qr/REST API.*10 to 100 workers: $number.*?$number times.*?[1-9]\d* bytes each/s,
        'Tasks through REST' => qr/REST API.*10 to 200 tasks: $number.*?$number times.*?[1-9]\d* bytes each/s,
    } ],
    [ 'events', [qw(--rounds 1 --events 500 --clients 8,16), "--folder=$directory"], {
        'what the disk costs' => qr/^# an fsync in .*: $number ms$/m,
        'both responders' => qr/(?:^ +(?:durable|no-sync) +[1-9]\d* .*?){4}/ms,
        'their ratio' => qr/(?:^ +ratio +$number .*goal at least 0\.5: .*?){2}/ms,
    } ],
    [ 'timers', [qw(--rounds 1 --timers 40 --seconds 1)], {
        'both processes' => qr/^ +empty +$number .*^ +full +$number /ms,
        'the difference' => qr/^ +more with timers: -?\d+ ticks; goal none: /m,
    } ],
    [ 'rules', [qw(--rounds 1 --callbacks 500 --rules 20)], {
        'four configurations' => qr/^  no rules +$number .*^  no condition +$number .*^  one rule +$number .*^  20 rules +$number /ms,
        'the difference' => qr/^  20 rules more than one rule: -?$number .* us; goal at most 10: /m,
    } ],
    [ 'cgi', [qw(--rounds 1 --runs 5)], { 'the ratio' => qr/$number/ } ],
    [ 'memory', [qw(--steps 2 --callbacks 2000 --tasks 200)], { 'the most' => qr/^ +most seen +[1-9]\d*;/m } ],
);
for my $script (@scripts) {
    my ($name, $arguments, $tells) = @$script;
    subtest "bench/$name" => sub {
        my $run = run("$bench/$name", @$arguments);
        is $run->{status}, 0, 'ends well' or diag $run->{out}, $run->{err};
        like $run->{out}, $tells->{$_}, "tells $_" for sort keys %$tells;
    };
}
done_testing;
