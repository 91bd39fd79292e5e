"""Store each version of a reloaded plugin in a file of its own, and point the plugin's output, a symlink, to it.

Go identifies a plugin by its real path, so each version gets a path that contains its digest.
"""

from __future__ import annotations

import contextlib
import os
import shutil

from hotrun.errors import HotrunError
from hotrun.go.build.parse_cache import artifact_of
from hotrun.go.build.publish import new_name, require_writable
from hotrun.go.target import FOLDER, staged

VERSIONS = f"{FOLDER}/versions"
KEPT_VERSIONS = 3  # of each plugin; a host does not need the file of a version that it has loaded


def swap(key: str, output: str) -> None:
    """Point `output` to the latest staged version of the plugin. Raises HotrunError if that fails."""
    path = staged(key)
    name = os.path.basename(path).removesuffix(".so")
    version = f"{VERSIONS}/{name}-{artifact_of(path).digest[:16]}.so"
    try:
        os.makedirs(VERSIONS, mode=0o700, exist_ok=True)
        if not os.path.exists(version):
            shutil.copyfile(path, f"{path}.put")
            os.replace(f"{path}.put", version)
        os.utime(version)
        _link(path, version, output)
    except OSError as error:
        raise HotrunError(f"{error.filename2 or error.filename}: cannot be written: {error.strerror}") from None
    _remove_old(name)


def _link(path: str, version: str, output: str) -> None:
    require_writable(output)
    real = os.path.relpath(os.path.realpath(version), os.path.realpath(os.path.dirname(output) or "."))
    with contextlib.suppress(OSError):
        if os.readlink(output) == real:
            return
    new = new_name(path, output)
    with contextlib.suppress(FileNotFoundError):
        os.remove(new)
    os.symlink(real, new)
    os.replace(new, output)


def _remove_old(name: str) -> None:
    """Remove all versions but the newest. The name ends at the last dash, since the digest contains none."""
    paths = [f"{VERSIONS}/{file}" for file in os.listdir(VERSIONS) if file.rpartition("-")[0] == name]
    for path in sorted(paths, key=os.path.getmtime)[:-KEPT_VERSIONS]:
        os.remove(path)
