"""Home as it happens, the first steps, and the frame around every page: whose is what."""

WRITERS = {"marketer", "admin"}
PAGES: dict[str, set[str]] = {
    "/console/start": WRITERS,
    "/console/start?step=place": WRITERS,
    "/console/start?step=walk&since=1": WRITERS,
}
POSTS: dict[str, set[str]] = {
    "/console/start/place": WRITERS,
    "/console/start/device": WRITERS,
    "/console/start/message": WRITERS,
    "/console/start/launch": WRITERS,
    "/console/start/walk": WRITERS,
}
ELSEWHERE: set[str] = {"/console/here", "/console/now", "/console/events", "/console/start/phone.svg"}
"""Patterns of doors that test_frame.py, test_home.py and test_start_phone.py tell of."""
