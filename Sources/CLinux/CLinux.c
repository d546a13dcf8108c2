// The few calls that need _GNU_SOURCE or a C macro; see the header for why they are here.
#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <sys/wait.h>
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

int seatrial_adopt_orphans(void) { return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); }

int seatrial_spawn(const char *path, char *const argv[], char *const envp[], const char *directory,
                   int input, int output, int error, int bound) {
  // vfork: the driver may be large, and copying its page tables for each of 500 servers is not
  // free. Until exec the child runs on our stack while we wait, so it touches nothing but locals,
  // and signals stay out of it.
  volatile int failure = 0;
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pid_t parent = getpid();
  pid_t child = vfork();
  if (child == 0) {
    if (bound && (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent)) _exit(127);
    setpgid(0, 0);
    for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
    if (input < 0) input = open("/dev/null", O_RDONLY);
    // Above the standard three first, so that none overwrites another.
    int in = fcntl(input, F_DUPFD, 3), out = fcntl(output, F_DUPFD, 3),
        err = fcntl(error, F_DUPFD, 3);
    if (in < 0 || out < 0 || err < 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0) {
      failure = errno;
      _exit(127);
    }
    close_range(3, ~0U, 0);
    if (directory != NULL && chdir(directory) != 0) {
      failure = errno;
      _exit(127);
    }
    sigset_t none;
    sigemptyset(&none);
    pthread_sigmask(SIG_SETMASK, &none, NULL);
    execve(path, argv, envp);
    failure = errno;
    _exit(127);
  }
  int number = errno;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (child < 0) return -number;
  if (failure != 0) {
    waitpid(child, NULL, 0);
    return -failure;
  }
  return child;
}

int seatrial_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }

void seatrial_sharpen_timers(void) { prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0); }

int seatrial_may_make_network(void) {
  pid_t child = fork();
  if (child < 0) return 0;
  if (child == 0) {
    // What the parent closes meanwhile must be closed.
    close_range(0, ~0U, 0);
    _exit(unshare(CLONE_NEWNET) == 0 || unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0 ? 0 : 1);
  }
  int status = 1;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}
