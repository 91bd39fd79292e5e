"""process-compose (process-compose.yaml): processes with dependencies and probes. Those that finish are steps."""

from __future__ import annotations

from hotrun.config.detect.candidate import part_name
from hotrun.config.importers import patterns, yaml_text
from hotrun.config.importers.imported import ImportDraft, Imported, KeySource
from hotrun.config.importers.key_reader import Keys, assignments
from hotrun.config.tables.invalid_value import InvalidValue
from hotrun.config.tables.values import Regex

TOOL = "process-compose"
_COMPLETED = ("process_completed", "process_completed_successfully")
_RESTART = {"always": "restart", "on_failure": "restart", "exit_on_failure": "quit", "no": "wait", "false": "wait"}
_SIGNALS = {1: "SIGHUP", 2: "SIGINT", 3: "SIGQUIT", 9: "SIGKILL", 10: "SIGUSR1", 12: "SIGUSR2", 15: "SIGTERM"}
_VIEW = (
    "description",
    "disable_ansi_colors",
    "namespace",
    "is_foreground",
    "log_location",
    "log_configuration",
    "log_length",
    "log_level",
    "log_format",
    "log_no_color",
    "is_tty",
    "is_strict",
    "version",
    "name",
    "ordered_shutdown",
)


def convert(source: KeySource) -> Imported:
    """Convert a process-compose.yaml. Raises ConfigError for invalid YAML."""
    draft = ImportDraft(TOOL, source)
    keys = Keys(yaml_text.tables(source), draft)
    env, others = assignments(keys.texts("environment") or [])
    if env:
        draft.put(env, "env", source="environment")
    if others:
        draft.report("environment", f"not NAME=value: {', '.join(others)}")
    processes = [_Process(name, table, draft) for name, table in keys.table("processes").each()]
    steps = {name for process in processes for name, condition in process.waits_for.items() if condition in _COMPLETED}
    shell = _shell(keys)
    for process in processes:
        if process.disabled:
            draft.report(f"processes.{process.name}", "disabled")
            process.keys.skip("disabled", *process.keys.names())
        else:
            process.convert(steps, {process.name for process in processes if process.disabled}, shell)
    keys.skip("not needed: process-compose's own display and logs", *_VIEW)
    keys.skip("not supported: replace template variables by their values", "vars", "env_cmds")
    keys.skip("not needed: hotrun does not expand $", "disable_env_expansion")
    if ".env" in source.siblings:
        draft.put([".env"], "env_files", source=".env in the same folder, as in process-compose")
    keys.finish()
    return draft.finish()


def _shell(keys: Keys) -> str | None:
    table = keys.table("shell")
    command, argument = table.text("shell_command"), table.text("shell_argument")
    if command is not None and argument not in (None, "-c"):
        table.skip("hotrun runs every shell with -c", "shell_argument")
    return command if argument in (None, "-c") else None


class _Process:
    """Converts one process into a draft."""

    def __init__(self, name: str, keys: Keys, draft: ImportDraft) -> None:
        self.name = name
        self.keys = keys
        self.draft = draft
        self.disabled = bool(keys.flag("disabled"))
        needed = keys.table("depends_on")
        self.waits_for = {other: table.text("condition") or "process_completed" for other, table in needed.each()}

    def convert(self, steps: set[str], disabled: set[str], shell: str | None) -> None:
        keys, is_step = self.keys, self.name in steps
        entry = keys.texts("entrypoint")
        command: object = entry or keys.text("command") or ""
        origin = keys.path("entrypoint" if entry else "command")
        env, others = assignments(keys.texts("environment") or [])
        if others:
            self.draft.report(keys.path("environment"), f"not NAME=value: {', '.join(others)}")
        add = self.draft.step if is_step else self.draft.process
        part = add(self.name, command, origin, env=env, cwd=keys.text("working_dir"), env_files=keys.texts("env_file"))
        kind = "build" if is_step else "run"
        for key, name in (("environment", "env"), ("working_dir", "cwd"), ("env_file", "env_files")):
            if keys.has(key):
                self.draft.remark(keys.path(key), kind, part, name)
        if shell is not None and not entry:
            self.draft.put(shell, kind, part, "shell", source="shell.shell_command, shell_argument")
        self._needs(kind, part, steps, disabled)
        paths = self._paths()
        self.draft.put(
            paths, kind, part, "paths", source=keys.path("watch") if paths else "not watched by process-compose"
        )
        if is_step:
            self.draft.remark("others wait for it to finish (depends_on)", kind, part)
            keys.skip("not used for a step", "availability", "readiness_probe", "ready_log_line", "shutdown")
        else:
            self._availability(part)
            self._ready(part)
            self._shutdown(part)
        self._skip()

    def _needs(self, kind: str, part: str, steps: set[str], disabled: set[str]) -> None:
        wanted = [name for name in self.waits_for if name not in disabled]
        if kind == "build":
            for name in [name for name in wanted if name not in steps]:
                self.draft.report(self.keys.path(f"depends_on.{name}"), "not supported: a step can only need steps")
            wanted = [name for name in wanted if name in steps]
        for name, condition in self.waits_for.items():
            if name not in wanted:
                self.draft.report(self.keys.path(f"depends_on.{name}"), "skipped: disabled, or not a step")
            elif condition in ("process_started", "process_completed"):
                self.draft.report(
                    self.keys.path(f"depends_on.{name}.condition = {condition}"),
                    "hotrun waits until the step passes or the process is ready",
                )
        if wanted:
            self.draft.put(
                [part_name(name) for name in wanted],
                kind,
                part,
                "needs",
                source=f"{self.keys.path('depends_on')} and each condition",
            )

    def _paths(self) -> list[str]:
        """The patterns of `watch`. process-compose only restarts on changes of these files."""
        value = self.keys.raw("watch")
        tables = value if isinstance(value, list) else [value]
        found: list[str] = []
        for number, item in enumerate(tables):
            if isinstance(item, str):
                found += patterns.rooted(item)
            elif isinstance(item, dict):
                keys = Keys(item, self.draft, f"{self.keys.path('watch')}[{number}].")
                for path in keys.texts("paths") or keys.texts("path") or []:
                    found += patterns.rooted(path) if set("*?[{") & set(path) else [patterns.file(path)]
                found += [
                    f"!{one}"
                    for path in keys.texts("ignore") or keys.texts("exclude") or []
                    for one in patterns.anywhere(path)
                ]
                keys.skip("not needed: hotrun debounces too: `debounce` in [watch]", "debounce", "debounce_ms")
                keys.finish()
        return found

    def _availability(self, part: str) -> None:
        table = self.keys.table("availability")
        restart = table.text("restart")
        if restart is not None:
            self.draft.put(_RESTART.get(restart, "wait"), "run", part, "on_exit", source=table.path("restart"))
            if restart == "on_failure":
                self.draft.report(table.path("restart = on_failure"), "hotrun also restarts it after exit code 0")
        if table.flag("exit_on_end"):
            self.draft.put("quit", "run", part, "on_exit", source=table.path("exit_on_end"))
        table.skip("not needed: hotrun restarts with backoff", "backoff_seconds")
        table.skip("not supported: hotrun keeps restarting it, with backoff", "max_restarts")
        table.skip("not supported", "exit_on_skipped")

    def _ready(self, part: str) -> None:
        probe = self.keys.table("readiness_probe")
        http, command = probe.table("http_get"), probe.table("exec").text("command")
        ready: dict[str, object] = {}
        origin = probe.path("exec.command")
        if http.names():
            host, port = http.text("host") or "127.0.0.1", http.text("port")
            path = (http.text("path") or "/").lstrip("/")
            ready["http"] = f"{(http.text('scheme') or 'http').lower()}://{host}{':' + port if port else ''}/{path}"
            if status := http.number("status_code"):
                ready["status"] = int(status)
            http.skip("not supported: hotrun sends a plain GET", "headers", "num_port")
            origin = probe.path("http_get")
        elif command is not None:
            ready["exec"] = command
        elif (line := self.keys.text("ready_log_line")) is not None:
            ready["log"], origin = _as_regex(line), self.keys.path("ready_log_line")
        if not ready:
            return
        probe.table("exec").skip("not supported: the probe runs in the folder of the process", "working_dir")
        delay, period, failures = (
            probe.number(key) for key in ("initial_delay_seconds", "period_seconds", "failure_threshold")
        )
        if period or failures or delay:
            seconds = (delay or 0) + (period or 10) * (failures or 3)
            ready["timeout"] = f"{max(1, round(seconds))}s"
            origin += ", initial_delay_seconds + period_seconds x failure_threshold"
        self.draft.put(ready, "run", part, "ready", source=origin)
        probe.skip("not needed: hotrun probes until it succeeds", "timeout_seconds", "success_threshold")

    def _shutdown(self, part: str) -> None:
        table = self.keys.table("shutdown")
        if number := table.number("signal"):
            self.draft.put(
                _SIGNALS.get(int(number), "SIGTERM"), "run", part, "stop_signal", source=table.path("signal")
            )
        if timeout := table.number("timeout_seconds"):
            self.draft.put(f"{round(timeout)}s", "run", part, "stop_timeout", source=table.path("timeout_seconds"))
        table.skip("not supported: hotrun stops a process with a signal", "command")
        table.skip("not needed: hotrun stops the whole process tree", "parent_only")

    def _skip(self) -> None:
        keys = self.keys
        keys.skip("not needed: process-compose's own display and logs", *_VIEW)
        keys.skip("not supported: hotrun only probes readiness", "liveness_probe")
        keys.skip("not supported: add more of them", "replicas", "replica_num")
        keys.skip(
            "not supported: daemons stop with the process that starts them", "is_daemon", "launch_timeout_seconds"
        )
        keys.skip("not supported: hotrun runs programs as your user", "is_elevated")
        keys.skip("not needed: hotrun does not expand $", "disable_env_expansion", "vars", "is_dotenv_disabled")


def _as_regex(text: str) -> str:
    """The pattern as a regular expression. process-compose accepts one, or a plain text."""
    try:
        return str(Regex.parse(text))
    except InvalidValue:
        import re

        return re.escape(text)
