// SPDX-License-Identifier: Apache-2.0

/// A message of the cloud's catalogue, with its wrapper code and its two languages.
///
/// Source: docs/getnet.md 6.3. Of the Spanish texts only that of `finished` and `completed` is proven.
public enum CloudMessage: Equatable, Sendable {
    /// A login that worked.
    case loggedIn
    /// The list of terminals.
    case listed
    /// A login that did not.
    case invalidCredentials
    /// The command was sent to the terminal.
    case sent
    /// A result, in a held answer or a callback.
    case finished
    /// A result, in the answer to a status query.
    case completed
    /// The customer or the authorizer is still busy.
    case inProcess
    /// The token is not good.
    case unauthorized
    /// No such transaction.
    case idNotFound
    /// No such terminal.
    case keyPosNotFound
    /// The terminal belongs to another merchant.
    case wrongMerchant
    /// The terminal is busy; try again in 15 s.
    case busy15Seconds
    /// The terminal is busy for longer; try again in 5 min.
    case busy5Minutes
    /// The terminal cannot be reached.
    case notResponding
    /// The terminal has not answered in 90 s; the cloud goes on waiting.
    case timeout90Seconds
    /// The terminal has not answered in 5 min; the cloud gives up.
    case timeout5Minutes
    /// A text that no catalogue has.
    case unheardOf

    /// The wrapper's `code`.
    var code: Int {
        switch self {
        case .loggedIn, .listed, .sent, .finished, .completed: 1
        case .inProcess: 2
        case .invalidCredentials, .unauthorized, .idNotFound, .keyPosNotFound, .wrongMerchant, .busy15Seconds,
            .busy5Minutes, .notResponding, .timeout90Seconds, .timeout5Minutes, .unheardOf:
            0
        }
    }

    /// The wrapper's `message`.
    func text(_ locale: Dialect.Locale) -> String {
        switch locale {
        case .en: english
        case .es: spanish
        }
    }

    private var english: String {
        switch self {
        case .loggedIn: "LOGIN SUCCESSFUL"
        case .listed: "OK"
        case .invalidCredentials: "INVALID CREDENTIALS"
        case .sent: "TRANSACTION SENT"
        case .finished: "TRANSACTION FINISHED"
        case .completed: "TRANSACTION COMPLETED"
        case .inProcess: "TRANSACTION IN PROCESS"
        case .unauthorized: "UNAUTHORIZED"
        case .idNotFound: "ID NOT FOUND"
        case .keyPosNotFound: "KEYPOS NOT FOUND"
        case .wrongMerchant: "INCORRECT REQUEST FOR MERCHANT ID"
        case .busy15Seconds: "OPERATION IN PROGRESS (15s)"
        case .busy5Minutes: "OPERATION IN PROGRESS (5m)"
        case .notResponding: "C2C SERVICE NOT RESPONDING"
        case .timeout90Seconds: "TIMEOUT (90 SECONDS)"
        case .timeout5Minutes: "TIMEOUT (5 MINUTES)"
        case .unheardOf: "INTERNAL FAILURE 7781"
        }
    }

    private var spanish: String {
        switch self {
        case .loggedIn: "LOGIN EXITOSO"
        case .listed: "OK"
        case .invalidCredentials: "CREDENCIALES INVALIDAS"
        case .sent: "TRANSACCION ENVIADA"
        case .finished, .completed: "TRANSACCION FINALIZADA"
        case .inProcess: "TRANSACCION EN PROCESO"
        case .unauthorized: "NO AUTORIZADO"
        case .idNotFound: "ID NO ENCONTRADO"
        case .keyPosNotFound: "KEYPOS NO ENCONTRADO"
        case .wrongMerchant: "SOLICITUD INCORRECTA PARA EL COMERCIO"
        case .busy15Seconds: "OPERACION EN CURSO (15 SEGUNDOS)"
        case .busy5Minutes: "OPERACION EN CURSO (5 MINUTOS)"
        case .notResponding: "SERVICIO C2C NO RESPONDE"
        case .timeout90Seconds: "TIEMPO DE ESPERA EXCEDIDO (90 SEGUNDOS)"
        case .timeout5Minutes: "TIEMPO DE ESPERA EXCEDIDO (5 MINUTOS)"
        case .unheardOf: "FALLA INTERNA 7781"
        }
    }
}
