"""Home as it happens, the first steps, and the frame around every page: what is said there."""

LINES: dict[str, tuple[str, str, str]] = {
    "frame_kept": ("What was kept", "Wat is bewaard", "Was aufgehoben wurde"),
    "frame_kept_at": (
        "We kept what you typed here at {at}. It is not saved yet.",
        "We hebben bewaard wat je hier om {at} typte. Het is nog niet opgeslagen.",
        "Ihre Eingaben von {at} Uhr sind aufgehoben. Gespeichert sind sie noch nicht.",
    ),
    "frame_put_back": ("Put it back", "Zet het terug", "Wieder einsetzen"),
    "frame_drop": ("Throw it away", "Gooi het weg", "Verwerfen"),
    "frame_lost": (
        "There is no connection to Passerby. What you type is kept in this tab; you can send it once the connection is back.",
        "Er is geen verbinding met Passerby. Wat je typt, blijft in dit tabblad bewaard; versturen kan zodra de verbinding terug is.",
        "Es besteht keine Verbindung zu Passerby. Ihre Eingaben bleiben in diesem Tab; senden können Sie, sobald die Verbindung wieder da ist.",
    ),
    "frame_held": (
        "Not sent: there is no connection to Passerby. What you typed is still here; press again once the connection is back.",
        "Niet verstuurd: er is geen verbinding met Passerby. Wat je typte, staat er nog; druk opnieuw zodra de verbinding terug is.",
        "Nicht gesendet: Es besteht keine Verbindung zu Passerby. Ihre Eingaben sind noch da; drücken Sie noch einmal, sobald die Verbindung wieder da ist.",
    ),
    "frame_ended": ("You are not signed in any more", "Je bent niet meer ingelogd", "Sie sind nicht mehr angemeldet"),
    "frame_ended_why": (
        "Nothing was sent and nothing is lost. Sign in in a new tab, come back here, and go on.",
        "Er is niets verstuurd en niets verloren. Log in via een nieuw tabblad, kom hier terug en ga verder.",
        "Nichts wurde gesendet, nichts ging verloren. Melden Sie sich in einem neuen Tab an, kommen Sie hierher zurück und machen Sie weiter.",
    ),
    "frame_send_now": ("Send it now", "Nu versturen", "Jetzt senden"),
    "frame_still_out": (
        "You are not signed in yet. Sign in first.",
        "Je bent nog niet ingelogd. Log eerst in.",
        "Sie sind noch nicht angemeldet. Melden Sie sich zuerst an.",
    ),
    "frame_close": ("Close", "Sluiten", "Schließen"),
    "frame_keys": ("Keys", "Toetsen", "Tasten"),
    "frame_keys_show": ("these keys", "deze toetsen", "diese Tasten"),
    "frame_keys_search": ("search on this page", "zoeken op deze pagina", "auf dieser Seite suchen"),
    "frame_keys_on": ("Use these keys", "Deze toetsen gebruiken", "Diese Tasten verwenden"),
}
