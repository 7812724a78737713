#include "CMemory.h"

#include <stdint.h>
#include <string.h>

#if __has_builtin(__builtin_nontemporal_store)

typedef uint64_t word __attribute__((vector_size(16)));
typedef uint64_t unaligned_word __attribute__((vector_size(16), aligned(1), may_alias));

void ditto_copy_past_cache(void *to, const void *from, size_t count) {
    uint8_t *target = to;
    const uint8_t *source = from;
    const size_t before = (sizeof(word) - (uintptr_t)target % sizeof(word)) % sizeof(word);
    if (count < before + 4 * sizeof(word)) {
        memcpy(to, from, count);
        return;
    }
    memcpy(target, source, before);
    target += before;
    source += before;
    count -= before;
    // A cache line at a time.
    for (; count >= 4 * sizeof(word); count -= 4 * sizeof(word)) {
        const unaligned_word *const words = (const unaligned_word *)source;
        const word a = words[0], b = words[1], c = words[2], d = words[3];
        __builtin_nontemporal_store(a, (word *)target);
        __builtin_nontemporal_store(b, (word *)target + 1);
        __builtin_nontemporal_store(c, (word *)target + 2);
        __builtin_nontemporal_store(d, (word *)target + 3);
        source += 4 * sizeof(word);
        target += 4 * sizeof(word);
    }
    memcpy(target, source, count);
#if defined(__x86_64__)
    // Such stores are not ordered with others, such as that which gives up a lock.
    __builtin_ia32_sfence();
#endif
}

#else

void ditto_copy_past_cache(void *to, const void *from, size_t count) { memcpy(to, from, count); }

#endif
