/* Writes the zone files of the benchmark to stdout: the same bytes for the same arguments.
 * SPDX-License-Identifier: MIT
 * Usage: zone_files delegation|signed|organisation|small|… [SIZE]; SIZE is a scale, 1 by default. */
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t state = 0x9e3779b97f4a7c15u;

static uint32_t below(uint32_t n) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)((state >> 32) * n >> 32);
}

static bool chance(uint32_t percent) {
    return below(100) < percent;
}

static const char *const words[] = {
    "alpha",  "mail",  "shop",  "cloud",  "north", "data",    "web",   "green", "portal",
    "river",  "studio", "media", "quick", "bank",  "garden",  "photo", "sport", "travel",
    "winter", "api",   "stage", "metrics", "login", "support", "cdn",   "edge",  "vpn"};

static const char *word(void) {
    return words[below(sizeof words / sizeof words[0])];
}

static void text_of(const char *alphabet, size_t len) {
    uint32_t n = (uint32_t)strlen(alphabet);
    while (len-- != 0) {
        putchar(alphabet[below(n)]);
    }
}

static void base64(size_t len) {
    text_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", len);
}

static void base32(size_t len) {
    text_of("0123456789abcdefghijklmnopqrstuv", len);
}

static void address(void) {
    printf("192.0.%" PRIu32 ".%" PRIu32, below(256), below(256));
}

static void address6(void) {
    printf("2001:db8:%" PRIx32 "::%" PRIx32, below(65536), below(65536));
}

static void apex(void) {
    printf("test.\t86400\tIN\tSOA\ta.nic.test. hostmaster.test. 2026010101 1800 900 604800 86400\n"
           "test.\t86400\tIN\tNS\ta.nic.test.\na.nic.test.\t86400\tIN\tA\t192.0.2.53\n");
}

/* ---- a delegation zone: absolute owners, 86 % NS, glue ---- */

static void delegation(double scale) {
    apex();
    uint32_t names = (uint32_t)(430000 * scale);
    for (uint32_t i = 0; i < names; i++) {
        char owner[80];
        (void)snprintf(owner, sizeof owner, "%s%s%" PRIu32 ".test.", word(), word(), i);
        for (uint32_t server = 1; server <= 2; server++) {
            printf("%s\t172800\tIN\tNS\tns%" PRIu32 ".%s%s%" PRIu32 ".test.\n", owner, server, word(),
                   word(), below(names));
        }
        if (chance(16)) {
            printf("ns1.%s\t172800\tIN\tA\t", owner);
            address();
            printf("\nns2.%s\t172800\tIN\tAAAA\t", owner);
            address6();
            putchar('\n');
        }
    }
}

/* ---- a signed zone: NS, DS, NSEC3 and signatures of 128 octets ---- */

static void signature(const char *owner, const char *covered) {
    printf("%s\t86400\tIN\tRRSIG\t%s 8 2 86400 20260201000000 20260101000000 %" PRIu32 " test. ", owner,
           covered, 1 + below(65535));
    base64(170);
    text_of("AEIMQUYcgkosw048", 1); /* 128 octets leave two bits over */
    printf("=\n");
}

static void signed_zone(double scale) {
    apex();
    signature("test.", "SOA");
    uint32_t names = (uint32_t)(57500 * scale);
    for (uint32_t i = 0; i < names; i++) {
        char owner[80];
        (void)snprintf(owner, sizeof owner, "%s%s%" PRIu32 ".test.", word(), word(), i);
        printf("%s\t86400\tIN\tNS\tns1.%s%" PRIu32 ".test.\n", owner, word(), below(names));
        printf("%s\t86400\tIN\tNS\tns2.%s%" PRIu32 ".test.\n", owner, word(), below(names));
        printf("%s\t86400\tIN\tDS\t%" PRIu32 " 8 2 ", owner, 1 + below(65535));
        text_of("0123456789ABCDEF", 64);
        putchar('\n');
        signature(owner, "DS");
        char hash[48];
        for (size_t at = 0; at < 32; at++) {
            hash[at] = "0123456789abcdefghijklmnopqrstuv"[below(32)];
        }
        (void)snprintf(hash + 32, sizeof hash - 32, ".test.");
        printf("%s\t86400\tIN\tNSEC3\t1 1 10 AABBCCDD ", hash);
        base32(32);
        printf(" NS DS RRSIG\n");
        signature(hash, "NSEC3");
    }
}

/* ---- an organisation's zone: written by hand and by scripts ---- */

static void caa(const char *owner) {
    static const char *const sets[] = {
        "0 issue \"letsencrypt.org\"",
        "0 issue \"letsencrypt.org; validationmethods=dns-01\"",
        "0 issue \"ca.test; accounturi=https://ca.test/acct/1234\"",
        "0 issuewild \";\"",
        "128 issue \"digicert.com\"",
        "0 iodef \"mailto:security@example.com\"",
        "0 issue letsencrypt.org ; bare",
        "0 issue \"pki.goog; \\\"quoted\\\"\""};
    printf("%s\tCAA\t%s\n", owner, sets[below(sizeof sets / sizeof sets[0])]);
}

static void organisation_host(uint32_t number) {
    char owner[64];
    (void)snprintf(owner, sizeof owner, "%s-%s-%02" PRIu32, word(), word(), number);
    switch (below(14)) {
    case 0:
    case 1:
    case 2:
        printf("%s\t300\tIN\tCNAME\t%s-lb.%s.example.net.\n", owner, word(), word());
        return;
    case 3:
        printf("%s\tIN\tTXT\t\"v=spf1 ip4:192.0.2.0/24 include:_spf.example.net; -all\" \"a "
               "\\\"quoted\\\" word\"\n",
               owner);
        return;
    case 4:
        printf("%s\t600 IN A\t(", owner);
        address();
        printf("\t; in parentheses, asked for by %s\n\t)\n", word());
        printf("\tIN AAAA\t");
        address6();
        putchar('\n');
        return;
    case 5:
        printf("%s\tIN\tMX\t10 mail.%s.example.net.\n\tIN\tMX\t20 mail2.%s.example.net.\n", owner,
               word(), word());
        return;
    default:
        printf("%s\t3600\tIN\tA\t", owner);
        address();
        printf(chance(25) ? "\t; %s\n" : "\n", word());
        if (chance(30)) {
            printf("\t\t3600\tIN\tAAAA\t");
            address6();
            putchar('\n');
        }
        if (chance(24)) {
            caa("\t");
        }
        return;
    }
}

static void organisation(double scale) {
    uint32_t copies = (uint32_t)(40 * scale);
    printf("$TTL 3600\n$ORIGIN example.com.\n"
           "@\tIN\tSOA\tns1 hostmaster (\n\t\t2026010101 ; serial\n\t\t3h ; refresh\n\t\t15m\n"
           "\t\t1w\n\t\t1h ) ; minimum\n\tNS\tns1\n\tNS\tns2\nns1\tA\t192.0.2.1\nns2\tA\t192.0.2.2\n");
    caa("@");
    for (uint32_t copy = 0; copy < (copies == 0 ? 1 : copies); copy++) {
        for (uint32_t department = 0; department < 100; department++) {
            printf("\n; ---- department %" PRIu32 ": %s, ask %s@example.com before you change it\n",
                   department, word(), word());
            printf("$ORIGIN d%" PRIu32 ".c%" PRIu32 ".example.com.\n", department, copy);
            for (uint32_t host = 0; host < 257; host++) {
                if (chance(13)) {
                    printf("; %s %s (ticket %" PRIu32 "), \"do not touch\" before the %s move\n",
                           word(), word(), below(100000), word());
                }
                organisation_host(host);
                if (chance(4)) {
                    caa("*.w");
                }
            }
        }
    }
}

/* ---- small and hostile ones ---- */

/* 2 KB, as most teams have them. */
static void small(void) {
    printf("$TTL 3600\n@ IN SOA ns1 hostmaster 2026010101 3600 900 604800 300\n  NS ns1\n  NS ns2\n"
           "  MX 10 mail\n  CAA 0 issue \"letsencrypt.org\"\n  CAA 0 iodef \"mailto:pki@example.com\"\n");
    for (uint32_t i = 0; i < 54; i++) {
        printf("%s%" PRIu32 "\tIN\tA\t", word(), i);
        address();
        putchar('\n');
        if (i % 6 == 0) {
            printf("\tIN\tCAA\t0 issue \"ca.test; validationmethods=dns-01\"\n");
        }
    }
    printf("ns1 A 192.0.2.1\nns2 A 192.0.2.2\nmail A 192.0.2.3\n* CNAME www\nwww A 192.0.2.80\n");
}

static void head(void) {
    printf("$TTL 60\n@ IN SOA ns hostmaster 1 2 3 4 5\n  NS ns\nns A 192.0.2.1\n");
}

static void repeat(const char *piece, double megabytes) {
    size_t len = strlen(piece);
    for (size_t done = 0; (double)done < megabytes * 1e6; done += len) {
        fwrite(piece, 1, len, stdout);
    }
}

static bool hostile(const char *kind, double scale) {
    double megabytes = 64 * scale;
    head();
    if (strcmp(kind, "plain") == 0) {
        repeat("www-host\t3600\tIN\tA\t192.0.2.17\n", megabytes);
    } else if (strcmp(kind, "quotes") == 0) { /* every line leaves one open */
        repeat("www\tIN\tTXT\t\"never closed\n", megabytes);
    } else if (strcmp(kind, "quote-line") == 0) { /* one, and 64 MB without a line end */
        printf("www TXT \"");
        repeat("never closed ", megabytes);
    } else if (strcmp(kind, "parentheses") == 0) { /* nested for ever */
        printf("www TXT ");
        repeat("( ", megabytes);
    } else if (strcmp(kind, "parenthesis") == 0) { /* one, never closed, over plain lines */
        printf("www TXT (\n");
        repeat("www-host\t3600\tIN\tA\t192.0.2.17\n", megabytes);
    } else if (strcmp(kind, "one-line") == 0) {
        printf("www TXT ");
        repeat("word ", megabytes);
    } else if (strcmp(kind, "one-word") == 0) {
        printf("www TXT ");
        repeat("word", megabytes);
    } else if (strcmp(kind, "comment") == 0) {
        printf("www A 192.0.2.1 ;");
        repeat(" word", megabytes);
    } else if (strcmp(kind, "blanks") == 0) {
        repeat("        ", megabytes);
    } else if (strcmp(kind, "escapes") == 0) {
        printf("www TXT ");
        repeat("\\\\\\\"", megabytes);
    } else if (strcmp(kind, "almost") == 0) { /* each entry a little shorter than what is allowed */
        char *entry = malloc(1000001);
        if (entry == NULL) {
            return false;
        }
        memset(entry, ' ', 1000000);
        memcpy(entry, "www TXT (", 9);
        memcpy(entry + 1000000 - 5, "end)\n", 5);
        entry[1000000] = '\0';
        repeat(entry, megabytes);
        free(entry);
    } else if (strcmp(kind, "includes") == 0) {
        for (uint32_t i = 0; i < (uint32_t)(1000000 * scale); i++) {
            printf("$INCLUDE part%" PRIu32 ".zone\n", i);
        }
    } else if (strcmp(kind, "origins") == 0) {
        for (uint32_t i = 0; i < (uint32_t)(1000000 * scale); i++) {
            printf("$ORIGIN o%" PRIu32 ".example.com.\n@ NS ns.example.com.\n", i % 977);
        }
    } else {
        return false;
    }
    return true;
}

int main(int argc, char **argv) {
    const char *kind = argc > 1 ? argv[1] : "";
    double scale = argc > 2 ? strtod(argv[2], NULL) : 1;
    if (strcmp(kind, "delegation") == 0) {
        delegation(scale);
    } else if (strcmp(kind, "signed") == 0) {
        signed_zone(scale);
    } else if (strcmp(kind, "organisation") == 0) {
        organisation(scale);
    } else if (strcmp(kind, "small") == 0) {
        small();
    } else if (!hostile(kind, scale)) {
        (void)fprintf(stderr, "zone_files: no such kind of file: %s\n", kind);
        return 2;
    }
    return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}
