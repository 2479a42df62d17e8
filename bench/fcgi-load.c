/* SPDX-License-Identifier: MIT
 *
 * Load straight onto a FastCGI socket, over kept connections: what a web
 * server would send, without the web server's own cost.
 */
#include "client.h"

int
main(int argc, char **argv)
{
	return client_main(argc, argv, judge_fastcgi);
}
