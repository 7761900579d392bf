// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import BridgeCore
internal import BridgeService
internal import CorrelationStore

extension Store {
    /// Copies the store while the bridge runs.
    struct Backup: ConfiguredVerb {
        static let configuration = CommandConfiguration(
            abstract: "Write a consistent copy of the store, whether a bridge has it open or not.",
            discussion: "Back up callbacks.keyFile too. A copy is put back only with: serve --hold-commands"
        )

        @Option(help: ArgumentHelp("Where to; nothing that is there is overwritten.", valueName: "path"))
        var to: String

        @OptionGroup var options: ConfigurationOptions

        func validate() throws {
            guard to.hasPrefix("/") else { throw ValidationError("--to: an absolute path is expected") }
        }

        func run(_ invocation: Invocation) async throws -> ExitStatus {
            let path = try options.load(for: .store, invocation).storePath()
            let bytes = try SQLiteStore.backup(path: path, to: to)
            try invocation.console.print("\(to) holds \(path), \(bytes) bytes")
            return .done
        }
    }

    /// Ends the hold of a restored store.
    struct Release: ConfiguredVerb {
        static let configuration = CommandConfiguration(
            abstract: "End the hold of a restored store: commands are taken again.",
            discussion: "Through the admin port if a bridge runs, else on the file."
        )

        @OptionGroup var options: ConfigurationOptions

        func run(_ invocation: Invocation) async throws -> ExitStatus {
            let configuration = try options.load(for: .store, invocation)
            let path = try configuration.storePath()
            let wasHeld: Bool
            do throws(StoreOpeningError) {
                wasHeld = try SQLiteStore.release(path: path)
            } catch {
                guard case .locked = error else { throw error }
                let answer = try await AdminPort(configuration).post("/v1/store/release")
                wasHeld = answer["released"] == .bool(true)
            }
            try invocation.console.print(wasHeld ? "\(path) is released" : "\(path) was not held")
            return .done
        }
    }
}
