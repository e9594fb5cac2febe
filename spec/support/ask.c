/* A small DNS client for tests: many questions by UDP to one port of 127.0.0.1, answers as text.
 * SPDX-License-Identifier: MIT
 * Source: RFC 1035 section 4, RFC 6891 (EDNS). Written apart from csrc/caa, so that it can judge.
 *
 *   ask ports N          prints N ports of 127.0.0.1 that are free now, for UDP and TCP
 *   ask PORT             questions on stdin, one a line: TYPE NAME-IN-HEX (wire form); answers on
 *                        stdout, in order, one a line:
 *     RCODE aa|- tc|- [OWNER/TYPE/TTL/RDATA]... [; OWNER/TYPE...]
 *   names in lower-cased hex (wire form, uncompressed), rdata in hex with names uncompressed where
 *   the type is CNAME, NS or DNAME; behind the semicolon the authority section. "timeout" stands
 *   where no answer came in three tries of two seconds, "broken" for a message that is none. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define WINDOW      64
#define TRIES       3
#define TIMEOUT_MS  2000
#define MESSAGE_MAX 65535

typedef struct {
    uint16_t type;
    uint8_t name[255];
    size_t name_len;
    int tries;
    long long sent_at;
    char *answer;
} question;

static question *questions;
static size_t question_count;

static void die(const char *what) {
    perror(what);
    exit(2);
}

static long long now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (long long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static struct sockaddr_in loopback(int port) {
    struct sockaddr_in at;
    memset(&at, 0, sizeof at);
    at.sin_family = AF_INET;
    at.sin_port = htons((uint16_t)port);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return at;
}

/* All are held until all are known, so that they differ. */
static int print_ports(int count) {
    for (int i = 0; i < count;) {
        struct sockaddr_in at = loopback(0);
        socklen_t len = sizeof at;
        int tcp = socket(AF_INET, SOCK_STREAM, 0);
        int udp = socket(AF_INET, SOCK_DGRAM, 0);
        if (tcp < 0 || udp < 0 || bind(tcp, (struct sockaddr *)&at, sizeof at) != 0 ||
            getsockname(tcp, (struct sockaddr *)&at, &len) != 0) {
            die("ports");
        }
        if (bind(udp, (struct sockaddr *)&at, sizeof at) == 0) {
            printf("%d\n", ntohs(at.sin_port));
            i++;
        }
    }
    return 0;
}

/* ---- questions ---- */

static void read_questions(void) {
    char line[1024];
    size_t capacity = 0;
    while (fgets(line, sizeof line, stdin) != NULL) {
        if (question_count == capacity) {
            capacity = capacity == 0 ? 1024 : capacity * 2;
            questions = realloc(questions, capacity * sizeof *questions);
            if (questions == NULL) {
                die("realloc");
            }
        }
        question *q = &questions[question_count++];
        memset(q, 0, sizeof *q);
        char *at;
        q->type = (uint16_t)strtoul(line, &at, 10);
        unsigned octet;
        for (at++; q->name_len < sizeof q->name && sscanf(at, "%2x", &octet) == 1; at += 2) {
            q->name[q->name_len++] = (uint8_t)octet;
        }
    }
}

static void send_question(int s, size_t id) {
    question *q = &questions[id];
    uint8_t m[512] = {(uint8_t)(id >> 8), (uint8_t)id, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1};
    size_t len = 12;
    memcpy(m + len, q->name, q->name_len);
    len += q->name_len;
    m[len++] = (uint8_t)(q->type >> 8);
    m[len++] = (uint8_t)q->type;
    m[len++] = 0;
    m[len++] = 1;
    static const uint8_t opt[] = {0, 0, 41, 0x10, 0, 0, 0, 0, 0, 0, 0};
    memcpy(m + len, opt, sizeof opt);
    len += sizeof opt;
    q->sent_at = now_ms();
    q->tries++;
    (void)!send(s, m, len, 0);
}

/* ---- answers ---- */

typedef struct {
    const uint8_t *bytes;
    size_t len;
    size_t at;
    int broken;
} message;

static unsigned get(message *m, size_t octets) {
    unsigned value = 0;
    while (octets-- != 0) {
        if (m->at >= m->len) {
            m->broken = 1;
            return 0;
        }
        value = value << 8 | m->bytes[m->at++];
    }
    return value;
}

/* Prints the name at m->at in hex. */
static void print_name(message *m, FILE *out) {
    size_t at = m->at;
    size_t end = 0; /* where the name ends in the message, once a pointer was followed */
    for (int steps = 0;; steps++) {
        if (at >= m->len || steps > 130) {
            m->broken = 1;
            return;
        }
        uint8_t c = m->bytes[at];
        if (c >= 0xc0) {
            if (at + 1 >= m->len) {
                m->broken = 1;
                return;
            }
            end = end == 0 ? at + 2 : end;
            at = (size_t)(c & 0x3f) << 8 | m->bytes[at + 1];
            continue;
        }
        if (at + c >= m->len) {
            m->broken = 1;
            return;
        }
        for (size_t i = 0; i <= c; i++) {
            uint8_t b = m->bytes[at + i];
            fprintf(out, "%02x", i != 0 && b >= 'A' && b <= 'Z' ? b + 32u : b);
        }
        at += 1u + c;
        if (c == 0) {
            break;
        }
    }
    m->at = end == 0 ? at : end;
}

static void print_record(message *m, FILE *out, int with_data) {
    print_name(m, out);
    unsigned type = get(m, 2);
    (void)get(m, 2);
    unsigned ttl = get(m, 4);
    unsigned len = get(m, 2);
    size_t end = m->at + len;
    if (end > m->len) {
        m->broken = 1;
        return;
    }
    fprintf(out, "/%u", type);
    if (with_data) {
        fprintf(out, "/%u/", ttl);
        if (type == 5 || type == 2 || type == 39) {
            print_name(m, out);
        } else {
            for (size_t at = m->at; at < end; at++) {
                fprintf(out, "%02x", m->bytes[at]);
            }
        }
    }
    m->at = end;
}

static char *read_answer(const uint8_t *bytes, size_t len, const question *q) {
    char *text = NULL;
    size_t text_len = 0;
    message m = {bytes, len, 2, 0};
    FILE *out = open_memstream(&text, &text_len);
    FILE *nowhere = fopen("/dev/null", "w");
    if (out == NULL || nowhere == NULL) {
        die("open_memstream");
    }
    unsigned flags = get(&m, 2);
    unsigned counts[4];
    for (size_t i = 0; i < 4; i++) {
        counts[i] = get(&m, 2);
    }
    fprintf(out, "%u %s %s", flags & 15, (flags & 0x400) != 0 ? "aa" : "-",
            (flags & 0x200) != 0 ? "tc" : "-");
    for (unsigned i = 0; i < counts[0] && !m.broken; i++) {
        print_name(&m, nowhere);
        if (get(&m, 2) != q->type) {
            m.broken = 1;
        }
        (void)get(&m, 2);
    }
    for (unsigned i = 0; i < counts[1] && !m.broken; i++) {
        fputc(' ', out);
        print_record(&m, out, 1);
    }
    fputs(" ;", out);
    for (unsigned i = 0; i < counts[2] && !m.broken; i++) {
        fputc(' ', out);
        print_record(&m, out, 0);
    }
    fclose(nowhere);
    fclose(out);
    if (m.broken) {
        free(text);
        text = strdup("broken");
    }
    return text;
}

static void take_answers(int s, size_t *open) {
    static uint8_t bytes[MESSAGE_MAX];
    ssize_t len;
    while ((len = recv(s, bytes, sizeof bytes, MSG_DONTWAIT)) >= 12) {
        size_t id = (size_t)bytes[0] << 8 | bytes[1];
        /* Ids are the low 16 bits; only those in flight, at most WINDOW apart, can be meant. */
        for (; id < question_count; id += 65536) {
            question *q = &questions[id];
            if (q->tries != 0 && q->answer == NULL) {
                q->answer = read_answer(bytes, (size_t)len, q);
                (*open)--;
                break;
            }
        }
    }
}

static void ask_all(int s) {
    size_t next = 0;
    size_t first = 0; /* all before it are answered */
    size_t open = 0;
    while (first < question_count) {
        while (open < WINDOW && next < question_count && next < first + 60000) {
            open++;
            send_question(s, next++);
        }
        struct pollfd p = {.fd = s, .events = POLLIN};
        if (poll(&p, 1, 100) > 0) {
            take_answers(s, &open);
        }
        long long now = now_ms();
        for (size_t i = first; i < next; i++) {
            question *q = &questions[i];
            if (q->answer == NULL && now - q->sent_at > TIMEOUT_MS) {
                if (q->tries < TRIES) {
                    send_question(s, i);
                } else {
                    q->answer = strdup("timeout");
                    open--;
                }
            }
        }
        while (first < next && questions[first].answer != NULL) {
            first++;
        }
    }
}

int main(int argc, char **argv) {
    if (argc == 3 && strcmp(argv[1], "ports") == 0) {
        return print_ports(atoi(argv[2]));
    }
    if (argc != 2) {
        fputs("usage: ask ports N | ask PORT\n", stderr);
        return 2;
    }
    int s = socket(AF_INET, SOCK_DGRAM, 0);
    struct sockaddr_in to = loopback(atoi(argv[1]));
    if (s < 0 || connect(s, (struct sockaddr *)&to, sizeof to) != 0) {
        die("socket");
    }
    read_questions();
    ask_all(s);
    for (size_t i = 0; i < question_count; i++) {
        puts(questions[i].answer);
        free(questions[i].answer);
    }
    free(questions);
    return 0;
}
