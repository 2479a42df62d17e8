# What systemd is told (sd_notify(3)): ready, reloading, stopping.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use IO::Select;
use IO::Socket::UNIX;
use Socket qw(SOCK_DGRAM);
use TaskRouter::Process qw(time_limit temporary_directory);
use TaskRouter::Responder;

time_limit(60);
my $directory = temporary_directory();
my $path = "$directory/notify.sock";
my $socket = IO::Socket::UNIX->new(Type => SOCK_DGRAM, Local => $path) or die "$path: $!";
chmod 0666, $path;

# The next message's first line; undef if none comes in time.
sub next_state {
    return undef unless IO::Select->new($socket)->can_read(5);
    $socket->recv(my $message, 512);
    return (split /\n/, $message)[0];
}

my $responder = TaskRouter::Responder->start_fastcgi(environment => { NOTIFY_SOCKET => $path });
is next_state(), 'READY=1', 'ready once it serves';
$responder->process->send_signal('HUP');
is next_state(), 'RELOADING=1', 'SIGHUP: reloading';
is next_state(), 'READY=1', '... and ready again';
$responder->process->send_signal('TERM');
is next_state(), 'STOPPING=1', 'SIGTERM: stopping';
ok $responder->process->wait_end(5), '... and gone';
is $responder->process->exit_status, 0, '... with 0';

my $unread = TaskRouter::Responder->start_fastcgi(environment => { NOTIFY_SOCKET => "$directory/none" });
is $unread->fastcgi_request({ method => 'GET', target => '/taskrouter/healthz' })->{status}, 200,
    'nobody at the other end does no harm';

done_testing;
