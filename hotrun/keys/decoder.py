"""Bytes of a terminal to the names of keys. Pure: the time comes in, and `deadline_ms` says when to ask again.

A state machine over the grammar of ECMA-48, so that what a terminal answers (attributes, colors, positions, the focus,
the mouse) is known by its form and swallowed whole: a letter of it that leaked would be a key that nobody has pressed.

    state     by             until
    ground    -              a character, which is a key
    escape    ESC            what follows: a sequence, or the character that Alt was held with; nothing for 50 ms: Esc
    sequence  ESC [          a final byte, `@` to `~`
    single    ESC O          one byte (F1 to F4, and the keypad)
    string    ESC ] P X ^ _  ESC \\, or BEL where it is an OSC
    paste     ESC [200~      ESC [201~
    skip      ESC [M, ESC [[ a number of bytes: old mouse reports, function keys of the Linux console
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from hotrun.keys.sequences import control_key, sequence_key, single_key

ESCAPE_MS = 50  # nothing more after an ESC: it was the key; a terminal sends the bytes of a key at once
UNFINISHED_MS = 1000  # nothing more within a sequence, since its last byte: it was cut off
PASTE_MS = 5000  # the same within a paste, of which no byte may become a key because a network stalls
MOST_PASTED = 65_536  # bytes of a paste that are kept
_MOST_PARAMETERS = 64  # bytes of a sequence that are kept; no key has half as many

_ESC, _BEL, _CAN, _SUB = 0x1B, 0x07, 0x18, 0x1A
_PASTE_END = b"\x1b[201~"
_INTRODUCERS = {ord(char): char for char in "[O]PX^_"}
_C1 = {code: chr(code - 0x40) for code in (0x8F, 0x90, 0x98, 0x9B, 0x9D, 0x9E, 0x9F)}  # the same as one character
_C1_CHARACTERS = frozenset(map(chr, _C1))
_CONSOLE_KEYS = {b"A": "f1", b"B": "f2", b"C": "f3", b"D": "f4", b"E": "f5"}


class Paste(msgspec.Struct, frozen=True):
    """Text that was pasted, where the terminal marks pastes (mode 2004); cut off at MOST_PASTED bytes."""

    text: str


class Decoder:
    """One terminal's input. The result is the same however the bytes are cut, as long as they come in time."""

    def __init__(self) -> None:
        self.deadline_ms: int | None = None
        self._out: list[str | Paste] = []
        self._state: Callable[[int], None] = self._ground
        self._held = bytearray()  # what has come of the sequence, character or paste that is under way
        self._introducer = ""  # of a sequence or string, while nothing has followed: it may have been Alt and a key
        self._is_alt = False  # the character that comes had an ESC in front
        self._wanted = 0  # bytes that are still to come, of a character or to be skipped

    def feed(self, data: bytes, now_ms: int) -> list[str | Paste]:
        """The keys and pastes that `data` completes.

        Bytes are looked at before the time: a program that was late for its deadline has not seen an Esc for that.
        """
        for byte in data:
            self._state(byte)
        if data:
            wait_ms = self._patience_ms()
            self.deadline_ms = None if wait_ms is None else now_ms + wait_ms
        return self._taken()

    def tick(self, now_ms: int) -> list[str | Paste]:
        """The keys that are known because nothing has followed; call it when `deadline_ms` has come."""
        if self.deadline_ms is not None and now_ms >= self.deadline_ms:
            self._give_up()
        return self._taken()

    def _taken(self) -> list[str | Paste]:
        out, self._out = self._out, []
        return out

    def _patience_ms(self) -> int | None:
        if self._state == self._ground:
            return None
        if self._state == self._paste:
            return PASTE_MS
        return ESCAPE_MS if self._state == self._escape or self._introducer else UNFINISHED_MS

    def _give_up(self) -> None:
        """What has begun is not going on."""
        if self._state == self._escape:
            self._out.append("esc")
        elif self._introducer:
            self._out.append("alt+" + self._introducer)
        self._reset()

    def _reset(self) -> None:
        self.deadline_ms = None
        self._state = self._ground
        self._held.clear()
        self._introducer = ""
        self._is_alt = False

    # --- characters --------------------------------------------------------------------------------------------

    def _ground(self, byte: int) -> None:
        if byte == _ESC:
            self._state = self._escape
        elif byte < 0x80:
            self._character(chr(byte))
        elif 0xC2 <= byte <= 0xF4:
            self._held.append(byte)
            self._wanted = 1 if byte < 0xE0 else 2 if byte < 0xF0 else 3
            self._state = self._rest_of_character
        else:
            self._begin(byte)

    def _escape(self, byte: int) -> None:
        introducer = _INTRODUCERS.get(byte)
        if byte == _ESC:
            self._out.append("esc")
        elif introducer is not None:
            self._begin(byte + 0x40)
            self._introducer = introducer
        else:
            self._is_alt = True
            self._ground(byte)

    def _rest_of_character(self, byte: int) -> None:
        if not 0x80 <= byte < 0xC0:
            self._reset()
            self._ground(byte)
            return
        self._held.append(byte)
        self._wanted -= 1
        if self._wanted == 0:
            text = self._held.decode("utf-8", "ignore")
            self._held.clear()
            self._character(text) if text else self._reset()

    def _character(self, char: str) -> None:
        is_alt = self._is_alt
        self._reset()
        if char in _C1_CHARACTERS:
            self._begin(ord(char))
            return
        key = control_key(char) or (char if char.isprintable() else None)
        if key is not None:
            # Modifiers have one order: ctrl, alt, shift.
            before = "ctrl+alt+" if key.startswith("ctrl+") else "alt+"
            self._out.append(before + key.removeprefix("ctrl+") if is_alt else key)

    # --- sequences ---------------------------------------------------------------------------------------------

    def _begin(self, c1: int) -> None:
        """What this control begins; nothing for what begins nothing."""
        self._reset()
        introducer = _C1.get(c1)
        if introducer == "[":
            self._state = self._sequence
        elif introducer == "O":
            self._state = self._single
        elif introducer is not None:
            self._held.append(ord(introducer))
            self._state = self._string

    def _sequence(self, byte: int) -> None:
        self._introducer = ""
        if 0x20 <= byte < 0x40:
            if len(self._held) < _MOST_PARAMETERS:
                self._held.append(byte)
        elif 0x40 <= byte < 0x7F:
            self._final(byte)
        else:
            self._abort(byte)

    def _final(self, byte: int) -> None:
        parameters = bytes(self._held)
        self._held.clear()
        if byte == ord("~") and parameters == b"200":
            self._state = self._paste
        elif byte in b"M[" and not parameters:
            self._wanted = 3 if byte == ord("M") else 1
            self._state = self._skip
        else:
            self._reset()
            if len(parameters) < _MOST_PARAMETERS:
                self._press(sequence_key(parameters.decode("ascii"), chr(byte)))

    def _single(self, byte: int) -> None:
        self._introducer = ""
        if byte in b"0123456789;" and len(self._held) < _MOST_PARAMETERS:
            self._held.append(byte)
        elif 0x20 <= byte < 0x7F:
            has_parameters = bool(self._held)
            self._reset()
            self._press(None if has_parameters else single_key(chr(byte)))
        else:
            self._abort(byte)

    def _skip(self, byte: int) -> None:
        self._wanted -= 1
        self._held.append(byte)
        if self._wanted == 0:
            key = _CONSOLE_KEYS.get(bytes(self._held))
            self._reset()
            self._press(key)

    def _string(self, byte: int) -> None:
        self._introducer = ""
        if byte == _ESC:
            self._state = self._end_of_string
        elif byte in (_CAN, _SUB) or (byte == _BEL and self._held == b"]"):
            self._reset()

    def _end_of_string(self, byte: int) -> None:
        """After an ESC, which ends every string; a backslash belongs to it."""
        self._reset()
        if byte != ord("\\"):
            self._state = self._escape
            if byte != _ESC:
                self._escape(byte)

    def _abort(self, byte: int) -> None:
        """A control in a sequence: what came before it was none, and it is itself what it always is."""
        self._reset()
        if byte < 0x20:
            self._ground(byte)

    def _paste(self, byte: int) -> None:
        self._held.append(byte)
        if byte == _PASTE_END[-1] and self._held.endswith(_PASTE_END):
            text = self._held[: -len(_PASTE_END)][:MOST_PASTED].decode("utf-8", "replace")
            self._reset()
            self._out.append(Paste(text))
        elif len(self._held) > MOST_PASTED + len(_PASTE_END):
            del self._held[MOST_PASTED]  # beyond that, only what may become its end is kept

    def _press(self, key: str | None) -> None:
        if key is not None:
            self._out.append(key)
