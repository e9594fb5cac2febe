/* For spec/bench/resolve: the engine against a raw loop, and the reading of one answer; CPU time.
 * SPDX-License-Identifier: MIT
 * Source: csrc/caa/engine.h; the raw loop is what the kernel costs whoever asks.
 *
 *   resolve raw PORT NAMES       one socket, batches of 64, a hand parser, one query a name
 *   resolve engine PORT NAMES    the engine: every name decided
 *   resolve read                 an answer read, a lookup fed, records taken apart; in memory */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "caa/engine.h"
#include "caa/rdata.h"
#include "caa/property.h"

enum { BATCH = 64, WINDOW = 1024 };

static dns_name *names;
static size_t count;

static void die(const char *what) {
    perror(what);
    exit(2);
}

static double cpu(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static long resident(void) {
    long pages = 0, total = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file == NULL || fscanf(file, "%ld %ld", &total, &pages) != 2) {
        pages = 0;
    }
    if (file != NULL) {
        fclose(file);
    }
    return pages * sysconf(_SC_PAGESIZE) / 1024;
}

static void read_names(const char *path) {
    FILE *file = fopen(path, "r");
    char line[300];
    size_t room = 1 << 20;
    names = malloc(room * sizeof *names);
    if (file == NULL || names == NULL) {
        die(path);
    }
    while (count < room && fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        if (dns_name_parse(&names[count], line, strlen(line), NULL, NULL) == DNS_NAME_OK) {
            count++;
        }
    }
    fclose(file);
}

static struct sockaddr_in address_of(const char *port) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};
    inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
    return to;
}

static int raw(const char *port) {
    struct sockaddr_in to = address_of(port);
    int fd = socket(AF_INET, SOCK_DGRAM, 0), room = 1 << 22;
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    if (fd < 0 || connect(fd, (const struct sockaddr *)&to, sizeof to) != 0) {
        die("socket");
    }
    static uint8_t out[BATCH][DNS_QUERY_MAX], in[BATCH][1500];
    struct mmsghdr send_to[BATCH], from[BATCH];
    struct iovec sends[BATCH], receives[BATCH];
    memset(send_to, 0, sizeof send_to);
    memset(from, 0, sizeof from);
    for (int i = 0; i < BATCH; i++) {
        send_to[i].msg_hdr.msg_iov = &sends[i];
        send_to[i].msg_hdr.msg_iovlen = 1;
        receives[i] = (struct iovec){in[i], sizeof in[i]};
        from[i].msg_hdr.msg_iov = &receives[i];
        from[i].msg_hdr.msg_iovlen = 1;
    }
    size_t sent = 0, got = 0, records = 0;
    double began = cpu();
    struct timeval patience = {.tv_sec = 1, .tv_usec = 0};
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    while (got < count) {
        unsigned n = 0;
        for (; n < BATCH && sent + n < count && sent + n - got < 256; n++) {
            dns_query query = {.id = (uint16_t)(sent + n), .type = DNS_TYPE_CAA, .edns = true};
            sends[n] = (struct iovec){out[n], dns_query_write(out[n], &query, &names[sent + n])};
        }
        if (n > 0) {
            int done = sendmmsg(fd, send_to, n, 0);
            if (done < 0) {
                die("sendmmsg");
            }
            sent += (size_t)done;
        }
        int received = recvmmsg(fd, from, BATCH, MSG_WAITFORONE, NULL);
        if (received <= 0) {
            fprintf(stderr, "raw: %zu answers are missing\n", sent - got);
            break;
        }
        for (int i = 0; i < received; i++) {
            records += in[i][7];
        }
        got += (size_t)received;
    }
    printf("%.3f us CPU a name, 1.000 queries a name, %zu names, %zu records\n",
           (cpu() - began) * 1e6 / (double)got, got, records);
    return 0;
}

static int engine(const char *port) {
    caa_resolver_config config;
    caa_resolver_defaults(&config);
    config.window = WINDOW;
    config.memo = 4096 + 8 * WINDOW;
    if (getrandom(config.entropy, sizeof config.entropy, 0) != sizeof config.entropy) {
        die("getrandom");
    }
    long before = resident();
    caa_resolver *r = caa_resolver_open(&config);
    caa_engine *e = r == NULL ? NULL : caa_engine_open(r);
    struct sockaddr_in to = address_of(port);
    if (e == NULL) {
        die("engine");
    }
    caa_engine_server(e, (unsigned)caa_resolver_add_server(r, true), (const struct sockaddr *)&to,
                      sizeof to);
    size_t started = 0, done = 0, states[5] = {0}, records = 0;
    double began = cpu();
    while (done < count) {
        int64_t now = caa_engine_now();
        while (started < count && caa_resolver_start(r, &names[started], false, now) != CAA_NONE) {
            started++;
        }
        if (!caa_engine_step(e, 1000)) {
            die("step");
        }
        uint32_t index;
        while (caa_resolver_event(r, &index) != CAA_EVENT_NONE) {
            const caa_lookup *m = caa_resolver_lookup(r, index);
            states[m->status]++;
            caa_step step;
            caa_resolver_step(r, index, caa_resolver_steps(r, index) - 1, &step);
            records += step.kind == CAA_STEP_ENTRY ? step.entry->reply.records : 0;
            caa_resolver_release(r, index);
            done++;
        }
    }
    double used = cpu() - began;
    const caa_resolver_counts *c = caa_resolver_count(r);
    printf("%.3f us CPU a name, %.3f queries a name, %zu names, %zu records; found %zu none %zu "
           "failed %zu; %ld kB above the names\n",
           used * 1e6 / (double)count, (double)c->queries / (double)count, done, records,
           states[CAA_LOOKUP_FOUND], states[CAA_LOOKUP_NONE], states[CAA_LOOKUP_FAILED],
           resident() - before);
    caa_engine_close(e);
    caa_resolver_close(r);
    return 0;
}

/* An answer as NSD gives it: the set, and an SOA for the negative one. */
static size_t sample(uint8_t *out, const dns_name *owner, bool found) {
    dns_query query = {.type = DNS_TYPE_CAA, .edns = false};
    size_t len = dns_query_write(out, &query, owner);
    out[2] |= 0x84;
    if (found) {
        static const char *const CAS[] = {"issueletsencrypt.org", "issuepki.goog",
                                          "iodefmailto:a@example.test"};
        out[7] = 3;
        for (int i = 0; i < 3; i++) {
            uint8_t size = (uint8_t)strlen(CAS[i]);
            uint8_t head[] = {0xc0, 12, 1, 1, 0, 1, 0, 0, 1, 44, 0, (uint8_t)(size + 2), 0, 5};
            memcpy(out + len, head, sizeof head);
            memcpy(out + len + sizeof head, CAS[i], size);
            len += sizeof head + size;
        }
    } else {
        static const uint8_t SOA[] = {0xc0, 12,   0,  6, 0,   1,    0,  0,   1, 44, 0, 28, 2, 'n',
                                      's',  0xc0, 12, 1, 'h', 0xc0, 12, 0,   0, 0,  1, 0,  0, 28,
                                      32,   0,    0,  3, 132, 0,    18, 117, 0, 0,  0, 1,  44};
        out[9] = 1;
        memcpy(out + len, SOA, sizeof SOA);
        len += sizeof SOA;
    }
    return len;
}

static int read_answers(void) {
    static uint8_t block[CAA_REPLY_BLOCK], messages[2][1500];
    dns_name name, parent;
    dns_name_parse(&name, "www.bench.example.test", 22, NULL, NULL);
    parent = name;
    dns_name_parent(&parent);
    size_t len[2] = {sample(messages[0], &name, true), sample(messages[1], &name, false)};
    size_t rounds = 4000000, properties = 0;
    double began = cpu();
    for (size_t i = 0; i < rounds; i++) {
        uint8_t trail[1];
        caa_lookup m;
        caa_reply reply;
        caa_lookup_start(&m, &name, 16, trail, 0);
        caa_reply_read(&reply, block, messages[i & 1], len[i & 1], &name, false, false);
        if (reply.kind == CAA_REPLY_RRSET) {
            caa_lookup_rrset(&m, &name, reply.ttl);
            caa_block walk = {block, block + reply.used};
            caa_block_zone(&walk, &parent);
            for (unsigned k = 0; k < reply.records; k++) {
                size_t size, at;
                caa_rdata rdata;
                caa_issue_value value;
                const uint8_t *data = caa_block_record(&walk, &size);
                if (caa_rdata_decode(&rdata, data, size, &at) == CAA_RDATA_OK &&
                    caa_kind_of(rdata.tag, rdata.tag_len) == CAA_ISSUE) {
                    properties += caa_issue_read(&value, rdata.value, rdata.value_len) == CAA_OK;
                }
            }
        } else {
            caa_lookup_empty(&m, &name, CAA_EMPTY_NODATA, reply.ttl);
        }
    }
    printf("%.0f ns an answer (%zu properties)\n", (cpu() - began) * 1e9 / (double)rounds,
           properties);
    return 0;
}

int main(int argc, char **argv) {
    if (argc == 2 && strcmp(argv[1], "read") == 0) {
        return read_answers();
    }
    if (argc != 4) {
        fprintf(stderr, "usage: resolve raw|engine PORT NAMES | resolve read\n");
        return 2;
    }
    read_names(argv[3]);
    return strcmp(argv[1], "raw") == 0 ? raw(argv[2]) : engine(argv[2]);
}
