// SPDX-License-Identifier: Apache-2.0

/// The invented card and merchant data in every result; a client that receives it must never pass it on.
///
/// A test looks for these in stores, logs and events.
public enum SimulatorCardData {
    /// The first 8 digits of every card.
    public static let bin = "51234567"
    /// The expiry date of every card, YYMM.
    public static let expiryDate = "3911"
    /// The merchant's tax number.
    public static let commerceRut = "76543210-3"
    /// The merchant's name.
    static let commerceName = "COMERCIO SIMULADO"
    /// The branch's name.
    static let branchName = "SUCURSAL SIMULADA"
    /// The merchant's address.
    public static let branchAddress = "AVENIDA INVENTADA 4321"
    /// The merchant's district.
    public static let branchDistrict = "COMUNA INVENTADA"

    /// Texts that appear only in evidence that was not masked.
    ///
    /// The expiry date has its name, since four digits alone may be anything.
    public static let searchable = [
        bin, commerceRut, branchAddress, branchDistrict, "\"expiryDate\":\"\(expiryDate)\"",
    ]
}
