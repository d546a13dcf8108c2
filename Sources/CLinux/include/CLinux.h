// What Linux offers and Swift's Glibc module does not show: epoll, accept4, prctl.
// Header only; every call is a plain system call, wrapped for Swift in LinuxIO.
#ifndef SEATRIAL_CLINUX_H
#define SEATRIAL_CLINUX_H
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#endif
