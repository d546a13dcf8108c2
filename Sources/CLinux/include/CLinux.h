// What Linux offers and Swift's Glibc module does not show: epoll, accept4, prctl, the processor
// mask. Every call is a plain system call, wrapped for Swift in LinuxIO; no state lives here.
//
// _GNU_SOURCE stays out of this header: under it glibc declares rusage and fd_set otherwise than
// Swift's Glibc module does, and the compiler refuses the pair. What needs it is in CLinux.c.
#ifndef SEATRIAL_CLINUX_H
#define SEATRIAL_CLINUX_H
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>

// epoll_pwait2, or epoll_wait rounded up to milliseconds where the kernel is older than 5.11. A null
// pause waits for ever. timespec is declared by sys/epoll.h's own includes.
int seatrial_epoll_wait(int epoll, struct epoll_event *events, int limit,
                        const struct timespec *pause);

// accept4 with SOCK_NONBLOCK and SOCK_CLOEXEC, so that no child inherits a connection by a race.
int seatrial_accept(int listener);

// Forks a child that does nothing and dies with its parent; its number, or -1. In C because Swift
// does not let a program fork.
int seatrial_idle_child(void);

// Starts a program in a process group of its own. With `bound` it dies with the calling thread, so
// that one has to live as long as the child may. Standard input is /dev/null where `input` is
// negative. Returns the child's number, or -errno; a program that cannot be executed is found out
// here, not by an exit code.
int seatrial_spawn(const char *path, char *const argv[], char *const envp[], const char *directory,
                   int input, int output, int error, int bound);

// Waits of the calling thread end on time, not up to 50 us later.
void seatrial_sharpen_timers(void);

// A pipe whose ends close on exec.
int seatrial_pipe(int ends[2]);

// Makes orphans of our children ours, so that they can be found and stopped.
int seatrial_adopt_orphans(void);

// Whether a child of ours may have a network of its own, as root or in a user namespace; tried in a
// child that ends at once. In C because Swift does not let a program fork.
int seatrial_may_make_network(void);

// Processors this process may run on (taskset and container masks count); 0 when the kernel will
// not say. In C because CPU_COUNT is a macro with a statement in it, which Swift cannot import.
int seatrial_usable_processors(void);
#endif
