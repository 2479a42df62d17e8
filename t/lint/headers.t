# Each header compiles alone. Needs the Makefile of a configured build, for the compiler and where libraries are.
use strict;
use warnings;
use File::Temp ();
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use TaskRouter::Source qw(c_files code_of is_table top_directory);

my $top = top_directory();
my ($build) = grep { defined && -f "$_/Makefile" && -f "$_/config.h" } $ENV{TASKROUTER_BUILD}, $top, "$top/build";
plan skip_all => 'no configured build found' if !defined $build;

my %variable;
open my $makefile, '<', "$build/Makefile" or die "$build/Makefile: $!";
while (<$makefile>) {
    $variable{$1} = $2 if /^(CC|[A-Z]+_CFLAGS) = ?(.*)$/;
}
close $makefile;
my @compiler = map { split ' ', $variable{$_} // '' } qw(CC EVENT_CFLAGS JSON_CFLAGS NETTLE_CFLAGS CURL_CFLAGS SQLITE_CFLAGS);
my $folder = File::Temp->newdir;
my $log = "$folder/log";

sub compiles {
    my $text = shift;
    open my $file, '>', "$folder/alone.c" or die $!;
    print $file $text;
    close $file;
    my $pid = fork // die "fork: $!";
    if ($pid == 0) {
        open STDOUT, '>', $log or die $!;
        open STDERR, '>&', \*STDOUT or die $!;
        exec @compiler, qw(-std=c17 -Wall -Wextra -Werror -fsyntax-only), "-I$top/src", "-I$build", "$folder/alone.c" or exit 127;
    }
    waitpid $pid, 0;
    return $? == 0;
}

for my $path (c_files('src')) {
    next if $path !~ m{^src/(.+\.h)$};
    my $name = $1;
    if (is_table($path)) {
        my $rows = code_of($path) =~ s/^\s*#.*$//gmr;    # empty definitions of macros that an includer left out
        like $rows, qr/\A(?:\s*(?:[A-Z_]+(\((?:[^()]|(?1))*\))|(\{(?:[^{}]|(?2))*\}),))*\s*\z/, "$name is a table: rows and nothing else";
        next;
    }
    ok compiles(qq{#include "$name"\n#include "$name"\n}), "$name compiles alone, and twice"
        or diag do { open my $file, '<', $log or die $!; join '', <$file> };
}
ok !compiles(qq{#include "no/such.h"\n}), 'a header that is not there does not compile';
done_testing;
