// SPDX-License-Identifier: Apache-2.0

/// What the cloud has decided about a POST before anything happens.
struct Decision {
    var plan: SalePlan
    /// The scenario's number, if one was chosen.
    var scenario: Int?
    /// The faults that strike.
    var faults: Set<Fault> = []
    /// What the faults were drawn for.
    var draw: Draw?
    /// What the terminal is at work on instead.
    var occupant: Terminal.Occupant?

    init(
        plan: SalePlan,
        scenario: Int? = nil,
        faults: Set<Fault> = [],
        draw: Draw? = nil,
        occupant: Terminal.Occupant? = nil
    ) {
        self.plan = plan
        self.scenario = scenario
        self.faults = faults
        self.draw = draw
        self.occupant = occupant
    }
}

/// What faults are drawn for: the same in every run.
struct Draw: Equatable {
    /// What tells the sale apart.
    let key: String
    /// The how-many-eth POST of it this is, from 1.
    let attempt: Int
}
