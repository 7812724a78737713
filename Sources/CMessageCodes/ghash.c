#include "CMessageCodes.h"

#include <string.h>

#if defined(__x86_64__)

#include <immintrin.h>

// Sixteen blocks at a time are multiplied by the sixteen first powers of the hash key, four in one register, and their sum
// is reduced once.
//
// Blocks are reversed bytewise when they are loaded: with their bits then read from the highest down, a block times x is
// a shift to the left. The product of two such blocks lacks a factor x, which the key and its powers bring along.

#define WITH_CLMUL __attribute__((target("pclmul,sse4.1")))
#define WITH_WIDE_CLMUL __attribute__((target("pclmul,sse4.1,avx512f,avx512bw,avx512vl,vpclmulqdq")))

enum { block_count = 16, step = 16 };

/// x^128 + x^127 + x^126 + x^121 + 1, as the folding wants it.
static const uint64_t polynomial_low = 1, polynomial_high = 0xc200000000000000;

WITH_CLMUL static inline __m128i reversed(__m128i block) {
    return _mm_shuffle_epi8(block, _mm_set_epi64x(0x0001020304050607, 0x08090a0b0c0d0e0f));
}

WITH_CLMUL static __m128i multiply(__m128i a, __m128i b) {
    const __m128i polynomial = _mm_set_epi64x((long long)polynomial_high, (long long)polynomial_low);
    const __m128i low = _mm_clmulepi64_si128(a, b, 0x00);
    __m128i middle = _mm_xor_si128(_mm_clmulepi64_si128(a, b, 0x01), _mm_clmulepi64_si128(a, b, 0x10));
    __m128i high = _mm_clmulepi64_si128(a, b, 0x11);
    // The lowest quarter is folded into the middle, and the lower half of that into the upper half.
    __m128i folded = _mm_clmulepi64_si128(polynomial, low, 0x01);
    middle = _mm_xor_si128(_mm_xor_si128(middle, _mm_shuffle_epi32(low, 0x4e)), folded);
    folded = _mm_clmulepi64_si128(polynomial, middle, 0x01);
    return _mm_xor_si128(_mm_xor_si128(high, _mm_shuffle_epi32(middle, 0x4e)), folded);
}

WITH_CLMUL static void add_blocks(const struct ditto_ghash_key *key, struct ditto_ghash *hash, const uint8_t *bytes, size_t blocks) {
    const __m128i power = _mm_loadu_si128((const __m128i *)key->powers[step - 1]);
    __m128i sum = _mm_loadu_si128((const __m128i *)hash->sum);
    for (size_t block = 0; block < blocks; block++) {
        const __m128i data = reversed(_mm_loadu_si128((const __m128i *)bytes + block));
        sum = multiply(_mm_xor_si128(sum, data), power);
    }
    _mm_storeu_si128((__m128i *)hash->sum, sum);
}

/// `steps` times sixteen blocks.
WITH_WIDE_CLMUL static void add_steps(const struct ditto_ghash_key *key, struct ditto_ghash *hash, const uint8_t *bytes, size_t steps) {
    const __m512i order = _mm512_broadcast_i32x4(_mm_set_epi64x(0x0001020304050607, 0x08090a0b0c0d0e0f));
    const __m512i polynomial =
        _mm512_broadcast_i32x4(_mm_set_epi64x((long long)polynomial_high, (long long)polynomial_low));
    __m512i powers[4];
    for (int i = 0; i < 4; i++) powers[i] = _mm512_loadu_si512((const __m512i *)key->powers + i);
    __m128i sum = _mm_loadu_si128((const __m128i *)hash->sum);
    for (; steps; steps--, bytes += step * block_count) {
        __m512i low = _mm512_setzero_si512(), middle = low, high = low;
#pragma clang loop unroll(full)
        for (int i = 0; i < 4; i++) {
            __m512i data = _mm512_shuffle_epi8(_mm512_loadu_si512((const __m512i *)bytes + i), order);
            if (i == 0) data = _mm512_xor_si512(data, _mm512_zextsi128_si512(sum));
            low = _mm512_xor_si512(low, _mm512_clmulepi64_epi128(data, powers[i], 0x00));
            middle = _mm512_ternarylogic_epi64(
                middle, _mm512_clmulepi64_epi128(data, powers[i], 0x01), _mm512_clmulepi64_epi128(data, powers[i], 0x10), 0x96);
            high = _mm512_xor_si512(high, _mm512_clmulepi64_epi128(data, powers[i], 0x11));
        }
        __m512i folded = _mm512_clmulepi64_epi128(polynomial, low, 0x01);
        middle = _mm512_ternarylogic_epi64(middle, _mm512_shuffle_epi32(low, (_MM_PERM_ENUM)0x4e), folded, 0x96);
        folded = _mm512_clmulepi64_epi128(polynomial, middle, 0x01);
        high = _mm512_ternarylogic_epi64(high, _mm512_shuffle_epi32(middle, (_MM_PERM_ENUM)0x4e), folded, 0x96);
        const __m256i half = _mm256_xor_si256(_mm512_castsi512_si256(high), _mm512_extracti64x4_epi64(high, 1));
        sum = _mm_xor_si128(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1));
    }
    _mm_storeu_si128((__m128i *)hash->sum, sum);
}

bool ditto_ghash_available(void) {
    return __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("sse4.1") && __builtin_cpu_supports("avx512f") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("vpclmulqdq");
}

WITH_CLMUL void ditto_ghash_set_key(struct ditto_ghash_key *key, const uint8_t *hash_key) {
    const __m128i plain = reversed(_mm_loadu_si128((const __m128i *)hash_key));
    const uint64_t low = (uint64_t)_mm_extract_epi64(plain, 0), high = (uint64_t)_mm_extract_epi64(plain, 1);
    const uint64_t carry = 0 - (high >> 63);
    const __m128i first = _mm_set_epi64x(
        (long long)((high << 1 | low >> 63) ^ (polynomial_high & carry)), (long long)(low << 1 ^ (polynomial_low & carry)));
    __m128i power = first;
    for (int i = step - 1; i >= 0; i--) {
        _mm_storeu_si128((__m128i *)key->powers[i], power);
        power = multiply(power, first);
    }
}

void ditto_ghash_begin(struct ditto_ghash *hash) { memset(hash, 0, sizeof *hash); }

void ditto_ghash_update(const struct ditto_ghash_key *key, struct ditto_ghash *hash, const uint8_t *bytes, size_t count) {
    hash->total += count;
    if (hash->held_count) {
        const size_t room = block_count - hash->held_count, taken = count < room ? count : room;
        if (taken) memcpy(hash->held + hash->held_count, bytes, taken);
        hash->held_count += taken;
        if (hash->held_count < block_count) return;
        add_blocks(key, hash, hash->held, 1);
        hash->held_count = 0;
        bytes += taken;
        count -= taken;
    }
    const size_t steps = count / (step * block_count);
    if (steps) add_steps(key, hash, bytes, steps);
    bytes += steps * step * block_count;
    count -= steps * step * block_count;
    const size_t blocks = count / block_count;
    if (blocks) add_blocks(key, hash, bytes, blocks);
    hash->held_count = count % block_count;
    if (hash->held_count) memcpy(hash->held, bytes + blocks * block_count, hash->held_count);
}

WITH_CLMUL void ditto_ghash_finish(const struct ditto_ghash_key *key, struct ditto_ghash *hash, uint8_t *result) {
    if (hash->held_count) {
        memset(hash->held + hash->held_count, 0, block_count - hash->held_count);
        add_blocks(key, hash, hash->held, 1);
    }
    // The counts in bits, from the highest bit down; nothing is sealed.
    uint8_t counts[block_count] = {0};
    for (int i = 0; i < 8; i++) counts[i] = (uint8_t)(hash->total * 8 >> 8 * (7 - i));
    add_blocks(key, hash, counts, 1);
    _mm_storeu_si128((__m128i *)result, reversed(_mm_loadu_si128((const __m128i *)hash->sum)));
}

#else

bool ditto_ghash_available(void) { return false; }
void ditto_ghash_set_key(struct ditto_ghash_key *key, const uint8_t *hash_key) {}
void ditto_ghash_begin(struct ditto_ghash *hash) {}
void ditto_ghash_update(const struct ditto_ghash_key *key, struct ditto_ghash *hash, const uint8_t *bytes, size_t count) {}
void ditto_ghash_finish(const struct ditto_ghash_key *key, struct ditto_ghash *hash, uint8_t *result) {}

#endif
