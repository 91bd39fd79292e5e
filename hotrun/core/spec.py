"""What the engine works on: a project as plain, resolved values. Config files are turned into this once."""

from __future__ import annotations

from typing import Literal

import msgspec

OnBusy = Literal["cancel", "finish"]
OnExit = Literal["wait", "restart", "quit"]
OnFailedBuild = Literal["keep", "stop"]
Poll = Literal["auto", "always", "never"]


class Program(msgspec.Struct, frozen=True):
    """What to execute. `cwd` and `env_files` are absolute; `env` is laid over what the files say."""

    argv: tuple[str, ...]
    cwd: str
    env: dict[str, str] = {}
    env_files: tuple[str, ...] = ()


class Step(msgspec.Struct, frozen=True):
    """A build step: a program that ends. `paths` None means: every watched file; patterns are gitignore's."""

    name: str
    program: Program
    paths: tuple[str, ...] | None = None
    needs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    timeout_ms: int | None = None
    parsers: tuple[str, ...] = ("auto",)
    on_busy: OnBusy = "cancel"


class Process(msgspec.Struct, frozen=True):
    """A program that stays. `paths` None means: every watched file; () means: only builds restart it."""

    name: str
    program: Program
    paths: tuple[str, ...] | None = None
    needs: tuple[str, ...] = ()
    stop_signal: str = "SIGTERM"
    stop_timeout_ms: int = 5000
    on_exit: OnExit = "wait"
    on_failed_build: OnFailedBuild = "keep"


class Watch(msgspec.Struct, frozen=True):
    """What is watched. `roots` are absolute folders or files; `settle_ms` None means auto (see settle.py)."""

    roots: tuple[str, ...]
    exclude: tuple[str, ...] = ()
    gitignore: bool = True
    settle_ms: int | None = None
    poll: Poll = "auto"
    poll_interval_ms: int = 500
    skip_unchanged: bool = True
    follow_symlinks: bool = False


class Project(msgspec.Struct, frozen=True):
    """One project: its absolute root, its configuration file (None: detected or command line), and its parts."""

    root: str
    config: str | None
    watch: Watch
    steps: dict[str, Step] = {}
    processes: dict[str, Process] = {}

    @property
    def parts(self) -> dict[str, Step | Process]:
        """Steps and processes by name; no name is used twice."""
        return {**self.steps, **self.processes}

    @property
    def env_files(self) -> set[str]:
        """Every env file that a part reads, absolute."""
        return {path for part in self.parts.values() for path in part.program.env_files}
