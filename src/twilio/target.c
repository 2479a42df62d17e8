/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "twilio/target.h"

#include <string.h>
#include <unistd.h>

/* libcurl's own preset is a directory, on Debian, and that of the machine
 * that it was built on. */
const char *
target_find_ca_file(void)
{
	static const char *const files[] = {
		"/etc/ssl/certs/ca-certificates.crt", /* Debian, Arch, Alpine */
		"/etc/pki/tls/certs/ca-bundle.crt",   /* Fedora, RHEL */
		"/etc/ssl/ca-bundle.pem",             /* openSUSE */
		"/usr/local/share/certs/ca-root-nss.crt", /* FreeBSD */
		"/etc/ssl/cert.pem",                  /* OpenBSD */
		"/etc/openssl/certs/ca-certificates.crt", /* NetBSD */
	};

	for (size_t i = 0; i < ARRAY_LENGTH(files); i++)
		if (access(files[i], R_OK) == 0)
			return files[i];
	return NULL;
}

bool
target_is_plain(struct str url)
{
	return str_equal_nocase(str_slice(url, 0, 7), STR("http://"));
}

size_t
target_size(
    const struct rest_options *options, const struct rest_request *request)
{
	/* The URL is made of two and ends in one NUL, like the other five. */
	return options->base_url.len + request->path.len + options->user.len +
	    options->password.len + options->ca_file.len +
	    options->proxy.len + request->form.len + 6;
}

/* Copies `s` to *at and moves *at behind it. */
static char *
put(char **at, struct str s)
{
	char *copy = *at;

	if (s.len > 0)
		memcpy(copy, s.at, s.len);
	*at += s.len;
	return copy;
}

static char *
put_text(char **at, struct str s)
{
	char *copy = put(at, s);

	*(*at)++ = '\0';
	return copy;
}

static const char *
put_optional(char **at, struct str s)
{
	return s.len > 0 ? put_text(at, s) : NULL;
}

void
target_fill(struct target *target, char *text,
    const struct rest_options *options, const struct rest_request *request)
{
	char *at = text;

	target->url = put(&at, options->base_url);
	(void)put_text(&at, request->path);
	target->user = put_optional(&at, options->user);
	target->password = put_optional(&at, options->password);
	target->ca_file = put_optional(&at, options->ca_file);
	target->proxy = put_optional(&at, options->proxy);
	target->form = STR_NONE;
	if (strcmp(request->method, "POST") == 0) {
		target->form.len = request->form.len;
		target->form.at = put_text(&at, request->form);
	}
	target->may_be_asked = false;
	target->connect_timeout_ms = options->connect_timeout_ms;
	target->is_abandoned = request->is_abandoned;
	target->context = request->context;
}
