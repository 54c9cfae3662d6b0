"""`python -m tests.doubles.fcm serve --port 9443 --record sent.jsonl --account account.json --ca ca.pem`.

The account and the authority are made and written where their files are not there, and read where they are.
"""

import json
from pathlib import Path

from tests.doubles.fcm.account import make_account, write_account
from tests.doubles.fcm.service import Fcm, Ways
from tests.doubles.serving import serve, serve_arguments


def main() -> None:
    parser, arguments = serve_arguments("A strict local double of Firebase Cloud Messaging.")
    arguments.add_argument("--account", type=Path, action="append", default=[], help="a service account's file")
    arguments.add_argument("--project", default="demo", help="of the accounts that are made")
    arguments.add_argument("--token-lives-s", type=int, default=3599)
    arguments.add_argument("--project-per-minute", type=int, default=600_000)
    arguments.add_argument("--device-per-minute", type=int, default=240)
    arguments.add_argument("--channels", help="those that the Android app creates, with commas between")
    given = parser.parse_args()
    ways = Ways(
        delay_s=given.delay_s,
        slow_s=given.slow_s,
        seed=given.seed,
        token_lives_s=given.token_lives_s,
        project_per_minute=given.project_per_minute,
        device_per_minute=given.device_per_minute,
        channels=frozenset(given.channels.split(",")) if given.channels else None,
    )
    fcm = Fcm(ways, given.record)
    if given.account and not given.port and not all(path.exists() for path in given.account):
        parser.error("an account says the double's port: give --port where one is made")
    for path in given.account:
        if not path.exists():
            scheme = "https" if given.ca else "http"
            write_account(make_account(f"{scheme}://127.0.0.1:{given.port}", given.project), path)
        fcm.tokens.trust(json.loads(path.read_text("utf-8")))
    serve(fcm, given)
    fcm.record.close()


if __name__ == "__main__":
    main()
