"""Reading any file ends with a result after bounded work: random damage, truncation, malicious files."""

from __future__ import annotations

import random
import struct
from typing import get_args

import pytest

from hotrun.go.compare.fit import fit_of
from hotrun.go.read import object_file as object_file
from hotrun.go.read.artifact import Artifact, Kind, artifact_of
from hotrun.go.read.buildinfo import MAGIC, parse_build_info
from tests.go.plugin_builds import SHARED, Way, Workshop

ROUNDS = 150
SECTION = "<IIQQQQIIQQ"


def judged(host: Artifact, data: bytes) -> Artifact:
    found = artifact_of("p.so", data)
    assert found.kind in get_args(Kind)
    assert fit_of(host, [found], ["Run"]).result in ("consistent", "inconsistent", "unknown")
    return found


@pytest.mark.parametrize("seed", range(3))
def test_random_damage_to_a_real_plugin_is_survived(seed: int, workshop: Workshop) -> None:
    host = artifact_of("host", workshop.host().read_bytes())
    data = workshop.plugin().read_bytes()
    (sections,) = struct.unpack_from("<Q", data, 0x28)
    places = [(0, 0x270), (sections, len(data)), (0, len(data))]
    rng = random.Random(seed)
    for _ in range(ROUNDS):
        damaged = bytearray(data)
        low, high = rng.choice(places)
        for _ in range(rng.choice([1, 1, 2, 5, 50])):
            damaged[rng.randrange(low, high)] = rng.choice([0, 0x7F, 0x80, 0xFF, rng.randrange(256)])
        judged(host, bytes(damaged))


def test_every_truncation_of_a_real_plugin_is_reported(workshop: Workshop) -> None:
    host = artifact_of("host", workshop.host().read_bytes())
    data = workshop.plugin().read_bytes()
    rng = random.Random(0)
    for length in [*range(200), *(rng.randrange(len(data)) for _ in range(ROUNDS))]:
        assert judged(host, data[:length]).kind in ("truncated", "damaged"), length


def test_fingerprints_under_an_unknown_name_make_a_file_unknown(workshop: Workshop) -> None:
    """A later Go may rename them. A file with Go's symbols but without fingerprints is unknown, and never fits."""
    host, plugin, stripped = (
        artifact_of(path.name, path.read_bytes().replace(b"pkghashbytes", b"pkgprintsize"))
        for path in (workshop.host(), workshop.plugin(), workshop.host(Way(flags=("-ldflags=-s -w",))))
    )
    assert [found.kind for found in (host, plugin, stripped)] == ["unknown"] * 3
    assert fit_of(host, [plugin]).result == "unknown"


def test_a_function_called_main_in_another_package_is_not_taken_for_the_plugin(workshop: Workshop) -> None:
    files = {
        "shared/shared.go": SHARED + "\n//go:noinline\nfunc main() string { return Version() }\n\nvar Used = main\n"
    }
    for package, path in (("./plugin", "ex.test/app/plugin"), ("plugin/main.go", "plugin/unnamed-")):
        built = workshop.plugin(Way(tuple(files.items()), ("-ldflags=-s -w",)), package)
        found = artifact_of("p.so", built.read_bytes())
        assert found.plugin_path.startswith(path)
        assert found.symbols == {"Run"}


def elf(sections: list[tuple[int, bytes, int]], names: int = 0) -> bytes:
    """An ELF library of these sections: type, contents, link."""
    body, table = b"", struct.pack(SECTION, *[0] * 10)
    for kind, contents, link in sections:
        table += struct.pack(SECTION, 0, kind, 0, 0x1000 + len(body), 64 + len(body), len(contents), link, 0, 1, 24)
        body += contents
    head = b"\x7fELF\x02\x01\x01".ljust(16, b"\0")
    head += struct.pack("<HHIQQQIHHHHHH", 3, 62, 1, 0, 0, 64 + len(body), 0, 64, 56, 0, 64, len(sections) + 1, names)
    return head + body + table


def symbols(*names: int, at: int = 0x1000) -> bytes:
    return b"".join(struct.pack("<IBBHQQ", name, 0x11, 0, 1, at, 8) for name in names)


@pytest.mark.parametrize("spelling", [b"go:link", b"go.link"], ids=["go:link", "go.link"])
def test_a_minimal_file_is_read(spelling: bytes) -> None:
    """Shows that the files below are refused only for their defect. go.link: Go up to 1.19."""
    text = b"\0" + spelling + b".pkghashbytes.ex.test/a%2eb\0"
    found = artifact_of("p.so", elf([(3, text, 0), (11, symbols(1), 1)], names=1))
    assert (found.kind, list(found.fingerprints)) == ("plugin", ["ex.test/a.b"])


def test_a_library_whose_main_package_is_named_main_is_a_host() -> None:
    """A position-independent program is an ELF library, too, as is a C library that opens plugins."""
    text = b"\0go:link.pkghashbytes.main\0"
    assert artifact_of("host", elf([(3, text, 0), (11, symbols(1), 1)], names=1)).kind == "host"


@pytest.mark.parametrize(
    ("data", "trouble"),
    [
        (elf([(3, b"\0go:link.pkghashbytes.a\0", 0), (11, symbols(1, 1, at=0x9000), 1)], names=1), "fingerprints"),
        (elf([(3, b"\0", 0), (11, symbols(0), 1), (11, symbols(0), 1)], names=1), "two symbol tables"),
        (elf([(3, b"\0", 0), (11, symbols(0), 99)], names=1), "string table"),
        (elf([(3, b"\0", 0), (11, symbols(0), 1)], names=2), "string table"),
        (b"\x7fELF\x01".ljust(64, b"\0"), "32-bit"),
        (b"\x7fELF\x02\x07".ljust(64, b"\0"), "damaged"),
        (b"\x7fELF\x02\x01".ljust(64, b"\0"), "neither a program nor a shared library"),
        (b"\xca\xfe\xba\xbe".ljust(64, b"\0"), "several machines"),
        (b"#!/bin/sh\n", "neither an ELF nor a Mach-O file"),
        (b"", "it is empty"),
    ],
    ids="fingerprint two-tables no-such-names names-of-symbols 32-bits order type fat script empty".split(),
)
def test_the_defect_of_a_file_is_reported(data: bytes, trouble: str) -> None:
    found = artifact_of("p.so", data)
    assert (found.kind, trouble in found.trouble) == ("damaged", True), found.trouble


def test_many_symbols_that_share_long_names_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(object_file, "MAX_NAMES", 10_000)
    data = elf([(3, b"x" * 4000 + b"\0", 0), (11, symbols(*range(100)), 1)], names=1)
    assert artifact_of("p.so", data).trouble == "its symbol names are too long"


@pytest.mark.parametrize(
    "section",
    [
        b"",
        MAGIC,
        MAGIC.ljust(32, b"\0"),
        MAGIC + b"\x08\x02",
        (MAGIC + b"\x08\x02").ljust(32, b"\0") + b"\xff" * 20,
        (MAGIC + b"\x08\x02").ljust(32, b"\0") + b"\xff\xff\xff\x7fgo",
    ],
    ids="empty magic pointers short endless too-long".split(),
)
def test_invalid_build_information_is_none(section: bytes) -> None:
    assert parse_build_info(section) is None


def test_build_information_without_modules_has_the_version() -> None:
    for rest in (b"", b"\x00", b"\x05abc", b"\x20" + b"x" * 32):
        info = parse_build_info((MAGIC + b"\x08\x02").ljust(32, b"\0") + b"\x06go1.26" + rest)
        assert info is not None
        assert (info.go_version, info.modules) == ("go1.26", {})


def test_settings_that_go_quotes_are_read() -> None:
    text = 'build\t-gcflags="all=-N -l"\nbuild\t-tags=`a,b`\nbuild\t"odd name"=1\nbuild\tx="\n'
    blob = b"0" * 16 + text.encode() + b"1" * 16
    info = parse_build_info((MAGIC + b"\x08\x02").ljust(32, b"\0") + b"\x06go1.26" + bytes([len(blob)]) + blob)
    assert info is not None
    assert info.settings["-gcflags"] == "all=-N -l"
    assert info.settings["-tags"] == "a,b"
