/*
 * Waits for datagrams in the main loop of the SDK's simulator, which is GLib's.
 */
#include <glib-unix.h>

#include "readiness.h"

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
