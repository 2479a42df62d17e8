/* SPDX-License-Identifier: MIT
 *
 * Address ranges, for trusted proxies.
 */
#include "base/compat.h"

#include <arpa/inet.h>
#include <string.h>

#include "responder/settings_parts.h"

#define IPV4_BITS 32U
#define IPV6_BITS 128U
#define MAPPED_BITS (IPV6_BITS - IPV4_BITS) /* of ::ffff:a.b.c.d */

static const unsigned char mapped[12] = {
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

bool
settings_parse_address(
    struct str text, unsigned char address[16], bool *is_ipv4)
{
	char name[INET6_ADDRSTRLEN];

	if (text.len == 0 || text.len >= sizeof name ||
	    str_has_byte(text, '\0'))
		return false;
	memcpy(name, text.at, text.len);
	name[text.len] = '\0';
	memcpy(address, mapped, sizeof mapped);
	*is_ipv4 = inet_pton(AF_INET, name, address + sizeof mapped) == 1;
	return *is_ipv4 || inet_pton(AF_INET6, name, address) == 1;
}

/* Whether all bits from the `bits`-th on are zero. */
static bool
is_network(const unsigned char address[16], unsigned bits)
{
	for (unsigned bit = bits; bit < IPV6_BITS; bit++)
		if ((address[bit / 8] & (0x80U >> bit % 8)) != 0)
			return false;
	return true;
}

bool
settings_parse_network(
    struct str text, struct settings_network *network, struct err *err)
{
	struct str bits = text;
	struct str address = str_cut(&bits, '/');
	bool is_ipv4;
	uint64_t count;

	if (!settings_parse_address(address, network->address, &is_ipv4))
		return err_set(err, 0,
		    "expected an IP address, or a range such as 10.0.0.0/8");
	unsigned most = is_ipv4 ? IPV4_BITS : IPV6_BITS;
	if (bits.at == NULL)
		count = most;
	else if (!str_to_uint(bits, most, &count))
		return err_set(
		    err, 0, "expected 0 to %u bits behind '/'", most);
	network->bits = (unsigned)count + (is_ipv4 ? MAPPED_BITS : 0);
	if (!is_network(network->address, network->bits))
		return err_set(err, 0,
		    "the address has bits behind the %u of its range",
		    (unsigned)count);
	return true;
}

struct str
settings_format_network(
    struct arena *arena, const struct settings_network *network)
{
	const unsigned char *address = network->address;
	char name[INET6_ADDRSTRLEN];
	bool is_ipv4 = network->bits >= MAPPED_BITS &&
	    memcmp(address, mapped, sizeof mapped) == 0;
	const char *text = is_ipv4
	    ? inet_ntop(AF_INET, address + sizeof mapped, name, sizeof name)
	    : inet_ntop(AF_INET6, address, name, sizeof name);

	if (text == NULL)
		return STR_NONE;
	return arena_format(arena, "%s/%u", text,
	    network->bits - (is_ipv4 ? MAPPED_BITS : 0));
}

static bool
holds(const struct settings_network *network, const unsigned char address[16])
{
	for (unsigned bit = 0; bit < network->bits; bit++) {
		unsigned mask = 0x80U >> bit % 8;
		if ((network->address[bit / 8] & mask) !=
		    (address[bit / 8] & mask))
			return false;
	}
	return true;
}

bool
settings_trusts_proxy(
    const struct settings *settings, struct str remote_address)
{
	unsigned char address[16];
	bool is_ipv4;

	if (!settings_parse_address(remote_address, address, &is_ipv4))
		return false;
	for (size_t i = 0; i < settings->trusted_proxies.count; i++)
		if (holds(&settings->trusted_proxies.items[i], address))
			return true;
	return false;
}
