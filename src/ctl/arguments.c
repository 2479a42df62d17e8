/* SPDX-License-Identifier: MIT
 *
 * The command line: the program's own options, the command, and its options.
 */
#include "base/compat.h"

#include <event2/event.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "config/config.h"
#include "ctl/command.h"
#include "twilio/rest.h"

#define FIRST_ROW 256 /* what getopt_long returns for a row: above letters */

/* What getopt takes, made of a command's rows; the last of each is left for
 * the end. */
struct grammar {
	char letters[2 * COMMAND_OPTIONS_MOST + 8];
	struct option names[COMMAND_OPTIONS_MOST + 2];
};

static void
print_version(void)
{
	const char *curl = rest_library_version();

	printf("taskrouterctl %s\nlibevent/%s %s\n", PACKAGE_VERSION,
	    event_get_version(),
	    curl != NULL ? curl : "(libcurl cannot be loaded)");
}

static void
make_grammar(struct grammar *grammar, const struct command *command)
{
	size_t letters = 0, names = 0;

	*grammar = (struct grammar){.letters = ""};
	for (const char *c = ":c:vh"; *c != '\0'; c++)
		grammar->letters[letters++] = *c;
	grammar->names[names++] =
	    (struct option){"help", no_argument, NULL, 'h'};
	for (size_t i = 0; i < command->option_count; i++) {
		const struct command_option *row = &command->options[i];
		bool takes = row->argument != NULL;
		if (row->letter != 0)
			grammar->letters[letters++] = row->letter;
		if (row->letter != 0 && takes)
			grammar->letters[letters++] = ':';
		if (row->name != NULL)
			grammar->names[names++] = (struct option){row->name,
			    takes ? required_argument : no_argument, NULL,
			    FIRST_ROW + (int)i};
	}
}

static int
complain_usage(const struct command *command)
{
	command_write_usage(stderr, command);
	return EXIT_USAGE;
}

/* `letter` is what getopt left in optopt: 0 for an unknown name. */
static bool
is_letter(int letter)
{
	return letter > 0 && letter < FIRST_ROW;
}

static int
refuse_option(const struct command *command, const struct grammar *grammar,
    const char *word, int letter)
{
	const char *names[COMMAND_OPTIONS_MOST + 2] = {NULL};
	struct str name = str_from(word + strspn(word, "-"));
	const char *nearest;

	for (size_t i = 0; grammar->names[i].name != NULL; i++)
		names[i] = grammar->names[i].name;
	nearest = config_nearest(str_cut(&name, '='), names);
	if (is_letter(letter))
		command_complain("unknown option -%c", letter);
	else if (nearest != NULL)
		command_complain("unknown option %s; did you mean \"--%s\"?",
		    word, nearest);
	else
		command_complain("unknown option %s", word);
	return complain_usage(command);
}

static int
refuse_without_argument(
    const struct command *command, const char *word, int letter)
{
	if (is_letter(letter))
		command_complain("-%c: expected an argument", letter);
	else
		command_complain("%s: expected an argument", word);
	return complain_usage(command);
}

/* The command's row that getopt's answer stands for; option_count: none. */
static size_t
row_of(const struct command *command, int answer)
{
	if (answer >= FIRST_ROW)
		return (size_t)(answer - FIRST_ROW);
	for (size_t i = 0; i < command->option_count; i++)
		if (command->options[i].letter == answer)
			return i;
	return command->option_count;
}

/* As command_read, of one option. */
static int
read_option(const struct grammar *grammar, const char *word, int answer,
    struct invocation *invocation, const char **file)
{
	const struct command *command = invocation->command;
	size_t row;

	switch (answer) {
	case 'c':
		*file = optarg;
		return -1;
	case 'v':
		invocation->verbose = true;
		return -1;
	case 'h':
		command_write_usage(stdout, command);
		return EXIT_SUCCESS;
	case ':':
		return refuse_without_argument(command, word, optopt);
	default:
		break;
	}
	row = row_of(command, answer);
	if (row >= command->option_count)
		return refuse_option(command, grammar, word, optopt);
	invocation->values[row] = optarg != NULL ? optarg : "";
	return -1;
}

/* What is left when the options are read. */
static int
check_operands(const struct invocation *invocation)
{
	const struct command *command = invocation->command;
	struct err err;

	if (invocation->operand_count > 0 && command->operands == NULL) {
		command_complain(
		    "unexpected argument: %s", invocation->operands[0]);
		return complain_usage(command);
	}
	if (command->check == NULL || command->check(invocation, &err))
		return -1;
	command_complain("%s", err.text);
	return complain_usage(command);
}

/* argv[0] is the command. */
static int
read_command(int argc, char **argv, struct invocation *invocation,
    const char **file)
{
	struct grammar grammar;
	int status = -1, answer;

	make_grammar(&grammar, invocation->command);
	while (status < 0 &&
	    (answer = getopt_long(argc, argv, grammar.letters, grammar.names,
		 NULL)) != -1)
		status = read_option(
		    &grammar, argv[optind - 1], answer, invocation, file);
	if (status >= 0)
		return status;
	invocation->operands = argv + optind;
	invocation->operand_count = (size_t)(argc - optind);
	return check_operands(invocation);
}

static int
refuse_command(const char *name)
{
	const char *nearest = command_nearest(name);

	if (nearest != NULL)
		command_complain("unknown command %s; did you mean \"%s\"?",
		    name, nearest);
	else
		command_complain("unknown command %s", name);
	return complain_usage(NULL);
}

int
command_read(int argc, char **argv, struct invocation *invocation,
    const char **file)
{
	const char *word = argc > 1 ? argv[1] : NULL;

	*invocation = (struct invocation){.command = NULL};
	*file = NULL;
	opterr = 0;
	if (word == NULL)
		return complain_usage(NULL);
	if (strcmp(word, "-h") == 0 || strcmp(word, "--help") == 0) {
		command_write_usage(stdout, NULL);
		return EXIT_SUCCESS;
	}
	if (strcmp(word, "-V") == 0 || strcmp(word, "--version") == 0) {
		print_version();
		return EXIT_SUCCESS;
	}
	if (word[0] == '-') {
		command_complain("unknown option %s", word);
		return complain_usage(NULL);
	}
	invocation->command = command_find(word);
	if (invocation->command == NULL)
		return refuse_command(word);
	return read_command(argc - 1, argv + 1, invocation, file);
}
