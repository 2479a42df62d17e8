# SPDX-License-Identifier: MIT
#
# taskrouterd for the scripts that measure it: started as a web server of its
# own or behind nginx, and its REST API.
package Daemon;
use strict;
use warnings;

use Bench;
use Exporter qw(import);
use HTTP::Tiny;
use JSON::PP ();
use MIME::Base64 qw(encode_base64);
use Time::HiRes qw(sleep);

our @EXPORT = qw(start_taskrouterd start_taskrouterd_fastcgi api authorization wait_until_healthy make_contact_centre);

my $json = JSON::PP->new->utf8;
my $http = HTTP::Tiny->new(keep_alive => 1, timeout => 30);

sub authorization { return 'Basic ' . encode_base64("$Bench::ACCOUNT_SID:$Bench::AUTH_TOKEN", '') }

sub _environment {
    my (%more) = @_;
    return { TWILIO_ACCOUNT_SID => $Bench::ACCOUNT_SID, TWILIO_AUTH_TOKEN => $Bench::AUTH_TOKEN, %more };
}

# As a web server of its own. Options: name, store, arguments. Returns its pid
# and its address.
sub start_taskrouterd {
    my (%o) = @_;
    my $said = write_file(($o{name} // 'taskrouterd') . '.out', '');
    my $pid  = start([ taskrouterd(), '-l', '127.0.0.1:0', '--store', $o{store} // ':memory:', @{ $o{arguments} // [] } ],
        stdout => $said, stderr => "$said.log", env => _environment());
    for (1 .. 500) {
        return ($pid, $1) if read_file($said) =~ m{listening on http://(\S+)\n};
        sleep 0.01;
    }
    die "taskrouterd did not start:\n", read_file("$said.log");
}

# On a unix socket, for nginx. Returns its pid and the socket's path.
sub start_taskrouterd_fastcgi {
    my ($store, %environment) = @_;
    return start_fastcgi('taskrouterd', [ taskrouterd(), '--store', $store ], env => _environment(%environment));
}

sub wait_until_healthy {
    my ($address) = @_;
    for (1 .. 500) {
        return if $http->get("http://$address/healthz")->{success};
        sleep 0.01;
    }
    die "taskrouterd is not well: ", $http->get("http://$address/healthz")->{content}, "\n";
}

# One request to its REST API, below Workspaces; returns what the answer says.
sub api {
    my ($address, $method, $path, %fields) = @_;
    my $answer = $http->request($method, "http://$address/v1/Workspaces$path", {
            headers => { Authorization => authorization(), 'Content-Type' => 'application/x-www-form-urlencoded' },
            content => form(%fields),
    });
    die "$method $path: $answer->{status} $answer->{content}\n" unless $answer->{success};
    return $answer->{content} eq '' ? {} : $json->decode($answer->{content});
}

# A Workspace with a Spanish TaskQueue, a Workflow that leads to it, and so
# many Workers who speak Spanish. Options: workers, callback (URL); timeout and
# reservation_timeout, the seconds until the Workflow goes on from the TaskQueue
# and until a Reservation ends. Returns the SIDs.
sub make_contact_centre {
    my ($address, %o) = @_;
    my $workspace  = '/' . api($address, 'POST', '', FriendlyName => 'bench')->{sid};
    my $activities = api($address, 'GET', "$workspace/Activities")->{activities};
    my ($idle)     = map { $_->{sid} } grep { $_->{available} } @$activities;
    my $queue      = api($address, 'POST', "$workspace/TaskQueues", FriendlyName => 'Spanish', TargetWorkers => 'languages HAS "es"');
    my %target     = (queue => $queue->{sid}, $o{timeout} ? (timeout => $o{timeout}) : ());
    my $workflow   = api($address, 'POST', "$workspace/Workflows",
        FriendlyName  => 'calls',
        Configuration => $json->encode({ task_routing => { filters => [
            { filter_friendly_name => 'Spanish', expression => "selected_language == 'es'", targets => [ \%target ] } ] } }),
        $o{callback}            ? (AssignmentCallbackUrl  => $o{callback})            : (),
        $o{reservation_timeout} ? (TaskReservationTimeout => $o{reservation_timeout}) : ());
    api($address, 'POST', "$workspace/Workers", FriendlyName => "Worker $_", ActivitySid => $idle,
        Attributes => '{"languages":["en","es"],"contact_uri":"client:alice"}')
      for 1 .. $o{workers} // 0;
    return { workspace => substr($workspace, 1), idle => $idle, queue => $queue->{sid}, workflow => $workflow->{sid} };
}

1;
