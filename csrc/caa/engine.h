/* The engine: carries the resolver's packets over real sockets, with epoll, sendmmsg and recvmmsg.
 * SPDX-License-Identifier: MIT
 * Source: epoll(7), sendmmsg(2), ip(7) on IP_RECVERR; RFC 5452 section 9.2 (random ports).
 *
 * A thin driver of resolver.h: it decides nothing. Linux only; a build without it keeps the rest.
 */
#ifndef ISSUABLE_CAA_ENGINE_H
#define ISSUABLE_CAA_ENGINE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "resolver.h"

typedef struct caa_engine caa_engine;

/* NULL with errno: no memory, or no epoll. The resolver has to outlive it. */
caa_engine *caa_engine_open(caa_resolver *resolver);
void caa_engine_close(caa_engine *e);

/* The address of a server, an IPv4 or IPv6 address with its port. */
void caa_engine_server(caa_engine *e, unsigned server, const struct sockaddr *address,
                       socklen_t len);

/* Writes every packet that goes or comes to this file from now on, a line each, `head` before them:
 *     udp SERVER PORT > HEX    sent;   < HEX  came from that server;   ! HEX  came back (its id)
 *     tcp SERVER STREAM > HEX  sent after connecting;   < HEX  some octets came;   .  closed
 * False with errno: it cannot be opened. */
bool caa_engine_record(caa_engine *e, const char *path, const char *head);

/* Sends what is to be sent, waits at most `timeout` milliseconds (-1: as long as something is under
 * way) for something to come, feeds it. Returns at once when the resolver has events. False with
 * errno: epoll broke. */
bool caa_engine_step(caa_engine *e, int timeout);

/* Readable when a step has something to do; and how long it may be waited for that: -1 for ever. */
int caa_engine_fd(const caa_engine *e);
int caa_engine_timeout(const caa_engine *e);

/* Milliseconds of a clock that never goes back: what the engine tells the resolver. */
int64_t caa_engine_now(void);

#endif
