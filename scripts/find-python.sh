#!/bin/sh
# Prints the Python that the project is installed with: 3.11, 3.12 or 3.13. $PYTHON, when set, is the only candidate.
set -u

suits() {
    # Asked of the interpreter itself: a name on the PATH may be a shim for a version that is not installed.
    "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' </dev/null >/dev/null 2>&1
}

can_make_environments() {
    "$1" -c 'import ensurepip, venv' </dev/null >/dev/null 2>&1
}

second_choice=
for candidate in ${PYTHON:-python3.11 python3.12 python3.13 python3 python}; do
    suits "$candidate" || continue
    found=$("$candidate" -c 'import sys; print(sys.executable)')
    if can_make_environments "$found"; then
        echo "$found"
        exit 0
    fi
    : "${second_choice:=$found}"
done
if [ -n "$second_choice" ]; then
    echo "$second_choice"
    exit 0
fi

{
    if [ -n "${PYTHON:-}" ]; then
        echo "Gradloom needs Python 3.11, 3.12 or 3.13, and PYTHON=$PYTHON is none of these."
    else
        echo "Gradloom needs Python 3.11, 3.12 or 3.13, and none is on the PATH."
        seen=$(python3 --version 2>/dev/null) && echo "There is $seen."
    fi
    echo "Install one (https://www.python.org/downloads/), or name it: make run PYTHON=<its path>"
} >&2
exit 1
