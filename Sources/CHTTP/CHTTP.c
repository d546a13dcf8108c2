// See the header. Every buffer has a bound: a peer cannot make a reader hold more than 16 MiB.
#include "CHTTP.h"

#include <http_parser.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { largest_body = 16 << 20, largest_text = 8 << 10 };

struct text {
  char *bytes;
  size_t count, room;
};

struct seatrial_http {
  http_parser parser;
  struct text body, target, name, value;
  int in_value, has_headers, is_complete, is_stream, keeps_alive, expects_continue, is_too_large;
  long retry_after;
};

static int append(struct text *text, const char *bytes, size_t count, size_t limit) {
  if (text->count + count > limit) return 1;
  if (text->count + count > text->room) {
    size_t room = (text->count + count) * 2;
    char *next = realloc(text->bytes, room);
    if (next == NULL) return 1;
    text->bytes = next;
    text->room = room;
  }
  memcpy(text->bytes + text->count, bytes, count);
  text->count += count;
  return 0;
}

static int is_name(const struct text *text, const char *name) {
  return text->count == strlen(name) && strncasecmp(text->bytes, name, text->count) == 0;
}

static void finish_header(struct seatrial_http *http) {
  if (!http->in_value) return;
  if (is_name(&http->name, "retry-after") && append(&http->value, "", 1, largest_text) == 0) {
    char *end;
    long seconds = strtol(http->value.bytes, &end, 10);
    if (end != http->value.bytes && seconds >= 0) http->retry_after = seconds;
  } else if (is_name(&http->name, "content-type")) {
    static const char kind[] = "text/event-stream";
    http->is_stream = http->value.count >= sizeof kind - 1 &&
                      strncasecmp(http->value.bytes, kind, sizeof kind - 1) == 0;
  }
  if (is_name(&http->name, "expect")) http->expects_continue = is_name(&http->value, "100-continue");
  http->in_value = 0;
  http->name.count = 0;
  http->value.count = 0;
}

static int on_target(http_parser *parser, const char *bytes, size_t count) {
  struct seatrial_http *http = parser->data;
  return append(&http->target, bytes, count, largest_text);
}

static int on_name(http_parser *parser, const char *bytes, size_t count) {
  struct seatrial_http *http = parser->data;
  finish_header(http);
  return append(&http->name, bytes, count, largest_text);
}

static int on_value(http_parser *parser, const char *bytes, size_t count) {
  struct seatrial_http *http = parser->data;
  http->in_value = 1;
  return append(&http->value, bytes, count, largest_text);
}

static int on_headers(http_parser *parser) {
  struct seatrial_http *http = parser->data;
  finish_header(http);
  http->has_headers = 1;
  return 0;
}

static int on_body(http_parser *parser, const char *bytes, size_t count) {
  struct seatrial_http *http = parser->data;
  if (append(&http->body, bytes, count, largest_body) == 0) return 0;
  http->is_too_large = 1;
  return 1;
}

static int on_complete(http_parser *parser) {
  struct seatrial_http *http = parser->data;
  http->is_complete = 1;
  http->keeps_alive = http_should_keep_alive(parser);
  http_parser_pause(parser, 1);
  return 0;
}

static const http_parser_settings settings = {
    .on_url = on_target,
    .on_header_field = on_name,
    .on_header_value = on_value,
    .on_headers_complete = on_headers,
    .on_body = on_body,
    .on_message_complete = on_complete,
};

struct seatrial_http *seatrial_http_new(int reads_requests) {
  struct seatrial_http *http = calloc(1, sizeof *http);
  if (http == NULL) return NULL;
  http_parser_init(&http->parser, reads_requests ? HTTP_REQUEST : HTTP_RESPONSE);
  http->parser.data = http;
  http->retry_after = -1;
  return http;
}

void seatrial_http_free(struct seatrial_http *http) {
  free(http->body.bytes);
  free(http->target.bytes);
  free(http->name.bytes);
  free(http->value.bytes);
  free(http);
}

long seatrial_http_feed(struct seatrial_http *http, const char *bytes, size_t count) {
  // Nothing to feed is not the end, as http-parser would take it.
  if (http->is_complete || count == 0) return 0;
  size_t taken = http_parser_execute(&http->parser, &settings, bytes, count);
  enum http_errno problem = HTTP_PARSER_ERRNO(&http->parser);
  if (problem == HPE_OK) return (long)taken;
  // A pause at the end of a message is ours; the byte it stops at is among those taken.
  if (problem == HPE_PAUSED && http->is_complete) return (long)taken;
  return -1;
}

int seatrial_http_end(struct seatrial_http *http) {
  if (http->is_complete) return 0;
  http_parser_execute(&http->parser, &settings, NULL, 0);
  return http->is_complete ? 0 : 1;
}

int seatrial_http_has_headers(const struct seatrial_http *http) { return http->has_headers; }
int seatrial_http_is_complete(const struct seatrial_http *http) { return http->is_complete; }
int seatrial_http_status(const struct seatrial_http *http) { return http->parser.status_code; }
int seatrial_http_keeps_alive(const struct seatrial_http *http) { return http->keeps_alive; }
int seatrial_http_method(const struct seatrial_http *http) { return http->parser.method; }
long seatrial_http_retry_after(const struct seatrial_http *http) { return http->retry_after; }
int seatrial_http_expects_continue(const struct seatrial_http *http) {
  return http->expects_continue;
}
int seatrial_http_is_too_large(const struct seatrial_http *http) { return http->is_too_large; }
int seatrial_http_is_stream(const struct seatrial_http *http) { return http->is_stream; }

const char *seatrial_http_target(const struct seatrial_http *http, size_t *count) {
  *count = http->target.count;
  return http->target.bytes;
}

const char *seatrial_http_body(const struct seatrial_http *http, size_t *count) {
  *count = http->body.count;
  return http->body.bytes;
}

void seatrial_http_take_body(struct seatrial_http *http, size_t count) {
  if (count > http->body.count) count = http->body.count;
  http->body.count -= count;
  memmove(http->body.bytes, http->body.bytes + count, http->body.count);
}

void seatrial_http_next(struct seatrial_http *http) {
  http->body.count = http->target.count = http->name.count = http->value.count = 0;
  http->in_value = http->has_headers = http->is_complete = http->is_stream = 0;
  http->keeps_alive = http->expects_continue = http->is_too_large = 0;
  http->retry_after = -1;
  enum http_parser_type type = http->parser.type;
  http_parser_init(&http->parser, type);
}
