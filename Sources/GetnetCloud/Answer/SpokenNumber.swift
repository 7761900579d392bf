// SPDX-License-Identifier: Apache-2.0

/// Finds a number of Getnet's in a sentence.
///
/// Shape: `Transaction 936101 sent`, `Transaccion N. 936101`, `/api/postxs/936101`.
enum SpokenNumber {
    /// Words, in lower case and without letters beyond ASCII, behind which such a number is spoken of.
    private static let nouns: Set<String> = [
        "transaction", "transactions", "transaccion", "transaccin", "transacciones", "trx", "txn", "tx", "folio",
        "operacion",
        "operacin", "operation", "venta", "postx", "postxs",
    ]
    /// Words that may stand between both.
    private static let fillers: Set<String> = ["n", "no", "nr", "nro", "num", "numero", "nmero", "number", "id", "de"]
    /// More words between both make it a sentence about something else.
    private static let mostFillers = 2
    /// Getnet's numbers have so many digits, with room to grow.
    private static let lengths = 5...9

    /// Whether text in UTF-8 speaks of a number.
    static func isIn(_ text: [UInt8]) -> Bool {
        var noun: Int?
        for (index, word) in words(of: text).enumerated() {
            if let first = word.first, NumberTrace.isDigit(first) {
                if noun != nil, lengths.contains(word.count), word.contains(where: { $0 != 48 }) { return true }
                noun = nil
                continue
            }
            let plain = NumberTrace.plain(word)
            if nouns.contains(plain) {
                noun = index
            } else if let start = noun, !fillers.contains(plain) || index - start > mostFillers {
                noun = nil
            }
        }
        return false
    }

    /// Runs of digits and runs of letters; the signs of "N\u{B0}" and "N\u{BA}" are none.
    private static func words(of text: [UInt8]) -> [ArraySlice<UInt8>] {
        var words: [ArraySlice<UInt8>] = []
        var start: Int?
        for (index, byte) in text.enumerated() {
            let isSign = byte == 0xC2 || (byte == 0xB0 || byte == 0xBA) && index > 0 && text[index - 1] == 0xC2
            let isWord = isLetterOrDigit(byte) && !isSign
            if let begun = start, !isWord || NumberTrace.isDigit(byte) != NumberTrace.isDigit(text[begun]) {
                words.append(text[begun..<index])
                start = nil
            }
            if isWord, start == nil { start = index }
        }
        if let begun = start { words.append(text[begun...]) }
        return words
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        NumberTrace.isDigit(byte) || (97...122).contains(byte.loosened) || byte >= 128
    }
}
