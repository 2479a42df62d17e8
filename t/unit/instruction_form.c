/* SPDX-License-Identifier: MIT
 *
 * The parameters of a REST update as the JSON that an assignment callback
 * would have been answered with: sections 4.2 to 4.6 and 5.9 of the reference.
 * Then what instruction_check says of them, by Twilio's error numbers.
 */
#include "base/compat.h"

#include "twilio/instruction.h"

#include "tap.h"

#define CALL "CA00000000000000000000000000000001"
#define ACTIVITY "WA00000000000000000000000000000001"

static struct arena arena;

static const struct {
	const char *what, *form, *json;
} rows[] = {
	{"4.1 accept", "Instruction=accept", "{\"instruction\":\"accept\"}"},
	{"5.9 capitals", "Instruction=Accept", "{\"instruction\":\"accept\"}"},
	{"5.9 an unknown word", "Instruction=SING",
	    "{\"instruction\":\"sing\"}"},
	{"no instruction", "ReservationStatus=accepted",
	    "{\"instruction\":\"\"}"},
	{"4.2 reject", "Instruction=reject&WorkerActivitySid=" ACTIVITY,
	    "{\"instruction\":\"reject\",\"activity_sid\":\"" ACTIVITY "\"}"},
	{"4.3 dequeue",
	    "Instruction=dequeue&DequeueStatusCallbackEvent=initiated"
	    "&DequeueTo=client%3Aalice&DequeueFrom=%2B15005550006"
	    "&DequeuePostWorkActivitySid=" ACTIVITY
	    "&DequeueRecord=do-not-record&DequeueTimeout=30"
	    "&DequeueStatusCallbackUrl=http%3A%2F%2Fh%2F"
	    "&DequeueStatusCallbackEvent=completed",
	    "{\"instruction\":\"dequeue\",\"to\":\"client:alice\","
	    "\"from\":\"+15005550006\",\"post_work_activity_sid\":\"" ACTIVITY
	    "\",\"record\":\"do-not-record\",\"timeout\":30,"
	    "\"status_callback_url\":\"http://h/\","
	    "\"status_callback_events\":\"initiated,completed\"}"},
	{"4.3 a number that is none", "Instruction=dequeue&DequeueTimeout=x",
	    "{\"instruction\":\"dequeue\",\"timeout\":\"x\"}"},
	{"4.3 a negative number", "Instruction=dequeue&DequeueTimeout=-1",
	    "{\"instruction\":\"dequeue\",\"timeout\":\"-1\"}"},
	{"4.3 parameters of another instruction",
	    "Instruction=dequeue&CallTo=client%3Aalice&To=client%3Abob",
	    "{\"instruction\":\"dequeue\"}"},
	{"4.3 the first of two", "Instruction=dequeue&DequeueTo=a&DequeueTo=b",
	    "{\"instruction\":\"dequeue\",\"to\":\"a\"}"},
	{"4.4 call",
	    "Instruction=call&CallTo=sip%3Aa%40b&CallFrom=bob&CallUrl=http%3A"
	    "%2F%2Fh%2F&CallAccept=True&CallRecord=record-from-answer"
	    "&CallTimeout=5&CallStatusCallbackUrl=http%3A%2F%2Fh%2F",
	    "{\"instruction\":\"call\",\"to\":\"sip:a@b\",\"from\":\"bob\","
	    "\"url\":\"http://h/\",\"accept\":true,"
	    "\"record\":\"record-from-answer\",\"timeout\":5,"
	    "\"status_callback_url\":\"http://h/\"}"},
	{"4.4 false", "Instruction=call&CallAccept=FALSE",
	    "{\"instruction\":\"call\",\"accept\":false}"},
	{"4.4 neither true nor false", "Instruction=call&CallAccept=1",
	    "{\"instruction\":\"call\",\"accept\":\"1\"}"},
	{"4.5 redirect",
	    "Instruction=redirect&RedirectCallSid=" CALL
	    "&RedirectUrl=http%3A%2F%2Fh%2F&RedirectAccept=true",
	    "{\"instruction\":\"redirect\",\"call_sid\":\"" CALL
	    "\",\"url\":\"http://h/\",\"accept\":true}"},
	{"4.6 conference",
	    "Instruction=conference&To=client%3Aalice&From=%2B15005550006"
	    "&PostWorkActivitySid=" ACTIVITY "&Timeout=9&StatusCallback=http%3A"
	    "%2F%2Fh%2F&StatusCallbackMethod=GET&StatusCallbackEvent=initiated"
	    "&StatusCallbackEvent=ringing&Record=true&Muted=false&Beep=onEnter"
	    "&StartConferenceOnEnter=true&EndConferenceOnExit=true"
	    "&EndConferenceOnCustomerExit=true&BeepOnCustomerEntrance=false"
	    "&WaitUrl=&WaitMethod=POST&EarlyMedia=true&MaxParticipants=3",
	    "{\"instruction\":\"conference\",\"to\":\"client:alice\","
	    "\"from\":\"+15005550006\",\"post_work_activity_sid\":\"" ACTIVITY
	    "\",\"timeout\":9,\"status_callback\":\"http://h/\","
	    "\"status_callback_method\":\"GET\","
	    "\"status_callback_event\":\"initiated ringing\",\"record\":true,"
	    "\"muted\":false,\"beep\":\"onEnter\","
	    "\"start_conference_on_enter\":true,"
	    "\"end_conference_on_exit\":true,"
	    "\"end_conference_on_customer_exit\":true,"
	    "\"beep_on_customer_entrance\":false,\"wait_url\":\"\","
	    "\"wait_method\":\"POST\",\"early_media\":true,"
	    "\"max_participants\":3}"},
	{"4.6 conference, the rest",
	    "Instruction=conference&ConferenceStatusCallback=http%3A%2F%2Fh%2F"
	    "&ConferenceStatusCallbackMethod=GET"
	    "&ConferenceStatusCallbackEvent=start"
	    "&ConferenceStatusCallbackEvent=end&ConferenceRecord=true"
	    "&ConferenceTrim=do-not-trim&RecordingChannels=dual"
	    "&RecordingStatusCallback=http%3A%2F%2Fh%2F"
	    "&RecordingStatusCallbackMethod=POST"
	    "&ConferenceRecordingStatusCallback=http%3A%2F%2Fh%2F"
	    "&ConferenceRecordingStatusCallbackMethod=GET&Region=us1"
	    "&SipAuthUsername=u&SipAuthPassword=p&JitterBufferSize=off",
	    "{\"instruction\":\"conference\","
	    "\"conference_status_callback\":\"http://h/\","
	    "\"conference_status_callback_method\":\"GET\","
	    "\"conference_status_callback_event\":\"start end\","
	    "\"conference_record\":\"true\",\"conference_trim\":\"do-not-trim\","
	    "\"recording_channels\":\"dual\","
	    "\"recording_status_callback\":\"http://h/\","
	    "\"recording_status_callback_method\":\"POST\","
	    "\"conference_recording_status_callback\":\"http://h/\","
	    "\"conference_recording_status_callback_method\":\"GET\","
	    "\"region\":\"us1\",\"sip_auth_username\":\"u\","
	    "\"sip_auth_password\":\"p\",\"jitter_buffer_size\":\"off\"}"},
	{"text that JSON would read otherwise",
	    "Instruction=dequeue&DequeueFrom=%22%5C%00%ff%0a",
	    "{\"instruction\":\"dequeue\",\"from\":\"\\\"\\\\\\u0000"
	    "\xef\xbf\xbd\\u000a\"}"},
};

/* The first fault that is neither a warning nor about an unknown key. */
struct seen {
	unsigned error;
	bool is_refused, is_unknown, is_warning;
};

static void
take(void *to, const struct instruction_fault *fault)
{
	struct seen *seen = to;

	seen->is_unknown |= fault->is_unknown;
	seen->is_warning |= fault->is_warning;
	if (seen->is_refused || fault->is_warning || fault->is_unknown)
		return;
	seen->is_refused = true;
	seen->error = fault->error;
}

/* One row for each error number of 4.2 to 4.6 that the parameters alone can
 * cause. */
static const struct {
	const char *what, *json;
	bool refused;
	unsigned error;
	bool unknown, warning;
} checks[] = {
	{"4.1 accept", "{\"instruction\":\"accept\"}", false, 0, false, false},
	{"{}", "{}", false, 0, false, false},
	{"4.8 no instruction", "{\"message\":1}", true, 40005, false, false},
	{"4.8 a string", "\"{}\"", true, 40001, false, false},
	{"4.8 unknown", "{\"instruction\":\"sing\"}", true, 55555, false, false},
	{"4.7 supervise is REST only", "{\"instruction\":\"supervise\"}", true,
	    55555, false, false},
	{"4.2 activity_sid", "{\"instruction\":\"reject\",\"activity_sid\":1}",
	    true, 40100, false, false},
	{"4.2 none is odd", "{\"instruction\":\"reject\"}", false, 0, false,
	    true},
	{"4.3 post_work_activity_sid",
	    "{\"instruction\":\"dequeue\",\"post_work_activity_sid\":\"x\"}",
	    true, 40130, false, false},
	{"4.3 to", "{\"instruction\":\"dequeue\",\"to\":\"x\"}", true, 40131,
	    false, false},
	{"4.3 from", "{\"instruction\":\"dequeue\",\"from\":\"\"}", true,
	    40132, false, false},
	{"4.3 status_callback_events", "{\"instruction\":\"dequeue\","
	    "\"status_callback_events\":\"sung\"}", true, 40134, false, false},
	{"4.3 status_callback_url", "{\"instruction\":\"dequeue\","
	    "\"status_callback_url\":\"\"}", true, 40157, false, false},
	{"4.3 record has no number of its own",
	    "{\"instruction\":\"dequeue\",\"record\":\"x\"}", true, 0, false,
	    false},
	{"4.3 what is no parameter", "{\"instruction\":\"dequeue\",\"x\":1}",
	    false, 0, true, false},
	{"4.4 to", "{\"instruction\":\"call\",\"to\":1,\"from\":\"b\","
	    "\"url\":\"http://h\"}", true, 40110, false, false},
	{"4.4 from", "{\"instruction\":\"call\",\"url\":\"http://h\"}", true,
	    40111, false, false},
	{"4.4 url", "{\"instruction\":\"call\",\"from\":\"b\"}", true, 40112,
	    false, false},
	{"4.4 status_callback_url", "{\"instruction\":\"call\",\"from\":\"b\","
	    "\"url\":\"http://h\",\"status_callback_url\":\"x\"}", true, 40158,
	    false, false},
	{"4.5 call_sid", "{\"instruction\":\"redirect\",\"url\":\"http://h\"}",
	    true, 40121, false, false},
	{"4.5 url", "{\"instruction\":\"redirect\",\"call_sid\":\"" CALL "\"}",
	    true, 40120, false, false},
	{"4.6 to", "{\"instruction\":\"conference\",\"to\":\"x\"}", true,
	    40137, false, false},
	{"4.6 from", "{\"instruction\":\"conference\",\"from\":\"\"}", true,
	    40141, false, false},
	{"4.6 post_work_activity_sid",
	    "{\"instruction\":\"conference\",\"post_work_activity_sid\":1}",
	    true, 40139, false, false},
	{"4.6 timeout", "{\"instruction\":\"conference\",\"timeout\":1000}",
	    true, 14233, false, false},
	{"4.6 status_callback",
	    "{\"instruction\":\"conference\",\"status_callback\":\"x\"}", true,
	    40159, false, false},
	{"4.6 a parameter that is excepted",
	    "{\"instruction\":\"conference\",\"coaching\":true}", false, 0,
	    true, false},
};

static void
test_forms(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct form form;
		struct err err;

		ok(form_decode(&arena, str_from(rows[i].form), &form, &err),
		    "%s: a form", rows[i].what);
		is_str(instruction_of_form(&form, &arena), rows[i].json, "%s",
		    rows[i].what);
	}
}

static void
test_checks(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(checks); i++) {
		struct instruction instruction;
		struct json_object *value;
		struct seen seen = {0};
		struct err err;

		if (!json_parse(&arena, str_from(checks[i].json),
			(struct json_limits){.values = 100}, &value, &err))
			ok(false, "%s: %s", checks[i].what, err.text);
		bool good = instruction_check(
		    value, &arena, &instruction, take, &seen);
		ok(seen.is_refused == checks[i].refused, "%s: %s",
		    checks[i].what, checks[i].refused ? "refused" : "taken");
		is_int(seen.error, checks[i].error, "%s: its number",
		    checks[i].what);
		ok(seen.is_unknown == checks[i].unknown &&
		        seen.is_warning == checks[i].warning,
		    "%s: what else is said", checks[i].what);
		ok(good == (!seen.is_refused && !seen.is_unknown),
		    "%s: fit for a configuration or not", checks[i].what);
	}
}

static void
test_numbers(void)
{
	static const struct {
		const char *name;
		unsigned not_pending, failed;
	} numbers[] = {
		{"accept", 0, 0}, {"reject", 0, 0}, {"dequeue", 40135, 40133},
		{"call", 40114, 40113}, {"redirect", 40123, 40122},
		{"conference", 40136, 40145}, {"sing", 0, 0}};

	for (size_t i = 0; i < ARRAY_LENGTH(numbers); i++) {
		struct instruction_errors errors =
		    instruction_errors(numbers[i].name);
		ok(errors.not_pending == numbers[i].not_pending &&
		        errors.failed == numbers[i].failed,
		    "4.8 the numbers of %s", numbers[i].name);
	}
}

static void
test_memory(void)
{
	struct form_field field = {STR("Instruction"), STR("accept")};
	const struct form form = {&field, 1};
	struct arena small;

	arena_init(&small, 10);
	is_str(instruction_of_form(&form, &small), NULL,
	    "no memory: absent");
	arena_release(&small);
}

int
main(void)
{
	arena_init(&arena, (size_t)1 << 20);
	test_forms();
	test_checks();
	test_numbers();
	test_memory();
	arena_release(&arena);
	return tap_done();
}
