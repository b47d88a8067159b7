/*
 * A UDP socket of the computer, for the SDK's simulator on Linux. The system's queue has a limit; further datagrams are
 * dropped.
 */
/* For the address to which a datagram came. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lockstep-readiness.h"
#include "lockstep-udp-socket.h"

/* Ignored datagrams in a row: after that other sockets and timers have their turn. What still waits makes the socket ready again. */
#define IGNORED_IN_A_ROW_MAX 64

struct UDPSocketRecord {
	int descriptor;
	/* 0 without a watch. */
	uint32_t watch;
	uint32_t dropped;
	uint32_t ignored;
	UDPSocketOptions options;
};

static struct sockaddr_in systemAddress(uint32_t address, uint16_t port)
{
	struct sockaddr_in result;

	memset(&result, 0, sizeof(result));
	result.sin_family = AF_INET;
	result.sin_addr.s_addr = htonl(address);
	result.sin_port = htons(port);
	return result;
}

static bool setOption(UDPSocket udp, int level, int name, int value)
{
	return 0 == setsockopt(udp->descriptor, level, name, &value, sizeof(value));
}

static bool setTimeToLive(UDPSocket udp)
{
	const int hops = udp->options.timeToLive;

	return !hops || (setOption(udp, IPPROTO_IP, IP_TTL, hops) && setOption(udp, IPPROTO_IP, IP_MULTICAST_TTL, hops));
}

/* Whether an interface has the option `address`. It is the one that datagrams leave and arrive by. */
static bool bindToInterface(UDPSocket udp)
{
	const struct sockaddr_in wanted = systemAddress(udp->options.address, 0);
	struct ifaddrs *first, *one;
	bool isBound = false;

	if (!udp->options.address)
		return true;
	if (getifaddrs(&first))
		return false;
	for (one = first; one && !isBound; one = one->ifa_next) {
		const struct sockaddr_in *own = (struct sockaddr_in *)one->ifa_addr;
		if (own && (AF_INET == own->sin_family) && (own->sin_addr.s_addr == wanted.sin_addr.s_addr))
			isBound = 0 == setsockopt(udp->descriptor, SOL_SOCKET, SO_BINDTODEVICE, one->ifa_name, strlen(one->ifa_name));
	}
	freeifaddrs(first);
	return isBound;
}

/* Returns NULL, or the error in words. */
static const char *start(UDPSocket udp)
{
	const struct sockaddr_in own = systemAddress(INADDR_ANY, udp->options.port);

	udp->descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (udp->descriptor < 0)
		return "the system has no socket to give";
	if (!setTimeToLive(udp))
		return "the system does not take the time to live";
	if (!setOption(udp, SOL_SOCKET, SO_BROADCAST, 1))
		return "the system does not allow broadcasts";
	if (!setOption(udp, SOL_SOCKET, SO_RXQ_OVFL, 1))
		return "the system does not count what it drops";
	if (!setOption(udp, IPPROTO_IP, IP_PKTINFO, udp->options.unicastOnly))
		return "the system does not tell where a datagram came to";
	if (!bindToInterface(udp))
		return UDP_NO_INTERFACE;
	if (bind(udp->descriptor, (const struct sockaddr *)&own, sizeof(own)))
		return "the port is taken, or needs privileges";
	udp->watch = readinessWatch(udp->descriptor, udp);
	return udp->watch ? NULL : "no memory for a socket";
}

const char *udpSocketOpen(UDPSocket *opened, const UDPSocketOptions *options)
{
	UDPSocket udp = calloc(1, sizeof(*udp));
	const char *error;

	if (!udp)
		return "no memory for a socket";
	udp->options = *options;
	error = start(udp);
	if (error)
		udpSocketClose(udp, false);
	else
		*opened = udp;
	return error;
}

void udpSocketClose(UDPSocket udp, bool machineEnds)
{
	(void)machineEnds;
	if (udp->watch)
		readinessForget(udp->watch);
	if (udp->descriptor >= 0)
		close(udp->descriptor);
	free(udp);
}

/* A datagram with a wrong checksum makes the socket ready, and is gone when it is looked for. */
void udpSocketReady(UDPSocket udp)
{
	if (udpSocketNextLength(udp) >= 0)
		udp->options.readable(udp->options.context, 1);
}

/* The main loop calls `udpSocketReady` as long as something waits. */
void udpSocketAnnounce(UDPSocket udp)
{
	(void)udp;
}

/*
 * With each datagram the system tells the number of datagrams dropped so far, and to which address it came: for a broadcast or
 * multicast, that is not the address of the interface.
 *
 * Returns whether the datagram is thrown away.
 */
static bool mustIgnore(UDPSocket udp, struct msghdr *message)
{
	struct cmsghdr *part;
	bool isForMany = false;

	for (part = CMSG_FIRSTHDR(message); part; part = CMSG_NXTHDR(message, part)) {
		if ((SOL_SOCKET == part->cmsg_level) && (SO_RXQ_OVFL == part->cmsg_type))
			memcpy(&udp->dropped, CMSG_DATA(part), sizeof(udp->dropped));
		if ((IPPROTO_IP == part->cmsg_level) && (IP_PKTINFO == part->cmsg_type)) {
			struct in_pktinfo info;
			memcpy(&info, CMSG_DATA(part), sizeof(info));
			isForMany = info.ipi_addr.s_addr != info.ipi_spec_dst.s_addr;
		}
	}
	udp->ignored += isForMany;
	return isForMany;
}

/* Returns the length of the next datagram, or -1 if none waits. `isIgnored` says whether it is thrown away. */
static ssize_t receive(UDPSocket udp, int flags, void *buffer, uint32_t sizeBytes, struct sockaddr_in *from, bool *isIgnored)
{
	struct iovec place = {.iov_base = buffer, .iov_len = sizeBytes};
	union {
		struct cmsghdr aligned;
		char bytes[CMSG_SPACE(sizeof(uint32_t)) + CMSG_SPACE(sizeof(struct in_pktinfo))];
	} notes;
	struct msghdr message = {
		.msg_name = from,
		.msg_namelen = sizeof(*from),
		.msg_iov = &place,
		.msg_iovlen = 1,
		.msg_control = &notes,
		.msg_controllen = sizeof(notes),
	};
	ssize_t length = recvmsg(udp->descriptor, &message, flags);

	*isIgnored = (length >= 0) && mustIgnore(udp, &message);
	return length;
}

int32_t udpSocketNextLength(UDPSocket udp)
{
	struct sockaddr_in from;
	bool isIgnored;
	char nothing;
	int count;

	for (count = 0; count < IGNORED_IN_A_ROW_MAX; count++) {
		ssize_t length = receive(udp, MSG_PEEK | MSG_TRUNC, &nothing, sizeof(nothing), &from, &isIgnored);
		if (!isIgnored)
			return (int32_t)length;
		recv(udp->descriptor, &nothing, sizeof(nothing), 0);
	}
	return -1;
}

int32_t udpSocketReceive(UDPSocket udp, void *buffer, uint32_t sizeBytes, UDPPeer *sender)
{
	struct sockaddr_in from;
	bool isIgnored;
	int count;

	for (count = 0; count < IGNORED_IN_A_ROW_MAX; count++) {
		ssize_t length = receive(udp, 0, buffer, sizeBytes, &from, &isIgnored);
		if (length < 0)
			break;
		if (!isIgnored) {
			sender->address = ntohl(from.sin_addr.s_addr);
			sender->port = ntohs(from.sin_port);
			return (int32_t)length;
		}
	}
	return -1;
}

bool udpSocketSend(UDPSocket udp, const void *message, uint16_t lengthBytes, const UDPPeer *receiver)
{
	const struct sockaddr_in to = systemAddress(receiver->address, receiver->port);

	return sendto(udp->descriptor, message, lengthBytes, 0, (const struct sockaddr *)&to, sizeof(to)) >= 0;
}

uint32_t udpSocketDropped(UDPSocket udp)
{
	return udp->dropped;
}

uint32_t udpSocketIgnored(UDPSocket udp)
{
	return udp->ignored;
}

static bool changeGroup(UDPSocket udp, int change, uint32_t group)
{
	const struct ip_mreqn membership = {.imr_multiaddr.s_addr = htonl(group)};

	return 0 == setsockopt(udp->descriptor, IPPROTO_IP, change, &membership, sizeof(membership));
}

const char *udpSocketJoin(UDPSocket udp, uint32_t group)
{
	if (changeGroup(udp, IP_ADD_MEMBERSHIP, group) || (EADDRINUSE == errno))
		return NULL;
	return "no interface takes the multicast address";
}

const char *udpSocketLeave(UDPSocket udp, uint32_t group)
{
	return changeGroup(udp, IP_DROP_MEMBERSHIP, group) ? NULL : "this multicast address was not added";
}

bool udpAddressFromText(const char *text, uint32_t *address)
{
	struct in_addr parsed;

	if (1 != inet_pton(AF_INET, text, &parsed))
		return false;
	*address = ntohl(parsed.s_addr);
	return true;
}
