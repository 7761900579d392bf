// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore
internal import GetnetCloud

extension ValueFormat where Value == CloudLiteral {
    /// A text of the cloud and what it means.
    static var cloudMessage: Self {
        Self("`class=text`") { (written) throws(UnreadableValue) in
            let parts = written.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2 else {
                throw UnreadableValue("has no equals sign", hint: "a message is written class=text")
            }
            let classes = CloudFault.allCases.map(\.rawValue)
            guard let fault = CloudFault(rawValue: parts[0]) else {
                let nearest = Nearness.nearest(to: parts[0], among: classes).map { "nearest is \($0)" }
                throw UnreadableValue("has no class of \(classes.joined(separator: ", "))", hint: nearest)
            }
            let literal = CloudLiteral(parts[1], fault, origin: .operator)
            if let unfitness = literal.unfitness { throw UnreadableValue(unfitness) }
            return literal
        } show: {
            "\($0.fault.rawValue)=\($0.text)"
        }
    }
}

extension ValueFormat where Value == [CloudLiteral] {
    /// Texts of the cloud, each with one meaning.
    static var cloudMessages: Self {
        list(of: .cloudMessage, empty: "none", separator: ";;").checked { (messages) throws(UnreadableValue) in
            guard let twice = messages.first(where: { $0.contradiction(among: messages) != nil }) else { return }
            throw UnreadableValue("gives two classes to one text: \(twice.text)")
        }
    }
}

extension UnreadableValue {
    fileprivate init(_ unfitness: CloudLiteral.Unfitness) {
        switch unfitness {
        case .empty: self.init("has a text without a letter")
        case .tooLong: self.init("has a text of more than \(CloudLiteral.longest) bytes")
        case .speaksOfStart:
            self.init(
                "permits another POST, and its text speaks of waiting for the terminal or of progress",
                hint: "a sale may have been started beside such a text; unreachable and timeout permit nothing"
            )
        }
    }
}
