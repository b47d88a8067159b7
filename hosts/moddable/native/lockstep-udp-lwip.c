/*
 * A UDP socket on lwIP's callback interface, for ESP32.
 *
 * lwIP runs in its own thread. Its functions are called there, by tcpip_api_call; pbufs may be made and freed in any thread
 * (lwIP's sockets do so too), and SYS_ARCH_PROTECT guards the queue. Every allocation may fail. NOT TRIED ON HARDWARE.
 */
#include <stdlib.h>

#include "lwip/ip.h"
#include "lwip/pbuf.h"
#include "lwip/priv/tcpip_priv.h"
#include "lwip/sys.h"
#include "lwip/udp.h"

#include "xsmc.h" /* Without it xsHost.h declares nothing. */
#include "xsHost.h"

#if ESP32
	#include "esp_netif.h"
#endif

#include "lockstep-udp-address.h"
#include "lockstep-udp-groups.h"
#include "lockstep-udp-socket.h"

/*
 * Datagrams that may wait in one socket: twice the largest window that the firmware can grant. With the SDK's settings lwIP copies
 * what arrives on ESP32, where a flood so costs a socket at most some 50 kB. On other chips a waiting datagram keeps one of the 6
 * receive buffers of the Wi-Fi driver, and the driver drops what comes when all are taken.
 */
#define WAITING_MAX 32

typedef struct {
	struct pbuf *pbuf;
	UDPPeer sender;
} WaitingDatagram;

struct UDPSocketRecord {
	struct udp_pcb *pcb;
	UDPSocketOptions options;
	uint32_t dropped;
	uint32_t ignored;
	UDPGroups groups;
	/* A message to the machine's thread is pending. */
	bool isMessageSent;
	bool isClosed;
	/* lwIP goes on calling `received` with this record. */
	bool isInLwip;
	uint8_t first;
	uint8_t count;
	WaitingDatagram waiting[WAITING_MAX];
};

/* A call in lwIP's thread. lwIP's part comes first, because lwIP hands back a pointer to it. */
typedef struct {
	struct tcpip_api_call_data call;
	UDPSocket socket;
	struct pbuf *pbuf;
	const UDPPeer *receiver;
} Task;

static err_t closeInLwip(struct tcpip_api_call_data *call)
{
	udp_remove(((Task *)call)->socket->pcb);
	udpGroupsEnd(&((Task *)call)->socket->groups);
	return ERR_OK;
}

/* Without memory lwIP cannot be called. */
static void takeFromLwip(UDPSocket socket)
{
	Task task = {.socket = socket};

	if (socket->isInLwip && (ERR_OK == tcpip_api_call(closeInLwip, &task.call)))
		socket->isInLwip = false;
}

/* Frees a closed socket, unless lwIP or a pending message still has it. The last one to leave it calls this again. */
static void freeIfUnused(UDPSocket socket)
{
	if (!socket->isInLwip && !socket->isMessageSent)
		free(socket);
}

static void deliver(void *machine, void *context, uint8_t *message, uint16_t messageLength)
{
	UDPSocket socket = context;
	uint32_t count;
	SYS_ARCH_DECL_PROTECT(level);

	(void)machine;
	(void)message;
	(void)messageLength;
	SYS_ARCH_PROTECT(level);
	socket->isMessageSent = false;
	count = socket->count;
	SYS_ARCH_UNPROTECT(level);
	if (socket->isClosed) {
		takeFromLwip(socket);
		freeIfUnused(socket);
	}
	else if (count)
		socket->options.readable(socket->options.context, count);
}

/* Whether the datagram that lwIP hands over came to a broadcast or multicast address. */
static bool isForMany(const ip_addr_t *destination)
{
	return ip_addr_ismulticast(destination) || ip_addr_isbroadcast(destination, ip_current_input_netif());
}

/* If the machine's queue is full, the next datagram tries again; the client repeats its message. */
void udpSocketAnnounce(UDPSocket socket)
{
	bool mustSendMessage;
	SYS_ARCH_DECL_PROTECT(level);

	SYS_ARCH_PROTECT(level);
	mustSendMessage = socket->count && !socket->isMessageSent;
	socket->isMessageSent |= mustSendMessage;
	SYS_ARCH_UNPROTECT(level);
	if (mustSendMessage && modMessagePostToMachine(socket->options.machine, NULL, 0, deliver, socket))
		socket->isMessageSent = false;
}

/* Runs in lwIP's thread. */
static void received(void *context, struct udp_pcb *pcb, struct pbuf *pbuf, const ip_addr_t *address, u16_t port)
{
	UDPSocket socket = context;
	bool isKept;
	SYS_ARCH_DECL_PROTECT(level);

	(void)pcb;
	if (socket->options.unicastOnly && isForMany(ip_current_dest_addr())) {
		socket->ignored++;
		pbuf_free(pbuf);
		return;
	}
	SYS_ARCH_PROTECT(level);
	isKept = (socket->count < WAITING_MAX) && !socket->isClosed;
	if (isKept) {
		WaitingDatagram *datagram = &socket->waiting[(socket->first + socket->count) % WAITING_MAX];
		datagram->pbuf = pbuf;
		datagram->sender.address = lwip_ntohl(ip4_addr_get_u32(ip_2_ip4(address)));
		datagram->sender.port = port;
		socket->count++;
	}
	else
		socket->dropped++;
	SYS_ARCH_UNPROTECT(level);
	if (!isKept)
		pbuf_free(pbuf);
	udpSocketAnnounce(socket);
}

static err_t openInLwip(struct tcpip_api_call_data *call)
{
	UDPSocket socket = ((Task *)call)->socket;
	struct udp_pcb *pcb = udp_new();
	err_t error;

	if (!pcb)
		return ERR_MEM;
	error = udp_bind(pcb, IP4_ADDR_ANY, socket->options.port);
	if (ERR_OK == error)
		error = udpInterfaceBind(pcb, socket->options.address);
	if (ERR_OK != error) {
		udp_remove(pcb);
		return error;
	}
	/* lwIP may be built to send no broadcast without it (IP_SOF_BROADCAST). */
	ip_set_option(pcb, SOF_BROADCAST);
	if (socket->options.timeToLive) {
		pcb->ttl = socket->options.timeToLive;
		udp_set_multicast_ttl(pcb, socket->options.timeToLive);
	}
	udp_recv(pcb, received, socket);
	socket->pcb = pcb;
	return ERR_OK;
}

static err_t sendInLwip(struct tcpip_api_call_data *call)
{
	Task *task = (Task *)call;
	ip_addr_t address = IPADDR4_INIT(lwip_htonl(task->receiver->address));

	return udp_sendto(task->socket->pcb, task->pbuf, &address, task->receiver->port);
}

const char *udpSocketOpen(UDPSocket *opened, const UDPSocketOptions *options)
{
	Task task = {0};
	err_t error;

#if ESP32
	/* Without a network interface lwIP's thread may not exist, and ESP-IDF would end the program. */
	if (!esp_netif_get_default_netif())
		return "no network interface is up";
#endif
	task.socket = calloc(1, sizeof(*task.socket));
	if (!task.socket)
		return "no memory for a socket";
	task.socket->options = *options;
	error = tcpip_api_call(openInLwip, &task.call);
	if (ERR_OK != error) {
		free(task.socket);
		return (ERR_USE == error) ? "the port is taken" : (ERR_RTE == error) ? UDP_NO_INTERFACE : "lwIP has no socket to give";
	}
	task.socket->isInLwip = true;
	*opened = task.socket;
	return NULL;
}

static struct pbuf *takeFirst(UDPSocket socket, UDPPeer *sender)
{
	struct pbuf *pbuf = NULL;
	SYS_ARCH_DECL_PROTECT(level);

	SYS_ARCH_PROTECT(level);
	if (socket->count) {
		pbuf = socket->waiting[socket->first].pbuf;
		*sender = socket->waiting[socket->first].sender;
		socket->first = (socket->first + 1) % WAITING_MAX;
		socket->count--;
	}
	SYS_ARCH_UNPROTECT(level);
	return pbuf;
}

void udpSocketClose(UDPSocket socket, bool machineEnds)
{
	UDPPeer sender;
	struct pbuf *pbuf;
	SYS_ARCH_DECL_PROTECT(level);

	SYS_ARCH_PROTECT(level);
	socket->isClosed = true;
	SYS_ARCH_UNPROTECT(level);
	takeFromLwip(socket);
	while (NULL != (pbuf = takeFirst(socket, &sender)))
		pbuf_free(pbuf);
	if (machineEnds)
		socket->isMessageSent = false;
	/* If lwIP could not be called, the record stays: a pending message tries once more. */
	freeIfUnused(socket);
}

int32_t udpSocketNextLength(UDPSocket socket)
{
	int32_t length;
	SYS_ARCH_DECL_PROTECT(level);

	SYS_ARCH_PROTECT(level);
	length = socket->count ? socket->waiting[socket->first].pbuf->tot_len : -1;
	SYS_ARCH_UNPROTECT(level);
	return length;
}

int32_t udpSocketReceive(UDPSocket socket, void *buffer, uint32_t sizeBytes, UDPPeer *sender)
{
	struct pbuf *pbuf = takeFirst(socket, sender);
	int32_t length;

	if (!pbuf)
		return -1;
	/* A datagram may lie in several pbufs. */
	length = pbuf_copy_partial(pbuf, buffer, (sizeBytes < UINT16_MAX) ? (u16_t)sizeBytes : UINT16_MAX, 0);
	pbuf_free(pbuf);
	return length;
}

bool udpSocketSend(UDPSocket socket, const void *message, uint16_t lengthBytes, const UDPPeer *receiver)
{
	Task task = {.socket = socket, .receiver = receiver};
	err_t error;

	task.pbuf = pbuf_alloc(PBUF_TRANSPORT, lengthBytes, PBUF_RAM);
	if (!task.pbuf)
		return false;
	error = pbuf_take(task.pbuf, message, lengthBytes);
	if (ERR_OK == error)
		error = tcpip_api_call(sendInLwip, &task.call);
	pbuf_free(task.pbuf);
	return ERR_OK == error;
}

uint32_t udpSocketDropped(UDPSocket socket)
{
	return socket->dropped;
}

uint32_t udpSocketIgnored(UDPSocket socket)
{
	return socket->ignored;
}

UDPGroups *udpSocketGroups(UDPSocket socket)
{
	return &socket->groups;
}
