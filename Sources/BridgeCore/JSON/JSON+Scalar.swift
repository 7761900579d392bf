// SPDX-License-Identifier: Apache-2.0

extension JSON {
    /// A value that is compared as a whole, as options are.
    public enum Scalar: Sendable, Hashable {
        /// A Boolean.
        case bool(Bool)
        /// An integer.
        case integer(Int64)
        /// A string.
        case text(String)
        /// An array or an object, as the compact JSON text that equal ones share.
        case structure(String)

        /// The value as JSON.
        public var json: JSON {
            switch self {
            case .bool(let flag): .bool(flag)
            case .integer(let number): .number(JSONNumber(number))
            case .text(let text): .string(text)
            case .structure(let text):
                // It was written by `JSON.canonical`.
                (try? JSONParser.parse(Array(text.utf8))) ?? .null
            }
        }
    }
}
