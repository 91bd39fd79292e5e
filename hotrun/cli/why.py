"""`hotrun why`: is a path watched, by which rule in which line, and what would a change to it start."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

import msgspec

from hotrun.cli.options import Options
from hotrun.cli.places import ConfigPlaces, part_of, rule_text
from hotrun.cli.project import ChosenProject, choose, enter
from hotrun.cli.say import say
from hotrun.client import Client, client_of
from hotrun.config.loading.load import display_name
from hotrun.core.changes.links import Consequence, Link, Links
from hotrun.core.changes.step_inputs import InputListings
from hotrun.core.model.project import ListedFile, Project
from hotrun.core.model.text import count, duration, listed
from hotrun.errors import HotrunError
from hotrun.inspect.scan import IgnoreRule, PathStatus, list_inputs, status_of
from hotrun.inspect.walk import watched_files

ANY_FILE = "any file"  # stands for what may be made in a folder: no pattern of a kind of file matches it


class Decided(msgspec.Struct, frozen=True):
    """One change and what a running hotrun made of it, so many milliseconds ago; `build`: the one that it caused."""

    ago_ms: int
    text: str
    build: int | None


class WhyAnswer(msgspec.Struct, frozen=True):
    """What `--json` prints. `triggers`: whether a change starts anything. `decisions`: None if nothing is running."""

    path: str
    watched: bool
    triggers: bool
    is_configuration: bool
    sight: PathStatus
    output_of: Link | None
    consequences: tuple[Consequence, ...]
    files: int | None
    decisions: tuple[Decided, ...] | None = None


def why(options: Options, path: str, as_json: bool) -> int:
    """Explain `path`; returns 0 where a change to it would trigger something, else 1. Raises HotrunError."""
    folder = enter(options)
    if path == "":
        raise HotrunError("expected a path, got nothing", "hotrun why PATH")
    chosen = choose(options, folder)
    answer = _answer(chosen.project, status_of(chosen.project, path), _listings(chosen.project))
    answer = msgspec.structs.replace(answer, decisions=_decisions(chosen.project, answer.sight))
    if as_json:
        import json  # unlike msgspec it writes names that are no text, escaped

        print(json.dumps(msgspec.to_builtins(answer)))
    else:
        for line in _worded(answer, chosen, ConfigPlaces(options, chosen)):
            say(line)
    return 0 if answer.triggers else 1


def _listings(project: Project) -> InputListings:
    """The inputs of the steps with `inputs`: from the running hotrun, else listed now."""
    listings = InputListings(project)
    steps = [step for step in project.steps.values() if step.inputs]
    client = client_of(project.root) if steps else None
    with contextlib.nullcontext() if client is None else client:
        for step in steps:
            listing = listings.of(step.name)
            assert listing is not None
            files, error = _known_files(client, step.name) if client is not None else (None, None)
            if files is None:
                found = list_inputs(project, step)
                files, error = found.files, found.error
            listing.use(files, error)
    return listings


def _known_files(client: Client, step: str) -> tuple[dict[str, ListedFile] | None, str | None]:
    try:
        found = client.ask("inputs", name=step)
    except HotrunError:
        return None, None
    return msgspec.convert(found["files"], dict[str, ListedFile] | None), found["error"]


def _answer(project: Project, sight: PathStatus, listings: InputListings) -> WhyAnswer:
    plan = Links(project, listings)
    name = os.path.relpath(sight.path, project.root)
    is_configuration = sight.path == project.config
    names, files, output = [name], None, None
    if sight.is_folder and sight.is_watched:
        below = "" if name == "." else f"{name}/"
        watched = [file for file in watched_files(project) if file.startswith(below)]
        files = len(watched)
        names = [*(file for file in watched if not _is_only_configuration(project, file)), below + ANY_FILE]
    elif sight.is_watched:
        output = plan.output_of(name)
    found: tuple[Consequence, ...] = ()
    if sight.is_watched and not _is_only_configuration(project, name):
        found = plan.consequences(names)
    triggers = sight.is_watched and (is_configuration or bool(found))
    return WhyAnswer(
        display_name(sight.path), sight.is_watched, triggers, is_configuration, sight, output, found, files
    )


def _decisions(project: Project, sight: PathStatus) -> tuple[Decided, ...] | None:
    """The last decisions of the running hotrun about it, the oldest first; None if there is none."""
    client = client_of(project.root)
    if client is None:
        return None
    name = os.fsencode(os.path.relpath(sight.path, project.root)).decode("utf-8", "replace")  # as changes name it
    with client:
        try:
            found = client.ask("why", path=name)
        except HotrunError:
            return None
    return msgspec.convert(found["decisions"], tuple[Decided, ...])


def _is_only_configuration(project: Project, name: str) -> bool:
    """A hotrun.toml is nobody's source; a pyproject.toml says more than our table."""
    is_configuration = project.config is not None and name == os.path.relpath(project.config, project.root)
    return is_configuration and not name.endswith("pyproject.toml")


def _worded(answer: WhyAnswer, chosen: ChosenProject, places: ConfigPlaces) -> Iterator[str]:
    sight = answer.sight
    yield f"{_shown(sight.path, sight.is_folder)}: {_heading(answer)}"
    if sight.through is not None:
        yield f"  {_shown(sight.through, True)} is a link to {_shown(os.path.realpath(sight.through), True)}"
    if not sight.is_watched:
        yield from (f"  {line}" for line in _obstacle(sight, chosen, places))
    elif answer.output_of is not None:
        yield f"  {places.of(answer.output_of)} makes it an output, and changes trigger nothing"
    else:
        if sight.rule is not None:
            yield f"  re-included by {rule_text(sight.rule, places)}"
        if answer.is_configuration:
            yield "  it is the configuration, and hotrun reloads it"
        yield from (f"  {_effect(found, answer, chosen, places)}" for found in answer.consequences)
        if not answer.triggers:
            yield "  matches no step or process"
    yield from (f"  {_ago(found.ago_ms)}: {_decided(found)}" for found in reversed(answer.decisions or ()))


def _ago(ms: int) -> str:
    return f"{duration(ms // 1000 * 1000)} ago" if ms >= 1000 else "just now"


def _decided(found: Decided) -> str:
    return found.text if found.build is None else f"{found.text} (build #{found.build})"


def _heading(answer: WhyAnswer) -> str:
    said = "watched" if answer.watched else "not watched"
    if answer.files is not None and answer.sight.exists:
        said += f", {count(answer.files, 'file')}"
    return said if answer.sight.exists else f"{said} (does not exist)"


def _obstacle(sight: PathStatus, chosen: ChosenProject, places: ConfigPlaces) -> Iterator[str]:
    at = sight.at or sight.path
    is_above = at != sight.path
    where = f"its parent folder {_shown(at, True)}" if is_above else "it"
    match sight.reason:
        case "ignored" if sight.rule is not None:
            is_folder = is_above or sight.is_folder
            yield f"{where} is ignored by {rule_text(sight.rule, places)}"
            yield from _remedy(sight.rule, at, is_folder, chosen)
        case "outside":
            yield f"it is outside the watched folders: {listed([_shown(r, True) for r in chosen.project.watch.roots])}"
        case "link":
            leads_to = _shown(os.path.realpath(at), True)
            behind = f"it is behind the link {_shown(at, False)} to {leads_to}, which"
            yield f"{behind if is_above else f'it is a link to {leads_to}, which'} is not followed"
            yield "to follow links: set follow_symlinks = true in [watch]"
        case "loop":
            yield f"{where} links back to one of its parent folders"
        case "name":
            yield f"{where} has a name that is not UTF-8"
        case "unreadable":
            yield f"{where} cannot be read"
        case _:
            yield "it is neither a file nor a folder"


def _remedy(rule: IgnoreRule, at: str, is_folder: bool, chosen: ChosenProject) -> Iterator[str]:
    """How to watch it after all, where a line in the configuration does that."""
    name = os.path.relpath(at, chosen.project.root)
    if rule.kind in ("own folder", "exclude") or name.startswith("../") or any(c in name for c in "*?[]\\!#\"' "):
        return
    yield f'to watch it: add "!/{name}{"/" if is_folder else ""}" to exclude in [watch]'


def _effect(found: Consequence, answer: WhyAnswer, chosen: ChosenProject, places: ConfigPlaces) -> str:
    name = ".".join(part_of(chosen, found.part))
    needed = listed([".".join(part_of(chosen, step)) for step in found.after])
    is_step = found.part in chosen.project.steps
    if found.link is None:
        return f"{name} runs after {needed}" if is_step else f"{name} restarts when {needed} {_pass(found)}"
    does = "runs" if is_step else "restarts"
    if found.link.key == "reload.paths":
        does = f"gets {_reload_signal(found.part, chosen)}"
    said = f"{name} {does}: {places.of(found.link)}"
    if found.link.key == "inputs":
        said += f", by {found.link.by}" if found.link.by is not None else ", but its inputs are not fully known"
    if answer.files and found.link.number is not None and answer.files > 0:
        said += f" ({count(min(found.files, answer.files), 'file')})"
    if found.after and not is_step:
        said += f", when {needed} {_pass(found)}"
    return said


def _reload_signal(part: str, chosen: ChosenProject) -> str:
    reload = chosen.project.processes[part].reload
    assert reload is not None
    return reload.signal


def _pass(found: Consequence) -> str:
    return "passes" if len(found.after) == 1 else "pass"


def _shown(path: str, is_folder: bool) -> str:
    name = display_name(path)
    return f"{name}/" if is_folder and not name.endswith("/") else name
