/* SPDX-License-Identifier: MIT
 *
 * Which URLs may be given to be called back.
 */
#ifndef TASKROUTERD_WEB_URL_H
#define TASKROUTERD_WEB_URL_H

#include "base/compat.h"
#include "base/str.h"

/* Whether it is an absolute http or https URL (RFC 3986) with a host that is a
 * name or an address, and a port from 1 to 65535 if it has one. A user and
 * password, and a fragment with connection overrides, are allowed.
 * Source:
 * https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides */
bool web_url_is_valid(struct str url);

#endif
