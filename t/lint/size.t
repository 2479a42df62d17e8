# Functions and files that are too long to be read in one go.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use TaskRouter::Source qw(c_files functions_of text_of);

my $function_lines = 80;
my $file_lines = 600;

my $functions = 0;
for my $path (c_files('src', 'man')) {
    my @long;
    for (functions_of($path)) {
        my ($name, $line, $lines) = @$_;
        $functions++;
        push @long, "$name (line $line) has $lines lines" if $lines > $function_lines;
    }
    is_deeply \@long, [], "$path: no function above $function_lines lines";
    my @lines = split /\n/, text_of($path);
    cmp_ok scalar @lines, '<=', $file_lines, "$path: at most $file_lines lines";
}
cmp_ok $functions, '>', 100, 'the functions were found';
done_testing;
