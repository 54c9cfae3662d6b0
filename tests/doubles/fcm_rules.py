"""What FCM refuses, as a table: parts of a message that keep a rule, parts that break it, and the field that is named then."""

from typing import Any

Json = dict[str, Any]
TO = {"fid": "phone"}
LIGHT = {"color": {"red": 1.0}, "lightOnDuration": "1s", "lightOffDuration": "2s"}
START = {
    "event": "start",
    "timestamp": 1,
    "content-state": {},
    "attributes-type": "Order",
    "attributes": {},
    "alert": {"title": "a"},
}


def shown(**parts: Any) -> Json:
    return {"android": {"notification": parts}}


def aps(**parts: Any) -> Json:
    return {"apns": {"payload": {"aps": {name.replace("_", "-"): value for name, value in parts.items()}}}}


def live(**parts: Any) -> Json:
    return {"apns": {"liveActivityToken": "token", **aps(**parts)["apns"]}}


def apple(**headers: str) -> Json:
    return {"apns": {"headers": {name.replace("_", "-"): value for name, value in headers.items()}}}


def web(**parts: Any) -> Json:
    return {"webpush": parts}


def without(parts: Json, name: str) -> Json:
    return {key: value for key, value in parts.items() if key != name}


TYPES: list[tuple[Json, Json, str]] = [
    ({"data": {"a": "1"}}, {"dota": {}}, "message"),
    ({"android": {"ttl": "3s"}}, {"android": {"tll": "3s"}}, "message.android"),
    ({"notification": {"title": "a"}}, {"notification": "a"}, "message.notification"),
    ({"notification": {"title": "a"}}, {"notification": {"title": 3}}, "message.notification.title"),
    ({"data": {"a": "1"}}, {"data": {"a": 1}}, "message.data[0].value"),
    ({"data": {"a": "1"}}, {"data": {"a": None}}, "message.data[0].value"),
    ({"data": {}}, {"data": []}, "message.data"),
    ({"android": {"directBootOk": True}}, {"android": {"directBootOk": "true"}}, "message.android.direct_boot_ok"),
    (
        {"android": {"collapseKey": "a"}},
        {"android": {"collapseKey": "a", "collapse_key": "a"}},
        "message.android.collapse_key",
    ),
    ({"android": {"priority": "high"}}, {"android": {"priority": "urgent"}}, "message.android.priority"),
    (shown(visibility="PUBLIC"), shown(visibility="public"), "message.android.notification.visibility"),
    (shown(visibility="PUBLIC"), shown(visibility=1), "message.android.notification.visibility"),
    (shown(proxy="DENY"), shown(proxy="MAYBE"), "message.android.notification.proxy"),
    (
        shown(notificationPriority="PRIORITY_MAX"),
        shown(notificationPriority="MAX"),
        "message.android.notification.notification_priority",
    ),
    ({"android": {"ttl": "3.5s"}}, {"android": {"ttl": "3.5"}}, "message.android.ttl"),
    ({"android": {"ttl": "1.123456789s"}}, {"android": {"ttl": "1.1234567891s"}}, "message.android.ttl"),
    (
        shown(eventTime="2026-11-26T15:00:00Z"),
        shown(eventTime="2026-11-26 15:00"),
        "message.android.notification.event_time",
    ),
    (shown(notificationCount="3"), shown(notificationCount="three"), "message.android.notification.notification_count"),
    (
        shown(notificationCount=2**31 - 1),
        shown(notificationCount=2**31),
        "message.android.notification.notification_count",
    ),
    (shown(notificationCount=3.0), shown(notificationCount=3.5), "message.android.notification.notification_count"),
    (shown(notificationCount=1), shown(notificationCount=True), "message.android.notification.notification_count"),
    (
        shown(lightSettings=LIGHT),
        shown(lightSettings={**LIGHT, "color": {"red": "1"}}),
        "message.android.notification.light_settings.color.red",
    ),
    (
        shown(bodyLocKey="k", bodyLocArgs=["a"]),
        shown(bodyLocKey="k", bodyLocArgs="a"),
        "message.android.notification.body_loc_args",
    ),
    (
        shown(bodyLocKey="k", bodyLocArgs=["a"]),
        shown(bodyLocKey="k", bodyLocArgs=[1]),
        "message.android.notification.body_loc_args[0]",
    ),
    (shown(vibrateTimings=["1s"]), shown(vibrateTimings=["1"]), "message.android.notification.vibrate_timings[0]"),
    ({"apns": {"payload": {"own": 1}}}, {"apns": {"payload": "own"}}, "message.apns.payload"),
    (apple(apns_priority="5"), {"apns": {"headers": {"apns-priority": 5}}}, "message.apns.headers[0].value"),
]
LIMITS: list[tuple[Json, Json, str]] = [
    ({}, {"name": "projects/p/messages/1"}, "message.name"),
    ({}, {"topic": "offers"}, "message"),
    ({"android": {}}, {"android": {}, "androidV2": {}}, "message.android_v2"),
    ({"data": {"sender": "a"}}, {"data": {"from": "a"}}, "message.data"),
    ({"data": {"kind": "a"}}, {"data": {"message_type": "a"}}, "message.data"),
    ({"data": {"my.google": "a"}}, {"data": {"google.id": "a"}}, "message.data"),
    ({"data": {"gcm.n": "a"}}, {"data": {"gcm.notification.title": "a"}}, "message.data"),
    ({"android": {"data": {"a": "a"}}}, {"android": {"data": {"gcm": "a"}}}, "message.android.data"),
    (web(data={"a": "a"}), web(data={"googled": "a"}), "message.webpush.data"),
    (
        {"fcmOptions": {"analyticsLabel": "a" * 50}},
        {"fcmOptions": {"analyticsLabel": "a" * 51}},
        "message.fcm_options.analytics_label",
    ),
    (
        {"android": {"fcmOptions": {"analyticsLabel": "a-b_c.d~e%"}}},
        {"android": {"fcmOptions": {"analyticsLabel": "a b"}}},
        "message.android.fcm_options.analytics_label",
    ),
    (
        {"apns": {"fcmOptions": {"analyticsLabel": "a"}}},
        {"apns": {"fcmOptions": {"analyticsLabel": ""}}},
        "message.apns.fcm_options.analytics_label",
    ),
    (
        {"notification": {"image": "https://a.example/i"}},
        {"notification": {"image": "/i"}},
        "message.notification.image",
    ),
    (shown(image="https://a.example/i"), shown(image="i.png"), "message.android.notification.image"),
    (
        {"apns": {"fcmOptions": {"image": "https://a.example/i"}}},
        {"apns": {"fcmOptions": {"image": "ftp://a/i"}}},
        "message.apns.fcm_options.image",
    ),
    ({"android": {"ttl": "2419200s"}}, {"android": {"ttl": "2419200.1s"}}, "message.android.ttl"),
    ({"android": {"ttl": "0s"}}, {"android": {"ttl": "-1s"}}, "message.android.ttl"),
    ({"androidV2": {"ttl": "1s"}}, {"androidV2": {"ttl": "9999999s"}}, "message.android_v2.ttl"),
    (
        {"android": {"restrictedPackageName": "nl.shop.app"}},
        {"android": {"restrictedPackageName": "shop"}},
        "message.android.restricted_package_name",
    ),
    (shown(color="#00fF99"), shown(color="#0f9"), "message.android.notification.color"),
    (
        shown(titleLocKey="k", titleLocArgs=["a"]),
        shown(titleLocArgs=["a"]),
        "message.android.notification.title_loc_args",
    ),
    (shown(notificationCount=0), shown(notificationCount=-1), "message.android.notification.notification_count"),
    (
        shown(lightSettings=LIGHT),
        shown(lightSettings=without(LIGHT, "color")),
        "message.android.notification.light_settings.color",
    ),
    (
        shown(lightSettings=LIGHT),
        shown(lightSettings=without(LIGHT, "lightOnDuration")),
        "message.android.notification.light_settings.light_on_duration",
    ),
    (
        shown(lightSettings=LIGHT),
        shown(lightSettings={**LIGHT, "color": {"blue": 1.1}}),
        "message.android.notification.light_settings.color.blue",
    ),
    (shown(vibrateTimings=["0s"]), shown(vibrateTimings=["-1s"]), "message.android.notification.vibrate_timings[0]"),
    (
        {"androidV2": {"remoteNotification": {"notification": {"color": "#000000"}}}},
        {"androidV2": {"remoteNotification": {"notification": {"color": "black"}}}},
        "message.android_v2.remote_notification.notification.color",
    ),
    (apple(apns_id="123e4567-e89b-12d3-a456-426614174000"), apple(apns_id="1"), "message.apns.headers.apns-id"),
    (apple(apns_push_type="alert"), apple(apns_push_type="loud"), "message.apns.headers.apns-push-type"),
    (apple(apns_expiration="0"), apple(apns_expiration="15m"), "message.apns.headers.apns-expiration"),
    (apple(apns_priority="10"), apple(apns_priority="7"), "message.apns.headers.apns-priority"),
    (apple(apns_collapse_id="é" * 32), apple(apns_collapse_id="é" * 33), "message.apns.headers.apns-collapse-id"),
    (apple(apns_topic="nl.shop"), apple(apns_colour="red"), "message.apns.headers.apns-colour"),
    ({"apns": {"payload": {"aps": {}}}}, {"apns": {"payload": {"aps": []}}}, "message.apns.payload.aps"),
    (
        {"data": {"a": "b"}, **apple(apns_priority="5")},
        {"data": {"a": "b"}, **apple(apns_priority="10")},
        "message.apns.headers.apns-priority",
    ),
    (
        {"notification": {"title": "a"}, **apple(apns_push_type="alert")},
        {"notification": {"title": "a"}, **apple(apns_push_type="background")},
        "message.apns.headers.apns-push-type",
    ),
    (aps(badge=1), aps(batch=1), "message.apns.payload.aps.batch"),
    (aps(badge=1), aps(badge="1"), "message.apns.payload.aps.badge"),
    (aps(badge=1), aps(badge=True), "message.apns.payload.aps.badge"),
    (aps(content_changed=True), aps(content_changed=1), "message.apns.payload.aps.content-changed"),
    (aps(alert="a"), aps(alert=["a"]), "message.apns.payload.aps.alert"),
    (aps(alert={"loc-key": "k"}), aps(alert={"loc_key": "k"}), "message.apns.payload.aps.alert.loc_key"),
    (aps(sound={"critical": 1, "volume": 1}), aps(sound={"volume": 2}), "message.apns.payload.aps.sound.volume"),
    (aps(sound={"name": "a"}), aps(sound={"file": "a"}), "message.apns.payload.aps.sound.file"),
    (aps(sound={"volume": 0.5}), aps(sound={"volume": "loud"}), "message.apns.payload.aps.sound.volume"),
    (
        aps(interruption_level="time-sensitive"),
        aps(interruption_level="urgent"),
        "message.apns.payload.aps.interruption-level",
    ),
    (
        aps(interruption_level="passive"),
        aps(interruption_level=["passive"]),
        "message.apns.payload.aps.interruption-level",
    ),
    (aps(relevance_score=1), aps(relevance_score=1.1), "message.apns.payload.aps.relevance-score"),
    (live(**{"event": "end", "timestamp": 1, "content-state": {}}), live(), "message.apns.payload.aps.event"),
    (live(**START), live(**without(START, "timestamp")), "message.apns.payload.aps.timestamp"),
    (live(**START), live(**without(START, "content-state")), "message.apns.payload.aps.content-state"),
    (live(**START), live(**without(START, "attributes-type")), "message.apns.payload.aps.attributes-type"),
    (live(**START), live(**without(START, "attributes")), "message.apns.payload.aps.attributes"),
    (live(**START), live(**without(START, "alert")), "message.apns.payload.aps.alert"),
    (live(**START), aps(**START), "message.apns.live_activity_token"),
    (web(headers={"TTL": "2419200"}), web(headers={"TTL": "2419201"}), "message.webpush.headers.ttl"),
    (web(headers={"TTL": "0"}), web(headers={"TTL": "-1"}), "message.webpush.headers.ttl"),
    (web(headers={"Urgency": "very-low"}), web(headers={"Urgency": "urgent"}), "message.webpush.headers.urgency"),
    (web(headers={"Topic": "a" * 32}), web(headers={"Topic": "a" * 33}), "message.webpush.headers.topic"),
    (web(headers={"TTL": "1"}), web(headers={"Encryption": "x"}), "message.webpush.headers.encryption"),
    (
        web(fcmOptions={"link": "https://a.example"}),
        web(fcmOptions={"link": "http://a.example"}),
        "message.webpush.fcm_options.link",
    ),
    (web(notification={"dir": "rtl"}), web(notification={"dir": "up"}), "message.webpush.notification.dir"),
]
TARGETS: list[tuple[Json, Json, str]] = [
    ({"token": "abc:def"}, {}, "message"),
    ({"token": "abc:def"}, {"token": ""}, "message"),
    ({"token": "abc:def"}, {"token": "abc def"}, "message.token"),
    ({"token": "abc"}, {"token": "abc", "topic": "a"}, "message"),
    ({"topic": "a" * 900}, {"topic": "a" * 901}, "message.topic"),
    ({"topic": "offers"}, {"topic": "/topics/offers"}, "message.topic"),
    (
        {"condition": "'a' in topics && ('b' in topics || !('c' in topics))"},
        {"condition": "'a' in topic"},
        "message.condition",
    ),
    ({"condition": '"a" in topics'}, {"condition": "a in topics"}, "message.condition"),
    ({"condition": "('a' in topics)"}, {"condition": "('a' in topics"}, "message.condition"),
    ({"condition": "'a' in topics"}, {"condition": "'a' in topics 'b' in topics"}, "message.condition"),
    ({"condition": "'a' in topics"}, {"condition": "&&"}, "message.condition"),
    (
        {"condition": " || ".join(f"'{name}' in topics" for name in "abcde")},
        {"condition": " || ".join(f"'{name}' in topics" for name in "abcdef")},
        "message.condition",
    ),
]
SIZES: list[tuple[Json, Json, str]] = [
    ({**TO, "data": {"a": "b" * 4079}}, {**TO, "data": {"a": "b" * 4080}}, "message"),
    ({**TO, "android": {"data": {"a": "b" * 4095}}}, {**TO, "android": {"data": {"a": "b" * 4096}}}, "message"),
    ({**TO, "android": {"data": {"a": "é" * 2047}}}, {**TO, "android": {"data": {"a": "é" * 2048}}}, "message"),
    (
        {"topic": "t", "android": {"data": {"a": "b" * 2047}}},
        {"topic": "t", "android": {"data": {"a": "b" * 2048}}},
        "message",
    ),
    ({**TO, **web(data={"a": "b" * 4000})}, {**TO, **web(data={"a": "b" * 4096})}, "message"),
    ({**TO, "apns": {"payload": {"a": "b" * 4070}}}, {**TO, "apns": {"payload": {"a": "b" * 4096}}}, "message"),
]
RULES = [
    *[("json", {**TO, **right}, {**TO, **wrong}, field) for right, wrong, field in TYPES],
    *[("fcm", {**TO, **right}, {**TO, **wrong}, field) for right, wrong, field in LIMITS],
    *[("fcm", right, wrong, field) for right, wrong, field in [*TARGETS, *SIZES]],
]
