package TaskRouter::Crowd;

# Clients of taskrouterd in processes of their own who make, change, accept and delete Tasks and Workers until the server
# is gone, and who know then what they were told: for each thing the states that it may be in. An answer settles a
# thing's state; the request that was never answered may have been done or not.

use strict;
use warnings;
use JSON::PP ();
use POSIX qw(_exit);
use TaskRouter::Fixture qw($account $auth_token basic);
use TaskRouter::HTTP;
use TaskRouter::Signature qw(form_body);
use Time::HiRes qw(sleep);

my $json = JSON::PP->new->canonical->utf8;

# start(port => N, clients => N, seed => N, path => "/v1/Workspaces/WS…", workflows => [SIDs], activity => SID).
sub start {
    my ($class, %option) = @_;
    my $self = bless { clients => [] }, $class;
    for my $number (1 .. $option{clients}) {
        pipe(my $reader, my $writer) or die "pipe: $!";
        my $pid = fork() // die "fork: $!";
        if ($pid == 0) {
            close $reader;
            $SIG{ALRM} = $SIG{TERM} = 'DEFAULT';
            $SIG{PIPE} = 'IGNORE';
            alarm 60;
            srand $option{seed} * 100 + $number;
            my $client = bless { %option, name => "client$number", number => 0, tasks => {}, removed => {},
                workers => {},
                reservations => {}, answered => 0, http => TaskRouter::HTTP->new(port => $option{port}, keep => 1,
                    seconds => 10) }, $class;
            my $ended = eval { $client->work; 1 } ? '' : $@;
            %{ $client->{tasks} } = (%{ $client->{tasks} }, %{ $client->{removed} });
            print $writer $json->encode({ error => $ended, map { $_ =>
                $client->{$_} } qw(tasks workers reservations answered) });
            close $writer;
            _exit(0);
        }
        push @{ $self->{clients} }, { pid => $pid, reader => $reader };
    }
    return $self;
}

# What all of them know: { tasks => { SID => { states => [{ attributes, status }, …] } }, workers => …, reservations => …,
# answered => N, errors => […] }. A state that is undef: it is not there.
sub finish {
    my $self = shift;
    my %all = (tasks => {}, workers => {}, reservations => {}, answered => 0, errors => []);
    for my $client (@{ $self->{clients} }) {
        my $text = do { local $/; readline $client->{reader} };
        waitpid $client->{pid}, 0;
        my $known = $json->decode($text || '{"error":"a client died"}');
        %{ $all{$_} } = (%{ $all{$_} }, %{ $known->{$_} // {} }) for qw(tasks workers reservations);
        $all{answered} += $known->{answered} // 0;
        push @{ $all{errors} }, $known->{error} if $known->{error};
    }
    return \%all;
}

# ---- in the processes

sub work {
    my $self = shift;
    while (1) {
        my $what = rand;
        my $went_on = $what < 0.35 ? $self->create_task : $what < 0.45 ? $self->create_worker : $what < 0.6
            ? $self->change_task
            : $what < 0.7 ? $self->change_worker : $what < 0.85 ? $self->accept : $what < 0.95 ? $self->complete
                : $self->remove;
        return unless $went_on;
        sleep 0.002;
    }
}

# The answer, or undef once the server is gone. What is neither 2xx nor one of `allowed` is an error.
sub ask {
    my ($self, $method, $target, $form, %allowed) = @_;
    my $response = $self->{http}->request(method => $method, target => $target,
        headers => [basic($account, $auth_token),
        ['Content-Type', 'application/x-www-form-urlencoded']], $method eq 'POST'
            ? (body => form_body(@{ $form // [] })) : ());
    return undef if !$response->{status} || $response->{cut};
    $self->{answered}++;
    die "$method $target: $response->{status} $response->{body}\n" unless $response->{status} =~ /^2/
        || $allowed{ $response->{status} };
    $response->{json} = $json->decode($response->{body}) if length $response->{body};
    return $response;
}

sub any { my $things = shift; my @keys = sort keys %$things; return @keys ? $keys[rand @keys] : undef }
sub unique { my $self = shift; return "$self->{name}-" . ++$self->{number} }

sub create_task {
    my $self = shift;
    my $attributes = $json->encode({ n => $self->unique });
    my $answer = $self->ask(POST => "$self->{path}/Tasks", [WorkflowSid =>
        $self->{workflows}[rand @{ $self->{workflows} }], Attributes => $attributes])
        or return 0;
    $self->{tasks}{ $answer->{json}{sid} } = { states => [{ attributes => $attributes }] };
    return 1;
}

sub create_worker {
    my $self = shift;
    my $attributes = $json->encode({ pool => 'a', n => $self->{number} });
    my $name = $self->unique;
    my $answer = $self->ask(POST => "$self->{path}/Workers", [FriendlyName => $name, Attributes => $attributes,
        ActivitySid => $self->{activity}])
        or return 0;
    $self->{workers}{ $answer->{json}{sid} } = { states => [{ attributes => $attributes, friendly_name => $name }] };
    return 1;
}

# The thing may be in its old state or this one; when that is answered, in this one only.
sub attempt {
    my ($thing, $state, $request) = @_;
    push @{ $thing->{states} }, $state;
    my $answer = $request->() or return 0;
    splice @{ $thing->{states} }, 0, -1 if $answer->{status} =~ /^2/;
    pop @{ $thing->{states} } if $answer->{status} !~ /^2/;
    return 1;
}

sub change_task {
    my $self = shift;
    my $sid = any($self->{tasks}) or return 1;
    my $task = $self->{tasks}{$sid};
    my $attributes = $json->encode({ n => $self->unique });
    return attempt($task, { %{ $task->{states}[-1] }, attributes => $attributes },
        sub { $self->ask(POST => "$self->{path}/Tasks/$sid", [Attributes => $attributes], 400 => 1) });
}

sub change_worker {
    my $self = shift;
    my $sid = any($self->{workers}) or return 1;
    my $worker = $self->{workers}{$sid};
    my $attributes = $json->encode({ pool => 'a', n => $self->unique });
    return attempt($worker, { %{ $worker->{states}[-1] }, attributes => $attributes },
        sub { $self->ask(POST => "$self->{path}/Workers/$sid", [Attributes => $attributes]) });
}

# Nobody else accepts for its Workers, and the Reservations last longer than the test.
sub accept {
    my $self = shift;
    my $sid = any($self->{workers}) or return 1;
    my $list = $self->ask(GET => "$self->{path}/Workers/$sid/Reservations?ReservationStatus=pending&PageSize=1")
        or return 0;
    my $reservation = $list->{json}{reservations}[0] or return 1;
    my $target = "$self->{path}/Workers/$sid/Reservations/$reservation->{sid}";
    my $known = $self->{reservations}{$target} = { task => $reservation->{task_sid},
        states => [{ reservation_status => 'pending' }] };
    # Another client may cancel by deleting the Task in between.
    my $answer = attempt($known, { reservation_status => 'accepted' },
        sub { $self->ask(POST => $target, [ReservationStatus => 'accepted'], 400 => 1, 404 => 1) }) or return 0;
    delete $self->{reservations}{$target} if $known->{states}[-1]{reservation_status} eq 'pending';
    return $answer;
}

# Completes what it accepted itself; the Task may have been deleted by who made it.
sub complete {
    my $self = shift;
    my $target = any($self->{reservations}) or return 1;
    my $known = $self->{reservations}{$target};
    return 1 if $known->{states}[-1]{reservation_status} eq 'completed';
    return attempt($known, { reservation_status => 'completed' },
        sub { $self->ask(POST => $target, [ReservationStatus => 'completed'], 404 => 1) });
}

sub remove {
    my $self = shift;
    my $sid = any($self->{tasks}) or return 1;
    my $task = $self->{tasks}{$sid};
    push @{ $task->{states} }, undef;
    my $answer = $self->ask(DELETE => "$self->{path}/Tasks/$sid", undef) or return 0;
    delete $self->{tasks}{$sid};
    $self->{removed}{$sid} = { states => [undef] };
    return 1;
}

1;
