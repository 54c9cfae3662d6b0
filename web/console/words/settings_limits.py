"""The limits over all campaigns: what is said of them."""

LINES: dict[str, tuple[str, str, str]] = {
    "set_limits": ("Limits", "Grenzen", "Grenzen"),
    "set_about_limits": (
        "What holds over all campaigns: how many messages, when it is quiet, how long they wait.",
        "Wat voor alle campagnes geldt: hoeveel berichten, wanneer het stil is, hoelang ze wachten.",
        "Was für alle Kampagnen gilt: wie viele Nachrichten, wann Ruhe ist, wie lange sie warten.",
    ),
    "set_cap": ("Offers to one customer, at most", "Aanbiedingen per klant, hoogstens", "Angebote je Kunde, höchstens"),
    "set_cap_hint": (
        "Over all campaigns together. Empty: no limit.",
        "Over alle campagnes samen. Leeg: geen grens.",
        "Über alle Kampagnen zusammen. Leer: keine Grenze.",
    ),
    "set_cap_window": ("Within", "Binnen", "Innerhalb von"),
    "set_quiet_from": ("Quiet from", "Stil vanaf", "Ruhe ab"),
    "set_quiet_until": ("Quiet until", "Stil tot", "Ruhe bis"),
    "set_quiet_hint": (
        "By the customer's own clock, or the place's. Both empty: never quiet.",
        "Op de klok van de klant, of die van de plaats. Allebei leeg: nooit stil.",
        "Nach der Uhr des Kunden, oder der des Ortes. Beide leer: nie Ruhe.",
    ),
    "set_hold_out": ("Held out, in per cent", "Niet bericht, in procent", "Zurückgehalten, in Prozent"),
    "set_hold_out_hint": (
        "So many customers get no offers at all, so that reports can say what offers did.",
        "Zo veel klanten krijgen geen enkele aanbieding, zodat rapporten kunnen zeggen wat aanbiedingen deden.",
        "So viele Kunden erhalten keine Angebote, damit Berichte sagen können, was Angebote bewirkten.",
    ),
    "set_default_language": ("Language, when none fits", "Taal, als er geen past", "Sprache, wenn keine passt"),
    "set_default_language_hint": ("As a tag, such as nl.", "Als code, zoals nl.", "Als Kürzel, etwa nl."),
    "set_life": ("A message lives", "Een bericht leeft", "Eine Nachricht lebt"),
    "set_life_hint": (
        "What could not be sent by then is not sent any more.",
        "Wat dan nog niet verstuurd kon worden, gaat niet meer uit.",
        "Was bis dahin nicht gesendet werden konnte, wird nicht mehr gesendet.",
    ),
    "set_abandoned": ("Reminded after a scan", "Herinnerd na een scan", "Erinnert nach einem Scan"),
    "set_uncollected": (
        "Told again of an order",
        "Nog eens over een bestelling",
        "Nochmals zu einer Bestellung",
    ),
    "set_empty_never": ("Empty: never.", "Leeg: nooit.", "Leer: nie."),
    "set_reach": ("Near its order, in metres", "Dicht bij de bestelling, in meters", "Nahe der Bestellung, in Metern"),
    "set_reach_hint": (
        "Who leaves a landmark this near to their order's store is reminded of it. 0: nobody.",
        "Wie een herkenningspunt zo dicht bij de winkel van de bestelling verlaat, wordt eraan herinnerd. 0: niemand.",
        "Wer eine Landmarke so nahe am Geschäft der Bestellung verlässt, wird daran erinnert. 0: niemand.",
    ),
    "set_rate": ("Messages a second", "Berichten per seconde", "Nachrichten je Sekunde"),
    "set_rate_hint": (
        "Over all push services together. Empty: as fast as it goes.",
        "Over alle pushdiensten samen. Leeg: zo snel als het gaat.",
        "Über alle Pushdienste zusammen. Leer: so schnell es geht.",
    ),
    "set_limits_read": (
        "Only an admin changes these.",
        "Alleen een beheerder wijzigt deze.",
        "Nur ein Admin ändert diese.",
    ),
    "set_limits_saved": (
        "Saved. It counts from now on.",
        "Opgeslagen. Het geldt vanaf nu.",
        "Gespeichert. Es gilt ab jetzt.",
    ),
    "set_zone": (
        "Times on these pages go by {zone}, the time zone that most of your places are in.",
        "Tijden op deze pagina's gaan volgens {zone}, de tijdzone waar de meeste van je plaatsen in liggen.",
        "Zeiten auf diesen Seiten gelten nach {zone}, der Zeitzone, in der die meisten Ihrer Orte liegen.",
    ),
}
