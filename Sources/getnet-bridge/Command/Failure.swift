// SPDX-License-Identifier: Apache-2.0

internal import AMQPClient
internal import BridgeLedger
internal import BridgeService
internal import BridgeSettings
internal import CorrelationStore
internal import NIOCore

/// Why a verb could not do what it was asked to: a sentence for a person, a number for the shell.
struct Failure: Error, Equatable {
    let status: ExitStatus
    /// One sentence or several lines; empty where everything was said already.
    let message: String

    init(_ status: ExitStatus, _ message: String) {
        self.status = status
        self.message = message
    }

    /// Everything that is wrong with a configuration.
    init(faultsOf report: ConfigurationReport) {
        self.init(.configuration, "the configuration cannot be used\n\(report.findings)")
    }

    /// Any error in the words of a person.
    init(_ error: any Error) {
        switch error {
        case let failure as Failure: self = failure
        case let error as AMQPError: self.init(error)
        case let error as StoreOpeningError: self.init(error)
        case let error as StoreError: self.init(error)
        case let error as BridgeFault: self.init(.configuration, error.description)
        case let error as PortFault: self.init(.inputOutput, error.description)
        case let error as IOError: self.init(.inputOutput, "\(error)")
        default: self.init(.internal, "internal error: \(error)")
        }
    }

    /// What went wrong with the broker.
    init(_ error: AMQPError) {
        switch error {
        case .unreachable, .connectionLost, .timedOut: self.init(.unavailable, "the broker is \(error)")
        case .refused(let code, _): self.init(Self.status(code), "\(error)")
        case .channelClosed(let code, _): self.init(Self.status(code), "\(error)")
        case .malformed: self.init(.internal, "\(error)")
        }
    }

    private init(_ error: StoreOpeningError) {
        let status: ExitStatus =
            switch error {
            case .missing, .empty, .exists, .notAStore, .notMigrated, .tooNew, .otherAccount, .accountNotAdmitted,
                .accountRenamed, .accountMissing, .severalNames, .directoryMissing:
                .configuration
            case .locked: .unavailable
            case .notWritable: .permission
            case .engine: .inputOutput
            }
        self.init(status, error.description)
    }

    private init(_ error: StoreError) {
        switch error {
        case .unavailable(let why): self.init(.inputOutput, "the store cannot be read: \(why)")
        case .overloaded: self.init(.unavailable, "the store is busy")
        case .closed: self.init(.internal, "the store was closed")
        case .fault(let why): self.init(.internal, "the store is at fault: \(why)")
        }
    }

    /// AMQP's reply codes.
    private static func status(_ code: Int) -> ExitStatus {
        switch code {
        case 403: .permission
        case 530: .configuration
        default: .unavailable
        }
    }
}
