/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "taskrouterd/chance.h"

#include <errno.h>
#include <nettle/sha2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/clock.h"
#include "base/log.h"

/* Of 16: milliseconds, for 8,000 years; with a seed, a count. */
#define SID_ORDER_BYTES 6

_Static_assert(sizeof ((struct chance *)0)->seed == SHA256_DIGEST_SIZE,
    "the seed is a digest");

static void
add_number(struct sha256_ctx *digest, uint64_t number)
{
	uint8_t bytes[8];

	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (uint8_t)(number >> (8 * i));
	sha256_update(digest, sizeof bytes, bytes);
}

void
chance_init(struct chance *chance, struct str seed, uint64_t generation)
{
	struct sha256_ctx digest;

	*chance = (struct chance){
		.is_seeded = seed.len > 0,
		.generation = generation,
	};
	if (!chance->is_seeded)
		return;
	sha256_init(&digest);
	add_number(&digest, generation);
	sha256_update(&digest, seed.len, (const uint8_t *)seed.at);
	sha256_digest(&digest, sizeof chance->seed, chance->seed);
}

/* So that SIDs go up with it. */
static void
put_order(unsigned char bytes[16], uint64_t order)
{
	for (size_t i = 0; i < SID_ORDER_BYTES; i++)
		bytes[i] = (unsigned char)(order >>
		    (8 * (SID_ORDER_BYTES - 1 - i)));
}

static void
fill_by_seed(
    struct chance *chance, enum chance_use use, unsigned char bytes[16])
{
	struct sha256_ctx digest;

	sha256_init(&digest);
	sha256_update(&digest, sizeof chance->seed, chance->seed);
	add_number(&digest, (uint64_t)use);
	add_number(&digest, chance->drawn[use]++);
	sha256_digest(&digest, 16, bytes);
	if (use == CHANCE_SIDS)
		put_order(bytes, chance->generation + chance->drawn[use]);
}

void
chance_fill(
    struct chance *chance, enum chance_use use, unsigned char bytes[16])
{
	if (chance->is_seeded) {
		fill_by_seed(chance, use, bytes);
		return;
	}
	/* Fails only where the kernel has none (getrandom(2)). */
	if (getrandom(bytes, 16, 0) != 16) {
		log_event(LOG_LEVEL_ERROR, "stop", "no random numbers: %s",
		    strerror(errno));
		abort();
	}
	if (use == CHANCE_SIDS)
		put_order(bytes, (uint64_t)clock_wall_ms());
}

void
chance_fill_sid(void *context, unsigned char bytes[16])
{
	chance_fill(context, CHANCE_SIDS, bytes);
}

uint32_t
chance_millionth(struct chance *chance, enum chance_use use)
{
	const uint64_t whole = 1000000;
	const uint64_t fair = UINT64_MAX - UINT64_MAX % whole;
	unsigned char bytes[16];
	uint64_t value;

	do {
		chance_fill(chance, use, bytes);
		memcpy(&value, bytes, sizeof value);
	} while (value >= fair);
	return (uint32_t)(value % whole);
}
