/* SPDX-License-Identifier: MIT
 *
 * TwiML: a text becomes a bounded tree of verbs, and what Twilio's schema would
 * warn of is listed. The only place that includes expat.
 *
 * A document type declaration is refused, so there are no entities but XML's
 * own five and character references.
 * Source: https://www.twilio.com/docs/voice/twiml
 */
#ifndef TASKROUTERD_TWIML_H
#define TASKROUTERD_TWIML_H

#include "base/arena.h"
#include "base/compat.h"
#include "base/err.h"
#include "base/str.h"

/* Bytes of a document. Source: https://www.twilio.com/docs/api/errors/11750 */
#define TWIML_LENGTH ((size_t)64 * 1024)
#define TWIML_DEPTH 8         /* Response is 1 */
#define TWIML_VERBS 1000      /* elements of a document */
#define TWIML_WARNINGS 20     /* that are listed */
#define TWIML_MEMORY ((size_t)1 << 20) /* what any document fits in */

struct twiml_attribute {
	struct str name;
	struct str value;
};

struct twiml_verb {
	struct str name; /* "Gather"; also of a noun, such as Queue */
	struct twiml_attribute *attributes;
	size_t attribute_count;
	struct str text; /* its own, without white space around it */
	struct twiml_verb *children;
	struct twiml_verb *next;
	bool is_known; /* Twilio has it at this place */
};

struct twiml {
	struct twiml_verb *verbs; /* of Response, in their order */
	struct str warnings[TWIML_WARNINGS];
	size_t warning_count;
};

/* Reads a document into the arena. False: *err says what is wrong, with line
 * and column. */
MUST_USE bool twiml_read(
    struct str text, struct arena *arena, struct twiml *twiml, struct err *err);

/* Absent: it has no such attribute. */
struct str twiml_attribute(const struct twiml_verb *verb, const char *name);
/* The first child of this name; NULL: none. */
const struct twiml_verb *twiml_child(
    const struct twiml_verb *verb, const char *name);

#endif
