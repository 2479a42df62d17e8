/* SPDX-License-Identifier: MIT
 *
 * The rows of settings_table.c for "outbox", and create_task.outbox.
 */
	{
	    .path = "create_task.outbox", .type = CONFIG_BOOLEAN,
	    MEMBER(outbox.takes_tasks), .preset = "false",
	    .help = "Whether create_task takes a Task that TaskRouter cannot "
		    "take now, answers 202, and delivers it later, in order. A "
		    "request's parameter Outbox wins. Needs store.file: while "
		    "the store fails nothing can be promised, and create_task "
		    "answers 503 without calling TaskRouter.",
	},
	{
	    .path = "outbox.calls", .type = CONFIG_INTEGER,
	    MEMBER(outbox.calls), .preset = "8", .least = 1, .most = 256,
	    .help = "How many calls that waited in the store a process makes "
		    "at once. Tasks are delivered one after another, and so "
		    "are changes of one Worker or one Task.",
	},
	{
	    .path = "outbox.settle", .type = CONFIG_SECONDS,
	    MEMBER(outbox.settle_ms), .preset = "2",
	    .least = 100, .most = 60000,
	    .help = "How long to wait after a call that TaskRouter may have "
		    "carried out, before looking whether it did.",
	},
	{
	    .path = "outbox.longest_pause", .type = CONFIG_SECONDS,
	    MEMBER(outbox.longest_pause_ms), .preset = "60",
	    .least = 1000, .most = 3600000,
	    .help = "The longest time between two attempts, which begin a "
		    "second apart and double from there. A Retry-After of "
		    "TaskRouter's wins where it is longer, up to two hours.",
	},
	{
	    .path = "outbox.give_up", .type = CONFIG_SECONDS,
	    MEMBER(outbox.give_up_ms), .preset = "86400",
	    .least = 1000, .most = INT64_C(30) * 86400 * 1000,
	    .help = "How long a call is tried. Then it has failed, which is "
		    "logged as an error, and waits for an operator.",
	},
	{
	    .path = "outbox.keep", .type = CONFIG_SECONDS,
	    MEMBER(outbox.keep_ms), .preset = "604800",
	    .least = 60000, .most = INT64_C(366) * 86400 * 1000,
	    .help = "How long a call that has ended is remembered: a repeated "
		    "Idempotency-Key gets the same Task for so long.",
	},
