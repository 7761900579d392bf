// SPDX-License-Identifier: Apache-2.0

/// The lines of a print job.
///
/// Source: docs/getnet.md 10.8; the type `image` is known from the terminal alone.
extension CommandMembers {
    static let maximumPrintedText = 48

    private static let lineMembers: Set<String> = ["printSeq", "type", "encode", "data", "align", "font"]

    /// Checks the lines of a print job.
    mutating func checkPrintJob(_ value: JSONValue, _ name: String) {
        guard case .array(let lines) = value, !lines.isEmpty else {
            return fault(name, "must be an array of lines")
        }
        var sequence: Set<Int> = []
        for (index, line) in lines.enumerated() {
            guard let problem = Self.problem(of: line, &sequence) else { continue }
            fault("\(name)[\(index)]", problem)
        }
    }

    private static func problem(of line: JSONValue, _ sequence: inout Set<Int>) -> String? {
        guard case .object(let members) = line else { return "must be an object" }
        let values = Dictionary(members.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
        if values.count != members.count { return "repeats a member" }
        if let unknown = Set(values.keys).subtracting(lineMembers).min() { return "\(unknown) is not a member" }
        guard let number = values["printSeq"]?.integer, number > 0, sequence.insert(number).inserted else {
            return "printSeq must be a number of its own above 0"
        }
        guard case .string(let align)? = values["align"], ["left", "center", "right"].contains(align) else {
            return "align must be left, center or right"
        }
        if let font = values["font"], font != .string("bold") { return "font must be bold" }
        guard case .string(let type)? = values["type"], case .string(let encode)? = values["encode"] else {
            return "type and encode must be strings"
        }
        return problem(ofContent: values["data"], type: type, encode: encode)
    }

    private static func problem(ofContent data: JSONValue?, type: String, encode: String) -> String? {
        switch (type, encode) {
        case ("text", ""):
            guard case .string(let text)? = data, text.unicodeScalars.count <= maximumPrintedText else {
                return "data must be a string of at most \(maximumPrintedText) characters"
            }
        case ("array", ""):
            guard case .array(let items)? = data, !items.isEmpty,
                items.enumerated().allSatisfy({ isItem($1, number: $0) })
            else { return "data must be an array of {\"item0\":\"…\"}, {\"item1\":\"…\"}" }
        case ("barcode", "ean13"):
            guard case .string(let digits)? = data, (12...13).contains(digits.utf8.count),
                digits.utf8.allSatisfy(\.isASCIIDigit)
            else { return "data must be 12 or 13 digits" }
        case ("printcode", "qr"), ("printcode", "pdf417"):
            guard case .string(let text)? = data, !text.isEmpty else { return "data must be a string" }
        case ("text", _), ("array", _), ("barcode", _), ("printcode", _): return "encode does not go with \(type)"
        default: return "type must be text, array, barcode or printcode"
        }
        return nil
    }

    private static func isItem(_ value: JSONValue, number: Int) -> Bool {
        guard case .object(let members) = value, members.count == 1, members[0].name == "item\(number)",
            case .string = members[0].value
        else { return false }
        return true
    }
}
