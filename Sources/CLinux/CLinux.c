// The few calls that need _GNU_SOURCE or a C macro; see the header for why they are here.
#define _GNU_SOURCE
#include "CLinux.h"

#include <sched.h>
#include <stddef.h>

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
