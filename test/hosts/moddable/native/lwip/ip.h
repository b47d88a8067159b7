#include "lwip/lwip-stand-in.h"
