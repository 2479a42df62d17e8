/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>

bool
err_set(struct err *err, size_t at, const char *format, ...)
{
	va_list arguments;

	err->at = at;
	va_start(arguments, format);
	(void)vsnprintf(err->text, sizeof err->text, format, arguments);
	va_end(arguments);
	return false;
}
