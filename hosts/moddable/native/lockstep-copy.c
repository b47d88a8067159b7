/*
 * The function in lockstep-copy.js.
 */
#include <string.h>

#include "xsmc.h"
#include "mc.xs.h"

#define ARGUMENT_COUNT 4

void lockstep_copy(xsMachine *the)
{
	void *target, *source;
	xsUnsignedValue targetBytes, sourceBytes;
	double position, count;

	/* A release build of XS does not check that an argument is there. */
	if (xsmcArgc < ARGUMENT_COUNT)
		xsRangeError("copy needs a target, a source, a position and a count");
	/* Before the buffers: a conversion can run JavaScript, and XS moves buffers when it makes room. */
	position = xsmcToNumber(xsArg(2));
	count = xsmcToNumber(xsArg(3));
	xsmcGetBufferWritable(xsArg(0), &target, &targetBytes);
	xsmcGetBufferReadable(xsArg(1), &source, &sourceBytes);
	/* A comparison with NaN is false. */
	if (!((position >= 0) && (count >= 0) && (count <= targetBytes) && (position + count <= sourceBytes)))
		xsRangeError("the bytes to copy are not all in both buffers");
	memmove(target, (uint8_t *)source + (size_t)position, (size_t)count);
}
