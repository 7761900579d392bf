// SPDX-License-Identifier: Apache-2.0

// What tests and the self-test stand on: whoever imports this module has it too.
@_exported public import Rig
