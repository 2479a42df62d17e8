/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "twilio/webhook_url.h"

/* Where the parts lie: scheme://user:password@host/path?query#fragment */
struct parts {
	struct str scheme;    /* "https://" */
	struct str credentials; /* "user:password"; absent: none */
	struct str rest;      /* from the host to the end of the query */
	struct str fragment;  /* absent: none */
};

static bool
split(struct str url, struct parts *parts)
{
	static const struct str schemes[] = {
		{"http://", 7},
		{"https://", 8},
	};
	size_t start = 0;

	for (size_t i = 0; i < ARRAY_LENGTH(schemes); i++)
		if (str_equal_nocase(
			str_slice(url, 0, schemes[i].len), schemes[i]))
			start = schemes[i].len;
	parts->scheme = str_slice(url, 0, start);
	parts->fragment = str_slice(url, start, url.len);
	parts->rest = str_cut(&parts->fragment, '#');
	size_t end = 0;
	while (end < parts->rest.len &&
	    !str_has_byte(STR("/?"), parts->rest.at[end]))
		end++;
	/* The last '@': a password may hold one too. */
	size_t host = end;
	while (host > 0 && parts->rest.at[host - 1] != '@')
		host--;
	parts->credentials =
	    host == 0 ? STR_NONE : str_slice(parts->rest, 0, host - 1);
	parts->rest = str_slice(parts->rest, host, parts->rest.len);
	return start > 0 && end > host;
}

/* Percent signs without two digits stay as they are. */
static struct str
decode(struct arena *arena, struct str s)
{
	char *text = s.at == NULL ? NULL : arena_alloc(arena, s.len + 1);
	size_t length = 0;

	if (text == NULL)
		return STR_NONE;
	for (size_t i = 0; i < s.len; i++) {
		int high = i + 2 < s.len ? ascii_hex(s.at[i + 1]) : -1;
		int low = i + 2 < s.len ? ascii_hex(s.at[i + 2]) : -1;
		bool is_code = s.at[i] == '%' && high >= 0 && low >= 0;
		text[length++] = is_code ? (char)(high * 16 + low) : s.at[i];
		i += is_code ? 2 : 0;
	}
	return (struct str){text, length};
}

static const struct override {
	const char *key;
	uint64_t least, most;
	size_t member;
} overrides[] = {
	{"ct", 100, 10000, offsetof(struct webhook_url, connect_ms)},
	{"rt", 100, 15000, offsetof(struct webhook_url, read_ms)},
	{"tt", 100, 15000, offsetof(struct webhook_url, total_ms)},
	{"rc", 0, 5, offsetof(struct webhook_url, retries)},
};

static const struct {
	const char *word;
	unsigned retry;
} policies[] = {
	{"4xx", WEBHOOK_RETRY_4XX},
	{"5xx", WEBHOOK_RETRY_5XX},
	{"ct", WEBHOOK_RETRY_CONNECT},
	{"rt", WEBHOOK_RETRY_READ},
	{"all", WEBHOOK_RETRY_ALL},
};

static void
pass_over(struct webhook_url *url, struct arena *arena, struct str key,
    const char *why)
{
	url->note = arena_format(arena, "%.*s%s%.*s: %s", STR_ARGS(url->note),
	    url->note.len > 0 ? "; " : "", STR_ARGS(key), why);
}

static void
read_number(struct webhook_url *url, struct arena *arena,
    const struct override *override, struct str value)
{
	uint64_t number;

	if (str_to_uint(value, override->most, &number) &&
	    number >= override->least) {
		int64_t *member =
		    (void *)((char *)url + override->member);
		*member = (int64_t)number;
		return;
	}
	struct str why = arena_format(arena,
	    "expected a whole number from %ju to %ju",
	    (uintmax_t)override->least, (uintmax_t)override->most);
	pass_over(url, arena, str_from(override->key),
	    why.at == NULL ? "" : why.at);
}

static void
read_policy(struct webhook_url *url, struct arena *arena, struct str value)
{
	unsigned retry = 0;

	if (value.at == NULL) /* "rp" alone, as "rp=" */
		value = STR("");
	while (value.at != NULL) {
		struct str word = str_cut(&value, ',');
		size_t i = 0;
		while (i < ARRAY_LENGTH(policies) &&
		    !str_is(word, policies[i].word))
			i++;
		if (i == ARRAY_LENGTH(policies)) {
			pass_over(url, arena, STR("rp"),
			    "expected a list of 4xx, 5xx, ct, rt and all");
			return;
		}
		retry |= policies[i].retry;
	}
	url->retry = retry;
}

/* "y" is what happens in any case: libcurl always sends the name. */
static void
read_sni(struct webhook_url *url, struct arena *arena, struct str value)
{
	if (str_is(value, "n"))
		pass_over(url, arena, STR("sni"),
		    "the name of the server is sent in any case here");
	else if (!str_is(value, "y"))
		pass_over(url, arena, STR("sni"), "expected y or n");
}

static void
read_override(struct webhook_url *url, struct arena *arena, struct str pair)
{
	struct str value = pair;
	struct str key = str_cut(&value, '=');

	for (size_t i = 0; i < ARRAY_LENGTH(overrides); i++)
		if (str_is(key, overrides[i].key)) {
			read_number(url, arena, &overrides[i], value);
			return;
		}
	if (str_is(key, "rp"))
		read_policy(url, arena, value);
	else if (str_is(key, "sni"))
		read_sni(url, arena, value);
	else if (!str_is(key, "e")) /* Twilio's edges: there are none here */
		pass_over(url, arena, key, "no such override");
}

bool
webhook_url_read(struct str url, struct arena *arena, struct webhook_url *read)
{
	struct parts parts;

	*read = (struct webhook_url){
		.connect_ms = 5000,
		.read_ms = 15000,
		.total_ms = 15000,
		.retries = 1,
		.retry = WEBHOOK_RETRY_CONNECT,
	};
	if (!split(url, &parts))
		return false;
	struct str pieces[] = {parts.scheme, parts.rest};
	read->target = arena_join(arena, pieces, ARRAY_LENGTH(pieces));
	struct str password = parts.credentials;
	read->user = decode(arena, str_cut(&password, ':'));
	read->password = decode(arena, password);
	while (parts.fragment.at != NULL) {
		struct str pair = str_cut(&parts.fragment, '&');
		if (pair.len > 0)
			read_override(read, arena, pair);
	}
	return !arena->overflow;
}

struct str
webhook_url_application(struct str url)
{
	size_t end = 0;

	while (end < url.len && !str_has_byte(STR("?#"), url.at[end]))
		end++;
	return str_slice(url, 0, end);
}

struct str
webhook_url_shown(struct str url, struct arena *arena)
{
	struct parts parts;

	if (!split(url, &parts))
		return STR_NONE;
	struct str pieces[] = {parts.scheme, parts.rest};
	return arena_join(arena, pieces, ARRAY_LENGTH(pieces));
}
