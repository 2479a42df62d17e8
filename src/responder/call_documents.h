/* SPDX-License-Identifier: MIT
 *
 * What a phone call is answered with: TwiML, made from the settings alone.
 * Nothing that a caller sends gets into it. A buffer with a ceiling of
 * CALL_DOCUMENT_MOST holds each document of settings that were not refused.
 * Sources: https://www.twilio.com/docs/voice/twiml/gather,
 * https://www.twilio.com/docs/voice/twiml/enqueue,
 * https://www.twilio.com/docs/taskrouter/twiml-queue-calls
 */
#ifndef RESPONDER_CALL_DOCUMENTS_H
#define RESPONDER_CALL_DOCUMENTS_H

#include "base/buf.h"
#include "base/compat.h"
#include "responder/settings.h"

/* Bytes. Source: https://www.twilio.com/docs/api/errors/11750 */
#define CALL_DOCUMENT_MOST ((size_t)64 * 1024)

/* The parameter of enqueue_call that says how often the menu was said before
 * the keys were pressed. Twilio signs it with the URL. */
#define CALL_MENU_PARAMETER "menu"

/* The menu, for the `showing`th time, from 1 on. */
void call_write_menu(
    struct buf *out, const struct settings *settings, unsigned showing);
/* Into the queue. `is_first`: the caller has heard nothing yet. */
void call_write_enqueue(struct buf *out, const struct settings *settings,
    const struct settings_call_choice *choice, bool is_first);
/* The end of the call. */
void call_write_goodbye(struct buf *out, const struct settings *settings);

#endif
