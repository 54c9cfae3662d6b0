"""What the rules refuse, by the names that they give it: `rule_…` with the facts of its message."""

LINES: dict[str, tuple[str, str, str]] = {
    "rule_unknown_fact": (
        "{fact} is not a fact. Choose one from “Facts you can use”.",
        "{fact} is geen gegeven. Kies er een uit “Gegevens die je kunt gebruiken”.",
        "{fact} ist keine Angabe. Wählen Sie eine aus „Angaben, die Sie verwenden können“.",
    ),
    "rule_unknown_fact_near": (
        "{fact} is not a fact. Did you mean {near}?",
        "{fact} is geen gegeven. Bedoel je {near}?",
        "{fact} ist keine Angabe. Meinen Sie {near}?",
    ),
    "rule_unknown_filter": (
        "There is no filter {filter}. Choose one from “Facts you can use”.",
        "Het filter {filter} is er niet. Kies er een uit “Gegevens die je kunt gebruiken”.",
        "Den Filter {filter} gibt es nicht. Wählen Sie einen aus „Angaben, die Sie verwenden können“.",
    ),
    "rule_unknown_filter_near": (
        "There is no filter {filter}. Did you mean {near}?",
        "Het filter {filter} is er niet. Bedoel je {near}?",
        "Den Filter {filter} gibt es nicht. Meinen Sie {near}?",
    ),
    "rule_tag": (
        "Tags between {{% and %}} can not be used here. Use {{{{ fact }}}} only.",
        "Tags tussen {{% en %}} kunnen hier niet. Gebruik alleen {{{{ gegeven }}}}.",
        "Tags zwischen {{% und %}} gehen hier nicht. Verwenden Sie nur {{{{ Angabe }}}}.",
    ),
    "rule_only_facts": (
        "Only a fact with filters can stand between {{{{ and }}}}.",
        "Tussen {{{{ en }}}} kan alleen een gegeven met filters staan.",
        "Zwischen {{{{ und }}}} kann nur eine Angabe mit Filtern stehen.",
    ),
    "rule_not_closed": (
        "A {{{{ is not closed. Write }}}} after the fact.",
        "Een {{{{ is niet gesloten. Schrijf }}}} na het gegeven.",
        "Ein {{{{ ist nicht geschlossen. Schreiben Sie }}}} hinter die Angabe.",
    ),
    "rule_open_quote": (
        "A text between quotes does not end. Close it with the same quote.",
        "Een tekst tussen aanhalingstekens eindigt niet. Sluit hem met hetzelfde teken.",
        "Ein Text in Anführungszeichen endet nicht. Schließen Sie ihn mit demselben Zeichen.",
    ),
    "rule_brace_within": (
        "There is a {{ too many. A fact stands between two braces on each side.",
        "Er staat een {{ te veel. Een gegeven staat tussen twee accolades aan elke kant.",
        "Hier ist ein {{ zu viel. Eine Angabe steht zwischen zwei Klammern auf jeder Seite.",
    ),
    "rule_strange_sign": (
        "The sign {sign} can not stand within {{{{ }}}}. Of quotes use straight ones: '…'.",
        "Het teken {sign} kan niet binnen {{{{ }}}} staan. Gebruik rechte aanhalingstekens: '…'.",
        "Das Zeichen {sign} kann nicht in {{{{ }}}} stehen. Verwenden Sie gerade Anführungszeichen: '…'.",
    ),
    "rule_no_fact_there": (
        "A fact is missing here. Write its name between {{{{ and }}}}, or after the colon a text in quotes.",
        "Hier ontbreekt een gegeven. Schrijf de naam tussen {{{{ en }}}}, of na de dubbele punt een tekst tussen aanhalingstekens.",
        "Hier fehlt eine Angabe. Schreiben Sie ihren Namen zwischen {{{{ und }}}}, oder nach dem Doppelpunkt einen Text in Anführungszeichen.",
    ),
    "rule_no_filter_there": (
        "After | comes the name of a filter. Write one, or take the | out.",
        "Na | komt de naam van een filter. Schrijf er een, of haal de | weg.",
        "Nach | kommt der Name eines Filters. Schreiben Sie einen, oder nehmen Sie das | heraus.",
    ),
    "rule_more_than_a_fact": (
        "Between {{{{ and }}}} stands one fact; filters follow after |, and their text after a colon.",
        "Tussen {{{{ en }}}} staat één gegeven; filters volgen na |, en hun tekst na een dubbele punt.",
        "Zwischen {{{{ und }}}} steht eine Angabe; Filter folgen nach |, und ihr Text nach einem Doppelpunkt.",
    ),
    "rule_not_liquid": (
        "What stands between {{{{ and }}}} can not be read. Write it as {{{{ customer.first_name | default: 'there' }}}}.",
        "Wat tussen {{{{ en }}}} staat, is niet te lezen. Schrijf het als {{{{ customer.first_name | default: 'daar' }}}}.",
        "Was zwischen {{{{ und }}}} steht, lässt sich nicht lesen. Schreiben Sie es wie {{{{ customer.first_name | default: 'Sie' }}}}.",
    ),
    "rule_filter_fails": (
        "A filter can not work with what it gets. Look at what stands after its colon.",
        "Een filter kan niet overweg met wat het krijgt. Kijk wat er na de dubbele punt staat.",
        "Ein Filter kommt mit seinem Wert nicht zurecht. Prüfen Sie, was nach dem Doppelpunkt steht.",
    ),
    "rule_text_too_long": (
        "{count} characters without its facts; at most {most} go out. Make it shorter.",
        "{count} tekens zonder de gegevens; er gaan er hoogstens {most} uit. Maak het korter.",
        "{count} Zeichen ohne die Angaben; höchstens {most} gehen hinaus. Kürzen Sie den Text.",
    ),
    "rule_too_many_bytes": (
        "Title, text and address take {count} bytes; push services take {most}. Make them shorter.",
        "Titel, tekst en adres nemen {count} bytes; pushdiensten nemen er {most} aan. Maak ze korter.",
        "Titel, Text und Adresse brauchen {count} Bytes; Push-Dienste nehmen {most} an. Kürzen Sie sie.",
    ),
    "rule_address": (
        "Begin with https:// and a host, or with / for a page of this service.",
        "Begin met https:// en een host, of met / voor een pagina van deze dienst.",
        "Beginnen Sie mit https:// und einem Host, oder mit / für eine Seite dieses Dienstes.",
    ),
    "rule_picture": (
        "Begin with https:// and a host, without a name or password before it.",
        "Begin met https:// en een host, zonder naam of wachtwoord ervoor.",
        "Beginnen Sie mit https:// und einem Host, ohne Namen oder Passwort davor.",
    ),
    "rule_fact_in_picture": (
        "A picture is the same for everybody: take the {{{{ fact }}}} out.",
        "Een afbeelding is voor iedereen gelijk: haal het {{{{ gegeven }}}} weg.",
        "Ein Bild ist für alle gleich: Nehmen Sie die {{{{ Angabe }}}} heraus.",
    ),
    "rule_password_in_address": (
        "Take the name and the password out of this address.",
        "Haal naam en wachtwoord uit dit adres.",
        "Nehmen Sie Namen und Passwort aus dieser Adresse.",
    ),
    "rule_private_host": (
        "Phones can not reach this address: it is of a network of its own. Use a public one.",
        "Telefoons kunnen dit adres niet bereiken: het is van een eigen netwerk. Gebruik een openbaar adres.",
        "Telefone erreichen diese Adresse nicht: Sie gehört zu einem eigenen Netz. Verwenden Sie eine öffentliche.",
    ),
    "rule_no_host": (
        "This address has no host, such as shop.example. Look at it again.",
        "Dit adres heeft geen host, zoals winkel.example. Kijk het na.",
        "Diese Adresse hat keinen Host, etwa laden.example. Prüfen Sie sie.",
    ),
    "rule_above": ("More than {limit}.", "Meer dan {limit}.", "Mehr als {limit}."),
    "rule_choice": ("One of these: {choices}.", "Een van deze: {choices}.", "Eines davon: {choices}."),
    "rule_not_here": (
        "This does not belong here. Take it out.",
        "Dit hoort hier niet. Haal het weg.",
        "Das gehört nicht hierher. Nehmen Sie es heraus.",
    ),
    "rule_text": ("This is not a text.", "Dit is geen tekst.", "Das ist kein Text."),
    "rule_yes_or_no": ("Write true or false.", "Schrijf true of false.", "Schreiben Sie true oder false."),
    "rule_not_after": (
        "The end has to come after the beginning.",
        "Het einde moet na het begin komen.",
        "Das Ende muss nach dem Beginn liegen.",
    ),
    "rule_hours": (
        "These hours can not be read. Write them as Mo-Sa 09:00-18:00; Su 12:00-17:00.",
        "Deze uren zijn niet te lezen. Schrijf ze als Mo-Sa 09:00-18:00; Su 12:00-17:00.",
        "Diese Zeiten lassen sich nicht lesen. Schreiben Sie sie wie Mo-Sa 09:00-18:00; Su 12:00-17:00.",
    ),
    "rule_years": (
        "Choose a time between the years 1970 and 9999.",
        "Kies een tijd tussen de jaren 1970 en 9999.",
        "Wählen Sie eine Zeit zwischen den Jahren 1970 und 9999.",
    ),
    "rule_no_time": ("More than 0.", "Meer dan 0.", "Mehr als 0."),
    "rule_long_time": ("This time is too long.", "Deze tijd is te lang.", "Diese Zeit ist zu lang."),
    "rule_language": (
        "This is not a language such as nl or de-AT.",
        "Dit is geen taal zoals nl of de-AT.",
        "Das ist keine Sprache wie nl oder de-AT.",
    ),
    "rule_phone": (
        "Write the number with + and its country, such as +31612345678.",
        "Schrijf het nummer met + en het land, zoals +31612345678.",
        "Schreiben Sie die Nummer mit + und Land, etwa +31612345678.",
    ),
    "rule_no_place": ("There is no place {place}.", "De plaats {place} is er niet.", "Den Ort {place} gibt es nicht."),
    "rule_no_campaign": (
        "There is no campaign {campaign}.",
        "De campagne {campaign} is er niet.",
        "Die Kampagne {campaign} gibt es nicht.",
    ),
    "rule_no_offer": (
        "There is no offer {offer}.",
        "De aanbieding {offer} is er niet.",
        "Das Angebot {offer} gibt es nicht.",
    ),
    "rule_no_product": (
        "There is no product {product}.",
        "Het product {product} is er niet.",
        "Das Produkt {product} gibt es nicht.",
    ),
    "rule_cells": (
        "The row has {count} cells, and the heading {wanted}. Look for a comma too many or too few.",
        "De rij heeft {count} cellen, en de kop {wanted}. Zoek een komma te veel of te weinig.",
        "Die Zeile hat {count} Zellen und die Kopfzeile {wanted}. Suchen Sie ein Komma zu viel oder zu wenig.",
    ),
    "rule_no_feature": ("This is no GeoJSON Feature.", "Dit is geen GeoJSON-Feature.", "Das ist kein GeoJSON-Feature."),
    "rule_twice": (
        "{id} stands in the file before ({where}), with something else. Keep one of them.",
        "{id} staat al eerder in het bestand ({where}), met iets anders. Houd er een.",
        "{id} steht schon vorher in der Datei ({where}), mit etwas anderem. Behalten Sie eines.",
    ),
    "rule_and_more_faults": ("And {count} more.", "En nog {count}.", "Und {count} weitere."),
    "rule_circle_lacks": (
        "A circle needs latitude, longitude and radius; {field} is missing.",
        "Een cirkel heeft breedtegraad, lengtegraad en straal nodig; {field} ontbreekt.",
        "Ein Kreis braucht Breite, Länge und Radius; {field} fehlt.",
    ),
    "rule_metres": (
        "This looks like metres of a map projection. Write degrees, such as 52.37 and 4.89.",
        "Dit lijken meters van een kaartprojectie. Schrijf graden, zoals 52.37 en 4.89.",
        "Das sieht nach Metern einer Kartenprojektion aus. Schreiben Sie Grad, etwa 52.37 und 4.89.",
    ),
    "rule_swapped": (
        "Latitude goes from -90 to 90. Were latitude and longitude swapped? GeoJSON writes longitude first.",
        "De breedtegraad gaat van -90 tot 90. Zijn breedte en lengte verwisseld? GeoJSON zet de lengtegraad voorop.",
        "Die Breite geht von -90 bis 90. Sind Breite und Länge vertauscht? GeoJSON nennt die Länge zuerst.",
    ),
    "rule_degrees": ("Degrees from {low} to {high}.", "Graden van {low} tot {high}.", "Grad von {low} bis {high}."),
    "rule_not_degrees": ("This is not a number of degrees.", "Dit is geen aantal graden.", "Das ist keine Gradzahl."),
    "rule_not_a_shape": (
        "Give a circle, or a Polygon or MultiPolygon of GeoJSON.",
        "Geef een cirkel, of een Polygon of MultiPolygon van GeoJSON.",
        "Geben Sie einen Kreis an, oder ein Polygon oder MultiPolygon von GeoJSON.",
    ),
    "rule_two_shapes": (
        "A circle or an area, not both.",
        "Een cirkel of een vlak, niet allebei.",
        "Ein Kreis oder eine Fläche, nicht beides.",
    ),
    "rule_hole_outside": (
        "A hole does not lie inside the outline.",
        "Een gat ligt niet binnen de omtrek.",
        "Ein Loch liegt nicht innerhalb des Umrisses.",
    ),
    "rule_holes_overlap": ("Two holes overlap.", "Twee gaten overlappen elkaar.", "Zwei Löcher überschneiden sich."),
    "rule_areas_overlap": (
        "Area {other} and area {one} overlap or share an edge, counted from 0. Join them, or move them apart.",
        "Vlak {other} en vlak {one} overlappen of delen een rand, geteld vanaf 0. Voeg ze samen, of haal ze uit elkaar.",
        "Fläche {other} und Fläche {one} überschneiden sich oder teilen eine Kante, ab 0 gezählt. Verbinden Sie sie, oder rücken Sie sie auseinander.",
    ),
    "rule_not_one_area": (
        "These rings do not make one area. Draw the outline anew.",
        "Deze ringen maken niet één vlak. Teken de omtrek opnieuw.",
        "Diese Ringe ergeben keine Fläche. Zeichnen Sie den Umriss neu.",
    ),
    "rule_few_corners": (
        "An outline needs at least three corners, and the first once more at its end.",
        "Een omtrek heeft minstens drie hoekpunten nodig, en het eerste nog eens aan het eind.",
        "Ein Umriss braucht mindestens drei Ecken, und die erste am Ende noch einmal.",
    ),
    "rule_ring_open": (
        "The outline is not closed: its last corner has to repeat its first.",
        "De omtrek is niet gesloten: het laatste hoekpunt moet het eerste herhalen.",
        "Der Umriss ist nicht geschlossen: Die letzte Ecke muss die erste wiederholen.",
    ),
    "rule_date_line": (
        "At corner {vertex} the edge jumps over the date line. Cut the area there into two.",
        "Bij hoekpunt {vertex} springt de rand over de datumgrens. Snijd het vlak daar in tweeën.",
        "An Ecke {vertex} springt die Kante über die Datumsgrenze. Teilen Sie die Fläche dort.",
    ),
    "rule_no_area": (
        "The outline has no area: its corners lie on one line, or all in one spot.",
        "De omtrek heeft geen oppervlak: de hoekpunten liggen op één lijn, of allemaal op één plek.",
        "Der Umriss hat keine Fläche: Die Ecken liegen auf einer Linie oder alle an einer Stelle.",
    ),
    "rule_crosses": (
        "The outline crosses or touches itself on the edge from corner {vertex}, counted from 0. Move that corner.",
        "De omtrek kruist of raakt zichzelf op de rand vanaf hoekpunt {vertex}, geteld vanaf 0. Verplaats dat punt.",
        "Der Umriss kreuzt oder berührt sich auf der Kante ab Ecke {vertex}, ab 0 gezählt. Verschieben Sie diese Ecke.",
    ),
    "rule_not_a_position": (
        "A corner is written as [longitude, latitude].",
        "Een hoekpunt schrijf je als [lengtegraad, breedtegraad].",
        "Eine Ecke schreibt man als [Länge, Breite].",
    ),
    "rule_empty_list": (
        "There are no coordinates here.",
        "Hier staan geen coördinaten.",
        "Hier stehen keine Koordinaten.",
    ),
    "rule_code": (
        "A code has at most 64 letters, digits, hyphens, dots and underscores, and begins and ends with a letter or digit.",
        "Een code heeft hoogstens 64 letters, cijfers, streepjes en punten, en begint en eindigt met een letter of cijfer.",
        "Ein Code hat höchstens 64 Buchstaben, Ziffern, Striche und Punkte und beginnt und endet mit einem Buchstaben oder einer Ziffer.",
    ),
    "rule_short_code": (
        "A code has at least {least} letters or digits.",
        "Een code heeft minstens {least} letters of cijfers.",
        "Ein Code hat mindestens {least} Buchstaben oder Ziffern.",
    ),
    "rule_code_of_another": (
        "The offer {offer} has a code that reads the same. Choose another.",
        "De aanbieding {offer} heeft een code die hetzelfde leest. Kies een andere.",
        "Das Angebot {offer} hat einen Code, der sich gleich liest. Wählen Sie einen anderen.",
    ),
    "rule_code_not_shared": (
        "This is one code for all. Choose “one for all” above, or leave this empty.",
        "Dit is één code voor allen. Kies “een voor allen” hierboven, of laat dit leeg.",
        "Das ist ein Code für alle. Wählen Sie oben „einer für alle“, oder lassen Sie dies leer.",
    ),
    "rule_not_of_this_kind": (
        "This kind of offer has none. Leave this empty.",
        "Dit soort aanbieding heeft dit niet. Laat dit leeg.",
        "Diese Art von Angebot hat das nicht. Lassen Sie dies leer.",
    ),
    "rule_value_missing": (
        "This kind of offer needs a value.",
        "Dit soort aanbieding heeft een waarde nodig.",
        "Diese Art von Angebot braucht einen Wert.",
    ),
    "rule_currency_missing": (
        "An amount needs a currency, such as EUR.",
        "Een bedrag heeft een munt nodig, zoals EUR.",
        "Ein Betrag braucht eine Währung, etwa EUR.",
    ),
    "rule_percentage": (
        "A percentage is above 0 and at most 100.",
        "Een percentage is meer dan 0 en hoogstens 100.",
        "Ein Prozentsatz liegt über 0 und bei höchstens 100.",
    ),
    "rule_amount": ("An amount is above 0.", "Een bedrag is meer dan 0.", "Ein Betrag liegt über 0."),
    "rule_less_than_given": (
        "{spent} are given out already. Choose {spent} or more; with {spent} no more go out.",
        "Er zijn er al {spent} uitgegeven. Kies {spent} of meer; met {spent} gaan er geen meer uit.",
        "{spent} sind schon ausgegeben. Wählen Sie {spent} oder mehr; mit {spent} gehen keine mehr hinaus.",
    ),
    "rule_fixed": (
        "This can not be changed once coupons are out. Make another offer.",
        "Dit kan niet meer veranderen als er coupons uit zijn. Maak een andere aanbieding.",
        "Das kann sich nicht mehr ändern, wenn Coupons ausgegeben sind. Machen Sie ein anderes Angebot.",
    ),
    "rule_told_by": (
        "The campaign {campaign} tells the code. Take it out of its texts first.",
        "De campagne {campaign} noemt de code. Haal die eerst uit haar teksten.",
        "Die Kampagne {campaign} nennt den Code. Nehmen Sie ihn zuerst aus ihren Texten.",
    ),
    "rule_half_a_point": (
        "Latitude and longitude go together: fill in both.",
        "Breedtegraad en lengtegraad horen bij elkaar: vul allebei in.",
        "Breite und Länge gehören zusammen: Füllen Sie beide aus.",
    ),
    "rule_hangs_nowhere": (
        "Say where it hangs: choose a place, or write latitude and longitude.",
        "Zeg waar hij hangt: kies een plaats, of schrijf breedte- en lengtegraad.",
        "Sagen Sie, wo es hängt: Wählen Sie einen Ort, oder schreiben Sie Breite und Länge.",
    ),
    "rule_inside_what": (
        "It hangs inside a store: say in which.",
        "Hij hangt in een winkel: zeg in welke.",
        "Es hängt in einer Filiale: Sagen Sie, in welcher.",
    ),
    "rule_never_switches": (
        "Say after how many scans or from when it switches.",
        "Zeg na hoeveel scans of vanaf wanneer hij wisselt.",
        "Sagen Sie, nach wie vielen Scans oder ab wann es wechselt.",
    ),
    "rule_digital_link": (
        "This is no GS1 Digital Link, such as https://id.gs1.org/01/09506000134352.",
        "Dit is geen GS1 Digital Link, zoals https://id.gs1.org/01/09506000134352.",
        "Das ist kein GS1 Digital Link, etwa https://id.gs1.org/01/09506000134352.",
    ),
    "rule_link_taken": (
        "This link leads to another poster already.",
        "Deze link leidt al naar een andere poster.",
        "Dieser Link führt schon zu einem anderen Plakat.",
    ),
    "rule_retired": (
        "This poster was taken down for good. Make another one.",
        "Deze poster is voorgoed weggehaald. Maak een andere.",
        "Dieses Plakat wurde endgültig abgenommen. Machen Sie ein anderes.",
    ),
    "rule_picture_address": (
        "An id may not end in .{end}: that is the address of its picture.",
        "Een id mag niet op .{end} eindigen: dat is het adres van de afbeelding.",
        "Eine Id darf nicht auf .{end} enden: Das ist die Adresse des Bildes.",
    ),
    "source_device": ("on the phone", "op de telefoon", "auf dem Telefon"),
    "source_page": ("on an order's page", "op de pagina van een bestelling", "auf der Seite einer Bestellung"),
    "source_web_page": ("on a poster's page", "op de pagina van een poster", "auf der Seite eines Plakats"),
    "source_console": ("in the console", "in de console", "in der Konsole"),
    "source_server": (
        "by the shop's own system",
        "door het eigen systeem van de winkel",
        "durch das eigene System des Ladens",
    ),
}
