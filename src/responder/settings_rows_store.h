/* SPDX-License-Identifier: MIT
 *
 * The rows of settings_table.c for "store".
 */
	{
	    .path = "store.file", .type = CONFIG_STRING,
	    MEMBER(store.file), .check = config_check_absolute_path,
	    .help = "The SQLite database in which is kept what must survive "
		    "the program: events, answers, and calls of TaskRouter "
		    "that are still to be made. It is made if it is not "
		    "there. Several processes may name the same; its "
		    "directory must be on a local disk and writable, outside "
		    "of what the web server serves. Without it there are no "
		    "event_callback, no follow-up work of rules, no "
		    "Idempotency-Key and no outbox. A reload brings it "
		    "where there was none; another one needs a restart.",
	},
	{
	    .path = "store.size", .type = CONFIG_INTEGER,
	    MEMBER(store.size), .preset = "1073741824",
	    .least = KIB * KIB, .most = KIB * KIB * KIB * KIB,
	    .help = "How many bytes store.file may have. Once they are used "
		    "up the store refuses what is new, as on a full disk.",
	},
	{
	    .path = "store.queue", .type = CONFIG_INTEGER,
	    MEMBER(store.jobs), .preset = "4096", .least = 16, .most = 65536,
	    .help = "How many requests of a process may wait for the store. "
		    "More are refused with 503; assignment callbacks get "
		    "assignment.fallback.",
	},
	{
	    .path = "store.timeout", .type = CONFIG_SECONDS,
	    MEMBER(store.timeout_ms), .preset = "2",
	    .least = 10, .most = 60000,
	    .help = "How long to wait while another process has the store "
		    "locked.",
	},
