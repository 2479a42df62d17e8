# What the program sends is right by Twilio's public OpenAPI description of TaskRouter: Prism stands for TaskRouter and
# refuses what the description does not allow. (Absent answers and unknown parameters it lets through.)
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use TaskRouter::Fixture qw($account $auth_token $workspace operator basic);
use TaskRouter::HTTP;
use TaskRouter::Node;
use TaskRouter::Process qw(time_limit free_port);
use TaskRouter::Responder;
use TaskRouter::Signature qw(sid form_body);

my $missing = TaskRouter::Node::missing('@stoplight/prism-cli');
plan skip_all => $missing if $missing;
my $description = TaskRouter::Node::openapi_description();
plan skip_all => 'no OpenAPI description of TaskRouter' unless $description;
time_limit(120);

my $port = free_port();
my $prism = TaskRouter::Process->start(name => 'prism', keep_user => 1, seconds => 60, ready => { port => $port },
    command => [TaskRouter::Node::command(TaskRouter::Node::modules() . '/@stoplight/prism-cli/dist/index.js', 'mock',
        '--errors', '-m', 'false', '-h', '127.0.0.1', '-p', $port, $description)]);

# First that Prism does refuse: a check that lets everything pass would be none.
my $direct = TaskRouter::HTTP->new(port => $port);
my $tasks = "/v1/Workspaces/$workspace/Tasks";
for my $wrong (
    ['POST', $tasks, 'Priority=high', 422, 'a priority that is no number'],
    ['POST', "/v1/Workspaces/WS1/Tasks", 'Priority=1', 422, 'a sid of the wrong form'],
    ['PUT', $tasks, 'Priority=1', 405, 'a method that is not there'],
    ['POST', '/v1/Elsewhere', 'Priority=1', 404, 'a path that is not there'],
) {
    my ($method, $target, $body, $status, $name) = @$wrong;
    my $response = $direct->request(method => $method, target => $target, body => $body,
        headers => [basic($account, $auth_token), ['Content-Type', 'application/x-www-form-urlencoded']]);
    is $response->{status}, $status, "Prism refuses $name" or diag $response->{body};
}

my $responder = TaskRouter::Responder->start_fastcgi(configuration => { api_url => "http://127.0.0.1:$port" });

sub ask {
    my ($path, @form) = @_;
    return $responder->fastcgi_request({ method => 'POST', target => "/taskrouter$path", body => form_body(@form),
        headers => [operator(), ['Content-Type', 'application/x-www-form-urlencoded']] });
}

my @creates = (
    ['the least', Priority => '1'],
    ['everything', WorkflowSid => sid('WW', 2), Priority => '7', Timeout => '600', TaskChannel => 'voice',
        RoutingTarget => sid('WK'), Attributes => '{"a":"ä & b"}', VirtualStartTime => '2020-01-02T03:04:05Z'],
);
for my $create (@creates) {
    my ($name, @form) = @$create;
    my $answer = ask('/create_task', @form);
    is $answer->{status}, 200, "create_task with $name" or diag $answer->{body};
    is $answer->{body}, '{"body": "attributes"}', "... the description's example comes back";
    is $answer->{headers}{'taskrouter-task-sid'}[0], 'WT' . 'a' x 32, '... and its sid';
}
my $answer = ask('/accept_reservation', TaskSid => sid('WT'), ReservationSid => sid('WR'));
is $answer->{status}, 200, 'accept_reservation' or diag $answer->{body};
is $answer->{body}, '{"reservation_status":"accepted"}', '... with the status';

unlike $prism->output, qr/\b(?:error|violation)\b.*\b(?:42[0-9]|40[0-9])\b.*Tasks\/WT/i, 'Prism has nothing to say against it';
done_testing;
