"""Which files a step with `inputs` is made of, as tools list them, and what is not known yet.

A listing takes time, and files change meanwhile. So that no change is lost:

    listed     counts, and goes on counting until the step has been started after it, whatever is listed then
    in doubt   a change of any other file, while a listing is due or under way: looked at again when it has come
    not known  (the tool failed, or has not answered yet): the files that such a tool may use count, and others stay in
               doubt; all files, where nothing was ever listed or a compiler that writes dependency files has failed
    former     a file that is on no list any more counts until all is settled: the list may be ahead of the change
    blind      a run that reads while no list is up to date may read what is on no list: until all is settled, a file
               that is removed, or a source that may have excluded itself, counts

A run covers every change before its start: it reads what is there then. Go's files are listed anew when one is added or
removed, a source or a module file changes; what a compiler writes is read after each run.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping

import msgspec

from hotrun.core.model.commands import ListInputs
from hotrun.core.model.events import Status
from hotrun.core.model.inputs import Change, InputsListed
from hotrun.core.model.project import ListedFile, Project, Step, input_kind

MOST_DOUBTS = 10_000  # of one step; with more, the rest counts

_MODULE_FILES = frozenset(("go.mod", "go.sum", "go.work", "go.work.sum", "modules.txt"))
_SOURCES = (
    *(".go", ".c", ".cc", ".cpp", ".cxx", ".m", ".h", ".hh", ".hpp", ".hxx", ".f", ".F", ".for", ".f90", ".s", ".S"),
    *(".sx", ".swig", ".swigcxx", ".syso"),
)
_GO_TEST = "_test.go"


class ListingDelta(msgspec.Struct, frozen=True):
    """What an answer has settled: the changes in doubt that count, and the paths that do not.

    `is_other`: it names other files than the one before.
    """

    counting: tuple[Change, ...] = ()
    dropped: tuple[str, ...] = ()
    is_other: bool = False


class InputListing:
    """What is known of one step."""

    def __init__(self, step: Step, root: str) -> None:
        self.step = step
        self._env_files = {posixpath.relpath(path, root) for path in step.program.env_files}
        self.files: Mapping[str, ListedFile] | None = None  # None: nothing was ever listed
        self.error: str | None = None  # why the files are not all that it needs
        self._kinds = {input_kind(text) for text in step.inputs}
        self._folders: tuple[str, ...] = ()
        self._asked: int | None = None
        self._is_due = True
        self._changed: set[str] | None = None  # since it was asked last; None: list anew in any case
        self._touched: set[str] = set()
        self._former: set[str] = set()  # not listed any more, while what did that may still have to be told
        self._doubts: dict[str, Change] = {}
        self._is_running = False
        self._is_blind = False  # a run may have read files that no list has named, since none was made at that time
        self._has_failed = False
        self._has_passed = False
        self._endings: frozenset[str] = frozenset()  # of what is listed

    @property
    def is_missed(self) -> bool:
        """There is an error that a person should know of: a compiler that has not run yet has written nothing."""
        return self.error is not None and (self._has_passed or not self._is_by_compiler)

    @property
    def is_open(self) -> bool:
        """An answer is due."""
        return self._is_due or self._asked is not None

    def know(self, files: Mapping[str, ListedFile] | None, error: str | None) -> None:
        """Take over what somebody else knows."""
        self.files, self.error = files, error

    def touches(self, path: str) -> bool:
        """Whether a change of this path makes the step dirty, as far as is known."""
        if (self.files is not None and path in self.files) or path in self._touched or path in self._former:
            return True
        if self._is_by_compiler:
            return self._has_failed or self.error is not None or self.files is None
        if self.files is not None and self.error is None:
            return False
        return (self.files is None and self.error is not None) or self._may_be_go(path) or self._may_be_embedded(path)

    def in_doubt(self, path: str) -> bool:
        """Whether a change of this path waits for the next listing."""
        return path in self._doubts

    def note(self, change: Change, is_output: bool) -> None:
        """A watched file has changed. What a step makes may alter what is listed, but never counts."""
        if self._may_alter(change):
            self._is_due = True
            self._is_blind = self._is_blind or self._is_running
            if self._changed is not None:
                self._changed.add(change.path)
        if is_output:
            return
        counts = self.touches(change.path) or self._counts_as_new(change) or self._may_have_left(change)
        if counts or len(self._doubts) >= MOST_DOUBTS:
            self._touched.add(change.path)
            self._doubts.pop(change.path, None)
        elif self.is_open or self._is_compiling or self.error is not None:
            earlier = self._doubts.get(change.path)
            before = change.before if earlier is None else earlier.before
            self._doubts[change.path] = msgspec.structs.replace(change, before=before)

    def started(self) -> None:
        """A run of the step begins: it reads all that was changed so far."""
        self._touched.clear()
        self._doubts.clear()
        self._is_running = True
        self._is_blind = self._is_blind or self.is_open

    def ended(self, status: Status) -> None:
        """The run has ended. After one that failed, what a compiler wrote may not be all that it has read."""
        self._is_running = False
        if self._is_by_compiler and status in ("passed", "failed", "timeout"):
            self._has_failed = status != "passed"
            self._has_passed = self._has_passed or status == "passed"
            self._is_due, self._changed = True, None
        if self.error is not None:
            self._is_due, self._changed = True, None

    def ask(self, request: int) -> ListInputs | None:
        """What to have listed now, if anything."""
        if not self._is_due or self._asked is not None:
            return None
        changed = None if self._changed is None else tuple(sorted(self._changed))
        self._asked, self._is_due, self._changed = request, False, set()
        return ListInputs(request, self.step, changed)

    def take(self, answer: InputsListed) -> ListingDelta:
        """Take an answer; one that is not waited for settles nothing."""
        if answer.request != self._asked:
            return ListingDelta()
        self._asked, known = None, self.files
        self.error = answer.error
        self._folders = answer.folders if answer.error is None else (*{*self._folders, *answer.folders},)
        if answer.error is None:
            self.files = answer.files
        elif known is not None or answer.files:
            self.files = {**(known or {}), **answer.files}
        self._endings = frozenset(map(_ending, self.files or ()))
        counting = tuple(change for change in self._doubts.values() if self.touches(change.path))
        for change in counting:
            del self._doubts[change.path]
            self._touched.add(change.path)
        dropped: tuple[str, ...] = ()
        if not (self._is_due or self._is_compiling or self.error is not None):
            dropped = tuple(self._doubts)
            self._doubts.clear()
        if known is None or self.files is None:
            return ListingDelta(counting, dropped)
        self._former |= known.keys() - self.files.keys()
        return ListingDelta(counting, dropped, is_other=known.keys() != self.files.keys())

    def up_to_date(self) -> None:
        """Every change so far has been reported."""
        self._former.clear()
        self._is_blind = False

    @property
    def _is_by_compiler(self) -> bool:
        return "depfile" in self._kinds

    @property
    def _is_compiling(self) -> bool:
        """A compiler is about to say what it reads."""
        return self._is_running and self._is_by_compiler

    def _may_be_go(self, path: str) -> bool:
        if path.endswith(_GO_TEST) and "go-test" not in self._kinds:
            return False
        return path.endswith(_SOURCES) or _is_module_file(path)

    def _may_alter(self, change: Change) -> bool:
        """Whether Go may use other files after this change."""
        if self._kinds == {"depfile"}:
            return False
        if self._may_be_go(change.path) or change.path in self._env_files:
            return True
        return change.kind != "modified" and self._may_be_embedded(change.path)

    def _may_be_embedded(self, path: str) -> bool:
        return any(path.startswith(folder) for folder in self._folders)

    def _may_have_left(self, change: Change) -> bool:
        """Whether it may be a file that a run has read and that this very change has taken off the list."""
        if not self._is_blind or self._kinds == {"depfile"}:
            return False
        return change.kind == "deleted" or (change.kind == "modified" and self._may_be_go(change.path))

    def _counts_as_new(self, change: Change) -> bool:
        """Whether it is a file that no listing can name before the step has run.

        A compiler looks for a header in several folders, so that a new one may come before another. A module file
        says what belongs to a module by being there.
        """
        if change.kind == "modified":
            return False
        if self._is_by_compiler and change.kind == "added" and _ending(change.path) in self._endings:
            return True
        return self._kinds != {"depfile"} and _is_module_file(change.path)


class InputListings:
    """All steps of a project that have `inputs`."""

    def __init__(self, project: Project) -> None:
        self._listings: dict[str, InputListing] = {}
        self._requests = 0
        self.revision = 0  # another number whenever `touches` may answer otherwise than before
        self._told: dict[str, str] = {}
        self.adopt(project)

    def adopt(self, project: Project) -> None:
        """Work for this project; what is known of a step that has not changed is kept."""
        known = self._listings
        self._listings = {
            name: known[name] if name in known and known[name].step == step else InputListing(step, project.root)
            for name, step in project.steps.items()
            if step.inputs
        }

    def of(self, step: str) -> InputListing | None:
        """What is known of this step; None: it has no `inputs`."""
        return self._listings.get(step)

    @property
    def is_open(self) -> bool:
        """Some answer is due, which may show that a change counts."""
        return any([listing.is_open for listing in self._listings.values()])

    def touches(self, step: str, path: str) -> bool:
        """Whether a change of this path makes the step dirty by its `inputs`."""
        listing = self._listings.get(step)
        return listing is not None and listing.touches(path)

    def doubting(self, path: str) -> list[str]:
        """The steps of which this path may turn out to be an input."""
        return [name for name, listing in self._listings.items() if listing.in_doubt(path)]

    def note(self, change: Change, is_output: bool) -> None:
        """A watched file has changed."""
        for listing in self._listings.values():
            listing.note(change, is_output)

    def started(self, step: str) -> None:
        """A run of this step begins."""
        if step in self._listings:
            self._listings[step].started()
            self.revision += 1

    def ended(self, step: str, status: Status) -> None:
        """A run of this step has ended."""
        if step in self._listings:
            self._listings[step].ended(status)
            self.revision += 1

    def up_to_date(self) -> None:
        """Every change so far has been reported."""
        for listing in self._listings.values():
            listing.up_to_date()
            self.revision += 1

    def ask(self) -> list[ListInputs]:
        """What to have listed now; one listing of a step at a time."""
        found = []
        for listing in self._listings.values():
            command = listing.ask(self._requests + 1)
            if command is not None:
                self._requests += 1
                found.append(command)
        return found

    def take(self, answer: InputsListed) -> ListingDelta:
        """Take an answer, as InputListing.take."""
        listing = self._listings.get(answer.step)
        if listing is None:
            return ListingDelta()
        self.revision += 1
        return listing.take(answer)

    def news(self, step: str) -> str | None:
        """What to say of this step's listing, once for each reason."""
        listing = self._listings.get(step)
        error = listing.error if listing is not None and listing.is_missed else None
        if error is None:
            self._told.pop(step, None)
            return None
        if self._told.get(step) == error:
            return None
        self._told[step] = error
        return f"{step}: its inputs are not all known, so more files count than it may use: {error}"


def _is_module_file(path: str) -> bool:
    return path.rpartition("/")[2] in _MODULE_FILES


def _ending(path: str) -> str:
    return path.rpartition("/")[2].rpartition(".")[2]
