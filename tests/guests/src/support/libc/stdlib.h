#include "guest_libc.h"
