/* SPDX-License-Identifier: MIT
 *
 * The keys below "recovery".
 */
#ifndef RESPONDER_SETTINGS_RECOVERY_H
#define RESPONDER_SETTINGS_RECOVERY_H

#include "base/compat.h"
#include "store/ledger_recovery.h"

struct settings_recovery {
	bool is_enabled;
	struct recovery_options options;
};

#endif
