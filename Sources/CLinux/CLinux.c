// The few calls that need _GNU_SOURCE or a C macro; see the header for why they are here.
#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

int seatrial_epoll_wait(int epoll, struct epoll_event *events, int limit,
                        const struct timespec *pause) {
  static int has_nanoseconds = 1;
  if (pause == NULL) return epoll_wait(epoll, events, limit, -1);
  if (has_nanoseconds) {
    int count = epoll_pwait2(epoll, events, limit, pause, NULL);
    if (count >= 0 || errno != ENOSYS) return count;
    has_nanoseconds = 0;
  }
  long long wait = (long long)pause->tv_sec * 1000 + (pause->tv_nsec + 999999) / 1000000;
  return epoll_wait(epoll, events, limit, wait > 1 << 30 ? 1 << 30 : (int)wait);
}

int seatrial_accept(int listener) {
  return accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

int seatrial_usable_processors(void) {
  // 1024 processors, the size of cpu_set_t; a larger machine answers EINVAL and we say 0.
  cpu_set_t mask;
  CPU_ZERO(&mask);
  if (sched_getaffinity(0, sizeof mask, &mask) != 0) return 0;
  return CPU_COUNT(&mask);
}

int seatrial_idle_child(void) {
  pid_t parent = getpid();
  pid_t child = fork();
  if (child != 0) return child;
  // Between fork and prctl the parent may have died; then nobody would end us.
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent) _exit(0);
  // The connections of the parent must close when the parent closes them.
  close_range(0, ~0U, 0);
  for (;;) pause();
}
