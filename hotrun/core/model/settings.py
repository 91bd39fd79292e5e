"""The keys of hotrun.toml that the program uses as they are written: switches, choices, texts.

Each is said once, here. The table of the configuration (hotrun/config/tables) and the part of the project that it
becomes (project.py) both inherit it, so a new one needs no more than its use. A key whose value is read or made
absolute first (a duration, a path, a pattern) stands in the table of the configuration and in project.py.
"""

# No `from __future__ import annotations`, for the reason in config/tables/model.py.

from typing import Annotated, Literal

from msgspec import Meta, Struct

Poll = Literal["auto", "always", "never"]
OnBusy = Literal["cancel", "finish"]
OnExit = Literal["wait", "restart", "quit"]
OnFailedBuild = Literal["keep", "stop"]


def about(description: str, example: object = None, default: str | None = None) -> Meta:
    """What a key is for, said once for the docs, the schema, hotrun.toml.example and `hotrun init`.

    `description` starts with a verb and has at most 20 words; Markdown. `example` is a value that is not the default.
    `default` words the default where the value that stands for it says nothing, such as None.
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
            'Compare file times at intervals: `"auto"` where the kernel reports no changes, `"always"` or `"never"`.',
            example="always",
        ),
    ] = "auto"
    skip_unchanged: Annotated[
        bool,
        about("Ignore a file that is saved with the same bytes as before.", example=False),
    ] = True
    auto: Annotated[
        bool,
        about("Build and restart when files change. `false` collects changes until `hotrun build`.", example=False),
    ] = True
    follow_symlinks: Annotated[
        bool,
        about("Watch folders behind links, under the name of the link, also outside of the root.", example=True),
    ] = False


class StepSettings(Settings, frozen=True, kw_only=True):
    """Of [build.NAME]."""

    on_busy: Annotated[
        OnBusy,
        about(
            'Choose what a change does while it runs: `"cancel"` and start over, or `"finish"` first.', example="finish"
        ),
    ] = "cancel"


class ProcessSettings(Settings, frozen=True, kw_only=True):
    """Of [run.NAME]."""

    overlap: Annotated[
        bool,
        about("Start the new run and wait until it is ready, then stop the old one.", example=True),
    ] = False
    on_exit: Annotated[
        OnExit,
        about(
            'Choose what its exit does: `"wait"` for a change, `"restart"` with growing pauses, or `"quit"` hotrun.',
            example="restart",
        ),
    ] = "wait"
    on_failed_build: Annotated[
        OnFailedBuild,
        about('Choose what a failed build does: `"keep"` the old run, marked stale, or `"stop"` it.', example="stop"),
    ] = "keep"
    tty: Annotated[bool, about("Run it in a pseudo-terminal. `false` uses pipes.", example=False)] = True


class UiSettings(Settings, frozen=True, kw_only=True):
    """Of [ui]."""

    notify: Annotated[
        bool,
        about("Notify through the terminal when a build fails, and when one passes again.", example=True),
    ] = False
    bell: Annotated[bool, about("Ring the terminal's bell when a build fails.", example=True)] = False
    clear: Annotated[
        bool,
        about("Start each build on an empty screen. What was printed before stays in the scrollback.", example=True),
    ] = False
    title: Annotated[bool, about("Show the state in the title of the terminal window.", example=False)] = True
    editor: Annotated[
        Annotated[str, Meta(min_length=1, extra={"expected": 'a program such as "code"'})] | None,
        about("Open files with this program.", example="code", default="the one that the environment names"),
    ] = None
