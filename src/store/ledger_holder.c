/* SPDX-License-Identifier: MIT
 *
 * The sign that a process has the ledger open: a lock on a byte of the
 * database file, far behind its end and behind the bytes that SQLite locks
 * (https://www.sqlite.org/fileformat2.html#lock_byte). The kernel takes it
 * away with the process, so no clock is asked whether somebody is still there.
 *
 * It is a lock of the open file (F_OFD_SETLK, fcntl_locking(2)): one of the
 * process would be SQLite's to lose.
 */
#include "base/compat.h"

#include "store/ledger_inside.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "store/file.h"

/* Numbers of holders are the bytes' places: from 2^40, below 2^62. */
#define FIRST_PLACE ((int64_t)1 << 40)
#define LAST_PLACE (((int64_t)1 << 62) - 1)
#define DRAWS 8 /* of a number that nobody else has: one is enough */

static struct flock
lock_at(int64_t place)
{
	return (struct flock){
	    .l_type = F_WRLCK,
	    .l_whence = SEEK_SET,
	    .l_start = (off_t)place,
	    .l_len = 1,
	};
}

static bool
failed(const struct ledger *ledger, struct err *err)
{
	return err_set(err, 0, FILE_SAYS "cannot be locked: %s", ledger->file,
	    strerror(errno));
}

static bool
open_sign(struct ledger *ledger, struct err *err)
{
	if (ledger->sign_fd < 0)
		ledger->sign_fd = open(ledger->file, O_RDWR | O_CLOEXEC);
	return ledger->sign_fd >= 0 || failed(ledger, err);
}

bool
ledger_need_holder(struct ledger *ledger, struct err *err)
{
	if (ledger->holder != 0)
		return true;
	if (!open_sign(ledger, err))
		return false;
	for (int i = 0; i < DRAWS; i++) {
		uint64_t draw;
		if (getrandom(&draw, sizeof draw, 0) != sizeof draw)
			continue;
		int64_t place = FIRST_PLACE +
		    (int64_t)(draw % (uint64_t)(LAST_PLACE - FIRST_PLACE));
		struct flock lock = lock_at(place);
		if (fcntl(ledger->sign_fd, F_OFD_SETLK, &lock) == 0) {
			ledger->holder = place;
			return true;
		}
	}
	return failed(ledger, err);
}

bool
ledger_holder_lives(
    struct ledger *ledger, int64_t holder, bool *lives, struct err *err)
{
	struct flock lock = lock_at(holder);

	*lives = true;
	if (holder == ledger->holder)
		return true;
	if (!open_sign(ledger, err))
		return false;
	if (fcntl(ledger->sign_fd, F_OFD_GETLK, &lock) != 0)
		return failed(ledger, err);
	*lives = lock.l_type != F_UNLCK;
	return true;
}

void
ledger_end_holder(struct ledger *ledger)
{
	if (ledger->sign_fd >= 0)
		(void)close(ledger->sign_fd);
	ledger->sign_fd = -1;
	ledger->holder = 0;
}
