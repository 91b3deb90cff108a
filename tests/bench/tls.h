/*
 * TLS for load.c. Every client offers the same and nothing else, so that all servers do the same work: TLS 1.3, X25519,
 * TLS_AES_128_GCM_SHA256. No session is ever resumed, whatever tickets come. The certificate is not verified, but the
 * server's signature is.
 */
#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>

static SSL_CTX *tls;            /* NULL without TLS */

static void use_tls(void) {
    tls = SSL_CTX_new(TLS_client_method());
    if (tls == NULL || SSL_CTX_set_min_proto_version(tls, TLS1_3_VERSION) != 1
            || SSL_CTX_set_ciphersuites(tls, "TLS_AES_128_GCM_SHA256") != 1
            || SSL_CTX_set1_groups_list(tls, "X25519") != 1) {
        fprintf(stderr, "load: OpenSSL can't be set up\n");
        exit(1);
    }
    SSL_CTX_set_session_cache_mode(tls, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_read_ahead(tls, 1); /* one call for a record rather than two */
    SSL_CTX_set_verify(tls, SSL_VERIFY_NONE, NULL);
}

/* As recv, for a call to OpenSSL on a non-blocking socket. */
static ssize_t outcome(SSL *ssl, int result) {
    if (result > 0) {
        return result;
    }
    int error = SSL_get_error(ssl, result);
    ERR_clear_error(); /* or it counts for the next connection */
    if (error == SSL_ERROR_ZERO_RETURN) {
        return 0;
    }
    errno = error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE ? EAGAIN : EPROTO;
    return -1;
}

/* Takes a connected socket; with `at_once` the handshake is over on return. */
static SSL *begin_tls(int fd, bool at_once) {
    SSL *ssl = SSL_new(tls);
    if (ssl == NULL || SSL_set_fd(ssl, fd) != 1 || SSL_set_tlsext_host_name(ssl, "bench.example.org") != 1) {
        fprintf(stderr, "load: OpenSSL takes no connection\n");
        exit(1);
    }
    SSL_set_connect_state(ssl);
    if (at_once && SSL_do_handshake(ssl) != 1) {
        fprintf(stderr, "load: no handshake\n");
        exit(1);
    }
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    return ssl;
}
