/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "ctl/command.h"

#include <stdarg.h>
#include <string.h>

#include "base/str.h"
#include "config/config.h"
#include "ctl/commands.h"

#define COMMANDS_MOST ((size_t)32)
#define COLUMN 26 /* where help begins */
#define WIDTH 79
#define INDENT 20 /* of the synopsis' further lines */
/* Bytes of one message: a path, an API's words. */
#define MESSAGE_SIZE 4096

const struct command commands[] = {
	{
	    .name = "export",
	    .summary = "write Workspaces as a seed file",
	    .operands = "[workspace ...]",
	    .options = export_options,
	    .option_count = EXPORT_OPTIONS,
	    .check = export_check,
	    .run = export_run,
	},
	{
	    .name = "flush",
	    .summary = "make the calls that wait in the responder's store",
	    .options = flush_options,
	    .option_count = FLUSH_OPTIONS,
	    .check = flush_check,
	    .run = flush_run,
	},
	{
	    .name = "outbox",
	    .summary = "show the calls that wait there, or have failed",
	    .options = outbox_options,
	    .option_count = OUTBOX_OPTIONS,
	    .check = outbox_check,
	    .run = outbox_run,
	},
};

const size_t command_count = ARRAY_LENGTH(commands);

_Static_assert(ARRAY_LENGTH(commands) < COMMANDS_MOST,
    "the names of all commands fit into a list");

const struct command *
command_find(const char *name)
{
	for (size_t i = 0; i < command_count; i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

const char *
command_nearest(const char *name)
{
	const char *names[COMMANDS_MOST] = {NULL};

	for (size_t i = 0; i < command_count; i++)
		names[i] = commands[i].name;
	return config_nearest(str_from(name), names);
}

/* A part of the synopsis, in the next line where this one is full. */
static void
write_part(FILE *out, size_t *column, const char *part)
{
	size_t length = strlen(part);

	if (*column + 1 + length > WIDTH) {
		(void)fprintf(out, "\n%*s", INDENT, "");
		*column = INDENT;
	}
	(void)fprintf(out, " %s", part);
	*column += 1 + length;
}

static void
write_synopsis(FILE *out, const struct command *command)
{
	int begun =
	    fprintf(out, "usage: taskrouterctl %s", command->name);
	size_t column = begun > 0 ? (size_t)begun : 0;
	char part[64];

	write_part(out, &column, "[-c file]");
	write_part(out, &column, "[-v]");
	for (size_t i = 0; i < command->option_count; i++) {
		const struct command_option *option = &command->options[i];
		char letter[] = {option->letter, '\0'};
		bool is_letter = option->letter != 0;
		(void)snprintf(part, sizeof part, "[%s%s%s%s]",
		    is_letter ? "-" : "--", is_letter ? letter : option->name,
		    option->argument != NULL ? " " : "",
		    option->argument != NULL ? option->argument : "");
		write_part(out, &column, part);
	}
	if (command->operands != NULL)
		write_part(out, &column, command->operands);
	(void)fputs("\n\n", out);
}

static void
write_option(FILE *out, const struct command_option *option)
{
	char letter[] = {'-', option->letter, '\0'};
	char text[64];

	(void)snprintf(text, sizeof text, "%s%s%s%s%s%s",
	    option->letter != 0 ? letter : "",
	    option->letter != 0 && option->name != NULL ? ", " : "",
	    option->name != NULL ? "--" : "",
	    option->name != NULL ? option->name : "",
	    option->argument != NULL ? " " : "",
	    option->argument != NULL ? option->argument : "");
	(void)fprintf(out, "  %-*s%s\n", COLUMN - 2, text, option->help);
}

static const struct command_option common_options[] = {
	{'c', NULL, "file", "the configuration (taskrouter.json(5))"},
	{'h', "help", NULL, "print this"},
	{'v', NULL, NULL, "say what is being done"},
};

static void
write_program_usage(FILE *out)
{
	(void)fputs("usage: taskrouterctl command [option ...] [argument ...]\n"
		    "       taskrouterctl -V | -h\n\n",
	    out);
	for (size_t i = 0; i < command_count; i++)
		(void)fprintf(out, "  %-*s%s\n", COLUMN - 2, commands[i].name,
		    commands[i].summary);
	(void)fputs("\n"
		    "Where TaskRouter is, and the credentials, are read from "
		    "the environment\n"
		    "(TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and others) or a "
		    "configuration file;\n"
		    "see taskrouterctl(1).\n"
		    "Try also: taskrouterctl command --help\n",
	    out);
}

void
command_write_usage(FILE *out, const struct command *command)
{
	if (command == NULL) {
		write_program_usage(out);
		return;
	}
	write_synopsis(out, command);
	for (size_t i = 0; i < command->option_count; i++)
		write_option(out, &command->options[i]);
	for (size_t i = 0; i < ARRAY_LENGTH(common_options); i++)
		write_option(out, &common_options[i]);
}

void
command_complain(const char *format, ...)
{
	char text[MESSAGE_SIZE];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	for (char *c = text; *c != '\0'; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = '?';
	(void)fprintf(stderr, "taskrouterctl: %s\n", text);
}
