/*
 * Calls the board's native code with a stand-in for ESP-IDF, and prints what it asked for and what it returned. Words:
 * address, netmask, and any of: none (no access point), down, stopped (DHCP server), set-fails, own-dhcp (the firmware's).
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "esp_netif.h"

struct esp_netif_obj {
	int unused;
};

extern int32_t set_access_point_address(char *address, char *netmask, int32_t isServed);

static esp_netif_t gAccessPoint;
static int gWordCount;
static char **gWords;

static bool has(const char *word)
{
	int i;
	for (i = 3; i < gWordCount; i++) {
		if (!strcmp(word, gWords[i]))
			return true;
	}
	return false;
}

esp_netif_t *esp_netif_get_handle_from_ifkey(const char *key)
{
	return (has("none") || strcmp(key, "WIFI_AP_DEF")) ? NULL : &gAccessPoint;
}

bool esp_netif_is_netif_up(esp_netif_t *netif)
{
	return (netif == &gAccessPoint) && !has("down");
}

esp_err_t esp_netif_str_to_ip4(const char *text, esp_ip4_addr_t *address)
{
	return inet_pton(AF_INET, text, &address->addr) ? ESP_OK : -1;
}

esp_err_t esp_netif_dhcps_stop(esp_netif_t *netif)
{
	printf("stop\n");
	return has("stopped") ? ESP_ERR_ESP_NETIF_DHCP_ALREADY_STOPPED : ESP_OK;
}

esp_err_t esp_netif_set_ip_info(esp_netif_t *netif, const esp_netif_ip_info_t *info)
{
	char ip[16], mask[16], gateway[16];
	inet_ntop(AF_INET, &info->ip, ip, sizeof(ip));
	inet_ntop(AF_INET, &info->netmask, mask, sizeof(mask));
	inet_ntop(AF_INET, &info->gw, gateway, sizeof(gateway));
	printf("set %s %s %s\n", ip, mask, gateway);
	return has("set-fails") ? 7 : ESP_OK;
}

esp_err_t esp_netif_dhcps_start(esp_netif_t *netif)
{
	printf("start\n");
	return ESP_OK;
}

int main(int count, char *words[])
{
	gWordCount = count;
	gWords = words;
	printf("%d\n", (int)set_access_point_address(words[1], words[2], !has("own-dhcp")));
	return 0;
}
