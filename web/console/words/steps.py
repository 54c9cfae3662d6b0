"""Checked, launched, paused, ended, edited: a campaign's steps."""

LINES = {
    "not_launched": ("Not launched. Please look at:", "Niet gestart. Kijk hiernaar:", "Nicht gestartet. Bitte prüfen:"),
    "not_launchable": ("It can not be launched yet:", "Starten kan nog niet:", "Starten geht noch nicht:"),
    "copy_it": ("Copy", "Kopiëren", "Kopieren"),
    "launch": ("Launch", "Starten", "Starten"),
    "pause": ("Pause", "Pauzeren", "Anhalten"),
    "resume": ("Go on", "Hervatten", "Fortsetzen"),
    "end": ("End", "Beëindigen", "Beenden"),
    "launch_ask": ("Launch “{name}”?", "“{name}” starten?", "„{name}“ starten?"),
    "pause_ask": ("Pause “{name}”?", "“{name}” pauzeren?", "„{name}“ anhalten?"),
    "end_ask": ("End “{name}”?", "“{name}” beëindigen?", "„{name}“ beenden?"),
    "launch_what": (
        "From now on it speaks. Who is there already is told the next time.",
        "Vanaf nu zegt hij iets. Wie er al is, hoort het de volgende keer.",
        "Ab jetzt spricht sie. Wer schon da ist, hört es beim nächsten Mal.",
    ),
    "launch_limits": (
        "Everybody gets at most {messages} messages in {window} over all campaigns.",
        "Iedereen krijgt hoogstens {messages} berichten in {window} over alle campagnes.",
        "Alle bekommen höchstens {messages} Nachrichten in {window} über alle Kampagnen.",
    ),
    "launch_quiet": (
        "Between {from} and {until} nobody gets one.",
        "Tussen {from} en {until} krijgt niemand er een.",
        "Zwischen {from} und {until} bekommt niemand eine.",
    ),
    "pause_what": (
        "Nobody is told any more until it goes on.",
        "Niemand hoort nog iets, tot hij verdergaat.",
        "Niemand wird mehr benachrichtigt, bis sie weitergeht.",
    ),
    "end_what": (
        "Nobody is told any more. It can not be started again, only copied.",
        "Niemand hoort nog iets. Hij kan niet opnieuw starten, alleen gekopieerd worden.",
        "Niemand wird mehr benachrichtigt. Sie kann nicht wieder starten, nur kopiert werden.",
    ),
    "queued_lost": (
        "{count} waiting messages will no longer be sent.",
        "{count} wachtende berichten worden niet meer verstuurd.",
        "{count} wartende Nachrichten werden nicht mehr gesendet.",
    ),
    "campaign_saved": (
        "Saved as version {version}.",
        "Opgeslagen als versie {version}.",
        "Als Fassung {version} gespeichert.",
    ),
    "did_launch": ("It is live.", "Hij loopt.", "Sie läuft."),
    "did_pause": ("It is paused.", "Hij is gepauzeerd.", "Sie ist angehalten."),
    "did_end": ("It has ended.", "Hij is afgelopen.", "Sie ist beendet."),
    "edit_live_note": (
        "This campaign is live: what is decided after you save goes by the new version.",
        "Deze campagne loopt: wat na het opslaan wordt beslist, volgt de nieuwe versie.",
        "Diese Kampagne läuft: Was nach dem Speichern entschieden wird, folgt der neuen Fassung.",
    ),
    "ended_note": (
        "This campaign has ended and can not be changed.",
        "Deze campagne is afgelopen en kan niet meer veranderen.",
        "Diese Kampagne ist beendet und kann nicht mehr geändert werden.",
    ),
}
