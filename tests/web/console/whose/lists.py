"""Lists: filter, sort, page, export: whose is what."""

READERS = {"viewer", "marketer", "admin"}
PAGES: dict[str, set[str]] = {
    "/console/places?sort=-changed&kind=store": READERS,
    "/console/campaigns?sort=status&q=sneak": READERS,
    "/console/offers?sort=-spent": READERS,
    "/console/posters?sort=place&state=live": READERS,
    "/console/deliveries?sort=when": READERS,
    "/console/decisions?sort=when": READERS,
    "/console/inbox?sort=-began": READERS | {"staff"},
    "/console/customers?sort=-id": READERS,
    "/console/customers?q=sanne&sort=-name": READERS,
    "/console/offers/ten/coupons?sort=made&customer=sanne": READERS,
    "/console/campaigns/sneakers/versions?sort=name&q=s": READERS,
    "/console/reports?sort=-sent": READERS,
    "/console/users?sort=-role&as=admin": {"admin"},
    "/console/settings/shops?sort=-last&kind=standard": {"admin"},
    "/console/deliveries?tests=no&told=opened&variant=warm&language=nl": READERS,
    "/console/settings/keys?sort=used&state=good": {"admin"},
}
POSTS: dict[str, set[str]] = {"/console/posters.pdf": READERS}
FILES = (
    *("places", "campaigns", "offers", "posters", "customers", "deliveries", "decisions", "inbox"),
    *(
        "settings/deeds",
        "settings/keys",
        "settings/shops",
        "users",
        "offers/ten/coupons",
        "campaigns/sneakers/versions",
    ),
)
ELSEWHERE: set[str] = {f"/console/{one}.csv" for one in FILES}
"""Patterns of doors that another test tells of."""
