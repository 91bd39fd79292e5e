"""The findings in the samples of JavaScript and CSS tools, in order."""

# ruff: noqa: RUF001 (the quotes are those that the tools print)

from __future__ import annotations

from tests.core.diagnostics.reading import Expected

EXPECTED: Expected = {
    "biome-check": [
        ("src/bad.js", 1, 7, "warning", "lint/correctness/noUnusedVariables", "This variable unused is unused."),
        ("src/bad.js", 4, 3, "error", "lint/suspicious/noDebugger", "This is an unexpected use of the debugger "),
        ("src/bad.js", None, None, "error", "format", "Formatter would have printed the following"),
    ],
    "esbuild": [
        ("src/syn.js", 1, 11, "error", None, 'Unexpected ";"'),
    ],
    "eslint": [
        (
            "/home/dev/project/js/src/bad.js",
            1,
            7,
            "error",
            "no-unused-vars",
            "'unused' is assigned a value but never use",
        ),
        ("/home/dev/project/js/src/bad.js", 3, 9, "warning", "eqeqeq", "Expected '===' and instead saw '=='"),
        ("/home/dev/project/js/src/bad.js", 4, 3, "error", "no-debugger", "Unexpected 'debugger' statement"),
        ("/home/dev/project/js/src/bad.js", 5, 10, "error", "no-undef", "'undef' is not defined"),
        ("/home/dev/project/js/src/syn.js", 1, 11, "error", None, "Parsing error: Unexpected token ;"),
    ],
    "jest": [
        ("j.test.cjs", 1, 61, "error", "math › adds", "expect(received).toBe(expected) // Object."),
        ("j.test.cjs", 1, 102, "error", "math › throws", "TypeError: Cannot read properties of null "),
    ],
    "node-import": [
        ("/home/dev/project/js/src/imp.mjs", None, None, "error", None, "Error [ERR_MODULE_NOT_FOUND]: Cannot find "),
    ],
    "node-reject": [
        ("/home/dev/project/rej.js", 1, 16, "error", None, "RangeError: late"),
    ],
    "node-require": [
        ("/home/dev/project/cyc.js", 1, 11, "error", None, "Error: Cannot find module './nothere'"),
    ],
    "node-stack": [
        ("/home/dev/project/js/src/boom.mjs", 2, 61, "error", None, "Error: outer failed"),
    ],
    "node-syntax": [
        ("/home/dev/project/js/src/syn.js", 1, 11, "error", None, "SyntaxError: Unexpected token ';'"),
    ],
    "node-type": [
        ("/home/dev/project/typ.js", 1, 21, "error", None, "TypeError: Cannot read properties of null "),
    ],
    "prettier": [
        ("src/syn.js", 1, 11, "error", None, "SyntaxError: Unexpected token"),
    ],
    "stylelint": [
        ("src/s.css", 1, 17, "error", "property-no-unknown", 'Unknown property "colr"'),
    ],
    "tsc": [
        ("src/a.ts", 1, 22, "error", "TS2307", "Cannot find module './missing' or its corr"),
        ("src/a.ts", 2, 7, "error", "TS2322", "Type 'string' is not assignable to type 'n"),
        ("src/a.ts", 4, 5, "error", "TS2322", "Type 'number' is not assignable to type 's"),
        ("src/a.ts", 5, 18, "error", "TS2552", "Cannot find name 'undefinedVar'. Did you m"),
    ],
    "tsc-pretty": [
        ("src/a.ts", 1, 22, "error", "TS2307", "Cannot find module './missing' or its corr"),
        ("src/a.ts", 2, 7, "error", "TS2322", "Type 'string' is not assignable to type 'n"),
        ("src/a.ts", 4, 5, "error", "TS2322", "Type 'number' is not assignable to type 's"),
        ("src/a.ts", 5, 18, "error", "TS2552", "Cannot find name 'undefinedVar'. Did you m"),
    ],
    "vite-build": [],
    "php-lint": [
        ("bad.php", 3, None, "error", None, 'syntax error, unexpected token ";"'),
    ],
    "php-run": [
        ("/home/dev/project/run.php", 3, None, "warning", None, "Undefined variable $undefined"),
        ("/home/dev/project/run.php", 2, None, "error", None, "Uncaught DivisionByZeroError: Division by"),
    ],
    "phpunit": [
        (
            "/home/dev/project/src/Math.php",
            9,
            None,
            "error",
            "Tests\\MathTest::testCrashes",
            "DivisionByZeroError: Division by zero",
        ),
        (
            "/home/dev/project/tests/MathTest.php",
            12,
            None,
            "error",
            "Tests\\MathTest::testAdds",
            "Failed asserting that -1 is identical to 3",
        ),
    ],
    "ruby-cause": [
        ("run2.rb", 4, None, "error", None, "wrapped (ArgumentError)"),
    ],
    "ruby-error": [
        ("run.rb", 2, None, "error", None, 'invalid value for Integer(): "nope" (Argum'),
    ],
    "ruby-syntax": [
        ("bad.rb", 3, None, "error", None, "syntax error, unexpected `end'"),
        ("bad.rb", 5, None, "error", None, "syntax error, unexpected end-of-input, exp"),
    ],
    "vitest": [
        ("/src/syn.test.js", 2, 28, "error", None, "RolldownError: Parse failure: Parse failed"),
        ("src/v.test.js", 5, 23, "error", "math > adds", "AssertionError: expected -1 to be 3 // Obj"),
        ("src/add.js", 5, 15, "error", "math > crashes", "TypeError: Cannot read properties of null"),
    ],
    "biome-github": [
        (
            "/home/dev/project/js/src/a.ts",
            1,
            8,
            "warning",
            "lint/correctness/noUnusedImports",
            "This import is unused.",
        ),
        (
            "/home/dev/project/js/src/a.ts",
            2,
            7,
            "warning",
            "lint/correctness/noUnusedVariables",
            "This variable x is unused.",
        ),
        (
            "/home/dev/project/js/src/bad.js",
            1,
            7,
            "warning",
            "lint/correctness/noUnusedVariables",
            "This variable unused is unused.",
        ),
        (
            "/home/dev/project/js/src/syn.js",
            1,
            7,
            "warning",
            "lint/correctness/noUnusedVariables",
            "This variable a is unused.",
        ),
        (
            "/home/dev/project/js/src/bad.js",
            4,
            3,
            "error",
            "lint/suspicious/noDebugger",
            "This is an unexpected use of the debugger",
        ),
        (
            "/home/dev/project/js/src/s.css",
            1,
            17,
            "error",
            "lint/correctness/noUnknownProperty",
            "Unknown property is not allowed.",
        ),
        ("/home/dev/project/js/src/syn.js", 1, 11, "error", "parse", "Expected an expression, or an assignment b"),
    ],
}
