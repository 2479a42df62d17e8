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
#include "base/str.h"
#include "codec/json.h"

/* Called for each mistake: `key` is "" or the parameter's name, `message`
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

/* Names by index, for metrics: 0 to INSTRUCTION_KINDS - 1. */
#define INSTRUCTION_KINDS 7
extern const char *const instruction_names[INSTRUCTION_KINDS];

/* The table as mdoc(7), for taskrouter.json(5). */
void instruction_write_manual(FILE *out);

#endif
