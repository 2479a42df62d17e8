# taskrouter-seed(5) and the table of a seed's properties name the same ones, in the same order, with the same presets.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use TaskRouter::Process qw(read_file top_directory);

my $top = top_directory();
my $table = read_file("$top/src/twilio/seed_form_table.c");
my $page = read_file("$top/man/taskrouter-seed.5");

# [kind, name, preset or undef], in order.
my @rows;
my $text = qr/"((?:[^"\\]|\\.)*)"/;
$table =~ s{/\*.*?\*/}{}gs;
my ($body) = $table =~ /seed_properties\[\] = \{(.*?\n)\};/s;
while ($body =~ /(?:SAME\((\w+),\s*$text,|NAME_OF\((\w+),\s*$text,|\{SEED_(\w+),\s*$text,)(.*?)[)}],\n/gs) {
    my ($kind, $name, $rest) = ($1 // $3 // $5, $2 // $4 // $6, $7);
    push @rows, [$kind, $name, $rest =~ /$text\s*\z/ ? $1 : undef];
}
cmp_ok scalar(@rows), '>', 30, 'the table is read';

my ($list) = $table =~ /seed_kind_rows\[SEED_KINDS\] = \{(.*?)\n\};/s;
my %noun = $list =~ /\[SEED_(\w+)\] = \{"\w+", "(\w+)"/g;
my %title = map { my $plural = $noun{$_} =~ s/y$/ie/r . 's'; $plural => $_ } keys %noun;
my @documented;
my $kind;
for my $line (split /\n/, $page) {
    if ($line =~ /^\.S[sh] (\w+)/) {
        $kind = $title{$1};
    } elsif ($kind && $line =~ /^\.It Ic (\w+)(?: Pq (.*))?$/) {
        my ($name, $preset) = ($1, $2);
        push @documented, [$kind, $name, defined $preset && $preset eq 'Qq' ? '' : $preset];
    }
}
is_deeply \@documented, \@rows, 'the page has what the table has';
done_testing;
