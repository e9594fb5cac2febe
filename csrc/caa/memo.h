/* The memory of a run: every owner that was asked, in flight or answered.
 * SPDX-License-Identifier: MIT
 * Source: RFC 2308 section 5 and 7.2 (how long negative answers and failures count).
 *
 * A table of entries that are recycled; nothing is allocated for an answer of usual size. What
 * names in progress refer to stays. Of the rest those go first that nobody asked for twice, so
 * parents stay. When everything is referred to the table grows. Entries are told by number: growing
 * moves them. */
#ifndef ISSUABLE_CAA_MEMO_H
#define ISSUABLE_CAA_MEMO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dns/name.h"
#include "reply.h"

#define CAA_NONE UINT32_MAX

typedef enum {
    CAA_ENTRY_FREE,
    CAA_ENTRY_ASKING,
    CAA_ENTRY_ANSWERED,
    CAA_ENTRY_STALE /* answered, too old to be found, and somebody still refers to it */
} caa_entry_state;

typedef enum { CAA_UNCHECKED, CAA_INSECURE, CAA_SECURE, CAA_BOGUS } caa_security;

#define CAA_ENTRY_INLINE 312 /* the owner's wire form and the reply's block, when they fit */

typedef struct {
    uint32_t next; /* in its chain, or in the free list */
    uint32_t hash;
    uint32_t first_waiting, last_waiting; /* names that wait for it */
    uint32_t flight;
    uint32_t refs;
    int64_t expires;
    uint64_t tag;  /* of a plain query; see caa_resolver_query */
    uint8_t state; /* caa_entry_state */
    uint8_t security;
    uint8_t server;
    uint8_t name_len;
    uint8_t hits;
    bool plain; /* a plain query: in no chain, its block is the whole message */
    bool tcp;
    bool edns;
    int16_t cd_rcode; /* what the same question with CD got; -1: not asked, -2: no answer */
    caa_reply reply;
    uint8_t *large; /* the block, when it is not inside */
    uint8_t inside[CAA_ENTRY_INLINE];
} caa_entry;

typedef struct {
    caa_entry *entries;
    uint32_t size;
    uint32_t *chains;
    uint32_t chain_mask;
    uint32_t free;
    uint32_t hand;
    uint32_t used;
    uint64_t key; /* of the hash: nobody outside can choose names that meet in one chain */
} caa_memo;

/* False: no memory. */
bool caa_memo_open(caa_memo *memo, uint32_t size, uint64_t key);
void caa_memo_close(caa_memo *memo);

/* The entry of an owner, asking or answered and not expired, or CAA_NONE. */
uint32_t caa_memo_find(caa_memo *memo, const dns_name *owner, int64_t now);

/* A new entry that is asking; plain ones are never found. CAA_NONE: no memory. */
uint32_t caa_memo_add(caa_memo *memo, const dns_name *owner, bool plain);

/* The answer: reply.used octets of block. False: no memory, and the reply is CAA_CAUSE_MEMORY. */
bool caa_memo_answer(caa_memo *memo, uint32_t index, const caa_reply *reply, const uint8_t *block,
                     int64_t expires);

void caa_memo_hold(caa_memo *memo, uint32_t index);
void caa_memo_release(caa_memo *memo, uint32_t index);

/* Forgets an entry that nobody waits for or refers to. */
void caa_memo_drop(caa_memo *memo, uint32_t index);

void caa_entry_owner(const caa_entry *entry, dns_name *out);
caa_block caa_entry_block(const caa_entry *entry);

#endif
