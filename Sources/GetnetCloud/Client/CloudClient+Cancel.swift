// SPDX-License-Identifier: Apache-2.0

public import BridgeCore

/// The command that tells a terminal to end the sale that it is at.
///
/// It names no sale: whoever sends it keeps every other one away from the terminal.
/// *Source*: reference §4.5.
extension CloudClient {
    /// The command's number at the terminal.
    static let cancelFunctionCode: Int64 = 116

    /// Sends it once and tells how it ended; `nil` where it may still have effects.
    ///
    /// - Parameters:
    ///   - transaction: Whose sale is at the terminal.
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
        let token: AccessToken
        do {
            token = try await session.token()
        } catch {
            return .notStarted(error.code)
        }
        guard let request = endpoint.cancel(token) else { return .notStarted(.requestRefused) }
        let end = await observed(.command) {
            await journals.send(
                request,
                body: writer.bytes,
                timeout: configuration.terminalTimeout,
                mayLeave: mayLeave
            )
        }
        note(end, of: .command)
        switch SaleEnd(end, of: transaction.id, reader: reader) {
        case .outcome(.answered(let answer)):
            guard answer.isOfCancel(of: transaction) else { return nil }
            if case .number(let code) = answer.result?.responseCode { return .answered(code) }
            return .answered(nil)
        case .outcome(.notStarted(let refusal)): return .notStarted(refusal.code)
        case .unauthorized:
            _ = session.rejected(token)
            return .notStarted(.unauthorized)
        case .outcome(.acknowledged), .outcome(.unknown): return nil
        }
    }
}

extension CloudAnswer {
    /// Whether it ends the cancel of that transaction: what names another request or another terminal does not.
    fileprivate func isOfCancel(of transaction: Transaction) -> Bool {
        let terminal = transaction.command.content.terminal.idTerminal
        return result?.functionCode == CloudClient.cancelFunctionCode
            && (customID ?? transaction.id.description) == transaction.id.description
            && (result?.terminalID?.equalsLoosely(terminal) ?? true)
    }
}
