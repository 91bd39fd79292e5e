"""What every benchmark stands on: a temporary folder, the compiled C programs, and the hotrun that is measured."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path

import msgspec

HERE = Path(__file__).parent
COMPILE_S = 60.0
INSTALL_S = 600.0


class Ground(msgspec.Struct, frozen=True):
    """`python` has `hotrun` installed beside it; `what` says how. `folder` is removed at the end."""

    folder: Path
    floor: Path
    stamp: Path
    python: Path
    hotrun: Path
    what: str


@contextmanager
def ground(*, install: bool) -> Iterator[Ground]:
    """Prepare everything; `install`: build a wheel of this source and measure that, in a new virtual environment."""
    with tempfile.TemporaryDirectory(prefix="hotrun-benchmarks-") as name:
        folder = Path(name)
        floor, stamp = _compiled("floor", folder), _compiled("stamp", folder)
        python = _installed(folder) if install else Path(sys.executable)
        what = "a wheel in a new virtual environment" if install else _present()
        hotrun = python.parent / "hotrun"
        if not hotrun.exists():
            raise SystemExit("hotrun is not installed beside this Python: pip install it, or use --install")
        yield Ground(folder, floor, stamp, python, hotrun, what)


def _compiled(name: str, folder: Path) -> Path:
    program = folder / name
    compiler = os.environ.get("CC", "cc")
    subprocess.run([compiler, "-O2", "-Wall", "-o", program, HERE / f"{name}.c"], check=True, timeout=COMPILE_S)
    return program


def _installed(folder: Path) -> Path:
    """A new virtual environment with a wheel of this source, its modules compiled; returns its interpreter."""
    wheels, environment = folder / "wheels", folder / "venv"
    pip = ["-m", "pip", "--quiet", "--disable-pip-version-check"]
    _run(sys.executable, *pip, "wheel", "--no-deps", "--wheel-dir", str(wheels), str(HERE.parent))
    _run(sys.executable, "-m", "venv", str(environment))
    python = environment / "bin" / "python"
    _run(str(python), *pip, "install", "--compile", *map(str, wheels.glob("*.whl")))
    return python


def _run(*argv: str) -> None:
    subprocess.run(argv, check=True, timeout=INSTALL_S, stdout=subprocess.DEVNULL)


def _present() -> str:
    """How the hotrun of this interpreter is installed."""
    try:
        origin = metadata.distribution("hotrun").read_text("direct_url.json")
    except metadata.PackageNotFoundError:
        return "not installed"
    editable = origin is not None and json.loads(origin).get("dir_info", {}).get("editable", False)
    return "an editable install, which starts slower" if editable else "the installed package"
