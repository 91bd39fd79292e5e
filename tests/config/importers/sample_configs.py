"""Configurations of other tools, each with all keys of the tool."""

from __future__ import annotations

from typing import Any

from hotrun.config.importers import Imported, KeySource, convert, convert_command

AIR = r"""
root = "."
tmp_dir = "tmp"
testdata_dir = "testdata"
env_files = [".env", ".env.local"]

[build]
pre_cmd = ["templ generate", "echo 'two words'"]
cmd = "go build -o ./tmp/main ."
post_cmd = ["echo bye"]
bin = "./tmp/main"
entrypoint = ["./tmp/main", "serve"]
full_bin = "APP_ENV=dev APP_USER='a b' ./tmp/main"
args_bin = ["-port", "8080"]
log = "air.log"
include_ext = ["go", "tpl", ".html"]
exclude_dir = ["assets", "tmp", "web/dist"]
include_dir = ["cmd", "../shared"]
include_file = ["config.yaml"]
exclude_file = ["*.pb.go", "web/skip.go"]
exclude_regex = ["_test.go", '_templ\.go$', "(?i)odd"]
exclude_unchanged = true
ignore_dangerous_root_dir = true
follow_symlink = true
poll = true
poll_interval = 200
delay = 1000
stop_on_error = true
send_interrupt = true
kill_delay = "1.5s"
rerun = true
rerun_delay = 500

[[build.rules]]
name = "css"
cmd = "npx sass web:dist"
include_ext = ["scss"]
include_dir = ["web"]
include_file = ["theme.css"]
exclude_regex = ['_old\.scss$']
delay = 10

[build.linux]
cmd = "go build -tags linux -o ./tmp/main ."
[build.darwin]
cmd = "go build -tags mac -o ./tmp/main ."
[build.windows]
bin = "tmp\\main.exe"

[log]
time = true
main_only = true
silent = false
[color]
main = "magenta"
watcher = "cyan"
build = "yellow"
runner = "green"
app = ""
mode = "auto"
[misc]
clean_on_exit = true
startup_banner = ""
[screen]
clear_on_rebuild = true
keep_scroll = true
[proxy]
enabled = true
proxy_port = 8090
app_port = 8080
app_start_timeout = 2000
"""

FRESH = """\
# fresh
root:              .
tmp_path:          ./tmp
build_name:        runner-build
build_log:         runner-build-errors.log
valid_ext:         .go, .tpl, .tmpl, .html
no_rebuild_ext:    .tpl, .tmpl, .html
ignored:           assets, tmp, node_modules
build_delay:       600
colors:            1
log_color_main:    cyan
log_color_build:   yellow
log_color_runner:  green
log_color_watcher: magenta
log_color_app:
"""

GOWATCH = """\
appname: shop
run_cmd: ./tmp/shop serve
output: ./tmp/shop
watch_exts: [.go, .yaml]
watch_paths: ["../shared"]
cmd_args: ["-port", "8080"]
build_args: ["-race"]
envs: ["A=b c"]
vendor_watch: false
excluded_paths: ["web/dist"]
build_pkg: ./cmd/shop
build_tags: dev
prev_build_cmds: ["swag init"]
disable_run: false
build_go_gc: false
log_level: debug
"""

BEE = """\
{
  "version": 0,
  "go_install": true,
  "watch_ext": [".go", ".ini"],
  "watch_ext_static": [".html", ".css"],
  "dir_structure": {"watch_all": false, "controllers": "c", "models": "m", "others": ["x"]},
  "cmd_args": ["-x", "a b"],
  "envs": ["A=b c"],
  "database": {"driver": "mysql", "conn": "root@/shop"},
  "enable_reload": true,
  "enable_notification": true,
  "scripts": {"hello": "echo hello"},
  "bale": {"import": "x"},
  "gopm": {"enable": false, "install": false}
}
"""

BEEFILE = "version: 0\ngo_install: false\nwatch_ext: [.go]\nenvs: []\nenable_reload: false\n"

REALIZE = """\
settings:
  legacy: {force: true, interval: 1s}
  flimit: 1000
  recovery: {index: true}
  files: {outputs: {status: true}}
server: {status: true, open: false, port: 5002, host: localhost}
schema:
- name: coin
  path: coin
  env: {LEVEL: high}
  commands:
    fmt: {status: true}
    vet: {status: true, method: staticcheck ./...}
    test: {status: false}
    generate: {status: true}
    install: {status: true}
    build: {status: true, args: ["-race"]}
    run: {status: true}
  args: [--verbose]
  watcher:
    extensions: [go, html]
    paths: [/]
    ignored_paths: [.git, vendor]
    preview: true
    scripts:
    - {type: before, command: ./prepare.sh, output: true, global: true, path: scripts}
    - {type: after, command: ./tell.sh, output: true}
"""

MODD = r"""
# the shop
@shell = sh
@out = tmp/shop

**/*.go !**/*_test.go !"docs/**" {
    prep: go build -o @out .
    prep +onchange: go test @dirmods
    daemon +sigint: @out -v # served
}
'web/**/*.{js,css}' {
    prep: "
        npx eslint \
            @mods
    "
}
conf/*.ini +noignore {
    indir: conf
    daemon +sigusr1: serve --conf @confdir/app.ini
}
{
    daemon: redis-server
}
"""

REFLEX = r"""
# each line is a command
-g '*.proto' --substitute % -- protoc %
-sr '\.(go|tmpl)$' -R '_test\.go$' -t 2s -- sh -c 'go build -o tmp/shop . && ./tmp/shop'
-e -d none --only-files --all -G '*.tmp' -- make "two words"
"""

NODEMON = """\
{
  "restartable": "rs",
  "verbose": true,
  "watch": ["src", "*.env", "../shared"],
  "ignore": ["*.test.ts", "dist/"],
  "ignoreRoot": [".git"],
  "ext": "ts,json",
  "exec": "ts-node",
  "script": "src/index.ts",
  "args": ["--port", "8 0"],
  "execMap": {"py": "python3 -u"},
  "events": {"restart": "echo again"},
  "env": {"NODE_ENV": "development", "PORT": 8080},
  "delay": 2500,
  "signal": "SIGTERM",
  "stdin": false,
  "runOnChangeOnly": true,
  "legacyWatch": true,
  "pollingInterval": 300,
  "cwd": "app",
  "colours": true,
  "stdout": true,
  "quiet": false,
  "dump": false,
  "watchOptions": {"usePolling": true},
  "nodeArgs": ["--inspect"]
}
"""

PACKAGE = (
    '{"name": "shop", "main": "server.js", "nodemonConfig": {"ext": "js", "ignore": ["public/*"], "delay": "1"}}\n'
)

BACON = """\
default_job = "serve"
env.RUST_LOG = "debug"
ignore = ["*.gen.rs"]
grace_period = "15ms"
summary = true
wrap = true

[jobs.check]
command = ["cargo", "check"]
need_stdout = false

[jobs.serve]
command = ["cargo", "run", "--", "a b"]
watch = ["templates", "*.css"]
default_watch = true
background = false
on_change_strategy = "kill_then_restart"
kill = ["kill", "-s", "INT"]
apply_gitignore = false
allow_failures = true
analyzer = "cargo_json"
on_success = "back"
env = { PORT = "8080" }

[keybindings]
c = "job:check"
"""

PROCFILE = """\
# the shop
web: BIND=127.0.0.1 gunicorn app:app --bind $BIND:$PORT
worker: LEVEL=high python -m worker 'two words'
release: python manage.py migrate
"""

PROCESS_COMPOSE = """\
version: "0.5"
is_strict: true
log_level: debug
log_location: ./pc.log
environment: ["A=b c"]
shell: {shell_command: bash, shell_argument: "-c"}
vars: {X: y}
disable_env_expansion: true
processes:
  migrate:
    command: ./migrate up
    description: the schema
  db:
    command: postgres -D data
    working_dir: data
    is_daemon: false
    is_tty: true
    namespace: back
    readiness_probe:
      exec: {command: pg_isready, working_dir: data}
      initial_delay_seconds: 1
      period_seconds: 2
      timeout_seconds: 1
      success_threshold: 1
      failure_threshold: 5
    shutdown: {signal: 2, timeout_seconds: 10, command: pg_ctl stop, parent_only: false}
  web:
    command: ./web
    environment: ["PORT=8080"]
    env_file: .env
    depends_on:
      migrate: {condition: process_completed_successfully}
      db: {condition: process_healthy}
      idle: {condition: process_started}
    availability: {restart: on_failure, backoff_seconds: 2, max_restarts: 3, exit_on_end: false, exit_on_skipped: true}
    readiness_probe:
      http_get: {host: 127.0.0.1, scheme: http, path: /health, port: 8080, status_code: 204}
    liveness_probe: {exec: {command: "true"}}
    watch: [{paths: ["web/**/*.py"], ignore: ["*.tmp"], debounce: 1s}]
    replicas: 2
  tail:
    entrypoint: [tail, -f, a b]
    ready_log_line: "ready (now"
  idle:
    command: sleep 1
    disabled: true
"""

# description -> (file, text)
SAMPLES: dict[str, tuple[str, str]] = {
    "air": (".air.toml", AIR),
    "air, minimal": (".air.toml", "# nothing\n"),
    "fresh": ("runner.conf", FRESH),
    "gowatch": ("gowatch.yml", GOWATCH),
    "bee": ("bee.json", BEE),
    "bee in YAML": ("Beefile", BEEFILE),
    "realize": (".realize.yaml", REALIZE),
    "modd": ("modd.conf", MODD),
    "reflex": ("reflex.conf", REFLEX),
    "nodemon": ("nodemon.json", NODEMON),
    "nodemon in package.json": ("package.json", PACKAGE),
    "bacon": ("bacon.toml", BACON),
    "Procfile": ("Procfile", PROCFILE),
    "process-compose": ("process-compose.yaml", PROCESS_COMPOSE),
}

COMMANDS = [
    "wgo run -tags=dev -xfile '_templ\\.go$' ./cmd/shop -port 8080",
    "wgo -file '\\.css$' -xdir node_modules -debounce 10ms -exit npx sass :: ./serve 'two words' :: wgo run .",
    "CompileDaemon -build='go build -o app .' -command='./app -x' -exclude-dir=.git -graceful-kill=true -polling",
    "watchexec -r -e rs,toml -w src -i '*.gen.rs' --stop-signal INT --stop-timeout 2s -E A=b -d 50 -- cargo run",
    "watchexec -n --shell=none -o queue make test",
    "gow -e=go,html -w=src,web -i=dist -c -v run -race . a b",
    "gow test ./...",
    "A=1 npx nodemon -w src -e ts --signal SIGINT --exec ts-node src/index.ts --port 1",
    "air --build.cmd 'go build -o ./bin/shop .' --build.bin ./bin/shop --build.exclude_dir a,b -- serve",
    "go run github.com/cespare/reflex@latest -s -r '\\.go$' -- go run .",
    "find . -name '*.c' -o -name '*.h' | entr -rs 'make && ./app'",
    "ls *.py | entr -c python3 check.py",
    "python -m watchmedo auto-restart -p '*.py;*.html' -R -d src --signal SIGTERM -- python app.py",
    "watchmedo shell-command -p '*.md' -c 'make docs' .",
]


def converted(name: str, text: str, **more: Any) -> Imported:
    return convert(KeySource(text, name, folder="shop", **more))


def from_command(line: str) -> Imported:
    return convert_command(KeySource(line, "command line", folder="shop"))
