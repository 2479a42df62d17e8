/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "taskrouterd/web_url.h"

#define PORT_MOST 65535
#define HOST_MOST ((size_t)253) /* RFC 1035 section 2.3.4, as text */

/* No blanks, no control characters: what follows would be another line of a
 * request. */
static bool
is_printable(struct str url)
{
	for (size_t i = 0; i < url.len; i++)
		if ((unsigned char)url.at[i] <= ' ' || url.at[i] == 0x7f)
			return false;
	return true;
}

static bool
is_name(struct str host)
{
	for (size_t i = 0; i < host.len; i++) {
		unsigned char c = (unsigned char)host.at[i];
		if (!ascii_is_alpha(c) && !ascii_is_digit(c) &&
		    !str_has_byte(STR("-._"), (char)c))
			return false;
	}
	return host.len > 0 && host.len <= HOST_MOST;
}

static bool
is_ipv6(struct str host)
{
	for (size_t i = 0; i < host.len; i++)
		if (ascii_hex(host.at[i]) < 0 &&
		    !str_has_byte(STR(":."), host.at[i]))
			return false;
	return str_has_byte(host, ':');
}

/* What stands behind the host: nothing, or ':' and a port. */
static bool
is_port(struct str tail)
{
	uint64_t port;

	return tail.len == 0 ||
	    (tail.at[0] == ':' &&
		str_to_uint(
		    str_slice(tail, 1, tail.len), PORT_MOST, &port) &&
		port > 0);
}

static bool
is_host_and_port(struct str text)
{
	struct str rest = text;

	if (str_has_prefix(text, STR("["))) {
		struct str address = str_cut(&rest, ']');
		return rest.at != NULL && is_port(rest) &&
		    is_ipv6(str_slice(address, 1, address.len));
	}
	struct str host = str_cut(&rest, ':');
	return is_name(host) &&
	    is_port(str_slice(text, host.len, text.len));
}

/* From behind "//" to the path, query or fragment, without what stands before
 * the last '@'. */
static struct str
host_of(struct str rest)
{
	size_t end = 0, begin = 0;

	while (end < rest.len && !str_has_byte(STR("/?#"), rest.at[end])) {
		if (rest.at[end] == '@')
			begin = end + 1;
		end++;
	}
	return str_slice(rest, begin, end);
}

bool
web_url_is_valid(struct str url)
{
	struct str rest = url;
	struct str scheme = str_cut(&rest, ':');

	if (!str_equal_nocase(scheme, STR("http")) &&
	    !str_equal_nocase(scheme, STR("https")))
		return false;
	return str_has_prefix(rest, STR("//")) && is_printable(url) &&
	    is_host_and_port(host_of(str_slice(rest, 2, rest.len)));
}
