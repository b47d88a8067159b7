/* The SDK's tools write this file: names of properties, and the functions of the classes in C. */
#include "xsmc.h"

void udp_constructor(xsMachine *the);
void udp_destructor(void *data);
void udp_close(xsMachine *the);
void udp_read(xsMachine *the);
void udp_write(xsMachine *the);
void udp_get_dropped_datagrams(xsMachine *the);
