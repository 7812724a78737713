#define _GNU_SOURCE
#include "CMessageCodes.h"

#include <string.h>

void ditto_forget(void *secret, size_t count) { explicit_bzero(secret, count); }

#if defined(__x86_64__)

#include <immintrin.h>

// Two chains of compressions side by side, four rounds of each in turn.

#define WITH_SHA __attribute__((target("sha,sse4.1")))

// FIPS 180-4, 4.2.2
static const uint32_t constants[64] __attribute__((aligned(16))) = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

// FIPS 180-4, 5.3.3, in the order in which the instructions want them: a b e f and c d g h, each from the highest word.
static const uint32_t initial[8] = {
    0x9b05688c, 0x510e527f, 0xbb67ae85, 0x6a09e667, 0x5be0cd19, 0x1f83d9ab, 0xa54ff53a, 0x3c6ef372,
};

enum { block_count = 64 };

/// Whole blocks that are to be taken into a chain.
struct run {
    struct ditto_chain *chain;
    const uint8_t *next;
    size_t blocks;
};

WITH_SHA static inline __attribute__((always_inline)) void compress(struct run *runs, size_t blocks, const int lanes) {
    const __m128i order = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
    __m128i states[2][2];
    for (int lane = 0; lane < lanes; lane++) {
        states[lane][0] = _mm_loadu_si128((const __m128i *)runs[lane].chain->state);
        states[lane][1] = _mm_loadu_si128((const __m128i *)runs[lane].chain->state + 1);
    }
    for (size_t block = 0; block < blocks; block++) {
        __m128i words[2][4], abef[2], cdgh[2];
        for (int lane = 0; lane < lanes; lane++) {
            abef[lane] = states[lane][0];
            cdgh[lane] = states[lane][1];
        }
#pragma clang loop unroll(full)
        for (int group = 0; group < 16; group++) {
            const __m128i constant = _mm_load_si128((const __m128i *)constants + group);
#pragma clang loop unroll(full)
            for (int lane = 0; lane < lanes; lane++) {
                __m128i *const w = words[lane];
                if (group < 4) {
                    const __m128i *source = (const __m128i *)(runs[lane].next + block * block_count);
                    w[group] = _mm_shuffle_epi8(_mm_loadu_si128(source + group), order);
                } else {
                    const __m128i last = w[(group + 3) & 3];
                    __m128i sum = _mm_sha256msg1_epu32(w[group & 3], w[(group + 1) & 3]);
                    sum = _mm_add_epi32(sum, _mm_alignr_epi8(last, w[(group + 2) & 3], 4));
                    w[group & 3] = _mm_sha256msg2_epu32(sum, last);
                }
                const __m128i added = _mm_add_epi32(w[group & 3], constant);
                cdgh[lane] = _mm_sha256rnds2_epu32(cdgh[lane], abef[lane], added);
                abef[lane] = _mm_sha256rnds2_epu32(abef[lane], cdgh[lane], _mm_shuffle_epi32(added, 0x0e));
            }
        }
        for (int lane = 0; lane < lanes; lane++) {
            states[lane][0] = _mm_add_epi32(states[lane][0], abef[lane]);
            states[lane][1] = _mm_add_epi32(states[lane][1], cdgh[lane]);
        }
    }
    for (int lane = 0; lane < lanes; lane++) {
        _mm_storeu_si128((__m128i *)runs[lane].chain->state, states[lane][0]);
        _mm_storeu_si128((__m128i *)runs[lane].chain->state + 1, states[lane][1]);
        runs[lane].next += blocks * block_count;
        runs[lane].blocks -= blocks;
    }
}

WITH_SHA static void compress_one(struct run *run) { compress(run, run->blocks, 1); }

WITH_SHA static void compress_two(struct run *runs, size_t blocks) { compress(runs, blocks, 2); }

static void compress_bytes(struct ditto_chain *chain, const uint8_t *bytes, size_t blocks) {
    struct run run = {chain, bytes, blocks};
    compress_one(&run);
}

/// Keeps bytes until a block is whole or there are no more; says how many it took.
static size_t hold(struct ditto_chain *chain, const uint8_t *bytes, size_t count) {
    const size_t room = block_count - chain->held_count, taken = count < room ? count : room;
    if (taken) memcpy(chain->held + chain->held_count, bytes, taken);
    chain->held_count += taken;
    if (chain->held_count == block_count) {
        compress_bytes(chain, chain->held, 1);
        chain->held_count = 0;
    }
    return taken;
}

static void store_big_endian(uint8_t *to, uint64_t value, int count) {
    for (int i = 0; i < count; i++) to[i] = (uint8_t)(value >> 8 * (count - 1 - i));
}

/// The chain's end, FIPS 180-4, 5.1.1.
static void finish(struct ditto_chain *chain) {
    const size_t padded = chain->held_count < block_count - 8 ? block_count : 2 * block_count;
    uint8_t last[2 * block_count] = {0};
    memcpy(last, chain->held, chain->held_count);
    last[chain->held_count] = 0x80;
    store_big_endian(last + padded - 8, chain->total * 8, 8);
    compress_bytes(chain, last, padded / block_count);
}

/// The state's words in the standard's order, from a to h.
static void digest(const struct ditto_chain *chain, uint8_t result[32]) {
    static const int places[8] = {3, 2, 7, 6, 1, 0, 5, 4};
    uint32_t words[8];
    memcpy(words, chain->state, sizeof words);
    for (int i = 0; i < 8; i++) store_big_endian(result + 4 * i, words[places[i]], 4);
}

bool ditto_hmac_available(void) { return __builtin_cpu_supports("sha") && __builtin_cpu_supports("sse4.1"); }

bool ditto_hmac_set_key(struct ditto_hmac_key *key, const uint8_t *bytes, size_t count) {
    if (count > block_count) return false;
    for (int side = 0; side < 2; side++) {
        struct ditto_chain chain = {.held_count = 0};
        memcpy(chain.state, initial, sizeof initial);
        uint8_t block[block_count];
        for (size_t i = 0; i < block_count; i++) block[i] = (i < count ? bytes[i] : 0) ^ (side ? 0x5c : 0x36);
        compress_bytes(&chain, block, 1);
        memcpy(side ? key->outer : key->inner, chain.state, sizeof key->inner);
        ditto_forget(block, sizeof block);
        ditto_forget(&chain, sizeof chain);
    }
    return true;
}

void ditto_hmac_begin(const struct ditto_hmac_key *key, struct ditto_chain *chain) {
    memcpy(chain->state, key->inner, sizeof key->inner);
    chain->held_count = 0;
    chain->total = block_count;
}

void ditto_hmac_update(struct ditto_chain *chains, const struct ditto_piece *pieces, int count) {
    struct run runs[ditto_hmac_lanes];
    for (int lane = 0; lane < count; lane++) {
        struct ditto_chain *const chain = &chains[lane];
        const struct ditto_piece piece = pieces[lane];
        const size_t taken = chain->held_count ? hold(chain, piece.bytes, piece.count) : 0;
        runs[lane] = (struct run){chain, piece.bytes + taken, (piece.count - taken) / block_count};
        chain->total += piece.count;
    }
    if (count == 2) compress_two(runs, runs[0].blocks < runs[1].blocks ? runs[0].blocks : runs[1].blocks);
    for (int lane = 0; lane < count; lane++) {
        if (runs[lane].blocks) compress_one(&runs[lane]);
        hold(&chains[lane], runs[lane].next, (size_t)(pieces[lane].bytes + pieces[lane].count - runs[lane].next));
    }
}

void ditto_hmac_finish(const struct ditto_hmac_key *key, struct ditto_chain *chain, uint8_t code[16]) {
    finish(chain);
    struct ditto_chain outer = {.held_count = 32, .total = block_count + 32};
    memcpy(outer.state, key->outer, sizeof key->outer);
    digest(chain, outer.held);
    finish(&outer);
    uint8_t whole[32];
    digest(&outer, whole);
    memcpy(code, whole, 16);
}

#else

bool ditto_hmac_available(void) { return false; }
bool ditto_hmac_set_key(struct ditto_hmac_key *key, const uint8_t *bytes, size_t count) { return false; }
void ditto_hmac_begin(const struct ditto_hmac_key *key, struct ditto_chain *chain) {}
void ditto_hmac_update(struct ditto_chain *chains, const struct ditto_piece *pieces, int count) {}
void ditto_hmac_finish(const struct ditto_hmac_key *key, struct ditto_chain *chain, uint8_t code[16]) {}

#endif
