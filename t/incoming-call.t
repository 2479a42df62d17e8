# Phone calls: what /incoming_call and /enqueue_call answer to Twilio, with the tutorial's menu and with others, whatever
# the caller presses. How each transport and web server carries it is in TaskRouter::Cases.
use strict;
use warnings;
use utf8;
use Encode qw(encode_utf8);
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use TaskRouter::Fixture qw($account $auth_token $public_url $workflow);
use TaskRouter::HTTP;
use TaskRouter::Process qw(time_limit);
use TaskRouter::Responder;
use TaskRouter::Signature qw(sid sign_form sign_url form_body);

binmode Test::More->builder->$_, ':encoding(UTF-8)' for qw(output failure_output todo_output);
time_limit(60);
my $call = sid('CA', 7);
my @call = (CallSid => $call, AccountSid => $account, From => '+15017122661', To => '+15558675310', CallStatus => 'ringing');
my $declaration = qq(<?xml version="1.0" encoding="UTF-8"?>\n);
my $ask = '<Say language="es">Para español oprime el uno.</Say><Say language="en">For English, press two.</Say>';
my $es = qq(<Enqueue workflowSid="$workflow"><Task>{"selected_language":"es"}</Task></Enqueue>);
my $en = $es =~ s/es"}/en"}/r;

sub responder { return TaskRouter::Responder->start_fastcgi(configuration => {@_}) }

# As Twilio asks: a signed form, or a GET whose whole URL is signed.
sub post {
    my ($responder, $path, %option) = @_;
    my @form = @{ $option{form} // \@call };
    return $responder->fastcgi_request({ method => 'POST', target => "/taskrouter$path", body => form_body(@form),
        headers => [['Content-Type', 'application/x-www-form-urlencoded'],
            ['X-Twilio-Signature', $option{signature} // sign_form($auth_token, "$public_url$path", @form)]] });
}

sub get {
    my ($responder, $path, %option) = @_;
    return $responder->fastcgi_request({ method => 'GET', target => "/taskrouter$path", body => $option{body},
        headers => [@{ $option{headers} // [] }, ['X-Twilio-Signature', sign_url($auth_token, "$public_url$path")]] });
}

sub twiml_is {
    my ($answer, $wanted, $name) = @_;
    my $type = $answer->{headers}{'content-type'}[0] // '';
    is "$answer->{status} $type $answer->{body}", "200 text/xml " . encode_utf8("$declaration<Response>$wanted</Response>\n"), $name;
}

sub count {
    my ($responder, $step) = @_;
    my $text = $responder->fastcgi_request({ method => 'GET', target => '/taskrouter/metrics', headers => [] })->{body};
    return $text =~ /^taskrouter_calls_total\{step="$step"\} (\d+)$/m ? $1 : 0;
}

# The tutorial: https://www.twilio.com/docs/taskrouter/quickstart
my $tutorial = responder();
my $gather = qq(<Gather action="enqueue_call" method="POST" numDigits="1" timeout="5">$ask</Gather>);

subtest 'the tutorial' => sub {
    twiml_is post($tutorial, '/incoming_call'), $gather, '12.2 #5 POST /incoming_call';
    twiml_is get($tutorial, '/incoming_call?' . form_body(@call)), $gather, '... GET';
    twiml_is post($tutorial, '/enqueue_call', form => [@call, Digits => '1']), $es, '12.2 #6 1: Spanish';
    twiml_is get($tutorial, '/enqueue_call?' . form_body(@call, Digits => '1')), $es, '... GET';
    twiml_is post($tutorial, '/enqueue_call', form => [@call, Digits => '2']), $en, '2: English';
    my @else = ('3', '', '11', '01', '1 ', ' 1', '#', '*', "1\0", "1\n", '１', '<Hangup/>', ']]>', '"/><x a="', '&amp;', '1' x 60000,
        "\xff\xfe", '%31', '${task.from}');
    twiml_is post($tutorial, '/enqueue_call', form => [@call, Digits => encode_utf8($_)]), $en,
        'anything else: English: ' . substr($_, 0, 20) =~ s/([^ -~])/sprintf '\x{%x}', ord $1/ger for @else;
    twiml_is post($tutorial, '/enqueue_call'), $en, '... no Digits at all';
    twiml_is post($tutorial, '/enqueue_call', form => [@call, Digits => '1', Digits => '2']), $es, 'the first of two';
    twiml_is post($tutorial, '/enqueue_call?Digits=1', form => [@call, Digits => '2']), $en, 'of a POST its form counts';
    twiml_is get($tutorial, '/enqueue_call?' . form_body(@call, Digits => '2'), body => 'Digits=1',
        headers => [['Content-Type', 'application/x-www-form-urlencoded']]), $en, '... of a GET its query, whatever body it has';
    twiml_is get($tutorial, '/enqueue_call'), $en, 'a GET without parameters';
    twiml_is get($tutorial, '/enqueue_call?Digits=%zz'), $en, '... with a query that is malformed';
    twiml_is get($tutorial, '/incoming_call?%'), $gather, '... likewise';
    twiml_is post($tutorial, '/incoming_call', form => [Digits => '1']), $gather, 'no CallSid, no AccountSid';
    twiml_is post($tutorial, '/incoming_call', form => [@call, CallSid => "x\n"]), $gather, 'two CallSids, one of them none';
    cmp_ok count($tutorial, 'menu'), '==', 5, 'counted: the menu';
    cmp_ok count($tutorial, 'enqueued'), '==', 9 + @else, '... the queue';
    is count($tutorial, 'repeated') + count($tutorial, 'hung_up'), 0, '... nothing else';
    my $log = $tutorial->output;
    like $log, qr/ route=incoming_call status=200 .* call=$call decision=menu$/m, 'logged: the call and the menu';
    like $log, qr/ route=enqueue_call status=200 .* call=$call decision="enqueued 1 es"$/m, '... the choice';
    unlike $log, qr/5017122661|5558675310/, '... no telephone number';
};

subtest 'who may ask' => sub {
    my $signature = sign_form($auth_token, "$public_url/incoming_call", @call);
    my $query = form_body(@call);
    my @rows = (
        ['signed for the other endpoint', post($tutorial, '/enqueue_call', signature => $signature)],
        ['another query than signed', post($tutorial, '/incoming_call?menu=1', signature => $signature)],
        ['no signature', post($tutorial, '/incoming_call', signature => '')],
        ['a parameter more than signed', post($tutorial, '/incoming_call', form => [@call, Digits => '1'], signature => $signature)],
        ['an unknown account', post($tutorial, '/incoming_call', form => [AccountSid => sid('AC', 9)])],
        ['a GET of an unknown account', get($tutorial, '/incoming_call?AccountSid=' . sid('AC', 9))],
        ['a GET without signature', $tutorial->fastcgi_request({ method => 'GET', target => "/taskrouter/incoming_call?$query", headers => [] })],
        ['a GET with the signature of another', $tutorial->fastcgi_request({ method => 'GET', target => "/taskrouter/incoming_call?$query&x=1",
            headers => [['X-Twilio-Signature', sign_url($auth_token, "$public_url/incoming_call?$query")]] })],
        ['a GET signed as a form', $tutorial->fastcgi_request({ method => 'GET', target => "/taskrouter/incoming_call?$query",
            headers => [['X-Twilio-Signature', sign_form($auth_token, "$public_url/incoming_call?$query", @call)]] })],
    );
    for my $row (@rows) {
        is $row->[1]{status}, 403, $row->[0];
        like $row->[1]{headers}{'content-type'}[0], qr/problem/, '... a problem document';
    }
    my $open = responder(signature => 'off', auth_token => undef);
    is $open->fastcgi_request({ method => 'GET', target => '/taskrouter/incoming_call', headers => [] })->{status}, 200,
        'signature off: anybody';
};

subtest 'without a Workflow' => sub {
    my $responder = responder(workflow_sid => undef);
    for my $path ('/incoming_call', '/enqueue_call') {
        my $answer = post($responder, $path);
        is $answer->{status}, 500, "$path: 500";
        like $answer->{body}, qr/workflow_sid is not configured/, '... and what is missing';
    }
    is count($responder, 'menu') + count($responder, 'enqueued'), 0, '... not counted';
};

# Three languages, a greeting, and a caller who cannot decide.
subtest 'repeats' => sub {
    my $responder = responder(calls => { repeat => 2, greeting => [{ prompt => 'Welcome' }, { play => '/hello.mp3' }],
        goodbye => { prompt => 'Au revoir', language => 'fr', voice => 'Polly.Celine' }, wrong_input => 'hang_up', timeout => 9,
        menu => [{ digits => '1', prompt => '1 & <2>', attributes => { a => '<&>' } }, { digits => '22', play => 'https://h/a?b&c' },
            { digits => '3', prompt => 'trois', language => 'fr', workflow_sid => sid('WW', 5), priority => 7, timeout => 60 }] });
    my $menu = sub {
        my ($showing, $greeting) = @_;
        return qq(<Gather action="enqueue_call?menu=$showing" method="POST" numDigits="2" timeout="9" actionOnEmptyResult="true">$greeting)
            . '<Say>1 &amp; &lt;2&gt;</Say><Play>https://h/a?b&amp;c</Play><Say language="fr">trois</Say></Gather>';
    };
    my $goodbye = '<Say language="fr" voice="Polly.Celine">Au revoir</Say><Hangup/>';
    twiml_is post($responder, '/incoming_call'), $menu->(1, '<Say>Welcome</Say><Play>/hello.mp3</Play>'), 'the first time, with the greeting';
    for my $digits ('', '9', '333') {
        my @form = (@call, length $digits ? (Digits => $digits) : ());
        twiml_is post($responder, "/enqueue_call?menu=$_", form => \@form), $menu->($_ + 1, ''), "\"$digits\" after $_: again" for 1, 2;
        twiml_is post($responder, "/enqueue_call?menu=$_", form => \@form), $goodbye, "\"$digits\" after $_: the end"
            for 3, 4, 11, 12, 99999999999999999999, '-1', '', 'x', '1x';
    }
    twiml_is post($responder, '/enqueue_call?menu=2', form => [@call, Digits => '1']),
        qq(<Enqueue workflowSid="$workflow"><Task>{"a":"&lt;&amp;&gt;"}</Task></Enqueue>), 'a choice in the end';
    twiml_is post($responder, '/enqueue_call?menu=9', form => [@call, Digits => '22']),
        qq(<Enqueue workflowSid="$workflow"><Task>{}</Task></Enqueue>), '... without attributes';
    twiml_is post($responder, '/enqueue_call', form => [@call, Digits => '3']), '<Enqueue workflowSid="' . sid('WW', 5)
        . '"><Task priority="7" timeout="60">{}</Task></Enqueue>', '... with a Workflow, a priority and a timeout of its own';
    cmp_ok count($responder, 'repeated'), '==', 6, 'counted: again';
    cmp_ok count($responder, 'hung_up'), '==', 27, '... the end';
    like $responder->output, qr/decision="menu 3"/, 'logged: again';
    like $responder->output, qr/decision="hung up"/, '... the end';
};

subtest 'silence' => sub {
    my $responder = responder(calls => { no_input => 'enqueue', default => '1', finish_on_key => 'none', wait_url => 'https://h/wait?a=b&c',
        wait_method => 'GET', enqueue_action => '/after', enqueue_method => 'GET' });
    my $urls = 'action="/after" method="GET" waitUrl="https://h/wait?a=b&amp;c" waitUrlMethod="GET"';
    (my $wanted = $es) =~ s/(?=><Task)/ $urls/;
    twiml_is post($responder, '/incoming_call'), qq(<Gather action="enqueue_call?menu=1" method="POST" numDigits="1" timeout="5" )
        . qq(finishOnKey="" actionOnEmptyResult="true">$ask</Gather>), 'the menu';
    twiml_is post($responder, '/enqueue_call?menu=1', form => [@call, Digits => '']), $wanted, 'nothing: the default choice';
    twiml_is post($responder, '/enqueue_call?menu=1', form => [@call, Digits => '9']), $wanted, 'another key: the same';
    my $star = responder(calls => { finish_on_key => '*', wrong_input => 'hang_up' });
    twiml_is post($star, '/incoming_call'), $gather =~ s/timeout="5"/timeout="5" finishOnKey="*"/r, 'another key that ends it';
    twiml_is post($star, '/enqueue_call', form => [@call, Digits => '9']), '<Hangup/>', 'a wrong key ends the call';
};

subtest 'one choice' => sub {
    my $responder = responder(workflow_sid => undef, calls => { greeting => { prompt => 'Hello' }, menu => [{ prompt => 'Please wait',
        attributes => { selected_language => 'en' }, workflow_sid => sid('WW', 6) }] });
    my $enqueue = '<Enqueue workflowSid="' . sid('WW', 6) . '"><Task>{"selected_language":"en"}</Task></Enqueue>';
    twiml_is post($responder, '/incoming_call'), "<Say>Hello</Say><Say>Please wait</Say>$enqueue", 'callers are not asked';
    twiml_is post($responder, '/enqueue_call', form => [@call, Digits => '5']), $enqueue, '... and need not answer';
};

subtest 'as a CGI program, and over HTTP' => sub {
    my $cgi = TaskRouter::Responder->prepare(configuration => { calls => { repeat => 1 } });
    my $path = '/enqueue_call?menu=1';
    my $answer = $cgi->cgi_request({ method => 'POST', target => "/taskrouter$path", body => form_body(@call, Digits => 9),
        headers => [['Content-Type', 'application/x-www-form-urlencoded'],
            ['X-Twilio-Signature', sign_form($auth_token, "$public_url$path", @call, Digits => 9)]] });
    twiml_is $answer, qq(<Gather action="enqueue_call?menu=2" method="POST" numDigits="1" timeout="5" actionOnEmptyResult="true">$ask</Gather>),
        'CGI: again';
    my $http = TaskRouter::Responder->start_http(configuration => { calls => { repeat => 1 } })->http_transport;
    $answer = $http->request({ method => 'GET', target => "/taskrouter$path", headers => [['X-Twilio-Signature', sign_url($auth_token, "$public_url$path")]] });
    like $answer->{body}, qr/menu=2/, 'HTTP: again';
};

done_testing;
