// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore
internal import Logging
internal import NIOConcurrencyHelpers

/// Notices that Getnet's callbacks do not reach the bridge: every sale is decided by a status query instead.
///
/// Nothing is lost by it, but each sale takes some 15 s longer, and nothing else would say so: a public URL that leads
/// nowhere, a proxy that refuses, a certificate that Getnet does not accept. *Isolation*: any task.
final class CallbackWatch: Sendable {
    /// After how many sales in a row without any callback it is reported.
    static let silentSales = 5

    private let silent = NIOLockedValueBox(0)
    private let publicURL: String
    private let callbacksDecide: Bool
    private let logger: Logger

    /// A watch over the callbacks that come to a public URL; where a query confirms each of them, sales tell nothing.
    init(publicURL: String, callbacksDecide: Bool, logger: Logger) {
        self.publicURL = publicURL
        self.callbacksDecide = callbacksDecide
        self.logger = logger
    }

    /// How many sales in a row were decided without a callback since the last one came.
    var salesWithoutCallback: Int { silent.withLockedValue { $0 } }

    /// What a person should know; `nil` while callbacks come.
    var remark: String? {
        let count = salesWithoutCallback
        return count < Self.silentSales
            ? nil : "no callback was taken for the last \(count) sales; does \(publicURL) lead here, and with our keys?"
    }

    /// A callback came, for any transaction.
    func came() {
        let before = silent.withLockedValue { silent in
            defer { silent = 0 }
            return silent
        }
        if before >= Self.silentSales { logger.info("callbacks come again", metadata: [LogKey.count: "\(before)"]) }
    }

    /// Looks at a transaction's change.
    func note(_ transition: Transition) {
        let transaction = transition.transaction
        guard callbacksDecide, transition.finding == .decided, transaction.effect == .sale, transaction.state.isFinal,
            transaction.outcome.decidedBy == .query || transaction.outcome.decidedBy == .journal
        else { return }
        let count = silent.withLockedValue { silent in
            silent += 1
            return silent
        }
        guard count == Self.silentSales else { return }
        logger.warning(
            "no callback came for the last sales: does the public URL lead here?",
            metadata: [LogKey.count: "\(count)", LogKey.address: "\(publicURL)"]
        )
    }
}
