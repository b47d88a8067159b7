/*
 * Waits for datagrams where the SDK leaves waiting to the program around it.
 */
#ifndef READINESS_H
#define READINESS_H

#include <stdint.h>

#include "udp-socket.h"

/*
 * From now on `udpSocketReady` is called, in this thread, whenever `descriptor` can be read.
 *
 * Returns a number to forget it by, or 0 when there is no memory.
 */
uint32_t readinessWatch(int descriptor, UDPSocket socket);

/* May be called from `udpSocketReady`. */
void readinessForget(uint32_t watch);

/* The socket's side. The socket may be gone when it returns. */
void udpSocketReady(UDPSocket socket);

#endif
