/* SPDX-License-Identifier: MIT
 *
 * The table of keys as a list for mdoc(7), so that the page cannot say
 * anything else than the parser does.
 */
#include "base/compat.h"

#include "config/config.h"

#include <inttypes.h>
#include <string.h>

#include "config/reader.h"

#define LINE_MOST ((size_t)60) /* a line goes on to the end of a word */

/* A backslash is roff's escape, and a quote or a dot at the start of a line a
 * request. */
static void
write_byte(FILE *out, char c, bool line_start)
{
	if (line_start && (c == '.' || c == '\''))
		fputs("\\&", out);
	if (c == '\\')
		fputs("\\e", out);
	else if (c == '-')
		fputs("\\-", out);
	else
		fputc(c, out);
}

/* Each sentence on a line of its own, and no long lines, as mdoc wants it. */
void
config_write_sentences(FILE *out, const char *text)
{
	size_t column = 0;

	for (; *text != '\0'; text++) {
		bool sentence = *text == '.' && text[1] == ' ';
		bool full = *text == ' ' && column > LINE_MOST;
		if (!full)
			write_byte(out, *text, column++ == 0);
		if (sentence || full) {
			fputc('\n', out);
			column = 0;
			text += sentence; /* the blank behind it */
		}
	}
	fputc('\n', out);
}

/* An argument of a macro. */
void
config_write_argument(FILE *out, const char *text)
{
	fputc('"', out);
	for (; *text != '\0'; text++)
		if (*text == '"')
			fputs("\\(dq", out);
		else
			write_byte(out, *text, false);
	fputc('"', out);
}

static const char *const type_names[] = {
	[CONFIG_STRING] = "string",
	[CONFIG_BOOLEAN] = "true or false",
	[CONFIG_INTEGER] = "number",
	[CONFIG_SECONDS] = "seconds",
	[CONFIG_CHOICE] = "word",
	[CONFIG_STRINGS] = "string or list",
	[CONFIG_SECRET] = "secret",
	[CONFIG_CUSTOM] = NULL, /* the help text says it */
};

static void
write_range(FILE *out, const struct config_key *key)
{
	char least[CONFIG_SECONDS_SIZE], most[CONFIG_SECONDS_SIZE];

	if (key->type == CONFIG_INTEGER)
		fprintf(out, ", %" PRId64 " to %" PRId64, key->least,
		    key->most);
	if (key->type == CONFIG_SECONDS) {
		config_format_seconds(key->least, least);
		config_format_seconds(key->most, most);
		fprintf(out, ", %s to %s", least, most);
	}
}

static void
write_choices(FILE *out, const struct config_key *key)
{
	fputs("One of\n", out);
	for (size_t i = 0; key->choices[i] != NULL; i++)
		fprintf(out, ".Cm %s%s\n", key->choices[i],
		    key->choices[i + 1] != NULL ? " ," : " .");
}

static void
write_file_key(FILE *out, const struct config_key *key)
{
	fprintf(out, "Or\n.Ic %s_file :\nthe name of a file of such secrets.\n",
	    key->path);
}

static void
write_default(FILE *out, const struct config_key *key)
{
	if (key->preset == NULL)
		return;
	fputs("Default:\n.Li ", out);
	config_write_argument(out, key->preset);
	fputs(" .\n", out);
}

static void
write_environment(FILE *out, const struct config_key *key)
{
	if (key->environment == NULL)
		return;
	fprintf(out, "Environment:\n.Ev %s", key->environment);
	if (key->type == CONFIG_SECRET)
		fprintf(out, " ,\n.Ev %s_FILE", key->environment);
	fputs(" .\n", out);
}

void
config_write_manual(const struct config_key *keys, size_t count, FILE *out)
{
	fputs(".Bl -tag -width Ds\n", out);
	for (size_t i = 0; i < count; i++) {
		const struct config_key *key = &keys[i];
		fprintf(out, ".It Ic %s", key->path);
		if (type_names[key->type] != NULL) {
			fprintf(out, " No (%s", type_names[key->type]);
			write_range(out, key);
			fputs(")", out);
		}
		fputs("\n", out);
		config_write_sentences(out, key->help);
		if (key->type == CONFIG_CHOICE)
			write_choices(out, key);
		if (key->type == CONFIG_SECRET)
			write_file_key(out, key);
		write_default(out, key);
		write_environment(out, key);
	}
	fputs(".El\n", out);
}
