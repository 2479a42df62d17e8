/* SPDX-License-Identifier: MIT
 *
 * Fills in a manual page: reads its source, and where a line is the name of a
 * table, @KEYS@, writes that table as the programs work by it. Run while the
 * project is built: `fill-tables <taskrouterd.8.in >taskrouterd.8`.
 */
#include "base/compat.h"

#include <stdio.h>
#include <string.h>

#include "responder/settings.h"
#include "taskrouterd/calls_control.h"
#include "taskrouterd/clock_control.h"
#include "taskrouterd/fault_controls.h"
#include "taskrouterd/manual.h"
#include "taskrouterd/rate_limits.h"
#include "taskrouterd/seed_control.h"
#include "twilio/instruction.h"

static const struct {
	const char *name;
	void (*write)(FILE *out);
} tables[] = {
	/* taskrouter.json(5) */
	{"@KEYS@\n", settings_write_manual},
	{"@INSTRUCTIONS@\n", instruction_write_manual},
	/* taskrouterd(8) */
	{"@TASKROUTERD_KEYS@\n", manual_write_keys},
	{"@RESOURCES@\n", manual_write_fields},
	{"@CLOCK@\n", clock_write_manual},
	{"@CALLS@\n", calls_write_manual},
	{"@CALL@\n", calls_write_manual_one},
	{"@OUTCOMES@\n", calls_write_manual_outcomes},
	{"@FAULTS@\n", fault_controls_write_manual},
	{"@RATE_LIMITS@\n", rate_limits_write_manual},
	{"@DUMP@\n", seed_control_write_manual},
};

/* False: the line is the name of a table that there is not. */
static bool
fill_in(const char *line)
{
	for (size_t i = 0; i < ARRAY_LENGTH(tables); i++)
		if (strcmp(line, tables[i].name) == 0) {
			tables[i].write(stdout);
			return true;
		}
	fputs(line, stdout);
	return *line != '@' || strstr(line, "@\n") == NULL;
}

int
main(void)
{
	char line[1024];

	while (fgets(line, sizeof line, stdin) != NULL)
		if (!fill_in(line)) {
			fprintf(stderr, "fill-tables: no such table: %s", line);
			return 1;
		}
	return ferror(stdin) || fflush(stdout) != 0 || ferror(stdout);
}
