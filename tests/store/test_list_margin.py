from __future__ import annotations

from crm.domain.pipeline import Stage
from crm.store import list_margin
from crm.store.engine import Database
from crm.store.list_margin import View
from tests import factories
from tests.factories import NOW


def test_people_tags_views_and_services_come_at_once_each_by_name(db: Database) -> None:
    with db.write() as session:
        me = factories._id(factories.make_user(session, name="dana"))
        other = factories._id(factories.make_user(session, name="Ana", email="ana@stride.example"))
        factories.make_user(session, name="Gone", email="gone@stride.example", disabled_at=NOW)
        for name in ("golf", "Church"):
            factories.make_tag(session, name=name)
        view = factories.make_saved_view(session, user_id=me, name="Mine", query="city=Katy")
        factories.make_saved_view(session, user_id=other, name="Theirs", query="")
        factories.make_service_price(session, service_key="balance", offered=False)
        factories.make_service_price(session, service_key="golf", offered=True)
    with db.read() as session:
        found = list_margin.margin(session, me)
    assert found.people == ((other, "Ana"), (me, "dana"))
    assert found.tags == ("Church", "golf")
    assert found.views == (View(view.id or 0, "Mine", "city=Katy"),)
    assert found.switched_off == {"balance"}


def test_the_nearest_prospects_are_counted_by_specialty(db: Database) -> None:
    with db.write() as session:
        for miles, specialty in ((1, "pt"), (2, "oncology"), (3, "pt"), (9, "geriatrics")):
            factories.make_provider(session, distance_miles=float(miles), specialty=specialty)
        factories.make_provider(session, distance_miles=0.5, specialty="cardiology", stage=Stage.PARTNER)
        factories.make_provider(session, distance_miles=0.5, specialty="cardiology", is_peer=True)
    with db.read() as session:
        assert list_margin.near_specialties(session, 3) == [("pt", 2), ("oncology", 1)]


def test_the_tags_of_providers_are_found_by_name(db: Database) -> None:
    with db.write() as session:
        provider = factories.make_provider(session)
        for name in ("golf", "church"):
            factories.make_tag(session, provider, name=name)
    with db.read() as session:
        assert list_margin.tags_of(session, [provider.id or 0]) == {provider.id: ["church", "golf"]}
