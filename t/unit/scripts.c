/* SPDX-License-Identifier: MIT
 *
 * Scripts of events against a clock that stands still: each file of
 * t/unit/scripts is one, in the words of routing.h, with
 *
 *   # the section of TaskRouter's description that it is about, and the rule
 *   expect Task #1.assignment_status = reserved
 *   refused 400 part of the message     (of the request in the line before)
 *   events workflow.entered task.created …   (since the last such line)
 *   warnings 40152 …                    (for the debugger, likewise)
 *   callbacks Alice …                   (whose Reservations, likewise)
 *   silent                              (forgets all three until here)
 *   times 999 update Reservation #last: ReservationStatus=rejected
 *   times 60 create Worker: FriendlyName=Agent %   (% is 1, 2, …)
 *   offers 10                           (before all: then a Task rests)
 *
 * Each is run twice: as it is, and with the router restored after each request
 * from what it has given to store.
 */
#include "base/compat.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mirror.h"
#include "routing.h"
#include "tap.h"

#define SCRIPT_MOST 65536

struct script {
	struct routing routing;
	struct mirror *mirror; /* NULL: the router is not restored */
	const char *name;
	unsigned line;
	bool refused; /* the last request was, and nobody has said so yet */
	struct str events, warnings, callbacks; /* since somebody asked */
};

/* ---- effects */

/* Appends a word. */
static void
note(struct script *script, struct str *words, const char *word)
{
	*words = arena_format(&script->routing.arena, "%.*s%s%s",
	    STR_ARGS(*words), words->len > 0 ? " " : "", word);
}

/* By then the Reservation may be gone. */
static void
note_callback(struct script *script, const char *sid)
{
	const struct reservation *reservation =
	    (struct reservation *)router_find(
		script->routing.router, str_from(sid));

	note(script, &script->callbacks,
	    reservation != NULL ? reservation->worker->friendly_name.at
				: "(gone)");
}

static void
note_effects(struct script *script)
{
	const struct router_effects *effects =
	    router_effects(script->routing.router);
	const struct record *record;
	char code[16];

	STAILQ_FOREACH(record, &effects->records, entry)
		note(script, &script->events, record->type);
	for (size_t i = 0; i < effects->warning_count; i++) {
		(void)snprintf(
		    code, sizeof code, "%u", effects->warnings[i].code);
		note(script, &script->warnings, code);
	}
	for (size_t i = 0; i < effects->callback_count; i++)
		note_callback(script, effects->callbacks[i].reservation);
}

/* What was to be called back still is, as far as the Workspace tells. */
static void
check_callbacks(struct script *script, struct router *router)
{
	struct workspace *workspace = script->routing.workspace;
	const struct router_effects *effects = router_effects(router);
	struct object *object = NULL;
	size_t due = 0, listed = 0;

	while (workspace != NULL &&
	    (object = router_next(router, workspace, KIND_RESERVATION,
	         object != NULL ? object->number : 0)) != NULL)
		due += ((struct reservation *)object)->callback ==
		    CALLBACK_DUE;
	for (size_t i = 0; i < effects->callback_count; i++) {
		object = router_find(
		    router, str_from(effects->callbacks[i].reservation));
		listed += object != NULL && object->workspace == workspace;
	}
	if (due != listed)
		ok(false, "%s:%u: restored: %zu callbacks are due, %zu listed",
		    script->name, script->line, due, listed);
	router_settled(router);
}

/* The store's state goes on in place of the one that is there. */
static void
restart(struct script *script)
{
	struct routing *routing = &script->routing;
	struct router_options options = routing_options(routing);
	struct err err = {0, ""};
	struct router *router;
	struct str sid = STR_NONE;

	options.scan_most = 1;
	mirror_take(script->mirror, routing->router);
	router = mirror_restore(script->mirror, &options, &err);
	if (router == NULL) {
		printf("Bail out! %s:%u: cannot be restored: %s\n",
		    script->name, script->line, err.text);
		exit(2);
	}
	if (routing->workspace != NULL)
		sid = arena_str(&routing->arena,
		    str_from(routing->workspace->object.sid));
	router_free(routing->router);
	routing->router = router;
	routing->workspace = (struct workspace *)router_find(router, sid);
	(void)router_tick(router, routing->now, 0);
	check_callbacks(script, router);
	if (!router_check(router, &err))
		ok(false, "%s:%u: restored: %s", script->name, script->line,
		    err.text);
}

static void
request(struct script *script, const char *line)
{
	(void)routing_ask(&script->routing, line);
	script->refused = script->routing.refusal.status != 0;
	note_effects(script);
	if (script->mirror != NULL)
		restart(script);
	else
		router_settled(script->routing.router);
}

/* ---- words */

static void
check_refusal(struct script *script)
{
	if (script->refused)
		ok(false, "%s:%u: refused: %s", script->name, script->line,
		    script->routing.refusal.text);
	script->refused = false;
}

static void
expect(struct script *script, char *text)
{
	char *equals = strstr(text, " = ");
	const char *value = "";

	check_refusal(script);
	if (equals != NULL) {
		*equals = '\0';
		value = equals + 3;
	}
	value = routing_text(&script->routing, value).at;
	is_str(routing_read(&script->routing, text), value, "%s:%u: %s is %s",
	    script->name, script->line, text, value);
}

static void
expect_refusal(struct script *script, char *text)
{
	const struct refusal *refusal = &script->routing.refusal;
	unsigned long status = strtoul(text, &text, 10);

	while (*text == ' ')
		text++;
	ok(script->refused && refusal->status == status &&
	        refusal->code == 20001 && strstr(refusal->text, text) != NULL,
	    "%s:%u: refused with %lu, %s (it was %u: %s)", script->name,
	    script->line, status, text, refusal->status, refusal->text);
	script->refused = false;
}

static void
expect_events(struct script *script, char *text)
{
	check_refusal(script);
	is_str(script->events, text, "%s:%u: the events", script->name,
	    script->line);
	script->events = STR("");
}

static void
expect_warnings(struct script *script, char *text)
{
	check_refusal(script);
	is_str(script->warnings, text, "%s:%u: the warnings", script->name,
	    script->line);
	script->warnings = STR("");
}

static void
expect_callbacks(struct script *script, char *text)
{
	check_refusal(script);
	is_str(script->callbacks, text, "%s:%u: the callbacks", script->name,
	    script->line);
	script->callbacks = STR("");
}

static void
forget_effects(struct script *script, char *text)
{
	(void)text;
	check_refusal(script);
	script->events = STR("");
	script->warnings = STR("");
	script->callbacks = STR("");
}

/* The number in place of each %. */
static const char *
numbered(struct script *script, const char *text, unsigned long number)
{
	struct str rest = str_from(text);
	struct str out = str_cut(&rest, '%');

	while (rest.at != NULL) {
		struct str behind = str_cut(&rest, '%');
		out = arena_format(&script->routing.arena, "%.*s%lu%.*s",
		    STR_ARGS(out), number, STR_ARGS(behind));
	}
	return out.at;
}

static void
repeat(struct script *script, char *text)
{
	unsigned long count = strtoul(text, &text, 10);

	for (unsigned long i = 1; i <= count && !script->refused; i++)
		request(script, numbered(script, text + 1, i));
}

/* The router is made anew. */
static void
limit_offers(struct script *script, char *text)
{
	routing_end(&script->routing);
	routing_begin_resting(&script->routing, strtoul(text, NULL, 10));
}

static const struct {
	const char *word;
	void (*run)(struct script *script, char *text);
} words[] = {
	{"expect ", expect},
	{"refused ", expect_refusal},
	{"events", expect_events},
	{"warnings", expect_warnings},
	{"callbacks", expect_callbacks},
	{"silent", forget_effects},
	{"times ", repeat},
	{"offers ", limit_offers},
};

static void
run_line(struct script *script, char *line)
{
	for (size_t i = 0; i < ARRAY_LENGTH(words); i++) {
		size_t length = strlen(words[i].word);
		if (strncmp(line, words[i].word, length) != 0)
			continue;
		line += length;
		words[i].run(script, *line == ' ' ? line + 1 : line);
		return;
	}
	check_refusal(script);
	request(script, line);
}

static void
run_script(const char *name, char *text, bool restarts)
{
	struct script script = {
	    .name = name,
	    .events = STR(""),
	    .warnings = STR(""),
	    .callbacks = STR(""),
	};
	char *next;

	routing_begin(&script.routing);
	if (restarts)
		script.mirror = mirror_new();
	for (char *line = text; line != NULL && *line != '\0'; line = next) {
		next = strchr(line, '\n');
		if (next != NULL)
			*next++ = '\0';
		script.line++;
		if (*line != '\0' && *line != '#')
			run_line(&script, line);
	}
	check_refusal(&script);
	routing_end(&script.routing);
	if (restarts)
		mirror_free(script.mirror);
}

static void
run_file(const char *name)
{
	static char text[SCRIPT_MOST], again[SCRIPT_MOST];
	char path[1024];
	size_t length;
	FILE *file;

	(void)snprintf(path, sizeof path, "%s/%s", SCRIPTS, name);
	file = fopen(path, "r");
	if (!ok(file != NULL, "%s can be read", name))
		return;
	length = fread(text, 1, sizeof text - 1, file);
	text[length] = '\0';
	(void)fclose(file);
	memcpy(again, text, sizeof again);
	run_script(name, text, false);
	run_script(name, again, true);
}

static int
is_script(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

int
main(int argc, char **argv)
{
	struct dirent **entries = NULL;
	int count;

	if (argc > 1) {
		run_file(argv[1]);
		return tap_done();
	}
	count = scandir(SCRIPTS, &entries, is_script, alphasort);
	ok(count > 10, "%d scripts", count);
	for (int i = 0; i < count; i++) {
		run_file(entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	return tap_done();
}
