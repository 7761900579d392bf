// SPDX-License-Identifier: Apache-2.0

public import BridgeCore

/// The command that tells a terminal to end the sale that it is at.
///
/// It names no sale: the sender keeps every other sale away from the terminal.
/// *Source*: docs/getnet.md 10.5.
extension CloudClient {
    /// The command's number at the terminal.
    static let cancelFunctionCode: Int64 = 116

    /// Sends it once and tells how it ended; `nil` where it may still have effects.
    ///
    /// - Parameters:
    ///   - transaction: The transaction whose sale is at the terminal.
    ///   - mayLeave: Asked at the last moment, from any thread, whether it is still to be sent.
    /// - Returns: The end, which says nothing about the sale.
    public func cancelSale(
        of transaction: Transaction,
        mayLeave: @escaping @Sendable () -> Bool
    ) async -> TransactionInput.CancelEnd? {
        let profile = configuration.account.profile
        var writer = JSONWriter(reserving: 160)
        writer.object { member in
            member.triplet(transaction.command.content.terminal, profile.branchForm)
            member.member("command", Self.cancelFunctionCode)
            member.member("customId", transaction.id.description)
        }
        let body = writer.bytes
        do {
            return try await withToken { (token) -> CancelSent? in
                guard let request = endpoint.cancel(token) else { return CancelSent(end: .notStarted(.requestRefused)) }
                let end = await observed(.command) {
                    await cancels.send(request, body: body, timeout: configuration.terminalTimeout, mayLeave: mayLeave)
                }
                note(end, of: .command)
                return cancelSent(end, of: transaction)
            }.end
        } catch {
            return .notStarted(error.code)
        }
    }

    /// How a cancel that was sent ended, where it may have been taken.
    private struct CancelSent {
        /// `nil`: it may still have effects.
        let end: TransactionInput.CancelEnd?
    }

    /// What the end of a cancel means; `nil` where the token is not accepted.
    private func cancelSent(_ end: ExchangeEnd, of transaction: Transaction) -> CancelSent? {
        switch SaleEnd(end, of: transaction.id, reader: reader) {
        case .outcome(.answered(let answer)):
            guard answer.isOfCancel(of: transaction) else { return CancelSent(end: nil) }
            guard case .number(let code) = answer.result?.responseCode else { return CancelSent(end: .answered(nil)) }
            return CancelSent(end: .answered(code))
        case .outcome(.notStarted(let refusal)): return CancelSent(end: .notStarted(refusal.code))
        case .unauthorized: return nil
        case .outcome(.acknowledged), .outcome(.unknown): return CancelSent(end: nil)
        }
    }
}

extension CloudAnswer {
    /// Whether it ends the cancel of that transaction: what names another request or another terminal does not.
    fileprivate func isOfCancel(of transaction: Transaction) -> Bool {
        let terminal = transaction.command.content.terminal.idTerminal
        return result?.functionCode == CloudClient.cancelFunctionCode
            && !showsAnother && (customID?.equalsLoosely(transaction.id.description) ?? true)
            && (result?.terminalID?.equalsLoosely(terminal) ?? true)
    }
}
