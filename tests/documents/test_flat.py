import re
from dataclasses import replace

import pytest

from crm.documents.flat import flat_script
from crm.documents.merge import ContactFields, RelationshipFields, examples
from crm.documents.scripts import fill_script, fill_script_source
from crm.domain.script import Audience, Channel, Moment

FULL = examples()
BARE = replace(FULL, relationship=RelationshipFields(), contact=ContactFields())


@pytest.mark.parametrize("channel", Channel)
@pytest.mark.parametrize("audience", Audience)
def test_the_wording_to_edit_says_the_same_as_the_built_in_script(audience: Audience, channel: Channel) -> None:
    source = flat_script(audience, channel)
    assert not re.search(r"self\.|\{% (?:block|extends|set dear)|script\.audience", source)
    for moment in Moment:
        for fields in (FULL, BARE):
            own = fill_script_source(source, audience, channel, moment, fields)
            built_in = fill_script(audience, channel, moment, fields)
            assert (own.parts, own.questions) == (built_in.parts, built_in.questions)
