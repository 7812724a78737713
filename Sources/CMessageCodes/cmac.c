#include "CMessageCodes.h"

#include <string.h>

#if defined(__x86_64__)

#include <immintrin.h>

// Up to four chains of encryptions side by side, a block of each in turn.

#define WITH_AES __attribute__((target("aes,sse4.1")))

enum { block_count = 16, round_count = 10 };

struct chain {
    uint8_t state[block_count], held[block_count];
    size_t held_count;
    const uint8_t *next;
    size_t blocks;
};

WITH_AES static inline __attribute__((always_inline)) void encrypt(
    const struct ditto_cmac_key *key, struct chain **chains, size_t blocks, const int lanes) {
    __m128i rounds[round_count + 1], states[ditto_cmac_lanes];
    for (int round = 0; round <= round_count; round++) rounds[round] = _mm_loadu_si128((const __m128i *)key->rounds[round]);
    for (int lane = 0; lane < lanes; lane++) states[lane] = _mm_loadu_si128((const __m128i *)chains[lane]->state);
    for (size_t block = 0; block < blocks; block++) {
        for (int lane = 0; lane < lanes; lane++) {
            const __m128i data = _mm_loadu_si128((const __m128i *)(chains[lane]->next + block * block_count));
            states[lane] = _mm_xor_si128(states[lane], _mm_xor_si128(data, rounds[0]));
        }
#pragma clang loop unroll(full)
        for (int round = 1; round < round_count; round++) {
            for (int lane = 0; lane < lanes; lane++) states[lane] = _mm_aesenc_si128(states[lane], rounds[round]);
        }
        for (int lane = 0; lane < lanes; lane++) states[lane] = _mm_aesenclast_si128(states[lane], rounds[round_count]);
    }
    for (int lane = 0; lane < lanes; lane++) {
        _mm_storeu_si128((__m128i *)chains[lane]->state, states[lane]);
        chains[lane]->next += blocks * block_count;
    }
}

WITH_AES static void encrypt_one(const struct ditto_cmac_key *key, struct chain *chain, const uint8_t *from, size_t blocks) {
    chain->next = from;
    encrypt(key, &chain, blocks, 1);
}

/// `blocks` of each chain.
WITH_AES static void encrypt_all(const struct ditto_cmac_key *key, struct chain **chains, size_t blocks, int lanes) {
    switch (lanes) {
    case 1: return encrypt(key, chains, blocks, 1);
    case 2: return encrypt(key, chains, blocks, 2);
    case 3: return encrypt(key, chains, blocks, 3);
    case 4: return encrypt(key, chains, blocks, 4);
    }
}

/// Takes in bytes. The last block is kept, since the end treats it differently.
static void absorb(const struct ditto_cmac_key *key, struct chain *chain, const uint8_t *bytes, size_t count) {
    while (count) {
        if (chain->held_count == block_count) {
            encrypt_one(key, chain, chain->held, 1);
            chain->held_count = 0;
        }
        const size_t room = block_count - chain->held_count, taken = count < room ? count : room;
        memcpy(chain->held + chain->held_count, bytes, taken);
        chain->held_count += taken;
        bytes += taken;
        count -= taken;
    }
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
    struct chain chain = {.held_count = 0};
    static const uint8_t zeros[block_count];
    encrypt_one(key, &chain, zeros, 1);
    twice(chain.state, key->whole);
    twice(key->whole, key->padded);
    ditto_forget(&chain, sizeof chain);
}

void ditto_cmac_codes(const struct ditto_cmac_key *key, struct ditto_message *messages, int count) {
    struct chain chains[ditto_cmac_lanes];
    struct chain *working[ditto_cmac_lanes];
    int lanes = 0;
    for (int lane = 0; lane < count; lane++) {
        struct chain *const chain = &chains[lane];
        const struct ditto_message *const message = &messages[lane];
        memset(chain, 0, sizeof *chain);
        absorb(key, chain, message->head, message->head_count);
        const size_t room = (block_count - chain->held_count) % block_count;
        const size_t taken = room < message->tail_count ? room : message->tail_count;
        absorb(key, chain, message->tail, taken);
        chain->next = message->tail + taken;
        if (taken == message->tail_count) continue;
        if (chain->held_count) {
            encrypt_one(key, chain, chain->held, 1);
            chain->next = message->tail + taken;
            chain->held_count = 0;
        }
        chain->blocks = (message->tail_count - taken - 1) / block_count;
        if (chain->blocks) working[lanes++] = chain;
    }
    while (lanes) {
        size_t common = working[0]->blocks;
        for (int lane = 1; lane < lanes; lane++) {
            if (working[lane]->blocks < common) common = working[lane]->blocks;
        }
        encrypt_all(key, working, common, lanes);
        int left = 0;
        for (int lane = 0; lane < lanes; lane++) {
            working[lane]->blocks -= common;
            if (working[lane]->blocks) working[left++] = working[lane];
        }
        lanes = left;
    }
    for (int lane = 0; lane < count; lane++) {
        struct chain *const chain = &chains[lane];
        struct ditto_message *const message = &messages[lane];
        absorb(key, chain, chain->next, (size_t)(message->tail + message->tail_count - chain->next));
        const bool is_whole = chain->held_count == block_count;
        uint8_t last[block_count] = {0};
        memcpy(last, chain->held, chain->held_count);
        if (!is_whole) last[chain->held_count] = 0x80;
        for (int i = 0; i < block_count; i++) last[i] ^= (is_whole ? key->whole : key->padded)[i];
        encrypt_one(key, chain, last, 1);
        memcpy(message->code, chain->state, sizeof message->code);
    }
}

#else

bool ditto_cmac_available(void) { return false; }
void ditto_cmac_set_key(struct ditto_cmac_key *key, const uint8_t *bytes) {}
void ditto_cmac_codes(const struct ditto_cmac_key *key, struct ditto_message *messages, int count) {}

#endif
