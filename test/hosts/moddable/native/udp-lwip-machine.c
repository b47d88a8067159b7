#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lwip/ip4.h"
#include "lwip/netif.h"
#include "lwip/tcpip.h"
#include "udp-lwip-machine.h"
#include "xsmc.h"
#include "xsHost.h"

#define MESSAGES_MAX 16

static struct netif gInterface, gSecond;
static pthread_mutex_t gMutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t gChanged = PTHREAD_COND_INITIALIZER;
static bool gIsStarted = false;
static struct {
	modMessageDeliver deliver;
	void *context;
} gMessages[MESSAGES_MAX];
static unsigned gMessageCount = 0;

void check(bool isRight, const char *what)
{
	if (!isRight) {
		printf("wrong: %s\n", what);
		exit(1);
	}
}

int modMessagePostToMachine(xsMachine *machine, uint8_t *message, uint16_t messageLength, modMessageDeliver deliver,
	void *context)
{
	bool hasRoom;

	(void)machine;
	(void)message;
	(void)messageLength;
	pthread_mutex_lock(&gMutex);
	hasRoom = gMessageCount < MESSAGES_MAX;
	if (hasRoom) {
		gMessages[gMessageCount].deliver = deliver;
		gMessages[gMessageCount++].context = context;
		pthread_cond_signal(&gChanged);
	}
	pthread_mutex_unlock(&gMutex);
	return hasRoom ? 0 : -2;
}

void turn(void)
{
	modMessageDeliver deliver;
	void *context;

	pthread_mutex_lock(&gMutex);
	while (!gMessageCount)
		pthread_cond_wait(&gChanged, &gMutex);
	deliver = gMessages[0].deliver;
	context = gMessages[0].context;
	memmove(gMessages, gMessages + 1, --gMessageCount * sizeof(gMessages[0]));
	pthread_mutex_unlock(&gMutex);
	deliver(NULL, context, NULL, 0);
}

bool hasMessage(void)
{
	bool result;

	pthread_mutex_lock(&gMutex);
	result = gMessageCount > 0;
	pthread_mutex_unlock(&gMutex);
	return result;
}

static err_t loop(struct netif *netif, struct pbuf *p, const ip4_addr_t *address)
{
	(void)address;
	return netif_loop_output(netif, p);
}

static err_t startInterface(struct netif *netif)
{
	netif->output = loop;
	netif->mtu = 1500;
	netif->flags |= NETIF_FLAG_BROADCAST | NETIF_FLAG_IGMP;
	return ERR_OK;
}

static void bringUp(struct netif *netif, uint32_t ownAddress)
{
	ip4_addr_t address = {lwip_htonl(ownAddress)}, netmask = {lwip_htonl(0xffffff00)};

	netif_add(netif, &address, &netmask, &address, NULL, startInterface, tcpip_input);
	netif_set_up(netif);
	netif_set_link_up(netif);
}

static void started(void *unused)
{
	(void)unused;
	bringUp(&gInterface, OWN_ADDRESS);
	bringUp(&gSecond, SECOND_ADDRESS);
	netif_set_default(&gInterface);
	pthread_mutex_lock(&gMutex);
	gIsStarted = true;
	pthread_cond_signal(&gChanged);
	pthread_mutex_unlock(&gMutex);
}

void startStack(void)
{
	tcpip_init(started, NULL);
	pthread_mutex_lock(&gMutex);
	while (!gIsStarted)
		pthread_cond_wait(&gChanged, &gMutex);
	pthread_mutex_unlock(&gMutex);
}
