# A callback that is repeated gets the answer that it got before, from whichever process, and the work that goes with the answer
# is done once: at every transport, at the same moment, after a restart, after kill -9, while the clock jumps.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use TaskRouter::Ctl;
use TaskRouter::Guarded;
use TaskRouter::Preload qw(preload);
use TaskRouter::Process qw(time_limit temporary_directory write_file);
use TaskRouter::Responder;
use TaskRouter::Servers;
use Time::HiRes qw(sleep);

plan skip_all => 'times mean nothing under a wrapper' if $ENV{TASKROUTER_WRAPPER};
time_limit(120);

sub same_again {
    my ($transport, $name) = @_;
    my ($work, $time, $none) = next_numbers(3);
    is $transport->request(callback('work', $work))->{body}, $own, "$name: the rule's answer";
    is $transport->request(callback('work', $work))->{body}, $own, '... again';
    is $transport->request(callback('else', $work))->{body}, $direct, '... a rule without need asks no store';
    is $transport->request(callback('time', $time))->{body}, $own, "$name: a rule about time";
    is $transport->request(callback('time', $time))->{body}, $own, '... again';
    is $transport->request(callback('else', $none))->{body}, $direct, "$name: neither";
    is $transport->request(callback('work', $none, ReservationSid => undef))->{body}, $fallback, "$name: no Reservation";
    return ($work, $time, $none);
}

subtest 'the same answer again, in every way' => sub {
    my $directory = temporary_directory();
    my $responder = guarded($directory, processes => 2);
    my ($work, @rest) = same_again($responder->fastcgi_transport, 'FastCGI');
    done_once([$work], '... its work once');
    never_done(\@rest, '... the others have none');
    my ($of_cgi, @rest_of_cgi) = same_again($responder->cgi_transport, 'CGI');
    done_once([$of_cgi], '... its work by the process that serves on');
    never_done(\@rest_of_cgi, '... the others have none');
    if (!TaskRouter::Servers::missing('nginx')) {
        my $nginx = TaskRouter::Servers->nginx(responder => $responder);
        ($of_cgi, @rest_of_cgi) = same_again($nginx->transport, 'nginx');
        done_once([$of_cgi], '... its work once');
        $nginx->{process}->stop;
    }
    $responder->stop;

    # What was answered stays the answer, whatever the rules say now.
    $responder = guarded($directory, own => '{"instruction":"accept"}');
    for my $transport ($responder->fastcgi_transport, $responder->cgi_transport) {
        my $name = $transport->name;
        is $transport->request(callback('work', $work))->{body}, $own, "$name: kept over a restart and other rules";
        is $transport->request(callback('time', $rest[0]))->{body}, $own, '... also the one about time';
    }
    my $new = next_numbers();
    is $responder->fastcgi_transport->request(callback('work', $new))->{body}, '{"instruction":"accept"}', 'new ones are new';
    done_once([$work, $new], 'each one\'s work once');
    like $responder->output, qr/note=repeated/, 'the log tells of repeated ones';
    $responder->stop;
};

subtest 'fifty at once, over two processes' => sub {
    my $responder = guarded(temporary_directory(), processes => 2, deadline => 3);
    my @numbers = next_numbers(5);
    my @calls = map { begin($responder, callback('work', $numbers[$_ % 5])) } 0 .. 49;
    my %answers;
    $answers{ finish($_)->{body} }++ for @calls;
    is_deeply \%answers, { $own => 50 }, 'one answer for all'
        or diag grep { !/info request/ } $responder->output =~ /(.*\n)/g;
    done_once(\@numbers, 'the work once');
    $responder->stop;
};

# Each commit takes a second: the first one is the claim's, after the second one the store knows of the answer.
subtest 'killed between the answer and its being told' => sub {
    my $directory = temporary_directory();
    my $environment = preload('slow-disk', SLOW_SYNC => 1_000_000, SLOW_FLAG => "$directory/slow")
        or plan skip_all => 'no C compiler';
    my $responder = guarded($directory, environment => $environment, deadline => 4.5);
    rule_works($responder, 'before');
    write_file("$directory/slow", '');
    my @numbers = next_numbers(2);
    my $answer = finish(begin($responder, callback('work', $numbers[0])));
    is $answer->{body}, $own, 'answered';
    cmp_ok $answer->{took}, '>', 0.9, '... once it was on the disk';
    $responder->process->send_signal('KILL');
    $responder->process->wait_end(5);
    never_done(\@numbers, 'killed before its work began');
    unlink "$directory/slow";
    my $second = guarded($directory, own => '{"instruction":"accept"}');
    is $second->fastcgi_transport->request(callback('work', $numbers[0]))->{body}, $own, 'the next process answers the same';
    done_once([$numbers[0]], '... and does its work');
    $second->stop;
};

subtest 'killed, and nobody asks again' => sub {
    my $directory = temporary_directory();
    my $environment = preload('slow-disk', SLOW_SYNC => 1_000_000, SLOW_FLAG => "$directory/slow")
        or plan skip_all => 'no C compiler';
    my $responder = guarded($directory, environment => $environment, deadline => 4.5);
    my $second = guarded($directory, deadline => 0.4);
    rule_works($responder, 'before');
    write_file("$directory/slow", '');
    my $number = next_numbers();
    is finish(begin($responder, callback('work', $number)))->{body}, $own, 'answered';
    is $second->fastcgi_transport->request(callback('work', $number))->{body}, $fallback,
        'another process must not answer differently, and waits in vain';
    $responder->process->send_signal('KILL');
    done_once([$number], 'the other process does the work');
    like $second->output, qr/info answers .*1 answers of processes that ended/, '... and says so';
    $second->stop;
};

# What a CGI process leaves behind when it ends well is in the outbox; when it is killed, it is a claim.
subtest 'CGI, and taskrouterctl flush' => sub {
    my $directory = temporary_directory();
    my $environment = preload('slow-disk', SLOW_SYNC => 1_000_000, SLOW_FLAG => "$directory/slow")
        or plan skip_all => 'no C compiler';
    my $program = TaskRouter::Responder->prepare(configuration => rules_configuration($directory, deadline => 4.5),
        environment => $environment);
    my $ctl = TaskRouter::Ctl->new(environment => { TWILIO_ACCOUNT_SID => undef, TWILIO_AUTH_TOKEN => undef });
    my @numbers = next_numbers(2);
    is $program->cgi_transport->request(callback('work', $numbers[0]))->{body}, $own, 'a CGI process answers';
    never_done(\@numbers, '... and does nothing else');
    is $ctl->run(['flush', '-c', $program->{file}])->{status}, 0, 'flush';
    done_once([$numbers[0]], '... does its work');
    write_file("$directory/slow", '');
    my $call = start_cgi($program, callback('work', $numbers[1]));
    is $call->{body}, $own, 'another one answers';
    $call->{process}->stop('KILL');
    unlink "$directory/slow";
    never_done([$numbers[1]], '... and is killed before it could tell the store');
    is $ctl->run(['flush', '-c', $program->{file}])->{status}, 0, 'flush';
    done_once(\@numbers, '... does its work too');
};

subtest 'a wall clock that jumps' => sub {
    my $directory = temporary_directory();
    my $environment = preload(['jump-clock', 'slow-disk'], JUMP_CLOCK => "$directory/ahead", SLOW_SYNC => 200_000,
        SLOW_FLAG => "$directory/slow") or plan skip_all => 'no C compiler';
    my $responder = guarded($directory, environment => $environment, deadline => 2);
    rule_works($responder, 'before');
    write_file("$directory/slow", '');
    for my $seconds (7200, -7200, 0) {
        my $number = next_numbers();
        my $call = begin($responder, callback('work', $number));
        sleep 0.1;
        write_file("$directory/ahead", $seconds);
        my $answer = finish($call);
        is $answer->{body}, $own, "$seconds s: its own answer";
        cmp_ok $answer->{took}, '<', 2, '... in time';
        is finish(begin($responder, callback('work', $number)))->{body}, $own, '... again';
        done_once([$number], '... its work is done');
    }
    $responder->stop;
};

done_testing;
