/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "tap.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static struct {
	unsigned run, failed;
} tap;

static bool report(bool held, const char *format, va_list arguments)
    PRINTF_LIKE(2, 0);

static bool
report(bool held, const char *format, va_list arguments)
{
	printf("%sok %u - ", held ? "" : "not ", ++tap.run);
	vprintf(format, arguments);
	printf("\n");
	tap.failed += !held;
	return held;
}

bool
ok(bool held, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	held = report(held, format, arguments);
	va_end(arguments);
	return held;
}

bool
is_str(struct str got, const char *expected, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	bool held = report(
	    expected == NULL ? got.at == NULL : str_is(got, expected), format,
	    arguments);
	va_end(arguments);
	if (!held)
		printf("#      got: %.*s\n# expected: %s\n",
		    got.at == NULL ? 8 : str_int_length(got),
		    got.at == NULL ? "(absent)" : got.at,
		    expected == NULL ? "(absent)" : expected);
	return held;
}

bool
is_int(int64_t got, int64_t expected, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	bool held = report(got == expected, format, arguments);
	va_end(arguments);
	if (!held)
		printf("#      got: %jd\n# expected: %jd\n", (intmax_t)got,
		    (intmax_t)expected);
	return held;
}

int
tap_done(void)
{
	printf("1..%u\n", tap.run);
	return tap.failed == 0 && tap.run > 0 ? 0 : 1;
}
