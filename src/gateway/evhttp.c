/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#define EVHTTP_BARE_NAMES
#include "gateway/evhttp.h"

#include "base/library.h"

struct evhttp_library evhttp_library;

bool
evhttp_load(struct err *err)
{
	static const struct library_function functions[] = {
#define EVHTTP_ROW(function) {#function, &evhttp_library.function},
		EVHTTP_FUNCTIONS(EVHTTP_ROW)
#undef EVHTTP_ROW
	};

	return library_load(
	    EVENT_EXTRA_SONAME, functions, ARRAY_LENGTH(functions), err);
}
