/* SPDX-License-Identifier: MIT
 *
 * The assignment instructions, one fact a row, in the order in which they are
 * written. No include guard: included once for each use, with the macros that
 * it needs defined; the others are empty and all end with the file.
 *
 * INSTRUCTION(name, what it does)
 * PARAMETER(instruction, name, domain, necessity, Twilio's error number or 0,
 *     what it does)
 * CAUTION(instruction, parameter, GIVEN or MISSING, error number or 0, why)
 * REFUSED(instruction, parameter)  of the Conference Participants API, which
 *     Twilio's page excepts
 *
 * Sources: https://www.twilio.com/docs/taskrouter/handle-assignment-callbacks,
 * https://www.twilio.com/docs/taskrouter/api/reservations (for conference,
 * whose parameters the first page does not list), the error pages.
 */
#ifndef INSTRUCTION
#define INSTRUCTION(name, text)
#endif
#ifndef PARAMETER
#define PARAMETER(instruction, name, domain, necessity, error, text)
#endif
#ifndef CAUTION
#define CAUTION(instruction, parameter, condition, error, text)
#endif
#ifndef REFUSED
#define REFUSED(instruction, parameter)
#endif

/* clang-format off */
INSTRUCTION(accept, "Accepts the Reservation and assigns the Task to the Worker.")

INSTRUCTION(reject, "Rejects the Reservation; the Task is offered to another Worker.")
PARAMETER(reject, activity_sid, activity, OPTIONAL, 40100, "The Activity to put the Worker into.")
CAUTION(reject, activity_sid, MISSING, 40100, "without it the Worker keeps its Activity, but one table of Twilio's calls it required")

INSTRUCTION(dequeue, "Calls the Worker and connects the caller who waits in an Enqueue; the Task needs the attribute call_sid.")
PARAMETER(dequeue, to, address, OPTIONAL, 40131, "Whom to call; by default the Worker's attribute contact_uri.")
PARAMETER(dequeue, from, caller_id, OPTIONAL, 40132, "The caller ID that the Worker sees; by default the number that was dialled.")
PARAMETER(dequeue, post_work_activity_sid, activity, OPTIONAL, 40130, "The Activity for the Worker after the call.")
PARAMETER(dequeue, record, call_record, OPTIONAL, 0, "Whether to record the call; by default it is not.")
PARAMETER(dequeue, timeout, ring_seconds, OPTIONAL, 0, "Seconds to ring, by default 60; a SIP address rings 600 at most.")
PARAMETER(dequeue, status_callback_url, url, OPTIONAL, 40157, "Is told about the call by GET.")
PARAMETER(dequeue, status_callback_events, call_events, OPTIONAL, 40134, "What it is told about, by default completed.")
CAUTION(dequeue, post_work_activity_sid, GIVEN, 0, "acts in single-tasking Workspaces only")

INSTRUCTION(call, "Calls the Worker and runs TwiML when the call is answered.")
PARAMETER(call, to, address, OPTIONAL, 40110, "Whom to call; by default the Worker's attribute contact_uri.")
PARAMETER(call, from, caller_id, REQUIRED, 40111, "The caller ID that the Worker sees.")
PARAMETER(call, url, url, REQUIRED, 40112, "The TwiML for the Worker's call.")
PARAMETER(call, accept, boolean, OPTIONAL, 0, "Whether to accept the Reservation too, by default false.")
PARAMETER(call, record, call_record, OPTIONAL, 0, "Whether to record the call; by default it is not.")
PARAMETER(call, timeout, ring_seconds, OPTIONAL, 0, "Seconds to ring, by default 60.")
PARAMETER(call, status_callback_url, url, OPTIONAL, 40158, "Is told when the call has ended.")

INSTRUCTION(redirect, "Sends a call that exists to other TwiML.")
PARAMETER(redirect, call_sid, call, REQUIRED, 40121, "The call, which must be a live one.")
PARAMETER(redirect, url, url, REQUIRED, 40120, "The TwiML to send it to.")
PARAMETER(redirect, accept, boolean, OPTIONAL, 0, "Whether to accept the Reservation too, by default false.")

INSTRUCTION(conference, "Calls the Worker into a conference with the customer; the Task needs the attribute call_sid or outbound_to.")
PARAMETER(conference, to, address, OPTIONAL, 0, "Whom to call; by default the Worker's attribute contact_uri.")
PARAMETER(conference, from, caller_id, OPTIONAL, 40141, "The caller ID that the Worker sees; by default the number that was dialled.")
PARAMETER(conference, post_work_activity_sid, activity, OPTIONAL, 40139, "The Activity for the Worker after the conference.")
PARAMETER(conference, room_name, text, OPTIONAL, 0, "Of older accounts.")
PARAMETER(conference, timeout, ring_seconds, OPTIONAL, 14233, "Seconds to ring, by default 60.")
PARAMETER(conference, status_callback, url, OPTIONAL, 40159, "Is told about the Worker's call.")
PARAMETER(conference, status_callback_method, method, OPTIONAL, 0, "How, by default POST.")
PARAMETER(conference, status_callback_event, participant_events, OPTIONAL, 0, "What it is told about.")
PARAMETER(conference, record, boolean, OPTIONAL, 0, "Whether to record the Worker, by default false.")
PARAMETER(conference, muted, boolean, OPTIONAL, 0, "Whether the Worker is muted, by default false.")
PARAMETER(conference, beep, beep, OPTIONAL, 0, "When to beep, by default true.")
PARAMETER(conference, start_conference_on_enter, boolean, OPTIONAL, 0, "Whether the conference starts when the Worker enters, by default true.")
PARAMETER(conference, end_conference_on_exit, boolean, OPTIONAL, 0, "Whether the conference ends when the Worker leaves.")
PARAMETER(conference, end_conference_on_customer_exit, boolean, OPTIONAL, 0, "Whether the conference ends when the customer leaves.")
PARAMETER(conference, beep_on_customer_entrance, boolean, OPTIONAL, 0, "Whether to beep when the customer enters.")
PARAMETER(conference, wait_url, wait_url, OPTIONAL, 0, "What those who wait hear; empty for silence.")
PARAMETER(conference, wait_method, method, OPTIONAL, 0, "How wait_url is fetched, by default POST.")
PARAMETER(conference, early_media, boolean, OPTIONAL, 0, "Whether the Worker hears the call being set up, by default true.")
PARAMETER(conference, max_participants, participants, OPTIONAL, 0, "By default 250.")
PARAMETER(conference, conference_status_callback, url, OPTIONAL, 40159, "Is told about the conference.")
PARAMETER(conference, conference_status_callback_method, method, OPTIONAL, 0, "How, by default POST.")
PARAMETER(conference, conference_status_callback_event, conference_events, OPTIONAL, 0, "What it is told about.")
PARAMETER(conference, conference_record, conference_record, OPTIONAL, 0, "Whether to record the conference, by default false.")
PARAMETER(conference, conference_trim, trim, OPTIONAL, 0, "What becomes of silence in the recording, by default trim-silence.")
PARAMETER(conference, recording_channels, channels, OPTIONAL, 0, "Of the recording, by default mono.")
PARAMETER(conference, recording_status_callback, url, OPTIONAL, 40159, "Is told when the Worker's recording changes.")
PARAMETER(conference, recording_status_callback_method, method, OPTIONAL, 0, "How, by default POST.")
PARAMETER(conference, conference_recording_status_callback, url, OPTIONAL, 40159, "Is told when the recording of the conference is there.")
PARAMETER(conference, conference_recording_status_callback_method, method, OPTIONAL, 0, "How, by default POST.")
PARAMETER(conference, region, region, OPTIONAL, 0, "Where the conference is mixed.")
PARAMETER(conference, sip_auth_username, text, OPTIONAL, 0, "For a SIP address that asks for it.")
PARAMETER(conference, sip_auth_password, text, OPTIONAL, 0, "For a SIP address that asks for it.")
PARAMETER(conference, jitter_buffer_size, jitter_buffer, OPTIONAL, 0, "Of the Worker's call.")
CAUTION(conference, post_work_activity_sid, GIVEN, 0, "acts in single-tasking Workspaces only")
CAUTION(conference, room_name, GIVEN, 0, "is no longer documented: the conference is named after the Task SID")
REFUSED(conference, byoc)
REFUSED(conference, call_reason)
REFUSED(conference, call_sid_to_coach)
REFUSED(conference, caller_id)
REFUSED(conference, coaching)
REFUSED(conference, conference_recording_status_callback_event)
REFUSED(conference, label)
REFUSED(conference, recording_status_callback_event)
REFUSED(conference, recording_track)
REFUSED(conference, speaker)

INSTRUCTION(defer, "Does nothing yet: the Reservation is accepted or rejected later, over the REST API or by the Worker.")
/* clang-format on */

#undef INSTRUCTION
#undef PARAMETER
#undef CAUTION
#undef REFUSED
