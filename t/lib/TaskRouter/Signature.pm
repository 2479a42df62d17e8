package TaskRouter::Signature;

# Signs requests as Twilio does (X-Twilio-Signature), written from Twilio's public description and
# independent of the program under test.

use strict;
use warnings;
use Digest::SHA qw(hmac_sha1 sha256_hex);
use Exporter qw(import);
use MIME::Base64 qw(encode_base64);

our @EXPORT_OK = qw(sign_form sign_url sign_json url_encode form_body callback_parameters sid);

# sid('WT', 7): the prefix and 32 hexadecimal digits.
sub sid {
    my ($prefix, $number) = @_;
    return $prefix . sprintf '%032x', $number // 1;
}

sub url_encode {
    my $text = shift;
    $text =~ s/([^A-Za-z0-9\-._~])/sprintf '%%%02X', ord $1/ge;
    return $text;
}

# Pairs (name, value, name, value, …) as an application/x-www-form-urlencoded body; bytes, not characters.
sub form_body {
    my @pairs = @_;
    my @parts;
    while (my ($name, $value) = splice @pairs, 0, 2) {
        push @parts, url_encode($name) . '=' . url_encode($value);
    }
    return join '&', @parts;
}

sub sign {
    my ($token, $text) = @_;
    return encode_base64(hmac_sha1($text, $token), '');
}

# A form POST: the URL, then each name followed by its values, sorted and each value once.
sub sign_form {
    my ($token, $url, @pairs) = @_;
    my %values;
    while (my ($name, $value) = splice @pairs, 0, 2) { $values{$name}{$value} = 1 }
    my $text = $url;
    for my $name (sort keys %values) {
        $text .= $name . $_ for sort keys %{ $values{$name} };
    }
    return sign($token, $text);
}

# A GET, or any other request whose body does not count: the URL alone.
sub sign_url { return sign(@_) }

# A JSON body: its hash goes into the query, the URL alone is signed. Gives (URL, signature).
sub sign_json {
    my ($token, $url, $body) = @_;
    my $signed = $url . ($url =~ /\?/ ? '&' : '?') . 'bodySHA256=' . sha256_hex($body);
    return ($signed, sign($token, $signed));
}

# The twelve parameters of an assignment callback, as pairs; values can be replaced, undef leaves one out.
sub callback_parameters {
    my %replace = @_;
    my @pairs = (
        Timestamp => '1433874423',
        AccountSid => sid('AC'),
        WorkspaceSid => sid('WS'),
        WorkflowSid => sid('WW'),
        TaskQueueSid => sid('WQ'),
        WorkerSid => sid('WK'),
        WorkerAttributes => '{"languages":["en","es"]}',
        TaskSid => sid('WT'),
        TaskAttributes => '{"selected_language":"es"}',
        TaskAge => '5',
        TaskPriority => '0',
        ReservationSid => sid('WR'),
    );
    my @result;
    while (my ($name, $value) = splice @pairs, 0, 2) {
        $value = delete $replace{$name} if exists $replace{$name};
        push @result, $name, $value if defined $value;
    }
    push @result, $_, $replace{$_} for sort keys %replace;
    return @result;
}

1;
