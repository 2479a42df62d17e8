/* SPDX-License-Identifier: MIT
 *
 * /_local/calls/outcomes.
 */
#include "base/compat.h"

#include <string.h>

#include "base/buf.h"
#include "taskrouterd/call.h"
#include "taskrouterd/calls_control.h"
#include "taskrouterd/controls.h"
#include "taskrouterd/daemon.h"
#include "taskrouterd/local.h"

#define LIST_MOST ((size_t)1 << 20)
#define DAY_MS ((int64_t)86400000)

struct rule_wish {
	struct str to;
	int instruction, outcome, hangs_up;
	int64_t answer_after, talk, count;
};

#define MEMBER(name) .offset = offsetof(struct rule_wish, name)

static const struct control rule_controls[] = {
	{
	    .name = "to", .type = CONTROL_TEXT, MEMBER(to), .preset = "",
	    .least = 0, .most = OUTCOME_TO_MOST,
	    .help = "Whose calls: an address, or with * at the end all that "
		    "begin so; empty: everybody's.",
	},
	{
	    .name = "instruction", .type = CONTROL_CHOICE,
	    MEMBER(instruction), .preset = "any",
	    .choices = outcome_instructions, .help = "What made the call.",
	},
	{
	    .name = "outcome", .type = CONTROL_CHOICE, MEMBER(outcome),
	    .preset = "answered", .choices = outcome_kinds,
	    .help = "How it ends to ring. With no-answer it rings as long as "
		    "the instruction's timeout says.",
	},
	{
	    .name = "answer_after", .type = CONTROL_SECONDS,
	    MEMBER(answer_after), .preset = "0", .least = 0,
	    .most = DAY_MS,
	    .help = "How long it rings; where that is longer than the "
		    "timeout, nobody answers.",
	},
	{
	    .name = "talk", .type = CONTROL_SECONDS, MEMBER(talk),
	    .least = 0, .most = DAY_MS,
	    .help = "How long Worker and caller talk; without it, until "
		    "somebody ends the call.",
	},
	{
	    .name = "hangs_up", .type = CONTROL_CHOICE, MEMBER(hangs_up),
	    .preset = "worker", .choices = outcome_sides,
	    .help = "Who hangs up then.",
	},
	{
	    .name = "count", .type = CONTROL_INTEGER, MEMBER(count),
	    .least = 1, .most = 1000000,
	    .help = "For so many calls the rule counts; without it, for all.",
	},
};

static void
show_outcomes(struct exchange *exchange, unsigned status)
{
	struct buf out;

	buf_init(&out, LIST_MOST);
	outcomes_put(&out, &daemon_of(exchange)->calls->outcomes);
	local_answer(exchange, status, buf_str(&out));
	buf_release(&out);
}

static void
add_outcome(struct exchange *exchange)
{
	struct rule_wish wish = {.talk = ROUTER_NEVER, .count = ROUTER_NEVER};
	struct outcome_rule rule = {0};

	if (!controls_read(rule_controls, ARRAY_LENGTH(rule_controls),
		&exchange->request.form, &wish, exchange))
		return;
	if (wish.to.len > 0)
		memcpy(rule.to, wish.to.at, wish.to.len);
	rule.instruction = wish.instruction;
	rule.count = wish.count;
	rule.outcome = (struct outcome){
		.kind = (enum outcome_kind)wish.outcome,
		.answer_after = wish.answer_after,
		.talk = wish.talk,
		.hangs_up = (enum outcome_side)wish.hangs_up,
	};
	if (outcomes_add(&daemon_of(exchange)->calls->outcomes, &rule))
		show_outcomes(exchange, 201);
	else
		exchange_refuse(exchange, 409,
		    "there are %d rules already", OUTCOMES_MOST);
}

void
calls_serve_outcomes(struct exchange *exchange)
{
	if (exchange->request.method == METHOD_POST) {
		add_outcome(exchange);
		return;
	}
	if (exchange->request.method != METHOD_DELETE) {
		show_outcomes(exchange, 200);
		return;
	}
	daemon_of(exchange)->calls->outcomes.count = 0;
	exchange->response.status = 204;
	exchange_complete(exchange);
}

void
calls_write_manual_outcomes(FILE *out)
{
	controls_write_manual(
	    rule_controls, ARRAY_LENGTH(rule_controls), out);
}
