# TaskRouter's limit of 3 requests with an expression a second, which all processes on one store share.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use TaskRouter::Fixture qw(operator);
use TaskRouter::Process qw(time_limit temporary_directory);
use TaskRouter::Responder;
use TaskRouter::Signature qw(form_body);
use TaskRouter::Taskrouterd;
use Time::HiRes qw(time);

time_limit(60);
my $server = TaskRouter::Taskrouterd->start;
my $space = $server->new_workspace;
my $directory = temporary_directory();

sub responder {
    my %change = @_;
    return TaskRouter::Responder->start_fastcgi(processes => 2,
        configuration => { api_url => $server->base_url, workspace_sid => $space->sid, %change });
}

# Asks that often at once; gives back [status, Retry-After] of each.
sub at_once {
    my ($responder, $count, $query) = @_;
    my $transport = $responder->fastcgi_transport;
    my @answers;
    my @children = map {
        pipe my $reader, my $writer or die "pipe: $!";
        my $pid = fork // die "fork: $!";
        if ($pid == 0) {
            my $answer = $transport->request({ method => 'GET', target => "/taskrouter/tasks?$query", headers => [operator()] });
            print {$writer} join ' ', $answer->{status}, $answer->{headers}{'retry-after'}[0] // '-';
            close $writer;
            require POSIX;
            POSIX::_exit(0);
        }
        close $writer;
        [$pid, $reader];
    } 1 .. $count;
    for (@children) {
        push @answers, [split / /, readline $_->[1]];
        waitpid $_->[0], 0;
    }
    return @answers;
}

my $expression = form_body(EvaluateTaskAttributes => '1 == 1');
my $responder = responder(store => { file => "$directory/store.db" });
my $began = time;
my @answers = at_once($responder, 14, $expression);
my $took = time - $began;
my @done = grep { $_->[0] == 200 } @answers;
my @refused = grep { $_->[0] == 429 } @answers;
is @done + @refused, 14, 'each is answered, or told that it is too much';
cmp_ok scalar @done, '>=', 6, 'what fits into two seconds is asked';
cmp_ok scalar @done, '<=', 1 + $took / 0.33, '... a third of a second apart, by both processes together';
is_deeply [grep { $_->[1] ne '2' } @refused], [], 'Retry-After says when to come again';
my @plain = at_once($responder, 10, 'PageSize=1');
is_deeply [map { $_->[0] } @plain], [(200) x 10], 'requests without an expression are not counted';
$responder->stop;

$responder = responder();
is_deeply [map { $_->[0] } at_once($responder, 10, $expression)], [(200) x 10],
    'without a store TaskRouter is asked, and refuses by itself';
$responder->stop;
done_testing;
