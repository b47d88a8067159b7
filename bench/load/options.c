/* The command line of the load generator. */
#include "load.h"

#include <arpa/inet.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_CLIENTS = 4096, MAX_WINDOW = 65535, MAX_NAME_BYTES = 255 };

struct options options = { .clients = 1, .window = 1, .repeatSeconds = 1 };

static bool isLoopback(struct in_addr address)
{
	return ntohl(address.s_addr) >> 24 == IN_LOOPBACKNET;
}

static bool isComplete(void)
{
	return options.port > 0 && options.name != NULL && options.content != NULL && options.seconds > 0;
}

static bool isInRange(void)
{
	return isLoopback(options.address) && strlen(options.name) <= MAX_NAME_BYTES
		&& options.clients >= 1 && options.clients <= MAX_CLIENTS
		&& options.window >= 1 && options.window <= MAX_WINDOW;
}

bool parseOptions(int argc, char **argv)
{
	static const struct option known[] = {
		{ "address", required_argument, NULL, 'd' },
		{ "port", required_argument, NULL, 'p' },
		{ "name", required_argument, NULL, 'n' },
		{ "content", required_argument, NULL, 'f' },
		{ "seconds", required_argument, NULL, 's' },
		{ "clients", required_argument, NULL, 'c' },
		{ "window", required_argument, NULL, 'w' },
		{ "once", no_argument, NULL, 'o' },
		{ "stall-after", required_argument, NULL, 'a' },
		{ "repeat-ms", required_argument, NULL, 'r' },
		{ "poll", no_argument, NULL, 'l' },
		{ "upload", no_argument, NULL, 'u' },
		{ NULL, 0, NULL, 0 }
	};
	int option;
	options.address.s_addr = htonl(INADDR_LOOPBACK);
	while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
		switch (option) {
		case 'd':
			if (inet_pton(AF_INET, optarg, &options.address) != 1) return false;
			break;
		case 'p': options.port = atoi(optarg); break;
		case 'n': options.name = optarg; break;
		case 'f': options.content = optarg; break;
		case 's': options.seconds = atof(optarg); break;
		case 'c': options.clients = atoi(optarg); break;
		case 'w': options.window = atoi(optarg); break;
		case 'o': options.once = true; break;
		case 'l': options.poll = true; break;
		case 'u': options.upload = true; break;
		case 'a': options.stallAfter = atoi(optarg); break;
		case 'r': options.repeatSeconds = atof(optarg) / 1000; break;
		default: return false;
		}
	}
	return isComplete() && isInRange();
}
