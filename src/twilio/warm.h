/* SPDX-License-Identifier: MIT
 *
 * Reading the CA certificates takes libcurl some 20 ms of work, which it does
 * at the first TLS handshake; in the event loop everybody would wait for it.
 * This lets it do so beforehand, in a handshake with nobody.
 */
#ifndef TWILIO_WARM_H
#define TWILIO_WARM_H

#include "base/compat.h"
#include "base/err.h"
#include "twilio/multi.h"

/* Blocks for that time. Later transfers of `multi` with the same file use
 * what was read. False: *err says what is wrong with the file. */
MUST_USE bool warm_certificates(
    struct multi *multi, const char *ca_file, struct err *err);

#endif
