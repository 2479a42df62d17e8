/* SPDX-License-Identifier: MIT
 *
 * Where a REST call goes, as whom and with what: rest_options and
 * rest_request as the texts that libcurl takes, copied once so that they
 * outlive both.
 */
#ifndef TWILIO_TARGET_H
#define TWILIO_TARGET_H

#include "base/compat.h"
#include "base/str.h"
#include "twilio/rest.h"

/* Texts end in NUL; NULL where absent. */
struct target {
	const char *url;
	const char *user;
	const char *password;
	const char *ca_file;
	const char *proxy;
	struct str form;     /* absent: a GET */
	bool may_be_asked;   /* for a password: a POST is sent again after an
			      * answer that asked */
	int64_t connect_timeout_ms;
	bool (*is_abandoned)(void *context); /* NULL: never */
	void *context;
};

/* How many bytes target_fill writes into its `text`. */
size_t target_size(
    const struct rest_options *options, const struct rest_request *request);
void target_fill(struct target *target, char *text,
    const struct rest_options *options, const struct rest_request *request);

/* Whether the URL is one of plain HTTP; TLS is for all others. */
bool target_is_plain(struct str url);

/* The CA certificates of this distribution; NULL: not at a usual place. */
const char *target_find_ca_file(void);

#endif
