/*
 * The multicast addresses of one socket on lwIP. lwIP counts how many have joined a group on an interface, so each socket leaves
 * what it has joined.
 */
#include <stddef.h>

#include "lwip/igmp.h"
#include "lwip/priv/tcpip_priv.h"

#include "lockstep-udp-groups.h"

/* A call in lwIP's thread. lwIP's part comes first, because lwIP hands back a pointer to it. */
typedef struct {
	struct tcpip_api_call_data call;
	ip4_addr_t address;
} GroupTask;

static ip4_addr_t networkOrder(uint32_t group)
{
	const ip4_addr_t address = {lwip_htonl(group)};

	return address;
}

static err_t joinInLwip(struct tcpip_api_call_data *call)
{
	return igmp_joingroup(IP4_ADDR_ANY4, &((GroupTask *)call)->address);
}

static err_t leaveInLwip(struct tcpip_api_call_data *call)
{
	return igmp_leavegroup(IP4_ADDR_ANY4, &((GroupTask *)call)->address);
}

/* The place of a group, or of 0: a free one. NULL if there is none. */
static uint32_t *placeOf(UDPGroups *groups, uint32_t group)
{
	int i;

	for (i = 0; i < GROUPS_MAX; i++) {
		if (groups->addresses[i] == group)
			return &groups->addresses[i];
	}
	return NULL;
}

const char *udpSocketJoin(UDPSocket socket, uint32_t group)
{
	UDPGroups *groups = udpSocketGroups(socket);
	GroupTask task = {.address = networkOrder(group)};
	uint32_t *place = placeOf(groups, 0);

	if (placeOf(groups, group))
		return NULL;
	if (!place)
		return "a socket has at most 4 multicast addresses";
	if (ERR_OK != tcpip_api_call(joinInLwip, &task.call))
		return "no interface takes the multicast address";
	*place = group;
	return NULL;
}

const char *udpSocketLeave(UDPSocket socket, uint32_t group)
{
	UDPGroups *groups = udpSocketGroups(socket);
	GroupTask task = {.address = networkOrder(group)};
	uint32_t *place = placeOf(groups, group);

	if (!place)
		return "this multicast address was not added";
	if (ERR_OK != tcpip_api_call(leaveInLwip, &task.call))
		return "the multicast address was not removed";
	*place = 0;
	return NULL;
}

void udpGroupsEnd(const UDPGroups *groups)
{
	int i;

	for (i = 0; i < GROUPS_MAX; i++) {
		const ip4_addr_t address = networkOrder(groups->addresses[i]);
		if (groups->addresses[i])
			igmp_leavegroup(IP4_ADDR_ANY4, &address);
	}
}
