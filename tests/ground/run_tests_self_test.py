#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Shows that the test runner counts what ran and does not take silence for success."""

import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent.parent / "scripts"))
import run_tests  # noqa: E402  (the path above comes first)

CASE = '<TestCase name="{}"><OverallResultsAsserts successes="{}" failures="{}" test_case_success="{}"/></TestCase>'


def counts(report):
    outcome = run_tests.Outcome("planted")
    with tempfile.NamedTemporaryFile("w", suffix=".xml") as file:
        file.write(report)
        file.flush()
        run_tests.read_report(outcome, file.name)
    return outcome.passed, outcome.failed, outcome.skipped


def script(body, timeout=30):
    """What run_one makes of a shell script."""
    outcome = run_tests.run_one({"name": "planted", "cmd": ["/bin/sh", "-c", body], "timeout": timeout}, 1, {}, [])
    return outcome.passed, outcome.failed, outcome.skipped


EXPECTED = [
    ("a passing, a failing, a skipped case",
     counts("<doctest>" + CASE.format("a", 1, 0, "true") + CASE.format("b", 1, 1, "false") +
            '<TestCase name="c" skipped="true"/></doctest>'), (1, 1, 1)),
    ("no case at all", counts("<doctest></doctest>"), (0, 1, 0)),
    ("only cases that a filter left out", counts('<doctest><TestCase name="c" skipped="true"/></doctest>'), (0, 1, 1)),
    ("a case without an assertion", counts("<doctest>" + CASE.format("a", 0, 0, "true") + "</doctest>"), (0, 1, 0)),
    ("a case that did not get to its end", counts('<doctest><TestCase name="a"></TestCase></doctest>'), (0, 1, 0)),
    ("a report cut off by a crash", counts('<doctest><TestCase name="a">'), (0, 1, 0)),
    ("no report", counts(""), (0, 1, 0)),
    ("a script that succeeds", script("exit 0"), (1, 0, 0)),
    ("a script that fails", script("exit 3"), (0, 1, 0)),
    ("a script that is killed", script("kill -9 $$"), (0, 1, 0)),
    ("a script that says it cannot run here", script("exit 77"), (0, 0, 1)),
    ("a script without end", script("while :; do :; done", timeout=0.2), (0, 1, 0)),
]

wrong = [f"{what}: counted as {got}, not as {want}" for what, got, want in EXPECTED if got != want]
for line in wrong:
    print(line)
sys.exit(1 if wrong else 0)
