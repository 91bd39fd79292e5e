"""Decides which files and folders are ignored: by built-in rules, ignore files at every level, and `watch.exclude`."""

from __future__ import annotations

import os
from collections.abc import Container, Iterable
from typing import Literal

import msgspec

from hotrun.adapters.instance.state_folder import NAME as OWN_FOLDER
from hotrun.core.changes.patterns import Patterns
from hotrun.core.model.project import Watch

_VERSION_CONTROL = frozenset((".git", ".hg", ".svn", ".jj", ".bzr"))
# Dependencies and build trees that no person edits; caches of tools; temporary files of editors and systems.
_FOLDERS = (
    "node_modules __pycache__ .venv venv target .tox .nox .eggs *.egg-info "
    ".mypy_cache .ruff_cache .pytest_cache .hypothesis .gradle .cache .parcel-cache .turbo .next .nuxt .svelte-kit "
    ".angular .idea .vscode .direnv .terraform"
).split()
_FILES = r"*~ *.sw? .*.sw? .#* \#*# 4913 *___jb_*___ *.kate-swp .goutputstream-* .DS_Store *.pyc __debug_bin*".split()
BUILT_IN = (*(f"{name}/" for name in _FOLDERS), *_FILES)
IGNORE_FILES = (".gitignore", ".ignore")  # the later one wins
# Sources of patterns other than files; neither is an absolute path.
_BUILT_IN_SOURCE, _EXCLUDE_SOURCE = "built-in", "watch.exclude"


class IgnoreRule(msgspec.Struct, frozen=True):
    """The rule that decides about one path: `pattern`, and whether it `ignores` the path or includes it again.

    A "file" rule is in the ignore file `file` (absolute), in `line` (from 1). For an "exclude" rule, `line` is the
    index in watch.exclude (from 0).
    """

    kind: Literal["own folder", "version control", "built-in", "exclude", "file"]
    pattern: str
    ignores: bool = True
    file: str | None = None
    line: int | None = None


class IgnoreRules:
    """The rules for one folder: those of its parent, and its own ignore files.

    Objects never change, and unchanged rules are the same object: verdicts may be kept as long as the object is.
    """

    def __init__(self, specs: tuple[tuple[int, _Source], ...], exclude: _Exclude, files: tuple[str, ...]) -> None:
        # (length of the folder's relative path, its patterns), weakest first; watch.exclude is the strongest.
        self._specs = specs
        self._exclude = exclude
        self._files = files
        self._texts: tuple[tuple[str, str], ...] = ()  # of the folder's own ignore files: path and content
        self._inner: dict[str, IgnoreRules] = {}  # of the folders with ignore files, as they were last read

    def inside(self, folder: str, relative: str, names: Container[str] | None = None) -> IgnoreRules:
        """Return the rules inside `folder` (absolute), which is at `relative` under the root ("" for the root itself).

        `names`: what the folder contains, if known. Its ignore files are read each time: two versions of one may have
        the same times, and few folders have any.
        """
        found = [os.path.join(folder, name) for name in self._files if names is None or name in names]
        texts = tuple((path, text) for path in found if (text := _read(path)) is not None)
        if not texts:
            self._inner.pop(folder, None)
            return self
        known = self._inner.get(folder)
        if known is None or known._texts != texts:
            known = self._inner[folder] = self._with(texts, len(relative) + 1 if relative else 0)
        return known

    def _with(self, texts: tuple[tuple[str, str], ...], depth: int) -> IgnoreRules:
        own = [(depth, _Source(text.split("\n"), path)) for path, text in texts]
        rules = IgnoreRules((*self._specs, *own), self._exclude, self._files)
        rules._texts = texts
        return rules

    def ignores(self, relative: str, is_folder: bool) -> bool:
        """Return whether the file or folder at `relative` is ignored, not counting the folders above it."""
        path = relative + "/" if is_folder else relative
        name = os.path.basename(relative) if is_folder else ""
        if name == OWN_FOLDER:
            return True
        verdict = self._exclude.verdict(path)
        if verdict is not None:
            return verdict
        if name in _VERSION_CONTROL:  # as in git, an ignore file with "!*/" does not include it again
            return True
        for depth, patterns in reversed(self._specs):
            verdict = patterns.verdict(path[depth:])
            if verdict is not None:
                return verdict
        return False

    def decision(self, relative: str, is_folder: bool) -> IgnoreRule | None:
        """Return the rule behind the result of `ignores`; None if no rule matches. Slow."""
        path = relative + "/" if is_folder else relative
        name = os.path.basename(relative) if is_folder else ""
        if name == OWN_FOLDER:
            return IgnoreRule("own folder", f"{name}/")
        excluded = self._exclude.decision(path)
        if excluded is not None:
            return excluded
        if name in _VERSION_CONTROL:
            return IgnoreRule("version control", f"{name}/")
        for depth, patterns in reversed(self._specs):
            found = patterns.decision(path[depth:])
            if found is not None:
                return found
        return None


class _Source(Patterns):
    """A list of patterns, and its source."""

    def __init__(self, lines: Iterable[str], source: str) -> None:
        """`source`: the ignore file that contains them, or one of the two other sources."""
        super().__init__(lines)
        self._source = source

    def decision(self, path: str) -> IgnoreRule | None:
        """Return the rule behind the result of `verdict`."""
        number = self.deciding(path)
        if number is None:
            return None
        pattern = self.lines[number].strip()
        ignores = self.verdict(path) is True
        if self._source == _BUILT_IN_SOURCE:
            return IgnoreRule("built-in", pattern, ignores)
        if self._source == _EXCLUDE_SOURCE:
            return IgnoreRule("exclude", pattern, ignores, line=number)
        return IgnoreRule("file", pattern, ignores, self._source, number + 1)


_BUILT_IN = _Source(BUILT_IN, _BUILT_IN_SOURCE)


class _Exclude:
    """watch.exclude: its patterns are relative to `start`, but the paths to `base`, above or below that."""

    def __init__(self, patterns: Iterable[str], start: str, base: str) -> None:
        self._patterns = _Source(patterns, _EXCLUDE_SOURCE)
        self._before = os.path.relpath(base, start) + "/" if is_below(base, start) else ""
        self._cut = len(os.path.relpath(start, base)) + 1 if is_below(start, base) else 0

    def verdict(self, path: str) -> bool | None:
        return self._patterns.verdict(self._relative(path)) if self._patterns.lines else None

    def decision(self, path: str) -> IgnoreRule | None:
        return self._patterns.decision(self._relative(path))

    def _relative(self, path: str) -> str:
        return (self._before + path)[self._cut :]


class RootRules:
    """The rules for one watched root. As long as they do not change, `read` returns the same object."""

    def __init__(self, root: str, project: str, watch: Watch) -> None:
        """`project`: the folder that the patterns in `watch` are relative to, if the root is in it."""
        self._root = root
        self._watch = watch
        self._start = project if is_below(root, project) else root  # what watch.exclude is relative to
        self._outermost: dict[str, tuple[tuple[tuple[str, str], ...], IgnoreRules]] = {}

    def read(self) -> tuple[IgnoreRules, str]:
        """Return the present rules, and the path of the root relative to the folder where they start.

        The path is "" if that folder is the root. As in git, ignore files above the root count, up to the project or
        the repository around it. But a root that they would ignore was named on purpose, so then they do not count.
        """
        base = _repository(self._start) or self._start
        rules, relative = self._base_rules(base), ""
        names = os.path.relpath(self._root, base).split(os.sep) if self._root != base else []
        for name in names:
            rules = rules.inside(os.path.join(base, relative), relative)
            relative = f"{relative}/{name}" if relative else name
            if rules.ignores(relative, is_folder=True):
                return self._base_rules(self._root), ""
        return rules, relative

    def _base_rules(self, base: str) -> IgnoreRules:
        """The rules in `base`, without its own ignore files."""
        paths = (_global_excludes(), os.path.join(base, ".git", "info", "exclude")) if self._watch.gitignore else ()
        texts = tuple((path, text) for path in paths if (text := _read(path)) is not None)
        known = self._outermost.get(base)
        if known is None or known[0] != texts:
            specs = [(0, _BUILT_IN), *((0, _Source(text.split("\n"), path)) for path, text in texts)]
            exclude = _Exclude(self._watch.exclude, self._start, base)
            rules = IgnoreRules(tuple(specs), exclude, IGNORE_FILES if self._watch.gitignore else ())
            known = self._outermost[base] = (texts, rules)
        return known[1]


def rules_of(root: str, project: str, watch: Watch) -> tuple[IgnoreRules, str]:
    """Return the present rules for a watched root; see RootRules.read."""
    return RootRules(root, project, watch).read()


def is_below(path: str, folder: str) -> bool:
    """Return whether `path` is in `folder`, at any depth; both absolute."""
    return path.startswith(os.path.join(folder, ""))


def _repository(folder: str) -> str | None:
    """The nearest folder from here upwards with a .git."""
    while not os.path.exists(os.path.join(folder, ".git")):
        above = os.path.dirname(folder)
        if above == folder:
            return None
        folder = above
    return folder


def _read(path: str) -> str | None:
    """The content of an ignore file; None if it cannot be read."""
    if not os.path.isfile(path):
        return None  # missing, or a pipe, which would block
    try:
        with open(path, encoding="utf-8-sig", errors="surrogateescape", newline="\n") as file:
            return file.read()
    except OSError:
        return None  # just removed, or not readable: it ignores nothing


def _global_excludes() -> str:
    """The default path of git's global excludes file."""
    base = os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")
    return os.path.join(base, "git", "ignore")
