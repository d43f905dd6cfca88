"""See to the system packages that pip can't bring: what Qt needs on Linux, an X server for the tests, venv.

    system_packages.py venv [test]    the venv module of this Python (Debian and Ubuntu keep it apart)
    system_packages.py run            the libraries that Qt needs to show a window, or to draw off screen
    system_packages.py test           the same, and an X server and a way to drive it

What is missing is asked of the loader (ldd) and not guessed. As root, where apt-get is there, it is installed;
otherwise the one command that does it is printed. The exit status is 1 when the program can't run without it.
Only the standard library is used: this runs before anything is installed.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

# Debian's and Ubuntu's package for each library that Qt's wheels expect of the system.
DEBIAN_PACKAGES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libGLX.so.0": "libgl1",
    "libOpenGL.so.0": "libopengl0",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
    "libX11.so.6": "libx11-6",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxcb.so.1": "libxcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libz.so.1": "zlib1g",
    "libzstd.so.1": "libzstd1",
}
# All of it, for a command printed before Qt is there to be asked.
DEBIAN_QT = ["libegl1", "libgl1", "libglib2.0-0", "libdbus-1-3", "libfontconfig1", "libxkbcommon0"]
DEBIAN_QT += ["libxcb-cursor0", "libxcb-icccm4", "libxcb-keysyms1", "libxcb-shape0", "libxkbcommon-x11-0"]
DRAWING = ["plugins/platforms/libqoffscreen.so", "plugins/imageformats/libqsvg.so"]
DRAWING += [f"lib/libQt6{name}.so.6" for name in ("Core", "Gui", "Widgets", "Svg", "OpenGL", "Test")]
X11 = ["plugins/platforms/libqxcb.so"]
WAYLAND = ["plugins/platforms/libqwayland.so", "plugins/platforms/libqwayland-generic.so"]
TEST_PROGRAMS = {"Xvfb": "xvfb", "xauth": "xauth", "xdotool": "xdotool"}


def qt_folder() -> Path | None:
    """Return the folder of the installed Qt, without importing it (that fails while a library is missing)."""
    found = importlib.util.find_spec("PySide6")
    if found is None or not found.submodule_search_locations:
        return None
    folder = Path(found.submodule_search_locations[0]) / "Qt"
    return folder if folder.is_dir() else None


def missing_libraries(qt: Path, binaries: list[str]) -> list[str]:
    """Return the names of the shared libraries that the loader can't find for Qt's `binaries`."""
    files = [str(qt / name) for name in binaries if (qt / name).exists()]
    answer = subprocess.run(["ldd", *files], capture_output=True, text=True, check=False).stdout
    return sorted(set(re.findall(r"(\S+) => not found", answer)))


def install(packages: list[str]) -> bool:
    """Install `packages` with apt-get; return whether that worked."""
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    quiet = ["apt-get", "-qq", "-o", "Dpkg::Use-Pty=0"]
    print(f"Installing system packages: {' '.join(packages)}", flush=True)
    for command in ([*quiet, "update"], [*quiet, "install", "-y", "--no-install-recommends", *packages]):
        done = subprocess.run(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=False
        )
    return done.returncode == 0


def may_install() -> bool:
    return shutil.which("apt-get") is not None and os.geteuid() == 0


def command_for(packages: list[str], libraries: list[str]) -> str:
    """Return the one command that installs what is missing, as far as this system's package manager is known."""
    names = " ".join(packages)
    if shutil.which("apt-get"):
        return f"sudo apt-get install -y --no-install-recommends {names}"
    bits = "()(64bit)" if sys.maxsize > 2**32 else ""
    provided = " ".join(f"'{name}{bits}'" for name in libraries)
    for manager in ("dnf", "zypper", "yum"):  # these install by what a package provides
        if shutil.which(manager) and libraries:
            return f"sudo {manager} install {provided}"
    return f"your package manager, for: {' '.join(libraries) or names}"


def see_to(packages: list[str], libraries: list[str], purpose: str) -> bool:
    """Install the packages, or say how; return whether that installed them."""
    packages = list(dict.fromkeys(packages))
    if may_install() and install(packages):
        return True
    print(
        f"{purpose} Install what is missing with:\n\n    {command_for(packages, libraries)}\n",
        file=sys.stderr,
    )
    return False


def see_to_venv(*, tests: bool) -> bool:
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    own = [f"python{version}-venv"]
    if may_install() and install(own):
        return True
    # Without the right to install, name everything at once: Qt is not there yet to be asked what it lacks.
    later = DEBIAN_QT + (list(TEST_PROGRAMS.values()) if tests else [])
    return see_to(own + later, [], f"This Python {version} has no venv module.")


def see_to_qt(wanted: list[str], needed: list[str], programs: dict[str, str]) -> bool:
    """Bring the libraries of the `wanted` parts of Qt, and `programs`; return whether the `needed` parts can load."""
    qt = qt_folder()
    if qt is None:
        print("PySide6 is not installed in this environment: run `make run` or `make test`.", file=sys.stderr)
        return False
    libraries = missing_libraries(qt, wanted)
    packages = [DEBIAN_PACKAGES[name] for name in libraries if name in DEBIAN_PACKAGES]
    absent = [package for program, package in programs.items() if shutil.which(program) is None]
    if absent or libraries:
        lacking = [f"Qt lacks {', '.join(libraries)}."] if libraries else []
        if programs:
            lacking.append("The tests of the real window are skipped meanwhile.")
        see_to(packages + absent, libraries, " ".join(lacking))
    return not missing_libraries(qt, needed)


def main(arguments: list[str]) -> int:
    purpose = arguments[0] if arguments else "run"
    if purpose == "venv":
        return 0 if see_to_venv(tests="test" in arguments[1:]) else 1
    if not sys.platform.startswith("linux") or shutil.which("ldd") is None:
        return 0
    if purpose == "test":
        return 0 if see_to_qt(DRAWING + X11, DRAWING, TEST_PROGRAMS) else 1
    needed = list(DRAWING)
    if not os.environ.get("QT_QPA_PLATFORM"):
        if os.environ.get("DISPLAY"):
            needed += X11
        elif os.environ.get("WAYLAND_DISPLAY"):
            needed += WAYLAND
    return 0 if see_to_qt(needed, needed, {}) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
