package TaskRouter::Client;

# Runs t/taskrouterd-client.js: Twilio's npm package going through the whole REST API.

use strict;
use warnings;
use JSON::PP ();
use TaskRouter::Fixture qw($account $auth_token);
use TaskRouter::Node;
use TaskRouter::Process qw(run_command top_directory);

# run($base_url, $callback_url): { checks => [{ name, ok, got }], exchanges => [{ method, target, status, headers, body }],
# origins => [the origins of the URLs that the package asked for] }.
sub run {
    my ($class, $base_url, $callback_url) = @_;
    my $run = run_command([TaskRouter::Node::command(top_directory() . '/t/taskrouterd-client.js'), $base_url, $account,
        $auth_token, $callback_url], keep_user => 1, environment => { NODE_PATH => TaskRouter::Node::modules() },
            seconds => 60);
    die "node: $run->{status} $run->{err}" if $run->{status} != 0 || !length $run->{out};
    my $result = JSON::PP::decode_json($run->{out});
    utf8::encode($_->{body}) for @{ $result->{exchanges} };    # as it was on the wire
    return $result;
}

1;
