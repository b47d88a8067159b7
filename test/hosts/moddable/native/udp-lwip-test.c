/*
 * Follows the commands in its arguments with a socket on a stand-in for lwIP, and prints the results.
 *
 *   no-network, no-memory, no-socket, port-taken, no-thread, no-pbuf, no-route, machine-full, no-group: from now on there is
 *   none, or is; all-well: no longer; open, open-unicast, open-at=ADDRESS, close, end (of the machine), arrive, send, read, text: see below; to=ADDRESS:
 *   what arrives from now on is sent to that address; closing: the callback closes the socket; join=GROUP, leave=GROUP;
 *   serve: the machine takes its messages; announce: what still waits is to be announced.
 *
 * At the end nothing that was allocated may be left: the test is built with a checker of memory.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lockstep-udp-socket.h"
#include "lwip/lwip-control.h"
#include "xsmc.h"
#include "xsHost.h"

#define MESSAGES_MAX 4
static bool gCloses = false;
static uint8_t gNextByte = 0;

static struct {
	modMessageDeliver deliver;
	void *context;
} gMessages[MESSAGES_MAX];
static int gMessageCount = 0;

static UDPSocket gSocket;

int modMessagePostToMachine(xsMachine *machine, uint8_t *message, uint16_t messageLength, modMessageDeliver deliver,
	void *context)
{
	expect((machine == (void *)&gMessages) && !message && !messageLength, "a message to another machine");
	expect(!isProtected(), "a message was sent while the queue was protected");
	if (isMissing("machine-full") || (gMessageCount == MESSAGES_MAX))
		return -2;
	gMessages[gMessageCount].deliver = deliver;
	gMessages[gMessageCount++].context = context;
	return 0;
}

static void closeSocket(bool machineEnds);

static void readable(void *context, uint32_t count)
{
	expect(context == &gSocket, "another context");
	printf("%u readable\n", (unsigned)count);
	if (gCloses)
		closeSocket(false);
}

static void openSocket(uint32_t address, bool unicastOnly)
{
	UDPSocketOptions options = {
		.machine = &gMessages,
		.address = address,
		.port = 69,
		.unicastOnly = unicastOnly,
		.readable = readable,
		.context = &gSocket,
	};
	const char *error = udpSocketOpen(&gSocket, &options);

	printf("%s\n", error ? error : "open");
}

/* A datagram of 25 bytes, all of them the same letter, which is another one each time. */
static void arrive(void)
{
	const ip_addr_t address = IPADDR4_INIT(htonl(0xc0a80402));
	struct pbuf *p = pbuf_alloc(PBUF_TRANSPORT, 25, PBUF_RAM), *piece;
	char letter = 'a' + gNextByte++ % 26;

	for (piece = p; piece; piece = piece->next)
		memset(piece->bytes, letter, piece->len);
	handOver(p, &address, 2000 + gNextByte);
}

static void readOne(uint32_t sizeBytes)
{
	char buffer[64];
	UDPPeer sender;
	int32_t next = udpSocketNextLength(gSocket);
	int32_t length = udpSocketReceive(gSocket, buffer, sizeBytes, &sender);

	if (length < 0)
		printf("nothing to read, next %d\n", (int)next);
	else
		printf("read \"%.*s\" of %d from %08x port %d\n", (int)length, buffer, (int)next, (unsigned)sender.address, sender.port);
}

static void sendOne(void)
{
	const UDPPeer receiver = {0xc0a80042, 1234};

	if (!udpSocketSend(gSocket, "longer than one pbuf", 20, &receiver))
		printf("not sent\n");
}

static void serve(void)
{
	int i, count = gMessageCount;

	gMessageCount = 0;
	for (i = 0; i < count; i++) {
		void *context = gMessages[i].context;
		gMessages[i].context = NULL;
		gMessages[i].deliver(&gMessages, context, NULL, 0);
	}
}

/* Forgets the socket, and with the machine also the messages to it, so that the checker of memory misses what is left. */
static void closeSocket(bool machineEnds)
{
	udpSocketClose(gSocket, machineEnds);
	gSocket = NULL;
	if (machineEnds) {
		memset(gMessages, 0, sizeof(gMessages));
		gMessageCount = 0;
	}
}

static void text(const char *word)
{
	uint32_t address = 0;
	bool isAddress = udpAddressFromText(word, &address);

	printf("%s %08x\n", isAddress ? "address" : "none", (unsigned)address);
}

static void change(const char *(*join)(UDPSocket socket, uint32_t group), const char *word)
{
	uint32_t group;
	const char *error;

	udpAddressFromText(strchr(word, '=') + 1, &group);
	error = join(gSocket, group);
	if (error)
		printf("%s\n", error);
}

static void act(const char *word)
{
	if (!strcmp(word, "open") || !strcmp(word, "open-unicast"))
		openSocket(0, !strcmp(word, "open-unicast"));
	else if (!strncmp(word, "open-at=", 8))
		openSocket(ntohl(inet_addr(word + 8)), false);
	else if (!strcmp(word, "closing"))
		gCloses = true;
	else if (!strncmp(word, "to=", 3))
		gDestination.ip4.addr = inet_addr(word + 3);
	else if (!strncmp(word, "join=", 5))
		change(udpSocketJoin, word);
	else if (!strncmp(word, "leave=", 6))
		change(udpSocketLeave, word);
	else if (!strcmp(word, "close") || !strcmp(word, "end"))
		closeSocket(!strcmp(word, "end"));
	else if (!strcmp(word, "arrive"))
		arrive();
	else if (!strcmp(word, "read"))
		readOne(64);
	else if (!strcmp(word, "read-short"))
		readOne(15);
	else if (!strcmp(word, "send"))
		sendOne();
	else if (!strcmp(word, "serve"))
		serve();
	else if (!strcmp(word, "announce"))
		udpSocketAnnounce(gSocket);
	else if (!strcmp(word, "dropped"))
		printf("%u dropped\n", (unsigned)udpSocketDropped(gSocket));
	else if (!strcmp(word, "ignored"))
		printf("%u ignored\n", (unsigned)udpSocketIgnored(gSocket));
	else if (strchr(word, '.'))
		text(word);
	else
		gMissing = word;
}

int main(int count, char *words[])
{
	int i;

	for (i = 1; i < count; i++)
		act(words[i]);
	printf("%d pbufs left\n", gPbufs);
	return 0;
}
