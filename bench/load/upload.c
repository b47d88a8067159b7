/* An upload as a TFTP client does it (RFC 1350, 2347, 7440). Each writes a new file. */
#include "load.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

enum { WRITE_REQUEST = 2, DATA = 3, ACKNOWLEDGEMENT = 4, OPTION_ACKNOWLEDGEMENT = 6 };

/* Each has a new name. */
static uint32_t files;

static uint32_t lastBlock(void)
{
	return contentBytes / BLOCK_BYTES + 1;
}

static void sendBlock(struct download *upload, uint32_t block)
{
	size_t position = (size_t)(block - 1) * BLOCK_BYTES, left = contentBytes - position;
	uint8_t header[HEADER_BYTES] = { 0, DATA, block >> 8, block };
	struct iovec parts[] = {
		{ header, HEADER_BYTES }, { (void *)(content + position), left < BLOCK_BYTES ? left : BLOCK_BYTES }
	};
	struct msghdr message = {
		.msg_name = &upload->server, .msg_namelen = sizeof upload->server, .msg_iov = parts, .msg_iovlen = 2
	};
	sendmsg(upload->socket, &message, 0);
}

void sendWindow(struct download *upload)
{
	uint32_t end = upload->block + upload->window;
	for (uint32_t block = upload->block + 1; block <= end && block <= lastBlock(); block++) sendBlock(upload, block);
	upload->sentAt = now();
}

void makeWriteRequest(struct download *upload)
{
	char *text = (char *)upload->last;
	upload->lastLength = snprintf(text, sizeof upload->last, "%c%c%s-%u-%u%coctet%c", 0, WRITE_REQUEST,
		options.name, (unsigned)getpid(), ++files, 0, 0);
	if (options.window > 1) {
		upload->lastLength += snprintf(text + upload->lastLength, sizeof upload->last - upload->lastLength,
			"windowsize%c%u%c", 0, options.window, 0);
	}
}

static void handleAcknowledgement(struct download *upload, uint16_t number)
{
	uint16_t ahead = number - upload->block;
	if (upload->hasBegun && (ahead == 0 || ahead > upload->window)) return;
	upload->hasBegun = true;
	upload->block += ahead;
	counts.blocks += ahead;
	if (upload->block < lastBlock()) {
		sendWindow(upload);
		return;
	}
	counts.bytes += contentBytes;
	counts.files++;
	endDownload(upload);
}

void handleUploadPacket(struct download *upload, const uint8_t *packet, size_t length)
{
	if (packet[1] == OPTION_ACKNOWLEDGEMENT && !upload->hasBegun) {
		upload->window = grantedWindow(packet, length);
		handleAcknowledgement(upload, 0);
	} else if (packet[1] == ACKNOWLEDGEMENT) {
		handleAcknowledgement(upload, packet[2] << 8 | packet[3]);
	}
}
