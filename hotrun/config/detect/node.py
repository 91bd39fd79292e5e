"""JavaScript and TypeScript: the dev or start script of a package.json, or a server file that node can run as it is."""

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
MOST_SCRIPTS_READ = 50
MOST_LENGTH = 2000
MANAGERS = ("npm", "pnpm", "yarn", "bun")
SUFFIXES = (".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx", ".vue", ".svelte")
NO_TESTS = ("!**/*.test.*", "!**/*.spec.*", "!**/__tests__/**")
OUTPUT_FOLDERS = ("dist", "build", "out", "lib", ".next", ".output", ".svelte-kit")
_USUAL_OUTPUT = (("next", ".next"), ("nuxt", ".output"), ("nuxi", ".output"), ("vite", "dist"), ("astro", "dist"))
_PLACE = r"(?<![\w./-])(?:\./)?{0}/|(?:--out-?[dD]ir|serve|-s)[ =]+(?:\./)?{0}(?![\w./-])"

# Tools that watch the sources by themselves; restarting them on each save would only cost their warm state.
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
    """One candidate at most: the dev script, else start, else serve, else a file for node."""
    package = folder.json("package.json")
    scripts = {
        name: string(text)[:MOST_LENGTH] for name, text in table(package, "scripts").items() if string(text).strip()
    }
    chosen = next((name for name in ("dev", "start", "serve") if name in scripts), None)
    if chosen:
        return [_script(folder, package, scripts, chosen)]
    return _file(folder, package)


def _script(folder: ProjectFolder, package: dict[str, object], scripts: dict[str, str], chosen: str) -> Candidate:
    manager, lockfile = _manager(folder, package)
    by_itself = _WATCHES_ITSELF.search(_expanded(scripts, chosen))
    steps: tuple[CandidatePart, ...] = ()
    comments: tuple[str, ...] = ()
    paths = _project_files(folder, lockfile)
    if by_itself:
        comments = (f"`{one_line(by_itself[0])}` watches the sources by itself: only a changed package restarts it.",)
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
    """The build script before `start`. What it writes must not trigger it again."""
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
        comments=("Add what else it reads: styles, pages, assets.",),
    )


def _outputs(folder: ProjectFolder, text: str) -> tuple[str, ...]:
    """Folders that the scripts or tsconfig.json name as the place of what is built, or that their tool always uses."""
    places = re.findall(r'"outDir"\s*:\s*"([^"]+)"', folder.text("tsconfig.json"))
    text = " ".join([text, string(folder.json("package.json").get("main")), *(f"{place}/" for place in places)])
    usual = {output for tool, output in _USUAL_OUTPUT if re.search(rf"\b{tool}\s+build\b", text)}
    named = {name for name in OUTPUT_FOLDERS if re.search(_PLACE.format(re.escape(name)), text)}
    return tuple(name for name in OUTPUT_FOLDERS if name in usual | named)


def _file(folder: ProjectFolder, package: dict[str, object]) -> list[Candidate]:
    """A folder whose server is one file: `main`, or a usual name. A page beside it means that a browser runs it."""
    if not package and folder.is_file("index.html"):
        return []
    main = string(package.get("main")).removeprefix("./")
    names = ("server.js", "index.js", "app.js", "main.js", "server.mjs", "index.mjs", "app.mjs", "main.mjs")
    is_ours = main.endswith((".js", ".mjs", ".cjs")) and not main.startswith(("/", "../"))
    file = folder.first(*((main,) if is_ours else ()), *names)
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
    """The package manager and its lockfile: what package.json says, else whose lockfile is there, else npm."""
    said = string(package.get("packageManager")).partition("@")[0]
    present = [(lockfile, manager) for lockfile, manager in LOCKFILES if folder.is_file(lockfile)]
    if said in MANAGERS:
        return said, next((lockfile for lockfile, manager in present if manager == said), None)
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
    """The script's text and that of the other scripts it calls, whichever runner it uses for that."""
    texts: dict[str, str] = {}
    waiting = [start]
    while waiting and len(texts) < MOST_SCRIPTS_READ:
        name = waiting.pop()
        if name in texts or name not in scripts:
            continue
        texts[name] = scripts[name]
        called = re.split(r"[\s\"'&|;]+", scripts[name])
        waiting += [word.removeprefix("npm:") for word in called]
        for word in called:  # npm-run-all's patterns
            if "*" in word:
                stem = word.removeprefix("npm:").split("*")[0]
                waiting += [other for other in scripts if stem and other.startswith(stem)]
    return "\n".join(texts.values())


def _install_note(folder: ProjectFolder, package: dict[str, object], manager: str) -> tuple[str, ...]:
    wanted = any(table(package, key) for key in ("dependencies", "devDependencies"))
    present = any(folder.is_dir(name) for name in ("node_modules", "../node_modules")) or folder.is_file(".pnp.cjs")
    return (f"run `{manager} install` first: there is no node_modules",) if wanted and not present else ()
