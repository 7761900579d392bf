// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import GetnetSimulator
import Testing

@testable import BridgeService
@testable import BridgeSettings

/// A country, with everything that a world in it needs.
enum Country: Sendable, CustomTestStringConvertible {
    case chile
    case argentina
    /// Amounts are whole pesos there.
    case uruguay

    var testDescription: String { code }
    var code: String { setting.rawValue }
    var currency: String { ["cl": "CLP", "ar": "ARS", "uy": "UYU"][code] ?? "" }

    private var setting: BridgeConfiguration.Country {
        switch self {
        case .chile: .cl
        case .argentina: .ar
        case .uruguay: .uy
        }
    }

    func run(
        simulate: (inout SimulatorConfiguration) -> Void = { _ in },
        configure: (inout BridgeConfiguration) -> Void = { _ in },
        _ test: @escaping @Sendable (BridgeWorld) async throws -> Void
    ) async throws {
        try await BridgeWorld.run(
            simulate: {
                $0.country = code
                simulate(&$0)
            },
            configure: {
                $0.cloud.country = setting
                if self == .uruguay { ($0.cloud.amountUnit, $0.cloud.branchForm) = (.major, .number) }
                configure(&$0)
            },
            test
        )
    }
}
