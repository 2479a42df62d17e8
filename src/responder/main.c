/* SPDX-License-Identifier: MIT
 *
 * taskrouter.fcgi: finds out how it was started, reads its configuration, and
 * serves as FastCGI, as CGI or over HTTP.
 */
#include "base/compat.h"

#include <event2/event.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/log.h"
#include "base/process.h"
#include "gateway/cgi.h"
#include "gateway/gateway.h"
#include "responder/assignment_guard.h"
#include "responder/explain.h"
#include "responder/find.h"
#include "responder/keeper.h"
#include "responder/responder.h"
#include "responder/server.h"
#include "responder/settings.h"

#define EXIT_USAGE 2
/* For the store, before the web server need not hear of it any more. */
#define CGI_PATIENCE_MS 100

static const char usage[] =
    "usage: taskrouter.fcgi [-c file] [-t | -T] [-l address:port] [-V] [-h]\n"
    "       taskrouter.fcgi [-c file] --explain [--at time] [callback]\n"
    "\n"
    "  -c file          the configuration (taskrouter.json(5))\n"
    "  -t               check the configuration and exit: 0 good, 78 bad\n"
    "  -T               as -t, and print it, secrets masked\n"
    "  -l address:port  serve HTTP here; port 0 takes a free one\n"
    "  --explain        show, rule by rule, how a callback, a file or else\n"
    "                   standard input, is answered, and exit\n"
    "  --at time        ... as it would be then: 2026-11-22T17:59\n"
    "  -V               print the version\n"
    "  -h               print this\n"
    "\n"
    "Without -l it serves FastCGI where a web server, spawn-fcgi or systemd\n"
    "hands it a listening socket, and CGI where a web server runs it as one.\n"
    "By hand, try: taskrouter.fcgi -l 127.0.0.1:8080\n";

/* Their values must not stay where /proc shows them. */
static const char *const secret_variables[] = {
	"TWILIO_AUTH_TOKEN",
	"TWILIO_API_SECRET",
	"TASKROUTER_OPERATOR_TOKEN",
	NULL,
};

struct options {
	const char *file;
	const char *listen;
	bool test;
	bool show;
	bool explain;
	const char *at;
	const char *callback;
};

enum { OPTION_EXPLAIN = 256, OPTION_AT };

static const struct option long_options[] = {
	{"explain", no_argument, NULL, OPTION_EXPLAIN},
	{"at", required_argument, NULL, OPTION_AT},
	{"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, 'V'},
	{NULL, 0, NULL, 0},
};

static void
print_version(void)
{
	const char *curl = rest_library_version();

	printf("taskrouter.fcgi %s\nlibevent/%s %s\n", PACKAGE_VERSION,
	    event_get_version(),
	    curl != NULL ? curl : "(libcurl cannot be loaded)");
}

/* -1: go on; else the exit status. */
static int
take_option(int letter, struct options *options)
{
	switch (letter) {
	case 'c':
		options->file = optarg;
		return -1;
	case 'T':
		options->show = true;
		options->test = true;
		return -1;
	case 't':
		options->test = true;
		return -1;
	case 'l':
		options->listen = optarg;
		return -1;
	case OPTION_EXPLAIN:
		options->explain = true;
		return -1;
	case OPTION_AT:
		options->at = optarg;
		return -1;
	case 'V':
		print_version();
		return EXIT_SUCCESS;
	case 'h':
		(void)fputs(usage, stdout);
		return EXIT_SUCCESS;
	default:
		(void)fputs(usage, stderr);
		return EXIT_USAGE;
	}
}

/* As take_option. */
static int
read_options(int argc, char **argv, struct options *options)
{
	int letter;

	while ((letter = getopt_long(
		    argc, argv, "c:tTl:Vh", long_options, NULL)) != -1) {
		int status = take_option(letter, options);
		if (status >= 0)
			return status;
	}
	if (options->explain && optind < argc)
		options->callback = argv[optind++];
	if (optind == argc)
		return -1;
	(void)fprintf(stderr, "taskrouter.fcgi: unexpected argument: %s\n%s",
	    argv[optind], usage);
	return EXIT_USAGE;
}

static void
print_message(void *to, bool warning, const char *message)
{
	(void)to;
	(void)warning;
	(void)fprintf(stderr, "%s\n", message);
}

static int
test_configuration(const char *file, bool show)
{
	struct settings *settings = settings_load(file, print_message, NULL);

	if (settings == NULL)
		return EX_CONFIG;
	const char *doubt = settings_store_doubt(&settings->store);
	if (doubt != NULL)
		(void)fprintf(stderr, "%s: store.file: warning: %s\n",
		    file != NULL ? file : "environment", doubt);
	if (show)
		settings_show(settings, stdout);
	else
		(void)fprintf(stderr, "%s: the configuration is good\n",
		    file != NULL ? file : "environment");
	settings_release(settings);
	return EXIT_SUCCESS;
}

/* In CGI mode a bad configuration cannot stop the program from starting; it
 * is every request's answer. */
static void
serve_broken(struct application *application, struct exchange *exchange)
{
	(void)application;
	exchange_refuse(exchange, 500,
	    "the configuration is bad; the web server's error log says why");
}

static void
ended_broken(struct application *application, struct exchange *exchange)
{
	(void)application;
	(void)exchange;
}

static void
turn(struct application *application)
{
	struct responder *responder = (struct responder *)(void *)application;

	if (responder->loop != NULL)
		(void)event_base_loop(responder->loop, EVLOOP_ONCE);
}

/* Warnings would be repeated with every request. */
static void
report_error(void *to, bool warning, const char *message)
{
	if (!warning)
		server_report(to, warning, message);
}

/* What was found beside the program was refused then; what somebody has named
 * is his decision. */
static void
warn_of_download(struct arena *arena, const char *file)
{
	struct str words;

	if (file == NULL || !find_is_downloadable(arena, file))
		return;
	words = arena_format(arena,
	    "%s: warning: lies below the document root: unless the web server "
	    "was told not to, it lets anybody download the secrets in it; "
	    "move it above the document root", file);
	if (words.at != NULL)
		server_report(NULL, true, words.at);
}

static int
answer_broken(void)
{
	struct application broken = {
	    .serve = serve_broken, .ended = ended_broken};
	struct gateway_limits limits = {.send_us = 1000000};

	(void)cgi_serve(&broken, &limits, turn);
	return EX_CONFIG;
}

/* Web servers take an answer for finished when nobody can write to it any
 * more. */
static void
detach(int descriptor)
{
	int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (nowhere < 0)
		return;
	(void)dup2(nowhere, descriptor);
	(void)close(nowhere);
}

/* What the store is still to be told holds nobody up but this process. */
static void
finish_cgi(struct responder *responder)
{
	log_flush();
	if (responder->keeper == NULL)
		return;
	detach(STDOUT_FILENO);
	assignment_guard_stop(responder);
	if (keeper_drain(responder->keeper, CGI_PATIENCE_MS))
		return;
	log_event(LOG_LEVEL_WARNING, "store", "the store is slow: what it "
	    "says from now on is not logged");
	log_flush();
	detach(STDERR_FILENO);
}

static int
serve_cgi(const char *file)
{
	struct settings *settings =
	    settings_load(file, report_error, NULL);
	struct responder responder;
	struct err err;

	if (settings == NULL)
		return answer_broken();
	log_open((enum log_target)settings->log,
	    (enum log_level)settings->log_level);
	struct gateway_limits limits = server_limits(settings);
	if (!responder_init(&responder, settings, &err))
		return EXIT_FAILURE;
	responder.serves_once = true;
	int status = cgi_serve(&responder.application, &limits, turn);
	finish_cgi(&responder);
	responder_release(&responder);
	return status;
}

static int
serve(const struct options *options, enum gateway_kind kind, int listener)
{
	struct settings *settings;

	if (kind == GATEWAY_CGI && options->listen == NULL)
		return serve_cgi(options->file);
	settings = settings_load(options->file, server_report, NULL);
	if (settings == NULL)
		return EX_CONFIG;
	log_open((enum log_target)settings->log,
	    (enum log_level)settings->log_level);
	return server_run(&(struct server_start){
	    .settings = settings,
	    .file = options->file,
	    .listen = options->listen,
	    .listener = listener,
	});
}

/* A query without '=' may come as a CGI program's arguments, and would be a
 * client's options (RFC 3875 section 4.4). */
static bool
query_may_be_arguments(void)
{
	struct str query = str_from(getenv("QUERY_STRING"));

	return query.len > 0 && !str_has_byte(query, '=');
}

int
main(int argc, char **argv)
{
	struct options options = {0};
	int listener = -1, status = -1;
	bool found = true;
	enum gateway_kind kind = gateway_detect(&listener);
	struct arena arena;
	struct err err;

	if (kind != GATEWAY_CGI || !query_may_be_arguments())
		status = read_options(argc, argv, &options);
	if (status >= 0)
		return status;
	process_harden();
	process_hide_environment(secret_variables);
	log_open(LOG_TO_AUTO, LOG_LEVEL_INFO);
	arena_init(&arena, (size_t)1 << 16);
	if (options.file == NULL)
		found = find_configuration(kind, &arena, &options.file, &err);
	if (found)
		warn_of_download(&arena, options.file);
	if (!found) {
		server_report(NULL, false, err.text);
		status = kind == GATEWAY_CGI ? answer_broken() : EX_CONFIG;
	} else if (options.explain) {
		status = explain_run(&(struct explain_options){
		    options.file, options.callback, options.at});
	} else if (options.test) {
		status = test_configuration(options.file, options.show);
	} else if (options.listen == NULL && kind == GATEWAY_NONE) {
		(void)fputs(usage, stderr);
		status = EXIT_USAGE;
	} else {
		status = serve(&options, kind, listener);
	}
	arena_release(&arena);
	log_flush();
	return status;
}
