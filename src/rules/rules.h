/* SPDX-License-Identifier: MIT
 *
 * Rules: which instruction an assignment callback is answered with, decided
 * by what the Task and its Worker are. An ordered list; the first rule whose
 * condition holds, or that has none, gives the answer, and may ask for work
 * besides: changes of the Worker or of the Task.
 *
 *   { "name": "spanish",
 *     "when": "task.selected_language == 'es' AND weekday != 'sunday'",
 *     "answer": {"instruction": "dequeue", "from": "${task.called}"},
 *     "then": {"worker": {"activity_sid": "WA…", "attributes": {…}},
 *              "task": {"attributes": {…}}} }
 *
 * A condition is an expression (expr/expr.h, EXPR_IN_RULE) over task. and
 * worker., which are their attributes (worker.sid is the Worker's SID), and
 * the names of rules/names.c. Strings of an answer and of `then` may be
 * templates (rules/template.h).
 *
 * Pure: no I/O, no clock. What outlives a call lies in the arena given.
 */
#ifndef RULES_RULES_H
#define RULES_RULES_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/compat.h"
#include "base/err.h"
#include "base/str.h"
#include "codec/json.h"
#include "twilio/callback.h"
#include "twilio/instruction.h"

#define RULES_MOST ((size_t)1000)
#define RULES_NAME_MOST ((size_t)64)      /* characters of a rule's name */
#define RULES_VALUES_MOST ((size_t)10000) /* JSON values of attributes */
#define RULES_FILL_MOST ((size_t)4096)    /* bytes that one template becomes */
/* Comparisons of all rules of one decision, each item of a list that is
 * looked at included: enough for any list of rules, and about 2 ms. */
#define RULES_STEPS_MOST ((size_t)200000)
#define RULES_NONE SIZE_MAX

struct rules;

/* What is wrong with a list of rules, or odd about it. */
struct rules_fault {
	bool is_warning;
	size_t rule;         /* from 0; RULES_NONE: the whole list */
	struct str name;     /* of the rule, if it is given one; else absent */
	struct str key;      /* below the rule: "", "when", "answer.from" */
	const char *message;
	struct str shown;    /* absent, or what expr_caret makes of an
			      * expression or a template: two lines */
};
typedef void rules_report(void *to, const struct rules_fault *fault);

/* Reads and checks a list; reports all faults. NULL if one of them is no
 * warning. The list lives in the arena and refers to `list` no more. */
struct rules *rules_read(struct json_object *list, struct arena *arena,
    rules_report *report, void *to);

size_t rules_count(const struct rules *rules);
/* "spanish"; "rule 3" for the third if it has no name. */
struct str rules_name(const struct rules *rules, size_t index);
/* Whether a condition or a template asks for the time: struct rules_time must
 * then be filled. */
bool rules_use_time(const struct rules *rules);
/* Whether a rule asks for work besides its answer. */
bool rules_have_work(const struct rules *rules);

/* Whether a rule's answer puts a call through to a Worker, and has to be kept
 * before it is given: the rule asks for work, or the answer depends on the
 * time. */
bool rules_keep_calls(const struct rules *rules);

/* A local time, in the words of conditions. */
struct rules_time {
	char weekday[10];    /* "monday" to "sunday" */
	char time_of_day[6]; /* "09:05" */
	char date[11];       /* "2026-11-22" */
};
/* Of a date of the Gregorian calendar. False: it is none. */
MUST_USE bool rules_time_make(struct rules_time *time, int year, int month,
    int day, int hour, int minute);
/* "2026-11-22T17:59" */
MUST_USE bool rules_time_parse(
    struct rules_time *time, struct str text, struct err *err);

struct rules_input {
	const struct callback *callback;
	struct str task_channel; /* TaskChannelUniqueName; absent: NULL */
	const struct rules_time *time; /* NULL: the names of time are NULL */
	/* What is answered where no rule's answer can be given. */
	const struct instruction *fallback;
};

/* What a rule asks for besides its answer. */
enum rules_work_kind {
	RULES_UPDATE_WORKER,
	RULES_UPDATE_TASK,
};
struct rules_work {
	enum rules_work_kind kind;
	struct str sid;          /* of the Worker or the Task */
	struct str activity_sid; /* of a Worker; absent: as it is */
	struct str attributes;   /* JSON object to merge; absent: none */
};

/* Something that the operator should know: what was left out, and why. Names
 * no value of an attribute. */
struct rules_note {
	struct rules_note *next;
	bool is_left_out; /* a parameter or attribute, else a warning */
	struct str text;
};

struct rules_decision {
	size_t rule; /* RULES_NONE: no rule got that far */
	struct str name; /* the rule's; absent for none */
	bool is_fallback;
	const char *instruction; /* "accept" */
	struct str json;         /* the answer */
	/* Whether the time was looked at on the way to the answer: another
	 * time, another answer. */
	bool depends_on_time;
	struct rules_work work[2]; /* none with a fallback */
	size_t work_count;
	struct rules_note *notes; /* in their order */
	size_t steps; /* comparisons that it took */
};

/* Decides. False: no memory. Attributes that are no JSON make names NULL and
 * a note; nothing in a callback is an error. */
MUST_USE bool rules_decide(const struct rules *rules,
    const struct rules_input *input, struct arena *arena,
    struct rules_decision *decision);

/* Appends, for people, rule by rule why it fired or not, with the values; the
 * answer, with its password masked; what was left out; the work; warnings.
 * False: no memory. */
MUST_USE bool rules_explain(const struct rules *rules,
    const struct rules_input *input, struct arena *arena, struct buf *out);

#endif
