/* SPDX-License-Identifier: MIT
 *
 * The mechanism of config/: a small table of every type, read from files,
 * environment and presets.
 */
#include "base/compat.h"

#include "tap.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "config/config.h"

struct values {
	struct str name;
	bool flag;
	int64_t number;
	int64_t pause_ms;
	int mode;
	struct config_strings list;
	struct config_strings secret;
	struct str custom;
	int64_t deep;
	bool allow;
	bool checked;
};

static bool
check_name(struct str value, struct err *err)
{
	return str_has_prefix(value, STR("n")) ||
	    err_set(err, 0, "expected a name that begins with n");
}

static void
read_custom(struct config_reader *reader, const char *path,
    struct json_object *value, void *member)
{
	struct str *to = member;

	if (json_type(value) == JSON_BOOLEAN)
		config_warning(reader, path, "it is a boolean");
	*to = json_write(config_arena(reader), value);
}

static struct str
show_custom(struct arena *arena, const void *member)
{
	const struct str *text = member;

	return arena_str(arena, *text);
}

static const char *const modes[] = {"slow", "fast", NULL};

#define MEMBER(name) .offset = offsetof(struct values, name)

static const struct config_key keys[] = {
    {.path = "name", .type = CONFIG_STRING, MEMBER(name), .most = 8,
	.environment = "UNIT_NAME", .check = check_name,
	.help = "A name. It's short."},
    {.path = "flag", .type = CONFIG_BOOLEAN, MEMBER(flag), .preset = "true",
	.environment = "UNIT_FLAG", .help = "A flag."},
    {.path = "number", .type = CONFIG_INTEGER, MEMBER(number), .preset = "5",
	.least = -1, .most = 10, .environment = "UNIT_NUMBER",
	.help = ".A number with a \\ in it."},
    {.path = "pause", .type = CONFIG_SECONDS, MEMBER(pause_ms),
	.preset = "0.25", .least = 100, .most = 90000,
	.environment = "UNIT_PAUSE", .help = "A pause."},
    {.path = "mode", .type = CONFIG_CHOICE, MEMBER(mode), .preset = "fast",
	.choices = modes, .environment = "UNIT_MODE", .help = "A mode."},
    {.path = "list", .type = CONFIG_STRINGS, MEMBER(list), .most = 3,
	.environment = "UNIT_LIST", .check = check_name, .help = "A list."},
    {.path = "secret", .type = CONFIG_SECRET, MEMBER(secret), .most = 2,
	.environment = "UNIT_SECRET", .help = "A secret."},
    {.path = "custom", .type = CONFIG_CUSTOM, MEMBER(custom), .preset = "[1]",
	.read = read_custom, .show = show_custom, .help = "Custom."},
    {.path = "a.b.deep", .type = CONFIG_INTEGER, MEMBER(deep), .preset = "1",
	.least = 1, .most = 3, .help = "Deep."},
    {.path = "allow", .type = CONFIG_BOOLEAN, MEMBER(allow),
	.preset = "false", .help = "Allow."},
};

static void
check(struct config_reader *reader, void *settings)
{
	struct values *v = settings;

	v->checked = true;
	if (!config_has_error(reader, "number") && v->number == 9)
		config_error(reader, "number", "not nine");
}

/* Where the files of one test are. */
static char folder[] = "/tmp/unit-config-XXXXXX";

static void
file_name(char name[64], const char *base)
{
	(void)snprintf(name, 64, "%s/%s", folder, base);
}

static void
write_file(const char *base, const char *text, size_t length, mode_t mode)
{
	char name[64];

	file_name(name, base);
	(void)unlink(name);
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || write(fd, text, length) != (ssize_t)length ||
	    fchmod(fd, mode) != 0 || close(fd) != 0)
		ok(false, "can write %s", base);
}

/* Messages, one a line, with the folder's name left out. */
static void
collect(void *to, bool warning, const char *message)
{
	struct buf *buf = to;
	struct str text = str_from(message);
	struct str prefix = str_from(folder);
	const char *found;

	if (warning != str_contains(text, ": warning: "))
		ok(false, "a warning is called one: %s", message);
	while (text.len >= prefix.len &&
	    (found = memmem(text.at, text.len, prefix.at, prefix.len)) !=
		NULL) {
		size_t before = (size_t)(found - text.at);
		buf_add_str(buf, str_slice(text, 0, before));
		text = str_slice(text, before + prefix.len + 1, text.len);
	}
	buf_add_str(buf, text);
	buf_add_byte(buf, '\n');
}

struct outcome {
	struct arena arena;
	struct values values;
	struct buf messages;
	struct buf shown;
	bool good;
};

static void
show(struct outcome *o)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	config_show(keys, ARRAY_LENGTH(keys), &o->values, out);
	(void)fclose(out);
	buf_add(&o->shown, text, size);
	free(text);
}

/* The command line of the next `load`. */
static struct config_option options[2];
static size_t option_count;

static void
load(struct outcome *o, const char *base)
{
	char name[64];
	struct config_source source = {
	    .file = base == NULL ? NULL : name,
	    .allow_readable_key = "allow",
	    .check = check,
	    .options = options,
	    .option_count = option_count,
	};

	*o = (struct outcome){.good = false};
	file_name(name, base == NULL ? "" : base);
	arena_init(&o->arena, 1 << 20);
	buf_init(&o->messages, 1 << 20);
	buf_init(&o->shown, 1 << 20);
	o->good = config_load(keys, ARRAY_LENGTH(keys), source, &o->arena,
	    &o->values, collect, &o->messages);
	if (o->good)
		show(o);
}

static void
release(struct outcome *o)
{
	arena_wipe(&o->arena);
	buf_release(&o->messages);
	buf_release(&o->shown);
}

/* `shows`: a part of what config_show writes; NULL: loading fails. `says`:
 * all messages. */
static const struct row {
	const char *name;
	const char *json;
	const char *shows;
	const char *says;
} rows[] = {
    {"presets fill what the file leaves out", "{}",
	"{\n    \"flag\": true,\n    \"number\": 5,\n    \"pause\": 0.25,\n"
	"    \"mode\": \"fast\",\n    \"custom\": [1],\n    \"a\": {\n"
	"        \"b\": {\n            \"deep\": 1\n        }\n    },\n"
	"    \"allow\": false\n}\n",
	""},
    {"comments of both kinds", "// x\n{ /* y */ \"number\": 3 // z\n}",
	"\"number\": 3", ""},
    {"nested objects", "{\"a\": {\"b\": {\"deep\": 3}}}", "\"deep\": 3", ""},
    {"fractions of a second", "{\"pause\": 2.5}", "\"pause\": 2.5", ""},
    {"whole seconds", "{\"pause\": 90}", "\"pause\": 90,", ""},
    {"one string for a list", "{\"list\": \"n1\"}", "\"list\": \"n1\"", ""},
    {"a list", "{\"list\": [\"n1\", \"n2\"]}", "\"list\": [\"n1\", \"n2\"]",
	""},
    {"an empty list", "{\"list\": []}", "\"mode\": \"fast\",\n    \"custom\"",
	""},
    {"a secret is masked", "{\"secret\": \"s1\"}",
	"\"secret\": \"********\"", ""},
    {"each of several secrets is masked", "{\"secret\": [\"s1\", \"s2\"]}",
	"\"secret\": [\"********\", \"********\"]", ""},
    {"a secret out of a file beside", "{\"secret_file\": \"two\"}",
	"\"secret\": [\"********\", \"********\"]", ""},
    {"a custom value, and a warning", "{\"custom\": true}",
	"\"custom\": true", "c.json: custom: warning: it is a boolean\n"},
    {"quotes are escaped when shown", "{\"name\": \"n\\\"\\\\\"}",
	"\"name\": \"n\\\"\\\\\"", ""},

    {"an unknown key, far from any", "{\"xyzzy\": 1}", NULL,
	"c.json: xyzzy: unknown key\n"},
    {"an unknown key near another", "{\"nmae\": 1, \"numbr\": 2}", NULL,
	"c.json: nmae: unknown key\n"
	"c.json: numbr: unknown key; did you mean \"number\"?\n"},
    {"an unknown key near one of a secret", "{\"secret_fil\": \"x\"}", NULL,
	"c.json: secret_fil: unknown key; did you mean \"secret_file\"?\n"},
    {"an unknown key below another", "{\"a\": {\"b\": {\"dep\": 1}}}", NULL,
	"c.json: a.b.dep: unknown key; did you mean \"deep\"?\n"},
    {"a path instead of objects", "{\"a.b.deep\": 1}", NULL,
	"c.json: a.b.deep: unknown key; write \"a\": {\"b.deep\": ...}\n"},
    {"a value where keys are", "{\"a\": 1}", NULL,
	"c.json: a: expected an object, not a whole number\n"},
    {"keys where a value is", "{\"number\": {\"x\": 1}}", NULL,
	"c.json: number: expected a whole number, not an object\n"},
    {"a key with control characters stays one line", "{\"a\\nb\": 1}", NULL,
	"c.json: a?b: unknown key\n"},
    {"an empty key", "{\"\": 1}", NULL, "c.json: : unknown key\n"},

    {"wrong types are all told",
	"{\"name\": 1, \"flag\": \"true\", \"number\": 1.5, \"pause\": "
	"\"1\", \"mode\": true, \"list\": {}, \"secret\": null}",
	NULL,
	"c.json: name: expected a string, not a whole number\n"
	"c.json: flag: expected true or false, not a string\n"
	"c.json: number: expected a whole number, not a number\n"
	"c.json: pause: expected a number of seconds, not a string\n"
	"c.json: mode: expected a string, not true or false\n"
	"c.json: list: expected a string or a list of strings, not an "
	"object\n"
	"c.json: secret: expected a string or a list of strings, not null\n"},
    {"wrong values are all told",
	"{\"name\": \"n23456789\", \"number\": 11, \"pause\": 0.09, "
	"\"mode\": \"Fast\", \"list\": [\"n\", \"x\", 1, \"\"], \"secret\": "
	"\"\"}",
	NULL,
	"c.json: name: expected 0 to 8 bytes, not 9\n"
	"c.json: number: expected a whole number from -1 to 10\n"
	"c.json: pause: expected 0.1 to 90 seconds\n"
	"c.json: mode: expected one of slow, fast\n"
	"c.json: list: item 2: expected a name that begins with n\n"
	"c.json: list: item 3: expected a string, not a whole number\n"
	"c.json: list: item 4: must not be empty\n"
	"c.json: secret: must not be empty\n"},
    {"a check of the row", "{\"name\": \"x\"}", NULL,
	"c.json: name: expected a name that begins with n\n"},
    {"a control character in a string", "{\"name\": \"n\\u0000\"}", NULL,
	"c.json: name: must not contain control characters\n"},
    {"too many in a list", "{\"list\": [\"n\", \"n\", \"n\", \"n\"]}", NULL,
	"c.json: list: expected at most 3, not 4\n"},
    {"numbers that no integer holds",
	"{\"number\": 18446744073709551615, \"pause\": 1e400}", NULL,
	"c.json: number: expected a whole number, not a number\n"
	"c.json: pause: expected 0.1 to 90 seconds\n"},
    {"a cross check", "{\"number\": 9}", NULL, "c.json: number: not nine\n"},

    {"the mask is no secret", "{\"secret\": [\"s\", \"********\"]}", NULL,
	"c.json: secret: \"********\" stands for a hidden secret: expected "
	"the secret itself\n"},
    {"a secret with blanks around it", "{\"secret\": \" s\"}", NULL,
	"c.json: secret: must not begin or end with a blank\n"},
    {"no secret at all", "{\"secret\": []}", NULL,
	"c.json: secret: expected at least one secret\n"},
    {"too many secrets", "{\"secret\": [\"a\", \"b\", \"c\"]}", NULL,
	"c.json: secret: expected at most 2, not 3\n"},
    {"a secret and its file", "{\"secret\": \"a\", \"secret_file\": \"two\"}",
	NULL,
	"c.json: secret_file: secret and secret_file are both given: only "
	"one of them can count\n"},
    {"no such secret file", "{\"secret_file\": \"none\"}", NULL,
	"c.json: secret_file: none: cannot be opened: No such file or "
	"directory\n"},
    {"a secret file that others may read", "{\"secret_file\": \"open\"}",
	NULL,
	"c.json: secret_file: open may be read by others (its mode is 0640): "
	"chmod 600 it\n"},
    {"the same where that is allowed, told behind the secret",
	"{\"secret_file\": \"open\", \"allow\": true}",
	"\"secret\": \"********\"", ""},
    {"a folder as secret file", "{\"secret_file\": \"sub\"}", NULL,
	"c.json: secret_file: sub: is not a regular file\n"},
    {"an empty secret file", "{\"secret_file\": \"empty\"}", NULL,
	"c.json: secret_file: empty holds no secret\n"},
    {"a secret file of zeros", "{\"secret_file\": \"zeros\"}", NULL,
	"c.json: secret_file: must not contain control characters\n"},
    {"a secret file with the mask", "{\"secret_file\": \"mask\"}", NULL,
	"c.json: secret_file: \"********\" stands for a hidden secret: "
	"expected the secret itself\n"},
    {"a secret file that is too large", "{\"secret_file\": \"large\"}", NULL,
	"c.json: secret_file: large: is larger than 65536 bytes\n"},
    {"a secret file that is no name", "{\"secret_file\": [\"two\"]}", NULL,
	"c.json: secret_file: expected the name of a file, not an array\n"},

    {"a missing comma", "{\n  \"number\": 1\n  \"flag\": true\n}", NULL,
	"c.json: line 3, column 3: expected ',' or '}'\n"},
    {"a repeated key",
	"{\"number\": 1,\n // \"number\": 2\n \"a\": {\"number\": 3},\n"
	"    \"number\": 4}",
	NULL,
	"c.json: line 4, column 5: a key is repeated within one object\n"},
    {"a repeated key behind escapes", "{\"number\": 1, \"numbe\\u0072\": 2}",
	NULL,
	"c.json: line 1, column 1: a key is repeated within one object\n"},
    {"a comment without end", "{}\n /* x", NULL,
	"c.json: line 2, column 2: comment without end\n"},
    {"text behind the object", "{} {}", NULL,
	"c.json: line 1, column 4: unexpected character\n"},
    {"an empty file", "", NULL, "c.json: line 1, column 1: empty\n"},
    {"no object", "[]", NULL, "c.json: expected an object, not an array\n"},
    {"null", "null", NULL, "c.json: expected an object, not null\n"},
};

static void
test_row(const struct row *row)
{
	struct outcome o;

	write_file("c.json", row->json, strlen(row->json), 0600);
	load(&o, "c.json");
	ok(o.good == (row->shows != NULL), "%s: %s", row->name,
	    row->shows != NULL ? "is taken" : "is refused");
	is_str(buf_str(&o.messages), row->says, "%s: messages", row->name);
	if (o.good && row->shows != NULL &&
	    !ok(str_contains(buf_str(&o.shown), row->shows), "%s: value",
		row->name))
		printf("# %.*s\n", STR_ARGS(buf_str(&o.shown)));
	release(&o);
}

/* One variable, over a file that says otherwise for every key. */
static const struct variable {
	const char *name;
	const char *variable;
	const char *value;
	const char *shows;
	const char *says;
} variables[] = {
    {"a string", "UNIT_NAME", "nenv", "\"name\": \"nenv\"", ""},
    {"empty counts as not set", "UNIT_NAME", "", "\"name\": \"nfile\"", ""},
    {"a boolean", "UNIT_FLAG", "false", "\"flag\": false", ""},
    {"a number", "UNIT_NUMBER", "-1", "\"number\": -1", ""},
    {"seconds", "UNIT_PAUSE", "1.5", "\"pause\": 1.5", ""},
    {"a choice", "UNIT_MODE", "slow", "\"mode\": \"slow\"", ""},
    {"a list", "UNIT_LIST", " n1,n2\tn3,", "[\"n1\", \"n2\", \"n3\"]", ""},
    {"a secret", "UNIT_SECRET", "one", "\"secret\": \"********\"", ""},
    {"a secret file, two secrets", "UNIT_SECRET_FILE", "two",
	"\"secret\": [\"********\", \"********\"]", ""},

    {"a wrong string", "UNIT_NAME", "x", NULL,
	"environment: UNIT_NAME: expected a name that begins with n\n"},
    {"not UTF-8", "UNIT_NAME", "n\xff", NULL,
	"environment: UNIT_NAME: is not valid UTF-8\n"},
    {"a newline", "UNIT_NAME", "n\n", NULL,
	"environment: UNIT_NAME: must not contain control characters\n"},
    {"a wrong boolean", "UNIT_FLAG", "\"x\"", NULL,
	"environment: UNIT_FLAG: expected true or false, not a string\n"},
    {"no boolean at all", "UNIT_FLAG", "yes", NULL,
	"environment: UNIT_FLAG: byte 1: unexpected 'yes'\n"},
    {"a number out of range", "UNIT_NUMBER", "11", NULL,
	"environment: UNIT_NUMBER: expected a whole number from -1 to 10\n"},
    {"a wrong item", "UNIT_LIST", "n1 x", NULL,
	"environment: UNIT_LIST: item 2: expected a name that begins with "
	"n\n"},
    {"the mask", "UNIT_SECRET", "********", NULL,
	"environment: UNIT_SECRET: \"********\" stands for a hidden secret: "
	"expected the secret itself\n"},
    {"no such secret file", "UNIT_SECRET_FILE", "none", NULL,
	"environment: UNIT_SECRET_FILE: none: cannot be opened: No such file "
	"or directory\n"},
    {"a secret file that others may read", "UNIT_SECRET_FILE", "open", NULL,
	"environment: UNIT_SECRET_FILE: open may be read by others (its mode "
	"is 0640): chmod 600 it\n"},
};

static void
test_variable(const struct variable *row)
{
	static const char json[] =
	    "{\"name\": \"nfile\", \"flag\": true, \"number\": 2, \"pause\": "
	    "3, \"mode\": \"fast\", \"list\": \"nfile\", \"secret_file\": "
	    "\"two\"}";
	char name[64];
	struct outcome o;
	bool is_file = str_has_suffix(str_from(row->variable), STR("_FILE"));

	/* A relative name in the environment is one of the working folder. */
	file_name(name, row->value);
	(void)setenv(row->variable, is_file ? name : row->value, 1);
	write_file("c.json", json, sizeof json - 1, 0600);
	load(&o, "c.json");
	(void)unsetenv(row->variable);
	ok(o.good == (row->shows != NULL), "environment, %s: %s", row->name,
	    row->shows != NULL ? "is taken" : "is refused");
	is_str(buf_str(&o.messages), row->says, "environment, %s: messages",
	    row->name);
	if (o.good && row->shows != NULL)
		ok(str_contains(buf_str(&o.shown), row->shows),
		    "environment, %s: wins over the file", row->name);
	release(&o);
}

/* One option, over a variable and a file that say otherwise. */
static const struct {
	const char *what;
	struct config_option option;
	const char *variable;
	const char *shows;
	const char *says;
} command_line[] = {
    {"a string", {"--name", "name", "nopt", false}, "UNIT_NAME",
	"\"name\": \"nopt\"", ""},
    {"a number", {"-n", "number", "7", false}, "UNIT_NUMBER",
	"\"number\": 7", ""},
    {"a secret", {"--secret", "secret", "one", false}, "UNIT_SECRET",
	"\"secret\": \"********\"", ""},
    {"a secret over a variable's file",
	{"--secret", "secret", "one", false}, "UNIT_SECRET_FILE",
	"\"secret\": \"********\"", ""},
    {"a secret file", {"--secret-file", "secret", "two", true}, "UNIT_SECRET",
	"\"secret\": [\"********\", \"********\"]", ""},
    {"an empty string", {"--name", "name", "", false}, "UNIT_NAME", NULL,
	"command line: --name: must not be empty\n"},
    {"a wrong string", {"--name", "name", "x", false}, "UNIT_NAME", NULL,
	"command line: --name: expected a name that begins with n\n"},
    {"a wrong number", {"-n", "number", "x", false}, "UNIT_NUMBER", NULL,
	"command line: -n: byte 1: unexpected 'x'\n"},
    {"no such secret file", {"--secret-file", "secret", "none", true},
	"UNIT_SECRET", NULL,
	"command line: --secret-file: none: cannot be opened: No such file "
	"or directory\n"},
};

static void
test_command_line(size_t row)
{
	const char *what = command_line[row].what;
	char name[64], json[64];
	struct outcome o;

	options[0] = command_line[row].option;
	file_name(name, options[0].value);
	if (options[0].names_file)
		options[0].value = name;
	option_count = 1;
	/* Neither would be taken. */
	(void)setenv(command_line[row].variable, "\n", 1);
	(void)snprintf(json, sizeof json, "{\"%s\": {}}", options[0].key);
	write_file("c.json", json, strlen(json), 0600);
	load(&o, "c.json");
	(void)unsetenv(command_line[row].variable);
	option_count = 0;
	ok(o.good == (command_line[row].shows != NULL), "option, %s: %s", what,
	    command_line[row].shows != NULL ? "is taken" : "is refused");
	is_str(buf_str(&o.messages), command_line[row].says,
	    "option, %s: messages", what);
	if (o.good && command_line[row].shows != NULL)
		ok(str_contains(buf_str(&o.shown), command_line[row].shows),
		    "option, %s: wins", what);
	release(&o);
}

static void
says(const char *base, const char *messages, const char *name)
{
	struct outcome o;

	load(&o, base);
	ok(o.good == (messages[0] == '\0'), "%s: %s", name,
	    messages[0] == '\0' ? "is taken" : "is refused");
	is_str(buf_str(&o.messages), messages, "%s: messages", name);
	release(&o);
}

static void
test_exposure(void)
{
	static const char secret[] = "{\"secret\": \"s\", \"number\": 11}";
	static const char allowed[] = "{\"secret\": \"s\", \"allow\": true}";

	write_file("c.json", secret, sizeof secret - 1, 0640);
	says("c.json",
	    "c.json: secret: a secret in a file that others may read (its "
	    "mode is 0640): chmod 600 it, or move the secret to a file of its "
	    "own\n"
	    "c.json: number: expected a whole number from -1 to 10\n",
	    "a file with a secret and mode 0640");
	write_file("c.json", allowed, sizeof allowed - 1, 0644);
	says("c.json", "", "the same where that is allowed");
	write_file("c.json", "{\"number\": 1}", 13, 0666);
	says("c.json", "", "a file without a secret and mode 0666");

	write_file("c.json", "{\"secret\": \"s\"}", 15, 0604);
	(void)setenv("UNIT_SECRET", "other", 1);
	says("c.json",
	    "environment: UNIT_SECRET: a secret in a file that others may "
	    "read (its mode is 0604): chmod 600 it, or move the secret to a "
	    "file of its own\n",
	    "a secret in the file that the environment replaces");
	(void)unsetenv("UNIT_SECRET");
}

static void
test_credentials(void)
{
	static const char outside[] = "{\"secret_file\": \"sub/../open\"}";
	char name[64];

	file_name(name, "sub");
	(void)setenv("CREDENTIALS_DIRECTORY", name, 1);
	write_file("sub/open", "s\n", 2, 0440);
	write_file("sub/c.json", "{\"secret\": \"s\"}", 15, 0440);
	write_file("c.json", "{\"secret_file\": \"sub/open\"}", 27, 0600);
	says("c.json", "", "a secret file below $CREDENTIALS_DIRECTORY");
	says("sub/c.json", "", "a configuration file below it");
	write_file("c.json", outside, sizeof outside - 1, 0600);
	says("c.json",
	    "c.json: secret_file: sub/../open may be read by others (its mode "
	    "is 0640): chmod 600 it\n",
	    "a path that leaves $CREDENTIALS_DIRECTORY again");
	(void)setenv("CREDENTIALS_DIRECTORY", "", 1);
	write_file("c.json", "{\"secret_file\": \"sub/open\"}", 27, 0600);
	says("c.json",
	    "c.json: secret_file: sub/open may be read by others (its mode is "
	    "0440): chmod 600 it\n",
	    "an empty $CREDENTIALS_DIRECTORY");
	(void)unsetenv("CREDENTIALS_DIRECTORY");
	file_name(name, "sub/open");
	(void)unlink(name);
	file_name(name, "sub/c.json");
	(void)unlink(name);
}

static void
test_files(void)
{
	says("none.json", "none.json: cannot be opened: No such file or "
	    "directory\n", "no such file");
	says("sub", "sub: is not a regular file\n", "a folder");
	(void)setenv("UNIT_SECRET", "a", 1);
	(void)setenv("UNIT_SECRET_FILE", "b", 1);
	says(NULL,
	    "environment: UNIT_SECRET: UNIT_SECRET_FILE is set too: only one "
	    "of them can count\n",
	    "a variable and its _FILE");
	(void)unsetenv("UNIT_SECRET_FILE");
	(void)unsetenv("UNIT_SECRET");
	says(NULL, "", "neither file nor environment");
}

/* What is read must survive the text that it was read from. */
static void
test_values(void)
{
	static const char json[] =
	    "{\"name\": \"nn\", \"secret_file\": \"two\", \"pause\": 1.2345, "
	    "\"mode\": \"slow\"}";
	struct outcome o;

	write_file("c.json", json, sizeof json - 1, 0600);
	load(&o, "c.json");
	is_str(o.values.name, "nn", "a string is kept");
	is_int((int64_t)o.values.secret.count, 2, "two secrets of a file");
	is_str(o.values.secret.items[0], "first one", "blanks inside stay");
	is_str(o.values.secret.items[1], "second", "CR and blank lines go");
	is_int(o.values.pause_ms, 1235, "seconds become milliseconds");
	is_int(o.values.mode, 0, "a choice becomes its index");
	ok(o.values.checked, "the cross check ran");
	release(&o);
}

static void
test_many_errors(void)
{
	struct buf json;
	struct outcome o;
	size_t lines = 0;

	buf_init(&json, 1 << 20);
	buf_add_str(&json, STR("{\"x\":0"));
	for (unsigned i = 0; i < 500; i++)
		buf_format(&json, ",\"x%u\":0", i);
	buf_add_byte(&json, '}');
	write_file("c.json", json.at, json.len, 0600);
	load(&o, "c.json");
	for (size_t i = 0; i < o.messages.len; i++)
		lines += o.messages.at[i] == '\n';
	is_int((int64_t)lines, 101, "of 501 errors 100 are shown");
	ok(str_has_suffix(buf_str(&o.messages),
	       STR("too many errors: the others are not shown\n")),
	    "and that there are more");
	release(&o);
	buf_release(&json);
}

static void
test_no_memory(void)
{
	struct values values;
	struct buf messages;
	struct arena arena;
	char name[64];

	write_file("c.json", "{\"name\": \"n\"}", 13, 0600);
	file_name(name, "c.json");
	buf_init(&messages, 4096);
	for (size_t ceiling = 0; ceiling < 48; ceiling += 8) {
		struct config_source source = {
		    .file = name, .allow_readable_key = "allow"};
		values = (struct values){.flag = false};
		arena_init(&arena, ceiling);
		bool good = config_load(keys, ARRAY_LENGTH(keys), source,
		    &arena, &values, collect, &messages);
		ok(good == !arena.overflow, "an arena of %zu bytes: %s",
		    ceiling, good ? "enough" : "refused");
		arena_release(&arena);
	}
	buf_release(&messages);
}

static void
test_nearest(void)
{
	static const char *const known[] = {"timeout", "calls", "log", NULL};
	static const struct {
		const char *word, *nearest;
	} words[] = {
	    {"timeout", "timeout"}, {"timout", "timeout"},
	    {"TimeOut", "timeout"}, {"tmeot", NULL}, {"cals", "calls"},
	    {"lag", "log"}, {"lg", "log"}, {"l", NULL}, {"", NULL},
	    {"callsign", NULL}, {"call_s", "calls"}, {"xxxxxx", NULL},
	};

	for (size_t i = 0; i < ARRAY_LENGTH(words); i++)
		is_str(str_from(config_nearest(
			   str_from(words[i].word), known)),
		    words[i].nearest, "nearest to \"%s\"", words[i].word);
}

static void
test_manual(void)
{
	static const char *const parts[] = {
	    ".It Ic name No (string)\nA name.\nIt's short.\n"
	    "Environment:\n.Ev UNIT_NAME .\n",
	    ".It Ic number No (number, -1 to 10)\n\\&.A number with a \\e in "
	    "it.\nDefault:\n.Li \"5\" .\n",
	    ".It Ic pause No (seconds, 0.1 to 90)\n",
	    "One of\n.Cm slow ,\n.Cm fast .\n",
	    ".Ic secret_file :\n",
	    ".Ev UNIT_SECRET ,\n.Ev UNIT_SECRET_FILE .\n",
	};
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	config_write_manual(keys, ARRAY_LENGTH(keys), out);
	(void)fclose(out);
	for (size_t i = 0; i < ARRAY_LENGTH(parts); i++)
		if (!ok(str_contains((struct str){text, size}, parts[i]),
			"the manual has part %zu", i))
			printf("# %s\n", text);
	free(text);
}

static void
remove_files(void)
{
	static const char *const names[] = {
	    "c.json", "two", "open", "empty", "zeros", "mask", "large"};
	char name[64];

	for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
		file_name(name, names[i]);
		(void)unlink(name);
	}
	file_name(name, "sub");
	(void)rmdir(name);
	(void)rmdir(folder);
}

int
main(void)
{
	static const char large[65537] = "x";
	char name[64];

	if (mkdtemp(folder) == NULL)
		return 1;
	file_name(name, "sub");
	if (mkdir(name, 0700) != 0)
		return 1;
	write_file("two", "first one\r\n\n  second \n", 21, 0600);
	write_file("open", "s\n", 2, 0640);
	write_file("empty", "\n \n", 3, 0600);
	write_file("zeros", "\0\0\0", 3, 0600);
	write_file("mask", CONFIG_MASK, sizeof CONFIG_MASK - 1, 0400);
	write_file("large", large, sizeof large, 0600);
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		test_row(&rows[i]);
	for (size_t i = 0; i < ARRAY_LENGTH(variables); i++)
		test_variable(&variables[i]);
	for (size_t i = 0; i < ARRAY_LENGTH(command_line); i++)
		test_command_line(i);
	test_exposure();
	test_credentials();
	test_files();
	test_values();
	test_many_errors();
	test_no_memory();
	test_nearest();
	test_manual();
	remove_files();
	return tap_done();
}
