package TaskRouter::Fixture;

# The account, workspace and secrets that all tests share, and configuration files made from them.

use strict;
use warnings;
use Exporter qw(import);
use JSON::PP ();
use MIME::Base64 qw(encode_base64);
use TaskRouter::Process qw(write_file);
use TaskRouter::Signature qw(sid);

our @EXPORT_OK = qw($account $workspace $workflow $auth_token $operator_token $api_key $api_secret $public_url
    @secrets configuration write_configuration basic bearer operator json_text);

our $account = sid('AC');
our $workspace = sid('WS');
our $workflow = sid('WW');
our $public_url = 'https://tr.example.com/taskrouter';

# Every secret holds a word of its own, so that a search through all output finds a leak.
our $auth_token = 'marker-auth-token-5e1f';
our $operator_token = 'marker-operator-token-9c3a';
our $api_key = sid('SK', 7);
our $api_secret = 'marker-api-secret-77b0';
our @secrets = ($auth_token, $operator_token, $api_secret);

my $json = JSON::PP->new->canonical->utf8->allow_nonref;

sub json_text { return $json->encode($_[0]) }

# The configuration of most tests; a key given as undef is left out.
sub configuration {
    my %change = @_;
    my %configuration = (
        account_sid => $account,
        auth_token => $auth_token,
        workspace_sid => $workspace,
        workflow_sid => $workflow,
        public_url => $public_url,
        operator_token => $operator_token,
        create_task => { attributes => { selected_language => 'es' } },
        %change,
    );
    delete $configuration{$_} for grep { !defined $configuration{$_} } keys %configuration;
    return \%configuration;
}

# Holds secrets, hence mode 0600. Takes the changes of configuration(), or the text itself as one argument.
sub write_configuration {
    my ($path, @change) = @_;
    my $text = @change == 1 ? $change[0] : json_text(configuration(@change));
    return write_file($path, $text, 0600);
}

sub basic {
    my ($user, $password) = @_;
    return ['Authorization', 'Basic ' . encode_base64("$user:$password", '')];
}

sub bearer   { return ['Authorization', "Bearer $_[0]"] }
sub operator { return basic('operator', $operator_token) }

1;
