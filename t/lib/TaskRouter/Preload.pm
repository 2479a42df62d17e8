package TaskRouter::Preload;

# Libraries of t/preload, built for a test: what they are preloaded into meets a disk, a clock or a memory that is not as it
# should be.

use strict;
use warnings;
use Exporter qw(import);
use TaskRouter::Process qw(temporary_directory find_command run_command top_directory);

our @EXPORT_OK = qw(preload);

# The environment that preloads these libraries ("slow-disk"), with these variables besides; undef without a compiler.
sub preload {
    my ($names, %variables) = @_;
    my $compiler = find_command('cc', 'gcc', 'clang') or return undef;
    my $directory = temporary_directory();
    my @libraries;
    for my $name (ref $names ? @$names : $names) {
        push @libraries, "$directory/$name.so";
        my $run = run_command([$compiler, '-shared', '-fPIC', '-O1', '-o', $libraries[-1],
            top_directory() . "/t/preload/$name.c", '-ldl'], keep_user => 1);
        die "$name: $run->{err}" if $run->{status} != 0;
        chmod 0755, $libraries[-1];
    }
    # AddressSanitizer wants to be the first library, unless told that it need not be.
    return { LD_PRELOAD => join(':', @libraries), %variables,
        ASAN_OPTIONS => join(':', $ENV{ASAN_OPTIONS} // (), 'verify_asan_link_order=0') };
}

1;
