"""Where the keys of a configuration stand, as messages say it: "hotrun.toml:9: build.app.paths[0]"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hotrun.cli.options import Options
from hotrun.cli.project import ChosenProject
from hotrun.config.loading.load import display_name
from hotrun.config.loading.problems import Path, key_path
from hotrun.core.changes.links import Link

if TYPE_CHECKING:
    from hotrun.inspect.scan import IgnoreRule


class ConfigPlaces:
    """The places of one project's keys; without a file, only their names."""

    def __init__(self, options: Options, chosen: ChosenProject) -> None:
        self._profile = options.profile
        self._extra_excludes = len(options.exclude)
        self._chosen = chosen

    def of(self, link: Link) -> str:
        """The place of the pattern or file that `link` names, with its text."""
        if link.key == "exports":
            return f'{self._at(("exports", link.part, "path"))}: "{link.pattern}"'
        table = part_of(self._chosen, link.part)
        if link.number is None:
            return f"{self._at(table)} has no paths: every watched file"
        key: Path = (*table, *link.key.split("."), link.number)
        if link.key == "env_files":
            key = self._env_file(table, link.number)
        if link.key == "inputs" and self._is_one_input(link.part):
            key = key[:-1]
        return f'{self._at(key)}: "{link.pattern}"'

    def of_exclude(self, number: int) -> str:
        """The place of this element of watch.exclude; those of -x come behind those of the file."""
        own = len(self._chosen.project.watch.exclude) - self._extra_excludes
        return "-x" if number >= own else self._at(("watch", "exclude", number))

    def _env_file(self, table: Path, number: int) -> Path:
        """Those at the top level come before the part's own."""
        if self._chosen.path is None:
            return (*table, "env_files", number)
        from hotrun.config.loading.load import load

        above = len(load(self._chosen.path, self._profile).config.env_files)
        return ("env_files", number) if number < above else (*table, "env_files", number - above)

    def _is_one_input(self, step: str) -> bool:
        """Whether `inputs` is a string and no array."""
        if self._chosen.path is None:
            return len(self._chosen.project.steps[step].inputs) == 1
        from hotrun.config.loading.load import load

        return isinstance(load(self._chosen.path, self._profile).config.build[step].inputs, str)

    def _at(self, key: Path) -> str:
        if self._chosen.path is None:
            return key_path(key)
        from hotrun.config.loading.load import place_of

        return place_of(key, self._chosen.path, self._profile)


def part_of(chosen: ChosenProject, name: str) -> tuple[str, str]:
    """The table of a step or process, by its keys."""
    return ("build" if name in chosen.project.steps else "run", name)


def rule_text(rule: IgnoreRule, places: ConfigPlaces) -> str:
    """An ignore rule with its place."""
    match rule.kind:
        case "own folder":
            return f"the built-in rule {rule.pattern} (hotrun's own folder)"
        case "version control":
            return f"the built-in rule {rule.pattern} (version control)"
        case "built-in":
            return f"the built-in rule {rule.pattern}"
        case "exclude":
            place = places.of_exclude(rule.line or 0)
            return f'{place}: "{rule.pattern}"' if place != "-x" else f"-x {rule.pattern}"
        case "file":
            return f"{display_name(rule.file or '')}:{rule.line}: {rule.pattern}"


def idle_warnings(places: ConfigPlaces, links: tuple[Link, ...]) -> list[str]:
    """What to tell of patterns that match nothing."""
    return [f"{places.of(link)} matches no watched file" for link in links]
