// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <zlib.h>

// `inflateInit2` is a macro, which Swift does not see.
//
// Undoes gzip, zlib or raw deflate; `window_bits` as in <zlib.h>. Several gzip members in a row are one text (RFC 1952,
// section 2.2). Returns the number of bytes written, or -1 where the stream is damaged, not whole, followed by something
// else, or longer than `capacity`.
static inline ptrdiff_t czlib_inflate(
    const uint8_t *source, size_t source_count, uint8_t *target, size_t capacity, int window_bits) {
    z_stream stream;
    memset(&stream, 0, sizeof stream);
    if (source_count > UINT32_MAX || capacity > UINT32_MAX || inflateInit2(&stream, window_bits) != Z_OK) return -1;
    stream.next_in = (Bytef *)source;
    stream.avail_in = (uInt)source_count;
    stream.next_out = target;
    stream.avail_out = (uInt)capacity;
    int status = inflate(&stream, Z_FINISH);
    while (status == Z_STREAM_END && stream.avail_in > 1 && stream.next_in[0] == 0x1F && stream.next_in[1] == 0x8B) {
        if (inflateReset(&stream) != Z_OK) break;
        status = inflate(&stream, Z_FINISH);
    }
    int is_whole = status == Z_STREAM_END && stream.avail_in == 0;
    ptrdiff_t written = is_whole ? (ptrdiff_t)(capacity - stream.avail_out) : -1;
    inflateEnd(&stream);
    return written;
}
