/* The part of ESP-IDF's header of this name that the board's C uses, with the same values. */
#include <stdbool.h>
#include <stdint.h>

typedef int esp_err_t;

#define ESP_OK 0
#define ESP_ERR_INVALID_STATE 0x103
#define ESP_ERR_ESP_NETIF_DHCP_ALREADY_STOPPED 0x5005

typedef struct {
	uint32_t addr;
} esp_ip4_addr_t;

typedef struct {
	esp_ip4_addr_t ip;
	esp_ip4_addr_t netmask;
	esp_ip4_addr_t gw;
} esp_netif_ip_info_t;

typedef struct esp_netif_obj esp_netif_t;

esp_netif_t *esp_netif_get_handle_from_ifkey(const char *key);
bool esp_netif_is_netif_up(esp_netif_t *netif);
esp_err_t esp_netif_str_to_ip4(const char *text, esp_ip4_addr_t *address);
esp_err_t esp_netif_dhcps_stop(esp_netif_t *netif);
esp_err_t esp_netif_set_ip_info(esp_netif_t *netif, const esp_netif_ip_info_t *info);
esp_err_t esp_netif_dhcps_start(esp_netif_t *netif);
esp_netif_t *esp_netif_get_default_netif(void);
