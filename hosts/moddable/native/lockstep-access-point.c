/*
 * Sets the address of ESP-IDF's access point, and stops its DHCP server. The Moddable SDK has no calls for these.
 *
 * NOT TRIED ON HARDWARE. Called only with the firmware's settings `address` and `dhcp`.
 */
#include <stdint.h>

#include "esp_netif.h"

/*
 * isServed: 1 if ESP-IDF's DHCP server shall give addresses of this network, 0 to leave port 67 to the firmware.
 *
 * Returns 0 or an error of ESP-IDF: ESP_ERR_INVALID_STATE until the access point is up. Before that ESP-IDF would take the
 * address, but no longer make the access point its default interface.
 */
int32_t set_access_point_address(char *address, char *netmask, int32_t isServed)
{
	esp_netif_t *access_point = esp_netif_get_handle_from_ifkey("WIFI_AP_DEF");
	esp_netif_ip_info_t info = {0};
	esp_err_t error;

	if (!access_point || !esp_netif_is_netif_up(access_point))
		return ESP_ERR_INVALID_STATE;

	error = esp_netif_str_to_ip4(address, &info.ip);
	if (ESP_OK == error)
		error = esp_netif_str_to_ip4(netmask, &info.netmask);
	if (ESP_OK != error)
		return error;
	info.gw = info.ip;

	/* The DHCP server hands out addresses of the network in which it was started. */
	error = esp_netif_dhcps_stop(access_point);
	if ((ESP_OK != error) && (ESP_ERR_ESP_NETIF_DHCP_ALREADY_STOPPED != error))
		return error;
	error = esp_netif_set_ip_info(access_point, &info);
	if (ESP_OK != error)
		return error;
	return isServed ? esp_netif_dhcps_start(access_point) : ESP_OK;
}
