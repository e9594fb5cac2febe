/* CAA properties: tags, the issue-value grammar and the iodef URL.
 * SPDX-License-Identifier: MIT
 * RFC 8659 sections 4.1 to 4.4; RFC 3986 section 2 for the URL's octets. */
#include "property.h"

#include "characters.h"

static const char *const KIND_NAMES[] = {
    [CAA_ISSUE] = "issue",
    [CAA_ISSUEWILD] = "issuewild",
    [CAA_IODEF] = "iodef",
    [CAA_ISSUEMAIL] = "issuemail",
    [CAA_ISSUEVMC] = "issuevmc",
    [CAA_CONTACTEMAIL] = "contactemail",
    [CAA_CONTACTPHONE] = "contactphone",
    [CAA_UNKNOWN] = "unknown",
};

/* Case-blind and bounded: text is a C string in lower case, octets are not terminated. */
static bool equals(const uint8_t *octets, size_t len, const char *text) {
    size_t i = 0;
    for (; i < len && text[i] != '\0'; i++) {
        if (caa_lower(octets[i]) != (uint8_t)text[i]) {
            return false;
        }
    }
    return i == len && text[i] == '\0';
}

caa_kind caa_kind_of(const uint8_t *tag, size_t len) {
    for (int kind = CAA_ISSUE; kind < CAA_UNKNOWN; kind++) {
        if (equals(tag, len, KIND_NAMES[kind])) {
            return (caa_kind)kind;
        }
    }
    return CAA_UNKNOWN;
}

const char *caa_kind_name(caa_kind kind) {
    return KIND_NAMES[kind];
}

bool caa_kind_has_issuer(caa_kind kind) {
    return kind == CAA_ISSUE || kind == CAA_ISSUEWILD || kind == CAA_ISSUEMAIL ||
           kind == CAA_ISSUEVMC;
}

bool caa_tag_is_valid(const uint8_t *tag, size_t len) {
    if (len == 0 || len > 255) {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        if (!caa_is_alnum(tag[i])) {
            return false;
        }
    }
    return true;
}

const char *caa_fault_kind(caa_fault fault) {
    switch (fault) {
    case CAA_OK:
        return "";
    case CAA_BAD_ISSUER:
        return "bad-issuer";
    case CAA_MISSING_SEMICOLON:
        return "missing-semicolon";
    case CAA_EMPTY_PARAMETER:
        return "empty-parameter";
    case CAA_TRAILING_SEMICOLON:
        return "trailing-semicolon";
    case CAA_BAD_TAG:
    case CAA_MISSING_EQUALS:
        return "bad-parameter";
    case CAA_BAD_VALUE:
        return "bad-value";
    case CAA_BAD_URL:
        return "bad-url";
    case CAA_BAD_PROPERTY_TAG:
        return "bad-tag";
    }
    return "";
}

const char *caa_fault_text(caa_fault fault) {
    switch (fault) {
    case CAA_OK:
        return "no fault";
    case CAA_BAD_ISSUER:
        return "the issuer is not a domain name";
    case CAA_MISSING_SEMICOLON:
        return "a semicolon is missing after the issuer";
    case CAA_EMPTY_PARAMETER:
        return "a parameter is empty: two semicolons in a row";
    case CAA_TRAILING_SEMICOLON:
        return "a semicolon follows the last parameter";
    case CAA_BAD_TAG:
        return "a parameter's tag may hold only letters, digits and inner hyphens";
    case CAA_MISSING_EQUALS:
        return "a parameter is not written tag=value";
    case CAA_BAD_VALUE:
        return "a parameter's value may hold no blanks and only printable ASCII";
    case CAA_BAD_URL:
        return "the value is not a mailto:, http: or https: URL";
    case CAA_BAD_PROPERTY_TAG:
        return "the property's tag is not made of one to 255 ASCII letters and digits";
    }
    return "";
}

static size_t skip_wsp(const uint8_t *value, size_t len, size_t at) {
    while (at < len && caa_is_wsp(value[at])) {
        at++;
    }
    return at;
}

/* (ALPHA / DIGIT) *( *("-") (ALPHA / DIGIT)): the rule of a label and of a parameter's tag. The end
 * is behind the last letter or digit, so a final hyphen is left for the caller to stumble on. */
static size_t skip_word(const uint8_t *value, size_t len, size_t at) {
    size_t end = at;
    if (at < len && caa_is_alnum(value[at])) {
        for (; at < len && (caa_is_alnum(value[at]) || value[at] == '-'); at++) {
            if (value[at] != '-') {
                end = at + 1;
            }
        }
    }
    return end;
}

static caa_fault fail(caa_issue_value *out, caa_fault fault, size_t at) {
    out->fault_at = at;
    return fault;
}

/* issuer-domain-name = label *("." label). False: value[*at] is the octet that breaks it. */
static bool skip_domain(const uint8_t *value, size_t len, size_t *at) {
    for (;;) {
        size_t end = skip_word(value, len, *at);
        if (end == *at) {
            return false;
        }
        *at = end;
        if (end == len || caa_is_wsp(value[end]) || value[end] == ';') {
            return true;
        }
        if (value[end] != '.') {
            return false;
        }
        *at = end + 1;
    }
}

/* parameter = tag *WSP "=" *WSP value, followed by *WSP; *at moves behind all of it. */
static caa_fault read_parameter(const uint8_t *value, size_t len, size_t *at, caa_parameter *out) {
    size_t i = *at;
    size_t end = skip_word(value, len, i);
    out->tag = (caa_slice){i, end - i};
    if (end == i || (end < len && value[end] == '-')) {
        *at = end;
        return CAA_BAD_TAG;
    }
    i = skip_wsp(value, len, end);
    if (i == len || value[i] != '=') {
        *at = i;
        /* "cool policy=ev" lacks its "=" at "p"; "a_b=c" has an octet that no tag has. */
        return i == len || value[i] == ';' || i > end ? CAA_MISSING_EQUALS : CAA_BAD_TAG;
    }
    i = skip_wsp(value, len, i + 1);
    end = i;
    while (end < len && caa_is_value(value[end])) {
        end++;
    }
    out->value = (caa_slice){i, end - i};
    *at = skip_wsp(value, len, end);
    if (*at < len && value[*at] != ';') {
        *at = end; /* the blank that ended the value, if there is one */
        return CAA_BAD_VALUE;
    }
    return CAA_OK;
}

caa_fault caa_issue_read(caa_issue_value *out, const uint8_t *value, size_t len) {
    *out = (caa_issue_value){.parameters_at = len};
    size_t at = skip_wsp(value, len, 0);
    out->issuer.at = at;
    if (at < len && value[at] != ';') {
        if (!skip_domain(value, len, &at)) {
            return fail(out, CAA_BAD_ISSUER, at);
        }
        out->issuer.len = at - out->issuer.at;
        at = skip_wsp(value, len, at);
        if (at < len && value[at] != ';') {
            return fail(out, CAA_MISSING_SEMICOLON, at);
        }
    }
    if (at == len) {
        return CAA_OK;
    }
    size_t semicolon = at;
    at = skip_wsp(value, len, at + 1);
    out->parameters_at = at;
    while (at < len) {
        if (value[at] == ';') {
            return fail(out, CAA_EMPTY_PARAMETER, at);
        }
        caa_parameter parameter;
        caa_fault fault = read_parameter(value, len, &at, &parameter);
        if (fault != CAA_OK) {
            return fail(out, fault, at);
        }
        out->parameters++;
        for (size_t i = 0; i < parameter.tag.len; i++) {
            out->hyphen = out->hyphen || value[parameter.tag.at + i] == '-';
        }
        if (at == len) {
            return CAA_OK;
        }
        semicolon = at;
        at = skip_wsp(value, len, at + 1);
    }
    /* "ca.example;" is an issuer without parameters; "ca.example; a=b;" promises one more. */
    return out->parameters == 0 ? CAA_OK : fail(out, CAA_TRAILING_SEMICOLON, semicolon);
}

bool caa_parameter_next(const uint8_t *value, size_t len, size_t *at, caa_parameter *out) {
    if (*at >= len || read_parameter(value, len, at, out) != CAA_OK) {
        return false;
    }
    if (*at < len) {
        *at = skip_wsp(value, len, *at + 1);
    }
    return true;
}

/* The length of "scheme:" when the value starts with it in any case, else 0. */
static size_t scheme(const uint8_t *value, size_t len, const char *text, size_t text_len) {
    return len >= text_len && equals(value, text_len, text) ? text_len : 0;
}

caa_fault caa_iodef_read(const uint8_t *value, size_t len, size_t *fault_at) {
    size_t mail = scheme(value, len, "mailto:", 7);
    size_t web = scheme(value, len, "http://", 7);
    if (web == 0) {
        web = scheme(value, len, "https://", 8);
    }
    size_t at = mail + web; /* at most one of them is not 0 */
    *fault_at = 0;
    if (at == 0) {
        return CAA_BAD_URL;
    }
    *fault_at = at;
    if (at == len || (web != 0 && (value[at] == '/' || value[at] == '?' || value[at] == '#'))) {
        return CAA_BAD_URL; /* no address, no host */
    }
    for (; at < len; at++) {
        bool escape = value[at] == '%' && len - at > 2 && caa_is_hex(value[at + 1]) &&
                      caa_is_hex(value[at + 2]);
        if (!escape && !caa_is_uri(value[at])) {
            *fault_at = at;
            return CAA_BAD_URL;
        }
    }
    return CAA_OK;
}
