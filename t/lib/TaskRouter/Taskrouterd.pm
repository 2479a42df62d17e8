package TaskRouter::Taskrouterd;

# taskrouterd started for a test, and requests to its REST API.
#
# Every answer is also held against the OpenAPI description, where there is one: violations() lists what is wrong.

use strict;
use warnings;
use File::Copy qw(copy);
use JSON::PP ();
use TaskRouter::Fixture qw($account $auth_token basic);
use TaskRouter::HTTP;
use TaskRouter::OpenAPI;
use TaskRouter::Process qw(temporary_directory program_path program_command);
use TaskRouter::Signature qw(url_encode form_body);
use TaskRouter::Workspace;
use Time::HiRes qw(sleep time);

my $json = JSON::PP->new->utf8->allow_nonref;

# start(store => FILE, port => N, arguments => […], environment => {…}, directory => DIR): ready when it returns. With
# on_disk => 1 the store is a file in a folder of its own; else it is gone with the process.
sub start {
    my ($class, %option) = @_;
    my $directory = $option{directory} // temporary_directory();
    my $self = bless { directory => $directory, program => program_copy($directory),
        store => $option{store} // ($option{on_disk} ? "$directory/taskrouterd.db" : ':memory:'),
        arguments => $option{arguments} // [], environment => $option{environment} // {},
        given_port => $option{port} // 0, account => $account, auth_token => $auth_token,
        description => TaskRouter::OpenAPI->shared, violations => [], processes => [] }, $class;
    return $self->run;
}

# A copy that the unprivileged user can reach.
sub program_copy {
    my $path = shift() . '/taskrouterd';
    copy(program_path('taskrouterd/taskrouterd'), $path) or die "copy to $path: $!";
    chmod 0755, $path;
    return $path;
}

# Starts the process (again); its port may be another one then.
sub run {
    my $self = shift;
    my $process = TaskRouter::Process->start(name => 'taskrouterd', directory => $self->{directory},
        command => [program_command($self->{program}, '-l', "127.0.0.1:$self->{given_port}", '--store', $self->{store},
            @{ $self->{arguments} })],
        environment => { TWILIO_ACCOUNT_SID => $account, TWILIO_AUTH_TOKEN => $auth_token, %{ $self->{environment} } },
        ready => { line => qr{listening on \S*?:(\d+)} });
    push @{ $self->{processes} }, $process;
    $self->{port} = $process->matched;
    delete $self->{client};
    return $self;
}

sub port     { return $_[0]{port} }
sub base_url { return "http://127.0.0.1:$_[0]{port}" }
sub process  { return $_[0]{processes}[-1] }
sub output   { return join '', map { $_->output } @{ $_[0]{processes} } }

sub stop {
    my ($self, $signal) = @_;
    delete $self->{client};
    $self->process->stop($signal);
}

sub restart {
    my ($self, $signal) = @_;
    $self->stop($signal);
    return $self->run;
}

# ---- requests

# A kept connection: a test makes hundreds of requests.
sub client {
    my $self = shift;
    return $self->{client} //= TaskRouter::HTTP->new(port => $self->{port}, keep => 1, seconds => 20,
        host => "127.0.0.1:$self->{port}");
}

# request(method => …, target => …, headers => […], body => …) with the account's credentials unless `anonymous`;
# gives { status, headers, body, json }.
sub request {
    my ($self, %request) = @_;
    my @headers = @{ $request{headers} // [] };
    push @headers, basic($account, $auth_token)
        unless $request{anonymous} || grep { lc $_->[0] eq 'authorization' } @headers;
    my $response = $self->client->request(%request, headers => \@headers);
    delete $self->{client} if !$response->{status};
    $response->{json} = eval { $json->decode($response->{body}) } if length($response->{body} // '');
    push @{ $self->{violations} }, $self->{description}->violations($request{method}, $request{target}, $response)
        if $self->{description} && !$request{unchecked};
    return $response;
}

# A path is relative to /v1, unless it is a whole URL of an answer or begins with /v1 or /_local.
sub target {
    my ($self, $path, @query) = @_;
    $path =~ s{^http://[^/]+}{};
    $path = "/v1$path" unless $path =~ m{^/(?:v1|_local)\b};
    $path .= ($path =~ /\?/ ? '&' : '?') . form_body(@query) if @query;
    return $path;
}

sub get {
    my ($self, $path, @query) = @_;
    return $self->request(method => 'GET', target => $self->target($path, @query));
}

# post($path, [headers], name => value, …); the headers may be left out.
sub post {
    my ($self, $path, @form) = @_;
    my @headers = ref $form[0] ? @{ shift @form } : ();
    return $self->request(method => 'POST', target => $self->target($path), body => form_body(@form),
        headers => [['Content-Type', 'application/x-www-form-urlencoded'], @headers]);
}

sub remove {
    my ($self, $path, @headers) = @_;
    return $self->request(method => 'DELETE', target => $self->target($path), headers => \@headers);
}

# The same for what must succeed: they give what is in the body, or die.
sub fetched {
    my ($self, $path, @query) = @_;
    return wanted(200, "GET $path", $self->get($path, @query));
}

sub created {
    my ($self, $path, @form) = @_;
    return wanted(201, "POST $path", $self->post($path, @form));
}

sub updated {
    my ($self, $path, @form) = @_;
    return wanted(200, "POST $path", $self->post($path, @form));
}

sub deleted {
    my ($self, $path) = @_;
    return wanted(204, "DELETE $path", $self->remove($path));
}

sub wanted {
    my ($status, $what, $response) = @_;
    return $response->{json} if $response->{status} == $status;
    my (undef, $file, $line) = caller 1;
    die "$what: expected $status, got $response->{status} " . ($response->{body} // '') . ($response->{error} // '')
        . " at $file line $line\n";
}

# All items of a list, page by page as a client goes through it.
sub listed {
    my ($self, $path, @query) = @_;
    my @items;
    for (my $target = $self->target($path, @query); defined $target;) {
        my $page = $self->fetched($target);
        push @items, @{ $page->{ $page->{meta}{key} } };
        $target = $page->{meta}{next_page_url};
    }
    return @items;
}

# Reads the resource until the condition holds for it ($_ and the argument); the last state seen.
sub eventually {
    my ($self, $path, $condition, $seconds) = @_;
    my $deadline = time + ($seconds // 8);
    while (1) {
        my $seen = $self->fetched($path);
        local $_ = $seen;
        return $seen if $condition->($seen) || time > $deadline;
        sleep 0.03;
    }
}

# What was wrong with answers since the last call.
sub violations {
    my $self = shift;
    my @violations = @{ $self->{violations} };
    $self->{violations} = [];
    return @violations;
}

# A new Workspace; see TaskRouter::Workspace.
sub new_workspace {
    my ($self, %form) = @_;
    my $resource = $self->created('/Workspaces', %{ { FriendlyName => 'Test', %form } });
    return TaskRouter::Workspace->new($self, $resource);
}

1;
