"""The live map: what is said there."""

LINES: dict[str, tuple[str, str, str]] = {
    "live": ("Live", "Live", "Live"),
    "live_lead": (
        "Your places and posters, how many people are at each place, and what happens there as it happens. Who they are and which way they went is not shown.",
        "Je plekken en posters, hoeveel mensen er op elke plek zijn, en wat er gebeurt terwijl het gebeurt. Wie het zijn en hoe ze liepen, wordt niet getoond.",
        "Ihre Orte und Plakate, wie viele Menschen an jedem Ort sind, und was dort geschieht, sobald es geschieht. Wer sie sind und welchen Weg sie nahmen, wird nicht gezeigt.",
    ),
    "live_no_places": ("No places to watch yet", "Nog geen plekken om te volgen", "Noch keine Orte zu sehen"),
    "live_no_places_why": (
        "Make the first one. What happens there shows up here by itself.",
        "Maak de eerste. Wat daar gebeurt, verschijnt hier vanzelf.",
        "Legen Sie den ersten an. Was dort geschieht, erscheint hier von selbst.",
    ),
    "live_lost": (
        "The connection is lost. What you see may be old; it is tried again by itself.",
        "De verbinding is weg. Wat je ziet kan oud zijn; er wordt vanzelf opnieuw geprobeerd.",
        "Die Verbindung ist unterbrochen. Was Sie sehen, ist vielleicht veraltet; es wird von selbst erneut versucht.",
    ),
    "live_there": ("How many are there now", "Hoeveel er nu zijn", "Wie viele jetzt dort sind"),
    "live_inside": ("there now", "nu daar", "jetzt dort"),
    "live_enter": ("came in", "kwam binnen", "kam herein"),
    "live_dwell": ("stayed", "bleef", "blieb"),
    "live_exit": ("left", "ging weg", "ging"),
    "live_scan": ("scanned", "scande", "scannte"),
    "live_poster": ("a poster", "een poster", "ein Plakat"),
    "live_scans_today": ("Scans today", "Scans vandaag", "Scans heute"),
    "live_scans_said": ("Scans today: {count}", "Scans vandaag: {count}", "Scans heute: {count}"),
    "live_see": ("On the map", "Op de kaart", "Auf der Karte"),
    "live_see_one": ("{name}, on the map", "{name}, op de kaart", "{name}, auf der Karte"),
    "live_close": ("Close", "Sluiten", "Schließen"),
    "live_all_posters": ("All posters", "Alle posters", "Alle Plakate"),
    "poster_map": ("Where this poster hangs", "Waar deze poster hangt", "Wo dieses Plakat hängt"),
    "poster_map_by_text": (
        "This browser can not draw a map. Latitude and longitude stand below.",
        "Deze browser kan geen kaart tekenen. Breedte- en lengtegraad staan hieronder.",
        "Dieser Browser kann keine Karte zeichnen. Breiten- und Längengrad stehen unten.",
    ),
    "no_map": (
        "This browser can not draw a map. Everything is in the text.",
        "Deze browser kan geen kaart tekenen. Alles staat in de tekst.",
        "Dieser Browser kann keine Karte zeichnen. Alles steht im Text.",
    ),
    "map_ground": (
        "Coasts and borders: Natural Earth, without lakes or streets. Streets come with a map style of your own, by a setting.",
        "Kusten en grenzen: Natural Earth, zonder meren of straten. Straten komen met een eigen kaartstijl, via een instelling.",
        "Küsten und Grenzen: Natural Earth, ohne Seen und Straßen. Straßen kommen mit einem eigenen Kartenstil, über eine Einstellung.",
    ),
    "zoom_in": ("Closer", "Dichterbij", "Näher"),
    "zoom_out": ("Farther", "Verder weg", "Weiter weg"),
}
