#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Rules about the tree that no compiler checks. `guard.py NAME` checks one, `guard.py NAME --self-test` shows that
the rule still bites: it must refuse each planted violation and accept each planted good file.

Every rule is a function from {path: text} to a list of complaints, so that both use the same code.
"""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent

CXX = (".cpp", ".hpp")
CODE = (*CXX, ".py", ".sh", ".build", ".toml", ".in", ".lua")
LINES_MAX = 600


def numbered(text):
    return enumerate(text.splitlines(), start=1)


# --- layering -------------------------------------------------------------------------------------------------

EVERYTHING = ("scmi", "protocols", "transport", "platform", "tool", "fuzz", "tests", "bench", "examples")
PUBLIC = ("scmi", "protocols", "transport")
MAY_INCLUDE = {
    "scmi": ("scmi",),
    "protocols": ("scmi", "protocols"),
    "transport": ("scmi", "transport"),
    "platform": ("scmi", "protocols", "transport", "platform"),
    "tool": EVERYTHING[:5],
    "examples": PUBLIC,
    "fuzz": EVERYTHING[:6],
    "tests": EVERYTHING[:7],
    "bench": EVERYTHING[:7] + ("bench",),
}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def layering(files):
    """Every include points down, is rooted at the repository, and is in quotes when the file is ours."""
    found = []
    for path, text in files.items():
        room = path.split("/", 1)[0]
        if not path.endswith(CXX) or room not in MAY_INCLUDE:
            continue
        for number, line in numbered(text):
            match = INCLUDE.match(line)
            if not match:
                continue
            mark, target = match.groups()
            target_room = target.split("/", 1)[0]
            if mark == "<":
                if target_room in EVERYTHING:
                    found.append(f"{path}:{number}: our own <{target}> belongs in quotes")
            elif target_room not in EVERYTHING:
                found.append(f'{path}:{number}: "{target}" is not rooted at the repository')
            elif target_room not in MAY_INCLUDE[room]:
                found.append(f'{path}:{number}: {room}/ may not include "{target}"')
            elif room == "platform" and target_room == "protocols" and re.search(r"(^|/|_)client", target):
                found.append(f'{path}:{number}: platform/ takes the catalogue from protocols/, not the client "{target}"')
    return found


LAYERING_BAD = {
    "scmi/a.hpp": '#include "protocols/clock.hpp"\n',
    "protocols/a.cpp": '#include "transport/mailbox.hpp"\n',
    "transport/a.hpp": '#  include "protocols/base.hpp"\n',
    "platform/a.cpp": '#include "tool/table.hpp"\n',
    "platform/b.cpp": '#include "protocols/clock_client.hpp"\n',
    "tool/a.cpp": '#include "table.hpp"\n',
    "scmi/b.hpp": "#include <scmi/ids.hpp>\n",
    "examples/a.cpp": '#include "platform/server.hpp"\n',
}
LAYERING_GOOD = {
    "platform/a.cpp": '#include "transport/area.hpp"\n#include "protocols/clock_messages.hpp"\n#include <vector>\n',
    "tool/a.cpp": '#include "platform/soc.hpp"\n#include "tool/table.hpp"\n',
}

# --- core purity ----------------------------------------------------------------------------------------------

CORE_HEADERS = re.compile(
    r"#\s*include\s*<(thread|atomic|mutex|shared_mutex|condition_variable|future|semaphore|latch|barrier|stop_token|"
    r"random|ctime|time\.h|unistd\.h|fcntl\.h|poll\.h|pthread\.h|signal\.h|iostream|fstream|filesystem|"
    r"liburing\.h|(sys|linux|netinet|arpa)/[^>]*)>")
CORE_WORDS = re.compile(
    r"\b(thread_local|atomic_thread_fence|std::(atomic|mutex|thread|jthread|condition_variable|random_device)|"
    r"(steady|system|high_resolution)_clock)\b")
CORE_SEAM = "scmi/sync.hpp"


def core_purity(files):
    """scmi/ makes no system call, starts no thread, reads no clock, and synchronises only through scmi::sync."""
    found = []
    for path, text in files.items():
        if not path.startswith("scmi/") or not path.endswith(CXX) or path == CORE_SEAM:
            continue
        for number, line in numbered(text):
            code = line.split("//", 1)[0]
            for match in (CORE_HEADERS.search(code), CORE_WORDS.search(code)):
                if match:
                    found.append(f"{path}:{number}: not in the core: {match.group(0)}")
    return found


CORE_BAD = {
    "scmi/a.cpp": "#include <thread>\n",
    "scmi/b.cpp": "#include <sys/socket.h>\n",
    "scmi/c.hpp": "std::atomic<int> x;\n",
    "scmi/d.cpp": "auto now = std::chrono::steady_clock::now();\n",
    "scmi/e.cpp": "static thread_local int x;\n",
}
CORE_GOOD = {
    "scmi/a.hpp": "#include <chrono>\n// no thread_local here\nsync::atomic<int> x;\n",
    CORE_SEAM: "#include <atomic>\n",
    "transport/a.cpp": "#include <sys/socket.h>\n",
}

# --- no test sleeps -------------------------------------------------------------------------------------------

# Written in brackets so that this file is not a finding of its own.
SLEEP = re.compile(r"\b(s[l]eep_for|s[l]eep_until|us[l]eep|nanos[l]eep|clock_nanos[l]eep|time\.s[l]eep)\b|"
                   r"(?<![>.\w])s[l]eep\s*\(|^\s*s[l]eep\s+[0-9.$]|[;&|]\s*s[l]eep\s+[0-9.$]")


def no_sleeps(files):
    """No test waits for time to pass."""
    found = []
    for path, text in files.items():
        if not path.startswith(("tests/", "examples/")) or not path.endswith(CODE):
            continue
        for number, line in numbered(text):
            if SLEEP.search(line.split("//", 1)[0]):
                found.append(f"{path}:{number}: sleeps: {line.strip()}")
    return found


SLEEP_BAD = {
    "tests/a.cpp": "std::this_thread::s" + "leep_for(1ms);\n",
    "tests/b.cpp": "us" + "leep(10);\n",
    "tests/c.py": "time.s" + "leep(1)\n",
    "tests/d.sh": "start & s" + "leep 1\n",
    "tests/e.cpp": "::s" + "leep(1);\n",
}
SLEEP_GOOD = {"tests/a.cpp": "// the waiter sleeps (no time passes)\nwaiter.wait(asleep);\n"}

# --- no machine paths -----------------------------------------------------------------------------------------

MACHINE = re.compile(r"/(home|Users|wo[r]k|ro[o]t)/[A-Za-z0-9._-]|\.\./shar[e]d\b")


def no_machine_paths(files):
    """Nothing names a place of the machine it was written on."""
    found = []
    here = str(ROOT) + "/"
    for path, text in files.items():
        for number, line in numbered(text):
            if MACHINE.search(line) or here in line:
                found.append(f"{path}:{number}: a path of one machine: {line.strip()}")
    return found


MACHINE_BAD = {
    "scripts/a": "cd /home/" + "somebody/libscmi\n",
    "docs/a.md": "see /ro" + "ot/notes\n",
    "tests/a.py": "open('" + str(ROOT) + "/tests/a')\n",
}
MACHINE_GOOD = {"scripts/a": "cd /usr/share/scmi; ls /tmp /dev/shm/scmi\n"}

# --- SPDX -----------------------------------------------------------------------------------------------------

SPDX = "SPDX-License-Identifier: Apache-2.0"


def spdx(files):
    """Every source file says its license in its first three lines."""
    found = []
    for path, text in files.items():
        name = path.rsplit("/", 1)[-1]
        script = text.startswith("#!")
        if not (path.endswith(CODE) or script or name in ("meson_options.txt", ".clang-tidy", ".clang-format")):
            continue
        if SPDX not in "\n".join(text.splitlines()[:3]):
            found.append(f"{path}: no '{SPDX}' in its first three lines")
    return found


SPDX_BAD = {"scmi/a.cpp": "#include <vector>\n", "scripts/a": "#!/bin/sh\n", "tool/meson.build": "\n\n\n# " + SPDX}
SPDX_GOOD = {"scmi/a.cpp": "// " + SPDX + "\n", "README.md": "# x\n", "scripts/a": "#!/bin/sh\n# " + SPDX + "\n"}

# --- length ---------------------------------------------------------------------------------------------------


def length(files):
    """No file hides a second idea: at most 600 lines."""
    return [f"{path}: {len(text.splitlines())} lines, more than {LINES_MAX}: which second idea is inside?"
            for path, text in files.items()
            if (path.endswith((*CXX, ".py", ".sh")) or text.startswith("#!")) and len(text.splitlines()) > LINES_MAX]


LENGTH_BAD = {"scmi/a.cpp": "x\n" * (LINES_MAX + 1)}
LENGTH_GOOD = {"scmi/a.cpp": "x\n" * LINES_MAX, "docs/a.md": "x\n" * 2000}

# --- unfinished -----------------------------------------------------------------------------------------------

UNFINISHED = re.compile(r"\b(TO[D]O|FIX[M]E|XX[X]|not (yet )?imple[m]ented)\b")


def unfinished(files):
    """Nothing that calls itself unfinished."""
    return [f"{path}:{number}: unfinished: {line.strip()}" for path, text in files.items() if path.endswith(CODE)
            for number, line in numbered(text) if UNFINISHED.search(line)]


UNFINISHED_BAD = {"scmi/a.cpp": "// TO" + "DO: later\n", "tool/b.cpp": 'fail("not yet imple' + 'mented");\n'}
UNFINISHED_GOOD = {"scmi/a.cpp": "// The platform implemented it in 3.0.\n"}

RULES = {
    "layering": (layering, LAYERING_BAD, LAYERING_GOOD),
    "core-purity": (core_purity, CORE_BAD, CORE_GOOD),
    "no-sleeps": (no_sleeps, SLEEP_BAD, SLEEP_GOOD),
    "no-machine-paths": (no_machine_paths, MACHINE_BAD, MACHINE_GOOD),
    "spdx": (spdx, SPDX_BAD, SPDX_GOOD),
    "length": (length, LENGTH_BAD, LENGTH_GOOD),
    "unfinished": (unfinished, UNFINISHED_BAD, UNFINISHED_GOOD),
}


def tree():
    """{path: text} of every text file that Git knows or would add."""
    answer = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True,
                            check=True)
    files = {}
    for path in answer.stdout.splitlines():
        try:
            files[path] = (ROOT / path).read_text(encoding="utf-8")
        except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
            continue  # A binary vector, a deletion not yet committed, or a link to a folder.
    return files


def self_test(rule, bad, good):
    wrong = []
    for path, text in bad.items():
        if not rule({path: text}):
            wrong.append(f"the planted violation in {path} was not found")
    for path, text in good.items():
        wrong += [f"a good file was refused: {complaint}" for complaint in rule({path: text})]
    return wrong


def main():
    if len(sys.argv) < 2 or sys.argv[1] not in RULES or sys.argv[2:] not in ([], ["--self-test"]):
        print(f"usage: guard.py {'|'.join(RULES)} [--self-test]", file=sys.stderr)
        return 2
    rule, bad, good = RULES[sys.argv[1]]
    files = tree()
    if not files:
        print("the tree is empty: nothing was checked", file=sys.stderr)
        return 1
    complaints = self_test(rule, bad, good) if sys.argv[2:] else rule(files)
    for complaint in complaints:
        print(complaint)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
