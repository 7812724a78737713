/// OpenSSL 3's libcrypto as Swift sees it.
///
/// Most of the EVP interface imports as it is. What does not (macros, and calls that want mutable strings) is wrapped below
/// as functions; nothing else belongs here.

#ifndef COPENSSL_H
#define COPENSSL_H

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/provider.h>
#include <openssl/rand.h>
#include <stddef.h>
#include <stdint.h>

/// A new MAC context of the named family, bound to an underlying digest ("HMAC" over "MD5", "SHA256") or cipher ("CMAC"
/// over "AES-128-CBC"). NULL when the library does not have it. `library` may be NULL: the default library context.
EVP_MAC_CTX *ditto_mac_new_over_digest(OSSL_LIB_CTX *library, const char *digest);
EVP_MAC_CTX *ditto_mac_new_over_cipher(OSSL_LIB_CTX *library, const char *cipher);

/// Begins a message under the key that the context already has. 1 on success.
static inline int ditto_mac_restart(EVP_MAC_CTX *context) {
    return EVP_MAC_init(context, NULL, 0, NULL);
}

/// Begins a decryption or encryption with a stream cipher and a key of any length that the cipher takes. 1 on success.
static inline int ditto_stream_cipher_start(
    EVP_CIPHER_CTX *context, const EVP_CIPHER *cipher, const unsigned char *key, int key_length) {
    return EVP_EncryptInit_ex2(context, cipher, NULL, NULL, NULL) == 1
        && EVP_CIPHER_CTX_set_key_length(context, key_length) == 1
        && EVP_EncryptInit_ex2(context, NULL, key, NULL, NULL) == 1;
}

#endif
