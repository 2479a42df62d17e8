/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "taskrouterd/url_reference.h"

#include <string.h>

#define URL_MOST 4096 /* bytes */

/* The length of "scheme:"; 0: it has none. */
static size_t
scheme_length(struct str url)
{
	size_t i = 0;

	while (i < url.len && (ascii_is_alpha((unsigned char)url.at[i]) ||
		(i > 0 && (ascii_is_digit((unsigned char)url.at[i]) ||
		    str_has_byte(STR("+-."), url.at[i])))))
		i++;
	return i > 0 && i < url.len && url.at[i] == ':' ? i + 1 : 0;
}

static size_t
find_any(struct str url, size_t from, struct str bytes)
{
	while (from < url.len && !str_has_byte(bytes, url.at[from]))
		from++;
	return from;
}

static struct str
join(struct arena *arena, struct str left, struct str right)
{
	struct str parts[] = {left, right};

	return arena_join(arena, parts, ARRAY_LENGTH(parts));
}

/* "/a/./b/../c" becomes "/a/c"; what does not begin with '/' stays. Writes no
 * more than `path` has. Source: RFC 3986 section 5.2.4 */
static size_t
remove_dots(char *out, struct str path)
{
	struct str rest = path;
	size_t length = 0;

	(void)str_cut(&rest, '/');
	while (rest.at != NULL) {
		struct str segment = str_cut(&rest, '/');
		bool up = str_is(segment, ".."), stay = str_is(segment, ".");
		while (up && length > 0 && out[--length] != '/')
			;
		if (up || stay) {
			if (rest.at == NULL)
				out[length++] = '/';
			continue;
		}
		out[length++] = '/';
		if (segment.len > 0)
			memcpy(out + length, segment.at, segment.len);
		length += segment.len;
	}
	return length;
}

/* Origin, path and what stands behind the path, the dots of the path gone. */
static struct str
normal(struct arena *arena, struct str url, size_t origin)
{
	size_t end = find_any(url, origin, STR("?#"));
	struct str path = str_slice(url, origin, end);
	char *text = arena_alloc(arena, url.len + 2);

	if (url.at == NULL || text == NULL || !str_has_prefix(path, STR("/")))
		return url;
	memcpy(text, url.at, origin);
	size_t length = origin + remove_dots(text + origin, path);
	memcpy(text + length, url.at + end, url.len - end);
	return (struct str){text, length + url.len - end};
}

struct str
url_reference(struct arena *arena, struct str base, struct str reference)
{
	struct str target = str_trim(reference), whole;
	size_t scheme = scheme_length(base);
	size_t origin = find_any(base, scheme + 2, STR("/?#"));
	size_t path_end = find_any(base, origin, STR("?#"));
	size_t folder = path_end;

	if (target.len > URL_MOST || base.len > URL_MOST)
		return STR_NONE;
	if (target.len == 0)
		return arena_str(arena, base);
	if (scheme_length(target) > 0)
		return str_has_prefix(target, STR("http:")) ||
		    str_has_prefix(target, STR("https:"))
		    ? arena_str(arena, target)
		    : STR_NONE;
	while (folder > origin && base.at[folder - 1] != '/')
		folder--;
	if (str_has_prefix(target, STR("//")))
		return join(arena, str_slice(base, 0, scheme), target);
	if (str_has_prefix(target, STR("/")))
		whole = join(arena, str_slice(base, 0, origin), target);
	else if (str_has_prefix(target, STR("?")))
		whole = join(arena, str_slice(base, 0, path_end), target);
	else if (str_has_prefix(target, STR("#")))
		whole = join(arena,
		    str_slice(base, 0, find_any(base, 0, STR("#"))), target);
	else if (folder == origin)
		whole = join(arena, join(arena,
		    str_slice(base, 0, origin), STR("/")), target);
	else
		whole = join(arena, str_slice(base, 0, folder), target);
	return normal(arena, whole, origin);
}
