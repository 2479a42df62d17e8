/* SPDX-License-Identifier: MIT
 *
 * TaskRouter's lists for operators: filters and paging are checked and handed
 * through, the answer is TaskRouter's own but for the URLs of the other pages,
 * which lead here.
 */
#ifndef RESPONDER_LIST_H
#define RESPONDER_LIST_H

#include "base/compat.h"
#include "responder/checks.h"
#include "responder/parameters.h"
#include "responder/responder.h"

/* A page of 1,000 Tasks has about 1.7 MB; one that is longer than this is
 * refused. The memory of an exchange holds it twice. */
#define LIST_ANSWER_MOST ((size_t)1792 * 1024)

#define LIST_FILTERS_MOST 16

struct list {
	const char *path; /* here and below the Workspace: "/tasks", "/Tasks" */
	const char *upstream_path;
	enum rest_operation operation;
	const char *expression; /* the filter that TaskRouter takes only 3
				 * times a second, or NULL */
	const struct parameter *table; /* LIST_PAGING first */
	size_t count;
};

/* What every list takes: the first rows of its table. */
#define LIST_PAGING \
	{"PageSize", "page_size", check_page_size, false}, \
	{"Page", "page", check_page, false}, \
	{"PageToken", "page_token", check_text, false}
#define LIST_PAGING_COUNT ((size_t)3)

/* Where an operator finds `path`: below the public URL; without one, empty: a
 * query alone refers to where he found this page. */
struct str list_url(struct exchange *exchange, const char *path);

/* Answers a GET of the list; `list` lives for ever. */
void list_answer(struct exchange *exchange, const struct list *list);

#endif
