#ifndef CMEMORY_H
#define CMEMORY_H

#include <stddef.h>

/// Copies bytes to memory that is not to be read soon, and does not fetch what it overwrites into the cache: for cold
/// memory half the time of `memcpy`. Other threads see the bytes as they would see those of `memcpy`.
void ditto_copy_past_cache(void *to, const void *from, size_t count);

#endif
