"""The files that a step with `inputs` uses, as a tool lists them, and the changes that are in doubt.

A listing takes time, and files change meanwhile. These rules keep every change:

    listed    A change of a listed file counts until a later run of the step starts, even if a new listing drops it.
    in doubt  A change of another file, while a listing is due or running, is checked again with the new listing.
    unknown   If the tool failed or has not answered, files that such a tool may use count, and others stay in doubt.
              All files count if nothing was ever listed, or if a compiler that writes dependency files has failed.
    former    A file that a new listing drops counts until all is up to date. The listing may be newer than the report
              of the change.
    blind     A run that starts without a current listing may read unlisted files. Until all is up to date, a removed
              file counts, and so does a source that may have excluded itself.

A run covers every change before its start. Go files are listed again when a file is added or removed, and when a source
or a module file changes. The dependency files of a compiler are read after each run.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping

import msgspec

from hotrun.core.model.commands import ListInputs
from hotrun.core.model.events import Status
from hotrun.core.model.inputs import Change, InputsListed
from hotrun.core.model.project import ListedFile, Project, Step, input_kind

MAX_IN_DOUBT = 10_000  # changes of one step; any more count

_MODULE_FILES = frozenset(("go.mod", "go.sum", "go.work", "go.work.sum", "modules.txt"))
_SOURCES = (
    *(".go", ".c", ".cc", ".cpp", ".cxx", ".m", ".h", ".hh", ".hpp", ".hxx", ".f", ".F", ".for", ".f90", ".s", ".S"),
    *(".sx", ".swig", ".swigcxx", ".syso"),
)
_GO_TEST = "_test.go"


class ListingDelta(msgspec.Struct, frozen=True):
    """The result of a new listing. `counting`: changes in doubt that count. `dropped`: paths in doubt that do not.

    `is_other`: it lists other files than the previous one.
    """

    counting: tuple[Change, ...] = ()
    dropped: tuple[str, ...] = ()
    is_other: bool = False


class InputListing:
    """The input files of one step, as far as they are known."""

    def __init__(self, step: Step, root: str) -> None:
        self.step = step
        self._env_files = {posixpath.relpath(path, root) for path in step.program.env_files}
        self.files: Mapping[str, ListedFile] | None = None  # None if nothing was ever listed
        self.error: str | None = None  # why the files may be incomplete
        self._kinds = {input_kind(text) for text in step.inputs}
        self._folders: tuple[str, ...] = ()
        self._requested: int | None = None  # the id of the listing in progress
        self._is_due = True
        self._changed: set[str] | None = None  # since the last request, None to list everything again
        self._triggering: set[str] = set()  # changed since the last run of the step
        self._former: set[str] = set()  # no longer listed, but their change may not be reported yet
        self._in_doubt: dict[str, Change] = {}
        self._is_running = False
        self._is_blind = False  # a run may have read unlisted files, because there was no current listing
        self._has_failed = False
        self._has_passed = False
        self._endings: frozenset[str] = frozenset()  # of the listed files

    @property
    def has_error(self) -> bool:
        """Whether there is an error to report. A compiler that has not run yet has written nothing, which is none."""
        return self.error is not None and (self._has_passed or not self._is_by_compiler)

    @property
    def is_open(self) -> bool:
        """Whether a listing is due or in progress."""
        return self._is_due or self._requested is not None

    def use(self, files: Mapping[str, ListedFile] | None, error: str | None) -> None:
        """Use a listing made elsewhere, such as in a running hotrun."""
        self.files, self.error = files, error

    def is_trigger(self, path: str) -> bool:
        """Whether a change of this path triggers the step, as far as is known."""
        if (self.files is not None and path in self.files) or path in self._triggering or path in self._former:
            return True
        if self._is_by_compiler:
            return self._has_failed or self.error is not None or self.files is None
        if self.files is not None and self.error is None:
            return False
        return (self.files is None and self.error is not None) or self._may_be_go(path) or self._may_be_embedded(path)

    def is_in_doubt(self, path: str) -> bool:
        """Whether a change of this path waits for the next listing."""
        return path in self._in_doubt

    def record(self, change: Change, is_output: bool) -> None:
        """Record a change of a watched file. An output may change the listing, but never counts."""
        if self._may_alter(change):
            self._is_due = True
            self._is_blind = self._is_blind or self._is_running
            if self._changed is not None:
                self._changed.add(change.path)
        if is_output:
            return
        counts = self.is_trigger(change.path) or self._counts_as_new(change) or self._may_have_left(change)
        if counts or len(self._in_doubt) >= MAX_IN_DOUBT:
            self._triggering.add(change.path)
            self._in_doubt.pop(change.path, None)
        elif self.is_open or self._is_compiling or self.error is not None:
            earlier = self._in_doubt.get(change.path)
            before = change.before if earlier is None else earlier.before
            self._in_doubt[change.path] = msgspec.structs.replace(change, before=before)

    def started(self) -> None:
        """A run of the step starts. It reads every change so far."""
        self._triggering.clear()
        self._in_doubt.clear()
        self._is_running = True
        self._is_blind = self._is_blind or self.is_open

    def ended(self, status: Status) -> None:
        """The run is over. If it failed, the dependency files of a compiler may be incomplete."""
        self._is_running = False
        if self._is_by_compiler and status in ("passed", "failed", "timeout"):
            self._has_failed = status != "passed"
            self._has_passed = self._has_passed or status == "passed"
            self._is_due, self._changed = True, None
        if self.error is not None:
            self._is_due, self._changed = True, None

    def request(self, number: int) -> ListInputs | None:
        """The command for the next listing, with this request number. None if no listing can start now."""
        if not self._is_due or self._requested is not None:
            return None
        changed = None if self._changed is None else tuple(sorted(self._changed))
        self._requested, self._is_due, self._changed = number, False, set()
        return ListInputs(number, self.step, changed)

    def handle(self, answer: InputsListed) -> ListingDelta:
        """Handle a new listing. An answer to an older request is ignored."""
        if answer.request != self._requested:
            return ListingDelta()
        self._requested, known = None, self.files
        self.error = answer.error
        self._folders = answer.folders if answer.error is None else (*{*self._folders, *answer.folders},)
        if answer.error is None:
            self.files = answer.files
        elif known is not None or answer.files:
            self.files = {**(known or {}), **answer.files}
        self._endings = frozenset(map(_ending, self.files or ()))
        counting = tuple(change for change in self._in_doubt.values() if self.is_trigger(change.path))
        for change in counting:
            del self._in_doubt[change.path]
            self._triggering.add(change.path)
        dropped: tuple[str, ...] = ()
        if not (self._is_due or self._is_compiling or self.error is not None):
            dropped = tuple(self._in_doubt)
            self._in_doubt.clear()
        if known is None or self.files is None:
            return ListingDelta(counting, dropped)
        self._former |= known.keys() - self.files.keys()
        return ListingDelta(counting, dropped, is_other=known.keys() != self.files.keys())

    def up_to_date(self) -> None:
        """Every change so far is reported."""
        self._former.clear()
        self._is_blind = False

    @property
    def _is_by_compiler(self) -> bool:
        return "depfile" in self._kinds

    @property
    def _is_compiling(self) -> bool:
        """Whether a compiler is running that will write dependency files."""
        return self._is_running and self._is_by_compiler

    def _may_be_go(self, path: str) -> bool:
        if path.endswith(_GO_TEST) and "go-test" not in self._kinds:
            return False
        return path.endswith(_SOURCES) or _is_module_file(path)

    def _may_alter(self, change: Change) -> bool:
        """Whether this change may change the files that Go uses."""
        if self._kinds == {"depfile"}:
            return False
        if self._may_be_go(change.path) or change.path in self._env_files:
            return True
        return change.kind != "modified" and self._may_be_embedded(change.path)

    def _may_be_embedded(self, path: str) -> bool:
        return any(path.startswith(folder) for folder in self._folders)

    def _may_have_left(self, change: Change) -> bool:
        """Whether a run may have read the file, and this change has removed it from the listing."""
        if not self._is_blind or self._kinds == {"depfile"}:
            return False
        return change.kind == "deleted" or (change.kind == "modified" and self._may_be_go(change.path))

    def _counts_as_new(self, change: Change) -> bool:
        """Whether no listing can name the file before the step has run.

        A compiler looks for a header in several folders, so a new one may replace another. A module file changes which
        files belong to a module just by its existence.
        """
        if change.kind == "modified":
            return False
        if self._is_by_compiler and change.kind == "added" and _ending(change.path) in self._endings:
            return True
        return self._kinds != {"depfile"} and _is_module_file(change.path)


class InputListings:
    """The listings of all steps of a project that have `inputs`."""

    def __init__(self, project: Project) -> None:
        self._listings: dict[str, InputListing] = {}
        self._requests = 0
        self.revision = 0  # grows whenever `is_trigger` may return something else
        self._reported: dict[str, str] = {}  # the last error of each step
        self.adopt(project)

    def adopt(self, project: Project) -> None:
        """Switch to a new project. Steps that have not changed keep their listing."""
        known = self._listings
        self._listings = {
            name: known[name] if name in known and known[name].step == step else InputListing(step, project.root)
            for name, step in project.steps.items()
            if step.inputs
        }

    def of(self, step: str) -> InputListing | None:
        """The listing of this step. None if it has no `inputs`."""
        return self._listings.get(step)

    @property
    def is_open(self) -> bool:
        """Whether a listing is due or in progress."""
        return any([listing.is_open for listing in self._listings.values()])

    def is_trigger(self, step: str, path: str) -> bool:
        """Whether a change of this path triggers the step by its `inputs`."""
        listing = self._listings.get(step)
        return listing is not None and listing.is_trigger(path)

    def steps_in_doubt(self, path: str) -> list[str]:
        """The steps that may have this path as an input, according to the next listing."""
        return [name for name, listing in self._listings.items() if listing.is_in_doubt(path)]

    def record(self, change: Change, is_output: bool) -> None:
        """Record a change of a watched file."""
        for listing in self._listings.values():
            listing.record(change, is_output)

    def started(self, step: str) -> None:
        """A run of this step starts."""
        if step in self._listings:
            self._listings[step].started()
            self.revision += 1

    def ended(self, step: str, status: Status) -> None:
        """A run of this step is over."""
        if step in self._listings:
            self._listings[step].ended(status)
            self.revision += 1

    def up_to_date(self) -> None:
        """Every change so far is reported."""
        for listing in self._listings.values():
            listing.up_to_date()
            self.revision += 1

    def requests(self) -> list[ListInputs]:
        """The commands for listings that can start now. Each step has one at a time."""
        found = []
        for listing in self._listings.values():
            command = listing.request(self._requests + 1)
            if command is not None:
                self._requests += 1
                found.append(command)
        return found

    def handle(self, answer: InputsListed) -> ListingDelta:
        """Handle a new listing, as InputListing.handle."""
        listing = self._listings.get(answer.step)
        if listing is None:
            return ListingDelta()
        self.revision += 1
        return listing.handle(answer)

    def new_error(self, step: str) -> str | None:
        """A warning about the listing of this step, once for each error."""
        listing = self._listings.get(step)
        error = listing.error if listing is not None and listing.has_error else None
        if error is None:
            self._reported.pop(step, None)
            return None
        if self._reported.get(step) == error:
            return None
        self._reported[step] = error
        return f"{step}: some inputs are unknown, so hotrun may build it more often than necessary: {error}"


def _is_module_file(path: str) -> bool:
    return path.rpartition("/")[2] in _MODULE_FILES


def _ending(path: str) -> str:
    return path.rpartition("/")[2].rpartition(".")[2]
