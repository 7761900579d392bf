// SPDX-License-Identifier: Apache-2.0

import NIOConcurrencyHelpers

/// The commands whose callbacks are still to be sent, and the callbacks that are held back.
///
/// Limits: ``maximumErrands`` waiting, ``maximumHeld`` held back; what is above is refused.
final class CallbackQueue: Sendable {
    /// How many errands may wait to be begun.
    static let maximumErrands = 200_000
    /// How many callbacks may be held back.
    static let maximumHeld = 100_000

    /// Something that the courier has to do.
    enum Errand: Sendable {
        /// All callbacks of a command, each at its time.
        case course(Course)
        /// The cancellation that is to happen at a moment.
        case cancellation(at: Duration)
        /// The callback of a read of a journal, at its time.
        case journal(TakenRead)
        /// One callback, now.
        case delivery(CallbackDelivery)
    }

    let errands: AsyncStream<Errand>
    private let continuation: AsyncStream<Errand>.Continuation
    private let held = NIOLockedValueBox<[CallbackDelivery]?>(nil)

    init() {
        (errands, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(Self.maximumErrands))
    }

    /// Adds an errand.
    ///
    /// - Returns: whether there was room.
    func add(_ errand: Errand) -> Bool {
        if case .enqueued = continuation.yield(errand) { true } else { false }
    }

    /// How many callbacks are held back.
    var heldCount: Int { held.withLockedValue { $0?.count ?? 0 } }

    /// What the queue did with a callback that was to be held back.
    enum Holding {
        /// Nothing is held back: send it.
        case off
        /// It is kept.
        case kept
        /// There is no room for it.
        case full
    }

    /// Keeps a callback if callbacks are held back.
    func hold(_ delivery: CallbackDelivery) -> Holding {
        held.withLockedValue { held in
            guard let count = held?.count else { return .off }
            guard count < Self.maximumHeld else { return .full }
            held?.append(delivery)
            return .kept
        }
    }

    /// Holds back callbacks from now on.
    func startHolding() {
        held.withLockedValue { if $0 == nil { $0 = [] } }
    }

    /// Sends what was held back, in the order in which it became due, and holds back no longer.
    ///
    /// - Returns: how many there was no room for.
    func release() -> Int {
        let released = held.withLockedValue { held in
            defer { held = nil }
            return held ?? []
        }
        return released.count { !add(.delivery($0)) }
    }

    /// Ends the stream of errands.
    func finish() {
        continuation.finish()
    }
}

/// One callback that is due.
struct CallbackDelivery: Sendable {
    /// What the ledger keeps it under.
    let subject: Subject
    let content: Content
    let webhook: String

    /// Whose callback it is, by number in the ledger.
    enum Subject: Hashable, Sendable {
        case sale(Int)
        case command(Int)
        case journal(Int)
    }

    /// What it says; it becomes text when it is sent.
    enum Content: Sendable {
        case report(Report, about: any ReportSubject, Dialect)
        case journal(TakenRead)

        /// How it is spelled, where that is its own affair.
        var dialect: Dialect? {
            switch self {
            case .report(_, about: _, let dialect): dialect
            case .journal: nil
            }
        }
    }

    /// What it says, in one word.
    var kind: String {
        switch content {
        case .report(let report, about: _, _): report.kind
        case .journal(let read): read.content == nil ? "message" : "result"
        }
    }
}
