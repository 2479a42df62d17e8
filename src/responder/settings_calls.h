/* SPDX-License-Identifier: MIT
 *
 * The keys calls.*: what a caller hears, and which Task his choice makes.
 * Without any it is the menu of Twilio's quickstart.
 * Source: https://www.twilio.com/docs/taskrouter/quickstart
 */
#ifndef RESPONDER_SETTINGS_CALLS_H
#define RESPONDER_SETTINGS_CALLS_H

#include "base/compat.h"
#include "base/str.h"

#define CALLS_CHOICES_MOST ((size_t)50)
#define CALLS_PROMPTS_MOST ((size_t)10)
#define CALLS_DIGITS_MOST ((size_t)10) /* of one choice */
#define CALLS_REPEAT_MOST 10

/* What is said, or played. */
struct settings_prompt {
	struct str text;     /* absent: `play`, or nothing */
	struct str play;     /* URL */
	struct str language; /* absent: Twilio's preset */
	struct str voice;
};

struct settings_prompts {
	struct settings_prompt *items;
	size_t count;
};

struct settings_call_choice {
	struct str digits; /* absent: the only choice there is */
	struct settings_prompt prompt;
	struct str attributes;   /* of the Task: JSON text */
	struct str workflow_sid; /* absent: the settings' own */
	int64_t priority;        /* of the Task; -1: not given */
	int64_t timeout;         /* s; -1: not given */
};

struct settings_call_choices {
	const struct settings_call_choice *items; /* at least one */
	size_t count;
};

/* When no choice was made. */
enum settings_no_choice { NO_CHOICE_ENQUEUE, NO_CHOICE_HANG_UP };

enum settings_method { CALLS_POST, CALLS_GET };

struct settings_calls {
	struct settings_call_choices menu;
	struct str default_digits; /* absent: of the last choice */
	struct settings_prompts greeting;
	struct settings_prompts goodbye;
	int64_t timeout; /* s, for the next key */
	struct str finish_on_key; /* "none": no key */
	int64_t repeat;
	int no_input;    /* enum settings_no_choice */
	int wrong_input;
	struct str wait_url;
	int wait_method; /* enum settings_method */
	struct str enqueue_action;
	int enqueue_method;

	/* What follows from these. */
	bool is_tutorial; /* calls.menu is not given */
	const struct settings_call_choice *default_choice; /* NULL: none has
			   * these digits, and the settings are refused */
	size_t digits; /* how many the longest choice has */
};

#endif
