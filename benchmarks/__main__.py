"""Runs every benchmark, each in a process of its own, and says which limits were kept.

python -m benchmarks            all of them
python -m benchmarks engine     only those named
python -m benchmarks --as-set   with the environment's own choice of OpenBLAS kernels, where it makes one
"""

from __future__ import annotations

import os
import pkgutil
import subprocess
import sys
from pathlib import Path

CHOICES = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
"""Settings that make OpenBLAS, and it alone, compute as on another processor: a ratio taken so tells nothing."""
ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")


def main() -> int:
    """Run the benchmarks named on the command line, or all; return 1 where one of them broke a limit."""
    folder = Path(__file__).parent
    found = [module.name for module in pkgutil.iter_modules([str(folder)]) if not module.name.startswith("_")]
    as_set = "--as-set" in sys.argv
    wanted = [name for name in sys.argv[1:] if name != "--as-set"] or found
    unknown = [name for name in wanted if name not in found]
    if unknown:
        print(f"There is no benchmark {unknown[0]!r}. Known: {', '.join(found)}.", file=sys.stderr)
        return 2
    environment = {**os.environ, **ONE_THREAD}
    for variable in () if as_set else CHOICES:
        if value := environment.pop(variable, ""):
            print(f"{variable}={value} is left out: each library chooses for the processor that is here.")
    failed = []
    for name in wanted:
        print(f"\n== {name}", flush=True)
        command = [sys.executable, "-m", f"benchmarks.{name}"]
        if subprocess.run(command, env=environment, check=False).returncode:
            failed.append(name)
    print(f"\nLimits broken in: {', '.join(failed)}" if failed else "\nEvery limit was kept.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
