#include "COpenSSL.h"

static EVP_MAC_CTX *mac_new(OSSL_LIB_CTX *library, const char *family, const char *parameter, const char *value) {
    EVP_MAC *mac = EVP_MAC_fetch(library, family, NULL);
    if (mac == NULL) return NULL;
    EVP_MAC_CTX *context = EVP_MAC_CTX_new(mac);
    EVP_MAC_free(mac); // the context holds its own reference
    if (context == NULL) return NULL;
    const OSSL_PARAM parameters[] = {
        // The library reads the string and never writes it; its interface merely lacks the const.
        OSSL_PARAM_construct_utf8_string(parameter, (char *)value, 0),
        OSSL_PARAM_construct_end(),
    };
    if (EVP_MAC_CTX_set_params(context, parameters) != 1) {
        EVP_MAC_CTX_free(context);
        return NULL;
    }
    return context;
}

EVP_MAC_CTX *ditto_mac_new_over_digest(OSSL_LIB_CTX *library, const char *digest) {
    return mac_new(library, "HMAC", OSSL_MAC_PARAM_DIGEST, digest);
}

EVP_MAC_CTX *ditto_mac_new_over_cipher(OSSL_LIB_CTX *library, const char *cipher) {
    return mac_new(library, "CMAC", OSSL_MAC_PARAM_CIPHER, cipher);
}
