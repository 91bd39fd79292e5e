"""The edits, the tools, and the effects with each tool and with hotrun.

Data for the benchmark `moving_over`, the test of the converted configurations, and the table in docs/moving-over.md.
"""

from __future__ import annotations

from typing import Literal

import msgspec

Effect = Literal["build", "restart", "build, restart", "nothing", "by chance"]
BOTH: Effect = "build, restart"
RESTART: Effect = "restart"
NOTHING: Effect = "nothing"
CHANCE: Effect = "by chance"  # a race: both effects were observed

PROJECT = {
    "go.mod": "module example.com/shop\n",
    "main.go": "package main // 1\n",
    "main_test.go": "package main // 1\n",
    "old.go": "package main // 1\n",
    "README.md": "1\n",
    "views/index.html": "<p>1</p>\n",
    "assets/gen.go": "package assets // 1\n",
    "web/assets/web.go": "package assets // 1\n",
    "vendor/lib/lib.go": "package lib // 1\n",
    "docs/docs.go": "package docs // 1\n",
    ".hidden/hidden.go": "package hidden // 1\n",
    "ignored/made.go": "package made // 1\n",
    ".gitignore": "ignored/\n/tmp/\n/shop\n",
}
# Fake Go: the program changes only with its sources. $MOVING_LOG records the builds.
FAKE_GO = """\
#!/bin/sh
echo build >> "$MOVING_LOG"
out=./shop
while [ $# -gt 0 ]; do [ "$1" = -o ] && out=$2; shift; done
mkdir -p "$(dirname "$out")"
sum=$(find . -name '*.go' ! -name '*_test.go' ! -path './tmp/*' | sort | xargs cat | cksum)
printf '#!/bin/sh\\n# %s\\necho restart >> "$MOVING_LOG"\\nexec sleep 1000\\n' "$sum" > "$out.new"
chmod +x "$out.new" && mv "$out.new" "$out"
"""


class Edit(msgspec.Struct, frozen=True):
    """A change of `path`: new contents, a save without changes (touch), a new file, or its removal (delete)."""

    title: str
    path: str
    kind: Literal["write", "new", "touch", "delete"] = "write"


class Tool(msgspec.Struct, frozen=True):
    """A tool with its configuration. `config`: (file, text), or a command line with "" as the file.

    `theirs` and `ours`: the effect of each edit, by its title. Effects that are missing in `ours` are those of
    `theirs`. `argv` runs the tool. Without it, the tool is not available everywhere, and `theirs` follows its source.
    """

    name: str
    config: tuple[str, str]
    argv: tuple[str, ...]
    theirs: dict[str, Effect]
    ours: dict[str, Effect]


EDITS = (
    Edit("a Go file is saved", "main.go"),
    Edit("it is saved unchanged", "main.go", "touch"),
    Edit("a test is saved", "main_test.go"),
    Edit("a template is saved", "views/index.html"),
    Edit("a new folder with a Go file", "extra/extra.go", "new"),
    Edit("a Go file is deleted", "old.go", "delete"),
    Edit("one in `assets/`", "assets/gen.go"),
    Edit("one in `web/assets/`", "web/assets/web.go"),
    Edit("one in `vendor/`", "vendor/lib/lib.go"),
    Edit("one in `docs/`", "docs/docs.go"),
    Edit("one in a hidden folder", ".hidden/hidden.go"),
    Edit("one that git ignores", "ignored/made.go"),
    Edit("`README.md` is saved", "README.md"),
)
_TITLES = tuple(edit.title for edit in EDITS)


def _effects(*row: Effect) -> dict[str, Effect]:
    """The effects in the order of EDITS."""
    return dict(zip(_TITLES, row, strict=True))


# Intentional differences of hotrun from all tools.
_ON_PURPOSE: dict[str, Effect] = {
    "it is saved unchanged": NOTHING,
    "one that git ignores": NOTHING,
    "a new folder with a Go file": BOTH,
}
# For tools that do not exclude tests: hotrun builds, and keeps the unchanged program.
_TESTS_BUILD: dict[str, Effect] = {**_ON_PURPOSE, "a test is saved": "build"}

AIR = """\
[build]
cmd = "go build -o ./tmp/main ."
entrypoint = ["./tmp/main"]
"""
FRESH = "root: .\n"
GOWATCH = "appname: shop\noutput: ./tmp/shop\n"
BEE = '{"go_install": false, "watch_ext": [".go"]}\n'
MODD = """\
**/*.go !**/*_test.go !vendor/** {
    prep: go build -o tmp/shop .
    daemon +sigterm: tmp/shop
}
**/*.html {
    prep: echo build >> "$MOVING_LOG"
}
"""
REFLEX = "-s -r '\\.go$' -R '_test\\.go$' -R '^vendor/' -- sh -c 'go build -o tmp/shop . && exec tmp/shop'\n"

B, R, N, C = BOTH, RESTART, NOTHING, CHANCE
TOOLS = (
    Tool("air", (".air.toml", AIR), ("air",), _effects(B, B, N, B, C, B, N, B, N, B, N, B, N), _ON_PURPOSE),
    Tool(
        "modd",
        ("modd.conf", MODD),
        ("modd", "--file", "modd.conf"),
        _effects(B, B, N, "build", C, B, B, B, N, B, B, B, N),
        _ON_PURPOSE,
    ),
    Tool(
        "reflex",
        ("reflex.conf", REFLEX),
        ("reflex", "-c", "reflex.conf"),
        _effects(B, B, N, N, C, N, B, B, N, B, B, B, N),
        {**_ON_PURPOSE, "a Go file is deleted": BOTH},
    ),
    Tool(
        "fresh",
        ("runner.conf", FRESH),
        (),
        _effects(B, B, B, R, N, B, N, B, B, B, N, B, N),
        _TESTS_BUILD,
    ),
    Tool(
        "gowatch",
        ("gowatch.yml", GOWATCH),
        (),
        _effects(B, B, B, N, N, B, B, B, N, N, N, B, N),
        _TESTS_BUILD,
    ),
    Tool(
        "bee",
        ("bee.json", BEE),
        (),
        _effects(B, B, B, N, N, B, B, B, N, N, N, B, N),
        _TESTS_BUILD,
    ),
)


def ours(tool: Tool, edit: Edit) -> Effect:
    """The effect of an edit in hotrun with the converted configuration."""
    return tool.ours.get(edit.title, tool.theirs[edit.title])


def rows() -> list[str]:
    """The lines of the table in docs/moving-over.md: the tool's effect, then hotrun's after an arrow if it differs."""
    head = "| edit | " + " | ".join(tool.name + ("" if tool.argv else " (by its source)") for tool in TOOLS) + " |"
    found = [head, "|---" * (len(TOOLS) + 1) + "|"]
    for edit in EDITS:
        cells = [
            tool.theirs[edit.title] + ("" if ours(tool, edit) == tool.theirs[edit.title] else f" → {ours(tool, edit)}")
            for tool in TOOLS
        ]
        found.append(f"| {edit.title} | " + " | ".join(cells) + " |")
    return found
