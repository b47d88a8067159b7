/*
 * The part of XS's interface in C that the board's C uses, with XS's names. Objects are never moved or collected here; what is
 * thrown comes back to the function that called.
 */
#ifndef XSMC_H
#define XSMC_H
#define __XS__

#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef uint32_t xsUnsignedValue;

typedef enum {
	xsUndefinedType,
	xsIntegerType,
	xsNumberType,
	xsStringType,
	xsReferenceType,
} xsType;

typedef enum {
	xsID_port,
	xsID_timeToLive,
	xsID_unicastOnly,
	xsID_format,
	xsID_target,
	xsID_onReadable,
	xsID_onDatagram,
	xsID_buffer,
	xsID_address,
	ID_COUNT,
} xsIdentifier;

typedef struct {
	xsType type;
	double number;
	char *text;
	struct Object *object;
} xsSlot;

typedef struct xsMachineRecord xsMachine;
typedef void (*xsMarkRoot)(xsMachine *the, xsSlot *slot);
typedef void (*xsDestructor)(void *data);

typedef struct {
	xsDestructor destructor;
	void (*mark)(xsMachine *the, void *data, xsMarkRoot markRoot);
	void *sweep;
} xsHostHooks;

typedef struct Object {
	xsSlot properties[ID_COUNT];
	/* Of a buffer. */
	uint8_t *bytes;
	uint32_t size;
	bool isReadOnly;
	/* Of a function. */
	void (*function)(xsMachine *the);
	/* Of a host object. */
	void *data;
	const xsHostHooks *hooks;
	bool isRemembered;
} Object;

struct xsMachineRecord {
	xsSlot this;
	xsSlot result;
	xsSlot arguments[4];
	xsSlot variables[5];
	int argumentCount;
	jmp_buf *thrown;
	const char *thrownText;
};

static inline void throw(xsMachine *the, const char *text)
{
	the->thrownText = text;
	longjmp(*the->thrown, 1);
}

static inline void *validData(xsMachine *the, xsSlot *slot, void *hooks)
{
	if (slot->object->hooks != hooks)
		throw(the, "invalid host data");
	return slot->object->data;
}

static inline void newBuffer(xsSlot *slot, uint32_t size)
{
	*slot = (xsSlot){.type = xsReferenceType, .object = calloc(1, sizeof(Object))};
	slot->object->bytes = calloc(1, size + 1);
	slot->object->size = size;
}

static inline xsSlot *referenceOf(xsSlot slot)
{
	xsSlot *reference = calloc(1, sizeof(slot));

	*reference = slot;
	return reference;
}

static inline void callFunction(xsMachine *the, xsSlot called, xsSlot self, const xsSlot *arguments, int count)
{
	memcpy(the->arguments, arguments, count * sizeof(*arguments));
	the->argumentCount = count;
	the->this = self;
	called.object->function(the);
}

static inline void getBuffer(xsMachine *the, xsSlot *slot, void **bytes, xsUnsignedValue *size, bool isToBeWritten)
{
	if ((xsReferenceType != slot->type) || !slot->object->bytes)
		throw(the, "no buffer");
	if (isToBeWritten && slot->object->isReadOnly)
		throw(the, "read-only buffer");
	*bytes = slot->object->bytes;
	*size = slot->object->size;
}

#define xsThis (the->this)
#define xsResult (the->result)
#define xsArg(index) (the->arguments[index])
#define xsVar(index) (the->variables[index])
#define xsmcArgc (the->argumentCount)
#define xsmcVars(count) ((void)(count))

#define xsmcTypeOf(slot) ((slot).type)
#define xsmcToInteger(slot) ((int32_t)(slot).number)
#define xsmcToNumber(slot) ((slot).number)
#define xsmcToBoolean(slot) (0 != (slot).number)
#define xsmcToString(slot) ((slot).text)
#define xsmcSetInteger(slot, value) ((slot) = (xsSlot){.type = xsIntegerType, .number = (int32_t)(value)})
#define xsmcSetNumber(slot, value) ((slot) = (xsSlot){.type = xsNumberType, .number = (value)})
#define xsmcSetBoolean(slot, value) xsmcSetInteger(slot, (value) ? 1 : 0)
#define xsmcSetString(slot, value) ((slot) = (xsSlot){.type = xsStringType, .text = strdup(value)})
#define xsmcSetArrayBuffer(slot, bytes, size) newBuffer(&(slot), size)
#define xsmcGetBufferReadable(slot, bytes, size) getBuffer(the, &(slot), bytes, size, false)
#define xsmcGetBufferWritable(slot, bytes, size) getBuffer(the, &(slot), bytes, size, true)

#define xsmcHas(slot, id) (xsUndefinedType != (slot).object->properties[id].type)
#define xsmcGet(target, slot, id) ((target) = (slot).object->properties[id])
#define xsmcSet(slot, id, value) ((slot).object->properties[id] = (value))

#define xsmcSetHostData(slot, value) ((slot).object->data = (value))
#define xsmcGetHostData(slot) ((slot).object->data)
#define xsmcGetHostDataValidate(slot, hooks) validData(the, &(slot), hooks)
#define xsmcSetHostDestructor(slot, value) ((slot).object->hooks = NULL)
#define xsSetHostHooks(slot, value) ((slot).object->hooks = (value))
#define xsRemember(slot) ((slot).object->isRemembered = true)
#define xsForget(slot) ((slot).object->isRemembered = false)

#define xsRangeError(text) throw(the, text)
#define xsUnknownError(text) throw(the, text)

#define xsReference(slot) (*(slot))
#define xsmcToReference(slot) referenceOf(slot)
#define xsCallFunction1(called, self, a) callFunction(the, called, self, (const xsSlot[]){a}, 1)
#define xsCallFunction4(called, self, a, b, c, d) callFunction(the, called, self, (const xsSlot[]){a, b, c, d}, 4)
#define xsBeginHost(machine) { xsMachine *the = (machine)
#define xsEndHost(machine) }

#endif
