/* SPDX-License-Identifier: MIT
 *
 * Where chance comes from: SIDs, the SIDs of requests, and what a fault's
 * share hits. From the kernel; or, for tests, from a seed: then the same
 * requests to the same state give the same.
 */
#ifndef TASKROUTERD_CHANCE_H
#define TASKROUTERD_CHANCE_H

#include "base/compat.h"
#include "base/str.h"

/* What it is for: each has a sequence of its own, so that the one does not
 * depend on how often the other was asked. */
enum chance_use { CHANCE_SIDS, CHANCE_REQUESTS, CHANCE_FAULTS, CHANCE_USES };

struct chance {
	bool is_seeded;
	unsigned char seed[32];
	uint64_t generation; /* see chance_init */
	uint64_t drawn[CHANCE_USES];
};

/* Empty or absent `seed`: from the kernel. `generation` tells apart what one
 * store sees of one seed: the largest number that it has (engine.h), so that
 * what is begun again on it repeats no SID. */
void chance_init(struct chance *chance, struct str seed, uint64_t generation);

/* 16 bytes; of CHANCE_SIDS no two calls give the same. SIDs begin with the time,
 * with a seed with how many came before, so that those of one turn stand
 * together in the store's indexes: groups of a hundred rows are written twice
 * as fast. */
void chance_fill(struct chance *chance, enum chance_use use,
    unsigned char bytes[16]);

/* For router_options.random, context a struct chance. */
void chance_fill_sid(void *context, unsigned char bytes[16]);

/* 0 to 999,999, each as often as the others. */
uint32_t chance_millionth(struct chance *chance, enum chance_use use);

#endif
