/* SPDX-License-Identifier: MIT
 *
 * Text as XML 1.0 (fifth edition). What is written is well-formed whatever the
 * text is, and a parser gives it back byte for byte, but for what XML 1.0
 * cannot hold even as a reference: control characters other than tab, line
 * feed and carriage return, U+FFFE and U+FFFF; each of them, and each byte
 * that is no UTF-8, becomes U+FFFD.
 * Source: https://www.w3.org/TR/xml/ sections 2.2 (characters), 2.4 ("]]>"),
 * 2.11 (ends of lines) and 3.3.3 (white space in attributes)
 */
#ifndef CODEC_XML_H
#define CODEC_XML_H

#include "base/buf.h"
#include "base/compat.h"
#include "base/str.h"

#define XML_DECLARATION "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"

/* Most bytes that one byte becomes. */
#define XML_GROWTH 6

/* Appends what stands between two tags. */
void xml_add_text(struct buf *out, struct str text);

/* Appends a blank, the name and the value in double quotes: an attribute
 * within a start tag. The name is the program's own. An absent value: nothing
 * is appended. */
void xml_add_attribute(struct buf *out, const char *name, struct str value);

#endif
