"""A project whose only step copies all that it finds in `src` into one file for each build, and how to read that file.

So what a build has seen can be compared with what is on the disk.
"""

from __future__ import annotations

import os
import sys
from datetime import datetime
from pathlib import Path

from tests.e2e.running import Event, Running
from tests.support.waiting import DEADLINE_S

END = "end"

# Takes its time now and then, so that edits fall into the middle of its walk.
_STEP = """
import os, random, time
build = os.environ["HOTRUN_BUILD"]
with open("out/part-" + build, "wb") as out:
    for folder, folders, files in os.walk(b"src"):
        for name in files:
            path = os.path.join(folder, name)
            if random.random() < PAUSES:
                time.sleep(random.random() * 0.01)
            try:
                if os.path.isfile(path):
                    with open(path, "rb") as file:
                        out.write(path + b"\\0" + file.read() + b"\\0")
            except OSError:
                pass
os.rename("out/part-" + build, "out/" + build)
"""
_CONFIG = """
[watch]
paths = ["src"]

[build.archive]
command = ["{python}", "-S", "-I", "archive.py"]
"""

Files = dict[bytes, bytes]


def make(folder: Path, pauses: float = 0.1) -> Path:
    """Make the project in `folder`; `pauses` is how many files in a hundredth the step rests at."""
    root = folder / "project"
    for name in ("src", "out"):
        (root / name).mkdir(parents=True)
    (root / "hotrun.toml").write_text(_CONFIG.format(python=sys.executable))
    (root / "archive.py").write_text(_STEP.replace("PAUSES", str(pauses)))
    return root.resolve()


def built(root: Path, build: int) -> Files:
    """The files as build `build` has read them; empty where it was not completed."""
    path = root / "out" / str(build)
    if not path.exists():
        return {}
    words = path.read_bytes().split(b"\0")[:-1]
    return dict(zip(words[::2], words[1::2], strict=True))


def on_disk(root: Path) -> Files:
    """The same from the disk, now."""
    found: Files = {}
    for folder, _, files in os.walk(os.fsencode(root / "src")):
        for name in files:
            path = os.path.join(folder, name)
            if os.path.isfile(path):
                with open(path, "rb") as file:
                    found[os.path.relpath(path, os.fsencode(root))] = file.read()
    return found


def differing(one: Files, other: Files) -> list[bytes]:
    """The paths that are not the same in both."""
    return sorted(path for path in one.keys() | other.keys() if one.get(path) != other.get(path))


def wait_until_settled_with_an_edit(session: Running, word: str, *, timeout: float = DEADLINE_S) -> Event:
    """Make one edit more, and return the first `up_to_date` whose build has it; nothing may be missing in that.

    All that was done before must be in it, too: a walk that has not seen this edit is followed by another one.
    """
    since = session.mark
    (session.root / "src" / END).write_text(word)
    path = os.fsencode(os.path.join("src", END))
    while True:
        settled = session.wait_for("up_to_date", since=since, timeout=timeout)
        since = settled["seq"]
        files = built(session.root, settled["build"])
        if files.get(path) == word.encode():
            break
    missing = differing(files, on_disk(session.root))
    assert missing == [], f"{len(missing)} files differ: {missing[:20]!r}\n{session.account()}"
    return settled


def stamp_ns(event: Event) -> int:
    """When it happened, in nanoseconds since 1970, to the millisecond below."""
    return round(datetime.fromisoformat(event["t"]).timestamp() * 1000) * 1_000_000
