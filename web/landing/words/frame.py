"""What every page says."""

from collections.abc import Mapping

LINES: Mapping[str, tuple[str, str, str]] = {
    "skip": ("Naar de inhoud", "Zum Inhalt", "To the content"),
    "languages": ("Taal van deze pagina", "Sprache dieser Seite", "Language of this page"),
    "back": ("Terug", "Zurück", "Back"),
    "try_again": ("Probeer het opnieuw", "Versuchen Sie es erneut", "Try again"),
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
    "away_title": ("Dat lukt nu even niet", "Das geht gerade nicht", "That is not possible right now"),
    "away": (
        "Er is niets gewijzigd. Probeer het over een minuut opnieuw.",
        "Es wurde nichts geändert. Versuchen Sie es in einer Minute erneut.",
        "Nothing was changed. Try again in a minute.",
    ),
}
