// The measure for servers of the wire: a plain epoll loop that takes Content-Length frames and sends
// back as many bytes, in as many frames and one write, as it is told. It parses what any server must
// parse (where a frame ends) and nothing else.
//   pingpong FRAMES BYTES      prints its port; BYTES is the whole of a reply with its headers
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { room = 64 << 10, most = 4096 };

struct client {
  int fd;
  size_t held, out_at, out_end;
  char in[room];
  char *out;
  size_t out_room;
};

static char *reply;
static size_t reply_size;

static void make_reply(int frames, size_t bytes) {
  reply = malloc(bytes + 256);
  for (int i = 0; i < frames; i++) {
    size_t left = (bytes - reply_size) / (frames - i), head;
    char text[64];
    size_t body = left > 32 ? left - 22 : 8;
    head = snprintf(text, sizeof text, "Content-Length: %zu\r\n\r\n", body);
    while (head + body > left && body > 8)
      body--, head = snprintf(text, sizeof text, "Content-Length: %zu\r\n\r\n", body);
    memcpy(reply + reply_size, text, head);
    memset(reply + reply_size + head, 'x', body);
    reply_size += head + body;
  }
}

static int flush(struct client *c) {
  while (c->out_at < c->out_end) {
    ssize_t n = write(c->fd, c->out + c->out_at, c->out_end - c->out_at);
    if (n < 0) return errno == EAGAIN ? 1 : -1;
    c->out_at += n;
  }
  c->out_at = c->out_end = 0;
  return 0;
}

static void answer(struct client *c) {
  if (c->out_end + reply_size > c->out_room) {
    c->out_room = (c->out_end + reply_size) * 2;
    c->out = realloc(c->out, c->out_room);
  }
  memcpy(c->out + c->out_end, reply, reply_size);
  c->out_end += reply_size;
}

static void serve(struct client *c) {
  size_t at = 0;
  for (;;) {
    char *end = memmem(c->in + at, c->held - at, "\r\n\r\n", 4);
    if (end == NULL) break;
    size_t body = strtoul(c->in + at + 16, NULL, 10), start = end + 4 - c->in;
    if (start + body > c->held) break;
    at = start + body;
    answer(c);
  }
  memmove(c->in, c->in + at, c->held - at);
  c->held -= at;
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  make_reply(atoi(argv[1]), strtoul(argv[2], NULL, 10));
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), one = 1;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  if (bind(listener, (struct sockaddr *)&address, size) != 0 || listen(listener, 4096) != 0) return 1;
  getsockname(listener, (struct sockaddr *)&address, &size);
  printf("listening on port %d\n", ntohs(address.sin_port));
  fflush(stdout);
  int loop = epoll_create1(0);
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL}, ready[256];
  epoll_ctl(loop, EPOLL_CTL_ADD, listener, &event);
  for (;;) {
    int count = epoll_wait(loop, ready, 256, -1);
    for (int i = 0; i < count; i++) {
      struct client *c = ready[i].data.ptr;
      if (c == NULL) {
        int fd;
        while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
          setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
          struct client *next = calloc(1, sizeof *next);
          next->fd = fd;
          event = (struct epoll_event){.events = EPOLLIN, .data.ptr = next};
          epoll_ctl(loop, EPOLL_CTL_ADD, fd, &event);
        }
        continue;
      }
      ssize_t n = read(c->fd, c->in + c->held, room - c->held);
      if (n <= 0) {
        if (n == 0 || errno != EAGAIN) {
          close(c->fd);
          free(c->out);
          free(c);
        }
        continue;
      }
      c->held += n;
      serve(c);
      if (flush(c) == 1) {
        // A driver that keeps one request under way reads before it asks again.
        while (flush(c) == 1) usleep(50);
      }
    }
  }
}
