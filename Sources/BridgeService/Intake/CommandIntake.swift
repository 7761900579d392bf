// SPDX-License-Identifier: Apache-2.0

internal import AMQPClient
internal import BridgeCore
internal import BridgeLedger
internal import CorrelationStore
internal import Logging

/// Turns deliveries into durable transactions or durable refusals, and only then acknowledges them.
struct CommandIntake: Sendable {
    let reader: CommandReader
    let terminals: TerminalDirectory
    let accounts: Accounts
    let transitions: Transitions
    let names: AscendingNames
    let store: any StoreReading
    let clock: @Sendable () -> Timestamp
    let replies: ReplySender
    let metrics: Metrics
    let random: @Sendable () -> UInt128
    let logger: Logger

    /// What is to be done with a delivery.
    func handle(_ delivery: Delivery) async -> Verdict {
        if ConsumerProbe.isProbe(delivery) { return .acknowledge }
        return await handle(CommandMessage(delivery))
    }

    /// What is to be done with the delivery of a message.
    func handle(_ message: CommandMessage) async -> Verdict {
        let verdict = await take(message)
        if verdict == .acknowledge {
            FailPoint.intakeCommitted.reach()
            FailPoint.intakeAcknowledged.reach(after: Self.acknowledging)
        }
        return verdict
    }

    /// How long the connection may take to send an acknowledgement.
    private static let acknowledging = Duration.milliseconds(50)

    private func take(_ message: CommandMessage) async -> Verdict {
        FailPoint.intakeUncommitted.reach()
        var message = message
        let now = clock()
        do throws(StoreError) {
            let command: Command
            do throws(CommandRejection) {
                command = try reader.read(&message, acceptedAt: now, terminals: terminals.current)
            } catch {
                if let known = try await known(message, at: now, refusedFor: error) {
                    try await accept(known, from: message, at: now)
                    return .acknowledge
                }
                try await transitions.reject(error, of: message)
                count(error, type: error.type)
                return .acknowledge
            }
            if !command.isDated { metrics.increment(.undatedCommands) }
            if let sentAt = message.timestamp, sentAt <= now { metrics.observe(.commandAge, took: now - sentAt) }
            try await accept(command, from: message, at: now)
            return .acknowledge
        } catch StoreError.fault(let cause) {
            // The store takes others, and would refuse this one again. The sender is told of the transaction that it
            // has.
            return await refuse(message, at: now, because: cause)
        } catch {
            // Not durable, so not ours: it goes back, and the consumer is cancelled until the store commits again.
            return .requeue
        }
    }

    /// Refuses a message that the store does not take, as a fault of the bridge.
    ///
    /// If not even the refusal can be stored, the broker keeps the message.
    private func refuse(_ message: CommandMessage, at now: Timestamp, because cause: String) async -> Verdict {
        metrics.increment(.rowFaults)
        let fault = CommandFault("", .notStorable, "the bridge cannot store this command; its log says why")
        var rejection = CommandRejection(faults: [fault])
        if let command = try? reader.read(message, acceptedAt: now, terminals: terminals.current) {
            rejection.commandID = command.commandID
            rejection.type = command.content.type.rawValue
            rejection.account = command.content.account
            rejection.metadata = command.metadata
        }
        logger.error(
            "the store refuses a command as a fault of the bridge; it is dead-lettered",
            metadata: [LogKey.command: "\(rejection.commandID ?? "")", LogKey.error: "\(cause)"]
        )
        do {
            try await transitions.reject(rejection, of: message)
            return .acknowledge
        } catch StoreError.fault {
            // It must not go round for ever, and nothing of it may be lost.
            return .deadLetter
        } catch {
            return .requeue
        }
    }

    /// The command of a message that was taken before, when its terminal's alias was known.
    ///
    /// The alias may be gone or moved by now; what the message means was decided when it was taken.
    private func known(
        _ message: CommandMessage,
        at now: Timestamp,
        refusedFor rejection: CommandRejection
    ) async throws(StoreError) -> Command? {
        let mayBeOfMovedAlias: Set<CommandFault.Code> = [.unknownAlias, .accountMismatch]
        guard let id = rejection.commandID, rejection.faults.allSatisfy({ mayBeOfMovedAlias.contains($0.code) }) else {
            return nil
        }
        for account in accounts.all {
            var question = TransactionQuestion()
            (question.account, question.commandID) = (account.name, id)
            guard let known = try await store.transactions(question).first else { continue }
            let content = known.command.content
            let terminals = terminals.current.remembering(content.terminal, account: content.account)
            let command = try? reader.read(message, acceptedAt: now, terminals: terminals)
            if let command, command.content.account == content.account { return command }
        }
        return nil
    }

    private func accept(_ command: Command, from message: CommandMessage, at now: Timestamp) async throws(StoreError) {
        guard let account = accounts[command.content.account] else {
            preconditionFailure("the reader takes no command of another account")
        }
        let candidate = Transaction(
            id: names.next(at: now, random: random()),
            command: command,
            country: account.profile.code,
            environment: account.environment,
            address: message.address,
            acceptedAt: now
        )
        let type = command.content.type.rawValue
        switch try await transitions.accept(candidate, from: message) {
        case .created:
            metrics.increment(.commands, type, "accepted")
        case .repeated(let transaction, let latest):
            metrics.increment(.commands, type, "repeated")
            logger.debug("a duplicate command", metadata: [LogKey.transaction: "\(transaction.id)"])
            if var latest { replies.send(&latest, to: message.address) }
        case .refused(let rejection, _):
            count(rejection, type: type)
        case .refusedBefore:
            metrics.increment(.commands, type, "rejected")
            logger.debug("a refused command came again", metadata: [LogKey.reason: "refused_before"])
        }
    }

    private func count(_ rejection: CommandRejection, type: String?) {
        let known = type.flatMap { CommandType(rawValue: $0)?.rawValue } ?? "unknown"
        let code = rejection.faults.first?.code.rawValue ?? "unknown"
        metrics.increment(.commands, known, "rejected")
        metrics.increment(.deadLetters, code)
        var metadata: Logger.Metadata = [
            LogKey.reason: "\(code)",
            LogKey.command: "\(rejection.commandID ?? "unknown")",
        ]
        // The name of an unknown member is the caller's own text.
        let paths = rejection.faults.map { fault in
            let isOfCaller = [.unknownMember, .null, .repeatedMember].contains(fault.code)
            let path = fault.path.isEmpty || isOfCaller ? "command" : fault.path
            return "\(path): \(fault.code.rawValue)"
        }
        metadata[LogKey.detail] = "\(paths.joined(separator: ", "))"
        if let conflict = rejection.conflict { metadata[LogKey.transaction] = "\(conflict.transactionID)" }
        logger.info("a command was refused", metadata: metadata)
    }
}
