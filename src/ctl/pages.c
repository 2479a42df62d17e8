/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "ctl/pages.h"

#include <stdio.h>
#include <string.h>

#include "twilio/sid.h"

/* A page of 1000 objects, as text and parsed. */
#define PAGE_CEILING ((size_t)1 << 30)
/* A list of more could not be a list of TaskRouter's. */
#define PAGES_MOST ((size_t)100000)

struct str
pages_path_of(struct str api_url, struct str next_page_url)
{
	struct str front = str_slice(next_page_url, 0, api_url.len);
	struct str path =
	    str_slice(next_page_url, api_url.len, next_page_url.len);

	if (!str_equal_nocase(front, api_url) ||
	    !str_has_prefix(path, STR("/v1/")) ||
	    path.len >= PAGES_PATH_MOST)
		return STR_NONE;
	for (size_t i = 0; i < path.len; i++)
		if (path.at[i] <= ' ' || path.at[i] > '~' ||
		    path.at[i] == '#')
			return STR_NONE;
	return path;
}

static void
fetch_page(struct pages *list)
{
	list->fetch.path = str_from(list->path);
	fetch_start(&list->fetch);
}

/* A path that comes again means pages without end. Compared is with one
 * earlier path, which moves on whenever the number of pages has doubled. */
static bool
goes_in_a_circle(struct pages *list)
{
	if (strcmp(list->path, list->milestone) == 0)
		return true;
	if ((list->pages & (list->pages - 1)) == 0)
		memcpy(list->milestone, list->path, sizeof list->path);
	return false;
}

static void
fetch_next(struct pages *list, struct str url)
{
	struct fetcher *fetcher = list->fetch.fetcher;
	struct str path = pages_path_of(fetcher->options.base_url, url);

	if (path.at == NULL) {
		fetcher_fail(fetcher, list->fetch.path,
		    "next_page_url leads away from %.*s: %.*s",
		    STR_ARGS(fetcher->options.base_url), STR_ARGS(url));
		return;
	}
	list->pages++;
	(void)snprintf(
	    list->path, sizeof list->path, "%.*s", STR_ARGS(path));
	if (goes_in_a_circle(list) || list->pages > PAGES_MOST) {
		fetcher_fail(fetcher, str_from(list->path),
		    "the pages of the list have no end");
		return;
	}
	arena_release(&list->arena);
	fetch_page(list);
}

static bool
take_object(struct pages *list, struct json_object *object)
{
	struct fetcher *fetcher = list->fetch.fetcher;

	if (!sid_is(json_get_text(object, "sid"), list->prefix))
		fetcher_fail(fetcher, list->fetch.path,
		    "an object of the list has no SID of the form %s and 32 "
		    "hexadecimal digits", list->prefix);
	else if (list->items->name != NULL &&
	    json_get_text(object, list->items->name).at == NULL)
		fetcher_fail(fetcher, list->fetch.path,
		    "an object of the list has no %s", list->items->name);
	else if (!items_add(list->items, object))
		fetcher_fail(fetcher, list->fetch.path, "out of memory");
	return fetcher->error.at == NULL;
}

static void
take_page(void *context, struct json_object *answer)
{
	struct pages *list = context;
	struct json_object *meta = json_get(answer, "meta");
	struct str key = json_get_text(meta, "key");
	struct str next = json_get_text(meta, "next_page_url");

	if (answer == NULL) {
		list->gone = true;
		list->done(list->context);
		return;
	}
	struct json_object *array =
	    key.at == NULL ? NULL : json_get(answer, key.at);
	if (json_type(array) != JSON_ARRAY ||
	    (next.at == NULL && json_get(meta, "next_page_url") != NULL)) {
		fetcher_fail(list->fetch.fetcher, list->fetch.path,
		    "the answer is no page of a list");
		return;
	}
	for (size_t i = 0; i < json_length(array); i++)
		if (!take_object(list, json_item(array, i)))
			return;
	if (next.len > 0)
		fetch_next(list, next);
	else
		list->done(list->context);
}

void
pages_start(struct pages *list, struct fetcher *fetcher, struct str path)
{
	arena_init(&list->arena, PAGE_CEILING);
	list->fetch.fetcher = fetcher;
	list->fetch.arena = &list->arena;
	list->fetch.done = take_page;
	list->fetch.context = list;
	list->gone = false;
	list->pages = 1;
	list->milestone[0] = '\0';
	(void)snprintf(list->path, sizeof list->path, "%.*s?PageSize=%d",
	    STR_ARGS(path), PAGE_SIZE);
	memcpy(list->milestone, list->path, sizeof list->path);
	fetch_page(list);
}

void
pages_release(struct pages *list)
{
	arena_release(&list->arena);
}
