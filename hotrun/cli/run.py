"""`hotrun` itself: build, run, watch."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from hotrun.app import App, Reload, start_guard
from hotrun.cli.options import Options
from hotrun.cli.project import Chosen, choose, enter, load_configured
from hotrun.core.inputs import Noticed
from hotrun.core.spec import Project
from hotrun.errors import HotrunError
from hotrun.outlet import Outlet

if TYPE_CHECKING:
    from hotrun.core.plan import Link
    from hotrun.publisher import View

STDOUT = 1
UIS = ("auto", "inline", "full", "plain", "json")


def run(options: Options) -> int:
    """Run the project until it is told to end; returns the exit code. Raises HotrunError before anything is started."""
    from hotrun.core.words import did_you_mean

    if options.ui not in UIS:
        raise HotrunError(f"--ui {options.ui}: expected one of {', '.join(UIS)}", did_you_mean(options.ui, UIS))
    if options.once and options.postpone:
        raise HotrunError("--postpone does not go with --once, which builds at once", "leave one of them out")
    root = enter(options)
    guard = start_guard()
    chosen = choose(options, root)
    colored = options.ui != "json" and _wants_color()
    outlet = Outlet(STDOUT)
    app = App(
        chosen.project,
        lambda: _view(options, colored, outlet),
        outlet=outlet,
        guard=guard,
        reload=_reload(options, chosen),
        once=options.once,
        postpone=options.postpone,
        colored=colored,
        shares=options.command is not None,
        worded=lambda project, links: _idle(options, chosen, project, links),
    )
    notices = [Noticed("warning", text) for text in chosen.warnings]
    if chosen.explanation is not None:
        notices.insert(0, Noticed("info", chosen.explanation))
    if options.postpone:
        notices.append(Noticed("info", "nothing is started before the first change (--postpone)"))
    if options.ui in ("inline", "full"):
        notices.append(Noticed("warning", f"--ui {options.ui}: not yet supported, plain is shown"))
    return app.run(tuple(notices))


def _reload(options: Options, chosen: Chosen) -> Reload | None:
    path = chosen.path
    if path is None:
        return None

    def reload() -> tuple[Project, tuple[str, ...]]:
        return load_configured(options, path)

    return reload


def _idle(options: Options, chosen: Chosen, project: Project, links: tuple[Link, ...]) -> list[str]:
    from hotrun.cli.places import Places, idle_warnings

    return idle_warnings(Places(options, Chosen(project, chosen.path)), links)


def _view(options: Options, colored: bool, outlet: Outlet) -> View:
    from hotrun.views.sink import Sink

    if options.ui == "json":
        from hotrun.views.jsonl import JsonLines

        return JsonLines(Sink(outlet.write))
    from hotrun.views.plain import ASCII, UNICODE, Plain

    encoding = (getattr(sys.stdout, "encoding", None) or "utf-8").lower()
    speaks_unicode = encoding.replace("-", "") == "utf8" and os.environ.get("TERM") != "dumb"
    return Plain(Sink(outlet.write, encoding), colored, UNICODE if speaks_unicode else ASCII, options.timing)


def _wants_color() -> bool:
    """FORCE_COLOR, then NO_COLOR (both count when they are not empty), then whether a person looks."""
    if os.environ.get("FORCE_COLOR", "0") not in ("", "0"):
        return True
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return sys.stdout is not None and sys.stdout.isatty()
