"""A tree of conditions as one phrase: "language nl and a purchase from sneakers in the last 90 days". Plain text, not escaped."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from offers.rules.audience import ANY_STORE

BOUNDS = ("at_least", "at_most")
OPERATORS = ("is", "has", "in", *BOUNDS, "known")


@dataclass(frozen=True, slots=True)
class Phrases:
    """How one reader is told: the words, how a moment is written, and what places are called."""

    words: Mapping[str, str]
    moment: Callable[[str], str]
    places: Mapping[str, str]

    def phrase(self, node: Mapping[str, Any]) -> str:
        for joint, word in (("all", "and"), ("any", "or")):
            if joint in node:
                inner = [self.phrase(one) for one in node[joint]]
                nested = [f"({one})" if _is_tree(child) else one for one, child in zip(inner, node[joint], strict=True)]
                parts = [*(nested if len(nested) > 1 else inner), *self._more(node)]
                return f" {self.words[word]} ".join(parts)
        if "not" in node:
            return self.words["c_not"].format(inner=self.phrase(node["not"]))
        for form, name in (("near", "c_near"), ("inside", "c_inside"), ("visited", "c_visited")):
            if form in node:
                return self._say(name, node, value=self._either(map(self._place, _several(node[form])), node))
        if "tag" in node:
            return self._say("c_tag", node, value=node["tag"])
        return self._fact(node)

    def _fact(self, node: Mapping[str, Any]) -> str:
        fact = str(node["fact"])
        operator = next((one for one in OPERATORS if one in node), None)
        wanted = node.get(operator) if operator else None
        head, _, rest = fact.partition(".")
        if fact == "known_since":
            return self._say("c_known_since", node)
        if operator == "known":
            return self._known(head, fact, bool(wanted))
        if head in ("purchases", "visits"):
            return self._happened(head, rest, operator, node)
        if head == "consents":
            value = self.words.get(f"consent_{rest}", rest)
            return self._say("c_consent" if wanted else "c_no_consent", node, value=value)
        if fact == "devices.push":
            return self.words["c_push" if wanted else "c_no_push"]
        if fact == "devices.count":
            return self._say(f"c_devices_{operator}", node, value=wanted)
        if fact == "devices.platform":
            return self._say("c_platform", node, value=self._named("c_platform", wanted, node))
        name = {"language": "c_language", "tags": "c_tag"}.get(fact, f"c_{operator}" if operator in BOUNDS else "c_is")
        return self._say(name, node, fact=rest or fact, value=self._either(map(_shown, _several(wanted)), node))

    def _known(self, head: str, fact: str, known: bool) -> str:
        if head in ("purchases", "visits"):
            return self.words[f"c_{head}_known" if known else f"c_{head}_unknown"]
        return self.words["c_known" if known else "c_unknown"].format(fact=fact.partition(".")[2] or fact)

    def _happened(self, head: str, what: str, operator: str | None, node: Mapping[str, Any]) -> str:
        wanted = node.get(operator) if operator else None
        if what == "last_at":
            return self._say(f"c_{head}_last_at", node)
        if what == "count":
            return self._say(f"c_{head}_count_{operator}", node, value=wanted)
        if what.startswith("total."):
            return self._say(f"c_spent_{operator}", node, value=wanted, currency=what.removeprefix("total."))
        if what == "channel":
            return self._say("c_purchases_channel", node, value=self._named("c_channel", wanted, node))
        show = self._place if what == "place" else _shown
        name = "c_visited" if head == "visits" else f"c_purchases_{what}"
        return self._say(name, node, value=self._either(map(show, _several(wanted)), node))

    def _say(self, name: str, node: Mapping[str, Any], **values: Any) -> str:
        return self.words[name].format(window=self._window(node), **values)

    def _window(self, node: Mapping[str, Any]) -> str:
        days, before = node.get("within_days"), node.get("before")
        said = "" if days is None else self.words["c_in_one_day" if days == 1 else "c_in_days"].format(days=days)
        return said if before is None else said + self.words["c_before"].format(at=self.moment(before))

    def _place(self, place: Any) -> str:
        return self.words["c_any_store"] if place == ANY_STORE else self.places.get(str(place), str(place))

    def _named(self, prefix: str, wanted: Any, node: Mapping[str, Any]) -> str:
        return self._either((self.words.get(f"{prefix}_{one}", str(one)) for one in _several(wanted)), node)

    def _either(self, texts: Iterable[str], node: Mapping[str, Any]) -> str:
        return f" {self.words['or']} ".join([*dict.fromkeys(texts), *self._more(node)])

    def _more(self, node: Mapping[str, Any]) -> list[str]:
        """Of a condition that a decision kept the beginning of."""
        return [self.words["c_more"].format(more=node["more"])] if "more" in node else []


def _is_tree(node: Mapping[str, Any]) -> bool:
    return "all" in node or "any" in node or "not" in node


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _shown(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
