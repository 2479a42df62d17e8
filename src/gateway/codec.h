/* SPDX-License-Identifier: MIT
 *
 * libfcgi as what it is good at: turning records into variables and a body,
 * and an answer into records. It never sees a socket that could make it wait,
 * nor records that were not checked before: requests are handed to it through
 * a pipe that holds them whole (or a memory file, if they are large), written
 * anew from the contents that records.h kept.
 */
#ifndef GATEWAY_CODEC_H
#define GATEWAY_CODEC_H

#include <fcgiapp.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/compat.h"
#include "base/err.h"
#include "base/str.h"
#include "gateway/records.h"

struct codec {
	int pipe[2]; /* empty between two requests */
	int file;    /* large requests; answers too large for one write */
	size_t pipe_size; /* what the pipe takes whole */
};

/* Initialises libfcgi (which takes over SIGPIPE, SIGUSR1 and SIGTERM: set
 * handlers afterwards) and makes pipe and file. */
MUST_USE bool codec_open(struct codec *codec, struct err *err);
void codec_close(struct codec *codec);

/* Reads a complete request. The variables are in request->envp until
 * codec_end; *body is in the arena. False: nothing is open. */
MUST_USE bool codec_read(struct codec *codec, const struct records *records,
    FCGX_Request *request, struct arena *arena, struct str *body);

/* Sends `answer` (CGI form). A small answer is written to `fd` at once; a
 * large one, or any while `queue` is not empty, is appended to `queue` for
 * the caller to send. False: the peer cannot be answered. */
MUST_USE bool codec_write(struct codec *codec, FCGX_Request *request, int fd,
    struct str answer, struct buf *queue);

/* Frees what codec_read opened, answered or not. */
void codec_end(FCGX_Request *request);

#endif
