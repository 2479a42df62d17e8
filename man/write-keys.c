/* SPDX-License-Identifier: MIT
 *
 * Writes, for taskrouter.json(5), the tables that the responder checks its
 * configuration with: `write-keys keys`, `write-keys instructions`. Run while
 * the project is built.
 */
#include "base/compat.h"

#include <stdio.h>
#include <string.h>

#include "responder/settings.h"
#include "twilio/instruction.h"

static const struct {
	const char *name;
	void (*write)(FILE *out);
} tables[] = {
	{"keys", settings_write_manual},
	{"instructions", instruction_write_manual},
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
	fputs("usage: write-keys keys|instructions\n", stderr);
	return 2;
}
