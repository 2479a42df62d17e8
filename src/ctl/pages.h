/* SPDX-License-Identifier: MIT
 *
 * The lists of the REST API, page by page: meta.next_page_url is followed to
 * the end, but never to another place than the API's.
 * Source: https://www.twilio.com/docs/usage/twilios-response (paging)
 */
#ifndef CTL_PAGES_H
#define CTL_PAGES_H

#include "base/arena.h"
#include "base/compat.h"
#include "base/str.h"
#include "ctl/fetch.h"
#include "ctl/items.h"

#define PAGE_SIZE 1000 /* the most that the API gives */
#define PAGES_PATH_MOST ((size_t)4096)

/* One list, in its maker's hands until `done`. */
struct pages {
	struct fetch fetch;
	struct arena arena;    /* of the page in hand */
	const char *prefix;    /* of its SIDs: "WK" */
	struct items *items;   /* to keep the objects in */
	bool gone;             /* with fetch.may_be_gone: it was HTTP 404 */
	/* Called once, when the last page was taken, unless the fetcher
	 * fails. */
	void (*done)(void *context);
	void *context;
	size_t pages;          /* taken so far */
	char path[PAGES_PATH_MOST];
	char milestone[PAGES_PATH_MOST]; /* an earlier path */
};

/* Reads the list at `path` ("/v1/Workspaces"); `list` is filled but for its
 * path and arena. */
void pages_start(struct pages *list, struct fetcher *fetcher, struct str path);
/* Gives back its memory. One that is zeroed may be released. */
void pages_release(struct pages *list);

/* What stands behind the API's URL in a next_page_url: a path to be asked
 * for. Absent: the URL leads somewhere else, or is no URL that could be
 * asked for. */
struct str pages_path_of(struct str api_url, struct str next_page_url);

#endif
