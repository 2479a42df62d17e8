# The systemd units: well formed, and hardened.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use TaskRouter::Process qw(time_limit temporary_directory write_file program_copy find_command run_command);
use TaskRouter::Servers;

my $missing = TaskRouter::Servers::missing('systemd-analyze');
plan skip_all => $missing if $missing;
my $analyze = find_command('systemd-analyze');
time_limit(60);

my $directory = temporary_directory();
my $program = program_copy($directory);
my @units = ('taskrouter.service', 'taskrouter@.service', 'taskrouterd.service');
write_file("$directory/$_", TaskRouter::Servers::shipped("systemd/$_")) for 'taskrouter.socket', 'taskrouterd.socket';
for my $unit (@units) {
    my $installed = $unit =~ /^taskrouterd/ ? '/usr/local/sbin/taskrouterd' : '/usr/local/libexec/taskrouter-fcgi/taskrouter.fcgi';
    write_file("$directory/$unit", TaskRouter::Servers::shipped("systemd/$unit", $installed => $program));
}

sub complaints {
    my @files = @_;
    my $run = run_command([$analyze, 'verify', '--man=no', @files], environment => { SYSTEMD_UNIT_PATH => "$directory:" },
        seconds => 30);
    return join '', grep { /taskrouter/ } map { "$_\n" } split /\n/, $run->{err};
}

is complaints("$directory/taskrouter.socket", "$directory/taskrouter.service"), '', 'systemd-analyze verify has no complaint';
is complaints("$directory/taskrouter\@2.service"), '', '... nor about an instance of the template';
is complaints("$directory/taskrouterd.socket", "$directory/taskrouterd.service"), '', '... nor about taskrouterd';

my $broken = temporary_directory();
write_file("$broken/taskrouter.service", "[Service]\nExecStart=$program\nNoNewPrivilege=yes\n");
isnt complaints("$broken/taskrouter.service"), '', 'a misspelt directive would be found';

for my $unit ('taskrouter.service', 'taskrouter@2.service', 'taskrouterd.service') {
    my $run = run_command([$analyze, 'security', '--offline=true', '--threshold=15', '--no-pager', "$directory/$unit"],
        environment => { SYSTEMD_UNIT_PATH => "$directory:" }, seconds => 30);
    my ($exposure) = ($run->{out} . $run->{err}) =~ /exposure level for \S+: (\d+\.\d+)/i;
    ok defined $exposure && $exposure <= 1.5, "$unit: exposure at most 1.5 (" . ($exposure // 'unknown') . ')'
        or diag $run->{out}, $run->{err};
}

done_testing;
