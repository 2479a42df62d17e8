/* SPDX-License-Identifier: MIT
 *
 * Where the configuration is, when no option names it.
 */
#ifndef RESPONDER_FIND_H
#define RESPONDER_FIND_H

#include "base/arena.h"
#include "base/compat.h"
#include "base/err.h"
#include "gateway/gateway.h"

/* $TASKROUTER_CONFIG; as a CGI program taskrouter.json in the directory above
 * the program's or beside it; the system's file. *file becomes NULL where
 * there is none. False: the file above or beside the
 * program could be downloaded by a browser. */
MUST_USE bool find_configuration(enum gateway_kind kind, struct arena *arena,
    const char **file, struct err *err);

/* Whether the file lies below $DOCUMENT_ROOT. */
MUST_USE bool find_is_downloadable(struct arena *arena, const char *file);

#endif
