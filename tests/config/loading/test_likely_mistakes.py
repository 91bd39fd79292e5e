"""Warnings: keys without an effect, and settings that can hardly be meant."""

from __future__ import annotations

import pytest

from hotrun.config.loading.load import parse
from tests.config.loading.loaded import PENDING, ROOT, warnings_of


def test_each_key_without_effect_is_one_warning_in_the_order_of_the_file() -> None:
    assert warnings_of(PENDING) == [
        "4: run.web.overlap: the old and the new run both need port 8000, use {port} or listen",
        "6: proxy: not yet supported, ignored",
    ]


BOTH = "the old and the new run both need port"


@pytest.mark.parametrize(
    ("keys", "warning"),
    [
        ('overlap = true\nready.tcp = "127.0.0.1:8000"', f"overlap: {BOTH} 8000, use {{port}} or listen"),
        ('overlap = true\nready.http = "http://x/"', f"overlap: {BOTH} 80, use {{port}} or listen"),
        ('overlap = true\nready.http = "https://[::1]/"', f"overlap: {BOTH} 443, use {{port}} or listen"),
        ('overlap = true\nready.http = "http://x:81/?at=http://y:82/"', f"overlap: {BOTH} 81, use {{port}} or listen"),
        (
            'overlap = true\nlisten = ["127.0.0.1:8000"]\nready.tcp = "127.0.0.1:9000"',
            f"overlap: {BOTH} 9000, use {{port}} or listen",
        ),
        (
            'listen = ["127.0.0.1:8000"]\nready.tcp = "localhost:8000"',
            "ready.tcp: the socket that hotrun keeps open always answers here, use http, log, notify or exec",
        ),
        (
            'listen = ["127.0.0.1:8000"]\noverlap = true\nready.http = "http://127.0.0.1:8000/"',
            "ready.http: the old run may answer here too, use log, notify or exec",
        ),
        (
            'overlap = true\nready.http = "http://127.0.0.1:8000/"\nenv.PORT = "{port}"',
            "ready.http: the old run answers here, use {port}",
        ),
        (
            'ready.tcp = "127.0.0.1:{port}"',
            "ready: {port} is used only here, also pass it to the program in command or env",
        ),
        (
            'ready.exec = "curl localhost:{port}"',
            "ready: {port} is used only here, also pass it to the program in command or env",
        ),
        ("overlap = true", None),
        ('overlap = true\nready.log = "up"', None),
        ('ready.tcp = "127.0.0.1:8000"', None),
        ('overlap = true\nready.tcp = "127.0.0.1:{port}"\nenv.PORT = "{port}"', None),
        ('listen = ["127.0.0.1:8000"]\nready.http = "http://127.0.0.1:8000/"', None),
        ('listen = ["unix:a.sock"]\noverlap = true\nready.notify = true', None),
    ],
)
def test_a_likely_mistake_is_a_warning_that_says_what_to_change(keys: str, warning: str | None) -> None:
    found = warnings_of(f'[run.web]\ncommand = "x"\n{keys}')
    assert [line.partition(": run.web.")[2] for line in found] == ([] if warning is None else [warning])


def test_a_file_without_such_keys_has_no_warnings() -> None:
    assert parse('[run.web]\ncommand = "x"', "hotrun.toml", ROOT).warnings == ()
