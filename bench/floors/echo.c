/*
 * The minimum of a TFTP server in C: one socket, one file in memory, no transfers, no timers. A request is answered with
 * the first block, or with an OACK for the window; an ACK with the window that follows its block.
 *
 *     echo FILE WINDOW
 *
 * Prints its port. Listens on 127.0.0.1 only.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BLOCK_BYTES = 512, HEADER_BYTES = 4, RECEIVE_BYTES = 2048, RECEIVE_BUFFER_BYTES = 4 << 20 };
enum { READ_REQUEST = 1, DATA = 3, ACKNOWLEDGEMENT = 4, OPTION_ACKNOWLEDGEMENT = 6 };

static int bound;
static const uint8_t *content;
static size_t contentBytes;
static unsigned window;

static void sendWindow(unsigned confirmed, const struct sockaddr_in *to)
{
	uint8_t packet[HEADER_BYTES + BLOCK_BYTES];
	for (unsigned block = confirmed; block < confirmed + window; block++) {
		size_t position = (size_t)block * BLOCK_BYTES;
		if (position > contentBytes) return;
		size_t left = contentBytes - position, length = left < BLOCK_BYTES ? left : BLOCK_BYTES;
		packet[0] = 0;
		packet[1] = DATA;
		packet[2] = (block + 1) >> 8;
		packet[3] = block + 1;
		memcpy(packet + HEADER_BYTES, content + position, length);
		sendto(bound, packet, HEADER_BYTES + length, 0, (const struct sockaddr *)to, sizeof *to);
	}
}

static void offerWindow(const struct sockaddr_in *to)
{
	char packet[32];
	int length = snprintf(packet, sizeof packet, "%c%cwindowsize%c%u%c", 0, OPTION_ACKNOWLEDGEMENT, 0, window, 0);
	sendto(bound, packet, length, 0, (const struct sockaddr *)to, sizeof *to);
}

int main(int argc, char **argv)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof address;
	int receiveBufferBytes = RECEIVE_BUFFER_BYTES;
	struct stat status;
	if (argc != 3) {
		fprintf(stderr, "usage: echo FILE WINDOW\n");
		return 2;
	}
	int file = open(argv[1], O_RDONLY);
	window = atoi(argv[2]);
	if (file < 0 || fstat(file, &status) || window < 1) return 2;
	contentBytes = status.st_size;
	content = mmap(NULL, contentBytes, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0);
	bound = socket(AF_INET, SOCK_DGRAM, 0);
	setsockopt(bound, SOL_SOCKET, SO_RCVBUF, &receiveBufferBytes, sizeof receiveBufferBytes);
	if (content == MAP_FAILED || bind(bound, (struct sockaddr *)&address, size)) return 1;
	getsockname(bound, (struct sockaddr *)&address, &size);
	printf("%d\n", ntohs(address.sin_port));
	fflush(stdout);
	for (;;) {
		uint8_t packet[RECEIVE_BYTES];
		struct sockaddr_in from;
		socklen_t fromSize = sizeof from;
		ssize_t length = recvfrom(bound, packet, sizeof packet, 0, (struct sockaddr *)&from, &fromSize);
		if (length < HEADER_BYTES) continue;
		if (packet[1] == ACKNOWLEDGEMENT) sendWindow(packet[2] << 8 | packet[3], &from);
		else if (packet[1] == READ_REQUEST && window > 1) offerWindow(&from);
		else if (packet[1] == READ_REQUEST) sendWindow(0, &from);
	}
}
