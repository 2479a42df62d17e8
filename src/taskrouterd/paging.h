/* SPDX-License-Identifier: MIT
 *
 * Pages of lists: PageSize, Page and PageToken, and the `meta` of an answer.
 *
 * A page is found by the position of the item before it (or behind it, going
 * back), which need not exist any more. Page is only told back: absolute
 * paging is refused, as TaskRouter does.
 * Source: https://www.twilio.com/docs/usage/twilios-response (paging) and
 * https://www.twilio.com/docs/api/errors/40153
 */
#ifndef TASKROUTERD_PAGING_H
#define TASKROUTERD_PAGING_H

#include "base/buf.h"
#include "base/compat.h"
#include "base/str.h"
#include "codec/form.h"
#include "router/engine.h"
#include "taskrouterd/resource.h"

#define PAGE_SIZE_PRESET 50
#define PAGE_SIZE_MOST 1000
/* A page whose items are as long as this in JSON ends, whatever its size. */
#define PAGE_BYTES_MOST ((size_t)16 << 20)
/* How many properties a list can be ordered by at once. */
#define PAGE_KEYS_MOST 3

/* Where an item stands in its list. */
struct position {
	int64_t keys[PAGE_KEYS_MOST]; /* what it is ordered by */
	uint64_t number;              /* then its order of creation */
};

struct paging {
	size_t size;
	uint64_t page;
	size_t keys;      /* how many of a position's count */
	bool has_token;
	bool backward;    /* the page that ends before `from` */
	struct position from; /* with has_token: where the page begins, not
			       * included */
};

/* Reads them from a query; `keys` is how many the list is ordered by. False:
 * refused. */
MUST_USE bool paging_read(struct paging *paging, const struct form *query,
    size_t keys, struct refusal *refusal);

/* What a page turned out to be. */
struct page_result {
	size_t count;
	struct position first, last; /* of its items, if there are any */
	bool has_more; /* items lie behind it (going back: before it) */
};

/* Appends the member "meta". `url` is the list's without query; of `query`
 * the filters that the resource has are repeated. */
void paging_put_meta(struct buf *out, const struct paging *paging,
    const struct page_result *result, const struct resource *resource,
    struct str url, const struct form *query);

#endif
