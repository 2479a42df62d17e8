/* SPDX-License-Identifier: MIT
 *
 * The peer: what a FastCGI application usually looks like with libfcgi. 16
 * threads, each blocking in FCGX_Accept_r, a constant answer. No mutex: the
 * one of libfcgi's own example costs speed and is not needed on Linux.
 */
#include <fcgiapp.h>
#include <pthread.h>
#include <stddef.h>

#include "common.h"

enum { THREADS = 16 };

static const char answer[] = "Status: 200 OK\r\n"
			     "Content-Type: application/json\r\n"
			     "Content-Length: 24\r\n"
			     "Cache-Control: no-store\r\n\r\n"
			     "{\"instruction\":\"accept\"}";

static void *
serve(void *unused)
{
	FCGX_Request request;
	char piece[4096];

	(void)unused;
	FCGX_InitRequest(&request, 0, 0);
	while (FCGX_Accept_r(&request) == 0) {
		/* A body left unread breaks the next request on a kept
		 * connection. */
		while (FCGX_GetStr(piece, sizeof(piece), request.in) > 0)
			continue;
		FCGX_PutStr(answer, sizeof(answer) - 1, request.out);
		FCGX_Finish_r(&request);
	}
	return NULL;
}

int
main(void)
{
	pthread_t thread;

	if (FCGX_Init() != 0)
		die("FCGX_Init");
	for (int i = 1; i < THREADS; i++)
		if (pthread_create(&thread, NULL, serve, NULL) != 0)
			die("pthread_create");
	serve(NULL);
	return 0;
}
