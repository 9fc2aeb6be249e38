#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Installs the build into an empty folder and uses it from there as a stranger would.

Every public header must compile alone with pkg-config's flags; tests/consumer must compile, link and run with
pkg-config's answer alone, shared and static; programs and data must be where they belong and work from there.
"""

import concurrent.futures
import json
import os
import pathlib
import shlex
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
LAYERS = ("scmi", "protocols", "transport")
STRICT = ["-std=c++20", "-Wall", "-Wextra", "-Wshadow", "-Wconversion", "-Wno-sign-conversion",
          "-Wno-missing-field-initializers", "-Werror"]


class Wrong(Exception):
    """What a stranger would stumble over."""


def run(command, **more):
    answer = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True, **more)
    if answer.returncode != 0:
        raise Wrong(f"{shlex.join(map(str, command))}: status {answer.returncode}\n{answer.stdout}")
    return answer.stdout


def pkg_config(pc_dir, *words):
    return shlex.split(run(["pkg-config", *words, "libscmi"], env=dict(os.environ, PKG_CONFIG_PATH=str(pc_dir))))


def header_alone(compiler, flags, root, header):
    name = header.relative_to(root)
    # Twice, so that a missing include guard shows as well.
    unit = f'#include "{name}"\n#include "{name}"\n'
    answer = subprocess.run([*compiler, *STRICT, *flags, "-fsyntax-only", "-x", "c++", "-"], input=unit, text=True,
                            capture_output=True)
    return None if answer.returncode == 0 else f"{name} does not compile alone:\n{answer.stderr}"


def check_programs(stage, version):
    """The installed tool finds the installed platform and its model, with nothing of the build in its way."""
    env = {"PATH": "/usr/bin:/bin", "HOME": str(stage)}
    programs = {name: next(stage.rglob(f"bin/{name}"), None) for name in ("scmi-tool", "scmi-platform")}
    for name, program in programs.items():
        if program is None:
            raise Wrong(f"{name} is not installed")
        if version not in run([program, "--version"], env=env):
            raise Wrong(f"{name} --version does not say {version}")
    answer = subprocess.run([programs["scmi-tool"], "--json", "info"], env=env, cwd=stage, stdin=subprocess.DEVNULL,
                            capture_output=True, text=True)
    if answer.returncode != 0 or json.loads(answer.stdout).get("connection") != "sim":
        raise Wrong(f"the installed scmi-tool does not reach its simulated platform: status {answer.returncode}\n" +
                    answer.stdout + answer.stderr)


def check(build, version, stage):
    run(["meson", "install", "-C", build, "--no-rebuild", "--quiet", "--destdir", stage])
    compiler = shlex.split(os.environ.get("CXX", "g++"))
    pc_file = next(stage.rglob("libscmi.pc"), None)
    if pc_file is None:
        raise Wrong("libscmi.pc is not installed")
    pc_dir = pc_file.parent
    libdir = pc_dir.parent
    if pkg_config(pc_dir, "--modversion") != [version]:
        raise Wrong(f"libscmi.pc does not say version {version}")
    include_root = next((p for p in stage.rglob(f"scmi-{version.split('.')[0]}") if p.is_dir()), None)
    if include_root is None:
        raise Wrong("no versioned include root")

    for layer in LAYERS:
        here = {h.relative_to(ROOT) for h in (ROOT / layer).rglob("*.hpp")}
        there = {h.relative_to(include_root) for h in (include_root / layer).rglob("*.hpp")}
        if here != there or not here:
            raise Wrong(f"headers of {layer}/ in the tree and installed differ: {sorted(map(str, here ^ there))}")

    flags = pkg_config(pc_dir, "--cflags")
    headers = sorted(include_root.rglob("*.hpp"))
    with concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        complaints = [c for c in pool.map(lambda h: header_alone(compiler, flags, include_root, h), headers) if c]
    if complaints:
        raise Wrong("\n".join(complaints))

    source = stage / "elsewhere" / "consumer.cpp"
    source.parent.mkdir()
    shutil.copyfile(ROOT / "tests/consumer/consumer.cpp", source)
    shared = source.parent / "shared"
    run([*compiler, *STRICT, source, *pkg_config(pc_dir, "--cflags", "--libs"), "-o", shared])
    static = source.parent / "static"
    libs = [w.replace("-lscmi", "-l:libscmi.a") for w in pkg_config(pc_dir, "--static", "--cflags", "--libs")]
    run([*compiler, *STRICT, source, *libs, "-o", static])
    for program, env in ((shared, dict(os.environ, LD_LIBRARY_PATH=str(libdir))), (static, dict(os.environ))):
        said = run([program], env=env, cwd=source.parent)
        if said.strip() != version:
            raise Wrong(f"{program.name}: printed {said!r}, not the version {version}")
    print(f"{len(headers)} headers compile alone; consumer runs with libscmi {version}, shared and static")

    check_programs(stage, version)
    socs = ROOT / "platform/socs"
    for soc in sorted(socs.glob("*.toml")):
        if not list(stage.rglob(f"share/scmi/socs/{soc.name}")):
            raise Wrong(f"{soc.name} is not installed")


def main():
    if len(sys.argv) != 3:
        print("usage: install_test.py BUILD_DIR VERSION", file=sys.stderr)
        return 2
    build, version = sys.argv[1:]
    with tempfile.TemporaryDirectory() as place:
        try:
            check(pathlib.Path(build), version, pathlib.Path(place))
        except Wrong as wrong:
            print(wrong)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
