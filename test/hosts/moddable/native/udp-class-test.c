/*
 * Does what the words say with the board's class UDP on this machine's sockets, and with a peer on the loopback
 * interface. XS is a stand-in. Prints the results.
 *
 * Options before "open": address=TEXT, port=N, time-to-live=N, unicast-only, format, deaf (no callback), closing (the callback closes
 * the socket). The class: add=GROUP, remove=GROUP, ignored, open, close, end (of the machine), read, read=SIZE, read-flash, write, write=TEXT,
 * write-number=N, write-port=N, write-nothing, write-much, dropped. The peer: peer-anywhere (not on loopback), peer=TEXT, peer-to=ADDRESS, flood, peer-gets. The machine:
 * turn (it waits until something can be read, but not for ever), gc.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "builtinCommon.h"
#include "mc.xs.h"
#include "lockstep-readiness.h"

#define WAIT_MS 2000
#define FLOOD_DATAGRAMS 5000

static xsMachine gMachine;
static Object gUDP, gOptions, gFunction, gTarget;
static bool gCloses = false;
static int gPeer;
static struct sockaddr_in gPeerAddress, gOwnAddress;
static struct {
	int descriptor;
	UDPSocket socket;
} gWatch = {-1, NULL};

uint32_t readinessWatch(int descriptor, UDPSocket socket)
{
	gWatch.descriptor = descriptor;
	gWatch.socket = socket;
	return 1;
}

void readinessForget(uint32_t watch)
{
	gWatch.descriptor = watch ? -1 : gWatch.descriptor;
}

uint8_t builtinInitializeFormat(xsMachine *the, uint8_t format)
{
	return xsmcHas(xsArg(0), xsID_format) ? kIOFormatNumber : format;
}

void builtinInitializeTarget(xsMachine *the)
{
	xsmcSet(xsThis, xsID_target, xsArg(0).object->properties[xsID_target]);
}

xsSlot *builtinGetCallback(xsMachine *the, xsIdentifier id)
{
	return xsmcHas(xsArg(0), id) ? &xsArg(0).object->properties[id] : NULL;
}

static void call(const char *name, void (*function)(xsMachine *the), int argumentCount)
{
	jmp_buf thrown;

	gMachine.thrown = &thrown;
	gMachine.argumentCount = argumentCount;
	gMachine.this = (xsSlot){.type = xsReferenceType, .object = &gUDP};
	gMachine.result = (xsSlot){.type = xsUndefinedType};
	if (setjmp(thrown))
		printf("%s throws: %s\n", name, gMachine.thrownText);
	else
		function(&gMachine);
}

static void onReadable(xsMachine *the, uint32_t count)
{
	printf("readable, %u, %s\n", (unsigned)count, xsThis.object == &gUDP ? "this is the socket" : "another this");
	if (gCloses)
		call("close", lockstep_udp_close, 0);
}

static void openUDP(void)
{
	gFunction.function = onReadable;
	gOptions.properties[xsID_target] = (xsSlot){.type = xsReferenceType, .object = &gTarget};
	gMachine.arguments[0] = (xsSlot){.type = xsReferenceType, .object = &gOptions};
	call("open", lockstep_udp_constructor, 1);
	if (gUDP.isRemembered)
		printf("open, %s\n", gUDP.properties[xsID_target].object == &gTarget ? "with its target" : "without its target");
}

static void showDatagram(xsSlot *buffer, uint32_t length)
{
	printf("\"%.*s\"", (int)length, buffer->object->bytes);
}

static void readNew(void)
{
	xsSlot *result = &gMachine.result;

	call("read", lockstep_udp_read, 0);
	if (xsReferenceType != result->type) {
		printf("nothing to read\n");
		return;
	}
	showDatagram(result, result->object->size);
	printf(" of %u from %s, %s\n", (unsigned)result->object->size, result->object->properties[xsID_address].text,
		result->object->properties[xsID_port].number == ntohs(gPeerAddress.sin_port) ? "its port" : "another port");
}

static void readInto(uint32_t size, bool isReadOnly)
{
	xsSlot *buffer = &gMachine.arguments[0];

	newBuffer(buffer, size);
	buffer->object->isReadOnly = isReadOnly;
	call("read", lockstep_udp_read, 1);
	if (xsIntegerType != gMachine.result.type) {
		printf("nothing to read\n");
		return;
	}
	printf("%d: ", (int)gMachine.result.number);
	showDatagram(buffer, gMachine.result.number);
	printf(" from %.0f, %s\n", gUDP.properties[xsID_peerAddress].number,
		gUDP.properties[xsID_peerPort].number == ntohs(gPeerAddress.sin_port) ? "its port" : "another port");
}

static void writeTo(xsSlot address, double port, uint32_t size)
{
	newBuffer(&gMachine.arguments[0], size);
	memset(gMachine.arguments[0].object->bytes, 'w', size);
	gMachine.arguments[1] = address;
	gMachine.arguments[2] = (xsSlot){.type = xsIntegerType, .number = port};
	call("write", lockstep_udp_write, 3);
}

static xsSlot textSlot(const char *text)
{
	return (xsSlot){.type = xsStringType, .text = (char *)text};
}

static void makePeer(uint32_t address)
{
	const struct timeval patience = {.tv_sec = 2};
	socklen_t size = sizeof(gPeerAddress);

	gPeerAddress.sin_family = AF_INET;
	gPeerAddress.sin_addr.s_addr = htonl(address);
	gPeerAddress.sin_port = 0;
	gPeer = socket(AF_INET, SOCK_DGRAM, 0);
	setsockopt(gPeer, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (bind(gPeer, (struct sockaddr *)&gPeerAddress, size) || getsockname(gPeer, (struct sockaddr *)&gPeerAddress, &size))
		exit(1);
}

static void peerGets(void)
{
	char buffer[64];
	socklen_t size = sizeof(gOwnAddress);
	ssize_t length = recvfrom(gPeer, buffer, sizeof(buffer), 0, (struct sockaddr *)&gOwnAddress, &size);

	printf("the peer gets \"%.*s\"\n", (int)length, buffer);
}

static void peerSends(const char *text)
{
	sendto(gPeer, text, strlen(text), 0, (struct sockaddr *)&gOwnAddress, sizeof(gOwnAddress));
}

/* Not to the socket's own address, but to a broadcast or multicast address. */
static void peerSendsTo(const char *address)
{
	struct sockaddr_in to = gOwnAddress;
	const int on = 1;

	to.sin_addr.s_addr = inet_addr(address);
	setsockopt(gPeer, SOL_SOCKET, SO_BROADCAST, &on, sizeof(on));
	if (sendto(gPeer, "all", 3, 0, (struct sockaddr *)&to, sizeof(to)) != 3)
		perror("not sent");
}

/* More than the system keeps; what it has not kept it tells with a later datagram. */
static void flood(void)
{
	uint32_t received = 0, sent;

	for (sent = 0; sent < FLOOD_DATAGRAMS; sent++)
		peerSends("flood");
	newBuffer(&gMachine.arguments[0], 8);
	for (call("read", lockstep_udp_read, 1); xsIntegerType == gMachine.result.type; call("read", lockstep_udp_read, 1))
		received++;
	peerSends("last");
	call("read", lockstep_udp_read, 1);
	call("dropped", lockstep_udp_get_dropped_datagrams, 0);
	printf("%s, %s\n", (received > 0) && (received < sent) ? "some are kept" : "all or none are kept",
		received + gMachine.result.number == sent ? "the others are counted" : "the others are not counted");
}

static void turn(void)
{
	struct pollfd watched = {.fd = gWatch.descriptor, .events = POLLIN};

	if (poll(&watched, 1, WAIT_MS) > 0)
		udpSocketReady(gWatch.socket);
	else
		printf("nothing happens\n");
}

static void markRoot(xsMachine *the, xsSlot *slot)
{
	printf("the function is %s\n", (the == &gMachine) && (slot->object == &gFunction) ? "kept" : "lost");
}

static void setOption(xsIdentifier id, double number)
{
	gOptions.properties[id] = (xsSlot){.type = xsIntegerType, .number = number};
}

static void changeGroup(const char *name, void (*function)(xsMachine *the), const char *group)
{
	gMachine.arguments[0] = textSlot(group);
	call(name, function, 1);
}

static void act(const char *word)
{
	const char *value = strchr(word, '=') ? strchr(word, '=') + 1 : "";
	const int peerPort = ntohs(gPeerAddress.sin_port);

	if (!strncmp(word, "port=", 5))
		setOption(xsID_port, atoi(value) < 0 ? peerPort : atoi(value));
	else if (!strncmp(word, "address=", 8))
		gOptions.properties[xsID_address] = textSlot(value);
	else if (!strncmp(word, "time-to-live=", 13))
		setOption(xsID_timeToLive, atoi(value));
	else if (!strcmp(word, "unicast-only"))
		setOption(xsID_unicastOnly, 1);
	else if (!strncmp(word, "add=", 4))
		changeGroup("add", lockstep_udp_add, value);
	else if (!strncmp(word, "remove=", 7))
		changeGroup("remove", lockstep_udp_remove, value);
	else if (!strcmp(word, "ignored")) {
		call("ignored", lockstep_udp_get_ignored_datagrams, 0);
		printf("%.0f ignored\n", gMachine.result.number);
	}
	else if (!strcmp(word, "peer-anywhere"))
		makePeer(INADDR_ANY);
	else if (!strncmp(word, "peer-to=", 8))
		peerSendsTo(value);
	else if (!strcmp(word, "format"))
		setOption(xsID_format, 1);
	else if (!strcmp(word, "deaf"))
		gOptions.properties[xsID_onReadable] = (xsSlot){.type = xsUndefinedType};
	else if (!strcmp(word, "closing"))
		gCloses = true;
	else if (!strcmp(word, "open"))
		openUDP();
	else if (!strcmp(word, "close"))
		call("close", lockstep_udp_close, 0);
	else if (!strcmp(word, "end"))
		gUDP.hooks->destructor(gUDP.data);
	else if (!strcmp(word, "gc"))
		gUDP.hooks->mark(&gMachine, gUDP.data, markRoot);
	else if (!strcmp(word, "read"))
		readNew();
	else if (!strcmp(word, "read-flash"))
		readInto(8, true);
	else if (!strncmp(word, "read=", 5))
		readInto(atoi(value), false);
	else if (!strcmp(word, "write") || !strncmp(word, "write=", 6))
		writeTo(textSlot(value[0] ? value : "127.0.0.1"), peerPort, 3);
	else if (!strncmp(word, "write-number=", 13))
		writeTo((xsSlot){.type = xsNumberType, .number = atof(value)}, peerPort, 3);
	else if (!strncmp(word, "write-port=", 11))
		writeTo(textSlot("127.0.0.1"), atoi(value), 3);
	else if (!strcmp(word, "write-nothing"))
		writeTo(textSlot("127.0.0.1"), peerPort, 0);
	else if (!strcmp(word, "write-much"))
		writeTo(textSlot("127.0.0.1"), peerPort, 65508);
	else if (!strcmp(word, "turn"))
		turn();
	else if (!strcmp(word, "flood"))
		flood();
	else if (!strcmp(word, "peer-gets"))
		peerGets();
	else if (!strncmp(word, "peer=", 5))
		peerSends(value);
}

int main(int count, char *words[])
{
	int i;

	gOptions.properties[xsID_onReadable] = (xsSlot){.type = xsReferenceType, .object = &gFunction};
	makePeer(INADDR_LOOPBACK);
	for (i = 1; i < count; i++)
		act(words[i]);
	printf("%s, %s\n", gUDP.isRemembered ? "remembered" : "forgotten", gWatch.descriptor >= 0 ? "watched" : "not watched");
	return 0;
}
