"""What a campaign's page says while it is written: whom it would reach, what it would say, and what is wrong with that. Nothing is saved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from fastapi import APIRouter
from markupsafe import Markup
from starlette.responses import Response

from offers import audiences, campaigns, overview
from offers.audiences import Estimate
from offers.errors import BadInput, Fault, NotFound
from offers.rules.audience_body import AudienceBody
from offers.rules.campaign import CampaignBody
from web.console import audience_form, campaign_form, variants_form
from web.console.entering import Desk, Writer
from web.console.faults import Errors, read_body
from web.console.forms import Form
from web.console.previewing import Preview, preview_of
from web.console.routes import PageRoute
from web.console.sentence import sentence

router = APIRouter(prefix="/console/campaigns", include_in_schema=False, route_class=PageRoute)

Item = Mapping[str, Any]
OF_TEXTS = ("messages", "offer", "product", "default_language", "variants")
"""Fields whose errors are told while somebody types."""


@dataclass(frozen=True, slots=True)
class Who:
    """Whom an audience holds, in words; or what is wrong with it."""

    said: str = ""
    is_exact: bool = True
    some: list[tuple[str, str | None]] = field(default_factory=list)
    wrong: str = ""


@router.post("/who")
def who(desk: Writer) -> Response:
    """The part of the page that says whom the form's audience holds."""
    return desk.page("campaign_who.html", who=who_of(desk, desk.form))


@router.post("/what")
def what(desk: Writer) -> Response:
    """The parts that say the campaign as a sentence, what its texts look like on a phone, and what is wrong with them, by field."""
    form, before = desk.form, _before(desk)
    _, errors = campaign_form.read(form, before, desk.voice)
    told = {name: said for name, said in errors.items() if name.startswith(OF_TEXTS) and form.text(name)}
    shown, lacking = shown_of(desk, form, before)
    return desk.page(
        "campaign_what.html",
        said=sentence_of(desk, form, before),
        told=told,
        preview=shown,
        lacking=lacking,
        form=form,
        variants=variants_form.rows_of(form, campaign_form.tags_of(before), desk.voice),
        host=host_of(desk),
        errors={},
    )


def host_of(desk: Desk) -> str:
    """Whose message a browser says it is."""
    return urlsplit(desk.parts.settings.base_url).netloc or desk.request.url.netloc


def who_of(desk: Desk, form: Form) -> Who:
    tree, wrong = audience_form.read(form, desk.voice)
    if wrong:
        return Who(wrong=audience_form.in_one_line(wrong[0], desk.voice))
    body, faults = read_body(AudienceBody, {"audience": tree}, desk.voice)
    if body is None:
        return Who(wrong=_wrong(faults, desk))
    try:
        with desk.parts.database.reading() as session:
            found = audiences.estimate_audience(session, body, form.text("trigger.on"), now=desk.parts.now())
    except BadInput as refused:
        gone = desk.voice.words["no_such_place"]
        told = [Fault(one.path, one.message if form.on("audience.use_tree") else gone) for one in refused.faults]
        return Who(wrong=_wrong(told, desk))
    return Who(_said(found, desk), found.is_exact, found.some)


def _wrong(faults: Sequence[Fault], desk: Desk) -> str:
    """The first of them, at its row where rows say the audience."""
    for one in audience_form.at_rows(faults, desk.form):
        if one.path.startswith(audience_form.AT_ROW):
            return audience_form.in_one_line(one, desk.voice)
    return next(iter(campaign_form.told(faults, ()).values()), "")


def _said(found: Estimate, desk: Desk) -> str:
    words, figures = desk.voice.words, desk.voice.figures
    if found.fewer_than is not None:
        return words["who_few"].format(most=figures(found.fewer_than))
    if not found.size:
        return words["who_none"]
    values = {"size": figures(found.size), "reached": figures(found.reached)}
    phrase = "who_about" if not found.is_exact else "who_one" if found.size == 1 else "who_exact"
    return words[phrase].format(**values, percent=round(100 * found.reached / found.size))


def sentence_of(desk: Desk, form: Form, before: Item | None) -> Markup | None:
    """As far as the form can be said; none while its rules can not be read."""
    raw, faults = campaign_form.raw_of(form, before, desk.voice)
    audience, wrong = read_body(AudienceBody, {"audience": raw["audience"]}, desk.voice)
    if faults or audience is None or wrong or f"s_{raw['trigger']['on']}" not in desk.voice.words:
        return None
    with desk.parts.database.reading() as session:
        places, offers = overview.name_places(session), overview.name_offers(session)
    texts = {tag: one for tag, one in raw["messages"].items() if one["title"]}
    item = raw | {"messages": texts or {desk.voice.language: {"title": "…"}}}
    return sentence(item, places, offers, desk.voice)


def shown_of(desk: Desk, form: Form, before: Item | None) -> tuple[Preview | None, str]:
    """The texts that can be read, for the customer that is typed, or for any; or why there is nothing to see."""
    body = _readable(form, before, desk)
    if body is None:
        return None, desk.voice.words["preview_nothing"]
    typed = form.text("preview")[:200]
    if not typed:
        with desk.parts.database.reading() as session:
            anybody = overview.find_customers(session, limit=1)[0]
        typed = anybody[0]["id"] if anybody else "-"
    errors: Errors = {}
    campaign_id = before["id"] if before else form.text("id")
    shown = preview_of(desk, body, typed, errors, campaign_id, variant=form.or_none("preview.variant"))
    return shown, errors.get("preview", "")


def _readable(form: Form, before: Item | None, desk: Desk) -> CampaignBody | None:
    """The campaign with no more than its texts rest on, without the languages that are wrong so far."""
    raw, _ = campaign_form.raw_of(form, before, desk.voice)
    needed = ("trigger", "offer", "product", "messages", "default_language", "variants")
    raw = {"name": raw["name"] or "-"} | {name: raw[name] for name in needed if name in raw}
    body, faults = read_body(CampaignBody, raw, desk.voice)
    if body is not None:
        return body
    paths = [one.path for one in faults]
    raw["messages"] = {tag: one for tag, one in raw["messages"].items() if not _is_under(f"messages.{tag}", paths)}
    raw["variants"] = [
        _readable_variant(one, f"variants[{number}]", paths)
        for number, one in enumerate(raw["variants"])
        if not any(_is_under(f"variants[{number}].{name}", paths) for name in ("name", "weight"))
    ]
    if "variants" in paths:
        raw.pop("variants")
    for name in ("default_language", "product", "offer"):
        if _is_under(name, paths):
            raw.pop(name, None)
    return read_body(CampaignBody, raw, desk.voice)[0]


def _readable_variant(variant: Item, at: str, paths: list[str]) -> dict[str, Any]:
    """Of its languages those that can be read so far."""
    own = variant.get("messages") or {}
    kept = {tag: one for tag, one in own.items() if not _is_under(f"{at}.messages.{tag}", paths)}
    return {"name": variant["name"], "weight": variant["weight"]} | ({"messages": kept} if kept else {})


def _is_under(path: str, paths: list[str]) -> bool:
    return any(one == path or one.startswith((f"{path}.", f"{path}[")) for one in paths)


def _before(desk: Desk) -> Item | None:
    """The campaign that the form changes or copies, while it is there: the form has no fields for all that it says."""
    wanted = desk.form.or_none("of") or desk.form.or_none("copy")
    if wanted is None:
        return None
    try:
        with desk.parts.database.reading() as session:
            return campaigns.get_campaign(session, wanted)
    except NotFound:
        return None
