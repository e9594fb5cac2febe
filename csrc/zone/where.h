/* Byte offsets to lines and columns.
 * SPDX-License-Identifier: MIT
 * Columns count code points (RFC 3629); a byte that is not part of one is a column of its own. */
#ifndef ISSUABLE_ZONE_WHERE_H
#define ISSUABLE_ZONE_WHERE_H

#include "store.h"

/* Line and column (1-based) of offset `at` in the file. Lines end at LF. The first call reads the
 * file once, later ones at most 4 KiB. False: no memory. */
bool zone_where(zone_store *store, uint32_t file, size_t at, uint32_t *line, uint32_t *column);

#endif
