/* SPDX-License-Identifier: MIT
 *
 * Keys of taskrouter.json: rules. Rows of settings_table.c, each of them
 * KEY(what struct config_key has).
 */
KEY(
    .path = "assignment.rules", .type = CONFIG_CUSTOM,
	    MEMBER(rules),
    .read = settings_read_rules, .show = settings_show_rules,
    .help = "Rules, a list as described below, of which the first "
	    "whose condition holds gives the answer to an assignment "
	    "callback. They stand instead of assignment.default, "
	    "assignment.workflows and assignment.task_queues.")
KEY(
    .path = "assignment.fallback", .type = CONFIG_CUSTOM,
	    MEMBER(rules.fallback),
    .preset = "{\"instruction\":\"accept\"}",
    .read = settings_read_instruction,
    .show = settings_show_instruction,
    .help = "The instruction that is answered where a rule's cannot "
	    "be: something that it needs is missing, the callback "
	    "lacks a parameter, the conditions take too long, or the "
	    "answer must be kept in the store and cannot be by "
	    "assignment.deadline. With rules that connect callers it should "
	    "not be accept.")
KEY(
    .path = "assignment.time_zone", .type = CONFIG_STRING,
	    MEMBER(rules.time_zone), .preset = "UTC",
    .check = settings_check_time_zone,
    .help = "The time zone, by its name such as Europe/Berlin, of "
	    "time_of_day, weekday and date in conditions.")
