#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# test.sh [CTEST ARGUMENTS]: build and run the tests; runs in the development root.
set -eu
cd "$(dirname "$0")/../../.."
resources/dev/inside/build.sh dev
exec ctest --test-dir build/dev --output-on-failure --no-tests=error "$@"
