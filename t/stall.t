# The event loop never stands still, whatever the REST side does: a resolver that hangs, first TLS connections, a
# thousand calls started at once. Measured from outside: a callback on a kept connection, again and again.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::PP ();
use Test::More;
use TaskRouter::Cases qw(callback_request);
use TaskRouter::FastCGI;
use TaskRouter::Fixture qw(operator);
use TaskRouter::Process qw(time_limit temporary_directory find_command run_command is_sanitized);
use TaskRouter::Responder;
use TaskRouter::Servers;
use TaskRouter::StandIn;
use Time::HiRes qw(time sleep);

# A thousand connections need more descriptors than a shell gives; Perl cannot raise the limit itself.
if (!$ENV{STALL_RESTARTED}) {
    $ENV{STALL_RESTARTED} = 1;
    exec '/bin/sh', '-c', 'ulimit -n 4096 2>/dev/null || ulimit -n "$(ulimit -H -n)"; exec "$@"', 'sh', $^X, $0;
}

plan skip_all => 'times mean nothing under a wrapper' if $ENV{TASKROUTER_WRAPPER};
time_limit(120);
my $longest_allowed = is_sanitized() ? 0.200 : 0.020;
my $directory = temporary_directory();

sub build { return TaskRouter::FastCGI::build_request(
    TaskRouter::Responder::cgi_parameters($_[0], doubled_headers => 'repeat'), $_[0]{body}, @_[1 .. $#_]) }

my $callback = build(callback_request(), keep => 1);
my $create = build({ method => 'GET', target => '/taskrouter/create_task', headers => [operator()] });

sub connection { return TaskRouter::FastCGI->connect_to(@{ $_[0]{where} }) || die 'cannot connect' }

# The longest a callback took within so many seconds.
sub longest_callback {
    my ($responder, $connection, $seconds) = @_;
    my ($longest, $end) = (0, time + $seconds);
    while (time < $end) {
        my $begin = time;
        $connection->send_bytes($callback);
        $connection->read_answer(10)->{status} == 200 or die "a callback failed\n" . $responder->output;
        my $took = time - $begin;
        $longest = $took if $took > $longest;
        sleep 0.0005;
    }
    return $longest;
}

# Other programs on the machine may take the processor away for a while: the best of eight counts. A loop that stands
# still does so every time.
sub never_stalls {
    my ($name, $attempt) = @_;
    my $best;
    for (1 .. 8) {
        my $longest = $attempt->();
        $best = $longest if !defined $best || $longest < $best;
        last if $best <= $longest_allowed;
    }
    cmp_ok $best, '<=', $longest_allowed, sprintf '%s: no callback took longer than %.0f ms (%.1f ms)', $name,
        1000 * $longest_allowed, 1000 * $best;
}

# Sends create_task calls, measures callbacks, collects the answers.
sub measured {
    my ($responder, $calls, $seconds, $statuses) = @_;
    my $kept = connection($responder);
    longest_callback($responder, $kept, 0.1);
    my @calls = map { connection($responder) } 1 .. $calls;
    $_->send_bytes($create) for @calls;
    my $longest = longest_callback($responder, $kept, $seconds);
    $statuses->{ $_->read_answer(15)->{status} }++ for @calls;
    return $longest;
}

subtest 'a resolver that hangs for 7 s' => sub {
    my $compiler = find_command('cc', 'gcc', 'clang') or plan skip_all => 'no C compiler';
    my $library = "$directory/slow-resolver.so";
    my $run = run_command([$compiler, '-shared', '-fPIC', '-o', $library, "$FindBin::Bin/preload/slow-resolver.c"],
        keep_user => 1);
    is $run->{status}, 0, 'the slow resolver is built' or return diag $run->{err};
    chmod 0755, $library;
    my $responder = TaskRouter::Responder->start_fastcgi(
        # AddressSanitizer wants to be the first library, unless told that it need not be
        environment => { LD_PRELOAD => $library,
            ASAN_OPTIONS => join(':', $ENV{ASAN_OPTIONS} // (), 'verify_asan_link_order=0') },
        configuration => { api_url => 'https://taskrouter.example.com', rest => { connect_timeout => 1, timeout => 2 } });
    my %statuses;
    never_stalls('10 calls', sub { measured($responder, 10, 2.5, \%statuses) });
    is join(' ', keys %statuses), 504, 'the calls end as 504' or diag explain \%statuses;
    my $begin = time;
    $responder->process->send_signal('TERM');
    ok $responder->process->wait_end(3), 'SIGTERM does not wait for the resolver';
    cmp_ok time - $begin, '<', 1.5, '... but ends at once';
};

subtest 'ten first TLS connections at once' => sub {
    my $missing = TaskRouter::Servers::missing('nginx', 'openssl');
    plan skip_all => $missing if $missing;
    my @files = map { "$directory/$_.pem" } 'key', 'certificate';
    run_command([find_command('openssl'), qw(req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=test -addext),
        'subjectAltName=IP:127.0.0.1', '-keyout', $files[0], '-out', $files[1]])->{status} == 0 or die 'openssl failed';
    my $stand_in = TaskRouter::StandIn->start;
    my $front = TaskRouter::Servers->nginx_tls(upstream => $stand_in->port, key => $files[0], certificate => $files[1]);
    # with the system's certificates, which are many, and with one file
    my %ca = ('the certificates of the system' => {}, 'one certificate' => { ca_file => $files[1] });
    for my $name (sort keys %ca) {
        my %statuses;
        never_stalls($name, sub {
            my $responder = TaskRouter::Responder->start_fastcgi(
                configuration => { api_url => 'https://127.0.0.1:' . $front->port, rest => $ca{$name} });
            my $longest = measured($responder, 10, 1, \%statuses);
            $responder->stop;
            return $longest;
        });
        is join(' ', keys %statuses), $ca{$name}{ca_file} ? 200 : 502, '... the calls end as they should';
    }
};

subtest 'a thousand calls at once' => sub {
    my $stand_in = TaskRouter::StandIn->start;
    my $responder = TaskRouter::Responder->start_fastcgi(configuration => { api_url => $stand_in->url,
        rest => { timeout => 3, calls => 2000 }, limits => { connections => 2000 } });
    $stand_in->behave({ hang => JSON::PP::true() });
    my %statuses;
    never_stalls('hanging', sub { measured($responder, 1000, 2, \%statuses) });
    is join(' ', keys %statuses), 504, 'they end as 504';
};

done_testing;
