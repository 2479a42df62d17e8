package TaskRouter::Source;

# The project's own text, for the tests in t/lint.

use strict;
use warnings;
use Cwd qw(abs_path);
use Exporter qw(import);
use File::Basename qw(dirname);
use File::Find ();

our @EXPORT_OK = qw(top_directory project_files c_files text_of code_of includes_of functions_of x_macro_rows is_table);

# Not ours, or made by a build in the source folder.
my $foreign_folder = qr{^(?:\.git|\.svn|autom4te\.cache|build-aux|_build|_inst|\.deps|node_modules|CVS|taskrouter-fcgi-.*)$};
my $foreign_file = qr{^(?:configure~?|Makefile(?:\.in)?|aclocal\.m4|config\.(?:h|h\.in|log|status)|config\.h\.in~|stamp-h1)$};

my $top = abs_path(dirname(__FILE__) . '/../../..');

sub top_directory { return $top }

# Paths below the top folder of all files whose name matches, sorted.
sub project_files {
    my ($pattern, @folders) = @_;
    my @found;
    my $collect = sub {
        my $name = (m{([^/]+)$})[0];
        if (-d $_) {
            $File::Find::prune = 1 if $name =~ $foreign_folder || $_ ne $top && -e "$_/config.status";
            return;
        }
        return if $name =~ $foreign_file || -l $_;
        push @found, s{^\Q$top\E/}{}r if $name =~ $pattern;
    };
    my @start = grep { -e $_ } map { "$top/$_" } @folders;
    File::Find::find({ wanted => $collect, no_chdir => 1 }, @folders ? @start : $top);
    return sort @found;
}

sub c_files { return project_files(qr/\.[ch]$/, @_) }

sub text_of {
    my $path = shift;
    open my $file, '<', "$top/$path" or die "$path: $!";
    local $/;
    return scalar <$file>;
}

# The text with comments and the contents of strings and characters blanked; line numbers stay.
sub code_of {
    my $text = text_of(shift);
    $text =~ s{(/\*.*?\*/)|//[^\n]*|"((?:[^"\\\n]|\\.)*)"|'(?:[^'\\\n]|\\.)*'}
        {my $all = $&; my $quote = substr($all, 0, 1); my $blank = $all =~ s/[^\n]/ /gr; $quote eq '/' ? $blank : $quote . substr($blank, 2) . $quote}gse;
    return $text;
}

# [line number, '<' or '"', header] of each #include.
sub includes_of {
    my @found;
    my $line = 0;
    for (split /\n/, text_of(shift)) {
        $line++;
        push @found, [$line, $1, $2] if /^\s*#\s*include\s*([<"])([^>"]+)[>"]/;
    }
    return @found;
}

# [name, first line, number of lines] of each function that is defined, as the house style writes them: the name at
# the beginning of a line, the closing brace alone on one.
sub functions_of {
    my @lines = split /\n/, code_of(shift);
    my @found;
    my ($name, $start);
    for my $i (0 .. $#lines) {
        if (!defined $name) {
            ($name, $start) = ($1, $i) if $lines[$i] =~ /^([a-z_]\w*)\(/i;
        } elsif ($lines[$i] =~ /^\}/) {
            push @found, [$name, $start + 1, $i - $start + 1];
            undef $name;
        } elsif ($lines[$i] =~ /;\s*$/ && !grep { /^\{/ } @lines[$start .. $i]) {
            undef $name;    # a declaration
        }
    }
    return @found;
}

# The first argument of every row MACRO(…) of a table header.
sub x_macro_rows {
    my ($path, $macro) = @_;
    return code_of($path) =~ /^\s*\Q$macro\E\(\s*(\w+)/gm;
}

# A table header holds rows for a macro of its includer: no include guard, no code.
sub is_table { return text_of(shift) !~ /^#ifndef \w+_H$/m }

1;
