/* SPDX-License-Identifier: MIT
 *
 * Runs a fuzz target over the files that are named, or over all files of the
 * folders that are; without arguments json.t runs over SEEDS/json. Prints TAP.
 */
#include "base/compat.h"

#include <dirent.h>
#include <string.h>
#include <sys/stat.h>

#include "fuzz.h"

#define MOST_BYTES ((size_t)1 << 20)

static unsigned done, failed;

static void
report(bool held, const char *path)
{
	done++;
	failed += !held;
	printf("%sok %u - %s\n", held ? "" : "not ", done, path);
	(void)fflush(stdout);
}

/* In memory of its very size, so that a sanitizer sees a step over the end. */
static void
run_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	uint8_t *bytes = malloc(MOST_BYTES);
	size_t length = 0;

	if (file != NULL && bytes != NULL)
		length = fread(bytes, 1, MOST_BYTES, file);
	if (file == NULL || ferror(file) != 0) {
		report(false, path);
	} else {
		uint8_t *exact = malloc(length > 0 ? length : 1);
		if (exact != NULL && bytes != NULL)
			memcpy(exact, bytes, length);
		report(exact != NULL &&
			LLVMFuzzerTestOneInput(exact, length) == 0,
		    path);
		free(exact);
	}
	free(bytes);
	if (file != NULL)
		(void)fclose(file);
}

static void
run_folder(const char *path)
{
	DIR *folder = opendir(path);
	struct dirent *entry;
	char name[4096];

	if (folder == NULL) {
		report(false, path);
		return;
	}
	while ((entry = readdir(folder)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		(void)snprintf(name, sizeof name, "%s/%s", path,
		    entry->d_name);
		run_file(name);
	}
	(void)closedir(folder);
}

static void
run(const char *path)
{
	struct stat status;

	if (stat(path, &status) == 0 && S_ISDIR(status.st_mode))
		run_folder(path);
	else
		run_file(path);
}

/* The folder of the target that the program is called after. */
static void
run_seeds(const char *program)
{
	const char *slash = strrchr(program, '/');
	const char *name = slash == NULL ? program : slash + 1;
	char path[4096];

	(void)snprintf(path, sizeof path, "%s/%.*s", SEEDS,
	    (int)strcspn(name, "."), name);
	run_folder(path);
}

int
main(int argc, char **argv)
{
	if (argc < 2)
		run_seeds(argv[0]);
	for (int i = 1; i < argc; i++)
		run(argv[i]);
	printf("1..%u\n", done);
	return done > 0 && failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
