/* SPDX-License-Identifier: MIT
 *
 * What a webhook's URL comes apart into, and its connection overrides: 3.4
 * and 10.2 of the reference.
 */
#include "base/compat.h"

#include "twilio/webhook_url.h"

#include "tap.h"

static struct arena arena;

static const struct {
	const char *what, *url;
	const char *target; /* NULL: no URL */
	const char *user, *password, *application;
} urls[] = {
	{"a plain one", "https://example.com/a?b=c", "https://example.com/a?b=c",
	    NULL, NULL, "https://example.com/a"},
	{"port and no path", "http://127.0.0.1:8080", "http://127.0.0.1:8080",
	    NULL, NULL, "http://127.0.0.1:8080"},
	{"no path but a query", "http://h?a=b", "http://h?a=b", NULL, NULL,
	    "http://h"},
	{"an address of version 6", "http://[::1]:1/x", "http://[::1]:1/x",
	    NULL, NULL, "http://[::1]:1/x"},
	{"10.2: user and password are left out",
	    "https://user:pass@mycompany.com/myapp.php?foo=1",
	    "https://mycompany.com/myapp.php?foo=1", "user", "pass",
	    "https://user:pass@mycompany.com/myapp.php"},
	{"a user alone", "http://user@h/", "http://h/", "user", NULL,
	    "http://user@h/"},
	{"an empty password", "http://user:@h/", "http://h/", "user", "",
	    "http://user:@h/"},
	{"encoded credentials", "http://a%40b:c%3ad%2F@h/", "http://h/", "a@b",
	    "c:d/", "http://a%40b:c%3ad%2F@h/"},
	{"percent signs that are none", "http://a%zz%4:%@h/", "http://h/",
	    "a%zz%4", "%", "http://a%zz%4:%@h/"},
	{"an @ within the password", "http://u:p@q@h/", "http://h/", "u",
	    "p@q", "http://u:p@q@h/"},
	{"an @ within the path", "http://h/a@b", "http://h/a@b", NULL, NULL,
	    "http://h/a@b"},
	{"an @ within the query", "http://h?a@b", "http://h?a@b", NULL, NULL,
	    "http://h"},
	{"10.1: no fragment", "http://h/a?b#rc=2&rp=all", "http://h/a?b", NULL,
	    NULL, "http://h/a"},
	{"a fragment with an @", "http://h/#a@b", "http://h/", NULL, NULL,
	    "http://h/"},
	{"a fragment behind the host", "http://h#tt=100", "http://h", NULL,
	    NULL, "http://h"},
	{"an empty fragment", "http://h/#", "http://h/", NULL, NULL,
	    "http://h/"},
	{"case of the scheme", "HTTPS://h/", "HTTPS://h/", NULL, NULL,
	    "HTTPS://h/"},
	{"another scheme", "ftp://h/", NULL, NULL, NULL, "ftp://h/"},
	{"a file", "file:///etc/passwd", NULL, NULL, NULL,
	    "file:///etc/passwd"},
	{"no host", "http:///a", NULL, NULL, NULL, "http:///a"},
	{"a user without a host", "http://u:p@/a", NULL, NULL, NULL,
	    "http://u:p@/a"},
	{"nothing", "", NULL, NULL, NULL, ""},
	{"a path alone", "/assignment", NULL, NULL, NULL, "/assignment"},
};

#define CT WEBHOOK_RETRY_CONNECT
#define ALL WEBHOOK_RETRY_ALL

/* Each row of 3.4: in range, at its ends, beyond them. */
static const struct {
	const char *fragment;
	int64_t connect_ms, read_ms, total_ms, retries;
	unsigned retry;
	const char *note; /* NULL: none */
} fragments[] = {
	{"", 5000, 15000, 15000, 1, CT, NULL},
	{"ct=100", 100, 15000, 15000, 1, CT, NULL},
	{"ct=10000", 10000, 15000, 15000, 1, CT, NULL},
	{"ct=99", 5000, 15000, 15000, 1, CT,
	    "ct: expected a whole number from 100 to 10000"},
	{"ct=10001", 5000, 15000, 15000, 1, CT,
	    "ct: expected a whole number from 100 to 10000"},
	{"ct=1e3", 5000, 15000, 15000, 1, CT,
	    "ct: expected a whole number from 100 to 10000"},
	{"ct=-200", 5000, 15000, 15000, 1, CT,
	    "ct: expected a whole number from 100 to 10000"},
	{"ct=99999999999999999999", 5000, 15000, 15000, 1, CT,
	    "ct: expected a whole number from 100 to 10000"},
	{"ct", 5000, 15000, 15000, 1, CT,
	    "ct: expected a whole number from 100 to 10000"},
	{"rt=100", 5000, 100, 15000, 1, CT, NULL},
	{"rt=15000", 5000, 15000, 15000, 1, CT, NULL},
	{"rt=15001", 5000, 15000, 15000, 1, CT,
	    "rt: expected a whole number from 100 to 15000"},
	{"tt=100", 5000, 15000, 100, 1, CT, NULL},
	{"tt=15001", 5000, 15000, 15000, 1, CT,
	    "tt: expected a whole number from 100 to 15000"},
	{"rc=0", 5000, 15000, 15000, 0, CT, NULL},
	{"rc=5", 5000, 15000, 15000, 5, CT, NULL},
	{"rc=6", 5000, 15000, 15000, 1, CT,
	    "rc: expected a whole number from 0 to 5"},
	{"rp=4xx", 5000, 15000, 15000, 1, WEBHOOK_RETRY_4XX, NULL},
	{"rp=5xx", 5000, 15000, 15000, 1, WEBHOOK_RETRY_5XX, NULL},
	{"rp=ct", 5000, 15000, 15000, 1, CT, NULL},
	{"rp=rt", 5000, 15000, 15000, 1, WEBHOOK_RETRY_READ, NULL},
	{"rp=all", 5000, 15000, 15000, 1, ALL, NULL},
	{"rp=4xx,5xx,ct,rt", 5000, 15000, 15000, 1, ALL, NULL},
	{"rp=5xx,rt", 5000, 15000, 15000, 1,
	    WEBHOOK_RETRY_5XX | WEBHOOK_RETRY_READ, NULL},
	{"rp=", 5000, 15000, 15000, 1, CT,
	    "rp: expected a list of 4xx, 5xx, ct, rt and all"},
	{"rp", 5000, 15000, 15000, 1, CT,
	    "rp: expected a list of 4xx, 5xx, ct, rt and all"},
	{"rp=5xx,6xx", 5000, 15000, 15000, 1, CT,
	    "rp: expected a list of 4xx, 5xx, ct, rt and all"},
	{"sni=y", 5000, 15000, 15000, 1, CT, NULL},
	{"sni=n", 5000, 15000, 15000, 1, CT,
	    "sni: the name of the server is sent in any case here"},
	{"sni=maybe", 5000, 15000, 15000, 1, CT, "sni: expected y or n"},
	{"e=ashburn,dublin-ix", 5000, 15000, 15000, 1, CT, NULL},
	{"rc=2&rp=all", 5000, 15000, 15000, 2, ALL, NULL},
	{"&rc=2&&ct=200&", 200, 15000, 15000, 2, CT, NULL},
	{"rc=2&rc=3", 5000, 15000, 15000, 3, CT, NULL},
	{"section-2", 5000, 15000, 15000, 1, CT, "section-2: no such override"},
	{"RC=2", 5000, 15000, 15000, 1, CT, "RC: no such override"},
	{"rc=9&zz=1&tt=200", 5000, 15000, 200, 1, CT,
	    "rc: expected a whole number from 0 to 5; zz: no such override"},
};

static void
test_urls(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(urls); i++) {
		struct webhook_url read;
		struct str url = str_from(urls[i].url);
		bool taken = webhook_url_read(url, &arena, &read);

		ok(taken == (urls[i].target != NULL), "%s: %s", urls[i].what,
		    urls[i].target != NULL ? "taken" : "refused");
		is_str(webhook_url_application(url), urls[i].application,
		    "%s: whose turn it is", urls[i].what);
		is_str(webhook_url_shown(url, &arena), urls[i].target,
		    "%s: as it is shown", urls[i].what);
		if (!taken)
			continue;
		is_str(read.target, urls[i].target, "%s: what is asked for",
		    urls[i].what);
		is_str(read.user, urls[i].user, "%s: the user", urls[i].what);
		is_str(read.password, urls[i].password, "%s: the password",
		    urls[i].what);
	}
}

static void
test_fragments(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(fragments); i++) {
		struct webhook_url read;
		struct str url = arena_format(
		    &arena, "http://h/#%s", fragments[i].fragment);

		ok(webhook_url_read(url, &arena, &read), "3.4: #%s is taken",
		    fragments[i].fragment);
		is_int(read.connect_ms, fragments[i].connect_ms, "#%s: ct",
		    fragments[i].fragment);
		is_int(read.read_ms, fragments[i].read_ms, "#%s: rt",
		    fragments[i].fragment);
		is_int(read.total_ms, fragments[i].total_ms, "#%s: tt",
		    fragments[i].fragment);
		is_int(read.retries, fragments[i].retries, "#%s: rc",
		    fragments[i].fragment);
		is_int(read.retry, fragments[i].retry, "#%s: rp",
		    fragments[i].fragment);
		is_str(read.note, fragments[i].note, "#%s: the note",
		    fragments[i].fragment);
	}
}

static void
test_memory(void)
{
	struct webhook_url read;
	struct arena small;

	arena_init(&small, 8);
	ok(!webhook_url_read(STR("http://example.com/"), &small, &read),
	    "no memory is an error");
	arena_release(&small);
}

int
main(void)
{
	arena_init(&arena, (size_t)1 << 20);
	test_urls();
	test_fragments();
	test_memory();
	arena_release(&arena);
	return tap_done();
}
