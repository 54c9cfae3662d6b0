"""The texts that customers agree to: what is said of them."""

LINES: dict[str, tuple[str, str, str]] = {
    "consents_texts": ("Consent texts", "Toestemmingsteksten", "Einwilligungstexte"),
    "consents_texts_about": (
        "The words that customers agree to, by version and language, and how many do now.",
        "De woorden waar klanten mee instemmen, per versie en taal, en hoeveel nu.",
        "Die Worte, denen Kunden zustimmen, nach Version und Sprache, und wie viele es jetzt sind.",
    ),
    "consents_fixed": (
        "A receipt keeps under which text somebody agreed, and is never changed: it is the proof. So the words are fixed in Passerby, and cannot be edited here. New words come with a new version, which is asked from then on; who agreed before stays under the old one.",
        "Een bewijs bewaart onder welke tekst iemand instemde, en verandert nooit. Daarom liggen de woorden vast in Passerby en kun je ze hier niet wijzigen. Nieuwe woorden komen met een nieuwe versie, die vanaf dan wordt gevraagd; wie eerder instemde, blijft onder de oude.",
        "Ein Beleg hält fest, unter welchem Text jemand zugestimmt hat, und ändert sich nie. Deshalb stehen die Worte in Passerby fest und lassen sich hier nicht ändern. Neue Worte kommen mit einer neuen Version, die von da an gefragt wird; wer früher zugestimmt hat, bleibt unter der alten.",
    ),
    "consents_ours": (
        "Texts of Passerby's own pages",
        "Teksten van Passerby's eigen pagina's",
        "Texte der eigenen Seiten von Passerby",
    ),
    "consents_others": (
        "Texts of your apps and systems",
        "Teksten van je apps en systemen",
        "Texte Ihrer Apps und Systeme",
    ),
    "consents_others_why": (
        "Receipts that came through the API name these. What they say is kept where they were asked.",
        "Bewijzen die via de API kwamen, noemen deze. Wat erin staat, ligt waar het werd gevraagd.",
        "Belege, die über die API kamen, nennen diese. Was sie sagen, liegt dort, wo gefragt wurde.",
    ),
    "consents_none_of_others": (
        "No receipt names another text.",
        "Geen bewijs noemt een andere tekst.",
        "Kein Beleg nennt einen anderen Text.",
    ),
    "consents_more": (
        "There are more. The first {count} by name are shown.",
        "Er zijn er meer. De eerste {count} op naam staan hier.",
        "Es gibt weitere. Die ersten {count} nach Namen stehen hier.",
    ),
    "consents_no_name": ("without a name", "zonder naam", "ohne Namen"),
    "consents_asked": ("asked now", "nu gevraagd", "wird gefragt"),
    "consents_past": ("not asked any more", "niet meer gevraagd", "wird nicht mehr gefragt"),
    "consents_elsewhere": ("asked elsewhere", "elders gevraagd", "anderswo gefragt"),
    "consents_where": ("Asked on", "Gevraagd op", "Gefragt auf"),
    "consents_in_messages": (
        "Messages to this browser, and the page of an order",
        "Berichten in deze browser, en de pagina van een bestelling",
        "Nachrichten in diesem Browser, und die Seite einer Bestellung",
    ),
    "consents_in_own": (
        "The page of one's own offers",
        "De pagina met eigen aanbiedingen",
        "Die Seite der eigenen Angebote",
    ),
    "consents_since": ("In Passerby since", "In Passerby sinds", "In Passerby seit"),
    "consents_until": ("Until", "Tot", "Bis"),
    "consents_first": ("First agreed to here", "Hier voor het eerst ingestemd", "Hier zuerst zugestimmt"),
    "consents_last": ("Last agreed to here", "Hier het laatst ingestemd", "Hier zuletzt zugestimmt"),
    "consents_nobody": ("nobody yet", "nog niemand", "noch niemand"),
    "consents_now": ("Agree now", "Stemmen nu in", "Stimmen jetzt zu"),
    "consents_of_newest": (
        "of the newest {count} receipts; there are more",
        "van de nieuwste {count} bewijzen; er zijn er meer",
        "der neuesten {count} Belege; es gibt mehr",
    ),
    "consents_counted": (
        "Customers whose consent under this text still holds: they said nothing later of the same purpose.",
        "Klanten van wie de toestemming onder deze tekst nog geldt: ze zeiden later niets meer over hetzelfde doel.",
        "Kunden, deren Einwilligung unter diesem Text noch gilt: Sie sagten später nichts mehr zum selben Zweck.",
    ),
    "consents_language": ("Language", "Taal", "Sprache"),
    "consents_no_language": ("not said", "niet gezegd", "nicht gesagt"),
    "consents_words": ("What customers read", "Wat klanten lezen", "Was Kunden lesen"),
    "consents_part_question": ("Heading", "Kop", "Überschrift"),
    "consents_part_orders": ("Box for orders", "Vakje voor bestellingen", "Kästchen für Bestellungen"),
    "consents_part_order_page": (
        "On an order's page",
        "Op de pagina van een bestelling",
        "Auf der Seite einer Bestellung",
    ),
    "consents_part_offers": ("Box for offers", "Vakje voor aanbiedingen", "Kästchen für Angebote"),
    "consents_not_here": (
        "Its words are kept by the app or system that asked. Passerby knows its name, from the receipts.",
        "De woorden liggen bij de app of het systeem dat vroeg. Passerby kent de naam, uit de bewijzen.",
        "Die Worte liegen bei der App oder dem System, das gefragt hat. Passerby kennt den Namen aus den Belegen.",
    ),
    "consents_purpose": ("Of what", "Waarvan", "Wovon"),
}
