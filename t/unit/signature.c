/* SPDX-License-Identifier: MIT
 *
 * The vectors that Twilio's libraries and pages publish (all with the token
 * 12345), vectors of our own made with other programs, and what must not be
 * accepted.
 */
#include "base/compat.h"

#include "tap.h"

#include <string.h>

#include "twilio/signature.h"

#define TOKEN STR("12345")

#define U_REST "mycompany.com/myapp.php?foo=1&bar=2"
#define U "https://" U_REST
#define P_REST "&Digits=1234&From=%2B14158675309&To=%2B18005551212"
#define P "CallSid=CA1234567890ABCDE&Caller=%2B14158675309" P_REST
#define HASH_14 "0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620"
#define HASH_16 "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
#define BODY_14 "{\"property\": \"value\", \"boolean\": true}"

#define ID "00000000000000000000000000000001"
#define Q_BUT_TASK \
	"Timestamp=1433874423&TaskAge=5" \
	"&WorkerAttributes=%7B%22languages%22%3A%5B%22en%22%2C%22es%22%5D%7D" \
	"&AccountSid=AC" ID "&WorkspaceSid=WS" ID "&WorkflowSid=WW" ID \
	"&TaskQueueSid=WQ" ID "&WorkerSid=WK" ID "&TaskSid=WT" ID \
	"&ReservationSid=WR" ID
#define ATTRIBUTES "&TaskAttributes=%7B%22selected_language%22%3A%22es%22%7D"
#define Q Q_BUT_TASK "&TaskPriority=0" ATTRIBUTES
#define CALLBACK_URL "https://example.com/assignment_callback"

/* `form` is NULL for a GET or another body. */
static const struct {
	const char *what, *url, *form, *body, *signature;
} vectors[] = {
	{"published 1", U, P, NULL, "RSOYDt4T1cUTdK1PDd93/VVr8B8="},
	{"published 2", U, "CallSid=CA1234567890ABCDE&Caller=%2B12349013030&Digits=1234&From=%2B12349013030&To=%2B18005551212", NULL, "0/KCTR6DLpKmkAf8muzZqo1nDgQ="},
	{"published 3", "https://example.com/myapp.php?foo=1&bar=2", "CallSid=CA1234567890ABCDE&Caller=%2B14158675310&Digits=1234&From=%2B14158675310&To=%2B18005551212", NULL, "L/OH5YylLD5NRKLltdqwSvS0BnU="},
	{"published 4", "http://" U_REST, "CallSid=CA1234567890ABCDE" P_REST, NULL, "HpS7PBa1Agvt4OtO+wZp75IuQa0="},
	{"published 5, repeated names", U, "Sid=CA123&SidAccount=AC123&Digits=5678&Digits=1234&Digits=1234", NULL, "IK+Dwps556ElfBT0I3Rgjkr1wJU="},
	{"published 6, repeated names", U, "MessagingBinding.Address=%2B1325xxxxxxx&MessagingBinding.Address=%2B1415xxxxxxx", NULL, "83O6e2vORAoJHUNzJjDWN1jz+BA="},
	{"published 6, the other way round", U, "MessagingBinding.Address=%2B1415xxxxxxx&MessagingBinding.Address=%2B1325xxxxxxx", NULL, "83O6e2vORAoJHUNzJjDWN1jz+BA="},
	{"published 7, a port of its own", "http://mycompany.com:1234/myapp.php?foo=1&bar=2", P, NULL, "Zmvh+3yNM1Phv2jhDCwEM3q5ebU="},
	{"published 8, https with its port", "https://mycompany.com:443/myapp.php?foo=1&bar=2", P, NULL, "kvajT1Ptam85bY51eRf/AJRuM3w="},
	{"published 9, http with its port", "http://mycompany.com:80/myapp.php?foo=1&bar=2", P, NULL, "0ZXoZLH/DfblKGATFgpif+LLRf4="},
	{"published 10, user and password", "https://user:pass@" U_REST, P, NULL, "CukzLTc1tT5dXEDIHm/tKBanW10="},
	{"published 11, user", "https://user@" U_REST, P, NULL, "2YRLlVAflCqxaNicjMpJcSTgzSs="},
	{"published 12, user, password and port", "https://user:pass@mycompany.com:443/myapp.php?foo=1&bar=2", P, NULL, "ZQFR1PTIZXF2MXB8ZnKCvnnA+rI="},
	{"published 13, ' as %27", U "&Body=It%27s+amazing", P, NULL, "TfZzewPq8wqrGlMfyAud8+/IvJ0="},
	{"published 13, ' as it is", U "&Body=It's+amazing", P, NULL, "dsq4Ehbj6cs+KdTkpF5sSSplOWw="},
	{"published 14, JSON", U "&bodySHA256=" HASH_14, NULL, BODY_14, "a9nBmqA0ju/hNViExpshrM61xv4="},
	{"published 15, JSON, nothing else in the query", "https://mycompany.com/myapp.php?bodySHA256=" HASH_14, NULL, BODY_14, "y77kIzt2vzLz71DgmJGsen2scGs="},
	{"published 16, JSON, with port", "https://mycompany.com:443/myapp.php?foo=1&bar=2&bodySHA256=" HASH_16, NULL, "{}", "Ldidvp12m26NI7eqEvxnEpkd9Hc="},
	{"published 16, JSON, without port", U "&bodySHA256=" HASH_16, NULL, "{}", "rw/jVviOgicj2+kHZULvebnA4ag="},
	{"published 17, a name that begins another", U, P "&ReasonConferenceEnded=test&Reason=Participant", NULL, "vOEb5UThFn24KEfnOFLQY2AE5FY="},
	{"published 17, http", "http://" U_REST, P "&ReasonConferenceEnded=test&Reason=Participant", NULL, "n2xBNyzSW7rfYStDtOFiFMv7qNo="},
	{"published 18", U, "property=value&boolean=true", NULL, "NBdBDr/T/lgjI+tlgpXjKZQZs/k="},
	{"callback", CALLBACK_URL, Q, NULL, "s3udjNz2Hygd5bUP8KON5It9FQA="},
	{"callback with port and query", "http://127.0.0.1:8080/assignment_callback?tenant=a%20b", Q, NULL, "AMHfGioOlshjUcmwv11hqquRaVQ="},
	{"callback with UTF-8", CALLBACK_URL, Q_BUT_TASK "&TaskPriority=0&TaskAttributes=%7B%22name%22%3A%22Zo%C3%AB+%26+Co%2B1%22%7D", NULL, "WAJbKNQI7BfwXVp5wXPKtaVbYzA="},
	{"callback with an empty value", CALLBACK_URL, Q_BUT_TASK "&TaskPriority=" ATTRIBUTES, NULL, "irAjLgtSsh6QGSwyy9MHs/eOhOM="},
	{"GET", "https://example.com/create_task?selected_language=es", NULL, NULL, "cTUdbWBcshckXJNC0xU2Hkcjd/Y="},
	{"NUL and bytes that are no UTF-8", "https://example.com/a", "Z=%FF%FE&B=&A%00=x%00y", NULL, "EFH6F56UHf9qzGxWPrmwNYY3Ugc="},
};

/* A request is signed as `signed_url`; the application believes `url`. */
static const struct {
	const char *what, *url, *signed_url;
	bool found;
} spellings[] = {
	{"https port added", "https://h/p?q", "https://h:443/p?q", true},
	{"https port left out", "https://h:443/p?q", "https://h/p?q", true},
	{"http port added", "http://h/p", "http://h:80/p", true},
	{"http port left out", "http://h:80/p", "http://h/p", true},
	{"a port of its own left out", "https://h:8443/p", "https://h/p", true},
	{"a port of its own is not guessed", "https://h/p", "https://h:8443/p", false},
	{"the port of the other scheme", "https://h/p", "https://h:80/p", false},
	{"the other scheme", "https://h/p", "http://h/p", false},
	{"port and no path", "https://h", "https://h:443", true},
	{"port and no path but a query", "https://h?a=b:c@d", "https://h:443?a=b:c@d", true},
	{"port behind an IPv6 address", "https://[::1]/p", "https://[::1]:443/p", true},
	{"port of an IPv6 address left out", "https://[::1]:443/p", "https://[::1]/p", true},
	{"port behind user and password", "https://u:p@h/p", "https://u:p@h:443/p", true},
	{"port left out behind user and password", "https://u:p@h:443/p", "https://u:p@h/p", true},
	{"a colon in the path is no port", "https://h/a:1/b", "https://h:443/a:1/b", true},
	{"' in the query", "https://h/p?a='b'", "https://h/p?a=%27b%27", true},
	{"' in the query and a port", "https://h/p?a='b'", "https://h:443/p?a=%27b%27", true},
	{"' in the path stays", "https://h/it's?a='", "https://h/it's?a=%27", true},
	{"' in the path is not changed", "https://h/it's", "https://h/it%27s", false},
	{"+ as %20", "https://h/p?a=b+c", "https://h/p?a=b%20c", true},
	{"+ as %20 and a port", "https://h:443/p?a=b+c", "https://h/p?a=b%20c", true},
	{"percent signs as Node encodes", "https://h/p?d=%7e%2A%21%28%29%27&x=%2f", "https://h/p?d=~*!()'&x=%2F", true},
	{"values of a name come together", "https://h/p?a=b&c=d&a=2&e", "https://h/p?a=b&a=2&c=d&e=", true},
	{"empty pairs go", "https://h/p?a=1&&b=2", "https://h/p?a=1&b=2", true},
	{"a second = is a byte of the value", "https://h/p?a=1=2&b=%00", "https://h/p?a=1%3D2&b=%00", true},
	{"an empty name stays", "https://h/p?=v&n=", "https://h/p?=v&n=", true},
	{"the order of names stays", "https://h/p?b=1&a=2", "https://h/p?a=2&b=1", false},
	{"a malformed query is tried as it is", "https://h/p?x=%zz", "https://h:443/p?x=%zz", true},
	{"a trailing slash counts", "https://h/p", "https://h/p/", false},
	{"the case of the path counts", "https://h/p", "https://h/P", false},
	{"the case of the host counts", "https://h/p", "https://H/p", false},
	{"a query more", "https://h/p", "https://h/p?", false},
	{"what is no http URL is tried as it is", "gopher://h/p", "gopher://h/p", true},
	{"what is no http URL has no port", "gopher://h/p", "gopher://h:443/p", false},
	{"an empty URL", "", "", true},
};

/* JSON bodies; signed with the URL as it stands here. */
static const struct {
	const char *what, *url, *body;
	bool found;
} bodies[] = {
	{"the right hash", "https://h/p?bodySHA256=" HASH_16, "{}", true},
	{"the right hash in the middle", "https://h/p?a=b&bodySHA256=" HASH_16 "&c", "{}", true},
	{"another body", "https://h/p?bodySHA256=" HASH_16, "{ }", false},
	{"an empty body, hash of another", "https://h/p?bodySHA256=" HASH_16, "", false},
	{"an empty body", "https://h/p?bodySHA256=e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "", true},
	{"no hash", "https://h/p?a=b", "{}", false},
	{"no query", "https://h/p", "{}", false},
	{"an empty hash", "https://h/p?bodySHA256=", "{}", false},
	{"a hash without value", "https://h/p?bodySHA256", "{}", false},
	{"a hash in upper case", "https://h/p?bodySHA256=44136FA355B3678A1146AD16F7E8649E94FB4FC21FE77E8310C060F61CAAFF8A", "{}", false},
	{"half a hash", "https://h/p?bodySHA256=44136fa355b3678a1146ad16f7e8649e", "{}", false},
	{"more than a hash", "https://h/p?bodySHA256=" HASH_16 "00", "{}", false},
	{"a name in lower case", "https://h/p?bodysha256=" HASH_16, "{}", false},
	{"a name that only ends so", "https://h/p?xbodySHA256=" HASH_16, "{}", false},
	{"the first of two counts", "https://h/p?bodySHA256=0&bodySHA256=" HASH_16, "{}", false},
	{"the hash behind a '#'", "https://h/p?a#&bodySHA256=" HASH_16, "{}", false},
};

/* Headers that match nothing. */
static const struct {
	const char *what, *signature;
} headers[] = {
	{"empty", ""},
	{"one character short", "s3udjNz2Hygd5bUP8KON5It9FQA"},
	{"one character long", "s3udjNz2Hygd5bUP8KON5It9FQA=="},
	{"a blank behind", "s3udjNz2Hygd5bUP8KON5It9FQA= "},
	{"a blank instead of the end", "s3udjNz2Hygd5bUP8KON5It9FQA "},
	{"a blank within", "s3udjNz2Hygd5bUP8 ON5It9FQA="},
	{"no padding", "s3udjNz2Hygd5bUP8KON5It9FQAA"},
	{"padding within", "s3udjNz2Hygd5b=P8KON5It9FQA="},
	{"bits behind the last byte", "s3udjNz2Hygd5bUP8KON5It9FQB="},
	{"another alphabet", "s3udjNz2Hygd5bUP8KON5It9-_A="},
	{"two padding characters", "s3udjNz2Hygd5bUP8KON5It9FQ=="},
	{"a megaphone", "\xf0\x9f\x93\xa3\xf0\x9f\x93\xa3\xf0\x9f\x93\xa3\xf0\x9f\x93\xa3\xf0\x9f\x93\xa3\xf0\x9f\x93\xa3\xf0\x9f\x93\xa3"},
	{"hexadecimal digits", "b37b9d8cdcf61f281de5b50ff0a38de48b7d1500"},
};

static struct arena arena;

static const struct form *
form_of(const char *text, struct form *form)
{
	struct err err;

	if (text == NULL)
		return NULL;
	if (!form_decode(&arena, str_from(text), form, &err))
		ok(false, "the form decodes: %s", err.text);
	return form;
}

static struct str
find(struct str url, const struct form *form, struct str body,
    struct str signature)
{
	struct str token = TOKEN;

	return signature_find(
	    &(struct signature_check){.signature = signature, .urls = &url,
		.url_count = 1, .form = form, .body = body,
		.auth_tokens = &token, .auth_token_count = 1},
	    &arena, NULL);
}

static void
test_vectors(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(vectors); i++) {
		struct form storage;
		const struct form *form = form_of(vectors[i].form, &storage);
		struct str url = str_from(vectors[i].url);
		char made[SIGNATURE_LENGTH + 1];

		signature_make(TOKEN, url, form, made);
		is_str(str_from(made), vectors[i].signature, "%s: signature",
		    vectors[i].what);
		is_str(find(url, form, str_from(vectors[i].body),
			   str_from(vectors[i].signature)),
		    vectors[i].url, "%s: found", vectors[i].what);
	}
	/* twilio-node's own test of 16 and 13. */
	struct form form;
	is_str(find(STR(U "&bodySHA256=" HASH_16), NULL, STR("{}"),
		   STR("Ldidvp12m26NI7eqEvxnEpkd9Hc=")),
	    "https://mycompany.com:443/myapp.php?foo=1&bar=2&bodySHA256=" HASH_16,
	    "published 16, signed with the port");
	is_str(find(STR(U "&Body=It's+amazing"), form_of(P, &form), STR_NONE,
		   STR("TfZzewPq8wqrGlMfyAud8+/IvJ0=")),
	    U "&Body=It%27s+amazing", "published 13, received with '");
	/* "ReasonC…" must not come before "Reason". */
	is_str(find(STR(U),
		   form_of(P "&ReasonConferenceEnded=test&Reason=Participant",
		       &form),
		   STR_NONE, STR("95+Bu0JVPi0r/SsESZCVf0dWAjw=")),
	    NULL, "published 17, sorted wrongly");
}

static void
test_spellings(void)
{
	struct form form;

	(void)form_of(P, &form);
	for (size_t i = 0; i < ARRAY_LENGTH(spellings); i++) {
		char made[SIGNATURE_LENGTH + 1];
		struct str token = TOKEN;

		signature_make(
		    token, str_from(spellings[i].signed_url), &form, made);
		is_str(find(str_from(spellings[i].url), &form, STR_NONE,
			   str_from(made)),
		    spellings[i].found ? spellings[i].signed_url : NULL,
		    "%s: %s", spellings[i].what,
		    spellings[i].found ? "found" : "refused");
	}
}

static void
test_bodies(void)
{
	struct form form;

	for (size_t i = 0; i < ARRAY_LENGTH(bodies); i++) {
		char made[SIGNATURE_LENGTH + 1];
		struct str url = str_from(bodies[i].url);

		signature_make(TOKEN, url, NULL, made);
		is_str(find(url, NULL, str_from(bodies[i].body),
			   str_from(made)),
		    bodies[i].found ? bodies[i].url : NULL, "body, %s: %s",
		    bodies[i].what, bodies[i].found ? "found" : "refused");
		is_str(find(url, NULL, STR_NONE, str_from(made)),
		    bodies[i].url, "body, %s: a GET needs none",
		    bodies[i].what);
		is_str(find(url, form_of("", &form), STR_NONE, str_from(made)),
		    bodies[i].url, "body, %s: nor does an empty form",
		    bodies[i].what);
	}
}

static void
test_headers(void)
{
	struct form form;

	(void)form_of(Q, &form);
	for (size_t i = 0; i < ARRAY_LENGTH(headers); i++)
		is_str(find(STR(CALLBACK_URL), &form, STR_NONE,
			   str_from(headers[i].signature)),
		    NULL, "signature refused: %s", headers[i].what);
	is_str(find(STR(CALLBACK_URL), &form, STR_NONE, STR_NONE), NULL,
	    "signature refused: absent");
}

/* Counts the single-bit flips of `bytes` that are still accepted. */
static unsigned
count_accepted(const struct form *form, struct str url, struct str signature,
    struct str bytes)
{
	char *writable = (char *)(uintptr_t)bytes.at;
	unsigned accepted = 0;
	struct arena scratch;
	struct str token = TOKEN;
	struct signature_check check = {.signature = signature, .urls = &url,
	    .url_count = 1, .form = form, .auth_tokens = &token,
	    .auth_token_count = 1};

	arena_init(&scratch, 65536);
	for (size_t bit = 0; bit < bytes.len * 8; bit++) {
		char flip = (char)(1 << bit % 8);
		writable[bit / 8] ^= flip;
		accepted += signature_find(&check, &scratch, NULL).at != NULL;
		writable[bit / 8] ^= flip;
		arena_release(&scratch);
	}
	return accepted;
}

static void
test_flips(void)
{
	struct arena copies;
	struct form form;
	char url_text[] = "https://example.com:8443/assignment_callback?tenant=a%20b'";
	char made[SIGNATURE_LENGTH + 1];
	struct str url = str_from(url_text);
	struct str signature = {made, SIGNATURE_LENGTH};

	(void)form_of(Q, &form);
	/* What needs no decoding is a view of the text, which is constant. */
	arena_init(&copies, 65536);
	for (size_t i = 0; i < form.count; i++) {
		form.fields[i].name = arena_str(&copies, form.fields[i].name);
		form.fields[i].value = arena_str(&copies, form.fields[i].value);
	}
	signature_make(TOKEN, url, &form, made);
	is_str(find(url, &form, STR_NONE, signature), url_text,
	    "the request is accepted before a bit is flipped");
	is_int(count_accepted(&form, url, signature, url), 0,
	    "no URL with a bit flipped is accepted");
	is_int(count_accepted(&form, url, signature, signature), 0,
	    "no signature with a bit flipped is accepted");
	for (size_t i = 0; i < form.count; i++) {
		is_int(count_accepted(&form, url, signature,
			   form.fields[i].name),
		    0, "no flipped bit in the name of field %zu", i);
		is_int(count_accepted(&form, url, signature,
			   form.fields[i].value),
		    0, "no flipped bit in the value of field %zu", i);
	}
	form.count--;
	is_str(find(url, &form, STR_NONE, signature), NULL, "a field less");
	is_str(find(url, NULL, STR_NONE, signature), NULL, "no form at all");
	form.count++;
	is_str(find(url, &form, STR_NONE, signature), url_text,
	    "the request is accepted again");
	arena_release(&copies);
}

static void
test_tokens(void)
{
	struct str url = STR(CALLBACK_URL);
	struct str tokens[] = {STR("new"), STR("12345"), STR("old")};
	struct form form;
	struct signature_check check = {
	    .signature = STR("s3udjNz2Hygd5bUP8KON5It9FQA="), .urls = &url,
	    .url_count = 1, .auth_tokens = tokens, .auth_token_count = 3};
	char made[SIGNATURE_LENGTH + 1];

	check.form = form_of(Q, &form);
	is_str(signature_find(&check, &arena, NULL), CALLBACK_URL,
	    "rotation: the second of three tokens");
	check.auth_token_count = 1;
	is_str(signature_find(&check, &arena, NULL), NULL,
	    "rotation: not among the tokens");
	check.auth_token_count = 0;
	is_str(signature_find(&check, &arena, NULL), NULL, "no token at all");
	tokens[0] = STR("");
	tokens[1] = STR_NONE;
	check.auth_token_count = 2;
	signature_make(STR(""), url, &form, made);
	check.signature = str_from(made);
	is_str(signature_find(&check, &arena, NULL), NULL,
	    "what is signed with an empty token is refused");
}

static void
test_urls(void)
{
	struct str token = TOKEN;
	struct str urls[] = {STR("https://h:8443/a?x='"), STR("http://h/b?c+d")};
	struct str tried = STR("left over");
	char made[SIGNATURE_LENGTH + 1];
	struct signature_check check = {.urls = urls, .url_count = 2,
	    .auth_tokens = &token, .auth_token_count = 1};
	static const char all[] =
	    "https://h:8443/a?x=' https://h:8443/a?x=%27 "
	    "https://h/a?x=' https://h/a?x=%27 "
	    "http://h/b?c+d http://h/b?c%20d= "
	    "http://h:80/b?c+d http://h:80/b?c%20d=";

	/* x=' is encoded as it stands, so that there is no third spelling. */
	is_str(signature_find(&check, &arena, &tried), NULL,
	    "two URLs, no signature: refused");
	is_str(tried, all, "two URLs, no signature: all spellings");
	check.signature = STR("AAAAAAAAAAAAAAAAAAAAAAAAAAA=");
	is_str(signature_find(&check, &arena, &tried), NULL,
	    "two URLs, wrong signature: refused");
	is_str(tried, all, "two URLs, wrong signature: all spellings");
	signature_make(token, STR("http://h:80/b?c%20d="), NULL, made);
	check.signature = str_from(made);
	is_str(signature_find(&check, &arena, &tried), "http://h:80/b?c%20d=",
	    "two URLs: the last spelling of the second");
	is_str(tried, NULL, "what was found has nothing tried to show");
	signature_make(token, urls[1], NULL, made);
	is_str(signature_find(&check, &arena, NULL), "http://h/b?c+d",
	    "two URLs: the second as it is");
	check.url_count = 0;
	is_str(signature_find(&check, &arena, &tried), NULL, "no URL");
}

static void
test_many_fields(void)
{
	struct form form = {.count = FORM_FIELDS};
	char made[SIGNATURE_LENGTH + 1];

	form.fields = arena_array(
	    &arena, FORM_FIELDS + 1, sizeof *form.fields);
	for (size_t i = 0; i <= FORM_FIELDS; i++)
		form.fields[i] = (struct form_field){
		    arena_format(&arena, "%zu", FORM_FIELDS - i), STR("v")};
	signature_make(TOKEN, STR("https://h/p"), &form, made);
	is_str(find(STR("https://h/p"), &form, STR_NONE, str_from(made)),
	    "https://h/p", "as many fields as a form may have");
	form.count++;
	is_str(find(STR("https://h/p"), &form, STR_NONE, str_from(made)), NULL,
	    "a field more is not left out of the signature but refused");
	signature_make(TOKEN, STR("https://h/p"), &form, made);
	is_str(str_from(made), "", "and there is no signature for it");
}

static void
test_long_urls(void)
{
	static char query[16384];
	struct str token = TOKEN;
	struct str urls[2] = {STR_NONE, STR("https://h/")};
	struct str tried;

	memset(query, '!', sizeof query);
	urls[0] =
	    arena_format(&arena, "https://h/p?%.*s", (int)sizeof query, query);
	is_str(signature_find(
		   &(struct signature_check){.urls = urls, .url_count = 2,
		       .signature = STR("AAAAAAAAAAAAAAAAAAAAAAAAAAA="),
		       .auth_tokens = &token, .auth_token_count = 1},
		   &arena, &tried),
	    NULL, "a query of 16 KiB is refused without harm");
	is_str(tried, "https://h/ https://h:443/",
	    "and what is shown of the spellings stays short");
	ok(!arena.overflow, "and no memory is wasted on it");
}

static void
test_secrets(void)
{
	static const struct {
		const char *what, *a, *b;
		bool equal;
	} rows[] = {
		{"the same", "secret", "secret", true},
		{"the last byte differs", "secret", "secreT", false},
		{"the first byte differs", "secret", "Secret", false},
		{"one is longer", "secret", "secrets", false},
		{"one is empty", "secret", "", false},
		{"both are empty", "", "", true},
		{"one is absent", "", NULL, false},
		{"both are absent", NULL, NULL, false},
	};

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		ok(secret_equal(str_from(rows[i].a), str_from(rows[i].b)) ==
			    rows[i].equal &&
			secret_equal(str_from(rows[i].b),
			    str_from(rows[i].a)) == rows[i].equal,
		    "secrets, %s: %s", rows[i].what,
		    rows[i].equal ? "equal" : "not equal");
	ok(!secret_equal((struct str){"a\0b", 3}, (struct str){"a\0c", 3}),
	    "secrets, a NUL ends nothing");
}

int
main(void)
{
	static void (*const tests[])(void) = {test_vectors, test_spellings,
	    test_bodies, test_headers, test_flips, test_tokens, test_urls,
	    test_many_fields, test_long_urls, test_secrets};

	for (size_t i = 0; i < ARRAY_LENGTH(tests); i++) {
		arena_init(&arena, (size_t)4 << 20);
		tests[i]();
		arena_release(&arena);
	}
	return tap_done();
}
