/*
 * Does what the words say with the board's class UDP on this machine's sockets, and with a peer on the loopback
 * interface. XS is a stand-in. Prints the results.
 *
 * Options before "open": address=TEXT, port=N, time-to-live=N, unicast-only, format, deaf (no callback), datagrams=SIZE (of the
 * buffer, 0 for none), datagrams-flash (it is read-only), closing (the callback closes the socket).
 *
 * The class: add=GROUP, remove=GROUP, add-nothing, remove-nothing, ignored, open, close, end (of the machine), read, deliver,
 * write, write=TEXT, write-number=N, write-port=N, write-length=N, write-nowhere, send=LENGTH, send-port=N, send-nowhere,
 * dropped. The peer: peer-anywhere (not on loopback), peer=TEXT, peer-to=ADDRESS, flood, peer-gets. The machine: turn (it
 * waits until something can be read, but not for ever), gc.
 */
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>

#include "builtinCommon.h"
#include "mc.xs.h"
#include "lockstep-readiness.h"
#include "udp-class-peer.h"

#define WAIT_MS 2000
#define FLOOD_DATAGRAMS 5000
#define GROUP "224.0.0.251"

static xsMachine gMachine;
static Object gUDP, gOptions, gFunction, gDatagramFunction, gTarget;
static xsSlot gBuffer;
static bool gCloses = false;
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
	jmp_buf thrown, *outer = gMachine.thrown;

	gMachine.thrown = &thrown;
	gMachine.argumentCount = argumentCount;
	gMachine.this = (xsSlot){.type = xsReferenceType, .object = &gUDP};
	gMachine.result = (xsSlot){.type = xsUndefinedType};
	if (setjmp(thrown))
		printf("%s throws: %s\n", name, gMachine.thrownText);
	else
		function(&gMachine);
	gMachine.thrown = outer;
}

static const char *ownership(const xsSlot *slot)
{
	return slot->object == &gUDP ? "this is the socket" : "another this";
}

static const char *portOf(double number)
{
	return number == peerPort() ? "its port" : "another port";
}

static void showDatagram(const xsSlot *buffer, uint32_t length)
{
	printf("\"%.*s\"", (int)length, buffer->object->bytes);
}

static void onReadable(xsMachine *the)
{
	printf("readable, %.0f, %s\n", xsArg(0).number, ownership(&xsThis));
	if (gCloses)
		call("close", lockstep_udp_close, 0);
}

static void onDatagram(xsMachine *the)
{
	printf("%.0f: ", xsArg(1).number);
	showDatagram(&xsArg(0), xsArg(1).number);
	printf(" from %.0f, %s, %s\n", xsArg(2).number, portOf(xsArg(3).number), ownership(&xsThis));
	if (gCloses)
		call("close", lockstep_udp_close, 0);
}

static void openUDP(void)
{
	gFunction.function = onReadable;
	gDatagramFunction.function = onDatagram;
	gOptions.properties[xsID_target] = (xsSlot){.type = xsReferenceType, .object = &gTarget};
	gMachine.arguments[0] = (xsSlot){.type = xsReferenceType, .object = &gOptions};
	call("open", lockstep_udp_constructor, 1);
	if (gUDP.isRemembered)
		printf("open, %s\n", gUDP.properties[xsID_target].object == &gTarget ? "with its target" : "without its target");
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
		portOf(result->object->properties[xsID_port].number));
}

/* Without a size there is no buffer. */
static void wantDatagrams(uint32_t size, bool isReadOnly)
{
	gOptions.properties[xsID_onReadable] = (xsSlot){.type = xsUndefinedType};
	gOptions.properties[xsID_onDatagram] = (xsSlot){.type = xsReferenceType, .object = &gDatagramFunction};
	if (size) {
		newBuffer(&gBuffer, size);
		gBuffer.object->isReadOnly = isReadOnly;
		gOptions.properties[xsID_buffer] = gBuffer;
	}
}

static void writeTo(xsSlot address, double port, uint32_t size)
{
	newBuffer(&gMachine.arguments[0], size);
	memset(gMachine.arguments[0].object->bytes, 'w', size);
	gMachine.arguments[1] = address;
	gMachine.arguments[2] = (xsSlot){.type = xsIntegerType, .number = port};
	call("write", lockstep_udp_write, 3);
}

/* Sends the first bytes of a message of three. */
static void sendPart(double length, double port, int argumentCount)
{
	newBuffer(&gMachine.arguments[0], 3);
	memset(gMachine.arguments[0].object->bytes, 's', 3);
	gMachine.arguments[1] = (xsSlot){.type = xsIntegerType, .number = length};
	gMachine.arguments[2] = (xsSlot){.type = xsNumberType, .number = INADDR_LOOPBACK};
	gMachine.arguments[3] = (xsSlot){.type = xsIntegerType, .number = port};
	call("send", lockstep_udp_send, argumentCount);
	if (xsIntegerType == gMachine.result.type)
		printf("%s\n", gMachine.result.number ? "sent" : "not sent");
}

static xsSlot textSlot(const char *text)
{
	return (xsSlot){.type = xsStringType, .text = (char *)text};
}

/* More than the system keeps; what it has not kept it tells with a later datagram. */
static void flood(void)
{
	uint32_t received = 0, sent;

	for (sent = 0; sent < FLOOD_DATAGRAMS; sent++)
		peerSends("flood");
	for (call("read", lockstep_udp_read, 0); xsReferenceType == gMachine.result.type; call("read", lockstep_udp_read, 0))
		received++;
	peerSends("last");
	call("read", lockstep_udp_read, 0);
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
	printf("%s is kept\n", slot->object == gBuffer.object ? "the buffer" : slot->object->function ? "the function" : "something");
}

static void setOption(xsIdentifier id, double number)
{
	gOptions.properties[id] = (xsSlot){.type = xsIntegerType, .number = number};
}

static void changeGroup(const char *name, void (*function)(xsMachine *the), const char *group, int argumentCount)
{
	gMachine.arguments[0] = textSlot(group);
	call(name, function, argumentCount);
}

static void act(const char *word)
{
	const char *value = strchr(word, '=') ? strchr(word, '=') + 1 : "";

	if (!strncmp(word, "port=", 5))
		setOption(xsID_port, atoi(value) < 0 ? peerPort() : atoi(value));
	else if (!strncmp(word, "address=", 8))
		gOptions.properties[xsID_address] = textSlot(value);
	else if (!strncmp(word, "time-to-live=", 13))
		setOption(xsID_timeToLive, atoi(value));
	else if (!strcmp(word, "unicast-only"))
		setOption(xsID_unicastOnly, 1);
	else if (!strncmp(word, "add=", 4))
		changeGroup("add", lockstep_udp_add, value, 1);
	else if (!strncmp(word, "remove=", 7))
		changeGroup("remove", lockstep_udp_remove, value, 1);
	else if (!strcmp(word, "add-nothing"))
		changeGroup("add", lockstep_udp_add, GROUP, 0);
	else if (!strcmp(word, "remove-nothing"))
		changeGroup("remove", lockstep_udp_remove, GROUP, 0);
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
	else if (!strcmp(word, "deliver"))
		call("deliver", lockstep_udp_deliver, 0);
	else if (!strncmp(word, "datagrams=", 10))
		wantDatagrams(atoi(value), false);
	else if (!strcmp(word, "datagrams-flash"))
		wantDatagrams(8, true);
	else if (!strcmp(word, "write") || !strncmp(word, "write=", 6))
		writeTo(textSlot(value[0] ? value : "127.0.0.1"), peerPort(), 3);
	else if (!strncmp(word, "write-number=", 13))
		writeTo((xsSlot){.type = xsNumberType, .number = atof(value)}, peerPort(), 3);
	else if (!strncmp(word, "write-port=", 11))
		writeTo(textSlot("127.0.0.1"), atoi(value), 3);
	else if (!strncmp(word, "write-length=", 13))
		writeTo(textSlot("127.0.0.1"), peerPort(), atoi(value));
	else if (!strcmp(word, "write-nowhere"))
		call("write", lockstep_udp_write, 2);
	else if (!strncmp(word, "send=", 5))
		sendPart(atof(value), peerPort(), 4);
	else if (!strncmp(word, "send-port=", 10))
		sendPart(3, atoi(value), 4);
	else if (!strcmp(word, "send-nowhere"))
		sendPart(3, peerPort(), 3);
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
