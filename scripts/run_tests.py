#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the tests of one build directory and counts what really ran.

Meson knows which tests there are, but counts an executable as one and takes a doctest run in which no case
matched for a success. Here every doctest case counts, from doctest's own XML report; a script or plain
executable counts as one. These are failures: a failing case, a case in which no assertion ran, an executable
that ran no case, a report that does not parse, a crash, a time-out, an exit status that the report does not
explain, and a selection that matches no test at all.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field

DOCTEST_MARK = b"[doctest] "
MESON_SKIP = 77


@dataclass
class Outcome:
    """What one executable or script showed."""

    name: str
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0.0
    notes: list = field(default_factory=list)

    def fail(self, note):
        self.failed += 1
        self.notes.append(note)


def meson_tests(build):
    answer = subprocess.run(["meson", "introspect", "--tests", str(build)], capture_output=True, text=True)
    if answer.returncode != 0:
        raise SystemExit(f"{build}: meson introspect: {answer.stderr.strip() or answer.stdout.strip()}")
    return json.loads(answer.stdout)


def suites_of(test):
    return [suite.split(":", 1)[-1] for suite in test.get("suite", [])]


def is_doctest(path):
    """True for an executable with doctest's runner inside."""
    try:
        data = pathlib.Path(path).read_bytes()
    except OSError:
        return False
    return data.startswith(b"\x7fELF") and DOCTEST_MARK in data


def listed_cases(executable):
    """Names of the cases an executable would run (those marked skip are not among them)."""
    answer = subprocess.run([executable, "-ltc", "-r=xml"], capture_output=True, text=True, timeout=60)
    root = ElementTree.fromstring(answer.stdout)
    return [case.get("name") for case in root.iter("TestCase") if case.get("skipped") != "true"]


def one_line(element):
    return " ".join((element.text or "").split())


def explain(case):
    """The failures inside one <TestCase>, one string each."""
    found = []
    for expression in case.iter("Expression"):
        if expression.get("success") != "true":
            inner = {child.tag: one_line(child) for child in expression}
            text = inner.get("Expanded") or inner.get("Original", "")
            extra = [f"{tag.lower()}: {inner[tag]}" for tag in ("Info", "Exception", "ExpectedException") if tag in inner]
            where = f"{expression.get('filename')}:{expression.get('line')}"
            found.append(f"{where}: {expression.get('type')}( {inner.get('Original', '')} ) with {text}" +
                         "".join(f"; {e}" for e in extra))
    for message in case.iter("Message"):
        found.append(f"{message.get('filename')}:{message.get('line')}: {message.get('type')}: {one_line(message)}" +
                     "".join(one_line(child) for child in message))
    for exception in case.findall("Exception"):
        found.append(("crash: " if exception.get("crash") == "true" else "exception: ") + one_line(exception))
    return found


def read_report(outcome, report):
    """Counts the cases of doctest's XML report into the outcome; returns how many it reports as failed."""
    try:
        root = ElementTree.parse(report).getroot()
    except (OSError, ElementTree.ParseError) as error:
        outcome.fail(f"no usable report ({error}): it crashed or did not get to its end")
        return 1
    ran = 0
    failed = 0
    for case in root.iter("TestCase"):
        if case.get("skipped") == "true":
            outcome.skipped += 1
            continue
        ran += 1
        result = case.find("OverallResultsAsserts")
        if result is None or result.get("test_case_success") != "true":
            outcome.fail(f"{case.get('name')}\n      " + "\n      ".join(explain(case) or ["failed"]))
            failed += 1
        elif int(result.get("successes")) + int(result.get("failures")) == 0:
            outcome.fail(f"{case.get('name')}\n      no assertion ran, so it could not have failed")
        else:
            outcome.passed += 1
    if ran == 0:
        outcome.fail("ran no test case at all")
    return failed


def tail(text, lines=40):
    kept = text.splitlines()[-lines:]
    return "\n".join("      " + line for line in kept)


def stop_group(process):
    """Ends a test that took too long, and whatever it started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()


def run_one(test, timeout_factor, extra_env, filters):
    outcome = Outcome(test["name"])
    command = list(test["cmd"])
    doctest = is_doctest(command[0])
    env = dict(os.environ, **extra_env, **test.get("env", {}))
    limit = test.get("timeout") or 0
    limit = limit * timeout_factor if limit > 0 else None
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as place:
        report = os.path.join(place, "report.xml")
        if doctest:
            command += ["-r=xml", f"-o={report}"] + [f"-tc={f}" for f in filters]
        with open(os.path.join(place, "output"), "w+", encoding="utf-8", errors="replace") as output:
            try:
                process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                                           env=env, cwd=test.get("workdir") or None, start_new_session=True)
            except OSError as error:
                outcome.fail(f"cannot be started: {error}")
                return outcome
            timed_out = False
            try:
                status = process.wait(timeout=limit)
            except subprocess.TimeoutExpired:
                timed_out = True
                status = None
                stop_group(process)
            output.flush()
            output.seek(0)
            said = output.read()
        outcome.seconds = time.monotonic() - started
        if timed_out:
            outcome.fail(f"no end after {limit:.0f} s\n" + tail(said))
        elif doctest:
            reported = read_report(outcome, report)
            if status != 0 and reported == 0:
                outcome.fail(f"every case passed, yet it ended with status {status}\n" + tail(said))
            elif outcome.failed and said.strip():
                outcome.notes.append("it also said:\n" + tail(said))
        elif status == MESON_SKIP:
            outcome.skipped += 1
            outcome.notes.append("skipped: " + tail(said, 1).strip())
        elif status != 0:
            outcome.fail(f"status {status}\n" + tail(said))
        else:
            outcome.passed += 1
    return outcome


def select(tests, suites, without, names):
    chosen = []
    for test in tests:
        mine = suites_of(test)
        if suites and not set(mine) & set(suites):
            continue
        if set(mine) & set(without):
            continue
        if names and not any(name in test["name"] for name in names):
            continue
        chosen.append(test)
    return chosen


def run_all(build, *, suites=(), without=(), names=(), filters=(), timeout_factor=1.0, env=None, jobs=None,
            expected_suites=(), out=sys.stdout):
    """Runs the selected tests of a build directory; returns (passed, failed)."""
    tests = meson_tests(build)
    chosen = select(tests, suites, without, names)
    passed = failed = 0
    present = {suite for test in chosen for suite in suites_of(test)}
    for suite in sorted(set(suites) | set(expected_suites)):
        if suite not in present:
            print(f"  FAIL suite {suite}: matches no test", file=out)
            failed += 1
    if not chosen and not failed:
        print("  FAIL nothing to run: no test matches", file=out)
        failed += 1

    def report(outcome):
        nonlocal passed, failed
        passed += outcome.passed
        failed += outcome.failed
        word = "FAIL" if outcome.failed else "skip" if outcome.skipped and not outcome.passed else "ok  "
        skipped = f", {outcome.skipped} skipped" if outcome.skipped else ""
        print(f"  {word} {outcome.name}: {outcome.passed} passed, {outcome.failed} failed{skipped} "
              f"({outcome.seconds:.1f} s)", file=out)
        for note in outcome.notes:
            print(f"    {note}", file=out)
        out.flush()

    together = [t for t in chosen if t.get("is_parallel", True)]
    alone = [t for t in chosen if not t.get("is_parallel", True)]
    with concurrent.futures.ThreadPoolExecutor(max_workers=jobs or os.cpu_count() or 1) as pool:
        waiting = [pool.submit(run_one, t, timeout_factor, env or {}, filters) for t in together]
        for done in concurrent.futures.as_completed(waiting):
            report(done.result())
    for test in alone:
        report(run_one(test, timeout_factor, env or {}, filters))
    return passed, failed


def main():
    parser = argparse.ArgumentParser(description="Runs the tests of one build directory.")
    parser.add_argument("build")
    parser.add_argument("names", nargs="*", help="run only tests whose name contains one of these")
    parser.add_argument("--suite", action="append", default=[])
    parser.add_argument("--no-suite", action="append", default=[])
    parser.add_argument("--case", action="append", default=[], help="doctest filter for the cases")
    parser.add_argument("--timeout-factor", type=float, default=1.0)
    parser.add_argument("--jobs", type=int)
    options = parser.parse_args()
    passed, failed = run_all(options.build, suites=options.suite, without=options.no_suite, names=options.names,
                             filters=options.case, timeout_factor=options.timeout_factor, jobs=options.jobs)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
