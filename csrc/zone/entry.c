/* The head of a record: owner, TTL, class and type, as tokens and values.
 * SPDX-License-Identifier: MIT
 * RFC 1035 section 5.1: [<TTL>] [<class>] <type> or [<class>] [<TTL>] <type>. */
#include "entry.h"

#include <string.h>

#include "mnemonic.h"

const char *zone_token_text(const zone_scan *scan, const zone_token *token, size_t *len) {
    size_t quotes = token->kind == ZONE_TOKEN_QUOTED ? 1 : 0;
    *len = token->end - token->first - 2 * quotes;
    return (const char *)scan->bytes + token->first + quotes;
}

bool zone_token_error(const zone_scan *scan, const zone_token *token, zone_problem *problem) {
    switch (token->error) {
    case ZONE_UNCLOSED_QUOTE:
        return zone_fail(problem, token->error, token->first, token->end,
                         "this quoted string does not end on its line; close it with \" or write "
                         "a quote inside it as \\\"");
    case ZONE_UNCLOSED_PARENTHESIS:
        return zone_fail(problem, token->error, token->first, token->end,
                         "this parenthesis is never closed: everything up to the end of the file "
                         "belongs to this record; add the missing )");
    default:
        return zone_fail(problem, token->error, token->first, token->end,
                         "there is no open parenthesis that this %s could close",
                         zone_quote(scan->bytes, token->first, token->end).text);
    }
}

bool zone_may(zone_scan *scan, zone_token *token, bool quoted, zone_problem *problem) {
    zone_scan_next(scan, token);
    if (token->kind == ZONE_TOKEN_ERROR) {
        return zone_token_error(scan, token, problem);
    }
    if (token->kind == ZONE_TOKEN_QUOTED && !quoted) {
        return zone_fail(problem, ZONE_UNEXPECTED_QUOTE, token->first, token->end,
                         "a quoted string is not allowed here; remove the quotes");
    }
    return true;
}

bool zone_need(zone_scan *scan, zone_token *token, bool quoted, const char *what,
               zone_problem *problem) {
    size_t behind = scan->last_end;
    if (!zone_may(scan, token, quoted, problem)) {
        return false;
    }
    if (token->kind == ZONE_TOKEN_EOL || token->kind == ZONE_TOKEN_END) {
        return zone_fail(problem, ZONE_UNEXPECTED_END, behind, behind,
                         "the line ends where %s is expected", what);
    }
    return true;
}

bool zone_need_end(zone_scan *scan, zone_problem *problem) {
    zone_token token;
    zone_scan_next(scan, &token);
    if (token.kind == ZONE_TOKEN_ERROR) {
        return zone_token_error(scan, &token, problem);
    }
    if (token.kind == ZONE_TOKEN_EOL || token.kind == ZONE_TOKEN_END) {
        return true;
    }
    return zone_fail(problem, ZONE_EXTRA_TOKEN, token.first, token.end,
                     "the record is complete before %s; remove it, quote the value if it belongs "
                     "to it, or begin a comment with ;",
                     zone_quote(scan->bytes, token.first, token.end).text);
}

bool zone_check_line_end(const zone_scan *scan, zone_problem *problem) {
    return scan->eol_end > scan->eol_first || scan->cut ||
           zone_fail(problem, ZONE_NO_FINAL_NEWLINE, scan->first, scan->last_end,
                     "the file ends in this directive without a line end, and BIND refuses that; "
                     "end the line");
}

bool zone_need_line_end(zone_scan *scan, zone_problem *problem) {
    return zone_need_end(scan, problem) && zone_check_line_end(scan, problem);
}

zone_head_result zone_read_head(zone_scan *scan, const zone_token *owner, zone_head *head,
                                zone_problem *problem) {
    static const char what[] = "a record type (A, CAA, ...)";
    zone_token token;
    memset(head, 0, sizeof *head);
    head->owner = *owner;
    if (owner->kind == ZONE_TOKEN_BLANK) {
        if (!zone_may(scan, &token, false, problem)) {
            return ZONE_HEAD_BAD;
        }
        if (token.kind == ZONE_TOKEN_EOL || token.kind == ZONE_TOKEN_END) {
            return ZONE_HEAD_EMPTY;
        }
    } else if (!zone_need(scan, &token, false, what, problem)) {
        return ZONE_HEAD_BAD;
    }
    const uint8_t *s = scan->bytes;
    if (zone_class_parse(s + token.first, token.end - token.first, &head->class_value)) {
        head->class_ = token;
        if (!zone_need(scan, &token, false, what, problem)) {
            return ZONE_HEAD_BAD;
        }
    }
    if (zone_ttl_parse(s + token.first, token.end - token.first, &head->ttl_value)) {
        head->ttl = token;
        if (!zone_need(scan, &token, false, what, problem)) {
            return ZONE_HEAD_BAD;
        }
    }
    if (head->class_value == 0 &&
        zone_class_parse(s + token.first, token.end - token.first, &head->class_value)) {
        head->class_ = token;
        if (!zone_need(scan, &token, false, what, problem)) {
            return ZONE_HEAD_BAD;
        }
    }
    if (!zone_type_parse(s + token.first, token.end - token.first, &head->type_value)) {
        zone_fail(problem, ZONE_UNKNOWN_TYPE, token.first, token.end,
                  "%s is not a record type that BIND 9.18 knows; a type without a name is written "
                  "TYPE257, an owner starts in the first column, a comment starts with ;",
                  zone_quote(s, token.first, token.end).text);
        return ZONE_HEAD_BAD;
    }
    head->type = token;
    if (head->class_value != 0 && head->class_value != ZONE_CLASS_IN) {
        zone_fail(problem, ZONE_BAD_CLASS, head->class_.first, head->class_.end,
                  "class %s in a zone of class IN; write IN or nothing",
                  zone_quote(s, head->class_.first, head->class_.end).text);
        return ZONE_HEAD_BAD;
    }
    return ZONE_HEAD_OK;
}
