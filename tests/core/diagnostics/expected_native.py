"""The findings in the samples of compilers, linkers and build tools, in order."""

# ruff: noqa: RUF001 (the quotes are those that the tools print)

from __future__ import annotations

from tests.core.diagnostics.reading import Expected

EXPECTED: Expected = {
    "bash-syntax": [
        ("s.sh", 5, None, "error", None, "syntax error: unexpected end of file"),
    ],
    "cargo-check": [
        ("src/util.rs", 1, 16, "error", "E0425", "cannot find type `Strng` in this scope"),
        ("src/main.rs", 4, 18, "error", "E0308", "mismatched types"),
        ("src/main.rs", 8, 5, "error", "E0061", "this function takes 0 arguments but 1 argu"),
    ],
    "cargo-check-color": [
        ("src/util.rs", 1, 16, "error", "E0425", "cannot find type `Strng` in this scope"),
        ("src/main.rs", 4, 18, "error", "E0308", "mismatched types"),
        ("src/main.rs", 8, 5, "error", "E0061", "this function takes 0 arguments but 1 argu"),
    ],
    "cargo-check-warn": [
        ("src/main.rs", 2, 17, "warning", None, "unused variable: `unused`"),
    ],
    "cargo-link": [
        ("src/main.rs", 2, None, "error", None, "undefined symbol: missing"),
    ],
    "cargo-manifest": [],
    "cargo-short": [
        ("src/util.rs", 1, 16, "error", "E0425", "cannot find type `Strng` in this scope"),
        ("src/main.rs", 4, 18, "error", "E0308", "mismatched types: expected `i32`, found `&"),
        ("src/main.rs", 8, 5, "error", "E0061", "this function takes 0 arguments but 1 argu"),
    ],
    "cargo-test": [
        ("src/main.rs", 2, 17, "warning", None, "unused variable: `unused`"),
        ("src/main.rs", 6, 19, "error", "tests::t_fail", "assertion `left == right` failed: sum"),
        ("src/main.rs", 8, 50, "error", "tests::t_unwrap", "called `Option::unwrap()` on a `None` valu"),
    ],
    "clang": [
        ("./inc.h", 1, 38, "error", None, "expected expression"),
        ("bad.c", 3, 36, "error", None, "use of undeclared identifier 'c'"),
        ("bad.c", 3, 20, "warning", "-Wunused-parameter", "unused parameter 'b'"),
        ("bad.c", 6, 11, "error", "-Wint-conversion", "incompatible integer to pointer conversion"),
        ("bad.c", 7, 20, "warning", "-Wformat", "format specifies type 'int' but the argume"),
        ("bad.c", 8, 17, "error", None, "too few arguments to function call, expect"),
        ("bad.c", 8, 18, "error", None, "expected ';' after return statement"),
    ],
    "cmake": [
        ("CMakeLists.txt", 4, None, "error", "foo_bar", 'Unknown CMake command "foo_bar".'),
    ],
    "gcc": [
        ("inc.h", 1, 38, "error", None, "expected expression before ‘;’ token"),
        ("bad.c", 3, 36, "error", None, "‘c’ undeclared (first use in this function"),
        ("bad.c", 3, 20, "warning", "-Wunused-parameter", "unused parameter ‘b’"),
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
    "gcc-color": [
        ("../inc.h", 1, 38, "error", None, "expected expression before ‘;’ token"),
        ("../bad.c", 3, 36, "error", None, "‘c’ undeclared (first use in this function"),
        ("../bad.c", 6, 15, "warning", "-Wint-conversion", "initialization of ‘char *’ from ‘int’ make"),
        ("../bad.c", 7, 14, "warning", "-Wformat=", "format ‘%d’ expects argument of type ‘int’"),
        ("../bad.c", 8, 12, "error", None, "too few arguments to function ‘add’"),
        ("../bad.c", 8, 18, "error", None, "expected ‘;’ before ‘}’ token"),
        ("../bad.c", 6, 11, "warning", "-Wunused-variable", "unused variable ‘s’"),
        ("../bad.c", 5, 9, "warning", "-Wunused-variable", "unused variable ‘unused’"),
        ("../inc.h", 1, 40, "warning", "-Wreturn-type", "control reaches end of non-void function"),
        ("../bad.c", 3, 39, "warning", "-Wreturn-type", "control reaches end of non-void function"),
        ("../inc.h", 1, 12, "warning", "-Wunused-function", "‘helper’ defined but not used"),
    ],
    "gcc-fatal": [
        ("fatal.c", 1, 10, "error", None, "nope.h: No such file or directory"),
    ],
    "go-build": [
        ("sub/sub.go", 3, 13, "error", None, "syntax error: unexpected { in parameter li"),
        ("./main.go", 5, 2, "error", None, '"os" imported and not used'),
        ("./main.go", 9, 17, "error", None, "cannot use 42 (untyped int constant) as st"),
        ("./main.go", 10, 2, "error", None, "declared and not used: x"),
        ("./main.go", 11, 17, "error", None, "undefined: undefinedThing"),
        ("./main.go", 12, 9, "error", None, "too many return values"),
    ],
    "go-dup": [
        ("./b.go", 3, 6, "error", None, "f redeclared in this block"),
        ("./a.go", 4, 19, "error", None, "declared and not used: x"),
        ("./a.go", 4, 27, "error", None, 'cannot use "s" (untyped string constant) a'),
    ],
    "go-missing": [
        ("b.go", 3, 8, "error", None, "cannot find module providing package examp"),
    ],
    "go-mod": [
        ("go.mod", 4, None, "error", None, "unknown directive: foo"),
    ],
    "go-nil": [
        ("/home/dev/project/nil/main.go", 7, None, "error", None, "panic: runtime error: invalid memory addre"),
    ],
    "go-run-panic": [
        ("/home/dev/project/gp/main.go", 7, None, "error", None, "panic: runtime error: index out of range ["),
    ],
    "go-test": [
        ("sub_test.go", 7, None, "error", "TestF", "F() = 1, want 2"),
        ("sub_test.go", 9, None, "error", "TestF/inner", "inner failed"),
        ("/home/dev/project/gp/sub/sub_test.go", 14, None, "error", None, "panic: assignment to entry in nil map"),
    ],
    "go-test-v": [
        ("sub_test.go", 7, None, "error", "TestF", "F() = 1, want 2"),
        ("sub_test.go", 9, None, "error", "TestF/inner", "inner failed"),
    ],
    "go-vet": [
        ("main.go", 10, 14, "error", None, 'fmt.Printf format %d has arg "str" of wron'),
        ("sub/sub.go", 7, 24, "error", None, 'fmt.Printf format %d has arg "x" of wrong '),
    ],
    "go-vettest": [
        ("./main.go", 10, 14, "error", None, 'fmt.Printf format %d has arg "str" of wron'),
        ("sub/sub.go", 7, 24, "error", None, 'fmt.Printf format %d has arg "x" of wrong '),
    ],
    "gxx": [
        ("tmpl.cpp", 5, 79, "error", None, "conversion from ‘int’ to non-scalar type ‘"),
        (
            "/usr/include/c++/12/bits/predefined_ops.h",
            45,
            23,
            "error",
            None,
            "no match for ‘operator<’ (operand types ar",
        ),
        (
            "/usr/include/c++/12/bits/predefined_ops.h",
            98,
            22,
            "error",
            None,
            "no match for ‘operator<’ (operand types ar",
        ),
        (
            "/usr/include/c++/12/bits/predefined_ops.h",
            69,
            22,
            "error",
            None,
            "no match for ‘operator<’ (operand types ar",
        ),
    ],
    "java-exception": [
        ("Boom.java", 6, None, "error", None, "java.lang.IllegalStateException: wrapped"),
    ],
    "javac": [
        ("jv/Main.java", 3, 43, "error", None, "';' expected"),
    ],
    "javac-lint": [
        ("jv/Boom.java", 5, 9, "warning", "rawtypes", "found raw type: List"),
        ("jv/Boom.java", 5, 24, "warning", "rawtypes", "found raw type: ArrayList"),
        ("jv/Boom.java", 5, 44, "warning", "unchecked", "unchecked call to add(E) as a member of th"),
    ],
    "javac-symbol": [
        ("Sym.java", 2, 22, "error", None, "cannot find symbol"),
        ("Sym.java", 2, 32, "error", None, "cannot find symbol"),
        ("Sym.java", 3, 13, "error", None, "incompatible types: int cannot be converte"),
    ],
    "ld": [
        ("undef.c", None, None, "error", None, "undefined reference to `missing'"),
    ],
    "ld-debug": [
        ("/home/dev/project/b.c", 1, None, "error", None, "multiple definition of `twice'"),
        (None, None, None, "error", None, "cannot find -lnothere: No such file or dir"),
    ],
    "ld-multiple": [
        ("b.c", None, None, "error", None, "multiple definition of `twice'"),
        ("a.c", None, None, "error", None, "undefined reference to `missing'"),
    ],
    "lld": [
        ("undef.c", 1, None, "error", None, "undefined symbol: missing"),
    ],
    "make": [
        ("a.c", 1, 17, "error", None, "‘retrun’ undeclared (first use in this fun"),
        ("a.c", 1, 23, "error", None, "expected ‘;’ before numeric constant"),
    ],
    "make-green": [],
    "make-only": [
        ("Makefile", 2, None, "error", None, "[Makefile:2: all] Error 1"),
    ],
    "make-recursive": [
        ("bad.c", 1, 24, "error", None, "‘x’ undeclared (first use in this function"),
    ],
    "rust-panic": [
        ("src/main.rs", 2, 17, "warning", None, "unused variable: `unused`"),
        ("src/main.rs", 1, 39, "error", "main", "index out of bounds: the len is 2 but the "),
    ],
    "shellcheck-gcc": [
        ("s.sh", 4, 1, "note", "SC1009", "The mentioned syntax error was in this if "),
        ("s.sh", 4, 17, "error", "SC1073", "Couldn't parse this then clause. Fix to al"),
        ("s.sh", 5, 1, "error", "SC1072", "Expected a command. Fix any mentioned prob"),
    ],
    "yamllint": [
        ("y.yaml", 1, 1, "warning", "document-start", 'missing document start "---"'),
        ("y.yaml", 2, 3, "error", "syntax", "syntax error: mapping values are not allow"),
    ],
    "zig": [
        ("bad.zig", 2, 47, "error", None, "unused local variable"),
        ("bad.zig", 2, 37, "error", None, "expected type 'u32', found '*const [2:0]u8"),
    ],
    "clang-14": [
        ("./inc.h", 1, 38, "error", None, "expected expression"),
        ("bad.c", 3, 36, "error", None, "use of undeclared identifier 'c'"),
        ("bad.c", 6, 11, "warning", "-Wint-conversion", "incompatible integer to pointer conversion"),
        ("bad.c", 7, 20, "warning", "-Wformat", "format specifies type 'int' but the argume"),
        ("bad.c", 8, 17, "error", None, "too few arguments to function call, expect"),
        ("bad.c", 8, 18, "error", None, "expected ';' after return statement"),
    ],
    "dotnet-build": [
        ("/home/dev/project/Program.cs", 5, 9, "error", "CS0103", "The name 'undefinedThing' does not exist i"),
        ("/home/dev/project/Program.cs", 9, 13, "warning", "CS0219", "The variable 'unused' is assigned but its"),
        ("/home/dev/project/App.csproj", None, None, "error", "NU1101", "Unable to find package Nope. No packages e"),
        (None, None, None, "error", "CS5001", "Program does not contain a static 'Main' m"),
        (
            "C:\\Program Files (x86)\\Build\\Current\\Bin\\Microsoft.CSharp.targets",
            135,
            9,
            "warning",
            "MSB3884",
            "Could not find rule set file",
        ),
    ],
    "dotnet-run": [
        ("/home/dev/project/Program.cs", 14, None, "error", None, "System.InvalidOperationException: outer fa"),
    ],
    "dotnet-test": [
        (
            "/home/dev/project/Tests/MathTest.cs",
            12,
            None,
            "error",
            "Tests.MathTest.Adds",
            "Assert.Equal() Failure: Values differ",
        ),
    ],
    "gradle-java": [
        ("/home/dev/project/src/main/java/demo/Main.java", 8, 21, "error", None, "cannot find symbol"),
        (
            "/home/dev/project/src/main/java/demo/Main.java",
            12,
            17,
            "error",
            None,
            "incompatible types: String cannot be conve",
        ),
    ],
    "gradle-kotlin": [
        (
            "/home/dev/project/src/main/kotlin/Main.kt",
            5,
            12,
            "error",
            None,
            "Return type mismatch: expected 'Int', actu",
        ),
        ("/home/dev/project/src/main/kotlin/Main.kt", 4, 9, "warning", None, "Variable 'unused' is never used"),
        ("/home/dev/project/src/main/kotlin/Old.kt", 38, 40, "error", None, "Unresolved reference: sourceAsLineNumber"),
        ("/home/dev/project/build.gradle.kts", 32, 5, "error", None, "Unresolved reference: compile"),
    ],
    "gradle-only": [
        (None, None, None, "error", None, "Could not determine the dependencies of ta"),
    ],
    "gradle-script": [
        ("/home/dev/project/build.gradle", 5, None, "error", None, "A problem occurred evaluating root project"),
    ],
    "gradle-test": [
        ("MainTest.java", 10, None, "error", "MainTest > adds()", "org.opentest4j.AssertionFailedError"),
        ("MainTest.java", 15, None, "error", "MainTest > crashes()", "java.lang.NullPointerException"),
    ],
    "kotlin-exception": [
        ("Main.kt", 10, None, "error", None, "java.lang.NullPointerException"),
    ],
    "kotlinc": [
        ("src/Main.kt", 5, 12, "error", None, "return type mismatch: expected 'kotlin.Int"),
        ("src/Main.kt", 9, 5, "error", None, "unresolved reference 'undefinedThing'."),
        ("src/Main.kt", 10, 18, "error", None, "initializer type mismatch: expected 'kotli"),
    ],
    "maven-color": [
        ("/home/dev/project/src/main/java/demo/Main.java", 7, 21, "warning", None, "found raw type: java.util.List"),
        ("/home/dev/project/src/main/java/demo/Main.java", 13, 9, "warning", None, "found raw type: java.util.List"),
        (
            "/home/dev/project/src/main/java/demo/Main.java",
            13,
            24,
            "warning",
            None,
            "found raw type: java.util.ArrayList",
        ),
        ("/home/dev/project/src/main/java/demo/Main.java", 8, 21, "error", None, "cannot find symbol"),
        (
            "/home/dev/project/src/main/java/demo/Main.java",
            12,
            17,
            "error",
            None,
            "incompatible types: java.lang.String canno",
        ),
        ("/home/dev/project/src/main/java/demo/Main.java", 14, 17, "error", None, "cannot find symbol"),
    ],
    "maven-compile": [
        ("/home/dev/project/src/main/java/demo/Main.java", 7, 21, "warning", None, "found raw type: java.util.List"),
        ("/home/dev/project/src/main/java/demo/Main.java", 13, 9, "warning", None, "found raw type: java.util.List"),
        (
            "/home/dev/project/src/main/java/demo/Main.java",
            13,
            24,
            "warning",
            None,
            "found raw type: java.util.ArrayList",
        ),
        ("/home/dev/project/src/main/java/demo/Main.java", 8, 21, "error", None, "cannot find symbol"),
        (
            "/home/dev/project/src/main/java/demo/Main.java",
            12,
            17,
            "error",
            None,
            "incompatible types: java.lang.String canno",
        ),
        ("/home/dev/project/src/main/java/demo/Main.java", 14, 17, "error", None, "cannot find symbol"),
    ],
    "maven-test": [
        ("MainTest.java", 10, None, "error", None, "org.opentest4j.AssertionFailedError: sum ="),
        ("Main.java", 14, None, "error", None, "java.lang.NullPointerException: Cannot inv"),
    ],
    "ninja": [
        ("a.c", 1, 17, "error", None, "‘retrun’ undeclared (first use in this fun"),
        ("a.c", 1, 23, "error", None, "expected ‘;’ before numeric constant"),
    ],
    "ninja-dir": [
        ("a.c", 1, 17, "error", None, "‘retrun’ undeclared (first use in this fun"),
        ("a.c", 1, 23, "error", None, "expected ‘;’ before numeric constant"),
        ("../inc.h", 1, 38, "error", None, "expected expression before ‘;’ token"),
        ("../bad.c", 3, 36, "error", None, "‘c’ undeclared (first use in this function"),
        ("../bad.c", 6, 15, "warning", "-Wint-conversion", "initialization of ‘char *’ from ‘int’ make"),
        ("../bad.c", 7, 14, "warning", "-Wformat=", "format ‘%d’ expects argument of type ‘int’"),
        ("../bad.c", 8, 12, "error", None, "too few arguments to function ‘add’"),
        ("../bad.c", 8, 18, "error", None, "expected ‘;’ before ‘}’ token"),
        ("../bad.c", 6, 11, "warning", "-Wunused-variable", "unused variable ‘s’"),
        ("../bad.c", 5, 9, "warning", "-Wunused-variable", "unused variable ‘unused’"),
        ("../inc.h", 1, 40, "warning", "-Wreturn-type", "control reaches end of non-void function"),
        ("../bad.c", 3, 39, "warning", "-Wreturn-type", "control reaches end of non-void function"),
        ("../inc.h", 1, 12, "warning", "-Wunused-function", "‘helper’ defined but not used"),
    ],
    "shellcheck": [
        ("s.sh", 4, 1, "info", "SC1009", "The mentioned syntax error was in this if"),
        ("s.sh", 4, 17, "error", "SC1073", "Couldn't parse this then clause. Fix to al"),
        ("s.sh", 5, 1, "error", "SC1072", "Expected a command. Fix any mentioned prob"),
    ],
    "shellcheck-several": [
        ("un.sh", 2, 10, "error", "SC2045", "Iterating over ls output is fragile. Use g"),
        ("un.sh", 2, 15, "info", "SC2035", "Use ./*glob* or -- *glob* so names with da"),
        ("un.sh", 3, 8, "info", "SC2086", "Double quote to prevent globbing and word"),
        ("un.sh", 4, 6, "warning", "SC2154", "unset is referenced but not assigned (for"),
        ("un.sh", 4, 6, "info", "SC2086", "Double quote to prevent globbing and word"),
        ("un.sh", 4, 13, "info", "SC2086", "Double quote to prevent globbing and word"),
    ],
    "swift-6": [
        ("/home/dev/project/Sources/App/View.swift", 29, 36, "error", None, "cannot find '$count' in scope"),
        ("/home/dev/project/Sources/App/View.swift", 35, 51, "error", None, "cannot find '$namePrefix' in scope"),
    ],
    "swift-build": [
        ("/home/dev/project/Sources/App/main.swift", 3, 5, "error", None, "cannot find 'undefinedThing' in scope"),
        (
            "/home/dev/project/Sources/App/main.swift",
            7,
            9,
            "warning",
            None,
            "initialization of immutable value 'unused'",
        ),
        ("/home/dev/project/Sources/App/main.swift", 9, 18, "error", None, "type of expression is ambiguous"),
    ],
    "templ": [
        ("/home/dev/project/b.templ", 5, 10, "error", None, "<span>: close tag not found"),
        ("/home/dev/project/a.templ", 5, 11, "error", None, "string expression: missing close brace"),
    ],
}
