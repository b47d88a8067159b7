/*
 * The multicast addresses of one socket on lwIP.
 */
#ifndef LOCKSTEP_UDP_GROUPS_H
#define LOCKSTEP_UDP_GROUPS_H

#include "lockstep-udp-socket.h"

/* Multicast addresses of one socket: service discovery has one. An error names the number, too. */
#define GROUPS_MAX 4

/* 0 where there is none. */
typedef struct {
	uint32_t addresses[GROUPS_MAX];
} UDPGroups;

/* Implemented by the socket. */
UDPGroups *udpSocketGroups(UDPSocket socket);

/* Leaves them all. Called in lwIP's thread. */
void udpGroupsEnd(const UDPGroups *groups);

#endif
