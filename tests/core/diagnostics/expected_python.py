"""The findings in the samples of Python and its tools, in order."""

from __future__ import annotations

from tests.core.diagnostics.reading import Expected

EXPECTED: Expected = {
    "black": [
        ("syn.py", 1, 7, "error", None, "cannot parse"),
    ],
    "flake8": [
        ("syn.py", 1, 8, "error", "E999", "SyntaxError: invalid syntax"),
        ("typed.py", 1, 1, "error", "F401", "'os' imported but unused"),
        ("typed.py", 1, 1, "error", "F401", "'sys' imported but unused"),
        ("typed.py", 1, 10, "error", "E401", "multiple imports on one line"),
        ("typed.py", 3, 1, "error", "E302", "expected 2 blank lines, found 0"),
        ("typed.py", 5, 1, "error", "E302", "expected 2 blank lines, found 0"),
        ("typed.py", 5, 7, "error", "E741", "ambiguous variable name 'l'"),
        ("typed.py", 6, 18, "error", "E702", "multiple statements on one line (semicolon"),
        ("typed.py", 6, 20, "error", "F821", "undefined name 'undefined_var'"),
        ("typed.py", 7, 5, "error", "F841", "local variable 'unused' is assigned to but"),
        ("typed.py", 8, 1, "error", "E305", "expected 2 blank lines after class or func"),
        ("typed.py", 9, 1, "error", "E302", "expected 2 blank lines, found 0"),
    ],
    "mypy": [
        ("typed.py", 4, None, "error", "return-value", 'Incompatible return value type (got "int",'),
        ("typed.py", 6, None, "error", "arg-type", 'Argument 1 to "append" of "list" has incom'),
        ("typed.py", 6, None, "error", "name-defined", 'Name "undefined_var" is not defined'),
        ("typed.py", 8, None, "error", "call-arg", 'Too many arguments for "f"'),
        ("typed.py", 8, None, "error", "arg-type", 'Argument 1 to "f" has incompatible type "s'),
    ],
    "mypy-columns": [
        ("typed.py", 4, 12, "error", "return-value", 'Incompatible return value type (got "int",'),
        ("typed.py", 6, 14, "error", "arg-type", 'Argument 1 to "append" of "list" has incom'),
        ("typed.py", 6, 20, "error", "name-defined", 'Name "undefined_var" is not defined'),
        ("typed.py", 8, 1, "error", "call-arg", 'Too many arguments for "f"'),
        ("typed.py", 8, 3, "error", "arg-type", 'Argument 1 to "f" has incompatible type "s'),
    ],
    "mypy-notes": [
        ("mp/n.py", 1, None, "error", "empty-body", "Missing return statement"),
        ("mp/n.py", 2, None, "note", None, 'Revealed type is "int"'),
        ("mp/n.py", 3, None, "error", "arg-type", 'Argument 1 to "f" has incompatible type "s'),
        ("mp/n.py", 7, None, "error", "override", 'Return type "str" of "m" incompatible with'),
        ("mp/n.py", 8, None, "error", "import-untyped", 'Library stubs not installed for "yaml"'),
        ("mp/n.py", 8, None, "error", "import-not-found", "Cannot find implementation or library stub"),
    ],
    "mypy-pretty": [
        ("mp/n.py", 1, None, "error", "empty-body", "Missing return statement"),
        ("mp/n.py", 2, None, "note", None, 'Revealed type is "int"'),
        ("mp/n.py", 3, None, "error", "arg-type", 'Argument 1 to "f" has incompatible type "s'),
        ("mp/n.py", 7, None, "error", "override", 'Return type "str" of "m" incompatible with'),
        ("mp/n.py", 8, None, "error", "import-untyped", 'Library stubs not installed for "yaml"'),
        ("mp/n.py", 8, None, "error", "import-not-found", "Cannot find implementation or library stub"),
    ],
    "py-chained": [
        ("/home/dev/project/tb.py", 9, None, "error", None, "ConfigError: cannot load"),
    ],
    "py-compileall": [
        ("syn.py", 1, None, "error", None, "SyntaxError: invalid syntax"),
        ("indent.py", 3, None, "error", None, "IndentationError: unexpected indent"),
    ],
    "py-context": [
        ("/home/dev/project/tb2.py", 5, None, "error", None, "NameError: name 'undefined_name' is not de"),
    ],
    "py-group": [
        ("/home/dev/project/eg.py", 5, None, "error", None, "ExceptionGroup: unhandled errors in a Task"),
        ("/home/dev/project/eg.py", 3, None, "error", None, "ValueError: 1"),
        ("/home/dev/project/eg.py", 3, None, "error", None, "ValueError: 2"),
    ],
    "py-import-syntax": [
        ("/home/dev/project/syn.py", 1, None, "error", None, "SyntaxError: invalid syntax"),
    ],
    "py-indent": [
        ("/home/dev/project/indent.py", 3, None, "error", None, "IndentationError: unexpected indent"),
    ],
    "py-recursion": [
        ("/home/dev/project/rec.py", 4, None, "error", None, "RecursionError: maximum recursion depth ex"),
    ],
    "py-syntax": [
        ("/home/dev/project/syn.py", 1, None, "error", None, "SyntaxError: invalid syntax"),
    ],
    "py-thread": [
        ("/home/dev/project/thr.py", 3, None, "error", None, "ZeroDivisionError: division by zero"),
    ],
    "pylint": [
        ("typed.py", 6, 20, "warning", "pointless-statement", "Statement seems to have no effect"),
        ("typed.py", 6, 20, "error", "undefined-variable", "Undefined variable 'undefined_var'"),
        ("typed.py", 7, 5, "warning", "unused-variable", "Unused variable 'unused'"),
        ("typed.py", 8, 1, "error", "too-many-function-args", "Too many positional arguments for function"),
        ("typed.py", 10, 25, "error", "no-member", "Instance of 'A' has no 'nope' member"),
        ("typed.py", 9, 1, "info", "too-few-public-methods", "Too few public methods (1/2)"),
        ("typed.py", 1, 1, "warning", "unused-import", "Unused import os"),
        ("typed.py", 1, 1, "warning", "unused-import", "Unused import sys"),
    ],
    "pytest": [
        ("pt/test_coll.py", 1, None, "error", "pt/test_coll.py", "ModuleNotFoundError: No module named 'nope"),
    ],
    "pytest-deep": [
        ("pt2/lib.py", 3, None, "error", "TestC.test_deep[a b]", "json.decoder.JSONDecodeError: Expecting va"),
        ("pt2/lib.py", 5, None, "error", "TestC.test_own", "ValueError: first"),
    ],
    "pytest-deep-short": [
        ("pt2/lib.py", 3, None, "error", "TestC.test_deep[a b]", "json.decoder.JSONDecodeError: Expecting va"),
        ("pt2/lib.py", 5, None, "error", "TestC.test_own", "ValueError: first"),
    ],
    "pytest-line": [
        ("/home/dev/project/pt/test_a.py", 8, None, "error", None, "AssertionError: assert {'a': 1, 'b': [1, 2"),
        ("/home/dev/project/pt/test_a.py", 10, None, "error", None, "TypeError: add() missing 1 required positi"),
        ("/home/dev/project/pt/test_a.py", 12, None, "error", None, "assert 2 == 1"),
        ("pt/test_a.py", None, None, "error", "test_err", "RuntimeError: fixture boom"),
    ],
    "pytest-long": [
        ("pt/test_a.py", 4, None, "error", "test_err", "RuntimeError: fixture boom"),
        ("pt/test_a.py", 8, None, "error", "test_bad", "AssertionError: assert {'a': 1, 'b': [1, 2"),
        ("pt/test_a.py", 10, None, "error", "test_exc", "TypeError: add() missing 1 required positi"),
        ("pt/test_a.py", 12, None, "error", "test_p[2]", "assert 2 == 1"),
    ],
    "pytest-short": [
        ("pt/test_a.py", 4, None, "error", "test_err", "RuntimeError: fixture boom"),
        ("pt/test_a.py", 8, None, "error", "test_bad", "AssertionError: assert {'a': 1, 'b': [1, 2"),
        ("pt/test_a.py", 10, None, "error", "test_exc", "TypeError: add() missing 1 required positi"),
        ("pt/test_a.py", 12, None, "error", "test_p[2]", "assert 2 == 1"),
    ],
    "pytest-short-color": [
        ("pt/test_a.py", 4, None, "error", "test_err", "RuntimeError: fixture boom"),
        ("pt/test_a.py", 8, None, "error", "test_bad", "AssertionError: assert {'a': 1, 'b': [1, 2"),
        ("pt/test_a.py", 10, None, "error", "test_exc", "TypeError: add() missing 1 required positi"),
        ("pt/test_a.py", 12, None, "error", "test_p[2]", "assert 2 == 1"),
    ],
    "pytest-syntax": [
        ("/home/dev/project/pt2/test_s.py", 1, None, "error", "pt2/test_s.py", "SyntaxError: invalid syntax"),
    ],
    "ruff-concise": [
        ("syn.py", 1, 7, "error", "invalid-syntax", "Expected a parameter or the end of the par"),
        ("syn.py", 1, 8, "error", "invalid-syntax", "Expected `)`, found newline"),
        ("typed.py", 1, 1, "error", "E401", "Multiple imports on one line"),
        ("typed.py", 1, 8, "error", "F401", "`os` imported but unused"),
        ("typed.py", 1, 12, "error", "F401", "`sys` imported but unused"),
        ("typed.py", 5, 7, "error", "E741", "Ambiguous variable name: `l`"),
        ("typed.py", 6, 18, "error", "E702", "Multiple statements on one line (semicolon"),
        ("typed.py", 6, 20, "error", "F821", "Undefined name `undefined_var`"),
        ("typed.py", 7, 5, "error", "F841", "Local variable `unused` is assigned to but"),
    ],
    "ruff-format": [
        ("syn.py", 1, 7, "error", "invalid-syntax", "Expected a parameter or the end of the par"),
        ("typed.py", 3, 1, "error", "unformatted", "File would be reformatted"),
    ],
    "ruff-full": [
        ("syn.py", 1, 7, "error", "invalid-syntax", "Expected a parameter or the end of the par"),
        ("syn.py", 1, 8, "error", "invalid-syntax", "Expected `)`, found newline"),
        ("typed.py", 1, 1, "error", "E401", "Multiple imports on one line"),
        ("typed.py", 1, 8, "error", "F401", "`os` imported but unused"),
        ("typed.py", 1, 12, "error", "F401", "`sys` imported but unused"),
        ("typed.py", 5, 7, "error", "E741", "Ambiguous variable name: `l`"),
        ("typed.py", 6, 18, "error", "E702", "Multiple statements on one line (semicolon"),
        ("typed.py", 6, 20, "error", "F821", "Undefined name `undefined_var`"),
        ("typed.py", 7, 5, "error", "F841", "Local variable `unused` is assigned to but"),
    ],
    "unittest": [
        ("/home/dev/project/ut.py", 4, None, "error", None, "KeyError: 'x'"),
        ("/home/dev/project/ut.py", 3, None, "error", None, "AssertionError: 1 != 2"),
    ],
    "pyright": [
        (
            "/home/dev/project/typed.py",
            4,
            12,
            "error",
            "reportReturnType",
            'Type "int" is not assignable to return typ',
        ),
        (
            "/home/dev/project/typed.py",
            6,
            14,
            "error",
            "reportArgumentType",
            "Argument of type \"Literal['a']\" cannot be",
        ),
        ("/home/dev/project/typed.py", 6, 20, "error", "reportUndefinedVariable", '"undefined_var" is not defined'),
        ("/home/dev/project/typed.py", 6, 20, "warning", "reportUnusedExpression", "Expression value is unused"),
        ("/home/dev/project/typed.py", 8, 8, "error", "reportCallIssue", "Expected 1 positional argument"),
        (
            "/home/dev/project/typed.py",
            10,
            30,
            "error",
            "reportAttributeAccessIssue",
            'Cannot access attribute "nope" for class "',
        ),
    ],
}
