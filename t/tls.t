# Outgoing calls over TLS: certificates are checked, HTTP/2 is used where it is offered. A private nginx puts TLS in
# front of the stand-in.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use TaskRouter::FastCGI;
use TaskRouter::Fixture qw(operator);
use TaskRouter::Process qw(time_limit temporary_directory read_file run_command find_command);
use TaskRouter::Responder;
use TaskRouter::Servers;
use TaskRouter::StandIn;

my $missing = TaskRouter::Servers::missing('nginx', 'openssl');
plan skip_all => $missing if $missing;
time_limit(90);

my $directory = temporary_directory();

# A self-signed certificate; days may be negative for one that has expired.
sub certificate {
    my ($name, $subject) = @_;
    my @files = ("$directory/$name-key.pem", "$directory/$name.pem");
    my $run = run_command([find_command('openssl'), qw(req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=test -addext),
        "subjectAltName=$subject", '-keyout', $files[0], '-out', $files[1]]);
    $run->{status} == 0 or die "openssl: $run->{err}";
    return (key => $files[0], certificate => $files[1]);
}

my $stand_in = TaskRouter::StandIn->start;
my %good = certificate('good', 'IP:127.0.0.1,DNS:localhost');
my %other = certificate('other', 'DNS:other.example.com');
my $front = TaskRouter::Servers->nginx_tls(upstream => $stand_in->port, %good);
my $wrong_name = TaskRouter::Servers->nginx_tls(upstream => $stand_in->port, %other);

my $create = TaskRouter::Responder::cgi_parameters({ method => 'GET', target => '/taskrouter/create_task',
    headers => [operator()] }, doubled_headers => 'repeat');

sub responder_for {
    my ($port, %rest) = @_;
    return TaskRouter::Responder->start_fastcgi(configuration => { api_url => "https://127.0.0.1:$port", rest => \%rest });
}

sub status_of {
    my ($responder, $count) = @_;
    my @connections = map {
        my $connection = TaskRouter::FastCGI->connect_to(@{ $responder->{where} });
        $connection->send_bytes(TaskRouter::FastCGI::build_request($create, ''));
        $connection;
    } 1 .. $count // 1;
    return join ' ', map { $_->read_answer(15)->{status} } @connections;
}

my $unknown = responder_for($front->port);
is status_of($unknown), 502, 'a self-signed certificate is refused';
is status_of(responder_for($wrong_name->port, ca_file => $other{certificate})), 502, 'a certificate for another name is refused';
is status_of(responder_for($front->port, ca_file => $other{certificate})), 502, 'a certificate of another authority is refused';
is scalar(my @none = $stand_in->requests), 0, 'no request, and no token, went over any of these';
unlike $unknown->output, qr/marker-/, 'no secret in the log';

my $responder = responder_for($front->port, ca_file => $good{certificate});
is status_of($responder), 200, 'with ca_file the certificate is good';
is status_of($responder, 20), join(' ', (200) x 20), 'twenty calls at once';
my @lines = split /\n/, read_file("$front->{directory}/access.log");
is scalar(grep { /^HTTP\/2/ } @lines), scalar @lines, 'HTTP/2 is used';
my %connections = map { (split)[1] => 1 } @lines;
cmp_ok scalar(keys %connections), '<=', 10, '... with few connections for ' . @lines . ' calls';

done_testing;
