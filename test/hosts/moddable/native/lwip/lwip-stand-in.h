/*
 * The part of lwIP that the board's UDP uses, with lwIP's names. Everything happens in one thread here, and the test says what
 * there is not enough of.
 */
#ifndef LWIP_STAND_IN_H
#define LWIP_STAND_IN_H

#include <arpa/inet.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8_t;
typedef uint16_t u16_t;
typedef int8_t err_t;

#define ERR_OK 0
#define ERR_MEM -1
#define ERR_RTE -4
#define ERR_USE -8
#define ERR_VAL -6

typedef struct {
	uint32_t addr;
} ip4_addr_t;

/* With IPv6 built in, as on ESP32, an address also has a type. */
typedef struct {
	ip4_addr_t ip4;
	u8_t type;
} ip_addr_t;

#define IPADDR4_INIT(value) {{value}, 0}
#define ip_2_ip4(address) (&(address)->ip4)
#define ip4_addr_get_u32(address) ((address)->addr)
#define ip4addr_aton(text, address) inet_aton(text, (struct in_addr *)(address))
#define lwip_ntohl ntohl
#define lwip_htonl htonl

extern const ip_addr_t ip_addr_any;
#define IP4_ADDR_ANY (&ip_addr_any)
#define IP4_ADDR_ANY4 ip_2_ip4(&ip_addr_any)

struct netif {
	struct netif *next;
	const char *name;
	/* The address, and the same in words. */
	ip4_addr_t address;
	const char *text;
};

extern struct netif *netif_list;
#define NETIF_FOREACH(netif) for ((netif) = netif_list; (netif) != NULL; (netif) = (netif)->next)
const ip4_addr_t *netif_ip4_addr(struct netif *netif);

/* Where the datagram that is handed over came to. */
const ip_addr_t *ip_current_dest_addr(void);
struct netif *ip_current_input_netif(void);
#define ip_addr_ismulticast(address) (0xe0 == (ntohl((address)->ip4.addr) >> 24 & 0xf0))
bool ip_addr_isbroadcast(const ip_addr_t *address, const struct netif *netif);

err_t igmp_joingroup(const ip4_addr_t *interfaceAddress, const ip4_addr_t *group);
err_t igmp_leavegroup(const ip4_addr_t *interfaceAddress, const ip4_addr_t *group);

/* A packet buffer may be a chain. */
struct pbuf {
	struct pbuf *next;
	u16_t tot_len;
	u16_t len;
	uint8_t bytes[16];
};

typedef enum { PBUF_TRANSPORT } pbuf_layer;
typedef enum { PBUF_RAM } pbuf_type;

struct pbuf *pbuf_alloc(pbuf_layer layer, u16_t length, pbuf_type type);
u8_t pbuf_free(struct pbuf *p);
err_t pbuf_take(struct pbuf *p, const void *source, u16_t length);
u16_t pbuf_copy_partial(const struct pbuf *p, void *target, u16_t length, u16_t offset);

struct udp_pcb {
	u8_t ttl;
	u8_t mcast_ttl;
	u8_t so_options;
};

#define SOF_BROADCAST 0x20
#define ip_set_option(pcb, option) ((pcb)->so_options |= (option))
#define udp_set_multicast_ttl(pcb, value) ((pcb)->mcast_ttl = (value))

typedef void (*udp_recv_fn)(void *context, struct udp_pcb *pcb, struct pbuf *p, const ip_addr_t *address, u16_t port);

struct udp_pcb *udp_new(void);
void udp_remove(struct udp_pcb *pcb);
err_t udp_bind(struct udp_pcb *pcb, const ip_addr_t *address, u16_t port);
void udp_bind_netif(struct udp_pcb *pcb, const struct netif *netif);
void udp_recv(struct udp_pcb *pcb, udp_recv_fn received, void *context);
err_t udp_sendto(struct udp_pcb *pcb, struct pbuf *p, const ip_addr_t *address, u16_t port);

struct tcpip_api_call_data {
	int unused;
};

typedef err_t (*tcpip_api_call_fn)(struct tcpip_api_call_data *call);

err_t tcpip_api_call(tcpip_api_call_fn function, struct tcpip_api_call_data *call);

void protect(int change);
#define SYS_ARCH_DECL_PROTECT(level) int level = 1
#define SYS_ARCH_PROTECT(level) protect(level)
#define SYS_ARCH_UNPROTECT(level) protect(-level)

#endif
