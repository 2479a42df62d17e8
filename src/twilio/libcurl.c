/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#define LIBCURL_BARE_NAMES
#include "twilio/libcurl.h"

#include <stdlib.h>

#include "base/library.h"

/* CURLOPT_QUICK_EXIT, without which a hanging resolver stops the loop. */
#define OLDEST_VERSION 0x075700
#define OLDEST_VERSION_TEXT "7.87"

struct libcurl libcurl;

static const struct library_function functions[] = {
#define LIBCURL_ROW(function) {#function, &libcurl.function},
	LIBCURL_FUNCTIONS(LIBCURL_ROW)
#undef LIBCURL_ROW
};

static bool
check_version(struct err *err)
{
	const curl_version_info_data *info =
	    libcurl.curl_version_info(CURLVERSION_NOW);

	if (info->version_num < OLDEST_VERSION)
		return err_set(err, 0, CURL_SONAME
		    " is version %s: expected " OLDEST_VERSION_TEXT
		    " or newer", info->version);
	if ((info->features & CURL_VERSION_ASYNCHDNS) == 0)
		return err_set(err, 0, CURL_SONAME
		    " looks names up in the foreground: expected a build with "
		    "its threaded resolver or c-ares");
	return true;
}

static bool
load(struct err *err)
{
	/* libcurl would write the keys of its TLS connections there. */
	(void)unsetenv("SSLKEYLOGFILE");
	if (!library_load(CURL_SONAME, functions, ARRAY_LENGTH(functions),
		err) ||
	    !check_version(err))
		return false;
	CURLcode code = libcurl.curl_global_init(CURL_GLOBAL_DEFAULT);
	if (code != CURLE_OK)
		return err_set(err, 0, "cannot start libcurl: %s",
		    libcurl.curl_easy_strerror(code));
	return true;
}

bool
libcurl_load(struct err *err)
{
	static bool loaded;

	if (!loaded)
		loaded = load(err);
	return loaded;
}
