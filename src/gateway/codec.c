/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "gateway/codec.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

/* libfcgi collects an answer in 8 KiB before it writes; one that fits leaves
 * in a single write, its records' headers included. */
#define SMALL_ANSWER ((size_t)8000)
/* What a pipe takes whole where the system cannot say; POSIX promises no
 * more. Through a pipe a request costs a third of what a memory file takes. */
#define PIPE_SIZE ((size_t)512)
/* A record holds at most 65,535 bytes; a multiple of 8 needs no padding. */
#define RECORD_CONTENT ((size_t)65528)
#define MOST_PIECES 64

static int
memory_file(void)
{
#ifdef HAVE_MEMFD_CREATE
	return memfd_create("taskrouter", MFD_CLOEXEC);
#else
	char path[] = "/tmp/taskrouter-XXXXXX";
	int fd = mkostemp(path, O_CLOEXEC);

	if (fd >= 0)
		(void)unlink(path);
	return fd;
#endif
}

static void
close_all(struct codec *codec)
{
	const int fds[] = {codec->pipe[0], codec->pipe[1], codec->file};

	for (size_t i = 0; i < ARRAY_LENGTH(fds); i++)
		if (fds[i] >= 0)
			(void)close(fds[i]);
	*codec = (struct codec){{-1, -1}, -1, 0};
}

/* Usually 64 KiB, but a page for a user who has many (pipe(7)). */
static size_t
pipe_size(int fd)
{
#ifdef F_GETPIPE_SZ
	int size = fcntl(fd, F_GETPIPE_SZ);

	if (size > 0)
		return (size_t)size;
#else
	(void)fd;
#endif
	return PIPE_SIZE;
}

/* Makes what is not there: at the start, and after a request that could not
 * be read left libfcgi's reading end closed or at an unknown place. */
static bool
make_missing(struct codec *codec)
{
	if (codec->pipe[0] < 0) {
		if (pipe2(codec->pipe, O_CLOEXEC | O_NONBLOCK) != 0)
			return false;
		codec->pipe_size = pipe_size(codec->pipe[1]);
	}
	if (codec->file < 0)
		codec->file = memory_file();
	return codec->file >= 0;
}

bool
codec_open(struct codec *codec, struct err *err)
{
	*codec = (struct codec){{-1, -1}, -1, 0};
	if (FCGX_Init() != 0)
		return err_set(err, 0, "libfcgi cannot be initialised");
	if (make_missing(codec))
		return true;
	err_set(err, 0, "pipe and memory file: %s", strerror(errno));
	close_all(codec);
	return false;
}

void
codec_close(struct codec *codec)
{
	close_all(codec);
}

/* The records of a request, as few as possible; those that fit the pipe leave
 * in one write. */
struct frame {
	int fd;
	bool failed;
	struct iovec pieces[MOST_PIECES];
	int count;
	unsigned char headers[MOST_PIECES][8];
	size_t total; /* bytes of the pieces */
};

static void
write_frame(struct frame *frame)
{
	if (!frame->failed &&
	    writev(frame->fd, frame->pieces, frame->count) !=
		(ssize_t)frame->total)
		frame->failed = true;
	frame->count = 0;
	frame->total = 0;
}

static void
add_piece(struct frame *frame, const void *bytes, size_t length)
{
	frame->pieces[frame->count++] = (struct iovec){
	    .iov_base = (void *)(uintptr_t)bytes, .iov_len = length};
	frame->total += length;
}

static void
add_record(struct frame *frame, unsigned char type, const char *bytes,
    size_t length)
{
	if (frame->count > MOST_PIECES - 2)
		write_frame(frame);
	unsigned char *h = frame->headers[frame->count];

	h[0] = 1; /* version */
	h[1] = type;
	h[3] = 1; /* one request at a time: any id will do */
	h[4] = (unsigned char)(length >> 8);
	h[5] = (unsigned char)length;
	add_piece(frame, h, sizeof frame->headers[0]);
	if (length > 0)
		add_piece(frame, bytes, length);
}

static void
add_stream(struct frame *frame, unsigned char type, const struct buf *stream)
{
	for (size_t at = 0; at < stream->len; at += RECORD_CONTENT) {
		size_t left = stream->len - at;
		add_record(frame, type, stream->at + at,
		    left < RECORD_CONTENT ? left : RECORD_CONTENT);
	}
	add_record(frame, type, NULL, 0);
}

static void
add_records(struct frame *frame, const struct records *records)
{
	static const char begin[8] = {0, 1, 1}; /* responder, keep */

	add_record(frame, 1, begin, sizeof begin);
	add_stream(frame, 4, &records->head);
	add_stream(frame, 5, &records->body);
}

/* The most that the records of a request can take. */
static size_t
size_of(const struct records *records)
{
	size_t content = records->head.len + records->body.len;

	return content + 8 * (6 + content / RECORD_CONTENT);
}

/* Writes the request to where libfcgi can read it whole without waiting; the
 * descriptor, or -1. */
static int
hand_over(struct codec *codec, const struct records *records)
{
	bool small = size_of(records) <= codec->pipe_size;
	struct frame frame = {.fd = small ? codec->pipe[1] : codec->file};

	if (!small && lseek(codec->file, 0, SEEK_SET) != 0)
		return -1;
	add_records(&frame, records);
	write_frame(&frame);
	if (frame.failed ||
	    (!small && lseek(codec->file, 0, SEEK_SET) != 0))
		return -1;
	return small ? codec->pipe[0] : codec->file;
}

static bool
read_body(FCGX_Request *request, size_t length, struct arena *arena,
    struct str *body)
{
	char *text = arena_alloc(arena, length + 1);
	size_t have = 0;
	int count;

	if (text == NULL || length > INT_MAX)
		return false;
	do {
		/* One byte more than there is: the read that meets the end. */
		count = FCGX_GetStr(text + have, (int)(length + 1 - have),
		    request->in);
		have += (size_t)count;
	} while (count > 0 && have <= length);
	*body = (struct str){text, length};
	return have == length && FCGX_GetError(request->in) == 0;
}

/* libfcgi has the request, or has closed the descriptor it read from. */
static bool
accept_request(FCGX_Request *request, int fd)
{
	FCGX_InitRequest(request, -1, 0);
	request->ipcFd = fd;
	/* FCGX_Accept_r ends the "previous" request first, and would close
	 * the descriptor if that did not ask to be kept. */
	request->keepConnection = 1;
	return FCGX_Accept_r(request) == 0;
}

/* libfcgi closes what it could not read. Nothing that is left of a request
 * may come before the next one, so all is made anew. */
static void
abandon_closed(struct codec *codec, int fd)
{
	if (fd == codec->pipe[0])
		codec->pipe[0] = -1;
	else
		codec->file = -1;
	close_all(codec);
}

bool
codec_read(struct codec *codec, const struct records *records,
    FCGX_Request *request, struct arena *arena, struct str *body)
{
	if (!make_missing(codec))
		return false;
	int fd = hand_over(codec, records);
	if (fd < 0) {
		close_all(codec);
		return false;
	}
	if (!accept_request(request, fd)) {
		abandon_closed(codec, fd);
		return false;
	}
	if (FCGX_GetError(request->in) != 0 ||
	    !read_body(request, records->body.len, arena, body)) {
		FCGX_Free(request, 1);
		abandon_closed(codec, fd);
		return false;
	}
	request->ipcFd = -1;
	request->requestId = (int)records->id;
	if (fd == codec->file && ftruncate(fd, 0) != 0)
		close_all(codec);
	return true;
}

/* FCGX_Finish_r without its silence (whether all was written), and without
 * its end: the variables stay. */
static bool
write_answer(FCGX_Request *request, int fd, struct str answer)
{
	request->ipcFd = fd;
	(void)FCGX_PutStr(answer.at, (int)answer.len, request->out);
	bool written = FCGX_FClose(request->err) == 0;
	written = FCGX_FClose(request->out) == 0 && written;
	request->ipcFd = -1;
	return written;
}

/* What libfcgi wrote into the file, appended to the queue. */
static bool
collect(int file, struct buf *queue)
{
	char part[16384];
	off_t at = 0;
	ssize_t count;

	while ((count = pread(file, part, sizeof part, at)) > 0) {
		buf_add(queue, part, (size_t)count);
		at += count;
	}
	return count == 0 && ftruncate(file, 0) == 0 && !queue->failed;
}

bool
codec_write(struct codec *codec, FCGX_Request *request, int fd,
    struct str answer, struct buf *queue)
{
	if (answer.len <= SMALL_ANSWER && queue->len == 0)
		return write_answer(request, fd, answer);
	if (answer.len > INT_MAX || !make_missing(codec) ||
	    lseek(codec->file, 0, SEEK_SET) != 0)
		return false;
	bool written = write_answer(request, codec->file, answer);
	return collect(codec->file, queue) && written;
}

void
codec_end(FCGX_Request *request)
{
	request->ipcFd = -1;
	FCGX_Free(request, 0);
}
