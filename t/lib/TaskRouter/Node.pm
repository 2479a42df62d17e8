package TaskRouter::Node;

# The npm packages of t/npm-packages, which ./check installs below TASKROUTER_NODE_MODULES.

use strict;
use warnings;
use TaskRouter::Process qw(find_command top_directory);

# The folder that holds the packages, or undef.
sub modules {
    for my $directory (map { ($_, "$_/node_modules") } $ENV{TASKROUTER_NODE_MODULES} // (), top_directory() . '/t') {
        return $directory if -d "$directory/twilio" || -d "$directory/\@stoplight";
    }
    return undef;
}

# Why a package cannot be used; undef if it can. A package that ./check was to install must be there.
sub missing {
    my $package = shift;
    return 'node is not installed' unless find_command('node', 'nodejs');
    my $modules = modules();
    return undef if $modules && -d "$modules/$package";
    die "$package is not in $ENV{TASKROUTER_NODE_MODULES}\n" if $ENV{TASKROUTER_NODE_MODULES};
    return "npm package $package is not installed: run ./check, or set TASKROUTER_NODE_MODULES";
}

sub command { return find_command('node', 'nodejs'), @_ }

# The OpenAPI description of TaskRouter: named, beside the source tree, or as Twilio's own command line brings it.
sub openapi_description {
    my $modules = modules() // '';
    my @places = ($ENV{TASKROUTER_SPEC} // (), top_directory() . '/../shared/spec/twilio_taskrouter_v1.json',
        glob("$modules/\@twilio/cli-core/src/services/twilio-api/twilio_taskrouter_v1.json"));
    return (grep { -f $_ } @places)[0];
}

1;
