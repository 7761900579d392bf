# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What quickstart and test need from the machine. To be sourced.

# RabbitMQ itself, the C libraries that the bridge is linked with, and pkg-config, which finds them.
# shellcheck disable=SC2034  # used by those who source this
readonly BUILD_PACKAGES=(librabbitmq-dev libpq-dev libsqlite3-dev zlib1g-dev pkg-config)
# shellcheck disable=SC2034
readonly BROKER_PACKAGES=(rabbitmq-server)
# shellcheck disable=SC2034
readonly DATABASE_PACKAGES=(postgresql)
# The validators of the contract come from PyPI, into an environment below .build; the Java clients run with what Debian has.
# shellcheck disable=SC2034
readonly CONTRACT_PACKAGES=(python3-venv default-jdk-headless librabbitmq-client-java libgoogle-gson-java
    libxerial-sqlite-jdbc-java curl)

# missing_packages PACKAGE...: those that are not installed, one a line
missing_packages() {
    local package
    for package in "$@"; do
        dpkg-query --show --showformat='${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || echo "$package"
    done
}

require_debian() {
    command -v dpkg-query >/dev/null && command -v apt-get >/dev/null && return
    echo "This needs Debian or Ubuntu (apt-get), or these installed by hand: $*" >&2
    return 1
}

require_swift() {
    command -v swift >/dev/null && return
    cat >&2 <<'TEXT'
Swift is not in the PATH. Install Swift 6.2 or later (https://www.swift.org/install/linux/) and call this again.
Under sudo the PATH is another one: call it without sudo (it asks sudo only to install packages), or
    sudo env "PATH=$PATH" ./deploy/quickstart
TEXT
    return 1
}

# install_packages LOG PACKAGE...: as root, or through sudo
install_packages() {
    local log=$1 as_root=()
    shift
    if ((EUID != 0)); then
        command -v sudo >/dev/null || {
            echo "Not root and no sudo: install these and call this again: $*" >&2
            return 1
        }
        as_root=(sudo)
    fi
    {
        "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -q &&
            "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@"
    } >"$log" 2>&1 </dev/null || return 1
    # The package starts a broker for the whole machine. It was not asked for: the scripts run private ones.
    if [[ " $* " == *" rabbitmq-server "* && -d /run/systemd/system ]]; then
        "${as_root[@]}" systemctl disable --now rabbitmq-server >>"$log" 2>&1 || true
    fi
    # The same, with a database of its own.
    if [[ " $* " == *" postgresql "* && -d /run/systemd/system ]]; then
        "${as_root[@]}" systemctl disable --now postgresql >>"$log" 2>&1 || true
    fi
}
