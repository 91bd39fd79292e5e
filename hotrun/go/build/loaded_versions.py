"""Counts the versions of plugins that a host holds, and says when it has to be restarted though it is the same itself.

Go cannot unload a plugin. A new version can be opened beside the old one as long as all but its main package is what
the host, or the version before, has already; where that is something else, only a new process can have it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from hotrun.go.build.atomic_copy import replace
from hotrun.go.read.artifact import Artifact
from hotrun.go.read.manifest import Manifest
from hotrun.go.target import FOLDER, RESTART

HELD = f"{FOLDER}/held.json"


class LoadedVersions(msgspec.Struct, frozen=True):
    """`base` tells what is shared from something else, `restarts` counts those that were due for the limit alone.

    `versions`: the sha256 of each version, by the plugin's place.
    """

    base: str = ""
    restarts: int = 0
    versions: dict[str, list[str]] = {}


def count_in(
    fixed: Sequence[Artifact], plugins: Sequence[Artifact], manifests: Mapping[str, Manifest], max_versions: int
) -> int:
    """How many versions of one of `plugins` the host holds with these. Writes RESTART: other bytes mean a restart.

    `fixed`: the host, and plugins that are not reloaded.
    """
    before = _read()
    base = _base(fixed, plugins, manifests)
    fresh = {plugin.path: [plugin.digest] for plugin in plugins}
    held = LoadedVersions(base, before.restarts, fresh)
    if before.base == base:
        versions = {path: list(dict.fromkeys((*before.versions.get(path, ()), *fresh[path]))) for path in fresh}
        is_full = max(map(len, versions.values())) > max_versions
        held = (
            LoadedVersions(base, before.restarts + 1, fresh)
            if is_full
            else LoadedVersions(base, before.restarts, versions)
        )
    replace(HELD, msgspec.json.encode(held))
    replace(RESTART, msgspec.json.encode(LoadedVersions(held.base, held.restarts)))
    return max(map(len, held.versions.values()))


def _read() -> LoadedVersions:
    try:
        with open(HELD, "rb") as file:
            return msgspec.json.decode(file.read(), type=LoadedVersions)
    except (OSError, msgspec.MsgspecError):
        return LoadedVersions()


def _base(fixed: Sequence[Artifact], plugins: Sequence[Artifact], manifests: Mapping[str, Manifest]) -> str:
    """A digest of what only a new process can have: the files, and all in the plugins but what is theirs alone."""
    text = hashlib.sha256("".join(file.digest for file in fixed).encode())
    for plugin in plugins:
        for line in (plugin.path, *_shared(plugin, manifests.get(plugin.path))):
            text.update(f"{line}\n".encode("utf-8", "surrogateescape"))
    return text.hexdigest()


def _shared(plugin: Artifact, manifest: Manifest | None) -> Iterator[str]:
    for name, fingerprint in sorted(plugin.fingerprints.items()):
        if name not in (plugin.plugin_path, "main"):
            yield f"{name} {fingerprint}"
    for name, digest in sorted(manifest.packages.items() if manifest is not None else ()):
        yield f"{name} {digest}"
