"""nodemon: nodemon.json, `nodemonConfig` in a package.json, and its flags: one process, restarted on changes."""

from __future__ import annotations

import os.path
import shlex
from collections.abc import Mapping

from hotrun.config.importers import bee, patterns, words
from hotrun.config.importers.flags import Flags
from hotrun.config.importers.imported import ImportDraft, Imported, KeySource
from hotrun.config.importers.key_reader import Keys

TOOL = "nodemon"
_EXT = ["js,mjs,cjs,json"]
_IGNORED = ["bower_components/", ".nyc_output/", "coverage/", ".sass-cache/"]
_SIGNAL = "SIGUSR2"
_POLLING = "not needed: hotrun polls where the system reports no changes"
_VALUED = (
    "-w|--watch",
    "-i|--ignore",
    "-e|--ext",
    "-x|--exec",
    "-d|--delay",
    "-s|--signal",
    "-P|--polling-interval",
    "--config",
    "--cwd",
)
_PLAIN = (
    "-L|--legacy-watch",
    "-C|--on-change-only",
    "-V|--verbose",
    "-q|--quiet",
    "-I|--no-stdin",
    "--no-colours",
    "--no-colors",
    "--exitcrash",
    "--dump",
    "-t|--spawn",
    "--no-update-notifier",
)
# Flags with a key of the same meaning in nodemon.json: repeated ones, ones with a value, switches.
_LIST_KEYS = {"-w": "watch", "-i": "ignore"}
_VALUE_KEYS = {"-e": "ext", "-x": "exec", "-d": "delay", "-s": "signal", "-P": "pollingInterval", "--cwd": "cwd"}
_SWITCH_KEYS = {"-L": "legacyWatch", "-C": "runOnChangeOnly", "-V": "verbose", "-q": "quiet"}


def convert(source: KeySource) -> Imported:
    """Convert a nodemon.json, or a package.json with nodemonConfig. Raises ConfigError for invalid JSON."""
    draft = ImportDraft(TOOL, source)
    found = bee.json_table(source)
    if "nodemonConfig" not in found:
        return _convert(Keys(found, draft), draft)
    inner = found["nodemonConfig"]
    keys = Keys(inner if isinstance(inner, dict) else {}, draft, "nodemonConfig.")
    main = found.get("main")
    return _convert(keys, draft, main if isinstance(main, str) else None)


def from_flags(line: list[str], draft: ImportDraft) -> Imported:
    """Convert `nodemon [FLAGS] [SCRIPT] [ARGUMENTS]`, like a file with the same keys."""
    flags = Flags(line, _VALUED, _PLAIN, draft)
    table = _table(flags)
    flags.skip("convert that file as well: hotrun init --from FILE", "--config")
    flags.skip("not needed", "-I", "--no-colours", "--no-colors", "--dump", "-t", "--no-update-notifier")
    flags.skip('see `on_exit = "quit"`', "--exitcrash")
    rest = flags.rest
    while rest and rest[0].startswith("-"):
        rest = rest[1:]
    flags.finish()
    if rest:
        table["script"] = rest[0]
        table["args"] = rest[1:]
    return _convert(Keys(table, draft), draft)


def _table(flags: Flags) -> dict[object, object]:
    """The keys of a nodemon.json for these flags."""
    lists = {key: flags.values(flag) for flag, key in _LIST_KEYS.items()}
    values = {key: flags.value(flag) for flag, key in _VALUE_KEYS.items()}
    switches = [key for flag, key in _SWITCH_KEYS.items() if flags.has(flag)]
    return {
        **{key: texts for key, texts in lists.items() if texts},
        **{key: text for key, text in values.items() if text is not None},
        **dict.fromkeys(switches, True),
    }


def _convert(keys: Keys, draft: ImportDraft, main: str | None = None) -> Imported:
    command, origin = _command(keys, draft, main)
    env_keys = keys.table("env")
    env = {name: env_keys.text(name) or "" for name in env_keys.names()}
    paths, paths_origin = _paths(keys)
    name = draft.process("app", command, origin, env=env)
    if env:
        draft.remark(keys.path("env"), "run", name, "env")
    draft.put(paths, "run", name, "paths", source=paths_origin)
    if folder := keys.text("cwd"):
        draft.put(folder, "run", name, "cwd", source=keys.path("cwd"))
    given = keys.text("signal")
    signal = words.signal_name(given or _SIGNAL)
    draft.put(signal, "run", name, "stop_signal", source=keys.path("signal") + ("" if given else " (default)"))
    _watch(keys, draft)
    _skip(keys, draft)
    keys.finish()
    return draft.finish()


def _command(keys: Keys, draft: ImportDraft, main: str | None) -> tuple[str, str]:
    """The command, and the keys that it comes from."""
    executable, script = keys.text("exec"), keys.text("script") or main
    arguments = [shlex.quote(word) for word in keys.texts("args") or []]
    node_arguments = keys.texts("nodeArgs") or []
    program, origin = _program(keys, draft, script)
    if executable is not None:
        scripts = [shlex.quote(script)] if script and script != main else []
        return " ".join([executable, *scripts, *arguments]), keys.path("exec")
    options = [shlex.join(node_arguments)] if node_arguments else []
    # Without a script, Node itself runs the one that package.json names.
    command = " ".join([program, *options, shlex.quote(script) if script else ".", *arguments])
    return command, ", ".join([origin, *(keys.path(key) for key in ("args", "nodeArgs") if keys.has(key))])


def _program(keys: Keys, draft: ImportDraft, script: str | None) -> tuple[str, str]:
    """The program that runs `script`, and the key that it comes from."""
    programs = {key: value or "" for key, value in _texts(keys.table("execMap")).items()}
    kind = os.path.splitext(script or "")[1].lstrip(".")
    if programs and kind not in programs:
        draft.report(keys.path("execMap"), f"for other kinds of scripts than {script or 'the one that is run'}")
    if kind in programs:
        origin = f"{keys.path('execMap')}.{kind}"
    else:
        origin = keys.path("script") if script else "nodemon's default"
    return programs.get(kind) or ("ts-node" if kind in ("ts", "tsx") else "node"), origin


def _paths(keys: Keys) -> tuple[list[str], str]:
    """The patterns of the files that restart the program, and the keys that they come from."""
    given = keys.texts("ext")
    extensions = patterns.extensions(given or _EXT)
    origin = keys.path("ext") + ("" if given else " (default)")
    watched = keys.texts("watch") or []
    if not any(path.strip("./*") for path in watched):
        return extensions, origin
    found = [pattern for path in watched for pattern in _watched(path, extensions)]
    return found, f"{keys.path('watch')}, {origin}"


def _watched(path: str, extensions: list[str]) -> list[str]:
    """The patterns of one value of `watch`: an exception, a glob, a file or a folder."""
    if path.startswith("!"):
        return [f"!{pattern}" for pattern in patterns.anywhere(path[1:])]
    if any(mark in path for mark in "*?[{"):
        return patterns.rooted(path)
    if os.path.splitext(path)[1] and not path.endswith("/"):
        return [patterns.file(path)]
    folder = patterns.plain(path)
    prefix = f"/{patterns.literal(folder)}/**/" if folder else ""
    return [prefix + extension for extension in extensions]


def _watch(keys: Keys, draft: ImportDraft) -> None:
    outside = [path for path in map(patterns.plain, keys.texts("watch") or []) if path and not patterns.is_inside(path)]
    if outside:
        draft.put([".", *outside], "watch", "paths", source=keys.path("watch"))
    draft.extend(_IGNORED, "watch", "exclude", source=f"{keys.path('ignoreRoot')} (default)")
    if ignored := patterns.each_anywhere(keys.texts("ignore") or []):
        draft.extend(ignored, "watch", "exclude", source=keys.path("ignore"))
    if keys.flag("legacyWatch"):
        draft.put("always", "watch", "poll", source=keys.path("legacyWatch"))
        if interval := keys.number("pollingInterval"):
            draft.put(words.duration(interval), "watch", "poll_interval", source=keys.path("pollingInterval"))
    keys.skip(_POLLING, "pollingInterval", "watchOptions")


def _skip(keys: Keys, draft: ImportDraft) -> None:
    events = keys.table("events")
    events.skip("not supported: hotrun runs no commands on events; `hotrun --ui json` prints them", *events.names())
    keys.skip("not needed: hotrun starts at once and debounces bursts: `debounce` in [watch]", "delay")
    keys.skip("not supported: hotrun starts processes at once", "runOnChangeOnly")
    keys.skip("see `gitignore` and `exclude` in [watch]", "ignoreRoot")
    keys.skip("not needed: hotrun has keys for this", "restartable", "stdin")
    keys.skip("not needed: see `--ui`", "verbose", "quiet", "colours", "colors", "stdout", "dump", "spawn")
    draft.report_ignore_files()
    draft.report("", "after the program exits or crashes, hotrun waits for a change, like nodemon: `on_exit`")


def _texts(keys: Keys) -> Mapping[str, str | None]:
    return {key: keys.text(key) for key in keys.names()}
