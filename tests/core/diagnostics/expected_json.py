"""The findings in the samples of JSON output, in order."""

# ruff: noqa: RUF001 (the quotes are those that the tools print)

from __future__ import annotations

from tests.core.diagnostics.reading import Expected

EXPECTED: Expected = {
    "cargo-check-json": [
        ("src/util.rs", 1, 16, "error", "E0425", "cannot find type `Strng` in this scope"),
        ("src/main.rs", 4, 18, "error", "E0308", "mismatched types"),
        ("src/main.rs", 8, 5, "error", "E0061", "this function takes 0 arguments but 1 argu"),
    ],
    "cargo-json-ansi": [
        ("src/util.rs", 1, 16, "error", "E0425", "cannot find type `Strng` in this scope"),
        ("src/main.rs", 4, 18, "error", "E0308", "mismatched types"),
        ("src/main.rs", 8, 5, "error", "E0061", "this function takes 0 arguments but 1 argu"),
    ],
    "eslint-json": [
        (
            "/home/dev/project/js/src/bad.js",
            1,
            7,
            "error",
            "no-unused-vars",
            "'unused' is assigned a value but never use",
        ),
        ("/home/dev/project/js/src/bad.js", 3, 9, "warning", "eqeqeq", "Expected '===' and instead saw '=='."),
        ("/home/dev/project/js/src/bad.js", 4, 3, "error", "no-debugger", "Unexpected 'debugger' statement."),
        ("/home/dev/project/js/src/bad.js", 5, 10, "error", "no-undef", "'undef' is not defined."),
    ],
    "gcc-json": [
        ("inc.h", 1, 38, "error", None, "expected expression before ‘;’ token"),
        ("bad.c", 3, 36, "error", None, "‘c’ undeclared (first use in this function"),
        ("bad.c", 6, 15, "warning", "-Wint-conversion", "initialization of ‘char *’ from ‘int’ make"),
        ("bad.c", 7, 14, "warning", "-Wformat=", "format ‘%d’ expects argument of type ‘int’"),
        ("bad.c", 8, 12, "error", None, "too few arguments to function ‘add’"),
        ("bad.c", 8, 18, "error", None, "expected ‘;’ before ‘}’ token"),
        ("bad.c", 6, 11, "warning", "-Wunused-variable", "unused variable ‘s’"),
        ("bad.c", 5, 9, "warning", "-Wunused-variable", "unused variable ‘unused’"),
        ("inc.h", 1, 40, "warning", "-Wreturn-type", "control reaches end of non-void function"),
        ("bad.c", 3, 39, "warning", "-Wreturn-type", "control reaches end of non-void function"),
        ("inc.h", 1, 12, "warning", "-Wunused-function", "‘helper’ defined but not used"),
    ],
    "go-build-json": [
        ("sub/sub.go", 3, 13, "error", None, "syntax error: unexpected { in parameter li"),
        ("./main.go", 5, 2, "error", None, '"os" imported and not used'),
        ("./main.go", 9, 17, "error", None, "cannot use 42 (untyped int constant) as st"),
        ("./main.go", 10, 2, "error", None, "declared and not used: x"),
        ("./main.go", 11, 17, "error", None, "undefined: undefinedThing"),
        ("./main.go", 12, 9, "error", None, "too many return values"),
    ],
    "go-test-json": [
        ("sub_test.go", 9, None, "error", "TestF/inner", "inner failed"),
        ("sub_test.go", 7, None, "error", "TestF", "F() = 1, want 2"),
        ("/home/dev/project/gp/sub/sub_test.go", 14, None, "error", None, "panic: assignment to entry in nil map"),
    ],
    "go-test-json-build": [
        ("./main.go", 10, 14, "error", None, 'fmt.Printf format %d has arg "str" of wron'),
        ("sub/sub.go", 7, 24, "error", None, 'fmt.Printf format %d has arg "x" of wrong'),
    ],
    "go-vet-json": [
        ("/home/dev/project/gp/main.go", 10, 14, "warning", "printf", 'fmt.Printf format %d has arg "str" of wron'),
        ("/home/dev/project/gp/sub/sub.go", 7, 24, "warning", "printf", 'fmt.Printf format %d has arg "x" of wrong'),
    ],
    "mypy-json": [
        ("typed.py", 4, 12, "error", "return-value", 'Incompatible return value type (got "int",'),
        ("typed.py", 6, 14, "error", "arg-type", 'Argument 1 to "append" of "list" has incom'),
        ("typed.py", 6, 20, "error", "name-defined", 'Name "undefined_var" is not defined'),
        ("typed.py", 8, 1, "error", "call-arg", 'Too many arguments for "f"'),
        ("typed.py", 8, 3, "error", "arg-type", 'Argument 1 to "f" has incompatible type "s'),
    ],
    "pyright-json": [
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
    "ruff-json": [
        ("/home/dev/project/typed.py", 1, 8, "error", "F401", "`os` imported but unused"),
        ("/home/dev/project/typed.py", 1, 12, "error", "F401", "`sys` imported but unused"),
    ],
    "ruff-json-lines": [
        ("/home/dev/project/typed.py", 1, 8, "error", "F401", "`os` imported but unused"),
        ("/home/dev/project/typed.py", 1, 12, "error", "F401", "`sys` imported but unused"),
    ],
    "ruff-sarif": [
        ("/home/dev/project/typed.py", 1, 8, "error", "F401", "`os` imported but unused"),
        ("/home/dev/project/typed.py", 1, 12, "error", "F401", "`sys` imported but unused"),
        ("/home/dev/project/typed.py", 6, 20, "error", "F821", "Undefined name `undefined_var`"),
    ],
    "rustc-json": [
        ("rs/src/util.rs", 1, 16, "error", "E0425", "cannot find type `Strng` in this scope"),
        ("rs/src/main.rs", 4, 18, "error", "E0308", "mismatched types"),
        ("rs/src/main.rs", 8, 5, "error", "E0061", "this function takes 0 arguments but 1 argu"),
    ],
}
