/* SPDX-License-Identifier: MIT
 *
 * A fuzz target is a program with one function. Built with clang's
 * -fsanitize=fuzzer (instead of standalone.c) it searches for inputs:
 *
 *   clang -fsanitize=fuzzer,address,undefined … t/fuzz/json.c …
 *   ./json CORPUS t/fuzz/seeds/json
 *
 * Linked with standalone.c it runs the inputs it is given once, with any
 * compiler; `make check` does so with the seeds. What a search finds becomes
 * a seed.
 */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include "base/compat.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What must hold for every input. */
#define MUST(condition) \
	do { \
		if (!(condition)) { \
			(void)fprintf(stderr, "%s:%d: does not hold: %s\n", \
			    __FILE__, __LINE__, #condition); \
			abort(); \
		} \
	} while (0)

#endif
