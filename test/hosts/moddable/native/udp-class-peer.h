/*
 * The peer of a socket, on the loopback interface.
 */
#ifndef UDP_CLASS_PEER_H
#define UDP_CLASS_PEER_H

#include <stdint.h>

/* Makes the peer at an address of this machine, or makes it anew. */
void makePeer(uint32_t address);

uint16_t peerPort(void);

/* Takes a datagram of the socket, and learns the socket's port. */
void peerGets(void);

void peerSends(const char *text);

/* Sends not to the socket's own address, but to a broadcast or multicast address. */
void peerSendsTo(const char *address);

#endif
