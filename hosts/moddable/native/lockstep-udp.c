/*
 * The functions of the class in lockstep-udp.js.
 */
#include <stdio.h>

#include "xsmc.h"
#include "mc.xs.h"

#include "builtinCommon.h"

#include "lockstep-udp-socket.h"

/* The longest message of UDP on IPv4. */
#define MESSAGE_BYTES_MAX 65507
#define PORT_MAX 65535
#define TIME_TO_LIVE_MAX 255
#define ADDRESS_MAX 4294967295.0
/* Multicast addresses (RFC 5771): 224.0.0.0 to 239.255.255.255. */
#define GROUP_MIN 0xe0000000u
#define GROUP_MAX 0xefffffffu
/* "255.255.255.255" and its end. */
#define ADDRESS_TEXT_BYTES 16

typedef struct {
	UDPSocket socket;
	xsMachine *the;
	xsSlot object;
	/* NULL without a callback. */
	xsSlot *onReadable;
} UDPRecord, *UDP;

static void mark(xsMachine *the, void *data, xsMarkRoot markRoot)
{
	UDP udp = data;

	if (udp->onReadable)
		(*markRoot)(the, udp->onReadable);
}

static const xsHostHooks gHooks = {lockstep_udp_destructor, mark, NULL};

static UDP thisUDP(xsMachine *the)
{
	return xsmcGetHostDataValidate(xsThis, (void *)&gHooks);
}

/* The callback may close the socket, so nothing of it is used afterwards. */
static void readable(void *context, uint32_t count)
{
	UDP udp = context;

	if (!udp->onReadable)
		return;
	xsBeginHost(udp->the);
		xsmcSetInteger(xsResult, count);
		xsCallFunction1(xsReference(udp->onReadable), udp->object, xsResult);
	xsEndHost(udp->the);
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

void lockstep_udp_constructor(xsMachine *the)
{
	UDPSocketOptions options = {.machine = the, .readable = readable};
	xsSlot *onReadable;
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

	udp = calloc(1, sizeof(*udp));
	if (!udp)
		xsUnknownError("no memory for a socket");
	options.context = udp;
	udp->the = the;
	udp->object = xsThis;
	udp->onReadable = onReadable;
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

/* read(buffer): returns the length, and sets the sender's address and port. Allocates nothing. */
static void readInto(xsMachine *the, UDP udp)
{
	UDPPeer sender;
	void *buffer;
	xsUnsignedValue sizeBytes;
	int32_t length;

	xsmcGetBufferWritable(xsArg(0), &buffer, &sizeBytes);
	length = udpSocketReceive(udp->socket, buffer, sizeBytes, &sender);
	if (length < 0)
		return;
	xsmcSetNumber(xsResult, sender.address);
	xsmcSet(xsThis, xsID_peerAddress, xsResult);
	xsmcSetInteger(xsResult, sender.port);
	xsmcSet(xsThis, xsID_peerPort, xsResult);
	xsmcSetInteger(xsResult, length);
}

/* read(): returns the datagram, with the sender's address as a text. */
static void readNew(xsMachine *the, UDP udp)
{
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

void lockstep_udp_read(xsMachine *the)
{
	UDP udp = thisUDP(the);

	if (xsmcArgc)
		readInto(the, udp);
	else
		readNew(the, udp);
}

static UDPPeer receiverOf(xsMachine *the)
{
	UDPPeer receiver;
	xsType type = xsmcTypeOf(xsArg(1));
	int32_t port = xsmcToInteger(xsArg(2));

	if ((port < 1) || (port > PORT_MAX))
		xsRangeError("a datagram goes to a port from 1 to 65535");
	receiver.port = port;
	if ((xsIntegerType == type) || (xsNumberType == type)) {
		double address = xsmcToNumber(xsArg(1));
		if (!((address >= 0) && (address <= ADDRESS_MAX)))
			xsRangeError("this is no IPv4 address");
		receiver.address = (uint32_t)address;
	}
	else if (!udpAddressFromText(xsmcToString(xsArg(1)), &receiver.address))
		xsRangeError("this is no IPv4 address");
	return receiver;
}

void lockstep_udp_write(xsMachine *the)
{
	UDP udp = thisUDP(the);
	UDPPeer receiver = receiverOf(the);
	void *message;
	xsUnsignedValue lengthBytes;

	xsmcGetBufferReadable(xsArg(0), &message, &lengthBytes);
	if (lengthBytes > MESSAGE_BYTES_MAX)
		xsRangeError("a datagram has at most 65507 bytes");
	if (!udpSocketSend(udp->socket, message, lengthBytes, &receiver))
		xsUnknownError("the datagram was not sent");
}

static uint32_t groupOf(xsMachine *the)
{
	uint32_t group;

	if (!udpAddressFromText(xsmcToString(xsArg(0)), &group) || (group < GROUP_MIN) || (group > GROUP_MAX))
		xsRangeError("a multicast address is a text from 224.0.0.0 to 239.255.255.255");
	return group;
}

/* add(address): receives what is sent to a multicast address. */
void lockstep_udp_add(xsMachine *the)
{
	UDP udp = thisUDP(the);
	const char *error = udpSocketJoin(udp->socket, groupOf(the));

	if (error)
		xsUnknownError((char *)error);
}

/* remove(address): ends `add`. */
void lockstep_udp_remove(xsMachine *the)
{
	UDP udp = thisUDP(the);
	const char *error = udpSocketLeave(udp->socket, groupOf(the));

	if (error)
		xsUnknownError((char *)error);
}

void lockstep_udp_get_ignored_datagrams(xsMachine *the)
{
	xsmcSetNumber(xsResult, udpSocketIgnored(thisUDP(the)->socket));
}

void lockstep_udp_get_dropped_datagrams(xsMachine *the)
{
	xsmcSetNumber(xsResult, udpSocketDropped(thisUDP(the)->socket));
}
