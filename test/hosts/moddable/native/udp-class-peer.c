#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "udp-class-peer.h"

static int gPeer;
static struct sockaddr_in gPeerAddress, gOwnAddress;

uint16_t peerPort(void)
{
	return ntohs(gPeerAddress.sin_port);
}

void makePeer(uint32_t address)
{
	const struct timeval patience = {.tv_sec = 2};
	socklen_t size = sizeof(gPeerAddress);

	gPeerAddress.sin_family = AF_INET;
	gPeerAddress.sin_addr.s_addr = htonl(address);
	gPeerAddress.sin_port = 0;
	gPeer = socket(AF_INET, SOCK_DGRAM, 0);
	setsockopt(gPeer, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (bind(gPeer, (struct sockaddr *)&gPeerAddress, size) || getsockname(gPeer, (struct sockaddr *)&gPeerAddress, &size))
		exit(1);
}

void peerGets(void)
{
	char buffer[64];
	socklen_t size = sizeof(gOwnAddress);
	ssize_t length = recvfrom(gPeer, buffer, sizeof(buffer), 0, (struct sockaddr *)&gOwnAddress, &size);

	printf("the peer gets \"%.*s\"\n", (int)length, buffer);
}

void peerSends(const char *text)
{
	sendto(gPeer, text, strlen(text), 0, (struct sockaddr *)&gOwnAddress, sizeof(gOwnAddress));
}

void peerSendsTo(const char *address)
{
	struct sockaddr_in to = gOwnAddress;
	const int on = 1;

	to.sin_addr.s_addr = inet_addr(address);
	setsockopt(gPeer, SOL_SOCKET, SO_BROADCAST, &on, sizeof(on));
	if (sendto(gPeer, "all", 3, 0, (struct sockaddr *)&to, sizeof(to)) != 3)
		perror("not sent");
}
