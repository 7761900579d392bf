// SPDX-License-Identifier: Apache-2.0

import CLibrabbitmq

/// Memory for what one call lends to librabbitmq: texts, tables, properties.
///
/// It is librabbitmq's own arena: addresses stay valid until `recycle`, which keeps the pages for the next call.
/// Isolation: the connection's thread only.
/// Source: `init_amqp_pool`, `amqp_pool_alloc` in `amqp.h`.
@safe final class FieldPool {
    private static let pageSize = 16 * 1024

    private let pool: UnsafeMutablePointer<amqp_pool_t>

    init() {
        unsafe pool = .allocate(capacity: 1)
        unsafe init_amqp_pool(pool, Self.pageSize)
    }

    deinit {
        unsafe empty_amqp_pool(pool)
        unsafe pool.deallocate()
    }

    /// Gives back everything handed out so far.
    func recycle() {
        unsafe recycle_amqp_pool(pool)
    }

    func bytes(_ text: String) -> amqp_bytes_t {
        var text = text
        return text.withUTF8 { unsafe bytes(UnsafeRawBufferPointer($0)) }
    }

    func bytes(_ bytes: [UInt8]) -> amqp_bytes_t {
        unsafe bytes.withUnsafeBytes { unsafe self.bytes($0) }
    }

    func bytes(_ source: UnsafeRawBufferPointer) -> amqp_bytes_t {
        guard unsafe !source.isEmpty else { return unsafe amqp_empty_bytes }
        let target = unsafe allocate(UInt8.self, count: source.count)
        unsafe UnsafeMutableRawBufferPointer(start: target, count: source.count).copyMemory(from: source)
        return unsafe amqp_bytes_t(len: source.count, bytes: target)
    }

    func table(_ values: [String: AMQPValue]) -> amqp_table_t {
        guard !values.isEmpty else { return unsafe amqp_empty_table }
        let entries = unsafe allocate(amqp_table_entry_t.self, count: values.count)
        for (offset, (key, value)) in values.enumerated() {
            unsafe (entries + offset).initialize(to: amqp_table_entry_t(key: bytes(key), value: field(value)))
        }
        return unsafe amqp_table_t(num_entries: Int32(values.count), entries: entries)
    }

    private func array(_ values: [AMQPValue]) -> amqp_array_t {
        guard !values.isEmpty else { return unsafe amqp_empty_array }
        let entries = unsafe allocate(amqp_field_value_t.self, count: values.count)
        for (offset, value) in values.enumerated() {
            unsafe (entries + offset).initialize(to: field(value))
        }
        return unsafe amqp_array_t(num_entries: Int32(values.count), entries: entries)
    }

    private func field(_ value: AMQPValue) -> amqp_field_value_t {
        var field = unsafe amqp_field_value_t()
        switch value {
        case .bool(let value): unsafe field.set(AMQP_FIELD_KIND_BOOLEAN) { unsafe $0.boolean = value ? 1 : 0 }
        case .int64(let value): unsafe field.set(AMQP_FIELD_KIND_I64) { unsafe $0.i64 = value }
        case .double(let value): unsafe field.set(AMQP_FIELD_KIND_F64) { unsafe $0.f64 = value }
        case .string(let value): unsafe field.set(AMQP_FIELD_KIND_UTF8) { unsafe $0.bytes = unsafe bytes(value) }
        case .bytes(let value): unsafe field.set(AMQP_FIELD_KIND_BYTES) { unsafe $0.bytes = unsafe bytes(value) }
        case .timestamp(let value): unsafe field.set(AMQP_FIELD_KIND_TIMESTAMP) { unsafe $0.u64 = value }
        case .array(let value): unsafe field.set(AMQP_FIELD_KIND_ARRAY) { unsafe $0.array = unsafe array(value) }
        case .table(let value): unsafe field.set(AMQP_FIELD_KIND_TABLE) { unsafe $0.table = unsafe table(value) }
        case .void: unsafe field.set(AMQP_FIELD_KIND_VOID) { _ in }
        }
        return unsafe field
    }

    private func allocate<Element>(_ type: Element.Type, count: Int) -> UnsafeMutablePointer<Element> {
        guard let memory = unsafe amqp_pool_alloc(pool, count * MemoryLayout<Element>.stride) else {
            preconditionFailure("out of memory")
        }
        return unsafe memory.bindMemory(to: Element.self, capacity: count)
    }
}

extension amqp_field_value_t {
    fileprivate mutating func set(
        _ kind: amqp_field_value_kind_t,
        _ assign: (inout amqp_field_value_t_.__Unnamed_union_value) -> Void
    ) {
        unsafe self.kind = UInt8(kind.rawValue)
        unsafe assign(&value)
    }
}
