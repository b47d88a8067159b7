/*
 * A UDP socket of the computer, for the SDK's simulator on Linux. The system's queue has a limit; further datagrams are
 * dropped.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "readiness.h"
#include "udp-socket.h"

struct UDPSocketRecord {
	int descriptor;
	/* 0 without a watch. */
	uint32_t watch;
	uint32_t dropped;
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

/* Returns NULL, or the error in words. */
static const char *start(UDPSocket udp)
{
	const struct sockaddr_in own = systemAddress(INADDR_ANY, udp->options.port);
	const int timeToLive = udp->options.timeToLive, on = 1;

	udp->descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (udp->descriptor < 0)
		return "the system has no socket to give";
	if (timeToLive && setsockopt(udp->descriptor, IPPROTO_IP, IP_TTL, &timeToLive, sizeof(timeToLive)))
		return "the system does not take the time to live";
	if (setsockopt(udp->descriptor, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof(on)))
		return "the system does not count what it drops";
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

void udpSocketReady(UDPSocket udp)
{
	udp->options.readable(udp->options.context, 1);
}

int32_t udpSocketNextLength(UDPSocket udp)
{
	char nothing;

	return (int32_t)recv(udp->descriptor, &nothing, sizeof(nothing), MSG_PEEK | MSG_TRUNC);
}

/* With each datagram the system tells the number of datagrams dropped so far. */
static void noteDropped(UDPSocket udp, struct msghdr *message)
{
	struct cmsghdr *part;

	for (part = CMSG_FIRSTHDR(message); part; part = CMSG_NXTHDR(message, part)) {
		if ((SOL_SOCKET == part->cmsg_level) && (SO_RXQ_OVFL == part->cmsg_type))
			memcpy(&udp->dropped, CMSG_DATA(part), sizeof(udp->dropped));
	}
}

int32_t udpSocketReceive(UDPSocket udp, void *buffer, uint32_t sizeBytes, UDPPeer *sender)
{
	struct sockaddr_in from;
	struct iovec place = {.iov_base = buffer, .iov_len = sizeBytes};
	union {
		struct cmsghdr aligned;
		char bytes[CMSG_SPACE(sizeof(uint32_t))];
	} dropped;
	struct msghdr message = {
		.msg_name = &from,
		.msg_namelen = sizeof(from),
		.msg_iov = &place,
		.msg_iovlen = 1,
		.msg_control = &dropped,
		.msg_controllen = sizeof(dropped),
	};
	ssize_t length = recvmsg(udp->descriptor, &message, 0);

	if (length < 0)
		return -1;
	noteDropped(udp, &message);
	sender->address = ntohl(from.sin_addr.s_addr);
	sender->port = ntohs(from.sin_port);
	return (int32_t)length;
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

bool udpAddressFromText(const char *text, uint32_t *address)
{
	struct in_addr parsed;

	if (1 != inet_pton(AF_INET, text, &parsed))
		return false;
	*address = ntohl(parsed.s_addr);
	return true;
}
