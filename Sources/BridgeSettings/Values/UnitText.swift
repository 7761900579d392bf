// SPDX-License-Identifier: Apache-2.0

/// Lengths of time as they are written: `500ms`, `30s`, `2m`, `24h`, `7d`.
enum DurationText {
    private static let units: [Unit] = [
        Unit("ms", 1), Unit("s", 1000), Unit("m", 60_000), Unit("h", 3_600_000), Unit("d", 86_400_000),
    ]

    /// Reads a whole number with its unit.
    static func read(_ text: String) throws(UnreadableValue) -> Duration {
        .milliseconds(try UnitText.read(text, units: units, of: "length of time", example: "30s"))
    }

    /// Writes with the largest unit up to the hour that needs no fraction.
    static func write(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let milliseconds = Int(seconds) * 1000 + Int(attoseconds / 1_000_000_000_000_000)
        return UnitText.write(milliseconds, units: units.dropLast(), zero: "0s")
    }
}

extension Duration {
    /// Reads a length of time as a configuration writes it; `nil` for anything else.
    ///
    /// Shape: a whole number and its unit, `500ms`, `30s`, `2m`, `24h`, `7d`.
    public init?(unitText text: String) {
        guard let duration = try? DurationText.read(text) else { return nil }
        self = duration
    }

    /// The length of time as a configuration writes it, cut to milliseconds.
    public var unitText: String { DurationText.write(self) }
}

/// Numbers of bytes as they are written: `512B`, `256KiB`, `1MiB`.
enum SizeText {
    private static let units: [Unit] = [Unit("B", 1), Unit("KiB", 1 << 10), Unit("MiB", 1 << 20)]

    /// Reads a whole number with its unit.
    static func read(_ text: String) throws(UnreadableValue) -> Int {
        try UnitText.read(text, units: units, of: "size", example: "256KiB")
    }

    /// Writes with the largest unit that needs no fraction.
    static func write(_ bytes: Int) -> String {
        UnitText.write(bytes, units: units[...], zero: "0B")
    }
}

/// A unit and how many of the smallest unit it is.
private struct Unit {
    let name: String
    let factor: Int

    init(_ name: String, _ factor: Int) {
        self.name = name
        self.factor = factor
    }
}

/// What lengths of time and sizes have in common: a whole number with a unit, and never one without.
private enum UnitText {
    static func read(
        _ text: String,
        units: [Unit],
        of kind: String,
        example: String
    ) throws(UnreadableValue) -> Int {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let unit = text.dropFirst(digits.count)
        let names = units.map(\.name).joined(separator: ", ")
        guard !digits.isEmpty else {
            throw UnreadableValue("is no \(kind)", hint: "a whole number with one of \(names): \(example)")
        }
        guard !unit.isEmpty else {
            throw UnreadableValue("has no unit", hint: "add one of \(names): \(example)")
        }
        guard unit.first != ".", unit.first != "," else {
            throw UnreadableValue("has a fraction", hint: "a whole number with one of \(names): \(example)")
        }
        guard let factor = units.first(where: { $0.name == unit })?.factor else {
            throw UnreadableValue("has an unknown unit", hint: "one whole number with one of \(names): \(example)")
        }
        guard let number = Int(digits) else { throw UnreadableValue("is too large") }
        let (product, overflow) = number.multipliedReportingOverflow(by: factor)
        guard !overflow else { throw UnreadableValue("is too large") }
        return product
    }

    static func write(_ value: Int, units: ArraySlice<Unit>, zero: String) -> String {
        guard value != 0, let unit = units.last(where: { value.isMultiple(of: $0.factor) }) else { return zero }
        return "\(value / unit.factor)\(unit.name)"
    }
}
