/* SPDX-License-Identifier: MIT
 *
 * Every key of taskrouter.json: what it takes, what it refuses and in which
 * words, and what follows from several keys together.
 */
#include "base/compat.h"

#include "tap.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "responder/settings.h"

#define ZEROS "0000000000000000000000000000000"
#define AC1 "AC" ZEROS "1"
#define AC2 "AC" ZEROS "2"
#define SK1 "SK" ZEROS "1"
#define WS1 "WS" ZEROS "1"
#define WS2 "WS" ZEROS "2"
#define WW1 "WW" ZEROS "1"
#define WW2 "WW" ZEROS "2"
#define WQ1 "WQ" ZEROS "1"

/* What makes a configuration that nothing is to be said against. */
#define ACCOUNT "\"account_sid\": \"" AC1 "\", \"auth_token\": \"12345\""
#define PUBLIC "\"public_url\": \"https://example.com/tr\""
#define WHOLE ACCOUNT ", " PUBLIC ", "

static char folder[] = "/tmp/unit-settings-XXXXXX";

static void
file_name(char name[64], const char *base)
{
	(void)snprintf(name, 64, "%s/%s", folder, base);
}

static void
write_file(const char *base, const char *text, mode_t mode)
{
	char name[64];
	size_t length = strlen(text);

	file_name(name, base);
	(void)unlink(name);
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || write(fd, text, length) != (ssize_t)length ||
	    fchmod(fd, mode) != 0 || close(fd) != 0)
		ok(false, "can write %s", base);
}

/* Messages, one a line, without the name of the file. */
static void
collect(void *to, bool warning, const char *message)
{
	struct buf *buf = to;
	char prefix[80];
	size_t length;

	(void)warning;
	(void)snprintf(prefix, sizeof prefix, "%s/c.json: ", folder);
	length = strlen(prefix);
	buf_add_str(buf,
	    str_from(strncmp(message, prefix, length) == 0 ? message + length
							   : message));
	buf_add_byte(buf, '\n');
}

static struct settings *
load(const char *json, struct buf *messages)
{
	char name[64];

	buf_clear(messages, 0);
	file_name(name, "c.json");
	if (json != NULL)
		write_file("c.json", json, 0600);
	return settings_load(json != NULL ? name : NULL, collect, messages);
}

/* What -T writes. */
static void
show(const struct settings *settings, struct buf *shown)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	settings_show(settings, out);
	(void)fclose(out);
	buf_clear(shown, 0);
	buf_add(shown, text, size);
	free(text);
}

/* `shows`: a part of what -T writes; NULL: refused. `says`: all messages. */
static const struct row {
	const char *name;
	const char *json;
	const char *shows;
	const char *says;
} rows[] = {
    /* every default */
    {"defaults", "{" ACCOUNT ", " PUBLIC "}",
	"    \"public_url\": \"https://example.com/tr\",\n"
	"    \"api_url\": \"https://taskrouter.twilio.com\",\n"
	"    \"allow_plain_http\": false,\n"
	"    \"signature\": \"on\",\n"
	"    \"create_task\": {\n"
	"        \"attributes\": {},\n"
	"        \"outbox\": false\n"
	"    },\n"
	"    \"outbox\": {\n"
	"        \"calls\": 8,\n"
	"        \"settle\": 2,\n"
	"        \"longest_pause\": 60,\n"
	"        \"give_up\": 86400,\n"
	"        \"keep\": 604800\n"
	"    },\n"
	"    \"assignment\": {\n"
	"        \"default\": {\"instruction\":\"accept\"},\n"
	"        \"deadline\": 3.5,\n"
	"        \"fallback\": {\"instruction\":\"accept\"},\n"
	"        \"time_zone\": \"UTC\"\n"
	"    },\n"
	"    \"calls\": {\n"
	"        \"timeout\": 5,\n"
	"        \"finish_on_key\": \"#\",\n"
	"        \"repeat\": 0,\n"
	"        \"no_input\": \"hang_up\",\n"
	"        \"wrong_input\": \"enqueue\",\n"
	"        \"wait_method\": \"POST\",\n"
	"        \"enqueue_method\": \"POST\"\n"
	"    },\n"
	"    \"store\": {\n"
	"        \"size\": 1073741824,\n"
	"        \"queue\": 4096,\n"
	"        \"timeout\": 2\n"
	"    },\n"
	"    \"events\": {\n"
	"        \"keep\": 2592000,\n"
	"        \"timeout\": 10\n"
	"    },\n"
	"    \"recovery\": {\n"
	"        \"enabled\": false,\n"
	"        \"delay\": 10,\n"
	"        \"per_hour\": 3,\n"
	"        \"cascade\": 5,\n"
	"        \"pause\": 600\n"
	"    },\n"
	"    \"rest\": {\n"
	"        \"connect_timeout\": 2,\n"
	"        \"timeout\": 10,\n"
	"        \"connections\": 32,\n"
	"        \"calls\": 256,\n"
	"        \"answer_limit\": 262144\n"
	"    },\n"
	"    \"limits\": {\n"
	"        \"head\": 16384,\n"
	"        \"body\": 65536,\n"
	"        \"connections\": 1024,\n"
	"        \"receive_timeout\": 5,\n"
	"        \"send_timeout\": 5,\n"
	"        \"idle_timeout\": 75,\n"
	"        \"stop_timeout\": 12\n"
	"    },\n"
	"    \"log\": \"auto\",\n"
	"    \"log_level\": \"info\",\n"
	"    \"allow_readable_secrets\": false\n"
	"}\n",
	""},

    /* SIDs */
    {"account_sid of another kind",
	"{\"account_sid\": \"" WS1 "\", \"auth_token\": \"x\", " PUBLIC "}",
	NULL,
	"account_sid: expected an Account SID: AC and 32 hexadecimal "
	"digits\n"},
    {"workspace_sid, one", "{" WHOLE "\"workspace_sid\": \"" WS1 "\"}",
	"\"workspace_sid\": \"" WS1 "\"", ""},
    {"workspace_sid, a list",
	"{" WHOLE "\"workspace_sid\": [\"" WS1 "\", \"" WS2 "\"]}",
	"\"workspace_sid\": [\"" WS1 "\", \"" WS2 "\"]", ""},
    {"workspace_sid of another kind",
	"{" WHOLE "\"workspace_sid\": [\"" WS1 "\", \"" WW1 "\"]}", NULL,
	"workspace_sid: item 2: expected a Workspace SID: WS and 32 "
	"hexadecimal digits\n"},
    {"workflow_sid", "{" WHOLE "\"workflow_sid\": \"" WW1 "\"}",
	"\"workflow_sid\": \"" WW1 "\"", ""},
    {"workflow_sid too short", "{" WHOLE "\"workflow_sid\": \"WW1\"}", NULL,
	"workflow_sid: expected a Workflow SID: WW and 32 hexadecimal "
	"digits\n"},
    {"workflow_sid as a list", "{" WHOLE "\"workflow_sid\": []}", NULL,
	"workflow_sid: expected a string, not an array\n"},

    /* API key */
    {"an API key",
	"{" WHOLE "\"api_key\": \"" SK1 "\", \"api_secret\": \"s\"}",
	"\"api_key\": \"" SK1 "\",\n    \"api_secret\": \"********\"", ""},
    {"an API key without secret", "{" WHOLE "\"api_key\": \"" SK1 "\"}",
	NULL, "api_secret: not set: api_key needs it\n"},
    {"a secret without API key", "{" WHOLE "\"api_secret\": \"s\"}", NULL,
	"api_key: not set: api_secret belongs to an API key\n"},
    {"two API secrets",
	"{" WHOLE "\"api_key\": \"" SK1 "\", \"api_secret\": [\"a\", "
	"\"b\"]}",
	NULL, "api_secret: expected at most 1, not 2\n"},
    {"a wrong API key does not also miss its secret's partner",
	"{" WHOLE "\"api_key\": \"SK\", \"api_secret\": \"s\"}", NULL,
	"api_key: expected an API key SID: SK and 32 hexadecimal digits\n"},

    /* accounts */
    {"accounts",
	"{" WHOLE "\"accounts\": {\"" AC2 "\": {\"auth_token\": [\"a\", "
	"\"b\"]}}}",
	"\"accounts\": {\"" AC2 "\": {\"auth_token\": [\"********\", "
	"\"********\"]}}",
	""},
    {"accounts with a file",
	"{" WHOLE "\"accounts\": {\"" AC2 "\": {\"auth_token_file\": "
	"\"token\"}}}",
	"\"accounts\": {\"" AC2 "\": {\"auth_token\": [\"********\"]}}", ""},
    {"accounts alone have no own account",
	"{" PUBLIC ", \"accounts\": {\"" AC2 "\": {\"auth_token\": \"a\"}}}",
	"\"accounts\"", ""},
    {"the token of account_sid may stand in accounts",
	"{" PUBLIC ", \"account_sid\": \"" AC1 "\", \"accounts\": {\"" AC1
	"\": {\"auth_token\": \"a\"}}}",
	"\"account_sid\": \"" AC1 "\",\n    \"auth_token\": \"********\",\n"
	"    \"public_url\"",
	""},
    {"but not in both",
	"{" WHOLE "\"accounts\": {\"" AC1 "\": {\"auth_token\": \"a\"}}}",
	NULL,
	"auth_token: accounts has tokens of account_sid too: only one of "
	"them can count\n"},
    {"wrong accounts",
	"{" WHOLE "\"accounts\": {\"" WS1 "\": {}, \"" AC2 "\": {}, \"AC"
	ZEROS "3\": 1, \"AC" ZEROS "4\": {\"auth_token\": 1}, \"AC" ZEROS
	"5\": {\"auth_token_file\": 1}, \"AC" ZEROS
	"6\": {\"auth_token\": \"a\", \"auth_token_file\": \"token\"}, \"AC"
	ZEROS "7\": {\"auth_token\": \"a\", \"auth_tokn\": 1}, \"AC" ZEROS
	"8\": {\"auth_token_file\": \"none\"}, \"AC" ZEROS
	"9\": {\"auth_token\": []}}}",
	NULL,
	"accounts." WS1
	": expected an Account SID: AC and 32 hexadecimal digits\n"
	"accounts." AC2 ": expected either auth_token or auth_token_file\n"
	"accounts.AC" ZEROS "3: expected an object, not a whole number\n"
	"accounts.AC" ZEROS "4.auth_token: expected a string or a list of "
	"strings, not a whole number\n"
	"accounts.AC" ZEROS "5.auth_token_file: expected the name of a file, "
	"not a whole number\n"
	"accounts.AC" ZEROS
	"6: expected either auth_token or auth_token_file\n"
	"accounts.AC" ZEROS "7.auth_tokn: unknown key; did you mean "
	"\"auth_token\"?\n"
	"accounts.AC" ZEROS "8.auth_token_file: FOLDER/none: cannot be "
	"opened: No such file or directory\n"
	"accounts.AC" ZEROS "9.auth_token: expected at least one secret\n"},
    {"accounts as a list", "{" WHOLE "\"accounts\": []}", NULL,
	"accounts: expected an object, not an array\n"},

    /* tokens */
    {"two auth tokens",
	"{\"account_sid\": \"" AC1 "\", \"auth_token\": [\"a\", \"b\"], "
	PUBLIC "}",
	"\"auth_token\": [\"********\", \"********\"]", ""},
    {"auth token without account",
	"{\"auth_token\": \"a\", " PUBLIC "}", NULL,
	"account_sid: not set: auth_token belongs to an account\n"},
    {"account without auth token",
	"{\"account_sid\": \"" AC1 "\", " PUBLIC "}",
	"\"account_sid\": \"" AC1 "\"",
	"auth_token: warning: not set: callbacks will be refused, because "
	"their signature cannot be checked\n"},
    {"account without auth token, others have theirs",
	"{\"account_sid\": \"" AC1 "\", " PUBLIC ", \"accounts\": {\"" AC2
	"\": {\"auth_token\": \"a\"}}}",
	"\"account_sid\": \"" AC1 "\"",
	"auth_token: warning: not set: callbacks of account_sid will be "
	"refused, because their signature cannot be checked\n"},
    {"operator tokens",
	"{" WHOLE "\"operator_token\": [\"0123456789abcdef\", "
	"\"0123456789abcdefg\"]}",
	"\"operator_token\": [\"********\", \"********\"]", ""},
    {"an operator token of 15 characters",
	"{" WHOLE "\"operator_token\": \"0123456789abcde\"}",
	"\"operator_token\": \"********\"",
	"operator_token: warning: shorter than 16 characters\n"},
    {"an operator token of 7 characters",
	"{" WHOLE "\"operator_token\": [\"0123456789abcdef\", "
	"\"0123456\"]}",
	NULL,
	"operator_token: item 2: expected at least 8 characters: this one "
	"could be guessed\n"},
    {"the mask as operator token",
	"{" WHOLE "\"operator_token\": \"********\"}", NULL,
	"operator_token: \"********\" stands for a hidden secret: expected "
	"the secret itself\n"},
    {"signature off",
	"{\"signature\": \"off\"}", "\"signature\": \"off\"",
	"signature: warning: callbacks are answered whoever sends them\n"},
    {"signature neither on nor off", "{" WHOLE "\"signature\": \"no\"}", NULL,
	"signature: expected one of on, off\n"},
    {"signature as a boolean", "{" WHOLE "\"signature\": false}", NULL,
	"signature: expected a string, not true or false\n"},

    /* URLs */
    {"public_url: the slash at the end goes",
	"{" ACCOUNT ", \"public_url\": \"http://example.com:8080/a/b/\"}",
	"\"public_url\": \"http://example.com:8080/a/b\"", ""},
    {"public_url of an IPv6 address",
	"{" ACCOUNT ", \"public_url\": \"https://[2001:db8::1]:1/a\"}",
	"\"https://[2001:db8::1]:1/a\"", ""},
    {"public_url without a path",
	"{" ACCOUNT ", \"public_url\": \"https://example.com/\"}",
	"\"public_url\": \"https://example.com\"",
	"public_url: warning: has no path: where the web server gives no "
	"PATH_INFO, only the last segment of a request's path counts\n"},
    {"public_url with the endpoint",
	"{" ACCOUNT ", \"public_url\": "
	"\"https://example.com/tr/assignment_callback\"}",
	"assignment_callback",
	"public_url: warning: ends in /assignment_callback: expected the "
	"mount point above it\n"},
    {"no public_url", "{" ACCOUNT "}", "\"account_sid\"",
	"public_url: warning: not set: callbacks will be refused, because it "
	"is not known which URL Twilio signed\n"},
    {"trusted proxies instead of public_url",
	"{" ACCOUNT ", \"trusted_proxies\": \"10.1.2.3\"}",
	"\"trusted_proxies\": [\"10.1.2.3/32\"]", ""},
    {"an empty public_url", "{" ACCOUNT ", \"public_url\": \"\"}", NULL,
	"public_url: must not be empty\n"},
    {"api_url of this machine",
	"{" WHOLE "\"api_url\": \"http://127.0.0.1:8015/\"}",
	"\"api_url\": \"http://127.0.0.1:8015/\"", ""},
    {"api_url localhost", "{" WHOLE "\"api_url\": \"http://localhost:1\"}",
	"\"http://localhost:1\"", ""},
    {"api_url [::1]", "{" WHOLE "\"api_url\": \"http://[::1]\"}",
	"\"http://[::1]\"", ""},
    {"api_url plain, of another machine",
	"{" WHOLE "\"api_url\": \"http://127.0.0.1.example.com\"}", NULL,
	"api_url: expected https://: plain http:// would show the "
	"credentials to the network (allow_plain_http allows it)\n"},
    {"the same where that is allowed",
	"{" WHOLE "\"api_url\": \"http://10.0.0.1\", \"allow_plain_http\": "
	"true}",
	"\"http://10.0.0.1\"", ""},
    {"api_url and region",
	"{" WHOLE "\"api_url\": \"https://example.com\", \"region\": "
	"\"ie1\"}",
	"\"region\": \"ie1\"",
	"api_url: warning: wins over region and edge, which do not count\n"},
    {"region with a dot", "{" WHOLE "\"region\": \"a.b\"}", NULL,
	"region: expected 1 to 63 of a-z, 0-9 and '-', such as ie1 or "
	"dublin\n"},
    {"edge with a dash at the end", "{" WHOLE "\"edge\": \"a-\"}", NULL,
	"edge: expected 1 to 63 of a-z, 0-9 and '-', such as ie1 or "
	"dublin\n"},

    /* trusted proxies */
    {"ranges",
	"{" WHOLE "\"trusted_proxies\": [\"10.0.0.0/8\", \"::1\", "
	"\"2001:db8::/32\", \"0.0.0.0/32\"]}",
	"\"trusted_proxies\": [\"10.0.0.0/8\", \"::1/128\", "
	"\"2001:db8::/32\", \"0.0.0.0/32\"]",
	""},
    {"everybody", "{" WHOLE "\"trusted_proxies\": \"0.0.0.0/0\"}",
	"\"trusted_proxies\": [\"0.0.0.0/0\"]",
	"trusted_proxies: warning: trusts the forwarded headers of "
	"everybody\n"},
    {"wrong ranges",
	"{" WHOLE "\"trusted_proxies\": [\"10.0.0.1/8\", \"10.0.0.0/33\", "
	"\"10.0.0/8\", \"::/129\", \"host\", 1, \"10.0.0.0/\"]}",
	NULL,
	"trusted_proxies: \"10.0.0.1/8\": the address has bits behind the 8 "
	"of its range\n"
	"trusted_proxies: \"10.0.0.0/33\": expected 0 to 32 bits behind "
	"'/'\n"
	"trusted_proxies: \"10.0.0/8\": expected an IP address, or a range "
	"such as 10.0.0.0/8\n"
	"trusted_proxies: \"::/129\": expected 0 to 128 bits behind '/'\n"
	"trusted_proxies: \"host\": expected an IP address, or a range such "
	"as 10.0.0.0/8\n"
	"trusted_proxies: expected an IP address as a string, not a whole "
	"number\n"
	"trusted_proxies: \"10.0.0.0/\": expected 0 to 32 bits behind "
	"'/'\n"},

    /* what is answered and sent */
    {"attributes",
	"{" WHOLE "\"create_task\": {\"attributes\": "
	"{\"selected_language\": \"es\", \"n\": 1.50, \"u\": \"a/\u00e9\"}}}",
	"\"attributes\": {\"selected_language\":\"es\",\"n\":1.50,\"u\":"
	"\"a/\u00e9\"}",
	""},
    {"attributes as text",
	"{" WHOLE "\"create_task\": {\"attributes\": \"{}\"}}", NULL,
	"create_task.attributes: expected an object, not a string\n"},
    {"the outbox, without a store",
	"{" WHOLE "\"create_task\": {\"outbox\": true}}", NULL,
	"create_task.outbox: needs store.file, which is not set\n"},
    {"the outbox",
	"{" WHOLE "\"create_task\": {\"outbox\": true}, \"store\": "
	"{\"file\": \"/var/lib/x\"}, \"outbox\": {\"calls\": 1, \"settle\": 0.1, "
	"\"longest_pause\": 1, \"give_up\": 1, \"keep\": 60}}",
	"\"calls\": 1,\n        \"settle\": 0.1,\n"
	"        \"longest_pause\": 1,\n        \"give_up\": 1,\n"
	"        \"keep\": 60\n",
	""},
    {"the outbox, too little",
	"{" WHOLE "\"outbox\": {\"calls\": 0, \"settle\": 0, "
	"\"longest_pause\": 0.9, \"give_up\": 0.9, \"keep\": 59}}", NULL,
	"outbox.calls: expected a whole number from 1 to 256\n"
	"outbox.settle: expected 0.1 to 60 seconds\n"
	"outbox.longest_pause: expected 1 to 3600 seconds\n"
	"outbox.give_up: expected 1 to 2592000 seconds\n"
	"outbox.keep: expected 60 to 31622400 seconds\n"},
    {"the outbox, forgotten while it is tried",
	"{" WHOLE "\"outbox\": {\"give_up\": 3601, \"keep\": 3600}}", NULL,
	"outbox.keep: shorter than outbox.give_up: a key would be forgotten "
	"while its Task is still being tried\n"},
    {"a default instruction",
	"{" WHOLE "\"assignment\": {\"default\": {}}}", "\"default\": {}",
	""},
    {"instructions of Workflows",
	"{" WHOLE "\"assignment\": {\"workflows\": {\"" WW1 "\": {}, \"" WW2
	"\": {\"instruction\": \"accept\"}}}}",
	"\"workflows\": {\"" WW1 "\": {}, \"" WW2
	"\": {\"instruction\":\"accept\"}}",
	""},
    {"instructions of TaskQueues",
	"{" WHOLE "\"assignment\": {\"task_queues\": {\"" WQ1 "\": {}}}}",
	"\"task_queues\": {\"" WQ1 "\": {}}", ""},
    {"a Workflow that is none",
	"{" WHOLE "\"assignment\": {\"workflows\": {\"" WQ1 "\": {}}}}", NULL,
	"assignment.workflows." WQ1
	": expected a Workflow SID: WW and 32 hexadecimal digits\n"},
    {"a TaskQueue that is none",
	"{" WHOLE "\"assignment\": {\"task_queues\": {\"" WW1 "\": {}}}}",
	NULL,
	"assignment.task_queues." WW1
	": expected a TaskQueue SID: WQ and 32 hexadecimal digits\n"},
    {"an instruction that is no object",
	"{" WHOLE "\"assignment\": {\"default\": \"accept\", \"workflows\": "
	"{\"" WW1 "\": []}, \"task_queues\": 1}}",
	NULL,
	"assignment.default: expected an object, not a string\n"
	"assignment.workflows." WW1 ": expected an object, not an array\n"
	"assignment.task_queues: expected an object, not a whole number\n"},

    /* numbers */
    {"rest, the least",
	"{" WHOLE "\"rest\": {\"connect_timeout\": 0.1, \"timeout\": 0.1, "
	"\"connections\": 1, \"calls\": 1, \"answer_limit\": 1024}}",
	"\"connect_timeout\": 0.1,\n        \"timeout\": 0.1,\n"
	"        \"connections\": 1,\n        \"calls\": 1,\n"
	"        \"answer_limit\": 1024\n",
	""},
    {"rest, the most",
	"{" WHOLE "\"rest\": {\"connect_timeout\": 60, \"timeout\": 120, "
	"\"connections\": 1000, \"calls\": 10000, \"answer_limit\": "
	"1048576}, \"limits\": {\"stop_timeout\": 120}}",
	"\"connect_timeout\": 60,\n        \"timeout\": 120,\n"
	"        \"connections\": 1000,\n        \"calls\": 10000,\n"
	"        \"answer_limit\": 1048576\n",
	""},
    {"rest, too little",
	"{" WHOLE "\"rest\": {\"connect_timeout\": 0, \"timeout\": 0.01, "
	"\"connections\": 0, \"calls\": 0, \"answer_limit\": 1023}}",
	NULL,
	"rest.connect_timeout: expected 0.1 to 60 seconds\n"
	"rest.timeout: expected 0.1 to 120 seconds\n"
	"rest.connections: expected a whole number from 1 to 1000\n"
	"rest.calls: expected a whole number from 1 to 10000\n"
	"rest.answer_limit: expected a whole number from 1024 to "
	"1048576\n"},
    {"rest, too much",
	"{" WHOLE "\"rest\": {\"connect_timeout\": 60.1, \"timeout\": 121, "
	"\"connections\": 1001, \"calls\": 10001, \"answer_limit\": "
	"1048577}}",
	NULL,
	"rest.connect_timeout: expected 0.1 to 60 seconds\n"
	"rest.timeout: expected 0.1 to 120 seconds\n"
	"rest.connections: expected a whole number from 1 to 1000\n"
	"rest.calls: expected a whole number from 1 to 10000\n"
	"rest.answer_limit: expected a whole number from 1024 to "
	"1048576\n"},
    {"rest, wrong types",
	"{" WHOLE "\"rest\": {\"timeout\": \"10\", \"calls\": 1.5, "
	"\"ca_file\": 1, \"proxy\": true, \"timeuot\": 1}}",
	NULL,
	"rest.timeout: expected a number of seconds, not a string\n"
	"rest.calls: expected a whole number, not a number\n"
	"rest.ca_file: expected a string, not a whole number\n"
	"rest.proxy: expected a string, not true or false\n"
	"rest.timeuot: unknown key; did you mean \"timeout\"?\n"},
    {"events and recovery",
	"{" WHOLE "\"store\": {\"file\": \"/s\"}, \"events\": {\"keep\": 0, "
	"\"timeout\": 14}, \"recovery\": {\"enabled\": true, \"delay\": 0.1, "
	"\"per_hour\": 1, \"cascade\": 2, \"pause\": 1}}",
	"\"delay\": 0.1,\n        \"per_hour\": 1,\n"
	"        \"cascade\": 2,\n        \"pause\": 1\n",
	""},
    {"events and recovery, out of range",
	"{" WHOLE "\"events\": {\"keep\": -1, \"timeout\": 15}, "
	"\"recovery\": {\"delay\": 3601, \"per_hour\": 0, \"cascade\": 1, "
	"\"pause\": 0.5, \"activity_sid\": \"WK1\"}}",
	NULL,
	"events.keep: expected 0 to 315360000 seconds\n"
	"events.timeout: expected 0.1 to 14 seconds\n"
	"recovery.delay: expected 0.1 to 3600 seconds\n"
	"recovery.per_hour: expected a whole number from 1 to 3600\n"
	"recovery.cascade: expected a whole number from 2 to 100000\n"
	"recovery.pause: expected 1 to 86400 seconds\n"
	"recovery.activity_sid: expected an Activity SID: WA and 32 "
	"hexadecimal digits\n"},
    {"recovery without a store",
	"{" WHOLE "\"recovery\": {\"enabled\": true}}", NULL,
	"recovery.enabled: needs store.file, which is not set\n"},
    {"recovery to where they are",
	"{" WHOLE "\"recovery\": {\"activity_sid\": "
	"\"WA00000000000000000000000000000001\", \"timeout_activity_sid\": "
	"\"WA00000000000000000000000000000001\"}}", NULL,
	"recovery.activity_sid: is recovery.timeout_activity_sid: Workers "
	"would stay where they are\n"},
    {"work of a rule without a store",
	"{" WHOLE "\"assignment\": {\"rules\": [{\"answer\": {}, \"then\": "
	"{\"task\": {\"attributes\": {\"a\": 1}}}}]}}", NULL,
	"assignment.rules: a rule asks for work (then), which needs "
	"store.file\n"},
    {"the time in a rule without a store",
	"{" WHOLE "\"assignment\": {\"rules\": [{\"when\": \"date == "
	"'2026-12-24'\", \"answer\": {}}, {\"answer\": "
	"{\"instruction\": \"accept\"}}]}}",
	"\"deadline\": 3.5",
	"assignment.rules: warning: a rule asks for the time, and store.file "
	"is not set: a callback that is repeated later may be answered "
	"differently\n"},
    {"both with a store",
	"{" WHOLE "\"store\": {\"file\": \"/s\"}, \"assignment\": "
	"{\"deadline\": 0.1, \"rules\": [{\"when\": \"date == "
	"'2026-12-24'\", \"answer\": {}}, {\"answer\": "
	"{\"instruction\": \"accept\"}, \"then\": {\"task\": "
	"{\"attributes\": {\"a\": 1}}}}]}}",
	"\"deadline\": 0.1", ""},
    {"a deadline that the web server does not wait for",
	"{" WHOLE "\"assignment\": {\"deadline\": 4.6}}", NULL,
	"assignment.deadline: expected 0.1 to 4.5 seconds\n"},
    {"connecting longer than the whole call",
	"{" WHOLE "\"rest\": {\"connect_timeout\": 10.1}}", NULL,
	"rest.connect_timeout: longer than rest.timeout\n"},
    {"a stop that is shorter than a call",
	"{" WHOLE "\"limits\": {\"stop_timeout\": 9.9}}",
	"\"stop_timeout\": 9.9",
	"limits.stop_timeout: warning: shorter than rest.timeout: a stop may "
	"cut calls off\n"},
    {"limits, the least",
	"{" WHOLE "\"rest\": {\"connect_timeout\": 0.1, \"timeout\": 0.1}, "
	"\"limits\": {\"head\": 4096, \"body\": 1024, \"connections\": 1, "
	"\"receive_timeout\": 0.1, \"send_timeout\": 0.1, \"idle_timeout\": "
	"1, \"stop_timeout\": 0.1}}",
	"\"head\": 4096,\n        \"body\": 1024,\n"
	"        \"connections\": 1,\n        \"receive_timeout\": 0.1,\n"
	"        \"send_timeout\": 0.1,\n        \"idle_timeout\": 1,\n"
	"        \"stop_timeout\": 0.1\n",
	""},
    {"limits, the most",
	"{" WHOLE "\"limits\": {\"head\": 262144, \"body\": 1048576, "
	"\"connections\": 65536, \"receive_timeout\": 120, \"send_timeout\": "
	"120, \"idle_timeout\": 3600, \"stop_timeout\": 600}}",
	"\"head\": 262144,\n        \"body\": 1048576,\n"
	"        \"connections\": 65536,\n        \"receive_timeout\": 120,\n"
	"        \"send_timeout\": 120,\n        \"idle_timeout\": 3600,\n"
	"        \"stop_timeout\": 600\n",
	""},
    {"limits, too little",
	"{" WHOLE "\"limits\": {\"head\": 4095, \"body\": 1023, "
	"\"connections\": 0, \"receive_timeout\": 0, \"send_timeout\": 0, "
	"\"idle_timeout\": 0.9, \"stop_timeout\": -1}}",
	NULL,
	"limits.head: expected a whole number from 4096 to 262144\n"
	"limits.body: expected a whole number from 1024 to 1048576\n"
	"limits.connections: expected a whole number from 1 to 65536\n"
	"limits.receive_timeout: expected 0.1 to 120 seconds\n"
	"limits.send_timeout: expected 0.1 to 120 seconds\n"
	"limits.idle_timeout: expected 1 to 3600 seconds\n"
	"limits.stop_timeout: expected 0.1 to 600 seconds\n"},

    /* files and the rest */
    {"rest.ca_file", "{" WHOLE "\"rest\": {\"ca_file\": \"/dev/null\"}}",
	"\"ca_file\": \"/dev/null\"", ""},
    {"rest.ca_file that is not there",
	"{" WHOLE "\"rest\": {\"ca_file\": \"/none/none\"}}", NULL,
	"rest.ca_file: expected a file that can be read\n"},
    {"relative paths",
	"{" WHOLE "\"rest\": {\"ca_file\": \"ca.pem\"}, \"metrics_file\": "
	"\"metrics\"}",
	NULL,
	"rest.ca_file: expected a path that begins with '/'\n"
	"metrics_file: expected a path that begins with '/'\n"},
    {"metrics_file", "{" WHOLE "\"metrics_file\": \"/var/lib/x\"}",
	"\"metrics_file\": \"/var/lib/x\"", ""},
    {"rest.proxy", "{" WHOLE "\"rest\": {\"proxy\": \"socks5h://a:1080\"}}",
	"\"proxy\": \"socks5h://a:1080\"", ""},
    {"rest.proxy with a password",
	"{" WHOLE "\"rest\": {\"proxy\": \"http://u:p@a\"}}", NULL,
	"rest.proxy: expected a URL without user name and password\n"},
    {"rest.proxy of an unknown kind",
	"{" WHOLE "\"rest\": {\"proxy\": \"ftp://a\"}}", NULL,
	"rest.proxy: expected a URL that begins with http://, https://, "
	"socks5:// or socks5h://\n"},
    {"log and log_level",
	"{" WHOLE "\"log\": \"syslog\", \"log_level\": \"debug\"}",
	"\"log\": \"syslog\",\n    \"log_level\": \"debug\"", ""},
    {"wrong log and log_level",
	"{" WHOLE "\"log\": \"file\", \"log_level\": \"all\"}", NULL,
	"log: expected one of auto, stderr, syslog\n"
	"log_level: expected one of error, warning, info, debug\n"},
    {"wrong booleans",
	"{" WHOLE "\"allow_plain_http\": 1, \"allow_readable_secrets\": "
	"\"yes\"}",
	NULL,
	"allow_plain_http: expected true or false, not a whole number\n"
	"allow_readable_secrets: expected true or false, not a string\n"},
    {"a key that is misspelt", "{" WHOLE "\"accont_sid\": 1}", NULL,
	"accont_sid: unknown key; did you mean \"account_sid\"?\n"},
    {"a repeated key", "{" WHOLE "\n\"log\": \"auto\",\n \"log\": \"auto\"}",
	NULL, "line 3, column 2: a key is repeated within one object\n"},
};

/* `text` with FOLDER replaced, in static memory. */
static const char *
expand(const char *text)
{
	static char expanded[4096];
	const char *mark = strstr(text, "FOLDER");

	if (mark == NULL)
		return text;
	(void)snprintf(expanded, sizeof expanded, "%.*s%s%s",
	    (int)(mark - text), text, folder, mark + 6);
	return expanded;
}

static void
test_row(const struct row *row, struct buf *messages, struct buf *shown)
{
	struct settings *s = load(row->json, messages);

	is_str(buf_str(messages), expand(row->says), "%s: messages",
	    row->name);
	ok((s != NULL) == (row->shows != NULL), "%s: %s", row->name,
	    row->shows != NULL ? "is taken" : "is refused");
	if (s != NULL && row->shows != NULL) {
		show(s, shown);
		if (!ok(str_contains(buf_str(shown), row->shows), "%s: value",
			row->name))
			printf("# %.*s\n", STR_ARGS(buf_str(shown)));
	}
	settings_release(s);
}

static const struct {
	const char *url;
	const char *says; /* NULL: good */
} urls[] = {
    {"https://example.com/a", NULL},
    {"https://a_b.example.com:65535/a%20b/c", NULL},
    {"example.com/a", "begins with https:// or http://"},
    {"HTTPS://example.com/a", "begins with https:// or http://"},
    {"https:/example.com/a", "begins with https:// or http://"},
    {"ftp://example.com/a", "begins with https:// or http://"},
    {"https://u:p@example.com/a", "without user name and password"},
    {"https://example.com/a?b", "without a query"},
    {"https://example.com?b", "without a query"},
    {"https://example.com/a#b", "without a fragment"},
    {"https:///a", "host name of 1 to 253 bytes"},
    {"https://:80/a", "host name of 1 to 253 bytes"},
    {"https://exa mple.com/a", "host name of letters"},
    {"https://ex%61mple.com/a", "host name of letters"},
    {"https://example.com:/a", "port from 1 to 65535"},
    {"https://example.com:0/a", "port from 1 to 65535"},
    {"https://example.com:65536/a", "port from 1 to 65535"},
    {"https://example.com:80:80/a", "port from 1 to 65535"},
    {"https://[::1/a", "IPv6 address in brackets"},
    {"https://[127.0.0.1]/a", "IPv6 address in brackets"},
    {"https://[::1]x/a", "IPv6 address in brackets"},
    {"https://example.com/a//", "without empty and dot segments"},
    {"https://example.com/a//b", "without empty and dot segments"},
    {"https://example.com/../b", "without empty and dot segments"},
    {"https://example.com/b/.", "without empty and dot segments"},
    {"https://example.com/b/..", "without empty and dot segments"},
    {"https://example.com/a b", "RFC 3986"},
    {"https://example.com/\u00e9", "RFC 3986"},
    {"https://example.com/a%2", "hexadecimal digits behind '%'"},
    {"https://example.com/a%zz", "hexadecimal digits behind '%'"},
};

static void
test_urls(struct buf *messages)
{
	char json[512];

	for (size_t i = 0; i < ARRAY_LENGTH(urls); i++) {
		(void)snprintf(json, sizeof json,
		    "{" ACCOUNT ", \"public_url\": \"%s\"}", urls[i].url);
		struct settings *s = load(json, messages);
		struct str said = buf_str(messages);
		if (urls[i].says == NULL)
			is_str(said, "", "%s: is taken", urls[i].url);
		else
			ok(s == NULL && str_contains(said, urls[i].says),
			    "%s: is refused: %.*s", urls[i].url,
			    str_int_length(str_trim(said)), said.at);
		settings_release(s);
	}
}

/* What the responder takes out of the settings. */
static void
test_public_url(struct buf *messages)
{
	struct settings *s = load(
	    "{" ACCOUNT ", \"public_url\": \"https://example.com:8443/a/b/\"}",
	    messages);

	is_str(s->public_url, "https://example.com:8443/a/b", "public_url");
	is_str(s->public_origin, "https://example.com:8443", "its origin");
	is_str(s->public_path, "/a/b", "its path");
	settings_release(s);
	s = load("{\"public_url\": \"https://[::1]:1/\"}", messages);
	is_str(s->public_url, "https://[::1]:1", "public_url without path");
	is_str(s->public_origin, "https://[::1]:1", "its origin");
	is_str(s->public_path, "", "its path is empty, not absent");
	settings_release(s);
	s = load("{}", messages);
	is_str(s->public_path, NULL, "no public_url, no path");
	settings_release(s);
}

static void
test_api_url(struct buf *messages)
{
	static const struct {
		const char *json;
		const char *url;
	} hosts[] = {
	    {"{}", "https://taskrouter.twilio.com"},
	    {"{\"region\": \"ie1\"}", "https://taskrouter.ie1.twilio.com"},
	    {"{\"edge\": \"dublin\"}",
		"https://taskrouter.dublin.us1.twilio.com"},
	    {"{\"region\": \"ie1\", \"edge\": \"dublin\"}",
		"https://taskrouter.dublin.ie1.twilio.com"},
	    {"{\"region\": \"ie1\", \"api_url\": "
	     "\"https://taskrouter.twilio.com/\"}",
		"https://taskrouter.ie1.twilio.com"},
	    {"{\"region\": \"ie1\", \"api_url\": \"https://example.com/x/\"}",
		"https://example.com/x"},
	    {"{\"region\": \"ie1\", \"api_url\": "
	     "\"https://taskrouter.twilio.com/x\"}",
		"https://taskrouter.twilio.com/x"},
	};

	for (size_t i = 0; i < ARRAY_LENGTH(hosts); i++) {
		struct settings *s = load(hosts[i].json, messages);
		is_str(s == NULL ? STR_NONE : s->api_url, hosts[i].url,
		    "api_url of %s", hosts[i].json);
		settings_release(s);
	}
}

static void
test_environment(struct buf *messages, struct buf *shown)
{
	static const struct {
		const char *variable, *value, *shows;
	} good[] = {
	    {"TWILIO_ACCOUNT_SID", AC2, "\"account_sid\": \"" AC2 "\""},
	    {"TWILIO_AUTH_TOKEN", "t", "\"auth_token\": \"********\""},
	    {"TWILIO_API_KEY", SK1, "\"api_key\": \"" SK1 "\""},
	    {"TWILIO_API_SECRET", "s", "\"api_secret\": \"********\""},
	    {"TWILIO_REGION", "ie1", "\"region\": \"ie1\""},
	    {"TWILIO_EDGE", "dublin", "\"edge\": \"dublin\""},
	    {"TASKROUTER_WORKSPACE_SID", WS2,
		"\"workspace_sid\": \"" WS2 "\""},
	    {"TASKROUTER_WORKFLOW_SID", WW2, "\"workflow_sid\": \"" WW2 "\""},
	    {"TASKROUTER_PUBLIC_URL", "https://b.example/y/",
		"\"public_url\": \"https://b.example/y\""},
	    {"TASKROUTER_API_URL", "http://127.0.0.1:1",
		"\"api_url\": \"http://127.0.0.1:1\""},
	    {"TASKROUTER_OPERATOR_TOKEN", "0123456789abcdef",
		"\"operator_token\": \"********\""},
	};
	static const char json[] =
	    "{\"account_sid\": \"" AC1 "\", \"auth_token\": [\"a\", \"b\"], "
	    "\"workspace_sid\": \"" WS1 "\", \"workflow_sid\": \"" WW1
	    "\", \"operator_token\": [\"0123456789abcdef\", "
	    "\"0123456789abcdef\"], \"region\": \"au1\", \"edge\": "
	    "\"sydney\", \"api_key\": \"SK" ZEROS "2\", \"api_secret\": "
	    "\"z\", " PUBLIC "}";

	for (size_t i = 0; i < ARRAY_LENGTH(good); i++) {
		(void)setenv(good[i].variable, good[i].value, 1);
		struct settings *s = load(json, messages);
		(void)unsetenv(good[i].variable);
		if (!ok(s != NULL, "%s: is taken", good[i].variable)) {
			printf("# %.*s\n", STR_ARGS(buf_str(messages)));
			continue;
		}
		show(s, shown);
		ok(str_contains(buf_str(shown), good[i].shows),
		    "%s: wins over the file", good[i].variable);
		settings_release(s);
	}
}

/* design: "With the environment alone (public URL included) it runs, and
 * accepts." */
static void
test_environment_alone(struct buf *messages)
{
	char name[64];

	file_name(name, "token");
	(void)setenv("TWILIO_ACCOUNT_SID", AC1, 1);
	(void)setenv("TWILIO_AUTH_TOKEN_FILE", name, 1);
	(void)setenv("TASKROUTER_PUBLIC_URL", "https://example.com/tr", 1);
	struct settings *s = load(NULL, messages);
	is_str(buf_str(messages), "", "the environment alone: no message");
	if (ok(s != NULL, "the environment alone: is taken")) {
		is_str(s->auth_token.items[0], "filetoken", "its auth token");
		is_str(s->assignment_default.json,
		    "{\"instruction\":\"accept\"}", "it accepts");
		is_str(str_from(settings_callbacks_blocked(s)), NULL,
		    "callbacks are possible");
	}
	settings_release(s);
	(void)setenv("TWILIO_ACCOUNT_SID", "AC1", 1);
	s = load(NULL, messages);
	is_str(buf_str(messages),
	    "environment: TWILIO_ACCOUNT_SID: expected an Account SID: AC and "
	    "32 hexadecimal digits\n",
	    "an error of the environment");
	settings_release(s);
	(void)unsetenv("TWILIO_ACCOUNT_SID");
	(void)unsetenv("TWILIO_AUTH_TOKEN_FILE");
	(void)unsetenv("TASKROUTER_PUBLIC_URL");
	s = load(NULL, messages);
	is_str(buf_str(messages),
	    "environment: TWILIO_AUTH_TOKEN: warning: not set: callbacks will "
	    "be refused, because their signature cannot be checked\n"
	    "environment: TASKROUTER_PUBLIC_URL: warning: not set: callbacks "
	    "will be refused, because it is not known which URL Twilio "
	    "signed\n",
	    "nothing at all: warnings");
	settings_release(s);
}

static void
test_modes(struct buf *messages)
{
	char name[64];

	file_name(name, "c.json");
	write_file("c.json",
	    "{" WHOLE "\"accounts\": {\"" AC2 "\": {\"auth_token\": \"a\"}}}",
	    0644);
	struct settings *s = settings_load(name, collect, messages);
	ok(s == NULL, "a secret in a file of mode 0644 is refused");
	settings_release(s);
	buf_clear(messages, 0);
	write_file("c.json",
	    "{" PUBLIC ", \"accounts\": {\"" AC2 "\": {\"auth_token\": "
	    "\"a\"}}}",
	    0640);
	s = settings_load(name, collect, messages);
	is_str(buf_str(messages),
	    "accounts." AC2 ".auth_token: a secret in a file that others may "
	    "read (its mode is 0640): chmod 600 it, or move the secret to a "
	    "file of its own\n",
	    "so is one within accounts");
	settings_release(s);
	buf_clear(messages, 0);
	write_file("c.json", "{" WHOLE "\"allow_readable_secrets\": true}",
	    0644);
	s = settings_load(name, collect, messages);
	ok(s != NULL, "allow_readable_secrets allows it");
	settings_release(s);
	write_file("c.json",
	    "{" PUBLIC ", \"account_sid\": \"" AC1 "\", \"auth_token_file\": "
	    "\"token\"}",
	    0644);
	s = settings_load(name, collect, messages);
	ok(s != NULL, "a file of mode 0644 that only names a secret's file");
	settings_release(s);
}

static void
test_tokens(struct buf *messages)
{
	struct settings *s = load(
	    "{" WHOLE "\"workspace_sid\": [\"" WS1 "\"], \"accounts\": {\"" AC2
	    "\": {\"auth_token\": [\"x\", \"y\"]}}}",
	    messages);

	struct config_strings own = settings_auth_tokens(s, STR(AC1));
	struct config_strings sub = settings_auth_tokens(s, STR(AC2));
	struct config_strings none =
	    settings_auth_tokens(s, STR("AC" ZEROS "3"));
	is_int((int64_t)own.count, 1, "tokens of account_sid");
	is_str(own.items[0], "12345", "its token");
	is_int((int64_t)sub.count, 2, "tokens of a subaccount");
	is_str(sub.items[1], "y", "its second token");
	is_int((int64_t)none.count, 0, "tokens of a stranger");
	is_str(s->accounts[0].account_sid, AC1, "account_sid comes first");
	ok(settings_knows_account(s, STR(AC1)), "knows account_sid");
	ok(settings_knows_account(s, STR(AC2)), "knows the subaccount");
	ok(!settings_knows_account(s, STR("AC" ZEROS "3")),
	    "does not know a stranger");
	ok(!settings_knows_account(s, STR_NONE), "nor no account");
	ok(settings_knows_workspace(s, STR(WS1)), "knows the Workspace");
	ok(!settings_knows_workspace(s, STR(WS2)), "and no other");
	settings_release(s);

	s = load("{\"signature\": \"off\"}", messages);
	ok(settings_knows_account(s, STR(AC1)), "none configured: any account");
	ok(settings_knows_workspace(s, STR(WS1)), "and any Workspace");
	settings_release(s);
	s = load("{\"signature\": \"off\", \"account_sid\": \"" AC1 "\"}",
	    messages);
	ok(settings_knows_account(s, STR(AC1)) &&
		!settings_knows_account(s, STR(AC2)),
	    "an account without token is known, others are not");
	settings_release(s);
}

static void
test_blocked(struct buf *messages)
{
	static const struct {
		const char *json, *callbacks, *rest;
	} blocked[] = {
	    {"{}", "no auth token", "neither an API key"},
	    {"{\"signature\": \"off\"}", NULL, "neither an API key"},
	    {"{" ACCOUNT "}", "public_url", "workspace_sid"},
	    {"{" ACCOUNT ", " PUBLIC "}", NULL, "workspace_sid"},
	    {"{" ACCOUNT ", \"trusted_proxies\": \"::1\"}", NULL,
		"workspace_sid"},
	    {"{" WHOLE "\"workspace_sid\": \"" WS1 "\"}", NULL, NULL},
	    {"{\"api_key\": \"" SK1 "\", \"api_secret\": \"s\", "
	     "\"workspace_sid\": \"" WS1 "\"}",
		"no auth token", NULL},
	};

	for (size_t i = 0; i < ARRAY_LENGTH(blocked); i++) {
		struct settings *s = load(blocked[i].json, messages);
		const char *callbacks = settings_callbacks_blocked(s);
		const char *rest = settings_rest_blocked(s);
		ok(blocked[i].callbacks == NULL
			? callbacks == NULL
			: callbacks != NULL &&
			    strstr(callbacks, blocked[i].callbacks) != NULL,
		    "callbacks with %s: %s", blocked[i].json,
		    callbacks == NULL ? "possible" : callbacks);
		ok(blocked[i].rest == NULL ? rest == NULL
					   : rest != NULL &&
			    strstr(rest, blocked[i].rest) != NULL,
		    "the REST API with %s: %s", blocked[i].json,
		    rest == NULL ? "possible" : rest);
		const char *sign_in = settings_sign_in_blocked(s);
		ok((sign_in == NULL) == (rest == NULL || strstr(rest,
		       "workspace_sid") != NULL),
		    "signing in with %s: %s", blocked[i].json,
		    sign_in == NULL ? "possible" : sign_in);
		settings_release(s);
	}
}

static void
test_proxies(struct buf *messages)
{
	static const struct {
		const char *address;
		bool trusted;
	} addresses[] = {
	    {"10.0.0.0", true}, {"10.255.255.255", true}, {"11.0.0.0", false},
	    {"9.255.255.255", false}, {"192.168.1.1", true},
	    {"192.168.1.2", false}, {"::ffff:10.1.1.1", true},
	    {"2001:db8:0:1::", true}, {"2001:db9::", false}, {"::1", false},
	    {"", false}, {"unix:", false}, {"10.0.0.1:80", false},
	    {"10.0.0.1/8", false},
	};
	struct settings *s = load(
	    "{" WHOLE "\"trusted_proxies\": [\"10.0.0.0/8\", "
	    "\"192.168.1.1\", \"2001:db8::/32\"]}",
	    messages);

	for (size_t i = 0; i < ARRAY_LENGTH(addresses); i++)
		ok(settings_trusts_proxy(s, str_from(addresses[i].address)) ==
			addresses[i].trusted,
		    "proxy \"%s\" is %s", addresses[i].address,
		    addresses[i].trusted ? "trusted" : "not trusted");
	ok(!settings_trusts_proxy(s, STR_NONE), "no address is not trusted");
	settings_release(s);
	s = load("{" WHOLE "\"log\": \"auto\"}", messages);
	ok(!settings_trusts_proxy(s, STR("127.0.0.1")),
	    "none is trusted by default");
	settings_release(s);
}

static void
test_attributes(struct buf *messages)
{
	static const struct {
		unsigned characters;
		bool good;
	} lengths[] = {{4096, true}, {4097, false}};

	for (size_t i = 0; i < ARRAY_LENGTH(lengths); i++) {
		struct buf json;
		buf_init(&json, 1 << 16);
		buf_add_str(&json,
		    STR("{" WHOLE
			"\"create_task\": {\"attributes\": {\"a\": \""));
		/* {"a":""} is 8 characters; these are of two bytes */
		for (unsigned c = 8; c < lengths[i].characters; c++)
			buf_add_str(&json, STR("\u00e9"));
		buf_add(&json, "\"}}}", 5);
		struct settings *s = load(json.at, messages);
		ok((s != NULL) == lengths[i].good,
		    "attributes of %u characters: %s", lengths[i].characters,
		    lengths[i].good ? "taken" : "refused");
		is_str(buf_str(messages),
		    lengths[i].good ? ""
				    : "create_task.attributes: expected at "
				      "most 4096 characters of JSON, not "
				      "4097\n",
		    "attributes of %u characters: messages",
		    lengths[i].characters);
		settings_release(s);
		buf_release(&json);
	}
}

static void
test_counting(struct buf *messages)
{
	struct settings *s = load("{" WHOLE "\"log\": \"auto\"}", messages);

	ok(settings_hold(s) == s, "held");
	settings_release(s);
	is_str(s->account_sid, AC1, "released once, still there");
	settings_release(s);
	settings_release(NULL);
}

/* -T writes a configuration: with the masks replaced it gives itself. */
static void
test_show(struct buf *messages, struct buf *shown)
{
	struct settings *s = load(
	    "{" WHOLE "\"region\": \"ie1\", \"edge\": \"dublin\", "
	    "\"trusted_proxies\": [\"10.0.0.0/8\"], \"accounts\": {\"" AC2
	    "\": {\"auth_token\": [\"x\", \"y\"]}}, \"rest\": {\"timeout\": "
	    "2.125}, \"operator_token\": \"0123456789abcdef\"}",
	    messages);
	struct buf first;

	show(s, shown);
	settings_release(s);
	ok(!str_contains(buf_str(shown), "12345") &&
		!str_contains(buf_str(shown), "0123456789abcdef") &&
		!str_contains(buf_str(shown), "\"x\""),
	    "-T shows no secret");
	buf_init(&first, 1 << 20);
	buf_add_str(&first, buf_str(shown));
	buf_add_byte(&first, '\0');
	s = load(first.at, messages);
	ok(s == NULL && str_contains(buf_str(messages), "hidden secret"),
	    "-T with its masks is refused");
	settings_release(s);
	for (size_t i = 0; i + 8 <= first.len; i++)
		if (memcmp(first.at + i, CONFIG_MASK, 8) == 0)
			memcpy(first.at + i, "abcdefgh", 8);
	s = load(first.at, messages);
	if (ok(s != NULL, "-T with secrets put in is a configuration")) {
		show(s, shown);
		for (size_t i = 0; i + 8 <= first.len; i++)
			if (memcmp(first.at + i, "abcdefgh", 8) == 0)
				memcpy(first.at + i, CONFIG_MASK, 8);
		is_str(buf_str(shown), first.at, "and shows itself");
	}
	settings_release(s);
	buf_release(&first);
}

static void
test_manual(struct buf *shown)
{
	char *text = NULL;
	size_t size = 0, items = 0;
	FILE *out = open_memstream(&text, &size);

	settings_write_manual(out);
	(void)fclose(out);
	buf_clear(shown, 0);
	for (const char *at = text; (at = strstr(at, ".It Ic ")) != NULL; at++)
		items++;
	ok(items >= 35, "the manual has an item for each of %zu keys", items);
	ok(strstr(text, "\n\n") == NULL, "and no empty line");
	free(text);
}

int
main(void)
{
	struct buf messages, shown;
	char name[64];

	buf_init(&messages, 1 << 20);
	buf_init(&shown, 1 << 20);
	if (mkdtemp(folder) == NULL)
		return 1;
	write_file("token", "filetoken\n", 0600);
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		test_row(&rows[i], &messages, &shown);
	test_urls(&messages);
	test_public_url(&messages);
	test_api_url(&messages);
	test_environment(&messages, &shown);
	test_environment_alone(&messages);
	test_modes(&messages);
	test_tokens(&messages);
	test_blocked(&messages);
	test_proxies(&messages);
	test_attributes(&messages);
	test_counting(&messages);
	test_show(&messages, &shown);
	test_manual(&shown);
	file_name(name, "token");
	(void)unlink(name);
	file_name(name, "c.json");
	(void)unlink(name);
	(void)rmdir(folder);
	buf_release(&messages);
	buf_release(&shown);
	return tap_done();
}
