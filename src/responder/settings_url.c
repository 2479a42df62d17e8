/* SPDX-License-Identifier: MIT
 *
 * The absolute URLs of the configuration. They are compared byte by byte with
 * what Twilio signed, or prefixed to paths, so anything that has a second
 * spelling is refused instead of repaired.
 */
#include "base/compat.h"

#include <arpa/inet.h>
#include <string.h>

#include "responder/settings_parts.h"

#define HOST_MOST ((size_t)253) /* RFC 1035 section 2.3.4, as text */

static bool
is_one_of(struct str word, const char *const *words)
{
	for (; *words != NULL; words++)
		if (str_is(word, *words))
			return true;
	return false;
}

static bool
check_name(struct str host, struct err *err)
{
	if (host.len == 0 || host.len > HOST_MOST)
		return err_set(err, 0, "expected a host name of 1 to %zu bytes",
		    HOST_MOST);
	for (size_t i = 0; i < host.len; i++) {
		unsigned char c = (unsigned char)host.at[i];
		if (!ascii_is_alpha(c) && !ascii_is_digit(c) &&
		    !str_has_byte(STR("-._"), (char)c))
			return err_set(err, 0,
			    "expected a host name of letters, digits, '-' and "
			    "'.', or an IPv6 address in brackets");
	}
	return true;
}

static bool
check_host(struct str host, struct err *err)
{
	unsigned char address[16];
	bool is_ipv4;

	if (!str_has_prefix(host, STR("[")))
		return check_name(host, err);
	if (str_has_suffix(host, STR("]")) &&
	    settings_parse_address(
		str_slice(host, 1, host.len - 1), address, &is_ipv4) &&
	    !is_ipv4)
		return true;
	return err_set(err, 0, "expected an IPv6 address in brackets");
}

static bool
check_port(struct str port, struct err *err)
{
	uint64_t number;

	if (port.at == NULL ||
	    (str_to_uint(port, 65535, &number) && number > 0))
		return true;
	return err_set(err, 0, "expected a port from 1 to 65535 behind ':'");
}

/* Cuts the port off; absent without a colon. A colon within brackets belongs
 * to the address. */
static struct str
cut_port(struct str *host)
{
	struct str tail = *host;
	size_t from = 0;

	for (size_t i = 0; i < host->len; i++)
		if (host->at[i] == ']')
			from = i;
	tail = str_slice(*host, from, host->len);
	struct str front = str_cut(&tail, ':');
	*host = str_slice(*host, 0, from + front.len);
	return tail;
}

static bool
check_percent(struct str path, struct err *err)
{
	for (size_t i = 0; i < path.len; i++)
		if (path.at[i] == '%' &&
		    (i + 2 >= path.len || ascii_hex(path.at[i + 1]) < 0 ||
			ascii_hex(path.at[i + 2]) < 0))
			return err_set(err, 0,
			    "expected two hexadecimal digits behind '%%'");
	return true;
}

/* RFC 3986 section 3.3, without what has a second spelling. */
static bool
check_path(struct str path, struct err *err)
{
	const struct str others = STR("-._~!$&'()*+,;=:@/%");

	for (size_t i = 0; i < path.len; i++) {
		unsigned char c = (unsigned char)path.at[i];
		if (!ascii_is_alpha(c) && !ascii_is_digit(c) &&
		    !str_has_byte(others, (char)c))
			return err_set(err, 0,
			    "expected a path of the characters that RFC 3986 "
			    "allows: percent-encode the others");
	}
	if (str_contains(path, "//") || str_contains(path, "/./") ||
	    str_contains(path, "/../") || str_has_suffix(path, STR("/.")) ||
	    str_has_suffix(path, STR("/..")))
		return err_set(err, 0,
		    "expected a path without empty and dot segments");
	return check_percent(path, err);
}

static size_t
authority_length(struct str text)
{
	size_t length = 0;

	while (length < text.len && !str_has_byte(STR("/?#"), text.at[length]))
		length++;
	return length;
}

/* Everything behind "scheme://". */
static bool
check_rest(struct str rest, struct err *err)
{
	struct str host = str_slice(rest, 0, authority_length(rest));
	struct str path = str_slice(rest, host.len, rest.len);

	if (str_has_byte(host, '@'))
		return err_set(err, 0,
		    "expected a URL without user name and password");
	if (str_has_byte(path, '?'))
		return err_set(err, 0, "expected a URL without a query");
	if (str_has_byte(path, '#'))
		return err_set(err, 0, "expected a URL without a fragment");
	struct str port = cut_port(&host);
	return check_host(host, err) && check_port(port, err) &&
	    check_path(path, err);
}

/* Cuts "scheme://" off; the scheme is absent if that is not there. */
static struct str
cut_scheme(struct str *text)
{
	struct str rest = *text;
	struct str scheme = str_cut(&rest, ':');

	if (!str_has_prefix(rest, STR("//")))
		return STR_NONE;
	*text = str_slice(rest, 2, rest.len);
	return scheme;
}

bool
settings_check_http_url(struct str text, struct err *err)
{
	static const char *const schemes[] = {"https", "http", NULL};
	struct str rest = text;

	if (!is_one_of(cut_scheme(&rest), schemes))
		return err_set(err, 0,
		    "expected a URL that begins with https:// or http://");
	return check_rest(rest, err);
}

bool
settings_check_proxy_url(struct str text, struct err *err)
{
	static const char *const schemes[] = {
	    "http", "https", "socks5", "socks5h", NULL};
	struct str rest = text;

	if (!is_one_of(cut_scheme(&rest), schemes))
		return err_set(err, 0,
		    "expected a URL that begins with http://, https://, "
		    "socks5:// or socks5h://");
	return check_rest(rest, err);
}

void
settings_split_url(struct str text, struct settings_url *url)
{
	struct str rest = text;

	url->scheme = cut_scheme(&rest);
	size_t length = authority_length(rest);
	size_t front = text.len - rest.len;
	url->host = str_slice(rest, 0, length);
	(void)cut_port(&url->host);
	url->origin = str_slice(text, 0, front + length);
	url->path = str_slice(rest, length, rest.len);
	if (str_has_suffix(url->path, STR("/")))
		url->path = str_slice(url->path, 0, url->path.len - 1);
}

bool
settings_is_loopback(struct str host)
{
	unsigned char address[16];
	bool is_ipv4;

	if (str_equal_nocase(host, STR("localhost")) || str_is(host, "[::1]"))
		return true;
	return settings_parse_address(host, address, &is_ipv4) && is_ipv4 &&
	    address[12] == 127;
}
