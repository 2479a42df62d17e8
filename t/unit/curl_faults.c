/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "curl_faults.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define LIBCURL_BARE_NAMES
#include "twilio/libcurl.h"

static struct libcurl real;
static struct {
	enum curl_fault fault;
	unsigned first, more, calls, failed;
} armed = {.fault = CURL_FAULTS};
static int handles;

static const char *const names[CURL_FAULTS] = {
	[FAULT_EASY_INIT] = "curl_easy_init",
	[FAULT_EASY_GETINFO] = "curl_easy_getinfo",
	[FAULT_EASY_SETOPT] = "curl_easy_setopt",
	[FAULT_MULTI_ADD_HANDLE] = "curl_multi_add_handle",
	[FAULT_MULTI_ASSIGN] = "curl_multi_assign",
	[FAULT_MULTI_INFO_READ] = "curl_multi_info_read",
	[FAULT_MULTI_INIT] = "curl_multi_init",
	[FAULT_MULTI_REMOVE_HANDLE] = "curl_multi_remove_handle",
	[FAULT_MULTI_SETOPT] = "curl_multi_setopt",
	[FAULT_MULTI_SOCKET_ACTION] = "curl_multi_socket_action",
	[FAULT_SLIST_APPEND] = "curl_slist_append",
};

const char *
curl_fault_name(enum curl_fault fault)
{
	return names[fault];
}

static bool
fails(enum curl_fault fault)
{
	if (fault != armed.fault || ++armed.calls < armed.first ||
	    armed.calls - armed.first > armed.more)
		return false;
	armed.failed++;
	return true;
}

/* ---- what makes handles, and gives them back */

static CURL *
easy_init(void)
{
	CURL *easy = fails(FAULT_EASY_INIT) ? NULL : real.curl_easy_init();

	handles += easy != NULL;
	return easy;
}

static void
easy_cleanup(CURL *easy)
{
	handles -= easy != NULL;
	real.curl_easy_cleanup(easy);
}

static CURLM *
multi_init(void)
{
	CURLM *multi = fails(FAULT_MULTI_INIT) ? NULL : real.curl_multi_init();

	handles += multi != NULL;
	return multi;
}

static CURLMcode
multi_cleanup(CURLM *multi)
{
	handles -= multi != NULL;
	return real.curl_multi_cleanup(multi);
}

/* A list counts once, when it begins. */
static struct curl_slist *
slist_append(struct curl_slist *list, const char *text)
{
	struct curl_slist *longer = fails(FAULT_SLIST_APPEND)
	    ? NULL
	    : real.curl_slist_append(list, text);

	handles += list == NULL && longer != NULL;
	return longer;
}

static void
slist_free_all(struct curl_slist *list)
{
	handles -= list != NULL;
	real.curl_slist_free_all(list);
}

/* ---- options: what follows them is of the type that their number says */

static CURLcode
easy_setopt(CURL *easy, CURLoption option, ...)
{
	va_list arguments;
	CURLcode code;

	if (fails(FAULT_EASY_SETOPT))
		return CURLE_OUT_OF_MEMORY;
	va_start(arguments, option);
	switch (option / 10000 * 10000) {
	case CURLOPTTYPE_LONG:
		code = real.curl_easy_setopt(
		    easy, option, va_arg(arguments, long));
		break;
	case CURLOPTTYPE_FUNCTIONPOINT:
		code = real.curl_easy_setopt(
		    easy, option, va_arg(arguments, void (*)(void)));
		break;
	case CURLOPTTYPE_OFF_T:
		code = real.curl_easy_setopt(
		    easy, option, va_arg(arguments, curl_off_t));
		break;
	default:
		code = real.curl_easy_setopt(
		    easy, option, va_arg(arguments, void *));
		break;
	}
	va_end(arguments);
	return code;
}

static CURLMcode
multi_setopt(CURLM *multi, CURLMoption option, ...)
{
	va_list arguments;
	CURLMcode code;

	if (fails(FAULT_MULTI_SETOPT))
		return CURLM_OUT_OF_MEMORY;
	va_start(arguments, option);
	switch (option / 10000 * 10000) {
	case CURLOPTTYPE_LONG:
		code = real.curl_multi_setopt(
		    multi, option, va_arg(arguments, long));
		break;
	case CURLOPTTYPE_FUNCTIONPOINT:
		code = real.curl_multi_setopt(
		    multi, option, va_arg(arguments, void (*)(void)));
		break;
	default:
		code = real.curl_multi_setopt(
		    multi, option, va_arg(arguments, void *));
		break;
	}
	va_end(arguments);
	return code;
}

static CURLcode
easy_getinfo(CURL *easy, CURLINFO info, ...)
{
	va_list arguments;

	if (fails(FAULT_EASY_GETINFO))
		return CURLE_UNKNOWN_OPTION;
	va_start(arguments, info);
	CURLcode code =
	    real.curl_easy_getinfo(easy, info, va_arg(arguments, void *));
	va_end(arguments);
	return code;
}

/* ---- transfers */

static CURLMcode
multi_add_handle(CURLM *multi, CURL *easy)
{
	return fails(FAULT_MULTI_ADD_HANDLE)
	    ? CURLM_OUT_OF_MEMORY
	    : real.curl_multi_add_handle(multi, easy);
}

static CURLMcode
multi_remove_handle(CURLM *multi, CURL *easy)
{
	return fails(FAULT_MULTI_REMOVE_HANDLE)
	    ? CURLM_RECURSIVE_API_CALL
	    : real.curl_multi_remove_handle(multi, easy);
}

static CURLMcode
multi_assign(CURLM *multi, curl_socket_t socket, void *pointer)
{
	return fails(FAULT_MULTI_ASSIGN)
	    ? CURLM_BAD_SOCKET
	    : real.curl_multi_assign(multi, socket, pointer);
}

static CURLMsg *
multi_info_read(CURLM *multi, int *left)
{
	return fails(FAULT_MULTI_INFO_READ)
	    ? NULL
	    : real.curl_multi_info_read(multi, left);
}

static CURLMcode
multi_socket_action(CURLM *multi, curl_socket_t socket, int what, int *running)
{
	return fails(FAULT_MULTI_SOCKET_ACTION)
	    ? CURLM_INTERNAL_ERROR
	    : real.curl_multi_socket_action(multi, socket, what, running);
}

void
curl_faults_install(void)
{
	struct err err;

	if (!libcurl_load(&err)) {
		printf("Bail out! %s\n", err.text);
		exit(1);
	}
	real = libcurl;
	libcurl.curl_easy_cleanup = easy_cleanup;
	libcurl.curl_easy_getinfo = easy_getinfo;
	libcurl.curl_easy_init = easy_init;
	libcurl.curl_easy_setopt = easy_setopt;
	libcurl.curl_multi_add_handle = multi_add_handle;
	libcurl.curl_multi_assign = multi_assign;
	libcurl.curl_multi_cleanup = multi_cleanup;
	libcurl.curl_multi_info_read = multi_info_read;
	libcurl.curl_multi_init = multi_init;
	libcurl.curl_multi_remove_handle = multi_remove_handle;
	libcurl.curl_multi_setopt = multi_setopt;
	libcurl.curl_multi_socket_action = multi_socket_action;
	libcurl.curl_slist_append = slist_append;
	libcurl.curl_slist_free_all = slist_free_all;
}

void
curl_fault_arm(enum curl_fault fault, unsigned first, unsigned more)
{
	armed.fault = fault;
	armed.first = first;
	armed.more = more;
	armed.calls = armed.failed = 0;
}

unsigned
curl_fault_disarm(void)
{
	armed.fault = CURL_FAULTS;
	return armed.failed;
}

int
curl_fault_handles(void)
{
	return handles;
}
