"""Find WSGI and ASGI applications by the text of Python sources, and the module from which a server imports them."""

from __future__ import annotations

import re

import msgspec

from hotrun.config.detect.folder import SECONDARY_FOLDERS, ProjectFolder, join

MAX_FILES_READ = 300

_USUAL_NAMES = ("main.py", "app.py", "asgi.py", "wsgi.py", "server.py", "api.py", "__init__.py")
_TEST_FILE = re.compile(r"(?:test_.*|.*_test|conftest)\.py")
_APPLICATION = re.compile(r"^(\w+)\s*(?::[^=\n]+)?=\s*(?:\w+\.)?(FastAPI|Starlette|Litestar|Flask)\(", re.M)
_FACTORY = re.compile(r"^def\s+(create_app|make_app)\s*\(([^)]{0,500})\)", re.M)
_MADE = re.compile(r"\b(FastAPI|Starlette|Litestar|Flask)\(")
_NEXT_STATEMENT = re.compile(r"^\S", re.M)
_PORT = re.compile(r"\.run\([^()]{0,500}?\bport\s*=\s*(\d{2,5})\b")
_IMPORT = re.compile(r"^(?:from\s+(\w+)[\w.]*\s+import|import\s+(\w+))", re.M)
_RELATIVE = re.compile(r"^from\s+\.", re.M)


class PythonApp(msgspec.Struct, frozen=True):
    """An application. Its file is in `folder`, imports start at `base`. `name`: "" if the server finds it itself."""

    framework: str
    folder: str
    base: str
    module: str
    name: str
    is_factory: bool = False
    port: int | None = None


def find_apps(folder: ProjectFolder, depth: int) -> list[PythonApp]:
    """The applications nearest to the root, at most `depth` folders below it (not counting src/).

    Files with a usual name win over others.
    """
    found: list[tuple[int, bool, PythonApp]] = []
    for path in _sources(folder, depth):
        app = _in_file(folder, path)
        if app:
            inside = path.removeprefix("src/")
            unusual = path.rpartition("/")[2] not in _USUAL_NAMES
            found.append((inside.count("/"), unusual, app))
    nearest = min((rank[:2] for rank in found), default=None)
    return [app for *rank, app in found if tuple(rank) == nearest]


def _sources(folder: ProjectFolder, depth: int) -> list[str]:
    paths = [
        join(path, name)
        for path in folder.walk(depth=depth + 1)
        if not SECONDARY_FOLDERS.intersection(path.split("/")) and path.removeprefix("src/").count("/") < depth
        for name in folder.files(path, ".py")
        if not _TEST_FILE.fullmatch(name) and (path or name != "__init__.py")
    ]
    return paths[:MAX_FILES_READ]


def _in_file(folder: ProjectFolder, path: str) -> PythonApp | None:
    text = folder.text(path)
    made = _APPLICATION.search(text)
    framework, name = (made[2], made[1]) if made else _factory(text)
    if not framework:
        return None
    base, module = _module(folder, path, text)
    port = _PORT.search(text)
    # flask finds these names itself, so the command needs no name.
    found = framework == "Flask" and name in ("app", "application", "create_app", "make_app")
    return PythonApp(
        framework=framework,
        folder=path.rpartition("/")[0],
        base=base,
        module=module,
        name="" if found else name,
        is_factory=made is None,
        port=int(port[1]) if port else None,
    )


def _factory(text: str) -> tuple[str, str]:
    """(framework, name) of a factory function without required arguments, or empty strings."""
    for function in _FACTORY.finditer(text):
        if any(word.strip() and "=" not in word and "*" not in word for word in function[2].split(",")):
            continue
        after = _NEXT_STATEMENT.search(text, function.end())
        made = _MADE.search(text, function.end(), after.start() if after else len(text))
        if made:
            return made[1], function[1]
    return "", ""


def _module(folder: ProjectFolder, path: str, text: str) -> tuple[str, str]:
    """(folder that imports start from, dotted module), derived from the file's own imports."""
    is_package = path.endswith("/__init__.py")
    unit = path.removesuffix("/__init__.py").removesuffix(".py")
    parent = unit.rpartition("/")[0]
    # Relative imports in an __init__.py refer to its own package, and do not tell where that is.
    is_inner = not is_package and _RELATIVE.search(text) is not None
    base = ""
    if parent and not is_inner and _imports_siblings(folder, parent, text):
        base = parent
    elif parent.startswith("src/") or (parent == "src" and not is_inner and not _imports(text, "src")):
        base = "src"
    return base, unit.removeprefix(base + "/" if base else "").replace("/", ".")


def _imports_siblings(folder: ProjectFolder, parent: str, text: str) -> bool:
    """True if a top-level import names a module in the same folder that does not exist in the root."""
    names = {first or second for first, second in _IMPORT.findall(text)}
    return any(_is_module(folder, join(parent, name)) and not _is_module(folder, name) for name in names)


def _is_module(folder: ProjectFolder, path: str) -> bool:
    return folder.is_file(path + ".py") or folder.is_file(f"{path}/__init__.py")


def _imports(text: str, name: str) -> bool:
    return any(name in pair for pair in _IMPORT.findall(text))
