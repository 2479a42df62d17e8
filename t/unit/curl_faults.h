/* SPDX-License-Identifier: MIT
 *
 * libcurl whose calls fail when a test says so. It is loaded, not linked, and
 * called through a table: the table gets functions that count, refuse the
 * calls that were asked for as libcurl itself would, and hand on the others.
 */
#ifndef UNIT_CURL_FAULTS_H
#define UNIT_CURL_FAULTS_H

#include "base/compat.h"

/* The functions that may fail. curl_easy_header is none of them: for a header
 * that is there it has no reason to. */
enum curl_fault {
	FAULT_EASY_INIT,
	FAULT_EASY_GETINFO,
	FAULT_EASY_SETOPT,
	FAULT_MULTI_ADD_HANDLE,
	FAULT_MULTI_ASSIGN,
	FAULT_MULTI_INFO_READ,
	FAULT_MULTI_INIT,
	FAULT_MULTI_REMOVE_HANDLE,
	FAULT_MULTI_SETOPT,
	FAULT_MULTI_SOCKET_ACTION,
	FAULT_SLIST_APPEND,
	CURL_FAULTS
};

const char *curl_fault_name(enum curl_fault fault);

/* Once, before the first client is opened. Bails out without libcurl. */
void curl_faults_install(void);

/* From now on the `first` call of that function (from 1) fails, and `more`
 * after it. */
void curl_fault_arm(enum curl_fault fault, unsigned first, unsigned more);
/* No call fails any more. How many have since curl_fault_arm. */
unsigned curl_fault_disarm(void);

/* Handles that were made, less those given back. */
int curl_fault_handles(void);

#endif
