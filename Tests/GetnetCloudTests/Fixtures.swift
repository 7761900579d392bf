// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import GetnetCloud
import Logging
import NIOConcurrencyHelpers
import Testing

/// Card data and personal data of the invented answers; the bridge must never keep any of it.
enum CardData {
    static let bin = "45678912"
    static let expiryDate = "3104"
    static let accountNumber = "4567891234567890"
    static let commerceRut = "77666555-4"
    static let rutRead = "12.345.678-5"
    static let branchAddress = "CALLE INVENTADA 987"
    static let branchDistrict = "COMUNA IMAGINARIA"
    static let all = [bin, expiryDate, accountNumber, commerceRut, rutRead, branchAddress, branchDistrict]
}

enum Fixture {
    static let account = Account(name: "main", profile: .chile, environment: "uat")

    static func transaction(
        _ profile: CountryProfile = .chile,
        branch: String = "12983",
        options: [String: JSON.Scalar] = [:],
        number: Int = 77
    ) throws -> Transaction {
        let terminal = try #require(
            Terminal(idTerminal: "80005000", idSucursal: branch, serialNumber: "SNPRUEBA1234")
        )
        let now = Timestamp(milliseconds: 1_795_000_000_000)
        let content = Command.Content(
            type: .charge,
            account: "main",
            terminal: terminal,
            amount: Money(15_990, profile.currency),
            reference: "A0001234",
            options: options
        )
        let command = Command(
            commandID: "c-1",
            content: content,
            expiresAt: now + .seconds(120),
            metadata: nil
        )
        return Transaction(
            id: TransactionID(at: now, random: UInt128(number)),
            command: command,
            country: profile.code,
            environment: "uat",
            address: ReplyAddress(),
            acceptedAt: now
        )
    }

    static func configuration(
        _ baseURL: String,
        maxConnections: Int = 8,
        connectTimeout: Duration = .seconds(20),
        submitTimeout: Duration = .seconds(20)
    ) -> CloudConfiguration {
        CloudConfiguration(
            baseURL: baseURL,
            clientID: "merchant one",
            clientSecret: "s+cr/t=",
            apiKey: "k-1",
            account: account,
            maxConnections: maxConnections,
            connectTimeout: connectTimeout,
            submitTimeout: submitTimeout,
            queryTimeout: submitTimeout,
            loginTimeout: .seconds(20)
        )
    }

    static func login(_ token: String = "t-1", expiresIn: Int = 86_400) -> RawServer.Reply {
        .http(
            200,
            #"{"code":1,"status":"OK","message":"LOGIN SUCCESSFUL","data":{"token":"\#(token)","expires_in":\#(expiresIn)}}"#
        )
    }

    static let acknowledgement = #"{"code":1,"status":"OK","message":"TRANSACTION SENT","data":{"idPosTxs":936101}}"#

    /// A C2C body of code 0.
    static func fault(_ message: String, data: String = "null") -> String {
        #"{"code":0,"status":"ERROR","message":"\#(message)","data":\#(data)}"#
    }

    /// An approved answer (docs/getnet.md 5.3) with all the data that the bridge must not keep.
    static func approved(
        _ changes: [String: String] = [:],
        prefix: String = "",
        wrapperCode: String = "1"
    ) -> String {
        var members = [
            "functionCode": "100", "responseCode": "0", "responseMessage": #""Aprobado""#, "commerceCode": "12983",
            "terminalId": #""80005000""#, "ticket": #""A0001234""#, "authorizationCode": #""010929""#,
            "amount": "15990", "sharesNumber": "0", "last4Digits": #""0042""#, "operationId": "17",
            "cardType": #""CR""#, "accountingDate": #""2026-01-15 10:22:31""#, "cardBrand": #""MC""#,
            "realDate": #""2026-01-15 10:22:31""#, "tip": "0", "cashback": "0",
            "transToken": #""80005000129831720260115102231""#, "entryMode": #""16""#, "aid": #""A0000000041010""#,
            "commerceName": #""COMERCIO DEMO""#, "paymentId": "null", "rutMatch": "false",
            "bin": "\"\(CardData.bin)\"", "expiryDate": "\"\(CardData.expiryDate)\"",
            "accountNumber": "\"\(CardData.accountNumber)\"", "commerceRut": "\"\(CardData.commerceRut)\"",
            "rutRead": "\"\(CardData.rutRead)\"", "branchAddress": "\"\(CardData.branchAddress)\"",
            "branchDistrict": "\"\(CardData.branchDistrict)\"",
        ]
        members.merge(changes) { $1 }
        let object = members.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",")
        return """
            {"code":\(wrapperCode),"status":"OK","message":"TRANSACCION FINALIZADA","data":{"idPosTxs":936101,\
            "customId":"ord-7f3a9c","response":{\(prefix)\(object)}}}
            """
    }
}

/// What the client reported about its requests.
final class Observations: Sendable {
    private let seen = NIOLockedValueBox<[(CloudOperation, CloudRequestOutcome)]>([])

    func count(_ operation: CloudOperation, _ outcome: CloudRequestOutcome) -> Int {
        seen.withLockedValue { $0.count { $0 == (operation, outcome) } }
    }

    func note(_ operation: CloudOperation, _ outcome: CloudRequestOutcome) {
        seen.withLockedValue { $0.append((operation, outcome)) }
    }
}

/// Runs a test with a client and a server that accepts every login and follows a script for the rest.
func withCloud(
    login: @escaping RawServer.Script = { _ in Fixture.login() },
    observations: Observations = Observations(),
    configure: (inout CloudConfiguration) -> Void = { _ in },
    _ script: @escaping RawServer.Script,
    _ test: (CloudClient, RawServer) async throws -> Void
) async throws {
    try await RawServer.running(
        { $0.path.hasSuffix("/auth") ? login($0) : script($0) },
        { server in
            var configuration = Fixture.configuration(server.baseURL)
            configure(&configuration)
            let client = try CloudClient(
                configuration: configuration,
                logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
                onRequest: { operation, outcome, _ in observations.note(operation, outcome) }
            )
            do {
                try await test(client, server)
            } catch {
                await client.shutdown()
                throw error
            }
            await client.shutdown()
        }
    )
}
