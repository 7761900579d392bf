// SPDX-License-Identifier: Apache-2.0

/// Why nothing can be charged with an account now.
public enum CloudObstacle: Sendable, Equatable {
    /// There is no token.
    case login(LoginTrouble)
    /// Getnet's firewall refuses commands; the next is tried after so long.
    case blocked(next: Duration)
    /// Getnet asks for fewer commands; the next is tried after so long.
    case throttled(next: Duration)
    /// So many commands in a row ended in doubt; the next is tried after so long.
    case doubts(Int, next: Duration)
    /// So many commands have had no answer for so long, and no other is sent beside them.
    case silent(posts: Int, for: Duration)
    /// The last request found no connection.
    case unreachable(ConnectionTrouble)

    init(_ obstacle: AccountBreaker.Obstacle) {
        switch obstacle.cause {
        case .blocked: self = .blocked(next: obstacle.wait)
        case .throttled: self = .throttled(next: obstacle.wait)
        case .doubts(let count): self = .doubts(count, next: obstacle.wait)
        }
    }

    /// Whether only a person can mend it, so that commands are better left in their queue.
    public var needsPerson: Bool {
        switch self {
        case .login(.refused), .login(.unreadable): true
        case .login, .blocked, .throttled, .doubts, .silent, .unreachable: false
        }
    }

    /// Half a sentence for a person.
    public var description: String {
        switch self {
        case .login(let trouble): trouble.description
        case .blocked(let next): "Getnet's firewall refuses commands; \(Self.words(next))"
        case .throttled(let next): "Getnet asks for fewer commands; \(Self.words(next))"
        case .doubts(let count, let next): "\(count) commands in a row ended in doubt; \(Self.words(next))"
        case .silent(let posts, let duration):
            "\(posts) commands have had no answer for \(duration.components.seconds) s"
        case .unreachable(let trouble): trouble.description
        }
    }

    private static func words(_ next: Duration) -> String {
        next > .zero ? "one is tried in \(next.components.seconds + 1) s" : "one is tried now"
    }
}
