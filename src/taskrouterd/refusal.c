/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "taskrouterd/refusal.h"

#include <stdarg.h>
#include <stdio.h>

bool
refuse_parameter(struct refusal *refusal, const char *format, ...)
{
	va_list arguments;

	refusal->status = 400;
	refusal->code = API_ERROR_PARAMETER;
	va_start(arguments, format);
	(void)vsnprintf(
	    refusal->text, sizeof refusal->text, format, arguments);
	va_end(arguments);
	return false;
}
