"""Drawing a place: what is said there."""

LINES: dict[str, tuple[str, str, str]] = {
    "draw_tools": ("Draw on the map", "Op de kaart tekenen", "Auf der Karte zeichnen"),
    "draw_role": ("Which shape is drawn", "Welke vorm je tekent", "Welche Form gezeichnet wird"),
    "draw_select": ("Move and shape", "Verplaatsen en vormen", "Verschieben und formen"),
    "draw_circle": ("Circle", "Cirkel", "Kreis"),
    "draw_polygon": ("Area", "Gebied", "Fläche"),
    "draw_undo": ("Undo", "Ongedaan maken", "Rückgängig"),
    "draw_delete": ("Delete shape", "Vorm verwijderen", "Form löschen"),
    "draw_map": (
        "The place's shapes on a map",
        "De vormen van de plek op een kaart",
        "Die Formen des Ortes auf einer Karte",
    ),
    "draw_hint": (
        "A circle: click its middle, then its edge. An area: click corner after corner, and the first one again to close it; corners snap to what is there. Pick a shape to move it or its corners; a right click takes a corner away. What you draw stands in the fields below, and what you write there is drawn.",
        "Een cirkel: klik op het midden en dan op de rand. Een gebied: klik hoek na hoek, en de eerste nog eens om het te sluiten; hoeken klikken vast aan wat er al is. Kies een vorm om die of haar hoeken te verplaatsen; met de rechtermuisknop haal je een hoek weg. Wat je tekent staat in de velden hieronder, en wat je daar schrijft wordt getekend.",
        "Ein Kreis: Klicken Sie auf die Mitte, dann auf den Rand. Eine Fläche: Klicken Sie Ecke für Ecke und zum Schließen noch einmal die erste; Ecken rasten an Vorhandenem ein. Wählen Sie eine Form, um sie oder ihre Ecken zu verschieben; ein Rechtsklick nimmt eine Ecke weg. Was Sie zeichnen, steht in den Feldern darunter, und was Sie dort schreiben, wird gezeichnet.",
    ),
    "no_map_to_draw": (
        "This browser can not draw a map. The fields below say everything.",
        "Deze browser kan geen kaart tekenen. De velden hieronder zeggen alles.",
        "Dieser Browser kann keine Karte zeichnen. Die Felder darunter sagen alles.",
    ),
}
