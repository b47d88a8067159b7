/*
 * A load generator: clients that download a file over TFTP, again and again, each time from another port. One thread;
 * every byte is compared with the file.
 *
 *     load --port PORT --name NAME --content FILE --seconds SECONDS
 *          [--address ADDRESS] [--clients COUNT] [--window BLOCKS] [--once] [--stall-after BLOCKS]
 *          [--repeat-ms MILLISECONDS] [--poll] [--upload]
 *
 * --once          each client downloads one file, within --seconds
 * --stall-after   a client that has this many blocks sends nothing more
 * --repeat-ms     wait for an answer before the last message is sent again (default: 1000)
 * --poll          looks for answers all the time instead of sleeping until one comes
 *
 * --upload        clients write the file, under a new name each time, instead of reading it
 *
 * Prints one JSON line. Exits with 1 if the server sends other bytes than the file's. Sends to loopback only: to 127.0.0.1
 * or another address that begins with 127.
 */
#define _GNU_SOURCE
#include "load.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	/* Ports of each client, which it uses in turn, a port for each download. */
	PORTS_EACH = 16,
	/* Ports of all clients together, at least. With fewer, a server that reads requests before ACKs would find a new request
	   from a port whose last ACK it has not read yet, and answer it as a repeated request, without opening the file. */
	MIN_PORTS = 256,
	MAX_EVENTS = 256,
	MAX_BATCH = 32,
	/* Longer than any valid packet, so that one that is too long is noticed. */
	RECEIVE_BYTES = 2048,
	/* Interval of the search for messages that must be sent again. */
	LOOK_MS = 50,
	RECEIVE_BUFFER_BYTES = 1 << 20
};

static int poller;

static void fail(const char *action)
{
	fprintf(stderr, "load: %s: %s\n", action, strerror(errno));
	exit(1);
}

/* Handles the packet that has arrived: in lock-step there is one, and recvfrom takes less time for it than recvmmsg. */
static void receiveOne(struct download *download, bool waits)
{
	static uint8_t packet[RECEIVE_BYTES];
	struct sockaddr_in from;
	socklen_t fromSize = sizeof from;
	int flags = waits ? 0 : MSG_DONTWAIT;
	ssize_t length = recvfrom(download->socket, packet, sizeof packet, flags, (struct sockaddr *)&from, &fromSize);
	if (length >= 0) handlePacket(download, packet, length, &from);
}

/* Handles the packets that have arrived, up to a window. */
static void receiveWindow(struct download *download, bool waits)
{
	static uint8_t packets[MAX_BATCH][RECEIVE_BYTES];
	static struct sockaddr_in from[MAX_BATCH];
	struct iovec parts[MAX_BATCH];
	struct mmsghdr messages[MAX_BATCH];
	int batch = options.window < MAX_BATCH ? options.window : MAX_BATCH;
	for (int index = 0; index < batch; index++) {
		parts[index] = (struct iovec){ packets[index], RECEIVE_BYTES };
		messages[index].msg_hdr = (struct msghdr){
			.msg_name = &from[index], .msg_namelen = sizeof from[index], .msg_iov = &parts[index], .msg_iovlen = 1
		};
	}
	int received = recvmmsg(download->socket, messages, batch, waits ? MSG_WAITFORONE : MSG_DONTWAIT, NULL);
	for (int index = 0; index < received; index++) {
		handlePacket(download, packets[index], messages[index].msg_len, &from[index]);
	}
}

static void receive(struct download *download, bool waits)
{
	if (options.window == 1) receiveOne(download, waits);
	else receiveWindow(download, waits);
}

/* A single client needs no poller: it blocks in its socket. */
static void receiveForOne(void)
{
	for (uint32_t index = 0; index < downloadCount; index++) {
		if (downloads[index].isRunning) {
			receive(&downloads[index], !options.poll);
			return;
		}
	}
}

static void receiveForAll(void)
{
	struct epoll_event events[MAX_EVENTS];
	int ready = epoll_wait(poller, events, MAX_EVENTS, options.poll ? 0 : LOOK_MS);
	for (int index = 0; index < ready; index++) receive(events[index].data.ptr, false);
}

static void openSocket(struct download *download)
{
	struct timeval wait = { .tv_usec = LOOK_MS * 1000 };
	int receiveBufferBytes = RECEIVE_BUFFER_BYTES;
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = download };
	download->socket = socket(AF_INET, SOCK_DGRAM, 0);
	if (download->socket < 0) fail("opening a socket (ulimit -n)");
	setsockopt(download->socket, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
	setsockopt(download->socket, SOL_SOCKET, SO_RCVBUF, &receiveBufferBytes, sizeof receiveBufferBytes);
	if (epoll_ctl(poller, EPOLL_CTL_ADD, download->socket, &event)) fail("watching a socket");
}

static void openSockets(void)
{
	downloadCount = options.clients * (options.once ? 1 : PORTS_EACH);
	if (!options.once && downloadCount < MIN_PORTS) downloadCount = MIN_PORTS;
	downloads = calloc(downloadCount, sizeof *downloads);
	if (downloads == NULL) fail("allocating memory");
	poller = epoll_create1(0);
	for (uint32_t index = 0; index < downloadCount; index++) openSocket(&downloads[index]);
}

static void mapContent(void)
{
	struct stat status;
	int file = open(options.content, O_RDONLY);
	if (file < 0 || fstat(file, &status)) fail(options.content);
	contentBytes = status.st_size;
	content = contentBytes == 0 ? NULL : mmap(NULL, contentBytes, PROT_READ, MAP_PRIVATE, file, 0);
	if (content == MAP_FAILED) fail(options.content);
	close(file);
}

static void print(double seconds)
{
	struct rusage usage;
	getrusage(RUSAGE_SELF, &usage);
	double cpuSeconds = usage.ru_utime.tv_sec + usage.ru_stime.tv_sec
		+ (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
	printf("{\"seconds\": %.6f, \"blocks\": %llu, \"bytes\": %llu, \"files\": %llu, \"repeats\": %llu, "
		"\"errors\": %llu, \"unfinished\": %u, \"cpuSeconds\": %.6f}\n", seconds, (unsigned long long)counts.blocks,
		(unsigned long long)counts.bytes, (unsigned long long)counts.files, (unsigned long long)counts.repeats,
		(unsigned long long)counts.errors, running, cpuSeconds);
}

int main(int argc, char **argv)
{
	if (!parseOptions(argc, argv)) {
		fprintf(stderr, "usage: load --port PORT --name NAME --content FILE --seconds SECONDS [--address 127.X.Y.Z]"
			" [--clients COUNT] [--window BLOCKS] [--once] [--stall-after BLOCKS] [--repeat-ms MILLISECONDS] [--poll] [--upload]\n");
		return 2;
	}
	mapContent();
	makeRequest();
	openSockets();
	double start = now(), time = start, lookedAt = start;
	for (uint32_t index = 0; index < options.clients; index++) startDownload();
	while (time - start < options.seconds && running > 0) {
		if (options.clients == 1) receiveForOne();
		else receiveForAll();
		time = now();
		if (time - lookedAt > LOOK_MS / 1000.0) {
			lookedAt = time;
			repeatLate(time);
		}
	}
	print(time - start);
	abortAll();
	return 0;
}
