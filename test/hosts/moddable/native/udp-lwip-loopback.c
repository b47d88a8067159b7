/*
 * The board's UDP on lwIP itself, as Debian's liblwip-dev has it for Linux: with lwIP's own thread, buffers and fragments,
 * on a network interface that gives back what is sent to its own address. Nothing leaves this program.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lwip/ip4.h"
#include "lwip/netif.h"
#include "lwip/tcpip.h"
#include "udp-socket.h"
#include "xsHost.h"

#define OWN_ADDRESS 0x0a000001
#define SERVER_PORT 69
#define ROUNDS 20000
#define FLOOD_DATAGRAMS 20000
#define LONG_BYTES 4000
#define MESSAGES_MAX 16

typedef struct {
	UDPSocket socket;
	uint32_t received;
	uint8_t buffer[LONG_BYTES + 1];
	int32_t length;
	UDPPeer sender;
} End;

static struct netif gInterface;
static pthread_mutex_t gMutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t gChanged = PTHREAD_COND_INITIALIZER;
static bool gIsStarted = false;
static struct {
	modMessageDeliver deliver;
	void *context;
} gMessages[MESSAGES_MAX];
static unsigned gMessageCount = 0;

static void check(bool isRight, const char *what)
{
	if (!isRight) {
		printf("wrong: %s\n", what);
		exit(1);
	}
}

int modMessagePostToMachine(xsMachine *machine, uint8_t *message, uint16_t messageLength, modMessageDeliver deliver,
	void *context)
{
	bool hasRoom;

	pthread_mutex_lock(&gMutex);
	hasRoom = gMessageCount < MESSAGES_MAX;
	if (hasRoom) {
		gMessages[gMessageCount].deliver = deliver;
		gMessages[gMessageCount++].context = context;
		pthread_cond_signal(&gChanged);
	}
	pthread_mutex_unlock(&gMutex);
	return hasRoom ? 0 : -2;
}

/* The machine takes its next message, and waits for it when it must. */
static void turn(void)
{
	modMessageDeliver deliver;
	void *context;

	pthread_mutex_lock(&gMutex);
	while (!gMessageCount)
		pthread_cond_wait(&gChanged, &gMutex);
	deliver = gMessages[0].deliver;
	context = gMessages[0].context;
	memmove(gMessages, gMessages + 1, --gMessageCount * sizeof(gMessages[0]));
	pthread_mutex_unlock(&gMutex);
	deliver(NULL, context, NULL, 0);
}

static void readable(void *context, uint32_t count)
{
	End *end = context;
	int32_t length;

	check(count > 0, "called for nothing");
	while ((length = udpSocketReceive(end->socket, end->buffer, sizeof(end->buffer), &end->sender)) >= 0) {
		end->length = length;
		end->received++;
	}
}

static void openEnd(End *end, uint16_t port)
{
	const UDPSocketOptions options = {NULL, port, 0, readable, end};
	const char *error = udpSocketOpen(&end->socket, &options);

	check(!error, error);
}

static err_t loop(struct netif *netif, struct pbuf *p, const ip4_addr_t *address)
{
	return netif_loop_output(netif, p);
}

static err_t startInterface(struct netif *netif)
{
	netif->output = loop;
	netif->mtu = 1500;
	return ERR_OK;
}

static void started(void *unused)
{
	ip4_addr_t address = {lwip_htonl(OWN_ADDRESS)}, netmask = {lwip_htonl(0xffffff00)};

	netif_add(&gInterface, &address, &netmask, &address, NULL, startInterface, tcpip_input);
	netif_set_default(&gInterface);
	netif_set_up(&gInterface);
	netif_set_link_up(&gInterface);
	pthread_mutex_lock(&gMutex);
	gIsStarted = true;
	pthread_cond_signal(&gChanged);
	pthread_mutex_unlock(&gMutex);
}

static void startStack(void)
{
	tcpip_init(started, NULL);
	pthread_mutex_lock(&gMutex);
	while (!gIsStarted)
		pthread_cond_wait(&gChanged, &gMutex);
	pthread_mutex_unlock(&gMutex);
}

/* Blocks one way and acknowledgements the other, each as the answer to the one before. */
static void lockStep(End *server, End *client)
{
	uint8_t block[516], acknowledgement[4];
	const UDPPeer serverPeer = {OWN_ADDRESS, SERVER_PORT};
	uint32_t round;

	for (round = 0; round < ROUNDS; round++) {
		memset(acknowledgement, round, sizeof(acknowledgement));
		memset(block, round, sizeof(block));
		check(udpSocketSend(client->socket, acknowledgement, sizeof(acknowledgement), &serverPeer), "not sent");
		while (server->received == round)
			turn();
		check((4 == server->length) && !memcmp(server->buffer, acknowledgement, 4), "another acknowledgement");
		check(udpSocketSend(server->socket, block, sizeof(block), &server->sender), "not sent back");
		while (client->received == round)
			turn();
		check((516 == client->length) && !memcmp(client->buffer, block, 516), "another block");
		check((OWN_ADDRESS == client->sender.address) && (SERVER_PORT == client->sender.port), "another sender");
	}
	printf("lock-step, %u rounds\n", (unsigned)round);
}

/* Messages longer than the network carries arrive in fragments, in several buffers. */
static void fragments(End *server, End *client)
{
	uint8_t message[LONG_BYTES];
	uint32_t before = server->received;
	int i;

	for (i = 0; i < LONG_BYTES; i++)
		message[i] = i * 31 + i / 256;
	check(udpSocketSend(client->socket, message, LONG_BYTES, &(UDPPeer){OWN_ADDRESS, SERVER_PORT}), "not sent");
	while (server->received == before)
		turn();
	check((LONG_BYTES == server->length) && !memcmp(server->buffer, message, LONG_BYTES), "not the whole");
	printf("a datagram of %d bytes\n", LONG_BYTES);
}

static void *sendFlood(void *context)
{
	const UDPPeer serverPeer = {OWN_ADDRESS, SERVER_PORT};
	End *client = context;
	unsigned sent;

	for (sent = 0; sent < FLOOD_DATAGRAMS; sent++)
		check(udpSocketSend(client->socket, "flood", 5, &serverPeer), "not sent");
	return NULL;
}

/* The machine reads while another thread sends: each datagram is received or counted, and the queue has its limit. */
static void flood(End *server, End *client)
{
	pthread_t sender;
	uint32_t before = server->received;

	pthread_create(&sender, NULL, sendFlood, client);
	while (server->received - before + udpSocketDropped(server->socket) < FLOOD_DATAGRAMS)
		turn();
	pthread_join(sender, NULL);
	check(server->received - before + udpSocketDropped(server->socket) == FLOOD_DATAGRAMS, "one was counted twice");
	printf("a flood, all accounted for\n");
}

/* A message that is pending when its socket is closed finds it closed; afterwards the port is free again. */
static void closeInFlood(End *server, End *client)
{
	pthread_t sender;
	int i;

	for (i = 0; i < 50; i++) {
		pthread_create(&sender, NULL, sendFlood, client);
		turn();
		udpSocketClose(server->socket, false);
		openEnd(server, SERVER_PORT);
		pthread_join(sender, NULL);
	}
	udpSocketClose(server->socket, false);
	udpSocketClose(client->socket, false);
	while (gMessageCount)
		turn();
	printf("closed in a flood\n");
}

int main(void)
{
	static End server, client;
	UDPSocket second;
	const UDPSocketOptions taken = {NULL, SERVER_PORT, 0, readable, &server};

	setvbuf(stdout, NULL, _IOLBF, 0);
	startStack();
	openEnd(&server, SERVER_PORT);
	openEnd(&client, 0);
	printf("%s\n", udpSocketOpen(&second, &taken));
	lockStep(&server, &client);
	fragments(&server, &client);
	flood(&server, &client);
	closeInFlood(&server, &client);
	return 0;
}
