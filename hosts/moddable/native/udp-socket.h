/*
 * A UDP socket as udp.c needs it: IPv4, and never waiting. There is one on lwIP and one on POSIX.
 */
#ifndef UDP_SOCKET_H
#define UDP_SOCKET_H

#include <stdbool.h>
#include <stdint.h>

typedef struct UDPSocketRecord *UDPSocket;

/* Who sent a datagram, or is to get one. Both numbers are in the machine's own order of bytes. */
typedef struct {
	uint32_t address;
	uint16_t port;
} UDPPeer;

/*
 * At least `count` datagrams can be received. Called in the thread of the XS machine, and the last that is done with the
 * socket there, so that it may be closed meanwhile.
 */
typedef void (*UDPSocketReadable)(void *context, uint32_t count);

typedef struct {
	/* The XS machine, as `xsMachine *`. */
	void *machine;
	/* 0: any that is free. */
	uint16_t port;
	/* 0: the system's default. */
	uint8_t timeToLive;
	UDPSocketReadable readable;
	void *context;
} UDPSocketOptions;

/* Returns NULL, or a sentence about what is in the way. */
const char *udpSocketOpen(UDPSocket *socket, const UDPSocketOptions *options);

/*
 * After this `readable` is not called any more. What has not been received is thrown away.
 *
 * machineEnds: nothing that is on the way to the machine's thread will arrive there.
 */
void udpSocketClose(UDPSocket socket, bool machineEnds);

/* The length of the datagram that waits, in bytes, or -1 when there is none. */
int32_t udpSocketNextLength(UDPSocket socket);

/*
 * Takes the next datagram. What of it does not fit into `sizeBytes` is lost. Returns how many bytes were written to
 * `buffer`, or -1 when there is no datagram.
 */
int32_t udpSocketReceive(UDPSocket socket, void *buffer, uint32_t sizeBytes, UDPPeer *sender);

/* Returns whether the datagram is on its way. There may be no memory for it, or no route. */
bool udpSocketSend(UDPSocket socket, const void *message, uint16_t lengthBytes, const UDPPeer *receiver);

/* How many datagrams were thrown away because too many waited to be received. */
uint32_t udpSocketDropped(UDPSocket socket);

/* Reads an address as 192.168.0.66. Returns false when the text is none. */
bool udpAddressFromText(const char *text, uint32_t *address);

#endif
