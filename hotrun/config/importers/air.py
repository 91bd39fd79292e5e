"""air (.air.toml): pre_cmd and cmd are steps, the entrypoint is the process. air's defaults apply."""

from __future__ import annotations

import shlex
from typing import Any

from hotrun.config.importers import go_tools, patterns, regexes, words
from hotrun.config.importers.go_tools import PROCESS, STEP
from hotrun.config.importers.imported import ImportDraft, Imported, KeySource
from hotrun.config.importers.key_reader import Keys
from hotrun.config.loading.load import read_toml

TOOL = "air"
_INCLUDE_EXT = ["go", "tpl", "tmpl", "html"]
_EXCLUDE_DIR = ["assets", "tmp", "vendor", "testdata"]
_EXCLUDE_REGEX = ["_test.go"]
_CMD, _BIN = "go build -o ./tmp/main .", "./tmp/main"
_SYSTEMS = {"windows": "win32", "darwin": "darwin", "linux": "linux"}
# The files that common generators write, for `outputs`.
_GENERATED = {
    "templ generate": ["*_templ.go"],
    "swag init": ["/docs/docs.go", "/docs/swagger.json", "/docs/swagger.yaml"],
}
_MIN_POLL_MS = 500
# Keys with lists, whose items commas separate in a flag.
_LISTS = (
    "pre_cmd post_cmd entrypoint args_bin include_ext include_dir include_file exclude_dir exclude_file exclude_regex "
    "env_files"
).split()
_NS_IN_MS = 1_000_000


def convert(source: KeySource) -> Imported:
    """Convert an .air.toml. Raises ConfigError for invalid TOML."""
    return from_tables(dict(read_toml(source.text, source.name)), ImportDraft(TOOL, source))


def from_tables(tables: dict[str, Any], draft: ImportDraft) -> Imported:
    """Convert the tables of an .air.toml, which may come from flags."""
    keys = Keys(tables, draft)
    air = _Air(keys, draft)
    air.watch()
    air.build()
    air.run()
    air.rules()
    air.proxy()
    air.skip()
    draft.report_ignore_files()
    keys.finish()
    return draft.finish()


class _Air:
    """Converts one configuration of air into a draft."""

    def __init__(self, keys: Keys, draft: ImportDraft) -> None:
        self.keys = keys
        self.draft = draft
        self.given = keys.table("build")
        self.system = self._current_system()
        self.rule_tables = self.given.tables("rules")
        self.paths, self.paths_origin = self._build_paths()
        self.needs: list[str] = []  # of the next step or process

    def watch(self) -> None:
        """Convert what air watches, and how."""
        root = patterns.plain(self.keys.text("root") or ".")
        if root:
            self.draft.report(f"root = {root}", "paths are relative to that folder: move hotrun.toml there")
        if files := self.keys.texts("env_files"):
            self.draft.put(files, "env_files", source="env_files")
        folders = self.given.texts("exclude_dir")
        excluded = _EXCLUDE_DIR if folders is None else folders
        self._exclude([patterns.folder(path) for path in excluded if patterns.plain(path)], "exclude_dir", folders)
        folders = [self.keys.text(key) or key.removesuffix("_dir") for key in ("tmp_dir", "testdata_dir")]
        self.draft.extend([*map(patterns.folder, folders), ".*/"], "watch", "exclude")
        self.draft.remark("tmp_dir, testdata_dir, hidden folders", "watch", "exclude")
        files = self.given.texts("exclude_file")
        self._exclude([pattern for path in files or [] for pattern in patterns.rooted(path)], "exclude_file", files)
        given = self.given.texts("exclude_regex")
        for text in _EXCLUDE_REGEX if given is None else given:
            self._exclude_regex(text, given)
        self._polling()
        if self.given.flag("follow_symlink"):
            self.draft.put(True, "watch", "follow_symlinks", source="build.follow_symlink")

    def build(self) -> None:
        """Convert pre_cmd and cmd to steps, each of which needs the one before."""
        commands = [command for command in self._first("pre_cmd") or [] if command.strip()]
        for command in commands:
            made = next((made for start, made in _GENERATED.items() if start in command), [])
            self._step("pre", command, "build.pre_cmd", outputs=made)
        if commands:
            why = "hotrun fails the build if it fails, air only with stop_on_error"
            self.draft.report("build.pre_cmd", f"{why}. Add the files that it writes to `outputs`")
        given = self._first("cmd")
        command = _CMD if given is None else " ".join(given)
        if command.strip():
            origin = f"build.cmd{_default(given)}"
            self._step(STEP, command, origin, outputs=self._built(command))

    def run(self) -> None:
        """Convert the program: full_bin, the entrypoint, or the deprecated bin, with its arguments."""
        command, env, origin = self._command()
        name = self.draft.process(PROCESS, command, origin, needs=self.needs, env=env)
        if env:
            self.draft.remark("build.full_bin", "run", name, "env")
        if not self.needs:
            self.draft.put(self.paths or ["**"], "run", name, "paths", source=self.paths_origin)
        elif self.paths is not None and (paths := go_tools.restarting(self.paths)):
            self.draft.put(paths, "run", name, "paths", source=go_tools.RESTART_ONLY)
        if self.given.flag("stop_on_error"):
            self.draft.put("stop", "run", name, "on_failed_build", source="build.stop_on_error")
        if self.given.flag("rerun"):
            self.draft.put("restart", "run", name, "on_exit", source="build.rerun")
        self.given.skip("not needed: hotrun restarts with backoff", "rerun_delay")
        self._stop(name)

    def rules(self) -> None:
        """Convert each rule to a separate step that nothing needs."""
        for number, rule in enumerate(self.rule_tables, 1):
            paths, origin = self._matched(rule, rule.prefix)
            for text in rule.texts("exclude_regex") or []:
                found = regexes.patterns(text, rooted=False)
                if found is None:
                    self.draft.report(f"{rule.prefix}exclude_regex = {text}", "no equivalent gitignore pattern")
                elif paths is not None:
                    paths += [f"!{pattern}" for pattern in found]
            name = self.draft.step(rule.text("name") or f"rule-{number}", rule.text("cmd") or "", f"{rule.prefix}cmd")
            self.draft.remark(f"{rule.prefix}name", "build", name)
            if paths is not None:
                self.draft.put(paths, "build", name, "paths", source=origin)
            rule.skip(go_tools.AT_ONCE, "delay")
            self.draft.report(f"{rule.prefix}cmd", "also runs at the start, like every step")

    def proxy(self) -> None:
        """Convert the ports of the proxy and of the program, which also becomes the readiness probe."""
        proxy = self.keys.table("proxy")
        enabled = proxy.flag("enabled")
        ports = [proxy.number("proxy_port"), proxy.number("app_port")]
        timeout = proxy.number("app_start_timeout")
        if not enabled or not all(ports):
            if proxy.names():
                self.draft.report("proxy", "disabled")
            return
        listen, app = (int(port or 0) for port in ports)
        self.draft.put(f"127.0.0.1:{listen}", "proxy", "listen", source="proxy.proxy_port")
        self.draft.put(PROCESS, "proxy", "target", source="proxy.enabled")
        self.draft.put({"tcp": f"127.0.0.1:{app}"}, "run", PROCESS, "ready", source="proxy.app_port")
        if timeout:
            ready = {"tcp": f"127.0.0.1:{app}", "timeout": words.duration(timeout)}
            self.draft.put(ready, "run", PROCESS, "ready", source="proxy.app_start_timeout")
        self.draft.report("proxy", "listens only on this machine; air's listens on all addresses")

    def skip(self) -> None:
        """Report the keys without a counterpart."""
        given = self.given
        given.skip(go_tools.AT_ONCE, "delay")
        given.skip(go_tools.LOGS, "log")
        given.skip("not supported: no step runs at the end. Use `hotrun; COMMAND` in the shell", "post_cmd")
        given.skip("not needed: hotrun compares contents (`skip_unchanged` in [watch])", "exclude_unchanged")
        given.skip("not needed: hotrun runs in any folder", "ignore_dangerous_root_dir")
        for key in ("color", "log"):
            table = self.keys.table(key)
            table.skip(go_tools.COLORS if key == "color" else "not needed: see `--ui`", *table.names())
        misc, screen = self.keys.table("misc"), self.keys.table("screen")
        misc.skip("not needed: hotrun keeps the built files", "clean_on_exit")
        misc.skip("not needed: hotrun has no banner", "startup_banner")
        if screen.flag("clear_on_rebuild"):
            self.draft.put(True, "ui", "clear", source="screen.clear_on_rebuild")
        screen.skip("not needed: hotrun always keeps the scrollback", "keep_scroll")

    # --- parts of these ------------------------------------------------------------------------------------------

    def _current_system(self) -> Keys:
        """The table for the current system. The others are reported."""
        current = None
        for name, platform in _SYSTEMS.items():
            table = self.given.table(name)
            if platform == self.draft.source.system:
                current = table
            else:
                hint = "hotrun does not run there" if name == "windows" else f"put it in [profile.{name}]"
                table.skip(f"only used on {name}: {hint}", *table.names())
        return current or self.given

    def _first(self, key: str) -> list[str] | None:
        """A key of the current system's table, otherwise of [build]."""
        current = self.system.texts(key) if self.system.has(key) else None
        common = self.given.texts(key)
        return common if current is None else current

    def _build_paths(self) -> tuple[list[str] | None, str]:
        """The patterns of the files that trigger a build: those of [build] without those of the rules, which win."""
        paths, origin = self._matched(self.given, "build.")
        if paths is None:
            return None, origin
        ruled = [path for rule in self.rule_tables for path in self._matched(rule, rule.prefix)[0] or []]
        return [*paths, *(f"!{path}" for path in ruled)], origin

    def _matched(self, keys: Keys, where: str) -> tuple[list[str] | None, str]:
        """The patterns of the files that trigger [build] or a rule, None for all, and the keys they come from."""
        given = keys.texts("include_ext")
        defaults = _INCLUDE_EXT if keys is self.given and given is None else []
        found = patterns.extensions(given if given is not None else defaults)
        origin = [f"{where}include_ext{_default(given)}"] if given is not None or defaults else []
        folders = list(map(patterns.plain, keys.texts("include_dir") or []))
        if any(folders):
            found = [_below(folder, pattern) for folder in folders for pattern in found or ["**"]]
            origin.append(f"{where}include_dir")
            if outside := [folder for folder in folders if not patterns.is_inside(folder)]:
                self.draft.extend([".", *outside], "watch", "paths", source=f"{where}include_dir")
        if files := keys.texts("include_file"):
            found += map(patterns.file, files)
            origin.append(f"{where}include_file")
        return (None if "**" in found else found), ", ".join(origin)

    def _exclude(self, found: list[str], key: str, given: object) -> None:
        if found:
            self.draft.extend(found, "watch", "exclude", source=f"build.{key}{_default(given)}")

    def _exclude_regex(self, text: str, given: object) -> None:
        found = regexes.patterns(text, rooted=False) if text else []
        if found is None:
            self.draft.report(
                f"build.exclude_regex = {text}", "no equivalent gitignore pattern: see `exclude` in [watch]"
            )
        else:
            self._exclude(found, "exclude_regex", given)

    def _polling(self) -> None:
        poll, interval = self.given.flag("poll"), self.given.number("poll_interval")
        if not poll:
            if self.given.has("poll") or self.given.has("poll_interval"):
                self.draft.report("build.poll, build.poll_interval", "not needed: hotrun polls where necessary")
            return
        self.draft.put("always", "watch", "poll", source="build.poll")
        if interval:
            ms = words.duration(max(interval, _MIN_POLL_MS))
            self.draft.put(ms, "watch", "poll_interval", source="build.poll_interval")

    def _step(self, wanted: str, command: str, origin: str, outputs: list[str]) -> None:
        name = self.draft.step(wanted, command, origin, needs=self.needs)
        if self.paths is not None:
            self.draft.put(self.paths, "build", name, "paths", source=self.paths_origin)
        if outputs:
            self.draft.put(outputs, "build", name, "outputs")
        self.needs = [name]

    def _built(self, command: str) -> list[str]:
        """The program as an output of the step if its command names it, as it does not name a script.

        Without outputs, every build restarts the program, as in air.
        """
        line, _, _ = self._command()
        first = patterns.plain((words.split(line) or [""])[0] if isinstance(line, str) else line[0])
        return go_tools.binary_outputs(first) if "/" in first and first in command else []

    def _command(self) -> tuple[str | list[str], dict[str, str], str]:
        """The command, its variables, and the keys that they come from."""
        arguments = self._first("args_bin") or []
        more = ", build.args_bin" if arguments else ""
        entry, deprecated = self._first("entrypoint"), self._first("bin")
        env: dict[str, str] = {}
        if full := " ".join(self._first("full_bin") or []).strip():
            env, first = words.without_variables(full)
            for key in ("entrypoint", "bin"):
                self.given.skip("not used: full_bin wins", key)
            origin = "build.full_bin"
        else:
            first = " ".join(entry or deprecated or [_BIN])
            origin = "build.entrypoint" if entry else f"build.bin{_default(deprecated)}"
        # air joins all words with spaces for the shell, which may split an argument into two.
        line = " ".join([first, *arguments])
        found = words.split(line)
        plain = found is not None and not words.needs_shell(line)
        return (found if plain and found else line), env, origin + more

    def _stop(self, name: str) -> None:
        delay = self.given.text("kill_delay")
        if not self.given.flag("send_interrupt"):
            self.given.skip("not needed: air does not wait without send_interrupt", "kill_delay")
            self.draft.report("build.send_interrupt", go_tools.TERMINATION.format(tool=TOOL))
            return
        self.draft.put("SIGINT", "run", name, "stop_signal", source="build.send_interrupt")
        timeout = _delay(delay) if delay is not None else None
        if timeout not in (None, "0s"):
            self.draft.put(timeout, "run", name, "stop_timeout", source="build.kill_delay")
        elif delay is not None:
            self.draft.report(f"build.kill_delay = {delay}", "hotrun waits up to 5s for the program to exit")


def _below(folder: str, pattern: str) -> str:
    if not folder:
        return pattern
    front = "" if not patterns.is_inside(folder) else "/"
    return f"{front}{patterns.literal(folder)}/**" + ("" if pattern == "**" else f"/{pattern}")


def _delay(text: str) -> str | None:
    """Convert air's kill_delay, a Go duration or a number: milliseconds below a million, otherwise nanoseconds."""
    if text.isdigit():
        number = int(text)
        return words.duration(number if number < _NS_IN_MS else number / _NS_IN_MS)
    return words.go_duration(text)


def _default(given: object) -> str:
    return " (default)" if given is None else ""


def from_flags(line: list[str], draft: ImportDraft) -> Imported:
    """Convert `air [-c FILE] [--build.cmd X] [ARGUMENTS]`. Its flags are the keys of its file. Raises ConfigError."""
    tables: dict[str, Any] = {}
    rest = list(line)
    while rest and rest[0].startswith("-") and rest[0] != "--":
        flag, mark, value = rest.pop(0).lstrip("-").partition("=")
        if flag in ("d", "v"):
            draft.report(f"-{flag}", "not needed")
            continue
        value = value if mark else (rest.pop(0) if rest else "")
        if flag == "c":
            draft.report(f"-c {value}", f"convert that file as well: hotrun init --from {shlex.quote(value)}")
            continue
        *above, key = flag.split(".")
        table = tables
        for name in above:
            table = table.setdefault(name, {})
        table[key] = value.split(",") if key in _LISTS else value
    if rest and rest[0] == "--":
        rest.pop(0)
    if rest:
        tables.setdefault("build", {})["args_bin"] = rest
    return from_tables(tables, draft)
