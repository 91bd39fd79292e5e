"""What [go] in hotrun.toml stands for: the steps, the file that spells them out, and what is refused in which words."""

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


def test_there_is_a_step_for_the_host_and_each_plugin_and_one_that_proves_that_they_fit() -> None:
    steps = project_of(GOOD).steps
    assert list(steps) == ["generate", "go-host", "go-plugin-auth", "go-plugin-money", "go-fit"]
    assert steps["go-fit"].needs == ("go-host", "go-plugin-auth", "go-plugin-money")
    assert steps["go-host"].needs == steps["go-plugin-auth"].needs == ("generate",)


def test_each_target_is_built_by_the_flags_of_all_and_is_made_of_exactly_its_files() -> None:
    steps = project_of(GOOD).steps
    program = (sys.executable, "-P", "-m", "hotrun.go.build", "target")
    flags = ("-trimpath", "-tags", "dev extra")
    assert steps["go-host"].program.argv == (*program, "host", "./cmd/host", *flags, "-ldflags=-X main.version=dev")
    assert steps["go-plugin-auth"].program.argv == (*program, "plugin:auth", "./plugins/auth", *flags)
    assert steps["go-plugin-auth"].inputs == ("go:-trimpath -tags 'dev extra' ./plugins/auth",)
    assert {steps[name].program.env["GOAMD64"] for name in steps if name.startswith("go-")} == {"v2"}


def test_what_fits_goes_where_the_outputs_say_and_only_go_fit_makes_it() -> None:
    steps = project_of(GOOD).steps
    assert steps["go-fit"].outputs == ("/tmp/host", "/tmp/plugins/auth.so", "/pay.so")
    assert steps["go-fit"].paths == ()
    assert steps["go-host"].outputs == (".hotrun/go/host",)
    assert steps["go-plugin-money"].outputs == (".hotrun/go/money.so",)
    assert steps["go-fit"].program.argv[4:] == (
        *("fit", "--symbol=plugin:auth:Plugin", "--symbol=plugin:auth:Login", "--symbol=plugin:money:Plugin"),
        *("host=tmp/host", "plugin:auth=tmp/plugins/auth.so", "plugin:money=pay.so"),
    )


def test_a_profile_may_say_that_a_misfit_is_red_at_once() -> None:
    assert "--fail" not in project_of(GOOD).steps["go-fit"].program.argv
    assert "--fail" in project_of(GOOD, "checked").steps["go-fit"].program.argv


@pytest.mark.parametrize("profile", [None, "checked"])
@pytest.mark.parametrize("text", [GOOD, ONE, RELOADED, '[run.a]\ncommand = "a"\ntty = false\n'])
def test_the_file_that_spells_everything_out_is_the_same_project(text: str, profile: str | None) -> None:
    loaded = parse(text + ("" if "[profile" in text else "[profile.checked]\n"), "hotrun.toml", "/project", profile)
    written = to_toml(loaded)
    assert "[go]" not in written
    again = parse(written, "hotrun.toml", "/project")
    assert msgspec.to_builtins(again.project) == msgspec.to_builtins(loaded.project)
    assert list(again.project.steps) == list(loaded.project.steps)


def test_a_plugin_that_is_reloaded_is_built_by_files_and_swapped_and_the_process_is_told() -> None:
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


def test_what_a_process_reloads_besides_stays_if_the_signal_is_the_same() -> None:
    own = '[run.web.reload]\npaths = ["*.html"]\nsignal = "USR1"\n'
    assert project_of(RELOADED + own).processes["web"].reload == Reload(("*.html",), "SIGUSR1", ("go-swap",))
    assert problems_of(RELOADED + own.replace("USR1", "HUP")) == [
        '16: run.web.reload.signal: expected "SIGUSR1", by which go.plugin reloads, got "SIGHUP"'
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
def test_where_a_step_comes_from_is_the_place_in_go(key: Path, place: str, tmp_path: pathlib.Path) -> None:
    file = tmp_path / "hotrun.toml"
    file.write_text(GOOD)
    assert place_of(key, str(file), None).partition("hotrun.toml:")[2] == place


def test_what_a_process_needs_may_be_a_step_of_go_and_is_proposed() -> None:
    [problem] = problems_of(f'{ONE}[run.web]\ncommand = "x"\nneeds = ["go-ft"]\n')
    assert problem.endswith('got "go-ft", did you mean "go-fit"?')


HARMLESS = (
    "expected a flag that may differ (-ldflags, -buildvcs, -v, -x, -p), as others decide what fits: "
    "in go.flags the host and every plugin get it"
)
WRONG = [
    (
        "a flag of a plugin's own that decides what fits",
        f'{ONE}flags = ["-ldflags", "-s -w", "-trimpath", "-tags=dev"]\n',
        [
            f'7: go.plugin[0].flags[2]: {HARMLESS}, got "-trimpath"',
            f'7: go.plugin[0].flags[3]: {HARMLESS}, got "-tags=dev"',
        ],
    ),
    (
        "a flag of the host's own that decides what fits",
        ONE.replace('host" }', 'host", flags = ["-race"] }'),
        [f'3: go.host.flags[0]: {HARMLESS}, got "-race"'],
    ),
    (
        "flags that are for us to give",
        ONE.replace("[[", 'flags = ["-o", "x", "-buildmode=pie", "./cmd"]\n[['),
        [
            '4: go.flags[0]: expected a flag other than -o (output says where it goes), got "-o"',
            "4: go.flags[2]: expected a flag other than -buildmode (a host is built as a program, a plugin as a "
            'plugin), got "-buildmode=pie"',
            '4: go.flags[3]: expected a flag such as "-trimpath", got "./cmd"',
        ],
    ),
    (
        "a plugin path of one's own, with which no symbol is found",
        ONE.replace("[[", 'flags = ["-ldflags", "-s -pluginpath=x"]\n[['),
        ['4: go.flags[0]: expected flags without -pluginpath (no symbol would be found), got "-ldflags"'],
    ),
    (
        "no cgo",
        ONE.replace("[[", 'env = { CGO_ENABLED = "0" }\n[['),
        ['4: go.env.CGO_ENABLED: expected "1" or nothing, as Go opens plugins by cgo, got "0"'],
    ),
    (
        "no plugin",
        '[go]\nhost = { package = ".", output = "tmp/host" }\n',
        ["1: go.plugin: expected at least one [[go.plugin]], got an empty array"],
    ),
    (
        "several packages",
        ONE.replace("./plugins/auth", "./plugins/..."),
        ['5: go.plugin[0].package: expected one package such as "./cmd/host", got "./plugins/..."'],
    ),
    (
        "outputs outside of the root, in our own folder, and for two",
        ONE.replace("tmp/host", "../host") + '[[go.plugin]]\npackage = "./b"\noutput = ".hotrun/b.so"\n'
        '[[go.plugin]]\npackage = "./c"\noutput = "tmp/./auth.so"\n',
        [
            '3: go.host.output: expected a file below the root such as "tmp/host", got "../host"',
            '9: go.plugin[1].output: expected a file outside of .hotrun, without "=", got ".hotrun/b.so"',
            '12: go.plugin[2].output: expected a file of its own (go.plugin[0] makes this one), got "tmp/./auth.so"',
        ],
    ),
    (
        "two plugins of one name",
        f'{ONE}[[go.plugin]]\npackage = "./b"\noutput = "tmp/b/auth.so"\n',
        ['9: go.plugin[1].output: expected a name of its own, by the key name (go.plugin[0] has this one), got "auth"'],
    ),
    (
        "an output that is no name",
        ONE.replace("auth.so", "-a.so"),
        [
            "6: go.plugin[0].output: expected an output that can give the plugin its name, or the key name, "
            'got "tmp/-a.so"'
        ],
    ),
    (
        "what is needed and is not there",
        ONE.replace("[[", 'needs = ["generat"]\n[[') + '[build.generate]\ncommand = "x"\n',
        [
            "4: go.needs[0]: expected the name of a step (generate, go-plugin-auth, go-fit), "
            'got "generat", did you mean "generate"?'
        ],
    ),
    (
        "a step that has the name of one of ours, and a misspelled key",
        f'{ONE}nmae = "a"\n[build.go-host]\ncommand = "x"\n[run.web]\ncommand = "x"\nneeds = ["go-fit"]\n',
        [
            '7: go.plugin[0].nmae: unknown key, did you mean "name"?',
            '8: build.go-host: expected a name that no step of [go] has, got "go-host"',
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
        "reloads by something else than one signal",
        f'{ONE}reload = "signal:USR1"\n[[go.plugin]]\npackage = "./b"\noutput = "b.so"\nreload = "signal:HUP"\n',
        ['11: go.plugin[1].reload: expected "signal:SIGUSR1", as for the plugins above, got "signal:SIGHUP"'],
    ),
    (
        "a reload by no signal, and too few versions",
        ONE.replace("[[", "max_loaded_versions = 0\n[[") + 'reload = "signal:USR3"\n',
        [
            "4: go.max_loaded_versions: expected a number of versions from 1 to 10000, got 0",
            '8: go.plugin[0].reload: expected "restart" or a signal such as "signal:USR1", got "signal:USR3", '
            'did you mean "signal:SIGUSR',
        ],
    ),
    ("no host", "[go]\n", ["1: go.host: expected a table such as"]),
]


@pytest.mark.parametrize(("text", "expected"), [one[1:] for one in WRONG], ids=[one[0] for one in WRONG])
def test_what_is_wrong_is_named_with_its_line_and_the_reason(text: str, expected: list[str]) -> None:
    found = problems_of(text)
    assert len(found) == len(expected), found
    for problem, start in zip(found, expected, strict=True):
        assert problem.startswith(start), problem


def test_a_cycle_by_way_of_the_steps_of_go_is_found_where_the_file_has_it() -> None:
    text = ONE.replace("[[", 'needs = ["a"]\n[[') + '[build.a]\ncommand = "x"\nneeds = ["go-fit"]\n'
    [problem] = problems_of(text)
    assert "expected no cycle, got " in problem
    assert problem.startswith(("4: go.needs[0]", "10: build.a.needs[0]"))
