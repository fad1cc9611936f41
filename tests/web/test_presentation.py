from __future__ import annotations

import pytest

from crm.bootstrap import Handoff
from crm.web import create_app
from crm.web.presentation import at, link


@pytest.mark.parametrize("root", ["", "/crm"])
def test_addresses_are_as_flask_would_build_them(handoff: Handoff, root: str) -> None:
    with create_app(handoff).test_request_context("/", environ_overrides={"SCRIPT_NAME": root}):
        assert link("providers.index") == f"{root}/providers"
        assert link("nowhere.index") == ""
        for number in (7, 123_456):
            assert at("providers.show", number) == f"{root}/providers/{number}"
            assert at("providers.edit", number) == f"{root}/providers/{number}/edit"
