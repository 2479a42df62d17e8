# kill -9 at any moment: what the store said to have is there, and at most what it was about to say; the store opens, and goes on.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use TaskRouter::Process qw(time_limit temporary_directory run_command program_path);
use Time::HiRes qw(sleep);

my $rounds = $ENV{TASKROUTER_LONG} ? 1000 : 20;
time_limit(240);
my $program = program_path('t/unit/store.t');
my $directory = temporary_directory();
# Where fsync costs nothing, more checkpoints are met.
$ENV{TMPDIR} = '/dev/shm' if -d '/dev/shm' && -w _;
my @directories = ($directory, temporary_directory());
my ($file, $last, $total, $longest) = ('', 0, 0, 0.4);

for my $round (0 .. 2 * $rounds - 1) {
    # A store that grows for ever takes ever longer to be looked at.
    ($file, $last) = ("$directories[$round / 10 % 2]/store.$round", 0) if $round % 10 == 0;
    my $writer = TaskRouter::Process->start(command => [$program, 'commit', $file], keep_user => 1, directory => $directory,
        name => "round-$round");
    # Short times hit opening and recovery, long ones commits and checkpoints.
    sleep $longest * rand() ** 2;
    $writer->send_signal('KILL');
    $writer->wait_end(10);
    my @told = $writer->output =~ /^(\d+)$/gm;
    my $told = $told[-1] // $last;
    my $running = $writer->signal == 9 && $writer->output !~ /failed/;
    $writer->stop;
    my $look = run_command([$program, 'last', $file], keep_user => 1, directory => $directory, seconds => 60);
    my ($found) = $look->{out} =~ /^last (\d+)$/;
    ok $running && $look->{status} == 0 && defined $found && $found >= $told && $found <= $told + 1,
        "round $round: told $told, found " . ($found // 'nothing') or diag $look->{out}, $writer->output =~ s/^\d+\n//gmr;
    $total += @told;
    $last = $found // 0;
}
cmp_ok $total, '>', $rounds, "$total groups were written";

done_testing;
