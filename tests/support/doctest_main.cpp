// SPDX-License-Identifier: Apache-2.0
// doctest's main: the runner and its command line, compiled once for all suites.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>
