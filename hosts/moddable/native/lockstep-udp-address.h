/*
 * The network interface of a socket on lwIP, by its address.
 */
#ifndef UDP_ADDRESS_H
#define UDP_ADDRESS_H

#include <stdint.h>

#include "lwip/udp.h"

/*
 * Binds to the interface with this address: datagrams leave there, broadcasts too, and only what arrives there is received. 0 is no
 * address: lwIP decides. Runs in lwIP's thread.
 *
 * Returns ERR_RTE if no interface has the address.
 */
err_t udpInterfaceBind(struct udp_pcb *pcb, uint32_t address);

#endif
