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
    /// So many digits Getnet's numbers have, with room to grow.
    private static let lengths = 5...9

    /// Whether text in UTF-8 speaks of a number.
    static func isIn(_ text: [UInt8]) -> Bool {
        var noun: Int?
        for (index, word) in text.split(whereSeparator: { !isLetterOrDigit($0) }).enumerated() {
            if word.allSatisfy(NumberTrace.isDigit) {
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

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        NumberTrace.isDigit(byte) || (97...122).contains(byte.loosened) || byte >= 128
    }
}
