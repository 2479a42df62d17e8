/* SPDX-License-Identifier: MIT
 *
 * The assignment instructions, one fact a row, in the order in which they are
 * written. No include guard: included once for each use, with the macros that
 * it needs defined; the others are empty and all end with the file.
 *
 * INSTRUCTION(name, Twilio's error number where the Reservation is not pending
 *     and where the telephone network refuses the rest, or 0, what it does)
 * PARAMETER(instruction, name, name in the REST API or "", domain, necessity,
 *     Twilio's error number or 0, what it does)
 * CAUTION(instruction, parameter, GIVEN or MISSING, error number or 0, why)
 * REMARK(instruction, parameter, what the manual page says of it besides)
 * REFUSED(instruction, parameter)  of the Conference Participants API, which
 *     Twilio's page excepts
 *
 * Sources: https://www.twilio.com/docs/taskrouter/handle-assignment-callbacks,
 * https://www.twilio.com/docs/taskrouter/api/reservations (for conference,
 * whose parameters the first page does not list), the error pages.
 */
#ifndef INSTRUCTION
#define INSTRUCTION(name, not_pending, failed, text)
#endif
#ifndef PARAMETER
#define PARAMETER(instruction, name, rest, domain, necessity, error, text)
#endif
#ifndef CAUTION
#define CAUTION(instruction, parameter, condition, error, text)
#endif
#ifndef REMARK
#define REMARK(instruction, parameter, text)
#endif
#ifndef REFUSED
#define REFUSED(instruction, parameter)
#endif

/* clang-format off */
INSTRUCTION(accept, 0, 0, "Accepts the Reservation and assigns the Task to the Worker.")

INSTRUCTION(reject, 0, 0, "Rejects the Reservation; the Task is offered to another Worker.")
PARAMETER(reject, activity_sid, "WorkerActivitySid", activity, OPTIONAL, 40100, "The Activity to put the Worker into.")
CAUTION(reject, activity_sid, MISSING, 40100, "without it the Worker keeps its Activity, but one table of Twilio's calls it required")

INSTRUCTION(dequeue, 40135, 40133, "Calls the Worker and connects the caller who waits in an Enqueue; the Task needs the attribute call_sid.")
PARAMETER(dequeue, to, "DequeueTo", address, OPTIONAL, 40131, "Whom to call; by default the Worker's attribute contact_uri.")
PARAMETER(dequeue, from, "DequeueFrom", caller_id, OPTIONAL, 40132, "The caller ID that the Worker sees; by default the number that was dialled.")
PARAMETER(dequeue, post_work_activity_sid, "DequeuePostWorkActivitySid", activity, OPTIONAL, 40130, "The Activity for the Worker after the call.")
PARAMETER(dequeue, record, "DequeueRecord", call_record, OPTIONAL, 0, "Whether to record the call; by default it is not.")
PARAMETER(dequeue, timeout, "DequeueTimeout", ring_seconds, OPTIONAL, 0, "Seconds to ring, by default 60; a SIP address rings 600 at most.")
PARAMETER(dequeue, status_callback_url, "DequeueStatusCallbackUrl", url, OPTIONAL, 40157, "Is told about the call by GET.")
PARAMETER(dequeue, status_callback_events, "DequeueStatusCallbackEvent", call_events, OPTIONAL, 40134, "What it is told about, by default completed.")
REMARK(dequeue, post_work_activity_sid, "acts in single-tasking Workspaces only")

INSTRUCTION(call, 40114, 40113, "Calls the Worker and runs TwiML when the call is answered.")
PARAMETER(call, to, "CallTo", address, OPTIONAL, 40110, "Whom to call; by default the Worker's attribute contact_uri.")
PARAMETER(call, from, "CallFrom", caller_id, REQUIRED, 40111, "The caller ID that the Worker sees.")
PARAMETER(call, url, "CallUrl", url, REQUIRED, 40112, "The TwiML for the Worker's call.")
PARAMETER(call, accept, "CallAccept", boolean, OPTIONAL, 0, "Whether to accept the Reservation too, by default false.")
PARAMETER(call, record, "CallRecord", call_record, OPTIONAL, 0, "Whether to record the call; by default it is not.")
PARAMETER(call, timeout, "CallTimeout", ring_seconds, OPTIONAL, 0, "Seconds to ring, by default 60.")
PARAMETER(call, status_callback_url, "CallStatusCallbackUrl", url, OPTIONAL, 40158, "Is told when the call has ended.")

INSTRUCTION(redirect, 40123, 40122, "Sends a call that exists to other TwiML.")
PARAMETER(redirect, call_sid, "RedirectCallSid", call, REQUIRED, 40121, "The call, which must be a live one.")
PARAMETER(redirect, url, "RedirectUrl", url, REQUIRED, 40120, "The TwiML to send it to.")
PARAMETER(redirect, accept, "RedirectAccept", boolean, OPTIONAL, 0, "Whether to accept the Reservation too, by default false.")

INSTRUCTION(conference, 40136, 40145, "Calls the Worker into a conference with the customer; the Task needs the attribute call_sid or outbound_to.")
PARAMETER(conference, to, "To", address, OPTIONAL, 40137, "Whom to call; by default the Worker's attribute contact_uri.")
PARAMETER(conference, from, "From", caller_id, OPTIONAL, 40141, "The caller ID that the Worker sees; by default the number that was dialled.")
PARAMETER(conference, post_work_activity_sid, "PostWorkActivitySid", activity, OPTIONAL, 40139, "The Activity for the Worker after the conference.")
PARAMETER(conference, room_name, "", text, OPTIONAL, 0, "Of older accounts.")
PARAMETER(conference, timeout, "Timeout", ring_seconds, OPTIONAL, 14233, "Seconds to ring, by default 60.")
PARAMETER(conference, status_callback, "StatusCallback", url, OPTIONAL, 40159, "Is told about the Worker's call.")
PARAMETER(conference, status_callback_method, "StatusCallbackMethod", method, OPTIONAL, 0, "How, by default POST.")
PARAMETER(conference, status_callback_event, "StatusCallbackEvent", participant_events, OPTIONAL, 0, "What it is told about.")
PARAMETER(conference, record, "Record", boolean, OPTIONAL, 0, "Whether to record the Worker, by default false.")
PARAMETER(conference, muted, "Muted", boolean, OPTIONAL, 0, "Whether the Worker is muted, by default false.")
PARAMETER(conference, beep, "Beep", beep, OPTIONAL, 0, "When to beep, by default true.")
PARAMETER(conference, start_conference_on_enter, "StartConferenceOnEnter", boolean, OPTIONAL, 0, "Whether the conference starts when the Worker enters, by default true.")
PARAMETER(conference, end_conference_on_exit, "EndConferenceOnExit", boolean, OPTIONAL, 0, "Whether the conference ends when the Worker leaves.")
PARAMETER(conference, end_conference_on_customer_exit, "EndConferenceOnCustomerExit", boolean, OPTIONAL, 0, "Whether the conference ends when the customer leaves.")
PARAMETER(conference, beep_on_customer_entrance, "BeepOnCustomerEntrance", boolean, OPTIONAL, 0, "Whether to beep when the customer enters.")
PARAMETER(conference, wait_url, "WaitUrl", wait_url, OPTIONAL, 0, "What those who wait hear; empty for silence.")
PARAMETER(conference, wait_method, "WaitMethod", method, OPTIONAL, 0, "How wait_url is fetched, by default POST.")
PARAMETER(conference, early_media, "EarlyMedia", boolean, OPTIONAL, 0, "Whether the Worker hears the call being set up, by default true.")
PARAMETER(conference, max_participants, "MaxParticipants", participants, OPTIONAL, 0, "By default 250.")
PARAMETER(conference, conference_status_callback, "ConferenceStatusCallback", url, OPTIONAL, 40159, "Is told about the conference.")
PARAMETER(conference, conference_status_callback_method, "ConferenceStatusCallbackMethod", method, OPTIONAL, 0, "How, by default POST.")
PARAMETER(conference, conference_status_callback_event, "ConferenceStatusCallbackEvent", conference_events, OPTIONAL, 0, "What it is told about.")
PARAMETER(conference, conference_record, "ConferenceRecord", conference_record, OPTIONAL, 0, "Whether to record the conference, by default false.")
PARAMETER(conference, conference_trim, "ConferenceTrim", trim, OPTIONAL, 0, "What becomes of silence in the recording, by default trim-silence.")
PARAMETER(conference, recording_channels, "RecordingChannels", channels, OPTIONAL, 0, "Of the recording, by default mono.")
PARAMETER(conference, recording_status_callback, "RecordingStatusCallback", url, OPTIONAL, 40159, "Is told when the Worker's recording changes.")
PARAMETER(conference, recording_status_callback_method, "RecordingStatusCallbackMethod", method, OPTIONAL, 0, "How, by default POST.")
PARAMETER(conference, conference_recording_status_callback, "ConferenceRecordingStatusCallback", url, OPTIONAL, 40159, "Is told when the recording of the conference is there.")
PARAMETER(conference, conference_recording_status_callback_method, "ConferenceRecordingStatusCallbackMethod", method, OPTIONAL, 0, "How, by default POST.")
PARAMETER(conference, region, "Region", region, OPTIONAL, 0, "Where the conference is mixed.")
PARAMETER(conference, sip_auth_username, "SipAuthUsername", text, OPTIONAL, 0, "For a SIP address that asks for it.")
PARAMETER(conference, sip_auth_password, "SipAuthPassword", text, OPTIONAL, 0, "For a SIP address that asks for it.")
PARAMETER(conference, jitter_buffer_size, "JitterBufferSize", jitter_buffer, OPTIONAL, 0, "Of the Worker's call.")
REMARK(conference, post_work_activity_sid, "acts in single-tasking Workspaces only")
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

INSTRUCTION(defer, 0, 0, "Does nothing yet: the Reservation is accepted or rejected later, over the REST API or by the Worker.")
/* clang-format on */

#undef INSTRUCTION
#undef PARAMETER
#undef CAUTION
#undef REMARK
#undef REFUSED
