# Disks that are full, read-only, locked or slow: event callbacks get 503, or wait; assignment callbacks notice nothing;
# and when the disk is well again so is the store, without a restart, with each Event that was answered 204 in it once.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::PP ();
use Test::More;
use TaskRouter::Cases qw(callback_request event_request);
use TaskRouter::FastCGI;
use TaskRouter::Fixture qw(operator);
use TaskRouter::Process qw(time_limit temporary_directory make_directory find_command run_command write_file wait_until
    program_path is_sanitized);
use TaskRouter::Responder;
use TaskRouter::Signature qw(sid);
use Time::HiRes qw(time sleep);

# A mount of its own, which is gone with the test, whatever becomes of it.
if ($> == 0 && !$ENV{STORE_DISK_RESTARTED} && (my $unshare = find_command('unshare'))) {
    $ENV{STORE_DISK_RESTARTED} = 1;
    exec $unshare, '-m', '--propagation', 'private', $^X, $0
        if run_command([$unshare, '-m', '--propagation', 'private', 'true'], keep_user => 1)->{status} == 0;
}
time_limit(120);
my $json = JSON::PP->new->utf8;
my $directory = temporary_directory();
my $mounted = $ENV{STORE_DISK_RESTARTED} && $> == 0;
# How long assignment callbacks may take beside a disk that is ill: so much more than beside one that is well, since
# other programs may come in between.
my ($times_more, $always_allowed) = (5, is_sanitized() ? 0.100 : 0.020);

sub build { return TaskRouter::FastCGI::build_request(
    TaskRouter::Responder::cgi_parameters($_[0], doubled_headers => 'repeat'), $_[0]{body}, keep => 1) }

my $callback = build(callback_request());
my $events = 0;

# ---- a responder with a store that will fall ill

# Options: file, environment, and further keys of the configuration.
sub patient {
    my (%option) = @_;
    my $file = delete $option{file};
    my $environment = delete $option{environment} // {};
    my $responder = TaskRouter::Responder->start_fastcgi(environment => $environment,
        configuration => { store => { file => $file, timeout => 0.3, %{ delete $option{store} // {} } }, %option });
    my $self = { responder => $responder, stored => {}, seen => {}, problems => {} };
    $self->{senders} = [map { { connection => connection($responder) } } 1 .. 8];
    $self->{callbacks} = connection($responder);
    return $self;
}

sub connection { return TaskRouter::FastCGI->connect_to(@{ $_[0]{where} }) || die 'cannot connect' }

sub send_event {
    my ($sender) = @_;
    $sender->{sid} = sid('EV', ++$events);
    $sender->{connection}->send_bytes(build(event_request(change => { Sid => $sender->{sid}, TaskAttributes => 'x' x 500 })));
}

sub receive_event {
    my ($self, $sender, $seconds) = @_;
    my $answer = $sender->{connection}->read_answer($seconds);
    $self->{seen}{ $answer->{status} }++;
    $self->{stored}{ $sender->{sid} } = 1 if $answer->{status} == 204;
    $self->{problems}{ $json->decode($answer->{body})->{detail} }++ if $answer->{status} == 503;
    delete $sender->{sid};
    $sender->{rests_until} = time + 0.01;
}

# The 99th percentile of assignment callbacks within so many seconds, while eight connections send Events, each soon
# after it has an answer.
sub p99 {
    my ($self, $seconds) = @_;
    my ($end, @times) = time + $seconds;
    ($self->{seen}, $self->{problems}) = ({}, {});
    while (time < $end) {
        for my $sender (@{ $self->{senders} }) {
            send_event($sender) if !$sender->{sid} && time > ($sender->{rests_until} // 0);
            receive_event($self, $sender, 5) if $sender->{sid} && IO::Select->new($sender->{connection}{socket})->can_read(0);
        }
        my $begin = time;
        $self->{callbacks}->send_bytes($callback);
        $self->{callbacks}->read_answer(10)->{status} == 200 or die "a callback failed\n" . $self->{responder}->output;
        push @times, time - $begin;
    }
    return (sort { $a <=> $b } @times)[@times * 0.99];
}

# Waits for the Events that are still on their way.
sub settle {
    my ($self) = @_;
    receive_event($self, $_, 15) for grep { $_->{sid} } @{ $self->{senders} };
}

sub get {
    my ($self, $path) = @_;
    return $self->{responder}->fastcgi_request({ method => 'GET', target => "/taskrouter$path", headers => [operator()] });
}

sub one_event {
    my ($self) = @_;
    my $sender = { connection => connection($self->{responder}) };
    $self->{seen} = {};
    send_event($sender);
    receive_event($self, $sender, 15);
    return (keys %{ $self->{seen} })[0];
}

# The whole course of an illness.
sub illness {
    my ($name, $self, %step) = @_;
    my $undisturbed = p99($self, 1);
    is_deeply [keys %{ $self->{seen} }], [204], "$name: first all is well ($self->{seen}{204} Events)" if !$step{is_ill};
    $step{begin}->() if $step{begin};
    p99($self, 0.5);    # what was on its way
    my $disturbed = p99($self, $step{seconds} // 1);
    ok $self->{seen}{503}, "$name: then event callbacks are refused" or diag explain $self->{seen};
    # A log that has been copied into the file is room for a few, which are kept like all others.
    my $stored = $self->{seen}{204} // 0;
    ok $step{has_room} ? $stored < $self->{seen}{503} : $stored == 0, '... ' . ($step{has_room} ? 'most' : 'all') . ' of them';
    is_deeply [keys %{ $self->{problems} }], [$step{problem} // 'the store cannot do it now; the log says why'], '... in words';
    my $allowed = $undisturbed * $times_more;
    $allowed = $always_allowed if $allowed < $always_allowed;
    cmp_ok $disturbed, '<=', $allowed, sprintf '... assignment callbacks keep their p99: %.2f ms, %.2f ms without', 1000 * $disturbed,
        1000 * $undisturbed;
    is get($self, '/readyz')->{body}, 'failed: store', '... /readyz tells' if !$step{is_slow};
    like $self->{responder}->output, $step{log}, '... and so does the log, with the reason' if $step{log};
    $step{end}->();
    settle($self);
    ok wait_until(8, sub { one_event($self) == 204 }), '... afterwards they are stored again';
    is get($self, '/readyz')->{body}, 'ok', '... /readyz tells';
    unlike $self->{responder}->output, qr/callback failed|Sanitizer/, '... nothing else is wrong';
    check_kept($name, $self);
    $self->{responder}->stop;
}

# Every Event that was answered 204 is there, none is there twice.
sub check_kept {
    my ($name, $self) = @_;
    my (%there, $query);
    for ($query = '?PageSize=1000'; defined $query;) {
        my $page = $json->decode(get($self, "/events$query")->{body});
        $there{ $_->{sid} }++ for @{ $page->{events} };
        $query = ($page->{meta}{next_page_url} // '') =~ /(\?.*)/ ? $1 : undef;
    }
    is_deeply [grep { !$there{$_} } sort keys %{ $self->{stored} }], [], "$name: nothing is lost of "
        . keys(%{ $self->{stored} }) . ' Events';
    is_deeply [grep { $there{$_} > 1 } keys %there], [], '... and nothing there twice';
}

# ---- illnesses

subtest 'a full disk' => sub {
    plan skip_all => 'needs root and mount namespaces' if !$mounted;
    my $small = make_directory("$directory/small");
    my $mount = run_command([find_command('mount'), '-t', 'tmpfs', '-o', 'size=16m,mode=0777', 'tmpfs', $small], keep_user => 1);
    plan skip_all => "no tmpfs: $mount->{err}" if $mount->{status} != 0;
    my $self = patient(file => "$small/store.db");
    illness('full', $self,
        begin => sub {
            open my $file, '>', "$small/ballast" or die $!;
            1 while syswrite $file, 'x' x 4096;
        },
        has_room => 1,
        log => qr/small\/store\.db: (?:has no room left|.*No space left on device)/,
        end => sub { unlink "$small/ballast" });
    run_command([find_command('umount'), '-l', $small], keep_user => 1);
};

subtest 'a store that has its size' => sub {
    my $self = patient(file => "$directory/sized.db", store => { size => 1 << 20 });
    my $last = $events + 5000;
    p99($self, 0.2) until $self->{seen}{503} || $events > $last;
    ok $self->{seen}{503}, 'it is refused in the end';
    is get($self, '/events')->{status}, 200, 'reading goes on';
    settle($self);
    check_kept('sized', $self);
    $self->{responder}->stop;
};

subtest 'a folder that cannot be written' => sub {
    my $folder = make_directory("$directory/read-only");
    chmod 0555, $folder;
    my $self = patient(file => "$folder/store.db");
    illness('read-only', $self, is_ill => 1, log => qr{read-only/store\.db: .*[Pp]ermission denied|cannot be (?:written|made)},
        end => sub { chmod 0755, $folder });
};

subtest 'a lock of another process' => sub {
    my $self = patient(file => "$directory/locked.db");
    pipe my $reader, my $writer or die $!;
    my $holder;
    illness('locked', $self,
        begin => sub {
            $holder = TaskRouter::Process->start(command => [program_path('t/unit/ledger.t'), 'hold', "$directory/locked.db"],
                keep_user => 1, stdin => $reader, name => 'holder', ready => { line => qr/^locked$/m });
            close $reader;
        },
        seconds => 2, log => qr/locked\.db: is locked by another process/,
        end => sub { close $writer; $holder->wait_end(5) });
};

subtest 'an fsync of 5 s' => sub {
    my $compiler = find_command('cc', 'gcc', 'clang') or plan skip_all => 'no C compiler';
    my $library = "$directory/slow-disk.so";
    my $run = run_command([$compiler, '-shared', '-fPIC', '-O1', '-o', $library, "$FindBin::Bin/preload/slow-disk.c", '-ldl'],
        keep_user => 1);
    is $run->{status}, 0, 'the slow disk is built' or return diag $run->{err};
    chmod 0755, $library;
    my $flag = "$directory/slow";
    my $self = patient(file => "$directory/slow.db", events => { timeout => 0.5 }, environment => { LD_PRELOAD => $library,
        SLOW_SYNC => 5_000_000, SLOW_FLAG => $flag, ASAN_OPTIONS => join(':', $ENV{ASAN_OPTIONS} // (), 'verify_asan_link_order=0') });
    illness('slow', $self, is_slow => 1, seconds => 2, problem => 'the store did not answer in time',
        begin => sub { write_file($flag, '') }, end => sub { unlink $flag });
};

done_testing;
