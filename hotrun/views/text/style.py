"""What colors and attributes are in force after a text: SGR sequences, folded into one that says the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

SGR = re.compile(r"\x1b\[[0-9:;]{0,64}m")
RESET = "\x1b[0m"

# Which parameters set or end the same attribute (ECMA-48 8.3.117, and xterm's colors). 0 is everything.
_ATTRIBUTES = {
    "weight": ({1, 2}, {22}), "italic": ({3, 20}, {23}), "underline": ({4, 21}, {24}), "blink": ({5, 6}, {25}),
    "reverse": ({7}, {27}), "conceal": ({8}, {28}), "strike": ({9}, {29}), "frame": ({51, 52}, {54}),
    "overline": ({53}, {55}), "position": ({73, 74}, {75}), "font": (set(range(11, 20)), {10}),
    "color": ({*range(30, 39), *range(90, 98)}, {39}), "ground": ({*range(40, 49), *range(100, 108)}, {49}),
    "line": ({58}, {59}),
}  # fmt: skip
_SETS = {code: name for name, (codes, _) in _ATTRIBUTES.items() for code in codes}
_ENDS = {code: name for name, (_, codes) in _ATTRIBUTES.items() for code in codes}
_MOST_KNOWN = 256  # characters of sequences that are remembered
_EXTENDED = (38, 48, 58)  # a color in parameters of their own: 5 and its number, or 2 and three parts


def style_after(style: str, text: str) -> str:
    """The SGR sequence, "" for none, that is in force after `text`, which began with `style`."""
    if "\x1b[" not in text:
        return style
    sequences = "".join(SGR.findall(text))
    return _known(style, sequences) if len(sequences) <= _MOST_KNOWN else _folded(style, sequences)


def _folded(style: str, sequences: str) -> str:
    held: dict[str, str] = {}
    for sequence in SGR.findall(style + sequences):
        for code, written in _parameters(sequence[2:-1]):
            if code == 0:
                held.clear()
            elif code in _SETS:
                name = _SETS[code]
                # Bold and faint are two that 22 ends together; all others replace each other.
                held[f"{name} {code}" if name == "weight" else name] = written
            elif code in _ENDS:
                for name in [name for name in held if name.split(" ")[0] == _ENDS[code]]:
                    del held[name]
    return f"\x1b[{';'.join(held.values())}m" if held else ""


_known = lru_cache(maxsize=1024)(_folded)  # programs use few of them, in one order


def _parameters(text: str) -> Iterator[tuple[int, str]]:
    """Each parameter's code, and how it is written with what belongs to it."""
    fields = text.split(";")
    at = 0
    while at < len(fields):
        field = fields[at]
        head = field.partition(":")[0]
        code = int(head) if head else 0
        length = 1
        if code in _EXTENDED and ":" not in field:
            length = {"5": 3, "2": 5}.get(fields[at + 1] if at + 1 < len(fields) else "", 0)
            if length == 0 or at + length > len(fields):
                return  # incomplete: a terminal ignores the rest
        if code == 4 and field == "4:0":
            code = 24
        yield code, ";".join(fields[at : at + length])
        at += length
