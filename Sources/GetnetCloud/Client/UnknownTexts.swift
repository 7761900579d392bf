// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore
internal import Logging
internal import NIOConcurrencyHelpers

/// Counts each text beside code 0 that the catalogue does not know, and logs it once, so that a person can add it.
final class UnknownTexts: Sendable {
    /// So many different texts are shown; more would be noise.
    static let limit = 128

    private let seen = NIOLockedValueBox<Set<String>>([])
    private let catalogue: MessageCatalogue
    private let logger: Logger
    private let onUnknownText: @Sendable (CloudOperation) -> Void

    init(
        catalogue: MessageCatalogue,
        logger: Logger,
        onUnknownText: @escaping @Sendable (CloudOperation) -> Void
    ) {
        self.catalogue = catalogue
        self.logger = logger
        self.onUnknownText = onUnknownText
    }

    /// Takes note of an answer; its text is masked already.
    func note(_ answer: CloudAnswer?, of operation: CloudOperation) {
        guard let answer, answer.code == .error, let message = answer.message, catalogue.literal(message) == nil
        else { return }
        onUnknownText(operation)
        let isNew = seen.withLockedValue { $0.count < Self.limit && $0.insert(message).inserted }
        if isNew {
            logger.warning(
                "the cloud gave a reason that is not known; cloud.messages can name its class",
                metadata: [LogKey.message: "\(message)", LogKey.operation: "\(operation.rawValue)"]
            )
        }
    }
}
