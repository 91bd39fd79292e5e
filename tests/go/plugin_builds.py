"""Build a Go host and its plugins with the real toolchain, in as many variants as a test needs. Offline, each once."""

from __future__ import annotations

import os
import shutil
import subprocess
import zipfile
from collections.abc import Mapping
from pathlib import Path

import msgspec

from tests.support.toolchains import require, unavailable

BUILD_S = 240
RUN_S = 30

GO_MOD = "module ex.test/app\n\ngo 1.21\n"
SHARED = """package shared

//go:noinline
func Version() string {
	println("shared: one")
	return "one"
}

func Small() int { return 1 }
"""
EXTRA = "package extra\n\nfunc Small() int { return 1 }\n"
HOST = """package main

import (
	"fmt"
	"os"
	"plugin"

	"ex.test/app/shared"
)

func main() {
	fmt.Println("host", shared.Version(), shared.Small())
	for _, path := range os.Args[1:] {
		opened, err := plugin.Open(path)
		if err != nil {
			fmt.Println("refused", err)
			continue
		}
		run, err := opened.Lookup("Run")
		if err != nil {
			fmt.Println("missing", err)
			continue
		}
		fmt.Println("opened", run.(func() string)())
	}
}
"""
PLUGIN = """package main

import (
	"strings"

	"ex.test/app/shared"
)

func Run() string { return strings.ToLower("PLUGIN ") + shared.Version() }

func main() {}
"""
USES_EXTRA = """package main

import (
	"ex.test/app/extra"
	"ex.test/app/shared"
)

func Run() string {
	if extra.Small() == 1 {
		return "two " + shared.Version()
	}
	return "odd " + shared.Version()
}

func main() {}
"""
C_SHARED = """package main

import "C"

//export Run
func Run() int { return 1 }

func main() {}
"""
NO_PLUGIN = """package main

func main() { println("no plugins here") }
"""
FILES = {
    "go.mod": GO_MOD,
    "shared/shared.go": SHARED,
    "extra/extra.go": EXTRA,
    "cmd/host/main.go": HOST,
    "cmd/plain/main.go": NO_PLUGIN,
    "plugin/main.go": PLUGIN,
    "two/main.go": USES_EXTRA,
    "three/main.go": USES_EXTRA.replace("two ", "three "),
    "cshared/main.go": C_SHARED,
}


class Way(msgspec.Struct, frozen=True):
    """One build variant. `files` override FILES, `at` is the checkout's folder, `setup` are go commands before it."""

    files: tuple[tuple[str, str], ...] = ()
    flags: tuple[str, ...] = ()
    env: tuple[tuple[str, str], ...] = ()
    at: str = "app"
    setup: tuple[str, ...] = ()


PLAIN = Way()


def way(
    files: Mapping[str, str] | None = None,
    flags: str = "",
    env: Mapping[str, str] | None = None,
    at: str = "app",
    setup: tuple[str, ...] = (),
) -> Way:
    return Way(
        tuple(sorted((files or {}).items())),
        tuple(flags.split()),
        tuple(sorted((env or {}).items())),
        at,
        setup,
    )


class Workshop:
    """Builds below `folder`. All tests share what was built once."""

    def __init__(self, folder: Path) -> None:
        require("go", "gcc")
        self.folder = folder
        self.built: dict[tuple[Way, str], Path] = {}
        if self._ask("env", "CGO_ENABLED") != "1":
            unavailable("Go plugins need cgo: CGO_ENABLED is 0")

    def host(self, how: Way = PLAIN) -> Path:
        return self.build("./cmd/host", how)

    def plugin(self, how: Way = PLAIN, package: str = "./plugin") -> Path:
        return self.build(package, how, "-buildmode=plugin")

    def build(self, package: str, how: Way = PLAIN, mode: str = "-buildmode=default") -> Path:
        key = (how, f"{mode} {package}")
        if key not in self.built:
            target = self.folder / "out" / f"{len(self.built)}-{Path(package).stem}{'' if 'default' in mode else '.so'}"
            self.lay_out(how)
            flags = [] if "default" in mode else [mode]
            self.go("build", *flags, *how.flags, "-o", str(target), package, how=how)
            self.built[key] = target
        return self.built[key]

    def lay_out(self, how: Way) -> Path:
        """Write the checkout of the variant `how`, and remove that of any other."""
        root = self.folder / how.at
        shutil.rmtree(root, ignore_errors=True)
        for name, text in {**FILES, **dict(how.files)}.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        for command in how.setup:
            self.go(*command.split(), how=how)
        return root

    def go(self, *args: str, how: Way = PLAIN) -> str:
        """Run go in the checkout, offline; returns its output."""
        done = subprocess.run(
            ["go", *args],
            cwd=self.folder / how.at,
            env={**self.env(), **dict(how.env)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=BUILD_S,
            check=False,
        )
        assert done.returncode == 0, f"go {' '.join(args)}: {done.stderr}"
        return done.stdout

    def env(self) -> dict[str, str]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("GO", "CGO_"))}
        kept = {name: os.environ[name] for name in ("GOCACHE", "GOROOT", "GOPATH") if name in os.environ}
        # Test modules come from a folder next to the checkout. Nothing is downloaded.
        proxy = {"GOPROXY": f"file://{self.folder}/proxy", "GOFLAGS": "-mod=mod -modcacherw"}
        modules = {"GOMODCACHE": str(self.folder / "modules"), "GOTOOLCHAIN": "local", "GOWORK": "off"}
        return {**clean, **kept, **proxy, **modules, "GOSUMDB": "off", "LC_ALL": "C.UTF-8"}

    def run(self, host: Path, *plugins: Path) -> tuple[int, str]:
        """Start `host` with `plugins`; returns its exit status and its output."""
        done = subprocess.run(
            [str(host), *map(str, plugins)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=RUN_S,
            check=False,
        )
        return done.returncode, done.stdout

    def publish(self, module: str, version: str, files: Mapping[str, str]) -> None:
        """Add a module to the file proxy."""
        folder = self.folder / "proxy" / module / "@v"
        folder.mkdir(parents=True, exist_ok=True)
        mod = f"module {module}\n\ngo 1.21\n"
        (folder / f"{version}.mod").write_text(mod)
        (folder / f"{version}.info").write_text(f'{{"Version": "{version}", "Time": "2024-01-01T00:00:00Z"}}')
        with zipfile.ZipFile(folder / f"{version}.zip", "w") as archive:
            archive.writestr(f"{module}@{version}/go.mod", mod)
            for name, text in files.items():
                archive.writestr(f"{module}@{version}/{name}", text)

    def _ask(self, *args: str) -> str:
        self.folder.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(
            ["go", *args], cwd=self.folder, env=self.env(), capture_output=True, text=True, timeout=RUN_S, check=False
        )
        return done.stdout.strip()
