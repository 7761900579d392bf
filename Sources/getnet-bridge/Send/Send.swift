// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser

/// Publishes commands as a platform would.
struct Send: VerbGroup {
    static let configuration = CommandConfiguration(
        abstract: "Publish one command and follow its events.",
        subcommands: [
            SendCharge.self, SendPromo.self, SendBack<SentTypes.Void>.self, SendBack<SentTypes.Refund>.self,
            SendCancel.self,
            SendStatus.self, SendPlain<SentTypes.Poll>.self, SendPlain<SentTypes.Details>.self,
            SendPlain<SentTypes.Totals>.self, SendPlain<SentTypes.Parameters>.self,
            SendPlain<SentTypes.LastVoucher>.self, SendPlain<SentTypes.Close>.self, SendPlain<SentTypes.Print>.self,
            SendPlain<SentTypes.Duplicate>.self, SendPlain<SentTypes.Reconcile>.self,
            SendPlain<SentTypes.IdentityCheck>.self, SendPlain<SentTypes.Mode>.self,
            SendPlain<SentTypes.NormalMode>.self, SendPlain<SentTypes.Shift>.self,
            SendPlain<SentTypes.ShiftReport>.self,
        ]
    )
}
