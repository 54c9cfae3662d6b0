"""What the demo's pages say, in Dutch, German and English."""

from collections.abc import Mapping

LANGUAGES: Mapping[str, str] = {"nl": "Nederlands", "de": "Deutsch", "en": "English"}

WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "title": "Passerby, the demo",
        "lead": "Invented customers follow real recorded walks through Amsterdam. What is worth telling them appears on their phones.",
        "map": "Where they are",
        "map_alt": "A map of the centre of Amsterdam with the places and their geofences. Who is where is said at each phone.",
        "map_note": "Drawn from the simulator's own memory: the server keeps no trail.",
        "true_position": "where somebody is",
        "reported_position": "what the phone reports, and how sure it is",
        "phones": "Their phones",
        "happened": "What happens",
        "nothing_happened": "Nothing yet. The first walkers are on their way.",
        "no_push": "Nothing yet",
        "not_sent": "Not sent",
        "order": "Order {order} at {place}: {status}",
        "order_ready": "Order {order} is ready at {place}",
        "enter": "enters",
        "dwell": "stays a while",
        "exit": "leaves",
        "push": "push",
        "no": "no push",
        "building": "the building of {place}",
        "waiting": "not out yet",
        "walking": "on the way",
        "resting": "at the end of the walk",
        "not_located": "not located",
        "gone": "the phone has stopped",
        "languages": "Language of this page",
        "lost": "Connection lost. Is the demo still running? Trying again.",
        "walkers_lost": "The simulator does not answer, so nobody is on the map.",
        "no_script": "Without JavaScript this page renews itself every ten seconds, and the map shows no walkers.",
        "back": "All phones",
        "missing_title": "No such phone",
        "missing": "There is no phone with this id here. A demo that starts again gives out new ones.",
        "count_pings": "pings matched",
        "count_sent": "pushes sent",
        "count_no": "times no, each with its reason",
    },
    "nl": {
        "title": "Passerby, de demo",
        "lead": "Verzonnen klanten volgen echte, opgenomen wandelingen door Amsterdam. Wat het melden waard is, komt op hun telefoon.",
        "map": "Waar ze zijn",
        "map_alt": "Een kaart van het centrum van Amsterdam met de plaatsen en hun geofences. Wie waar is, staat bij elke telefoon.",
        "map_note": "Getekend uit het geheugen van de simulator: de server bewaart geen spoor.",
        "true_position": "waar iemand is",
        "reported_position": "wat de telefoon meldt, en hoe zeker",
        "phones": "Hun telefoons",
        "happened": "Wat er gebeurt",
        "nothing_happened": "Nog niets. De eerste wandelaars zijn onderweg.",
        "no_push": "Nog niets",
        "not_sent": "Niet verstuurd",
        "order": "Bestelling {order} bij {place}: {status}",
        "order_ready": "Bestelling {order} ligt klaar bij {place}",
        "enter": "komt binnen",
        "dwell": "blijft even",
        "exit": "gaat weg",
        "push": "push",
        "no": "geen push",
        "building": "het pand van {place}",
        "waiting": "nog niet onderweg",
        "walking": "onderweg",
        "resting": "aan het eind van de wandeling",
        "not_located": "niet gelokaliseerd",
        "gone": "de telefoon is gestopt",
        "languages": "Taal van deze pagina",
        "lost": "Verbinding weg. Draait de demo nog? Er wordt opnieuw geprobeerd.",
        "walkers_lost": "De simulator antwoordt niet, dus er staat niemand op de kaart.",
        "no_script": "Zonder JavaScript ververst deze pagina zich elke tien seconden en toont de kaart geen wandelaars.",
        "back": "Alle telefoons",
        "missing_title": "Deze telefoon is er niet",
        "missing": "Er is hier geen telefoon met dit kenmerk. Een demo die opnieuw begint, geeft nieuwe uit.",
        "count_pings": "pings bekeken",
        "count_sent": "pushes verstuurd",
        "count_no": "keer nee, elk met een reden",
    },
    "de": {
        "title": "Passerby, die Demo",
        "lead": "Erfundene Kunden folgen echten, aufgezeichneten Wegen durch Amsterdam. Was eine Nachricht wert ist, erscheint auf ihren Telefonen.",
        "map": "Wo sie sind",
        "map_alt": "Eine Karte der Innenstadt von Amsterdam mit den Orten und ihren Geofences. Wer wo ist, steht bei jedem Telefon.",
        "map_note": "Gezeichnet aus dem Gedächtnis des Simulators: Der Server behält keine Spur.",
        "true_position": "wo jemand ist",
        "reported_position": "was das Telefon meldet, und wie sicher",
        "phones": "Ihre Telefone",
        "happened": "Was geschieht",
        "nothing_happened": "Noch nichts. Die Ersten sind unterwegs.",
        "no_push": "Noch nichts",
        "not_sent": "Nicht gesendet",
        "order": "Bestellung {order} bei {place}: {status}",
        "order_ready": "Bestellung {order} liegt bereit bei {place}",
        "enter": "kommt an",
        "dwell": "bleibt eine Weile",
        "exit": "geht weg",
        "push": "Push",
        "no": "kein Push",
        "building": "das Gebäude von {place}",
        "waiting": "noch nicht unterwegs",
        "walking": "unterwegs",
        "resting": "am Ende des Weges",
        "not_located": "nicht geortet",
        "gone": "das Telefon hat aufgehört",
        "languages": "Sprache dieser Seite",
        "lost": "Verbindung verloren. Läuft die Demo noch? Es wird erneut versucht.",
        "walkers_lost": "Der Simulator antwortet nicht, darum ist niemand auf der Karte.",
        "no_script": "Ohne JavaScript erneuert sich diese Seite alle zehn Sekunden, und die Karte zeigt niemanden.",
        "back": "Alle Telefone",
        "missing_title": "Dieses Telefon gibt es nicht",
        "missing": "Hier gibt es kein Telefon mit dieser Kennung. Eine Demo, die neu beginnt, vergibt neue.",
        "count_pings": "Pings geprüft",
        "count_sent": "Pushes gesendet",
        "count_no": "Mal nein, jedes mit Grund",
    },
}


def choose(wanted: str | None, accepted: str) -> str:
    """The page's language: what `?lang=` names, else the best of Accept-Language (RFC 9110, 12.5.4), else English."""
    if wanted in LANGUAGES:
        return str(wanted)
    weighed = []
    for number, part in enumerate(accepted.split(",")[:20]):
        tag, _, quality = part.strip().partition(";q=")
        try:
            weight = float(quality) if quality else 1.0
        except ValueError:
            weight = 0.0
        weighed.append((-weight, number, tag.lower().partition("-")[0]))
    return next((tag for weight, _, tag in sorted(weighed) if weight < 0 and tag in LANGUAGES), "en")
