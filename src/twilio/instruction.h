/* SPDX-License-Identifier: MIT
 *
 * Assignment instructions: what an assignment callback may be answered with.
 * One table says which parameters each instruction has, of which type and
 * within which limits, and what Twilio's error number is for a wrong one;
 * it drives checking, writing and the manual page.
 * Source: https://www.twilio.com/docs/taskrouter/handle-assignment-callbacks and
 * the error pages https://www.twilio.com/docs/api/errors/40100 to 40159.
 */
#ifndef TWILIO_INSTRUCTION_H
#define TWILIO_INSTRUCTION_H

#include <stdio.h>

#include "base/arena.h"
#include "base/compat.h"
#include "base/err.h"
#include "base/str.h"
#include "codec/form.h"
#include "codec/json.h"

/* What is wrong with an instruction, or odd about it. */
struct instruction_fault {
	bool is_warning; /* Twilio accepts it, but it does not do what it seems
			  * to */
	bool is_unknown; /* of a key that is no parameter of the instruction:
			  * Twilio does not look at it */
	unsigned error;  /* Twilio's error number; 0: none is known */
	struct str key;  /* "" or the parameter's name */
	const char *message; /* "expected a Worker-reachable address …" */
};
typedef void instruction_take_fault(
    void *to, const struct instruction_fault *fault);

/* The same with all in its words: `key` is "" or the parameter's name, `message`
 * says what was expected and ends in Twilio's error number if Twilio would
 * refuse it: "expected a Worker-reachable address … (Twilio error 40131)".
 * `warning`: Twilio accepts it, but it does not do what it seems to. */
typedef void instruction_report(void *to, bool warning, struct str key,
    const char *message);

struct instruction {
	const char *name;  /* "accept"; "defer" for {} */
	struct str json;   /* compact, "instruction" first, then the parameters
			    * in the table's order */
};

/* {"instruction":"accept"} */
extern const struct instruction instruction_accept;

/* Checks an instruction as written in a configuration: the JSON object that
 * TaskRouter gets, or {} to decide later. False if a mistake that is no
 * warning was reported. */
MUST_USE bool instruction_read(struct json_object *value, struct arena *arena,
    struct instruction *instruction, instruction_report *report, void *to);

/* The same, with each fault as it is. */
MUST_USE bool instruction_check(struct json_object *value,
    struct arena *arena, struct instruction *instruction,
    instruction_take_fault *take, void *to);

/* What the parameter of an instruction may be; NULL: it has none of that
 * name. */
struct domain;
const struct domain *instruction_domain(
    struct str instruction, struct str parameter);

/* Twilio's error numbers of an instruction; 0: there is none. */
struct instruction_errors {
	unsigned not_pending; /* the Reservation is no longer pending */
	unsigned failed;      /* the telephone network refuses something that
			       * has no number of its own */
};
struct instruction_errors instruction_errors(const char *name);

/* The parameters of a REST update that has `Instruction`, as the JSON object
 * that an assignment callback would have been answered with: instruction in
 * lower case, values of the types that the table says where their texts allow
 * it, repeated parameters as one list. Those of other instructions are left
 * out. Absent without memory. */
struct str instruction_of_form(const struct form *form, struct arena *arena);

/* The one parameter that nobody else may read. */
#define INSTRUCTION_SECRET "sip_auth_password"
/* Compact JSON, as this module and codec/json.h write it, with that parameter
 * masked wherever it stands; in the arena, and absent without memory. */
struct str instruction_mask(struct arena *arena, struct str json);

/* {}: TaskRouter is to wait, the decision comes later by REST. */
bool instruction_is_deferral(struct json_object *value);

/* Names by index, for metrics: 0 to INSTRUCTION_KINDS - 1. */
#define INSTRUCTION_KINDS 7
extern const char *const instruction_names[INSTRUCTION_KINDS];

/* The table as mdoc(7), for taskrouter.json(5). */
void instruction_write_manual(FILE *out);

#endif
