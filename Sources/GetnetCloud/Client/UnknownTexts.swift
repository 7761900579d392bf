// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore
internal import Logging
internal import NIOConcurrencyHelpers

/// Shows each text of the cloud that the catalogue does not know once, so that somebody can add it.
final class UnknownTexts: Sendable {
    /// So many different texts are remembered; more would be noise.
    static let limit = 128

    private let seen = NIOLockedValueBox<Set<String>>([])
    private let logger: Logger

    init(logger: Logger) {
        self.logger = logger
    }

    /// Takes note of an answer that left a sale in doubt; its text is masked already.
    func note(_ answer: CloudAnswer?) {
        guard let answer, answer.code == .error, let message = answer.message,
            MessageCatalogue.literal(message) == nil
        else { return }
        let isNew = seen.withLockedValue { $0.count < Self.limit && $0.insert(message).inserted }
        if isNew {
            logger.warning("the cloud gave a reason that is not known", metadata: [LogKey.message: "\(message)"])
        }
    }
}
