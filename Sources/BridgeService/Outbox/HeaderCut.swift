// SPDX-License-Identifier: Apache-2.0

internal import AMQPClient
internal import BridgeCore

/// Headers of a dead letter that do not fit into one frame of the connection.
///
/// A broker with a small `frame_max` would break the connection off at such a message, again and again. Why a command
/// was refused comes before what its publisher wrote: the publisher's headers go first, the largest first.
extension AMQPMessage {
    /// Says how many headers were left out.
    static let droppedHeader = "getnet-headers-dropped"

    private static let faults = "getnet-faults"

    /// The message with as many headers as a frame holds.
    func cuttingHeaders(toFit frameMax: Int) -> AMQPMessage {
        guard let size = headFrameSize, size > frameMax else { return self }
        var message = self
        message.properties.headers[Self.droppedHeader] = .string(String(properties.headers.count))
        var dropped = 0
        for name in properties.headers.droppable {
            if message.fits(frameMax) { break }
            message.properties.headers[name] = nil
            dropped += 1
        }
        message.properties.headers[Self.droppedHeader] = dropped == 0 ? nil : .string(String(dropped))
        message.cutFaults(toFit: frameMax)
        return message
    }

    private func fits(_ frameMax: Int) -> Bool { (headFrameSize ?? 0) <= frameMax }

    /// Keeps the first of the faults.
    private mutating func cutFaults(toFit frameMax: Int) {
        guard !fits(frameMax), case .string(let text)? = properties.headers[Self.faults],
            case .array(var list)? = try? JSONParser.parse(Array(text.utf8))
        else { return }
        while !fits(frameMax), !list.isEmpty {
            list.removeLast()
            properties.headers[Self.faults] = .string(String(decoding: JSON.array(list).serialized, as: UTF8.self))
        }
    }
}

extension [String: AMQPValue] {
    /// The names of the publisher's headers, the largest first.
    fileprivate var droppable: [String] {
        filter { !$0.key.hasPrefix("getnet-") }
            .map { (name: $0.key, size: $0.value.textSize + $0.key.utf8.count) }
            .sorted { ($1.size, $0.name) < ($0.size, $1.name) }
            .map(\.name)
    }
}

extension AMQPValue {
    /// Dead letters carry text only.
    fileprivate var textSize: Int {
        if case .string(let text) = self { text.utf8.count } else { 0 }
    }
}
