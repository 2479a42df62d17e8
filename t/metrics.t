# /metrics: Prometheus text, added up over all processes that share metrics_file.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use TaskRouter::Cases qw(callback_request);
use TaskRouter::Fixture qw(operator);
use TaskRouter::Process qw(time_limit temporary_directory);
use TaskRouter::Responder;
use TaskRouter::StandIn;

time_limit(60);
my $stand_in = TaskRouter::StandIn->start;

sub metrics {
    my $responder = shift;
    my $answer = $responder->fastcgi_request({ method => 'GET', target => '/taskrouter/metrics' });
    return $answer->{body};
}

# { 'name{labels}' => value }
sub samples {
    my $text = shift;
    return { map { /^([a-zA-Z_:][\w:]*(?:\{[^}]*\})?) (\S+)$/ ? ($1, $2) : () } split /\n/, $text };
}

# The sum of all samples whose name and labels match.
sub total {
    my ($text, $pattern) = @_;
    my $samples = samples($text);
    my $total = 0;
    $total += $samples->{$_} for grep { $_ =~ $pattern } keys %$samples;
    return $total;
}

my $directory = temporary_directory();
my $responder = TaskRouter::Responder->start_fastcgi(processes => 2,
    configuration => { api_url => $stand_in->url, metrics_file => "$directory/metrics" });
$responder->fastcgi_request(callback_request()) for 1 .. 100;
$responder->fastcgi_request(callback_request(token => 'wrong')) for 1 .. 20;
$responder->fastcgi_request({ method => 'GET', target => '/taskrouter/create_task', headers => [operator()] }) for 1 .. 5;
my $text = metrics($responder);

subtest 'the text' => sub {
    like $text, qr/^# TYPE taskrouter_rule_hits_total counter$/m, "a metric whose label is named later has its type";
    my @wrong = grep { !/^(?:# (?:HELP|TYPE) [a-zA-Z_:][\w:]* .+|[a-zA-Z_:][\w:]*(?:\{(?:\w+="(?:[^"\\\n]|\\.)*",?)+\})? [-+0-9.eEInfNa]+)$/ }
        split /\n/, $text;
    is "@wrong", '', 'every line is Prometheus text';
    like $text, qr/\n\z/, 'the last line is a whole one';
    my %type = $text =~ /^# TYPE (\S+) (\S+)$/mg;
    my @untyped = grep { my $name = s/\{.*//r; !$type{$name} && !$type{ $name =~ s/_(?:bucket|sum|count|total)$//r } }
        keys %{ samples($text) };
    is "@untyped", '', 'every sample has a type';
    unlike $text, qr/marker-/, 'no secret';
};

subtest 'the numbers of two processes add up' => sub {
    my $route = qr/route="\/?assignment_callback"/;
    my $counter = qr/^\w*requests_total\{/;
    is total($text, qr/$counter(?=.*$route)(?=.*="200")/), 100, '100 answered callbacks' or diag $text;
    is total($text, qr/$counter(?=.*$route)(?=.*="403")/), 20, '20 refused ones';
    my $later = metrics($responder);
    cmp_ok total($later, $counter), '>', total($text, $counter), 'counters grow';
};

subtest 'histograms' => sub {
    my $samples = samples($text);
    my %last;
    for my $name (grep { /_bucket\{.*le="/ } keys %$samples) {
        (my $series = $name) =~ s/,?le="([^"]*)"//;
        my $bound = $1;
        $last{$series}{$bound} = $samples->{$name};
    }
    cmp_ok scalar keys %last, '>', 0, 'there is one';
    for my $series (keys %last) {
        my @bounds = sort { $a <=> $b } grep { $_ ne '+Inf' } keys %{ $last{$series} };
        my @counts = map { $last{$series}{$_} } @bounds, '+Inf';
        ok !grep({ $counts[$_] < $counts[ $_ - 1 ] } 1 .. $#counts), "buckets only grow: $series";
    }
};

subtest 'a restart keeps the counters of metrics_file' => sub {
    $responder->stop;
    my $again = TaskRouter::Responder->start_fastcgi(
        configuration => { api_url => $stand_in->url, metrics_file => "$directory/metrics" });
    cmp_ok total(metrics($again), qr/requests_total\{/), '>=', 125, 'as it is with a shared file';
};

subtest 'without metrics_file' => sub {
    my $single = TaskRouter::Responder->start_fastcgi(configuration => { api_url => $stand_in->url });
    $single->fastcgi_request(callback_request()) for 1 .. 7;
    is total(metrics($single), qr/^\w*requests_total\{(?=.*assignment_callback)(?=.*="200")/), 7, 'one process counts for itself';
};

done_testing;
