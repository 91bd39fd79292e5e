"""Convert findings to events, with resolved places."""

from __future__ import annotations

from hotrun.core.diagnostics.model.places import resolve
from hotrun.core.model import events
from hotrun.core.model.finding import Finding


def add_or_replace(known: list[events.Diagnostic], diagnostic: events.Diagnostic) -> None:
    """Add a diagnostic to those of its run. A repeated one replaces the first."""
    at = index_of_same(diagnostic, known)
    if at is None:
        known.append(diagnostic)
    else:
        known[at] = diagnostic


def index_of_same(diagnostic: events.Diagnostic, known: list[events.Diagnostic]) -> int | None:
    """The index of the earlier report of the same diagnostic, or None."""
    if diagnostic.count == 1:
        return None
    return next((at for at, other in enumerate(known) if _is_same(other, diagnostic)), None)


def _is_same(one: events.Diagnostic, other: events.Diagnostic) -> bool:
    """Whether both report the same problem. Compares the most distinctive fields first: there may be thousands."""
    return (
        one.line == other.line
        and one.message == other.message
        and one.column == other.column
        and one.file == other.file
        and one.severity == other.severity
        and one.code == other.code
        and one.step == other.step
        and one.process == other.process
    )


def to_event(
    finding: Finding, *, build: int, step: str | None, process: str | None, cwd: str, root: str
) -> events.Diagnostic:
    """The event for a finding of a step or a process that runs in `cwd`. It is marked as new."""
    directories = finding.directories
    file, path = finding.file, None
    if file is not None and not finding.is_lost:
        file, path = resolve(file, cwd, root, directories)
    related = []
    for place in finding.related:
        near_file, near = resolve(place.file, cwd, root, directories)
        related.append(events.Related(near, near_file, place.line, place.column, place.message))
    return events.Diagnostic(
        build=build,
        step=step,
        process=process,
        severity=finding.severity,
        file=file,
        path=path,
        line=finding.line,
        column=finding.column,
        end_line=finding.end_line,
        end_column=finding.end_column,
        code=finding.code,
        tool=finding.tool,
        message=finding.message,
        detail=finding.detail,
        related=tuple(related),
        count=finding.count,
        new=True,
        source=finding.source,
    )
