/* SPDX-License-Identifier: MIT
 *
 * What the parameters of assignment instructions may be: each domain is one
 * set of JSON values, with words for people.
 */
#ifndef TWILIO_DOMAIN_H
#define TWILIO_DOMAIN_H

#include "base/compat.h"
#include "codec/json.h"

struct domain;

extern const struct domain domain_activity, domain_call, domain_address,
    domain_caller_id, domain_url, domain_wait_url, domain_text, domain_boolean,
    domain_ring_seconds, domain_participants, domain_method,
    domain_call_record, domain_call_events, domain_participant_events,
    domain_conference_events, domain_conference_record, domain_beep,
    domain_trim, domain_channels, domain_region, domain_jitter_buffer;

enum domain_verdict {
	DOMAIN_HOLDS,
	DOMAIN_BROKEN,       /* of the right JSON type, but wrong */
	DOMAIN_NEEDS_QUOTES, /* should be a string */
	DOMAIN_OTHER_TYPE,   /* should be something else than it is */
};

enum domain_verdict domain_check(
    const struct domain *domain, struct json_object *value);

/* The JSON type of its values. */
enum json_type domain_type(const struct domain *domain);
/* What stands between the items of a list; 0: it is no list. */
char domain_separator(const struct domain *domain);

/* What is expected, to stand behind "expected ": "a whole number from 1 to
 * 999". Lives in `text`, or for ever. */
#define DOMAIN_TEXT_SIZE 160
const char *domain_describe(
    const struct domain *domain, char text[DOMAIN_TEXT_SIZE]);

/* What to add about a value that DOMAIN_NEEDS_QUOTES; may be empty. */
const char *domain_unquoted(const struct domain *domain);

#endif
