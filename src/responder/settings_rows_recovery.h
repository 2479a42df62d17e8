/* SPDX-License-Identifier: MIT
 *
 * The rows of settings_table.c for "recovery".
 */
	{
	    .path = "recovery.enabled", .type = CONFIG_BOOLEAN,
	    MEMBER(recovery.is_enabled), .preset = "false",
	    .help = "Whether a Worker whom a missed Reservation sent to the "
		    "timeout Activity is put back. Needs store.file, event "
		    "callbacks of at least reservation.timeout and "
		    "worker.activity.update, and the REST API.",
	},
	{
	    .path = "recovery.delay", .type = CONFIG_SECONDS,
	    MEMBER(recovery.options.delay_ms), .preset = "10",
	    .least = 100, .most = 3600000,
	    .help = "How long the Worker stays there. If he, or anybody, "
		    "changes his Activity meanwhile, he is left alone.",
	},
	{
	    .path = "recovery.timeout_activity_sid", .type = CONFIG_STRING,
	    MEMBER(recovery.options.timeout_activity_sid),
	    .check = check_activity_sid,
	    .help = "The timeout Activity, WA and 32 hexadecimal digits: "
		    "Workers who went to another are left alone. Without it: "
		    "any Activity that is not available.",
	},
	{
	    .path = "recovery.activity_sid", .type = CONFIG_STRING,
	    MEMBER(recovery.options.activity_sid),
	    .check = check_activity_sid,
	    .help = "The Activity to put Workers into. Without it: the one "
		    "that they were in before; where TaskQueues have "
		    "Activities of their own for reserved Workers, that would "
		    "be one of those.",
	},
	{
	    .path = "recovery.per_hour", .type = CONFIG_INTEGER,
	    MEMBER(recovery.options.per_hour), .preset = "3",
	    .least = 1, .most = 3600,
	    .help = "How many times in an hour a Worker is put back at most.",
	},
	{
	    .path = "recovery.cascade", .type = CONFIG_INTEGER,
	    MEMBER(recovery.options.cascade), .preset = "5",
	    .least = 2, .most = 100000,
	    .help = "So many Workers within a minute are a cascade: something "
		    "else than forgetful Workers is wrong. Nobody is put back "
		    "then, also of those who wait for it; it is logged as an "
		    "error and counted as an alarm.",
	},
	{
	    .path = "recovery.pause", .type = CONFIG_SECONDS,
	    MEMBER(recovery.options.pause_ms), .preset = "600",
	    .least = 1000, .most = 86400000,
	    .help = "How long after a cascade nobody is put back.",
	},
