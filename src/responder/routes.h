/* SPDX-License-Identifier: MIT
 *
 * The endpoints of taskrouter.fcgi: one row and one file for each.
 *
 * ROUTE(name, path, methods, admit): the path is behind the mount point, with
 * "*" for a SID (see http/route.h); the handler is handle_name in name.c; the
 * name stands in the log and the metrics. No HEAD where TaskRouter is called.
 */
ROUTE(assignment_callback, "/assignment_callback", METHOD_POST, admit_signed)
ROUTE(event_callback, "/event_callback", METHOD_POST, admit_signed)
ROUTE(incoming_call, "/incoming_call", METHOD_GET | METHOD_POST, admit_signed)
ROUTE(enqueue_call, "/enqueue_call", METHOD_GET | METHOD_POST, admit_signed)
ROUTE(create_task, "/create_task", METHOD_GET | METHOD_POST,
    admit_operator_change)
ROUTE(accept_reservation, "/accept_reservation", METHOD_GET | METHOD_POST,
    admit_operator_change)
ROUTE(tasks, "/tasks", METHOD_GET, admit_operator)
ROUTE(task, "/tasks/*", METHOD_GET | METHOD_POST, admit_operator)
ROUTE(workers, "/workers", METHOD_GET, admit_operator)
ROUTE(worker, "/workers/*", METHOD_GET | METHOD_POST, admit_operator)
ROUTE(activities, "/activities", METHOD_GET, admit_operator)
ROUTE(events, "/events", METHOD_GET, admit_operator)
ROUTE(reservation, "/reservations/*", METHOD_POST, admit_operator)
ROUTE(healthz, "/healthz", METHOD_GET | METHOD_HEAD, NULL)
ROUTE(readyz, "/readyz", METHOD_GET | METHOD_HEAD, NULL)
ROUTE(metrics, "/metrics", METHOD_GET | METHOD_HEAD, admit_operator_or_local)
