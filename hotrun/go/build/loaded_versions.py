"""Count the plugin versions that a host has loaded, and decide when an unchanged host has to restart.

Go cannot unload a plugin. A host can open a new version next to the old one only if all packages but the main one are
those that the host, or an earlier version, has loaded. Any other change needs a new process.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from hotrun.go.build.atomic_copy import replace
from hotrun.go.read.artifact import Artifact
from hotrun.go.read.manifest import Manifest
from hotrun.go.target import FOLDER, RESTART

LOADED = f"{FOLDER}/loaded.json"


class LoadedVersions(msgspec.Struct, frozen=True):
    """`base` is a digest of everything that only a restart can change. `restarts` counts those due to the limit.

    `versions`: the sha256 of each loaded version, by the plugin's path.
    """

    base: str = ""
    restarts: int = 0
    versions: dict[str, list[str]] = {}


def count_loaded(
    fixed: Sequence[Artifact], plugins: Sequence[Artifact], manifests: Mapping[str, Manifest], max_versions: int
) -> int:
    """The highest number of loaded versions of one of `plugins`, including these.

    Writes the file RESTART: when its bytes change, the host restarts. `fixed`: the host, and plugins that are not
    reloaded. `max_versions`: the limit of loaded versions.
    """
    before = _read()
    base = _base(fixed, plugins, manifests)
    new = {plugin.path: [plugin.digest] for plugin in plugins}
    loaded = LoadedVersions(base, before.restarts, new)
    if before.base == base:
        versions = {path: list(dict.fromkeys((*before.versions.get(path, ()), *new[path]))) for path in new}
        is_full = max(map(len, versions.values())) > max_versions
        loaded = (
            LoadedVersions(base, before.restarts + 1, new)
            if is_full
            else LoadedVersions(base, before.restarts, versions)
        )
    replace(LOADED, msgspec.json.encode(loaded))
    replace(RESTART, msgspec.json.encode(LoadedVersions(loaded.base, loaded.restarts)))
    return max(map(len, loaded.versions.values()))


def _read() -> LoadedVersions:
    try:
        with open(LOADED, "rb") as file:
            return msgspec.json.decode(file.read(), type=LoadedVersions)
    except (OSError, msgspec.MsgspecError):
        return LoadedVersions()


def _base(fixed: Sequence[Artifact], plugins: Sequence[Artifact], manifests: Mapping[str, Manifest]) -> str:
    """A digest of everything that only a restart can change: the fixed files, and the plugins' shared packages."""
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
