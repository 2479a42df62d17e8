/* SPDX-License-Identifier: MIT
 *
 * Rows of the table of keys: calls.*, see settings_calls.h.
 */
	{
	    .path = "calls.menu", .type = CONFIG_CUSTOM,
	    .read = settings_read_menu, .show = settings_show_menu,
	    .help = "What callers can choose from, a list of objects as "
		    "described below. Without it: the menu of Twilio's "
		    "quickstart, 1 for Spanish and 2 for English. Where there "
		    "is one choice only, callers are not asked.",
	},
	{
	    .path = "calls.default", .type = CONFIG_STRING,
	    MEMBER(calls.default_digits), .check = settings_check_digits,
	    .help = "The digits of the choice that counts where a caller makes "
		    "none. Without it: the last one of calls.menu.",
	},
	{
	    .path = "calls.greeting", .type = CONFIG_CUSTOM,
	    MEMBER(calls.greeting),
	    .read = settings_read_prompts, .show = settings_show_prompts,
	    .help = "What callers hear before the menu, the first time: an "
		    "object of prompt, language and voice, or of play, or a "
		    "list of such objects.",
	},
	{
	    .path = "calls.goodbye", .type = CONFIG_CUSTOM,
	    MEMBER(calls.goodbye),
	    .read = settings_read_prompts, .show = settings_show_prompts,
	    .help = "What callers hear before the call is ended because they "
		    "made no choice; as calls.greeting.",
	},
	{
	    .path = "calls.timeout", .type = CONFIG_INTEGER,
	    MEMBER(calls.timeout), .preset = "5", .least = 1, .most = 120,
	    .help = "How many seconds of silence after the menu, or after a "
		    "key, end the input.",
	},
	{
	    .path = "calls.finish_on_key", .type = CONFIG_STRING,
	    MEMBER(calls.finish_on_key), .preset = "#",
	    .check = settings_check_finish_key,
	    .help = "The key that ends the input before calls.timeout does: 0 "
		    "to 9, * or #; none: no key does.",
	},
	{
	    .path = "calls.repeat", .type = CONFIG_INTEGER,
	    MEMBER(calls.repeat), .preset = "0",
	    .least = 0, .most = CALLS_REPEAT_MOST,
	    .help = "How often the menu is said again to a caller who pressed "
		    "nothing, or nothing that is in it.",
	},
	{
	    .path = "calls.no_input", .type = CONFIG_CHOICE,
	    MEMBER(calls.no_input), .preset = "hang_up",
	    .choices = no_choice_names,
	    .help = "What comes in the end where nothing was pressed: the "
		    "choice calls.default, or the end of the call.",
	},
	{
	    .path = "calls.wrong_input", .type = CONFIG_CHOICE,
	    MEMBER(calls.wrong_input), .preset = "enqueue",
	    .choices = no_choice_names,
	    .help = "The same where what was pressed is not in the menu.",
	},
	{
	    .path = "calls.wait_url", .type = CONFIG_STRING,
	    MEMBER(calls.wait_url), .check = settings_check_call_url,
	    .help = "Where Twilio gets what callers hear while they wait for a "
		    "Worker: an http or https URL, or a path. Without it: "
		    "Twilio's music.",
	},
	{
	    .path = "calls.wait_method", .type = CONFIG_CHOICE,
	    MEMBER(calls.wait_method), .preset = "POST",
	    .choices = call_method_names,
	    .help = "How calls.wait_url is asked.",
	},
	{
	    .path = "calls.enqueue_action", .type = CONFIG_STRING,
	    MEMBER(calls.enqueue_action), .check = settings_check_call_url,
	    .help = "Where Twilio gets what comes for a caller who has left "
		    "the queue, such as after the talk: an http or https URL, "
		    "or a path. Without it the call ends then.",
	},
	{
	    .path = "calls.enqueue_method", .type = CONFIG_CHOICE,
	    MEMBER(calls.enqueue_method), .preset = "POST",
	    .choices = call_method_names,
	    .help = "How calls.enqueue_action is asked.",
	},
