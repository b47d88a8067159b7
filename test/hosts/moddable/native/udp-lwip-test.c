/*
 * Follows the commands in its arguments with a socket on a stand-in for lwIP, and prints the results.
 *
 *   no-network, no-socket, port-taken, no-thread, no-pbuf, no-route, machine-full: from now on there is none, or is;
 *   all-well: no longer; open, close, end (of the machine), arrive, send, read, text: see below; serve: the machine takes
 *   its messages.
 *
 * At the end nothing that was allocated may be left: the test is built with a checker of memory.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "esp_netif.h"
#include "lwip/udp.h"
#include "udp-socket.h"
#include "xsHost.h"

#define MESSAGES_MAX 4
/* In each pbuf of a chain, as of a datagram that came in fragments. */
#define PIECE_BYTES 10

const ip_addr_t ip_addr_any = IPADDR4_INIT(0);

static const char *gMissing = "all-well";
static int gProtected = 0;
static int gPbufs = 0;
static bool gIsInLwip = false;
static uint8_t gNextByte = 0;

static struct udp_pcb gPcb;
static udp_recv_fn gReceived;
static void *gContext;

static struct {
	modMessageDeliver deliver;
	void *context;
} gMessages[MESSAGES_MAX];
static int gMessageCount = 0;

static UDPSocket gSocket;

static bool isMissing(const char *what)
{
	return !strcmp(gMissing, what);
}

/* Functions of the stack run in its thread, and never while the queue is protected. */
static void expect(bool isRight, const char *rule)
{
	if (!isRight) {
		printf("%s\n", rule);
		exit(1);
	}
}

void protect(int change)
{
	gProtected += change;
	expect((0 == gProtected) || (1 == gProtected), "protected twice");
}

struct pbuf *pbuf_alloc(pbuf_layer layer, u16_t length, pbuf_type type)
{
	struct pbuf *p;

	expect(0 == gProtected, "a pbuf was made while the queue was protected");
	if (isMissing("no-pbuf"))
		return NULL;
	gPbufs++;
	p = calloc(1, sizeof(*p));
	p->tot_len = length;
	p->len = (length < PIECE_BYTES) ? length : PIECE_BYTES;
	p->next = (length > PIECE_BYTES) ? pbuf_alloc(layer, length - PIECE_BYTES, type) : NULL;
	return p;
}

u8_t pbuf_free(struct pbuf *p)
{
	expect(0 == gProtected, "a pbuf was freed while the queue was protected");
	while (p) {
		struct pbuf *next = p->next;
		free(p);
		gPbufs--;
		p = next;
	}
	return 1;
}

err_t pbuf_take(struct pbuf *p, const void *source, u16_t length)
{
	const uint8_t *bytes = source;

	(void)length;
	for (; p; bytes += p->len, p = p->next)
		memcpy(p->bytes, bytes, p->len);
	return ERR_OK;
}

u16_t pbuf_copy_partial(const struct pbuf *p, void *target, u16_t length, u16_t offset)
{
	u16_t copied = 0;

	expect(0 == offset, "not from the start");
	for (; p && (copied < length); p = p->next) {
		u16_t count = (p->len < length - copied) ? p->len : length - copied;
		memcpy((uint8_t *)target + copied, p->bytes, count);
		copied += count;
	}
	return copied;
}

esp_netif_t *esp_netif_get_default_netif(void)
{
	return isMissing("no-network") ? NULL : (esp_netif_t *)&gPcb;
}

struct udp_pcb *udp_new(void)
{
	expect(gIsInLwip, "udp_new outside of lwIP's thread");
	gPcb.ttl = 255;
	return isMissing("no-socket") ? NULL : &gPcb;
}

void udp_remove(struct udp_pcb *pcb)
{
	expect(gIsInLwip && (pcb == &gPcb), "udp_remove outside of lwIP's thread");
	gReceived = NULL;
	gContext = NULL;
	printf("removed\n");
}

err_t udp_bind(struct udp_pcb *pcb, const ip_addr_t *address, u16_t port)
{
	expect(gIsInLwip && (pcb == &gPcb) && (address == IP4_ADDR_ANY), "udp_bind outside of lwIP's thread");
	if (isMissing("port-taken"))
		return ERR_USE;
	printf("bound to %d\n", port);
	return ERR_OK;
}

void udp_recv(struct udp_pcb *pcb, udp_recv_fn received, void *context)
{
	expect(gIsInLwip && (pcb == &gPcb), "udp_recv outside of lwIP's thread");
	gReceived = received;
	gContext = context;
}

err_t udp_sendto(struct udp_pcb *pcb, struct pbuf *p, const ip_addr_t *address, u16_t port)
{
	char text[64];
	u16_t length = pbuf_copy_partial(p, text, sizeof(text), 0);

	expect(gIsInLwip && (pcb == &gPcb), "udp_sendto outside of lwIP's thread");
	if (isMissing("no-route"))
		return ERR_MEM;
	printf("sent \"%.*s\" to %s port %d\n", length, text, inet_ntoa(*(struct in_addr *)&address->ip4), port);
	return ERR_OK;
}

err_t tcpip_api_call(tcpip_api_call_fn function, struct tcpip_api_call_data *call)
{
	err_t error;

	expect(0 == gProtected, "lwIP was waited for while the queue was protected");
	if (isMissing("no-thread"))
		return ERR_MEM;
	gIsInLwip = true;
	error = function(call);
	gIsInLwip = false;
	return error;
}

int modMessagePostToMachine(xsMachine *machine, uint8_t *message, uint16_t messageLength, modMessageDeliver deliver,
	void *context)
{
	expect((machine == (void *)&gMessages) && !message && !messageLength, "a message to another machine");
	expect(0 == gProtected, "a message was sent while the queue was protected");
	if (isMissing("machine-full") || (gMessageCount == MESSAGES_MAX))
		return -2;
	gMessages[gMessageCount].deliver = deliver;
	gMessages[gMessageCount++].context = context;
	return 0;
}

static void readable(void *context, uint32_t count)
{
	expect(context == &gSocket, "another context");
	printf("%u readable\n", (unsigned)count);
}

static void openSocket(void)
{
	UDPSocketOptions options = {&gMessages, 69, 0, readable, &gSocket};
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
	gReceived(gContext, &gPcb, p, &address, 2000 + gNextByte);
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

static void act(const char *word)
{
	if (!strcmp(word, "open"))
		openSocket();
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
	else if (!strcmp(word, "dropped"))
		printf("%u dropped\n", (unsigned)udpSocketDropped(gSocket));
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
