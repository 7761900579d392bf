// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A moment as headers of HTTP tell it.
enum HTTPDate {
    private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// The text of a moment from 1970 on.
    ///
    /// Shape: `Sun, 06 Nov 1994 08:49:37 GMT`.
    static func text(_ date: Date) -> String {
        let time = TerminalTime(date, in: .gmt).text.split { $0 == "-" || $0 == " " }
        let day = days[Int(date.timeIntervalSince1970 / 86_400) % 7]
        return "\(day), \(time[2]) \(months[(Int(time[1]) ?? 1) - 1]) \(time[0]) \(time[3]) GMT"
    }
}
