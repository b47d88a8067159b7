/*
 * The functions of the class in lockstep-udp.js: sending, and multicast addresses.
 */
#include "xsmc.h"
#include "mc.xs.h"

#include "lockstep-udp-class.h"

/* The longest message of UDP on IPv4. */
#define MESSAGE_BYTES_MAX 65507
#define ADDRESS_MAX 4294967295.0
#define ADDRESS_ERROR "this is no IPv4 address"
/* Multicast addresses (RFC 5771): 224.0.0.0 to 239.255.255.255. */
#define GROUP_MIN 0xe0000000u
#define GROUP_MAX 0xefffffffu
#define GROUP_ERROR "a multicast address is a text from 224.0.0.0 to 239.255.255.255"

/* A release build of XS does not check that an argument is there. */
static void checkArguments(xsMachine *the, int count, char *error)
{
	if (xsmcArgc < count)
		xsRangeError(error);
}

/*
 * The receiver whose address and port are the arguments from `first` on. Returns NULL, or the error in words. Conversions can run
 * JavaScript, and XS moves buffers when it makes room, so the message is read afterwards.
 */
static char *readReceiver(xsMachine *the, int first, UDPPeer *receiver)
{
	xsType type = xsmcTypeOf(xsArg(first));
	int32_t port = xsmcToInteger(xsArg(first + 1));

	if ((port < 1) || (port > PORT_MAX))
		return "a datagram goes to a port from 1 to 65535";
	receiver->port = port;
	if ((xsIntegerType == type) || (xsNumberType == type)) {
		double address = xsmcToNumber(xsArg(first));
		if (!((address >= 0) && (address <= ADDRESS_MAX)))
			return ADDRESS_ERROR;
		receiver->address = (uint32_t)address;
	}
	else if (!udpAddressFromText(xsmcToString(xsArg(first)), &receiver->address))
		return ADDRESS_ERROR;
	return NULL;
}

void lockstep_udp_write(xsMachine *the)
{
	UDPSocket socket = udpSocketOfThis(the);
	UDPPeer receiver;
	void *message;
	xsUnsignedValue lengthBytes;
	char *error;

	checkArguments(the, 3, "write needs a message, an address and a port");
	error = readReceiver(the, 1, &receiver);
	if (error)
		xsRangeError(error);
	xsmcGetBufferReadable(xsArg(0), &message, &lengthBytes);
	if (lengthBytes > MESSAGE_BYTES_MAX)
		xsRangeError("a datagram has at most 65507 bytes");
	if (!udpSocketSend(socket, message, lengthBytes, &receiver))
		xsUnknownError("the datagram was not sent");
}

/* send(message, length, address, port): sends the first bytes of a message. Returns whether it was sent. */
void lockstep_udp_send(xsMachine *the)
{
	UDPSocket socket = udpSocketOfThis(the);
	UDPPeer receiver;
	void *message;
	xsUnsignedValue sizeBytes;
	int32_t lengthBytes;
	char *error;

	checkArguments(the, 4, "send needs a message, a length, an address and a port");
	lengthBytes = xsmcToInteger(xsArg(1));
	error = readReceiver(the, 2, &receiver);
	xsmcGetBufferReadable(xsArg(0), &message, &sizeBytes);
	if ((lengthBytes < 0) || (lengthBytes > MESSAGE_BYTES_MAX) || ((xsUnsignedValue)lengthBytes > sizeBytes))
		xsRangeError("the message has not that many bytes");
	xsmcSetBoolean(xsResult, !error && udpSocketSend(socket, message, lengthBytes, &receiver));
}

static uint32_t groupOf(xsMachine *the)
{
	uint32_t group;

	checkArguments(the, 1, GROUP_ERROR);
	if (!udpAddressFromText(xsmcToString(xsArg(0)), &group) || (group < GROUP_MIN) || (group > GROUP_MAX))
		xsRangeError(GROUP_ERROR);
	return group;
}

/* add(address): receives what is sent to a multicast address. */
void lockstep_udp_add(xsMachine *the)
{
	UDPSocket socket = udpSocketOfThis(the);
	const char *error = udpSocketJoin(socket, groupOf(the));

	if (error)
		xsUnknownError((char *)error);
}

/* remove(address): ends `add`. */
void lockstep_udp_remove(xsMachine *the)
{
	UDPSocket socket = udpSocketOfThis(the);
	const char *error = udpSocketLeave(socket, groupOf(the));

	if (error)
		xsUnknownError((char *)error);
}
