/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "taskrouterd/options.h"

#include <event2/event.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/wipe.h"
#include "twilio/rest.h"

#define EXIT_USAGE 2

static const char usage[] =
    "usage: taskrouterd [-l address:port] [--store file|:memory:]\n"
    "           [--seed file] [--account-sid sid]\n"
    "           [--auth-token-file file | --auth-token token]\n"
    "           [--random-seed text] [--clock date] [--frozen]\n"
    "           [-c file] [-t | -T] [-V] [-h]\n"
    "\n"
    "  -l address:port         serve HTTP here (127.0.0.1:8015); port 0 takes\n"
    "                          a free one\n"
    "  --store file            keep everything in this SQLite database; by\n"
    "                          default it ends with the process (:memory:)\n"
    "  --seed file             begin with these Workspaces, if the store has\n"
    "                          none\n"
    "  --account-sid sid       the account, AC and 32 digits\n"
    "  --auth-token-file file  a file with its auth token\n"
    "  --auth-token token      the same for trials: others on this machine\n"
    "                          may see it\n"
    "  --random-seed text      the same text, the same SIDs: for tests\n"
    "  --clock date            start at 2026-01-31T08:00:00Z, say\n"
    "  --frozen                let the clock stand still\n"
    "  -c file                 the configuration: limits, and the above\n"
    "  -t                      check the configuration and exit: 0 good, 78 "
    "bad\n"
    "  -T                      as -t, and print it, secrets masked\n"
    "  -V, --version           print the version\n"
    "  -h, --help              print this\n"
    "\n"
    "Credentials may also come from TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN;\n"
    "without any, some are made up and printed. On a listening socket that is\n"
    "handed to it (spawn-fcgi, systemd) it serves FastCGI.\n";

/* Options that are values of keys; the others are letters alone. */
static const struct {
	const char *name;
	const char *key;
	bool names_file;
	bool secret;
	const char *flag; /* the value of an option that takes none */
} values[] = {
	{"-l", "listen", false, false, NULL},
	{"--store", "store", false, false, NULL},
	{"--seed", "seed", false, false, NULL},
	{"--account-sid", "account_sid", false, false, NULL},
	{"--auth-token", "auth_token", false, true, NULL},
	{"--auth-token-file", "auth_token", true, false, NULL},
	{"--random-seed", "random_seed", false, false, NULL},
	{"--clock", "clock.start", false, false, NULL},
	{"--frozen", "clock.frozen", false, false, "true"},
};

_Static_assert(ARRAY_LENGTH(values) == OPTIONS_MOST,
    "the header counts the rows");

#define ROW_OF_LISTEN 0
#define FIRST_ROW 256 /* what getopt_long returns for a row: above letters */

static void
print_version(void)
{
	const char *curl = rest_library_version();

	printf("taskrouterd %s\nlibevent/%s %s\n", PACKAGE_VERSION,
	    event_get_version(),
	    curl != NULL ? curl : "(libcurl cannot be loaded)");
}

/* A copy, so that the original can be overwritten; "" without memory. */
static const char *
take_token(struct options *options, char *value)
{
	free(options->token);
	options->token = strdup(value);
	wipe(value, strlen(value));
	return options->token != NULL ? options->token : "";
}

static bool
add_value(struct options *options, size_t row, char *value)
{
	struct config_option *item = NULL;
	const char *kept =
	    values[row].flag != NULL ? values[row].flag : value;

	if (values[row].secret)
		kept = take_token(options, value);

	if (row == ROW_OF_LISTEN)
		options->listen = value;
	for (size_t i = 0; i < options->count; i++)
		if (strcmp(options->items[i].name, values[row].name) == 0)
			item = &options->items[i];
		else if (strcmp(options->items[i].key, values[row].key) == 0)
			return false;
	if (item == NULL)
		item = &options->items[options->count++];
	*item = (struct config_option){
	    .name = values[row].name,
	    .key = values[row].key,
	    .value = kept,
	    .names_file = values[row].names_file,
	};
	return true;
}

static int
refuse(const char *what, const char *which)
{
	(void)fprintf(stderr, "taskrouterd: %s%s\n%s", what, which, usage);
	return EXIT_USAGE;
}

/* As options_read, of one option. */
static int
read_option(struct options *options, int letter, char *value)
{
	switch (letter) {
	case 'c':
		options->file = value;
		return -1;
	case 'T':
		options->show = true;
		options->test = true;
		return -1;
	case 't':
		options->test = true;
		return -1;
	case 'l':
		(void)add_value(options, ROW_OF_LISTEN, value);
		return -1;
	case 'V':
		print_version();
		return EXIT_SUCCESS;
	case 'h':
		(void)fputs(usage, stdout);
		return EXIT_SUCCESS;
	default:
		break;
	}
	if (letter < FIRST_ROW) {
		(void)fputs(usage, stderr);
		return EXIT_USAGE;
	}
	if (!add_value(options, (size_t)(letter - FIRST_ROW), value))
		return refuse("--auth-token and --auth-token-file: ",
		    "only one of them can count");
	return -1;
}

int
options_read(int argc, char **argv, struct options *options)
{
	struct option names[OPTIONS_MOST + 3] = {
	    {"help", no_argument, NULL, 'h'},
	    {"version", no_argument, NULL, 'V'},
	};
	int letter, status = -1;

	*options = (struct options){.file = NULL};
	for (size_t i = 0, n = 2; i < ARRAY_LENGTH(values); i++)
		if (values[i].name[1] == '-')
			names[n++] = (struct option){values[i].name + 2,
			    values[i].flag != NULL ? no_argument
						   : required_argument,
			    NULL, FIRST_ROW + (int)i};
	while (status < 0 && (letter = getopt_long(argc, argv, "c:l:tTVh",
				  names, NULL)) != -1)
		status = read_option(options, letter, optarg);
	if (status < 0 && optind < argc)
		status = refuse("unexpected argument: ", argv[optind]);
	return status;
}

void
options_forget(struct options *options)
{
	if (options->token != NULL) {
		wipe(options->token, strlen(options->token));
		free(options->token);
	}
	options->token = NULL;
	options->count = 0;
}
