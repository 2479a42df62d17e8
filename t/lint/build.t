# Makefile.am lists every source file, and every file that it lists is there.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use TaskRouter::Source qw(c_files project_files text_of top_directory);

my $top = top_directory();
my $makefile = text_of('Makefile.am') =~ s/\\\n/ /gr =~ s/^#.*$//gmr;
my %listed = map { $_ => 1 } $makefile =~ m{(?<![\w./)-])((?:src|man|t)/[\w./@-]+\.[ch])(?![\w.])}g;

ok $listed{$_}, "$_ is in Makefile.am" for c_files('src', 'man', 't/unit', 't/fuzz');
ok -f "$top/$_", "$_ of Makefile.am is there" for sort keys %listed;

my ($programs) = $makefile =~ /^check_PROGRAMS\s*=(.*)$/m;
my %program = map { $_ => 1 } split ' ', $programs // '';
for my $path (project_files(qr/\.c$/, 't/unit', 't/fuzz')) {
    next if text_of($path) !~ /^main\(|^LLVMFuzzerTestOneInput\(/m || $path =~ /standalone/;
    my $name = $path =~ s/\.c$/.t/r;
    ok $program{$name}, "$name is a check program";
    (my $variable = $name) =~ s/\W/_/g;
    ok $makefile =~ /^${variable}_SOURCES\s*=.*\Q$path\E/m, "$name is made of $path";
}
for my $path (project_files(qr/\.c$/, 't/fuzz')) {
    my ($name) = $path =~ m{^t/fuzz/(\w+)\.c$} or next;
    next if $name eq 'standalone';
    my @seeds = project_files(qr/./, "t/fuzz/seeds/$name");
    cmp_ok scalar @seeds, '>', 0, "$path has seeds";
}

# Whoever reads or installs the manual pages does not see the names that stand for something in their sources.
my ($built) = grep { defined && -f "$_/man/taskrouterd.8" } $ENV{TASKROUTER_BUILD}, $top, "$top/build";
BAIL_OUT('the manual pages are not built: run make, or set TASKROUTER_BUILD') if !defined $built;
my %pages = map { s/\.in$//r => /\.in$/ ? $built : $top } project_files(qr/\.[158](?:\.in)?$/, 'man');
cmp_ok scalar keys %pages, '>=', 5, 'manual pages were found';
for my $page (sort keys %pages) {
    open my $in, '<', "$pages{$page}/$page" or BAIL_OUT("$page: $!");
    my $text = do { local $/; <$in> };
    is_deeply [$text =~ /(@\w+@)/g], [], "$page has no name of a substitution in it";
}
done_testing;
