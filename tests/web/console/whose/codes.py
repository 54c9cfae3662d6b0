"""Codes and coupons: whose is what."""

READERS, WRITERS = {"viewer", "marketer", "admin"}, {"marketer", "admin"}
PAGES: dict[str, set[str]] = {
    "/console/offers/ten/goes": READERS,
    "/console/offers/ten/coupons": READERS,
    "/console/offers/ten/coupons?state=reserved": READERS,
    "/console/offers/ten/codes": WRITERS,
}
POSTS: dict[str, set[str]] = {"/console/offers/ten/codes": WRITERS}
ELSEWHERE: set[str] = {
    "/console/offers/{offer_id}/coupons/{coupon_id}/release",
    "/console/offers/ten/coupons/{coupon_id}/release",
}
"""Patterns of doors that another test tells of: test_codes.py."""
