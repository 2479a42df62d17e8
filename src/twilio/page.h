/* SPDX-License-Identifier: MIT
 *
 * A page of one of TaskRouter's lists: an object with a member "meta", whose
 * URLs lead to other pages, and the list. The URLs are TaskRouter's own;
 * somebody else who hands the list on has addresses of his own for them.
 * Source: https://www.twilio.com/docs/usage/twilios-response (paging).
 */
#ifndef TWILIO_PAGE_H
#define TWILIO_PAGE_H

#include "base/arena.h"
#include "base/compat.h"
#include "base/err.h"
#include "base/str.h"

/* Where a list is to be had instead. */
struct page_address {
	struct str url;     /* without query */
	struct str filters; /* the query that TaskRouter was sent, urlencoded,
			     * without PageSize, Page and PageToken, which come
			     * from the URL that is replaced; may be empty */
};

/* Writes `body`, a page as TaskRouter sent it, with the URLs of its "meta"
 * replaced, to *page in the arena; every other byte stays, and is looked at
 * only as far as needed to find them. False: this is no such page, or there
 * is no room; *err says where and what was expected. */
MUST_USE bool page_move(struct arena *arena, struct str body,
    const struct page_address *address, struct str *page, struct err *err);

#endif
