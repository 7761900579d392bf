// SPDX-License-Identifier: Apache-2.0

/// A text that must never be printed.
///
/// Every way of turning it into text by accident (interpolation, `dump`, a debugger's mirror) shows a mark instead;
/// `exposed` is the only way to the value, so that its uses can be found.
public struct Secret: Sendable, Equatable, Hashable {
    /// What stands where a secret must not.
    static let mark = "<secret>"

    /// The secret itself.
    public let exposed: String

    /// Wraps a text that must never be printed.
    public init(_ text: String) {
        exposed = text
    }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// A mark instead of the value.
    public var description: String { Self.mark }

    /// A mark instead of the value.
    public var debugDescription: String { Self.mark }

    /// A mirror without children.
    public var customMirror: Mirror { Mirror(self, children: [Mirror.Child]()) }
}
