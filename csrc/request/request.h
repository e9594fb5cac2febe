/* A certificate signing request (PKCS#10) as Kubernetes objects carry it: the names it asks for.
 * SPDX-License-Identifier: MIT
 * Source: RFC 2986, RFC 5280 section 4.2.1.6, RFC 7468; cert-manager reads the first PEM block. */
#ifndef ISSUABLE_REQUEST_H
#define ISSUABLE_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

/* No lua_State here. The text is hostile: base64 of one PEM block, at most REQUEST_MAX bytes.
 * Whatever leaves a doubt about the names (two lists of them, bytes behind the request, a value
 * that cannot be shown) refuses the whole request: a caller may then not tell what it asks for. */

#define REQUEST_MAX ((size_t)512 * 1024)

typedef enum {
    REQUEST_DNS,
    REQUEST_IP, /* its text: 192.0.2.1, 2001:db8::1 */
    REQUEST_EMAIL,
    REQUEST_URI,
    REQUEST_OTHER,      /* a name of another form (directoryName, otherName …): without text */
    REQUEST_COMMON_NAME /* of the subject; UTF-8 */
} request_kind;

typedef struct {
    request_kind kind;
    size_t at, length; /* in request_names.text; the bytes are as they came, NUL is possible */
} request_name;

typedef struct {
    request_name *names; /* in the order of the request; common names last */
    size_t count;
    char *text;
    bool is_ca; /* asks for a CA certificate (basicConstraints) */
} request_names;

typedef enum {
    REQUEST_OK,
    REQUEST_NO_MEMORY,
    REQUEST_TOO_LARGE,
    REQUEST_NOT_BASE64,
    REQUEST_NOT_PEM,
    REQUEST_NOT_PKCS10,
    REQUEST_AMBIGUOUS /* more than one list of names or of extensions */
} request_status;

/* `out` is zeroed first; on REQUEST_OK it holds memory for request_names_free. */
request_status request_read(const char *text, size_t length, request_names *out);
void request_names_free(request_names *names); /* zeroed or read; again is fine */
const char *request_message(request_status status);

#endif
