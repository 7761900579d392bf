// SPDX-License-Identifier: Apache-2.0

internal import AsyncHTTPClient
internal import BridgeCore
internal import NIOHTTP1

/// Where the requests of one account go, and what they have in common, prepared once.
struct CloudEndpoint: Sendable {
    private let common: HTTPHeaders
    private let loginRequest: HTTPClient.Request
    private let commandRequests: [CommandType: HTTPClient.Request]
    private let pathPrefix: String
    private let terminalList: String

    /// Prepares the requests.
    ///
    /// - Throws: `CloudClient.InvalidBaseURL` where the base URL is no `http` or `https` URL with a host.
    init(_ configuration: CloudConfiguration) throws(CloudClient.InvalidBaseURL) {
        let base = String(configuration.baseURL.reversed().drop { $0 == "/" }.reversed())
        var headers = HTTPHeaders()
        headers.add(name: "env", value: configuration.account.environment)
        headers.add(name: "country", value: configuration.account.profile.code)
        headers.add(name: "app", value: "posintegrado")
        headers.add(name: "User-Agent", value: configuration.userAgent)
        // A body without coding saves a step; one that comes coded all the same is decoded.
        headers.add(name: "Accept-Encoding", value: "identity")
        if let apiKey = configuration.apiKey { headers.add(name: "API-KEY", value: apiKey) }
        common = headers
        pathPrefix = base + "/postxs/"
        terminalList = base + "/posdata"
        do {
            guard base.hasPrefix("http://") || base.hasPrefix("https://") else { throw HTTPClientError.emptyScheme }
            var login = headers
            login.add(name: "Content-Type", value: "application/x-www-form-urlencoded")
            loginRequest = try HTTPClient.Request(url: base + "/postxs/auth", method: .POST, headers: login)
            var commands: [CommandType: HTTPClient.Request] = [:]
            for type in CommandType.allCases {
                commands[type] = try HTTPClient.Request(url: pathPrefix + type.verb, method: .POST)
            }
            commandRequests = commands
        } catch {
            throw CloudClient.InvalidBaseURL()
        }
    }

    /// The login, without its body.
    var login: HTTPClient.Request { loginRequest }

    /// A command, without its body.
    func command(_ type: CommandType, _ token: AccessToken) -> HTTPClient.Request {
        guard var request = commandRequests[type] else { preconditionFailure("there is a request for every command") }
        request.headers = token.commandHeaders
        return request
    }

    /// The command that ends the sale a terminal is at, without its body.
    func cancel(_ token: AccessToken) -> HTTPClient.Request? {
        try? HTTPClient.Request(url: pathPrefix + "cancelsale", method: .POST, headers: token.commandHeaders)
    }

    /// A command that reads a terminal's journal, without its body.
    func journal(_ command: JournalCommand, _ token: AccessToken) -> HTTPClient.Request? {
        try? HTTPClient.Request(url: pathPrefix + command.verb, method: .POST, headers: token.commandHeaders)
    }

    /// The question which terminals the account has.
    func terminals(_ token: AccessToken) -> HTTPClient.Request? {
        try? HTTPClient.Request(url: terminalList, method: .GET, headers: token.queryHeaders)
    }

    /// A status query; `nil` for something that is no number of Getnet's.
    func query(idPosTxs: String, _ token: AccessToken) -> HTTPClient.Request? {
        guard JSON.string(idPosTxs).cloudNumber == idPosTxs else { return nil }
        return try? HTTPClient.Request(url: pathPrefix + idPosTxs, method: .GET, headers: token.queryHeaders)
    }

    /// The headers that carry a token.
    func headers(_ login: LoginAnswer) -> (command: HTTPHeaders, query: HTTPHeaders) {
        var query = common
        query.add(name: "Authorization", value: "Bearer \(login.bearer)")
        var command = query
        command.add(name: "Content-Type", value: "application/json")
        return (command, query)
    }

    /// The login's form.
    ///
    /// Source: docs/getnet.md 1.3; secrets look like base64, so everything unusual is percent-encoded.
    static func loginForm(clientID: String, clientSecret: String) -> [UInt8] {
        Array("clientId=\(percentEncoded(clientID))&clientSecret=\(percentEncoded(clientSecret))".utf8)
    }

    private static func percentEncoded(_ text: String) -> String {
        var encoded = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                encoded += digits.utf8.count == 1 ? "%0" + digits : "%" + digits
            }
        }
        return encoded
    }
}
