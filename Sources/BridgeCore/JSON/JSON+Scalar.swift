// SPDX-License-Identifier: Apache-2.0

extension JSON {
    /// A value without parts, as options are.
    public enum Scalar: Sendable, Hashable {
        /// A Boolean.
        case bool(Bool)
        /// An integer.
        case integer(Int64)
        /// A string.
        case text(String)

        /// The value as JSON.
        public var json: JSON {
            switch self {
            case .bool(let flag): .bool(flag)
            case .integer(let number): .number(JSONNumber(number))
            case .text(let text): .string(text)
            }
        }
    }
}
