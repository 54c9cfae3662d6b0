"""The part of the model that says what may become of a campaign at the desk."""

from tests.offers.machine.whereabouts import Row, Whereabouts


class Campaigns(Whereabouts):
    def may_launch(self, campaign: Row) -> bool:
        """Whether it may, as far as the model looks: hours that never come it leaves to their own tests."""
        offer, until = campaign["offer"] and self.offers[campaign["offer"]], campaign["dates"][1]
        anywhere = not (campaign["places"] or campaign["tags"])
        where = {
            fence["place"]
            for fence in self.fences.values()
            if fence["role"] == campaign["role"]
            and (
                anywhere
                or fence["place"] in campaign["places"]
                or set(campaign["tags"]) & set(self.places[fence["place"]]["tags"])
            )
        }
        if not where or (until and until <= self.now):
            return False
        if all(self.places[one]["paused"] for one in where) or (
            offer and offer["until"] and offer["until"] <= self.now
        ):
            return False
        spent = offer and offer["budget"] is not None and offer["spent"] >= offer["budget"]
        return not (spent or (offer and (offer["per_place"] == 0 or offer["free"] == 0)))

    def may_change(self, name: str, campaign: Row) -> bool:
        """Whether a campaign of this name can be made to say this; it is a new version where it says something new."""
        old = self.campaigns.get(name)
        if old is None:
            self.campaigns[name] = {**campaign, "status": "draft", "version": 1}
            return True
        if old["status"] == "ended":
            return False
        if all(old[part] == campaign[part] for part in campaign):
            return True
        if old["status"] == "live" and not self.may_launch(campaign):
            return False
        old |= {**campaign, "version": old["version"] + 1}
        return True

    def may_step(self, name: str, step: str) -> bool:
        """Launch, pause or end; a step that is done already is done."""
        one = self.campaigns[name]
        before = {
            "launch": ("draft", "paused", "live"),
            "pause": ("live", "paused"),
            "end": ("live", "paused", "ended"),
        }
        if one["status"] not in before[step]:
            return False
        if step == "launch" and one["status"] != "live" and not self.may_launch(one):
            return False
        one["status"] = {"launch": "live", "pause": "paused", "end": "ended"}[step]
        return True
