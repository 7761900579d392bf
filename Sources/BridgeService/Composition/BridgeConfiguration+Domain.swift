// SPDX-License-Identifier: Apache-2.0

internal import AMQPClient
public import BridgeCore
public import BridgeLedger

/// The configuration in the words of the modules that it configures.
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

    /// The machine's times.
    public var transactionRules: TransactionRules {
        TransactionRules(
            busyRetryAfter: submit.busyRetryAfter,
            firstQueryAfter: reconcile.firstQueryAfter,
            queryInterval: reconcile.interval,
            terminalLife: reconcile.terminalLife,
            giveUpAfter: reconcile.giveUpAfter,
            absenceIsFinal: journal.absenceIsFinal,
            callbackNeedsQuery: callbacks.trust == .tokenAndQuery,
            laneDepth: lanes.depth,
            clockTolerance: journal.clockTolerance,
            voidMaxAge: void.maxAge
        )
    }

    /// What the store needs to write rows.
    public var storeRules: StoreRules {
        StoreRules(
            accounts: accounts,
            transactionRules: transactionRules,
            events: EventWriter(accounts: accounts, terminalLife: reconcile.terminalLife),
            allowRepeatedReference: commands.allowRepeatedReference,
            random: RandomNames().next
        )
    }

    /// Queues that no reply may go to.
    var ownQueues: Set<String> {
        [commands.queue, control.queue, deadLetters.queue, expiredQueue, Self.ownerQueue]
    }

    /// The exclusive queue that keeps a second bridge with another store away.
    ///
    /// Source: docs/promises.md 7.4.
    static let ownerQueue = "getnet-bridge.owner"

    /// Which statuses are not published.
    var switchedOffStatuses: Set<TransactionStatus> {
        let on = Set(events.statuses.map(\.rawValue))
        return Set(TransactionStatus.allCases.filter { !$0.isFinal && $0 != .inDoubt && !on.contains($0.rawValue) })
    }
}
