/*
 * The functions of the class in lockstep-udp.js: opening, receiving and closing.
 */
#include <stdio.h>

#include "xsmc.h"
#include "mc.xs.h"

#include "builtinCommon.h"

#include "lockstep-udp-class.h"

#define TIME_TO_LIVE_MAX 255
/* "255.255.255.255" and its end. */
#define ADDRESS_TEXT_BYTES 16
/*
 * Datagrams handed to `onDatagram` in a row: more than the windows of several clients together. After that timers, other
 * sockets and the system's task that feeds the watchdog have their turn.
 */
#define IN_A_ROW_MAX 64

typedef struct {
	UDPSocket socket;
	xsMachine *the;
	xsSlot object;
	/* NULL without such a callback. */
	xsSlot *onReadable;
	xsSlot *onDatagram;
	/* NULL without `onDatagram`. */
	xsSlot *buffer;
} UDPRecord, *UDP;

static void mark(xsMachine *the, void *data, xsMarkRoot markRoot)
{
	UDP udp = data;

	if (udp->onReadable)
		(*markRoot)(the, udp->onReadable);
	if (udp->onDatagram) {
		(*markRoot)(the, udp->onDatagram);
		(*markRoot)(the, udp->buffer);
	}
}

static const xsHostHooks gHooks = {lockstep_udp_destructor, mark, NULL};

static UDP thisUDP(xsMachine *the)
{
	return xsmcGetHostDataValidate(xsThis, (void *)&gHooks);
}

UDPSocket udpSocketOfThis(xsMachine *the)
{
	return thisUDP(the)->socket;
}

/*
 * Reads datagrams into the buffer, and calls `onDatagram` for each: with the socket as `this`, and with the buffer, the length,
 * and the sender's address and port, all numbers. The callback may close the socket, which then has no record any more.
 * Allocates nothing.
 */
static void deliver(xsMachine *the, UDP udp)
{
	UDPPeer sender;
	void *buffer;
	xsUnsignedValue sizeBytes;
	int32_t length;
	int left;

	xsmcVars(5);
	xsVar(0) = udp->object;
	xsVar(1) = xsReference(udp->buffer);
	for (left = IN_A_ROW_MAX; left > 0; left--) {
		/* Again for each datagram: XS moves buffers when it makes room. */
		xsmcGetBufferWritable(xsVar(1), &buffer, &sizeBytes);
		length = udpSocketReceive(udp->socket, buffer, sizeBytes, &sender);
		if (length < 0)
			return;
		xsmcSetInteger(xsVar(2), length);
		xsmcSetNumber(xsVar(3), sender.address);
		xsmcSetInteger(xsVar(4), sender.port);
		xsCallFunction4(xsReference(udp->onDatagram), xsVar(0), xsVar(1), xsVar(2), xsVar(3), xsVar(4));
		udp = xsmcGetHostData(xsVar(0));
		if (!udp)
			return;
	}
	udpSocketAnnounce(udp->socket);
}

/* The callback may close the socket, so nothing of it is used afterwards. */
static void readable(void *context, uint32_t count)
{
	UDP udp = context;
	xsMachine *machine = udp->the;

	if (!udp->onReadable && !udp->onDatagram)
		return;
	xsBeginHost(machine);
		if (udp->onDatagram)
			deliver(the, udp);
		else {
			xsmcSetInteger(xsResult, count);
			xsCallFunction1(xsReference(udp->onReadable), udp->object, xsResult);
		}
	xsEndHost(machine);
}

/* An option that is a whole number; 0 if it is absent. */
static int32_t numberOption(xsMachine *the, xsIdentifier name, int32_t least, int32_t most, char *range)
{
	int32_t number;

	if (!xsmcHas(xsArg(0), name))
		return 0;
	xsmcGet(xsVar(0), xsArg(0), name);
	number = xsmcToInteger(xsVar(0));
	if ((number < least) || (number > most))
		xsRangeError(range);
	return number;
}

/* The option `address`, a text; 0 if it is absent. */
static uint32_t addressOption(xsMachine *the)
{
	uint32_t address;

	if (!xsmcHas(xsArg(0), xsID_address))
		return 0;
	xsmcGet(xsVar(0), xsArg(0), xsID_address);
	if (!udpAddressFromText(xsmcToString(xsVar(0)), &address))
		xsRangeError("address is a text such as 192.168.0.66");
	return address;
}

/* An option that is true or false; false if it is absent. */
static bool flagOption(xsMachine *the, xsIdentifier name)
{
	if (!xsmcHas(xsArg(0), name))
		return false;
	xsmcGet(xsVar(0), xsArg(0), name);
	return xsmcToBoolean(xsVar(0));
}

/* The option `buffer`. Throws unless it is a buffer that can be written to. */
static xsSlot *bufferOption(xsMachine *the)
{
	void *buffer;
	xsUnsignedValue sizeBytes;

	xsmcGet(xsVar(0), xsArg(0), xsID_buffer);
	xsmcGetBufferWritable(xsVar(0), &buffer, &sizeBytes);
	return xsmcToReference(xsVar(0));
}

void lockstep_udp_constructor(xsMachine *the)
{
	UDPSocketOptions options = {.machine = the, .readable = readable};
	xsSlot *onReadable, *onDatagram, *buffer;
	const char *error;
	UDP udp;

	xsmcVars(1);
	options.port = numberOption(the, xsID_port, 0, PORT_MAX, "port is a number from 0 to 65535");
	options.timeToLive = numberOption(the, xsID_timeToLive, 1, TIME_TO_LIVE_MAX, "timeToLive is a number from 1 to 255");
	options.unicastOnly = flagOption(the, xsID_unicastOnly);
	options.address = addressOption(the);
	if (kIOFormatBuffer != builtinInitializeFormat(the, kIOFormatBuffer))
		xsRangeError("UDP has no format but \"buffer\"");
	builtinInitializeTarget(the);
	onReadable = builtinGetCallback(the, xsID_onReadable);
	onDatagram = builtinGetCallback(the, xsID_onDatagram);
	buffer = onDatagram ? bufferOption(the) : NULL;

	udp = calloc(1, sizeof(*udp));
	if (!udp)
		xsUnknownError("no memory for a socket");
	options.context = udp;
	udp->the = the;
	udp->object = xsThis;
	udp->onReadable = onReadable;
	udp->onDatagram = onDatagram;
	udp->buffer = buffer;
	error = udpSocketOpen(&udp->socket, &options);
	if (error) {
		free(udp);
		xsUnknownError((char *)error);
	}
	xsmcSetHostData(xsThis, udp);
	xsSetHostHooks(xsThis, (xsHostHooks *)&gHooks);
	xsRemember(udp->object);
}

/* An open socket is remembered, so only the end of the machine destroys it. */
void lockstep_udp_destructor(void *data)
{
	UDP udp = data;

	if (udp) {
		udpSocketClose(udp->socket, true);
		free(udp);
	}
}

/* A closed socket may be closed again. */
void lockstep_udp_close(xsMachine *the)
{
	UDP udp;

	if (!xsmcGetHostData(xsThis))
		return;
	udp = thisUDP(the);
	xsForget(udp->object);
	xsmcSetHostData(xsThis, NULL);
	xsmcSetHostDestructor(xsThis, NULL);
	udpSocketClose(udp->socket, false);
	free(udp);
}

/* read(): returns the datagram, with the sender's address as a text. */
void lockstep_udp_read(xsMachine *the)
{
	UDP udp = thisUDP(the);
	UDPPeer sender;
	char text[ADDRESS_TEXT_BYTES];
	void *buffer;
	xsUnsignedValue sizeBytes;
	int32_t length = udpSocketNextLength(udp->socket);

	if (length < 0)
		return;
	xsmcVars(1);
	xsmcSetArrayBuffer(xsResult, NULL, length);
	xsmcGetBufferWritable(xsResult, &buffer, &sizeBytes);
	udpSocketReceive(udp->socket, buffer, sizeBytes, &sender);
	xsmcSetInteger(xsVar(0), sender.port);
	xsmcSet(xsResult, xsID_port, xsVar(0));
	snprintf(text, sizeof(text), "%u.%u.%u.%u", (unsigned)(sender.address >> 24), (unsigned)(sender.address >> 16) & 255,
		(unsigned)(sender.address >> 8) & 255, (unsigned)sender.address & 255);
	xsmcSetString(xsVar(0), text);
	xsmcSet(xsResult, xsID_address, xsVar(0));
}

/* deliver(): calls `onDatagram` for what waits, before the system announces it. */
void lockstep_udp_deliver(xsMachine *the)
{
	UDP udp = thisUDP(the);

	if (udp->onDatagram)
		deliver(the, udp);
}

void lockstep_udp_get_ignored_datagrams(xsMachine *the)
{
	xsmcSetNumber(xsResult, udpSocketIgnored(thisUDP(the)->socket));
}

void lockstep_udp_get_dropped_datagrams(xsMachine *the)
{
	xsmcSetNumber(xsResult, udpSocketDropped(thisUDP(the)->socket));
}
