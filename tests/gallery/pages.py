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
    Shown("start", "The first steps", "/console/start"),
    Shown("live", "What happens now, on a map", "/console/live"),
    Shown("places", "Places", "/console/places"),
    Shown("place-new", "A new place", "/console/places/new"),
    Shown("place", "A place", "/console/places/{place}"),
    Shown("places-import", "Places from a file", "/console/places/import"),
    Shown("campaigns", "Campaigns", "/console/campaigns"),
    Shown("campaign", "A campaign", "/console/campaigns/{campaign}"),
    Shown("campaign-new", "A new campaign", "/console/campaigns/new"),
    Shown("campaign-edit", "A campaign while it is written", "/console/campaigns/{campaign}/edit"),
    Shown("campaign-test", "A test send", "/console/campaigns/{campaign}/test"),
    Shown("versions", "What a campaign said in each version", "/console/campaigns/{campaign}/versions"),
    Shown("rehearsal", "A rehearsal", "/console/campaigns/{campaign}/rehearse"),
    Shown("campaign-end", "Before a campaign ends", "/console/campaigns/{campaign}/end"),
    Shown("offers", "Offers", "/console/offers"),
    Shown("offer", "An offer", "/console/offers/{offer}"),
    Shown("offer-new", "A new offer", "/console/offers/new"),
    Shown("coupons", "An offer's coupons", "/console/offers/{offer}/coupons"),
    Shown("posters", "Posters", "/console/posters"),
    Shown("poster", "A poster", "/console/posters/{poster}"),
    Shown("poster-new", "A new poster", "/console/posters/new"),
    Shown("posters-import", "Posters from a file", "/console/posters/import"),
    Shown("customers", "Customers", "/console/customers"),
    Shown("customer", "A customer", "/console/customers/{customer}"),
    Shown("customer-erase", "Before a customer is erased", "/console/customers/{customer}/erase"),
    Shown("why", "Why somebody did not get it", "/console/why?customer={customer}&campaign={campaign}"),
    Shown("pickup", "The pickup board", "/console/pickup"),
    Shown("pickup-times", "How long pickup takes", "/console/pickup/times"),
    Shown("inbox", "Inbox", "/console/inbox"),
    Shown("deliveries", "Deliveries", "/console/deliveries"),
    Shown("decisions", "Decisions", "/console/decisions"),
    Shown("reports", "Reports", "/console/reports"),
    Shown("report", "A campaign's report", "/console/reports/{campaign}?by=place"),
    Shown("settings", "Settings", "/console/settings"),
    Shown("keys", "Keys", "/console/settings/keys"),
    Shown("limits", "Limits and quiet hours", "/console/settings/limits"),
    Shown("health", "How each part is", "/console/settings/health"),
    Shown("deeds", "Who did what", "/console/settings/deeds"),
    Shown("users", "Users", "/console/users"),
    Shown("web-shops", "Web shops", "/console/settings/shops"),
    Shown("web-shop-new", "A new web shop", "/console/settings/new-shop"),
    Shown("settings-push", "The push services", "/console/settings/push?customer={customer}"),
    Shown("settings-consents", "The texts that customers agree to", "/console/settings/consents"),
    Shown("settings-consent", "A text that customers agree to", "/console/settings/consents/text?version=messages-3"),
    Shown("password", "One's own password", "/console/password"),
    Shown("nowhere", "A page that is not there", "/console/nowhere"),
)
