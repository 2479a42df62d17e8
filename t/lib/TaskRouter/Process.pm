package TaskRouter::Process;

# Starts programs for the tests and makes sure that none outlives them.
#
# Every program runs in a process group of its own, in a clean environment, and as an unprivileged user even
# when the tests run as root: that is how it runs in production, and Apache refuses anything else.

use strict;
use warnings;
use Cwd qw(abs_path);
use Exporter qw(import);
use Fcntl qw(F_DUPFD);
use File::Basename qw(dirname);
use File::Copy qw(copy);
use File::Temp ();
use IO::File;
use IO::Handle;
use IO::Socket::INET;
use IO::Socket::UNIX;
use POSIX qw(WNOHANG _exit);
use Socket qw(SOCK_STREAM SOMAXCONN);
use Time::HiRes qw(sleep time);

our @EXPORT_OK = qw(temporary_directory make_directory write_file read_file free_port program_path program_copy program_command is_sanitized
    top_directory find_command time_limit wait_until run_command listening_unix listening_tcp);

my $unprivileged_user = 'nobody';
my (@running, @directories, $guardian_pipe, $owner_pid);

# ---- where things are

sub top_directory { return abs_path(dirname(__FILE__) . '/../../..') }

# The program under test. TASKROUTER_BUILD is the build directory; without it the usual places are tried.
sub program_path {
    my $name = shift // 'taskrouter.fcgi';
    my $top = top_directory();
    for my $directory (grep { defined } $ENV{TASKROUTER_BUILD}, $top, "$top/build") {
        for my $path ("$directory/src/$name", "$directory/src/$name/$name", "$directory/$name") {
            return abs_path($path) if -f $path && -x $path;
        }
    }
    die "$name is not built: run make, or set TASKROUTER_BUILD to the build directory\n";
}

# Whether the program was built with AddressSanitizer: then times and memory mean little.
sub is_sanitized { return read_file(program_path()) =~ /__asan_init/ }

# A copy that the unprivileged user can reach, whatever the permissions above the build directory.
sub program_copy {
    my ($directory, $name) = @_;
    $name //= 'taskrouter.fcgi';
    my $path = "$directory/$name";
    copy(program_path(), $path) or die "copy to $path: $!";
    chmod 0755, $path;
    return $path;
}

# The command line of the program, under valgrind or the like if TASKROUTER_WRAPPER says so.
sub program_command {
    my ($path, @arguments) = @_;
    return ((split ' ', $ENV{TASKROUTER_WRAPPER} // ''), $path, @arguments);
}

sub find_command {
    for my $name (@_) {
        for my $directory ((split /:/, $ENV{PATH}), '/usr/sbin', '/sbin', '/usr/local/sbin') {
            return "$directory/$name" if -x "$directory/$name" && !-d _;
        }
    }
    return undef;
}

# ---- files and sockets

sub give_to_unprivileged {
    return if $> != 0;
    my (undef, undef, $uid, $gid) = getpwnam($unprivileged_user) or die "no user $unprivileged_user\n";
    chown $uid, $gid, @_ or die "chown: $!";
}

sub temporary_directory {
    my $directory = File::Temp::tempdir('taskrouter-test-XXXXXX', TMPDIR => 1);
    chmod 0755, $directory;
    give_to_unprivileged($directory);
    push @directories, $directory;
    tell_guardian("directory $directory");
    return $directory;
}

sub make_directory {
    my $directory = shift;
    mkdir $directory or -d $directory or die "$directory: $!";
    chmod 0755, $directory;
    give_to_unprivileged($directory);
    return $directory;
}

sub write_file {
    my ($path, $content, $mode) = @_;
    unlink $path;
    open my $file, '>:raw', $path or die "$path: $!";
    print $file $content;
    close $file or die "$path: $!";
    chmod $mode // 0644, $path;
    give_to_unprivileged($path);
    return $path;
}

sub read_file {
    my $path = shift;
    open my $file, '<:raw', $path or return '';
    local $/;
    return scalar(<$file>) // '';
}

sub free_port {
    my $socket = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => 0, Listen => 1) or die "no free port: $!";
    return $socket->sockport;
}

sub listening_unix {
    my $path = shift;
    unlink $path;
    my $socket = IO::Socket::UNIX->new(Type => SOCK_STREAM, Local => $path, Listen => SOMAXCONN) or die "$path: $!";
    chmod 0666, $path;
    return $socket;
}

sub listening_tcp {
    return IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => 0, Listen => SOMAXCONN, ReuseAddr => 1)
        || die "listen: $!";
}

# ---- time

# The whole test file gets this many seconds, then it ends as failed.
sub time_limit {
    my $seconds = shift;
    $seconds *= 10 if $ENV{TASKROUTER_WRAPPER} || $ENV{TASKROUTER_LONG};
    $SIG{ALRM} = sub { die "time limit of $seconds s for the whole test exceeded\n" };
    alarm $seconds;
}

sub wait_until {
    my ($seconds, $condition) = @_;
    my $deadline = time + $seconds;
    while (1) {
        my $result = $condition->();
        return $result if $result;
        return undef if time > $deadline;
        sleep 0.01;
    }
}

# ---- processes

# start(command => [...], environment => {...}, directory => DIR, stdin => HANDLE, descriptors => {3 => HANDLE},
#       ready => { unix => PATH | port => N | line => REGEX }, keep_user => 1, seconds => 10, name => '...')
sub start {
    my ($class, %option) = @_;
    my $directory = $option{directory} // temporary_directory();
    my $name = $option{name} // ($option{command}[0] =~ m{([^/]+)$})[0];
    my $log = "$directory/$name." . scalar(@running) . '.log';
    write_file($log, '');
    start_guardian();
    my $pid = fork() // die "fork: $!";
    become($log, \%option) if $pid == 0;
    my $self = bless { pid => $pid, log => $log, name => $name, directory => $directory, owner => $$ }, $class;
    push @running, $self;
    tell_guardian("start $pid");
    eval { setpgrp($pid, $pid) };    # both sides do it: whoever comes first
    $self->wait_ready($option{ready}, $option{seconds} // 15) if $option{ready};
    return $self;
}

# In the child: becomes the program. Never returns.
sub become {
    my ($log, $option) = @_;
    eval {
        setpgrp(0, 0);
        $SIG{$_} = 'DEFAULT' for qw(ALRM INT TERM HUP CHLD);
        $SIG{PIPE} = 'DEFAULT';
        alarm 0;
        place_descriptors($log, $option);
        %ENV = (child_environment(), %{ $option->{environment} // {} });
        $ENV{LISTEN_PID} = $$ if $option->{listen_pid};
        drop_privileges() unless $option->{keep_user};
        chdir($option->{working_directory} // '/');
        no warnings 'exec';
        exec { $option->{command}[0] } @{ $option->{command} } or die "$option->{command}[0]: $!\n";
    };
    print STDERR $@;
    _exit(127);
}

# Everything is first copied out of the way, so that no copy lands on a descriptor that is still needed.
sub place_descriptors {
    my ($log, $option) = @_;
    my $output = IO::File->new($log, '>>') or die "$log: $!";
    my %wanted = (
        0 => $option->{stdin} // IO::File->new('/dev/null', 'r'),
        1 => $option->{stdout} // $output,
        2 => $option->{stderr} // $output,
        %{ $option->{descriptors} // {} },
    );
    my %copy = map { $_ => fcntl($wanted{$_}, F_DUPFD, 100) // die "fcntl: $!" } keys %wanted;
    for my $descriptor (sort { $a <=> $b } keys %copy) {
        POSIX::dup2($copy{$descriptor}, $descriptor) // die "dup2: $!";
        POSIX::close($copy{$descriptor});
    }
}

# Nothing of the caller's TWILIO_*, TASKROUTER_* or proxy variables reaches a test.
sub child_environment {
    my %environment = (PATH => $ENV{PATH}, LC_ALL => 'C.UTF-8', TZ => 'UTC');
    for my $name (grep { /^(?:[A-Z]+SAN_OPTIONS|GCOV_\w+|TMPDIR|NODE_PATH)$/ } keys %ENV) {
        $environment{$name} = $ENV{$name};
    }
    return %environment;
}

sub drop_privileges {
    return if $> != 0;
    my (undef, undef, $uid, $gid) = getpwnam($unprivileged_user);
    $) = "$gid $gid";
    $( = $gid;
    POSIX::setuid($uid) // die "setuid: $!\n";
}

sub wait_ready {
    my ($self, $ready, $seconds) = @_;
    my $found = wait_until($seconds, sub { $self->ended ? 'ended' : $self->is_ready($ready) });
    return $self if $found && $found ne 'ended';
    my $what = $found ? 'ended' : "was not ready within $seconds s";
    die "$self->{name} $what\n" . $self->output . "\n";
}

sub is_ready {
    my ($self, $ready) = @_;
    if ($ready->{line}) {
        return unless $self->output =~ $ready->{line};
        $self->{matched} = $1;
        return 1;
    }
    if ($ready->{unix}) {
        return IO::Socket::UNIX->new(Type => SOCK_STREAM, Peer => $ready->{unix}) ? 1 : undef;
    }
    return IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $ready->{port}, Timeout => 1) ? 1 : undef;
}

sub pid     { return $_[0]{pid} }
sub matched { return $_[0]{matched} }
sub output  { return read_file($_[0]{log}) }

# True once the program has ended; its wait status is then in exit_status/signal.
sub ended {
    my $self = shift;
    return 1 if defined $self->{status};
    return 0 if $self->{owner} != $$;
    my $got = waitpid $self->{pid}, WNOHANG;
    return 0 if $got == 0;
    $self->{status} = $got == $self->{pid} ? $? : -1;
    return 1;
}

sub wait_end {
    my ($self, $seconds) = @_;
    return wait_until($seconds, sub { $self->ended });
}

sub exit_status { return defined $_[0]{status} ? $_[0]{status} >> 8 : undef }
sub signal      { return defined $_[0]{status} ? $_[0]{status} & 127 : undef }

sub send_signal {
    my ($self, $signal) = @_;
    kill $signal, $self->{pid};
}

# Asks first, kills the whole group afterwards; a group whose leader ended may still have members.
sub stop {
    my ($self, $signal) = @_;
    return if $self->{stopped} || $self->{owner} != $$;
    $self->{stopped} = 1;
    if (!$self->ended) {
        kill $signal // 'TERM', $self->{pid};
        $self->wait_end(5);
    }
    kill 'KILL', -$self->{pid};
    $self->wait_end(5);
    tell_guardian("stop $self->{pid}");
}

# run_command([command], stdin => TEXT, environment => {...}, seconds => N) runs to the end and gives a hash.
sub run_command {
    my ($command, %option) = @_;
    my $directory = $option{directory} // temporary_directory();
    my $number = @running;
    my $input = write_file("$directory/stdin.$number", $option{stdin} // '');
    my $output = write_file("$directory/stdout.$number", '');
    my $process = __PACKAGE__->start(%option, command => $command, directory => $directory,
        stdin => IO::File->new($input, 'r'), stdout => IO::File->new($output, '>'));
    my $in_time = $process->wait_end($option{seconds} // 20);
    $process->stop('KILL');
    return { status => $in_time ? $process->exit_status : -1, signal => $process->signal,
        out => read_file($output), err => $process->output };
}

# ---- cleaning up

# A second process waits until this one is gone, however it went, and then ends what is left over.
sub start_guardian {
    return if $guardian_pipe && $owner_pid == $$;
    pipe(my $reader, my $writer) or die "pipe: $!";
    my $pid = fork() // die "fork: $!";
    if ($pid == 0) {
        close $writer;
        guard($reader);
        _exit(0);
    }
    close $reader;
    $writer->autoflush(1);
    ($guardian_pipe, $owner_pid) = ($writer, $$);
    tell_guardian("directory $_") for @directories;
    $SIG{$_} = sub { exit 130 } for qw(INT TERM HUP);
}

sub guard {
    my $reader = shift;
    $SIG{$_} = 'IGNORE' for qw(INT TERM HUP PIPE);
    alarm 0;
    setpgrp(0, 0);
    POSIX::close($_) for 0 .. 2;
    my (%group, %directory);
    while (my $line = <$reader>) {
        my ($word, $value) = $line =~ /^(\w+) (.*)$/ or next;
        $group{$value} = 1 if $word eq 'start';
        delete $group{$value} if $word eq 'stop';
        $directory{$value} = 1 if $word eq 'directory';
        delete $directory{$value} if $word eq 'removed';
    }
    kill 'KILL', -$_ for keys %group;
    require File::Path;
    File::Path::remove_tree(keys %directory) if %directory;
}

sub tell_guardian {
    print $guardian_pipe "$_[0]\n" if $guardian_pipe && $owner_pid == $$;
}

# What a sanitizer or valgrind has to say about a program fails the test that ran it.
sub memory_reports {
    my @reports;
    for my $process (@running) {
        my $text = $process->output;
        push @reports, "$process->{name}: $1"
            if $text =~ /^(.*(?:ERROR: \w+Sanitizer|runtime error:|==\d+== (?:Invalid |Conditional jump|Use of uninit)|definitely lost in).*)$/m;
    }
    return @reports;
}

END {
    if ($owner_pid && $owner_pid == $$) {
        my $status = $?;
        $_->stop for reverse @running;
        for my $report (memory_reports()) {
            print STDERR "# $report\n";
            $status ||= 99;
        }
        if ($ENV{TASKROUTER_KEEP}) { print STDERR "# kept: @directories\n" }
        elsif (@directories) { require File::Path; File::Path::remove_tree(@directories) }
        tell_guardian("removed $_") for @directories;
        $? = $status;
    }
}

1;
