// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore
internal import BridgeSettings

/// What the bridge of a configuration says of a message before it looks into its store.
enum MessageCheck {
    /// It is refused, for each of these.
    case refused([CommandFault])
    /// It is a command that is too old to be sent: it ends failed, `command_expired`.
    case expired
    /// Nothing is wrong with it by itself.
    case sound

    /// Reads a message as the bridge does.
    ///
    /// The names of terminals are not looked up: they are the bridge's, which may run elsewhere.
    init(_ message: CommandMessage, _ configuration: BridgeConfiguration, at instant: Timestamp) {
        let rules = CommandReader.Rules(
            accounts: configuration.accounts,
            maxBytes: configuration.commands.maxBytes,
            maxAge: configuration.commands.maxAge,
            requireTimestamp: configuration.commands.requireTimestamp,
            ownQueues: []
        )
        do throws(CommandRejection) {
            if message.exchange == configuration.control.exchange {
                _ = try ControlReader(rules: rules).read(message)
                self = .sound
            } else {
                let command = try CommandReader(rules: rules).read(message, acceptedAt: instant)
                self = command.expiresAt <= instant ? .expired : .sound
            }
        } catch {
            let faults = error.faults.filter { $0.code != .unknownAlias }
            self = faults.isEmpty ? .sound : .refused(faults)
        }
    }
}

extension CommandFault {
    /// The fault as a line for people, with its place in a message of the kind named.
    func line(in kind: String) -> String { "\(path.isEmpty ? kind : path): \(message)" }
}
