package TaskRouter::CaseRunner;

# Sends every case of TaskRouter::Cases through one transport and checks the answers.

use strict;
use warnings;
use Exporter qw(import);
use JSON::PP ();
use Test::More;
use TaskRouter::Cases qw(cases callback_request);

our @EXPORT_OK = qw(run_cases check_answer refuses_large_bodies);

my $json = JSON::PP->new->canonical->utf8->allow_nonref;

# run_cases($transport, stand_in => …): one test per case.
sub run_cases {
    my ($transport, %option) = @_;
    my $name = $transport->name;
    my $count = 0;
    for my $case (cases()) {
        next if $case->{not} && grep { $_ eq $name } @{ $case->{not} };
        $option{stand_in}->preset(%{ $case->{reservations} }) if $case->{reservations};
        my $answer = $transport->request($case->{request});
        my @wrong = check_answer($case, $answer, $name, $transport->{server});
        ok(!@wrong, "$name: $case->{name}") or diag(join "\n", @wrong, excerpt($answer));
        $count++;
    }
    return $count;
}

# The web server itself refuses what is too large: it does not even trouble the responder.
sub refuses_large_bodies {
    my $transport = shift;
    my $answer = $transport->request(callback_request(pad => 70000));
    is $answer->{status}, 413, $transport->name . ' refuses a large body';
    unlike $answer->{headers}{'content-type'}[0] // '', qr/problem/, '... by itself';
}

sub excerpt {
    my $answer = shift;
    return "got: " . ($answer->{status} // '') . ' ' . substr($answer->{body} // '', 0, 600) . ($answer->{error} // '')
        . (defined $answer->{exit} && $answer->{exit} ? " exit status $answer->{exit}" : '')
        . (length($answer->{log} // '') ? "\nlog: " . substr($answer->{log}, 0, 600) : '');
}

# What is wrong with an answer; an empty list if nothing is.
sub check_answer {
    my ($case, $answer, $transport, $is_server) = @_;
    my $status = $case->{differs}{$transport} // $case->{status};
    my @wrong;
    push @wrong, "status: expected $status" if $answer->{status} != $status;
    my $by_server = defined $case->{differs}{$transport} || $is_server && $case->{server_may_answer};
    return @wrong if $by_server;
    push @wrong, wrong_headers($case, $answer);
    push @wrong, wrong_body($case, $answer) unless $case->{request}{method} eq 'HEAD';
    push @wrong, wrong_problem($answer) if $status >= 400 && $case->{request}{method} ne 'HEAD';
    return @wrong;
}

sub wrong_headers {
    my ($case, $answer) = @_;
    my %wanted = ('cache-control' => qr/^no-store$/, %{ $case->{headers} // {} });
    my @wrong;
    for my $name (sort keys %wanted) {
        my @values = @{ $answer->{headers}{$name} // [] };
        push @wrong, "header $name: expected $wanted{$name}, got '@values'"
            unless @values == 1 && $values[0] =~ $wanted{$name};
    }
    for my $name (qw(x-accel-redirect x-sendfile location)) {
        push @wrong, "header $name must not be there" if $answer->{headers}{$name};
    }
    return @wrong;
}

sub wrong_body {
    my ($case, $answer) = @_;
    my $body = $answer->{body};
    my @wrong;
    push @wrong, "body: expected exactly $case->{text}" if defined $case->{text} && $body ne $case->{text};
    push @wrong, "body: expected $case->{body}" if defined $case->{body} && $body !~ $case->{body};
    if ($case->{json}) {
        my $got = eval { $json->decode($body) };
        for my $key (sort keys %{ $case->{json} }) {
            my $wanted = $json->encode($case->{json}{$key});
            my $value = ref $got eq 'HASH' && exists $got->{$key} ? $json->encode($got->{$key}) : 'nothing';
            push @wrong, "body: $key: expected $wanted, got $value" if $value ne $wanted;
        }
    }
    return @wrong;
}

# RFC 9457, and no word about files, versions or libraries.
sub wrong_problem {
    my $answer = shift;
    my $type = $answer->{headers}{'content-type'}[0] // 'none';
    return "content type: expected application/problem+json, got $type" unless $type =~ m{^application/problem\+json\b};
    my $problem = eval { $json->decode($answer->{body}) };
    return 'problem: not a JSON object' unless ref $problem eq 'HASH';
    my @wrong;
    push @wrong, "problem: status is not $answer->{status}" if ($problem->{status} // '') ne $answer->{status};
    push @wrong, "problem: no $_" for grep { !length($problem->{$_} // '') } qw(title detail);
    push @wrong, "problem: tells too much" if $answer->{body} =~ m{/(?:tmp|usr|etc|home)/|marker-|\.c:\d|libcurl/};
    return @wrong;
}

1;
