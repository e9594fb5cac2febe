/* The engine: the resolver's packets over real sockets.
 * SPDX-License-Identifier: MIT
 * Source: epoll(7), sendmmsg(2), ip(7) on IP_RECVERR. */
#include "engine.h"

#include <errno.h>
#include <limits.h>
#include <linux/errqueue.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = 64, ROOM = 4096, STREAM_BIT = 1 << 24 };

typedef struct {
    struct sockaddr_storage address;
    socklen_t len;
} peer;

typedef struct {
    int fd; /* -1: free */
    uint32_t id;
    uint8_t server;
    uint32_t len, sent;
    uint8_t octets[2 + DNS_QUERY_MAX];
} stream;

struct caa_engine {
    caa_resolver *resolver;
    int epoll;
    FILE *record;                  /* NULL: nothing is written */
    int64_t until;                 /* of the last WAIT */
    int sockets[CAA_PORTS_MAX][2]; /* IPv4, IPv6; -1: none */
    peer peers[CAA_SERVERS_MAX];
    stream streams[CAA_STREAMS_MAX];

    /* One batch in each direction. */
    caa_action out[BATCH];
    struct mmsghdr headers[BATCH];
    struct iovec vectors[BATCH];
    struct sockaddr_storage from[BATCH];
    uint8_t in[BATCH][ROOM];
};

int64_t caa_engine_now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

caa_engine *caa_engine_open(caa_resolver *resolver) {
    caa_engine *e = calloc(1, sizeof *e);
    if (e == NULL) {
        return NULL;
    }
    e->resolver = resolver;
    memset(e->sockets, 0xff, sizeof e->sockets);
    for (int i = 0; i < CAA_STREAMS_MAX; i++) {
        e->streams[i].fd = -1;
    }
    e->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (e->epoll < 0) {
        free(e);
        return NULL;
    }
    return e;
}

bool caa_engine_record(caa_engine *e, const char *path, const char *head) {
    FILE *file = fopen(path, "we");
    if (file == NULL) {
        return false;
    }
    if (e->record != NULL) {
        (void)fclose(e->record);
    }
    e->record = file;
    (void)fputs(head, file);
    return true;
}

static void note(caa_engine *e, const char *way, int server, unsigned id, char what,
                 const uint8_t *octets, size_t len) {
    if (e->record == NULL || server < 0) {
        return;
    }
    (void)fprintf(e->record, "%s %d %u %c", way, server, id, what);
    for (size_t i = 0; i < len; i++) {
        (void)fprintf(e->record, i == 0 ? " %02x" : "%02x", octets[i]);
    }
    (void)fputc('\n', e->record);
}

static void close_port(caa_engine *e, unsigned port) {
    for (int family = 0; family < 2; family++) {
        if (e->sockets[port][family] >= 0) {
            close(e->sockets[port][family]);
            e->sockets[port][family] = -1;
        }
    }
}

static void close_stream(stream *s) {
    if (s->fd >= 0) {
        close(s->fd);
        s->fd = -1;
    }
}

void caa_engine_close(caa_engine *e) {
    if (e == NULL) {
        return;
    }
    for (unsigned port = 0; port < CAA_PORTS_MAX; port++) {
        close_port(e, port);
    }
    for (int i = 0; i < CAA_STREAMS_MAX; i++) {
        close_stream(&e->streams[i]);
    }
    if (e->record != NULL) {
        (void)fclose(e->record);
    }
    close(e->epoll);
    free(e);
}

void caa_engine_server(caa_engine *e, unsigned server, const struct sockaddr *address,
                       socklen_t len) {
    if (server < CAA_SERVERS_MAX && len <= sizeof e->peers[server].address) {
        memcpy(&e->peers[server].address, address, len);
        e->peers[server].len = len;
    }
}

/* The number of the server with this address, or -1. */
static int server_at(const caa_engine *e, const struct sockaddr_storage *from) {
    for (int i = 0; i < CAA_SERVERS_MAX && e->peers[i].len != 0; i++) {
        const struct sockaddr_storage *address = &e->peers[i].address;
        if (address->ss_family != from->ss_family) {
            continue;
        }
        if (from->ss_family == AF_INET) {
            const struct sockaddr_in *a = (const struct sockaddr_in *)address;
            const struct sockaddr_in *b = (const struct sockaddr_in *)from;
            if (a->sin_port == b->sin_port && a->sin_addr.s_addr == b->sin_addr.s_addr) {
                return i;
            }
        } else if (from->ss_family == AF_INET6) {
            const struct sockaddr_in6 *a = (const struct sockaddr_in6 *)address;
            const struct sockaddr_in6 *b = (const struct sockaddr_in6 *)from;
            if (a->sin6_port == b->sin6_port &&
                memcmp(&a->sin6_addr, &b->sin6_addr, sizeof a->sin6_addr) == 0) {
                return i;
            }
        }
    }
    return -1;
}

static bool watch(caa_engine *e, int fd, uint32_t what, uint64_t which) {
    struct epoll_event event = {.events = what, .data.u64 = which};
    return epoll_ctl(e->epoll, EPOLL_CTL_ADD, fd, &event) == 0;
}

/* The socket of a port for a family, made when it is first needed. The kernel draws its number. */
static int socket_of(caa_engine *e, unsigned port, sa_family_t family) {
    unsigned which = family == AF_INET6;
    int *fd = &e->sockets[port][which];
    if (*fd >= 0) {
        return *fd;
    }
    int made = socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (made < 0) {
        return -1;
    }
    int on = 1, room = 1 << 20;
    (void)setsockopt(made, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    if (which != 0) {
        (void)setsockopt(made, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
        (void)setsockopt(made, IPPROTO_IPV6, IPV6_RECVERR, &on, sizeof on);
    } else {
        (void)setsockopt(made, IPPROTO_IP, IP_RECVERR, &on, sizeof on);
    }
    struct sockaddr_storage any;
    memset(&any, 0, sizeof any);
    any.ss_family = family;
    socklen_t len = which != 0 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
    if (bind(made, (const struct sockaddr *)&any, len) != 0 ||
        !watch(e, made, EPOLLIN, port | which << 16)) {
        close(made);
        return -1;
    }
    *fd = made;
    return made;
}

/* Packets that came back: which question they were. */
static void read_errors(caa_engine *e, unsigned port, int fd, int64_t now) {
    for (int i = 0; i < BATCH; i++) {
        uint8_t octets[DNS_QUERY_MAX], control[512];
        struct sockaddr_storage to;
        struct iovec vector = {octets, sizeof octets};
        struct msghdr header = {.msg_name = &to,
                                .msg_namelen = sizeof to,
                                .msg_iov = &vector,
                                .msg_iovlen = 1,
                                .msg_control = control,
                                .msg_controllen = sizeof control};
        ssize_t len = recvmsg(fd, &header, MSG_ERRQUEUE | MSG_DONTWAIT);
        if (len < 0) {
            return;
        }
        if (len >= 2) {
            uint16_t id = (uint16_t)(octets[0] << 8 | octets[1]);
            note(e, "udp", server_at(e, &to), port, '!', octets, 2);
            caa_resolver_undelivered(e->resolver, port, server_at(e, &to), id, now);
        }
    }
}

static void undelivered(caa_engine *e, const caa_action *action, int64_t now) {
    uint16_t id = (uint16_t)(action->octets[0] << 8 | action->octets[1]);
    note(e, "udp", (int)action->server, action->port, '!', action->octets, 2);
    caa_resolver_undelivered(e->resolver, action->port, (int)action->server, id, now);
}

/* Sends out[0, count), which are of one port and one family. */
static void send_batch(caa_engine *e, unsigned count, int64_t now) {
    const caa_action *first = &e->out[0];
    if (count == 0) {
        return;
    }
    int fd = socket_of(e, first->port, e->peers[first->server].address.ss_family);
    for (unsigned i = 0; i < count; i++) {
        caa_action *action = &e->out[i];
        peer *to_whom = &e->peers[action->server];
        note(e, "udp", (int)action->server, action->port, '>', action->octets, action->len);
        e->vectors[i] = (struct iovec){action->octets, action->len};
        memset(&e->headers[i], 0, sizeof e->headers[i]);
        e->headers[i].msg_hdr.msg_name = &to_whom->address;
        e->headers[i].msg_hdr.msg_namelen = to_whom->len;
        e->headers[i].msg_hdr.msg_iov = &e->vectors[i];
        e->headers[i].msg_hdr.msg_iovlen = 1;
    }
    unsigned from = 0, tries = 0;
    while (from < count) {
        int sent = fd < 0 ? -1 : sendmmsg(fd, &e->headers[from], count - from, 0);
        if (sent > 0) {
            from += (unsigned)sent;
            tries = 0;
            continue;
        }
        if (fd >= 0 && errno == EINTR) {
            continue;
        }
        if (fd >= 0 && tries < 3) {
            tries++;
            if (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS) {
                struct pollfd ready = {.fd = fd, .events = POLLOUT};
                (void)poll(&ready, 1, 10);
            } else {
                read_errors(e, first->port, fd, now); /* the error may be of an earlier packet */
            }
            continue;
        }
        undelivered(e, &e->out[from], now);
        from++;
        tries = 0;
    }
}

static void stream_ended(caa_engine *e, unsigned server, uint32_t id, int64_t now) {
    note(e, "tcp", (int)server, id, '.', NULL, 0);
    caa_resolver_stream_closed(e->resolver, id, now);
}

static void open_stream(caa_engine *e, const caa_action *action, int64_t now) {
    note(e, "tcp", (int)action->server, action->stream, '>', action->octets, action->len);
    const peer *to = &e->peers[action->server];
    int at = 0;
    while (at < CAA_STREAMS_MAX && e->streams[at].fd >= 0) {
        at++;
    }
    int fd = at < CAA_STREAMS_MAX
                 ? socket(to->address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)
                 : -1;
    if (fd < 0) {
        stream_ended(e, action->server, action->stream, now);
        return;
    }
    int on = 1;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    stream *s = &e->streams[at];
    s->fd = fd;
    s->id = action->stream;
    s->server = (uint8_t)action->server;
    s->len = (uint32_t)action->len;
    s->sent = 0;
    memcpy(s->octets, action->octets, action->len);
    if ((connect(fd, (const struct sockaddr *)&to->address, to->len) != 0 &&
         errno != EINPROGRESS) ||
        !watch(e, fd, EPOLLIN | EPOLLOUT, STREAM_BIT | (unsigned)at)) {
        close_stream(s);
        stream_ended(e, action->server, action->stream, now);
    }
}

static void end_stream(caa_engine *e, uint32_t id) {
    for (int i = 0; i < CAA_STREAMS_MAX; i++) {
        if (e->streams[i].fd >= 0 && e->streams[i].id == id) {
            close_stream(&e->streams[i]);
        }
    }
}

/* Datagrams that go out with one call: of one port and one family. */
static bool same_socket(const caa_engine *e, const caa_action *a, const caa_action *b) {
    return a->port == b->port &&
           e->peers[a->server].address.ss_family == e->peers[b->server].address.ss_family;
}

/* Carries out all actions. */
static void act(caa_engine *e, int64_t now) {
    unsigned count = 0; /* datagrams that are ready to go */
    for (;;) {
        caa_action *action = &e->out[count];
        caa_action_kind kind = caa_resolver_action(e->resolver, now, action);
        if (kind == CAA_ACTION_UDP && count > 0 && !same_socket(e, action, &e->out[0])) {
            send_batch(e, count, now);
            e->out[0] = *action;
            count = 1;
            continue;
        }
        if (kind == CAA_ACTION_UDP && ++count < BATCH) {
            continue;
        }
        bool sent = count > 0;
        send_batch(e, count, now);
        count = 0;
        if (kind == CAA_ACTION_STREAM) {
            open_stream(e, action, now);
        } else if (kind == CAA_ACTION_CLOSE) {
            end_stream(e, action->stream);
        } else if (kind == CAA_ACTION_NEW_PORT) {
            close_port(e, action->port);
        } else if (kind == CAA_ACTION_WAIT && !sent) { /* what could not be sent may lead to more */
            e->until = action->until;
            return;
        }
    }
}

static void read_datagrams(caa_engine *e, unsigned port, unsigned which, int64_t now) {
    int fd = e->sockets[port][which];
    if (fd < 0) {
        return;
    }
    for (int rounds = 0; rounds < 16; rounds++) {
        for (int i = 0; i < BATCH; i++) {
            e->vectors[i] = (struct iovec){e->in[i], ROOM};
            memset(&e->headers[i], 0, sizeof e->headers[i]);
            e->headers[i].msg_hdr.msg_name = &e->from[i];
            e->headers[i].msg_hdr.msg_namelen = sizeof e->from[i];
            e->headers[i].msg_hdr.msg_iov = &e->vectors[i];
            e->headers[i].msg_hdr.msg_iovlen = 1;
        }
        int got = recvmmsg(fd, e->headers, BATCH, MSG_DONTWAIT, NULL);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK) {
            read_errors(e, port, fd, now);
            continue;
        }
        for (int i = 0; i < got; i++) {
            bool cut = (e->headers[i].msg_hdr.msg_flags & MSG_TRUNC) != 0;
            int server = server_at(e, &e->from[i]);
            size_t len = cut ? 0 : e->headers[i].msg_len;
            note(e, "udp", server, port, '<', e->in[i], len);
            caa_resolver_datagram(e->resolver, port, server, e->in[i], len, now);
        }
        if (got < BATCH) {
            return;
        }
    }
}

static void write_stream(caa_engine *e, unsigned at, int64_t now) {
    stream *s = &e->streams[at];
    ssize_t sent = send(s->fd, s->octets + s->sent, s->len - s->sent, MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN && errno != EINTR) {
        uint32_t id = s->id;
        close_stream(s);
        stream_ended(e, s->server, id, now);
        return;
    }
    s->sent += sent > 0 ? (uint32_t)sent : 0;
    if (s->sent == s->len) {
        struct epoll_event event = {.events = EPOLLIN, .data.u64 = STREAM_BIT | at};
        (void)epoll_ctl(e->epoll, EPOLL_CTL_MOD, s->fd, &event);
    }
}

static void serve_stream(caa_engine *e, unsigned at, uint32_t events, int64_t now) {
    stream *s = &e->streams[at];
    if (s->fd >= 0 && (events & EPOLLOUT) != 0 && s->sent < s->len) {
        write_stream(e, at, now);
    }
    if (s->fd < 0 || (events & (EPOLLIN | EPOLLERR | EPOLLHUP)) == 0) {
        return;
    }
    uint32_t id = s->id;
    ssize_t got = recv(s->fd, e->in, sizeof e->in, MSG_DONTWAIT);
    if (got > 0) {
        note(e, "tcp", s->server, id, '<', (const uint8_t *)e->in, (size_t)got);
        caa_resolver_stream(e->resolver, id, (const uint8_t *)e->in, (size_t)got, now);
    } else if (got == 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)) {
        close_stream(s);
        stream_ended(e, s->server, id, now);
    }
}

int caa_engine_fd(const caa_engine *e) {
    return e->epoll;
}

int caa_engine_timeout(const caa_engine *e) {
    if (e->until == INT64_MAX) {
        return -1;
    }
    int64_t left = e->until - caa_engine_now();
    return left <= 0 ? 0 : left > INT_MAX ? INT_MAX : (int)left;
}

bool caa_engine_step(caa_engine *e, int timeout) {
    act(e, caa_engine_now());
    int wait = caa_engine_timeout(e);
    if (caa_resolver_has_events(e->resolver)) {
        wait = 0;
    } else if (timeout >= 0 && (wait < 0 || wait > timeout)) {
        wait = timeout;
    } else if (wait < 0) {
        return true; /* nothing is under way */
    }
    struct epoll_event events[BATCH];
    int got = epoll_wait(e->epoll, events, BATCH, wait);
    if (got < 0 && errno != EINTR) {
        return false;
    }
    int64_t now = caa_engine_now();
    for (int i = 0; i < got; i++) {
        unsigned which = (unsigned)events[i].data.u64;
        if ((which & STREAM_BIT) != 0) {
            serve_stream(e, which & ~(unsigned)STREAM_BIT, events[i].events, now);
        } else {
            read_datagrams(e, which & 0xffff, which >> 16, now);
        }
    }
    caa_resolver_tick(e->resolver, now);
    act(e, now);
    return true;
}
