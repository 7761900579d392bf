// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore
internal import Foundation

/// The clock on the wall: what events, expiry and the store are dated by.
///
/// Waits do not use it (`Timetable`). In a debug build a file can move it, so that tests can show what a clock that
/// jumps does.
enum WallClock {
    #if DEBUG
        /// Names a file that holds signed milliseconds to add.
        static let offsetVariable = "GETNET_BRIDGE_DEBUG_CLOCK_OFFSET_FILE"

        static let now: @Sendable () -> Timestamp = {
            guard let path = ProcessInfo.processInfo.environment[offsetVariable] else { return { .current } }
            return {
                let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
                let offset = Int64(text.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0
                return .current + .milliseconds(offset)
            }
        }()
    #else
        static let now: @Sendable () -> Timestamp = { .current }
    #endif
}
