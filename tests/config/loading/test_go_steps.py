"""The steps of [go] in hotrun.toml, the file with all of them expanded, and the messages about wrong tables."""

from __future__ import annotations

import pathlib
import sys

import msgspec
import pytest

from hotrun.config.loading.load import parse, place_of
from hotrun.config.loading.problems import InvalidConfig, Path
from hotrun.config.writing.expand import to_toml
from hotrun.core.model.project import Project, Reload

GOOD = """\
env = { LOG = "debug" }

[watch]
exclude = ["docs/"]

[build]
jobs = 2

[build.generate]
command = "go generate ./..."
paths = ["*.tmpl"]

[go]
host = { package = "./cmd/host", output = "tmp/host", flags = ["-ldflags=-X main.version=dev"] }
flags = ["-trimpath", "-tags", "dev extra"]
env = { GOAMD64 = "v2" }
symbols = ["Plugin"]
needs = ["generate"]

[[go.plugin]]
package = "./plugins/auth"
output = "tmp/plugins/auth.so"
symbols = ["Login"]

[[go.plugin]]
package = "example.test/app/plugins/pay"
output = "pay.so"
name = "money"

[run.web]
command = ["tmp/host"]
needs = ["go-fit"]

[exports.list]
path = ".problems"
format = "{path}"

[profile.checked]
go.on_mismatch = "fail"
"""

ONE = """
[go]
host = { package = "./cmd/host", output = "tmp/host" }
[[go.plugin]]
package = "./plugins/auth"
output = "tmp/auth.so"
"""

RELOADED = f"""{ONE}reload = "signal:USR1"
[[go.plugin]]
package = "./plugins/pay"
output = "tmp/pay.so"
[run.web]
command = ["tmp/host"]
needs = ["go-fit"]
"""


def project_of(text: str, profile: str | None = None) -> Project:
    return parse(text, "hotrun.toml", "/project", profile).project


def problems_of(text: str) -> list[str]:
    with pytest.raises(InvalidConfig) as caught:
        parse(text, "hotrun.toml", "/project")
    return [line.removeprefix("hotrun.toml:") for line in caught.value.problems]


def test_the_host_and_each_plugin_have_a_step_and_one_step_checks_that_they_fit() -> None:
    steps = project_of(GOOD).steps
    assert list(steps) == ["generate", "go-host", "go-plugin-auth", "go-plugin-money", "go-fit"]
    assert steps["go-fit"].needs == ("go-host", "go-plugin-auth", "go-plugin-money")
    assert steps["go-host"].needs == steps["go-plugin-auth"].needs == ("generate",)


def test_each_target_is_built_with_the_common_flags_from_exactly_its_files() -> None:
    steps = project_of(GOOD).steps
    program = (sys.executable, "-P", "-m", "hotrun.go.build", "target")
    flags = ("-trimpath", "-tags", "dev extra")
    assert steps["go-host"].program.argv == (*program, "host", "./cmd/host", *flags, "-ldflags=-X main.version=dev")
    assert steps["go-plugin-auth"].program.argv == (*program, "plugin:auth", "./plugins/auth", *flags)
    assert steps["go-plugin-auth"].inputs == ("go:-trimpath -tags 'dev extra' ./plugins/auth",)
    assert {steps[name].program.env["GOAMD64"] for name in steps if name.startswith("go-")} == {"v2"}


def test_go_fit_alone_writes_the_outputs() -> None:
    steps = project_of(GOOD).steps
    assert steps["go-fit"].outputs == ("/tmp/host", "/tmp/plugins/auth.so", "/pay.so")
    assert steps["go-fit"].paths == ()
    assert steps["go-host"].outputs == (".hotrun/go/host",)
    assert steps["go-plugin-money"].outputs == (".hotrun/go/money.so",)
    assert steps["go-fit"].program.argv[4:] == (
        *("fit", "--symbol=plugin:auth:Plugin", "--symbol=plugin:auth:Login", "--symbol=plugin:money:Plugin"),
        *("host=tmp/host", "plugin:auth=tmp/plugins/auth.so", "plugin:money=pay.so"),
    )


def test_a_profile_can_make_a_mismatch_fail_at_once() -> None:
    assert "--fail" not in project_of(GOOD).steps["go-fit"].program.argv
    assert "--fail" in project_of(GOOD, "checked").steps["go-fit"].program.argv


@pytest.mark.parametrize("profile", [None, "checked"])
@pytest.mark.parametrize("text", [GOOD, ONE, RELOADED, '[run.a]\ncommand = "a"\ntty = false\n'])
def test_the_expanded_file_is_the_same_project(text: str, profile: str | None) -> None:
    loaded = parse(text + ("" if "[profile" in text else "[profile.checked]\n"), "hotrun.toml", "/project", profile)
    written = to_toml(loaded)
    assert "[go]" not in written
    again = parse(written, "hotrun.toml", "/project")
    assert msgspec.to_builtins(again.project) == msgspec.to_builtins(loaded.project)
    assert list(again.project.steps) == list(loaded.project.steps)


def test_a_reloaded_plugin_is_built_from_files_and_swapped_and_the_process_gets_a_signal() -> None:
    project = project_of(RELOADED)
    steps, words = project.steps, (sys.executable, "-P", "-m", "hotrun.go.build")
    assert steps["go-plugin-auth"].program.argv == (*words, "target", "--files", "plugin:auth", "./plugins/auth")
    assert steps["go-plugin-pay"].program.argv == (*words, "target", "plugin:pay", "./plugins/pay")
    assert steps["go-fit"].outputs == ("/tmp/host", "/tmp/pay.so", ".hotrun/go/restart.json")
    assert {"--reload=plugin:auth", "--max-versions=20"} < {*steps["go-fit"].program.argv}
    assert steps["go-swap"].program.argv == (*words, "swap", "plugin:auth=tmp/auth.so")
    assert steps["go-swap"].needs == ("go-fit", "go-plugin-auth")
    assert steps["go-swap"].outputs == ("/tmp/auth.so",)
    web = project.processes["web"]
    assert (web.needs, web.reload) == (("go-fit",), Reload((), "SIGUSR1", ("go-swap",)))


def test_other_reloads_of_the_process_stay_if_the_signal_is_the_same() -> None:
    own = '[run.web.reload]\npaths = ["*.html"]\nsignal = "USR1"\n'
    assert project_of(RELOADED + own).processes["web"].reload == Reload(("*.html",), "SIGUSR1", ("go-swap",))
    assert problems_of(RELOADED + own.replace("USR1", "HUP")) == [
        '16: run.web.reload.signal: expected "SIGUSR1" as in go.plugin, got "SIGHUP"'
    ]


@pytest.mark.parametrize(
    ("key", "place"),
    [
        (("build", "go-host", "inputs"), "14: go.host"),
        (("build", "go-plugin-auth", "inputs", 0), "20: go.plugin[0]"),
        (("build", "go-plugin-money", "inputs"), "25: go.plugin[1]"),
        (("build", "go-fit", "outputs", 0), "13: go"),
        (("build", "generate", "paths", 0), "11: build.generate.paths[0]"),
    ],
)
def test_the_place_of_a_step_is_its_table_in_go(key: Path, place: str, tmp_path: pathlib.Path) -> None:
    file = tmp_path / "hotrun.toml"
    file.write_text(GOOD)
    assert place_of(key, str(file), None).partition("hotrun.toml:")[2] == place


def test_a_process_can_need_a_step_of_go_which_is_suggested() -> None:
    [problem] = problems_of(f'{ONE}[run.web]\ncommand = "x"\nneeds = ["go-ft"]\n')
    assert problem.endswith('unknown step or process "go-ft", did you mean "go-fit"?')


WRONG = [
    (
        "a flag only for a plugin that decides what fits",
        f'{ONE}flags = ["-ldflags", "-s -w", "-trimpath", "-tags=dev"]\n',
        [
            '7: go.plugin[0].flags[2]: "-trimpath" must be the same for the host and all plugins, move it to go.flags',
            '7: go.plugin[0].flags[3]: "-tags=dev" must be the same for the host and all plugins, move it to go.flags',
        ],
    ),
    (
        "a flag only for the host that decides what fits",
        ONE.replace('host" }', 'host", flags = ["-race"] }'),
        ['3: go.host.flags[0]: "-race" must be the same for the host and all plugins, move it to go.flags'],
    ),
    (
        "flags that hotrun sets",
        ONE.replace("[[", 'flags = ["-o", "x", "-buildmode=pie", "./cmd"]\n[['),
        [
            "4: go.flags[0]: -o is not supported, hotrun sets it from output",
            "4: go.flags[2]: -buildmode is not supported, hotrun sets it for the host and each plugin",
            '4: go.flags[3]: expected a flag such as "-trimpath", got "./cmd"',
        ],
    ),
    (
        "a custom plugin path, with which Go finds no symbol",
        ONE.replace("[[", 'flags = ["-ldflags", "-s -pluginpath=x"]\n[['),
        ["4: go.flags[0]: -pluginpath is not supported, Go would find no symbol"],
    ),
    (
        "no cgo",
        ONE.replace("[[", 'env = { CGO_ENABLED = "0" }\n[['),
        ['4: go.env.CGO_ENABLED: Go plugins need cgo, set it to "1" or remove it'],
    ),
    (
        "no plugin",
        '[go]\nhost = { package = ".", output = "tmp/host" }\n',
        ["1: go.plugin: missing, expected at least one [[go.plugin]]"],
    ),
    (
        "several packages",
        ONE.replace("./plugins/auth", "./plugins/..."),
        ['5: go.plugin[0].package: expected one package such as "./cmd/host", got "./plugins/..."'],
    ),
    (
        "outputs outside the root, in the state folder, and of two plugins",
        ONE.replace("tmp/host", "../host") + '[[go.plugin]]\npackage = "./b"\noutput = ".hotrun/b.so"\n'
        '[[go.plugin]]\npackage = "./c"\noutput = "tmp/./auth.so"\n',
        [
            '3: go.host.output: expected a file below the root such as "tmp/host", got "../host"',
            '9: go.plugin[1].output: expected a file outside .hotrun without "=" in its path, got ".hotrun/b.so"',
            '12: go.plugin[2].output: go.plugin[0] already has the output "tmp/./auth.so"',
        ],
    ),
    (
        "two plugins of one name",
        f'{ONE}[[go.plugin]]\npackage = "./b"\noutput = "tmp/b/auth.so"\n',
        ['9: go.plugin[1].output: go.plugin[0] already has the name "auth", set another name'],
    ),
    (
        "an output that cannot be a name",
        ONE.replace("auth.so", "-a.so"),
        ['6: go.plugin[0].output: "-a" cannot be the name of a plugin, set name'],
    ),
    (
        "an unknown need",
        ONE.replace("[[", 'needs = ["generat"]\n[[') + '[build.generate]\ncommand = "x"\n',
        ['4: go.needs[0]: unknown step "generat", did you mean "generate"?'],
    ),
    (
        "a step with the name of a step of [go], and a misspelled key",
        f'{ONE}nmae = "a"\n[build.go-host]\ncommand = "x"\n[run.web]\ncommand = "x"\nneeds = ["go-fit"]\n',
        [
            '7: go.plugin[0].nmae: unknown key, did you mean "name"?',
            '8: build.go-host: "go-host" is already the name of a step of [go]',
        ],
    ),
    (
        "a symbol that is not exported, and a word for on_mismatch",
        ONE.replace("[[", 'symbols = ["plugin"]\non_mismatch = "rebuilt"\n[['),
        [
            '4: go.symbols[0]: expected an exported name such as "Plugin", got "plugin"',
            '5: go.on_mismatch: expected "rebuild" or "fail", got "rebuilt", did you mean "rebuild"?',
        ],
    ),
    (
        "reloads by two signals",
        f'{ONE}reload = "signal:USR1"\n[[go.plugin]]\npackage = "./b"\noutput = "b.so"\nreload = "signal:HUP"\n',
        ['11: go.plugin[1].reload: expected "signal:SIGUSR1" as for the plugins above, got "signal:SIGHUP"'],
    ),
    (
        "an unknown signal to reload, and too few versions",
        ONE.replace("[[", "max_loaded_versions = 0\n[[") + 'reload = "signal:USR3"\n',
        [
            "4: go.max_loaded_versions: expected a number of versions from 1 to 10000, got 0",
            '8: go.plugin[0].reload: expected "restart" or a signal such as "signal:USR1", got "signal:USR3", '
            'did you mean "signal:SIGUSR',
        ],
    ),
    (
        "no host",
        "[go]\n",
        ['1: go.host: missing, expected a table such as { package = "./cmd/host", output = "tmp/host" }'],
    ),
]


@pytest.mark.parametrize(("text", "expected"), [one[1:] for one in WRONG], ids=[one[0] for one in WRONG])
def test_each_problem_has_its_line_and_its_reason(text: str, expected: list[str]) -> None:
    found = problems_of(text)
    assert len(found) == len(expected), found
    for problem, start in zip(found, expected, strict=True):
        assert problem.startswith(start), problem


def test_a_cycle_through_the_steps_of_go_is_reported_where_the_file_has_it() -> None:
    text = ONE.replace("[[", 'needs = ["a"]\n[[') + '[build.a]\ncommand = "x"\nneeds = ["go-fit"]\n'
    [problem] = problems_of(text)
    assert "dependency cycle: " in problem
    assert problem.startswith(("4: go.needs[0]", "10: build.a.needs[0]"))
