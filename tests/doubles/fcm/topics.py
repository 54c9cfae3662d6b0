"""Subscriptions of devices to topics, by FCM v1."""

from tests.doubles.answers import Answer, Request, reply
from tests.doubles.fcm.answers import fcm_error, google_error
from tests.doubles.fcm.conditions import TOPIC

MOST_TOPICS = 2000
"""Of one device."""


class Topics:
    def __init__(self) -> None:
        self._of: dict[str, set[str]] = {}

    def answer(self, request: Request, project: str, registration: str, topic: str) -> Answer:
        parent = f"projects/{project}/registrations/{registration}/topicSubscriptions"
        mine = self._of.setdefault(registration, set())
        query = request.query
        if request.method == "POST" and not topic:
            return self._subscribe(parent, mine, query.get("topic_name") or query.get("topicName") or "")
        if request.method == "DELETE" and topic:
            if topic not in mine and query.get("allow_missing", query.get("allowMissing")) != "true":
                return google_error(404, "Requested entity was not found.")
            mine.discard(topic)
            return reply(200, {})
        if request.method == "GET" and not topic:
            rows = [{"name": f"{parent}/{each}", "topicName": each} for each in sorted(mine)]
            return reply(200, {"topicSubscriptions": rows})
        return google_error(405, "Method not allowed")

    @staticmethod
    def _subscribe(parent: str, mine: set[str], topic: str) -> Answer:
        if not TOPIC.match(topic):
            return fcm_error(400, "Invalid topic name.", "INVALID_ARGUMENT")
        if topic in mine:
            return google_error(409, "Requested entity already exists")
        if len(mine) >= MOST_TOPICS:
            return fcm_error(400, "TOO_MANY_TOPICS", "INVALID_ARGUMENT")
        mine.add(topic)
        return reply(200, {"name": f"{parent}/{topic}", "topicName": topic})
