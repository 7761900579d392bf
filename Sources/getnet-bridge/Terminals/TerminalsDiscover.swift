// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import BridgeCore
internal import BridgeService
internal import BridgeSettings
internal import Logging

extension Terminals {
    /// Lists the terminals of the account as Getnet knows them.
    struct Discover: ConfiguredVerb {
        static let configuration = CommandConfiguration(
            abstract: "Ask Getnet which terminals the account has.",
            discussion: """
                Prints text for the file that terminals.file names: give the terminals the names that your callers use. Needs \
                the credentials, and no bridge.
                """
        )

        @OptionGroup var options: ConfigurationOptions
        @OptionGroup var account: AccountOption

        @Flag(help: "For machines: a list of triplets.")
        var json = false

        func run(_ invocation: Invocation) async throws -> ExitStatus {
            let configuration = try options.load(for: .asking, invocation)
            let cloud = try account.cloud(of: configuration)
            let logger = Logger(configuration.log, isRead: invocation.console.logIsRead)
            let finding: TerminalDiscovery.Finding
            do {
                finding = try await TerminalDiscovery.ask(cloud, configuration, logger: logger)
            } catch let fault as TerminalDiscovery.Fault {
                let status: ExitStatus = fault.reason.code == .unauthorized ? .permission : .unavailable
                throw Failure(status, fault.reason.message)
            }
            if json {
                try invocation.console.print(Self.document(finding.terminals))
            } else {
                let account = configuration.account(of: cloud)
                let count = finding.terminals.count
                try invocation.console.print(
                    "# \(count) \(count == 1 ? "terminal" : "terminals") of \(account.name), \(account.profile.code), "
                        + "\(account.environment)\n"
                        + TerminalFile.text(
                            naming: finding.terminals,
                            of: configuration.accounts.only == nil ? account.name : nil
                        )
                )
            }
            if finding.unreadable > 0 {
                invocation.console.note("entries of Getnet's answer that are no terminals: \(finding.unreadable)")
            }
            return .done
        }

        private static func document(_ terminals: [Terminal]) -> [UInt8] {
            var writer = JSONWriter(reserving: 1_024)
            writer.array { list in
                for terminal in terminals {
                    list.object { member in
                        member.member("idTerminal", terminal.idTerminal)
                        member.member("idSucursal", terminal.idSucursal)
                        member.member("serialNumber", terminal.serialNumber)
                    }
                }
            }
            return writer.bytes
        }
    }
}
