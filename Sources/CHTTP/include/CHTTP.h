// HTTP/1.1 messages with Debian's http-parser, turned from callbacks into a result that Swift can
// ask for: feed bytes, then look at what is there. One reader reads one message after another; the
// body comes out decoded from chunks.
#ifndef SEATRIAL_CHTTP_H
#define SEATRIAL_CHTTP_H
#include <stddef.h>

struct seatrial_http;

// A reader of responses, or of requests; NULL without memory.
struct seatrial_http *seatrial_http_new(int reads_requests);
void seatrial_http_free(struct seatrial_http *);

// Takes bytes until the end of a message or of the bytes; returns how many it took, or -1 where they
// are no HTTP. A finished message stays until `seatrial_http_next`.
long seatrial_http_feed(struct seatrial_http *, const char *bytes, size_t count);
// The peer has closed: a body without a length ends here. 0 where that is in order.
int seatrial_http_end(struct seatrial_http *);

int seatrial_http_has_headers(const struct seatrial_http *);
int seatrial_http_is_complete(const struct seatrial_http *);
int seatrial_http_status(const struct seatrial_http *);
int seatrial_http_keeps_alive(const struct seatrial_http *);
// 1 GET, 3 POST and so on, as http-parser numbers them.
int seatrial_http_method(const struct seatrial_http *);
const char *seatrial_http_target(const struct seatrial_http *, size_t *count);
// The value of Retry-After in seconds, -1 where there is none.
long seatrial_http_retry_after(const struct seatrial_http *);
// Whether the client waits to be told that it may send the body (Expect: 100-continue).
int seatrial_http_expects_continue(const struct seatrial_http *);
// Whether reading failed because something was larger than its bound.
int seatrial_http_is_too_large(const struct seatrial_http *);
// Whether the body is an event stream.
int seatrial_http_is_stream(const struct seatrial_http *);

// What has come of the body and was not taken yet.
const char *seatrial_http_body(const struct seatrial_http *, size_t *count);
void seatrial_http_take_body(struct seatrial_http *, size_t count);
// Ready for the next message on the same connection.
void seatrial_http_next(struct seatrial_http *);
#endif
