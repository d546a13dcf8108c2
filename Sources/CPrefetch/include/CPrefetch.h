// One builtin that Swift does not offer: ask the processor to fetch a cache line that will be needed soon.
// A wrong or useless address does no harm; nothing is read.
#ifndef SEATRIAL_CPREFETCH_H
#define SEATRIAL_CPREFETCH_H
static inline void seatrial_prefetch(const void *address) { __builtin_prefetch(address); }
#endif
