/*
 * What the test says to the stand-in for lwIP, and asks of it.
 */
#ifndef LWIP_CONTROL_H
#define LWIP_CONTROL_H

#include "lwip/lwip-stand-in.h"

/* What there is none of: see the test. */
extern const char *gMissing;
/* Pbufs that are not freed. */
extern int gPbufs;
/* Where the datagram that is handed over next came to. */
extern ip_addr_t gDestination;

bool isMissing(const char *what);

/* Ends the program with the rule if it was broken: functions of lwIP run in its thread, and never while the queue is protected. */
void expect(bool isRight, const char *rule);

bool isProtected(void);

/* A datagram arrives at the socket. */
void handOver(struct pbuf *p, const ip_addr_t *address, u16_t port);

#endif
