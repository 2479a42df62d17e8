/* SPDX-License-Identifier: MIT
 *
 * The endpoints of taskrouter.fcgi: one row and one file for each.
 *
 * ROUTE(name, methods, admit): the path is "/name", the handler handle_name
 * in name.c, and the name stands in the log and the metrics.
 */
ROUTE(assignment_callback, METHOD_POST, admit_signed)
ROUTE(incoming_call, METHOD_GET | METHOD_POST, admit_signed)
ROUTE(enqueue_call, METHOD_GET | METHOD_POST, admit_signed)
ROUTE(create_task, METHOD_GET | METHOD_POST, admit_operator_change)
ROUTE(accept_reservation, METHOD_GET | METHOD_POST, admit_operator_change)
ROUTE(healthz, METHOD_GET | METHOD_HEAD, NULL)
ROUTE(readyz, METHOD_GET | METHOD_HEAD, NULL)
ROUTE(metrics, METHOD_GET | METHOD_HEAD, admit_operator_or_local)
