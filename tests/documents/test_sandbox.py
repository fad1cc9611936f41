"""What somebody may try with a template: it fills, or says in a sentence why not, soon, and reaches nothing."""

from __future__ import annotations

import html
import re
import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.documents import emails, environment, guard, letters, prose, scripts
from crm.documents.environment import fill_source
from crm.documents.faults import MissingField, TemplateFault
from crm.documents.merge import (
    BusinessFields,
    MergeFields,
    PracticeFields,
    ProviderFields,
    TrainerFields,
    examples,
    registry,
)
from crm.domain.script import Audience, Channel, Moment

LONGEST = environment.LONGEST_SOURCE
SECONDS = 3.0
"""Far more than any takes on an idle machine; without the counting some take minutes."""

MANY = replace(examples(), service=replace(examples().service, others=tuple("abcdefghijklmnopqrst")))
LOOPS = "{% for i in service.others %}{% for j in service.others %}{% for k in service.others %}"
ENDS = "{% endfor %}" * 3
PARTS = 3002
"""The line in which the parts of `{{ 1 }}` become too many, two to a line."""


def long(piece: str, around: str = "{}") -> str:
    """As much of a piece as a template may have."""
    return around.format(piece * ((LONGEST - len(around)) // len(piece)))


GREEDY = {
    "text in a macro": "{% macro m() %}" + "x" * 50_000 + "{% endmacro %}" + LOOPS + "{{ m() }}" + ENDS,
    "text in a block": "{% block m %}" + "x" * 50_000 + "{% endblock %}" + LOOPS + "{{ self.m() }}" + ENDS,
    "spaces that vanish": "{% set a = '" + " " * 50_000 + "' %}" + LOOPS + "{{ a }}" + ENDS,
    "long filters": "{% set a = '" + "A" * 30_000 + "' %}" + LOOPS + "{% if a|lower %}{% endif %}" * 800 + ENDS,
    "long searches": "{% set a = '" + "A" * 15_000 + "b' %}{% set b = '" + "A" * 15_000 + "' %}" + LOOPS
    + "{% if a in b %}{% endif %}" * 400 + ENDS,
    "ever longer text": "{% set a = 'xxxxxxxx' %}" + "{% set a = a ~ a %}" * 60,
    "ever longer text in a block set": "{% set a %}xxxxxxxx{% endset %}" + "{% set a %}{{ a }}{{ a }}{% endset %}" * 60,
    "macros that call each other": "{% macro a() %}{{ b() }}{{ b() }}{% endmacro %}"
    "{% macro b() %}{{ a() }}{{ a() }}{% endmacro %}{{ a() }}",
    "doubling macros": "{% macro m0() %}x{% endmacro %}"
    + "".join(f"{{% macro m{n} () %}}{{{{ m{n - 1}() }}}}{{{{ m{n - 1}() }}}}{{% endmacro %}}" for n in range(1, 30))
    + "{{ m29() }}",
    "a loop that calls itself": "{% for i in (1, 2, 3) recursive %}{{ loop((1, 2, 3)) }}{% endfor %}",
    "other templates again and again": LOOPS + "{% include 'email/parts.j2' %}" + ENDS,
    "itself through another": "{% extends 'scripts/audiences/physician.j2' %}" * 2,
    "many loops in each other": "{% for a in service.others %}" * 25 + "{% endfor %}" * 25,
    "many ifs in each other": "{% if 1 %}" * 200 + "{% endif %}" * 200,
    "very many ifs in each other": "{% if 1 %}" * 2_500 + "{% endif %}" * 2_500,
    "a long list": long("1,", "{{% for i in ({}) %}}x{{% endfor %}}"),
    "many values": long("{{ 1 }}"),
    "many names set": long("{% set a = 1 %}"),
    "a chain of filters": long("|lower", "{{{{ trainer.name{} }}}}"),
    "a chain of names": long(".name", "{{{{ trainer{} }}}}"),
    "a chain of nots": long("not ", "{{{{ {} 1 }}}}"),
    "a chain of minuses": long("-", "{{{{ {} 1 }}}}"),
    "a sum": long("1+", "{{{{ {}1 }}}}"),
    "choices": long("1 if 1 else ", "{{{{ {}1 }}}}"),
    "a long number": long("9", "{{{{ {} }}}}"),
    "brackets": long("{"),
    "open comments": long("{#"),
    "open tags": long("{% "),
    "calls with bodies": "{% macro m() %}{{ caller() }}{% endmacro %}" + "{% call m() %}" * 900 + "{% endcall %}" * 900,
}  # fmt: skip


@pytest.mark.parametrize("source", GREEDY.values(), ids=GREEDY)
def test_a_greedy_template_is_refused_soon(source: str) -> None:
    began = time.process_time()
    with pytest.raises(TemplateFault) as caught:
        fill_source(source, MANY)
    assert time.process_time() - began < SECONDS
    assert caught.value.reason.endswith(".")
    assert caught.value.line == 1


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("a\n\n{% include 'email/nothing.j2' %}\n", 3),
        ("a\n" + "{% if 1 %}\n" * 150 + "{% endif %}\n" * 150, 151),
        ("a\n" * 31_000, 30_001),
        ("a\n" + "\n{{ 1 }}" * 4_000, PARTS),
        ("a\nb\n" + LOOPS + "x" * 40 + ENDS, 3),
        ("---\ntitle: x\n---\na\n{{ trainer.nothing }}", 5),
    ],
    ids=["no such part", "deep", "long", "many parts", "loops", "unknown"],
)
def test_what_is_too_much_or_unknown_names_its_line(source: str, line: int) -> None:
    with pytest.raises(TemplateFault) as caught:
        fill_source(source, MANY)
    assert caught.value.line == line
    assert str(caught.value).startswith(f"line {line}: ")


ODD_TEXT = {
    "half links": "<https://",
    "half bold": "**a",
    "section marks": "==a ",
    "line breaks": "a\\\n",
    "quotation marks": "“",
    "claims": "I treat pain. ",
    "list marks": "- \n",
}


@pytest.mark.parametrize("piece", ODD_TEXT.values(), ids=ODD_TEXT)
def test_odd_text_takes_no_longer_than_other_text(piece: str) -> None:
    body = piece * (20_000 // len(piece))
    began = time.process_time()
    mail = emails.render_source(f"== subject ==\nx\n\n== body ==\na {body}", examples())
    assert mail.subject == "x"
    script = f"== opening ==\na {body}"
    scripts.fill_script_source(script, Audience.PHYSICIAN, Channel.VISIT, Moment.FIRST_CONTACT, examples())
    assert time.process_time() - began < SECONDS


def test_the_same_work_is_counted_on_any_machine() -> None:
    """The bound is no clock: a template that fills once always fills."""
    counted = []
    for _ in range(2):
        budget = guard.Budget()
        token = guard.spending.set(budget)
        try:
            environment.environment().get_template("scripts/audiences/physician.j2").render(
                replace(examples(), script=replace(examples().script, state="second_visit")).context()
            )
        finally:
            guard.spending.reset(token)
        counted.append(budget.work)
    assert counted[0] == counted[1]
    assert 0 < counted[0] < guard.MOST_WORK / 50


@pytest.mark.parametrize(
    "source",
    [
        "{{ trainer.of }}", "{{ trainer.record }}", "{{ trainer.__dict__ }}", "{{ trainer['__init__'] }}",
        "{{ provider.id }}", "{{ provider.npi }}", "{{ practice.provider }}", "{{ business.smtp_password }}",
        "{{ self }}", "{{ self.x }}", "{{ self.__class__ }}", "{{ loop }}", "{{ caller }}", "{{ varargs }}",
        "{% macro m() %}{{ varargs }}{% endmacro %}{{ m(1) }}",
        "{% macro m() %}{{ kwargs }}{% endmacro %}{{ m(a=1) }}",
        "{% macro m() %}{% endmacro %}{{ m.name }}", "{% macro m() %}{% endmacro %}{{ m._func }}",
        "{% macro m() %}{% endmacro %}{{ m.__globals__ }}",
        "{% import 'email/parts.j2' as p %}{{ p.__loader__ }}",
        "{% import 'email/parts.j2' as p %}{{ p._body_stream }}",
        "{% import 'email/parts.j2' as p %}{{ p.ask.__func__ }}",
        "{% for x in trainer %}{% endfor %}", "{% for x in trainer.name %}{% endfor %}",
        "{% for x in service.others %}{{ loop.__class__ }}{% endfor %}",
        "{% for x in service.others %}{{ loop._iterator }}{% endfor %}",
        "{{ trainer|map('upper') }}", "{{ trainer|tojson }}", "{{ trainer|pprint }}", "{{ trainer|string }}",
        "{{ trainer|list }}", "{{ trainer|xmlattr }}", "{{ ''|format }}", "{{ trainer.name|safe }}",
        "{{ trainer|first }}",
        "{{ joiner }}", "{{ gettext('x') }}", "{{ get_flashed_messages }}", "{{ g }}", "{{ session }}",
        "{{ url_for }}",
        "{{ os }}", "{{ open }}", "{{ __builtins__ }}", "{{ ().__class__ }}", "{{ (1).real }}",
        "{{ 'a'['__class__'] }}",
        "{% include 'email/shell.html' ignore missing %}{{ __file__ }}", "{% include 'sequences/after_visit.toml' %}",
        "{% include 'email/../web/base.html' %}", "{% include 'documents//../../.env' %}", "{% include 'email' %}",
        "{% include ['../app.py', 'web/base.html'] %}", "{% include trainer %}", "{% extends trainer.name %}",
        "{% from 'web/parts/ui.html' import button %}", "{% include 'scripts\\..\\..\\.env' %}",
        "{% set x %}{{ trainer.__class__ }}{% endset %}", "{% filter attr('__class__') %}x{% endfilter %}",
        "{% with a = trainer %}{{ a.__class__ }}{% endwith %}", "{% with a = trainer %}{{ a.of }}{% endwith %}",
        "{% do trainer %}", "{% trans %}x{% endtrans %}", "{% debug %}",
    ],
)  # fmt: skip
def test_a_template_reaches_nothing_but_merge_fields(source: str) -> None:
    with pytest.raises(TemplateFault):
        fill_source(source, examples())


# --- anything at all -------------------------------------------------------------------------------------------------

PIECES = st.one_of(
    st.sampled_from([f"{{{{ {path} }}}}" for path in registry()]),
    st.sampled_from(
        [
            "{% if trainer.name %}", "{% elif 1 %}", "{% else %}", "{% endif %}", "{% for a in service.others %}",
            "{% for a in a %}", "{% endfor %}", "{% macro m(a, b=1) %}", "{% endmacro %}", "{{ m(1) }}", "{{ m }}",
            "{% block b %}", "{% endblock %}", "{{ self.b() }}", "{{ super() }}", "{% set a = 1 %}", "{% set a %}",
            "{% endset %}", "{% include 'email/parts.j2' %}", "{% import 'email/parts.j2' as say with context %}",
            "{{ say.gap() }}", "{{ say.nothing() }}", "{{ a }}", "{{ a.b }}", "{{ a[0] }}", "{{ a ~ a }}",
            "{{ loop.index }}",
            "{{ loop.cycle(1, 2) }}", "{{ caller() }}", "{% call m() %}", "{% endcall %}",
            "{% extends 'email/footer.j2' %}",
            "{{ trainer.name|default }}", "{{ 1 / 0 }}", "{{ 1 % 0 }}", "{{ 'a' * 3 }}", "{{ -1 }}", "{{ 1.5 }}",
            "{{ none }}",
            "{{ a|listed }}", "{{ a|article(1, 2) }}", "{{ trainer.name|link|lower|possessive }}", "{% raw %}",
            "{% endraw %}",
            "{{ a is defined }}", "{{ a is odd }}", "{{ a in b }}", "{{ service.others|listed('or') }}", "{# x #}",
            "{{", "}}",
            "{%", "%}", "== subject ==\n", "== body ==\n", "== opening ==\n", "== questions ==\n", "- a\n", "\n\n",
            "**",
            "\\\n", "---\n", "<https://a.example>", "<b>", "&amp;", "\x00", "\u2028",
        ]
    ),
    st.text(max_size=8),
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(pieces=st.lists(PIECES, max_size=14), filled=st.booleans())
def test_any_template_fills_or_says_why_not_everywhere(pieces: list[str], filled: bool) -> None:
    source, fields = "".join(pieces), examples() if filled else MergeFields()
    for fill in (
        lambda: fill_source(source, fields),
        lambda: emails.render_source(source, fields),
        lambda: scripts.fill_script_source(source, Audience.PT_OT, Channel.PHONE, Moment.THANK_YOU, fields),
        lambda: letters.render_letter(
            "", fields, audience="physician", own=source, title="A letter", mark_missing=True
        ),
    ):
        try:
            fill()
        except (TemplateFault, MissingField):
            pass  # both carry a sentence; anything else fails the test


NASTY = st.text(
    st.one_of(st.sampled_from("<>&\"'{}%*-=\\#:[]()\n\r\t\u2028\u202e\ue000\ue003\x00"), st.characters()), max_size=40
)
TAGS = re.compile(r"</?([a-zA-Z][\w-]*)([^>]*)>")


@settings(max_examples=150, deadline=None)
@given(values=st.tuples(NASTY, NASTY, NASTY, NASTY), written=NASTY)
def test_neither_data_nor_words_become_tags(values: tuple[str, ...], written: str) -> None:
    """However it got there: merge data or text that somebody wrote into a template."""
    name, business, provider, street = (f"x{value}x" for value in values)
    fields = replace(
        examples(),
        trainer=TrainerFields(name=name, profession="trainer", phone="713"),
        business=BusinessFields(name=business, address=street, website=f"https://{name}"),
        provider=ProviderFields(dear=provider, name=provider, formal_name=provider),
        practice=PracticeFields(name=name, street=street, town_line="Houston"),
    )
    plain = written.replace("{", "").replace("}", "")
    source = (
        f"== subject ==\nHello {{{{ provider.dear }}}}\n\n== body ==\nDear {{{{ provider.dear }}}}, {plain}\n\n"
        "- {{ business.name }}\n- **{{ trainer.name }}**\n\n{{ business.website | link }}\n\n"
        "== signature ==\n{{ trainer.name }}"
    )
    mail = emails.render_source(source, fields)
    assert "\n" not in mail.subject
    body = mail.html.partition("<body")[2]
    assert {name for name, _ in TAGS.findall(body)} <= {
        "body", "main", "div", "table", "tr", "td", "tbody", "p", "ul", "li", "strong", "a", "br", "footer",
        "html", "hr", "span",
    }  # fmt: skip
    assert not re.search(r"<[^>]*\son\w+\s*=", body)
    letter = letters.render_letter("", fields, audience="physician", own=source, title="A letter")
    shown = "".join(letter.html.values())
    assert {name for name, _ in TAGS.findall(shown)} <= {"p", "ul", "li", "strong", "a", "br"}
    assert all(re.fullmatch(r"| href=\"(?:https?://|mailto:)[^\"\s]*\"", rest) for _, rest in TAGS.findall(shown))


def test_what_is_shown_of_a_script_is_text() -> None:
    fields = replace(examples(), provider=replace(examples().provider, dear="<script>alert(1)</script>"))
    script = scripts.fill_script_source(
        "== opening ==\nHello {{ provider.dear }} <b>you</b>",
        Audience.PHYSICIAN,
        Channel.VISIT,
        Moment.FIRST_CONTACT,
        fields,
    )
    assert script.parts["opening"] == "Hello <script>alert(1)</script> <b>you</b>"
    assert html.escape(script.parts["opening"]) == prose.as_html(prose.protect(script.parts["opening"]))[3:-4]
