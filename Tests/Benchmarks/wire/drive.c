// Keeps one request under way on each of many connections and counts what comes back, for any server
// that speaks in Content-Length frames.
//   drive PORT CONNECTIONS SECONDS FRAMES ping|turn|plain
// FRAMES is how many frames end a request; `turn` first creates a session on each connection. Prints
// one line: requests, seconds, bytes of a reply.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { room = 256 << 10 };

struct link {
  int fd, frames;
  size_t held, body_left, request_size;
  char request[256];
  char head[64];
  size_t head_size;
};

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

static size_t frame(char *out, size_t size, const char *body) {
  return snprintf(out, size, "Content-Length: %zu\r\n\r\n%s", strlen(body), body);
}

static void put(struct link *l, const char *bytes, size_t count) {
  if (write(l->fd, bytes, count) != (ssize_t)count) {
    perror("write");
    exit(1);
  }
}

// Counts the frames that end in these bytes.
static int count_frames(struct link *l, const char *bytes, size_t count) {
  int frames = 0;
  while (count > 0) {
    if (l->body_left > 0) {
      size_t step = l->body_left < count ? l->body_left : count;
      l->body_left -= step, bytes += step, count -= step;
      if (l->body_left == 0) frames++;
      continue;
    }
    l->head[l->head_size++] = *bytes++, count--;
    if (l->head_size >= 4 && memcmp(l->head + l->head_size - 4, "\r\n\r\n", 4) == 0) {
      l->body_left = strtoul(l->head + 16, NULL, 10);
      l->head_size = 0;
    }
  }
  return frames;
}

int main(int argc, char **argv) {
  if (argc != 6) return 2;
  int port = atoi(argv[1]), connections = atoi(argv[2]), frames = atoi(argv[4]), one = 1;
  double seconds = atof(argv[3]);
  int turns = strcmp(argv[5], "turn") == 0;
  struct rlimit limit = {65536, 65536};
  setrlimit(RLIMIT_NOFILE, &limit);
  struct link *links = calloc(connections, sizeof *links);
  char *in = malloc(room), text[512], body[400];
  int loop = epoll_create1(0);
  for (int i = 0; i < connections; i++) {
    struct link *l = &links[i];
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    l->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(l->fd, (struct sockaddr *)&address, sizeof address) != 0) return perror("connect"), 1;
    setsockopt(l->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (turns) {
      snprintf(body, sizeof body,
               "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"session.create\",\"params\":{"
               "\"sessionId\":\"bench-%d\",\"model\":\"gpt-4.1\"}}", i);
      put(l, text, frame(text, sizeof text, body));
      usleep(i < 4 ? 20000 : 0);
      snprintf(body, sizeof body,
               "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"session.send\",\"params\":{"
               "\"sessionId\":\"bench-%d\",\"prompt\":\"sixty bytes, as many as the prompts of the driver have, so..\"}}", i);
    } else {
      snprintf(body, sizeof body, "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"ping\",\"params\":{}}");
    }
    l->request_size = frame(l->request, sizeof l->request, body);
  }
  // What creating has to say is read away before the clock starts: until nothing more comes.
  double quiet = now() + (turns ? 0.5 : 0);
  while (now() < quiet)
    for (int i = 0; i < connections; i++)
      while (recv(links[i].fd, in, room, MSG_DONTWAIT) > 0) quiet = now() + 0.5;
  for (int i = 0; i < connections; i++) {
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = i};
    epoll_ctl(loop, EPOLL_CTL_ADD, links[i].fd, &event);
  }
  struct epoll_event ready[1024];
  long requests = 0, counted = 0;
  double bytes = 0, start = now(), warm = start + 0.3, end = 0;
  for (int i = 0; i < connections; i++) put(&links[i], links[i].request, links[i].request_size);
  for (;;) {
    int count = epoll_wait(loop, ready, 1024, 1000);
    double present = now();
    if (end == 0 && present >= warm) end = present + seconds, start = present, counted = requests, bytes = 0;
    if (end > 0 && present >= end) break;
    if (count == 0) return fprintf(stderr, "nothing came for a second\n"), 1;
    for (int i = 0; i < count; i++) {
      struct link *l = &links[ready[i].data.u32];
      ssize_t n = read(l->fd, in, room);
      if (n <= 0) return fprintf(stderr, "the server closed a connection\n"), 1;
      bytes += n;
      l->frames += count_frames(l, in, n);
      if (l->frames >= frames) {
        l->frames -= frames;
        requests++;
        put(l, l->request, l->request_size);
      }
    }
  }
  double length = now() - start;
  printf("%ld %.4f %.1f\n", requests - counted, length, bytes / (double)(requests - counted));
  return 0;
}
