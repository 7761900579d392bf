// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import Logging
import NIOCore
import NIOHTTP1

/// Sends callbacks when they become due and notes how they were answered.
struct CallbackCourier: Sendable {
    let cloud: Cloud
    let client: HTTPClient
    let sockets: CallbackSockets
    let logger: Logger

    /// Does the errands of the queue until the surrounding task is cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            for await errand in cloud.callbacks.errands {
                switch errand {
                case .course(let course): group.addTask { await sendAll(of: course) }
                case .cancellation(at: let moment):
                    group.addTask { if await cloud.wait(until: moment) { cloud.settle() } }
                case .journal(let read): group.addTask { await send(read) }
                case .delivery(let delivery): group.addTask { await send(delivery) }
                }
            }
        }
    }

    /// Sends every callback of a command, each at its time; those of one moment at once, others one after the other.
    ///
    /// It ends when the plan of the command changes: what is still to be told is another errand then.
    func sendAll(of course: Course) async {
        guard let started = course.started, let webhook = course.webhook else { return }
        let settings = cloud.configuration
        var remaining = course.plan.callbacks[...]
        while let moment = remaining.first?.after {
            let due = remaining.prefix { $0.after == moment }
            remaining = remaining.dropFirst(due.count)
            guard await cloud.wait(until: started.at + moment + settings.callbackDelay) else { return }
            guard cloud.isCurrent(course) else { return }
            let deliveries = due.flatMap { step in
                let delivery = CallbackDelivery(
                    subject: course.subject,
                    content: .report(step.report, about: started.facts, course.plan.dialect),
                    webhook: webhook
                )
                return repeatElement(delivery, count: settings.callbackCopies)
            }
            await sendAtOnce(deliveries)
        }
    }

    /// Sends the callback of a read of a journal at its time.
    private func send(_ read: TakenRead) async {
        guard let webhook = read.request.webhook else { return }
        guard await cloud.wait(until: read.finishesAt + cloud.configuration.callbackDelay) else { return }
        let delivery = CallbackDelivery(subject: .journal(read.number), content: .journal(read), webhook: webhook)
        await sendAtOnce(Array(repeating: delivery, count: cloud.configuration.callbackCopies))
    }

    private func sendAtOnce(_ deliveries: [CallbackDelivery]) async {
        if deliveries.count == 1 { return await hold(orSend: deliveries[0]) }
        await withDiscardingTaskGroup { group in
            for delivery in deliveries { group.addTask { await hold(orSend: delivery) } }
        }
    }

    private func hold(orSend delivery: CallbackDelivery) async {
        switch cloud.callbacks.hold(delivery) {
        case .off: await send(delivery)
        case .kept: return
        case .full: cloud.noteDropped(1)
        }
    }

    private func send(_ delivery: CallbackDelivery) async {
        let body = text(of: delivery.content)
        for repetition in 0...cloud.configuration.callbackRetries {
            if repetition > 0 {
                guard await cloud.wait(until: cloud.now + cloud.configuration.callbackRetryDelay) else { return }
            }
            let sentAt = cloud.now
            let dialect = delivery.content.dialect ?? cloud.configuration.dialect
            let status = await post(CodedText(body, dialect.coding), to: delivery.webhook, by: dialect.carriage)
            let took = cloud.now - sentAt
            cloud.withState {
                $0.note(
                    callback: delivery.kind,
                    status: status,
                    of: delivery.subject,
                    sentAt: sentAt,
                    took: took
                )
            }
            if let status, (200..<300).contains(status) { return }
        }
    }

    private func text(of content: CallbackDelivery.Content) -> String {
        switch content {
        case .report(let report, about: let facts, let dialect):
            cloud.writer(dialect).report(report, about: facts, as: .finished)
        case .journal(let read): cloud.writer(cloud.configuration.dialect).journal(read)
        }
    }

    /// Posts a body.
    ///
    /// - Returns: the HTTP status, or nothing if there was no answer.
    private func post(_ body: CodedText, to webhook: String, by carriage: Dialect.Carriage) async -> Int? {
        if carriage != .usual {
            guard let bytes = CallbackBytes(body, to: webhook, by: carriage) else { return nil }
            return await sockets.post(bytes, timeout: cloud.configuration.callbackTimeout)
        }
        var request = HTTPClientRequest(url: webhook)
        request.method = .POST
        request.headers.add(name: "content-type", value: body.callbackType)
        if let encoding = body.contentEncoding { request.headers.add(name: "content-encoding", value: encoding) }
        request.body = .bytes(ByteBuffer(bytes: body.bytes))
        let timeout = TimeAmount(cloud.configuration.callbackTimeout)
        do {
            let response = try await client.execute(request, timeout: timeout, logger: logger)
            for try await _ in response.body {}
            return Int(response.status.code)
        } catch {
            logger.debug("a callback was not answered", metadata: [LogKey.error: "\(error)"])
            return nil
        }
    }
}
