// SPDX-License-Identifier: Apache-2.0
//
// A fibre that is given up in the middle of a failing schedule is never unwound, so what it owned at that moment is
// never freed. That is how the explorer stops, not a leak worth a report; everything else of the address lane stays on.

// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming): the name is the sanitizer's.
extern "C" const char* __asan_default_options();
extern "C" const char* __asan_default_options() { return "detect_leaks=0"; }
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)
