/* SPDX-License-Identifier: MIT
 *
 * The rows of settings_table.c for "events".
 */
	{
	    .path = "events.keep", .type = CONFIG_SECONDS,
	    MEMBER(events.keep_ms), .preset = "2592000",
	    .least = 0, .most = INT64_C(3650) * 86400 * 1000,
	    .help = "How long Events are kept in the store after they came: "
		    "thirty days, as TaskRouter does. With 0 they are kept "
		    "for ever, until store.size is reached.",
	},
	{
	    .path = "events.timeout", .type = CONFIG_SECONDS,
	    MEMBER(events.timeout_ms), .preset = "10",
	    .least = 100, .most = 14000,
	    .help = "How long event_callback and events wait for the store "
		    "before they answer 503. TaskRouter gives up after 15 "
		    "seconds. An Event may be stored later all the same.",
	},
