"""Asking a store: the page that asks, the conversation, and the first questions that a tap sends."""

from collections.abc import Mapping

LINES: Mapping[str, tuple[str, str, str]] = {
    "ask_title": ("Vraag het aan {store}", "{store} fragen", "Ask {store}"),
    "ask_size": ("maat {size}", "Größe {size}", "size {size}"),
    "ask_order": ("bestelling {order}", "Bestellung {order}", "order {order}"),
    "ask_this_item": ("dit artikel", "dieser Artikel", "this item"),
    "ask_call": ("Bel nu", "Jetzt anrufen", "Call now"),
    "ask_call_why": (
        "De winkel is open. Bellen is het snelst.",
        "Die Filiale ist geöffnet. Anrufen geht am schnellsten.",
        "The store is open. Calling is quickest.",
    ),
    "ask_open": ("De winkel is nu open.", "Die Filiale ist jetzt geöffnet.", "The store is open now."),
    "ask_closed": ("De winkel is nu gesloten.", "Die Filiale ist jetzt geschlossen.", "The store is closed now."),
    "ask_opens": (
        "De winkel is nu gesloten en gaat {at} open.",
        "Die Filiale ist jetzt geschlossen und öffnet {at}.",
        "The store is closed now and opens {at}.",
    ),
    "ask_call_then": (
        "Bellen kan zodra de winkel open is. Je vraag kun je nu al stellen.",
        "Anrufen können Sie, sobald geöffnet ist. Ihre Frage können Sie schon jetzt stellen.",
        "You can call once the store is open. You can send your question now.",
    ),
    "ask_usually": (
        "De winkel antwoordt meestal binnen {minutes} minuten.",
        "Die Filiale antwortet meist innerhalb von {minutes} Minuten.",
        "The store usually answers within {minutes} minutes.",
    ),
    "ask_usually_hours": (
        "De winkel antwoordt meestal binnen {hours} uur.",
        "Die Filiale antwortet meist innerhalb von {hours} Stunden.",
        "The store usually answers within {hours} hours.",
    ),
    "ask_what": ("Waar gaat je vraag over?", "Worum geht es bei Ihrer Frage?", "What is your question about?"),
    "ask_one_tap": (
        "Eén tik stuurt de vraag die eronder staat, of wat je zelf schreef.",
        "Ein Tippen sendet die Frage darunter, oder was Sie selbst geschrieben haben.",
        "One tap sends the question below it, or what you wrote yourself.",
    ),
    "ask_topic_size": ("Maat", "Größe", "Size"),
    "ask_topic_stock": ("Voorraad", "Bestand", "Stock"),
    "ask_topic_pickup": ("Ophalen", "Abholen", "Pickup"),
    "ask_topic_other": ("Iets anders", "Etwas anderes", "Something else"),
    "ask_other_how": ("Schrijf je vraag hierboven.", "Schreiben Sie Ihre Frage oben.", "Write your question above."),
    "ask_own_words": ("In je eigen woorden", "In Ihren eigenen Worten", "In your own words"),
    "ask_own_words_how": (
        "Niet nodig bij maat, voorraad en ophalen.",
        "Nicht nötig bei Größe, Bestand und Abholen.",
        "Not needed for size, stock and pickup.",
    ),
    "ask_first_size": (
        "Valt {item} normaal uit? Ik draag meestal maat {size}.",
        "Fällt {item} normal aus? Ich trage meist Größe {size}.",
        "Does {item} run true to size? I usually wear size {size}.",
    ),
    "ask_first_size_any": (
        "Welke maat van {item} past mij?",
        "Welche Größe von {item} passt mir?",
        "Which size of {item} would fit me?",
    ),
    "ask_first_stock": (
        "Is maat {size} van {item} op voorraad bij {store}?",
        "Ist {item} in Größe {size} bei {store} vorrätig?",
        "Is size {size} of {item} in stock at {store}?",
    ),
    "ask_first_stock_any": (
        "Is {item} op voorraad bij {store}?",
        "Ist {item} bei {store} vorrätig?",
        "Is {item} in stock at {store}?",
    ),
    "ask_first_pickup": (
        "Kan ik {item} in maat {size} vandaag ophalen bij {store}?",
        "Kann ich {item} in Größe {size} heute bei {store} abholen?",
        "Can I collect {item} in size {size} at {store} today?",
    ),
    "ask_first_pickup_any": (
        "Kan ik {item} vandaag ophalen bij {store}?",
        "Kann ich {item} heute bei {store} abholen?",
        "Can I collect {item} at {store} today?",
    ),
    "ask_first_pickup_order": (
        "Wanneer kan ik bestelling {order} ophalen bij {store}?",
        "Wann kann ich Bestellung {order} bei {store} abholen?",
        "When can I collect order {order} at {store}?",
    ),
    "ask_missing": (
        "Schrijf eerst je vraag, of kies maat, voorraad of ophalen.",
        "Schreiben Sie zuerst Ihre Frage, oder wählen Sie Größe, Bestand oder Abholen.",
        "Write your question first, or choose size, stock or pickup.",
    ),
    "ask_too_long": (
        "Dat zijn meer dan 1.000 tekens. Maak het wat korter.",
        "Das sind mehr als 1.000 Zeichen. Bitte kürzen Sie es etwas.",
        "That is more than 1,000 characters. Make it a little shorter.",
    ),
    "ask_unreadable": (
        "In de tekst staat een teken dat we niet kunnen bewaren. Schrijf het anders.",
        "Der Text enthält ein Zeichen, das wir nicht speichern können. Schreiben Sie es anders.",
        "The text has a character that can not be kept. Write it another way.",
    ),
    "ask_too_many_open": (
        "Je hebt al drie vragen openstaan. Sluit er een, of wacht op een antwoord.",
        "Sie haben schon drei offene Fragen. Schließen Sie eine, oder warten Sie auf eine Antwort.",
        "You have three open questions already. Close one, or wait for an answer.",
    ),
    "ask_too_often": (
        "Dat waren dertig berichten in een uur. Probeer het later opnieuw; wat je schreef staat er nog.",
        "Das waren dreißig Nachrichten in einer Stunde. Versuchen Sie es später erneut; Ihr Text ist noch da.",
        "That was thirty messages in an hour. Try again later; what you wrote is still here.",
    ),
    "ask_open_ones": ("Dit vroeg je al:", "Das haben Sie schon gefragt:", "You already asked:"),
    "ask_no_store": (
        "Er is hier geen winkel om het te vragen",
        "Hier gibt es kein Geschäft zum Fragen",
        "There is no store to ask here",
    ),
    "ask_no_store_why": (
        "Deze poster hoort bij geen winkel die nog open is. Ga terug naar de pagina waar je vandaan kwam.",
        "Dieses Plakat gehört zu keinem Geschäft, das es noch gibt. Gehen Sie zurück zur Seite, von der Sie kamen.",
        "This poster belongs to no store that is still there. Go back to the page that you came from.",
    ),
    "ask_gone": ("Deze pagina is er niet meer", "Diese Seite gibt es nicht mehr", "This page is no longer there"),
    "ask_gone_why": (
        "Het adres klopt niet, of het gesprek is verwijderd. Scan de poster opnieuw om iets te vragen.",
        "Die Adresse stimmt nicht, oder das Gespräch wurde gelöscht. Scannen Sie das Plakat erneut, um etwas zu fragen.",
        "The address is wrong, or the conversation was removed. Scan the poster again to ask something.",
    ),
    "ask_not_ours": ("Dat ging niet", "Das ging nicht", "That did not work"),
    "ask_not_ours_why": (
        "De pagina stuurde iets wat we niet konden lezen. Er is niets gewijzigd; ga terug en probeer het opnieuw.",
        "Die Seite hat etwas gesendet, das wir nicht lesen konnten. Es wurde nichts geändert; gehen Sie zurück und versuchen Sie es erneut.",
        "The page sent something that could not be read. Nothing was changed; go back and try again.",
    ),
    "chat_said": ("Het gesprek", "Das Gespräch", "The conversation"),
    "chat_you": ("Jij", "Sie", "You"),
    "chat_state_waiting": (
        "Je vraag ligt bij de winkel.",
        "Ihre Frage liegt bei der Filiale.",
        "Your question is with the store.",
    ),
    "chat_state_answered": ("De winkel heeft geantwoord.", "Die Filiale hat geantwortet.", "The store has answered."),
    "chat_state_closed": (
        "Dit gesprek is gesloten. Schrijf je iets, dan gaat het weer open.",
        "Dieses Gespräch ist beendet. Wenn Sie etwas schreiben, geht es weiter.",
        "This conversation is closed. If you write something, it opens again.",
    ),
    "chat_write": ("Je bericht", "Ihre Nachricht", "Your message"),
    "chat_send": ("Stuur", "Senden", "Send"),
    "chat_close": ("Gesprek sluiten", "Gespräch beenden", "Close the conversation"),
    "chat_look_again": ("Kijk of er antwoord is", "Nach einer Antwort sehen", "Look for an answer"),
    "chat_stay": (
        "Blijf op deze pagina of bewaar het adres: het antwoord komt hier.",
        "Bleiben Sie auf dieser Seite oder merken Sie sich die Adresse: Die Antwort erscheint hier.",
        "Stay on this page or keep its address: the answer comes here.",
    ),
    "chat_lost": (
        "Geen verbinding. We proberen het opnieuw; wat je schreef blijft staan.",
        "Keine Verbindung. Wir versuchen es erneut; Ihr Text bleibt stehen.",
        "No connection. Trying again; what you wrote stays.",
    ),
    "chat_push": (
        "Een bericht als de winkel antwoordt",
        "Eine Nachricht, wenn die Filiale antwortet",
        "A message when the store answers",
    ),
    "chat_push_why": (
        "Kies hieronder de berichten over bestellingen en antwoorden. Je krijgt er één per antwoord dat je niet zag.",
        "Wählen Sie unten die Nachrichten zu Bestellungen und Antworten. Sie bekommen eine, wenn Sie eine Antwort nicht gesehen haben.",
        "Choose the messages about orders and answers below. You get one when there is an answer that you have not seen.",
    ),
}
