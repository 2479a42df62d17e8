# An assignment callback is answered in time, whatever the store does behind it: with the fallback, of which no work is done,
# neither then nor when the store works again. Callbacks that need no store do not notice.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use TaskRouter::Guarded;
use TaskRouter::Preload qw(preload);
use TaskRouter::Process qw(time_limit temporary_directory program_path find_command run_command wait_until write_file);

plan skip_all => 'times mean nothing under a wrapper' if $ENV{TASKROUTER_WRAPPER};
time_limit(120);

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
    my $patient = guarded($directory, deadline => 1, store => { timeout => 10 });
    my $hasty = guarded($directory, deadline => 1, store => { timeout => 0.2 });
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
        my $responder = guarded($directory, deadline => 1);
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
    my $responder = guarded($directory, deadline => 1, environment => $environment);
    rule_works($responder, 'before');
    write_file("$directory/full", '');
    my @numbers = in_time($responder, 'full', reason => 'store');
    unlink "$directory/full";
    fallback_stays($responder, \@numbers, 'with room again');
    rule_works($responder, 'with room again');
    $responder->stop;
};

my @mounted;
END {
    my $status = $?;
    run_command([find_command('umount'), '-l', $_], keep_user => 1) for @mounted;
    $? = $status;
}

# Really full, where that can be had.
subtest 'a small tmpfs' => sub {
    my $directory = temporary_directory();
    my $mount = find_command('mount');
    plan skip_all => 'tmpfs cannot be mounted' if !$mount || run_command([$mount, '-t', 'tmpfs', '-o',
        'size=256k,mode=0777', 'tmpfs', $directory], keep_user => 1)->{status} != 0;
    push @mounted, $directory;
    my $responder = guarded($directory, deadline => 1);
    rule_works($responder, 'before');
    open my $filler, '>', "$directory/filler" or die "filler: $!";
    syswrite $filler, 'x' x 4096 or last for 1 .. 100;
    close $filler;
    # The log has some room of its own: what is kept is answered with its own.
    my ($kept, $fallbacks, @numbers) = (0, 0);
    while ($fallbacks < 3 && $kept < 500) {
        my $number = 201 + $kept + $fallbacks;
        my $answer = $responder->fastcgi_transport->request(callback('work', $number));
        $answer->{body} eq $fallback ? $fallbacks++ : $kept++;
        push @numbers, $number if $answer->{body} eq $fallback;
    }
    is $fallbacks, 3, "the fallback, once there is no room ($kept were kept)";
    like $responder->output, qr/warning fallback .*has no room left/, '... and the log says why';
    unlink "$directory/filler";
    ok wait_until(8, sub { $responder->fastcgi_transport->request(callback('time', next_numbers()))->{body} eq $own }),
        'with room again: new ones get their own';
    never_done(\@numbers, 'nothing was done for the fallbacks');
    $responder->stop;
};

subtest 'more callbacks than may wait' => sub {
    my $directory = temporary_directory();
    my $environment = preload('slow-disk', SLOW_SYNC => 1_500_000, SLOW_FLAG => "$directory/slow")
        or plan skip_all => 'no C compiler';
    my $responder = guarded($directory, deadline => 1, environment => $environment, store => { queue => 16 });
    rule_works($responder, 'before');
    write_file("$directory/slow", '');
    my @numbers = next_numbers(20);
    my @answers = map { finish($_) } reverse map { begin($responder, callback('work', $_)) } @numbers;
    is_deeply [map { $_->{body} } @answers], [($fallback) x 20], 'all get the fallback';
    cmp_ok scalar(grep { $_->{took} < 0.5 } @answers), '>=', 4, '... those that may not wait, at once';
    is metric($responder, 'taskrouter_callbacks_fallback_total{reason="queue"}'), 4, '... and are counted so';
    unlink "$directory/slow";
    fallback_stays($responder, \@numbers, 'afterwards');
    $responder->stop;
};

done_testing;
