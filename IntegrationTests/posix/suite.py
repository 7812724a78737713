#!/usr/bin/env python3
"""suite.py DIRECTORY [CASE]: runs the POSIX cases below a directory and prints one JSON line a case."""

import sys

sys.dont_write_bytecode = True

import cases_attributes  # noqa: E402,F401
import cases_data  # noqa: E402,F401
import cases_directories  # noqa: E402,F401
import cases_links  # noqa: E402,F401
import cases_locks  # noqa: E402,F401
import cases_open  # noqa: E402,F401
import cases_permissions  # noqa: E402,F401
import cases_rename  # noqa: E402,F401
import cases_xattrs  # noqa: E402,F401
import harness  # noqa: E402

if __name__ == "__main__":
    harness.run_all(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "")
