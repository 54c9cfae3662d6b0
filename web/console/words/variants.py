"""Variants of a campaign: its rows on the form, and what the campaign's page says of them."""

LINES: dict[str, tuple[str, str, str]] = {
    "variants": ("Variants", "Varianten", "Varianten"),
    "variants_hint": (
        "Several texts tried against each other. Each customer draws one by weight, and keeps it while the rows and weights stay as they are. In a language in which a variant has no text of its own, the campaign's text goes out. The report tells how each does.",
        "Verschillende teksten naast elkaar beproefd. Elke klant trekt er een naar gewicht, en houdt die zolang de regels en gewichten blijven zoals ze zijn. In een taal waarin een variant geen eigen tekst heeft, gaat de tekst van de campagne uit. Het rapport vertelt hoe elke variant het doet.",
        "Mehrere Texte, die gegeneinander erprobt werden. Jede Person zieht einen nach Gewicht und behält ihn, solange Zeilen und Gewichte bleiben, wie sie sind. In einer Sprache, in der eine Variante keinen eigenen Text hat, geht der Text der Kampagne hinaus. Der Bericht zeigt, wie jede abschneidet.",
    ),
    "variants_shown": (
        "Each customer draws one of these by its share. Where one has no text of its own, the text above goes out.",
        "Elke klant trekt een van deze naar haar aandeel. Waar een variant geen eigen tekst heeft, gaat de tekst hierboven uit.",
        "Jede Person zieht eine davon nach ihrem Anteil. Wo eine keinen eigenen Text hat, geht der Text oben hinaus.",
    ),
    "variant_one": ("Variant", "Variant", "Variante"),
    "variant_number": ("Variant {number}", "Variant {number}", "Variante {number}"),
    "variant_name": ("Name in the report", "Naam in het rapport", "Name im Bericht"),
    "variant_weight": ("Weight", "Gewicht", "Gewicht"),
    "variant_share": ("Share", "Aandeel", "Anteil"),
    "percent": ("{percent} %", "{percent} %", "{percent} %"),
    "variant_own": ("a text of its own", "een eigen tekst", "ein eigener Text"),
    "variant_base": ("the campaign's text", "de tekst van de campagne", "der Text der Kampagne"),
    "variant_none": ("no text", "geen tekst", "kein Text"),
    "variant_first": ("Try variants", "Varianten proberen", "Varianten erproben"),
    "variant_add": ("One more variant", "Nog een variant", "Noch eine Variante"),
    "variant_drop": ("Remove variant {number}", "Variant {number} weghalen", "Variante {number} entfernen"),
    "variant_seen": (
        "In the words of which variant",
        "In de woorden van welke variant",
        "In den Worten welcher Variante",
    ),
    "variant_drawn": ("the one they draw", "die de klant trekt", "die gezogene"),
    "variants_changed": (
        "Variants: {count}. Nothing is saved yet.",
        "Varianten: {count}. Er is nog niets opgeslagen.",
        "Varianten: {count}. Noch ist nichts gespeichert.",
    ),
    "bad_variant_gone": (
        "This variant is gone. Choose another.",
        "Deze variant is er niet meer. Kies een andere.",
        "Diese Variante gibt es nicht mehr. Wählen Sie eine andere.",
    ),
    "bad_variant_name": (
        "Another variant has this name.",
        "Een andere variant heet al zo.",
        "Eine andere Variante heißt schon so.",
    ),
    "bad_variant_weights": (
        "Give at least one variant a weight above 0.",
        "Geef minstens één variant een gewicht boven 0.",
        "Geben Sie mindestens einer Variante ein Gewicht über 0.",
    ),
}
