/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "store/store.h"

void
store_close(struct store *store)
{
	if (store != NULL)
		store->driver->close(store);
}
