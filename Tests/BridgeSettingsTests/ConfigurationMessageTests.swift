// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import Testing

@testable import BridgeSettings

@Suite struct `Texts of the cloud in the configuration` {
    private func faults(_ value: String) -> [String] {
        ConfigurationFixture.faults(of: "cloud.messages", value).map(\.message)
    }

    @Test func `come from a YAML list, from a flag and from the environment alike`() throws {
        let expected = [
            CloudLiteral("OPERACION EN CURSO, ESPERE (15 SEGUNDOS)", .terminalBusy, origin: .operator),
            CloudLiteral("POS = APAGADO", .terminalUnreachable, origin: .operator),
        ]
        let fixture = try ConfigurationFixture()
        let file = """
            cloud:
              messages:
                - busy=OPERACION EN CURSO, ESPERE (15 SEGUNDOS)
                - unreachable=POS = APAGADO
            """
        let text = "busy=OPERACION EN CURSO, ESPERE (15 SEGUNDOS);;unreachable=POS = APAGADO"
        for outcome in [
            try fixture.load(file: file), try fixture.load("--cloud.messages", text),
            try fixture.load(environment: ["GETNET_BRIDGE_CLOUD_MESSAGES": text]),
        ] {
            let configuration = try outcome.result.get()
            #expect(configuration.cloud.messages == expected)
            #expect(configuration.accounts.all[0].profile.messages == CloudLiteral.documented + expected)
            #expect(outcome.values.first { $0.key == "cloud.messages" }?.value == text)
        }
    }

    @Test func `are none by default`() throws {
        let outcome = try ConfigurationFixture().load()
        #expect(try outcome.result.get().accounts.all[0].profile.messages == CloudLiteral.documented)
        #expect(outcome.values.first { $0.key == "cloud.messages" }?.value == "none")
    }

    @Test func `are refused with words that say why`() {
        #expect(faults("OPERACION EN CURSO") == ["\"OPERACION EN CURSO\" has no equals sign"])
        let classes = "unauthorized, unknown_terminal, wrong_merchant, busy, unreachable, timeout, id_not_found"
        #expect(faults("bussy=X") == ["\"bussy=X\" has no class of \(classes)"])
        #expect(ConfigurationFixture.faults(of: "cloud.messages", "bussy=X").first?.hint == "nearest is busy")
        #expect(faults("busy=(15s)") == ["\"busy=(15s)\" has a text without a letter"])
        let speaks = "permits another POST, and its text speaks of waiting for the terminal or of progress"
        #expect(faults("busy=TIEMPO EXCEDIDO") == ["\"busy=TIEMPO EXCEDIDO\" \(speaks)"])
        #expect(faults("timeout=TIEMPO EXCEDIDO").isEmpty)
        #expect(faults("busy=OCUPADO;;timeout=Ocupado.").count == 1)
        #expect(faults("busy=OCUPADO;;busy=Ocupado.").isEmpty)
        #expect(faults("busy=ID NOT FOUND") == ["\"ID NOT FOUND\" is known as id_not_found already"])
        #expect(faults("busy=A;;X;;bussy=B").count == 2)
    }
}
