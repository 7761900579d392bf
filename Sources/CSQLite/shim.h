// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sqlite3.h>

// `sqlite3_config` is variadic, which Swift cannot call.
static inline int csqlite_forgo_memory_statistics(void) {
    return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}
