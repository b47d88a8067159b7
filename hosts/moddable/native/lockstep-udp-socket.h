/*
 * A non-blocking UDP socket on IPv4, for lockstep-udp.c. One implementation uses lwIP, another POSIX.
 */
#ifndef UDP_SOCKET_H
#define UDP_SOCKET_H

#include <stdbool.h>
#include <stdint.h>

typedef struct UDPSocketRecord *UDPSocket;

/* Sender or receiver of a datagram, both numbers in host byte order. */
typedef struct {
	uint32_t address;
	uint16_t port;
} UDPPeer;

/*
 * At least `count` datagrams can be received. Called in the thread of the XS machine. The caller does not use the socket
 * afterwards, so the callback may close it.
 */
typedef void (*UDPSocketReadable)(void *context, uint32_t count);

typedef struct {
	/* The XS machine, as `xsMachine *`. */
	void *machine;
	/* Of the network interface that is used; 0 for all of them, with broadcasts leaving by whichever the system chooses. */
	uint32_t address;
	/* 0 for any free port. */
	uint16_t port;
	/* 0 for the system's default. */
	uint8_t timeToLive;
	/* Throws away what came to a broadcast or multicast address. */
	bool unicastOnly;
	UDPSocketReadable readable;
	void *context;
} UDPSocketOptions;

#define UDP_NO_INTERFACE "no network interface has this address"

/* Returns NULL, or the error in words. */
const char *udpSocketOpen(UDPSocket *socket, const UDPSocketOptions *options);

/*
 * After this `readable` is no longer called. Waiting datagrams are thrown away.
 *
 * machineEnds: pending messages to the machine's thread will not arrive.
 */
void udpSocketClose(UDPSocket socket, bool machineEnds);

/* If datagrams still wait, `readable` is called for them, later. */
void udpSocketAnnounce(UDPSocket socket);

/* Length of the next datagram in bytes, or -1 if none waits. */
int32_t udpSocketNextLength(UDPSocket socket);

/*
 * Takes the next datagram; bytes beyond `sizeBytes` are lost. Returns the number of bytes written to `buffer`, or -1 if no
 * datagram waits.
 */
int32_t udpSocketReceive(UDPSocket socket, void *buffer, uint32_t sizeBytes, UDPPeer *sender);

/* Returns whether the datagram was sent: memory or a route may be missing. */
bool udpSocketSend(UDPSocket socket, const void *message, uint16_t lengthBytes, const UDPPeer *receiver);

/* Datagrams that were thrown away because too many waited. */
uint32_t udpSocketDropped(UDPSocket socket);

/* Datagrams that were thrown away because of `unicastOnly`. */
uint32_t udpSocketIgnored(UDPSocket socket);

/*
 * Receives what is sent to the multicast address `group` on any interface, until `udpSocketLeave` or the end of the socket.
 *
 * Returns NULL, or the error in words. A group that was joined before is no error.
 */
const char *udpSocketJoin(UDPSocket socket, uint32_t group);

/* Returns NULL, or the error in words. */
const char *udpSocketLeave(UDPSocket socket, uint32_t group);

/* Reads an address such as 192.168.0.66. Returns false if the text is not an address. */
bool udpAddressFromText(const char *text, uint32_t *address);

#endif
