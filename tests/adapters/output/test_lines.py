"""Bytes in pieces of any size become the same lines."""

from __future__ import annotations

import random

import pytest

from hotrun.adapters.output.lines import MAX_LINE, LineSplitter

PARTS = (b"a", b"word ", b"\n", b"\n", b"\r\n", b"\r", b"\xff", b"\xe2\x82", "é€😀".encode(), b"\x00", b"\x1b[31m")


def lines(*chunks: bytes) -> list[str]:
    splitter = LineSplitter()
    return [line for chunk in chunks for line in splitter.feed(chunk)] + list(splitter.finish())


def random_pieces(rng: random.Random, text: bytes, most: int) -> list[bytes]:
    pieces = []
    while text:
        size = rng.randint(1, most)
        pieces.append(text[:size])
        text = text[size:]
    return pieces


@pytest.mark.parametrize("seed", range(200))
def test_any_chunking_gives_the_lines_of_the_whole(seed: int) -> None:
    rng = random.Random(seed)
    text = b"".join(rng.choices(PARTS, k=rng.randrange(60)))
    decoded = text.decode("utf-8", "replace").split("\n")
    expected = [line.removesuffix("\r") for line in decoded[:-1]] + [line for line in decoded[-1:] if line]
    assert lines(*random_pieces(rng, text, rng.choice([1, 2, 10]))) == expected


@pytest.mark.parametrize("seed", range(20))
def test_any_chunking_cuts_long_lines_at_the_same_places(seed: int) -> None:
    rng = random.Random(seed)
    sizes = [MAX_LINE + rng.choice([-1, 0, 1, 2, MAX_LINE, MAX_LINE + 1]) for _ in range(3)]
    text = b"".join(b"x" * size + rng.choice([b"\n", b"\r\n", b"\ry\n"]) for size in sizes) + b"z" * rng.choice(sizes)
    whole = lines(text)
    assert lines(*random_pieces(rng, text, rng.choice([500, 5000, 65_536]))) == whole
    assert max(map(len, whole)) <= MAX_LINE
    assert "".join(whole).replace("\r", "") == text.decode().replace("\n", "").replace("\r", "")


def test_a_line_is_given_out_as_soon_as_it_ends() -> None:
    splitter = LineSplitter()
    assert splitter.feed(b"one\ntw") == ("one",)
    assert splitter.feed(b"o") == ()
    assert splitter.feed(b"\n\n") == ("two", "")
    assert splitter.finish() == ()


def test_a_character_cut_in_two_is_one_character() -> None:
    splitter = LineSplitter()
    assert splitter.feed(b"\xe2\x82") == ()
    assert splitter.feed(b"\xac\n") == ("€",)


def test_half_a_character_at_the_end_is_replaced() -> None:
    splitter = LineSplitter()
    splitter.feed(b"a\xe2\x82")
    assert splitter.finish() == ("a\ufffd",)
    assert splitter.finish() == ()


def test_an_endless_line_is_given_out_in_pieces_so_that_memory_stays_flat() -> None:
    splitter = LineSplitter()
    given = [line for _ in range(100) for line in splitter.feed(b"y" * 10_000)]
    assert set(map(len, given)) == {MAX_LINE}
    assert len(given) * MAX_LINE + sum(map(len, splitter.finish())) == 1_000_000


def test_a_lone_carriage_return_stays_in_its_line() -> None:
    assert lines(b"10%\r20%\r\n") == ["10%\r20%"]
