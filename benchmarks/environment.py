"""The environment of every benchmark: a temporary folder, the compiled C programs, and the measured hotrun."""

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


class Environment(msgspec.Struct, frozen=True):
    """`python` and `hotrun` are in the same environment, `title` says which. `folder` is removed at the end."""

    folder: Path
    floor: Path
    stamp: Path
    python: Path
    hotrun: Path
    title: str


@contextmanager
def environment(*, install: bool) -> Iterator[Environment]:
    """Prepare everything. `install`: measure a wheel of this source in a new virtual environment."""
    with tempfile.TemporaryDirectory(prefix="hotrun-benchmarks-") as name:
        folder = Path(name)
        floor, stamp = _compiled("floor", folder), _compiled("stamp", folder)
        python = _installed(folder) if install else Path(sys.executable)
        title = "a wheel in a new virtual environment" if install else _present()
        hotrun = python.parent / "hotrun"
        if not hotrun.exists():
            raise SystemExit("hotrun is not installed for this Python: install it with pip, or use --install")
        yield Environment(folder, floor, stamp, python, hotrun, title)


def _compiled(name: str, folder: Path) -> Path:
    program = folder / name
    compiler = os.environ.get("CC", "cc")
    subprocess.run([compiler, "-O2", "-Wall", "-o", program, HERE / f"{name}.c"], check=True, timeout=COMPILE_S)
    return program


def _installed(folder: Path) -> Path:
    """Install a wheel of this source, compiled, into a new virtual environment. Returns its interpreter."""
    wheels, venv = folder / "wheels", folder / "venv"
    pip = ["-m", "pip", "--quiet", "--disable-pip-version-check"]
    _run(sys.executable, *pip, "wheel", "--no-deps", "--wheel-dir", str(wheels), str(HERE.parent))
    _run(sys.executable, "-m", "venv", str(venv))
    python = venv / "bin" / "python"
    _run(str(python), *pip, "install", "--compile", *map(str, wheels.glob("*.whl")))
    return python


def _run(*argv: str) -> None:
    subprocess.run(argv, check=True, timeout=INSTALL_S, stdout=subprocess.DEVNULL)


def _present() -> str:
    """How hotrun is installed for this interpreter."""
    try:
        origin = metadata.distribution("hotrun").read_text("direct_url.json")
    except metadata.PackageNotFoundError:
        return "not installed"
    editable = origin is not None and json.loads(origin).get("dir_info", {}).get("editable", False)
    return "an editable install, which starts slower" if editable else "the installed package"
