/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "twilio/domain.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "twilio/sid.h"

#define URL_LENGTH 2048
#define TEXT_LENGTH 255

struct domain {
	enum json_type type;
	const char *text;  /* in words; NULL: made of what follows */
	const char *words; /* the choices, between blanks */
	char separator;    /* of a list of choices, or 0 for one choice */
	int64_t least, most;
	/* Of a string that is no choice. */
	bool (*holds)(struct str value);
	const char *unquoted; /* to be said of a value without quotes */
};

/* No blanks and no control bytes, so that it means the same everywhere. */
static bool
is_solid(struct str value, size_t most)
{
	for (size_t i = 0; i < value.len; i++)
		if ((unsigned char)value.at[i] <= ' ' || value.at[i] == 0x7f)
			return false;
	return value.len > 0 && value.len <= most;
}

static bool
is_text(struct str value)
{
	for (size_t i = 0; i < value.len; i++)
		if ((unsigned char)value.at[i] < ' ' || value.at[i] == 0x7f)
			return false;
	return value.len > 0 && value.len <= TEXT_LENGTH;
}

static bool
is_activity(struct str value)
{
	return sid_is(value, "WA");
}

static bool
is_call(struct str value)
{
	return sid_is(value, "CA");
}

/* E.164: at most 15 digits. */
static bool
is_phone(struct str value)
{
	if (value.len < 3 || value.len > 16 || value.at[0] != '+')
		return false;
	for (size_t i = 1; i < value.len; i++)
		if (!ascii_is_digit((unsigned char)value.at[i]))
			return false;
	return true;
}

/* "client:alice", "sip:alice@example.com" */
static bool
is_named(struct str value)
{
	struct str rest = value;
	struct str scheme = str_cut(&rest, ':');

	return (str_is(scheme, "client") || str_is(scheme, "sip")) &&
	    rest.len > 0 && is_solid(value, TEXT_LENGTH);
}

static bool
is_address(struct str value)
{
	return is_phone(value) || is_named(value);
}

/* Also short codes and words such as "Anonymous"; but what begins like an
 * address must be one. */
static bool
is_caller_id(struct str value)
{
	if (is_address(value))
		return true;
	return is_solid(value, TEXT_LENGTH) &&
	    !str_has_byte(STR("+"), value.at[0]) &&
	    !str_has_prefix(value, STR("client:")) &&
	    !str_has_prefix(value, STR("sip:"));
}

/* "example.com", "[::1]:8080" */
static bool
is_host_and_port(struct str text)
{
	size_t end = text.len;
	uint64_t port;

	if (text.len > 0 && text.at[0] == '[') {
		while (end > 0 && text.at[end - 1] != ']')
			end--;
	} else {
		struct str rest = text;
		end = str_cut(&rest, ':').len;
	}
	if (end == 0 || end == text.len)
		return end > 0;
	return text.at[end] == ':' &&
	    str_to_uint(str_slice(text, end + 1, text.len), UINT16_MAX, &port);
}

static bool
is_url(struct str value)
{
	struct str rest = value;
	struct str scheme = str_cut(&rest, ':');

	if (!is_solid(value, URL_LENGTH) ||
	    !str_has_prefix(rest, STR("//")) ||
	    (!str_equal_nocase(scheme, STR("https")) &&
		!str_equal_nocase(scheme, STR("http"))))
		return false;
	struct str host = str_slice(rest, 2, rest.len);
	for (const char *end = "/?#"; *end != '\0'; end++) {
		rest = host;
		host = str_cut(&rest, *end);
	}
	while (str_has_byte(host, '@'))
		(void)str_cut(&host, '@');
	return is_host_and_port(host);
}

static bool
is_wait_url(struct str value)
{
	return value.len == 0 || is_url(value);
}

/* clang-format off */
const struct domain
	domain_activity = {.type = JSON_STRING, .holds = is_activity,
	    .text = "an Activity SID: WA and 32 hexadecimal digits"},
	domain_call = {.type = JSON_STRING, .holds = is_call,
	    .text = "a Call SID: CA and 32 hexadecimal digits"},
	domain_address = {.type = JSON_STRING, .holds = is_address,
	    .text = "a phone number of + and 2 to 15 digits, client:NAME or sip:ADDRESS"},
	domain_caller_id = {.type = JSON_STRING, .holds = is_caller_id,
	    .text = "a phone number of + and 2 to 15 digits, client:NAME, sip:ADDRESS or another caller ID without blanks"},
	domain_url = {.type = JSON_STRING, .holds = is_url,
	    .text = "an absolute http or https URL without blanks, of at most 2048 bytes"},
	domain_wait_url = {.type = JSON_STRING, .holds = is_wait_url,
	    .text = "an absolute http or https URL without blanks, of at most 2048 bytes, or the empty string"},
	domain_text = {.type = JSON_STRING, .holds = is_text,
	    .text = "a text of 1 to 255 bytes without control characters"},
	domain_boolean = {.type = JSON_BOOLEAN, .text = "true or false"},
	domain_ring_seconds = {.type = JSON_INTEGER, .least = 1, .most = 999},
	domain_participants = {.type = JSON_INTEGER, .least = 2, .most = 250},
	domain_method = {.type = JSON_STRING, .words = "GET POST"},
	domain_call_record = {.type = JSON_STRING,
	    .words = "record-from-answer do-not-record"},
	domain_call_events = {.type = JSON_STRING, .separator = ',',
	    .words = "initiated ringing answered completed"},
	domain_participant_events = {.type = JSON_STRING, .separator = ' ',
	    .words = "initiated ringing answered completed"},
	domain_conference_events = {.type = JSON_STRING, .separator = ' ',
	    .words = "start end join leave mute hold speaker"},
	domain_conference_record = {.type = JSON_STRING,
	    .words = "true false record-from-start do-not-record",
	    .unquoted = ": without quotes Twilio silently ignores it"},
	domain_beep = {.type = JSON_STRING, .words = "true false onEnter onExit"},
	domain_trim = {.type = JSON_STRING, .words = "trim-silence do-not-trim"},
	domain_channels = {.type = JSON_STRING, .words = "mono dual"},
	domain_region = {.type = JSON_STRING,
	    .words = "us1 us2 ie1 de1 sg1 br1 au1 jp1"},
	domain_jitter_buffer = {.type = JSON_STRING,
	    .words = "small medium large off"};
/* clang-format on */

/* Appends to `text`, of `size` bytes, as far as it fits. */
static void add(char *text, size_t size, const char *format, ...)
    PRINTF_LIKE(3, 4);

static void
add(char *text, size_t size, const char *format, ...)
{
	size_t length = strlen(text);
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(text + length, size - length, format, arguments);
	va_end(arguments);
}

const char *
domain_describe(const struct domain *domain, char text[DOMAIN_TEXT_SIZE])
{
	struct str rest = str_from(domain->words);
	const char *before = domain->separator == 0 ? "one of: " : "any of: ";

	text[0] = '\0';
	if (domain->text != NULL)
		return domain->text;
	if (domain->type == JSON_INTEGER)
		add(text, DOMAIN_TEXT_SIZE, "a whole number from %jd to %jd",
		    (intmax_t)domain->least, (intmax_t)domain->most);
	for (; rest.at != NULL; before = ", ") {
		struct str word = str_cut(&rest, ' ');
		add(text, DOMAIN_TEXT_SIZE, "%s%.*s", before, STR_ARGS(word));
	}
	if (domain->separator != 0)
		add(text, DOMAIN_TEXT_SIZE, "; with %s between them",
		    domain->separator == ',' ? "commas" : "blanks");
	return text;
}

static bool
is_word(struct str words, struct str value)
{
	while (words.at != NULL)
		if (str_equal(str_cut(&words, ' '), value))
			return true;
	return false;
}

static bool
are_words(const struct domain *domain, struct str value)
{
	struct str words = str_from(domain->words);

	if (domain->separator == 0)
		return is_word(words, value);
	while (value.at != NULL)
		if (!is_word(words, str_cut(&value, domain->separator)))
			return false;
	return true;
}

/* Of a value that has the domain's JSON type. */
static bool
is_within(const struct domain *domain, struct json_object *value)
{
	if (domain->type == JSON_INTEGER)
		return json_integer(value) >= domain->least &&
		    json_integer(value) <= domain->most;
	if (domain->words != NULL)
		return are_words(domain, json_text(value));
	return domain->holds == NULL || domain->holds(json_text(value));
}

enum domain_verdict
domain_check(const struct domain *domain, struct json_object *value)
{
	if (json_type(value) != domain->type)
		return domain->type == JSON_STRING ? DOMAIN_NEEDS_QUOTES
						   : DOMAIN_OTHER_TYPE;
	return is_within(domain, value) ? DOMAIN_HOLDS : DOMAIN_BROKEN;
}

enum json_type
domain_type(const struct domain *domain)
{
	return domain->type;
}

char
domain_separator(const struct domain *domain)
{
	return domain->separator;
}

const char *
domain_unquoted(const struct domain *domain)
{
	return domain->unquoted == NULL ? "" : domain->unquoted;
}
