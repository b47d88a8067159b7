/*
 * Copies with the board's function on a stand-in for XS, and prints the target, or what is thrown. Words: the target, the
 * source, position and count; "flash:TEXT" is a buffer that cannot be written, "-" is no buffer, "same" is the target itself.
 * Fewer words are fewer arguments.
 */
#include <stdio.h>

#include "mc.xs.h"

static xsMachine gMachine;

static xsSlot bufferOf(const char *word)
{
	const bool isReadOnly = !strncmp(word, "flash:", 6);
	const char *text = isReadOnly ? word + 6 : word;
	xsSlot slot;

	if (!strcmp(word, "-"))
		return (xsSlot){.type = xsUndefinedType};
	if (!strcmp(word, "same"))
		return gMachine.arguments[0];
	newBuffer(&slot, strlen(text));
	/* Exactly as large as its size, so that a checker of memory sees a byte too many. */
	free(slot.object->bytes);
	slot.object->bytes = malloc(slot.object->size ? slot.object->size : 1);
	memcpy(slot.object->bytes, text, slot.object->size);
	slot.object->isReadOnly = isReadOnly;
	return slot;
}

int main(int count, char *words[])
{
	jmp_buf thrown;
	int i;

	for (i = 1; i < count; i++)
		gMachine.arguments[i - 1] = (i < 3) ? bufferOf(words[i]) : (xsSlot){.type = xsNumberType, .number = atof(words[i])};
	gMachine.argumentCount = count - 1;
	gMachine.thrown = &thrown;
	if (setjmp(thrown))
		printf("throws: %s\n", gMachine.thrownText);
	else {
		lockstep_copy(&gMachine);
		printf("%.*s\n", (int)gMachine.arguments[0].object->size, gMachine.arguments[0].object->bytes);
	}
	return 0;
}
