"""A key is what a person has pressed, whatever else a terminal sends and however its bytes are cut."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

from hotrun.keys.decoder import ESCAPE_MS, MOST_PASTED, PASTE_MS, UNFINISHED_MS, Decoder, Paste
from hotrun.keys.names import is_key

KEYS: list[tuple[bytes, list[str]]] = [
    (b"r", ["r"]),
    (b"rR1?", ["r", "R", "1", "?"]),
    (b"\r", ["enter"]),
    (b"\n", ["enter"]),
    (b"\t", ["tab"]),
    (b" ", ["space"]),
    (b"\x7f", ["backspace"]),
    (b"\x08", ["backspace"]),
    (b"\x00", ["ctrl+space"]),
    (b"\x02\x06\x0c", ["ctrl+b", "ctrl+f", "ctrl+l"]),
    (b"\x1d\x1e\x1f", ["ctrl+]", "ctrl+^", "ctrl+_"]),
    ("é€😀".encode(), ["é", "€", "😀"]),
    (b"\x1b[A\x1b[B\x1b[C\x1b[D\x1b[H\x1b[F", ["up", "down", "right", "left", "home", "end"]),
    (b"\x1bOA\x1bOB\x1bOC\x1bOD\x1bOH\x1bOF", ["up", "down", "right", "left", "home", "end"]),
    (b"\x1bOP\x1bOQ\x1bOR\x1bOS", ["f1", "f2", "f3", "f4"]),
    (b"\x1b[11~\x1b[15~\x1b[17~\x1b[24~", ["f1", "f5", "f6", "f12"]),
    (b"\x1b[[A\x1b[[E", ["f1", "f5"]),
    (b"\x1b[1~\x1b[2~\x1b[3~\x1b[4~\x1b[5~\x1b[6~", ["home", "insert", "delete", "end", "pageup", "pagedown"]),
    (b"\x1b[Z\x1b[1;2Z\x1b[1;6Z", ["backtab", "backtab", "ctrl+backtab"]),
    (b"\x1b[1;5A\x1b[1;3B\x1b[1;2C\x1b[1;8D", ["ctrl+up", "alt+down", "shift+right", "ctrl+alt+shift+left"]),
    (b"\x1b[3;5~\x1b[15;2~", ["ctrl+delete", "shift+f5"]),
    (b"\x1b[1;2P\x1b[13;2~", ["shift+f1", "shift+f3"]),
    (b"\x1bOM\x1bOj\x1bOp\x1bOy", ["enter", "*", "0", "9"]),
    (b"\x1bx\x1bZ", ["alt+x", "alt+Z"]),
    (b"\x1b\r\x1b\x7f\x1b\x01\x1b ", ["alt+enter", "alt+backspace", "ctrl+alt+a", "alt+space"]),
    ("\x1bé".encode(), ["alt+é"]),
    (b"\x1b\x1b[A", ["esc", "up"]),
    # kitty's protocol and modifyOtherKeys, where a terminal was told to use them
    (b"\x1b[27u\x1b[13u\x1b[9;2u\x1b[127;5u", ["esc", "enter", "backtab", "ctrl+backspace"]),
    (b"\x1b[114u\x1b[114;2u\x1b[114;5u\x1b[114;3u", ["r", "R", "ctrl+r", "alt+r"]),
    (b"\x1b[49:33;2u\x1b[114;65u\x1b[114;5:1u", ["!", "r", "ctrl+r"]),
    (b"\x1b[27;5;114~\x1b[27;2;33~\x1b[27;5;13~", ["ctrl+r", "!", "ctrl+enter"]),
    (b"\x9b1;5A\x8fP", ["ctrl+up", "f1"]),
]

REPLIES = {
    "attributes": b"\x1b[?62;1;6;22c",
    "secondary attributes": b"\x1b[>41;354;0c",
    "tertiary attributes": b"\x1bP!|7E565445\x1b\\",
    "version": b"\x1bP>|XTerm(354)\x1b\\",
    "setting": b"\x1bP1$r0 q\x1b\\",
    "terminfo": b"\x1bP1+r544e=787465726d\x1b\\",
    "foreground": b"\x1b]10;rgb:1e1e/bbbb/eeee\x1b\\",
    "background": b"\x1b]11;rgb:1e1e/bbbb/eeee\x07",
    "palette": b"\x1b]4;1;rgb:cccc/0000/0000\x07",
    "clipboard": b"\x1b]52;c;cmViZQ==\x07",
    "title": "\x1b]lÜber · reb\x1b\\".encode(),
    "status": b"\x1b[0n",
    "position": b"\x1b[12;40R\x1b[1;2R",
    "extended position": b"\x1b[?12;40;1R",
    "size": b"\x1b[8;24;80t\x1b[4;600;800t",
    "mode": b"\x1b[?2026;2$y\x1b[4;2$y",
    "keyboard flags": b"\x1b[?1u",
    "color scheme": b"\x1b[?997;1n",
    "focus": b"\x1b[I\x1b[O",
    "mouse of SGR": b"\x1b[<0;12;3M\x1b[<0;12;3m\x1b[<64;1;1M",
    "mouse of X10": b"\x1b[Mrbe\x1b[M r\xff",
    "mouse of urxvt": b"\x1b[32;12;3M",
    "graphics": b"\x1b_Gi=31;OK\x1b\\",
    "privacy": b"\x1b^rbe\x1b\\\x1bXrbe\x1b\\",
    "in C1": b"\x9b?62;1c\xc2\x9b?62;1c",
    "end of a paste alone": b"\x1b[201~",
    "key released": b"\x1b[114;1:3u\x1b[1;1:3A",
    "key with Super": b"\x1b[114;9u\x1b[1;9A",
    "function key without a name": b"\x1b[57358u\x1b[99~\x1b[25~",
    "absurd numbers": b"\x1b[999999999999999u\x1b[27;5;1114112~\x1b[" + b"1;" * 500 + b"A",
}


@pytest.mark.parametrize(("data", "keys"), KEYS)
def test_a_key_is_told_by_its_name(data: bytes, keys: list[str]) -> None:
    decoder = Decoder()
    assert decoder.feed(data, 0) == keys
    assert decoder.deadline_ms is None
    assert all(is_key(key) or key == "ctrl+enter" for key in keys)


@pytest.mark.parametrize("reply", REPLIES.values(), ids=REPLIES)
def test_what_a_terminal_answers_presses_no_key(reply: bytes) -> None:
    decoder = Decoder()
    assert decoder.feed(reply + b"x", 0) == ["x"]
    assert decoder.feed(b"y" + reply + reply + b"z", 0) == ["y", "z"]


@pytest.mark.parametrize("data", [data for data, _ in KEYS] + list(REPLIES.values()))
def test_it_is_the_same_split_at_any_byte(data: bytes) -> None:
    whole = Decoder().feed(data + b"!", 0)
    for cut in range(len(data) + 1):
        decoder = Decoder()
        assert decoder.feed(data[:cut], 0) + decoder.feed(data[cut:] + b"!", ESCAPE_MS * 10) == whole


def test_an_escape_alone_is_the_key_when_nothing_has_followed() -> None:
    decoder = Decoder()
    assert decoder.feed(b"\x1b", 1000) == []
    assert decoder.deadline_ms == 1000 + ESCAPE_MS
    assert decoder.tick(999 + ESCAPE_MS) == []
    assert decoder.tick(1000 + ESCAPE_MS) == ["esc"]
    assert decoder.deadline_ms is None
    assert decoder.feed(b"[A", 1100) == ["[", "A"]


def test_alt_with_a_character_that_begins_a_sequence_is_known_when_nothing_has_followed() -> None:
    decoder = Decoder()
    for char in "[O]PX^_":
        assert decoder.feed(b"\x1b" + char.encode(), 0) == []
        assert decoder.tick(ESCAPE_MS) == ["alt+" + char]


@pytest.mark.parametrize("part", [b"\x1b]11;rgb:1e", b"\x1b[?6", b"\x1bP>|X", b"\x1b[1;", b"\x1b]11;x\x1b"])
def test_a_reply_that_stalls_presses_no_key_and_does_not_keep_the_keyboard(part: bytes) -> None:
    decoder = Decoder()
    assert decoder.feed(part, 0) == []
    assert decoder.tick(ESCAPE_MS) == []
    assert decoder.deadline_ms == UNFINISHED_MS
    assert decoder.tick(UNFINISHED_MS) == []
    assert decoder.feed(b"r", UNFINISHED_MS) == ["r"]


def test_a_sequence_that_is_cut_off_by_another_one_takes_nothing_with_it() -> None:
    decoder = Decoder()
    assert decoder.feed(b"\x1b[12\x1b[A", 0) == ["up"]
    assert decoder.feed(b"\x1b]11;rgb\x1b[A", 0) == ["up"]
    assert decoder.feed(b"\x1b]11;rgb\x1b\x1b[A", 0) == ["up"]
    assert decoder.feed(b"\x1b]11;rgb\x18r", 0) == ["r"]
    assert decoder.feed(b"\x1b[1\rr", 0) == ["enter", "r"]


def test_a_paste_is_no_keys() -> None:
    decoder = Decoder()
    text = "rbq \x1b[A é\r\n"
    assert decoder.feed(b"x\x1b[200~" + text.encode() + b"\x1b[201~y", 0) == ["x", Paste(text), "y"]


def test_a_paste_is_the_same_split_at_any_byte() -> None:
    data = "\x1b[200~rb\x1b[20é\x1b[201~q".encode()
    for cut in range(len(data) + 1):
        decoder = Decoder()
        assert decoder.feed(data[:cut], 0) + decoder.feed(data[cut:], 1) == [Paste("rb\x1b[20é"), "q"]


def test_a_large_paste_is_cut_and_still_ends() -> None:
    decoder = Decoder()
    keys = decoder.feed(b"\x1b[200~" + b"r" * (3 * MOST_PASTED) + b"\x1b[201~q", 0)
    assert keys == [Paste("r" * MOST_PASTED), "q"]


def test_a_paste_without_an_end_gives_the_keyboard_back() -> None:
    decoder = Decoder()
    assert decoder.feed(b"\x1b[200~rbq", 0) == []
    assert decoder.tick(UNFINISHED_MS) == []
    assert decoder.tick(PASTE_MS) == []
    assert decoder.feed(b"r", PASTE_MS) == ["r"]


def test_bytes_that_are_no_text_press_nothing() -> None:
    assert Decoder().feed(b"\xff\xfe\xc0\xaf\xed\xa0\x80\xf5r", 0) == ["r"]
    assert Decoder().feed(b"\xc3r\xe2\x82b", 0) == ["r", "b"]
    assert Decoder().feed("\u200b\u202e\ue000".encode(), 0) == []


PIECES = [*(data for data, _ in KEYS), *REPLIES.values(), b"\x1b[200~", b"\x1b[201~", b"\x1b", b"rbe", b"\xff", b"\x9d"]


def random_input(rng: random.Random) -> bytes:
    if rng.random() < 0.3:
        return rng.randbytes(rng.randrange(40))
    cut = [piece[: rng.randint(0, len(piece))] for piece in rng.choices(PIECES, k=rng.randint(1, 5))]
    return b"".join(cut)


@pytest.mark.parametrize("seed", range(20))
def test_random_input_gives_keys_only_and_the_same_ones_however_it_is_cut(seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(1000):
        data = random_input(rng)
        whole, pieces = Decoder(), Decoder()
        expected = whole.feed(data, 0)
        cuts = sorted({0, len(data), *(rng.randint(0, len(data)) for _ in range(3))})
        assert [key for start, end in pairwise(cuts) for key in pieces.feed(data[start:end], 0)] == expected
        assert (pieces.deadline_ms is None) == (whole.deadline_ms is None)
        for key in expected + whole.tick(PASTE_MS):
            assert isinstance(key, Paste) or key.isprintable()
        assert whole.feed(b"r", PASTE_MS) == ["r"], "the keyboard works again"
