/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include <string.h>

#include "codec/xml.h"
#include "tap.h"

#define FFFD "\xef\xbf\xbd"
#define TEXT(literal) literal, sizeof(literal) - 1

static const struct {
	const char *what, *text;
	size_t length;
	const char *as_text, *as_value; /* NULL: the same */
} rows[] = {
	{"plain", TEXT("abc"), "abc", NULL},
	{"nothing", TEXT(""), "", NULL},
	{"the five", TEXT("&<>\"'"), "&amp;&lt;&gt;\"'",
	    "&amp;&lt;&gt;&quot;'"},
	{"the end of a CDATA section", TEXT("a]]>b"), "a]]&gt;b", NULL},
	{"an entity is text", TEXT("&amp;"), "&amp;amp;", NULL},
	{"a comment is text", TEXT("<!--x-->"), "&lt;!--x--&gt;", NULL},
	{"white space", TEXT("a\t\n b"), "a\t\n b", "a&#9;&#10; b"},
	{"the end of a line of others", TEXT("a\r\nb\r"), "a&#13;\nb&#13;",
	    "a&#13;&#10;b&#13;"},
	{"a tutorial's attributes", TEXT("{\"selected_language\":\"es\"}"),
	    "{\"selected_language\":\"es\"}",
	    "{&quot;selected_language&quot;:&quot;es&quot;}"},
	{"letters of others", TEXT("espa\u00f1ol \u65e5\u672c \U0001f600"),
	    "espa\u00f1ol \u65e5\u672c \U0001f600", NULL},
	{"NUL", TEXT("a\0b"), "a" FFFD "b", NULL},
	{"control characters", TEXT("\1\x08\x0b\x0c\x0e\x1f"),
	    FFFD FFFD FFFD FFFD FFFD FFFD, NULL},
	{"those that XML 1.0 allows", TEXT("\x7f\xc2\x80\xc2\x85\u2028"),
	    "\x7f\xc2\x80\xc2\x85\u2028", NULL},
	{"the ends of the Basic Multilingual Plane",
	    TEXT("\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbd\xef\xbf\xbe\xef\xbf\xbf"),
	    "\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbd" FFFD FFFD, NULL},
	{"the ends of the other planes",
	    TEXT("\xf0\x90\x80\x80\xf0\x9f\xbf\xbf\xf4\x8f\xbf\xbf"),
	    "\xf0\x90\x80\x80\xf0\x9f\xbf\xbf\xf4\x8f\xbf\xbf", NULL},
	{"surrogates", TEXT("\xed\xa0\x80"), FFFD FFFD FFFD, NULL},
	{"above Unicode", TEXT("\xf4\x90\x80\x80"), FFFD FFFD FFFD FFFD, NULL},
	{"overlong", TEXT("\xc0\xbc\xe0\x80\xbc"),
	    FFFD FFFD FFFD FFFD FFFD, NULL},
	{"cut short", TEXT("a\xc3"), "a" FFFD, NULL},
	{"cut short before a tag", TEXT("\xe2\x82<"), FFFD FFFD "&lt;", NULL},
	{"Latin-1", TEXT("espa\xf1ol"), "espa" FFFD "ol", NULL},
};

static void
test_rows(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct str text = {rows[i].text, rows[i].length};
		const char *value = rows[i].as_value != NULL ? rows[i].as_value
							     : rows[i].as_text;
		struct buf out, expected;

		buf_init(&out, 4096);
		buf_init(&expected, 4096);
		xml_add_text(&out, text);
		is_str(buf_str(&out).len > 0 ? buf_str(&out) : STR(""),
		    rows[i].as_text, "%s: as text", rows[i].what);
		buf_clear(&out, 4096);
		xml_add_attribute(&out, "a", text);
		buf_format(&expected, " a=\"%s\"", value);
		buf_add_byte(&expected, '\0');
		is_str(buf_str(&out), expected.at, "%s: as an attribute",
		    rows[i].what);
		ok(out.len <= strlen(" a=\"\"") + XML_GROWTH * text.len,
		    "%s: no longer than promised", rows[i].what);
		buf_release(&expected);
		buf_release(&out);
	}
}

static void
test_edges(void)
{
	struct buf out;

	buf_init(&out, 64);
	xml_add_attribute(&out, "a", STR_NONE);
	is_int((int64_t)out.len, 0, "an absent attribute is none");
	xml_add_text(&out, STR_NONE);
	is_int((int64_t)out.len, 0, "an absent text is empty");
	xml_add_attribute(&out, "a", STR(""));
	is_str(buf_str(&out), " a=\"\"", "an empty attribute is one");
	buf_release(&out);
	buf_init(&out, 8);
	xml_add_text(&out, STR("<<<"));
	ok(out.failed, "what does not fit is a failure");
	buf_release(&out);
}

int
main(void)
{
	test_rows();
	test_edges();
	return tap_done();
}
