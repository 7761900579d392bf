// SPDX-License-Identifier: Apache-2.0

public import BridgeCore

/// What moves no money and may be repeated.
extension CloudClient {
    /// A token and, if the cloud rejects it, one more.
    private static let tokenTries = 2

    /// Asks the cloud what it knows about a transaction.
    public func status(idPosTxs: String) async -> StatusAnswer {
        guard gate.throttle() == nil else { return .unavailable(.cloudUnavailable) }
        do {
            return try await withToken { (token) -> StatusAnswer? in
                guard let request = endpoint.query(idPosTxs: idPosTxs, token) else {
                    return .notFound(CloudAnswer(code: .unknown))
                }
                let end = await observed(.query) {
                    await queries.send(request, body: nil, timeout: configuration.queryTimeout)
                }
                gate.questionEnded(end)
                note(end, of: .query)
                return switch QueryEnd(end, reader: reader) {
                case .outcome(let outcome): outcome
                case .unauthorized: nil
                }
            }
        } catch {
            return .unavailable(error.code)
        }
    }

    /// Gives up the readings and cancels that are under way, which may take minutes; later ones bring nothing.
    public func stopReading() async {
        for transport in [journals, looks, cancels] {
            // It fails only where it was shut down before.
            try? await transport.shutdown()
        }
    }

    /// Asks a terminal what it remembers, over the cloud and on one connection until the terminal answers.
    ///
    /// Getnet gives the terminal the command like any other, so that it must not run beside a sale; it prints nothing.
    ///
    /// - Parameters:
    ///   - command: What is read.
    ///   - terminal: The terminal of the journal.
    ///   - customID: A name for the reading, at most 25 characters; an answer under another name is not believed.
    ///   - patience: How long it may take, if less than a terminal may.
    ///   - purpose: Which connections it uses.
    /// - Returns: What was read, or why not. A reading that failed may be repeated.
    public func readJournal(
        _ command: JournalCommand,
        of terminal: Terminal,
        customID: String,
        within patience: Duration? = nil,
        for purpose: JournalPurpose = .doubt
    ) async -> JournalAnswer {
        let timeout = min(patience ?? configuration.terminalTimeout, configuration.terminalTimeout)
        let body = JournalRequest(profile: configuration.account.profile)
            .bytes(for: command, of: terminal, customID: customID)
        guard let body else { return .impossible(.requestRefused) }
        do {
            return try await withToken { (token) -> JournalAnswer? in
                guard let request = endpoint.journal(command, token) else { return .impossible(.requestRefused) }
                let permit: AccountBreaker.Permit
                switch gate.passReading() {
                case .go(let granted): permit = granted
                case .wait(let obstacle): return .notAsked(obstacle.code, retryAfter: obstacle.wait)
                }
                let end = await observed(.journal) {
                    await (purpose == .doubt ? journals : looks).send(request, body: body, timeout: timeout)
                }
                gate.readingEnded(permit, end)
                switch end {
                case .neverSent, .withheld: return .notAsked(.cloudUnavailable, retryAfter: nil)
                case .interrupted, .answered: break
                }
                note(end, of: .journal)
                let reading = JournalEnd(end, of: command, at: terminal, customID: customID, reader: reader)
                return switch reading {
                case .outcome(let outcome): outcome
                case .unauthorized: nil
                }
            }
        } catch {
            return .notAsked(error.code, retryAfter: error.retryAfter)
        }
    }

    /// Asks with a token, and once more with a new one where the cloud did not accept the first: `nil` says so.
    func withToken<Answer>(_ ask: (AccessToken) async -> Answer?) async throws(LoginFailure) -> Answer {
        var rejected: AccessToken?
        for attempt in 1...Self.tokenTries {
            let token = try await session.token(for: .question)
            if token.generation == rejected?.generation { break }
            if let answer = await ask(token) { return answer }
            rejected = token
            if let wait = session.rejected(token, for: .question), attempt == 1 {
                // It is too early for a new login, and only a new token could show that no token is good.
                throw LoginFailure(trouble: .tokenRejected, retryAfter: wait)
            }
        }
        throw LoginFailure(trouble: .tokenRejected)
    }
}

/// What a terminal's journal is read for; each has its own connections, so that none waits for another.
public enum JournalPurpose: Sendable {
    /// A doubt that nothing else ended.
    case doubt
    /// A look before a command: a void's receipt, the batch of a close.
    case look
}
