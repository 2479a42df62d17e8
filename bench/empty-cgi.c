/* SPDX-License-Identifier: MIT
 *
 * The least a CGI program in C can do: it answers and ends.
 */
#include <unistd.h>

int
main(void)
{
	static const char answer[] = "Content-Type: application/json\r\n\r\n"
				     "{\"instruction\":\"accept\"}";

	return write(STDOUT_FILENO, answer, sizeof(answer) - 1) !=
	       (ssize_t)(sizeof(answer) - 1);
}
