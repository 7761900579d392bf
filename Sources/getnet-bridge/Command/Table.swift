// SPDX-License-Identifier: Apache-2.0

/// Columns for people.
struct Table {
    private var rows: [[String]]

    init(_ header: String...) { self.init(header) }

    init(_ header: [String]) {
        rows = [header]
    }

    mutating func add(_ cells: String...) { add(cells) }

    /// Adds a row, which has as many cells as the header.
    mutating func add(_ cells: [String]) {
        rows.append(cells)
    }

    /// The rows, every column as wide as its widest cell, the last one as it is.
    var text: String {
        let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { cells in
            zip(cells, widths).enumerated().map { index, pair in
                let isLast = index == cells.count - 1
                return isLast ? pair.0 : pair.0 + String(repeating: " ", count: pair.1 - pair.0.count)
            }
            .joined(separator: "  ")
        }
        .joined(separator: "\n")
    }
}

/// Names and values, one pair to a line.
struct Facts {
    private var pairs: [(name: String, value: String)] = []

    /// Adds a fact, or nothing where there is none.
    mutating func add(_ name: String, _ value: String?) {
        if let value { pairs.append((name, value)) }
    }

    var text: String {
        let width = pairs.map(\.name.count).max() ?? 0
        return pairs.map { $0.name + String(repeating: " ", count: width - $0.name.count + 2) + $0.value }
            .joined(separator: "\n")
    }
}
