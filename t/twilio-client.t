# Twilio's official npm package signs callbacks, and its validator agrees with the published examples and with ours.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::PP ();
use Test::More;
use TaskRouter::Cases qw(callback_request);
use TaskRouter::Fixture qw($auth_token $public_url);
use TaskRouter::Node;
use TaskRouter::Process qw(time_limit run_command);
use TaskRouter::Responder;
use TaskRouter::Signature qw(sign_form sign_json callback_parameters);

my $missing = TaskRouter::Node::missing('twilio');
plan skip_all => $missing if $missing;
time_limit(60);

# Parameters as an object: a name that comes more than once has a list.
sub object {
    my %object;
    while (my ($name, $value) = splice @_, 0, 2) {
        $object{$name} = exists $object{$name} ? [ref $object{$name} ? @{ $object{$name} } : $object{$name}, $value] : $value;
    }
    return \%object;
}

# The values are characters here; the package turns them into UTF-8, as Twilio does.
sub node_says {
    my $bytes = JSON::PP->new->ascii->encode([@_]);
    my $run = run_command([TaskRouter::Node::command("$FindBin::Bin/twilio-client.js")], stdin => $bytes, keep_user => 1,
        environment => { NODE_PATH => TaskRouter::Node::modules() }, seconds => 30);
    die "node: $run->{err}" if $run->{status} != 0;
    return @{ JSON::PP::decode_json($run->{out}) };
}

my $url = 'https://mycompany.com/myapp.php?foo=1&bar=2';
my @call = (CallSid => 'CA1234567890ABCDE', Caller => '+14158675309', Digits => '1234', From => '+14158675309',
    To => '+18005551212');
my %other = (@call, Caller => '+12349013030', From => '+12349013030');
my %again = (@call, Caller => '+14158675310', From => '+14158675310');
my %without = @call;
delete $without{Caller};
# The published examples, token 12345: URL, parameters, signature.
my @published = (
    [$url, [@call], 'RSOYDt4T1cUTdK1PDd93/VVr8B8='],
    [$url, [%other], '0/KCTR6DLpKmkAf8muzZqo1nDgQ='],
    ['https://example.com/myapp.php?foo=1&bar=2', [%again], 'L/OH5YylLD5NRKLltdqwSvS0BnU='],
    ['http://mycompany.com/myapp.php?foo=1&bar=2', [%without], 'HpS7PBa1Agvt4OtO+wZp75IuQa0='],
    [$url, [Sid => 'CA123', SidAccount => 'AC123', Digits => '5678', Digits => '1234', Digits => '1234'],
        'IK+Dwps556ElfBT0I3Rgjkr1wJU='],
    ['http://mycompany.com:1234/myapp.php?foo=1&bar=2', [@call], 'Zmvh+3yNM1Phv2jhDCwEM3q5ebU='],
    ['https://mycompany.com:443/myapp.php?foo=1&bar=2', [@call], 'kvajT1Ptam85bY51eRf/AJRuM3w='],
    [$url, [@call, ReasonConferenceEnded => 'test', Reason => 'Participant'], 'vOEb5UThFn24KEfnOFLQY2AE5FY='],
    ['https://example.com/assignment_callback', [callback_parameters()], 's3udjNz2Hygd5bUP8KON5It9FQA='],
);

subtest 'the published examples' => sub {
    my @answers = node_says(map { { token => '12345', url => $_->[0], parameters => object(@{ $_->[1] }),
        signature => sign_form('12345', $_->[0], @{ $_->[1] }) } } @published);
    for my $number (0 .. $#published) {
        my ($where, $pairs, $signature) = @{ $published[$number] };
        is sign_form('12345', $where, @$pairs), $signature, "example $number: ours";
        is $answers[$number]{signature}, $signature, '... the package signs the same';
        ok $answers[$number]{valid}, '... and finds ours valid';
    }
    my ($wrong) = node_says({ token => '12345', url => $url, parameters => {}, signature => sign_form('x', $url) });
    ok !$wrong->{valid}, 'and a wrong one not';
};

my $responder = TaskRouter::Responder->start_fastcgi;

subtest 'callbacks signed by the package' => sub {
    my @changes = ({}, { TaskAttributes => '{"name":"Zo' . "\xeb" . ' & Co+1","quote":"it\'s"}' }, { TaskPriority => '' },
        { WorkerName => 'Alice', Zebra => ' spaces  stay ' });
    my @queries = (undef, 'tenant=a%20b', 'a=1&b=&c', 'It%27s');
    my (@requests, @asked);
    for my $change (@changes) {
        for my $query (@queries) {
            my $full = "$public_url/assignment_callback" . (defined $query ? "?$query" : '');
            push @asked, { token => $auth_token, url => $full, parameters => object(callback_parameters(%$change)) };
            my %bytes = map { my $value = $change->{$_}; utf8::encode($value); ($_ => $value) } keys %$change;
            push @requests, { change => \%bytes, query => $query };
        }
    }
    my @answers = node_says(@asked);
    for my $number (0 .. $#requests) {
        my $request = callback_request(%{ $requests[$number] }, signature => $answers[$number]{signature});
        is $responder->fastcgi_request($request)->{status}, 200, "accepted: $asked[$number]{url}";
        $request = callback_request(%{ $requests[$number] }, signature => $answers[$number]{signature}, extra => [X => 1]);
        is $responder->fastcgi_request($request)->{status}, 403, '... and refused with one more parameter';
    }
};

subtest 'a JSON body' => sub {
    my $body = '{"property": "value", "boolean": true}';
    my ($signed, $signature) = sign_json('12345', $url, $body);
    is $signature, 'a9nBmqA0ju/hNViExpshrM61xv4=', 'the published example';
    my ($answer) = node_says({ token => '12345', url => $signed, body => $body, signature => $signature });
    ok $answer->{valid}, '... is valid for the package';
};

done_testing;
