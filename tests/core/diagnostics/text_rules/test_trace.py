"""Stack traces: which frame is the place, which lines are kept, and lines that only resemble a trace."""

from __future__ import annotations

from hotrun.core.diagnostics.model.draft import Draft
from hotrun.core.diagnostics.text_rules.directories import Directories
from hotrun.core.diagnostics.text_rules.prefilter import Prefilter
from hotrun.core.diagnostics.text_rules.scanner import Scanner
from tests.core.diagnostics.reading import TRACEBACK, only, read, table

LEAD = ["file:///p/syn.mjs:1", "const a = ;", "          ^", ""]
INTERNAL = ["SyntaxError: Unexpected token", "    at compile (node:internal/modules:346:16)"]


def test_a_frame_in_the_project_is_preferred_to_one_in_a_library() -> None:
    frames = ["/p/own.py", "/p/.venv/lib/python3.12/site-packages/lib/a.py", "/usr/lib/python3.12/json/decoder.py"]
    lines = [TRACEBACK[0]]
    for file in frames:
        lines += [f'  File "{file}", line 3, in f', "    f()"]
    assert only("\n".join([*lines, "ValueError: no"])).file == "/p/own.py"


def test_the_last_frame_is_the_place_if_none_is_in_the_project() -> None:
    lines = [TRACEBACK[0], '  File "<frozen runpy>", line 1, in f', '  File "/usr/lib/python3/x.py", line 3, in f']
    assert only("\n".join([*lines, "ValueError: no"])).file == "/usr/lib/python3/x.py"


def test_an_exception_of_a_one_liner_has_no_place() -> None:
    finding = only('Traceback (most recent call last):\n  File "<string>", line 1, in <module>\nZeroDivisionError: no')
    assert (finding.file, finding.line, finding.message) == (None, None, "ZeroDivisionError: no")


def test_a_file_url_becomes_a_path() -> None:
    lines = "TypeError: no\n    at f (file:///p/my%20app/x.mjs:1:21)\n    at node:internal/main:28:49"
    assert only(lines).file == "/p/my app/x.mjs"


def test_a_message_of_several_lines_does_not_hide_the_stack() -> None:
    lines = "AssertionError [ERR_ASSERTION]: not equal:\n\n1 !== 2\n\n    at Object.<anonymous> (/p/x.js:3:8)"
    finding = only(lines)
    assert (finding.file, finding.line, finding.column) == ("/p/x.js", 3, 8)
    assert "1 !== 2" in finding.detail


def test_frames_far_below_an_error_are_not_its_own() -> None:
    assert read(["TypeError: no", *["chatter"] * 40, "    at f (/p/x.js:3:8)"]) == []


def test_the_detail_of_a_chain_contains_all_traces() -> None:
    link = "During handling of the above exception, another exception occurred:"
    story = [*TRACEBACK, "", link, "", *TRACEBACK[:3], "ValueError: other"]
    assert [line for line in only("\n".join(story)).detail if line] == [line for line in story if line]


def test_the_whole_trace_is_the_detail() -> None:
    assert only("\n".join(TRACEBACK)).detail == tuple(TRACEBACK)
    node = ["RangeError: late", "    at f (/p/rej.js:1:16)", "    at node:internal/main/run_main_module:28:49"]
    assert only("\n".join(node)).detail == tuple(node)


def test_a_long_trace_keeps_the_end_with_the_place() -> None:
    frames = [text for number in range(200) for text in (f'  File "/p/a.py", line {number + 1}, in f', "    f()")]
    detail = only("\n".join([TRACEBACK[0], *frames, "KeyError: 'x'"])).detail
    assert detail[-3:] == ('  File "/p/a.py", line 200, in f', "    f()", "KeyError: 'x'")
    assert len(detail) < 100


def test_a_long_trace_keeps_the_beginning_with_the_place() -> None:
    frames = [f"    at f{number} (/p/a.js:{number + 1}:1)" for number in range(200)]
    detail = only("\n".join(["RangeError: deep", *frames])).detail
    assert detail[:2] == ("RangeError: deep", "    at f0 (/p/a.js:1:1)")
    assert len(detail) < 100


def test_the_place_above_an_error_is_used_if_all_frames_are_internal() -> None:
    finding = only("\n".join([*LEAD, *INTERNAL]))
    assert (finding.file, finding.line, finding.column) == ("/p/syn.mjs", 1, 11)


def test_a_place_far_above_an_error_is_not_its_own() -> None:
    assert only("\n".join([*LEAD, "", "", "", "", "", *INTERNAL])).file is None


def test_a_place_above_an_error_is_used_once() -> None:
    other = ["TypeError: no", INTERNAL[1]]
    assert [finding.file for finding in read([*LEAD, *INTERNAL, *other])] == ["/p/syn.mjs", None]


def test_a_log_full_of_errors_does_not_fill_the_memory() -> None:
    scanner = Scanner(Prefilter(table().rules), Directories(()), _refuse)
    for number in range(25):
        scanner.feed(f"TypeError: number {number}")
    assert len(scanner.open) == 1


def test_two_tracebacks_in_a_row_are_two_findings() -> None:
    second = [TRACEBACK[0], '  File "/p/b.py", line 9, in <module>', "ValueError: other"]
    assert [(f.file, f.message) for f in read([*TRACEBACK, *second])] == [
        ("/p/a.py", "KeyError: 'x'"),
        ("/p/b.py", "ValueError: other"),
    ]


def _refuse(draft: Draft) -> None:
    raise AssertionError(draft.finding())
