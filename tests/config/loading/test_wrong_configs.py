"""Wrong configurations and the exact words that a person reads: every problem, with its line and its key."""

from __future__ import annotations

import pytest

from hotrun.config.loading.load import parse
from hotrun.config.loading.problems import InvalidConfig

COMMAND = 'a command such as "make -j2" or ["make", "-j2"]'
LISTEN = 'expected an address such as "127.0.0.1:8000" or "unix:run/app.sock"'
SOCKET_PATH = 'expected the path of a socket behind "unix:", such as "unix:run/app.sock"'
KEYS = 'a key such as "r", "f5" or "ctrl+l", or an array of keys'
OWN = "expected an address of its own"
READY_TCP = 'expected an address such as "127.0.0.1:8000" or "127.0.0.1:{port}"'
READY_HTTP = 'expected a URL such as "http://127.0.0.1:8000/health"'

INPUTS = '"go:./cmd/app", "go-test:./..." or "depfile:build/*.d"'

# What is wrong, the file, and the message without "hotrun.toml:".
WRONG: list[tuple[str, str, list[str]]] = [
    ("a misspelled table", '[biuld.app]\ncommand = "make"\n', ['1: biuld: unknown key, did you mean "build"?']),
    (
        "a misspelled key",
        '[build.app]\ncomand = "make"\n',
        ['2: build.app.comand: unknown key, did you mean "command"?'],
    ),
    (
        "an unknown key like no other",
        '[watch]\nzzz = 1\n\n[run.web]\ncommand = "x"\n',
        [
            "2: watch.zzz: unknown key, expected one of paths, exclude, debounce, poll_interval, "
            "gitignore, poll, skip_unchanged, auto, follow_symlinks"
        ],
    ),
    (
        "a reload by steps that are none",
        '[build.a]\ncommand = "x"\n[run.web]\ncommand = "x"\nreload = { needs = ["a", "web"] }\n',
        ['5: run.web.reload.needs[1]: expected the name of a step (a), got "web"'],
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
        "inputs that name nothing",
        '[build.app]\ncommand = "make"\ninputs = ["go: ", "go:-tags=x", "depfile:"]\n',
        [
            f'3: build.app.inputs[0]: expected packages after go:, as in {INPUTS}, got "go: "',
            f'3: build.app.inputs[1]: expected a package after go: and its flags, as in {INPUTS}, got "go:-tags=x"',
            f'3: build.app.inputs[2]: expected a glob after depfile:, as in {INPUTS}, got "depfile:"',
        ],
    ),
    (
        "packages with an open quote",
        '[build.app]\ncommand = "make"\ninputs = "go-test:\'a"\n',
        ['3: build.app.inputs: expected packages as a shell reads them (no closing quotation), got "go-test:\'a"'],
    ),
    (
        "dependency files outside of the root",
        '[build.app]\ncommand = "make"\ninputs = "depfile:/tmp/*.d"\n',
        ['3: build.app.inputs: expected a glob that is relative to the root, got "depfile:/tmp/*.d"'],
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
        "a debounce time that is no duration",
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
        ['1: env_files: expected an array of strings, got ".env"'],
    ),
    (
        "a number for a folder",
        '[run.web]\ncommand = "x"\ncwd = 5\n',
        ['3: run.web.cwd: expected a path, got 5, did you mean "5"?'],
    ),
    ("an empty folder", '[run.web]\ncommand = "x"\ncwd = ""\n', ['3: run.web.cwd: expected a path, got ""']),
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
    ("no command", '[run.web]\non_exit = "quit"\n', [f"1: run.web.command: expected {COMMAND}, got nothing"]),
    ("an empty command", '[run.web]\ncommand = ""\n', [f'2: run.web.command: expected {COMMAND}, got ""']),
    ("a blank command", '[run.web]\ncommand = "  "\n', [f'2: run.web.command: expected {COMMAND}, got "  "']),
    (
        "an empty command list",
        "[run.web]\ncommand = []\n",
        [f"2: run.web.command: expected {COMMAND}, got an empty array"],
    ),
    (
        "a command list without a program",
        '[run.web]\ncommand = ["", "-v"]\n',
        [f'2: run.web.command: expected {COMMAND}, got ""'],
    ),
    (
        "a command list with a number",
        '[run.web]\ncommand = ["sleep", 5]\n',
        [f"2: run.web.command: expected {COMMAND}, got an array"],
    ),
    (
        "a shell for a command list",
        '[run.web]\ncommand = ["make"]\nshell = "bash"\n',
        ['3: run.web.shell: expected a shell only where command is a string, got "bash"'],
    ),
    (
        "a step without a name",
        '[build]\ncommand = "make"\n',
        ['2: build.command: expected a table for each step, such as [build.app], got "make"'],
    ),
    (
        "a table of steps that is a string",
        'build = "make"\n[run.web]\ncommand = "x"\nneeds = ["build"]\n',
        ['1: build: expected a table, got "make"'],
    ),
    (
        "a name with a blank",
        '[run."my app"]\ncommand = "x"\n',
        ['1: run."my app": expected a name of letters, digits, "_", "." and "-", got "my app"'],
    ),
    (
        "a name for two things",
        '[build.app]\ncommand = "make"\n[run.app]\ncommand = "x"\nneeds = ["app"]\n',
        ['3: run.app: expected a name that no build step has, got "app"'],
    ),
    (
        "a need that names nothing",
        '[build.app]\ncommand = "make"\n[run.web]\ncommand = "x"\nneeds = ["ap"]\n',
        ['5: run.web.needs[0]: expected the name of a step or process (app), got "ap", did you mean "app"?'],
    ),
    (
        "a step that needs a process",
        '[build.app]\ncommand = "make"\nneeds = [\n  "db",\n]\n[run.db]\ncommand = "x"\n',
        ['4: build.app.needs[0]: expected a build step (a step cannot wait for a process), got "db"'],
    ),
    (
        "steps that need each other",
        '[build.a]\ncommand = "x"\nneeds = ["b"]\n[build.b]\ncommand = "x"\nneeds = ["a"]\n',
        ["3: build.a.needs[0]: expected no cycle, got a -> b -> a"],
    ),
    (
        "a process that needs itself",
        '[run.a]\ncommand = "x"\nneeds = ["a"]\n',
        ["3: run.a.needs[0]: expected no cycle, got a -> a"],
    ),
    (
        "a step that needs itself beside others",
        '[build.b]\ncommand = "x"\n[build.a]\ncommand = "x"\nneeds = [\n  "b",\n  "a",\n]\n',
        ["7: build.a.needs[1]: expected no cycle, got a -> a"],
    ),
    (
        "a long way round, entered from outside of it",
        '[build.app]\ncommand = "x"\nneeds = ["gen"]\n[build.gen]\ncommand = "x"\nneeds = ["lex"]\n'
        '[build.lex]\ncommand = "x"\nneeds = ["tab", "gen"]\n[build.tab]\ncommand = "x"\nneeds = ["gen"]\n',
        [
            "6: build.gen.needs[0]: expected no cycle, got gen -> lex -> tab -> gen",
            "9: build.lex.needs[1]: expected no cycle, got lex -> gen -> lex",
        ],
    ),
    (
        "two ways round through one step",
        '[build.a]\ncommand = "x"\nneeds = ["b", "c"]\n[build.b]\ncommand = "x"\nneeds = ["a"]\n'
        '[build.c]\ncommand = "x"\nneeds = ["a"]\n',
        [
            "3: build.a.needs[0]: expected no cycle, got a -> b -> a",
            "3: build.a.needs[1]: expected no cycle, got a -> c -> a",
        ],
    ),
    (
        "a way round among the steps and one among the processes behind them",
        '[build.a]\ncommand = "x"\nneeds = ["a"]\n[run.web]\ncommand = "x"\nneeds = ["a", "db"]\n'
        '[run.db]\ncommand = "x"\nneeds = ["web"]\n',
        [
            "3: build.a.needs[0]: expected no cycle, got a -> a",
            "6: run.web.needs[1]: expected no cycle, got web -> db -> web",
        ],
    ),
    (
        "a way round that is gone when a wrong need is",
        '[build.app]\ncommand = "x"\nneeds = ["web"]\n[run.web]\ncommand = "x"\nneeds = ["app"]\n',
        ['3: build.app.needs[0]: expected a build step (a step cannot wait for a process), got "web"'],
    ),
    (
        "a way round through a profile",
        '[build.a]\ncommand = "x"\n[build.b]\ncommand = "x"\nneeds = ["a"]\n[profile.dev]\nbuild.a.needs = ["b"]\n',
        ["7: profile.dev.build.a.needs[0]: expected no cycle, got a -> b -> a"],
    ),
    (
        "no job at all",
        '[build]\njobs = 0\n[build.app]\ncommand = "make"\n',
        ["2: build.jobs: expected a number of steps from 1 to 256, got 0"],
    ),
    (
        "more jobs than any machine has use for",
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
        "a step that is named jobs, and needed",
        '[build.jobs]\ncommand = "make"\n[build.app]\ncommand = "make"\nneeds = ["jobs"]\n',
        ["1: build.jobs: no name for a step: jobs is a key of [build] itself, use another name"],
    ),
    (
        "jobs of a profile",
        '[build.app]\ncommand = "make"\n[profile.ci]\nbuild.jobs = 1000\n',
        ["4: profile.ci.build.jobs: expected a number of steps from 1 to 256, got 1000"],
    ),
    (
        "jobs and nothing to do",
        "[build]\njobs = 2\n",
        ["1: nothing to do: expected a [build.NAME] or a [run.NAME] table"],
    ),
    (
        "a parser that does not exist",
        '[build.app]\ncommand = "x"\nparsers = ["go", "tcs"]\n',
        ['3: build.app.parsers[1]: expected the name of a parser (go, tsc), got "tcs", did you mean "tsc"?'],
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
        "two ways to be ready",
        '[run.web]\ncommand = "x"\nready = { tcp = "127.0.0.1:80", notify = true }\n',
        ["3: run.web.ready: expected exactly one of tcp, http, log, notify, exec, got tcp and notify"],
    ),
    (
        "no way to be ready",
        '[run.web]\ncommand = "x"\nready = { timeout = "5s" }\n',
        ["3: run.web.ready: expected exactly one of tcp, http, log, notify, exec, got none of them"],
    ),
    (
        "a readiness pattern that is no regular expression",
        '[run.web]\ncommand = "x"\n[run.web.ready]\nlog = "listening ("\n',
        [
            "4: run.web.ready.log: expected a regular expression (missing ), unterminated subpattern at "
            'position 10), got "listening ("'
        ],
    ),
    (
        "a port out of range",
        '[run.web]\ncommand = "x"\nlisten = ["127.0.0.1:8000", "127.0.0.1:70000"]\n',
        ['3: run.web.listen[1]: expected a port from 1 to 65535, got "127.0.0.1:70000"'],
    ),
    (
        "addresses to listen on that are none",
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
        "Unix sockets without a path of their own",
        '[run.web]\ncommand = "x"\nlisten = ["unix:", "unix:run/", "unix:@app", "unix:///run/app"]\n',
        [
            f'3: run.web.listen[0]: {SOCKET_PATH}, got "unix:"',
            f'3: run.web.listen[1]: {SOCKET_PATH}, got "unix:run/"',
            "3: run.web.listen[2]: expected a path (anybody on this machine may connect to an abstract socket), got "
            '"unix:@app"',
            '3: run.web.listen[3]: expected a path with one slash at most at its start, got "unix:///run/app", did you '
            'mean "unix:/run/app"?',
        ],
    ),
    (
        "a held socket with another port for each run",
        '[run.web]\ncommand = "x"\nlisten = ["127.0.0.1:{port}"]\n',
        [
            '3: run.web.listen[0]: expected an address with a fixed port ("{port}" is for programs that bind one '
            'themselves), got "127.0.0.1:{port}"'
        ],
    ),
    (
        "what is no IPv6 address",
        '[run.web]\ncommand = "x"\nlisten = ["[1.2.3]:80"]\nready = { tcp = "[:::]:80" }\n'
        '[run.a]\ncommand = "x"\nready = { tcp = "[:::]:{port}" }\n'
        '[run.b]\ncommand = "x"\nready = { http = "http://[1.2]/" }\n',
        [
            '3: run.web.listen[0]: expected an IPv6 address in the brackets, got "[1.2.3]:80"',
            '4: run.web.ready.tcp: expected an IPv6 address in the brackets, got "[:::]:80"',
            '7: run.a.ready.tcp: expected an IPv6 address in the brackets, got "[:::]:{port}"',
            '10: run.b.ready.http: expected an IPv6 address in the brackets, got "http://[1.2]/"',
        ],
    ),
    (
        "one address for two",
        '[run.web]\ncommand = "x"\nlisten = ["127.0.0.1:8000", "[::1]:80", "unix:a"]\n'
        '[run.api]\ncommand = "x"\nlisten = [\n  "[0:0::1]:80",\n  "unix:./b/../a",\n  "127.0.0.1:08000",\n  "A:1",\n'
        '  "a:1",\n]\n',
        [
            f'7: run.api.listen[0]: {OWN} (run.web.listen[1] has this one), got "[0:0::1]:80"',
            f'8: run.api.listen[1]: {OWN} (run.web.listen[2] has this one), got "unix:./b/../a"',
            f'9: run.api.listen[2]: {OWN} (run.web.listen[0] has this one), got "127.0.0.1:08000"',
            f'11: run.api.listen[4]: {OWN} (run.api.listen[3] has this one), got "a:1"',
        ],
    ),
    (
        "the address of the proxy",
        '[run.web]\ncommand = "x"\nlisten = ["127.0.0.1:3000"]\n[proxy]\nlisten = "127.0.0.1:3000"\ntarget = "web"\n',
        ['3: run.web.listen[0]: expected an address of its own (proxy.listen has this one), got "127.0.0.1:3000"'],
    ),
    (
        "a status without a URL",
        '[run.web]\ncommand = "x"\n[run.web.ready]\ntcp = "127.0.0.1:80"\nstatus = 204\n',
        ["5: run.web.ready.status: expected a status only together with http, not tcp, got 204"],
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
        ["3: run.web.reload: expected paths or needs, got none of them"],
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
        ['5: proxy.target: expected a process with listen or ready.tcp, got "web"'],
    ),
    (
        "a proxy without a target",
        '[run.web]\ncommand = "x"\n[proxy]\nlisten = "127.0.0.1:3000"\n',
        ['3: proxy.target: expected the name of a process or an address such as "127.0.0.1:8000", got nothing'],
    ),
    (
        "a pattern with a dot and a slash",
        '[build.app]\ncommand = "x"\npaths = ["./src/*.go"]\noutputs = ["!./main"]\n',
        [
            '3: build.app.paths[0]: expected a pattern without "." as a folder, got "./src/*.go", did you '
            'mean "src/*.go"?',
            '4: build.app.outputs[0]: expected a pattern without "." as a folder, got "!./main", did you '
            'mean "!/main"?',
        ],
    ),
    (
        "a pattern that is the folder itself",
        '[build.app]\ncommand = "x"\npaths = [".", "./", "./.env", "a/./b", "./src/"]\n',
        [
            '3: build.app.paths[0]: expected a pattern without "." as a folder, got ".", did you mean "**"?',
            '3: build.app.paths[1]: expected a pattern without "." as a folder, got "./", did you mean "**"?',
            '3: build.app.paths[2]: expected a pattern without "." as a folder, got "./.env", did you mean "/.env"?',
            '3: build.app.paths[3]: expected a pattern without "." as a folder, got "a/./b", did you mean "a/b"?',
            '3: build.app.paths[4]: expected a pattern without "." as a folder, got "./src/", did you mean "/src/"?',
        ],
    ),
    (
        "a pattern with alternatives",
        '[build.app]\ncommand = "x"\npaths = ["**/*.{ts,tsx}"]\n',
        [
            '3: build.app.paths[0]: expected one pattern for each alternative ("{a,b}" means nothing in '
            'gitignore patterns), got "**/*.{ts,tsx}"'
        ],
    ),
    (
        "a pattern with an open bracket",
        '[watch]\nexclude = ["a", "[a"]\n[run.web]\ncommand = "x"\n',
        [
            '2: watch.exclude[1]: expected a pattern with a "]" for each "[" (or "\\\\[" for the character '
            'itself), got "[a"'
        ],
    ),
    (
        "a pattern with a reversed range",
        '[watch]\nexclude = ["[z-a]"]\n[run.web]\ncommand = "x"\n',
        ['2: watch.exclude[0]: expected a pattern with ranges in order, such as "[a-z]", got "[z-a]"'],
    ),
    (
        "a pattern that is a comment",
        '[watch]\nexclude = ["#x"]\n[run.web]\ncommand = "x"\n',
        [
            '2: watch.exclude[0]: expected a pattern (one that starts with "#" is a comment), got "#x", did '
            'you mean "\\\\#x"?'
        ],
    ),
    (
        "a pattern that ends in a backslash",
        "[watch]\nexclude = ['a\\']\n[run.web]\ncommand = \"x\"\n",
        ['2: watch.exclude[0]: expected a pattern that does not end in a backslash, got "a\\\\"'],
    ),
    (
        "empty patterns",
        '[watch]\nexclude = ["", "!", "/"]\n[run.web]\ncommand = "x"\n',
        [
            '2: watch.exclude[0]: expected a pattern such as "**/*.go", got ""',
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
            '2: run.web.command[1]: expected a string without NUL characters, got "a\\u0000b"',
            '3: run.web.env."A\\u0000": expected a key without NUL characters, got "A\\u0000"',
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
        ["1: nothing to do: expected a [build.NAME] or a [run.NAME] table"],
    ),
    ("an empty file", "\n  \n", ["1: the file is empty, expected a [build.NAME] or a [run.NAME] table"]),
    ("comments alone", "# nothing yet\n", ["1: nothing to do: expected a [build.NAME] or a [run.NAME] table"]),
    ("a syntax error", '[run.web]\ncommand = "x\n', ["2:13: Illegal character '\\n'"]),
    ("a key given twice", '[run.web]\ncommand = "x"\ncommand = "y"\n', ["3:14: Cannot overwrite a value"]),
    (
        "a byte order mark",
        '\ufeff[run.web]\ncommand = "x"\n',
        ["1:1: starts with a byte order mark, expected UTF-8 without one"],
    ),
    ("a number of too many digits", "a = " + "9" * 5000, ["1: a number somewhere has too many digits"]),
    ("nesting without end", "a = " + "[" * 5000, ["1: nested too deeply"]),
    ("a key of too many parts", "[" + ".".join("a" * 3000) + "]", ["1: nested too deeply"]),
    (
        "a mistake in a profile that is not in use",
        '[run.web]\ncommand = "x"\n\n[profile.dev]\nrun.web.comand = "y"\nprofile.x = {}\n',
        ['5: profile.dev.run.web.comand: unknown key, did you mean "command"?', "6: profile.dev.profile: unknown key"],
    ),
    (
        "a profile that is no table",
        'profile.dev = 5\n[run.web]\ncommand = "x"\n',
        ["1: profile.dev: expected a table, got 5"],
    ),
    (
        "many problems at once, in the order of the file",
        'env_files = [1]\n\n[build.app]\ncommand = 5\nneeds = ["b"]\n\n[run.web]\nneeds = ["x"]\nready = {}\n',
        [
            '1: env_files[0]: expected a path, got 1, did you mean "1"?',
            f"4: build.app.command: expected {COMMAND}, got 5",
            '5: build.app.needs[0]: expected the name of a step, got "b"',
            f"7: run.web.command: expected {COMMAND}, got nothing",
            '8: run.web.needs[0]: expected the name of a step or process (app), got "x"',
            "9: run.web.ready: expected exactly one of tcp, http, log, notify, exec, got none of them",
        ],
    ),
    (
        "an action that there is not",
        '[run.web]\ncommand = "x"\n[ui.keys]\nrestrat = "r"\n',
        ['4: ui.keys.restrat: unknown action, did you mean "restart"?'],
    ),
    (
        "a key in other words",
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
        "a key that is no key",
        '[run.web]\ncommand = "x"\n[ui.keys]\nback = ""\nstop = "\\u0007"\nup = ["u", 5]\nhelp = 1\n',
        [
            f'4: ui.keys.back: expected {KEYS}, got ""',
            f'5: ui.keys.stop: expected {KEYS}, got "\\u0007"',
            f"6: ui.keys.up: expected {KEYS}, got an array",
            f'7: ui.keys.help: expected {KEYS}, got 1, did you mean "1"?',
        ],
    ),
    (
        "a key that is not free",
        '[run.web]\ncommand = "x"\n[ui.keys]\nstop = "ctrl+c"\nselect = "ctrl+m"\n',
        [
            '4: ui.keys.stop: expected a key that is free (ctrl+c is a signal), got "ctrl+c"',
            f'5: ui.keys.select: expected {KEYS}, got "ctrl+m", did you mean "enter"?',
        ],
    ),
    (
        "a key for two actions",
        '[run.web]\ncommand = "x"\n[ui.keys]\nrestart = ["x", "X"]\nbuild = "X"\n',
        ['5: ui.keys.build: expected a key of its own (restart has this one), got "X"'],
    ),
    (
        "an editor that is nothing",
        '[run.web]\ncommand = "x"\n[ui]\neditor = ""\n',
        ['4: ui.editor: expected a program such as "code", got ""'],
    ),
]


@pytest.mark.parametrize(
    ("text", "expected"), [pytest.param(text, expected, id=what) for what, text, expected in WRONG]
)
def test_each_problem_is_named_with_its_line_and_key(text: str, expected: list[str]) -> None:
    with pytest.raises(InvalidConfig) as caught:
        parse(text, "hotrun.toml", "/project", known_parsers=lambda: ["go", "tsc"])
    assert [problem.removeprefix("hotrun.toml:") for problem in caught.value.problems] == expected
    assert caught.value.message.splitlines() == list(caught.value.problems)
    assert caught.value.exit_code == 2
