"""What a launch would say: `check_…` keeps a campaign from being launched, `warn_…` does not."""

LINES = {
    "checks": ("Ready to launch?", "Klaar om te starten?", "Bereit zum Start?"),
    "checks_good": ("Nothing stands in the way.", "Niets staat in de weg.", "Nichts steht im Weg."),
    "warned": ("Good to know before:", "Goed om vooraf te weten:", "Vorher gut zu wissen:"),
    "check_schedule_over": (
        "Its end has passed. Choose a later one.",
        "Het einde is al voorbij. Kies een later moment.",
        "Das Ende ist vorbei. Wählen Sie ein späteres.",
    ),
    "check_no_geofence": (
        "None of its places has the outline it waits for ({role}). Give one of them that outline.",
        "Geen van de plaatsen heeft de omtrek waarop hij wacht ({role}). Geef er een die omtrek.",
        "Keiner der Orte hat den Umriss, auf den sie wartet ({role}). Geben Sie einem davon diesen Umriss.",
    ),
    "warn_no_geofence": (
        "Not everywhere is the outline it waits for ({role}). Without it: {places}.",
        "Niet overal is de omtrek waarop hij wacht ({role}). Zonder: {places}.",
        "Nicht überall gibt es den Umriss, auf den sie wartet ({role}). Ohne ihn: {places}.",
    ),
    "check_no_dwell": (
        "None of its places says how long staying is. Fill in “Dwell after” there.",
        "Geen van de plaatsen zegt hoe lang blijven duurt. Vul daar “Blijft na” in.",
        "Keiner der Orte sagt, wie lange Bleiben dauert. Füllen Sie dort „Bleibt nach“ aus.",
    ),
    "warn_no_dwell": (
        "Not every place says how long staying is. Without it: {places}.",
        "Niet elke plaats zegt hoe lang blijven duurt. Zonder: {places}.",
        "Nicht jeder Ort sagt, wie lange Bleiben dauert. Ohne Angabe: {places}.",
    ),
    "check_places_paused": (
        "All of its places are paused. Let one go on.",
        "Alle plaatsen zijn gepauzeerd. Laat er een verdergaan.",
        "Alle Orte sind angehalten. Setzen Sie einen fort.",
    ),
    "warn_places_paused": (
        "Paused, so that nothing happens there: {places}.",
        "Gepauzeerd, zodat daar niets gebeurt: {places}.",
        "Angehalten, sodass dort nichts geschieht: {places}.",
    ),
    "check_never_runs": (
        "None of its hours of the week lies between its beginning and its end.",
        "Geen van de uren van de week valt tussen begin en einde.",
        "Keine der Stunden der Woche liegt zwischen Beginn und Ende.",
    ),
    "check_never_open": (
        "It speaks only while a place is open, and in its time none ever is.",
        "Hij zegt alleen iets als een plaats open is, en in zijn tijd is er nooit een open.",
        "Sie spricht nur, solange ein Ort geöffnet ist, und in ihrer Zeit ist es nie einer.",
    ),
    "check_always_quiet": (
        "All of its time lies in the quiet hours, from {from} to {until}.",
        "Al zijn tijd valt in de stille uren, van {from} tot {until}.",
        "Ihre ganze Zeit liegt in der Ruhezeit, von {from} bis {until}.",
    ),
    "warn_always_quiet": (
        "All of its time lies in the quiet hours, from {from} to {until}: each message waits for their end.",
        "Al zijn tijd valt in de stille uren, van {from} tot {until}: elk bericht wacht tot die voorbij zijn.",
        "Ihre ganze Zeit liegt in der Ruhezeit, von {from} bis {until}: Jede Nachricht wartet auf deren Ende.",
    ),
    "check_no_offer": (
        "Its offer is gone. Choose another.",
        "De aanbieding is er niet meer. Kies een andere.",
        "Das Angebot gibt es nicht mehr. Wählen Sie ein anderes.",
    ),
    "check_offer_over": (
        "Its offer was good until {until}.",
        "De aanbieding gold tot {until}.",
        "Das Angebot galt bis {until}.",
    ),
    "check_empty_budget": (
        "Its offer has nothing left to give, or no code yet. Look at its budget and codes.",
        "De aanbieding heeft niets meer te geven, of nog geen code. Kijk naar budget en codes.",
        "Das Angebot hat nichts mehr zu geben, oder noch keinen Code. Prüfen Sie Budget und Codes.",
    ),
    "warn_small_budget": (
        "Of its offer {left} are left, for {reachable_and_consenting} customers whom it could reach.",
        "Van de aanbieding zijn er nog {left}, voor {reachable_and_consenting} klanten die hij kan bereiken.",
        "Vom Angebot sind noch {left} da, für {reachable_and_consenting} Kunden, die sie erreichen könnte.",
    ),
    "warn_all_held_out": (
        "Everybody is held out: nobody gets it.",
        "Iedereen wordt achtergehouden: niemand krijgt het.",
        "Alle werden zurückgehalten: Niemand bekommt sie.",
    ),
    "warn_no_audience": (
        "Nobody is in its audience yet.",
        "Er hoort nog niemand bij de doelgroep.",
        "Noch gehört niemand zur Zielgruppe.",
    ),
    "warn_nobody_reachable": (
        "Of {size} in its audience {reachable} can be reached and {consenting} agreed to location and offers, none of them both.",
        "Van de {size} in de doelgroep zijn er {reachable} te bereiken en vonden er {consenting} locatie en aanbiedingen goed, niemand allebei.",
        "Von {size} in der Zielgruppe sind {reachable} zu erreichen und {consenting} haben Standort und Angeboten zugestimmt, niemand beides.",
    ),
    "warn_no_default_language": (
        "There is no text in the default language ({language}): who speaks none of its languages gets the first of them.",
        "Er is geen tekst in de standaardtaal ({language}): wie geen van de talen spreekt, krijgt de eerste ervan.",
        "In der Standardsprache ({language}) gibt es keinen Text: Wer keine ihrer Sprachen spricht, bekommt die erste davon.",
    ),
    "warn_missing_facts": (
        "{fact} has no default, and {lacking} of {of} {noun} lack it: they get the default text.",
        "{fact} heeft geen default, en {lacking} van {of} {noun} missen het: die krijgen de standaardtekst.",
        "{fact} hat kein default, und {lacking} von {of} {noun} fehlt es: Sie bekommen den Standardtext.",
    ),
    "noun_customers": ("customers", "klanten", "Kunden"),
    "noun_places": ("places", "plaatsen", "Orten"),
    "warn_outranked_always": (
        "It never comes first: always before it goes {campaigns}.",
        "Hij komt nooit aan de beurt: altijd gaat voor {campaigns}.",
        "Sie kommt nie zum Zug: Immer geht vor {campaigns}.",
    ),
    "warn_overlap": (
        "Where both may speak, this goes before it: {campaigns}.",
        "Waar ze allebei iets mogen zeggen, gaat dit voor: {campaigns}.",
        "Wo beide sprechen dürfen, geht dies vor: {campaigns}.",
    ),
    "check_no_collecting": (
        "None of its places is a store, and orders are collected at stores.",
        "Geen van de plaatsen is een winkel, en bestellingen worden in winkels opgehaald.",
        "Keiner der Orte ist eine Filiale, und Bestellungen werden in Filialen abgeholt.",
    ),
    "warn_service_first": (
        "Who agreed to messages about orders gets the order's own message at that moment, and not this one: it goes to the others.",
        "Wie berichten over bestellingen goedvond, krijgt op dat moment het bericht van de bestelling zelf, en dit niet: dit gaat naar de anderen.",
        "Wer Nachrichten zu Bestellungen zugestimmt hat, bekommt in diesem Moment die der Bestellung und nicht diese: Sie geht an die anderen.",
    ),
    "check_no_store": (
        "There is no store yet: what a poster leads to is decided at one.",
        "Er is nog geen winkel: waar een poster naartoe leidt, wordt bij een winkel beslist.",
        "Es gibt noch keine Filiale: Wohin ein Plakat führt, wird bei einer entschieden.",
    ),
    "check_abandoned_off": (
        "The settings say that nobody is reminded of what they looked at.",
        "Volgens de instellingen wordt niemand herinnerd aan wat ze bekeken.",
        "Nach den Einstellungen wird niemand an das erinnert, was er angesehen hat.",
    ),
    "warn_no_poster": (
        "No poster leads to it yet.",
        "Er leidt nog geen poster naartoe.",
        "Noch führt kein Plakat dorthin.",
    ),
    "warn_no_poster_there": (
        "No poster for it hangs here: {places}.",
        "Hier hangt er geen poster voor: {places}.",
        "Hier hängt kein Plakat dafür: {places}.",
    ),
    "warn_no_product": (
        "Its product {product} is gone: the page shows none.",
        "Het product {product} is er niet meer: de pagina toont er geen.",
        "Das Produkt {product} gibt es nicht mehr: Die Seite zeigt keines.",
    ),
    "warn_no_stock": (
        "No store has {product}: nothing can be reserved.",
        "Geen winkel heeft {product}: er valt niets te reserveren.",
        "Keine Filiale hat {product}: Nichts kann reserviert werden.",
    ),
    "warn_never_known": (
        "{fact} has no default, and after a scan nobody knows it: everybody gets the default text.",
        "{fact} heeft geen default, en na een scan weet niemand het: iedereen krijgt de standaardtekst.",
        "{fact} hat kein default, und nach einem Scan weiß es niemand: Alle bekommen den Standardtext.",
    ),
    "warn_unknown_to_strangers": (
        "{fact} has no default: who scans and is not known reads the default text.",
        "{fact} heeft geen default: wie scant en niet bekend is, leest de standaardtekst.",
        "{fact} hat kein default: Wer scannt und nicht bekannt ist, liest den Standardtext.",
    ),
    "warn_nobody_to_remind": (
        "Of {size} in its audience {reachable} can be reached and {consenting} agreed to offers, none of them both.",
        "Van de {size} in de doelgroep zijn er {reachable} te bereiken en vonden er {consenting} aanbiedingen goed, niemand allebei.",
        "Von {size} in der Zielgruppe sind {reachable} zu erreichen und {consenting} haben Angeboten zugestimmt, niemand beides.",
    ),
}
