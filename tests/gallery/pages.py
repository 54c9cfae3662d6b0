"""Which pages of the console stand in the gallery: what they are called, and where they are in the demo's town."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shown:
    """`path` may hold `{name}` of what the town has: see town.py."""

    name: str
    title: str
    path: str


PAGES: Sequence[Shown] = (
    Shown("home", "Home", "/console"),
    Shown("places", "Places", "/console/places"),
    Shown("place-new", "A new place", "/console/places/new"),
    Shown("place", "A place", "/console/places/{place}"),
    Shown("campaigns", "Campaigns", "/console/campaigns"),
    Shown("campaign", "A campaign", "/console/campaigns/{campaign}"),
    Shown("campaign-new", "A new campaign", "/console/campaigns/new"),
    Shown("campaign-edit", "A campaign while it is written", "/console/campaigns/{campaign}/edit"),
    Shown("rehearsal", "A rehearsal", "/console/campaigns/{campaign}/rehearse"),
    Shown("campaign-end", "Before a campaign ends", "/console/campaigns/{campaign}/end"),
    Shown("offers", "Offers", "/console/offers"),
    Shown("offer", "An offer", "/console/offers/{offer}"),
    Shown("posters", "Posters", "/console/posters"),
    Shown("poster", "A poster", "/console/posters/{poster}"),
    Shown("posters-import", "Posters from a file", "/console/posters/import"),
    Shown("customers", "Customers", "/console/customers?q=a"),
    Shown("customer", "A customer", "/console/customers/{customer}"),
    Shown("why", "Why somebody did not get it", "/console/why?customer={customer}&campaign={campaign}"),
    Shown("pickup", "The pickup board", "/console/pickup"),
    Shown("pickup-times", "How long pickup takes", "/console/pickup/times"),
    Shown("inbox", "Inbox", "/console/inbox"),
    Shown("deliveries", "Deliveries", "/console/deliveries"),
    Shown("decisions", "Decisions", "/console/decisions"),
    Shown("users", "Users", "/console/users"),
    Shown("web-shops", "Web shops", "/console/settings/shops"),
    Shown("settings-push", "The push services", "/console/settings/push?customer={customer}"),
    Shown("settings-consents", "The texts that customers agree to", "/console/settings/consents"),
    Shown("settings-consent", "A text that customers agree to", "/console/settings/consents/text?version=messages-3"),
    Shown("password", "One's own password", "/console/password"),
    Shown("nowhere", "A page that is not there", "/console/nowhere"),
)
