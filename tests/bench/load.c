/*
 * Load at a fixed rate. One thread, one epoll set, keep-alive HTTP/1.1 connections.
 *
 * Open loop: request i is due at start + i / rate, whatever became of the ones before it, and its latency counts from
 * when it was due. A proxy that stalls is charged for every request that the stall held up (no coordinated omission).
 * Every answer must have status 200 and exactly the length asked for; anything else is an error, and errors have no
 * latency.
 *
 *     load PORT RATE SECONDS CONNECTIONS ROUTES SUFFIX BODY-BYTES      asks 127.0.0.1 for /r0/SUFFIX, /r1/SUFFIX, ...
 *     load --tls PORT ...                                              does so over TLS (tls.h)
 *     load --handshakes PORT ...                                       and on a new connection each time
 *
 * RATE 0 keeps a request in flight on every connection instead; latencies then count from when it was sent.
 *
 * Prints one line of name=value pairs. `late_p99_us` is how late requests were *sent* though a connection was free: it
 * is the generator's own delay, and large when its core is the limit. `unsent` were due and found no free connection
 * before the end.
 *
 *     load PORT RATE SECONDS CONNECTIONS ROUTES SUFFIX BODY-BYTES FILE DIGEST-1 DIGEST-2
 *
 * looks at every byte of the answers (checked.h): FILE has the content, and the digests are the Content-Digest of it with
 * the byte 1 or 2 behind it. It goes on until SIGTERM; at each SIGUSR1, and at the end, it prints a line about what was
 * answered since the last one. A connection that is closed is `closed` or `broken`, by whether an answer was due. The
 * first bad answers go to the standard error.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "checked.h"
#include "tls.h"

enum {
    HEAD_BYTES = 16 * 1024,
    REQUEST_BYTES = 512,
    EVENTS = 256,
    DRAIN_SECONDS = 2,
    STEP_BITS = 6,
    STEPS = 1 << STEP_BITS,
    BUCKETS = (64 - STEP_BITS) * STEPS,
    SHOWN = 10
};

struct connection {
    int fd;
    SSL *ssl;                       /* NULL without TLS */
    const char *request;            /* to be sent once the handshake is over, else NULL */
    bool busy;
    uint64_t due_ns;
    size_t head_length;
    int64_t body_left;              /* -1 until the head is whole */
    struct connection *next_free;
    char head[HEAD_BYTES];
};

/* Counts by value, in steps of 1/64 of the value: a quantile is off by at most 1.6 %. */
struct histogram {
    uint64_t counts[BUCKETS];
    uint64_t total;
    uint64_t max;
};

static int port;
static int epoll_fd;
static int64_t body_bytes;
static int routes;
static bool one_each;               /* request on each connection */
static bool saturating;
static char (*requests)[REQUEST_BYTES];
static struct connection *first_free, *last_free;
static struct histogram latency, lateness;
static uint64_t sent, completed, bad_status, bad_length, broken, reconnects, outstanding;
static uint64_t bad_content, mixed, closed, seen[2], guests;
static volatile sig_atomic_t window_ends, stopped;

static void die(const char *what) {
    perror(what);
    exit(1);
}

static uint64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t) now.tv_sec * 1000000000u + (uint64_t) now.tv_nsec;
}

static int bucket_of(uint64_t value) {
    if (value < STEPS) {
        return (int) value;
    }
    int shift = 63 - __builtin_clzll(value) - STEP_BITS;
    return (shift + 1) * STEPS + (int) ((value >> shift) - STEPS);
}

static uint64_t highest_of(int bucket) {
    if (bucket < STEPS) {
        return (uint64_t) bucket;
    }
    int shift = bucket / STEPS - 1;
    return (((uint64_t) (bucket % STEPS) + STEPS + 1) << shift) - 1;
}

static void count(struct histogram *histogram, uint64_t value) {
    histogram->counts[bucket_of(value)]++;
    histogram->total++;
    if (value > histogram->max) {
        histogram->max = value;
    }
}

static double quantile_us(const struct histogram *histogram, double quantile) {
    uint64_t wanted = (uint64_t) (quantile * (double) histogram->total);
    uint64_t seen = 0;
    for (int i = 0; i < BUCKETS; i++) {
        seen += histogram->counts[i];
        if (seen > wanted) {
            uint64_t value = highest_of(i);
            return (double) (value < histogram->max ? value : histogram->max) / 1000;
        }
    }
    return (double) histogram->max / 1000;
}

/* First in, first out, so that all connections take their turn. */
static void give_back(struct connection *connection) {
    connection->busy = false;
    connection->next_free = NULL;
    if (first_free == NULL) {
        first_free = connection;
    } else {
        last_free->next_free = connection;
    }
    last_free = connection;
}

static struct connection *take(void) {
    struct connection *connection = first_free;
    first_free = connection->next_free;
    return connection;
}

static void open_connection(struct connection *connection) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short) port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *) &address, sizeof address) < 0) {
        die("connect");
    }
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    connection->ssl = tls == NULL ? NULL : begin_tls(fd, !one_each);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
    if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0) {
        die("epoll_ctl");
    }
    connection->fd = fd;
}

static void close_connection(struct connection *connection) {
    if (connection->ssl != NULL) {
        SSL_shutdown(connection->ssl);
        ERR_clear_error();
        SSL_free(connection->ssl);
        connection->ssl = NULL;
    }
    close(connection->fd);
}

static void finish(struct connection *connection) {
    if (one_each) {
        close_connection(connection);
    }
    outstanding--;
    give_back(connection);
}

/* A connection that the proxy closed between two answers is its right; with an answer due it is an error. */
static void reopen(struct connection *connection) {
    if (!one_each) {
        close_connection(connection);
        reconnects++;
        open_connection(connection);
    }
    if (connection->busy) {
        broken++;
        finish(connection);
    }
}

static void answered(struct connection *connection) {
    completed++;
    count(&latency, now_ns() - connection->due_ns);
    finish(connection);
}

static int64_t content_length(const char *head) {
    for (const char *line = strstr(head, "\r\n"); line != NULL; line = strstr(line, "\r\n")) {
        line += 2;
        if (strncasecmp(line, "content-length:", 15) == 0) {
            return strtoll(line + 15, NULL, 10);
        }
    }
    return -1;
}

/* The answer can't be used, and where it ends isn't known: start over on a new connection. */
static void refuse(struct connection *connection, uint64_t *reason) {
    ++*reason;
    connection->busy = false;
    reopen(connection);
    finish(connection);
}

/* As recv; EAGAIN where TLS has no plain text yet. */
static ssize_t receive(struct connection *connection, void *buffer, size_t size, int flags) {
    errno = 0;
    if (connection->ssl == NULL) {
        return recv(connection->fd, buffer, size, flags);
    }
    static char thrown_away[16 * 1024];
    if (buffer == NULL) {
        buffer = thrown_away;
        size = size < sizeof thrown_away ? size : sizeof thrown_away;
    }
    return outcome(connection->ssl, SSL_read(connection->ssl, buffer, (int) size));
}

static void read_head(struct connection *connection) {
    char *head = connection->head;
    ssize_t got = receive(connection, head + connection->head_length, HEAD_BYTES - 1 - connection->head_length, 0);
    if (got <= 0) {
        if (errno != EAGAIN) {
            reopen(connection);
        }
        return;
    }
    connection->head_length += (size_t) got;
    head[connection->head_length] = 0;
    char *end = strstr(head, "\r\n\r\n");
    if (end == NULL) {
        if (connection->head_length == HEAD_BYTES - 1) {
            refuse(connection, &bad_length);
        }
        return;
    }
    end[2] = 0;
    if (strncmp(head, "HTTP/1.1 200", 12) != 0) {
        refuse(connection, &bad_status);
    } else if (content_length(head) != body_bytes) {
        refuse(connection, &bad_length);
    } else {
        connection->body_left = body_bytes - (head + connection->head_length - (end + 4));
        if (connection->body_left == 0) {
            answered(connection);
        } else if (connection->body_left < 0) {
            refuse(connection, &bad_length);
        }
    }
}

static void show(const char *what, const struct connection *connection) {
    static int shown;
    if (shown++ < SHOWN) {
        fprintf(stderr, "%s:\n%.*s\n", what, (int) connection->head_length, connection->head);
    }
}

static void read_checked(struct connection *connection) {
    char *head = connection->head;
    ssize_t got = recv(connection->fd, head + connection->head_length, HEAD_BYTES - 1 - connection->head_length, 0);
    if (got <= 0) {
        show("broken off after", connection);
        reopen(connection);
        return;
    }
    connection->head_length += (size_t) got;
    head[connection->head_length] = 0;
    struct answer answer;
    enum verdict verdict = read_answer(&answer, head, connection->head_length);
    if (strncmp(head, "HTTP/1.1 200", 12) != 0) {
        show("bad status", connection);
        refuse(connection, &bad_status);
    } else if (verdict == MALFORMED || (verdict == PARTIAL && connection->head_length == HEAD_BYTES - 1)) {
        show("bad length", connection);
        refuse(connection, &bad_length);
    } else if (verdict == WHOLE && is_mixed(&answer)) {
        show("mixed", connection);
        mixed++;
        finish(connection);
    } else if (verdict == WHOLE && !is_right(&answer)) {
        show("bad content", connection);
        bad_content++;
        finish(connection);
    } else if (verdict == WHOLE) {
        seen[answer.last - '1']++;
        guests += answer.count[GUEST] > 0;
        answered(connection);
    }
}

/* The rest of a body is counted and thrown away in the kernel: copying it here would only load this core. */
static void read_body(struct connection *connection) {
    ssize_t got = receive(connection, NULL, (size_t) connection->body_left, MSG_TRUNC);
    if (got <= 0) {
        if (errno != EAGAIN) {
            reopen(connection);
        }
        return;
    }
    connection->body_left -= got;
    if (connection->body_left == 0) {
        answered(connection);
    }
}

static bool is_open(struct connection *connection) {
    char unexpected;
    return connection->ssl != NULL && receive(connection, &unexpected, 1, 0) < 0 && errno == EAGAIN;
}

static void send_request(struct connection *connection, const char *request) {
    size_t length = strlen(request);
    connection->request = NULL;
    ssize_t done = connection->ssl == NULL ? send(connection->fd, request, length, MSG_NOSIGNAL)
            : outcome(connection->ssl, SSL_write(connection->ssl, request, (int) length));
    if (done != (ssize_t) length) {
        reopen(connection);
    }
}

static void shake_hands(struct connection *connection) {
    if (outcome(connection->ssl, SSL_do_handshake(connection->ssl)) > 0) {
        send_request(connection, connection->request);
    } else if (errno != EAGAIN) {
        reopen(connection);
    }
}

static void read_some(struct connection *connection) {
    if (!connection->busy) {
        if (!is_open(connection)) { /* rather than sent a session ticket */
            closed++;
            reopen(connection);
        }
    } else if (connection->request != NULL) {
        shake_hands(connection);
    } else if (content.bytes != NULL) {
        read_checked(connection);
    } else if (connection->body_left < 0) {
        read_head(connection);
    } else {
        read_body(connection);
    }
}

/* What OpenSSL holds back is not seen by epoll; a part of a record is of no use before the rest is there. */
static void readable(struct connection *connection) {
    do {
        read_some(connection);
    } while (connection->busy && connection->ssl != NULL && errno != EAGAIN && SSL_has_pending(connection->ssl));
}

static void ask(uint64_t due_ns, bool was_free) {
    struct connection *connection = take();
    connection->busy = true;
    connection->due_ns = saturating ? now_ns() : due_ns;
    connection->head_length = 0;
    connection->body_left = -1;
    const char *request = requests[sent % (uint64_t) routes];
    sent++;
    outstanding++;
    if (was_free && !saturating) {
        count(&lateness, now_ns() - due_ns);
    }
    if (one_each) {
        open_connection(connection);
        connection->request = request;
        shake_hands(connection);
    } else {
        send_request(connection, request);
    }
}

/* When the next request is due. */
static uint64_t due_at(uint64_t start_ns, double rate) {
    return saturating ? start_ns : start_ns + (uint64_t) ((double) sent * 1e9 / rate);
}

static void write_requests(const char *suffix) {
    requests = calloc((size_t) routes, REQUEST_BYTES);
    if (requests == NULL) {
        die("calloc");
    }
    for (int i = 0; i < routes; i++) {
        int length = snprintf(requests[i], REQUEST_BYTES, "GET /r%d/%s HTTP/1.1\r\nHost: bench.example.org\r\n"
                "User-Agent: chainless-load\r\nAccept: */*\r\nX-Remove-Me: by the proxy\r\n%s\r\n", i, suffix,
                content.bytes == NULL ? "" : "Origin: https://app.example.org\r\nWant-Content-Digest: sha-256=5\r\n");
        if (length >= REQUEST_BYTES) {
            fprintf(stderr, "load: the path is longer than %d bytes\n", REQUEST_BYTES);
            exit(2);
        }
    }
}

static void wait_and_read(uint64_t wait_ns) {
    struct epoll_event events[EVENTS];
    struct timespec timeout = {.tv_sec = (time_t) (wait_ns / 1000000000u), .tv_nsec = (long) (wait_ns % 1000000000u)};
    int ready = epoll_pwait2(epoll_fd, events, EVENTS, &timeout, NULL);
    if (ready < 0 && errno != EINTR) {
        die("epoll_pwait2");
    }
    for (int i = 0; i < ready; i++) {
        readable(events[i].data.ptr);
    }
}

static void on_signal(int number) {
    if (number == SIGTERM) {
        stopped = 1;
    }
    window_ends = 1;
}

/* Returns how many requests were due. */
static uint64_t run(double rate, double seconds, uint64_t start_ns) {
    uint64_t due_count = saturating ? UINT64_MAX : (uint64_t) (rate * seconds);
    uint64_t end_ns = start_ns + (uint64_t) (seconds * 1e9);
    bool starved = false;
    while (!window_ends) {
        uint64_t now = now_ns();
        if (now >= end_ns) {
            break;
        }
        uint64_t due_ns = due_at(start_ns, rate);
        while (sent < due_count && due_ns <= now && first_free != NULL) {
            ask(due_ns, !starved);
            due_ns = due_at(start_ns, rate);
        }
        starved = sent < due_count && due_ns <= now;
        uint64_t until_ns = sent < due_count && !starved && due_ns < end_ns ? due_ns : end_ns;
        now = now_ns();
        wait_and_read(until_ns > now ? until_ns - now : 0);
    }
    return saturating ? sent : due_count;
}

static void drain(void) {
    uint64_t end_ns = now_ns() + (uint64_t) DRAIN_SECONDS * 1000000000u;
    for (uint64_t now = now_ns(); outstanding > 0 && now < end_ns; now = now_ns()) {
        wait_and_read(end_ns - now);
    }
}

static double cpu_seconds(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double) (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
            + (double) (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

/* Prints what came of a window and begins the next one. */
static void end_window(uint64_t due, double elapsed, double cpu) {
    printf("due=%lu completed=%lu unsent=%lu unanswered=%lu bad_status=%lu bad_length=%lu bad_content=%lu mixed=%lu "
            "broken=%lu closed=%lu version_1=%lu version_2=%lu guests=%lu seconds=%.3f rate=%.1f p50_us=%.1f p99_us=%.1f "
            "max_us=%.1f late_p99_us=%.1f cpu_share=%.3f\n",
            due, completed, stopped ? 0 : due - sent, stopped ? outstanding : 0, bad_status, bad_length, bad_content, mixed,
            broken, closed, seen[0], seen[1], guests, elapsed, (double) completed / elapsed, quantile_us(&latency, 0.5),
            quantile_us(&latency, 0.99), (double) latency.max / 1000, quantile_us(&lateness, 0.99), cpu / elapsed);
    fflush(stdout);
    completed = bad_status = bad_length = bad_content = mixed = broken = closed = seen[0] = seen[1] = guests = 0;
    memset(&latency, 0, sizeof latency);
    memset(&lateness, 0, sizeof lateness);
}

/* Runs windows until it is stopped. What is due goes on from one to the next, a backlog too. */
static void watch(double rate, double seconds) {
    signal(SIGUSR1, on_signal);
    signal(SIGTERM, on_signal);
    uint64_t start_ns = now_ns();
    uint64_t window_ns = start_ns;
    double cpu = cpu_seconds();
    while (!stopped) {
        run(rate, seconds, start_ns);
        if (!window_ends) {
            stopped = 1;
        }
        window_ends = 0;
        uint64_t now = now_ns();
        if (stopped) {
            drain();
        }
        double elapsed = (double) (now - window_ns) / 1e9;
        uint64_t due = (uint64_t) ((double) (now - start_ns) * rate / 1e9);
        end_window(due, elapsed, cpu_seconds() - cpu);
        cpu = cpu_seconds();
        window_ns = now;
    }
}

static void connect_all(int count) {
    struct connection *connections = calloc((size_t) count, sizeof *connections);
    if (connections == NULL) {
        die("calloc");
    }
    for (int i = 0; i < count; i++) {
        if (!one_each) {
            open_connection(&connections[i]);
        }
        give_back(&connections[i]);
    }
}

static void read_content(const char *file, const char *digest_1, const char *digest_2) {
    FILE *in = fopen(file, "r");
    content.length = (size_t) body_bytes;
    content.bytes = malloc(content.length + 1);
    if (in == NULL || content.bytes == NULL || fread(content.bytes, 1, content.length, in) != content.length) {
        die(file);
    }
    fclose(in);
    content.digests[0] = digest_1;
    content.digests[1] = digest_2;
}

int main(int argc, char **argv) {
    if (argc > 1 && (strcmp(argv[1], "--tls") == 0 || strcmp(argv[1], "--handshakes") == 0)) {
        use_tls();
        one_each = strcmp(argv[1], "--handshakes") == 0;
        argc--;
        argv++;
    }
    if (argc != 8 && argc != 11) {
        fprintf(stderr, "usage: load [--tls|--handshakes] PORT RATE SECONDS CONNECTIONS ROUTES SUFFIX BODY-BYTES "
                "[FILE DIGEST-1 DIGEST-2]\n");
        return 2;
    }
    port = atoi(argv[1]);
    double rate = atof(argv[2]);
    double seconds = atof(argv[3]);
    int connections = atoi(argv[4]);
    routes = atoi(argv[5]);
    body_bytes = atoll(argv[7]);
    if (port < 1 || port > 65535 || rate < 0 || seconds <= 0 || connections < 1 || routes < 1 || body_bytes < 0) {
        fprintf(stderr, "load: port, seconds, connections and routes must be above 0, the port below 65536\n");
        return 2;
    }
    saturating = rate == 0;
    signal(SIGPIPE, SIG_IGN);
    if ((epoll_fd = epoll_create1(EPOLL_CLOEXEC)) < 0) {
        die("epoll_create1");
    }
    if (argc == 11) {
        read_content(argv[8], argv[9], argv[10]);
    }
    write_requests(argv[6]);
    connect_all(connections);
    if (argc == 11) {
        watch(rate, seconds);
        return 0;
    }

    double cpu_before = cpu_seconds();
    uint64_t start_ns = now_ns();
    uint64_t due = run(rate, seconds, start_ns);
    uint64_t in_time = completed;
    double elapsed = (double) (now_ns() - start_ns) / 1e9;
    double cpu = cpu_seconds() - cpu_before;
    uint64_t unsent = due - sent;
    drain();

    printf("due=%lu completed=%lu unsent=%lu unanswered=%lu bad_status=%lu bad_length=%lu broken=%lu reconnects=%lu "
            "seconds=%.3f rate=%.1f p50_us=%.1f p99_us=%.1f max_us=%.1f late_p99_us=%.1f cpu_share=%.3f\n",
            due, completed, unsent, outstanding, bad_status, bad_length, broken, reconnects,
            elapsed, (double) in_time / elapsed, quantile_us(&latency, 0.5), quantile_us(&latency, 0.99),
            (double) latency.max / 1000, quantile_us(&lateness, 0.99), cpu / elapsed);
    return 0;
}
