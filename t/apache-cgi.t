# The table of cases through Apache with mod_cgid and the shipped .htaccess, as on shared hosting.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use TaskRouter::CaseRunner qw(run_cases refuses_large_bodies);
use TaskRouter::Cases qw(case_configuration);
use TaskRouter::Process qw(time_limit);
use TaskRouter::Responder;
use TaskRouter::Servers;
use TaskRouter::StandIn;

my $missing = TaskRouter::Servers::missing_apache("cgid");
plan skip_all => $missing if $missing;

time_limit(120);

my $stand_in = TaskRouter::StandIn->start;
my $apache = TaskRouter::Servers->apache_cgi(configuration => case_configuration($stand_in));
run_cases($apache->transport, stand_in => $stand_in);
refuses_large_bodies($apache->transport);

my $client = $apache->client;

subtest 'the second name of each path' => sub {
    my $response = $client->request(method => 'GET', target => '/taskrouter.cgi/healthz');
    is $response->{status}, 200, 'taskrouter.cgi/healthz is there';
};

subtest 'nothing beside the program can be downloaded' => sub {
    my $htdocs = "$apache->{directory}/htdocs";
    for my $name ('taskrouter.json', 'x.conf', 'x.db', 'x.db-wal', 'x.log', 'operator.token', '.htaccess') {
        TaskRouter::Process::write_file("$htdocs/$name", 'secret') unless $name eq '.htaccess';
        is $client->request(method => 'GET', target => "/$name")->{status}, 403, "$name is refused";
    }
    unlink "$htdocs/taskrouter.json";
    TaskRouter::Process::write_file("$htdocs/page.txt", 'public');
    is $client->request(method => 'GET', target => '/page.txt')->{status}, 200, 'other files are served';
};

subtest 'a configuration in the document root' => sub {
    my $directory = $apache->{directory};
    my $status = sub { $client->request(method => 'GET', target => '/taskrouter/healthz')->{status} };
    rename "$directory/taskrouter.json", "$directory/htdocs/taskrouter.json" or die $!;
    is $status->(), 500, 'its mode is 0600, Apache denies it to browsers: refused all the same';
    my $htaccess = TaskRouter::Servers::shipped('apache/htaccess');
    TaskRouter::Process::write_file("$directory/htdocs/.htaccess",
        "SetEnv TASKROUTER_CONFIG $directory/htdocs/taskrouter.json\n$htaccess");
    is $status->(), 200, 'named by SetEnv: taken';
    is $client->request(method => 'GET', target => '/taskrouter.json')->{status}, 403, '... and still denied to browsers';
    TaskRouter::Process::write_file("$directory/htdocs/.htaccess", $htaccess);
    rename "$directory/htdocs/taskrouter.json", "$directory/taskrouter.json" or die $!;
    is $status->(), 200, 'back above it';
};

done_testing;
