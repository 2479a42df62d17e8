# Functions that are not used, licence lines, and what must not stand in any file.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use TaskRouter::Source qw(c_files code_of project_files text_of);

# Unbounded, locale-dependent, not reentrant, or replaced by something of ours.
my @banned = qw(strcpy strcat strncpy strncat sprintf vsprintf strtok atoi atol atoll atof sscanf gets gmtime localtime
    ctime asctime rand srand system popen select tmpnam mktemp alloca FCGX_FPrintF FCGX_OpenSocket FCGX_ShutdownPending);
my $banned = join '|', @banned;

for my $path (c_files('src', 'man', 't/unit', 't/fuzz')) {
    my @faults;
    my $line = 0;
    for (split /\n/, code_of($path)) {
        $line++;
        push @faults, "line $line: $1" while /\b($banned)\s*\(/g;
    }
    is_deeply \@faults, [], "$path uses no banned function";
}

for my $path (c_files(), 'configure.ac', 'Makefile.am') {
    my $text = text_of($path);
    my ($head) = $text =~ /\A((?:[^\n]*\n){1,3})/;
    like $head // '', qr/SPDX-License-Identifier: MIT/, "$path has its SPDX line";
}

# Folders of the machine that a file was written on, and marks of unfinished work.
my $machine = join '|', map { "/$_/" } qw(work root home);
my $unfinished = join '|', map { join '', @$_ } ['TO', 'DO'], ['FIX', 'ME'], ['XX', 'X:'];
for my $path (project_files(qr/./)) {
    next if -B TaskRouter::Source::top_directory() . "/$path" || $path =~ m{^t/fuzz/seeds/};
    my (@places, @marks);
    my $line = 0;
    for (split /\n/, text_of($path)) {
        $line++;
        push @places, "line $line: $&" if m{(?<![\w.\$\})])(?:$machine)};
        push @marks, "line $line: $&" if /\b(?:$unfinished)\b/;
    }
    is_deeply \@places, [], "$path names no folder of a machine";
    is_deeply \@marks, [], "$path has nothing unfinished";
}
done_testing;
