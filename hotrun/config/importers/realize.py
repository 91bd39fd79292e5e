"""realize (.realize.yaml), which is no longer maintained: each project of its schema is a build and a process."""

from __future__ import annotations

import posixpath
import shlex

from hotrun.config.importers import go_tools, patterns, words, yaml_text
from hotrun.config.importers.imported import ImportDraft, Imported, KeySource
from hotrun.config.importers.key_reader import Keys

TOOL = "realize"
_PROGRAM = ("install", "build", "run")
_CHECKS = {"fmt": "gofmt -s -w .", "vet": "go vet ./...", "test": "go test ./...", "generate": "go generate ./..."}


def convert(source: KeySource) -> Imported:
    """Convert a .realize.yaml. Raises ConfigError for invalid YAML, or without a project."""
    draft = ImportDraft(TOOL, source)
    keys = Keys(yaml_text.tables(source), draft)
    settings, server = keys.table("settings"), keys.table("server")
    legacy = settings.table("legacy")
    if legacy.flag("force"):
        draft.put("always", "watch", "poll", source="settings.legacy.force")
    interval = words.go_duration(legacy.text("interval") or "")
    if interval not in (None, "0s"):
        draft.put(interval, "watch", "poll_interval", source="settings.legacy.interval")
    settings.skip(go_tools.LOGS, "files")
    settings.skip("not needed: see `hotrun doctor`", "flimit", "recovery")
    server.skip("not supported: see `hotrun status`", *server.names())
    for project in (*keys.tables("schema"), *keys.tables("projects")):
        _Project(project, draft).convert()
    draft.report("", "hotrun handles every edit; realize drops edits within a second of another one")
    draft.report_ignore_files()
    keys.finish()
    return draft.finish()


class _Project:
    """Converts one project of the schema into a draft."""

    def __init__(self, keys: Keys, draft: ImportDraft) -> None:
        self.keys = keys
        self.draft = draft
        self.name = keys.text("name") or draft.source.folder
        self.folder = patterns.plain(keys.text("path") or ".")
        self.tools = keys.table("commands" if keys.has("commands") else "tools")
        self.env = {name: keys.table("env").text(name) or "" for name in keys.table("env").names()}
        self.paths: list[str] = []
        self.needs: list[str] = []

    def convert(self) -> None:
        watcher = self.keys.table("watcher")
        self._watch(watcher)
        scripts = watcher.tables("scripts")
        for script in scripts:
            if script.text("type") == "before":
                self._script(script, "before")
        for tool, command in _CHECKS.items():
            self._check(tool, command)
        self._build()
        for script in scripts:
            if script.text("type") != "before":
                self._script(script, "after")
        self.tools.skip("a tool unknown to hotrun's importer", *(set(self.tools.names()) - {*_CHECKS, *_PROGRAM}))

    def _watch(self, watcher: Keys) -> None:
        prefix = f"/{patterns.literal(self.folder)}/" if self.folder else "/"
        found = patterns.extensions(watcher.texts("extensions") or watcher.texts("exts") or ["go"])
        folders = [patterns.plain(path.lstrip("/")) for path in watcher.texts("paths") or ["/"]]
        self.paths = [
            f"{prefix}{patterns.literal(folder)}/**/{one}" if folder else (f"{prefix}**/{one}" if self.folder else one)
            for folder in folders
            for one in found
        ]
        ignored = [*(watcher.texts("ignored_paths") or []), *(watcher.texts("ignore") or [])]
        excluded = [
            f"{prefix}{patterns.literal(patterns.plain(path.lstrip('/')))}" for path in ignored if path.strip("/")
        ]
        if excluded:
            self.draft.extend(excluded, "watch", "exclude", source=watcher.path("ignored_paths"))
        watcher.skip("not needed: see `hotrun check` and `hotrun why`", "preview")

    def _script(self, script: Keys, kind: str) -> None:
        name = self._step(f"{self.name}-{kind}", script.text("command") or "", script.path("command"))
        if folder := patterns.plain(script.text("path") or ""):
            self.draft.put(folder, "build", name, "cwd", source=script.path("path"))
        if script.flag("global"):
            self.draft.put([], "build", name, "paths", source=f"{script.path('global')}: only at the start")
        script.skip("not needed: hotrun shows all output", "output")
        if kind == "before":
            self.needs.append(name)

    def _check(self, tool: str, command: str) -> None:
        table = self._status(tool)
        if table is None:
            return
        custom, arguments = table.text("method"), table.texts("args") or []
        if table.flag("status"):
            name = self._step(
                tool, words.with_arguments(custom or command, arguments), table.path("method" if custom else "status")
            )
            if tool == "generate":
                self.needs.append(name)
        elif table.names():
            self.draft.report(self.tools.path(tool), "disabled")

    def _build(self) -> None:
        output = posixpath.join(".", "tmp", self.name)
        install, build, run = (self._status(tool) for tool in _PROGRAM)
        flags: list[str] = []
        origin = []
        for tool, table in (("install", install), ("build", build)):
            if table is not None and table.flag("status"):
                flags += table.texts("args") or []
                origin.append(self.tools.path(tool))
                if method := table.text("method"):
                    self.draft.report(
                        f"{table.path('method')} = {method}", "the step runs `go build`: see its `command`"
                    )
        if not origin and (run is None or not run.flag("status")):
            return
        name = self._step("compile", go_tools.build_command(output, ".", flags), ", ".join(origin) or "run")
        outputs = go_tools.binary_outputs(posixpath.join(self.folder, output))
        self.draft.put(outputs, "build", name, "outputs", source="instead of $GOBIN")
        if run is None or not run.flag("status"):
            return
        arguments = [word for text in self.keys.texts("args") or [] for word in words.split(text) or [text]]
        command = run.text("method") or shlex.join(go_tools.program(output, arguments))
        self.draft.process(
            self.name, command, self.tools.path("run"), needs=[name], env=self.env, cwd=self.folder or None
        )
        if arguments:
            self.draft.remark(self.keys.path("args"), "run", self.name, "command")

    def _status(self, tool: str) -> Keys | None:
        """A tool's table. A boolean instead of a table is its status."""
        if not self.tools.has(tool):
            return None
        value = self.tools.raw(tool)
        if isinstance(value, dict):
            return self.tools.table(tool)
        return Keys({"status": value}, self.draft, self.tools.path(tool) + ".")

    def _step(self, wanted: str, command: str, origin: str) -> str:
        return self.draft.step(
            wanted, command, origin, needs=list(self.needs), paths=self.paths, env=self.env, cwd=self.folder or None
        )
