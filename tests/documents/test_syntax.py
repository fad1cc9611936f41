import pytest

from crm.documents.environment import fill_source
from crm.documents.faults import TemplateFault
from crm.documents.merge import examples


@pytest.mark.parametrize(
    ("source", "line", "said"),
    [
        ("a\n{% if trainer.name %}\nb\nc", 2, "“{% if … %}” is never closed: add “{% endif %}”"),
        ("{% set a = 1 %}\n{% if a %}x{% endif %}\n{% for b in service.others %}\nx", 3, "add “{% endfor %}”"),
        ("a\n{% endif %}", 2, "closes nothing"),
        ("a\n\n{% treat %}", 3, "“treat” is no tag"),
        ("a\n{{ provider dear }}", 2, "can’t be read at “dear”"),
        ("a\n{{ na\nb {{ provider.dear }}", 2, "never closed: add “}}”"),
        ("a {{ trainer.name }}\n\nb {{ ", 3, "never closed: add “}}”"),
        ("a\n{{ }}", 2, "is empty"),
        ("{# never", 1, "Missing end of comment tag."),
    ],
)
def test_what_is_wrong_is_said_with_its_line(source: str, line: int, said: str) -> None:
    with pytest.raises(TemplateFault) as caught:
        fill_source(source, examples())
    assert caught.value.line == line
    assert said in caught.value.reason
