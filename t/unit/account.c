/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "account.h"

#include <string.h>

#include "taskrouterd/parameters.h"
#include "tap.h"

static void
next_sid(void *context, unsigned char bytes[16])
{
	struct account *account = context;

	account->sids++;
	memset(bytes, 0xab, 1); /* digits that have a case */
	memset(bytes + 1, 0, 15);
	for (int i = 0; i < 4; i++)
		bytes[15 - i] = (unsigned char)(account->sids >> 8 * i);
}

void
account_open(struct account *account)
{
	struct router_options options = {
		.account_sid = STR(ACCOUNT_SID),
		.random = next_sid,
		.context = account,
	};

	*account = (struct account){.now = INT64_C(1767225600000)};
	arena_init(&account->arena, (size_t)256 << 20);
	account->router = router_new(&options);
}

void
account_close(struct account *account)
{
	router_free(account->router);
	arena_release(&account->arena);
}

struct form
account_form(struct account *account, const char *text)
{
	struct form form;
	struct err err;

	if (!form_decode(&account->arena, str_from(text), &form, &err))
		ok(false, "the form of a test: %s", err.text);
	return form;
}

static struct object *
change(struct account *account, struct router_event *event,
    enum field_use use, const char *text)
{
	struct form form = account_form(account, text);
	struct parameters parameters = {
		.arena = &account->arena,
		.router = account->router,
		.workspace = event->workspace,
		.kind = event->kind,
		.use = use,
		.now = account->now,
	};

	if (!parameters_read(
		&parameters, &form, &event->changes, &account->refusal))
		return NULL;
	return router_apply(
	    account->router, event, account->now, &account->refusal);
}

struct object *
account_create(struct account *account, enum kind kind,
    struct workspace *workspace, const char *form)
{
	struct router_event event = {
		.verb = ROUTER_CREATE, .kind = kind, .workspace = workspace};

	return change(account, &event, FIELD_CREATE, form);
}

struct object *
account_update(
    struct account *account, struct object *object, const char *form)
{
	struct router_event event = {
		.verb = ROUTER_UPDATE,
		.kind = object->kind,
		.workspace = object->workspace,
		.object = object,
	};

	return change(account, &event, FIELD_UPDATE, form);
}

bool
account_delete(struct account *account, struct object *object)
{
	struct router_event event = {
		.verb = ROUTER_DELETE,
		.kind = object->kind,
		.workspace = object->workspace,
		.object = object,
	};

	(void)router_apply(
	    account->router, &event, account->now, &account->refusal);
	return account->refusal.status == 0;
}

struct activity *
account_activity(
    struct account *account, struct workspace *workspace, const char *name)
{
	struct object *object = NULL;

	while ((object = router_next(account->router, workspace, KIND_ACTIVITY,
		    object == NULL ? 0 : object->number)) != NULL) {
		struct activity *activity = (struct activity *)object;
		if (str_is(activity->friendly_name, name))
			return activity;
	}
	return NULL;
}
