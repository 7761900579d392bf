// SPDX-License-Identifier: Apache-2.0

public import BridgeCore

/// The accounts that the configuration names, each with the rules of its country.
extension BridgeConfiguration {
    /// The clouds that are used: that of each account.
    public var servedClouds: [Cloud] {
        guard !accountNames.isEmpty else { return [cloud] }
        return accountNames.map { name in
            var own = clouds[name] ?? cloud
            own.account = name
            return own
        }
    }

    /// The accounts that are served.
    public var accounts: Accounts {
        guard let accounts = Accounts(servedClouds.map(account(of:))) else {
            preconditionFailure("the configuration was checked: no name stands there twice")
        }
        return accounts
    }

    /// The account of a cloud.
    public func account(of cloud: Cloud) -> Account {
        var profile =
            switch cloud.country {
            case .cl: CountryProfile.chile
            case .ar: CountryProfile.argentina
            case .uy: CountryProfile.uruguay
            }
        profile.messages += cloud.messages
        if let timeZone = cloud.timeZone { profile.timeZone = timeZone }
        if let unit = cloud.amountUnit { profile.amountUnit = unit }
        switch cloud.branchForm {
        case .number: profile.branchForm = .number
        case .digits: profile.branchForm = CountryProfile.argentina.branchForm
        case nil: break
        }
        return Account(name: cloud.account, profile: profile, environment: cloud.environment)
    }
}
