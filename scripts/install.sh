#!/bin/sh
# Installs the project into .venv:  install.sh EXTRAS  (comma-separated extras of pyproject.toml).
# Every version is that of constraints.txt. Run again, it changes only what has changed.
set -eu
cd "$(dirname "$0")/.."
extras=$1
environment=.venv
python=$environment/bin/python

usable() {
    [ -x "$python" ] && "$python" -m pip --version </dev/null >/dev/null 2>&1 &&
        "$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' </dev/null
}

make_environment() {
    base=$(scripts/find-python.sh)
    if ! "$base" -c 'import ensurepip, venv' </dev/null >/dev/null 2>&1; then
        # Debian and Ubuntu keep these two modules in a package of their own.
        case ",$extras," in *,test,*) tests=test ;; *) tests= ;; esac
        "$base" scripts/system_packages.py venv $tests
    fi
    echo "Making $environment with $("$base" --version) ..."
    rm -rf "$environment"
    "$base" -m venv "$environment" </dev/null
}

pip_install() {
    "$python" -m pip install --quiet --no-input --disable-pip-version-check -c constraints.txt "$@" </dev/null
}

usable || make_environment
echo "Installing Gradloom [$extras] (the first time takes a few minutes) ..."
pip_install setuptools
# With the locked setuptools, not with whatever is newest today.
pip_install --no-build-isolation --editable ".[$extras]"
