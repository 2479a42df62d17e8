# Tables that are searched or shown are sorted, complete and without doubles; the manual page has all their rows.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use TaskRouter::Source qw(c_files code_of text_of top_directory x_macro_rows);

sub sorted_and_unique {
    my ($what, @rows) = @_;
    cmp_ok scalar @rows, '>', 3, "$what: rows were found";
    my @wrong = grep { $rows[$_ - 1] ge $rows[$_] } 1 .. $#rows;
    is_deeply [map { $rows[$_] } @wrong], [], "$what: sorted, no row twice";
}

sub unique {
    my ($what, @rows) = @_;
    my %seen;
    cmp_ok scalar @rows, '>', 3, "$what: rows were found";
    is_deeply [grep { $seen{$_}++ } @rows], [], "$what: no row twice";
}

sorted_and_unique('http/meta.h', x_macro_rows('src/http/meta.h', 'META'));
sorted_and_unique('functions of libcurl', code_of('src/twilio/libcurl.h') =~ /^\s*ROW\((\w+)\)/gm);
my ($statuses) = text_of('src/http/response.c') =~ /\} statuses\[\] = \{(.*?)\n\};/s;
sorted_and_unique('statuses', ($statuses // '') =~ /\{(\d+),/g);

my @routes = x_macro_rows('src/responder/routes.h', 'ROUTE');
unique('responder/routes.h', @routes);
for (@routes) {
    my $file = "src/responder/$_.c";
    ok -f top_directory() . "/$file", "the route $_ has a file of its own" or next;
    like text_of($file), qr/^handle_$_\(/m, "and its handler is in it";
}

my @counters = x_macro_rows('src/responder/counters.h', 'COUNTER');
unique('responder/counters.h', @counters);
my @metrics = text_of('src/responder/counters.h') =~ /^COUNTER\(\w+,\s*"(\w+)"/gm;
unique('names of metrics', @metrics);
is scalar @metrics, scalar @counters, 'each counter has a name for Prometheus';
# https://prometheus.io/docs/practices/naming/
like $_, qr/^taskrouter_[a-z_]+_(?:total|seconds|bytes)$/, "$_ ends in its unit" for @metrics;

my @paths = text_of('src/responder/routes.h') =~ m{^ROUTE\(\w+,\s*"(/[^"]*)"}gm;
unique('paths of endpoints', @paths);
is scalar @paths, scalar @routes, 'each route has a path';
my $page = text_of('man/taskrouter.fcgi.8') =~ s/\\-/-/gr =~ s/\\_/_/gr;
for my $path (@paths) {
    my $written = $path =~ s{\*$}{}r;
    like $page, qr{(?<![\w/])\Q$written\E(?!\w)}, "taskrouter.fcgi(8) mentions $path";
}
like $page, qr/(?<!\w)$_(?!\w)/, "taskrouter.fcgi(8) mentions $_" for @metrics;

# { "PageSize", "page_size", …: the parameters of operators' endpoints
my @parameters = map { text_of($_) =~ /\{"([A-Z]\w+)",\s*"([a-z_]+)"/g } grep { m{^src/responder/} } c_files('src/responder');
cmp_ok scalar @parameters, '>', 50, 'parameters of endpoints were found';
while (my ($name, $alias) = splice @parameters, 0, 2) {
    like $page, qr/^\.(?:It )?Li $name(?!\w)/m, "taskrouter.fcgi(8) mentions $name";
    is $alias, lc($name =~ s/(?<=[a-z])(?=[A-Z])/_/gr), "... whose other name is $alias";
}
done_testing;
