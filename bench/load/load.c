/*
 * A load generator: simultaneous lock-step downloads over TFTP, one after the other on each of a number of sockets, from
 * one thread that sleeps in epoll. Counts what arrived.
 *
 *     load ADDRESS PORT FILE CLIENTS SECONDS [WINDOW]
 *
 * Prints one JSON line. A packet that does not come within RETRY_MS is asked for again. Sends to loopback only.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { CLIENTS_MAX = 20000, EVENTS = 256, PACKET_BYTES = 516, RETRY_MS = 1000, PORTS_BEFORE_NEW_SOCKET = 1 };

struct client {
	int socket;
	struct sockaddr_in server; /* where the transfer's packets come from, once that is known */
	uint16_t block;            /* the last block received in order */
	int inWindow;              /* blocks of the present window that are in */
	double sentAt;
	uint8_t last[PACKET_BYTES]; /* the message that is outstanding */
	int lastLength;
};

static struct client clients[CLIENTS_MAX];
static struct sockaddr_in listening;
static uint8_t request[PACKET_BYTES];
static int requestLength, window = 1, poller;
static uint64_t blocks, bytes, files, repeats;

static double now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void transmit(struct client *client)
{
	sendto(client->socket, client->last, client->lastLength, 0, (struct sockaddr *)&client->server, sizeof client->server);
	client->sentAt = now();
}

static void acknowledge(struct client *client)
{
	const uint8_t packet[4] = { 0, 4, client->block >> 8, client->block & 255 };
	memcpy(client->last, packet, 4);
	client->lastLength = 4;
	client->inWindow = 0;
	transmit(client);
}

/* Each file is asked for from a new port, as clients do. */
static void ask(struct client *client)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = client };
	if (client->socket >= 0) close(client->socket);
	client->socket = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	if (client->socket < 0) die("socket");
	if (epoll_ctl(poller, EPOLL_CTL_ADD, client->socket, &event)) die("epoll_ctl");
	client->server = listening;
	client->block = 0;
	client->inWindow = 0;
	memcpy(client->last, request, requestLength);
	client->lastLength = requestLength;
	transmit(client);
}

/* Returns 1 when a file is complete. */
static int received(struct client *client, const uint8_t *packet, int length, const struct sockaddr_in *from)
{
	uint16_t block = packet[2] << 8 | packet[3];
	if (length < 4 || packet[0]) return 0;
	if (packet[1] == 5) {
		fprintf(stderr, "ERROR %d: %.*s\n", block, length - 4, packet + 4);
		exit(1);
	}
	client->server = *from;
	if (packet[1] == 6) {
		acknowledge(client);
		return 0;
	}
	if (packet[1] != 3 || block != (uint16_t)(client->block + 1)) return 0;
	client->block = block;
	blocks++;
	bytes += length - 4;
	if (length < PACKET_BYTES) {
		acknowledge(client);
		files++;
		return 1;
	}
	if (++client->inWindow >= window) acknowledge(client);
	return 0;
}

static void receiveAll(struct client *client)
{
	uint8_t packet[2048];
	struct sockaddr_in from;
	for (;;) {
		socklen_t size = sizeof from;
		int length = recvfrom(client->socket, packet, sizeof packet, 0, (struct sockaddr *)&from, &size);
		if (length < 0) return;
		if (received(client, packet, length, &from)) ask(client);
	}
}

static void repeatLate(int count, double time)
{
	for (int index = 0; index < count; index++) {
		if (time - clients[index].sentAt > RETRY_MS / 1000.0) {
			repeats++;
			transmit(&clients[index]);
		}
	}
}

static void makeRequest(const char *file)
{
	requestLength = snprintf((char *)request, sizeof request, "%c%c%s%coctet%c", 0, 1, file, 0, 0);
	if (window > 1) {
		requestLength += snprintf((char *)request + requestLength, sizeof request - requestLength,
			"windowsize%c%d%c", 0, window, 0);
	}
}

int main(int count, char **words)
{
	struct epoll_event events[EVENTS];
	if (count < 6) {
		fprintf(stderr, "usage: load ADDRESS PORT FILE CLIENTS SECONDS [WINDOW]\n");
		return 2;
	}
	listening.sin_family = AF_INET;
	listening.sin_port = htons(atoi(words[2]));
	if (inet_pton(AF_INET, words[1], &listening.sin_addr) != 1 || ntohl(listening.sin_addr.s_addr) >> 24 != 127) {
		fprintf(stderr, "load: %s is no loopback address\n", words[1]);
		return 2;
	}
	int clientCount = atoi(words[4]);
	double seconds = atof(words[5]);
	if (count > 6) window = atoi(words[6]);
	if (clientCount < 1 || clientCount > CLIENTS_MAX) return 2;
	makeRequest(words[3]);
	poller = epoll_create1(0);
	for (int index = 0; index < clientCount; index++) {
		clients[index].socket = -1;
		ask(&clients[index]);
	}
	double start = now(), time = start, lookedAt = start;
	while (time - start < seconds) {
		int ready = epoll_wait(poller, events, EVENTS, 100);
		for (int index = 0; index < ready; index++) receiveAll(events[index].data.ptr);
		time = now();
		if (time - lookedAt > 0.2) {
			lookedAt = time;
			repeatLate(clientCount, time);
		}
	}
	printf("{\"seconds\": %.6f, \"blocks\": %llu, \"bytes\": %llu, \"files\": %llu, \"repeats\": %llu}\n", time - start,
		(unsigned long long)blocks, (unsigned long long)bytes, (unsigned long long)files, (unsigned long long)repeats);
	return 0;
}
