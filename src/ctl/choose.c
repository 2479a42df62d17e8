/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "ctl/choose.h"

#include "config/config.h"
#include "ctl/pages.h"
#include "twilio/sid.h"

#define NAME_PROPERTY "friendly_name"
/* Bytes of one Workspace, as text and parsed. */
#define WORKSPACE_CEILING ((size_t)1 << 22)

void
choice_init(struct choice *choice)
{
	*choice = (struct choice){.count = 0};
	items_init(&choice->listed, NAME_PROPERTY);
	items_init(&choice->fetched, NAME_PROPERTY);
}

void
choice_release(struct choice *choice)
{
	items_release(&choice->listed);
	items_release(&choice->fetched);
}

/* ---- reading them */

static void
end_list(void *context)
{
	(void)context;
}

static bool
list_all(struct choice *choice, struct fetcher *fetcher)
{
	struct pages list = {
		.prefix = "WS",
		.items = &choice->listed,
		.done = end_list,
	};

	pages_start(&list, fetcher, STR("/v1/Workspaces"));
	bool good = fetcher_run(fetcher);
	pages_release(&list);
	if (good && !items_sort(&choice->listed))
		fetcher_fail(fetcher, STR_NONE, "out of memory");
	return fetcher->error.at == NULL;
}

struct single {
	struct fetch fetch;
	struct items *items;
	struct str sid;
};

static void
take_workspace(void *context, struct json_object *answer)
{
	struct single *single = context;
	struct fetcher *fetcher = single->fetch.fetcher;

	if (!str_equal_nocase(json_get_text(answer, "sid"), single->sid) ||
	    json_get_text(answer, NAME_PROPERTY).at == NULL)
		fetcher_fail(fetcher, single->fetch.path,
		    "the answer is not this Workspace");
	else if (!items_add(single->items, answer))
		fetcher_fail(fetcher, single->fetch.path, "out of memory");
}

static const struct item *
fetch_workspace(
    struct choice *choice, struct fetcher *fetcher, struct str sid)
{
	struct arena arena;
	struct single single = {
		.fetch = {
			.fetcher = fetcher,
			.arena = &arena,
			.done = take_workspace,
			.context = &single,
		},
		.items = &choice->fetched,
		.sid = sid,
	};

	arena_init(&arena, WORKSPACE_CEILING);
	single.fetch.path =
	    arena_format(&arena, "/v1/Workspaces/%.*s", STR_ARGS(sid));
	fetch_start(&single.fetch);
	bool good = fetcher_run(fetcher);
	/* What it failed with was copied. */
	arena_release(&arena);
	return good ? choice->fetched.last : NULL;
}

/* ---- choosing */

static void
refuse_unknown(const struct choice *choice, struct fetcher *fetcher,
    struct str name)
{
	const struct items *listed = &choice->listed;
	size_t least = name.len / 3 + 1;
	const struct item *nearest = NULL;

	for (const struct item *i = listed->first; i != NULL; i = i->next) {
		size_t distance = str_distance(name, i->name);
		if (distance < least && distance < name.len) {
			least = distance;
			nearest = i;
		}
	}
	if (nearest == NULL)
		fetcher_fail(fetcher, STR_NONE,
		    "no Workspace is named \"%.*s\"", STR_ARGS(name));
	else
		fetcher_fail(fetcher, STR_NONE,
		    "no Workspace is named \"%.*s\"; did you mean \"%.*s\"?",
		    STR_ARGS(name), STR_ARGS(nearest->name));
}

static const struct item *
find_by_name(const struct choice *choice, struct fetcher *fetcher,
    struct str name)
{
	const struct item *found = NULL;

	for (const struct item *i = choice->listed.first; i != NULL;
	     i = i->next) {
		if (!str_equal(i->name, name))
			continue;
		if (found != NULL) {
			fetcher_fail(fetcher, STR_NONE,
			    "several Workspaces are named \"%.*s\", among them "
			    "%.*s and %.*s: say which by its SID",
			    STR_ARGS(name), STR_ARGS(found->sid),
			    STR_ARGS(i->sid));
			return NULL;
		}
		found = i;
	}
	if (found == NULL)
		refuse_unknown(choice, fetcher, name);
	return found;
}

/* What was asked for: the n-th operand, or Workspace of the configuration. */
static size_t
count_wanted(const struct invocation *invocation)
{
	return invocation->operand_count > 0
	    ? invocation->operand_count
	    : invocation->settings->workspace_sid.count;
}

static struct str
wanted(const struct invocation *invocation, size_t n)
{
	return invocation->operand_count > 0
	    ? str_from(invocation->operands[n])
	    : invocation->settings->workspace_sid.items[n];
}

static bool
needs_list(const struct invocation *invocation)
{
	size_t count = count_wanted(invocation);

	for (size_t i = 0; i < count; i++)
		if (!sid_is(wanted(invocation, i), "WS"))
			return true;
	return count == 0;
}

static void
add(struct choice *choice, const struct item *workspace)
{
	for (size_t i = 0; i < choice->count; i++)
		if (str_equal_nocase(
			choice->workspaces[i]->sid, workspace->sid))
			return;
	choice->workspaces[choice->count++] = workspace;
}

static bool
add_wanted(struct choice *choice, struct fetcher *fetcher, struct str word)
{
	const struct item *workspace = sid_is(word, "WS")
	    ? fetch_workspace(choice, fetcher, word)
	    : find_by_name(choice, fetcher, word);

	if (workspace != NULL)
		add(choice, workspace);
	return workspace != NULL;
}

bool
choose_workspaces(struct choice *choice, struct fetcher *fetcher,
    const struct invocation *invocation)
{
	size_t count = count_wanted(invocation);

	if (needs_list(invocation) && !list_all(choice, fetcher))
		return false;
	choice->workspaces = arena_array(&choice->fetched.arena,
	    count + choice->listed.count + 1, sizeof *choice->workspaces);
	if (choice->workspaces == NULL) {
		fetcher_fail(fetcher, STR_NONE, "out of memory");
		return false;
	}
	for (size_t i = 0; i < count; i++)
		if (!add_wanted(choice, fetcher, wanted(invocation, i)))
			return false;
	for (size_t i = 0; count == 0 && i < choice->listed.count; i++)
		add(choice, choice->listed.sorted[i]);
	return true;
}
