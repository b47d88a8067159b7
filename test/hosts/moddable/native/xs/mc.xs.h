/* The SDK's tools write this file: names of properties, and the functions of the classes in C. */
#include "xsmc.h"

void lockstep_udp_constructor(xsMachine *the);
void lockstep_udp_destructor(void *data);
void lockstep_udp_close(xsMachine *the);
void lockstep_udp_read(xsMachine *the);
void lockstep_udp_deliver(xsMachine *the);
void lockstep_udp_write(xsMachine *the);
void lockstep_udp_send(xsMachine *the);
void lockstep_udp_add(xsMachine *the);
void lockstep_udp_remove(xsMachine *the);
void lockstep_udp_get_dropped_datagrams(xsMachine *the);
void lockstep_udp_get_ignored_datagrams(xsMachine *the);
void lockstep_copy(xsMachine *the);
