/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "taskrouterd/ring.h"

#include <stdlib.h>
#include <string.h>

struct ring {
	size_t most;
	size_t count;
	size_t next; /* where the next block goes */
	uint64_t total;
	void *blocks[];
};

struct ring *
ring_open(size_t most)
{
	struct ring *ring;

	if (most == 0)
		most = 1;
	if (most > (SIZE_MAX - sizeof *ring) / sizeof ring->blocks[0])
		return NULL;
	ring = calloc(1, sizeof *ring + most * sizeof ring->blocks[0]);
	if (ring != NULL)
		ring->most = most;
	return ring;
}

void
ring_close(struct ring *ring)
{
	if (ring == NULL)
		return;
	ring_clear(ring);
	free(ring);
}

void
ring_add(struct ring *ring, void *block)
{
	free(ring->blocks[ring->next]);
	ring->blocks[ring->next] = block;
	ring->next = (ring->next + 1) % ring->most;
	ring->count += ring->count < ring->most;
	ring->total++;
}

void
ring_clear(struct ring *ring)
{
	for (size_t i = 0; i < ring->most; i++) {
		free(ring->blocks[i]);
		ring->blocks[i] = NULL;
	}
	ring->count = ring->next = 0;
	ring->total = 0;
}

void *
ring_newest(const struct ring *ring, size_t index)
{
	if (index >= ring->count)
		return NULL;
	return ring->blocks[(ring->next + ring->most - 1 - index) % ring->most];
}

uint64_t
ring_total(const struct ring *ring)
{
	return ring->total;
}

void
ring_keep_text(char **at, struct str *text, size_t most)
{
	size_t length = text->len < most ? text->len : most;

	if (text->at == NULL)
		return;
	if (length > 0)
		memcpy(*at, text->at, length);
	*text = (struct str){*at, length};
	*at += length;
}
