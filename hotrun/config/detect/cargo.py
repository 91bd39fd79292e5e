"""Rust: the binaries of a Cargo package or workspace, and their output folder."""

from __future__ import annotations

import fnmatch
import glob
import os
import shlex

import msgspec

from hotrun.config.detect.candidate import Candidate, CandidatePart, exact, part_name
from hotrun.config.detect.folder import ProjectFolder, join, string, strings, table

STEP = "compile"

MAX_MEMBERS = 200

_COMPILED_TEMPLATES = frozenset({"askama", "rinja", "sailfish", "maud", "ructe", "yarte"})
_EMBED_COMMENT = "Add files named by include_str! or include_bytes!."


class Binary(msgspec.Struct, frozen=True):
    """A program of a package, and the features that it requires."""

    name: str
    features: tuple[str, ...] = ()


class CargoPackage(msgspec.Struct, frozen=True):
    """A package with its programs. `folder`: relative to the root ("" is the root itself)."""

    folder: str
    name: str
    binaries: tuple[Binary, ...]
    default: str
    dependencies: frozenset[str]


def candidates(folder: ProjectFolder) -> list[Candidate]:
    """A candidate for each program of the root package, or of the workspace's members, or one that only checks."""
    manifest = folder.toml("Cargo.toml")
    root = _package(folder, "", manifest)
    if root and root.binaries:
        return _of_package(folder, root, in_workspace=False)
    members = [_package(folder, path, folder.toml(join(path, "Cargo.toml"))) for path in _members(folder, manifest)]
    packages = [member for member in members if member and member.binaries]
    if packages:
        return [candidate for package in packages for candidate in _of_package(folder, package, in_workspace=True)]
    if root or members:
        return [_library(folder, root)]
    return []


def _package(folder: ProjectFolder, path: str, manifest: dict[str, object]) -> CargoPackage | None:
    about = table(manifest, "package")
    name = string(about.get("name"))
    if not name:
        return None
    return CargoPackage(
        folder=path,
        name=name,
        binaries=_binaries(folder, path, name, manifest),
        default=string(about.get("default-run")),
        dependencies=frozenset(table(manifest, "dependencies")),
    )


def _binaries(folder: ProjectFolder, path: str, package: str, manifest: dict[str, object]) -> tuple[Binary, ...]:
    """The declared programs and those that cargo discovers, without duplicate names."""
    declared = manifest.get("bin")
    found: dict[str, Binary] = {}
    for entry in declared if isinstance(declared, list) else []:
        name = string(table(entry).get("name"))
        if name:
            found[name] = Binary(name, strings(table(entry).get("required-features")))
    if table(manifest, "package").get("autobins") is not False:
        taken = {string(table(entry).get("path")) for entry in declared} if isinstance(declared, list) else set()
        for name, source in _found_binaries(folder, path, package):
            if source not in taken:
                found.setdefault(name, Binary(name))
    return tuple(found.values())


def _found_binaries(folder: ProjectFolder, path: str, package: str) -> list[tuple[str, str]]:
    """The programs that cargo discovers, as (name, source relative to the package)."""
    found = [(package, "src/main.rs")] if folder.is_file(join(path, "src/main.rs")) else []
    programs = join(path, "src/bin")
    found += [(name.removesuffix(".rs"), f"src/bin/{name}") for name in folder.files(programs, ".rs")]
    found += [
        (name, f"src/bin/{name}/main.rs")
        for name in folder.all_folders(programs)
        if folder.is_file(f"{programs}/{name}/main.rs")
    ]
    return found


def _members(folder: ProjectFolder, manifest: dict[str, object]) -> list[str]:
    """The folders of the workspace's default or other members, in the order of the manifest."""
    workspace = table(manifest, "workspace")
    patterns = strings(workspace.get("default-members")) or strings(workspace.get("members"))
    excluded = {path for pattern in strings(workspace.get("exclude")) for path in _expand(folder, pattern)}
    paths = dict.fromkeys(path for pattern in patterns for path in _expand(folder, pattern))
    return [path for path in paths if path not in excluded and folder.is_file(join(path, "Cargo.toml"))][:MAX_MEMBERS]


def _expand(folder: ProjectFolder, pattern: str) -> list[str]:
    """The folders below the root that match a member pattern. `**` is not supported: it would walk everything."""
    pattern = os.path.normpath(pattern)
    if pattern.startswith(("..", "/")) or "**" in pattern:
        return []
    found = [""]
    for segment in pattern.split("/"):
        if glob.has_magic(segment):
            found = [join(path, name) for path in found for name in fnmatch.filter(folder.all_folders(path), segment)]
        else:
            found = [join(path, segment) for path in found]
        found = found[:MAX_MEMBERS]
    return found


def _of_package(folder: ProjectFolder, package: CargoPackage, in_workspace: bool) -> list[Candidate]:
    names = [binary.name for binary in package.binaries]
    chosen = [binary for binary in package.binaries if binary.name == package.default] or list(package.binaries)
    notes: tuple[str, ...] = ()
    if package.default in names and len(names) > 1:
        others = ", ".join(name for name in names if name != package.default)
        notes = (f"default-run selects {package.default} (other binaries: {others})",)
    return [_program(folder, package, binary, in_workspace, len(names) > 1, notes) for binary in chosen]


def _program(
    folder: ProjectFolder,
    package: CargoPackage,
    binary: Binary,
    in_workspace: bool,
    several: bool,
    notes: tuple[str, ...],
) -> Candidate:
    argv = ["cargo", "build"]
    argv += ["--package", package.name] if in_workspace else []
    argv += ["--bin", binary.name] if several else []
    argv += ["--features", ",".join(binary.features)] if binary.features else []
    output = join(_target_folder(folder), f"debug/{binary.name}")
    templates = join(package.folder, "templates/**") if folder.is_dir(join(package.folder, "templates")) else ""
    compiled = bool(templates and package.dependencies & _COMPILED_TEMPLATES)
    build = CandidatePart(
        name=STEP,
        command=shlex.join(argv),
        paths=(*_build_paths(folder, in_workspace), *((templates,) if compiled else ())),
        outputs=() if _outside(output) else (exact(output),),
        comments=(_EMBED_COMMENT,),
    )
    run = CandidatePart(
        name=part_name(binary.name, taken=(STEP,)),
        command=shlex.quote(output),
        needs=(STEP,),
        paths=(templates,) if templates and not compiled else (),
    )
    title = f"Cargo package {package.name}" + (f" (binary {binary.name})" if several else "")
    return Candidate(
        kind="cargo",
        title=title,
        steps=(build,),
        processes=(run,),
        exclude=_exclude(folder, output),
        notes=(*notes, *_outside_notes(output)),
    )


def _build_paths(folder: ProjectFolder, in_workspace: bool) -> tuple[str, ...]:
    excluded = [name for name in ("tests", "benches", "examples") if not in_workspace and folder.is_dir(name)]
    return (
        "**/*.rs",
        *(f"!/{name}/**" for name in excluded),
        "Cargo.toml",
        "Cargo.lock",
        *((".cargo/**",) if folder.is_dir(".cargo") else ()),
    )


def _target_folder(folder: ProjectFolder) -> str:
    """The folder where cargo builds, relative to the root: the workspace's `target`, unless configured otherwise."""
    config = folder.toml(folder.first(".cargo/config.toml", ".cargo/config") or "")
    build = table(config, "build")
    target = os.environ.get("CARGO_TARGET_DIR") or string(build.get("target-dir"))
    if not target:
        target = join(_workspace_above(folder), "target")
    elif os.path.isabs(target) and os.path.commonpath([target, folder.root]) == folder.root:
        target = os.path.relpath(target, folder.root)
    return join(target, string(build.get("target"))).rstrip("/")


def _workspace_above(folder: ProjectFolder) -> str:
    """The relative path of the workspace above this package. "" if there is none, or if the package is its root."""
    manifest = folder.toml("Cargo.toml")
    if "workspace" in manifest:
        return ""
    named = string(table(manifest, "package").get("workspace"))
    if named:
        return os.path.normpath(named)
    for levels in range(1, 6):
        above = "/".join([".."] * levels)
        upper = folder.toml(f"{above}/Cargo.toml")
        if "workspace" in upper:
            return "" if _is_excluded(folder, above, table(upper, "workspace")) else above
    return ""


def _is_excluded(folder: ProjectFolder, above: str, workspace: dict[str, object]) -> bool:
    """Whether the workspace excludes this package. If not, cargo treats it as a member (or reports an error)."""
    upper = os.path.normpath(os.path.join(folder.root, above))
    package = os.path.relpath(folder.root, upper)
    excluded = map(os.path.normpath, strings(workspace.get("exclude")))
    return any(package == path or package.startswith(path + "/") for path in excluded)


def _outside(path: str) -> bool:
    return path.startswith(("../", "/"))


def _outside_notes(output: str) -> tuple[str, ...]:
    if not _outside(output):
        return ()
    return (f"cargo builds outside of this folder ({output}), so every passed build restarts the program",)


def _exclude(folder: ProjectFolder, output: str) -> tuple[str, ...]:
    """The pattern of a target folder with another name. hotrun excludes `target` by default."""
    top = output.split("/")[0]
    return () if _outside(output) or top == "target" else folder.excluded(f"/{top}/")


def _library(folder: ProjectFolder, root: CargoPackage | None) -> Candidate:
    build = CandidatePart(
        name="check",
        command="cargo check" if root else "cargo check --workspace",
        paths=_build_paths(folder, in_workspace=root is None),
        comments=(_EMBED_COMMENT,),
    )
    title = f"Cargo package {root.name}" if root else f"Cargo workspace {folder.name}"
    return Candidate(
        kind="cargo",
        title=f"{title} (no binary, only checked)",
        steps=(build,),
    )
