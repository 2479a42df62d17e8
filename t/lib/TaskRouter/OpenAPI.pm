package TaskRouter::OpenAPI;

# Holds answers of a TaskRouter against its OpenAPI description, more strictly than the description itself, which marks
# no property as required: none may be absent and none may be there that it does not know. What its examples show must
# be there too, of the same type: much of statistics stands in the examples alone. Error bodies, which are not in the
# description, must have the form of https://www.twilio.com/docs/usage/twilios-response.

use strict;
use warnings;
use B ();
use JSON::PP ();
use TaskRouter::Node;
use TaskRouter::Process qw(read_file);

my $date = qr{^\d{4}-(?:0\d|1[0-2])-[0-3]\dT[0-2]\d:[0-5]\d:[0-6]\dZ$};
my $uri = qr{^https?://[^\s/]+(?:/\S*)?$};
my $shared;

# One for all of a test's servers, or undef where there is no description.
sub shared {
    my $class = shift;
    my $file = TaskRouter::Node::openapi_description() or return undef;
    return $shared //= $class->new(JSON::PP::decode_json(read_file($file)));
}

sub new {
    my ($class, $document) = @_;
    my $self = bless { document => $document, seen => {} }, $class;
    for my $path (keys %{ $document->{paths} }) {
        my $pattern = join '/', map { /^\{/ ? '[^/]+' : quotemeta } split m{/}, $path, -1;
        # The path with the most fixed segments wins: …/TaskQueues/Statistics is no TaskQueue.
        push @{ $self->{paths} }, { pattern => qr{^$pattern$}, path => $path,
            variables => scalar(() = $path =~ /\{/g) };
    }
    $self->{paths} = [sort { $a->{variables} <=> $b->{variables} } @{ $self->{paths} }];
    return $self;
}

# All operations: "POST /v1/Workspaces".
sub operations {
    my $self = shift;
    my @operations;
    for my $path (sort keys %{ $self->{document}{paths} }) {
        push @operations,
            map { uc($_) . " $path" } grep { exists $self->{document}{paths}{$path}{$_} } qw(get post delete);
    }
    return @operations;
}

sub operation {
    my ($self, $method, $target) = @_;
    (my $path = $target) =~ s/\?.*//s;
    my ($entry) = grep { $path =~ $_->{pattern} } @{ $self->{paths} } or return;
    my $operation = $self->{document}{paths}{ $entry->{path} }{ lc $method } or return;
    return (uc($method) . " $entry->{path}", $operation);
}

# Which operations were answered well so far.
sub seen { return sort keys %{ $_[0]{seen} } }

# What is wrong with an answer { status, headers, body }; nothing if it is right.
sub violations {
    my ($self, $method, $target, $response) = @_;
    return () if $target !~ m{^/v1\b};
    my $where = "$method $target: $response->{status}";
    return map { "$where: $_" } wrong_error($response) if $response->{status} >= 400;
    my ($name, $operation) = $self->operation($method, $target) or return "$where: no operation of the description";
    $self->{seen}{$name} = 1;
    my $described = $operation->{responses}{ $response->{status} }
        or return "$where: the description says " . join ', ', sort keys %{ $operation->{responses} };
    return map { "$where: $_" } $self->wrong_headers($described, $response),
        $self->wrong_content($described, $response);
}

sub wrong_headers {
    my ($self, $described, $response) = @_;
    my @wrong;
    push @wrong, 'no ETag' if grep({ lc eq 'etag' } keys %{ $described->{headers} // {} })
        && !$response->{headers}{etag} && !(ref decoded($response) eq 'HASH' && decoded($response)->{meta});
    push @wrong, 'no Twilio-Request-Id'
        unless ($response->{headers}{'twilio-request-id'}[0] // '') =~ /^RQ[0-9a-f]{32}$/;
    return @wrong;
}

sub wrong_content {
    my ($self, $described, $response) = @_;
    my $schema = $described->{content}{'application/json'}{schema};
    return length $response->{body} ? 'a body where there is none' : () unless $schema;
    return 'Content-Type is ' . ($response->{headers}{'content-type'}[0] // 'absent')
        unless ($response->{headers}{'content-type'}[0] // '') =~ m{^application/json\b};
    my $value = decoded($response);
    return "no JSON: $response->{body}" unless ref $value;
    my $examples = $described->{content}{'application/json'}{examples} // {};
    return $self->wrong_value('', $schema, $value),
        map { wrong_example('', $examples->{$_}{value}, $value) } sort keys %$examples;
}

sub decoded {
    my $response = shift;
    return $response->{json} // eval { JSON::PP::decode_json($response->{body}) };
}

sub wrong_error {
    my $response = shift;
    my $error = decoded($response);
    return "an error without JSON: $response->{body}" unless ref $error eq 'HASH';
    my @wrong;
    push @wrong, "error has " . join ',', sort keys %$error
        unless join(',', sort keys %$error) eq 'code,message,more_info,status';
    push @wrong, "status in the body is " . ($error->{status} // "null")
        unless ($error->{status} // 0) == $response->{status};
    push @wrong, 'an error without a number' if is_text($error->{code}) || ($error->{code} // '') !~ /^\d{5}$/;
    push @wrong, 'an error without words' unless length($error->{message} // '');
    push @wrong, 'more_info is ' . ($error->{more_info} // 'null')
        unless ($error->{more_info} // '') eq 'https://www.twilio.com/docs/errors/' . ($error->{code} // '');
    return @wrong;
}

# ---- values and schemas

sub wrong_value {
    my ($self, $at, $schema, $value) = @_;
    if (my $reference = $schema->{'$ref'}) {
        my ($name) = $reference =~ m{^#/components/schemas/(.+)$};
        $schema = $self->{document}{components}{schemas}{$name};
    }
    return $schema->{nullable} || !$schema->{type} ? () : "$at is null" if !defined $value;
    my $check = { object => \&wrong_object, array => \&wrong_array, string => \&wrong_string,
        integer => \&wrong_integer,
        boolean => \&wrong_boolean }->{ $schema->{type} // '' } or return ();
    return $check->($self, $at, $schema, $value);
}

sub wrong_object {
    my ($self, $at, $schema, $value) = @_;
    return "$at is no object" unless ref $value eq 'HASH';
    my $properties = $schema->{properties};
    return map { wrong_link("$at.$_", $value->{$_}) } keys %$value if ($schema->{format} // '') eq 'uri-map';
    return () unless $properties;
    my @wrong = map { "$at.$_ is absent" } grep { !exists $value->{$_} } sort keys %$properties;
    push @wrong, map { "$at.$_ is unknown" } grep { !exists $properties->{$_} } sort keys %$value;
    push @wrong, map { $self->wrong_value("$at.$_", $properties->{$_}, $value->{$_}) }
        grep { exists $properties->{$_} } sort keys %$value;
    return @wrong;
}

# What the example has and the value lacks, or has of another type. Null stands for any type, and the names in maps are
# data: thresholds, priorities, and what an Event tells, which goes by its type.
sub wrong_example {
    my ($at, $example, $value) = @_;
    return () if !defined $example || !defined $value || $at =~ /\.event_data$/;
    my $type = type_of($example);
    return "$at is no $type, as in the example" if type_of($value) ne $type;
    return map { wrong_example("$at\[$_]", $example->[0], $value->[$_]) } @$example ? 0 .. $#$value : ()
        if $type eq 'list';
    return () if $type ne 'object';
    return map { exists $value->{$_} ? wrong_example("$at.$_", $example->{$_}, $value->{$_})
            : "$at.$_ of the example is absent" } grep { !/^\d+$/ } sort keys %$example;
}

sub type_of {
    my $value = shift;
    return { HASH => 'object', ARRAY => 'list' }->{ ref $value } // (JSON::PP::is_bool($value) ? 'boolean' : 'value')
        if ref $value;
    return is_text($value) ? 'text' : 'number';
}

# A link to what is not there is null: seen for the Activities of TaskQueues.
sub wrong_link {
    my ($at, $value) = @_;
    return !defined $value || $value =~ $uri ? () : "$at is no URL: $value";
}

sub wrong_array {
    my ($self, $at, $schema, $value) = @_;
    return "$at is no list" unless ref $value eq 'ARRAY';
    return map { $self->wrong_value("$at\[$_]", $schema->{items}, $value->[$_]) } 0 .. $#$value;
}

sub wrong_string {
    my ($self, $at, $schema, $value) = @_;
    return "$at is no text" if ref $value || !is_text($value);
    return "$at is $value" if $schema->{enum} && !grep { $_ eq $value } @{ $schema->{enum} };
    return "$at is $value" if $schema->{pattern} && $value !~ /$schema->{pattern}/;
    my $format = $schema->{format} // '';
    return "$at is no date: $value" if $format eq 'date-time' && $value !~ $date;
    # An event_callback_url that is not set is "", in the description's examples too.
    return "$at is no URL: $value" if $format eq 'uri' && $value !~ $uri
        && !($value eq '' && $at =~ /\bevent_callback_url$/);
    return ();
}

sub wrong_integer {
    my ($self, $at, undef, $value) = @_;
    return ref $value || is_text($value) || $value !~ /^-?\d+$/ ? "$at is no whole number" : ();
}

sub wrong_boolean {
    my ($self, $at, undef, $value) = @_;
    return JSON::PP::is_bool($value) ? () : "$at is neither true nor false";
}

# Whether a decoded value was in quotes; to be asked before it is used as a text.
sub is_text {
    my $value = shift;
    return B::svref_2object(\$value)->FLAGS & B::SVf_POK ? 1 : 0;
}

1;
