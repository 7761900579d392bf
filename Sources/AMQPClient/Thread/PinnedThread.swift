// SPDX-License-Identifier: Apache-2.0

import CLibrabbitmq
import Glibc
import NIOConcurrencyHelpers

/// An operating-system thread that is the executor of one actor, and sleeps in `poll` between its turns.
///
/// A connection of librabbitmq belongs to one thread, and its calls block. The thread runs the actor's jobs and then
/// its turn; the turn says which socket to watch and until when. Anything may `wake` it.
///
/// Isolation: everything here may be called from any thread. Limits: the stack is 8 MiB, since librabbitmq decodes
/// nested tables by recursion without a bound: 20,000 levels, about as many as a frame holds, need more than 2 MiB.
final class PinnedThread: SerialExecutor {
    /// What the thread waits for after a turn, besides being woken.
    struct Rest {
        /// The socket to wait for; `nil` for none.
        var socket: Int32?
        /// When to take the next turn at the latest; `nil` for never.
        var until: ContinuousClock.Instant?
    }

    private struct Mailbox {
        var jobs: [UnownedJob] = []
        var turn: (@Sendable () -> Rest)?
        var isWoken = false
        var isAsleep = false
        var isStopped = false
    }

    private static let stackSize = 8 * 1024 * 1024

    private let mailbox = NIOLockedValueBox(Mailbox())
    private let wakeDescriptor: Int32
    /// Written before the thread runs any job, read only by `checkIsolated` on the thread that asks.
    private let identity = NIOLockedValueBox<pthread_t?>(nil)

    /// Starts the thread.
    ///
    /// The name, of which 15 bytes are kept, is what `top -H` shows.
    ///
    /// Throws: `unreachable` if the process has no file descriptor or the system no thread left.
    init(name: String) throws(AMQPError) {
        wakeDescriptor = eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK))
        guard wakeDescriptor >= 0 else { throw .unreachable("the process has no file descriptor left") }
        guard start(name: name) else {
            close(wakeDescriptor)
            throw .unreachable("the system has no thread left")
        }
    }

    /// A thread for a connection that is made once, while the process starts.
    static func atStart(name: String) -> PinnedThread {
        do {
            return try PinnedThread(name: name)
        } catch {
            preconditionFailure("cannot start: \(error)")
        }
    }

    /// Has `turn` run on this thread after every batch of jobs, every wake-up and every event of its socket.
    func onTurn(_ turn: @escaping @Sendable () -> Rest) {
        mailbox.withLockedValue { $0.turn = turn }
        wake()
    }

    /// Has the next turn happen now.
    func wake() {
        mailbox.withLockedValue { mailbox in
            mailbox.isWoken = true
            signal(&mailbox)
        }
    }

    /// Ends the thread after the jobs that are queued.
    ///
    /// Called when the actor is gone, so that nothing can follow.
    func stop() {
        mailbox.withLockedValue { mailbox in
            mailbox.isStopped = true
            mailbox.turn = nil
            signal(&mailbox)
        }
    }

    /// Writes to the descriptor only if the thread sleeps on it: a busy thread costs its callers no system call.
    private func signal(_ mailbox: inout Mailbox) {
        guard mailbox.isAsleep else { return }
        mailbox.isAsleep = false
        var one: UInt64 = 1
        _ = unsafe write(wakeDescriptor, &one, MemoryLayout<UInt64>.size)
    }

    // MARK: - SerialExecutor

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        mailbox.withLockedValue { mailbox in
            precondition(!mailbox.isStopped, "an actor outlives its thread")
            mailbox.jobs.append(job)
            signal(&mailbox)
        }
    }

    func asUnownedSerialExecutor() -> UnownedSerialExecutor {
        unsafe UnownedSerialExecutor(ordinary: self)
    }

    func checkIsolated() {
        let isSame = identity.withLockedValue { identity in
            identity.map { pthread_equal($0, pthread_self()) != 0 } ?? false
        }
        precondition(isSame, "called off the thread that owns the connection")
    }

    // MARK: - The thread

    private func start(name: String) -> Bool {
        var attributes = pthread_attr_t()
        unsafe pthread_attr_init(&attributes)
        unsafe pthread_attr_setstacksize(&attributes, Self.stackSize)
        unsafe pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        let context = unsafe Unmanaged.passRetained(self).toOpaque()
        var thread = pthread_t()
        let status = unsafe pthread_create(
            &thread,
            &attributes,
            { context in
                guard let context = unsafe context else { preconditionFailure("pthread_create hands on its context") }
                let this = unsafe Unmanaged<PinnedThread>.fromOpaque(context).takeRetainedValue()
                this.run()
                return nil
            },
            context
        )
        unsafe pthread_attr_destroy(&attributes)
        guard status == 0 else {
            unsafe Unmanaged<PinnedThread>.fromOpaque(context).release()
            return false
        }
        _ = unsafe String(name.prefix(15)).withCString { unsafe pthread_setname_np(thread, $0) }
        return true
    }

    private func run() {
        identity.withLockedValue { $0 = pthread_self() }
        var jobs: [UnownedJob] = []
        while true {
            let (turn, isStopped) = mailbox.withLockedValue { mailbox in
                swap(&jobs, &mailbox.jobs)
                mailbox.isWoken = false
                return (mailbox.turn, mailbox.isStopped)
            }
            for job in jobs {
                unsafe job.runSynchronously(on: asUnownedSerialExecutor())
            }
            let ranJobs = !jobs.isEmpty
            jobs.removeAll(keepingCapacity: true)
            if isStopped, !ranJobs { break }
            rest(turn?() ?? Rest())
        }
        close(wakeDescriptor)
    }

    private func rest(_ rest: Rest) {
        let mustStay = mailbox.withLockedValue { mailbox in
            mailbox.isAsleep = mailbox.jobs.isEmpty && !mailbox.isWoken && !mailbox.isStopped
            return !mailbox.isAsleep
        }
        guard !mustStay else { return }
        // A negative descriptor is one that poll passes over.
        var descriptors = [
            pollfd(fd: wakeDescriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: rest.socket ?? -1, events: Int16(POLLIN), revents: 0),
        ]
        _ = unsafe poll(&descriptors, nfds_t(descriptors.count), Self.milliseconds(until: rest.until))
        let wasSignalled = mailbox.withLockedValue { mailbox in
            defer { mailbox.isAsleep = false }
            return !mailbox.isAsleep
        }
        if wasSignalled {
            var count: UInt64 = 0
            _ = unsafe read(wakeDescriptor, &count, MemoryLayout<UInt64>.size)
        }
    }

    private static func milliseconds(until deadline: ContinuousClock.Instant?) -> Int32 {
        guard let deadline else { return -1 }
        let remaining = deadline - .now
        guard remaining > .zero else { return 0 }
        // Rounded up, else the last fraction of a millisecond would be spent spinning.
        return Int32(clamping: remaining.milliseconds + 1)
    }
}

extension Duration {
    /// Whole milliseconds, rounded down.
    var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1000 + attoseconds / 1_000_000_000_000_000
    }

    /// As the C library takes it.
    var timeval: timeval {
        let (seconds, attoseconds) = components
        return Glibc.timeval(tv_sec: Int(seconds), tv_usec: Int(attoseconds / 1_000_000_000_000))
    }
}
