"""A finding as the event that tells of it, with its places resolved."""

from __future__ import annotations

from hotrun.core import events
from hotrun.core.diagnostics.finding import Finding
from hotrun.core.diagnostics.places import resolve


def is_same(one: events.Diagnostic, other: events.Diagnostic) -> bool:
    """Whether two events of a run tell of the same problem: the later one has the final count."""
    return problem(one) == problem(other)


def problem(diagnostic: events.Diagnostic) -> tuple[object, ...]:
    """What makes a diagnostic of a run the one it is."""
    d = diagnostic
    return d.step, d.process, d.file, d.line, d.column, d.severity, d.code, d.message


def told(
    finding: Finding, *, build: int, step: str | None, process: str | None, cwd: str, root: str
) -> events.Diagnostic:
    """The event for a finding of a step or a process that works in `cwd`; it counts as new."""
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
    )
