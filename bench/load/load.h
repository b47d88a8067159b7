/* The load generator's parts: options (options.c), downloads (download.c), uploads (upload.c), sockets and the main loop (load.c). */
#ifndef LOAD_H
#define LOAD_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BLOCK_BYTES = 512, HEADER_BYTES = 4, PACKET_BYTES = HEADER_BYTES + BLOCK_BYTES };

/* A download, or an upload, and the socket that it uses. */
struct download {
	int socket;
	struct sockaddr_in server;  /* the listening port, then the port that the first answer came from */
	bool isRunning;
	bool hasBegun;              /* uploads: the request was answered */
	bool hasStalled;
	bool isGapAcknowledged;     /* RFC 7440: one ACK for each gap */
	uint32_t block;             /* last block that was received in order, or acknowledged */
	uint32_t window;            /* blocks in a window: 1 unless the server agreed to more */
	uint32_t inWindow;          /* blocks of the current window that were received */
	double sentAt;
	uint8_t last[PACKET_BYTES]; /* the message that waits for its answer */
	size_t lastLength;
};

struct options {
	int port;
	struct in_addr address;
	const char *name, *content;
	double seconds, repeatSeconds;
	uint32_t clients, window, stallAfter;
	bool once, poll, upload;
};

struct counts {
	uint64_t blocks, bytes, files, repeats, errors;
};

extern struct options options;
extern struct counts counts;

/* The downloads, a fixed array, and the number of those that run. */
extern struct download *downloads;
extern uint32_t downloadCount, running;

/* The file whose bytes must arrive. */
extern const uint8_t *content;
extern size_t contentBytes;

/* Returns false if the arguments are incomplete or out of range. */
bool parseOptions(int argc, char **argv);

void makeRequest(void);

/* Starts a download on the port that has been unused longest. */
void startDownload(void);

/* Ends a download, and starts the next one unless --once is given. */
void endDownload(struct download *download);

/* The window size that the server agreed to in its OACK (RFC 2347). */
uint32_t grantedWindow(const uint8_t *packet, size_t length);

/* Uploads: the request, the window after the acknowledged blocks, and an answer. */
void makeWriteRequest(struct download *upload);
void sendWindow(struct download *upload);
void handleUploadPacket(struct download *upload, const uint8_t *packet, size_t length);

/* Handles a packet that arrived on a download's socket. */
void handlePacket(struct download *download, const uint8_t *packet, size_t length, const struct sockaddr_in *from);

/* Sends the message again of each download that waited longer than --repeat-ms for an answer. */
void repeatLate(double time);

/* Aborts all downloads, so that servers do not keep repeating into the next measurement. */
void abortAll(void);

/* Seconds on a clock that only goes forward. */
double now(void);

#endif
