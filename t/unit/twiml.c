/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "tap.h"
#include "taskrouterd/twiml.h"
#include "taskrouterd/url_reference.h"

static struct arena arena;

/* "Gather(numDigits=1)[Say:x] Hangup" */
static void
write_verbs(struct buf *out, const struct twiml_verb *verb, unsigned depth)
{
	for (; verb != NULL && depth < TWIML_DEPTH; verb = verb->next) {
		buf_add_str(out, verb->name);
		if (!verb->is_known)
			buf_add_byte(out, '?');
		for (size_t i = 0; i < verb->attribute_count; i++)
			buf_format(out, "(%s=%s)", verb->attributes[i].name.at,
			    verb->attributes[i].value.at);
		if (verb->text.len > 0)
			buf_format(out, ":%s", verb->text.at);
		if (verb->children != NULL) {
			buf_add_byte(out, '[');
			write_verbs(out, verb->children, depth + 1);
			buf_add_byte(out, ']');
		}
		if (verb->next != NULL)
			buf_add_byte(out, ' ');
	}
}

static void
test_read(void)
{
	static const struct {
		const char *name, *text, *verbs;
		size_t warnings;
	} rows[] = {
		{"nothing", "<Response/>", "", 0},
		{"the tutorial's first document",
		    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response>\n"
		    "<Gather action=\"/enqueue_call\" method=\"POST\" "
		    "numDigits=\"1\" timeout=\"5\">\n<Say language=\"es\">"
		    "Para espa\303\261ol</Say>\n<Say>English</Say></Gather>"
		    "</Response>\n",
		    "Gather(action=/enqueue_call)(method=POST)(numDigits=1)"
		    "(timeout=5)[Say(language=es):Para espa\303\261ol "
		    "Say:English]", 0},
		{"the tutorial's second document",
		    "<Response><Enqueue workflowSid=\"WW1\"><Task priority=\"5\">"
		    "{\"selected_language\": \"es\"}</Task></Enqueue></Response>",
		    "Enqueue(workflowSid=WW1)[Task(priority=5):"
		    "{\"selected_language\": \"es\"}]", 0},
		{"references and sections", "<Response><Say>a &lt;&#65;&amp;"
		    "<![CDATA[<b>&]]></Say></Response>", "Say:a <A&<b>&", 0},
		{"comments are not there", "<Response><!-- x --><Say>a<!-- y -->"
		    "b</Say></Response>", "Say:ab", 0},
		{"Latin-1", "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>"
		    "<Response><Say>\361</Say></Response>", "Say:\303\261", 0},
		{"a verb that does not exist", "<Response><Sing>la</Sing>"
		    "<Hangup/></Response>", "Sing?:la Hangup", 1},
		{"an attribute that does not exist",
		    "<Response><Gather numdigits=\"1\"/></Response>",
		    "Gather(numdigits=1)", 1},
		{"a verb at a wrong place",
		    "<Response><Gather><Hangup/></Gather></Response>",
		    "Gather[Hangup?]", 1},
		{"verbs that are not looked into",
		    "<Response><Connect x=\"1\"><Stream><Parameter/></Stream>"
		    "</Connect></Response>",
		    "Connect(x=1)[Stream?[Parameter?]]", 0},
	};

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct twiml twiml;
		struct err err = {0, ""};
		struct buf out;
		buf_init(&out, 4096);
		ok(twiml_read(str_from(rows[i].text), &arena, &twiml, &err),
		    "%s", rows[i].name);
		write_verbs(&out, twiml.verbs, 1);
		struct str written = buf_str(&out);
		is_str(written.at == NULL ? STR("") : written, rows[i].verbs,
		    "... as a tree");
		is_int((long long)twiml.warning_count,
		    (long long)rows[i].warnings, "... warnings");
		buf_release(&out);
	}
}

static void
test_refuse(void)
{
	static const struct {
		const char *name, *text, *why;
	} rows[] = {
		{"nothing at all", "", "no element found"},
		{"JSON", "{\"instruction\":\"accept\"}", "not well-formed"},
		{"no end", "<Response><Say>a</Response>", "mismatched tag"},
		{"another element", "<response/>", "element Response"},
		{"a bare ampersand", "<Response><Say>a & b</Say></Response>",
		    "not well-formed"},
		{"an entity of HTML", "<Response><Say>&nbsp;</Say></Response>",
		    "undefined entity"},
		{"white space before the declaration",
		    "\n<?xml version=\"1.0\"?><Response/>", "not at start"},
		{"a document type", "<!DOCTYPE Response><Response/>",
		    "document type"},
		{"many laughs", "<!DOCTYPE r [<!ENTITY a \"aaaaaaaaaa\">"
		    "<!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\">]>"
		    "<Response><Say>&b;</Say></Response>", "document type"},
		{"a file", "<!DOCTYPE r [<!ENTITY a SYSTEM \"file:///etc/passwd\">"
		    "]><Response><Say>&a;</Say></Response>", "document type"},
		{"two documents", "<Response/><Response/>", "junk after"},
		{"bytes that are no UTF-8", "<Response><Say>\377</Say></Response>",
		    "not well-formed"},
		{"depth", "<Response><Connect><a><a><a><a><a><a><a/></a></a></a>"
		    "</a></a></a></Connect></Response>", "too deeply"},
	};

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct twiml twiml;
		struct err err = {0, ""};
		ok(!twiml_read(str_from(rows[i].text), &arena, &twiml, &err),
		    "%s is refused", rows[i].name);
		ok(strstr(err.text, rows[i].why) != NULL &&
			strncmp(err.text, "line ", 5) == 0,
		    "... because of %s: %s", rows[i].why, err.text);
		ok(err.at <= strlen(rows[i].text),
		    "... at a place in it: %zu", err.at);
	}
}

/* One below the limit is read, one above it is not. */
static void
test_limits(void)
{
	struct twiml twiml;
	struct err err;
	struct buf text;

	for (unsigned extra = 0; extra < 2; extra++) {
		buf_init(&text, TWIML_LENGTH * 2);
		buf_add_str(&text, STR("<Response>"));
		for (size_t i = 0; i < TWIML_VERBS - 1 + extra; i++)
			buf_add_str(&text, STR("<Hangup/>"));
		buf_add_str(&text, STR("</Response>"));
		is_int(twiml_read(buf_str(&text), &arena, &twiml, &err),
		    !extra, "%s elements", extra ? "too many" : "many");
		buf_release(&text);
		buf_init(&text, TWIML_LENGTH * 2);
		buf_add_str(&text, STR("<Response><Say>"));
		while (text.len < TWIML_LENGTH - 17 + extra)
			buf_add_byte(&text, 'a');
		buf_add_str(&text, STR("</Say></Response>"));
		is_int(twiml_read(buf_str(&text), &arena, &twiml, &err),
		    !extra, "%s bytes", extra ? "too many" : "many");
		buf_release(&text);
		arena_release(&arena);
	}
	buf_init(&text, TWIML_LENGTH);
	buf_add_str(&text, STR("<Response>"));
	for (size_t i = 0; i < 2 * TWIML_WARNINGS; i++)
		buf_add_str(&text, STR("<x/>"));
	buf_add_str(&text, STR("</Response>"));
	ok(twiml_read(buf_str(&text), &arena, &twiml, &err), "many warnings");
	is_int((long long)twiml.warning_count, TWIML_WARNINGS,
	    "... of which the first are listed");
	buf_release(&text);
	arena_release(&arena);
	struct arena small;
	arena_init(&small, 64);
	ok(!twiml_read(STR("<Response><Say a=\"b\">c</Say></Response>"),
		&small, &twiml, &err),
	    "a document that does not fit is refused");
	arena_release(&small);
}

static void
test_lookup(void)
{
	struct twiml twiml;
	struct err err;

	ok(twiml_read(STR("<Response><Dial a=\"\"><Sip/><Queue b=\"c\"/></Dial>"
		"</Response>"), &arena, &twiml, &err), "a document");
	const struct twiml_verb *queue = twiml_child(twiml.verbs, "Queue");
	ok(queue != NULL && twiml_child(queue, "Queue") == NULL,
	    "a child by its name");
	is_str(twiml_attribute(queue, "b"), "c", "an attribute");
	ok(twiml_attribute(queue, "a").at == NULL &&
		twiml_attribute(twiml.verbs, "a").at != NULL,
	    "an empty attribute is there, an absent one is not");
}

/* RFC 3986 section 5.4, as far as a web server is asked for it. */
static void
test_references(void)
{
	static const struct {
		const char *reference, *url;
	} rows[] = {
		{"g", "http://a/b/c/g"},
		{"./g", "http://a/b/c/g"},
		{"g/", "http://a/b/c/g/"},
		{"/g", "http://a/g"},
		{"//g", "http://g"},
		{"?y", "http://a/b/c/d;p?y"},
		{"g?y", "http://a/b/c/g?y"},
		{"g?y/../x", "http://a/b/c/g?y/../x"},
		{"", "http://a/b/c/d;p?q"},
		{".", "http://a/b/c/"},
		{"..", "http://a/b/"},
		{"../g", "http://a/b/g"},
		{"../..", "http://a/"},
		{"../../../g", "http://a/g"},
		{"/../g", "http://a/g"},
		{"g/../h", "http://a/b/c/h"},
		{"g;x=1/./y", "http://a/b/c/g;x=1/y"},
		{" g ", "http://a/b/c/g"},
		{"https://b/c?d", "https://b/c?d"},
		{"#rc=2", "http://a/b/c/d;p?q#rc=2"},
		{"ftp://b/", NULL},
		{"javascript:x", NULL},
	};
	static char longer[5000];

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		is_str(url_reference(&arena, STR("http://a/b/c/d;p?q"),
			   str_from(rows[i].reference)),
		    rows[i].url, "\"%s\"", rows[i].reference);
	is_str(url_reference(&arena, STR("http://u:p@a:1"), STR("g?h")),
	    "http://u:p@a:1/g?h", "of an origin alone");
	memset(longer, 'x', sizeof longer);
	ok(url_reference(&arena, STR("http://a/"),
	       (struct str){longer, sizeof longer}).at == NULL,
	    "one that is too long");
}

int
main(void)
{
	arena_init(&arena, (size_t)16 << 20);
	test_read();
	test_refuse();
	test_limits();
	test_lookup();
	test_references();
	arena_release(&arena);
	return tap_done();
}
