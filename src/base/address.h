/* SPDX-License-Identifier: MIT
 *
 * Addresses of sockets as people write them: "127.0.0.1:8080", "[::1]:8080".
 */
#ifndef BASE_ADDRESS_H
#define BASE_ADDRESS_H

#include "base/compat.h"
#include "base/err.h"

#define ADDRESS_HOST 256 /* bytes with the NUL: a name of RFC 1035, and more */
#define ADDRESS_TEXT 64  /* bytes with the NUL of address_of */

/* "127.0.0.1:8080" or "[::1]:8080" into its parts; a name may stand for the
 * address. False: *err. */
MUST_USE bool address_split(const char *text, char host[ADDRESS_HOST],
    uint16_t *port, struct err *err);

/* Whether an IP address, as text, is of this machine alone: 127.0.0.0/8, ::1,
 * and the former as IPv6 (RFC 4291 sections 2.5.3, 2.5.5). */
bool address_is_loopback(const char *host);

/* Whether whoever listens on "ADDRESS:PORT" can be reached from this machine
 * only; a name is looked up. False for what cannot be told. */
bool address_is_local(const char *text);

/* The same of a socket that exists; a socket in the file system is local. */
bool address_is_local_socket(int fd);

/* Where a TCP socket is bound: "127.0.0.1:40123", "[::1]:40123". */
void address_of(int fd, char text[ADDRESS_TEXT]);

#endif
