"""JavaScript and TypeScript: the dev or start script of a package.json, or a server file for node."""

from __future__ import annotations

import re
import shlex

from hotrun.config.detect.candidate import Candidate, CandidatePart, exact, one_line, part_name
from hotrun.config.detect.folder import ProjectFolder, string, table

LOCKFILES = (
    ("pnpm-lock.yaml", "pnpm"),
    ("yarn.lock", "yarn"),
    ("bun.lock", "bun"),
    ("bun.lockb", "bun"),
    ("package-lock.json", "npm"),
    ("npm-shrinkwrap.json", "npm"),
)
MAX_SCRIPTS_READ = 50
MAX_LENGTH = 2000
MANAGERS = ("npm", "pnpm", "yarn", "bun")
SUFFIXES = (".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx", ".vue", ".svelte")
NO_TESTS = ("!**/*.test.*", "!**/*.spec.*", "!**/__tests__/**")
OUTPUT_FOLDERS = ("dist", "build", "out", "lib", ".next", ".output", ".svelte-kit")
_USUAL_OUTPUT = (("next", ".next"), ("nuxt", ".output"), ("nuxi", ".output"), ("vite", "dist"), ("astro", "dist"))
_PLACE = r"(?<![\w./-])(?:\./)?{0}/|(?:--out-?[dD]ir|serve|-s)[ =]+(?:\./)?{0}(?![\w./-])"

# Tools that watch the sources themselves. A restart on each save would only lose their warm state.
_WATCHES_ITSELF = re.compile(
    r"""(?x)
    (?<![\w./-]) (?:
        vite (?! \s+ (?:build|preview|optimize) \b | [\w.-] )
      | nodemon | ts-node-dev | tsnd | tsx \s+ watch | supervisor | node-dev | vite-node \s+ (?:-w|--watch)
      | (?:next|nuxt|nuxi|astro|remix|vinxi|wrangler|turbo|react-router|rsbuild|vitepress|storybook) \s+ dev
      | (?:react-scripts|docusaurus|expo|craco|react-native) \s+ start | (?:ng|ember|nx|hexo) \s+ serve | ng \s+ s
      | vue-cli-service \s+ serve | (?:webpack|rspack) (?:-cli)? \s+ serve | webpack-dev-server | gatsby \s+ develop
      | parcel (?! \s+ build ) | live-server | browser-sync | electron-vite (?! \s+ (?:build|preview) ) | gulp \s+ watch
      | eleventy \s .{0,200} --serve
    ) (?![\w-])
    | (?<!\S) --(?:watch|hot) (?: [\s=] | -path | $ )
    | \b (?:tsc|rollup|webpack|esbuild|tsup|swc|sass) \b [^&|;]{0,200} \s -w \b
    """
)


def candidates(folder: ProjectFolder) -> list[Candidate]:
    """At most one candidate: the script dev, start or serve, or a file for node."""
    package = folder.json("package.json")
    scripts = {
        name: string(text)[:MAX_LENGTH] for name, text in table(package, "scripts").items() if string(text).strip()
    }
    chosen = next((name for name in ("dev", "start", "serve") if name in scripts), None)
    if chosen:
        return [_script(folder, package, scripts, chosen)]
    return _file(folder, package)


def _script(folder: ProjectFolder, package: dict[str, object], scripts: dict[str, str], chosen: str) -> Candidate:
    manager, lockfile = _manager(folder, package)
    watcher = _WATCHES_ITSELF.search(_expanded(scripts, chosen))
    steps: tuple[CandidatePart, ...] = ()
    comments: tuple[str, ...] = ()
    paths = _project_files(folder, lockfile)
    if watcher:
        comments = (f"`{one_line(watcher[0])}` watches the sources itself. hotrun restarts it if the package changes.",)
    elif chosen == "start" and "build" in scripts:
        steps = (_build(folder, manager, lockfile, scripts),)
    else:
        paths = (*_sources(folder), *_project_files(folder, lockfile))
    run = CandidatePart(
        name=part_name(chosen, taken=("build",)),
        command=f"{manager} run {chosen}",
        needs=tuple(step.name for step in steps),
        paths=paths,
        comments=comments,
    )
    name = string(package.get("name")) or folder.name
    return Candidate(
        kind=manager,
        title=f"{manager} package {one_line(name)} (script {chosen}: {one_line(scripts[chosen])})",
        steps=steps,
        processes=(run,),
        notes=_install_note(folder, package, manager),
    )


def _build(folder: ProjectFolder, manager: str, lockfile: str | None, scripts: dict[str, str]) -> CandidatePart:
    """The build script before `start`. Its outputs must not trigger it again."""
    made = _outputs(folder, _expanded(scripts, "start") + " " + _expanded(scripts, "build"))
    return CandidatePart(
        name="build",
        command=f"{manager} run build",
        paths=(
            *_sources(folder),
            *_project_files(folder, lockfile),
            *(f"!/{name}/**" for name in OUTPUT_FOLDERS if name in made or (name != "lib" and folder.is_dir(name))),
        ),
        outputs=tuple(f"{name}/**" for name in made),
        comments=("Add other files that it reads, such as styles, pages and assets.",),
    )


def _outputs(folder: ProjectFolder, text: str) -> tuple[str, ...]:
    """The output folders: named by the scripts or tsconfig.json, or used by their tool by default."""
    places = re.findall(r'"outDir"\s*:\s*"([^"]+)"', folder.text("tsconfig.json"))
    text = " ".join([text, string(folder.json("package.json").get("main")), *(f"{place}/" for place in places)])
    usual = {output for tool, output in _USUAL_OUTPUT if re.search(rf"\b{tool}\s+build\b", text)}
    named = {name for name in OUTPUT_FOLDERS if re.search(_PLACE.format(re.escape(name)), text)}
    return tuple(name for name in OUTPUT_FOLDERS if name in usual | named)


def _file(folder: ProjectFolder, package: dict[str, object]) -> list[Candidate]:
    """A server in one file: `main`, or a usual name. With an index.html next to it, it is a browser's script."""
    if not package and folder.is_file("index.html"):
        return []
    main = string(package.get("main")).removeprefix("./")
    names = ("server.js", "index.js", "app.js", "main.js", "server.mjs", "index.mjs", "app.mjs", "main.mjs")
    is_local = main.endswith((".js", ".mjs", ".cjs")) and not main.startswith(("/", "../"))
    file = folder.first(*((main,) if is_local else ()), *names)
    if file is None:
        return []
    manager, lockfile = _manager(folder, package)
    runtime = "bun" if manager == "bun" else "node"
    run = CandidatePart(
        name=part_name(re.sub(r"\.[cm]?js$", "", file.rpartition("/")[2])),
        command=f"{runtime} {shlex.quote(file if file[0] != '-' else './' + file)}",
        paths=(*_sources(folder), *_project_files(folder, lockfile)),
    )
    return [
        Candidate(
            kind="node",
            title=f"{runtime} script {one_line(file)}",
            processes=(run,),
            notes=_install_note(folder, package, manager),
        )
    ]


def _manager(folder: ProjectFolder, package: dict[str, object]) -> tuple[str, str | None]:
    """The package manager and its lockfile: the one in package.json, the one with a lockfile, or npm."""
    named = string(package.get("packageManager")).partition("@")[0]
    present = [(lockfile, manager) for lockfile, manager in LOCKFILES if folder.is_file(lockfile)]
    if named in MANAGERS:
        return named, next((lockfile for lockfile, manager in present if manager == named), None)
    lockfile, manager = present[0] if present else (None, "npm")
    return manager, lockfile


def _sources(folder: ProjectFolder) -> tuple[str, ...]:
    present = folder.suffixes()
    found = [f"**/*{suffix}" for suffix in SUFFIXES if suffix in present]
    return (*(found or ["**/*.js"]), *NO_TESTS)


def _project_files(folder: ProjectFolder, lockfile: str | None) -> tuple[str, ...]:
    names = ("package.json", lockfile, "tsconfig.json")
    return tuple(exact(name) for name in names if name and folder.is_file(name))


def _expanded(scripts: dict[str, str], start: str) -> str:
    """The script's text and that of the scripts it calls, with any runner."""
    texts: dict[str, str] = {}
    waiting = [start]
    while waiting and len(texts) < MAX_SCRIPTS_READ:
        name = waiting.pop()
        if name in texts or name not in scripts:
            continue
        texts[name] = scripts[name]
        called = re.split(r"[\s\"'&|;]+", scripts[name])
        waiting += [word.removeprefix("npm:") for word in called]
        for word in called:  # patterns of npm-run-all
            if "*" in word:
                stem = word.removeprefix("npm:").split("*")[0]
                waiting += [other for other in scripts if stem and other.startswith(stem)]
    return "\n".join(texts.values())


def _install_note(folder: ProjectFolder, package: dict[str, object], manager: str) -> tuple[str, ...]:
    wanted = any(table(package, key) for key in ("dependencies", "devDependencies"))
    present = any(folder.is_dir(name) for name in ("node_modules", "../node_modules")) or folder.is_file(".pnp.cjs")
    return (f"run `{manager} install` first (node_modules is missing)",) if wanted and not present else ()
