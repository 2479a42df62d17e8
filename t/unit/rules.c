/* SPDX-License-Identifier: MIT
 *
 * Rules: which condition holds for which callback, what a list may be, what
 * an answer and the work besides come to, and callbacks as hostile as they
 * come.
 */
#include "base/compat.h"

#include "tap.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "expr/expr.h"
#include "rules/rules.h"

#define ZEROS "0000000000000000000000000000000"
#define WW1 "WW" ZEROS "1"
#define WK1 "WK" ZEROS "1"
#define WT1 "WT" ZEROS "1"
#define WA1 "WA" ZEROS "1"
#define CA1 "CA" ZEROS "1"

#define ACCEPT "{\"instruction\":\"accept\"}"
#define REJECT "{\"instruction\":\"reject\",\"activity_sid\":\"" WA1 "\"}"

/* The last rule of most lists. */
#define REST "{\"name\":\"rest\",\"answer\":" ACCEPT "}"

static const struct instruction fallback = {"reject", {REJECT,
    sizeof REJECT - 1}};

static struct arena arena;
static struct buf said;

static void
collect(void *to, const struct rules_fault *fault)
{
	struct buf *buf = to;

	if (fault->rule != RULES_NONE)
		buf_format(buf, "%zu%s%.*s.", fault->rule + 1,
		    fault->name.at == NULL ? "" : " ", STR_ARGS(fault->name));
	buf_format(buf, "%.*s: %s%s\n", STR_ARGS(fault->key),
	    fault->is_warning ? "warning: " : "", fault->message);
	if (fault->shown.at != NULL)
		buf_format(buf, "%.*s\n", STR_ARGS(fault->shown));
}

static struct rules *
read_list(const char *json)
{
	struct json_limits limits = {.values = 65536};
	struct json_object *value;
	struct err err;

	buf_clear(&said, 0);
	if (json_parse(&arena, str_from(json), limits, &value, &err))
		return rules_read(value, &arena, collect, &said);
	ok(false, "is JSON: %s: %s", json, err.text);
	return NULL;
}

/* The callback of all tests, but for the attributes. */
static const struct callback base = {
    .timestamp = {"1", 1},
    .account_sid = {"AC" ZEROS "1", 34},
    .workspace_sid = {"WS" ZEROS "1", 34},
    .workflow_sid = {WW1, 34},
    .task_queue_sid = {"WQ" ZEROS "1", 34},
    .worker_sid = {WK1, 34},
    .worker_attributes = {NULL, 0},
    .task_sid = {WT1, 34},
    .task_attributes = {NULL, 0},
    .task_age = {"61", 2},
    .task_priority = {"7", 1},
    .reservation_sid = {"WR" ZEROS "1", 34},
};

#define TASK \
	"{\"language\":\"es\",\"level\":5,\"score\":2.5,\"vip\":true," \
	"\"none\":null,\"skills\":[\"es\",\"en\",3]," \
	"\"address\":{\"city\":\"Lima\",\"floors\":[1,2]}," \
	"\"call_sid\":\"" CA1 "\",\"called\":\"+15005550006\"," \
	"\"name\":\"a \\\"b\\\" & c/d\",\"empty\":\"\"}"
#define WORKER \
	"{\"contact_uri\":\"client:alice\",\"level\":5,\"city\":\"Lima\"," \
	"\"languages\":[\"es\"]}"

static const struct rules_time saturday = {
    "saturday", "17:59", "2026-11-21"};

static struct rules_decision
decide(const struct rules *rules, const char *task, const char *worker)
{
	struct callback callback = base;
	struct rules_decision decision;
	struct rules_input input = {.callback = &callback,
	    .task_channel = STR("voice"), .time = &saturday,
	    .fallback = &fallback};

	callback.task_attributes = str_from(task);
	callback.worker_attributes = str_from(worker);
	if (!rules_decide(rules, &input, &arena, &decision))
		ok(false, "there is memory");
	return decision;
}

/* ---- conditions */

static const struct {
	const char *when;
	bool holds;
} conditions[] = {
    /* attributes of the Task */
    {"task.language == 'es'", true},
    {"task.language == 'en'", false},
    {"task.language != 'en'", true},
    {"task.language = 'es'", true},
    {"task.Language == 'es'", false},
    {"task.level > 4", true},
    {"task.level >= 5.0", true},
    {"task.level > '4'", false},
    {"task.level == '5'", false},
    {"task.score == 2.5", true},
    {"task.score < 2.5", false},
    {"task.vip == true", true},
    {"task.vip == false", false},
    {"task.vip != false", true},
    {"task.none == null", true},
    {"task.missing == null", true},
    {"task.missing != 'x'", true},
    {"task.missing < 5", false},
    {"task.skills HAS 'en'", true},
    {"task.skills HAS 3", true},
    {"task.skills HAS '3'", false},
    {"task.skills HAS 'fr'", false},
    {"'es' IN task.skills", true},
    {"'fr' NOT IN task.skills", true},
    {"task.language IN ['en', 'es']", true},
    {"task.language IN []", false},
    {"task.skills[0] == 'es'", true},
    {"task.skills[9] == null", true},
    {"task.skills == 'es'", false},
    {"task.address.city == 'Lima'", true},
    {"task.address.floors HAS 2", true},
    {"task.address.none.deeper == null", true},
    {"task.address != null", false},
    {"task.name CONTAINS '\"b\"'", true},
    {"task.empty == ''", true},
    {"task.called CONTAINS '500'", true},
    {"task.call_sid != null", true},
    /* of the Worker */
    {"worker.level == 5", true},
    {"worker.sid == '" WK1 "'", true},
    {"worker.contact_uri CONTAINS 'client:'", true},
    {"worker.languages HAS task.language", true},
    {"task.address.city == worker.city", true},
    {"worker.language == 'es'", false},
    {"worker.friendly_name == null", true},
    /* fields of the callback */
    {"workflow_sid == '" WW1 "'", true},
    {"workflow_sid == '" WT1 "'", false},
    {"task_queue_sid != null", true},
    {"task_sid == '" WT1 "'", true},
    {"worker_sid == worker.sid", true},
    {"reservation_sid != workspace_sid", true},
    {"account_sid IN ['AC" ZEROS "1']", true},
    {"task_age > 60", true},
    {"task_age == 61.0", true},
    {"task_age < 61", false},
    {"task_priority >= 7", true},
    {"task_priority == '7'", false},
    {"task_channel == 'voice'", true},
    {"task_channel IN ['chat', 'sms']", false},
    /* the time */
    {"weekday == 'saturday'", true},
    {"weekday IN ['saturday', 'sunday']", true},
    {"weekday != 'saturday'", false},
    {"time_of_day >= '09:00' AND time_of_day < '18:00'", true},
    {"time_of_day >= '18'", false},
    {"date == '2026-11-21'", true},
    {"date >= '2026-12'", false},
    /* together */
    {"task.language == 'es' AND weekday != 'sunday'", true},
    {"task.language == 'en' OR task.vip == true", true},
    {"NOT task.language == 'en' AND NOT (task.level == 1)", true},
    {"task.language == 'en' OR task.level > 3 AND weekday == 'sunday'",
	false},
    {"(task.language == 'en' OR task.level > 3) AND task_age > 60", true},
};

static struct rules *
list_of(const char *when, const char *answer)
{
	struct str quoted = json_quote(&arena, str_from(when));
	struct str json = arena_format(&arena,
	    "[{\"name\":\"it\",\"when\":%.*s,\"answer\":%s}," REST "]",
	    STR_ARGS(quoted), answer);

	return read_list(json.at);
}

static void
test_conditions(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(conditions); i++) {
		struct rules *rules = list_of(conditions[i].when, "{}");
		if (!ok(rules != NULL, "is taken: %s", conditions[i].when))
			continue;
		struct rules_decision decision = decide(rules, TASK, WORKER);
		is_int((int64_t)decision.rule, conditions[i].holds ? 0 : 1,
		    "%s: %s", conditions[i].when,
		    conditions[i].holds ? "true" : "false");
		arena_release(&arena);
	}
}

/* ---- what a list may be */

static const struct {
	const char *list;
	const char *says;
	bool taken;
} lists[] = {
    {"[" REST "]", "", true},
    {"{}", ": expected a list of rules, not an object\n", false},
    {"[]", ": empty: expected a rule at least\n", false},
    {"[5]", "1.: expected an object, not a whole number\n", false},
    {"[{\"answer\":" ACCEPT "},{\"answer\":{}}]",
	"1.when: missing: only the last rule is without a condition\n", false},
    {"[{\"when\":\"task.a == 1\",\"answer\":{}}]",
	"1.when: the last rule must be without a condition, for what no other "
	"rule is for\n", false},
    {"[{\"wen\":\"x\",\"answer\":{}}]",
	"1.wen: unknown key; did you mean \"when\"?\n", false},
    {"[{\"colour\":\"x\",\"answer\":{}}]", "1.colour: unknown key\n", false},
    {"[{}]",
	"1.answer: missing: expected an instruction such as "
	"{\"instruction\":\"accept\"}\n", false},
    {"[{\"when\":5,\"answer\":{}}," REST "]",
	"1.when: expected a condition as a string, not a whole number\n",
	false},
    {"[{\"name\":\"\",\"answer\":{}}]",
	"1.name: expected a text of 1 to 64 characters\n", false},
    {"[{\"name\":7,\"answer\":{}}]",
	"1.name: expected a text of 1 to 64 characters\n", false},
    {"[{\"name\":\"a\\nb\",\"answer\":{}}]",
	"1.name: expected a text of 1 to 64 characters\n", false},
    {"[{\"name\":\"rest\",\"when\":\"task.a==1\",\"answer\":{}}," REST "]",
	"2 rest.name: rule 1 has this name already\n", false},
    {"[{\"name\":\"rule 2\",\"when\":\"task.a==1\",\"answer\":{}},"
     "{\"answer\":{}}]",
	"2.name: rule 1 has this name already\n", false},
    /* conditions */
    {"[{\"when\":\"task.skill-level > 3\",\"answer\":{}}," REST "]",
	"1.when: extraneous input '-level' expecting OPERATOR, and a hyphen is "
	"part of no name\n"
	"task.skill-level > 3\n"
	"          ^\n", false},
    {"[{\"when\":\"task.a == \",\"answer\":{}}," REST "]",
	"1.when: mismatched input '<EOF>' expecting a value\n"
	"task.a == \n"
	"          ^\n", false},
    {"[{\"when\":\"wrkflow_sid == null\",\"answer\":{}}," REST "]",
	"1.when: there is no wrkflow_sid: attributes begin with task. or "
	"worker.; did you mean workflow_sid?\n"
	"wrkflow_sid == null\n"
	"^\n", false},
    {"[{\"when\":\"1 IN [1, language]\",\"answer\":{}}," REST "]",
	"1.when: there is no language: attributes begin with task. or "
	"worker.\n"
	"1 IN [1, language]\n"
	"         ^\n", false},
    {"[{\"when\":\"TASK.a == null\",\"answer\":{}}," REST "]",
	"1.when: there is no TASK: attributes begin with task. or worker.; "
	"did you mean task?\n"
	"TASK.a == null\n"
	"^\n", false},
    {"[{\"when\":\"task == null\",\"answer\":{}}," REST "]",
	"1.when: task alone is nothing: expected an attribute, such as "
	"task.language\n"
	"task == null\n"
	"^\n", false},
    {"[{\"when\":\"task_sid.x == null\",\"answer\":{}}," REST "]",
	"1.when: nothing stands below task_sid\n"
	"task_sid.x == null\n"
	"^\n", false},
    /* what never matches */
    {"[{\"when\":\"weekday == 'Sunday'\",\"answer\":{}}," REST "]",
	"1.when: warning: never equal: weekday is monday to sunday, in small "
	"letters\n"
	"weekday == 'Sunday'\n"
	"           ^\n", true},
    {"[{\"when\":\"weekday > 'monday'\",\"answer\":{}}," REST "]",
	"1.when: warning: weekday is a text, and its order is that of the "
	"alphabet\n"
	"weekday > 'monday'\n"
	"          ^\n", true},
    {"[{\"when\":\"time_of_day > '9:00'\",\"answer\":{}}," REST "]",
	"1.when: warning: not in the order of time: time_of_day is written as "
	"\"09:05\", from \"00:00\" to \"23:59\"\n"
	"time_of_day > '9:00'\n"
	"              ^\n", true},
    {"[{\"when\":\"date IN ['24.12.2026']\",\"answer\":{}}," REST "]",
	"1.when: warning: never equal: date is written as \"2026-11-22\"\n"
	"date IN ['24.12.2026']\n"
	"         ^\n", true},
    {"[{\"when\":\"task_age > '60'\",\"answer\":{}}," REST "]",
	"1.when: warning: task_age is a number: leave the quotes out\n"
	"task_age > '60'\n"
	"           ^\n", true},
    {"[{\"when\":\"task_channel == 5\",\"answer\":{}}," REST "]",
	"1.when: warning: task_channel is a text: put it in quotes\n"
	"task_channel == 5\n"
	"                ^\n", true},
    {"[{\"when\":\"'" WT1 "' == workflow_sid\",\"answer\":{}}," REST "]",
	"1.when: warning: never equal: workflow_sid is WW and 32 hexadecimal "
	"digits\n"
	"'WT000000000000000000000...\n"
	"^\n", true},
    {"[{\"when\":\"workflow_sid HAS 'x'\",\"answer\":{}}," REST "]",
	"1.when: warning: HAS needs a list on its left\n"
	"workflow_sid HAS 'x'\n"
	"^\n", true},
    {"[{\"when\":\"'language' == 'es'\",\"answer\":{}}," REST "]",
	"1.when: warning: 'language' in quotes is a text, not a name\n"
	"'language' == 'es'\n"
	"^\n"
	"1.when: warning: never holds, whatever the callback says\n", true},
    {"[{\"when\":\"task.a == 1\",\"answer\":{}},"
     "{\"when\":\"(task.a = 1.0)\",\"answer\":{}}," REST "]",
	"2.when: warning: is never reached: rule 1 has the same condition\n",
	true},
    {"[{\"when\":\"task.a == 1\",\"answer\":{}},"
     "{\"when\":\"task.b == 2 AND task.a == 1\",\"answer\":{}}," REST "]",
	"2.when: warning: is never reached: rule 1 matches wherever this one "
	"would\n", true},
    {"[{\"when\":\"task.a == 1 OR task.b == 2\",\"answer\":{}},"
     "{\"when\":\"task.b == 2\",\"answer\":{}}," REST "]",
	"2.when: warning: is never reached: rule 1 matches wherever this one "
	"would\n", true},
    {"[{\"when\":\"task.a == 1 AND task.b == 2\",\"answer\":{}},"
     "{\"when\":\"task.b == 2\",\"answer\":{}}," REST "]", "", true},
    {"[{\"when\":\"1 == 1 OR task.a == 5\",\"answer\":{}}," REST "]",
	"1.when: warning: always holds, whatever the callback says\n"
	"2 rest.when: warning: is never reached: rule 1 always matches\n", true},
    {"[{\"when\":\"NOT (1 != 1) AND 2 IN [1, 2]\",\"answer\":{}}," REST "]",
	"1.when: warning: both sides are constants, and this never holds\n"
	"NOT (1 != 1) AND 2 IN [1, 2]\n"
	"     ^\n"
	"1.when: warning: always holds, whatever the callback says\n"
	"2 rest.when: warning: is never reached: rule 1 always matches\n", true},
    {"[{\"when\":\"taks.x == 1\",\"answer\":{}}," REST "]",
	"1.when: there is no taks: attributes begin with task. or worker.; did "
	"you mean task?\n"
	"taks.x == 1\n"
	"^\n", false},
    {"[{\"when\":\"colour.x == 1\",\"answer\":{}}," REST "]",
	"1.when: there is no colour: attributes begin with task. or worker.\n"
	"colour.x == 1\n"
	"^\n", false},
    {"[{\"when\":\"weekday HAS 'mon'\",\"answer\":{}}," REST "]",
	"1.when: warning: HAS needs a list on its left\n"
	"weekday HAS 'mon'\n"
	"^\n", true},
    {"[{\"when\":\"'mon' NOT IN weekday\",\"answer\":{}}," REST "]",
	"1.when: warning: NOT IN needs a list on its right\n"
	"'mon' NOT IN weekday\n"
	"             ^\n", true},
    {"[{\"when\":\"time_of_day >= '24:00'\",\"answer\":{}}," REST "]",
	"1.when: warning: not in the order of time: time_of_day is written as "
	"\"09:05\", from \"00:00\" to \"23:59\"\n"
	"time_of_day >= '24:00'\n"
	"               ^\n", true},
    {"[{\"when\":\"time_of_day >= '23:6'\",\"answer\":{}}," REST "]",
	"1.when: warning: not in the order of time: time_of_day is written as "
	"\"09:05\", from \"00:00\" to \"23:59\"\n"
	"time_of_day >= '23:6'\n"
	"               ^\n", true},
    {"[{\"when\":\"time_of_day == '19:59' OR time_of_day > '2'\","
     "\"answer\":{}}," REST "]", "", true},
    {"[{\"name\":\"night\",\"when\":\"time_of_day >= '22:00' AND "
     "time_of_day < '06:00'\",\"answer\":{}}," REST "]",
	"1 night.when: warning: never holds together with the comparison of "
	"the same name before it: did you mean OR?\n"
	"time_of_day >= '22:00' AND time_of_day < '06:00'\n"
	"                           ^\n", true},
    /* answers */
    {"[{\"answer\":{\"instruction\":\"dequue\"}}]",
	"1.answer.instruction: \"dequue\" is no instruction; did you mean "
	"\"dequeue\"? (Twilio error 55555)\n", false},
    {"[{\"answer\":5}]",
	"1.answer: expected an object such as {\"instruction\":\"accept\"}, or "
	"{} to decide later, not a whole number (Twilio error 40005)\n", false},
    {"[{\"answer\":{\"instruction\":\"${task.x}\"}}]",
	"1.answer.instruction: \"${task.x}\" is no instruction; expected "
	"accept, reject, dequeue, call, redirect or conference (Twilio error "
	"55555)\n", false},
    {"[{\"answer\":{\"instruction\":\"redirect\",\"call_sid\":\"x\","
     "\"url\":\"http://x.example/\"}}]",
	"1.answer.call_sid: expected a Call SID: CA and 32 hexadecimal digits "
	"(Twilio error 40121)\n", false},
    {"[{\"answer\":{\"instruction\":\"redirect\","
     "\"call_sid\":\"${task.call_sid}\"}}]",
	"1.answer.url: missing; the instruction redirect needs an absolute "
	"http or https URL without blanks, of at most 2048 bytes (Twilio error "
	"40120)\n", false},
    {"[{\"answer\":{\"instruction\":\"reject\","
     "\"activity\":\"${task.a}\"}}]",
	"1.answer.activity: the instruction reject has no such parameter\n"
	"1.answer.activity_sid: warning: without it the Worker keeps its "
	"Activity, but one table of Twilio's calls it required (Twilio error "
	"40100)\n", false},
    {"[{\"answer\":{\"instruction\":\"redirect\","
     "\"call_sid\":\"${task.call_sid\",\"url\":\"http://x.example/\"}}]",
	"1.answer.call_sid: expected a '}' behind ${, or $${ for the "
	"characters themselves\n"
	"${task.call_sid\n"
	"^\n", false},
    {"[{\"answer\":{\"instruction\":\"redirect\","
     "\"call_sid\":\"${call_sid}\",\"url\":\"http://x.example/\"}}]",
	"1.answer.call_sid: there is no call_sid: attributes begin with task. "
	"or worker.\n"
	"${call_sid}\n"
	"  ^\n", false},
    {"[{\"answer\":{\"instruction\":\"call\",\"url\":\"http://x.example/\","
     "\"from\":\"${task.called:-+1 500}\"}}]",
	"1.answer.from: by its default: expected a phone number of + and 2 to "
	"15 digits, client:NAME, sip:ADDRESS or another caller ID without "
	"blanks (Twilio error 40111)\n", false},
    {"[{\"answer\":{\"instruction\":\"call\",\"from\":\"+15005550006\","
     "\"url\":\"ftp://x.example/${task_sid}\"}}]",
	"1.answer.url: whatever is filled in: expected an absolute http or "
	"https URL without blanks, of at most 2048 bytes (Twilio error "
	"40112)\n", false},
    {"[{\"answer\":{\"instruction\":\"call\",\"from\":\"+15005550006\","
     "\"url\":\"http://x.example/\",\"timeout\":\"1${task.x}\"}}]",
	"1.answer.timeout: expected a whole number from 1 to 999, or one "
	"${...} and nothing else\n", false},
    {"[{\"answer\":{\"instruction\":\"call\",\"from\":\"+15005550006\","
     "\"url\":\"http://x.example/\",\"timeout\":\"${task.x:-1000}\"}}]",
	"1.answer.timeout: by its default: expected a whole number from 1 to "
	"999\n", false},
    {"[{\"answer\":{\"instruction\":\"call\",\"from\":\"${task.a}\","
     "\"url\":\"http://${task.host}/x?y=${task.b:-1}\","
     "\"timeout\":\"${task.x:-30}\",\"accept\":\"${task.y}\"}}]", "", true},
    {"[{\"answer\":{\"instruction\":\"call\",\"url\":\"http://x.example/\","
     "\"from\":\"${task.called-+1500}\"}}]",
	"1.answer.from: a default is written behind ':-', such as "
	"${task.called:-+1500}; a hyphen is part of no name\n"
	"${task.called-+1500}\n"
	"             ^\n", false},
    {"[{\"answer\":{\"instruction\":\"call\",\"url\":\"http://x.example/\","
     "\"from\":\"${task.called:=+1500}\"}}]",
	"1.answer.from: a default is written behind ':-', such as "
	"${task.called:-+1500}; a hyphen is part of no name\n"
	"${task.called:=+1500}\n"
	"             ^\n", false},
    {"[{\"answer\":{\"instruction\":\"call\",\"from\":\"$task.called\","
     "\"url\":\"http://x.example/{{worker.name}}?p=$1&q={{x}}&r=$${task}\"},"
     "\"then\":{\"task\":{\"attributes\":{\"by\":[\"$worker_sid\"]}}}}]",
	"1.answer.from: warning: sent as it is: did you mean "
	"${task.called}?\n"
	"1.answer.url: warning: sent as it is: did you mean ${worker.name}?\n"
	"1.then.task.attributes.by: warning: sent as it is: did you mean "
	"${worker_sid}?\n", true},
    {"[{\"answer\":{\"instruction\":\"call\",\"from\":\"$task\","
     "\"url\":\"http://x.example/{{x}}$1?p=$${task.x}\"}}]", "", true},
    /* what does not suit */
    {"[{\"answer\":{\"instruction\":\"dequeue\"}}]",
	"1.answer: warning: dequeue of a Task without the attribute call_sid "
	"is Twilio error 40140: no condition so far looks at it, such as "
	"task.call_sid != null\n", true},
    {"[{\"when\":\"task.call_sid != null\","
     "\"answer\":{\"instruction\":\"dequeue\"}}," REST "]", "", true},
    {"[{\"when\":\"task.call_sid == null\",\"answer\":{}},"
     "{\"answer\":{\"instruction\":\"dequeue\"}}]", "", true},
    {"[{\"when\":\"worker.call_sid == null\",\"answer\":{}},"
     "{\"answer\":{\"instruction\":\"conference\"}}]",
	"2.answer: warning: conference of a Task without the attribute "
	"call_sid is Twilio error 40142: no condition so far looks at it, such "
	"as task.call_sid != null\n", true},
    {"[{\"when\":\"task.outbound_to != null\","
     "\"answer\":{\"instruction\":\"conference\"}}," REST "]", "", true},
    /* work */
    {"[{\"answer\":{},\"then\":5}]",
	"1.then: expected an object, not a whole number\n", false},
    {"[{\"answer\":{},\"then\":{}}]",
	"1.then: expected worker, task or both\n", false},
    {"[{\"answer\":{},\"then\":{\"wrker\":{}}}]",
	"1.then.wrker: unknown key; did you mean \"worker\"?\n"
	"1.then: expected worker, task or both\n", false},
    {"[{\"answer\":{},\"then\":{\"worker\":{}}}]",
	"1.then.worker: empty: expected activity_sid or attributes\n", false},
    {"[{\"answer\":{},\"then\":{\"task\":{\"activity_sid\":\"x\"}}}]",
	"1.then.task.activity_sid: unknown key\n", false},
    {"[{\"answer\":{},\"then\":{\"worker\":{\"activity_sid\":\"" WT1 "\"}}}]",
	"1.then.worker.activity_sid: expected an Activity SID: WA and 32 "
	"hexadecimal digits\n", false},
    {"[{\"answer\":{},\"then\":{\"worker\":{\"attributes\":[]}}}]",
	"1.then.worker.attributes: expected an object, not an array\n", false},
    {"[{\"answer\":{},\"then\":{\"task\":{\"attributes\":"
     "{\"a\":[{\"b\":\"${nme}\"}]}}}}]",
	"1.then.task.attributes.a.b: there is no nme: attributes begin with "
	"task. or worker.\n"
	"${nme}\n"
	"  ^\n", false},
};

static void
test_lists(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(lists); i++) {
		struct rules *rules = read_list(lists[i].list);
		is_int(rules != NULL, lists[i].taken, "taken or not: %s",
		    lists[i].list);
		is_str(buf_str(&said), lists[i].says, "what is said of %s",
		    lists[i].list);
		arena_release(&arena);
	}
}

static void
test_size_of_list(void)
{
	struct buf list;

	buf_init(&list, (size_t)1 << 20);
	for (size_t count = RULES_MOST; count <= RULES_MOST + 1; count++) {
		buf_clear(&list, 0);
		buf_add_byte(&list, '[');
		for (size_t i = 1; i < count; i++)
			buf_format(&list,
			    "{\"when\":\"task.number == %zu\",\"answer\":{}},",
			    i);
		buf_add_str(&list, STR(REST "]"));
		buf_add_byte(&list, '\0');
		struct rules *rules = read_list(list.at);
		is_int(rules != NULL, count == RULES_MOST, "%zu rules",
		    count);
		if (rules != NULL)
			is_str(decide(rules, "{\"number\":999}", "{}").name,
			    "rule 999", "... and the last but one is found");
		arena_release(&arena);
	}
	is_str(buf_str(&said), ": expected at most 1000 rules, not 1001\n",
	    "one too many is refused");
	buf_release(&list);
}

/* ---- answers */

#define CALL(parameters) \
	"{\"instruction\":\"call\",\"from\":\"+15005550006\"," \
	"\"url\":\"https://x.example/\"" parameters "}"

/* `answers`: NULL for the fallback. */
static const struct {
	const char *answer;
	const char *answers;
	const char *notes;
} answers[] = {
    {ACCEPT, ACCEPT, ""},
    {"{}", "{}", ""},
    {"{\"from\":\"${task.called}\",\"instruction\":\"dequeue\"}",
	"{\"instruction\":\"dequeue\",\"from\":\"+15005550006\"}", ""},
    {"{\"instruction\":\"dequeue\",\"to\":\"${worker.contact_uri}\"}",
	"{\"instruction\":\"dequeue\",\"to\":\"client:alice\"}", ""},
    {"{\"instruction\":\"dequeue\",\"from\":\"${task.x:-Anonymous}\"}",
	"{\"instruction\":\"dequeue\",\"from\":\"Anonymous\"}", ""},
    {"{\"instruction\":\"dequeue\",\"from\":\"${task.x}\"}",
	"{\"instruction\":\"dequeue\"}",
	"answer.from: task.x is missing and has no default\n"},
    {"{\"instruction\":\"dequeue\",\"from\":\"${task.none}\"}",
	"{\"instruction\":\"dequeue\"}",
	"answer.from: task.none is missing and has no default\n"},
    {"{\"instruction\":\"dequeue\",\"from\":\"${task.skills}\"}",
	"{\"instruction\":\"dequeue\"}",
	"answer.from: task.skills is a list or an object\n"},
    {"{\"instruction\":\"dequeue\",\"from\":\"${task.name}\"}",
	"{\"instruction\":\"dequeue\"}",
	"answer.from: expected a phone number of + and 2 to 15 digits, "
	"client:NAME, sip:ADDRESS or another caller ID without blanks\n"},
    {"{\"instruction\":\"dequeue\",\"from\":\"${task.empty}\"}",
	"{\"instruction\":\"dequeue\"}",
	"answer.from: expected a phone number of + and 2 to 15 digits, "
	"client:NAME, sip:ADDRESS or another caller ID without blanks\n"},
    {"{\"instruction\":\"dequeue\",\"to\":\"client:${task.language}\"}",
	"{\"instruction\":\"dequeue\",\"to\":\"client:es\"}", ""},
    {"{\"instruction\":\"dequeue\",\"to\":\"sip:${task.name}@x.example\"}",
	"{\"instruction\":\"dequeue\","
	"\"to\":\"sip:a%20%22b%22%20%26%20c%2Fd@x.example\"}", ""},
    {"{\"instruction\":\"dequeue\",\"to\":\"sip:${task.called}@x.example\"}",
	"{\"instruction\":\"dequeue\","
	"\"to\":\"sip:+15005550006@x.example\"}", ""},
    {CALL(",\"timeout\":\"${task.level}\""), CALL(",\"timeout\":5"), ""},
    {CALL(",\"timeout\":\"${task.x:-30}\""), CALL(",\"timeout\":30"), ""},
    {CALL(",\"timeout\":\"${task.language}\""), CALL(""),
	"answer.timeout: expected a whole number from 0 on, true or false\n"},
    {CALL(",\"timeout\":\"${task.vip}\""), CALL(""),
	"answer.timeout: expected a whole number from 1 to 999, not true or "
	"false\n"},
    {CALL(",\"accept\":\"${task.vip}\""), CALL(",\"accept\":true"), ""},
    {"{\"instruction\":\"call\",\"from\":\"${task.called}\","
     "\"url\":\"https://x.example/${task.name}?t=${task_sid}&n=${task.level}"
     "&$${x}&d=${task.x:-a b}\"}",
	"{\"instruction\":\"call\",\"from\":\"+15005550006\","
	"\"url\":\"https://x.example/a%20%22b%22%20%26%20c%2Fd?t=" WT1
	"&n=5&${x}&d=a%20b\"}", ""},
    {"{\"instruction\":\"call\",\"from\":\"${task.x}\","
     "\"url\":\"https://x.example/\"}", NULL,
	"answer.from: task.x is missing and has no default\n"
	"it: there is no answer without what was left out: the fallback is "
	"answered\n"},
    {"{\"instruction\":\"call\",\"from\":\"${task.name}\","
     "\"url\":\"https://x.example/\"}", NULL,
	"answer.from: expected a phone number of + and 2 to 15 digits, "
	"client:NAME, sip:ADDRESS or another caller ID without blanks\n"
	"it: there is no answer without what was left out: the fallback is "
	"answered\n"},
    {"{\"instruction\":\"redirect\",\"call_sid\":\"${task.call_sid}\","
     "\"url\":\"${task.url:-https://x.example/}\"}",
	"{\"instruction\":\"redirect\",\"call_sid\":\"" CA1 "\","
	"\"url\":\"https://x.example/\"}", ""},
};

static const char *
notes_of(const struct rules_decision *decision)
{
	struct str text = STR("");

	for (const struct rules_note *n = decision->notes; n != NULL;
	     n = n->next)
		text = arena_format(&arena, "%.*s%.*s\n", STR_ARGS(text),
		    STR_ARGS(n->text));
	return text.at;
}

static void
test_answers(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(answers); i++) {
		struct rules *rules = list_of(
		    "task.call_sid != null", answers[i].answer);
		if (!ok(rules != NULL, "is taken: %s: %.*s",
			answers[i].answer, STR_ARGS(buf_str(&said))))
			continue;
		struct rules_decision decision = decide(rules, TASK, WORKER);
		is_str(decision.json,
		    answers[i].answers != NULL ? answers[i].answers : REJECT,
		    "the answer by %s", answers[i].answer);
		is_int(decision.is_fallback, answers[i].answers == NULL,
		    "... is the fallback or not");
		is_str(str_from(notes_of(&decision)), answers[i].notes,
		    "... and what is noted");
		arena_release(&arena);
	}
}

static void
test_call_sid(void)
{
	struct rules *rules =
	    read_list("[{\"answer\":{\"instruction\":\"dequeue\"}}]");
	const char *note =
	    "the Task has no attribute call_sid, without which dequeue is "
	    "Twilio error 40140\n";
	static const struct {
		const char *task;
		bool has;
	} rows[] = {
	    {"{\"call_sid\":\"" CA1 "\"}", true},
	    {"{ \"call_sid\" : \"x\" }", true},
	    {"{\"call\\u005fsid\":\"x\"}", true},
	    {"{\"call_sid\":null}", false},
	    {"{\"x\":\"call_sid\"}", false},
	    {"{}", false},
	};

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct rules_decision decision =
		    decide(rules, rows[i].task, "{}");
		is_str(str_from(notes_of(&decision)),
		    rows[i].has ? "" : note, "a dequeue for %s",
		    rows[i].task);
	}
	arena_release(&arena);
}

/* ---- work */

static const struct {
	const char *then;
	const char *work;
	const char *notes;
} works[] = {
    {"{\"worker\":{\"activity_sid\":\"" WA1 "\"}}",
	"worker " WK1 " " WA1 " -\n", ""},
    {"{\"task\":{\"attributes\":{\"a\":1,\"b\":[null,{}]}}}",
	"task " WT1 " - {\"a\":1,\"b\":[null,{}]}\n", ""},
    {"{\"worker\":{\"attributes\":{\"last\":\"${task_sid}\"}},"
     "\"task\":{\"attributes\":{\"by\":\"${worker.sid}/${task.level}\"}}}",
	"worker " WK1 " - {\"last\":\"" WT1 "\"}\n"
	"task " WT1 " - {\"by\":\"" WK1 "/5\"}\n", ""},
    {"{\"task\":{\"attributes\":{\"l\":\"${task.level}\","
     "\"s\":\"${task.skills}\",\"v\":\"${task.vip}\","
     "\"n\":\"${task.name}\",\"a\":\"${task.address}\"}}}",
	"task " WT1 " - {\"l\":5,\"s\":[\"es\",\"en\",3],\"v\":true,"
	"\"n\":\"a \\\"b\\\" & c/d\","
	"\"a\":{\"city\":\"Lima\",\"floors\":[1,2]}}\n", ""},
    {"{\"task\":{\"attributes\":{\"x\":\"${task.x}\",\"y\":[\"${task.y}\",1],"
     "\"d\":\"${task.z:-5}\"}}}",
	"task " WT1 " - {\"y\":[1],\"d\":\"5\"}\n",
	"then.task.attributes.x: task.x is missing and has no default\n"
	"then.task.attributes.y: task.y is missing and has no default\n"},
    {"{\"task\":{\"attributes\":{\"x\":\"${task.x}\"}}}", "",
	"then.task.attributes.x: task.x is missing and has no default\n"},
    {"{\"worker\":{\"activity_sid\":\"${task.language}\"}}", "",
	"then.worker.activity_sid: expected an Activity SID: WA and 32 "
	"hexadecimal digits\n"},
};

static const char *
work_of(const struct rules_decision *decision)
{
	struct str text = STR("");

	for (size_t i = 0; i < decision->work_count; i++) {
		const struct rules_work *w = &decision->work[i];
		text = arena_format(&arena, "%.*s%s %.*s %.*s %.*s\n",
		    STR_ARGS(text),
		    w->kind == RULES_UPDATE_WORKER ? "worker" : "task",
		    STR_ARGS(w->sid),
		    STR_ARGS(w->activity_sid.at == NULL ? STR("-")
							: w->activity_sid),
		    STR_ARGS(w->attributes.at == NULL ? STR("-")
						      : w->attributes));
	}
	return text.at;
}

static void
test_work(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(works); i++) {
		struct str json = arena_format(&arena,
		    "[{\"answer\":" ACCEPT ",\"then\":%s}]", works[i].then);
		struct rules *rules = read_list(json.at);
		if (!ok(rules != NULL && rules_have_work(rules),
			"is taken: %s: %.*s", works[i].then,
			STR_ARGS(buf_str(&said))))
			continue;
		struct rules_decision decision = decide(rules, TASK, WORKER);
		is_str(str_from(work_of(&decision)), works[i].work,
		    "the work by %s", works[i].then);
		is_str(str_from(notes_of(&decision)), works[i].notes,
		    "... and what is noted");
		arena_release(&arena);
	}
	struct rules *rules = read_list("[{\"answer\":{\"instruction\":\"call\","
	    "\"url\":\"http://x.example/\",\"from\":\"${task.x}\"},\"then\":"
	    "{\"worker\":{\"activity_sid\":\"" WA1 "\"}}}]");
	struct rules_decision decision = decide(rules, TASK, WORKER);
	ok(decision.is_fallback && decision.work_count == 0,
	    "a fallback asks for no work");
	arena_release(&arena);
}

static void
test_work_of_nobody(void)
{
	struct rules *rules = read_list("[{\"answer\":" ACCEPT ",\"then\":"
	    "{\"worker\":{\"activity_sid\":\"" WA1 "\"},"
	    "\"task\":{\"attributes\":{\"a\":1}}}}]");
	struct callback callback = base;
	struct rules_input input = {.callback = &callback,
	    .fallback = &fallback};
	struct rules_decision decision;

	callback.worker_sid = STR("WK1");
	callback.task_sid = STR_NONE;
	ok(rules_decide(rules, &input, &arena, &decision), "there is memory");
	is_str(decision.json, ACCEPT, "the answer is given");
	is_int((int64_t)decision.work_count, 0, "... without work");
	is_str(str_from(notes_of(&decision)),
	    "then.worker: nothing is done to the Worker: WorkerSid is no SID "
	    "of one\n"
	    "then.task: nothing is done to the Task: TaskSid is missing\n",
	    "... and it is said why");
	arena_release(&arena);
}

static const char *attributes_of(const char *piece);

/* 270 times 4,086 bytes are more than there is room for. */
static void
test_work_without_memory(void)
{
	struct buf list;

	buf_init(&list, (size_t)1 << 20);
	buf_add_str(&list, STR("[{\"name\":\"it\",\"answer\":" ACCEPT
	    ",\"then\":{\"worker\":{\"activity_sid\":\"" WA1 "\"},"
	    "\"task\":{\"attributes\":{\"a\":["));
	for (int i = 0; i < 270; i++)
		buf_format(&list, "%s\"${task.text}\"", i == 0 ? "" : ",");
	buf_add_str(&list, STR("]}}}}]"));
	buf_add_byte(&list, '\0');
	struct rules *rules = read_list(list.at);
	if (!ok(rules != NULL, "work of much is taken: %.*s",
		STR_ARGS(buf_str(&said))))
		return;
	struct rules_decision decision =
	    decide(rules, attributes_of("x"), "{}");
	ok(decision.is_fallback && decision.work_count == 0,
	    "without memory for the work the fallback is answered");
	is_str(decision.json, REJECT, "... as it is configured");
	ok(strstr(notes_of(&decision), "it: no memory for its work: the "
		"fallback is answered\n") != NULL, "... which is noted");
	buf_release(&list);
	arena_release(&arena);
}

static void
test_kept_calls(void)
{
	static const struct {
		const char *list;
		bool keeps;
	} rows[] = {
	    {"[{\"answer\":{\"instruction\":\"dequeue\"}}]", false},
	    {"[{\"answer\":{\"instruction\":\"dequeue\"},"
	     "\"then\":{\"task\":{\"attributes\":{\"a\":1}}}}]", true},
	    {"[{\"answer\":" ACCEPT ","
	     "\"then\":{\"task\":{\"attributes\":{\"a\":1}}}}]", false},
	    {"[{\"when\":\"date > '2026'\",\"answer\":{}},"
	     "{\"answer\":{\"instruction\":\"conference\"}}]", true},
	    {"[{\"when\":\"task.a == 1\","
	     "\"answer\":{\"instruction\":\"conference\"}},"
	     "{\"when\":\"date > '2026'\",\"answer\":{}}," REST "]", false},
	};

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct rules *rules = read_list(rows[i].list);
		is_int(rules != NULL && rules_keep_calls(rules),
		    rows[i].keeps, "calls are kept or not: %s",
		    rows[i].list);
		arena_release(&arena);
	}
}

/* ---- the time */

static void
test_time(void)
{
	static const struct {
		const char *list;
		bool uses, depends;
	} rows[] = {
	    {"[" REST "]", false, false},
	    {"[{\"when\":\"weekday == 'monday'\",\"answer\":{}}," REST "]",
		true, true},
	    {"[{\"when\":\"task.x == 1 AND weekday == 'monday'\","
	     "\"answer\":{}}," REST "]", true, false},
	    {"[{\"when\":\"task.vip == true\",\"answer\":{}},"
	     "{\"when\":\"weekday == 'monday'\",\"answer\":{}}," REST "]",
		true, false},
	    {"[{\"answer\":{},\"then\":{\"task\":{\"attributes\":"
	     "{\"at\":\"${date} ${time_of_day}\"}}}}]", true, true},
	    {"[{\"when\":\"task_age > 5\",\"answer\":{}}," REST "]", false,
		false},
	};
	struct rules_time time;
	struct err err;

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct rules *rules = read_list(rows[i].list);
		is_int(rules_use_time(rules), rows[i].uses,
		    "the time is used or not: %s", rows[i].list);
		is_int(decide(rules, TASK, WORKER).depends_on_time,
		    rows[i].depends, "... and was looked at or not");
		arena_release(&arena);
	}
	ok(rules_time_parse(&time, STR("2026-11-22T17:59"), &err) &&
		strcmp(time.weekday, "sunday") == 0 &&
		strcmp(time.time_of_day, "17:59") == 0 &&
		strcmp(time.date, "2026-11-22") == 0,
	    "2026-11-22 is a Sunday");
	ok(rules_time_make(&time, 2000, 2, 29, 0, 0) &&
		strcmp(time.weekday, "tuesday") == 0,
	    "2000-02-29 is a Tuesday");
	ok(rules_time_make(&time, 1, 1, 1, 0, 0) &&
		strcmp(time.weekday, "monday") == 0,
	    "0001-01-01 is a Monday");
	static const char *const wrong[] = {"2026-02-29T00:00",
	    "2026-13-01T00:00", "2026-11-22T24:00", "2026-11-22T23:60",
	    "2026-11-22 17:59", "2026-11-22T17:59Z", "", "2026-11-2xT17:59"};
	for (size_t i = 0; i < ARRAY_LENGTH(wrong); i++)
		ok(!rules_time_parse(&time, str_from(wrong[i]), &err),
		    "is no time: %s", wrong[i]);
}

/* ---- hostile callbacks */

static void
ignore(void *to, bool warning, struct str key, const char *message)
{
	(void)to;
	(void)warning;
	(void)key;
	(void)message;
}

/* Whether the answer is an instruction, as Twilio checks it. */
static bool
is_sound(const struct rules_decision *decision)
{
	struct json_limits limits = {.values = 1000};
	struct instruction again;
	struct json_object *value;
	struct err err;

	return decision->json.at != NULL &&
	    json_parse(&arena, decision->json, limits, &value, &err) &&
	    instruction_read(value, &arena, &again, ignore, NULL) &&
	    str_equal(again.json, decision->json);
}

/* A list that looks at all there is, and fills in all it can. */
static const char greedy[] =
    "[{\"name\":\"it\",\"when\":\"task.a.b[0].c == 1 OR task.a HAS 'x' OR "
    "worker.a == 1 OR task.text CONTAINS 'zz' OR task.text < 'b' OR "
    "task.text == null\",\"answer\":{\"instruction\":\"conference\","
    "\"to\":\"client:${task.text:-a}\",\"from\":\"${task.text}\","
    "\"status_callback\":\"https://x.example/${task.text}/${worker.text}\","
    "\"room_name\":\"${task.text}\",\"sip_auth_username\":\"${task.text}\","
    "\"timeout\":\"${task.text}\",\"record\":\"${task.a}\"},"
    "\"then\":{\"task\":{\"attributes\":{\"${task.text}\":\"${task.text}\","
    "\"b\":\"x${worker.text}\",\"c\":[\"${task.a}\"]}}}}," REST "]";

/* A member `text` of 4,096 characters, made of `piece`. */
static const char *
attributes_of(const char *piece)
{
	struct buf text;
	size_t length = strlen(piece);

	buf_init(&text, (size_t)1 << 20);
	buf_add_str(&text, STR("{\"text\":\""));
	while (text.len + length <= 4094)
		buf_add(&text, piece, length);
	buf_add_str(&text, STR("\"}"));
	struct str kept = arena_str(&arena, buf_str(&text));
	buf_release(&text);
	return kept.at;
}

static const char *
nested(size_t depth)
{
	char *text = arena_alloc(&arena, 2 * depth + 16);
	size_t length = 5;

	memcpy(text, "{\"a\":", 5);
	memset(text + length, '[', depth);
	memset(text + length + depth, ']', depth);
	text[length + 2 * depth] = '}';
	return text;
}

/* `noted`: that the attributes cannot be read. */
static void
check_hostile(const char *name, const char *attributes, bool noted)
{
	struct rules *rules = read_list(greedy);
	struct rules_decision decision =
	    decide(rules, attributes, attributes);

	ok(is_sound(&decision), "an answer that Twilio takes: %s", name);
	ok(strlen(notes_of(&decision)) == 0 ||
		str_utf8_length(str_from(notes_of(&decision))) != SIZE_MAX,
	    "... and notes that are text");
	is_int(strstr(notes_of(&decision), "cannot be read") != NULL, noted,
	    "... of which one says that attributes cannot be read, or not");
	for (size_t i = 0; i < decision.work_count; i++) {
		struct json_limits limits = {.values = 10000};
		struct json_object *value;
		struct err err;
		ok(json_parse(&arena, decision.work[i].attributes, limits,
		       &value, &err) &&
			str_utf8_length(decision.work[i].attributes) <= 4096,
		    "... and attributes that are");
	}
	struct buf text;
	struct callback callback = base;
	struct rules_input input = {
	    .callback = &callback, .fallback = &fallback};
	callback.task_attributes = callback.worker_attributes =
	    str_from(attributes);
	buf_init(&text, (size_t)1 << 20);
	ok(rules_explain(rules, &input, &arena, &text) &&
		str_utf8_length(buf_str(&text)) != SIZE_MAX,
	    "... and can be explained");
	buf_release(&text);
	arena_release(&arena);
}

static void
test_hostile(void)
{
	check_hostile("quotes", attributes_of("\\\""), false);
	check_hostile("backslashes", attributes_of("\\\\"), false);
	check_hostile("escaped control bytes", attributes_of("\\u0001"),
	    false);
	check_hostile("escaped NUL", attributes_of("\\u0000"), false);
	check_hostile("control bytes as they are", attributes_of("\x01"),
	    true);
	check_hostile("line ends", attributes_of("\\r\\n"), false);
	check_hostile("templates", attributes_of("${task.text}"), false);
	check_hostile("percent signs", attributes_of("%%"), false);
	check_hostile("four-byte characters",
	    attributes_of("\xf0\x9f\x98\x80"), false);
	check_hostile("escaped half characters", attributes_of("\\ud800"),
	    false);
	check_hostile("no UTF-8", attributes_of("\xff"), true);
	check_hostile("half a character", attributes_of("\xf0\x9f"), true);
	check_hostile("nested 30 deep", nested(30), false);
	check_hostile("nested 40 deep", nested(40), true);
	check_hostile("nested 2,000 deep", nested(2000), true);
	check_hostile("a key twice", "{\"text\":\"a\",\"text\":\"b\"}", true);
	check_hostile("a list", "[1]", false);
	check_hostile("null", "null", false);
	check_hostile("nothing", "", true);
	check_hostile("cut short", "{\"text\":\"a", true);
	check_hostile("text behind", "{\"text\":\"a\"} x", true);
	check_hostile("not a number", "{\"text\":NaN}", true);
	check_hostile("a large number", "{\"text\":1e999}", false);
	check_hostile("a large whole number",
	    "{\"text\":123456789012345678901234567890}", true);
	check_hostile("numbers", "{\"text\":-0.0,\"a\":1e-300}", false);
	check_hostile("absent", NULL, false);
}

static const char *
long_list(size_t items)
{
	char *text = arena_alloc(&arena, 2 * items + 16);

	memcpy(text, "{\"a\":[", 6);
	for (size_t i = 0; i < items; i++)
		memcpy(text + 6 + 2 * i, "1,", 2);
	memcpy(text + 5 + 2 * items, "]}", 3);
	return text;
}

/* Conditions that look through a list of 2,000 items. */
static void
test_budget(void)
{
	struct buf list;

	buf_init(&list, (size_t)1 << 20);
	buf_add_byte(&list, '[');
	for (int i = 0; i < 200; i++)
		buf_format(&list,
		    "{\"when\":\"task.a HAS 'x%d'\",\"answer\":{}},", i);
	buf_add_str(&list, STR(REST "]"));
	buf_add_byte(&list, '\0');
	struct rules *rules = read_list(list.at);
	struct rules_decision decision =
	    decide(rules, long_list(900), "{}");
	is_str(decision.name, "rest", "180,200 comparisons are made");
	is_int((int64_t)decision.steps, 200 * 901, "... and counted");
	decision = decide(rules, long_list(2000), "{}");
	ok(decision.is_fallback && decision.rule == RULES_NONE &&
		decision.steps > RULES_STEPS_MOST &&
		decision.steps <= RULES_STEPS_MOST + EXPR_STEPS_MOST,
	    "400,200 are not");
	is_str(str_from(notes_of(&decision)),
	    "rule 100: more than 200000 comparisons: the fallback is "
	    "answered\n", "... and that is noted");
	is_str(decision.json, REJECT, "... and the fallback is answered");
	arena_release(&arena);
	buf_release(&list);
}

/* More names than are remembered, each asked for twice, and as what stands
 * below it. */
static void
test_many_names(void)
{
	struct buf list, task;
	size_t count = 300, wrong = 0;

	buf_init(&list, (size_t)1 << 20);
	buf_init(&task, (size_t)1 << 20);
	buf_add_byte(&list, '[');
	for (size_t i = 0; i < count; i++) {
		buf_format(&list,
		    "{\"when\":\"task.n%zu.x == 2 OR task.n%zu == 1\","
		    "\"answer\":{}},", i, i);
	}
	buf_add_str(&list, STR(REST "]"));
	buf_add_byte(&list, '\0');
	struct rules *rules = read_list(list.at);
	for (size_t wanted = 0; wanted < count; wanted++) {
		buf_clear(&task, (size_t)1 << 20);
		for (size_t i = 0; i < count; i++)
			buf_format(&task, "%c\"n%zu\":%s",
			    i == 0 ? '{' : ',', i,
			    i != wanted ? "0" : i % 2 ? "{\"x\":2}" : "1");
		buf_add(&task, "}", 2);
		wrong += decide(rules, task.at, task.at).rule != wanted;
	}
	is_int((int64_t)wrong, 0, "each of %zu names has its value", count);
	buf_release(&task);
	buf_release(&list);
	arena_release(&arena);
}

/* Attributes are read only when a rule asks for them. */
static void
test_laziness(void)
{
	struct rules *rules = read_list(
	    "[{\"when\":\"task_age > 100\",\"answer\":{}},"
	    "{\"when\":\"worker.sid == '" WK1 "'\",\"answer\":{}}," REST "]");
	struct rules_decision decision = decide(rules, "{", "{");

	ok(decision.rule == 1 && decision.notes == NULL,
	    "attributes that nobody asks for are not read");
	rules = read_list("[{\"when\":\"task_age > 1 OR task.a == 1\","
			  "\"answer\":{}}," REST "]");
	decision = decide(rules, "{", "{");
	ok(decision.rule == 0 && decision.notes == NULL,
	    "... nor those behind an OR that is decided");
	arena_release(&arena);
}

/* ---- explanations */

static void
test_explain(void)
{
	static const char list[] =
	    "[{\"name\":\"spanish\",\"when\":\"task.language == 'en' OR NOT "
	    "worker.level < 5 AND weekday IN ['sunday', 'monday']\","
	    "\"answer\":{}},"
	    "{\"when\":\"task.skills HAS 'es'\","
	    "\"answer\":{\"instruction\":\"conference\","
	    "\"from\":\"${task.called}\",\"to\":\"${task.x}\","
	    "\"sip_auth_password\":\"geheim\"},"
	    "\"then\":{\"worker\":{\"activity_sid\":\"" WA1 "\","
	    "\"attributes\":{\"n\":\"${task.level}\"}}}},"
	    "{\"name\":\"other\",\"when\":\"task.language == 'fr'\","
	    "\"answer\":{}}," REST "]";
	static const char text[] =
	    "rule 1 \"spanish\": does not fire\n"
	    "    task.language == \"en\": false (\"es\", \"en\")\n"
	    "    worker.level < 5: false (5, 5)\n"
	    "    weekday IN [\"sunday\", \"monday\"]: false (\"saturday\", "
	    "[\"sunday\",\"monday\"])\n"
	    "rule 2: fires\n"
	    "    task.skills HAS \"es\": true ([\"es\",\"en\",3], \"es\")\n"
	    "rule 3 \"other\": not looked at\n"
	    "rule 4 \"rest\": not looked at\n"
	    "answer: {\"instruction\":\"conference\","
	    "\"from\":\"+15005550006\",\"sip_auth_password\":\"********\"}\n"
	    "left out: answer.to: task.x is missing and has no default\n"
	    "then: Worker " WK1 ": Activity " WA1 ", attributes {\"n\":5}\n"
	    "the answer depends on the time\n";
	struct rules *rules = read_list(list);
	struct callback callback = base;
	struct rules_input input = {.callback = &callback, .time = &saturday,
	    .fallback = &fallback};
	struct buf out;

	buf_init(&out, (size_t)1 << 20);
	callback.task_attributes = STR(TASK);
	callback.worker_attributes = STR(WORKER);
	ok(rules_explain(rules, &input, &arena, &out), "can be explained");
	is_str(buf_str(&out), text, "rule by rule");
	buf_clear(&out, 0);
	callback.task_attributes = STR("{");
	rules = read_list("[{\"when\":\"task.a == 1\",\"answer\":{}},"
			  "{\"answer\":{\"instruction\":\"call\","
			  "\"from\":\"${task.x}\","
			  "\"url\":\"http://x.example\"}}]");
	ok(rules_explain(rules, &input, &arena, &out), "can be explained");
	is_str(buf_str(&out),
	    "rule 1: does not fire\n"
	    "    task.a == 1: false (null, 1)\n"
	    "rule 2: fires, it has no condition\n"
	    "answer: " REJECT " (the fallback)\n"
	    "left out: answer.from: task.x is missing and has no default\n"
	    "warning: TaskAttributes cannot be read, and count as empty: byte "
	    "1: the text ends too early\n"
	    "warning: rule 2: there is no answer without what was left out: "
	    "the fallback is answered\n",
	    "attributes that cannot be read, and a fallback");
	buf_release(&out);
	arena_release(&arena);
}

int
main(void)
{
	arena_init(&arena, (size_t)64 << 20);
	buf_init(&said, (size_t)1 << 20);
	test_conditions();
	test_lists();
	test_size_of_list();
	test_answers();
	test_call_sid();
	test_work();
	test_work_of_nobody();
	test_work_without_memory();
	test_kept_calls();
	test_time();
	test_hostile();
	test_budget();
	test_many_names();
	test_laziness();
	test_explain();
	arena_release(&arena);
	buf_release(&said);
	return tap_done();
}
