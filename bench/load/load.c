/*
 * A load generator: a number of clients that download a file over TFTP, each file from another port than the one before,
 * in one thread. What arrives is compared with the file, byte by byte.
 *
 *     load --port PORT --name NAME --content FILE --seconds SECONDS
 *          [--address ADDRESS] [--clients COUNT] [--window BLOCKS] [--once] [--stall-after BLOCKS]
 *          [--repeat-ms MILLISECONDS]
 *
 * The clients download again and again until the time is over; with --once each downloads one file, and the time is what
 * they may take. With --stall-after a client that has so many blocks says nothing more. Where nothing arrives for the
 * time of --repeat-ms (1,000), the last message is sent again.
 *
 * Prints one JSON line. Ends with 1 where a server sends other bytes than the file's. Sends to loopback only: 127.0.0.1, or
 * another address that begins with 127.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
	CLIENTS_MAX = 4096,
	/* A client that downloads again takes its next port; so many it has, and comes back to the first. */
	PORTS_EACH = 16,
	/* And all have so many at least: a server that reads requests before ACKs must not find the port of an ACK that it has
	   not read yet asking again, for it would take that for the same request, and answer without opening the file. */
	PORTS_MIN = 256,
	EVENTS = 256,
	BLOCK_BYTES = 512,
	HEADER_BYTES = 4,
	PACKET_BYTES = HEADER_BYTES + BLOCK_BYTES,
	/* Longer than any packet that is in order, so that a longer one is noticed. */
	RECEIVE_BYTES = 2048,
	BATCH = 32,
	/* How often it looks for messages that must be sent again. */
	LOOK_MS = 50,
	RECEIVE_BUFFER_BYTES = 1 << 20
};

enum { READ_REQUEST = 1, DATA = 3, ACKNOWLEDGEMENT = 4, ERROR = 5, OPTION_ACKNOWLEDGEMENT = 6 };

/* One download, and the port that it has. */
struct download {
	int socket;
	struct sockaddr_in server; /* where its packets come from, once that is known */
	bool isRunning;
	bool hasStalled;
	bool isGapAcknowledged;    /* RFC 7440: one ACK for each gap */
	uint32_t block;            /* the last block that was received in order */
	uint32_t window;           /* blocks in a window: 1, unless the server has agreed to more */
	uint32_t inWindow;         /* blocks of the present window that are in */
	double sentAt;
	uint8_t last[PACKET_BYTES]; /* the message that is outstanding */
	size_t lastLength;
};

static struct {
	int port;
	struct in_addr address;
	const char *name, *content;
	double seconds, repeatSeconds;
	uint32_t clients, window, stallAfter;
	bool once;
} options = { .clients = 1, .window = 1, .repeatSeconds = 1 };

static struct {
	uint64_t blocks, bytes, files, repeats, errors;
} counted;

static struct download *downloads;
static uint32_t downloadCount, nextDownload, running, stalled;
static const uint8_t *content;
static size_t contentBytes;
static uint8_t request[PACKET_BYTES];
static size_t requestLength;
static int poller;

static double now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

static void die(const char *what)
{
	fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void transmit(struct download *download)
{
	sendto(download->socket, download->last, download->lastLength, 0, (struct sockaddr *)&download->server,
		sizeof download->server);
	download->sentAt = now();
}

static void acknowledge(struct download *download)
{
	download->last[0] = 0;
	download->last[1] = ACKNOWLEDGEMENT;
	download->last[2] = download->block >> 8;
	download->last[3] = download->block;
	download->lastLength = HEADER_BYTES;
	download->inWindow = 0;
	transmit(download);
}

/* Begins a download on the port that has rested longest. */
static void begin(void)
{
	struct download *download;
	do {
		download = &downloads[nextDownload++ % downloadCount];
	} while (download->isRunning);
	download->server = (struct sockaddr_in){
		.sin_family = AF_INET, .sin_port = htons(options.port), .sin_addr = options.address
	};
	download->isRunning = true;
	download->isGapAcknowledged = false;
	download->block = 0;
	download->window = 1;
	download->inWindow = 0;
	memcpy(download->last, request, requestLength);
	download->lastLength = requestLength;
	running++;
	transmit(download);
}

static void end(struct download *download)
{
	download->isRunning = false;
	running--;
	if (!options.once) begin();
}

static void check(uint32_t block, const uint8_t *data, size_t length)
{
	size_t position = (size_t)(block - 1) * BLOCK_BYTES;
	size_t left = position > contentBytes ? 0 : contentBytes - position;
	size_t expected = left < BLOCK_BYTES ? left : BLOCK_BYTES;
	if (length != expected || memcmp(data, content + position, length)) {
		fprintf(stderr, "load: block %u, of %zu bytes, is not that of %s\n", block, length, options.content);
		exit(1);
	}
}

static void receivedData(struct download *download, const uint8_t *packet, size_t length)
{
	uint16_t ahead = (packet[2] << 8 | packet[3]) - download->block;
	if (ahead != 1) {
		/* The same block again: its ACK was lost. */
		if (ahead == 0 && download->block > 0) acknowledge(download);
		if (ahead > 1 && ahead <= download->window && !download->isGapAcknowledged) {
			download->isGapAcknowledged = true;
			acknowledge(download);
		}
		return;
	}
	check(++download->block, packet + HEADER_BYTES, length - HEADER_BYTES);
	download->isGapAcknowledged = false;
	counted.blocks++;
	counted.bytes += length - HEADER_BYTES;
	if (options.stallAfter > 0 && download->block >= options.stallAfter) {
		download->hasStalled = true;
		stalled++;
	} else if (length < PACKET_BYTES) {
		acknowledge(download);
		counted.files++;
		end(download);
	} else if (++download->inWindow >= download->window) {
		acknowledge(download);
	}
}

/* The OACK of RFC 2347: of the window, the size that the server will have. */
static void receivedAgreement(struct download *download, const uint8_t *packet, size_t length)
{
	static const char option[] = "windowsize";
	const char *found = memmem(packet, length, option, sizeof option);
	if (download->block > 0) return;
	if (found != NULL && packet[length - 1] == 0) download->window = atoi(found + sizeof option);
	acknowledge(download);
}

static void received(struct download *download, const uint8_t *packet, size_t length, const struct sockaddr_in *from)
{
	bool isFromServer = download->block == 0 || from->sin_port == download->server.sin_port;
	if (!download->isRunning || download->hasStalled || !isFromServer || length < HEADER_BYTES || packet[0]) return;
	download->server = *from;
	switch (packet[1]) {
	case DATA:
		receivedData(download, packet, length);
		break;
	case OPTION_ACKNOWLEDGEMENT:
		receivedAgreement(download, packet, length);
		break;
	case ERROR:
		if (counted.errors++ == 0) {
			fprintf(stderr, "load: ERROR %d: %.*s\n", packet[3], (int)length - HEADER_BYTES, packet + HEADER_BYTES);
		}
		end(download);
		break;
	}
}

/* Takes what has arrived. `flags` says whether to wait for it. */
static void receive(struct download *download, int flags)
{
	static uint8_t packets[BATCH][RECEIVE_BYTES];
	static struct sockaddr_in from[BATCH];
	struct iovec parts[BATCH];
	struct mmsghdr messages[BATCH];
	int batch = options.window < BATCH ? options.window : BATCH;
	for (int index = 0; index < batch; index++) {
		parts[index] = (struct iovec){ packets[index], RECEIVE_BYTES };
		messages[index].msg_hdr = (struct msghdr){
			.msg_name = &from[index], .msg_namelen = sizeof from[index], .msg_iov = &parts[index], .msg_iovlen = 1
		};
	}
	int count = recvmmsg(download->socket, messages, batch, flags, NULL);
	for (int index = 0; index < count; index++) {
		received(download, packets[index], messages[index].msg_len, &from[index]);
	}
}

/* The only client needs no poller: it sleeps in its socket. */
static void receiveOfOnlyClient(void)
{
	for (uint32_t index = 0; index < downloadCount; index++) {
		if (downloads[index].isRunning) {
			receive(&downloads[index], MSG_WAITFORONE);
			return;
		}
	}
}

static void receiveOfAll(void)
{
	struct epoll_event events[EVENTS];
	int ready = epoll_wait(poller, events, EVENTS, LOOK_MS);
	for (int index = 0; index < ready; index++) receive(events[index].data.ptr, MSG_DONTWAIT);
}

static void repeatLate(double time)
{
	for (uint32_t index = 0; index < downloadCount; index++) {
		struct download *download = &downloads[index];
		if (download->isRunning && !download->hasStalled && time - download->sentAt > options.repeatSeconds) {
			counted.repeats++;
			transmit(download);
		}
	}
}

static void openPorts(void)
{
	struct timeval wait = { .tv_usec = LOOK_MS * 1000 };
	int receiveBufferBytes = RECEIVE_BUFFER_BYTES;
	downloadCount = options.clients * (options.once ? 1 : PORTS_EACH);
	if (!options.once && downloadCount < PORTS_MIN) downloadCount = PORTS_MIN;
	downloads = calloc(downloadCount, sizeof *downloads);
	if (downloads == NULL) die("memory");
	poller = epoll_create1(0);
	for (uint32_t index = 0; index < downloadCount; index++) {
		struct epoll_event event = { .events = EPOLLIN, .data.ptr = &downloads[index] };
		int opened = socket(AF_INET, SOCK_DGRAM, 0);
		if (opened < 0) die("opening a socket (ulimit -n)");
		setsockopt(opened, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
		setsockopt(opened, SOL_SOCKET, SO_RCVBUF, &receiveBufferBytes, sizeof receiveBufferBytes);
		if (epoll_ctl(poller, EPOLL_CTL_ADD, opened, &event)) die("watching a socket");
		downloads[index].socket = opened;
	}
}

static void mapContent(void)
{
	struct stat status;
	int file = open(options.content, O_RDONLY);
	if (file < 0 || fstat(file, &status)) die(options.content);
	contentBytes = status.st_size;
	content = contentBytes == 0 ? NULL : mmap(NULL, contentBytes, PROT_READ, MAP_PRIVATE, file, 0);
	if (content == MAP_FAILED) die(options.content);
	close(file);
}

static void makeRequest(void)
{
	char *text = (char *)request;
	requestLength = snprintf(text, sizeof request, "%c%c%s%coctet%c", 0, READ_REQUEST, options.name, 0, 0);
	if (options.window > 1) {
		requestLength += snprintf(text + requestLength, sizeof request - requestLength, "windowsize%c%u%c", 0,
			options.window, 0);
	}
}

static bool readOptions(int count, char **words)
{
	static const struct option known[] = {
		{ "address", required_argument, NULL, 'd' },
		{ "port", required_argument, NULL, 'p' },
		{ "name", required_argument, NULL, 'n' },
		{ "content", required_argument, NULL, 'f' },
		{ "seconds", required_argument, NULL, 's' },
		{ "clients", required_argument, NULL, 'c' },
		{ "window", required_argument, NULL, 'w' },
		{ "once", no_argument, NULL, 'o' },
		{ "stall-after", required_argument, NULL, 'a' },
		{ "repeat-ms", required_argument, NULL, 'r' },
		{ NULL, 0, NULL, 0 }
	};
	int option;
	options.address.s_addr = htonl(INADDR_LOOPBACK);
	while ((option = getopt_long(count, words, "", known, NULL)) != -1) {
		switch (option) {
		case 'd':
			if (inet_pton(AF_INET, optarg, &options.address) != 1) return false;
			break;
		case 'p': options.port = atoi(optarg); break;
		case 'n': options.name = optarg; break;
		case 'f': options.content = optarg; break;
		case 's': options.seconds = atof(optarg); break;
		case 'c': options.clients = atoi(optarg); break;
		case 'w': options.window = atoi(optarg); break;
		case 'o': options.once = true; break;
		case 'a': options.stallAfter = atoi(optarg); break;
		case 'r': options.repeatSeconds = atof(optarg) / 1000; break;
		default: return false;
		}
	}
	return ntohl(options.address.s_addr) >> 24 == IN_LOOPBACKNET && options.port > 0 && options.name != NULL && options.content != NULL && options.seconds > 0
		&& options.clients >= 1 && options.clients <= CLIENTS_MAX && options.window >= 1 && options.window <= 65535
		&& strlen(options.name) < 256;
}

/* Tells the servers that nobody waits any more: what they repeated for a while would burden the next measurement. */
static void stopAll(void)
{
	static const uint8_t error[] = { 0, ERROR, 0, 0, 's', 't', 'o', 'p', 0 };
	for (uint32_t index = 0; index < downloadCount; index++) {
		struct download *download = &downloads[index];
		if (!download->isRunning || download->block == 0) continue;
		memcpy(download->last, error, sizeof error);
		download->lastLength = sizeof error;
		transmit(download);
	}
}

static void print(double seconds)
{
	struct rusage usage;
	getrusage(RUSAGE_SELF, &usage);
	double cpuSeconds = usage.ru_utime.tv_sec + usage.ru_stime.tv_sec
		+ (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
	printf("{\"seconds\": %.6f, \"blocks\": %llu, \"bytes\": %llu, \"files\": %llu, \"repeats\": %llu, "
		"\"errors\": %llu, \"unfinished\": %u, \"cpuSeconds\": %.6f}\n", seconds, (unsigned long long)counted.blocks,
		(unsigned long long)counted.bytes, (unsigned long long)counted.files, (unsigned long long)counted.repeats,
		(unsigned long long)counted.errors, running, cpuSeconds);
}

int main(int count, char **words)
{
	if (!readOptions(count, words)) {
		fprintf(stderr, "usage: load --port PORT --name NAME --content FILE --seconds SECONDS [--address 127.X.Y.Z]"
			" [--clients COUNT] [--window BLOCKS] [--once] [--stall-after BLOCKS] [--repeat-ms MILLISECONDS]\n");
		return 2;
	}
	mapContent();
	makeRequest();
	openPorts();
	double start = now(), time = start, lookedAt = start;
	for (uint32_t index = 0; index < options.clients; index++) begin();
	while (time - start < options.seconds && running > 0) {
		if (options.clients == 1) receiveOfOnlyClient();
		else receiveOfAll();
		time = now();
		if (time - lookedAt > LOOK_MS / 1000.0) {
			lookedAt = time;
			repeatLate(time);
		}
	}
	print(time - start);
	stopAll();
	return 0;
}
