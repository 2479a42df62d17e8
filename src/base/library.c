/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "base/library.h"

#include <dlfcn.h>
#include <string.h>

bool
library_load(const char *soname, const struct library_function *functions,
    size_t count, struct err *err)
{
	void *library = dlopen(soname, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);

	if (library == NULL)
		return err_set(err, 0, "cannot load %s: %s", soname, dlerror());
	for (size_t i = 0; i < count; i++) {
		void *address = dlsym(library, functions[i].name);
		if (address == NULL)
			return err_set(err, 0, "%s has no function %s: another "
			    "version is needed", soname, functions[i].name);
		/* POSIX lets dlsym return functions, ISO C has no cast. */
		memcpy(functions[i].slot, &address, sizeof address);
	}
	return true;
}
