#ifndef CMESSAGECODES_H
#define CMESSAGECODES_H

// Authentication codes of long messages, as fast as the processor goes.
//
// HMAC-SHA256 and AES-CMAC are chains: each step waits for the one before, and a single message leaves a half to four
// fifths of the processor's unit idle. Several messages under one key, a step of each in turn, use all of it. The library
// that does all other cryptography takes one message at a time, and its GHASH (OpenSSL 3.0) has one block in a register
// where there is room for four.
//
// Everything here is for processors of the x86-64 family that have the instructions, of which none takes longer for one
// key or message than for another; others go on with the library. A function must be called only where its `available`
// has said so.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// How far the code of one message has come.
struct ditto_chain {
    uint8_t state[32];
    /// What has come and is not in the state yet: of CMAC, up to a whole block.
    uint8_t held[64];
    size_t held_count;
    /// Of HMAC: all bytes so far, with the key's block.
    uint64_t total;
};

/// The next bytes of a message.
struct ditto_piece {
    const uint8_t *bytes;
    size_t count;
};

// HMAC-SHA256: RFC 2104, FIPS 180-4

enum { ditto_hmac_lanes = 2 };

struct ditto_hmac_key {
    uint8_t inner[32], outer[32];
};

bool ditto_hmac_available(void);

/// False for keys of more than 64 bytes.
bool ditto_hmac_set_key(struct ditto_hmac_key *key, const uint8_t *bytes, size_t count);

void ditto_hmac_begin(const struct ditto_hmac_key *key, struct ditto_chain *chain);

/// Adds a piece to each of up to `ditto_hmac_lanes` messages; soonest done where the pieces are of one length.
void ditto_hmac_update(struct ditto_chain *chains, const struct ditto_piece *pieces, int count);

/// The first 16 bytes of the code. The chain is not for use any more.
void ditto_hmac_finish(const struct ditto_hmac_key *key, struct ditto_chain *chain, uint8_t code[16]);

// AES-128-CMAC: RFC 4493

enum { ditto_cmac_lanes = 4 };

struct ditto_cmac_key {
    uint8_t rounds[11][16], whole[16], padded[16];
};

bool ditto_cmac_available(void);

/// `bytes` are 16.
void ditto_cmac_set_key(struct ditto_cmac_key *key, const uint8_t *bytes);

void ditto_cmac_begin(struct ditto_chain *chain);

/// Adds a piece to each of up to `ditto_cmac_lanes` messages; soonest done where the pieces are of one length.
void ditto_cmac_update(const struct ditto_cmac_key *key, struct ditto_chain *chains, const struct ditto_piece *pieces, int count);

/// The code. The chain is not for use any more.
void ditto_cmac_finish(const struct ditto_cmac_key *key, struct ditto_chain *chain, uint8_t code[16]);

// GHASH: NIST SP 800-38D, 6.4

struct ditto_ghash_key {
    /// The hash key's powers, the 16th first.
    uint8_t powers[16][16];
};

struct ditto_ghash {
    uint8_t sum[16], held[16];
    size_t held_count;
    uint64_t total;
};

bool ditto_ghash_available(void);

/// `hash_key` is the encryption of 16 zeros.
void ditto_ghash_set_key(struct ditto_ghash_key *key, const uint8_t hash_key[16]);

/// Makes a hash of nothing.
void ditto_ghash_begin(struct ditto_ghash *hash);

/// Adds to the data that is authenticated and not sealed.
void ditto_ghash_update(const struct ditto_ghash_key *key, struct ditto_ghash *hash, const uint8_t *bytes, size_t count);

/// The hash, with nothing sealed: 16 bytes.
void ditto_ghash_finish(const struct ditto_ghash_key *key, struct ditto_ghash *hash, uint8_t *result);

/// Overwrites what was secret, which the compiler does not leave out.
void ditto_forget(void *secret, size_t count);

#endif
