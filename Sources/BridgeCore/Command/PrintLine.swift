// SPDX-License-Identifier: Apache-2.0

/// One entry of what a terminal is to print.
///
/// *Shape*: `printSeq` 1 …, `type`, `encode`, `data`, `align`, `font` where it is bold.
/// *Source*: docs/getnet.md 10.8. Images are for applications on the terminal only.
enum PrintLine {
    /// So many entries go into one command.
    static let limit = 200
    /// A line of text has at most so many characters.
    static let longestText = 48
    /// A code or a cell has at most so many characters; no limit is documented.
    static let longestCode = 1_000

    /// Everything that is wrong with a list of entries.
    static func faults(in lines: [JSON], path: String) -> [CommandFault] {
        guard (1...limit).contains(lines.count) else {
            return [CommandFault(path, .outOfRange, "1 to \(limit) entries")]
        }
        return lines.enumerated().flatMap { index, line in
            check(line, path: "\(path)[\(index)]", sequence: Int64(index + 1))
        }
    }

    private static func check(_ line: JSON, path: String, sequence: Int64) -> [CommandFault] {
        guard case .object = line else {
            return [CommandFault(path, .wrongType, "is \(line.kind), an object is expected")]
        }
        var members = MemberReader(line, prefix: path + ".")
        if let written = members.integer("printSeq", 1...Int64(limit), .required), written != sequence {
            members.fault("printSeq", .outOfRange, "entries are numbered 1, 2, 3 in their order")
        }
        let type = members.string("type", .required)
        let encoding = members.string("encode", .required)
        if let align = members.string("align", .required), !["left", "center", "right"].contains(align) {
            members.fault("align", .outOfRange, "left, center or right")
        }
        if members.has("font"), let font = members.string("font", .required), font != "bold" {
            members.fault("font", .outOfRange, "bold or nothing")
        }
        if let type { checkContent(type, encoding, &members) }
        members.refuseTheRest()
        return members.faults
    }

    private static func checkContent(_ type: String, _ encoding: String?, _ members: inout MemberReader) {
        let encodings: [String]
        switch type {
        case "text":
            encodings = [""]
            members.checkText("data", 0...longestText)
        case "array":
            encodings = [""]
            members.checkCells("data")
        case "barcode":
            encodings = ["ean13"]
            if let digits = members.string("data", .required),
                digits.utf8.count != 13 || !digits.utf8.allSatisfy({ (48...57).contains($0) })
            {
                members.fault("data", .invalidFormat, "thirteen digits")
            }
        case "printcode":
            encodings = ["qr", "pdf417"]
            members.checkText("data", 1...longestCode)
        default:
            members.skip("data")
            members.fault("type", .outOfRange, "text, array, barcode or printcode")
            return
        }
        if let encoding, !encodings.contains(encoding) {
            members.fault("encode", .outOfRange, encodings == [""] ? "empty" : encodings.joined(separator: " or "))
        }
    }
}

extension MemberReader {
    fileprivate mutating func checkText(_ name: String, _ lengths: ClosedRange<Int>) {
        guard let text = string(name, .required), !lengths.contains(text.unicodeScalars.count) else { return }
        fault(name, .outOfRange, "\(lengths.lowerBound) to \(lengths.upperBound) characters")
    }

    /// Objects of one member each, `item0`, `item1` ….
    fileprivate mutating func checkCells(_ name: String) {
        guard let cells = elements(name) else { return }
        let isSound =
            (1...PrintLine.limit).contains(cells.count)
            && cells.enumerated().allSatisfy { index, cell in
                guard case .object(let members) = cell, members.count == 1, let member = members.first,
                    let text = member.value.string
                else { return false }
                return member.name == "item\(index)" && text.unicodeScalars.count <= PrintLine.longestCode
            }
        if !isSound { fault(name, .invalidFormat, "objects with one text each, item0, item1 and so on") }
    }
}
