// SPDX-License-Identifier: Apache-2.0

/// Why an issuer or a terminal says no.
///
/// Source: docs/getnet.md 6.4. The terminal's table is not public; ISO 8583 numbers are plausible, not proven.
public enum Decline: Int, Sendable, CaseIterable {
    /// Do not honour.
    case doNotHonour = 5
    /// Invalid card.
    case invalidCard = 14
    /// Nothing is there that could be cancelled, or it was taken back before.
    case nothingToTakeBack = 12
    /// More is to be given back than was paid.
    case aboveWhatIsLeft = 13
    /// No such payment.
    case originalNotFound = 25
    /// Insufficient funds.
    case insufficientFunds = 51
    /// Expired card.
    case expiredCard = 54
    /// Over the limit.
    case overLimit = 65
    /// Issuer not available.
    case issuerUnavailable = 91

    /// The terminal's text, which is Spanish for every language of the cloud.
    var text: String {
        switch self {
        case .doNotHonour: "Tarjeta no autorizada"
        case .invalidCard: "Tarjeta invalida"
        case .nothingToTakeBack: "Transaccion invalida"
        case .aboveWhatIsLeft: "Monto invalido"
        case .originalNotFound: "Transaccion original no encontrada"
        case .insufficientFunds: "Fondos insuficientes"
        case .expiredCard: "Tarjeta vencida"
        case .overLimit: "Excede limite"
        case .issuerUnavailable: "Emisor no disponible"
        }
    }
}
