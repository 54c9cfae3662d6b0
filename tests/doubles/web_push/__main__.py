"""`python -m tests.doubles.web_push serve --port 9444 --record pushed.jsonl`; over TLS with `--ca ca.pem`."""

from tests.doubles.serving import serve, serve_arguments
from tests.doubles.web_push.service import Ways, WebPush


def main() -> None:
    parser, arguments = serve_arguments("A strict local double of a Web Push service and the browsers behind it.")
    arguments.add_argument("--retry-after-s", type=int, default=120, help="of `quota`")
    given = parser.parse_args()
    ways = Ways(delay_s=given.delay_s, slow_s=given.slow_s, retry_after_s=given.retry_after_s, seed=given.seed)
    service = WebPush(ways, given.record)
    serve(service, given, service.stands_at)
    service.record.close()


if __name__ == "__main__":
    main()
