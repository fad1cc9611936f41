"""What a template may do while it is filled: every value it prints, every turn of a loop, every call is counted.

Templates are edited by people. Beyond Jinja's sandbox, the tree of each template is rewritten before it is compiled so
that values pass through `out` (which refuses empty fields and marks what came from data), loops through `each`, and
names of other templates through `load`. Work is counted as well, in characters and parts of the template gone through:
the same template stops at the same place on any machine, and none runs longer than about a second.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field

from jinja2 import nodes, pass_context
from jinja2.runtime import Context, Undefined
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

from crm.documents.faults import MissingField, TemplateFault, TooMuch
from crm.documents.merge_field import Fields, MergeField
from crm.documents.prose import protect

MOST_STEPS = 5_000
MOST_CHARACTERS = 100_000
MOST_WORK = 1_000_000
MOST_PARTS = 6_000
"""Nodes of the parsed tree: what compiling takes grows with them."""
LARGEST_NUMBER = 10**6
A_TEMPLATE = 2_000
"""What including another template counts as work."""


@dataclass(slots=True)
class Budget:
    """What one filling has used up, and which empty fields it met."""

    mark_missing: bool = False
    steps: int = 0
    characters: int = 0
    work: int = 0
    missing: list[MissingField] = field(default_factory=list)

    def step(self, weight: int = 1) -> None:
        """One more turn of a loop, call or inclusion; `weight` says how much of the template it goes through."""
        self.steps += 1
        if self.steps > MOST_STEPS:
            raise TooMuch("This template repeats itself too often.")
        self.worked(weight)

    def worked(self, count: int) -> None:
        """`count` more characters looked through, or parts of the template gone through."""
        self.work += count
        if self.work > MOST_WORK:
            raise TooMuch("This template takes too long to fill: it repeats too much.")

    def wrote(self, count: int) -> None:
        """`count` more characters printed."""
        self.characters += count
        if self.characters > MOST_CHARACTERS:
            raise TooMuch("This template writes too much text.")


spending: ContextVar[Budget] = ContextVar("spending")


def looked_through(text: str) -> None:
    """Count a change of a text. While a template is compiled there is no budget: its length bounds it then."""
    budget = spending.get(None)
    if budget is not None:
        budget.worked(len(text))


class EmptyField(Undefined):
    """A known merge field without a value: false in conditions, an error (or a mark) when printed."""

    __slots__ = ("known", "values")

    def __init__(self, known: MergeField, values: Fields) -> None:
        super().__init__(name=known.path)
        self.known = known
        self.values = values

    def printed(self, line: int) -> Markup:
        """The mark that stands in a preview; raises MissingField otherwise."""
        fault = MissingField(self.known, self.values, line)
        budget = spending.get()
        if not budget.mark_missing:
            raise fault
        budget.missing.append(fault)
        return Markup(protect(f"[{self.known.label}]"))  # noqa: S704 - Markup marks "already protected" here, not HTML


@pass_context
def out(_context: Context, value: object, line: int = 0) -> Markup:
    """What may be printed, as protected text. Text that a macro or block made is protected already."""
    if isinstance(value, EmptyField):
        return value.printed(line)
    if isinstance(value, Undefined):
        raise TemplateFault(f"“{value._undefined_name}” is not known here.", line=line)
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise TemplateFault("This can’t be printed: only text and numbers can.", line=line)
    budget = spending.get()
    if isinstance(value, str):
        budget.worked(len(value))
    elif abs(value) >= LARGEST_NUMBER:
        raise TemplateFault("This number is too large to be printed.", line=line)
    text = value if isinstance(value, Markup) else Markup(protect(str(value)))  # noqa: S704 - see above
    budget.wrote(len(text))
    return text


@pass_context
def each(_context: Context, values: object, line: int = 0, weight: int = 1) -> Iterator[object]:
    """The items of a loop, counted. Only lists are looped over, not text. `weight` is that of one turn."""
    if isinstance(values, Undefined):
        return iter(())
    if isinstance(values, str) or not isinstance(values, Iterable):
        raise TemplateFault("Only a list can be looped over.", line=line)
    return _counted(values, weight)


def _counted(values: Iterable[object], weight: int) -> Iterator[object]:
    budget = spending.get()
    for value in values:
        budget.step(weight)
        yield value


@pass_context
def begin(_context: Context, weight: int) -> Markup:
    """Stands at the beginning of a macro or block, and counts what running it takes. Prints nothing."""
    spending.get().worked(weight)
    return Markup("")


@pass_context
def load(_context: Context, name: object, line: int = 0) -> str:
    """The name of another template."""
    spending.get().step(A_TEMPLATE)
    if isinstance(name, Undefined) or not isinstance(name, str):
        raise TemplateFault("The name of a template must be text.", line=line)
    return str(name)


@pass_context
def scalar(_context: Context, value: object, line: int = 0) -> object:
    """An item of a list written in a template: text or a number, so that lists can't nest."""
    if isinstance(value, (str, int, Undefined)):
        return value
    raise TemplateFault("A list can hold only text and numbers.", line=line)


@pass_context
def compared(_context: Context, value: object) -> object:
    """One side of a comparison, its length counted."""
    if isinstance(value, str):
        spending.get().worked(len(value))
    return value


FILTERS = {"_compared": compared, "_out": out, "_each": each, "_load": load, "_scalar": scalar, "_begin": begin}


class Guard(NodeTransformer):
    """Puts the filters above where a template prints, loops, includes or builds lists."""

    def visit_Output(self, node: nodes.Output) -> nodes.Node:  # noqa: N802 - the visitor's naming
        self.generic_visit(node)
        node.nodes = [each if isinstance(each, nodes.TemplateData) else _through("_out", each) for each in node.nodes]
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        node.nodes = [_through("_out", child) for child in node.nodes]
        return node

    def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802
        if node.recursive:
            raise TemplateFault("Loops can’t call themselves.", line=node.lineno)
        weight = _weight([*node.body, *([node.test] if node.test else [])])
        self.generic_visit(node)
        assert isinstance(node.iter, nodes.Expr)  # the grammar lets nothing else stand after "in"
        node.iter = _through("_each", node.iter, weight)
        return node

    def _runs(self, node: nodes.Macro | nodes.CallBlock | nodes.Block) -> nodes.Node:
        weight = nodes.Const(_weight(node.body), lineno=node.lineno)
        self.generic_visit(node)
        node.body.insert(0, nodes.Output([_plainly("_begin", weight)], lineno=node.lineno))
        return node

    visit_Macro = visit_CallBlock = visit_Block = _runs  # noqa: N815

    def visit_Compare(self, node: nodes.Compare) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        node.expr = _plainly("_compared", node.expr)
        for operand in node.ops:
            operand.expr = _plainly("_compared", operand.expr)
        return node

    def visit_List(self, node: nodes.List) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        node.items = [_through("_scalar", child) for child in node.items]
        return node

    def visit_Tuple(self, node: nodes.Tuple) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        if node.ctx == "load":
            node.items = [_through("_scalar", child) for child in node.items]
        return node

    def visit_Dict(self, node: nodes.Dict) -> nodes.Node:  # noqa: N802
        raise TemplateFault("Templates can’t build dictionaries.", line=node.lineno)

    def _loads(self, node: nodes.Include | nodes.Extends | nodes.Import | nodes.FromImport) -> nodes.Node:
        self.generic_visit(node)
        node.template = _through("_load", node.template)
        return node

    visit_Include = visit_Extends = visit_Import = visit_FromImport = _loads  # noqa: N815


def _weight(body: list[nodes.Node]) -> int:
    """How much there is to go through: every part of the tree, and every character of text."""
    return sum(_weight_of(each) for each in body)


def _weight_of(node: nodes.Node) -> int:
    inside = sum(len(each.data) for each in node.find_all(nodes.TemplateData))
    own = len(node.data) if isinstance(node, nodes.TemplateData) else 0
    return 1 + own + inside + sum(1 for _ in node.find_all(nodes.Node))


def _plainly(name: str, node: nodes.Expr) -> nodes.Filter:
    return nodes.Filter(node, name, [], [], None, None, lineno=node.lineno)


def _through(name: str, node: nodes.Expr, *more: int) -> nodes.Filter:
    given: list[nodes.Expr] = [nodes.Const(value, lineno=node.lineno) for value in (node.lineno, *more)]
    return nodes.Filter(node, name, given, [], None, None, lineno=node.lineno)
