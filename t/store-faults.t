# Each call of SQLite, each system call and each allocation of SQLite's fails in turn, once or from then on: a write either
# says that it failed and nothing of it is there on reopening, or that it succeeded and all of it is there. Never a signal, never
# half a group, never a store that does not open.
use strict;
use warnings;
use Errno qw(ENOSPC);
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use TaskRouter::Process qw(time_limit temporary_directory run_command find_command program_path is_sanitized);

plan skip_all => 'sanitizers bring an allocator of their own' if is_sanitized();
my $compiler = find_command('cc', 'gcc', 'clang') or plan skip_all => 'no C compiler';
time_limit(600);

# Thousands of stores: in memory, where that can be had.
$ENV{TMPDIR} = '/dev/shm' if -d '/dev/shm' && -w _;
my $directory = temporary_directory();
my $program   = program_path('t/unit/store.t');
my $library   = "$directory/sqlite-fault.so";
my $file      = "$directory/x.db";
my $compiled  = run_command([$compiler, '-shared', '-fPIC', '-O1', '-o', $library,
    "$FindBin::Bin/preload/sqlite-fault.c", '-ldl'], keep_user => 1);
is $compiled->{status}, 0, 'the preload is built' or BAIL_OUT($compiled->{err});

my $runs = 0;

sub run {
    my ($arguments, %environment) = @_;
    my $log = sprintf '%s/log.%d', $directory, $runs++ % 8;
    mkdir $log;
    return run_command([$program, @$arguments], keep_user => 1, directory => $log,
        environment => %environment ? { LD_PRELOAD => $library, %environment } : {}, seconds => 60);
}

sub remove_store { unlink glob "$file*" }

# One run with the fault and a look at what it left: what is wrong, whether the fault was felt at all, and what it did.
# CRASH: the program dies when it was told of the fault.
sub exercise {
    my (%environment) = @_;
    my $crashes = delete $environment{CRASH};
    remove_store();
    my $run = run([$crashes ? 'crash' : 'exercise', $file], FAULT_FILE => $file, %environment);
    my %answer = (felt => scalar($run->{err} =~ /^fault: /m), text => $run->{out});
    return { %answer, wrong => "status $run->{status}, signal " . ($run->{signal} // '?') . ": $run->{err}" }
        if $run->{status} != 0 || $run->{signal};
    my $look = run(['look', $file]);
    return { %answer, wrong => "does not open again: $look->{out}" } if $look->{status} != 0;

    my %there = $look->{out} =~ /^group (\d+) (\w+)$/gm;
    my %seen = $run->{out} =~ /^seen (\d+) (\w+)$/gm;
    my @wrong;
    for my $group (1 .. 5) {
        my ($told) = $run->{out} =~ /^write $group (stored|failed)/m;
        my $expected = ($told // 'failed') eq 'stored' ? 'whole' : 'absent';
        push @wrong, "group $group: told $told, in the process $seen{$group}" if $seen{$group} && $seen{$group} ne $expected;
        next if $there{$group} eq $expected;
        # What fails for ever cannot be undone either; but half of it must not be there.
        if ($environment{FAULT_ON} && $expected eq 'absent' && $there{$group} eq 'whole') {
            $answer{undecided}++;
            next;
        }
        push @wrong, "group $group: told " . ($told // 'nothing') . ", is $there{$group}";
    }
    my ($purge) = $run->{out} =~ /^purge (stored|failed)/m;
    my ($purged) = $look->{out} =~ /^purged (yes|no)$/m;
    push @wrong, "purge told $purge, purged $purged"
        if $purge && $there{1} eq 'whole' && ($purge eq 'stored') != ($purged eq 'yes') && !$environment{FAULT_ON};
    $answer{failed} = () = $run->{out} =~ /^write \d+ failed|^purge failed|^open failed/gm;
    push @wrong, "one fault made $answer{failed} fail" if $answer{failed} > 1 && !$environment{FAULT_ON};
    return { %answer, wrong => join '; ', @wrong };
}

# Fails every `step`-th call until a run is not disturbed any more; `least` is how many calls there must be.
sub torture {
    my ($function, $step, $least, $is_felt, %environment) = @_;
    my $name = "$function, " . ($environment{FAULT_ON} ? 'from then on' : 'once') . ($environment{CRASH} ? ', then killed' : '');
    my (@wrong, $failed, $undecided) = ();
    my $n = 1;
    for (;; $n += $step) {
        my $run = exercise(FAULT_FUNCTION => $function, FAULT_AT => $n, %environment);
        push @wrong, "call $n: $run->{wrong}\n$run->{text}" if $run->{wrong};
        $failed += $run->{failed} // 0;
        $undecided += $run->{undecided} // 0;
        last if !$run->{felt} || @wrong > 3;
    }
    is_deeply \@wrong, [], "$name: each time all or nothing" . ($undecided ? " ($undecided undecided)" : '');
    cmp_ok $n, '>', $least, "... $n calls";
    cmp_ok $failed, '>', 0, "... $failed times something was told to have failed" if $is_felt;
}

my $whole = exercise(FAULT_FUNCTION => 'none');
is $whole->{wrong}, '', 'undisturbed, all is well';
unlike $whole->{text}, qr/failed|absent|torn/, '... and everything is stored';

# How many calls are skipped between two, where they are many and alike.
my ($wide, $some, $rare) = $ENV{TASKROUTER_LONG} ? (1, 1, 1) : (11, 3, 97);
torture('sqlite3_step',        1,     100,  1);
torture('sqlite3_exec',        1,     3,    1);
torture('sqlite3_prepare_v2',  1,     5,    1);
torture('sqlite3_prepare_v3',  1,     40,   1);
torture('sqlite3_bind_int64',  $wide, 100,  1);
torture('sqlite3_bind_null',   $wide, 100,  1);
torture('sqlite3_bind_text64', $wide, 100,  1);
torture('sqlite3_column_text', $wide, 100,  0);
torture('sqlite3_open_v2',     1,     1,    1);
torture('malloc',              $rare, 1000, 1);
torture('pwrite64',            1,     100,  1);
torture('pread64',             1,     10,   1);
torture('fdatasync',           1,     8,    1);
torture('ftruncate64',         1,     1,    0);
torture('unlink',              1,     1,    0);
torture('open64',              1,     2,    1);
torture('sqlite3_step',        $some, 100,  1, CRASH => 1);
torture('pwrite64',            $some, 100,  1, CRASH => 1);
torture('fdatasync',           1,     8,    1, CRASH => 1);
torture('malloc',              $rare, 1000, 1, CRASH => 1);
torture('sqlite3_step',        $some, 100,  1, FAULT_ON => 1);
torture('sqlite3_bind_text64', $wide, 100,  1, FAULT_ON => 1);
torture('pwrite64',            $some, 100,  1, FAULT_ON => 1);
torture('pwrite64',            $some, 100,  1, FAULT_ON => 1, FAULT_ERRNO => ENOSPC);
torture('fdatasync',           1,     8,    1, FAULT_ON => 1);
torture('malloc',              $rare, 1000, 1, FAULT_ON => 1);

subtest 'each write waits for the disk' => sub {
    my $n = 1;
    $n++ until exercise(FAULT_FUNCTION => 'fdatasync', FAULT_AT => $n)->{text} =~ /^write 1 failed/m || $n > 20;
    cmp_ok $n, '<', 20, "fsync $n is the first write's";
    for my $group (1 .. 5) {
        my $run = exercise(FAULT_FUNCTION => 'fdatasync', FAULT_AT => $n + $group - 1);
        like $run->{text}, qr/^write $group failed: \Q$file\E: disk I\/O error \(Input\/output error\)$/m,
            "and one for each: write $group, in words";
    }
};

subtest 'a full disk says so, and writing goes on when there is room' => sub {
    my ($n, $stuck, %seen) = (1, 0);
    while ($n < 1000) {
        my $run = exercise(FAULT_FUNCTION => 'pwrite64', FAULT_AT => $n++, FAULT_ERRNO => ENOSPC);
        last if !$run->{felt};
        $seen{$1}++ while $run->{text} =~ /^(write \d failed.*)$/mg;
        $stuck++ if $run->{text} =~ /^write 4 failed/m && $run->{text} !~ /^write 5 stored/m;
    }
    is_deeply [grep { !/: \Q$file\E: database or disk is full$/ } keys %seen], [], 'in words';
    cmp_ok scalar(keys %seen), '==', 5, 'each write met it';
    is $stuck, 0, 'and the next one found room';
};

subtest 'a log that cannot be copied back does not grow for ever' => sub {
    remove_store();
    my $run = run(['fill', $file, 1_000_000], FAULT_FILE => "$file\$", FAULT_FUNCTION => 'fdatasync', FAULT_AT => 4,
        FAULT_ON => 1);
    like $run->{out}, qr{^written (\d\d), then: \Q$file\E: disk I/O error \(Input/output error\)$}, 'it is refused in time';
    my $kept = ($run->{out} =~ /^written (\d+)/)[0] // 0;
    cmp_ok $kept, '>', 50, "... after $kept MB";
    cmp_ok -s "$file-wal", '<', 80_000_000, '... the log is ' . (-s "$file-wal") . ' bytes';
};

done_testing;
