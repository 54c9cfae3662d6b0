"""What every page says."""

from collections.abc import Mapping

LINES: Mapping[str, tuple[str, str, str]] = {
    "skip": ("Naar de inhoud", "Zum Inhalt", "To the content"),
    "languages": ("Taal van deze pagina", "Sprache dieser Seite", "Language of this page"),
    "back_to_offer": ("Terug naar de aanbieding", "Zurück zum Angebot", "Back to the offer"),
    "try_again": ("Probeer het opnieuw", "Erneut versuchen", "Try again"),
    "stale_title": ("Deze pagina is verlopen", "Diese Seite ist abgelaufen", "This page has expired"),
    "form_stale": (
        "Deze pagina stond te lang open. Er is niets gewijzigd; probeer het hieronder opnieuw.",
        "Diese Seite war zu lange geöffnet. Es wurde nichts geändert; versuchen Sie es unten erneut.",
        "This page was open for too long. Nothing was changed; try again below.",
    ),
    "too_often_title": ("Even wachten", "Einen Moment bitte", "One moment"),
    "too_often": (
        "Er kwamen te veel verzoeken van jouw netwerk. Probeer het over {minutes} minuten opnieuw.",
        "Aus Ihrem Netzwerk kamen zu viele Anfragen. Versuchen Sie es in {minutes} Minuten erneut.",
        "There were too many requests from your network. Try again in {minutes} minutes.",
    ),
    "too_often_one": (
        "Er kwamen te veel verzoeken van jouw netwerk. Probeer het over een minuut opnieuw.",
        "Aus Ihrem Netzwerk kamen zu viele Anfragen. Versuchen Sie es in einer Minute erneut.",
        "There were too many requests from your network. Try again in a minute.",
    ),
    "away_title": ("Dat lukt nu even niet", "Das geht gerade nicht", "That is not possible right now"),
    "away": (
        "Er is niets gewijzigd. Probeer het over een minuut opnieuw.",
        "Es wurde nichts geändert. Versuchen Sie es in einer Minute erneut.",
        "Nothing was changed. Try again in a minute.",
    ),
    "broken_title": ("Er ging iets mis", "Etwas ist schiefgegangen", "Something went wrong"),
    "broken": (
        "Het lag aan ons, en we hebben het genoteerd. Probeer het over een minuut opnieuw.",
        "Es lag an uns, und wir haben es vermerkt. Versuchen Sie es in einer Minute erneut.",
        "It was our fault, and we have made a note of it. Try again in a minute.",
    ),
    "lost_title": ("Deze pagina bestaat niet", "Diese Seite gibt es nicht", "There is no such page"),
    "lost": (
        "Het adres is onvolledig of verlopen. Scan de code op de poster opnieuw, of vraag het in de winkel.",
        "Die Adresse ist unvollständig oder abgelaufen. Scannen Sie den Code auf dem Plakat erneut, oder fragen Sie in der Filiale.",
        "The address is incomplete or has expired. Scan the code on the poster again, or ask in the store.",
    ),
    "over_title": ("Dit is voorbij", "Das ist vorbei", "This is over"),
    "over": (
        "Wat hier stond, geldt niet meer. Scan de code op de poster opnieuw, of vraag het in de winkel.",
        "Was hier stand, gilt nicht mehr. Scannen Sie den Code auf dem Plakat erneut, oder fragen Sie in der Filiale.",
        "What was here is no longer valid. Scan the code on the poster again, or ask in the store.",
    ),
    "conflict_title": ("Er veranderde net iets", "Es hat sich gerade etwas geändert", "Something has just changed"),
    "conflict": (
        "Daarom is er nog niets gebeurd. Bekijk de pagina opnieuw en probeer het nog eens.",
        "Deshalb ist noch nichts geschehen. Sehen Sie sich die Seite neu an, und versuchen Sie es noch einmal.",
        "So nothing has been done yet. Look at the page again and try once more.",
    ),
    "strange_title": (
        "Dit kwam niet van onze pagina",
        "Das kam nicht von unserer Seite",
        "This did not come from our page",
    ),
    "strange": (
        "Voor de zekerheid is er niets gewijzigd. Open de pagina opnieuw en probeer het daar.",
        "Sicherheitshalber wurde nichts geändert. Öffnen Sie die Seite neu, und versuchen Sie es dort.",
        "To be safe, nothing was changed. Open the page again and try from there.",
    ),
    "bad_title": ("Dat konden we niet lezen", "Das konnten wir nicht lesen", "We could not read that"),
    "bad": (
        "Er is niets gewijzigd. Ga terug en controleer wat je hebt ingevuld.",
        "Es wurde nichts geändert. Gehen Sie zurück, und prüfen Sie Ihre Angaben.",
        "Nothing was changed. Go back and check what you filled in.",
    ),
    "cookies_title": ("Je browser weigert cookies", "Ihr Browser lehnt Cookies ab", "Your browser refuses cookies"),
    "cookies": (
        "Om je de volgende keer te herkennen, bewaren we één cookie. Zonder die cookie blijft al het andere op deze pagina's gewoon werken.",
        "Um Sie beim nächsten Mal wiederzuerkennen, speichern wir ein einziges Cookie. Ohne dieses Cookie funktioniert alles andere auf diesen Seiten weiterhin.",
        "To recognise you next time, we keep one cookie. Without it, everything else on these pages goes on working.",
    ),
    "cookies_do": (
        "Sta cookies van deze site toe in de instellingen van je browser, en probeer het opnieuw.",
        "Erlauben Sie Cookies dieser Website in den Einstellungen Ihres Browsers, und versuchen Sie es erneut.",
        "Allow cookies of this site in your browser's settings, and try again.",
    ),
}
