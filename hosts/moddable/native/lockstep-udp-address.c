/*
 * Addresses on lwIP: their texts, and the interface that has one.
 */
#include "lwip/ip.h"

#include "lockstep-udp-address.h"
#include "lockstep-udp-socket.h"

bool udpAddressFromText(const char *text, uint32_t *address)
{
	ip4_addr_t parsed;

	if (!ip4addr_aton(text, &parsed))
		return false;
	*address = lwip_ntohl(ip4_addr_get_u32(&parsed));
	return true;
}

err_t udpInterfaceBind(struct udp_pcb *pcb, uint32_t address)
{
	struct netif *netif;

	if (!address)
		return ERR_OK;
	NETIF_FOREACH(netif) {
		if (ip4_addr_get_u32(netif_ip4_addr(netif)) == lwip_htonl(address)) {
			udp_bind_netif(pcb, netif);
			return ERR_OK;
		}
	}
	return ERR_RTE;
}
