/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "twilio/warm.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "twilio/target.h"
#include "twilio/transfer.h"

/* Three are needed: one to connect, one to begin the handshake, and one more
 * lest a version reads the certificates only then. On a busy machine what was
 * sent over the loopback interface may be late: two seconds in all. */
#define TURNS_MOST 100
#define TURN_MS 20

/* A peer on the loopback address that accepts and says nothing. (A pair of
 * sockets would do, if libcurl 7.88 did not ignore
 * CURL_SOCKOPT_ALREADY_CONNECTED.) */
struct peer {
	int listener;
	int accepted;
	curl_socket_t client; /* libcurl's end */
	char url[32];
};

static bool
peer_listen(struct peer *peer)
{
	union {
		struct sockaddr any;
		struct sockaddr_in in;
	} address = {.in.sin_family = AF_INET};
	socklen_t length = sizeof address;

	address.in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	peer->accepted = peer->client = -1;
	peer->listener =
	    socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (peer->listener < 0 ||
	    bind(peer->listener, &address.any, sizeof address.in) != 0 ||
	    listen(peer->listener, 1) != 0 ||
	    getsockname(peer->listener, &address.any, &length) != 0)
		return false;
	(void)snprintf(peer->url, sizeof peer->url, "https://127.0.0.1:%u/",
	    (unsigned)ntohs(address.in.sin_port));
	return true;
}

static void
peer_close(struct peer *peer)
{
	if (peer->listener >= 0)
		(void)close(peer->listener);
	if (peer->accepted >= 0)
		(void)close(peer->accepted);
}

/* Whether the peer has got the first bytes of a handshake; while they travel,
 * libcurl reads the certificates. */
static bool
peer_is_greeted(struct peer *peer)
{
	char byte;

	if (peer->accepted < 0)
		peer->accepted = accept(peer->listener, NULL, NULL);
	return peer->accepted >= 0 &&
	    recv(peer->accepted, &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

/* So that no turn is in vain. */
static void
wait_for_peer(const struct peer *peer)
{
	struct pollfd p = {
		.fd = peer->accepted >= 0 ? peer->accepted : peer->listener,
		.events = POLLIN,
	};

	(void)poll(&p, 1, TURN_MS);
}

/* Makes libcurl's socket, so that it is known. */
static curl_socket_t
open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct peer *peer = context;

	(void)purpose;
	peer->client = socket(address->family,
	    address->socktype | SOCK_NONBLOCK | SOCK_CLOEXEC,
	    address->protocol);
	return peer->client;
}

static bool
greet(struct multi *multi, struct transfer *transfer, CURL *easy,
    struct peer *peer, struct err *err)
{
	if (!transfer_prepare(transfer, easy))
		return err_set(err, 0, "%s", transfer->error);
	(void)curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	(void)curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, peer);
	const char *problem = multi_start(multi, easy);
	if (problem != NULL)
		return err_set(err, 0, "libcurl: %s", problem);
	bool greeted = false;
	for (unsigned i = 0; i < TURNS_MOST; i++) {
		multi_turn(multi,
		    peer->client >= 0 ? peer->client : CURL_SOCKET_TIMEOUT);
		if (transfer->error[0] != '\0')
			return err_set(err, 0, "%s", transfer->error);
		if (greeted)
			return true;
		wait_for_peer(peer);
		greeted = peer_is_greeted(peer);
	}
	return err_set(err, 0, "libcurl did not begin a handshake");
}

bool
warm_certificates(struct multi *multi, const char *ca_file, struct err *err)
{
	struct peer peer;
	struct transfer transfer;
	bool greeted = false;

	if (peer_listen(&peer)) {
		const struct target target = {
			.url = peer.url,
			.ca_file = ca_file,
			.connect_timeout_ms = 10000,
		};
		transfer_init(&transfer, &target, NULL, 0);
		CURL *easy = multi_take(multi);
		if (easy != NULL) {
			greeted = greet(multi, &transfer, easy, &peer, err);
			multi_give_back(multi, easy);
		} else {
			(void)err_set(err, 0, "no memory for a request");
		}
		transfer_release(&transfer);
	} else {
		(void)err_set(err, 0, "cannot listen on the loopback address");
	}
	peer_close(&peer);
	return greeted;
}
