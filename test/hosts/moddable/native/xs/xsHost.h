/* The part of the SDK's header of this name that the board's UDP uses. As there, it declares nothing unless XS is known. */
#include <stdint.h>

#ifdef __XS__

typedef void (*modMessageDeliver)(void *machine, void *context, uint8_t *message, uint16_t messageLength);

int modMessagePostToMachine(xsMachine *machine, uint8_t *message, uint16_t messageLength, modMessageDeliver deliver,
	void *context);

#endif
