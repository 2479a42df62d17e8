/* SPDX-License-Identifier: MIT
 *
 * The instruction table, against the rows of Twilio's pages as a reader of
 * them would write them: each parameter right, of the wrong type, and out of
 * its range.
 */
#include "base/compat.h"

#include "tap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "twilio/instruction.h"

#define ID "00000000000000000000000000000001"

/* What is said of a value, by kind of value. The number is Twilio's. */
#define E(number) " (Twilio error " #number ")"
#define SAY_ACTIVITY "an Activity SID: WA and 32 hexadecimal digits"
#define SAY_CALL "a Call SID: CA and 32 hexadecimal digits"
#define SAY_TO \
	"a phone number of + and 2 to 15 digits, client:NAME or sip:ADDRESS"
#define SAY_FROM \
	"a phone number of + and 2 to 15 digits, client:NAME, sip:ADDRESS " \
	"or another caller ID without blanks"
#define SAY_URL \
	"an absolute http or https URL without blanks, of at most 2048 bytes"
#define SAY_WAIT_URL SAY_URL ", or the empty string"
#define SAY_TEXT "a text of 1 to 255 bytes without control characters"
#define SAY_RING "a whole number from 1 to 999"
#define SAY_PEOPLE "a whole number from 2 to 250"
#define SAY_BOOLEAN "true or false"
#define SAY_RECORD "one of: record-from-answer, do-not-record"
#define SAY_METHOD "one of: GET, POST"
#define CALL_EVENTS "any of: initiated, ringing, answered, completed; with "
#define SAY_COMMAS CALL_EVENTS "commas between them"
#define SAY_BLANKS CALL_EVENTS "blanks between them"
#define SAY_CONFERENCE_EVENTS \
	"any of: start, end, join, leave, mute, hold, speaker; with blanks " \
	"between them"
#define SAY_CONFERENCE_RECORD \
	"one of: true, false, record-from-start, do-not-record"
#define SAY_BEEP "one of: true, false, onEnter, onExit"
#define SAY_TRIM "one of: trim-silence, do-not-trim"
#define SAY_CHANNELS "one of: mono, dual"
#define SAY_REGION "one of: us1, us2, ie1, de1, sg1, br1, au1, jp1"
#define SAY_JITTER "one of: small, medium, large, off"

/* A whole instruction with one parameter; `type` is a value of the wrong JSON
 * type, `range` one of the right type that is wrong; `got` names the type. */
struct parameter_row {
	const char *instruction, *name;
	const char *right[4];
	const char *type, *got;
	const char *range[4];
	const char *expected, *error;
};

#define ACTIVITY(i, n, e) \
	{i, n, {"\"WA" ID "\"", "\"WA0123456789abcdefABCDEF0123456789\""}, "1", "a whole number", {"\"WT" ID "\"", "\"\"", "\"WA" ID "0\"", "\"idle\""}, SAY_ACTIVITY, e}
#define TO(i, e) \
	{i, "to", {"\"+12\"", "\"+123456789012345\"", "\"client:alice\"", "\"sip:alice@example.com\""}, "15550001111", "a whole number", {"\"15550001111\"", "\"+1 555 0001111\"", "\"+1234567890123456\"", "\"client:\""}, SAY_TO, e}
#define FROM(i, e) \
	{i, "from", {"\"+15550001111\"", "\"client:alice\"", "\"sip:a@b\"", "\"Anonymous\""}, "15550001111", "a whole number", {"\"\"", "\"+1-555-0001111\"", "\"sip:\"", "\"two words\""}, SAY_FROM, e}
#define URL(i, n, e) \
	{i, n, {"\"https://example.com/x?y=z#rc=2\"", "\"http://user:pass@h:8080\"", "\"HTTPS://[::1]:1/\"", "\"http://h?q\""}, "true", "true or false", {"\"\"", "\"/voice\"", "\"ftp://example.com/\"", "\"https://example.com/a b\""}, SAY_URL, e}
#define BOOLEAN(i, n) \
	{i, n, {"true", "false"}, "1", "a whole number", {NULL}, SAY_BOOLEAN, ""}
#define RING(i, e) \
	{i, "timeout", {"1", "60", "999"}, "60.5", "a number", {"0", "1000", "-1", "99999999999"}, SAY_RING, e}
#define WORDS(i, n, say, first, last, e) \
	{i, n, {"\"" first "\"", "\"" last "\""}, "false", "true or false", {"\"\"", "\"nonsense\"", "\"" first " \"", "\"" first "," last "\""}, say, e}
#define METHOD(n) WORDS("conference", n, SAY_METHOD, "GET", "POST", "")
#define EVENTS(i, n, say, list, e) \
	{i, n, {"\"initiated\"", list}, "[\"initiated\"]", "an array", {"\"\"", "\"initiated;ringing\"", "\"initiated, ringing\"", "\"initiated  ringing\""}, say, e}

static const struct parameter_row parameter_rows[] = {
	ACTIVITY("reject", "activity_sid", E(40100)),

	TO("dequeue", E(40131)),
	FROM("dequeue", E(40132)),
	ACTIVITY("dequeue", "post_work_activity_sid", E(40130)),
	WORDS("dequeue", "record", SAY_RECORD, "record-from-answer", "do-not-record", ""),
	RING("dequeue", ""),
	URL("dequeue", "status_callback_url", E(40157)),
	EVENTS("dequeue", "status_callback_events", SAY_COMMAS, "\"initiated,ringing,answered,completed\"", E(40134)),

	TO("call", E(40110)),
	FROM("call", E(40111)),
	URL("call", "url", E(40112)),
	BOOLEAN("call", "accept"),
	WORDS("call", "record", SAY_RECORD, "record-from-answer", "do-not-record", ""),
	RING("call", ""),
	URL("call", "status_callback_url", E(40158)),

	{"redirect", "call_sid", {"\"CA" ID "\""}, "null", "null", {"\"\"", "\"CA" ID "0\"", "\"WA" ID "\"", "\"CA\""}, SAY_CALL, E(40121)},
	URL("redirect", "url", E(40120)),
	BOOLEAN("redirect", "accept"),

	TO("conference", E(40137)),
	FROM("conference", E(40141)),
	ACTIVITY("conference", "post_work_activity_sid", E(40139)),
	{"conference", "room_name", {"\"room one\""}, "{}", "an object", {"\"\"", "\"a\\u0007b\""}, SAY_TEXT, ""},
	RING("conference", E(14233)),
	URL("conference", "status_callback", E(40159)),
	METHOD("status_callback_method"),
	EVENTS("conference", "status_callback_event", SAY_BLANKS, "\"initiated ringing answered completed\"", ""),
	BOOLEAN("conference", "record"),
	BOOLEAN("conference", "muted"),
	WORDS("conference", "beep", SAY_BEEP, "true", "onExit", ""),
	BOOLEAN("conference", "start_conference_on_enter"),
	BOOLEAN("conference", "end_conference_on_exit"),
	BOOLEAN("conference", "end_conference_on_customer_exit"),
	BOOLEAN("conference", "beep_on_customer_entrance"),
	{"conference", "wait_url", {"\"\"", "\"https://example.com/music\""}, "false", "true or false", {"\" \"", "\"music\"", "\"https://\"", "\"https:///x\""}, SAY_WAIT_URL, ""},
	METHOD("wait_method"),
	BOOLEAN("conference", "early_media"),
	{"conference", "max_participants", {"2", "250"}, "1e1", "a number", {"1", "251", "0", "-2"}, SAY_PEOPLE, ""},
	URL("conference", "conference_status_callback", E(40159)),
	METHOD("conference_status_callback_method"),
	{"conference", "conference_status_callback_event", {"\"start\"", "\"start end join leave mute hold speaker\""}, "[\"start\"]", "an array", {"\"\"", "\"start,end\"", "\" start\"", "\"modify\""}, SAY_CONFERENCE_EVENTS, ""},
	{"conference", "conference_record", {"\"true\"", "\"false\"", "\"record-from-start\"", "\"do-not-record\""}, "1", "a whole number: without quotes Twilio silently ignores it", {"\"\"", "\"True\"", "\"record-from-answer\"", "\"yes\""}, SAY_CONFERENCE_RECORD, ""},
	WORDS("conference", "conference_trim", SAY_TRIM, "trim-silence", "do-not-trim", ""),
	WORDS("conference", "recording_channels", SAY_CHANNELS, "mono", "dual", ""),
	URL("conference", "recording_status_callback", E(40159)),
	METHOD("recording_status_callback_method"),
	URL("conference", "conference_recording_status_callback", E(40159)),
	METHOD("conference_recording_status_callback_method"),
	WORDS("conference", "region", SAY_REGION, "us1", "jp1", ""),
	{"conference", "sip_auth_username", {"\"alice\""}, "1", "a whole number", {"\"\"", "\"a\\nb\""}, SAY_TEXT, ""},
	{"conference", "sip_auth_password", {"\"pass word\""}, "1", "a whole number", {"\"\"", "\"a\\u007fb\""}, SAY_TEXT, ""},
	WORDS("conference", "jitter_buffer_size", SAY_JITTER, "small", "off", ""),
};

/* What else an instruction must have to be right. */
static const struct {
	const char *instruction, *name, *json;
} required[] = {
	{"call", "from", ",\"from\":\"+15550001111\""},
	{"call", "url", ",\"url\":\"https://h/\""},
	{"redirect", "call_sid", ",\"call_sid\":\"CA" ID "\""},
	{"redirect", "url", ",\"url\":\"https://h/\""},
};

#define NO_ACTIVITY \
	"warning activity_sid: without it the Worker keeps its Activity, but " \
	"one table of Twilio's calls it required" E(40100) "\n"

/* Whole instructions: what is reported, a line each, and what is sent (NULL:
 * refused). */
static const struct {
	const char *what, *json, *reports, *sent, *name;
} rows[] = {
	{"accept", "{ \"instruction\" : \"accept\" }", "", "{\"instruction\":\"accept\"}", "accept"},
	{"the empty object", "{ }", "", "{}", "defer"},
	{"reject", "{\"activity_sid\":\"WA" ID "\",\"instruction\":\"reject\"}", "", "{\"instruction\":\"reject\",\"activity_sid\":\"WA" ID "\"}", "reject"},
	{"reject without activity", "{\"instruction\":\"reject\"}", NO_ACTIVITY, "{\"instruction\":\"reject\"}", "reject"},
	{"dequeue alone", "{\"instruction\":\"dequeue\"}", "", "{\"instruction\":\"dequeue\"}", "dequeue"},
	{"dequeue, parameters in the order of the table",
	    "{\"status_callback_events\":\"completed\",\"status_callback_url\":\"http://h\",\"timeout\":5,\"record\":\"do-not-record\",\"post_work_activity_sid\":\"WA" ID "\",\"from\":\"+12\",\"to\":\"client:a\",\"instruction\":\"dequeue\"}",
	    "",
	    "{\"instruction\":\"dequeue\",\"to\":\"client:a\",\"from\":\"+12\",\"post_work_activity_sid\":\"WA" ID "\",\"record\":\"do-not-record\",\"timeout\":5,\"status_callback_url\":\"http://h\",\"status_callback_events\":\"completed\"}", "dequeue"},
	{"dequeue to a SIP address for 600 seconds", "{\"instruction\":\"dequeue\",\"to\":\"sip:a@b\",\"timeout\":600}", "", "{\"instruction\":\"dequeue\",\"to\":\"sip:a@b\",\"timeout\":600}", "dequeue"},
	{"dequeue to a SIP address for longer", "{\"instruction\":\"dequeue\",\"to\":\"sip:a@b\",\"timeout\":601}", "warning timeout: a SIP address rings at most 600 seconds\n", "{\"instruction\":\"dequeue\",\"to\":\"sip:a@b\",\"timeout\":601}", "dequeue"},
	{"call, parameters in the order of the table",
	    "{\"accept\":true,\"url\":\"https://h/?a=\\u00eb\\\"\",\"instruction\":\"call\",\"from\":\"client:b\",\"to\":\"+12\"}", "",
	    "{\"instruction\":\"call\",\"to\":\"+12\",\"from\":\"client:b\",\"url\":\"https://h/?a=\xc3\xab\\\"\",\"accept\":true}", "call"},
	{"call without what it needs", "{\"instruction\":\"call\"}", "from: missing; the instruction call needs " SAY_FROM E(40111) "\nurl: missing; the instruction call needs " SAY_URL E(40112) "\n", NULL, NULL},
	{"redirect", "{\"instruction\":\"redirect\",\"url\":\"https://h/\",\"call_sid\":\"CA" ID "\",\"accept\":false}", "", "{\"instruction\":\"redirect\",\"call_sid\":\"CA" ID "\",\"url\":\"https://h/\",\"accept\":false}", "redirect"},
	{"redirect without what it needs", "{\"instruction\":\"redirect\"}", "call_sid: missing; the instruction redirect needs " SAY_CALL E(40121) "\nurl: missing; the instruction redirect needs " SAY_URL E(40120) "\n", NULL, NULL},
	{"conference", "{\"conference_record\":\"true\",\"max_participants\":3,\"instruction\":\"conference\",\"from\":\"+12\"}", "", "{\"instruction\":\"conference\",\"from\":\"+12\",\"max_participants\":3,\"conference_record\":\"true\"}", "conference"},
	{"conference_record as a boolean", "{\"instruction\":\"conference\",\"conference_record\":true}", "conference_record: expected a string in double quotes (" SAY_CONFERENCE_RECORD "), not true or false: without quotes Twilio silently ignores it\n", NULL, NULL},
	{"a boolean as a string", "{\"instruction\":\"conference\",\"muted\":\"true\"}", "muted: expected true or false, not a string: leave the quotes out\n", NULL, NULL},
	{"a number as a string", "{\"instruction\":\"dequeue\",\"timeout\":\"60\"}", "timeout: expected " SAY_RING ", not a string: leave the quotes out\n", NULL, NULL},
	{"room_name", "{\"instruction\":\"conference\",\"room_name\":\"x\"}", "warning room_name: is no longer documented: the conference is named after the Task SID\n", "{\"instruction\":\"conference\",\"room_name\":\"x\"}", "conference"},
	{"a parameter that conference excepts", "{\"instruction\":\"conference\",\"caller_id\":\"+12\"}", "caller_id: the instruction conference does not take this parameter of the Conference Participants API\n", NULL, NULL},
	{"all mistakes are reported, in the order of the text", "{\"instruction\":\"dequeue\",\"timeout\":0,\"tou\":1,\"from\":\"\"}", "timeout: expected " SAY_RING "\ntou: the instruction dequeue has no such parameter; did you mean \"to\"?\nfrom: expected " SAY_FROM E(40132) "\n", NULL, NULL},
	{"an unknown parameter near a known one", "{\"instruction\":\"dequeue\",\"post_work_activity\":\"WA" ID "\"}", "post_work_activity: the instruction dequeue has no such parameter; did you mean \"post_work_activity_sid\"?\n", NULL, NULL},
	{"an unknown parameter far from all", "{\"instruction\":\"dequeue\",\"colour\":1}", "colour: the instruction dequeue has no such parameter\n", NULL, NULL},
	{"a parameter of another instruction", "{\"instruction\":\"accept\",\"timeout\":1}", "timeout: the instruction accept has no such parameter\n", NULL, NULL},
	{"a parameter in capitals", "{\"instruction\":\"dequeue\",\"Timeout\":1}", "Timeout: the instruction dequeue has no such parameter; did you mean \"timeout\"?\n", NULL, NULL},
	{"an unknown instruction near a known one", "{\"instruction\":\"acept\"}", "instruction: \"acept\" is no instruction; did you mean \"accept\"?" E(55555) "\n", NULL, NULL},
	{"an instruction in capitals", "{\"instruction\":\"Accept\"}", "instruction: \"Accept\" is no instruction; did you mean \"accept\"?" E(55555) "\n", NULL, NULL},
	{"an unknown instruction far from all", "{\"instruction\":\"\\u001b[2J\"}", "instruction: \"\\u001b[2J\" is no instruction; expected accept, reject, dequeue, call, redirect or conference" E(55555) "\n", NULL, NULL},
	{"an empty instruction", "{\"instruction\":\"\"}", "instruction: \"\" is no instruction; expected accept, reject, dequeue, call, redirect or conference" E(55555) "\n", NULL, NULL},
	{"supervise", "{\"instruction\":\"supervise\"}", "instruction: this is an instruction of the REST API, which an assignment callback cannot be answered with" E(55555) "\n", NULL, NULL},
	{"defer as a word", "{\"instruction\":\"defer\"}", "instruction: to decide later, write {}" E(55555) "\n", NULL, NULL},
	{"a number as instruction", "{\"instruction\":1}", "instruction: expected a string in double quotes, not a whole number" E(55555) "\n", NULL, NULL},
	{"null as instruction", "{\"instruction\":null}", "instruction: expected a string in double quotes, not null" E(55555) "\n", NULL, NULL},
	{"an object without instruction", "{\"instuction\":\"accept\"}", "instruction: missing; only {} may be without it, to decide later" E(40005) "\n", NULL, NULL},
	{"a string", "\"accept\"", ": expected an object such as {\"instruction\":\"accept\"}, or {} to decide later, not a string" E(40001) "\n", NULL, NULL},
	{"an array", "[]", ": expected an object such as {\"instruction\":\"accept\"}, or {} to decide later, not an array" E(40005) "\n", NULL, NULL},
	{"null", "null", ": expected an object such as {\"instruction\":\"accept\"}, or {} to decide later, not null" E(40005) "\n", NULL, NULL},
};

static void
collect(void *to, bool warning, struct str key, const char *message)
{
	buf_format(to, "%s%.*s: %s\n", warning ? "warning " : "", STR_ARGS(key),
	    message);
}

struct outcome {
	struct arena arena;
	struct instruction instruction;
	struct buf reports;
	bool accepted;
};

static void
read_text(struct outcome *outcome, struct str json)
{
	struct json_object *value;
	struct err err;

	*outcome = (struct outcome){0};
	arena_init(&outcome->arena, (size_t)1 << 20);
	buf_init(&outcome->reports, 65536);
	if (!json_parse(&outcome->arena, json,
		(struct json_limits){.values = 1000}, &value, &err)) {
		ok(false, "%.*s parses: %s", STR_ARGS(json), err.text);
		return;
	}
	outcome->accepted = instruction_read(value, &outcome->arena,
	    &outcome->instruction, collect, &outcome->reports);
}

static void
release(struct outcome *outcome)
{
	buf_release(&outcome->reports);
	arena_release(&outcome->arena);
}

/* The instruction of `row` with this value for its parameter. */
static struct str
compose(struct arena *arena, const struct parameter_row *row, const char *value)
{
	struct str json = arena_format(arena,
	    "{\"instruction\":\"%s\",\"%s\":%s", row->instruction, row->name,
	    value);

	for (size_t i = 0; i < ARRAY_LENGTH(required); i++)
		if (strcmp(required[i].instruction, row->instruction) == 0 &&
		    strcmp(required[i].name, row->name) != 0)
			json = arena_format(arena, "%.*s%s", STR_ARGS(json),
			    required[i].json);
	return arena_format(arena, "%.*s}", STR_ARGS(json));
}

static void
test_right(const struct parameter_row *row, const char *value)
{
	struct arena arena;
	struct outcome outcome;

	arena_init(&arena, 65536);
	read_text(&outcome, compose(&arena, row, value));
	struct str sent = outcome.instruction.json;
	struct str member = arena_format(
	    &arena, "\"%s\":%s", row->name, value);
	if (!ok(outcome.accepted &&
		    str_is(str_from(outcome.instruction.name),
			row->instruction) &&
		    str_contains(sent, member.at),
		"%s, %s may be %s", row->instruction, row->name, value))
		printf("# %.*s# %.*s\n", STR_ARGS(buf_str(&outcome.reports)),
		    STR_ARGS(sent));
	release(&outcome);
	arena_release(&arena);
}

static void
test_wrong(const struct parameter_row *row, const char *value,
    const char *message)
{
	struct arena arena;
	struct outcome outcome;

	arena_init(&arena, 65536);
	read_text(&outcome, compose(&arena, row, value));
	struct str rest = buf_str(&outcome.reports);
	struct str line = str_cut(&rest, '\n');
	ok(!outcome.accepted, "%s, %s is refused as %s", row->instruction,
	    row->name, value);
	is_str(line, arena_format(&arena, "%s: %s", row->name, message).at,
	    "%s, %s as %s: words", row->instruction, row->name, value);
	release(&outcome);
	arena_release(&arena);
}

static void
test_parameter(const struct parameter_row *row)
{
	char message[512];

	for (size_t i = 0; i < 4 && row->right[i] != NULL; i++)
		test_right(row, row->right[i]);
	bool text = row->right[0][0] == '"';
	(void)snprintf(message, sizeof message,
	    text ? "expected a string in double quotes (%s), not %s%s"
		 : "expected %s, not %s%s",
	    row->expected, row->got, row->error);
	test_wrong(row, row->type, message);
	(void)snprintf(message, sizeof message, "expected %s%s", row->expected,
	    row->error);
	for (size_t i = 0; i < 4 && row->range[i] != NULL; i++)
		test_wrong(row, row->range[i], message);
}

static void
test_rows(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct outcome outcome;

		read_text(&outcome, str_from(rows[i].json));
		ok(outcome.accepted == (rows[i].sent != NULL), "%s: %s",
		    rows[i].what, rows[i].sent != NULL ? "good" : "refused");
		is_str(buf_str(&outcome.reports), rows[i].reports,
		    "%s: what is reported", rows[i].what);
		is_str(outcome.instruction.json, rows[i].sent,
		    "%s: what is sent", rows[i].what);
		is_str(str_from(outcome.instruction.name), rows[i].name,
		    "%s: the name", rows[i].what);
		release(&outcome);
	}
}

/* Lengths that the tables above cannot show. */
static void
test_lengths(void)
{
	static const struct {
		const char *what, *name, *start;
		int fill;
		bool good;
	} lengths[] = {
		{"a URL of 2048 bytes", "status_callback_url", "https://h/", 2038, true},
		{"a URL of 2049 bytes", "status_callback_url", "https://h/", 2039, false},
		{"an address of 255 bytes", "to", "client:", 248, true},
		{"an address of 256 bytes", "to", "client:", 249, false},
		{"a caller ID of 255 bytes", "from", "", 255, true},
		{"a caller ID of 256 bytes", "from", "", 256, false},
	};
	static char filler[4096];

	memset(filler, 'x', sizeof filler);
	for (size_t i = 0; i < ARRAY_LENGTH(lengths); i++) {
		struct outcome outcome;
		struct arena arena;

		arena_init(&arena, 65536);
		read_text(&outcome,
		    arena_format(&arena,
			"{\"instruction\":\"dequeue\",\"%s\":\"%s%.*s\"}",
			lengths[i].name, lengths[i].start, lengths[i].fill,
			filler));
		ok(outcome.accepted == lengths[i].good, "%s is %s",
		    lengths[i].what, lengths[i].good ? "good" : "refused");
		release(&outcome);
		arena_release(&arena);
	}
}

/* What URLs may look like, beyond the rows. */
static void
test_urls(void)
{
	static const struct {
		const char *url;
		bool good;
	} urls[] = {
		{"https://example.com", true},
		{"https://example.com:443/", true},
		{"https://example.com:65535/", true},
		{"https://example.com:65536/", false},
		{"https://example.com:/", false},
		{"https://example.com:8a/", false},
		{"https://a@b@c/", true},
		{"https://user@/", false},
		{"https://:443/", false},
		{"https://?x", false},
		{"https:/example.com", false},
		{"https:example.com", false},
		{"//example.com/", false},
		{"https://[::1", false},
		{"https://[::1]x/", false},
		{"javascript:alert(1)", false},
		{"https://example.com/\\u007f", false},
		{"https://example.com/\\t", false},
		{"https://example.com/\\u0000", false},
		{" https://example.com/", false},
	};

	for (size_t i = 0; i < ARRAY_LENGTH(urls); i++) {
		struct outcome outcome;
		struct arena arena;

		arena_init(&arena, 65536);
		read_text(&outcome,
		    arena_format(&arena,
			"{\"instruction\":\"dequeue\","
			"\"status_callback_url\":\"%s\"}", urls[i].url));
		ok(outcome.accepted == urls[i].good, "%s is %s URL",
		    urls[i].url, urls[i].good ? "a" : "no");
		release(&outcome);
		arena_release(&arena);
	}
}

static void
test_overflow(void)
{
	struct outcome outcome;
	struct json_object *value;
	struct err err;
	struct arena small;
	struct str json = STR("{\"instruction\":\"dequeue\",\"to\":\"+12\"}");

	read_text(&outcome, json);
	buf_clear(&outcome.reports, 0);
	ok(json_parse(&outcome.arena, json, (struct json_limits){.values = 9},
	       &value, &err),
	    "the text parses");
	arena_init(&small, 16);
	ok(!instruction_read(value, &small, &outcome.instruction, collect,
	       &outcome.reports),
	    "without memory nothing is accepted");
	is_str(buf_str(&outcome.reports), ": too large\n", "and this is said");
	arena_release(&small);
	release(&outcome);
}

static void
test_names(void)
{
	static const char *const names[] = {"accept", "reject", "dequeue",
	    "call", "redirect", "conference", "defer"};

	for (size_t i = 0; i < INSTRUCTION_KINDS; i++)
		is_str(str_from(instruction_names[i]), names[i], "name %zu", i);
	is_str(instruction_accept.json, "{\"instruction\":\"accept\"}",
	    "what is answered by default");
	is_str(str_from(instruction_accept.name), "accept", "and its name");
}

/* Every parameter of the rows above is in the manual, and nothing in it could
 * be taken for a macro. */
static void
test_manual(void)
{
	char *text = NULL;
	size_t length = 0, items = 0, opened = 0, closed = 0;
	bool lines = true;
	FILE *out = open_memstream(&text, &length);

	if (!ok(out != NULL, "a file in memory"))
		return;
	instruction_write_manual(out);
	fclose(out);
	struct str rest = {text, length};
	while (rest.at != NULL) {
		struct str line = str_cut(&rest, '\n');
		items += str_has_prefix(line, STR(".It "));
		opened += str_has_prefix(line, STR(".Bl "));
		closed += str_has_prefix(line, STR(".El"));
		lines = lines && (line.len > 0 || rest.at == NULL) &&
		    !str_has_prefix(line, STR("'")) &&
		    !str_has_byte(line, '\\');
	}
	is_int((int64_t)items, (int64_t)ARRAY_LENGTH(parameter_rows) + 7,
	    "the manual has an item for each instruction and parameter");
	is_int((int64_t)opened, (int64_t)closed, "its lists are closed");
	ok(lines, "its lines are plain text");
	free(text);
}

int
main(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(parameter_rows); i++)
		test_parameter(&parameter_rows[i]);
	test_rows();
	test_lengths();
	test_urls();
	test_overflow();
	test_names();
	test_manual();
	return tap_done();
}
