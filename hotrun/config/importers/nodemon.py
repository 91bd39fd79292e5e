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
_POLLING = "not needed: hotrun polls where the system tells of no changes"
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


def convert(source: KeySource) -> Imported:
    """The text of a nodemon.json, or of a package.json with nodemonConfig. Raises ConfigError for what is no JSON."""
    draft = ImportDraft(TOOL, source)
    found = bee.json_table(source)
    if "nodemonConfig" not in found:
        return _finished(Keys(found, draft), draft)
    inner = found["nodemonConfig"]
    keys = Keys(inner if isinstance(inner, dict) else {}, draft, "nodemonConfig.")
    main = found.get("main")
    return _finished(keys, draft, main if isinstance(main, str) else None)


def from_flags(line: list[str], draft: ImportDraft) -> Imported:
    """`nodemon [FLAGS] [SCRIPT] [ARGUMENTS]`: as its file with the same keys."""
    flags = Flags(line, _VALUED, _PLAIN, draft)
    table: dict[object, object] = {}
    for flag, key in (("-w", "watch"), ("-i", "ignore")):
        if values := flags.values(flag):
            table[key] = values
    for flag, key in (
        ("-e", "ext"),
        ("-x", "exec"),
        ("-d", "delay"),
        ("-s", "signal"),
        ("-P", "pollingInterval"),
        ("--cwd", "cwd"),
    ):
        value = flags.value(flag)
        if value is not None:
            table[key] = value
    for flag, key in (("-L", "legacyWatch"), ("-C", "runOnChangeOnly"), ("-V", "verbose"), ("-q", "quiet")):
        if flags.has(flag):
            table[key] = True
    flags.skip("read that file as well: hotrun init --from FILE", "--config")
    flags.skip("not needed", "-I", "--no-colours", "--no-colors", "--dump", "-t", "--no-update-notifier")
    flags.skip('see `on_exit = "quit"`', "--exitcrash")
    rest = flags.rest
    while rest and rest[0].startswith("-"):
        rest = rest[1:]
    flags.finish()
    if rest:
        table["script"] = rest[0]
        table["args"] = rest[1:]
    return _finished(Keys(table, draft), draft)


def _finished(keys: Keys, draft: ImportDraft, main: str | None = None) -> Imported:
    command, origin = _command(keys, draft, main)
    env_keys = keys.table("env")
    env = {name: env_keys.text(name) or "" for name in env_keys.names()}
    paths, paths_from = _paths(keys)
    name = draft.process("app", command, origin, env=env)
    if env:
        draft.remark(keys.path("env"), "run", name, "env")
    draft.put(paths, "run", name, "paths", source=paths_from)
    if folder := keys.text("cwd"):
        draft.put(folder, "run", name, "cwd", source=keys.path("cwd"))
    given = keys.text("signal")
    signal = words.signal_name(given or _SIGNAL)
    draft.put(signal, "run", name, "stop_signal", source=keys.path("signal") + ("" if given else " (default)"))
    _watch(keys, draft)
    _leave_out(keys, draft)
    keys.finish()
    return draft.finish()


def _command(keys: Keys, draft: ImportDraft, main: str | None) -> tuple[str, str]:
    """What is run, and where that stands. Without any script, Node itself finds what package.json names."""
    own, script, arguments = keys.text("exec"), keys.text("script") or main, keys.texts("args") or []
    node = shlex.join(keys.texts("nodeArgs") or [])
    programs = {key: value or "" for key, value in _texts(keys.table("execMap")).items()}
    kind = os.path.splitext(script or "")[1].lstrip(".")
    if programs and kind not in programs:
        draft.note(keys.path("execMap"), f"for other kinds of scripts than {script or 'the one that is run'}")
    if own is not None:
        words_of = [own, *([shlex.quote(script)] if script and script != main else []), *map(shlex.quote, arguments)]
        return " ".join(words_of), keys.path("exec")
    program = programs.get(kind) or ("ts-node" if kind in ("ts", "tsx") else "node")
    origin = (
        f"{keys.path('execMap')}.{kind}" if kind in programs else keys.path("script") if script else "nodemon's default"
    )
    parts = [program, *([node] if node else []), shlex.quote(script) if script else ".", *map(shlex.quote, arguments)]
    for key in ("args", "nodeArgs"):
        origin += f", {keys.path(key)}" if keys.has(key) else ""
    return " ".join(parts), origin


def _paths(keys: Keys) -> tuple[list[str], str]:
    given = keys.texts("ext")
    extensions = patterns.extensions(given or _EXT)
    origin = keys.path("ext") + ("" if given else " (default)")
    watched = keys.texts("watch") or []
    if not any(path.strip("./*") for path in watched):
        return extensions, origin
    found: list[str] = []
    for path in watched:
        if path.startswith("!"):
            found += [f"!{pattern}" for pattern in patterns.anywhere(path[1:])]
        elif any(mark in path for mark in "*?[{"):
            found += patterns.rooted(path)
        elif os.path.splitext(path)[1] and not path.endswith("/"):
            found.append(patterns.file(path))
        else:
            inside = patterns.plain(path)
            front = f"/{patterns.literal(inside)}/**/" if inside else ""
            found += [f"{front}{one}" for one in extensions]
    return found, f"{keys.path('watch')}, {origin}"


def _watch(keys: Keys, draft: ImportDraft) -> None:
    outside = [path for path in map(patterns.plain, keys.texts("watch") or []) if path and not patterns.is_inside(path)]
    if outside:
        draft.put([".", *outside], "watch", "paths", source=keys.path("watch"))
    draft.extend(_IGNORED, "watch", "exclude", source=f"{keys.path('ignoreRoot')} (default)")
    ignored = [pattern for path in keys.texts("ignore") or [] for pattern in patterns.anywhere(path)]
    if ignored:
        draft.extend(ignored, "watch", "exclude", source=keys.path("ignore"))
    if keys.flag("legacyWatch"):
        draft.put("always", "watch", "poll", source=keys.path("legacyWatch"))
        if interval := keys.number("pollingInterval"):
            draft.put(words.duration(interval), "watch", "poll_interval", source=keys.path("pollingInterval"))
    keys.skip(_POLLING, "pollingInterval", "watchOptions")


def _leave_out(keys: Keys, draft: ImportDraft) -> None:
    events = keys.table("events")
    events.skip("cannot be: hotrun runs no commands at events; `hotrun --ui json` tells them", *events.names())
    keys.skip("not needed: hotrun starts at once and debounces bursts: `debounce` in [watch]", "delay")
    keys.skip("cannot be: a process starts at the start", "runOnChangeOnly")
    keys.skip("see `gitignore` and `exclude` in [watch]", "ignoreRoot")
    keys.skip("not needed: see the keys that hotrun itself has", "restartable", "stdin")
    keys.skip("not needed: see `--ui`", "verbose", "quiet", "colours", "colors", "stdout", "dump", "spawn")
    draft.note_ignore_files()
    draft.note("", "a program that ends well or crashes waits for a change, as in nodemon: `on_exit`")


def _texts(keys: Keys) -> Mapping[str, str | None]:
    return {key: keys.text(key) for key in keys.names()}
