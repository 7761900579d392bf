// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import BridgeCore
internal import BridgeLedger
internal import BridgeSettings
internal import CorrelationStore

/// Callbacks that the store keeps although they are evidence of no transaction.
struct Callbacks: VerbGroup {
    static let configuration = CommandConfiguration(
        abstract: "Look at callbacks that belong to no transaction, whether a bridge runs or not.",
        subcommands: [List.self]
    )

    /// Lists them, newest first.
    struct List: ConfiguredVerb {
        static let configuration = CommandConfiguration(
            abstract: "List callbacks that belong to no transaction or cannot be read, newest first."
        )

        @Option(help: "Only callbacks with this cause: unmatched, unreadable or not_storable.")
        var cause: QuarantinedCallback.Cause?

        @Option(help: "At most this many, up to \(KeptCallback.longestAnswer).")
        var limit = 50

        @Flag(help: "For machines, with the bodies; runs of six or more digits are masked.")
        var json = false

        @OptionGroup var options: ConfigurationOptions

        func validate() throws {
            guard (1...KeptCallback.longestAnswer).contains(limit) else {
                throw ValidationError("--limit: 1 to \(KeptCallback.longestAnswer)")
            }
        }

        func run(_ invocation: Invocation) async throws -> ExitStatus {
            let configuration = try options.load(for: .store, invocation)
            let inspection = try configuration.storeAdministration().inspect()
            let callbacks = try await inspection.keptCallbacks(cause: cause, limit: limit)
            if json {
                try invocation.console.print(callbacks.document)
            } else {
                try invocation.console.print(callbacks.table)
            }
            return .done
        }
    }
}

extension [KeptCallback] {
    /// One line for each.
    fileprivate var table: String {
        guard !isEmpty else { return "no such callback is kept" }
        var table = Table("RECEIVED", "CAUSE", "TRANSACTION IN ITS URL", "GETNET'S NUMBER", "CUSTOM ID", "BYTES")
        for callback in self {
            table.add(
                callback.receivedAt.description,
                callback.cause.rawValue,
                callback.transactionID.description,
                callback.idPosTxs ?? "-",
                callback.customID ?? "-",
                "\(callback.maskedBody.count)"
            )
        }
        return table.text
    }

    /// The same for machines: `{"callbacks": [{"number", "cause", "transactionId", …, "maskedBody"}]}`.
    fileprivate var document: [UInt8] {
        var writer = JSONWriter(reserving: 512 * (count + 1))
        writer.object { page in
            page.array("callbacks") { list in
                for callback in self {
                    list.object { entry in
                        entry.member("number", callback.number)
                        entry.member("cause", callback.cause.rawValue)
                        entry.member("transactionId", callback.transactionID.description)
                        entry.member("idPosTxs", callback.idPosTxs)
                        entry.member("customId", callback.customID)
                        entry.member("receivedAt", callback.receivedAt.description)
                        entry.member("maskedBody", String(decoding: callback.maskedBody, as: UTF8.self))
                    }
                }
            }
        }
        return writer.bytes
    }
}
