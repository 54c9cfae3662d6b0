import pytest

from offers.rules.campaign import CampaignBody
from offers.rules.template_facts import fact_to_blame, has_fact, texts_of
from tests.offers.stories import campaign_body


@pytest.mark.parametrize(
    ("source", "missing", "blamed"),
    [
        ("Hello", ["customer.name"], None),
        ("{{ customer.first_name }}", ["customer.first_name"], "customer.first_name"),
        ("{{ customer.first_name }}", ["customer.name"], None),
        ("{{ customer.first_name }}", [], None),
        ("{{ customer.first_name | default: 'you' }}", ["customer.first_name"], None),
        ("{{ customer.first_name | default: customer.name }}", ["customer.first_name"], None),
        (
            "{{ customer.first_name | default: customer.name }}",
            ["customer.first_name", "customer.name"],
            "customer.name",
        ),
        ("{{ customer.first_name }} {{ place.name }}", ["place.name", "customer.name"], "place.name"),
        (
            "{{ customer.size.shoes | default: '?' }}{{ customer.size.shoes }}",
            ["customer.size.shoes"],
            "customer.size.shoes",
        ),
        ("{{ customer.attributes.member | default: 'no' }} {{ weekday }}", ["customer.attributes.member"], None),
    ],
)
def test_what_a_text_can_not_do_without(source: str, missing: list[str], blamed: str | None) -> None:
    assert fact_to_blame(source, missing) == blamed


def test_the_texts_of_a_campaign_are_those_of_its_variants_too() -> None:
    words = {"de": {"title": "Hallo", "body": "Da", "url": "/da"}}
    body = CampaignBody.model_validate(
        campaign_body(variants=[{"name": "a"}, {"name": "b", "messages": words}]) | {"messages": words}
    )
    paths = [one.path for one in texts_of(body)]
    assert paths == [
        *(f"messages.de.{part}" for part in ("title", "body", "url")),
        *(f"variants[1].messages.de.{part}" for part in ("title", "body", "url")),
    ]


def test_whether_facts_hold_one() -> None:
    facts = {"customer": {"name": "Sanne", "size": {"shoes": "38"}}}
    assert has_fact(facts, "customer.size.shoes")
    assert not has_fact(facts, "customer.size.shirt")
    assert not has_fact(facts, "customer.name.first")
