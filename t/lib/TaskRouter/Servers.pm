package TaskRouter::Servers;

# Private web servers, made from the files that the project ships: only paths, ports and rates are replaced, and a
# replacement that finds nothing to replace is an error. So what is tested is what an operator installs.

use strict;
use warnings;
use File::Copy qw(copy);
use TaskRouter::Fixture qw(write_configuration);
use TaskRouter::HTTP;
use TaskRouter::Process qw(temporary_directory make_directory write_file read_file free_port find_command program_copy top_directory);
use TaskRouter::Responder;

my $shipped_socket = '/run/taskrouter/fcgi.sock';
my $shipped_libexec = '/usr/local/libexec/taskrouter-fcgi';
my $shipped_configuration = '/usr/local/etc/taskrouter-fcgi/taskrouter.json';

# The shipped file's text with replacements (pairs, in order).
sub shipped {
    my ($file, @replace) = @_;
    my $text = read_file(top_directory() . "/$file") || die "no $file\n";
    while (my ($from, $to) = splice @replace, 0, 2) {
        my $found = $text =~ s/\Q$from\E/$to/g;
        die "$file: nothing to replace: $from\n" unless $found;
    }
    return $text;
}

# Tries with another port when somebody else took the one that was free a moment ago.
sub start_on_free_port {
    my ($self, $start) = @_;
    for my $attempt (1 .. 5) {
        $self->{port} = free_port();
        my $process = eval { $start->($self->{port}) };
        return $self->{process} = $process if $process;
        die $@ . $self->error_log if $attempt == 5 || "$@" . $self->error_log !~ /Address already in use|could not bind|can't bind/i;
    }
}

sub new {
    my ($class, %option) = @_;
    my $directory = temporary_directory();
    return bless { directory => $directory, name => $option{name} }, $class;
}

sub port      { return $_[0]{port} }
sub base_url  { return "http://127.0.0.1:$_[0]{port}" }
sub mount     { return '/taskrouter' }
sub process   { return $_[0]{process} }
sub responder { return $_[0]{responder} }
sub error_log { return read_file("$_[0]{directory}/error.log") }
sub client    { my ($self, %option) = @_; return TaskRouter::HTTP->new(port => $self->{port}, %option) }

sub transport {
    my $self = shift;
    my $client = $self->client;
    return TaskRouter::Responder::Transport->new(name => $self->{name}, server => 1,
        send => sub { $client->request(%{ $_[0] }) });
}

sub stop {
    my $self = shift;
    $self->{process}->stop;
    $self->{responder}->stop if $self->{responder};
}

# Whether the programs that a test needs are there; the reason for skipping it if not. ./check installs them all and
# sets TASKROUTER_REQUIRE_ALL: then a missing one is an error.
sub missing {
    my @missing = grep { !find_command(split /\|/) } @_;
    return @missing ? reason('not installed: ' . join(', ', @missing)) : undef;
}

sub reason {
    my $reason = shift;
    die "$reason\n" if $ENV{TASKROUTER_REQUIRE_ALL};
    return $reason;
}

# ---- nginx

# nginx(responder => …): the shipped site; its rate limit is lifted unless limited => 1.
sub nginx {
    my ($class, %option) = @_;
    my $self = $class->new(name => 'nginx');
    my $responder = $self->{responder} = $option{responder};
    return $self->run_nginx('nginx/taskrouter.conf', $option{limited}, "unix:$shipped_socket" => "unix:$responder->{socket}",
        @{ $option{replace} // [] });
}

sub nginx_fcgiwrap {
    my ($class, %option) = @_;
    my $self = $class->new(name => 'fcgiwrap');
    my $directory = $self->{directory};
    program_copy($directory);
    write_configuration("$directory/taskrouter.json", %{ $option{configuration} });
    my $socket = "$directory/fcgiwrap.sock";
    $self->{fcgiwrap} = TaskRouter::Process->start(command => [find_command('fcgiwrap'), '-c', '4', '-s', "unix:$socket"],
        directory => $directory, ready => { unix => $socket });
    return $self->run_nginx('nginx/taskrouter-fcgiwrap.conf', $option{limited}, 'unix:/run/fcgiwrap.socket' => "unix:$socket",
        "$shipped_libexec/taskrouter.fcgi" => "$directory/taskrouter.fcgi",
        $shipped_configuration => "$directory/taskrouter.json");
}

sub run_nginx {
    my ($self, $file, $limited, @replace) = @_;
    my $directory = $self->{directory};
    copy('/etc/nginx/fastcgi_params', "$directory/fastcgi_params") or die "/etc/nginx/fastcgi_params: $!\n";
    $self->start_on_free_port(sub {
        my $port = shift;
        write_file("$directory/site.conf", shipped($file, 'listen 80;' => "listen 127.0.0.1:$port;",
            $limited ? () : ('rate=10r/s' => 'rate=100000r/s', 'burst=20' => 'burst=1000'), @replace));
        write_file("$directory/nginx.conf", nginx_main($directory));
        return TaskRouter::Process->start(name => 'nginx', directory => $directory, ready => { port => $port },
            command => [find_command('nginx'), '-p', $directory, '-c', "$directory/nginx.conf",
                '-e', "$directory/error.log"]);
    });
    return $self;
}

sub nginx_main {
    my $directory = shift;
    my $temporary = join "\n", map { "    ${_}_temp_path $directory/$_;" } qw(client_body proxy fastcgi uwsgi scgi);
    return <<"END";
daemon off;
worker_processes 1;
worker_rlimit_nofile 4096;
pid $directory/nginx.pid;
error_log $directory/error.log;
events { worker_connections 2048; }
http {
    access_log off;
$temporary
    include $directory/site.conf;
}
END
}

# nginx with TLS in front of a plain HTTP server; offers HTTP/2. For outgoing calls to the stand-in.
sub nginx_tls {
    my ($class, %option) = @_;
    my $self = $class->new(name => 'nginx-tls');
    my $directory = $self->{directory};
    write_file("$directory/$_.pem", read_file($option{$_})) for qw(certificate key);
    $self->start_on_free_port(sub {
        my $port = shift;
        write_file("$directory/site.conf", <<"END");
log_format protocol '\$server_protocol \$connection';
server {
    listen 127.0.0.1:$port ssl http2;
    access_log $directory/access.log protocol;
    ssl_certificate $directory/certificate.pem;
    ssl_certificate_key $directory/key.pem;
    location / { proxy_pass http://127.0.0.1:$option{upstream}; proxy_http_version 1.1; }
}
END
        write_file("$directory/nginx.conf", nginx_main($directory));
        return TaskRouter::Process->start(name => 'nginx', directory => $directory, ready => { port => $port },
            command => [find_command('nginx'), '-p', $directory, '-c', "$directory/nginx.conf",
                '-e', "$directory/error.log"]);
    });
    return $self;
}

# ---- Apache

sub apache_modules {
    for my $directory ('/usr/lib/apache2/modules', '/usr/lib64/httpd/modules', '/usr/libexec/apache24',
        '/usr/local/libexec/apache24') {
        return $directory if -d $directory;
    }
    return undef;
}

sub missing_apache {
    my ($module) = @_;
    my $missing = missing('apache2|httpd');
    return $missing if $missing;
    my $directory = apache_modules() // return reason('no Apache modules found');
    return -f "$directory/mod_$module.so" ? undef : reason("Apache has no mod_$module");
}

sub apache_main {
    my ($directory, $port, @modules) = @_;
    my $from = apache_modules();
    my $load = join '', map { "LoadModule ${_}_module $from/mod_$_.so\n" } grep { -f "$from/mod_$_.so" }
        qw(mpm_event authn_core authz_core authz_host alias mime env rewrite reqtimeout unixd log_config), @modules;
    return <<"END";
ServerRoot $directory
DefaultRuntimeDir $directory
PidFile $directory/apache.pid
ErrorLog $directory/error.log
Mutex file:$directory default
ServerName localhost
Listen 127.0.0.1:$port
$load
TypesConfig /dev/null
DocumentRoot $directory/htdocs
# A fixed pool: while it grows Apache makes requests wait, and while it shrinks it cuts kept connections.
ServerLimit 3
StartServers 3
ThreadLimit 128
ThreadsPerChild 128
MaxRequestWorkers 384
MinSpareThreads 1
MaxSpareThreads 384
<Directory />
    AllowOverride None
    Require all denied
</Directory>
<Directory $directory/htdocs>
    Require all granted
</Directory>
END
}

sub run_apache {
    my ($self, $modules, $site) = @_;
    my $directory = $self->{directory};
    make_directory("$directory/htdocs");
    $self->start_on_free_port(sub {
        my $port = shift;
        write_file("$directory/apache.conf", apache_main($directory, $port, @$modules) . $site->($port));
        return TaskRouter::Process->start(name => 'apache', directory => $directory, ready => { port => $port },
            command => [find_command('apache2', 'httpd'), '-D', 'FOREGROUND', '-f', "$directory/apache.conf",
                '-E', "$directory/error.log"]);
    });
    return $self;
}

sub apache_proxy {
    my ($class, %option) = @_;
    my $self = $class->new(name => 'apache-proxy');
    my $responder = $self->{responder} = $option{responder};
    return $self->run_apache(['proxy', 'proxy_fcgi'], sub {
        shipped('apache/taskrouter-proxy.conf', '<VirtualHost *:80>' => "<VirtualHost *:$_[0]>",
            "unix:$shipped_socket" => "unix:$responder->{socket}", @{ $option{replace} // [] });
    });
}

sub apache_fcgid {
    my ($class, %option) = @_;
    my $self = $class->new(name => 'apache-fcgid');
    my $directory = $self->{directory};
    make_directory("$directory/libexec");
    program_copy("$directory/libexec");
    symlink 'taskrouter.fcgi', "$directory/libexec/taskrouter.cgi";    # as "make install" does
    write_configuration("$directory/taskrouter.json", %{ $option{configuration} });
    return $self->run_apache(['fcgid'], sub {
        "FcgidIPCDir $directory/fcgid\nFcgidProcessTableFile $directory/fcgid_table\n"
            . shipped('apache/taskrouter-fcgid.conf', '<VirtualHost *:80>' => "<VirtualHost *:$_[0]>",
                $shipped_libexec => "$directory/libexec", $shipped_configuration => "$directory/taskrouter.json",
                @{ $option{replace} // [] });
    });
}

# Plain CGI: what a user of shared hosting has. The configuration lies above the document root.
sub apache_cgi {
    my ($class, %option) = @_;
    my $self = $class->new(name => 'apache-cgi');
    my $directory = $self->{directory};
    make_directory("$directory/htdocs");
    program_copy("$directory/htdocs", 'taskrouter.cgi');
    write_file("$directory/htdocs/.htaccess", shipped('apache/htaccess'));
    write_configuration("$directory/taskrouter.json", %{ $option{configuration} });
    return $self->run_apache(['cgid'], sub { <<"END" });
ScriptSock $directory/cgid.sock
<Directory $directory/htdocs>
    AllowOverride FileInfo Limit Options AuthConfig
    Options +FollowSymLinks
</Directory>
END
}

# ---- lighttpd

sub lighttpd {
    my ($class, %option) = @_;
    my $self = $class->new(name => 'lighttpd');
    my $responder = $self->{responder} = $option{responder};
    my $directory = $self->{directory};
    make_directory("$directory/htdocs");
    write_file("$directory/site.conf", shipped('lighttpd/taskrouter.conf', "\"$shipped_socket\"" => "\"$responder->{socket}\"",
        @{ $option{replace} // [] }));
    $self->start_on_free_port(sub {
        my $port = shift;
        write_file("$directory/lighttpd.conf", <<"END");
server.document-root = "$directory/htdocs"
server.bind = "127.0.0.1"
server.port = $port
server.errorlog = "$directory/error.log"
server.upload-dirs = ( "$directory" )
include "$directory/site.conf"
END
        return TaskRouter::Process->start(name => 'lighttpd', directory => $directory, ready => { port => $port },
            command => [find_command('lighttpd'), '-D', '-f', "$directory/lighttpd.conf"]);
    });
    return $self;
}

1;
