// SPDX-License-Identifier: Apache-2.0

/// The keys of log metadata in this module.
enum LogKey {
    static let error = "error.type"
    static let port = "server.port"
    static let part = "request.part"
    static let problem = "request.problem"
}
