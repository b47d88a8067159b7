/*
 * Gives the access point of ESP-IDF an address of one's own. The Moddable SDK has no call for it.
 *
 * NOT TRIED ON HARDWARE. Without `address` among the firmware's settings it is never called.
 */
#include <stdint.h>

#include "esp_netif.h"

/*
 * Returns 0; ESP_ERR_INVALID_STATE as long as the access point is not up: before that ESP-IDF would take the address, but
 * would not make the access point its default interface any more; or another error of ESP-IDF.
 */
int32_t set_access_point_address(char *address, char *netmask)
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

	/* The DHCP server gives out addresses of the network it was started in. */
	error = esp_netif_dhcps_stop(access_point);
	if ((ESP_OK != error) && (ESP_ERR_ESP_NETIF_DHCP_ALREADY_STOPPED != error))
		return error;
	error = esp_netif_set_ip_info(access_point, &info);
	if (ESP_OK != error)
		return error;
	return esp_netif_dhcps_start(access_point);
}
