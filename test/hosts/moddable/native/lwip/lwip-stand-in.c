/*
 * A stand-in for lwIP, with one socket. It checks in which thread each function is called, and that the queue is not protected
 * for long. What is missing, the test says.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "esp_netif.h"
#include "lwip/lwip-control.h"

/* In each pbuf of a chain, as of a datagram that came in fragments. */
#define PIECE_BYTES 10

const ip_addr_t ip_addr_any = IPADDR4_INIT(0);

const char *gMissing = "all-well";
int gPbufs = 0;
ip_addr_t gDestination = IPADDR4_INIT(0);

static struct netif gEthernet = {.name = "Ethernet", .text = "10.0.0.1"};
static struct netif gWiFi = {.next = &gEthernet, .name = "Wi-Fi", .text = "192.168.4.1"};
struct netif *netif_list = &gWiFi;

static int gProtected = 0;
static bool gIsInLwip = false;
static struct udp_pcb gPcb;
static udp_recv_fn gReceived;
static void *gContext;

bool isMissing(const char *what)
{
	return !strcmp(gMissing, what);
}

void expect(bool isRight, const char *rule)
{
	if (!isRight) {
		printf("%s\n", rule);
		exit(1);
	}
}

void protect(int change)
{
	gProtected += change;
	expect((0 == gProtected) || (1 == gProtected), "protected twice");
}

/* The linker puts this in the place of `calloc` (--wrap). */
void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);

void *__wrap_calloc(size_t count, size_t size)
{
	return isMissing("no-memory") ? NULL : __real_calloc(count, size);
}

struct pbuf *pbuf_alloc(pbuf_layer layer, u16_t length, pbuf_type type)
{
	struct pbuf *p;

	expect(0 == gProtected, "a pbuf was made while the queue was protected");
	if (isMissing("no-pbuf"))
		return NULL;
	gPbufs++;
	p = calloc(1, sizeof(*p));
	p->tot_len = length;
	p->len = (length < PIECE_BYTES) ? length : PIECE_BYTES;
	p->next = (length > PIECE_BYTES) ? pbuf_alloc(layer, length - PIECE_BYTES, type) : NULL;
	return p;
}

u8_t pbuf_free(struct pbuf *p)
{
	expect(0 == gProtected, "a pbuf was freed while the queue was protected");
	while (p) {
		struct pbuf *next = p->next;
		free(p);
		gPbufs--;
		p = next;
	}
	return 1;
}

err_t pbuf_take(struct pbuf *p, const void *source, u16_t length)
{
	const uint8_t *bytes = source;

	(void)length;
	for (; p; bytes += p->len, p = p->next)
		memcpy(p->bytes, bytes, p->len);
	return ERR_OK;
}

u16_t pbuf_copy_partial(const struct pbuf *p, void *target, u16_t length, u16_t offset)
{
	u16_t copied = 0;

	expect(0 == offset, "not from the start");
	for (; p && (copied < length); p = p->next) {
		u16_t count = (p->len < length - copied) ? p->len : length - copied;
		memcpy((uint8_t *)target + copied, p->bytes, count);
		copied += count;
	}
	return copied;
}

const ip_addr_t *ip_current_dest_addr(void)
{
	return &gDestination;
}

struct netif *ip_current_input_netif(void)
{
	return (struct netif *)&gDestination;
}

bool ip_addr_isbroadcast(const ip_addr_t *address, const struct netif *netif)
{
	expect((void *)netif == &gDestination, "another interface");
	return 0xff == (ntohl(address->ip4.addr) & 0xff);
}

static err_t changeGroup(const char *what, const ip4_addr_t *interfaceAddress, const ip4_addr_t *group)
{
	expect(gIsInLwip && !interfaceAddress->addr, "a group outside of lwIP's thread");
	if (isMissing("no-group"))
		return ERR_VAL;
	printf("%s %s\n", what, inet_ntoa(*(struct in_addr *)group));
	return ERR_OK;
}

err_t igmp_joingroup(const ip4_addr_t *interfaceAddress, const ip4_addr_t *group)
{
	return changeGroup("joined", interfaceAddress, group);
}

err_t igmp_leavegroup(const ip4_addr_t *interfaceAddress, const ip4_addr_t *group)
{
	return changeGroup("left", interfaceAddress, group);
}

esp_netif_t *esp_netif_get_default_netif(void)
{
	return isMissing("no-network") ? NULL : (esp_netif_t *)&gPcb;
}

struct udp_pcb *udp_new(void)
{
	expect(gIsInLwip, "udp_new outside of lwIP's thread");
	gPcb.ttl = 255;
	return isMissing("no-socket") ? NULL : &gPcb;
}

void udp_remove(struct udp_pcb *pcb)
{
	expect(gIsInLwip && (pcb == &gPcb), "udp_remove outside of lwIP's thread");
	gReceived = NULL;
	gContext = NULL;
	printf("removed\n");
}

err_t udp_bind(struct udp_pcb *pcb, const ip_addr_t *address, u16_t port)
{
	expect(gIsInLwip && (pcb == &gPcb) && (address == IP4_ADDR_ANY), "udp_bind outside of lwIP's thread");
	if (isMissing("port-taken"))
		return ERR_USE;
	printf("bound to %d\n", port);
	return ERR_OK;
}

const ip4_addr_t *netif_ip4_addr(struct netif *netif)
{
	expect(gIsInLwip, "netif_ip4_addr outside of lwIP's thread");
	netif->address.addr = inet_addr(netif->text);
	return &netif->address;
}

void udp_bind_netif(struct udp_pcb *pcb, const struct netif *netif)
{
	expect(gIsInLwip && (pcb == &gPcb), "udp_bind_netif outside of lwIP's thread");
	printf("bound to %s\n", netif->name);
}

void udp_recv(struct udp_pcb *pcb, udp_recv_fn received, void *context)
{
	expect(gIsInLwip && (pcb == &gPcb), "udp_recv outside of lwIP's thread");
	gReceived = received;
	gContext = context;
}

err_t udp_sendto(struct udp_pcb *pcb, struct pbuf *p, const ip_addr_t *address, u16_t port)
{
	char text[64];
	u16_t length = pbuf_copy_partial(p, text, sizeof(text), 0);

	expect(gIsInLwip && (pcb == &gPcb), "udp_sendto outside of lwIP's thread");
	expect(pcb->so_options & SOF_BROADCAST, "broadcasts are not allowed");
	if (isMissing("no-route"))
		return ERR_MEM;
	printf("sent \"%.*s\" to %s port %d\n", length, text, inet_ntoa(*(struct in_addr *)&address->ip4), port);
	return ERR_OK;
}

err_t tcpip_api_call(tcpip_api_call_fn function, struct tcpip_api_call_data *call)
{
	err_t error;

	expect(0 == gProtected, "lwIP was waited for while the queue was protected");
	if (isMissing("no-thread"))
		return ERR_MEM;
	gIsInLwip = true;
	error = function(call);
	gIsInLwip = false;
	return error;
}

bool isProtected(void)
{
	return gProtected > 0;
}

void handOver(struct pbuf *p, const ip_addr_t *address, u16_t port)
{
	gReceived(gContext, &gPcb, p, address, port);
}
