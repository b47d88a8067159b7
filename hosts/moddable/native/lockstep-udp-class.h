/*
 * The class in lockstep-udp.js, for its functions in several files.
 */
#ifndef LOCKSTEP_UDP_CLASS_H
#define LOCKSTEP_UDP_CLASS_H

#include "xsmc.h"

#include "lockstep-udp-socket.h"

#define PORT_MAX 65535

/* The socket of `this`. Throws if that is closed, or is no socket. */
UDPSocket udpSocketOfThis(xsMachine *the);

#endif
