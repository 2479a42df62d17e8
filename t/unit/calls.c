/* SPDX-License-Identifier: MIT
 *
 * The keys calls.*: what they take, what they refuse and in which words, and
 * the documents that come of them.
 */
#include "base/compat.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "responder/call_documents.h"
#include "tap.h"

#define ZEROS "0000000000000000000000000000000"
#define WW1 "WW" ZEROS "1"
#define WW2 "WW" ZEROS "2"
#define ACCOUNT \
	"\"account_sid\": \"AC" ZEROS "1\", \"auth_token\": \"12345\", " \
	"\"public_url\": \"https://example.com/tr\""
#define WORKFLOW "\"workflow_sid\": \"" WW1 "\""
#define TWO "{\"digits\": \"1\", \"prompt\": \"a\"}, {\"digits\": \"2\"}"
#define MESSAGES_MOST ((size_t)1 << 16)

static char folder[] = "/tmp/unit-calls-XXXXXX";

static void
collect(void *to, bool warning, const char *message)
{
	struct buf *buf = to;
	const char *found = strstr(message, "c.json: ");

	(void)warning;
	buf_format(buf, "%s\n", found != NULL ? found + 8 : message);
}

/* {…, "calls": {CALLS}}; CALLS NULL: none. */
static struct settings *
load(const char *calls, bool workflow, struct buf *messages)
{
	size_t size = (calls != NULL ? strlen(calls) : 0) + 512;
	char *text = malloc(size);
	char name[64];
	struct settings *settings = NULL;

	buf_clear(messages, 0);
	(void)snprintf(name, sizeof name, "%s/c.json", folder);
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	int length = text == NULL ? -1
	    : snprintf(text, size, "{" ACCOUNT "%s%s%s%s}",
	          workflow ? ", " WORKFLOW : "",
	          calls != NULL ? ", \"calls\": {" : "",
	          calls != NULL ? calls : "", calls != NULL ? "}" : "");
	if (fd >= 0 && length > 0 && write(fd, text, (size_t)length) == length)
		settings = settings_load(name, collect, messages);
	else
		ok(false, "can write the configuration");
	(void)close(fd);
	(void)unlink(name);
	free(text);
	return settings;
}

static void
test_presets(struct buf *messages)
{
	struct settings *s = load(NULL, true, messages);

	is_str(buf_str(messages), "", "presets: no message");
	is_int((int64_t)s->calls.menu.count, 2, "two choices");
	is_int((int64_t)s->calls.digits, 1, "of one key each");
	is_str(s->calls.default_choice->digits, "2",
	    "the last one is for everybody else");
	ok(settings_calls_blocked(s) == NULL, "calls can be taken");
	settings_release(s);
	s = load(NULL, false, messages);
	is_str(buf_str(messages), "", "no Workflow, no keys: no message");
	ok(settings_calls_blocked(s) != NULL, "but no call can be taken");
	settings_release(s);
}

/* `says`: all messages. */
static const struct {
	const char *name, *calls;
	bool no_workflow, refused;
	const char *says;
} rows[] = {
	{"every member",
	    "\"menu\": [{\"digits\": \"0123456*\", \"prompt\": \"a\", "
	    "\"language\": \"es-MX\", \"voice\": \"Polly.Mia-Neural\", "
	    "\"attributes\": {\"a\": [1]}, \"workflow_sid\": \"" WW2
	    "\", \"priority\": 2147483647, \"timeout\": 1209600}]",
	    true, false, ""},
	{"a greeting that is one", "\"greeting\": {\"prompt\": \"a\"}", false,
	    false, ""},
	{"no list", "\"menu\": {\"digits\": \"1\"}", false, true,
	    "calls.menu: expected a list of 1 to 50 choices\n"},
	{"an empty list", "\"menu\": []", false, true,
	    "calls.menu: expected a list of 1 to 50 choices\n"},
	{"choices that are none", "\"menu\": [1, {\"digits\": \"1\"}]", false,
	    true, "calls.menu.1: expected an object, not a whole number\n"},
	{"wrong members",
	    "\"menu\": [{\"digits\": \"1a\", \"prompt\": \"\", \"language\": "
	    "\"e s\", \"voice\": 1, \"attributes\": [], \"workflow_sid\": "
	    "\"WQ\", \"priority\": -1, \"timeout\": 0, \"promt\": \"\"}, "
	    "{\"digits\": \"12345678901\", \"play\": \"ftp://h\", "
	    "\"priority\": 2147483648, \"timeout\": \"1\"}]",
	    false, true,
	    "calls.menu.1.digits: expected 1 to 10 keys of 0 to 9, * and #\n"
	    "calls.menu.1.prompt: expected 1 to 4096 characters\n"
	    "calls.menu.1.language: expected a name as Twilio's Say has it, "
	    "such as es-MX or Polly.Mia\n"
	    "calls.menu.1.voice: expected a string, not a whole number\n"
	    "calls.menu.1.attributes: expected an object, not an array\n"
	    "calls.menu.1.workflow_sid: expected a Workflow SID: WW and 32 "
	    "hexadecimal digits\n"
	    "calls.menu.1.priority: expected a whole number from 0 to "
	    "2147483647\n"
	    "calls.menu.1.timeout: expected a whole number from 1 to "
	    "1209600\n"
	    "calls.menu.1.promt: unknown key; did you mean \"prompt\"?\n"
	    "calls.menu.2.digits: expected 1 to 10 keys of 0 to 9, * and #\n"
	    "calls.menu.2.play: expected an http or https URL, or a path that "
	    "begins with '/', of at most 2048 bytes\n"
	    "calls.menu.2.priority: expected a whole number from 0 to "
	    "2147483647\n"
	    "calls.menu.2.timeout: expected a whole number from 1 to "
	    "1209600\n"},
	{"two choices of the same digits", "\"menu\": [" TWO ", " TWO "]",
	    false, true,
	    "calls.menu.3: has the digits of choice 1\n"
	    "calls.menu.4: has the digits of choice 2\n"},
	{"no digits", "\"menu\": [{\"prompt\": \"a\"}, " TWO "]", false, true,
	    "calls.menu.1: expected digits: only where there is no other "
	    "choice nothing has to be pressed\n"},
	{"said and played", "\"menu\": [{\"prompt\": \"a\", \"play\": \"/a\"}]",
	    false, true,
	    "calls.menu.1: expected either prompt or play, not both\n"},
	{"TaskRouter's own attributes",
	    "\"menu\": [{\"attributes\": {\"from\": \"me\", \"call_sid\": "
	    "\"\", \"form\": 1}}]",
	    false, false,
	    "calls.menu.1.attributes.call_sid: warning: TaskRouter sets this "
	    "attribute itself\n"
	    "calls.menu.1.attributes.from: warning: TaskRouter sets this "
	    "attribute itself\n"},
	{"no Workflow for one of them",
	    "\"menu\": [{\"digits\": \"1\", \"prompt\": \"a\", "
	    "\"workflow_sid\": \"" WW2 "\"}, {\"digits\": \"2\"}]",
	    true, true,
	    "calls.menu: a choice has no workflow_sid, and there is none "
	    "beside calls: its callers could not be put into a queue\n"},
	{"no Workflow for the tutorial's", "\"repeat\": 1", true, false,
	    "workflow_sid: warning: not set: callers could not be put into a "
	    "queue\n"},
	{"a default that is one", "\"default\": \"1\"", false, false, ""},
	{"a default that is none", "\"default\": \"3\"", false, true,
	    "calls.default: no choice of calls.menu has these digits\n"},
	{"a default that is no digits", "\"default\": \"es\"", false, true,
	    "calls.default: expected 1 to 10 keys of 0 to 9, * and #\n"},
	{"a key that ends and chooses", "\"finish_on_key\": \"2\"", false,
	    true,
	    "calls.finish_on_key: is a digit of a choice of calls.menu\n"},
	{"a key that is none", "\"finish_on_key\": \"##\"", false, true,
	    "calls.finish_on_key: expected one of 0 to 9, * and #, or none\n"},
	{"# in the menu, and no key that ends",
	    "\"finish_on_key\": \"none\", \"menu\": [{\"digits\": \"#\", "
	    "\"prompt\": \"a\"}, {\"digits\": \"2\"}]",
	    false, false, ""},
	{"silence", "\"menu\": [{\"digits\": \"1\"}, {\"digits\": \"2\"}]",
	    false, false,
	    "calls.menu: warning: nothing is said: callers do not know what "
	    "they can press\n"},
	{"all in the greeting",
	    "\"greeting\": {\"play\": \"/a.mp3\"}, \"menu\": [{\"digits\": "
	    "\"1\"}, {\"digits\": \"2\"}]",
	    false, false, ""},
	{"a goodbye that is never said",
	    "\"goodbye\": {\"prompt\": \"a\"}, \"no_input\": \"enqueue\"", false,
	    false,
	    "calls.goodbye: warning: is never said: no call is ended for want "
	    "of a choice\n"},
	{"prompts that say nothing",
	    "\"greeting\": [{\"language\": \"es\"}, {\"digits\": \"1\"}, "
	    "\"a\"]",
	    false, true,
	    "calls.greeting.1: expected prompt or play\n"
	    "calls.greeting.2.digits: unknown key\n"
	    "calls.greeting.2: expected prompt or play\n"
	    "calls.greeting.3: expected an object, not a string\n"},
	{"eleven prompts", "\"goodbye\": [1,2,3,4,5,6,7,8,9,10,11]", false,
	    true, "calls.goodbye: expected at most 10, not 11\n"},
	{"numbers and words that are wrong",
	    "\"timeout\": 0, \"repeat\": 11, \"no_input\": \"repeat\", "
	    "\"wrong_input\": 1, \"wait_url\": \"wait\", \"wait_method\": "
	    "\"PUT\", \"enqueue_action\": \"https:///x\"",
	    false, true,
	    "calls.timeout: expected a whole number from 1 to 120\n"
	    "calls.repeat: expected a whole number from 0 to 10\n"
	    "calls.no_input: expected one of enqueue, hang_up\n"
	    "calls.wrong_input: expected a string, not a whole number\n"
	    "calls.wait_url: expected an http or https URL, or a path that "
	    "begins with '/', of at most 2048 bytes\n"
	    "calls.wait_method: expected one of POST, GET\n"
	    "calls.enqueue_action: expected an http or https URL, or a path "
	    "that begins with '/', of at most 2048 bytes\n"},
	{"the most of them",
	    "\"timeout\": 120, \"repeat\": 10, \"wait_url\": "
	    "\"HTTPS\"", false, true,
	    "calls.wait_url: expected an http or https URL, or a path that "
	    "begins with '/', of at most 2048 bytes\n"},
};

static void
test_rows(struct buf *messages)
{
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct settings *s =
		    load(rows[i].calls, !rows[i].no_workflow, messages);
		is_str(buf_str(messages), rows[i].says, "%s: messages",
		    rows[i].name);
		ok((s == NULL) == rows[i].refused, "%s: is %s", rows[i].name,
		    rows[i].refused ? "refused" : "taken");
		settings_release(s);
	}
}

/* A list of `count` choices, whose prompts have so many ampersands. */
static void
write_menu(struct buf *out, size_t count, size_t length)
{
	buf_add_str(out, STR("\"menu\": ["));
	for (size_t i = 0; i < count; i++) {
		buf_format(out, "%s{\"digits\": \"%zu\", \"prompt\": \"",
		    i > 0 ? "," : "", i);
		for (size_t k = 0; k < length; k++)
			buf_add_byte(out, '&');
		buf_add_str(out, STR("\"}"));
	}
	buf_add(out, "]", 2); /* with its NUL */
}

static void
test_limits(struct buf *messages)
{
	static const struct {
		const char *name;
		size_t count, length;
		const char *says;
	} sizes[] = {
		{"fifty choices", 50, 1, ""},
		{"fifty-one", 51, 1,
		    "calls.menu: expected a list of 1 to 50 choices\n"},
		{"the longest prompt", 2, 4096, ""},
		{"a longer one", 1, 4097,
		    "calls.menu.1.prompt: expected 1 to 4096 characters\n"},
		{"a document of less than 64 KiB", 3, 4096, ""},
		{"a document of more", 4, 4096,
		    "calls.menu: the document of the menu, or of a choice, "
		    "would have more than the 64 KiB that Twilio takes (Twilio "
		    "error 11750)\n"},
	};
	struct buf menu;

	buf_init(&menu, MESSAGES_MOST);
	for (size_t i = 0; i < ARRAY_LENGTH(sizes); i++) {
		buf_clear(&menu, MESSAGES_MOST);
		write_menu(&menu, sizes[i].count, sizes[i].length);
		struct settings *s = load(menu.at, true, messages);
		is_str(buf_str(messages), sizes[i].says, "%s: messages",
		    sizes[i].name);
		bool good = sizes[i].says[0] == '\0';
		ok((s != NULL) == good, "%s: is %s", sizes[i].name,
		    good ? "taken" : "refused");
		settings_release(s);
	}
	buf_release(&menu);
}

#define BEGIN "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response>"
#define END "</Response>\n"

/* All that a caller can get; what Twilio sends is in t/incoming-call.t. */
static void
test_documents(struct buf *messages)
{
	struct settings *s = load("\"repeat\": 1, \"greeting\": [{\"prompt\": "
	    "\"\\u0022a\\u0022 & b ]]>\", \"voice\": \"x\"}, {\"play\": \"/p\"}], "
	    "\"goodbye\": {\"play\": \"/q\"}, \"finish_on_key\": \"*\", "
	    "\"menu\": [{\"digits\": \"1\", \"attributes\": {\"a\\\"b\": "
	    "\"<\\u0001>\"}, \"priority\": 0}, {\"digits\": \"23\", \"timeout\": 9}], "
	    "\"wait_url\": \"/w?a&b\", \"enqueue_action\": \"http://h\", "
	    "\"enqueue_method\": \"GET\"", true, messages);
	struct buf out;

	is_str(buf_str(messages), "", "documents: no message");
	if (s == NULL)
		return;
	buf_init(&out, CALL_DOCUMENT_MOST);
	call_write_menu(&out, s, 1);
	is_str(buf_str(&out), BEGIN
	    "<Gather action=\"enqueue_call?menu=1\" method=\"POST\" "
	    "numDigits=\"2\" timeout=\"5\" finishOnKey=\"*\" "
	    "actionOnEmptyResult=\"true\"><Say voice=\"x\">\"a\" &amp; b ]]&gt;"
	    "</Say><Play>/p</Play></Gather>" END, "the menu");
	buf_clear(&out, CALL_DOCUMENT_MOST);
	call_write_menu(&out, s, 2);
	is_str(buf_str(&out), BEGIN
	    "<Gather action=\"enqueue_call?menu=2\" method=\"POST\" "
	    "numDigits=\"2\" timeout=\"5\" finishOnKey=\"*\" "
	    "actionOnEmptyResult=\"true\"></Gather>" END, "again");
	buf_clear(&out, CALL_DOCUMENT_MOST);
	call_write_enqueue(&out, s, &s->calls.menu.items[0], false);
	is_str(buf_str(&out), BEGIN
	    "<Enqueue workflowSid=\"" WW1 "\" action=\"http://h\" "
	    "method=\"GET\" waitUrl=\"/w?a&amp;b\" waitUrlMethod=\"POST\">"
	    "<Task priority=\"0\">{\"a\\\"b\":\"&lt;\\u0001&gt;\"}</Task>"
	    "</Enqueue>" END, "the queue");
	buf_clear(&out, CALL_DOCUMENT_MOST);
	call_write_goodbye(&out, s);
	is_str(buf_str(&out), BEGIN "<Play>/q</Play><Hangup/>" END, "the end");
	buf_release(&out);
	settings_release(s);
}

int
main(void)
{
	struct buf messages;

	if (!ok(mkdtemp(folder) != NULL, "a folder"))
		return tap_done();
	buf_init(&messages, MESSAGES_MOST);
	test_presets(&messages);
	test_rows(&messages);
	test_limits(&messages);
	test_documents(&messages);
	buf_release(&messages);
	(void)rmdir(folder);
	return tap_done();
}
