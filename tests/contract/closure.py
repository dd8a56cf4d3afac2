"""What a stage really reads: its import closure, its parameters, its tables; read from the source, nothing is run."""

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DISPATCH = {"analysis/__main__.py"}
"""Starts a stage and changes nothing in it, so a change there makes no output stale."""


def stage_modules(root: Path = ROOT) -> list[str]:
    return sorted(path.stem for path in (root / "analysis/stages").glob("*.py") if path.stem != "__init__")


def import_closure(stage: str, root: Path = ROOT) -> set[str]:
    """Every project file that the stage's module imports, at any depth, inside functions too."""
    seen: set[str] = set()
    pending = [f"analysis.stages.{stage}"]
    while pending:
        name = pending.pop()
        for file in _files_of(name, root):
            relative = file.relative_to(root).as_posix()
            if relative not in seen:
                seen.add(relative)
                pending += _imported_names(file, root)
    return seen - DISPATCH


def _files_of(name: str, root: Path) -> list[Path]:
    """The module's file with the `__init__` of every package above it; nothing for foreign modules."""
    parts = name.split(".")
    if parts[0] != "analysis":
        return []
    packages = [root.joinpath(*parts[:depth], "__init__.py") for depth in range(1, len(parts) + 1)]
    return [path for path in [*packages, root.joinpath(*parts).with_suffix(".py")] if path.is_file()]


def _imported_names(file: Path, root: Path) -> tuple[str, ...]:
    return _imports_of(file.read_text(encoding="utf-8"), file)


@cache
def _imports_of(source: str, file: Path) -> tuple[str, ...]:
    """Read once for all the stages that import the file."""
    names = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                raise AssertionError(f"{file}: relative import; imports are absolute here so that they can be followed")
            names += [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
    return tuple(names)


def parameters_read(stage: str, root: Path = ROOT) -> set[str]:
    """Dotted names read from `params`, as deep as they are written: `params.release.date` → release.date."""
    tree = ast.parse((root / f"analysis/stages/{stage}.py").read_text(encoding="utf-8"))
    found = {chain for node in ast.walk(tree) if (chain := _chain(node))}
    return {chain for chain in found if not any(other.startswith(f"{chain}.") for other in found)}


def _chain(node: ast.AST) -> str:
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.insert(0, node.attr)
        node = node.value
    return ".".join(parts) if isinstance(node, ast.Name) and node.id == "params" else ""


def tables_named(stage: str, verb: str, root: Path = ROOT) -> set[str]:
    """Full names of the tables that the stage reads or writes; a study's own table is `<tier>__${study}_<name>`.

    A name stands in the call itself, in `study_table(params.study, …)`, or in a tuple in capitals: a tuple whose own
    name starts with STUDY holds names for `study_table`. Anything else cannot be followed and is refused.
    """
    tree = ast.parse((root / f"analysis/stages/{stage}.py").read_text(encoding="utf-8"))
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == verb:
            names |= _names_in(node.args[0], tree, stage) if node.args else set()
    return names


def _names_in(argument: ast.expr, tree: ast.Module, stage: str) -> set[str]:
    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        return {argument.value}
    if isinstance(argument, ast.Name):
        return _tuples_of_names(tree)
    if isinstance(argument, ast.Call) and isinstance(argument.func, ast.Name) and argument.func.id == "study_table":
        study, name = argument.args
        if ast.unparse(study) == "params.study" and isinstance(name, ast.Constant):
            return {_of_study(name.value)}
    raise AssertionError(f"{stage}: cannot tell which table {ast.unparse(argument)} is")


def _of_study(full_name: str) -> str:
    return full_name.replace("__", "__${study}_", 1)


def for_study(name: str, study: str) -> str:
    """A name or path of `dvc.yaml` as it reads for one study."""
    return name.replace("${study}", study)


def _tuples_of_names(tree: ast.Module) -> set[str]:
    found: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Tuple):
            strings = {item.value for item in node.value.elts if isinstance(item, ast.Constant)}
            names = {string for string in strings if isinstance(string, str) and "__" in string}
            is_of_study = ast.unparse(node.targets[0]).startswith("STUDY")
            found |= {_of_study(name) for name in names} if is_of_study else names
    return found


def paths_named(stage: str, root: Path = ROOT) -> set[str]:
    """Paths written out in the stage's module: every string that starts in `data/`, `dist/` or `book`."""
    tree = ast.parse((root / f"analysis/stages/{stage}.py").read_text(encoding="utf-8"))
    strings = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return {string for string in strings if string.startswith(("data/", "dist/", "book")) and " " not in string}
