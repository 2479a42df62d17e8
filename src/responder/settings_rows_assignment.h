/* SPDX-License-Identifier: MIT
 *
 * The rows of settings_table.c for "assignment" that are about time.
 */
	{
	    .path = "assignment.deadline", .type = CONFIG_SECONDS,
	    MEMBER(assignment_deadline_ms), .preset = "3.5",
	    .least = 100, .most = 4500,
	    .help = "How long after its arrival an assignment callback is "
		    "answered at the latest. One whose answer must be kept in "
		    "the store, and is not by then, gets assignment.fallback. "
		    "The web server must wait longer, and TaskRouter waits "
		    "for five seconds.",
	},
