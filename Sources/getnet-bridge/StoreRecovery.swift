// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import BridgeCore
internal import BridgeLedger
internal import BridgeService
internal import BridgeSettings
internal import CorrelationStore

extension Store {
    /// Copies the store while the bridge runs.
    struct Backup: ConfiguredVerb {
        static let configuration = CommandConfiguration(
            abstract: "Write a consistent copy of the store, whether a bridge has it open or not.",
            discussion:
                "Back up callbacks.keyFile too. A copy knows that it is one: a bridge that starts on it is held until store release."
        )

        @Option(help: ArgumentHelp("Where to; existing files are never overwritten.", valueName: "path"))
        var to: String

        @OptionGroup var options: ConfigurationOptions

        func validate() throws {
            guard to.hasPrefix("/") else { throw ValidationError("--to: an absolute path is expected") }
        }

        func run(_ invocation: Invocation) async throws -> ExitStatus {
            let store = try options.load(for: .store, invocation).storeAdministration()
            let bytes = try store.backup(to: to, at: .current)
            try invocation.console.print("\(to) holds \(store.place), \(bytes) bytes")
            return .done
        }
    }

    /// Ends the hold of a restored store.
    struct Release: ConfiguredVerb {
        static let configuration = CommandConfiguration(
            abstract: "End the hold of a restored store in the name of a person: commands are taken again.",
            discussion: """
                Goes through the admin port if a bridge runs, else to the file. A command from before the restore may come for an \
                hour; until then it needs --now, which repeats a charge if such a command comes.
                """
        )

        @OptionGroup var note: NoteArguments

        @Flag(help: "End the hold although the hour after the restore is not over.")
        var now = false

        @OptionGroup var options: ConfigurationOptions

        func run(_ invocation: Invocation) async throws -> ExitStatus {
            let configuration = try options.load(for: .store, invocation)
            let store = configuration.storeAdministration()
            let release: HoldRelease
            let who = try note.operatorNote()
            do throws(StoreOpeningError) {
                release = try store.release(by: who, at: .current, isKnownToBeEarly: now)
            } catch {
                guard case .locked = error else { throw error }
                let body = OperatorRequest.body(by: note.by, because: note.reason, knows: now ? [.now] : [])
                let answer = try await AdminPort(configuration).post("/v1/store/release", body)
                release = answer["released"] == .bool(true) ? .released : .notHeld
            }
            switch release {
            case .released: try invocation.console.print("\(store.place) is released, by \(note.by)")
            case .notHeld: try invocation.console.print("\(store.place) was not held")
            case .tooEarly(let end): throw Failure(.data, end.tooEarlyText)
            }
            return .done
        }
    }
}
