/* SPDX-License-Identifier: MIT
 *
 * Writes, for the manual pages, the tables that the programs work by:
 * `write-keys keys` and `write-keys instructions` for taskrouter.json(5),
 * `write-keys taskrouterd-keys` and `write-keys resources` for taskrouterd(8).
 * Run while the project is built.
 */
#include "base/compat.h"

#include <stdio.h>
#include <string.h>

#include "responder/settings.h"
#include "taskrouterd/manual.h"
#include "twilio/instruction.h"

static const struct {
	const char *name;
	void (*write)(FILE *out);
} tables[] = {
	{"keys", settings_write_manual},
	{"instructions", instruction_write_manual},
	{"taskrouterd-keys", manual_write_keys},
	{"resources", manual_write_fields},
};

int
main(int argc, char **argv)
{
	for (size_t i = 0; argc == 2 && i < ARRAY_LENGTH(tables); i++) {
		if (strcmp(argv[1], tables[i].name) != 0)
			continue;
		tables[i].write(stdout);
		return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
	}
	fputs("usage: write-keys keys|instructions|taskrouterd-keys|resources\n",
	    stderr);
	return 2;
}
