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
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>

// accept4 with SOCK_NONBLOCK and SOCK_CLOEXEC, so that no child inherits a connection by a race.
int seatrial_accept(int listener);

// Processors this process may run on (taskset and container masks count); 0 when the kernel will
// not say. In C because CPU_COUNT is a macro with a statement in it, which Swift cannot import.
int seatrial_usable_processors(void);
#endif
