/*
 * The board's UDP on lwIP itself, as Debian's liblwip-dev has it for Linux: with lwIP's own thread, buffers and fragments,
 * on a network interface that gives back what is sent to its own address. Nothing leaves this program.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lockstep-udp-socket.h"
#include "udp-lwip-machine.h"

#define NETWORK_BROADCAST 0x0a0000ff
#define LIMITED_BROADCAST 0xffffffff
/* That of service discovery (RFC 6762), and one that nobody has joined. */
#define GROUP 0xe00000fb
#define OTHER_GROUP 0xe00000fc
#define SERVER_PORT 69
#define ROUNDS 20000
#define FLOOD_DATAGRAMS 20000
#define LONG_BYTES 4000

typedef struct {
	UDPSocket socket;
	/* The callback closes the socket. */
	bool closes;
	uint32_t received;
	uint8_t buffer[LONG_BYTES + 1];
	int32_t length;
	UDPPeer sender;
} End;

static void readable(void *context, uint32_t count)
{
	End *end = context;
	int32_t length;

	check(count > 0, "called for nothing");
	if (end->closes) {
		end->closes = false;
		udpSocketClose(end->socket, false);
		end->socket = NULL;
		return;
	}
	while ((length = udpSocketReceive(end->socket, end->buffer, sizeof(end->buffer), &end->sender)) >= 0) {
		end->length = length;
		end->received++;
	}
}

static void openEnd(End *end, uint16_t port, bool unicastOnly)
{
	const UDPSocketOptions options = {.port = port, .unicastOnly = unicastOnly, .readable = readable, .context = end};
	const char *error = udpSocketOpen(&end->socket, &options);

	check(!error, error);
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

static void sendTo(End *client, uint32_t address)
{
	check(udpSocketSend(client->socket, "all", 3, &(UDPPeer){address, SERVER_PORT}), "not sent");
}

/* What comes to many is received, or counted where the socket wants none of it. A unicast datagram ends each turn. */
static void broadcasts(End *server, End *client, bool unicastOnly)
{
	const uint32_t expected = unicastOnly ? 1 : 4;
	uint32_t before;

	udpSocketClose(server->socket, false);
	openEnd(server, SERVER_PORT, unicastOnly);
	before = server->received;
	check(!udpSocketJoin(server->socket, GROUP) && !udpSocketJoin(server->socket, GROUP), "not joined");
	sendTo(client, NETWORK_BROADCAST);
	sendTo(client, LIMITED_BROADCAST);
	sendTo(client, GROUP);
	sendTo(client, OTHER_GROUP);
	sendTo(client, OWN_ADDRESS);
	while (server->received - before < expected)
		turn();
	check(udpSocketIgnored(server->socket) == 4 - expected, "another number was ignored");
	check(!udpSocketLeave(server->socket, GROUP), "not left");
	sendTo(client, GROUP);
	sendTo(client, OWN_ADDRESS);
	while (server->received - before < expected + 1)
		turn();
	check(udpSocketIgnored(server->socket) == 4 - expected, "a group that was left is still heard");
	printf("broadcasts and multicasts, %s\n", unicastOnly ? "ignored" : "received");
}

/* A group that two sockets have joined is heard by one of them when the other is closed. */
static void closedGroups(End *server, End *client)
{
	UDPSocket second;
	const UDPSocketOptions options = {.readable = readable};
	uint32_t before = server->received;

	udpSocketClose(server->socket, false);
	openEnd(server, SERVER_PORT, false);
	check(!udpSocketOpen(&second, &options), "not opened");
	check(!udpSocketJoin(second, GROUP) && !udpSocketJoin(server->socket, GROUP), "not joined");
	udpSocketClose(second, false);
	sendTo(client, GROUP);
	while (server->received == before)
		turn();
	udpSocketClose(server->socket, false);
	openEnd(server, SERVER_PORT, false);
	before = server->received;
	sendTo(client, GROUP);
	sendTo(client, OWN_ADDRESS);
	while (server->received == before)
		turn();
	check(server->received == before + 1, "a closed socket still belongs to its group");
	printf("groups end with their sockets\n");
}

static void openAt(End *end, uint32_t address, uint16_t port)
{
	const UDPSocketOptions options = {.address = address, .port = port, .readable = readable, .context = end};
	const char *error = udpSocketOpen(&end->socket, &options);

	check(!error, error);
}

/* Broadcasts leave by the interface of a socket, and reach only sockets of this interface. */
static void interfaces(End *server, End *client)
{
	static End second;
	const UDPSocketOptions stranger = {.address = 0x0a000201, .readable = readable};
	uint32_t before;
	UDPSocket none;

	printf("%s\n", udpSocketOpen(&none, &stranger));
	udpSocketClose(server->socket, false);
	openAt(server, OWN_ADDRESS, SERVER_PORT);
	openAt(&second, SECOND_ADDRESS, 0);
	before = server->received;
	sendTo(&second, LIMITED_BROADCAST);
	sendTo(&second, NETWORK_BROADCAST);
	sendTo(client, OWN_ADDRESS);
	while (server->received == before)
		turn();
	check(server->received == before + 1, "a broadcast of another interface arrived");
	udpSocketClose(server->socket, false);
	openAt(server, SECOND_ADDRESS, SERVER_PORT);
	before = server->received;
	sendTo(&second, LIMITED_BROADCAST);
	while (server->received == before)
		turn();
	check(SECOND_ADDRESS == server->sender.address, "a broadcast left with another address");
	udpSocketClose(second.socket, false);
	udpSocketClose(server->socket, false);
	openEnd(server, SERVER_PORT, false);
	printf("each interface has its own broadcasts\n");
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
		openEnd(server, SERVER_PORT, false);
		pthread_join(sender, NULL);
	}
	printf("closed in a flood\n");
}

/* The callback closes the socket while lwIP's thread has more for it. */
static void closeInCallback(End *server, End *client)
{
	pthread_t sender;
	int i;

	for (i = 0; i < 50; i++) {
		server->closes = true;
		pthread_create(&sender, NULL, sendFlood, client);
		while (server->closes)
			turn();
		openEnd(server, SERVER_PORT, false);
		pthread_join(sender, NULL);
	}
	udpSocketClose(server->socket, false);
	udpSocketClose(client->socket, false);
	while (hasMessage())
		turn();
	printf("closed in a callback\n");
}

int main(void)
{
	static End server, client;
	UDPSocket second;
	const UDPSocketOptions taken = {.port = SERVER_PORT, .readable = readable, .context = &server};

	setvbuf(stdout, NULL, _IOLBF, 0);
	startStack();
	openEnd(&server, SERVER_PORT, false);
	openEnd(&client, 0, false);
	printf("%s\n", udpSocketOpen(&second, &taken));
	lockStep(&server, &client);
	fragments(&server, &client);
	broadcasts(&server, &client, false);
	broadcasts(&server, &client, true);
	closedGroups(&server, &client);
	interfaces(&server, &client);
	flood(&server, &client);
	closeInFlood(&server, &client);
	closeInCallback(&server, &client);
	return 0;
}
