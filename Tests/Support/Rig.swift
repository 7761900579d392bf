// SPDX-License-Identifier: Apache-2.0

// The common base of the tests and the self-test: a file that imports this module also gets `Rig`.
@_exported public import Rig
