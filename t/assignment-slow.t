# A disk whose fsync takes seconds: assignment callbacks are answered in time all the same, by FastCGI and by CGI, and what the
# disk has in the end is what was really answered.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use TaskRouter::Guarded;
use TaskRouter::Preload qw(preload);
use TaskRouter::Process qw(time_limit temporary_directory wait_until write_file);
use TaskRouter::Responder;
use Time::HiRes qw(time);

plan skip_all => 'times mean nothing under a wrapper' if $ENV{TASKROUTER_WRAPPER};
time_limit(120);

subtest 'a disk whose fsync takes 5 s' => sub {
    my $directory = temporary_directory();
    my $flag = "$directory/slow";
    my $environment = preload('slow-disk', SLOW_SYNC => 5_000_000, SLOW_FLAG => $flag)
        or plan skip_all => 'no C compiler';
    my $responder = guarded($directory, environment => $environment, deadline => 3.5);
    rule_works($responder, 'before');
    my $before = p99($responder, 0.3);
    write_file($flag, '');
    my @numbers = in_time($responder, 'slow', deadline => 3.5, before => $before);
    my $repeated = finish(begin($responder, callback('work', $numbers[0])));
    is $repeated->{body}, $fallback, 'repeated at once: the fallback';
    cmp_ok $repeated->{took}, '<', 0.5, '... without waiting again';
    my $second = guarded($directory, environment => $environment, deadline => 2);
    my @answers = map { finish($_) } map { begin($second, callback($_ % 2 ? 'work' : 'time', $_)) } @numbers;
    is_deeply [map { $_->{body} } @answers], [($fallback) x @numbers], 'another process: the same';
    unlink $flag;
    wait_until(10, sub { $responder->fastcgi_transport->request(callback('time', 199))->{body} eq $own });
    wait_until(5, sub { metric($responder, 'taskrouter_callbacks_late_total') > 0 });
    cmp_ok metric($responder, 'taskrouter_callbacks_late_total'), '>', 0, 'what came late was counted';
    fallback_stays($_, \@numbers, 'afterwards') for $responder, $second;
    rule_works($_, 'afterwards') for $responder, $second;
    never_done(\@numbers, 'still nothing was done');
    $_->stop for $responder, $second;
};

subtest 'CGI and a slow disk' => sub {
    my $directory = temporary_directory();
    my $environment = preload('slow-disk', SLOW_SYNC => 1_500_000, SLOW_FLAG => "$directory/slow")
        or plan skip_all => 'no C compiler';
    my $responder = guarded($directory);
    rule_works($responder, 'before');
    my $program = TaskRouter::Responder->prepare(configuration => rules_configuration($directory, deadline => 1), environment => $environment);
    write_file("$directory/slow", '');
    my $number = next_numbers();
    my $call = start_cgi($program, callback('work', $number));
    is $call->{body}, $fallback, 'the fallback';
    cmp_ok $call->{took}, '<', 1 + $patience, '... in time, and the answer ends there';
    ok !$call->{process}->ended, '... while the process waits for the disk';
    my $direct_call = start_cgi($program, callback('else', $number));
    is $direct_call->{body}, $direct, 'no store, no wait';
    ok $direct_call->{process}->wait_end(1), '... for the process neither';
    ok $call->{process}->wait_end(20), 'the process ends in the end';
    unlink "$directory/slow";
    is $responder->cgi_transport->request(callback('work', $number))->{body}, $fallback, 'the next one gets the same';
    never_done([$number], 'no work was done');
    $responder->stop;
};

done_testing;
