/* SPDX-License-Identifier: MIT
 *
 * A closed-loop load generator: N connections, each of which sends the same
 * request again, or the next one, as soon as its answer is complete. The protocol is the
 * caller's: a request file with the exact bytes, and a judge of answers.
 */
#ifndef BENCH_CLIENT_H
#define BENCH_CLIENT_H

#include "common.h"

enum verdict { INCOMPLETE, GOOD, BAD };

/* Judges the `len` bytes received since the request was sent. GOOD only for
 * status 200 with exactly the expected body and nothing behind the answer. */
typedef enum verdict judge_fn(
    const char *data, size_t len, const struct bytes *body);

judge_fn judge_http;
judge_fn judge_fastcgi;

/* The whole program: options, run, one line of key=value pairs. Exit status
 * 0, 1 where an answer was wrong or missing, 2 where it could not run. */
int client_main(int argc, char **argv, judge_fn *judge);

#endif
