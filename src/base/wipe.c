/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "base/wipe.h"

#include <string.h>

#ifdef HAVE_EXPLICIT_BZERO
void
wipe(void *at, size_t length)
{
	explicit_bzero(at, length);
}
#else
void
wipe(void *at, size_t length)
{
	/* The compiler cannot know what a volatile pointer points to, and so
	 * cannot leave the call out. */
	static void *(*const volatile set)(void *, int, size_t) = memset;

	(void)set(at, 0, length);
}
#endif
