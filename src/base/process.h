/* SPDX-License-Identifier: MIT
 *
 * What a program does to itself at the start: keeps its secrets out of core
 * dumps and process lists, and tells systemd how it is.
 */
#ifndef BASE_PROCESS_H
#define BASE_PROCESS_H

#include "base/compat.h"

/* No core dumps, no ptrace by others, /proc/PID/environ for root alone; one
 * memory arena, since threads here only resolve names. */
void process_harden(void);

/* Overwrites the values of the variables (list ends with NULL) where the
 * kernel shows them in /proc/PID/environ; getenv still finds them. Before any
 * thread. */
void process_hide_environment(const char *const *names);

/* Raises the limit of open descriptors as far as allowed. */
void process_raise_descriptors(void);

/* sd_notify(3): "READY=1", "STOPPING=1", "RELOADING=1"; does nothing without
 * $NOTIFY_SOCKET. */
void process_notify(const char *state);

#endif
