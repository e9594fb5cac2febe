/* A name server that misbehaves on real sockets; the first label of the name says how.
 * SPDX-License-Identifier: MIT
 * Source: how servers, middleboxes and attackers are known to answer; RFC 5452, RFC 7766.
 *
 *   hostile SECONDS    prints its port of 127.0.0.1 (UDP and TCP) and one without TCP; then ends
 *
 * good, silent, refused, servfail, notimp, formerr, wrongid, wrongport, wrongname, twice, noise,
 * flood (3000 guesses and no answer by UDP), case (the question in lower case); with a truncated
 * answer by UDP: tcgood, tcreset, tcclose, tcdrip, tclie, tcbig, tcshort, tcsilent, tcsplit.
 * Everything else: no data. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MESSAGE = 65535, CONNECTIONS = 16 };

typedef struct {
    int fd;
    uint8_t out[MESSAGE + 2];
    size_t len, sent;
    bool drip, then_close;
    long long next;
} connection;

static connection connections[CONNECTIONS];

static long long now_ms(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (long long)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static bool is(const uint8_t *query, const char *label) {
    size_t len = strlen(label);
    if (query[12] != len) {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        if ((query[13 + i] | 32) != label[i]) {
            return false;
        }
    }
    return true;
}

static size_t question_of(const uint8_t *query, size_t len) {
    size_t at = 12;
    while (at < len && query[at] != 0) {
        at += 1u + query[at];
    }
    return at + 5 <= len ? at + 5 : 0;
}

static size_t add_caa(uint8_t *out, size_t at, const char *value) {
    size_t len = strlen(value);
    uint8_t head[] = {
        0xc0, 12, 1,   1,   0,   1,   0,  0, 0, 60, (uint8_t)((len + 7) >> 8), (uint8_t)(len + 7),
        0,    5,  'i', 's', 's', 'u', 'e'};
    memcpy(out + at, head, sizeof head);
    memcpy(out + at + sizeof head, value, len);
    out[7]++;
    if (out[7] == 0) {
        out[6]++;
    }
    return at + sizeof head + len;
}

/* The answer: the query's question, an rcode, and for NOERROR a set or an SOA of the root. */
static size_t reply(uint8_t *out, const uint8_t *query, size_t question, unsigned rcode,
                    const char *value) {
    memcpy(out, query, question);
    out[2] = 0x81;
    out[3] = (uint8_t)(0x80 | rcode);
    memset(out + 6, 0, 6);
    if (value != NULL) {
        return add_caa(out, question, value);
    }
    if (rcode == 0) {
        static const uint8_t SOA[] = {0, 0, 6, 0, 1, 0, 0, 0, 60, 0, 22, 0, 0, 0, 0, 0, 1,
                                      0, 0, 0, 1, 0, 0, 0, 1, 0,  0, 0,  1, 0, 0, 0, 60};
        memcpy(out + question, SOA, sizeof SOA);
        out[9] = 1;
        return question + sizeof SOA;
    }
    return question;
}

static void send_to(int fd, const struct sockaddr_in *to, const uint8_t *octets, size_t len) {
    (void)sendto(fd, octets, len, 0, (const struct sockaddr *)to, sizeof *to);
}

static void serve_datagram(int fd, int other) {
    uint8_t query[1500], out[4096];
    struct sockaddr_in from;
    socklen_t size = sizeof from;
    ssize_t len = recvfrom(fd, query, sizeof query, MSG_DONTWAIT, (struct sockaddr *)&from, &size);
    size_t question = len > 12 ? question_of(query, (size_t)len) : 0;
    if (question == 0 || is(query, "silent")) {
        return;
    }
    if (query[13] == 't' || query[13] == 'T') {
        size = (socklen_t)reply(out, query, question, 0, NULL);
        out[2] |= 2;
        send_to(fd, &from, out, size);
    } else if (is(query, "good")) {
        send_to(fd, &from, out, reply(out, query, question, 0, "right.example"));
    } else if (is(query, "refused") || is(query, "servfail") || is(query, "notimp") ||
               is(query, "formerr")) {
        unsigned rcode = is(query, "refused")    ? 5
                         : is(query, "servfail") ? 2
                         : is(query, "notimp")   ? 4
                                                 : 1;
        send_to(fd, &from, out, reply(out, query, question, rcode, NULL));
    } else if (is(query, "wrongid") || is(query, "wrongname") || is(query, "wrongport")) {
        size_t n = reply(out, query, question, 0, "evil.example");
        out[0] ^= is(query, "wrongid") ? 1 : 0;
        out[13] = is(query, "wrongname") ? 'x' : out[13];
        send_to(is(query, "wrongport") ? other : fd, &from, out, n);
        send_to(fd, &from, out, reply(out, query, question, 0, "right.example"));
    } else if (is(query, "twice")) {
        size_t n = reply(out, query, question, 0, "right.example");
        send_to(fd, &from, out, n);
        send_to(fd, &from, out, n);
    } else if (is(query, "noise")) {
        send_to(fd, &from, out, 0);
        memset(out, 0xff, sizeof out);
        send_to(fd, &from, out, 600);
        memcpy(out, query, 12);
        out[2] = 0x81;
        send_to(fd, &from, out, 12);
        send_to(fd, &from, out, reply(out, query, question, 0, "right.example"));
    } else if (is(query, "flood")) {
        size_t n = reply(out, query, question, 0, "evil.example");
        for (unsigned i = 0; i < 3000; i++) {
            out[0] = (uint8_t)(i >> 8);
            out[1] = (uint8_t)i;
            if (out[0] != query[0] || out[1] != query[1]) {
                send_to(fd, &from, out, n);
            }
            if (i % 100 == 99) {
                usleep(1000);
            }
        }
    } else if (is(query, "case")) {
        size_t n = reply(out, query, question, 0, "right.example");
        for (size_t i = 12; i < question; i++) {
            out[i] |= out[i] >= 'A' && out[i] <= 'Z' ? 32 : 0;
        }
        send_to(fd, &from, out, n);
    } else {
        send_to(fd, &from, out, reply(out, query, question, 0, NULL));
    }
}

static void answer_stream(connection *c, const uint8_t *query, size_t len) {
    size_t question = question_of(query, len);
    if (question == 0 || is(query, "tcsilent")) {
        return;
    }
    if (is(query, "tcreset")) {
        struct linger at_once = {1, 0};
        (void)setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
        close(c->fd);
        c->fd = -1;
        return;
    }
    if (is(query, "tcclose")) {
        close(c->fd);
        c->fd = -1;
        return;
    }
    size_t n = reply(c->out + 2, query, question, 0, "right.example");
    if (is(query, "tcbig")) {
        static char value[201];
        memset(value, 'v', 200);
        while (n + 230 < MESSAGE) {
            n = add_caa(c->out + 2, n, value);
        }
    }
    size_t said = is(query, "tclie") ? 60000 : is(query, "tcshort") ? 3 : n;
    c->out[0] = (uint8_t)(said >> 8);
    c->out[1] = (uint8_t)said;
    c->len = n + 2;
    c->sent = 0;
    c->drip = is(query, "tcdrip") || is(query, "tcsplit");
    c->then_close = is(query, "tclie");
    c->next = 0;
}

static void go_on(connection *c) {
    size_t some = c->len - c->sent;
    if (c->drip) {
        bool slow =
            c->len > 14 && (c->out[15] | 32) == 't' && (c->out[17] | 32) == 'd'; /* tcdrip */
        some = some > 1 ? 1 : some;
        c->next = now_ms() + (slow ? 1000 : 0);
    }
    ssize_t sent = send(c->fd, c->out + c->sent, some, MSG_NOSIGNAL | MSG_DONTWAIT);
    c->sent += sent > 0 ? (size_t)sent : 0;
    if (c->sent == c->len && c->then_close) {
        close(c->fd);
        c->fd = -1;
    }
}

static int open_socket(int type, uint16_t *port) {
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(*port)};
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof here;
    int fd = socket(AF_INET, type, 0);
    if (fd < 0 || bind(fd, (const struct sockaddr *)&here, sizeof here) != 0 ||
        getsockname(fd, (struct sockaddr *)&here, &size) != 0) {
        close(fd);
        return -1;
    }
    *port = ntohs(here.sin_port);
    return fd;
}

static void accept_one(int listener) {
    int fd = accept(listener, NULL, NULL);
    for (int i = 0; fd >= 0 && i < CONNECTIONS; i++) {
        if (connections[i].fd < 0) {
            memset(&connections[i], 0, sizeof connections[i]);
            connections[i].fd = fd;
            int on = 1;
            (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
            return;
        }
    }
    close(fd);
}

static void read_stream(connection *c) {
    uint8_t query[1500];
    ssize_t len = recv(c->fd, query, sizeof query, MSG_DONTWAIT);
    if (len <= 14) { /* queries come in one piece on loopback */
        close(c->fd);
        c->fd = -1;
        return;
    }
    answer_stream(c, query + 2, (size_t)len - 2);
}

int main(int argc, char **argv) {
    signal(SIGPIPE, SIG_IGN);
    alarm(argc > 1 ? (unsigned)atoi(argv[1]) : 60);
    uint16_t port = 0, second = 0, third = 0;
    int udp = open_socket(SOCK_DGRAM, &port), only_udp = open_socket(SOCK_DGRAM, &second),
        other = open_socket(SOCK_DGRAM, &third);
    int tcp = udp < 0 ? -1 : open_socket(SOCK_STREAM, &port);
    if (tcp < 0 || only_udp < 0 || other < 0 || listen(tcp, 16) != 0) {
        return 1;
    }
    for (int i = 0; i < CONNECTIONS; i++) {
        connections[i].fd = -1;
    }
    printf("%d %d\n", port, second);
    fflush(stdout);
    for (;;) {
        struct pollfd ready[3 + CONNECTIONS] = {
            {udp, POLLIN, 0}, {only_udp, POLLIN, 0}, {tcp, POLLIN, 0}};
        for (int i = 0; i < CONNECTIONS; i++) {
            connection *c = &connections[i];
            bool more = c->sent < c->len && now_ms() >= c->next;
            ready[3 + i] = (struct pollfd){c->fd, (short)(POLLIN | (more ? POLLOUT : 0)), 0};
        }
        if (poll(ready, 3 + CONNECTIONS, 20) < 0) {
            return 1;
        }
        if (ready[0].revents & POLLIN) {
            serve_datagram(udp, other);
        }
        if (ready[1].revents & POLLIN) {
            serve_datagram(only_udp, other);
        }
        if (ready[2].revents & POLLIN) {
            accept_one(tcp);
        }
        for (int i = 0; i < CONNECTIONS; i++) {
            connection *c = &connections[i];
            if (c->fd >= 0 && (ready[3 + i].revents & (POLLIN | POLLHUP | POLLERR))) {
                read_stream(c);
            }
            if (c->fd >= 0 && (ready[3 + i].revents & POLLOUT)) {
                go_on(c);
            }
        }
    }
}
