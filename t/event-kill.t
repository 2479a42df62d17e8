# kill -9 while event callbacks come, by two processes on one store: every Event that was answered 204 is there, once.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use IO::Select;
use JSON::PP ();
use Test::More;
use TaskRouter::Cases qw(event_request);
use TaskRouter::FastCGI;
use TaskRouter::Fixture qw(operator);
use TaskRouter::Process qw(time_limit temporary_directory);
use TaskRouter::Responder;
use TaskRouter::Signature qw(sid);
use Time::HiRes qw(time sleep);

my $rounds = $ENV{TASKROUTER_LONG} ? 1000 : 20;
time_limit(240);
my $json = JSON::PP->new->utf8;
my $directory = temporary_directory();
my ($events, $stores, $total) = (0, 0, 0);
my ($file, %told, %known);

sub request_for {
    my ($number) = @_;
    my $request = event_request(change => { Sid => sid('EV', $number) });
    return TaskRouter::FastCGI::build_request(TaskRouter::Responder::cgi_parameters($request, doubled_headers => 'repeat'),
        $request->{body}, keep => 1);
}

sub start { return TaskRouter::Responder->start_fastcgi(configuration => { store => { file => $file } }) }

# Each of twelve connections, to one of the two, sends the next Event when it has an answer. What a process that was
# killed left without an answer is told to the other one, as TaskRouter does: it may be there already.
sub tell_until {
    my ($end, $responders, $kill_at) = @_;
    my (@senders, @again);
    for my $responder (@$responders) {
        push @senders, map { { responder => $responder, connection => TaskRouter::FastCGI->connect_to(@{ $responder->{where} }) } } 1 .. 6;
    }
    my $is_killed;
    while (time < $end) {
        if (!$is_killed && time > $kill_at) {
            $responders->[0]->process->send_signal('KILL');
            $is_killed = 1;
        }
        my $select = IO::Select->new;
        for my $sender (@senders) {
            if (!$sender->{number}) {
                $sender->{number} = shift @again // ++$events;
                $sender->{connection}->send_bytes(request_for($sender->{number}));
            }
            $select->add($sender->{connection}{socket});
        }
        my %ready = map { fileno($_) => 1 } $select->can_read(0.01);
        for my $sender (@senders) {
            next if !$ready{ fileno $sender->{connection}{socket} };
            my $answer = $sender->{connection}->read_answer(10);
            if ($answer->{status} == 204) {
                $told{ $sender->{number} } = 1;
            } else {
                push @again, $sender->{number};
                $sender->{is_lost} = $answer->{closed};
            }
            delete $sender->{number};
        }
        push @again, map { delete $_->{number} // () } grep { $_->{is_lost} } @senders;
        @senders = grep { !$_->{is_lost} } @senders;
    }
    # What is on its way may be stored or not.
    return map { $_->{number} // () } @senders;
}

sub kept {
    my ($responder) = @_;
    my (%there, $query);
    for ($query = '?PageSize=1000'; defined $query;) {
        my $answer = $responder->fastcgi_request({ method => 'GET', target => "/taskrouter/events$query", headers => [operator()] });
        return if $answer->{status} != 200;
        my $page = $json->decode($answer->{body});
        $there{ hex substr $_->{sid}, 2 }++ for @{ $page->{events} };
        $query = ($page->{meta}{next_page_url} // '') =~ /(\?.*)/ ? $1 : undef;
    }
    return \%there;
}

for my $round (0 .. $rounds - 1) {
    # A store that grows for ever takes ever longer to be looked at.
    ($file, %told) = ("$directory/" . $stores++ . '.db') if $round % 5 == 0;
    my @responders = (start(), start());
    my $begin = time;
    # Short times hit opening and recovery, long ones commits and checkpoints.
    my $kill_at = $begin + 0.25 * rand() ** 2;
    tell_until($kill_at + 0.1, \@responders, $kill_at);
    $responders[1]->process->send_signal('KILL') if $round % 2;
    $_->process->wait_end(10) for @responders[0 .. $round % 2];
    $responders[1]->stop;
    my $look = start();
    my $there = kept($look);
    $look->stop;
    my @lost = grep { !$there->{$_} } keys %told;
    my @twice = grep { $there->{$_} > 1 } keys %$there;
    ok $there && !@lost && !@twice, "round $round: " . keys(%told) . ' told, ' . keys(%$there) . ' kept'
        or diag 'lost: ' . @lost . ', twice: ' . @twice, map { $_->output =~ s/^.* request .*\n//gmr } @responders, $look;
    $total += keys %told if $round % 5 == 4;
}
cmp_ok $total, '>', 20 * $rounds, "$total Events were answered 204";

done_testing;
