"""Go development: plugins under random edits, and the time from a save until its answer is served.

    python -m benchmarks.go_plugins [--edits N] [--seed N] [--rounds N] [--only edits|times] [--write]

The edits are those of plugin_edits.py, on examples/go-plugin. After each, host and plugins must answer with the same
version of the shared package, and no answer in between may mix two. The times are compared with `go build` by hand, and
on examples/gin with air at its defaults, in the same rounds. 200 edits take six minutes, the times three. Needs Go with
cgo.
"""

from __future__ import annotations

import argparse
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from benchmarks.environment import environment
from benchmarks.figures import Figure, table
from benchmarks.plugin_edits import EXAMPLE, QUIET, SHARED, Edited, disagreement
from benchmarks.report import add_options, facts, write
from benchmarks.rivals import RIVALS, default_folder
from benchmarks.started import Started, end_on_signals

GIN = EXAMPLE.parent / "gin"
FIRST_S = 300.0
SERVED_S = 60.0
RED_S = 20.0
ASK_S = 0.002
BY_HAND: dict[str, list[tuple[str, ...]]] = {
    QUIET: [("-buildmode=plugin", "-o", "tmp/plugins/quiet.so", "./plugins/quiet")],
    SHARED: [
        ("-buildmode=exe", "-o", "tmp/host", "./cmd/host"),
        ("-buildmode=plugin", "-o", "tmp/plugins/loud.so", "./plugins/loud"),
        ("-buildmode=plugin", "-o", "tmp/plugins/quiet.so", "./plugins/quiet"),
    ],
}
_web = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Site:
    """A copy of a project that serves on its own port."""

    def __init__(self, source: Path, folder: Path, name: str) -> None:
        self.root = folder / name
        self.output = folder / f"{name}.output"
        shutil.copytree(source, self.root, ignore=shutil.ignore_patterns("tmp", ".hotrun"))
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self.answers: list[str] = []

    def start(self, *command: str) -> Started:
        """Run the command in the project, with the variable PORT."""
        return Started(["/usr/bin/env", f"PORT={self.port}", *command], self.root, self.output)

    def write(self, file: str, text: str) -> None:
        """Save like an editor that replaces the file."""
        saved = self.root.parent / f"{self.root.name}.saved"
        saved.write_text(text, encoding="utf-8")
        (self.root / file).parent.mkdir(exist_ok=True)
        saved.replace(self.root / file)

    def replace(self, file: str, old: str, new: str) -> None:
        """Save the file with `old` replaced by `new`."""
        text = (self.root / file).read_text(encoding="utf-8")
        assert old in text, f"no {old} in {file}"
        self.write(file, text.replace(old, new))

    def get(self) -> str:
        """The current answer, empty if there is none."""
        try:
            with _web.open(f"http://127.0.0.1:{self.port}/", timeout=5) as response:
                return str(response.read().decode())
        except OSError:
            return ""

    def wait(self, wanted: Callable[[str], bool], timeout_s: float = SERVED_S) -> float:
        """Send requests until the expected answer comes. Returns the time in seconds. Raises TimeoutError."""
        end = time.monotonic() + timeout_s
        while not wanted(answer := self.get()):
            self.answers.append(answer)
            if time.monotonic() > end:
                raise TimeoutError(f"last was {answer!r}\n{self.output.read_text()[-3000:]}")
            time.sleep(ASK_S)
        return time.monotonic()

    def has_printed(self, text: str, since: int = 0) -> bool:
        """Whether the started program has printed the text after this many characters."""
        return text in self.output.read_text(encoding="utf-8", errors="replace")[since:]


@contextmanager
def _site(source: Path, name: str) -> Iterator[Site]:
    with tempfile.TemporaryDirectory(prefix="go-plugins-", ignore_cleanup_errors=True) as folder:
        yield Site(source, Path(folder).resolve(), name)


def random_edits(hotrun: str, count: int, seed: int) -> list[str]:
    """Make `count` edits. Returns the results as lines. Raises RuntimeError for a wrong answer."""
    edited, started = Edited(seed), time.monotonic()
    kinds: dict[str, int] = {}
    with _site(EXAMPLE, "edits") as site:
        for file, text in edited.files().items():
            site.write(file, text)
        with site.start(hotrun, "--ui", "plain"):
            site.wait(edited.answer().__eq__, FIRST_S)
            for _ in range(count):
                edit = edited.edit()
                kinds[edit.kind] = kinds.get(edit.kind, 0) + 1
                for file, text in edit.broken.items():
                    _save_broken(site, file, text)
                for file, text in edit.files.items():
                    site.write(file, text)
                site.wait(edited.answer().__eq__)
        output = site.output.read_text(encoding="utf-8", errors="replace")
        mixed = [said_so for answer in site.answers if answer and (said_so := disagreement(answer))]
    if mixed:
        raise RuntimeError(mixed[0])
    wrong = [words for words in ("web failed", "different version", "warning: ", "exited") if words in output]
    if wrong:
        raise RuntimeError(f"hotrun printed {wrong}\n{output[-5000:]}")
    by_kind = ", ".join(f"{number} {kind}" for kind, number in sorted(kinds.items()))
    return [
        f"- {count} random edits ({by_kind}; seed {seed}) in {time.monotonic() - started:.0f} s: "
        f"{output.count('web started')} starts of the host, none with a plugin that did not fit",
        f"- answers in between that mixed two versions: 0 of {len([one for one in site.answers if one])}",
    ]


def _save_broken(site: Site, file: str, text: str) -> None:
    """Save a file that does not compile, and wait for the failure. The old answer must stay."""
    before, at = site.get(), len(site.output.read_text(encoding="utf-8", errors="replace"))
    site.write(file, text)
    end = time.monotonic() + RED_S
    while not site.has_printed("finished: failed", at):
        if time.monotonic() > end:
            raise TimeoutError("no failure was reported for a broken edit")
        time.sleep(ASK_S)
    if site.get() != before:
        raise RuntimeError("a broken edit was served")


def plugin_times(hotrun: str, rounds: int) -> list[Figure]:
    """From a save to the answer, with hotrun and by hand: the same `go build` commands in turn, and a restart."""
    samples: dict[tuple[str, str], list[float]] = {}
    with _site(EXAMPLE, "ours") as ours, _site(EXAMPLE, "byhand") as by_hand:
        for flags in BY_HAND[SHARED]:
            _go_build(by_hand, flags)
        with ours.start(hotrun, "--ui", "plain"):
            ours.wait(lambda answer: "version 1" in answer, FIRST_S)
            host = by_hand.start("tmp/host")
            by_hand.wait(lambda answer: "version 1" in answer)
            for number in range(2, rounds + 2):
                for file, old, new in (
                    (QUIET, _greeting(number - 1), _greeting(number)),
                    (SHARED, f'"version {number - 1}"', f'"version {number}"'),
                ):
                    wanted = partial(_holds, new.strip('"'))
                    begun = time.monotonic()
                    ours.replace(file, old, new)
                    samples.setdefault(("ours", file), []).append(1000 * (ours.wait(wanted) - begun))
                    begun = time.monotonic()
                    by_hand.replace(file, old, new)
                    for flags in BY_HAND[file]:
                        _go_build(by_hand, flags)
                    host.end()
                    host = by_hand.start("tmp/host")
                    samples.setdefault(("by hand", file), []).append(1000 * (by_hand.wait(wanted) - begun))
            host.end()
    words = {QUIET: "an edit of a plugin's main package", SHARED: "an edit of the shared package"}
    return [
        Figure(
            f"{words[file]}, from the save to the answer",
            "ms",
            tuple(samples["ours", file]),
            "`go build` by hand, one after the other, and a restart",
            tuple(samples["by hand", file]),
        )
        for file in (QUIET, SHARED)
    ]


def gin_times(hotrun: str, air: str, rounds: int) -> Figure:
    """The time from a save to the answer of examples/gin, compared with air without a configuration."""
    samples: dict[str, list[float]] = {"hotrun": [], "air": []}
    with _site(GIN, "hotrun") as ours, _site(GIN, "air") as theirs:
        (theirs.root / "hotrun.toml").unlink()
        with ours.start(hotrun, "--ui", "plain"), theirs.start(air):
            sites = {"hotrun": ours, "air": theirs}
            for site in sites.values():
                site.wait(partial(_holds, "version 1"), FIRST_S)
            for number in range(2, rounds + 2):
                for name in sorted(sites, reverse=number % 2 == 0):
                    begun = time.monotonic()
                    sites[name].replace("greeting.go", f"version {number - 1}", f"version {number}")
                    end = sites[name].wait(partial(_holds, f"version {number}"))
                    samples[name].append(1000 * (end - begun))
    title = "examples/gin: an edit of the greeting, from the save to the answer"
    return Figure(title, "ms", tuple(samples["hotrun"]), "air at its defaults", tuple(samples["air"]))


def _greeting(number: int) -> str:
    return '"psst"' if number == 1 else f'"psst{number}"'


def _holds(text: str, answer: str) -> bool:
    return text in answer


def _go_build(site: Site, flags: Sequence[str]) -> None:
    subprocess.run(["go", "build", *flags], cwd=site.root, check=True, timeout=FIRST_S)


def main() -> int:
    """Run the selected benchmarks and print the results."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.go_plugins", description=__doc__.splitlines()[0])
    parser.add_argument("--edits", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--only", choices=("edits", "times"))
    add_options(parser)
    options = parser.parse_args()
    end_on_signals()
    load = os.getloadavg()[0]
    with environment(install=options.install) as here:
        lines = [facts(here, load), ""]
        hotrun = str(here.hotrun)
        if options.only != "times":
            lines += random_edits(hotrun, options.edits, options.seed)
        if options.only != "edits":
            figures = plugin_times(hotrun, options.rounds)
            air = next(rival for rival in RIVALS if rival.name == "air").path(default_folder())
            if air.exists():
                figures.append(gin_times(hotrun, str(air), options.rounds))
            lines += ["", table(figures)]
    print("\n".join(lines))
    if options.write:
        write("go", "\n".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
