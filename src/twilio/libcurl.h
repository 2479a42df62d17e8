/* SPDX-License-Identifier: MIT
 *
 * libcurl, loaded when it is first needed: linked, it would cost each CGI
 * process several milliseconds, also those that never call TaskRouter. After
 * libcurl_load the functions below are called by their usual names.
 *
 * The only place that includes curl/curl.h.
 */
#ifndef TWILIO_LIBCURL_H
#define TWILIO_LIBCURL_H

/* curl's macros that check the types of options call the function that they
 * are named after, which is not linked here. */
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

#include "base/compat.h"
#include "base/err.h"

/* One row per function that is used; their types come from curl.h. */
#define LIBCURL_FUNCTIONS(ROW) \
	ROW(curl_easy_cleanup) \
	ROW(curl_easy_getinfo) \
	ROW(curl_easy_header) \
	ROW(curl_easy_init) \
	ROW(curl_easy_reset) \
	ROW(curl_easy_setopt) \
	ROW(curl_easy_strerror) \
	ROW(curl_getdate) \
	ROW(curl_global_init) \
	ROW(curl_multi_add_handle) \
	ROW(curl_multi_assign) \
	ROW(curl_multi_cleanup) \
	ROW(curl_multi_info_read) \
	ROW(curl_multi_init) \
	ROW(curl_multi_remove_handle) \
	ROW(curl_multi_setopt) \
	ROW(curl_multi_socket_action) \
	ROW(curl_multi_strerror) \
	ROW(curl_slist_append) \
	ROW(curl_slist_free_all) \
	ROW(curl_version) \
	ROW(curl_version_info)

#undef curl_easy_getinfo
#undef curl_easy_setopt
#undef curl_multi_setopt

struct libcurl {
#define LIBCURL_MEMBER(function) __typeof__(function) *function;
	LIBCURL_FUNCTIONS(LIBCURL_MEMBER)
#undef LIBCURL_MEMBER
};

/* Empty until libcurl_load returned true. */
extern struct libcurl libcurl;

/* Loads the library, once for the life of the process. False: there is none,
 * or it is too old, or it looks names up in a way that would block. */
MUST_USE bool libcurl_load(struct err *err);

/* The file that fills the struct needs the bare names. */
#ifndef LIBCURL_BARE_NAMES
#define curl_easy_cleanup libcurl.curl_easy_cleanup
#define curl_easy_getinfo libcurl.curl_easy_getinfo
#define curl_easy_header libcurl.curl_easy_header
#define curl_easy_init libcurl.curl_easy_init
#define curl_easy_reset libcurl.curl_easy_reset
#define curl_easy_setopt libcurl.curl_easy_setopt
#define curl_easy_strerror libcurl.curl_easy_strerror
#define curl_getdate libcurl.curl_getdate
#define curl_multi_add_handle libcurl.curl_multi_add_handle
#define curl_multi_assign libcurl.curl_multi_assign
#define curl_multi_cleanup libcurl.curl_multi_cleanup
#define curl_multi_info_read libcurl.curl_multi_info_read
#define curl_multi_init libcurl.curl_multi_init
#define curl_multi_remove_handle libcurl.curl_multi_remove_handle
#define curl_multi_setopt libcurl.curl_multi_setopt
#define curl_multi_socket_action libcurl.curl_multi_socket_action
#define curl_multi_strerror libcurl.curl_multi_strerror
#define curl_slist_append libcurl.curl_slist_append
#define curl_slist_free_all libcurl.curl_slist_free_all
#define curl_version libcurl.curl_version
#endif

#endif
