# Applications that are broken, rude or hostile below HTTP, as callback, as fallback and as listener to events: what the
# Reservation comes to, what the debugger says, and that nobody else notices. Assignment callbacks end as
# https://www.twilio.com/docs/taskrouter/handle-assignment-callbacks says; the numbers are those of
# https://www.twilio.com/docs/api/errors. Cases begin with the section of the facts.
use strict;
use warnings;
use Cwd qw(abs_path);
use FindBin;
use lib "$FindBin::Bin/lib";
use IO::Select;
use IO::Socket::INET;
use Socket qw(SOL_SOCKET SO_LINGER);
use Test::More;
use TaskRouter::Application;
use TaskRouter::Process qw(free_port find_command is_sanitized run_command temporary_directory time_limit wait_until);
use TaskRouter::Taskrouterd;
use Time::HiRes qw(sleep time);

my $accept = '{"instruction":"accept"}';
my $head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
my $whole = "${head}Content-Length: " . length($accept) . "\r\n\r\n$accept";
my $nothing = "${head}Content-Length: 2\r\n\r\n{}";
my $chunked = "${head}Transfer-Encoding: chunked\r\n\r\n";

# What the rude server does with a request, step by step: a text is sent, a number waited for, [text, seconds] sent for
# ever. At the end it closes, unless the last step says otherwise: 'reset', 'hold' for an open connection, or 'again' for the
# next request. `code`: the debugger's; `says`: its text; `slow`: it ends by the URL's total time; `may`: it has a test of
# its own.
my @rude = (
    { name => 'reset after the request', does => ['reset'], code => 11205 },
    { name => 'closed in the status line', does => ['HTTP/1.1 20'], code => [11205, 11206] },
    { name => 'closed in the head', does => [substr $head, 0, -8], code => [11205, 11206] },
    { name => 'closed behind the head', does => ["${head}Content-Length: 24\r\n\r\n"], code => 11206 },
    { name => 'reset in the body', does => ["${head}Content-Length: 24\r\n\r\n{\"inst", 0.05, 'reset'], code => 11205 },
    { name => 'an accept that is cut short', does => [substr $whole, 0, -1], code => 11206 },
    { name => 'garbage', does => [join('', map { chr(($_ * 151 + 7) % 256) } 1 .. 3000)], code => 11206 },
    { name => 'garbage that looks like TLS', does => ["\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 'hold'], code => 11206 },
    { name => 'a zero byte in the head', does => ["${head}X-A: a\0b\r\nContent-Length: 2\r\n\r\n{}"], code => 11206 },
    { name => 'a version of HTTP that is none', does => ["HTTP/9.9 200 OK\r\n\r\n"], code => 11206 },
    { name => 'a status that is none', does => ["HTTP/1.1 000 X\r\nContent-Length: 0\r\n\r\n"], code => 11206 },
    { name => 'an endless head', does => [$head, [('X-Line: ' . 'x' x 1000 . "\r\n") x 9, 0]], code => 11206, says => 'head of the answer is too long' },
    { name => 'an endless line in the head', does => [$head, 'X-Line: ', ['x' x 9000, 0]], code => [11205, 11206] },
    { name => '100 Continue for ever', does => [["HTTP/1.1 100 Continue\r\n\r\n" x 99, 0]], code => 11206, says => 'head of the answer is too long' },
    { name => '103 for ever', does => [["HTTP/1.1 103 Early Hints\r\nX: y\r\n\r\n" x 99, 0]], code => 11206, says => 'head of the answer is too long' },
    { name => '100 and no more', does => ["HTTP/1.1 100 Continue\r\n\r\n"], code => [11205, 11206] },
    { name => '101', does => ["HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n", 'hold'], slow => 1, code => [11205, 11206] },
    { name => 'an endless body', does => ["$head\r\n", ['x' x 4000, 0]], code => 11206, says => 'the answer is too long' },
    { name => 'a body byte by byte for ever', does => ["$head\r\n", [' ', 0.02]], slow => 1, code => 11205, says => 'no whole answer came' },
    { name => 'a head byte by byte for ever', does => [$head . 'X-A: ', ['a', 0.02]], slow => 1, code => 11205, says => 'no whole answer came' },
    { name => 'a body that stops', does => ["${head}Content-Length: 25\r\n\r\n$accept", 'hold'], slow => 1, code => 11205, says => 'no whole answer came' },
    { name => 'a negative Content-Length', does => ["${head}Content-Length: -5\r\n\r\n$accept"], code => 11206 },
    { name => 'a Content-Length that is none', does => ["${head}Content-Length: many\r\n\r\n$accept"], code => 11206 },
    { name => 'chunks that are none', does => ["${chunked}zz\r\n$accept\r\n0\r\n\r\n"], code => [11205, 11206] },
    { name => 'a chunk beyond every number', does => [$chunked . 'f' x 40 . "\r\n$accept\r\n0\r\n\r\n"], code => [11205, 11206] },
    { name => 'a chunk that is longer than it says', does => ["${chunked}5\r\n$accept\r\n0\r\n\r\n"], code => [11205, 11206] },
    { name => 'chunks without an end', does => ["${chunked}18\r\n$accept\r\n"], code => [11205, 11206] },
    { name => 'two answers to one request', does => ["$nothing$whole", 'again'], may => 'pending' },
    { name => 'trailers for ever', does => ["${chunked}0\r\n", ["X-A: b\r\n" x 99, 0]], code => [11205, 11206] },
);

# The same, by connection and not by request: each has a port of its own. `scheme`: that of the URL.
my @rude_ports = (
    { name => 'a connection that is closed at once', does => [], code => [11205, 11206] },
    { name => 'a connection that is reset at once', does => ['reset'], code => 11205 },
    { name => 'who speaks first', does => ["220 mail.example.com ESMTP\r\n", 'hold'], code => 11206 },
    { name => 'an answer before the question', does => [$whole, 0.05], code => 11205, may => 'accepted' },
    { name => 'TLS to a plain port', does => ["HTTP/1.1 400 Bad Request\r\n\r\n"], scheme => 'https', code => 11220 },
    { name => 'TLS to who says nothing', does => ['hold'], scheme => 'https', slow => 1, code => 11205 },
    { name => 'TLS that breaks off', does => ["\x16\x03\x03\x00\x7a\x02", 0.05, 'reset'], scheme => 'https', code => [11205, 11220] },
);

# ---- the rude server, in a process of its own

my $select = IO::Select->new;
my (%script_of_port, @peers);

sub listen_for {
    my $rude = shift;
    my $socket = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 64, ReuseAddr => 1) or die "listen: $!";
    $socket->blocking(0);
    $script_of_port{ $socket->sockport } = $rude;
    $select->add($socket);
    return $socket->sockport;
}

# A whole request, and its path; undef while it is not all there.
sub take_path {
    my $in = shift;
    my ($first, $length) = $$in =~ /\A(\S+ \S+) .*?^Content-Length: (\d+)\r\n.*?^\r\n/ms or return undef;
    my $end = $+[0] + $length;
    return undef if length $$in < $end;
    my ($sid) = substr($$in, 0, $end) =~ /\b(?:ReservationSid|Sid)=(\w+)/;
    substr $$in, 0, $end, '';
    my ($path) = $first =~ m{ (/[^?]*)};
    print "request $path " . ($sid // '-') . "\n";
    return $path;
}

sub accept_peer {
    my $listener = shift;
    my $socket = $listener->accept or return;
    $socket->blocking(0);
    my $rude = $script_of_port{ $listener->sockport };
    my $peer = { socket => $socket, in => '', steps => $rude ? [@{ $rude->{does} }] : undef, at => 0 };
    print "connection $rude->{name}\n" if $rude;
    push @peers, $peer;
    $select->add($socket);
}

sub read_peer {
    my $peer = shift;
    my $got = sysread $peer->{socket}, $peer->{in}, 65536, length $peer->{in};
    return if !defined $got && $!{EAGAIN};
    return end_peer($peer, 0) unless $got;
    return read_request($peer) unless $peer->{steps};
}

sub read_request {
    my $peer = shift;
    my $path = take_path(\$peer->{in}) // return;
    my ($number) = $path =~ m{^/(\d+)/};
    $peer->{steps} = [@{ $rude[$number]{does} }];
}

sub end_peer {
    my ($peer, $resets) = @_;
    setsockopt $peer->{socket}, SOL_SOCKET, SO_LINGER, pack 'ii', 1, 0 if $resets;
    $select->remove($peer->{socket});
    shutdown $peer->{socket}, 1 unless $resets;
    close $peer->{socket};
    @peers = grep { $_ != $peer } @peers;
}

sub step_peer {
    my $peer = shift;
    while ($peer->{steps} && $peer->{at} <= time) {
        my $step = $peer->{steps}[0] // return end_peer($peer, 0);
        return if $step eq 'hold';
        if ($step eq 'again') { $peer->{steps} = undef; return read_request($peer) }
        return end_peer($peer, 1) if $step eq 'reset';
        if ($step =~ /^[\d.]+\z/) {
            $peer->{at} = time + $step;
            shift @{ $peer->{steps} };
            next;
        }
        my ($text, $pause) = ref $step ? @$step : ($step);
        my $sent = syswrite $peer->{socket}, $text;
        return $!{EAGAIN} ? undef : end_peer($peer, 0) unless defined $sent;
        shift @{ $peer->{steps} } unless ref $step;
        $peer->{at} = time + $pause if ref $step;
        return if ref $step;
    }
}

sub serve {
    local $SIG{PIPE} = 'IGNORE';
    local $| = 1;
    my @ports = map { listen_for($_) } undef, @rude_ports;
    print "listening on @ports\n";
    my $parent = getppid;
    while (getppid == $parent) {
        for my $socket ($select->can_read(@peers ? 0.01 : 0.2)) {
            if (exists $script_of_port{ $socket->sockport } && !$socket->connected) { accept_peer($socket); next }
            my ($peer) = grep { $_->{socket} == $socket } @peers;
            read_peer($peer) if $peer;
        }
        step_peer($_) for @peers;
    }
    POSIX::_exit(0);
}

if (@ARGV && $ARGV[0] eq 'serve') { require POSIX; serve() }

# ---- the tests

time_limit(180);
my $total_ms = is_sanitized() ? 1500 : 600;
my $rude = TaskRouter::Process->start(name => 'rude', keep_user => 1, command => [$^X, abs_path($0), 'serve'],
    ready => { line => qr{listening on ([\d ]+)} });
my ($port, @ports) = split / /, $rude->matched;
$rude_ports[$_]{base} = ($rude_ports[$_]{scheme} // 'http') . "://127.0.0.1:$ports[$_]" for 0 .. $#rude_ports;
$rude[$_]{base} = "http://127.0.0.1:$port/$_" for 0 .. $#rude;
my $application = TaskRouter::Application->start('/accept' => $accept, '/nothing' => '{}', '/events' => { status => 204 });
my $server = TaskRouter::Taskrouterd->start;
my @others = ({ name => 'nobody there', base => 'http://127.0.0.1:' . free_port(), code => 11205 });

# A TLS server whose certificate nobody vouches for, if there is a tool for it.
sub start_tls {
    my $openssl = find_command('openssl') or return;
    my $directory = temporary_directory();
    my @files = map { "$directory/$_.pem" } qw(key certificate);
    my $run = run_command([$openssl, qw(req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=test -addext), 'subjectAltName=IP:127.0.0.1',
        '-keyout', $files[0], '-out', $files[1]]);
    $run->{status} == 0 or die "openssl: $run->{err}";
    my $tls_port = free_port();
    TaskRouter::Process->start(name => 'openssl', keep_user => 1, ready => { port => $tls_port },
        command => [$openssl, 's_server', '-quiet', '-accept', "127.0.0.1:$tls_port", '-key', $files[0], '-cert', $files[1], '-www']);
    push @others, { name => 'plain HTTP to a TLS port', base => "http://127.0.0.1:$tls_port", code => [11205, 11206] },
        { name => 'TLS whose certificate nobody knows', base => "https://127.0.0.1:$tls_port", code => 11237 };
}
start_tls();
my @all = (@rude, @rude_ports, @others);

sub url { my ($rude, $path) = @_; return "$rude->{base}/$path" . ($rude->{slow} ? "#tt=$total_ms" : '') }

sub alerts {
    my ($key, $sid) = @_;
    return grep { ($_->{$key} // '') eq $sid } @{ $server->fetched('/_local/debugger')->{alerts} };
}

sub says {
    my ($rude, $alert, $name) = @_;
    my %allowed = map { $_ => 1 } ref $rude->{code} ? @{ $rude->{code} } : $rude->{code};
    ok $allowed{ $alert->{error_code} // '' }, "$name: the debugger has its number" or diag explain $alert;
    like $alert->{alert_text} // '', $rude->{says} ? qr/$rude->{says}/ : qr/\w{3}/, '... and why';
}

# The first Reservation of a Task whose callbacks go there. The Worker then leaves: else he would be reserved again.
sub reserve {
    my ($name, @urls) = @_;
    my $space = $server->new_workspace(FriendlyName => $name);
    my $workflow = $space->workflow('W', $space->queue('Q'), @urls);
    my $worker = $space->worker('Alice');
    my $task = $space->task($workflow);
    my $reservation = $space->reservation($task);
    $space->move($worker, 'Offline');
    ($reservation) = $space->reservations($task);
    return ($space, $reservation, $task);
}

for my $rude (@all) {
    next if $rude->{may};
    my ($space, $reservation) = reserve($rude->{name}, AssignmentCallbackUrl => url($rude, 'primary'));
    is $space->wait_for($reservation, 'reservation_status', 'canceled')->{reservation_status}, 'canceled', "3.2 $rude->{name}: canceled";
    my @alerts = alerts(reservation_sid => $reservation->{sid});
    is scalar(@alerts), 1, '... with one alert' or diag explain \@alerts;
    says($rude, $alerts[0], "3.2 $rude->{name}");
    is $alerts[0]{response_status} // 0, 0, '... without a status';

    ($space, $reservation) = reserve($rude->{name}, AssignmentCallbackUrl => url($rude, 'first'),
        FallbackAssignmentCallbackUrl => $application->url('/accept'));
    is $space->wait_for($reservation, 'reservation_status', 'accepted')->{reservation_status}, 'accepted', "3.2 $rude->{name}: the fallback accepts";

    ($space, $reservation) = reserve($rude->{name}, AssignmentCallbackUrl => $application->url('/missing'),
        FallbackAssignmentCallbackUrl => url($rude, 'fallback'));
    is $space->wait_for($reservation, 'reservation_status', 'canceled')->{reservation_status}, 'canceled', "3.2 $rude->{name}: no fallback either";
    is_deeply [sort map { $_->{error_code} == 11200 ? 'callback' : 'fallback' } alerts(reservation_sid => $reservation->{sid})],
        [qw(callback fallback)], '... with both alerts';
}
my %asked;
$asked{$_}++ for $rude->output =~ /^request (\S+ WR\w+)$/mg;
is_deeply [grep { $asked{$_} > 1 } sort keys %asked], [], '3.2 nobody who got a request was sent it twice';
cmp_ok scalar(keys %asked), '>=', 3 * grep({ !$_->{may} } @rude), '... and all of them got theirs';

subtest '3.2 what comes without being asked for' => sub {
    my ($twice) = grep { $_->{may} } @rude;
    my $asking = $server->new_workspace;
    my $workflow = $asking->workflow('W', $asking->queue('Q'), AssignmentCallbackUrl => url($twice, 'twice'));
    $asking->worker($_) for qw(Alice Bob);
    for my $count (1 .. 2) {
        $asking->task($workflow);
        ok wait_until(8, sub { $count == (my @asked = $rude->output =~ m{^request /\d+/twice}mg) }), "$twice->{name}: request $count arrives";
        sleep 0.2;
    }
    my @status = map { $_->{reservation_status} } map { $asking->reservations($_) } $server->listed($asking->path('Tasks'));
    is_deeply \@status, [qw(pending pending)], '... and only the first answer counts';

    my ($early) = grep { $_->{may} } @rude_ports;
    my ($space, $reservation) = reserve($early->{name}, AssignmentCallbackUrl => url($early, 'primary'));
    my $seen = $space->wait_for($reservation, 'reservation_status', [qw(accepted canceled)]);
    like $seen->{reservation_status}, qr/^(?:accepted|canceled)$/, "$early->{name}: it has an end";
};

subtest '8.1 event callbacks' => sub {
    my %space;
    for my $number (0 .. $#all) {
        my $space = $space{$number} = $server->new_workspace(FriendlyName => $all[$number]{name}, EventsFilter => 'worker.created',
            EventCallbackUrl => url($all[$number], 'event'));
        $space->worker($_, undef, activity => undef) for qw(Alice Bob);
    }
    my $quick = $server->new_workspace(EventsFilter => 'worker.created', EventCallbackUrl => $application->url('/events'));
    my $begin = time;
    $quick->worker('Alice', undef, activity => undef);
    is scalar(my @told = $application->wait_for('/events', 1)), 1, 'who listens is told';
    cmp_ok time - $begin, '<', 2, '... at once, whatever the others do';
    for my $number (0 .. $#all) {
        my ($rude, $space) = ($all[$number], $space{$number});
        next if $rude->{may};
        my @events = grep { $_->{event_type} eq 'worker.created' } $space->events;
        is scalar(@events), 2, "$rude->{name}: two events";
        ok wait_until(8, sub { alerts(event_sid => $events[1]{sid}) }), '... the second is tried after the first' or next;
        my @alerts = map { alerts(event_sid => $_->{sid}) } @events;
        is scalar(@alerts), 2, '... each of them once';
        says($rude, $_, "8.1 $rude->{name}") for @alerts;
        $server->updated($space->path, EventCallbackUrl => $application->url("/recovered/$number"));
        $space->worker('Carol', undef, activity => undef);
    }
    for my $number (grep { !$all[$_]{may} } 0 .. $#all) {
        my @requests = $application->wait_for("/recovered/$number", 1);
        is scalar(@requests), 1, "$all[$number]{name}: what comes later reaches who recovers";
        like $requests[0]{form}{WorkerName} // '', qr/^Carol$/, '... and nothing before it';
    }
};

is_deeply [$server->violations], [], 'every answer is as the description says';
ok !$server->process->ended, 'and taskrouterd is still there';
done_testing;
