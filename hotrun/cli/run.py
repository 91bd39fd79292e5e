"""`hotrun` itself: build, run, watch."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from hotrun.cli.options import Options
from hotrun.cli.project import ChosenProject, choose, enter, load_configured
from hotrun.core.model.inputs import Noticed
from hotrun.core.model.project import Project
from hotrun.errors import HotrunError
from hotrun.session.app import App, start_guard
from hotrun.session.stdout import Stdout
from hotrun.session.watching import Reload

if TYPE_CHECKING:
    from hotrun.core.changes.links import Link
    from hotrun.core.state.snapshot import Snapshot
    from hotrun.session.publish import View
    from hotrun.session.terminal import TerminalUi
    from hotrun.views.lines.plain import Plain, PlainMarks
    from hotrun.views.lines.sink import Sink

STDIN, STDOUT = 0, 1
LEAST_ROWS = 5  # of a terminal that has room for pinned rows
UIS = ("auto", "inline", "full", "plain", "json")


def run(options: Options) -> int:
    """Run the project until it is stopped; returns the exit code. Raises HotrunError before anything is started."""
    from hotrun.core.model.text import did_you_mean

    if options.ui not in UIS:
        raise HotrunError(f"--ui {options.ui}: expected one of {', '.join(UIS)}", did_you_mean(options.ui, UIS))
    if options.once and options.postpone:
        raise HotrunError("--postpone cannot be combined with --once", "leave one of them out")
    root = enter(options)
    guard = start_guard()
    chosen = choose(options, root)
    ui = _chosen_ui(options)
    colored = ui != "json" and _wants_color()
    stdout = Stdout(STDOUT)
    app = App(
        chosen.project,
        lambda snapshot: _view(ui, options, colored, stdout, snapshot),
        stdout=stdout,
        guard=guard,
        reload=_reload(options, chosen),
        once=options.once,
        postpone=options.postpone,
        colored=colored,
        allows_other=options.command is not None,
        open_frontend=(lambda: _terminal_ui(ui, colored, stdout)) if ui in ("inline", "full") else None,
        describe_unmatched=lambda project, links: _describe_unmatched(options, chosen, project, links),
        place_of=lambda key: _place_of(options, chosen, key),
    )
    notices = [Noticed("warning", text) for text in chosen.warnings]
    if chosen.explanation is not None:
        notices.insert(0, Noticed("info", chosen.explanation))
    if options.postpone:
        notices.append(Noticed("info", "waiting for the first change (--postpone)"))
    return app.run(tuple(notices))


def _chosen_ui(options: Options) -> str:
    """What `auto` means: the dashboard where a person sits and there is room for it."""
    if options.once:  # for a log
        return "json" if options.ui == "json" else "plain"
    if options.ui != "auto":
        return options.ui
    return "inline" if _is_for_a_person() else "plain"


def _is_for_a_person() -> bool:
    if os.environ.get("TERM", "dumb") == "dumb" or os.environ.get("CI", "false") not in ("", "0", "false"):
        return False
    try:
        return os.isatty(STDIN) and os.isatty(STDOUT) and os.get_terminal_size(STDOUT).lines >= LEAST_ROWS
    except OSError:
        return False


def _reload(options: Options, chosen: ChosenProject) -> Reload | None:
    path = chosen.path
    if path is None:
        return None

    def reload() -> tuple[Project, tuple[str, ...]]:
        return load_configured(options, path)

    return reload


def _describe_unmatched(
    options: Options, chosen: ChosenProject, project: Project, links: tuple[Link, ...]
) -> list[str]:
    from hotrun.cli.places import ConfigPlaces, idle_warnings

    return idle_warnings(ConfigPlaces(options, ChosenProject(project, chosen.path)), links)


def _place_of(options: Options, chosen: ChosenProject, key: tuple[str | int, ...]) -> str:
    """Where a key of the configuration stands; without the line where the file is not right any more."""
    from hotrun.config.loading.load import place_of
    from hotrun.config.loading.problems import key_path

    try:
        return key_path(key) if chosen.path is None else place_of(key, chosen.path, options.profile)
    except HotrunError:
        return key_path(key)


def _view(ui: str, options: Options, colored: bool, stdout: Stdout, snapshot: Snapshot) -> View:
    from hotrun.views.lines.sink import Sink

    if ui == "json":
        from hotrun.views.lines.jsonl import JsonLines

        return JsonLines(Sink(stdout.write))
    from hotrun.views.lines.plain import Plain

    encoding, marks = _characters()
    sink = Sink(stdout.write, encoding)
    plain = Plain(sink, colored, snapshot, marks, options.timing)
    return _once(plain, sink, snapshot, marks) if options.once else plain


def _terminal_ui(ui: str, colored: bool, stdout: Stdout) -> TerminalUi:
    from hotrun.keys.actions import bindings
    from hotrun.session.terminal import TerminalUi
    from hotrun.views.dashboard.dashboard import Dashboard
    from hotrun.views.dashboard.screen.full_screen import FullScreen
    from hotrun.views.lines.plain import ASCII

    encoding, marks = _characters()

    def dashboard(size: tuple[int, int], snapshot: Snapshot) -> Dashboard:
        keys = bindings({})
        full = FullScreen(keys, colored=colored, is_ascii=marks is ASCII)
        return Dashboard(size, keys, snapshot, colored=colored, marks=marks, encoding=encoding, full=full)

    return TerminalUi(stdout, dashboard, opens_full=ui == "full")


def _characters() -> tuple[str, PlainMarks]:
    """The encoding of our output, and the marks that it can show."""
    from hotrun.views.lines.plain import ASCII, UNICODE

    encoding = (getattr(sys.stdout, "encoding", None) or "utf-8").lower()
    speaks_unicode = encoding.replace("-", "") == "utf8" and os.environ.get("TERM") != "dumb"
    return encoding, UNICODE if speaks_unicode else ASCII


def _once(plain: Plain, sink: Sink, snapshot: Snapshot, marks: PlainMarks) -> View:
    """The view for `--once`, and what GitHub Actions gets beside it."""
    from hotrun.views.lines.once import Once

    once = Once(plain, sink, marks)
    if os.environ.get("GITHUB_ACTIONS") != "true":
        return once
    from hotrun.views.lines.github_actions import GithubActions

    workspace = os.environ.get("GITHUB_WORKSPACE")
    return GithubActions(
        once, sink, snapshot, os.urandom(16).hex(), os.path.realpath(workspace) if workspace else None, _summarize
    )


def _summarize(text: str) -> None:
    """Add to the summary of the job, where there is one."""
    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if not path:
        return
    try:
        with open(path, "a", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        print(f"warning: GITHUB_STEP_SUMMARY: {path}: {error.strerror}", file=sys.stderr)


def _wants_color() -> bool:
    """FORCE_COLOR, then NO_COLOR (both count when they are not empty), then whether a person looks."""
    if os.environ.get("FORCE_COLOR", "0") not in ("", "0"):
        return True
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return sys.stdout is not None and sys.stdout.isatty()
