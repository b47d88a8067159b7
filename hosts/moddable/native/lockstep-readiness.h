/*
 * Waits for datagrams in the main loop of the program around the SDK.
 */
#ifndef READINESS_H
#define READINESS_H

#include <stdint.h>

#include "lockstep-udp-socket.h"

/*
 * Calls `udpSocketReady`, in this thread, whenever `descriptor` can be read.
 *
 * Returns a number for `readinessForget`, or 0 without memory.
 */
uint32_t readinessWatch(int descriptor, UDPSocket socket);

/* May be called from `udpSocketReady`. */
void readinessForget(uint32_t watch);

/* Implemented by the socket, which may be freed when this returns. */
void udpSocketReady(UDPSocket socket);

#endif
