/* SPDX-License-Identifier: MIT
 *
 * The part of the configuration that rules are about.
 */
#ifndef RESPONDER_SETTINGS_RULES_H
#define RESPONDER_SETTINGS_RULES_H

#include "base/compat.h"
#include "base/str.h"
#include "rules/rules.h"
#include "twilio/instruction.h"

struct settings_rules {
	const struct rules *list; /* NULL: none are configured */
	struct str written;       /* as configured, passwords masked */
	struct instruction fallback;
	struct str time_zone; /* "Europe/Berlin" */
	bool has_default;     /* assignment.default is configured */
};

#endif
