/*
 * The floor: what the kernel charges for moving bytes between two sockets.
 *
 * One thread, one epoll set, one upstream connection per client. Bytes are copied and never looked at: read, write,
 * read, write and a share of epoll_wait per request. A proxy that copies bytes through user space and wakes up as often
 * as this one can't cost less CPU; one that batches better, or that doesn't copy, can.
 *
 *     floor LISTEN-PORT UPSTREAM-PORT        both on 127.0.0.1
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { COPY_BYTES = 64 * 1024, EVENTS = 256 };

/* One end of a pair. What its socket would not take yet waits in `backlog`, and the other end is not read meanwhile. */
struct end {
    int fd;
    struct end *other;
    char *backlog;
    size_t from, to;
    struct end *next_dead;
};

static int epoll_fd;
static char copy[COPY_BYTES];
static struct end *dead;

static void die(const char *what) {
    perror(what);
    exit(1);
}

static int port_of(const char *text) {
    char *rest;
    long port = strtol(text, &rest, 10);
    if (*rest != 0 || port < 1 || port > 65535) {
        fprintf(stderr, "floor: %s is not a port (1 to 65535)\n", text);
        exit(2);
    }
    return (int) port;
}

static struct sockaddr_in loopback(int port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short) port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

static void watch(struct end *end, unsigned events, int operation) {
    struct epoll_event event = {.events = events, .data.ptr = end};
    if (epoll_ctl(epoll_fd, operation, end->fd, &event) < 0) {
        die("epoll_ctl");
    }
}

/* Memory is freed after the batch of events in hand: a later event of the batch may still name either end. */
static void drop(struct end *end) {
    if (end->fd < 0) {
        return;
    }
    struct end *pair[2] = {end, end->other};
    for (int i = 0; i < 2; i++) {
        close(pair[i]->fd);
        pair[i]->fd = -1;
        pair[i]->next_dead = dead;
        dead = pair[i];
    }
}

static void bury(void) {
    while (dead != NULL) {
        struct end *end = dead;
        dead = end->next_dead;
        free(end->backlog);
        free(end);
    }
}

static void keep_rest(struct end *target, const char *rest, size_t length) {
    if (target->backlog == NULL && (target->backlog = malloc(COPY_BYTES)) == NULL) {
        die("malloc");
    }
    memcpy(target->backlog, rest, length);
    target->from = 0;
    target->to = length;
    watch(target, EPOLLOUT, EPOLL_CTL_MOD);
    watch(target->other, 0, EPOLL_CTL_MOD);
}

static void readable(struct end *source) {
    ssize_t got = read(source->fd, copy, COPY_BYTES);
    if (got <= 0) {
        if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
            drop(source);
        }
        return;
    }
    ssize_t put = write(source->other->fd, copy, (size_t) got);
    if (put < 0 && errno != EAGAIN && errno != EINTR) {
        drop(source);
        return;
    }
    if (put < got) {
        size_t done = put < 0 ? 0 : (size_t) put;
        keep_rest(source->other, copy + done, (size_t) got - done);
    }
}

static void writable(struct end *target) {
    ssize_t put = write(target->fd, target->backlog + target->from, target->to - target->from);
    if (put < 0) {
        if (errno != EAGAIN && errno != EINTR) {
            drop(target);
        }
        return;
    }
    target->from += (size_t) put;
    if (target->from == target->to) {
        target->to = 0;
        watch(target, EPOLLIN, EPOLL_CTL_MOD);
        watch(target->other, EPOLLIN, EPOLL_CTL_MOD);
    }
}

static void accepted(int client_fd, const struct sockaddr_in *upstream) {
    int upstream_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (upstream_fd < 0 || connect(upstream_fd, (const struct sockaddr *) upstream, sizeof *upstream) < 0
            || fcntl(upstream_fd, F_SETFL, O_NONBLOCK) < 0) {
        perror("upstream");
        close(client_fd);
        if (upstream_fd >= 0) {
            close(upstream_fd);
        }
        return;
    }
    int on = 1;
    setsockopt(client_fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(upstream_fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    struct end *client = calloc(1, sizeof *client);
    struct end *server = calloc(1, sizeof *server);
    if (client == NULL || server == NULL) {
        die("calloc");
    }
    *client = (struct end) {.fd = client_fd, .other = server};
    *server = (struct end) {.fd = upstream_fd, .other = client};
    watch(client, EPOLLIN, EPOLL_CTL_ADD);
    watch(server, EPOLLIN, EPOLL_CTL_ADD);
}

static int listen_on(int port) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    struct sockaddr_in address = loopback(port);
    int on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, (struct sockaddr *) &address, sizeof address) < 0 || listen(fd, 4096) < 0) {
        die("listen");
    }
    return fd;
}

int main(int argc, char **argv) {
    if (argc != 3) {
        fprintf(stderr, "usage: floor LISTEN-PORT UPSTREAM-PORT\n");
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    struct sockaddr_in upstream = loopback(port_of(argv[2]));
    struct end listener = {.fd = listen_on(port_of(argv[1]))};
    if ((epoll_fd = epoll_create1(EPOLL_CLOEXEC)) < 0) {
        die("epoll_create1");
    }
    watch(&listener, EPOLLIN, EPOLL_CTL_ADD);
    for (;;) {
        struct epoll_event events[EVENTS];
        int ready = epoll_wait(epoll_fd, events, EVENTS, -1);
        for (int i = 0; i < ready; i++) {
            struct end *end = events[i].data.ptr;
            if (end == &listener) {
                int fd;
                /* Blocking until the connect is done: on loopback that is at once. */
                while ((fd = accept4(listener.fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
                    accepted(fd, &upstream);
                }
            } else if (end->fd >= 0) {
                if (events[i].events & EPOLLOUT) {
                    writable(end);
                } else if (events[i].events & EPOLLIN) {
                    readable(end);
                } else {
                    drop(end);
                }
            }
        }
        bury();
    }
}
