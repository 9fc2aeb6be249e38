#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Called by `meson install`: copies every header of the public layers below the versioned include root."""

import os
import pathlib
import shutil
import sys


def main():
    include_root, *layers = sys.argv[1:]
    source = pathlib.Path(os.environ["MESON_SOURCE_ROOT"])
    prefix = pathlib.Path(os.environ["MESON_INSTALL_DESTDIR_PREFIX"])
    # What an earlier version installed there and this one does not have must not be found by anybody.
    for layer in layers:
        shutil.rmtree(prefix / include_root / layer, ignore_errors=True)
        for header in sorted((source / layer).rglob("*.hpp")):
            target = prefix / include_root / header.relative_to(source)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(header, target)
            target.chmod(0o644)
    return 0


if __name__ == "__main__":
    sys.exit(main())
