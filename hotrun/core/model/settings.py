"""The keys of hotrun.toml that the program uses as they are written: switches, choices, texts.

The tables of the configuration (hotrun/config/tables) and the parts of a project (project.py) inherit them, so a new
key is defined once. A key whose value is converted first (a duration, a path, a pattern) is in both places.
"""

# No `from __future__ import annotations`. config/tables/model.py has the reason.

from typing import Annotated, Literal

from msgspec import Meta, Struct

Poll = Literal["auto", "always", "never"]
OnBusy = Literal["cancel", "finish"]
OnExit = Literal["wait", "restart", "quit"]
OnFailedBuild = Literal["keep", "stop"]


def about(description: str, example: object = None, default: str | None = None) -> Meta:
    """Describe a key for the docs, the schema, hotrun.toml.example and `hotrun init`.

    `description` is Markdown, starts with a verb and has at most 20 words. `example` is a value other than the default.
    `default` describes the default if its value, such as None, does not.
    """
    return Meta(
        description=description,
        examples=None if example is None else [example],
        extra=None if default is None else {"default": default},
    )


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """The common form of all tables of hotrun.toml."""


class WatchSettings(Settings, frozen=True, kw_only=True):
    """Of [watch]."""

    gitignore: Annotated[
        bool,
        about(
            "Follow `.gitignore` at every level, `.git/info/exclude`, your global ignore file and `.ignore`.",
            example=False,
        ),
    ] = True
    poll: Annotated[
        Poll,
        about(
            'Poll the files: `"auto"` only where the kernel reports no changes, `"always"` or `"never"`.',
            example="always",
        ),
    ] = "auto"
    skip_unchanged: Annotated[
        bool,
        about("Ignore a save that does not change the file.", example=False),
    ] = True
    auto: Annotated[
        bool,
        about("Build and restart when files change. `false` collects changes until `hotrun build`.", example=False),
    ] = True
    follow_symlinks: Annotated[
        bool,
        about(
            "Watch the targets of links to folders, under the name of the link, even outside the root.", example=True
        ),
    ] = False


class StepSettings(Settings, frozen=True, kw_only=True):
    """Of [build.NAME]."""

    on_busy: Annotated[
        OnBusy,
        about(
            'Choose what a change does during its run: `"cancel"` it and start over, or `"finish"` first.',
            example="finish",
        ),
    ] = "cancel"


class ProcessSettings(Settings, frozen=True, kw_only=True):
    """Of [run.NAME]."""

    overlap: Annotated[
        bool,
        about("Stop the old run only after the new one is ready.", example=True),
    ] = False
    on_exit: Annotated[
        OnExit,
        about(
            'Choose what to do when it exits: `"wait"` for a change, `"restart"` with backoff, or `"quit"` hotrun.',
            example="restart",
        ),
    ] = "wait"
    on_failed_build: Annotated[
        OnFailedBuild,
        about(
            'Choose what to do when a build fails: `"keep"` the old run, marked stale, or `"stop"` it.', example="stop"
        ),
    ] = "keep"
    tty: Annotated[bool, about("Run it in a pseudo-terminal. `false` uses pipes.", example=False)] = True


class UiSettings(Settings, frozen=True, kw_only=True):
    """Of [ui]."""

    notify: Annotated[
        bool,
        about("Send a terminal notification when a build fails, and when one passes again.", example=True),
    ] = False
    bell: Annotated[bool, about("Ring the terminal bell when a build fails.", example=True)] = False
    clear: Annotated[
        bool,
        about("Clear the screen before each build. Earlier output stays in the scrollback.", example=True),
    ] = False
    title: Annotated[bool, about("Show the state in the title of the terminal window.", example=False)] = True
    editor: Annotated[
        Annotated[str, Meta(min_length=1, extra={"expected": 'a program such as "code"'})] | None,
        about("Open files with this program.", example="code", default="from the environment"),
    ] = None
