/* A download as a TFTP client does it (RFC 1350, 2347, 7440), with every byte compared to the file. */
#define _GNU_SOURCE
#include "load.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum { READ_REQUEST = 1, DATA = 3, ACKNOWLEDGEMENT = 4, ERROR = 5, OPTION_ACKNOWLEDGEMENT = 6 };

struct counts counts;
struct download *downloads;
uint32_t downloadCount, running;
const uint8_t *content;
size_t contentBytes;

static uint32_t nextDownload;
static uint8_t request[PACKET_BYTES];
static size_t requestLength;

double now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

void makeRequest(void)
{
	char *text = (char *)request;
	requestLength = snprintf(text, sizeof request, "%c%c%s%coctet%c", 0, READ_REQUEST, options.name, 0, 0);
	if (options.window > 1) {
		requestLength += snprintf(text + requestLength, sizeof request - requestLength, "windowsize%c%u%c", 0,
			options.window, 0);
	}
}

static void transmit(struct download *download)
{
	if (download->hasBegun) {
		sendWindow(download);
		return;
	}
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

void startDownload(void)
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
	download->hasBegun = false;
	memcpy(download->last, request, requestLength);
	download->lastLength = requestLength;
	if (options.upload) makeWriteRequest(download);
	running++;
	transmit(download);
}

void endDownload(struct download *download)
{
	download->isRunning = false;
	running--;
	if (!options.once) startDownload();
}

/* Ends the program if the block differs from the file. */
static void checkBlock(uint32_t block, const uint8_t *data, size_t length)
{
	size_t position = (size_t)(block - 1) * BLOCK_BYTES;
	size_t left = position > contentBytes ? 0 : contentBytes - position;
	size_t expected = left < BLOCK_BYTES ? left : BLOCK_BYTES;
	if (length != expected || memcmp(data, content + position, length)) {
		fprintf(stderr, "load: block %u (%zu bytes) differs from %s\n", block, length, options.content);
		exit(1);
	}
}

static void handleData(struct download *download, const uint8_t *packet, size_t length)
{
	uint16_t ahead = (packet[2] << 8 | packet[3]) - download->block;
	if (ahead != 1) {
		/* A repeated block: its ACK was lost. */
		if (ahead == 0 && download->block > 0) acknowledge(download);
		if (ahead > 1 && ahead <= download->window && !download->isGapAcknowledged) {
			download->isGapAcknowledged = true;
			acknowledge(download);
		}
		return;
	}
	checkBlock(++download->block, packet + HEADER_BYTES, length - HEADER_BYTES);
	download->isGapAcknowledged = false;
	counts.blocks++;
	counts.bytes += length - HEADER_BYTES;
	if (options.stallAfter > 0 && download->block >= options.stallAfter) {
		download->hasStalled = true;
	} else if (length < PACKET_BYTES) {
		acknowledge(download);
		counts.files++;
		endDownload(download);
	} else if (++download->inWindow >= download->window) {
		acknowledge(download);
	}
}

uint32_t grantedWindow(const uint8_t *packet, size_t length)
{
	static const char option[] = "windowsize";
	const char *found = memmem(packet, length, option, sizeof option);
	return found != NULL && packet[length - 1] == 0 ? atoi(found + sizeof option) : 1;
}

static void handleOptionAcknowledgement(struct download *download, const uint8_t *packet, size_t length)
{
	if (download->block > 0) return;
	download->window = grantedWindow(packet, length);
	acknowledge(download);
}

static void handleError(struct download *download, const uint8_t *packet, size_t length)
{
	if (counts.errors++ == 0) {
		fprintf(stderr, "load: ERROR %d: %.*s\n", packet[3], (int)length - HEADER_BYTES, packet + HEADER_BYTES);
	}
	endDownload(download);
}

void handlePacket(struct download *download, const uint8_t *packet, size_t length, const struct sockaddr_in *from)
{
	bool isFromServer = download->block == 0 || from->sin_port == download->server.sin_port;
	if (!download->isRunning || download->hasStalled || !isFromServer || length < HEADER_BYTES || packet[0]) return;
	download->server = *from;
	if (options.upload && packet[1] != ERROR) {
		handleUploadPacket(download, packet, length);
		return;
	}
	switch (packet[1]) {
	case DATA: handleData(download, packet, length); break;
	case OPTION_ACKNOWLEDGEMENT: handleOptionAcknowledgement(download, packet, length); break;
	case ERROR: handleError(download, packet, length); break;
	}
}

void repeatLate(double time)
{
	for (uint32_t index = 0; index < downloadCount; index++) {
		struct download *download = &downloads[index];
		if (download->isRunning && !download->hasStalled && time - download->sentAt > options.repeatSeconds) {
			counts.repeats++;
			transmit(download);
		}
	}
}

void abortAll(void)
{
	static const uint8_t error[] = { 0, ERROR, 0, 0, 's', 't', 'o', 'p', 0 };
	for (uint32_t index = 0; index < downloadCount; index++) {
		struct download *download = &downloads[index];
		if (!download->isRunning || download->block == 0) continue;
		download->hasBegun = false;
		memcpy(download->last, error, sizeof error);
		download->lastLength = sizeof error;
		transmit(download);
	}
}
