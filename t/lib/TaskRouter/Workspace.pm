package TaskRouter::Workspace;

# A Workspace of taskrouterd in a test's hands: makes what belongs into it in a line each, and reads it back.

use strict;
use warnings;
use JSON::PP ();

my $json = JSON::PP->new->utf8->canonical->allow_nonref;

sub new {
    my ($class, $server, $resource) = @_;
    my $self = bless { server => $server, %$resource }, $class;
    $self->{path} = "/Workspaces/$self->{sid}";
    return $self;
}

sub server { return $_[0]{server} }
sub sid    { return $_[0]{sid} }

# "/Workspaces/WS…/Tasks/WT…" for ('Tasks', 'WT…').
sub path {
    my ($self, @parts) = @_;
    return join '/', $self->{path}, @parts;
}

# The SID of the Activity of this name.
sub activity {
    my ($self, $name) = @_;
    $self->{activities}{$name} //= do {
        my ($found) = $self->{server}->listed($self->path('Activities'), FriendlyName => $name);
        $found ? $found->{sid} : die "no Activity $name\n";
    };
    return $self->{activities}{$name};
}

sub new_activity {
    my ($self, $name, $available) = @_;
    return $self->{server}->created($self->path('Activities'), FriendlyName => $name,
        Available => $available ? 'true' : 'false');
}

# worker('Alice', { languages => ['en'] }, activity => 'Available', capacity => { chat => 2 })
sub worker {
    my ($self, $name, $attributes, %option) = @_;
    my $activity = exists $option{activity} ? $option{activity} : 'Available';
    my $worker = $self->{server}->created($self->path('Workers'), FriendlyName => $name,
        defined $attributes ? (Attributes => text($attributes)) : (),
        defined $activity ? (ActivitySid => $self->activity($activity)) : ());
    for my $channel (sort keys %{ $option{capacity} // {} }) {
        $self->{server}->updated($self->path('Workers', $worker->{sid}, 'Channels', $channel),
            Capacity => $option{capacity}{$channel});
    }
    return $worker;
}

sub move {
    my ($self, $worker, $activity, @form) = @_;
    return $self->{server}->updated($self->path('Workers', $worker->{sid}), ActivitySid => $self->activity($activity),
        @form);
}

sub queue {
    my ($self, $name, @form) = @_;
    return $self->{server}->created($self->path('TaskQueues'), FriendlyName => $name, @form);
}

# workflow('Name', CONFIGURATION, AssignmentCallbackUrl => …). The configuration is the value of task_routing, or a
# TaskQueue that all Tasks go to.
sub workflow {
    my ($self, $name, $routing, @form) = @_;
    $routing = { default_filter => { queue => $routing->{sid} } } if $routing->{sid};
    return $self->{server}->created($self->path('Workflows'), FriendlyName => $name,
        Configuration => text({ task_routing => $routing }), @form);
}

# task($workflow, {attributes}, Priority => …)
sub task {
    my ($self, $workflow, $attributes, @form) = @_;
    return $self->{server}->created($self->path('Tasks'), $workflow ? (WorkflowSid => $workflow->{sid}) : (),
        defined $attributes ? (Attributes => text($attributes)) : (), @form);
}

sub text { return ref $_[0] ? $json->encode($_[0]) : $_[0] }

# ---- reading

sub fresh {
    my ($self, $resource) = @_;
    return $self->{server}->fetched($resource->{url});
}

# The resource when its property has (one of) these values, or as it is when time is up.
sub wait_for {
    my ($self, $resource, $property, $values, $seconds) = @_;
    my %wanted = map { $_ => 1 } ref $values ? @$values : $values;
    return $self->{server}->eventually($resource->{url}, sub { $wanted{ $_->{$property} // 'null' } }, $seconds);
}

sub task_until   { my ($self, $task, @status) = @_; return $self->wait_for($task, 'assignment_status', [@status]) }
sub worker_until { my ($self, $worker, $name) = @_; return $self->wait_for($worker, 'activity_name', $name) }

# The Reservations of a Task or Worker, oldest first.
sub reservations {
    my ($self, $of, @query) = @_;
    return $self->{server}->listed("$of->{url}/Reservations", @query);
}

# The newest Reservation of a Task, waited for if there is none yet.
sub reservation {
    my ($self, $task) = @_;
    my $page = $self->{server}->eventually("$task->{url}/Reservations", sub { @{ $_->{reservations} } });
    return $page->{reservations}[-1];
}

sub set_reservation {
    my ($self, $reservation, $status, @form) = @_;
    return $self->{server}->post($reservation->{url}, ReservationStatus => $status, @form);
}

# The types of the Events, oldest first; with a filter such as TaskSid => 'WT…'.
sub event_types {
    my ($self, @query) = @_;
    return map { $_->{event_type} } $self->events(@query);
}

sub events {
    my ($self, @query) = @_;
    return $self->{server}->listed($self->path('Events'), @query);
}

1;
