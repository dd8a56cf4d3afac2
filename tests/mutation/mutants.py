"""The mutants of a room: every single change that mutmut's operators make to its modules.

A mutant is a module with one expression changed: `+` for `-`, `<` for `<=`, an argument dropped, a number plus one, a
condition forced. Left alone, as mutmut leaves them: annotations, decorators, docstrings, calls of `len` and
`isinstance`, and default arguments that are not a name or literal. Unlike mutmut, which calls mutants through
trampolines, decorated functions and code outside functions are mutated too: each mutant is a whole source file.
"""

import ast
import difflib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider
from mutmut.mutation.file_mutation import NEVER_MUTATE_FUNCTION_CALLS, deep_replace
from mutmut.mutation.mutators import mutation_operators

SIMPLE_DEFAULTS = (cst.Name, cst.BaseNumber, cst.BaseString)


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change of one module; `name` is `module:function:number`, numbered within the function.

    `order` is its place among the changes of the file, `line` where the changed expression starts. `is_error_text` says
    that the change lies within a `raise` statement, so that nothing but an error's type or text can differ.
    """

    name: str
    path: str
    order: int
    line: int
    is_error_text: bool


def mutants(root: Path, room: str) -> list[Mutant]:
    """All mutants of `analysis/<room>` (a package or a module) below `root`, sorted by name."""
    folder = root / "analysis" / room
    files = sorted(folder.rglob("*.py")) if folder.is_dir() else [folder.with_suffix(".py")]
    return sorted((mutant for file in files for mutant in _of_file(root, file)), key=lambda mutant: mutant.name)


@lru_cache(maxsize=2)
def mutated_source(root: Path, mutant: Mutant) -> str:
    """The text of the mutant's module with the change made."""
    module, finder = _found((root / mutant.path).read_text(encoding="utf-8"))
    change = finder.changes[mutant.order]
    changed = deep_replace(module, change.before, change.after)
    if not isinstance(changed, cst.Module):
        raise TypeError(f"{mutant.name}: the change left no module")
    return changed.code


def described(before: str, after: str) -> str:
    """The lines that differ, as `- old + new`, on one line."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
    return " ".join(f"{line[0]} {line[1:].strip()}" for line in list(lines)[2:] if line[0] in "+-")


def statement_lines(source: str) -> dict[int, tuple[int, int, bool, bool]]:
    """For each line the innermost statement on it: first and last line to look at, is it a function, is it in one.

    Of a statement with a body only the head counts, of a function the whole.
    """
    found: dict[int, tuple[int, int, bool, bool]] = {}

    def walk(node: ast.AST, *, inside: bool) -> None:
        is_function = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if isinstance(node, ast.stmt):
            last = node.end_lineno or node.lineno
            body = getattr(node, "body", None)
            head = body[0].lineno - 1 if body and not is_function else last
            span = (node.lineno, max(head, node.lineno), is_function, inside)
            found.update(dict.fromkeys(range(node.lineno, last + 1), span))
        for child in ast.iter_child_nodes(node):
            walk(child, inside=inside or is_function)

    walk(ast.parse(source), inside=False)
    return found


@dataclass(frozen=True, slots=True)
class _Change:
    scope: str
    before: cst.CSTNode
    after: cst.CSTNode
    line: int
    is_error_text: bool


class _Finder(cst.CSTVisitor):
    """Collects every change, in the order of the source."""

    METADATA_DEPENDENCIES = (PositionProvider,)

    def __init__(self) -> None:
        super().__init__()
        self.changes: list[_Change] = []
        self._scope: list[str] = []
        self._raises = 0

    def on_visit(self, node: cst.CSTNode) -> bool:
        if _is_left_alone(node):
            return False
        if isinstance(node, cst.FunctionDef | cst.ClassDef):
            self._scope.append(node.name.value)
        self._raises += isinstance(node, cst.Raise)
        self.changes.extend(self._made(node))
        return True

    def on_leave(self, original_node: cst.CSTNode) -> None:
        if isinstance(original_node, cst.FunctionDef | cst.ClassDef):
            self._scope.pop()
        self._raises -= isinstance(original_node, cst.Raise)

    def _made(self, node: cst.CSTNode) -> Iterator[_Change]:
        for kind, operator in mutation_operators:
            if not isinstance(node, kind):
                continue
            for after in operator(node):
                position = self.get_metadata(PositionProvider, node, None)
                line = position.start.line if position else 1
                yield _Change(".".join(self._scope) or "<module>", node, after, line, self._raises > 0)


def _is_left_alone(node: cst.CSTNode) -> bool:
    if isinstance(node, cst.Call):
        return isinstance(node.func, cst.Name) and node.func.value in NEVER_MUTATE_FUNCTION_CALLS
    if isinstance(node, cst.Param):
        return node.default is not None and not isinstance(node.default, SIMPLE_DEFAULTS)
    return isinstance(node, cst.Annotation | cst.Decorator)


@cache
def _found(source: str) -> tuple[cst.Module, _Finder]:
    wrapper, finder = MetadataWrapper(cst.parse_module(source)), _Finder()
    wrapper.visit(finder)
    return wrapper.module, finder


def _of_file(root: Path, file: Path) -> Iterator[Mutant]:
    path = file.relative_to(root).as_posix()
    module = path.removesuffix(".py").replace("/", ".")
    counts: Counter[str] = Counter()
    _, finder = _found(file.read_text(encoding="utf-8"))
    for order, change in enumerate(finder.changes):
        counts[change.scope] += 1
        yield Mutant(
            f"{module}:{change.scope}:{counts[change.scope]:04d}", path, order, change.line, change.is_error_text
        )
