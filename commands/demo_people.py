"""Who signs in to the demo's console: made anew at each start, as the demo itself is."""

from collections.abc import Mapping
from datetime import datetime

from offers import users
from offers.records.database import Database

STAFF = "kim@stoeprand.example"
MARKETER = "noor@stoeprand.example"


def let_in(database: Database, now: datetime) -> Mapping[str, str]:
    """Somebody of the staff and a marketer; by e-mail address the password with which they come in."""
    passwords = {}
    with database.transaction() as session:
        for email, role, name in ((STAFF, "staff", "Kim"), (MARKETER, "marketer", "Noor")):
            password = users.create_user(session, email, role, now=now, name=name)
            credential = users.credential_of(session, email)
            if credential is not None:  # made just now; and chosen at once, since nobody here has to be kept out
                users.change_password(session, credential, users.new_password(password, password, email), now=now)
            passwords[email] = password
    return passwords
