#include "CMessageCodes.h"

#include <string.h>

#if defined(__x86_64__)

#include <immintrin.h>

// Up to four chains of encryptions side by side, a block of each in turn.

#define WITH_AES __attribute__((target("aes,sse4.1")))

enum { block_count = 16, round_count = 10 };

/// Whole blocks that are to be taken into a chain.
struct run {
    struct ditto_chain *chain;
    const uint8_t *next;
    size_t blocks;
};

WITH_AES static inline __attribute__((always_inline)) void encrypt(
    const struct ditto_cmac_key *key, struct run *const *runs, size_t blocks, const int lanes) {
    __m128i rounds[round_count + 1], states[ditto_cmac_lanes];
    for (int round = 0; round <= round_count; round++) rounds[round] = _mm_loadu_si128((const __m128i *)key->rounds[round]);
    for (int lane = 0; lane < lanes; lane++) states[lane] = _mm_loadu_si128((const __m128i *)runs[lane]->chain->state);
    for (size_t block = 0; block < blocks; block++) {
        for (int lane = 0; lane < lanes; lane++) {
            const __m128i data = _mm_loadu_si128((const __m128i *)(runs[lane]->next + block * block_count));
            states[lane] = _mm_xor_si128(states[lane], _mm_xor_si128(data, rounds[0]));
        }
#pragma clang loop unroll(full)
        for (int round = 1; round < round_count; round++) {
            for (int lane = 0; lane < lanes; lane++) states[lane] = _mm_aesenc_si128(states[lane], rounds[round]);
        }
        for (int lane = 0; lane < lanes; lane++) states[lane] = _mm_aesenclast_si128(states[lane], rounds[round_count]);
    }
    for (int lane = 0; lane < lanes; lane++) {
        _mm_storeu_si128((__m128i *)runs[lane]->chain->state, states[lane]);
        runs[lane]->next += blocks * block_count;
        runs[lane]->blocks -= blocks;
    }
}

WITH_AES static void encrypt_one(const struct ditto_cmac_key *key, struct ditto_chain *chain, const uint8_t *block) {
    struct run run = {chain, block, 1}, *runs[] = {&run};
    encrypt(key, runs, 1, 1);
}

/// `blocks` of each run.
WITH_AES static void encrypt_all(const struct ditto_cmac_key *key, struct run *const *runs, size_t blocks, int lanes) {
    switch (lanes) {
    case 1: return encrypt(key, runs, blocks, 1);
    case 2: return encrypt(key, runs, blocks, 2);
    case 3: return encrypt(key, runs, blocks, 3);
    case 4: return encrypt(key, runs, blocks, 4);
    }
}

static void encrypt_held(const struct ditto_cmac_key *key, struct ditto_chain *chain) {
    encrypt_one(key, chain, chain->held);
    chain->held_count = 0;
}

/// Keeps bytes until a block is whole or there are no more; says how many it took.
static size_t hold(struct ditto_chain *chain, const uint8_t *bytes, size_t count) {
    const size_t room = block_count - chain->held_count, taken = count < room ? count : room;
    if (taken) memcpy(chain->held + chain->held_count, bytes, taken);
    chain->held_count += taken;
    return taken;
}

WITH_AES static inline __m128i next_round(__m128i key, __m128i assist) {
    key = _mm_xor_si128(key, _mm_slli_si128(key, 4));
    key = _mm_xor_si128(key, _mm_slli_si128(key, 8));
    return _mm_xor_si128(key, _mm_shuffle_epi32(assist, 0xff));
}

/// Times x in the field of RFC 4493, 2.3, without a branch.
static void twice(const uint8_t *from, uint8_t *to) {
    const uint8_t carry = (uint8_t)(0 - (from[0] >> 7));
    for (int i = 0; i < 15; i++) to[i] = (uint8_t)(from[i] << 1 | from[i + 1] >> 7);
    to[15] = (uint8_t)(from[15] << 1) ^ (0x87 & carry);
}

bool ditto_cmac_available(void) { return __builtin_cpu_supports("aes") && __builtin_cpu_supports("sse4.1"); }

WITH_AES void ditto_cmac_set_key(struct ditto_cmac_key *key, const uint8_t *bytes) {
    __m128i round = _mm_loadu_si128((const __m128i *)bytes);
    _mm_storeu_si128((__m128i *)key->rounds[0], round);
#define ROUND(number, constant) \
    round = next_round(round, _mm_aeskeygenassist_si128(round, constant)); \
    _mm_storeu_si128((__m128i *)key->rounds[number], round);
    ROUND(1, 0x01) ROUND(2, 0x02) ROUND(3, 0x04) ROUND(4, 0x08) ROUND(5, 0x10)
    ROUND(6, 0x20) ROUND(7, 0x40) ROUND(8, 0x80) ROUND(9, 0x1b) ROUND(10, 0x36)
#undef ROUND
    struct ditto_chain chain = {.held_count = 0};
    static const uint8_t zeros[block_count];
    encrypt_one(key, &chain, zeros);
    twice(chain.state, key->whole);
    twice(key->whole, key->padded);
    ditto_forget(&chain, sizeof chain);
}

void ditto_cmac_begin(struct ditto_chain *chain) { memset(chain, 0, sizeof *chain); }

// A chain's last block is kept, however whole it is, since the end treats it differently.
void ditto_cmac_update(const struct ditto_cmac_key *key, struct ditto_chain *chains, const struct ditto_piece *pieces, int count) {
    struct run runs[ditto_cmac_lanes];
    struct run *working[ditto_cmac_lanes];
    int lanes = 0;
    for (int lane = 0; lane < count; lane++) {
        struct ditto_chain *const chain = &chains[lane];
        const struct ditto_piece piece = pieces[lane];
        const size_t taken = chain->held_count ? hold(chain, piece.bytes, piece.count) : 0, rest = piece.count - taken;
        if (rest && chain->held_count) encrypt_held(key, chain);
        runs[lane] = (struct run){chain, piece.bytes + taken, rest ? (rest - 1) / block_count : 0};
        if (runs[lane].blocks) working[lanes++] = &runs[lane];
    }
    while (lanes) {
        size_t common = working[0]->blocks;
        for (int lane = 1; lane < lanes; lane++) {
            if (working[lane]->blocks < common) common = working[lane]->blocks;
        }
        encrypt_all(key, working, common, lanes);
        int left = 0;
        for (int lane = 0; lane < lanes; lane++) {
            if (working[lane]->blocks) working[left++] = working[lane];
        }
        lanes = left;
    }
    for (int lane = 0; lane < count; lane++) {
        hold(&chains[lane], runs[lane].next, (size_t)(pieces[lane].bytes + pieces[lane].count - runs[lane].next));
    }
}

void ditto_cmac_finish(const struct ditto_cmac_key *key, struct ditto_chain *chain, uint8_t code[16]) {
    const bool is_whole = chain->held_count == block_count;
    uint8_t last[block_count] = {0};
    memcpy(last, chain->held, chain->held_count);
    if (!is_whole) last[chain->held_count] = 0x80;
    for (int i = 0; i < block_count; i++) last[i] ^= (is_whole ? key->whole : key->padded)[i];
    encrypt_one(key, chain, last);
    memcpy(code, chain->state, block_count);
}

#else

bool ditto_cmac_available(void) { return false; }
void ditto_cmac_set_key(struct ditto_cmac_key *key, const uint8_t *bytes) {}
void ditto_cmac_begin(struct ditto_chain *chain) {}
void ditto_cmac_update(const struct ditto_cmac_key *key, struct ditto_chain *chains, const struct ditto_piece *pieces, int count) {}
void ditto_cmac_finish(const struct ditto_cmac_key *key, struct ditto_chain *chain, uint8_t code[16]) {}

#endif
