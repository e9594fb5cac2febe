/* base64, then PEM, then DER: each step bounded by the one before it; libcrypto reads the DER.
 * SPDX-License-Identifier: MIT
 * Source: RFC 2986 section 4; RFC 2985 section 5.4.2 (extensionRequest); OpenSSL 3. */
#include "request.h"

#include "text/octets.h"

#include <arpa/inet.h>
#include <limits.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

const char *request_message(request_status status) {
    switch (status) {
    case REQUEST_OK:
        break;
    case REQUEST_NO_MEMORY:
        return "not enough memory";
    case REQUEST_TOO_LARGE:
        return "the certificate signing request is too large";
    case REQUEST_NOT_BASE64:
        return "the certificate signing request is not base64";
    case REQUEST_NOT_PEM:
        return "the certificate signing request is not one PEM block";
    case REQUEST_NOT_PKCS10:
        return "the certificate signing request is not PKCS#10";
    case REQUEST_AMBIGUOUS:
        return "the certificate signing request holds its names more than once";
    }
    return NULL;
}

/* ---- the list under construction ---- */

typedef struct {
    request_names *out;
    size_t names_capacity, text_length, text_capacity;
    bool no_memory;
} builder;

static bool grow(void **items, size_t *capacity, size_t need, size_t size) {
    size_t more = *capacity < 16 ? 16 : *capacity * 2;
    void *moved;
    if (need <= *capacity) {
        return true;
    }
    if (more < need) {
        more = need;
    }
    if (more > SIZE_MAX / size || (moved = realloc(*items, more * size)) == NULL) {
        return false;
    }
    *items = moved;
    *capacity = more;
    return true;
}

/* What is counted is bounded by the size of the request. */
static bool add(builder *b, request_kind kind, const void *text, size_t length) {
    void *names = b->out->names, *bytes = b->out->text;
    bool fine = grow(&names, &b->names_capacity, b->out->count + 1, sizeof(request_name));
    b->out->names = names;
    fine = fine && grow(&bytes, &b->text_capacity, b->text_length + length, 1);
    b->out->text = bytes;
    if (!fine) {
        b->no_memory = true;
        return false;
    }
    b->out->names[b->out->count++] = (request_name){kind, b->text_length, length};
    if (length != 0) {
        memcpy(b->out->text + b->text_length, text, length);
        b->text_length += length;
    }
    return true;
}

void request_names_free(request_names *names) {
    free(names->names);
    free(names->text);
    memset(names, 0, sizeof *names);
}

/* ---- names ---- */

static bool add_string(builder *b, request_kind kind, const ASN1_STRING *string) {
    int length = ASN1_STRING_length(string);
    return length >= 0 && add(b, kind, ASN1_STRING_get0_data(string), (size_t)length);
}

static bool add_address(builder *b, const ASN1_OCTET_STRING *octets) {
    char text[INET6_ADDRSTRLEN];
    int length = ASN1_STRING_length(octets);
    int family = length == 4 ? AF_INET : AF_INET6;
    if ((length != 4 && length != 16) ||
        inet_ntop(family, ASN1_STRING_get0_data(octets), text, sizeof text) == NULL) {
        return false;
    }
    return add(b, REQUEST_IP, text, strlen(text));
}

static bool add_general_name(builder *b, const GENERAL_NAME *name) {
    int type;
    const void *value = GENERAL_NAME_get0_value(name, &type);
    switch (type) {
    case GEN_DNS:
        return add_string(b, REQUEST_DNS, value);
    case GEN_EMAIL:
        return add_string(b, REQUEST_EMAIL, value);
    case GEN_URI:
        return add_string(b, REQUEST_URI, value);
    case GEN_IPADD:
        return add_address(b, value);
    default:
        return add(b, REQUEST_OTHER, "", 0);
    }
}

static bool add_alternative_names(builder *b, X509_EXTENSION *extension) {
    GENERAL_NAMES *names = X509V3_EXT_d2i(extension);
    bool fine = names != NULL;
    for (int i = 0; fine && i < sk_GENERAL_NAME_num(names); i++) {
        fine = add_general_name(b, sk_GENERAL_NAME_value(names, i));
    }
    GENERAL_NAMES_free(names);
    return fine;
}

static bool read_constraints(builder *b, X509_EXTENSION *extension) {
    BASIC_CONSTRAINTS *constraints = X509V3_EXT_d2i(extension);
    if (constraints == NULL) {
        return false;
    }
    b->out->is_ca = b->out->is_ca || constraints->ca != 0;
    BASIC_CONSTRAINTS_free(constraints);
    return true;
}

static request_status read_extensions(builder *b, const X509_EXTENSIONS *extensions) {
    int lists = 0;
    for (int i = 0; i < sk_X509_EXTENSION_num(extensions); i++) {
        X509_EXTENSION *extension = sk_X509_EXTENSION_value(extensions, i);
        bool fine = true;
        switch (OBJ_obj2nid(X509_EXTENSION_get_object(extension))) {
        case NID_subject_alt_name:
            if (++lists > 1) {
                return REQUEST_AMBIGUOUS;
            }
            fine = add_alternative_names(b, extension);
            break;
        case NID_basic_constraints:
            fine = read_constraints(b, extension);
            break;
        default:
            break;
        }
        if (!fine) {
            return REQUEST_NOT_PKCS10;
        }
    }
    return REQUEST_OK;
}

/* The attribute that asks for extensions, in the form of RFC 2985 or Microsoft's older one. Which
 * of several counts is each reader's own choice, so more than one is refused. */
static request_status read_attributes(builder *b, const X509_REQ *request) {
    int seen = 0;
    for (int i = 0; i < X509_REQ_get_attr_count(request); i++) {
        X509_ATTRIBUTE *attribute = X509_REQ_get_attr(request, i);
        int nid = OBJ_obj2nid(X509_ATTRIBUTE_get0_object(attribute));
        const ASN1_TYPE *value;
        const unsigned char *der;
        X509_EXTENSIONS *extensions;
        request_status status;
        long length;
        if (nid != NID_ext_req && nid != NID_ms_ext_req) {
            continue;
        }
        if (++seen > 1 || X509_ATTRIBUTE_count(attribute) > 1) {
            return REQUEST_AMBIGUOUS;
        }
        value = X509_ATTRIBUTE_get0_type(attribute, 0);
        if (value == NULL || value->type != V_ASN1_SEQUENCE) {
            return REQUEST_NOT_PKCS10;
        }
        der = ASN1_STRING_get0_data(value->value.sequence);
        length = ASN1_STRING_length(value->value.sequence);
        extensions = d2i_X509_EXTENSIONS(NULL, &der, length);
        if (extensions == NULL) {
            return REQUEST_NOT_PKCS10;
        }
        status = der == ASN1_STRING_get0_data(value->value.sequence) + length
                     ? read_extensions(b, extensions)
                     : REQUEST_NOT_PKCS10;
        sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
        if (status != REQUEST_OK) {
            return status;
        }
    }
    return REQUEST_OK;
}

static request_status read_subject(builder *b, const X509_REQ *request) {
    const X509_NAME *subject = X509_REQ_get_subject_name(request);
    for (int i = -1; (i = X509_NAME_get_index_by_NID(subject, NID_commonName, i)) >= 0;) {
        unsigned char *text = NULL;
        int length =
            ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, i)));
        bool fine = length >= 0 && add(b, REQUEST_COMMON_NAME, text, (size_t)length);
        OPENSSL_free(text);
        if (!fine) {
            return REQUEST_NOT_PKCS10;
        }
    }
    return REQUEST_OK;
}

static request_status read_der(const char *bytes, size_t length, request_names *out) {
    const unsigned char *der = (const unsigned char *)bytes, *end = der + length;
    X509_REQ *request = length <= LONG_MAX ? d2i_X509_REQ(NULL, &der, (long)length) : NULL;
    builder b = {out, 0, 0, 0, false};
    request_status status = REQUEST_NOT_PKCS10;
    if (request != NULL && der == end) {
        status = read_attributes(&b, request);
        if (status == REQUEST_OK) {
            status = read_subject(&b, request);
        }
    }
    X509_REQ_free(request);
    for (unsigned long code; (code = ERR_get_error()) != 0;) {
        b.no_memory = b.no_memory || ERR_GET_REASON(code) == ERR_R_MALLOC_FAILURE;
    }
    return b.no_memory ? REQUEST_NO_MEMORY : status;
}

/* ---- the text around it ---- */

static const char *find(const char *text, const char *end, const char *needle) {
    return text < end ? memmem(text, (size_t)(end - text), needle, strlen(needle)) : NULL;
}

/* The base64 between the two lines of the first block, which has to be a request. */
static bool find_block(const char *text, size_t length, const char **body, size_t *body_length) {
    static const char *const begins[] = {"-----BEGIN CERTIFICATE REQUEST-----",
                                         "-----BEGIN NEW CERTIFICATE REQUEST-----"};
    const char *end = text + length, *first = find(text, end, "-----BEGIN ");
    for (size_t i = 0; first != NULL && i < sizeof begins / sizeof begins[0]; i++) {
        size_t n = strlen(begins[i]);
        if ((size_t)(end - first) > n && memcmp(first, begins[i], n) == 0) {
            const char *stop = find(first + n, end, "-----END ");
            *body = first + n;
            *body_length = stop == NULL ? 0 : (size_t)(stop - *body);
            return stop != NULL;
        }
    }
    return false;
}

request_status request_read(const char *text, size_t length, request_names *out) {
    char *pem, *der;
    const char *body;
    size_t pem_length, body_length = 0, der_length;
    request_status status;
    memset(out, 0, sizeof *out);
    if (length > REQUEST_MAX) {
        return REQUEST_TOO_LARGE;
    }
    pem = malloc(length + 1);
    if (pem == NULL) {
        return REQUEST_NO_MEMORY;
    }
    pem_length = octets_base64(text, length, pem);
    if (pem_length == SIZE_MAX || !find_block(pem, pem_length, &body, &body_length)) {
        free(pem);
        return pem_length == SIZE_MAX ? REQUEST_NOT_BASE64 : REQUEST_NOT_PEM;
    }
    der = malloc(body_length + 1);
    if (der == NULL) {
        free(pem);
        return REQUEST_NO_MEMORY;
    }
    der_length = octets_base64(body, body_length, der);
    status = der_length == SIZE_MAX ? REQUEST_NOT_PEM : read_der(der, der_length, out);
    free(der);
    free(pem);
    if (status != REQUEST_OK) {
        request_names_free(out);
    }
    return status;
}
