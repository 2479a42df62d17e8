/* SPDX-License-Identifier: MIT
 *
 * What the files settings*.c share. Nobody else includes this.
 */
#ifndef RESPONDER_SETTINGS_PARTS_H
#define RESPONDER_SETTINGS_PARTS_H

#include "base/compat.h"
#include "base/err.h"
#include "base/str.h"
#include "config/config.h"
#include "responder/settings.h"

extern const struct config_key settings_keys[];
extern const size_t settings_key_count;

#define SETTINGS_API_URL "https://taskrouter.twilio.com"
#define SETTINGS_TOKEN_LEAST ((size_t)8)   /* bytes of an operator token */
#define SETTINGS_TOKEN_ADVISED ((size_t)16)

/* Custom values (settings_read.c). */
void settings_read_accounts(struct config_reader *reader, const char *path,
    struct json_object *value, void *settings);
void settings_read_networks(struct config_reader *reader, const char *path,
    struct json_object *value, void *networks);
void settings_read_attributes(struct config_reader *reader, const char *path,
    struct json_object *value, void *text);
void settings_read_instruction(struct config_reader *reader, const char *path,
    struct json_object *value, void *instruction);
/* The parameter of an instruction that nobody else may read. */
void settings_check_secret_parameter(struct config_reader *reader,
    const char *path, struct json_object *value);
void settings_read_workflows(struct config_reader *reader, const char *path,
    struct json_object *value, void *choices);
void settings_read_task_queues(struct config_reader *reader, const char *path,
    struct json_object *value, void *choices);

/* The keys calls.* (settings_calls.c). */
void settings_read_menu(struct config_reader *reader, const char *path,
    struct json_object *value, void *settings);
void settings_read_prompts(struct config_reader *reader, const char *path,
    struct json_object *value, void *prompts);
bool settings_check_digits(struct str value, struct err *err);
bool settings_check_finish_key(struct str value, struct err *err);
bool settings_check_call_url(struct str value, struct err *err);
/* Fills in the tutorial's menu, and what follows from the keys
 * (settings_calls_check.c). */
void settings_derive_calls(struct settings *settings);
/* The same as JSON (settings_calls_show.c). */
struct str settings_show_menu(struct arena *arena, const void *settings);
struct str settings_show_prompts(struct arena *arena, const void *prompts);
/* Rows of the table of contradictions. */
bool settings_calls_lack_workflow(const struct settings *settings);
bool settings_calls_need_workflow(const struct settings *settings);
bool settings_calls_lack_default(const struct settings *settings);
bool settings_calls_press_finish_key(const struct settings *settings);
bool settings_calls_say_nothing(const struct settings *settings);
bool settings_calls_never_say_goodbye(const struct settings *settings);
bool settings_calls_are_too_long(const struct settings *settings);
/* Rules (settings_rules.c). */
void settings_read_rules(struct config_reader *reader, const char *path,
    struct json_object *value, void *rules);
struct str settings_show_rules(struct arena *arena, const void *rules);
MUST_USE bool settings_check_time_zone(struct str value, struct err *err);
/* Before and after the checks. */
void settings_note_default(struct config_reader *reader, struct settings *s);
void settings_derive_rules(struct settings *s);

/* The same as JSON (settings_show.c). */
struct str settings_show_accounts(struct arena *arena, const void *settings);
struct str settings_show_networks(struct arena *arena, const void *networks);
struct str settings_show_attributes(struct arena *arena, const void *text);
struct str settings_show_instruction(
    struct arena *arena, const void *instruction);
struct str settings_show_choices(struct arena *arena, const void *choices);

/* An address as it stands in an address range (settings_network.c). */
MUST_USE bool settings_parse_address(
    struct str text, unsigned char address[16], bool *is_ipv4);
/* "10.0.0.0/8", "::1"; `text` is "address" or "address/bits". */
MUST_USE bool settings_parse_network(
    struct str text, struct settings_network *network, struct err *err);
/* In the arena. */
struct str settings_format_network(
    struct arena *arena, const struct settings_network *network);

/* An absolute URL, in views of the text (settings_url.c). */
struct settings_url {
	struct str scheme;
	struct str host;   /* with brackets for IPv6 */
	struct str origin; /* "https://example.com:8443" */
	struct str path;   /* present, perhaps empty; no slash at the end */
};
/* Takes what the checks below let pass. */
void settings_split_url(struct str text, struct settings_url *url);
MUST_USE bool settings_check_http_url(struct str text, struct err *err);
MUST_USE bool settings_check_proxy_url(struct str text, struct err *err);
/* 127.0.0.0/8, [::1], localhost. */
bool settings_is_loopback(struct str host);

/* What follows from several keys, and what contradicts (settings_check.c). */
void settings_check(struct config_reader *reader, void *settings);

#endif
