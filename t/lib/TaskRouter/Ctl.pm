package TaskRouter::Ctl;

# taskrouterctl run to its end, as an unprivileged user, with the credentials of the tests.

use strict;
use warnings;
use Exporter qw(import);
use File::Copy qw(copy);
use TaskRouter::Fixture qw($account $auth_token);
use TaskRouter::Process qw(temporary_directory program_path program_command run_command);
use TaskRouter::Signature qw(sid);

our @EXPORT_OK = qw(page workspace nothing_in_a_workspace);

# new(url => …, environment => {…}): `url` is the REST API's.
sub new {
    my ($class, %option) = @_;
    my $directory = temporary_directory();
    my $program = "$directory/taskrouterctl";    # the unprivileged user can reach it
    copy(program_path('ctl/taskrouterctl'), $program) or die "copy to $program: $!";
    chmod 0755, $program;
    return bless { directory => $directory, program => $program, said => '', environment => { TWILIO_ACCOUNT_SID => $account,
        TWILIO_AUTH_TOKEN => $auth_token, defined $option{url} ? (TASKROUTER_API_URL => $option{url}) : (),
        %{ $option{environment} // {} } } }, $class;
}

sub directory { return $_[0]{directory} }

sub command { my ($self, @arguments) = @_; return [program_command($self->{program}, @arguments)] }

# What the program is given: the environment, with changes; undef takes a variable out.
sub environment {
    my ($self, $change) = @_;
    my %environment = (%{ $self->{environment} }, %{ $change // {} });
    delete $environment{$_} for grep { !defined $environment{$_} } keys %environment;
    return \%environment;
}

# run([arguments], environment => {changes}, …): { status, signal, out, err }, further options as run_command's.
sub run {
    my ($self, $arguments, %option) = @_;
    my $run = run_command($self->command(@$arguments), directory => $self->{directory}, %option,
        environment => $self->environment($option{environment}));
    $self->{said} .= "$run->{out}$run->{err}";
    return $run;
}

# All that was ever printed by run.
sub said { return $_[0]{said} }

# The same begun and not waited for.
sub start {
    my ($self, $arguments, %option) = @_;
    return TaskRouter::Process->start(command => $self->command(@$arguments), %option,
        environment => $self->environment($option{environment}));
}

# ---- a REST API that answers as told

# run, against a TaskRouter::StandIn with these behaviours, each for one request that it fits; besides in `asked` what
# was asked for.
sub with {
    my ($self, $api, $behaviours, $arguments, %option) = @_;
    $api->reset;
    $api->behave(map { { times => 1, %$_ } } @$behaviours);
    my $run = $self->run($arguments, %option);
    $run->{asked} = [map { $_->{target} } $api->requests];
    return $run;
}

# A page of a list, and what next_page_url is in it.
sub page {
    my ($next, @objects) = @_;
    return { status => 200, body => { meta => { key => 'things', next_page_url => $next }, things => \@objects } };
}

sub workspace { my ($number, $name) = @_; return { sid => sid('WS', $number), friendly_name => $name } }

# The lists of a Workspace that nothing is in.
sub nothing_in_a_workspace {
    return map { { path => "/$_\$", %{ page() } } } qw(Activities TaskChannels Workers TaskQueues Workflows);
}

1;
