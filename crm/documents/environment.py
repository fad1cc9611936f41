"""Where templates are filled: Jinja's immutable sandbox, strict, with nothing in sight but the merge fields.

A template sees `templates/scripts`, `templates/email` and `templates/documents`, never the pages. It reaches the
records of `crm.documents.merge` and no attribute of anything else; no method of a string or list, no global function.
"""

from __future__ import annotations

import difflib
import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined, Template, TemplateError, nodes
from jinja2.environment import Environment, TemplateModule
from jinja2.exceptions import SecurityError, TemplateNotFound, TemplateSyntaxError
from jinja2.runtime import BlockReference, Context, LoopContext, Macro, TemplateReference, Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from crm.documents import filters, guard, syntax
from crm.documents.faults import MissingField, TemplateFault, UnknownField
from crm.documents.merge import MergeFields, fields_of, registry
from crm.documents.merge_field import Fields

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
ROOMS = ("scripts", "email", "documents")
LONGEST_SOURCE = 60_000
_HEADER = re.compile(r"\A---[ \t]*\n(.*?)^---[ \t]*\n", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Filled:
    """A filled template: protected text (see `crm.documents.prose`), and the empty fields that were marked in it."""

    text: str
    missing: tuple[MissingField, ...] = ()


def front_matter(source: str) -> dict[str, str]:
    """The `key: value` lines between the `---` lines at the top of a template."""
    found = _HEADER.match(source)
    pairs = (line.partition(":") for line in found[1].splitlines() if ":" in line) if found else ()
    return {key.strip(): value.strip() for key, _, value in pairs}


def body(source: str) -> str:
    """The source with its header blanked, so that line numbers stay true."""
    found = _HEADER.match(source)
    return "\n" * found[0].count("\n") + source[found.end() :] if found else source


class RoomLoader(FileSystemLoader):
    """Templates of the three rooms by "room/name"; nothing else, wherever a name points."""

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        if template.partition("/")[0] not in ROOMS:
            raise TemplateNotFound(template)
        source, filename, fresh = super().get_source(environment, template)
        return body(source), filename, fresh


class TextEnvironment(ImmutableSandboxedEnvironment):
    """The sandbox. Autoescape is on only so that Jinja tells made text (Markup) from data (str)."""

    intercepted_binops = frozenset({"+", "-", "*", "/", "//", "%", "**"})

    def __init__(self, folder: Path = TEMPLATES) -> None:
        super().__init__(
            loader=RoomLoader(folder),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            cache_size=200,
        )
        self.globals.clear()
        self.filters = {**filters.FILTERS, **guard.FILTERS}
        self.tests = {name: self.tests[name] for name in ("defined", "undefined", "in", "==", "eq", "equalto")}

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        if len(source) > LONGEST_SOURCE:
            line = source.count("\n", 0, LONGEST_SOURCE) + 1
            raise TemplateFault("This template is too long from here on.", template=name or "", line=line)
        tree = super()._parse(source, name, filename)
        lines = sorted(node.lineno or 0 for node in tree.find_all(nodes.Node))
        if len(lines) > guard.MOST_PARTS:
            line = max(lines[guard.MOST_PARTS], 1)
            raise TemplateFault("This template has too many parts. Make it shorter.", template=name or "", line=line)
        check_names(tree, name or "")
        guarded: nodes.Template = guard.Guard().visit(tree)
        return guarded

    def getattr(self, obj: Any, attribute: str) -> Any:
        if isinstance(obj, Fields):
            return _value(obj, attribute)
        if isinstance(obj, Undefined):
            return obj if isinstance(obj, guard.EmptyField) else super().getattr(obj, attribute)
        if isinstance(obj, (LoopContext, TemplateReference, TemplateModule)):
            return super().getattr(obj, attribute)
        raise SecurityError(f"“{attribute}” can’t be reached from a template")

    def getitem(self, obj: Any, argument: Any) -> Any:
        if isinstance(argument, str):
            return self.getattr(obj, argument)
        raise SecurityError("Parts of a value can’t be taken in a template")

    def call(self, context: Context, obj: Any, *args: Any, **kwargs: Any) -> Any:
        if not isinstance(obj, (Macro, BlockReference, LoopContext)):
            raise SecurityError("Only macros and blocks can be called in a template")
        guard.spending.get().step()
        return super().call(context, obj, *args, **kwargs)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        small = all(isinstance(side, int) and abs(side) < guard.LARGEST_NUMBER for side in (left, right))
        if not small or operator == "**":
            raise SecurityError(f"“{operator}” works only on small whole numbers; join text with ~")
        return super().call_binop(context, operator, left, right)


def _value(record: Fields, name: str) -> object:
    known = fields_of(record.record).get(name)
    if known is None:
        raise UnknownField(f"{record.record}.{name}", meant=nearest(f"{record.record}.{name}"))
    value: object = getattr(record, name)
    if isinstance(value, str):
        return value if value.strip() else guard.EmptyField(known, record)
    return value or guard.EmptyField(known, record)


def check_names(tree: nodes.Template, template: str) -> None:
    """Raise UnknownField, with its line, for any name that is neither a merge field nor made in the template."""
    records = {path.partition(".")[0] for path in registry()}
    for found in tree.find_all((nodes.Getattr, nodes.Getitem)):
        record, field = _record_and_field(found)
        if record in records and field and field not in fields_of(record):
            raise UnknownField(
                f"{record}.{field}", template=template, line=found.lineno, meant=nearest(f"{record}.{field}")
            )
    known = records | {"self", "super", "loop", "caller"} | set(_names_made(tree))
    for name in tree.find_all(nodes.Name):
        if name.ctx == "load" and name.name not in known:
            raise UnknownField(name.name, template=template, line=name.lineno, meant=nearest(name.name))


def _record_and_field(found: nodes.Expr) -> tuple[str, str]:
    """("provider", "salutation") for either way of writing it; empty for anything else."""
    if isinstance(found, nodes.Getattr) and isinstance(found.node, nodes.Name):
        return found.node.name, found.attr
    if isinstance(found, nodes.Getitem) and isinstance(found.node, nodes.Name) and isinstance(found.arg, nodes.Const):
        return found.node.name, str(found.arg.value)
    return "", ""


def _names_made(tree: nodes.Template) -> Iterator[str]:
    for name in tree.find_all(nodes.Name):
        if name.ctx in ("store", "param"):
            yield name.name
    for macro in tree.find_all(nodes.Macro):
        yield macro.name
    for each in tree.find_all(nodes.Import):
        yield each.target
    for each_from in tree.find_all(nodes.FromImport):
        yield from (name if isinstance(name, str) else name[1] for name in each_from.names)


def nearest(path: str) -> str:
    """The merge field that was probably meant, or an empty text."""
    known = list(registry())
    same_end = [each for each in known if each.endswith(f".{path}")]
    close = difflib.get_close_matches(path, known, n=1, cutoff=0.6)
    return (same_end or close or [""])[0]


def used_fields(source: str) -> dict[str, int]:
    """Every merge field named in a source, with its first line."""
    records = {path.partition(".")[0] for path in registry()}
    tree = Environment(autoescape=True).parse(body(source))
    found: dict[str, int] = {}
    for each in tree.find_all((nodes.Getattr, nodes.Getitem)):
        record, field = _record_and_field(each)
        if record in records:
            found.setdefault(f"{record}.{field}", each.lineno)
    return found


# --- filling --------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def environment() -> TextEnvironment:
    """The one environment over the project's templates; compiled templates stay in it."""
    return TextEnvironment()


def fill(name: str, fields: MergeFields, *, mark_missing: bool = False) -> Filled:
    """Fill a built-in template by its name ("email/introduction/message.j2").

    An empty field raises MissingField, or is marked as "[Phone]" and listed with `mark_missing`.
    """
    return _fill(lambda: environment().get_template(name), fields, mark_missing)


def fill_source(source: str, fields: MergeFields, *, mark_missing: bool = False) -> Filled:
    """Fill a template that somebody wrote; compiled once per wording."""
    key = hashlib.sha256(source.encode()).hexdigest()
    try:
        return _fill(lambda: _compiled(key, body(source)), fields, mark_missing, source)
    except TemplateFault as fault:
        raise fault if fault.line else fault.at(_line_of(fault) or syntax.deepest(body(source))) from fault.__cause__


_SOURCES: dict[str, Template] = {}
_MOST_SOURCES = 500


def _compiled(key: str, source: str) -> Template:
    if key not in _SOURCES:
        if len(_SOURCES) >= _MOST_SOURCES:
            _SOURCES.clear()
        _SOURCES[key] = environment().from_string(source)
    return _SOURCES[key]


def _fill(template: Callable[[], Template], fields: MergeFields, mark_missing: bool, source: str = "") -> Filled:
    budget = guard.Budget(mark_missing=mark_missing)
    token = guard.spending.set(budget)
    try:
        text = template().render(fields.context())
    except (MissingField, TemplateFault):
        raise
    except TemplateNotFound as error:
        raise TemplateFault(f"There is no template “{error.name}”.", line=_line_of(error)) from error
    except TemplateSyntaxError as error:
        reason, line = syntax.explained(error, source)
        raise TemplateFault(reason, template=error.name or "", line=line) from error
    except Exception as error:  # somebody's program: whatever goes wrong in it is the template's fault
        raise TemplateFault(_reason(error), line=_line_of(error)) from error
    finally:
        guard.spending.reset(token)
    budget.wrote(len(text))
    return Filled(text, _once(budget.missing))


def _reason(error: Exception) -> str:
    if isinstance(error, (RecursionError, SyntaxError, MemoryError)):  # what Python says of code nested too deeply
        return "This template is nested too deeply."
    return f"{str(error).rstrip('.')}." if isinstance(error, TemplateError) else "This template can’t be filled."


def _line_of(error: BaseException) -> int:
    line, trace = 0, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename.endswith((".j2", "<template>")):
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _once(missing: list[MissingField]) -> tuple[MissingField, ...]:
    return tuple({fault.path: fault for fault in missing}.values())
