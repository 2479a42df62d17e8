# Who includes whom: the folders of src are levels, and foreign libraries have one home each.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use TaskRouter::Source qw(c_files includes_of is_table);

# A folder includes only lower levels and itself.
my %level = (
    base => 0,
    codec => 1,
    expr => 2, http => 2, config => 2, metrics => 2,
    gateway => 3, twilio => 3, router => 3,
    rules => 4, store => 4,
    responder => 5, taskrouterd => 5,
    ctl => 6,
);

# Where the headers of a library may be included.
my @homes = (
    [qr{^(?:fcgiapp|fcgi_config|fastcgi)\.h$}, qw(gateway)],
    [qr{^curl/}, qw(twilio)],
    [qr{^sqlite3}, qw(store)],
    [qr{^json-c/}, qw(codec)],
    [qr{^nettle/}, qw(codec twilio taskrouterd)],
    [qr{^event2?/}, qw(gateway twilio responder taskrouterd ctl)],
);

for my $path (c_files('src')) {
    my ($folder, $file) = $path =~ m{^src/([^/]+)/(.+)$} or next;
    my @includes = includes_of($path);
    my @faults;

    ok defined $level{$folder}, "$path lies in a known folder";
    for (@includes) {
        my ($line, $kind, $header) = @$_;
        if ($kind eq '<') {
            my ($home) = grep { $header =~ $_->[0] } @homes;
            push @faults, "line $line: $header has no place here"
                if $home && !grep { $_ eq $folder } @{$home}[1 .. $#$home];
            push @faults, "line $line: $header is banned" if $header eq 'fcgi_stdio.h';
            next;
        }
        next if $header eq 'config.h' && $path eq 'src/base/compat.h';
        my ($other) = $header =~ m{^([^/]+)/};
        if (!defined $other || !defined $level{$other}) {
            push @faults, "line $line: $header is not written with its folder";
        } elsif ($other ne $folder && $level{$other} >= ($level{$folder} // 0) && $file ne 'main.c') {
            push @faults, "line $line: $header is of a level that is not lower";
        }
    }
    is_deeply \@faults, [], "$path includes what it may";
    next if is_table($path) && $path =~ /\.h$/ || $path eq 'src/base/compat.h';
    next if $path =~ /\.h$/ && !@includes;
    # A foreign header may come first in a header that is about it.
    my ($first) = grep { $_->[1] eq '"' } @includes;
    my @own = grep { $_->[1] eq '"' && $_->[2] eq 'base/compat.h' } @includes;
    ok @own, "$path includes base/compat.h";
    is $includes[0][2], 'base/compat.h', "$path includes it first" if $path =~ /\.c$/;
}
done_testing;
