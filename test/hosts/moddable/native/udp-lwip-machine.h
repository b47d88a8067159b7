/*
 * What stands around the board's UDP on lwIP itself: the messages of an XS machine, and network interfaces that give back what
 * is sent on them. Nothing leaves this program.
 */
#ifndef UDP_LWIP_MACHINE_H
#define UDP_LWIP_MACHINE_H

#include <stdbool.h>

/* The interface is in 10.0.0.0/24, and a second one in 10.0.1.0/24. */
#define OWN_ADDRESS 0x0a000001
#define SECOND_ADDRESS 0x0a000101

/* Ends the program with the rule if it was broken. */
void check(bool isRight, const char *what);

/* Starts lwIP's thread, and brings the interfaces up. */
void startStack(void);

/* Whether a message to the machine is pending. */
bool hasMessage(void);

/* The machine takes its next message, and waits for it when it must. */
void turn(void);

#endif
