# Stopping, reloading, and what must not stop the program.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::PP ();
use Test::More;
use TaskRouter::Cases qw(callback_request);
use TaskRouter::FastCGI;
use TaskRouter::Fixture qw($auth_token operator write_configuration configuration json_text);
use TaskRouter::HTTP;
use TaskRouter::Process qw(time_limit temporary_directory wait_until write_file);
use TaskRouter::Responder;
use TaskRouter::StandIn;
use Time::HiRes qw(time sleep);

time_limit(120);
my $stand_in = TaskRouter::StandIn->start;

sub responder { return TaskRouter::Responder->start_fastcgi(configuration => { api_url => $stand_in->url, @_ }) }

# One answered callback: then the program surely runs its loop.
sub warm { my $status = $_[0]->fastcgi_request(callback_request())->{status}; $status == 200 or die "status $status\n" }

sub ends_within {
    my ($process, $seconds, $name) = @_;
    my $begin = time;
    ok $process->wait_end($seconds), "$name: ends within $seconds s";
    is $process->signal // 'still running', 0, '... not by a signal';
    is $process->exit_status, 0, '... with exit status 0';
    return time - $begin;
}

sub open_request {
    my ($responder, $request, %option) = @_;
    my $connection = TaskRouter::FastCGI->connect_to(@{ $responder->{where} }) or die 'cannot connect';
    my $parameters = TaskRouter::Responder::cgi_parameters($request, doubled_headers => 'repeat');
    $connection->send_bytes(TaskRouter::FastCGI::build_request($parameters, $request->{body}, %option));
    return $connection;
}

my $create = { method => 'GET', target => '/taskrouter/create_task', headers => [operator()] };

for my $signal (qw(TERM USR1 INT)) {
    subtest "SIG$signal" => sub {
        my $idle = responder();
        warm($idle);
        $idle->process->send_signal($signal);
        ends_within($idle->process, 1, 'idle');

        my $kept = responder();
        my $open = open_request($kept, callback_request(), keep => 1);
        $open->read_answer(5);
        my $silent = TaskRouter::FastCGI->connect_to(@{ $kept->{where} });
        $kept->process->send_signal($signal);
        ends_within($kept->process, 1.5, 'with a kept and a silent connection');

        my $busy = responder();
        warm($busy);
        $stand_in->behave({ delay => 1, times => 1 });
        my $waiting = open_request($busy, $create, keep => 1);
        sleep 0.3;
        $busy->process->send_signal($signal);
        is $waiting->read_answer(5)->{status}, 200, 'a request in hand is answered';
        ok $waiting->is_closed_within(2), '... and its connection closed, although it asked to be kept';
        ends_within($busy->process, 1.5, 'with a request in hand');
        $stand_in->reset;
    };
}

subtest 'SIGTERM with a request that never ends' => sub {
    my $responder = responder(limits => { stop_timeout => 1 });
    warm($responder);
    $stand_in->behave({ hang => JSON::PP::true() });
    my $waiting = open_request($responder, $create);
    sleep 0.3;
    $responder->process->send_signal('TERM');
    cmp_ok ends_within($responder->process, 4, 'stop_timeout'), '>', 0.5, '... but not before it';
    $stand_in->reset;
};

subtest 'SIGTERM to the built-in HTTP server' => sub {
    my $responder = TaskRouter::Responder->start_http(configuration => { api_url => $stand_in->url });
    my $kept = TaskRouter::HTTP->new(port => $responder->{port}, keep => 1);
    is $kept->request(%{ callback_request() })->{status}, 200, 'a callback';
    $responder->process->send_signal('TERM');
    ends_within($responder->process, 1.5, 'with a kept connection');
};

subtest 'SIGTERM twice, and at once' => sub {
    my $responder = responder();
    $responder->process->send_signal('TERM') for 1 .. 2;
    ok $responder->process->wait_end(3), 'ends, even while it starts';
};

subtest 'SIGHUP' => sub {
    my $responder = responder();
    warm($responder);
    my $process = $responder->process;
    my $file = $responder->{file};
    my $instruction = sub {
        my $answer = $responder->fastcgi_request(callback_request());
        return $answer->{status} == 200 ? $answer->{body} : $answer->{status};
    };
    is $instruction->(), '{"instruction":"accept"}', 'at first';
    write_configuration($file, assignment => { default => { instruction => 'reject' } });
    is $instruction->(), '{"instruction":"accept"}', 'a new file alone changes nothing';
    $process->send_signal('HUP');
    ok wait_until(3, sub { $instruction->() eq '{"instruction":"reject"}' }), 'SIGHUP: the new configuration counts';
    for my $bad ('{"surprise": 1}', '{', '') {
        write_configuration($file, $bad);
        my $said = length $responder->output;
        $process->send_signal('HUP');
        ok wait_until(3, sub { length $responder->output > $said }), "a bad file ('$bad') is complained about";
        is $instruction->(), '{"instruction":"reject"}', '... and the old configuration stays';
    }
    chmod 0644, write_configuration($file);
    $process->send_signal('HUP');
    sleep 0.3;
    is $instruction->(), '{"instruction":"reject"}', 'so it does when others may read the file';
    unlink $file;
    $process->send_signal('HUP');
    sleep 0.3;
    is $instruction->(), '{"instruction":"reject"}', '... and when the file is gone';
    write_configuration($file, auth_token => 'another-token');
    $process->send_signal('HUP');
    ok wait_until(3, sub { $instruction->() eq '403' }), 'a new token counts';
    is $responder->fastcgi_request(callback_request(token => 'another-token'))->{status}, 200, '... the old one no more';
    ok !$process->ended, 'one process went through all of it';
};

subtest 'a reload leaves requests in hand alone' => sub {
    my $responder = responder();
    warm($responder);
    $stand_in->behave({ delay => 1, times => 1 });
    my $waiting = open_request($responder, $create);
    sleep 0.3;
    $responder->process->send_signal('HUP') for 1 .. 3;
    is $waiting->read_answer(5)->{status}, 200, 'it is answered';
    $stand_in->reset;
};

subtest 'a reload that brings a store' => sub {
    my $directory = temporary_directory();
    my %configuration = (api_url => $stand_in->url, outbox => { longest_pause => 1 });
    my $responder = responder(%configuration);
    my $create = { method => 'GET', target => '/taskrouter/create_task?Outbox=true', headers => [operator()] };
    is $responder->fastcgi_request($create)->{status}, 501, 'without one there is no outbox';
    write_configuration($responder->{file}, %configuration, store => { file => "$directory/store.db" });
    $stand_in->behave({ status => 503, times => 1 });
    $responder->process->send_signal('HUP');
    my $answer;
    ok wait_until(3, sub { ($answer = $responder->fastcgi_request($create))->{status} != 501 }), 'with it there is';
    is $answer->{status}, 202, '... that takes a Task' or diag $answer->{body};
    ok wait_until(8, sub { $stand_in->requests > 1 }), '... and delivers it, although it was not there at the start';
    write_configuration($responder->{file}, %configuration, store => { file => "$directory/other.db" });
    $responder->process->send_signal('HUP');
    ok wait_until(3, sub { $responder->output =~ m{store\.file: \S+/store\.db stays in use until a restart} }),
        'another one is not taken, and that is said';
    $responder->process->send_signal('TERM');
    ends_within($responder->process, 3, 'with a store');
    $stand_in->reset;
};

subtest 'SIGPIPE and lost connections' => sub {
    my $responder = responder();
    warm($responder);
    $responder->process->send_signal('PIPE');
    for (1 .. 20) {
        my $connection = open_request($responder, callback_request());
        $connection->close_connection;
    }
    warm($responder);
    ok !$responder->process->ended, 'the program goes on';
};

subtest 'kill -9 of one of several processes' => sub {
    my $responder = TaskRouter::Responder->start_fastcgi(processes => 3, configuration => { api_url => $stand_in->url });
    warm($responder) for 1 .. 10;
    $responder->{processes}[1]->send_signal('KILL');
    $responder->{processes}[1]->wait_end(2);
    my @statuses = map { $responder->fastcgi_request(callback_request())->{status} } 1 .. 50;
    is_deeply \@statuses, [(200) x 50], 'the others answer everything';
};

done_testing;
