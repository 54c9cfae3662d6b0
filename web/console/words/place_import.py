"""Places from a file, their hours, and what is odd about them: what is said there."""

LINES: dict[str, tuple[str, str, str]] = {
    "pi_title": ("Places from a file", "Plaatsen uit een bestand", "Orte aus einer Datei"),
    "pi_why": (
        "First you see what would become of each row. Nothing is written until you say so, and the same file again changes nothing.",
        "Eerst zie je wat er van elke rij zou worden. Er wordt niets geschreven voor je het zegt, en hetzelfde bestand nog eens verandert niets.",
        "Zuerst sehen Sie, was aus jeder Zeile würde. Geschrieben wird erst, wenn Sie es sagen, und dieselbe Datei noch einmal ändert nichts.",
    ),
    "pi_file": ("GeoJSON or CSV file", "GeoJSON- of CSV-bestand", "GeoJSON- oder CSV-Datei"),
    "pi_choose": ("Choose a file", "Kies een bestand", "Datei wählen"),
    "pi_another": ("Another file", "Een ander bestand", "Eine andere Datei"),
    "pi_show": ("Show what would happen", "Toon wat er zou gebeuren", "Zeigen, was geschähe"),
    "pi_limits": (
        "At most {megabytes} MB and {rows} rows, in UTF-8. Larger files go in by the API.",
        "Hoogstens {megabytes} MB en {rows} rijen, in UTF-8. Grotere bestanden gaan via de API.",
        "Höchstens {megabytes} MB und {rows} Zeilen, in UTF-8. Größere Dateien gehen über die API.",
    ),
    "pi_too_large": (
        "This file has {size} MB; at most {megabytes} MB are read here. Divide it, or use the API.",
        "Dit bestand heeft {size} MB; hier worden hoogstens {megabytes} MB gelezen. Deel het op, of gebruik de API.",
        "Diese Datei hat {size} MB; hier werden höchstens {megabytes} MB gelesen. Teilen Sie sie, oder nutzen Sie die API.",
    ),
    "pi_too_many": (
        "This file has more than {rows} rows, which is the most that is read here. Divide it, or use the API.",
        "Dit bestand heeft meer dan {rows} rijen, en meer worden hier niet gelezen. Deel het op, of gebruik de API.",
        "Diese Datei hat mehr als {rows} Zeilen, und mehr werden hier nicht gelesen. Teilen Sie sie, oder nutzen Sie die API.",
    ),
    "pi_no_file": (
        "This file can not be read, so nothing was written: {why}",
        "Dit bestand is niet te lezen, dus er is niets geschreven: {why}",
        "Diese Datei ist nicht lesbar, also wurde nichts geschrieben: {why}",
    ),
    "pi_preview": ("What would happen", "Wat er zou gebeuren", "Was geschähe"),
    "pi_written": ("Written", "Geschreven", "Geschrieben"),
    "pi_changed_meanwhile": (
        "Somebody changed a place meanwhile, so nothing was written. This is what would happen now.",
        "Iemand heeft intussen een plaats gewijzigd, dus er is niets geschreven. Dit zou er nu gebeuren.",
        "Jemand hat inzwischen einen Ort geändert, also wurde nichts geschrieben. Das geschähe jetzt.",
    ),
    "pi_refused": ("refused", "geweigerd", "abgelehnt"),
    "pi_created": ("new", "nieuw", "neu"),
    "pi_changed": ("changed", "gewijzigd", "geändert"),
    "pi_unchanged": ("unchanged", "ongewijzigd", "unverändert"),
    "pi_no_rows": ("The file has no rows.", "Het bestand heeft geen rijen.", "Die Datei hat keine Zeilen."),
    "pi_nothing_to_do": (
        "There is nothing to write.",
        "Er is niets te schrijven.",
        "Es gibt nichts zu schreiben.",
    ),
    "pi_left_out": (
        "Refused rows are left out: {count}. To have them too, repair the file and choose it again.",
        "Geweigerde rijen blijven weg: {count}. Wil je ze erbij, herstel dan het bestand en kies het opnieuw.",
        "Abgelehnte Zeilen bleiben weg: {count}. Sollen sie mit, berichtigen Sie die Datei und wählen Sie sie noch einmal.",
    ),
    "pi_write": (
        "Write them: {created} new, {changed} changed",
        "Schrijf ze: {created} nieuw, {changed} gewijzigd",
        "Schreiben: {created} neu, {changed} geändert",
    ),
    "pi_first": (
        "{shown} of {rows} rows are shown: first what is refused, then what is written.",
        "{shown} van {rows} rijen staan hier: eerst wat geweigerd is, dan wat geschreven wordt.",
        "{shown} von {rows} Zeilen stehen hier: zuerst Abgelehntes, dann was geschrieben wird.",
    ),
    "pi_line": ("Line", "Regel", "Zeile"),
    "pi_fate": ("What becomes of it", "Wat ervan wordt", "Was daraus wird"),
    "pi_how": ("How such a file looks", "Hoe zo'n bestand eruitziet", "Wie so eine Datei aussieht"),
    "pi_how_csv": (
        "CSV: the first line names the columns, and an empty cell says nothing. Every row has an id of yours; by it a later file finds the place again.",
        "CSV: de eerste regel noemt de kolommen, en een lege cel zegt niets. Elke rij heeft een id van jou; daaraan herkent een later bestand de plaats.",
        "CSV: die erste Zeile nennt die Spalten, und eine leere Zelle sagt nichts. Jede Zeile hat eine Id von Ihnen; daran erkennt eine spätere Datei den Ort.",
    ),
    "pi_how_geojson": (
        "GeoJSON: a Feature or FeatureCollection whose properties are named like these columns. A Point with radius_m is a circle; a Polygon or MultiPolygon is the place's own outline.",
        "GeoJSON: een Feature of FeatureCollection met properties die als deze kolommen heten. Een Point met radius_m is een cirkel; een Polygon of MultiPolygon is de eigen omtrek van de plaats.",
        "GeoJSON: ein Feature oder eine FeatureCollection, deren properties wie diese Spalten heißen. Ein Point mit radius_m ist ein Kreis; ein Polygon oder MultiPolygon ist der eigene Umriss des Ortes.",
    ),
}
