/* SPDX-License-Identifier: MIT
 *
 * Who asks: HTTP Basic, the AccountSid as user and an auth token as password,
 * for the REST API and for what is under /_local/ alike.
 * Source: https://www.twilio.com/docs/usage/requests-to-twilio
 */
#ifndef TASKROUTERD_AUTHENTICATE_H
#define TASKROUTERD_AUTHENTICATE_H

#include "base/compat.h"
#include "http/exchange.h"
#include "taskrouterd/settings.h"

/* Whether the request carries the account's credentials. *user (NULL allowed)
 * becomes the user that it names, absent for none. Takes as long whatever is
 * wrong. */
bool authenticate(const struct settings *settings, struct exchange *exchange,
    struct str *user);

#define AUTHENTICATE_FOREIGN \
	"a browser sent this for a page that is not of this machine"

/* Whether the request would change something, and comes from a browser for a
 * page of neither this machine nor public_url: a browser sends a password that
 * it knows with any page's request, and its user need not know of it (CSRF). */
bool authenticate_is_foreign(
    const struct settings *settings, const struct request *request);

#endif
