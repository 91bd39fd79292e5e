"""A project in many languages that is broken everywhere, and where."""

from __future__ import annotations

FILES = {
    # C: one unit in the root, one below it that is built by a make of its own.
    "bad.c": """\
#include "inc.h"
int add(int a, int b) { return a + c; }
int main(void) {
    char *s = 42;
    return add(1);
}
""",
    "inc.h": "static int helper(int x) { return x +; }\n",
    "link.c": "int missing(void);\nint main(void) {\n    return missing();\n}\n",
    "Makefile": "all:\n\t@$(MAKE) -C sub\n",
    "sub/Makefile": "all: bad.o\n",
    "sub/bad.c": "int f(void) {\n    return nothing;\n}\n",
    "build.ninja": "rule cc\n  command = cc -c $in -o $out\nbuild bad.o: cc sub/bad.c\n",
    "out/build.ninja": "rule cc\n  command = cc -c $in -o $out\nbuild bad.o: cc ../sub/bad.c\n",
    "cm/CMakeLists.txt": "cmake_minimum_required(VERSION 3.10)\nproject(demo NONE)\nfoo_bar()\n",
    # Go: a package that does not compile, and two whose tests fail in files of the same name.
    "gp/go.mod": "module example.com/anything\n\ngo 1.21\n",
    "gp/bad/bad.go": "package bad\n\nfunc F() int {\n\tvar s string = 42\n\treturn undefined(s)\n}\n",
    "gp/vet/vet.go": 'package vet\n\nimport "fmt"\n\nfunc F() {\n\tfmt.Printf("%d\\n", "x")\n}\n',
    "gp/one/f_test.go": 'package one\n\nimport "testing"\n\nfunc TestOne(t *testing.T) {\n\tt.Errorf("one")\n}\n',
    "gp/two/f_test.go": 'package two\n\nimport "testing"\n\n\nfunc TestTwo(t *testing.T) {\n\tt.Errorf("two")\n}\n',
    "gp/f_test.go": 'package anything\n\nimport "testing"\n\n\n\nfunc TestAll(t *testing.T) {\n\tt.Errorf("all")\n}\n',
    "gp/cmd/main.go": 'package main\n\nfunc main() {\n\tvar m map[string]int\n\tm["a"] = 1\n}\n',
    # Rust: two packages with files of the same name.
    "rs/Cargo.toml": '[package]\nname = "demo"\nversion = "0.1.0"\nedition = "2021"\n',
    "rs/src/main.rs": 'mod util;\nfn main() {\n    let x: i32 = "no";\n    util::go(1);\n}\n',
    "rs/src/util.rs": "pub fn go() {}\n",
    "rs2/Cargo.toml": '[package]\nname = "demo2"\nversion = "0.1.0"\nedition = "2021"\n',
    "rs2/src/main.rs": """\
fn main() {
    let unused = 1;
}

#[test]
fn fails() {
    assert_eq!(1 + 1, 3, "sum");
}
""",
    # Java: two classes of the same name in two packages.
    "jv/bad/Main.java": 'package bad;\n\nclass Main {\n    int f() { return "no"; }\n    int g() { return h; }\n}\n',
    "jv/run/Main.java": """\
package run;

public class Main {
    public static void main(String[] args) {
        Object nothing = null;
        nothing.hashCode();
    }
}
""",
    "jv/other/Main.java": "package other;\n\nclass Main {}\n",
    # JavaScript.
    "js/syntax.mjs": "const a = 1;\nconst b = ;\n",
    "js/throw.mjs": "function inner() {\n  null.x;\n}\n\ninner();\n",
    # Python.
    "py/throw.py": "import json\n\n\ndef load():\n    json.loads('{')\n\n\nload()\n",
    "py/syntax.py": "x = 1\ndef f(:\n    pass\n",
    "py/typed.py": 'import os\n\n\ndef f(x: int) -> str:\n    return x\n\n\nf("a")\nundefined_var\n',
    "py/test_it.py": "import unittest\n\n\nclass T(unittest.TestCase):\n    def test_a(self):\n        assert 1 == 2\n",
    "sh/bad.sh": "echo a\nif true; then\n",
    "sh/style.sh": "#!/bin/sh\necho $1\n",
    # Optional ones.
    "php/bad.php": "<?php\nfunction f($x) {\n    return $x +;\n}\n",
    "php/run.php": "<?php\nfunction f(int $x) {\n    return intdiv($x, 0);\n}\nf(1);\n",
    "rb/bad.rb": "def f(x)\n  x +\nend\n",
    "rb/run.rb": "def load(x)\n  Integer(x)\nend\n\nload('nope')\n",
}
