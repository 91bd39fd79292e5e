"""Wrong configurations and the exact message about each problem, with its line and key."""

from __future__ import annotations

import pytest

from hotrun.config.loading.load import parse
from hotrun.config.loading.problems import InvalidConfig

COMMAND = 'a command such as "make -j2" or ["make", "-j2"]'
LISTEN = 'expected an address such as "127.0.0.1:8000" or "unix:run/app.sock"'
KEYS = 'a key such as "r", "f5" or "ctrl+l", or an array of keys'
READY_TCP = 'expected an address such as "127.0.0.1:8000" or "127.0.0.1:{port}"'
READY_HTTP = 'expected a URL such as "http://127.0.0.1:8000/health"'

INPUTS = '"go:./cmd/app", "go-test:./..." or "depfile:build/*.d"'

# The mistake, the file, and the messages without "hotrun.toml:".
WRONG: list[tuple[str, str, list[str]]] = [
    ("a misspelled table", '[biuld.app]\ncommand = "make"\n', ['1: biuld: unknown key, did you mean "build"?']),
    (
        "a misspelled key",
        '[build.app]\ncomand = "make"\n',
        ['2: build.app.comand: unknown key, did you mean "command"?'],
    ),
    (
        "an unknown key without a similar one",
        '[watch]\nzzz = 1\n\n[run.web]\ncommand = "x"\n',
        [
            "2: watch.zzz: unknown key, expected one of paths, exclude, debounce, poll_interval, "
            "gitignore, poll, skip_unchanged, auto, follow_symlinks"
        ],
    ),
    (
        "a reload by a process",
        '[build.a]\ncommand = "x"\n[run.web]\ncommand = "x"\nreload = { needs = ["a", "web"] }\n',
        ['5: run.web.reload.needs[1]: unknown step "web" (available: a)'],
    ),
    (
        "inputs of an unknown kind",
        '[build.app]\ncommand = "make"\ninputs = "goo:./..."\n',
        [f'3: build.app.inputs: expected {INPUTS}, got "goo:./...", did you mean "go:./..."?'],
    ),
    (
        "inputs without a kind",
        '[build.app]\ncommand = "make"\ninputs = ["go:.", "*.go"]\n',
        [f'3: build.app.inputs[1]: expected {INPUTS}, got "*.go"'],
    ),
    (
        "inputs without packages or a glob",
        '[build.app]\ncommand = "make"\ninputs = ["go: ", "go:-tags=x", "depfile:"]\n',
        [
            '3: build.app.inputs[0]: missing packages after go:, expected "go:./cmd/app", "go-test:./..." or '
            '"depfile:build/*.d"',
            '3: build.app.inputs[1]: missing package after the flags of go:, expected "go:./cmd/app", '
            '"go-test:./..." or "depfile:build/*.d"',
            '3: build.app.inputs[2]: missing glob after depfile:, expected "go:./cmd/app", "go-test:./..." '
            'or "depfile:build/*.d"',
        ],
    ),
    (
        "packages with an open quote",
        '[build.app]\ncommand = "make"\ninputs = "go-test:\'a"\n',
        ["3: build.app.inputs: invalid shell quoting (no closing quotation)"],
    ),
    (
        "dependency files outside the root",
        '[build.app]\ncommand = "make"\ninputs = "depfile:/tmp/*.d"\n',
        ['3: build.app.inputs: expected a glob relative to the root, got "depfile:/tmp/*.d"'],
    ),
    (
        "inputs that are a number",
        '[build.app]\ncommand = "make"\ninputs = 1\n',
        [
            '3: build.app.inputs: expected inputs such as "go:./cmd/app" or "depfile:build/*.d", '
            "or an array of them, got 1"
        ],
    ),
    (
        "a duration that is an array",
        '[build.app]\ncommand = "make"\ntimeout = ["5m"]\n',
        ['3: build.app.timeout: expected a duration such as "30s", got an array'],
    ),
    (
        "a duration without a unit",
        '[build.app]\ncommand = "make"\ntimeout = 30\n',
        ['3: build.app.timeout: expected a duration such as "30s", got 30, did you mean "30s"?'],
    ),
    (
        "a duration in words",
        '[build.app]\ncommand = "make"\ntimeout = "5 minutes"\n',
        ['3: build.app.timeout: expected a duration such as "30s", got "5 minutes"'],
    ),
    (
        "a timeout of zero",
        '[build.app]\ncommand = "make"\ntimeout = "0s"\n',
        ['3: build.app.timeout: expected a duration above zero such as "30s", got "0s"'],
    ),
    (
        "a negative duration",
        '[run.web]\ncommand = "x"\nstop_timeout = "-5s"\n',
        ['3: run.web.stop_timeout: expected a duration such as "30s", got "-5s"'],
    ),
    (
        "a debounce time that is not a duration",
        '[watch]\ndebounce = "fast"\n[run.web]\ncommand = "x"\n',
        ['2: watch.debounce: expected "auto" or a duration such as "300ms", got "fast"'],
    ),
    (
        "a polling interval of zero",
        '[watch]\npoll_interval = "0ms"\n[run.web]\ncommand = "x"\n',
        ['2: watch.poll_interval: expected a duration above zero such as "30s", got "0ms"'],
    ),
    (
        "an enumeration's misspelled word",
        '[build.app]\ncommand = "make"\non_busy = "cancle"\n',
        ['3: build.app.on_busy: expected "cancel" or "finish", got "cancle", did you mean "cancel"?'],
    ),
    (
        "a boolean in quotes",
        '[watch]\ngitignore = "no"\n[run.web]\ncommand = "x"\n',
        ['2: watch.gitignore: expected true or false, got "no"'],
    ),
    (
        "a list that is a string",
        'env_files = ".env"\n[run.web]\ncommand = "x"\n',
        ['1: env_files: expected an array of strings, got ".env", did you mean [".env"]?'],
    ),
    (
        "a number for a folder",
        '[run.web]\ncommand = "x"\ncwd = 5\n',
        ['3: run.web.cwd: expected a path, got 5, did you mean "5"?'],
    ),
    ("an empty folder", '[run.web]\ncommand = "x"\ncwd = ""\n', ["3: run.web.cwd: empty, expected a path"]),
    (
        "a number as a variable",
        '[env]\nPORT = 8000\n[run.web]\ncommand = "x"\n',
        ['2: env.PORT: expected a string, got 8000, did you mean "8000"?'],
    ),
    (
        "a variable with an equals sign",
        '[env]\n"A=B" = "c"\n[run.web]\ncommand = "x"\n',
        ['2: env."A=B": expected the name of a variable, without "=", got "A=B"'],
    ),
    (
        "no command",
        '[run.web]\non_exit = "quit"\n',
        ['1: run.web.command: missing, expected a command such as "make -j2" or ["make", "-j2"]'],
    ),
    (
        "an empty command",
        '[run.web]\ncommand = ""\n',
        ['2: run.web.command: empty, expected a command such as "make -j2" or ["make", "-j2"]'],
    ),
    (
        "a blank command",
        '[run.web]\ncommand = "  "\n',
        ['2: run.web.command: empty, expected a command such as "make -j2" or ["make", "-j2"]'],
    ),
    (
        "an empty command list",
        "[run.web]\ncommand = []\n",
        [f"2: run.web.command: expected {COMMAND}, got an empty array"],
    ),
    (
        "a command list without a program",
        '[run.web]\ncommand = ["", "-v"]\n',
        ['2: run.web.command: empty, expected a command such as "make -j2" or ["make", "-j2"]'],
    ),
    (
        "a command list with a number",
        '[run.web]\ncommand = ["sleep", 5]\n',
        [f"2: run.web.command: expected {COMMAND}, got an array"],
    ),
    (
        "a shell for a command list",
        '[run.web]\ncommand = ["make"]\nshell = "bash"\n',
        ["3: run.web.shell: applies only if command is a string"],
    ),
    (
        "a step without a name",
        '[build]\ncommand = "make"\n',
        ['2: build.command: expected a table for each step, such as [build.app], got "make"'],
    ),
    (
        "a table of steps that is a string",
        'build = "make"\n[run.web]\ncommand = "x"\nneeds = ["build"]\n',
        ['1: build: expected a table for each step, such as [build.app], got "make"'],
    ),
    (
        "a name with a blank",
        '[run."my app"]\ncommand = "x"\n',
        ['1: run."my app": expected a name of letters, digits, "_", "." and "-", got "my app"'],
    ),
    (
        "one name for a step and a process",
        '[build.app]\ncommand = "make"\n[run.app]\ncommand = "x"\nneeds = ["app"]\n',
        ['3: run.app: "app" is already the name of a step'],
    ),
    (
        "an unknown need",
        '[build.app]\ncommand = "make"\n[run.web]\ncommand = "x"\nneeds = ["ap"]\n',
        ['5: run.web.needs[0]: unknown step or process "ap", did you mean "app"?'],
    ),
    (
        "a step that needs a process",
        '[build.app]\ncommand = "make"\nneeds = [\n  "db",\n]\n[run.db]\ncommand = "x"\n',
        ['4: build.app.needs[0]: "db" is a process, but a step can need only steps'],
    ),
    (
        "steps that need each other",
        '[build.a]\ncommand = "x"\nneeds = ["b"]\n[build.b]\ncommand = "x"\nneeds = ["a"]\n',
        ["3: build.a.needs[0]: dependency cycle: a -> b -> a"],
    ),
    ("a process that needs itself", '[run.a]\ncommand = "x"\nneeds = ["a"]\n', ["3: run.a.needs[0]: needs itself"]),
    (
        "a step that needs itself and others",
        '[build.b]\ncommand = "x"\n[build.a]\ncommand = "x"\nneeds = [\n  "b",\n  "a",\n]\n',
        ["7: build.a.needs[1]: needs itself"],
    ),
    (
        "a long cycle, entered from outside",
        '[build.app]\ncommand = "x"\nneeds = ["gen"]\n[build.gen]\ncommand = "x"\nneeds = ["lex"]\n'
        '[build.lex]\ncommand = "x"\nneeds = ["tab", "gen"]\n[build.tab]\ncommand = "x"\nneeds = ["gen"]\n',
        [
            "6: build.gen.needs[0]: dependency cycle: gen -> lex -> tab -> gen",
            "9: build.lex.needs[1]: dependency cycle: lex -> gen -> lex",
        ],
    ),
    (
        "two cycles through one step",
        '[build.a]\ncommand = "x"\nneeds = ["b", "c"]\n[build.b]\ncommand = "x"\nneeds = ["a"]\n'
        '[build.c]\ncommand = "x"\nneeds = ["a"]\n',
        [
            "3: build.a.needs[0]: dependency cycle: a -> b -> a",
            "3: build.a.needs[1]: dependency cycle: a -> c -> a",
        ],
    ),
    (
        "a cycle of steps and one of processes that need them",
        '[build.a]\ncommand = "x"\nneeds = ["a"]\n[run.web]\ncommand = "x"\nneeds = ["a", "db"]\n'
        '[run.db]\ncommand = "x"\nneeds = ["web"]\n',
        [
            "3: build.a.needs[0]: needs itself",
            "6: run.web.needs[1]: dependency cycle: web -> db -> web",
        ],
    ),
    (
        "a cycle through a wrong need",
        '[build.app]\ncommand = "x"\nneeds = ["web"]\n[run.web]\ncommand = "x"\nneeds = ["app"]\n',
        ['3: build.app.needs[0]: "web" is a process, but a step can need only steps'],
    ),
    (
        "a cycle through a profile",
        '[build.a]\ncommand = "x"\n[build.b]\ncommand = "x"\nneeds = ["a"]\n[profile.dev]\nbuild.a.needs = ["b"]\n',
        ["7: profile.dev.build.a.needs[0]: dependency cycle: a -> b -> a"],
    ),
    (
        "zero jobs",
        '[build]\njobs = 0\n[build.app]\ncommand = "make"\n',
        ["2: build.jobs: expected a number of steps from 1 to 256, got 0"],
    ),
    (
        "too many jobs",
        '[build]\njobs = 257\n[build.app]\ncommand = "make"\n',
        ["2: build.jobs: expected a number of steps from 1 to 256, got 257"],
    ),
    (
        "jobs in words",
        '[build]\njobs = "auto"\n[build.app]\ncommand = "make"\n',
        ['2: build.jobs: expected a number of steps from 1 to 256, got "auto"'],
    ),
    (
        "jobs misspelled",
        '[build]\njob = 2\n[build.app]\ncommand = "make"\n',
        ['2: build.job: unknown key, did you mean "jobs"?'],
    ),
    (
        "a step with the name jobs that another one needs",
        '[build.jobs]\ncommand = "make"\n[build.app]\ncommand = "make"\nneeds = ["jobs"]\n',
        ['1: build.jobs: "jobs" is a key of [build], choose another name for the step'],
    ),
    (
        "jobs of a profile",
        '[build.app]\ncommand = "make"\n[profile.ci]\nbuild.jobs = 1000\n',
        ["4: profile.ci.build.jobs: expected a number of steps from 1 to 256, got 1000"],
    ),
    (
        "jobs and nothing to do",
        "[build]\njobs = 2\n",
        ["1: nothing to do, expected a [build.NAME] or [run.NAME] table"],
    ),
    (
        "a parser that does not exist",
        '[build.app]\ncommand = "x"\nparsers = ["go", "tcs"]\n',
        ['3: build.app.parsers[1]: unknown parser "tcs", did you mean "tsc"?'],
    ),
    (
        "a signal that does not exist",
        '[run.web]\ncommand = "x"\nstop_signal = "SIGTREM"\n',
        ['3: run.web.stop_signal: expected a signal such as "SIGTERM", got "SIGTREM", did you mean "SIGTERM"?'],
    ),
    (
        "a signal's number",
        '[run.web]\ncommand = "x"\nstop_signal = 15\n',
        ['3: run.web.stop_signal: expected a signal such as "SIGTERM", got 15'],
    ),
    (
        "two readiness checks",
        '[run.web]\ncommand = "x"\nready = { tcp = "127.0.0.1:80", notify = true }\n',
        ["3: run.web.ready: expected exactly one of tcp, http, log, notify, exec, got tcp and notify"],
    ),
    (
        "no readiness check",
        '[run.web]\ncommand = "x"\nready = { timeout = "5s" }\n',
        ["3: run.web.ready: missing one of tcp, http, log, notify, exec"],
    ),
    (
        "an invalid readiness pattern",
        '[run.web]\ncommand = "x"\n[run.web.ready]\nlog = "listening ("\n',
        ["4: run.web.ready.log: invalid regular expression (missing ), unterminated subpattern at position 10)"],
    ),
    (
        "a port out of range",
        '[run.web]\ncommand = "x"\nlisten = ["127.0.0.1:8000", "127.0.0.1:70000"]\n',
        ['3: run.web.listen[1]: expected a port from 1 to 65535, got "127.0.0.1:70000"'],
    ),
    (
        "invalid addresses to listen on",
        '[run.web]\ncommand = "x"\nlisten = [\n  "8000",\n  ":8000",\n  "run/app.sock",\n  "localhost",\n  8000,\n]\n',
        [
            f'4: run.web.listen[0]: {LISTEN}, got "8000", did you mean "127.0.0.1:8000"?',
            f'5: run.web.listen[1]: {LISTEN}, got ":8000", did you mean "127.0.0.1:8000"?',
            f'6: run.web.listen[2]: {LISTEN}, got "run/app.sock", did you mean "unix:run/app.sock"?',
            f'7: run.web.listen[3]: {LISTEN}, got "localhost"',
            f"8: run.web.listen[4]: {LISTEN}, got 8000",
        ],
    ),
    (
        "Unix sockets without a usable path",
        '[run.web]\ncommand = "x"\nlisten = ["unix:", "unix:run/", "unix:@app", "unix:///run/app"]\n',
        [
            '3: run.web.listen[0]: expected a socket path after "unix:", such as "unix:run/app.sock", got "unix:"',
            '3: run.web.listen[1]: expected a socket path after "unix:", such as "unix:run/app.sock", got "unix:run/"',
            "3: run.web.listen[2]: abstract sockets are not supported, every user on this machine could connect",
            '3: run.web.listen[3]: expected a path with at most one leading slash, got "unix:///run/app", '
            'did you mean "unix:/run/app"?',
        ],
    ),
    (
        "a held socket with another port for each run",
        '[run.web]\ncommand = "x"\nlisten = ["127.0.0.1:{port}"]\n',
        ["3: run.web.listen[0]: {port} is not supported in listen, expected a fixed port"],
    ),
    (
        "invalid IPv6 addresses",
        '[run.web]\ncommand = "x"\nlisten = ["[1.2.3]:80"]\nready = { tcp = "[:::]:80" }\n'
        '[run.a]\ncommand = "x"\nready = { tcp = "[:::]:{port}" }\n'
        '[run.b]\ncommand = "x"\nready = { http = "http://[1.2]/" }\n',
        [
            '3: run.web.listen[0]: expected an IPv6 address in brackets, got "[1.2.3]:80"',
            '4: run.web.ready.tcp: expected an IPv6 address in brackets, got "[:::]:80"',
            '7: run.a.ready.tcp: expected an IPv6 address in brackets, got "[:::]:{port}"',
            '10: run.b.ready.http: expected an IPv6 address in brackets, got "http://[1.2]/"',
        ],
    ),
    (
        "one address for two",
        '[run.web]\ncommand = "x"\nlisten = ["127.0.0.1:8000", "[::1]:80", "unix:a"]\n'
        '[run.api]\ncommand = "x"\nlisten = [\n  "[0:0::1]:80",\n  "unix:./b/../a",\n  "127.0.0.1:08000",\n  "A:1",\n'
        '  "a:1",\n]\n',
        [
            '7: run.api.listen[0]: run.web.listen[1] already has the address "[0:0::1]:80"',
            '8: run.api.listen[1]: run.web.listen[2] already has the address "unix:./b/../a"',
            '9: run.api.listen[2]: run.web.listen[0] already has the address "127.0.0.1:08000"',
            '11: run.api.listen[4]: run.api.listen[3] already has the address "a:1"',
        ],
    ),
    (
        "the address of the proxy",
        '[run.web]\ncommand = "x"\nlisten = ["127.0.0.1:3000"]\n[proxy]\nlisten = "127.0.0.1:3000"\ntarget = "web"\n',
        ['3: run.web.listen[0]: proxy.listen already has the address "127.0.0.1:3000"'],
    ),
    (
        "a status without a URL",
        '[run.web]\ncommand = "x"\n[run.web.ready]\ntcp = "127.0.0.1:80"\nstatus = 204\n',
        ["5: run.web.ready.status: applies only with http, not with tcp"],
    ),
    (
        "a status that does not exist",
        '[run.web]\ncommand = "x"\nready = { http = "http://a/", status = 20 }\n',
        ["3: run.web.ready.status: expected a status from 100 to 599, got 20"],
    ),
    (
        "a placeholder that does not exist",
        '[run.web]\ncommand = "x"\nready = { tcp = "127.0.0.1:{prot}" }\n[run.api]\ncommand = "x"\n'
        'ready = { http = "http://a:{PORT}/" }\n',
        [
            f'3: run.web.ready.tcp: {READY_TCP}, got "127.0.0.1:{{prot}}"',
            f'6: run.api.ready.http: {READY_HTTP}, got "http://a:{{PORT}}/"',
        ],
    ),
    (
        "an address without a port",
        '[run.web]\ncommand = "x"\nready = { tcp = "localhost" }\n',
        [f'3: run.web.ready.tcp: {READY_TCP}, got "localhost"'],
    ),
    (
        "a URL without a scheme",
        '[run.web]\ncommand = "x"\nready = { http = "localhost:8000" }\n',
        ['3: run.web.ready.http: expected a URL such as "http://127.0.0.1:8000/health", got "localhost:8000"'],
    ),
    (
        "a reload without paths",
        '[run.web]\ncommand = "x"\nreload = { signal = "SIGUSR1" }\n',
        ["3: run.web.reload: missing paths or needs"],
    ),
    (
        "a proxy for a process that does not exist",
        '[run.web]\ncommand = "x"\nlisten = ["127.0.0.1:8000"]\n[proxy]\nlisten = "127.0.0.1:3000"\ntarget = "wbe"\n',
        [
            '6: proxy.target: expected the name of a process or an address such as "127.0.0.1:8000", got '
            '"wbe", did you mean "web"?'
        ],
    ),
    (
        "a proxy for a process without an address",
        '[run.web]\ncommand = "x"\n[proxy]\nlisten = "127.0.0.1:3000"\ntarget = "web"\n',
        ['5: proxy.target: process "web" has neither listen nor ready.tcp'],
    ),
    (
        "a proxy without a target",
        '[run.web]\ncommand = "x"\n[proxy]\nlisten = "127.0.0.1:3000"\n',
        ['3: proxy.target: missing, expected the name of a process or an address such as "127.0.0.1:8000"'],
    ),
    (
        "a pattern with a dot and a slash",
        '[build.app]\ncommand = "x"\npaths = ["./src/*.go"]\noutputs = ["!./main"]\n',
        [
            '3: build.app.paths[0]: "." is not supported in patterns, did you mean "src/*.go"?',
            '4: build.app.outputs[0]: "." is not supported in patterns, did you mean "!/main"?',
        ],
    ),
    (
        "a pattern that is the folder itself",
        '[build.app]\ncommand = "x"\npaths = [".", "./", "./.env", "a/./b", "./src/"]\n',
        [
            '3: build.app.paths[0]: "." is not supported in patterns, did you mean "**"?',
            '3: build.app.paths[1]: "." is not supported in patterns, did you mean "**"?',
            '3: build.app.paths[2]: "." is not supported in patterns, did you mean "/.env"?',
            '3: build.app.paths[3]: "." is not supported in patterns, did you mean "a/b"?',
            '3: build.app.paths[4]: "." is not supported in patterns, did you mean "/src/"?',
        ],
    ),
    (
        "a pattern with alternatives",
        '[build.app]\ncommand = "x"\npaths = ["**/*.{ts,tsx}"]\n',
        ['3: build.app.paths[0]: braces are not supported, write "**/*.ts" and "**/*.tsx"'],
    ),
    (
        "a pattern with an open bracket",
        '[watch]\nexclude = ["a", "[a"]\n[run.web]\ncommand = "x"\n',
        ['2: watch.exclude[1]: unclosed "[", write "\\\\[" for the character'],
    ),
    (
        "a pattern with a reversed range",
        '[watch]\nexclude = ["[z-a]"]\n[run.web]\ncommand = "x"\n',
        ['2: watch.exclude[0]: invalid range in brackets, expected the lower end first as in "[a-z]"'],
    ),
    (
        "a pattern that is a comment",
        '[watch]\nexclude = ["#x"]\n[run.web]\ncommand = "x"\n',
        ['2: watch.exclude[0]: a pattern that starts with "#" is a comment, did you mean "\\\\#x"?'],
    ),
    (
        "a pattern that ends in a backslash",
        "[watch]\nexclude = ['a\\']\n[run.web]\ncommand = \"x\"\n",
        ["2: watch.exclude[0]: a pattern cannot end with a backslash"],
    ),
    (
        "empty patterns",
        '[watch]\nexclude = ["", "!", "/"]\n[run.web]\ncommand = "x"\n',
        [
            '2: watch.exclude[0]: empty, expected a pattern such as "**/*.go"',
            '2: watch.exclude[1]: expected a pattern such as "**/*.go", got "!"',
            '2: watch.exclude[2]: expected a pattern such as "**/*.go", got "/"',
        ],
    ),
    (
        "nothing to watch",
        '[watch]\npaths = []\n[run.web]\ncommand = "x"\n',
        ["2: watch.paths: expected at least one path, got an empty array"],
    ),
    (
        "a NUL character",
        '[run.web]\ncommand = ["x", "a\\u0000b"]\nenv = { "A\\u0000" = "x" }\n',
        [
            "2: run.web.command[1]: a string cannot contain a NUL character",
            '3: run.web.env."A\\u0000": a key cannot contain a NUL character',
        ],
    ),
    (
        "control characters in a key",
        '[run.web]\ncommand = "x"\n"\\u001b[31m" = 1\n',
        [
            '3: run.web."\\u001b[31m": unknown key, expected one of command, cwd, env, env_files, shell, '
            "needs, paths, reload, ready, listen, stop_signal, stop_timeout, overlap, on_exit, "
            "on_failed_build, tty"
        ],
    ),
    ("a date", '[run.web]\ncommand = "x"\ncwd = 2024-01-01\n', ["3: run.web.cwd: expected a path, got a date or time"]),
    (
        "neither steps nor processes",
        '[watch]\npaths = ["."]\n',
        ["1: nothing to do, expected a [build.NAME] or [run.NAME] table"],
    ),
    ("an empty file", "\n  \n", ["1: the file is empty, expected a [build.NAME] or [run.NAME] table"]),
    ("only comments", "# nothing yet\n", ["1: nothing to do, expected a [build.NAME] or [run.NAME] table"]),
    ("a syntax error", '[run.web]\ncommand = "x\n', ["2:13: illegal character '\\n'"]),
    ("a key given twice", '[run.web]\ncommand = "x"\ncommand = "y"\n', ["3:14: this key is already set"]),
    (
        "a byte order mark",
        '\ufeff[run.web]\ncommand = "x"\n',
        ["1:1: starts with a byte order mark, expected UTF-8 without one"],
    ),
    ("a number of too many digits", "a = " + "9" * 5000, ["1: a number somewhere has too many digits"]),
    ("too much nesting", "a = " + "[" * 5000, ["1: nested too deeply"]),
    ("a key of too many parts", "[" + ".".join("a" * 3000) + "]", ["1: nested too deeply"]),
    (
        "a mistake in a profile that is not in use",
        '[run.web]\ncommand = "x"\n\n[profile.dev]\nrun.web.comand = "y"\nprofile.x = {}\n',
        ['5: profile.dev.run.web.comand: unknown key, did you mean "command"?', "6: profile.dev.profile: unknown key"],
    ),
    (
        "a profile that is not a table",
        'profile.dev = 5\n[run.web]\ncommand = "x"\n',
        ["1: profile.dev: expected a table, got 5"],
    ),
    (
        "many problems at once, in the order of the file",
        'env_files = [1]\n\n[build.app]\ncommand = 5\nneeds = ["b"]\n\n[run.web]\nneeds = ["x"]\nready = {}\n',
        [
            '1: env_files[0]: expected a path, got 1, did you mean "1"?',
            '4: build.app.command: expected a command such as "make -j2" or ["make", "-j2"], got 5',
            '5: build.app.needs[0]: unknown step "b"',
            '7: run.web.command: missing, expected a command such as "make -j2" or ["make", "-j2"]',
            '8: run.web.needs[0]: unknown step or process "x" (available: app)',
            "9: run.web.ready: missing one of tcp, http, log, notify, exec",
        ],
    ),
    (
        "an unknown action",
        '[run.web]\ncommand = "x"\n[ui.keys]\nrestrat = "r"\n',
        ['4: ui.keys.restrat: unknown action, did you mean "restart"?'],
    ),
    (
        "a key by another name",
        '[run.web]\ncommand = "x"\n[ui.keys]\n'
        'back = "escape"\nstop = ["q", "Ctrl+D"]\nup = "pageupp"\ntop = "shift+t"\n',
        [
            f'4: ui.keys.back: expected {KEYS}, got "escape", did you mean "esc"?',
            f'5: ui.keys.stop: expected {KEYS}, got an array, did you mean "ctrl+d"?',
            f'6: ui.keys.up: expected {KEYS}, got "pageupp", did you mean "pageup"?',
            f'7: ui.keys.top: expected {KEYS}, got "shift+t", did you mean "T"?',
        ],
    ),
    (
        "an invalid key",
        '[run.web]\ncommand = "x"\n[ui.keys]\nback = ""\nstop = "\\u0007"\nup = ["u", 5]\nhelp = 1\n',
        [
            '4: ui.keys.back: empty, expected a key such as "r", "f5" or "ctrl+l", or an array of keys',
            '5: ui.keys.stop: expected a key such as "r", "f5" or "ctrl+l", or an array of keys, got "\\u0007"',
            '6: ui.keys.up: expected a key such as "r", "f5" or "ctrl+l", or an array of keys, got an array',
            '7: ui.keys.help: expected a key such as "r", "f5" or "ctrl+l", or an array of keys, got 1, did '
            'you mean "1"?',
        ],
    ),
    (
        "a key that cannot be bound",
        '[run.web]\ncommand = "x"\n[ui.keys]\nstop = "ctrl+c"\nselect = "ctrl+m"\n',
        [
            "4: ui.keys.stop: ctrl+c cannot be bound, it is a signal",
            '5: ui.keys.select: expected a key such as "r", "f5" or "ctrl+l", or an array of keys, got '
            '"ctrl+m", did you mean "enter"?',
        ],
    ),
    (
        "a key for two actions",
        '[run.web]\ncommand = "x"\n[ui.keys]\nrestart = ["x", "X"]\nbuild = "X"\n',
        ['5: ui.keys.build: "X" is already bound to restart'],
    ),
    (
        "an empty editor",
        '[run.web]\ncommand = "x"\n[ui]\neditor = ""\n',
        ['4: ui.editor: empty, expected a program such as "code"'],
    ),
]


@pytest.mark.parametrize(
    ("text", "expected"), [pytest.param(text, expected, id=what) for what, text, expected in WRONG]
)
def test_each_problem_has_its_line_and_key(text: str, expected: list[str]) -> None:
    with pytest.raises(InvalidConfig) as caught:
        parse(text, "hotrun.toml", "/project", known_parsers=lambda: ["go", "tsc"])
    assert [problem.removeprefix("hotrun.toml:") for problem in caught.value.problems] == expected
    assert caught.value.message.splitlines() == list(caught.value.problems)
    assert caught.value.exit_code == 2
