/* The part of the SDK's header of this name that the board's UDP uses. */
#include "xsmc.h"

enum {
	kIOFormatNumber = 1,
	kIOFormatBuffer = 2,
};

uint8_t builtinInitializeFormat(xsMachine *the, uint8_t format);
void builtinInitializeTarget(xsMachine *the);
xsSlot *builtinGetCallback(xsMachine *the, xsIdentifier id);
