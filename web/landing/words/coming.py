"""What an order's page says of collecting: on the way, here, and messages about the order."""

from collections.abc import Mapping

LINES: Mapping[str, tuple[str, str, str]] = {
    "o_ordered_title": ("We hebben je bestelling", "Wir haben Ihre Bestellung", "We have your order"),
    "o_ordered": (
        "De winkel maakt je bestelling klaar. Zodra die klaarligt, lees je het hier.",
        "Die Filiale bereitet Ihre Bestellung vor. Sobald sie bereitliegt, steht es hier.",
        "The store is getting it ready for you. This page says so once it is.",
    ),
    "o_coming_early_title": ("De winkel verwacht je", "Die Filiale erwartet Sie", "The store expects you"),
    "o_coming_early": (
        "Je bestelling ligt nog niet klaar; de winkel weet dat je eraan komt.",
        "Ihre Bestellung liegt noch nicht bereit; die Filiale weiß, dass Sie kommen.",
        "It is not ready yet; the store knows that you are coming.",
    ),
    "o_here_title": (
        "De winkel weet dat je er bent",
        "Die Filiale weiß, dass Sie da sind",
        "The store knows you are here",
    ),
    "o_here": (
        "Je bestelling ligt klaar. Ga naar de balie.",
        "Ihre Bestellung liegt bereit. Gehen Sie zur Abholung.",
        "Your order is ready. Go to the counter.",
    ),
    "o_here_early_title": (
        "De winkel weet dat je er bent",
        "Die Filiale weiß, dass Sie da sind",
        "The store knows you are here",
    ),
    "o_here_early": (
        "Je bestelling ligt nog niet klaar; de winkel weet dat je er bent. Zodra die klaarligt, lees je het hier.",
        "Ihre Bestellung liegt noch nicht bereit; die Filiale weiß, dass Sie da sind. Sobald sie bereitliegt, steht es hier.",
        "It is not ready yet; the store knows that you are here. This page says so once it is.",
    ),
    "o_told_since": ("Gemeld om {time}.", "Gemeldet um {time}.", "Told at {time}."),
    "o_noticed_since": (
        "Gemeld om {time}, en gezien door de winkel.",
        "Gemeldet um {time} und von der Filiale gesehen.",
        "Told at {time}, and seen by the store.",
    ),
    "o_on_my_way": ("Ik ben onderweg", "Ich bin unterwegs", "I'm on my way"),
    "o_how_long": (
        "Weet je hoe lang je nodig hebt? Tik dan daarop:",
        "Wissen Sie, wie lange Sie brauchen? Dann tippen Sie darauf:",
        "If you know how long you need, tap it:",
    ),
    "o_how_long_now": ("Duurt het anders?", "Dauert es anders?", "Has it changed?"),
    "o_in_minutes": ("{minutes} min", "{minutes} min", "{minutes} min"),
    "o_on_my_way_why": (
        "Dan weet de winkel dat je komt. Je locatie is niet nodig.",
        "Dann weiß die Filiale, dass Sie kommen. Ihr Standort wird nicht gebraucht.",
        "Then the store knows that you are coming. Your location is not needed.",
    ),
    "o_here_now": ("Ik ben er", "Ich bin da", "I'm here"),
    "o_here_already": ("Ik ben er al", "Ich bin schon da", "I'm here already"),
    "o_not_coming": ("Ik kom nu toch niet", "Ich komme jetzt doch nicht", "I'm not coming now"),
    "o_left": (
        "Nog ongeveer {minutes} minuten, zei je.",
        "Noch etwa {minutes} Minuten nach Ihrer Angabe.",
        "About {minutes} minutes to go, as you said.",
    ),
    "o_left_one": (
        "Nog ongeveer een minuut, zei je.",
        "Noch etwa eine Minute nach Ihrer Angabe.",
        "About a minute to go, as you said.",
    ),
    "o_left_none": (
        "Je zou er nu zo'n beetje zijn.",
        "Sie müssten jetzt etwa da sein.",
        "You should be there about now.",
    ),
    "o_arrive": ("Ophalen", "Abholung", "Collecting"),
    "o_number": ("Bestelnummer", "Bestellnummer", "Order number"),
    "o_no_code_do": (
        "Noem aan de balie je naam of dit nummer.",
        "Nennen Sie bei der Abholung Ihren Namen oder diese Nummer.",
        "Say your name or this number at the counter.",
    ),
    "o_part": (
        "Deel {part} van {parts}. Elk deel heeft zijn eigen pagina.",
        "Teil {part} von {parts}. Jeder Teil hat seine eigene Seite.",
        "Part {part} of {parts}. Each part has its own page.",
    ),
    "o_ready_since": (
        "Je bestelling ligt klaar sinds {since}.",
        "Ihre Bestellung liegt seit {since} bereit.",
        "It has been ready since {since}.",
    ),
    "closing": ("gaat over {minutes} minuten dicht", "schließt in {minutes} Minuten", "closes in {minutes} minutes"),
    "closing_one": ("gaat over een minuut dicht", "schließt in einer Minute", "closes in a minute"),
    "o_look_again": ("Kijk opnieuw", "Erneut nachsehen", "Look again"),
    "o_messages": ("Berichten over deze bestelling", "Nachrichten zu dieser Bestellung", "Messages about this order"),
    "o_messages_yes": ("Ja, graag", "Ja, bitte", "Yes, please"),
    "o_messages_no": ("Nee, dank je", "Nein, danke", "No, thanks"),
    "o_messages_refused": (
        "Goed, er komen geen berichten. Deze pagina houdt je ook op de hoogte.",
        "Gut, es kommen keine Nachrichten. Auch diese Seite hält Sie auf dem Laufenden.",
        "All right, no messages. This page keeps you up to date too.",
    ),
    "o_messages_after_all": ("Toch wel", "Doch", "I would like them after all"),
    "o_messages_agreed": ("Je zei ja op:", "Sie haben Ja gesagt zu:", "You said yes to:"),
    "o_messages_withdraw": ("Trek dat in", "Das widerrufen", "Withdraw that"),
    "o_messages_elsewhere": (
        "Berichten over deze bestelling gaan naar je app, of naar een andere browser van je.",
        "Nachrichten zu dieser Bestellung gehen an Ihre App oder an einen anderen Browser von Ihnen.",
        "Messages about this order go to your app, or to another browser of yours.",
    ),
    "o_messages_not_here": (
        "Je zei ergens anders nee op berichten over bestellingen. Wijzig dat in de app, in de browser waarin je het zei, of bij de winkel.",
        "Sie haben an anderer Stelle Nein zu Nachrichten über Bestellungen gesagt. Ändern Sie das in der App, im Browser, in dem Sie es sagten, oder beim Geschäft.",
        "You said no to messages about orders somewhere else. Change that in the app, in the browser where you said it, or with the shop.",
    ),
}
