#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fails on a behaviour of behaviours.txt without a test, and on a test that names a behaviour which is not there.

`behaviours.py BUILD_DIR` asks every doctest executable of that build for its cases; a case shows the behaviour
whose id starts its name. A case that is marked skip shows nothing.
"""

import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent / "scripts"))
import run_tests  # noqa: E402  (the path above comes first)

LINE = re.compile(r"^([A-Z]\d+(?:\.\d+)?)\s+(in|out)\s+(\S.*)$")
NAME = re.compile(r"^([ST]\d+(?:\.\d+)?)\b")


def read(text):
    """{id: scope} of the list, and complaints about its form."""
    scope = {}
    wrong = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        match = LINE.match(line)
        if not match or match.group(1) in scope:
            wrong.append(f"behaviours.txt:{number}: not `id in|out words`, or twice: {line}")
        else:
            scope[match.group(1)] = match.group(2)
    return scope, wrong


def judge(scope, names):
    """Complaints about ids without a test and tests without an id."""
    shown = {match.group(1) for match in map(NAME.match, names) if match}
    wrong = [f"{id_}: no test's name starts with it" for id_, state in scope.items()
             if state == "in" and id_ not in shown]
    wrong += [f"{id_}: has a test now, and is out of scope in behaviours.txt" for id_, state in scope.items()
              if state == "out" and id_ in shown]
    wrong += [f"{id_}: a test's name starts with it, and behaviours.txt does not know it"
              for id_ in sorted(shown - set(scope))]
    return wrong


def self_test():
    scope, wrong = read("# x\nS4.1  in  a\nS4.10 in b\nT19 out c\n")
    if wrong or scope != {"S4.1": "in", "S4.10": "in", "T19": "out"}:
        return ["a good list is not read as it is"]
    planted = {
        "a missing id": ["S4.10 b: x"],
        "an id that is only the start of another": ["S4.10 b", "S4.10: c"],
        "an id inside a name": ["S4.10 b", "about S4.1"],
        "an unknown id": ["S4.1 a", "S4.10 b", "S9.9 z"],
        "an out id with a test": ["S4.1 a", "S4.10 b", "T19 c"],
    }
    wrong = [f"planted and not found: {what}" for what, names in planted.items() if not judge(scope, names)]
    if judge(scope, ["S4.1: a", "S4.10 b", "xfer table: anything"]):
        wrong.append("a good set of names was refused")
    if not read("S4.1 maybe x\n")[1] or not read("S4.1 in x\nS4.1 in y\n")[1]:
        wrong.append("a bad list was accepted")
    return wrong


def main():
    if sys.argv[1:] == ["--self-test"]:
        wrong = self_test()
    elif len(sys.argv) == 2:
        scope, wrong = read((HERE / "behaviours.txt").read_text(encoding="utf-8"))
        names = []
        for test in run_tests.meson_tests(sys.argv[1]):
            if run_tests.is_doctest(test["cmd"][0]):
                names += run_tests.listed_cases(test["cmd"][0])
        wrong += judge(scope, names)
    else:
        print("usage: behaviours.py BUILD_DIR | --self-test", file=sys.stderr)
        return 2
    for complaint in wrong:
        print(complaint)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
