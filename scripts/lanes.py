#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The lanes: each is one way to build or read the whole tree that finds something the others do not.

  release  gcc, as shipped; with the guards over the tree and a program built against the installed library
  clang    clang-19, its thread-safety analysis as errors
  asan     address, leak and undefined-behaviour sanitizers
  tsan     thread sanitizer
  format   clang-format leaves every file as it is
  tidy     clang-tidy finds nothing (checks in .clang-tidy)

`lanes.py build` only builds; `lanes.py test` builds, runs and ends with `N passed, N failed` over everything.
"""

import argparse
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import time

import run_tests

ROOT = pathlib.Path(__file__).resolve().parent.parent
CXX_SUFFIXES = (".cpp", ".hpp")
SYMBOLIZER = shutil.which("llvm-symbolizer-19") or ""

BUILDS = {
    "release": {"cxx": "g++", "options": ["--buildtype=release", "-Dsimulator=true"]},
    "clang": {"cxx": "clang++-19", "options": ["--buildtype=debug", "-Doptimization=1"]},
    "asan": {
        "cxx": "clang++-19",
        "options": ["--buildtype=debug", "-Doptimization=1", "-Db_sanitize=address,undefined", "-Db_lundef=false"],
        "env": {
            "ASAN_OPTIONS": "detect_stack_use_after_return=1:strict_string_checks=1:check_initialization_order=1",
            "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1",
            "ASAN_SYMBOLIZER_PATH": SYMBOLIZER,
            "UBSAN_SYMBOLIZER_PATH": SYMBOLIZER,
        },
        "timeout_factor": 4,
        "faults": ["overrun", "leak", "overflow"],
    },
    "tsan": {
        "cxx": "clang++-19",
        "options": ["--buildtype=debug", "-Doptimization=1", "-Db_sanitize=thread", "-Db_lundef=false"],
        "env": {
            "TSAN_OPTIONS": f"halt_on_error=1:second_deadlock_stack=1:external_symbolizer_path={SYMBOLIZER}",
        },
        "timeout_factor": 8,
        "faults": ["race"],
    },
}
LANES = [*BUILDS, "format", "tidy"]


# Of a long output of a failed command, the lines that say what is wrong, and how many.
TELLING = re.compile(r"^FAILED:|error:|Error:|undefined reference")
SHOWN_MAX = 60


def say(text):
    print(text, flush=True)


def run_quiet(command, env=None, cwd=ROOT):
    """Runs a command; its output is shown only when it fails. True when it succeeded."""
    answer = subprocess.run(command, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True, errors="replace")
    if answer.returncode != 0:
        say(f"  failed: {shlex.join(map(str, command))}")
        lines = answer.stdout.rstrip().splitlines()
        if len(lines) > SHOWN_MAX:
            telling = [n for n, line in enumerate(lines) if TELLING.search(line)]
            near = {m for n in telling for m in range(n, n + 3)}
            lines = [line for n, line in enumerate(lines) if n in near][:SHOWN_MAX] or lines[-SHOWN_MAX:]
            lines.append("(shortened; run the command by hand for all of it)")
        say("\n".join(lines))
    return answer.returncode == 0


def build_dir(lane):
    return ROOT / f"build-{lane}"


def configure(lane):
    """Makes the lane's build directory, anew when it was made with other options."""
    build = BUILDS[lane]
    directory = build_dir(lane)
    cxx = build["cxx"]
    if shutil.which("ccache"):
        cxx = f"ccache {cxx}"
    command = ["meson", "setup", str(directory), str(ROOT), "--prefix=/usr/local", *build["options"]]
    stamp = directory / "lane-options.txt"
    wanted = f"CXX={cxx} {shlex.join(build['options'])}\n"
    if (directory / "build.ninja").exists():
        if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
            return True
        command.append("--wipe")
    if not run_quiet(command, env=dict(os.environ, CXX=cxx)):
        return False
    stamp.write_text(wanted, encoding="utf-8")
    return True


def build(lane, jobs, targets=()):
    if not configure(lane):
        return False
    command = ["ninja", "-C", str(build_dir(lane))]
    if jobs:
        command += ["-j", str(jobs)]
    return run_quiet([*command, *targets])


def tracked_files(suffixes):
    """Files of the tree that Git knows or would add."""
    answer = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True,
                            check=True)
    return [line for line in answer.stdout.splitlines() if line.endswith(suffixes) and (ROOT / line).is_file()]


def build_lane(lane, options):
    say(f"== {lane}: build")
    if not build(lane, options.jobs):
        say(f"  FAIL {lane}: does not build")
        return 0, 1
    say(f"== {lane}: tests")
    expected = (ROOT / "tests/ground/suites.txt").read_text(encoding="utf-8").split()
    if lane != "release":
        expected = [suite for suite in expected if suite != "ground"]
    passed, failed = run_tests.run_all(
        build_dir(lane), suites=options.suite, without=[] if lane == "release" else ["ground"],
        timeout_factor=BUILDS[lane].get("timeout_factor", 1), env=BUILDS[lane].get("env"), jobs=options.jobs,
        expected_suites=[] if options.suite else expected)
    bites = {"clang": lock_violation_is_refused, "asan": sanitizer_finds_faults, "tsan": sanitizer_finds_faults}
    if lane in bites and not options.suite:
        if bites[lane](lane):
            passed += 1
        else:
            failed += 1
    return passed, failed


def compile_flags(lane, source):
    """The compiler and flags with which a lane compiles a source, without input and output."""
    database = json.loads((build_dir(lane) / "compile_commands.json").read_text(encoding="utf-8"))
    entry = next(e for e in database if e["file"].endswith(source))
    words = shlex.split(entry["command"])
    keep = []
    skip = False
    for word in words:
        if skip:
            skip = False
        elif word in ("-o", "-MF", "-MQ", "-c"):
            skip = True
        elif word not in ("-MD",):
            keep.append(word)
    return keep


def lock_violation_is_refused(lane):
    """The analysis is on and an error: a field read without its lock must not compile, the same with it must."""
    planted = str(ROOT / "tests/ground/planted/unguarded.cpp")
    flags = compile_flags(lane, "scmi/status.cpp")
    directory = build_dir(lane)
    good = subprocess.run([*flags, "-fsyntax-only", "-DWITH_LOCK", planted], cwd=directory, capture_output=True,
                          text=True)
    bad = subprocess.run([*flags, "-fsyntax-only", planted], cwd=directory, capture_output=True, text=True)
    if good.returncode == 0 and bad.returncode != 0 and "-Wthread-safety" in bad.stderr:
        say("  ok   thread-safety analysis refuses the planted violation")
        return True
    say("  FAIL thread-safety analysis: the planted violation of tests/ground/planted/unguarded.cpp is not refused")
    say(good.stderr + bad.stderr)
    return False


def sanitizer_finds_faults(lane):
    """The lane's sanitizers are in force: each planted fault ends the program, and nothing else does."""
    directory = build_dir(lane)
    program = directory / "planted-faults"
    env = dict(os.environ, **BUILDS[lane]["env"])
    if not run_quiet([*compile_flags(lane, "scmi/status.cpp"), "-Wno-error", "-pthread",
                      str(ROOT / "tests/ground/planted/faults.cpp"), "-o", str(program)], cwd=directory):
        return False
    wrong = []
    for fault in ["none", *BUILDS[lane]["faults"]]:
        status = subprocess.run([program, fault], env=env, capture_output=True).returncode
        if (status == 0) != (fault == "none"):
            wrong.append(f"{fault}: status {status}")
    say(f"  FAIL sanitizers: the planted faults of tests/ground/planted/faults.cpp: {', '.join(wrong)}" if wrong else
        f"  ok   sanitizers find the planted faults: {', '.join(BUILDS[lane]['faults'])}")
    return not wrong


def format_lane(_):
    say("== format: clang-format-19")
    files = tracked_files(CXX_SUFFIXES)
    if not files:
        say("  FAIL format: no file to check")
        return 0, 1
    answer = subprocess.run(["clang-format-19", "--dry-run", "--Werror", *files], cwd=ROOT, capture_output=True,
                            text=True)
    if answer.returncode == 0:
        say(f"  ok   {len(files)} files")
        return 1, 0
    wrong = sorted({line.split(":", 1)[0] for line in answer.stderr.splitlines() if "[-Wclang-format" in line})
    say(f"  FAIL not as clang-format-19 writes it: {' '.join(wrong) or answer.stderr}")
    return 0, 1


def tidy_lane(options):
    say("== tidy: clang-tidy-19")
    if not build("clang", options.jobs):
        say("  FAIL tidy: the clang lane does not build")
        return 0, 1
    directory = build_dir("clang")
    database = json.loads((directory / "compile_commands.json").read_text(encoding="utf-8"))
    known = {str((directory / e["file"]).resolve().relative_to(ROOT)) for e in database
             if (directory / e["file"]).resolve().is_relative_to(ROOT)}
    files = [f for f in tracked_files((".cpp",)) if f in known]
    if options.changed:
        answer = subprocess.run(["git", "diff", "--name-only", options.changed], cwd=ROOT, capture_output=True,
                                text=True, check=True)
        files = [f for f in files if f in answer.stdout.splitlines()]
        if not files:
            say(f"  ok   nothing compiled has changed since {options.changed}")
            return 1, 0
    if not files:
        say("  FAIL tidy: no file to check")
        return 0, 1
    jobs = options.jobs or os.cpu_count() or 1
    # The driver takes regular expressions over absolute paths.
    patterns = [f"^{re.escape(str(ROOT / f))}$" for f in files]
    log = directory / "tidy.log"
    with open(log, "w", encoding="utf-8") as output:
        answer = subprocess.run(["run-clang-tidy-19", "-clang-tidy-binary", "clang-tidy-19", "-quiet", "-p",
                                 str(directory), "-j", str(jobs), *patterns], cwd=ROOT, stdin=subprocess.DEVNULL,
                                stdout=output, stderr=subprocess.STDOUT)
    if answer.returncode == 0:
        say(f"  ok   {len(files)} files")
        return 1, 0
    seen = set()
    for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
        if (": error:" in line or ": warning:" in line) and line not in seen:
            seen.add(line)
            say("    " + line.replace(str(ROOT) + "/", "").removeprefix("../"))
    say(f"  FAIL tidy: {len(seen)} findings in {len(files)} files (all of it in {log.relative_to(ROOT)})")
    return 0, 1


def test(options):
    lanes = ["release"] if options.fast else options.lane or LANES
    rows = []
    for lane in lanes:
        started = time.monotonic()
        if lane in BUILDS:
            passed, failed = build_lane(lane, options)
        elif lane == "format":
            passed, failed = format_lane(options)
        else:
            passed, failed = tidy_lane(options)
        rows.append((lane, passed, failed, time.monotonic() - started))
    say("")
    say(f"{'lane':<10}{'passed':>8}{'failed':>8}{'seconds':>9}")
    for lane, passed, failed, seconds in rows:
        say(f"{lane:<10}{passed:>8}{failed:>8}{seconds:>9.0f}")
    passed = sum(row[1] for row in rows)
    failed = sum(row[2] for row in rows)
    say(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["build", "test"])
    parser.add_argument("--lane", action="append", choices=LANES, default=[])
    parser.add_argument("--fast", action="store_true", help="the release lane only")
    parser.add_argument("--suite", action="append", default=[], help="only that suite of the lanes' tests")
    parser.add_argument("--changed", metavar="COMMIT", help="clang-tidy only what has changed since that commit")
    parser.add_argument("--target", action="append", default=[], help="with build: only that file of the build folder")
    parser.add_argument("--jobs", type=int, help="parallel jobs (default: one for each core)")
    options = parser.parse_args()
    os.chdir(ROOT)
    if options.what == "test":
        return test(options)
    for lane in options.lane or ["release"]:
        if not build(lane, options.jobs, options.target):
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
