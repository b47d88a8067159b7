/*
 * Waits for datagrams in GLib's main loop, as the SDK's simulator has it.
 */
#include <glib-unix.h>

#include "lockstep-readiness.h"

static gboolean ready(gint descriptor, GIOCondition condition, gpointer socket)
{
	(void)descriptor;
	(void)condition;
	udpSocketReady(socket);
	return G_SOURCE_CONTINUE;
}

uint32_t readinessWatch(int descriptor, UDPSocket socket)
{
	return g_unix_fd_add(descriptor, G_IO_IN, ready, socket);
}

void readinessForget(uint32_t watch)
{
	g_source_remove(watch);
}
