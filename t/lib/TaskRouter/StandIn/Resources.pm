package TaskRouter::StandIn::Resources;

# What the stand-in knows of TaskRouter's REST API: creating a Task, reading and updating a Reservation, lists that are
# empty on every page, with the JSON shapes of the public description and TaskRouter's error bodies.

use strict;
use warnings;
use Exporter qw(import);
use JSON::PP ();
use MIME::Base64 qw(decode_base64);
use POSIX qw(strftime);
use TaskRouter::Signature qw(sid);

our @EXPORT_OK = qw(json_answer error_answer);

my $json = JSON::PP->new->canonical->utf8->allow_nonref;
my $sid_digits = qr/[0-9a-fA-F]{32}/;

# credentials => { user => password }
sub new {
    my ($class, %option) = @_;
    return bless { account => $option{account}, credentials => $option{credentials}, base => $option{base},
        tasks => {}, reservations => {}, number => 0 }, $class;
}

sub json_answer {
    my ($status, $value, @headers) = @_;
    return { status => $status, headers => [['Content-Type', 'application/json; charset=utf-8'], @headers],
        body => $json->encode($value) };
}

sub error_answer {
    my ($status, $code, $message) = @_;
    return json_answer($status, { code => $code, message => $message, status => $status,
        more_info => "https://www.twilio.com/docs/errors/$code" });
}

sub handle {
    my ($self, $request) = @_;
    return error_answer(401, 20003, 'Authenticate') unless $self->is_authenticated($request);
    my ($method, $path) = @{$request}{qw(method path)};
    if ($path =~ m{^/v1/Workspaces/(WS$sid_digits)/Tasks$}) {
        return $self->create_task($1, $request) if $method eq 'POST';
        return $self->list('tasks', $request) if $method eq 'GET';
    } elsif ($path =~ m{^/v1/Workspaces/WS$sid_digits/(Workers|Activities)$}) {
        return $self->list(lc $1, $request) if $method eq 'GET';
    } elsif ($path =~ m{^/v1/Workspaces/(WS$sid_digits)/Tasks/(WT$sid_digits)/Reservations/(WR$sid_digits)$}) {
        my $reservation = $self->reservation($1, $2, $3);
        return $self->update_reservation($reservation, $request) if $method eq 'POST';
        return json_answer(200, $reservation) if $method eq 'GET';
    } else {
        return error_answer(404, 20404, 'The requested resource ' . ($path =~ s{^/v1}{}r) . ' was not found');
    }
    return error_answer(405, 20004, 'Method not allowed');
}

sub is_authenticated {
    my ($self, $request) = @_;
    my ($encoded) = ($request->{headers}{authorization} // '') =~ /^Basic\s+(\S+)$/ or return 0;
    my ($user, $password) = split /:/, decode_base64($encoded), 2;
    return 0 unless defined $user && defined $password;
    my $wanted = $self->{credentials}{$user};
    return defined $wanted && $wanted eq $password;
}

# Form parameters, or undef when the body is not a form.
sub form_parameters {
    my $request = shift;
    return undef unless ($request->{headers}{'content-type'} // '') =~ m{^application/x-www-form-urlencoded\b};
    my %parameters;
    for my $part (split /&/, $request->{body}) {
        my ($name, $value) = map { s/\+/ /gr =~ s/%([0-9A-Fa-f]{2})/chr hex $1/ger } split(/=/, $part, 2), '';
        $parameters{$name} = $value;
    }
    return \%parameters;
}

sub now { return strftime('%Y-%m-%dT%H:%M:%SZ', gmtime) }

# Attributes come as bytes and go back as they are: the text is taken for UTF-8 by the JSON encoder.
sub text { my $bytes = shift; utf8::decode($bytes); return $bytes }

sub create_task {
    my ($self, $workspace, $request) = @_;
    my $form = form_parameters($request) or return error_answer(415, 20001, 'Unsupported media type');
    my $attributes = $form->{Attributes} // '{}';
    my $decoded = eval { $json->decode($attributes) };
    return error_answer(400, 20001, 'Attributes must be a JSON object') unless ref $decoded eq 'HASH';
    my $task = $self->new_task($workspace, $form, text($attributes));
    $self->{tasks}{ $task->{sid} } = $task;
    return json_answer(201, $task, ['Twilio-Request-Id', sid('RQ', ++$self->{number})]);
}

sub new_task {
    my ($self, $workspace, $form, $attributes) = @_;
    my $sid = sid('WT', ++$self->{number});
    my $workflow = $form->{WorkflowSid} || sid('WW');
    my $base = "$self->{base}/v1/Workspaces/$workspace";
    my $now = now();
    return {
        sid => $sid, account_sid => $self->{account}, workspace_sid => $workspace, workflow_sid => $workflow,
        workflow_friendly_name => 'Example Workflow', task_queue_sid => sid('WQ'),
        task_queue_friendly_name => 'Example Task Queue', task_channel_sid => sid('TC'),
        task_channel_unique_name => $form->{TaskChannel} // 'default', attributes => $attributes, addons => '{}',
        age => 0, assignment_status => 'pending', priority => 0 + ($form->{Priority} || 0), reason => undef,
        timeout => 0 + ($form->{Timeout} || 86400), ignore_capacity => JSON::PP::false,
        routing_target => $form->{RoutingTarget}, date_created => $now, date_updated => $now,
        task_queue_entered_date => $now, virtual_start_time => $form->{VirtualStartTime} // $now,
        url => "$base/Tasks/$sid",
        links => { workspace => $base, workflow => "$base/Workflows/$workflow",
            task_queue => "$base/TaskQueues/" . sid('WQ'), reservations => "$base/Tasks/$sid/Reservations" },
    };
}

# The page that was asked for, with a next one.
sub list {
    my ($self, $key, $request) = @_;
    my ($query) = $request->{target} =~ /\?(.*)/;
    my %parameter = map { split /=/, $_, 2 } split /&/, $query // '';
    my $url = $self->{base} . $request->{path} . '?' . join '', map { "$_&" } grep { !/^Page/ } split /&/, $query // '';
    $url .= 'PageSize=' . (delete $parameter{PageSize} // 50);
    my $page = $parameter{Page} // 0;
    return json_answer(200, { $key => [], meta => { key => $key, page => 0 + $page, page_size => 50, previous_page_url => undef,
        first_page_url => "$url&Page=0", url => "$url&Page=$page" . ($parameter{PageToken} ? "&PageToken=$parameter{PageToken}" : ''),
        next_page_url => "$url&Page=" . ($page + 1) . '&PageToken=PA%2B1' } });
}

# A Reservation nobody has heard of is a pending one.
sub reservation {
    my ($self, $workspace, $task, $sid) = @_;
    my $base = "$self->{base}/v1/Workspaces/$workspace";
    my $now = now();
    my $reservation = $self->{reservations}{$sid} //= { reservation_status => 'pending' };
    %$reservation = (
        date_created => $now, date_updated => $now, sid => $sid, account_sid => $self->{account},
        workspace_sid => $workspace, task_sid => $task, worker_sid => sid('WK'), worker_name => 'Alice',
        url => "$base/Tasks/$task/Reservations/$sid",
        links => { workspace => $base, task => "$base/Tasks/$task", worker => "$base/Workers/" . sid('WK') },
        %$reservation,
    );
    return $reservation;
}

sub preset_reservation {
    my ($self, $sid, $status) = @_;
    $self->{reservations}{$sid}{reservation_status} = $status;
}

sub update_reservation {
    my ($self, $reservation, $request) = @_;
    my $form = form_parameters($request) or return error_answer(415, 20001, 'Unsupported media type');
    my $wanted = $form->{ReservationStatus} // '';
    my $status = $reservation->{reservation_status};
    my $sid = $reservation->{sid};
    return error_answer(400, 20001, 'ReservationStatus is invalid')
        unless $wanted =~ /^(?:accepted|rejected|wrapping|completed)$/;
    return error_answer(410, 20001, "Reservation $sid was rescinded") if $status eq 'rescinded';
    return error_answer(400, 20001,
        "Reservation $sid not in expected state [pending] and cannot be updated to [$wanted]")
        if $wanted =~ /^(?:accepted|rejected)$/ && $status ne 'pending';
    @{$reservation}{qw(reservation_status date_updated)} = ($wanted, now());
    return json_answer(200, $reservation);
}

1;
