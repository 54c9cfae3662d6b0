"""Ready-made answers, three a topic, in the language in which a customer asks: Dutch, German, English. Staff read them before they go."""

from collections.abc import Mapping, Sequence
from typing import Any

Line = tuple[str, str, str]
TONGUES = ("nl", "de", "en")
REPLIES: Mapping[str, Sequence[Line]] = {
    "size": (
        (
            "Dit model valt normaal uit: neem je gewone maat.",
            "Dieses Modell fällt normal aus: Nehmen Sie Ihre übliche Größe.",
            "This model runs true to size: take your usual size.",
        ),
        (
            "Dit model valt wat klein uit: neem liever een maat groter.",
            "Dieses Modell fällt etwas klein aus: Nehmen Sie lieber eine Größe größer.",
            "This model runs a little small: better take one size up.",
        ),
        (
            "Kom gerust langs bij {store}, dan kun je twee maten passen.",
            "Kommen Sie gern bei {store} vorbei, dann probieren Sie zwei Größen an.",
            "Do come by at {store} and try on two sizes.",
        ),
    ),
    "stock": (
        (
            "Ja, {item} is op voorraad bij {store}. Zal ik het voor je apart leggen?",
            "Ja, {item} ist bei {store} vorrätig. Soll ich es für Sie zurücklegen?",
            "Yes, {item} is in stock at {store}. Shall I put it aside for you?",
        ),
        (
            "Helaas is {item} hier niet meer op voorraad. Zal ik kijken waar het nog wel is?",
            "Leider ist {item} hier nicht mehr vorrätig. Soll ich nachsehen, wo es noch erhältlich ist?",
            "Sorry, {item} is no longer in stock here. Shall I look where it still is?",
        ),
        (
            "Ik kijk het even na en schrijf je zo terug.",
            "Ich sehe kurz nach und schreibe Ihnen gleich zurück.",
            "Let me check; I will write back in a moment.",
        ),
    ),
    "pickup": (
        (
            "Ja, je kunt het vandaag ophalen bij {store}. Kom naar de balie.",
            "Ja, Sie können es heute bei {store} abholen. Kommen Sie bitte an die Theke.",
            "Yes, you can collect it at {store} today. Come to the counter.",
        ),
        (
            "Vandaag lukt het niet meer, morgen vanaf opening wel.",
            "Heute geht es leider nicht mehr, morgen ab Öffnung schon.",
            "Not today any more, but from opening time tomorrow it is possible.",
        ),
        (
            "Neem je bestelnummer en een legitimatiebewijs mee.",
            "Bringen Sie bitte Ihre Bestellnummer und einen Ausweis mit.",
            "Please bring your order number and some identification.",
        ),
    ),
    "other": (
        (
            "Goede vraag. Ik zoek het uit en schrijf je zo terug.",
            "Gute Frage. Ich kläre das und schreibe Ihnen gleich zurück.",
            "Good question. I will find out and write back in a moment.",
        ),
        (
            "Kun je me iets meer vertellen? Dan help ik je graag.",
            "Können Sie mir etwas mehr sagen? Dann helfe ich Ihnen gern.",
            "Could you tell me a little more? Then I can help.",
        ),
        (
            "Kom gerust langs bij {store}, dan kijken we samen.",
            "Kommen Sie gern bei {store} vorbei, dann sehen wir es uns gemeinsam an.",
            "Do come by at {store}, and we will look at it together.",
        ),
    ),
}
UNNAMED: Line = ("dit artikel", "dieser Artikel", "this item")
NO_STORE: Line = ("de winkel", "uns", "the store")


def quick_replies(shown: Mapping[str, Any]) -> list[str]:
    """For a conversation as the inbox shows it; English where the customer's language is none of ours."""
    language = str(shown["language"]).partition("-")[0]
    number = TONGUES.index(language) if language in TONGUES else TONGUES.index("en")
    item, store = shown["title_theirs"] or UNNAMED[number], shown["store"] or NO_STORE[number]
    return [line[number].format(item=item, store=store) for line in REPLIES[shown["topic"]]]
