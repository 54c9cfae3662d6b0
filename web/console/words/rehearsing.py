"""A campaign's rehearsal: what would have become of it in the last days."""

LINES = {
    "rehearsal": ("Rehearsal", "Generale repetitie", "Probelauf"),
    "rehearse": ("Rehearse", "Repeteren", "Proben"),
    "rehearse_lead": (
        "See who would have got it in the last days, and why not. Nothing is sent.",
        "Zie wie het de laatste dagen gekregen zou hebben, en waarom niet. Er wordt niets verstuurd.",
        "Sehen Sie, wer sie in den letzten Tagen bekommen hätte und warum nicht. Es wird nichts gesendet.",
    ),
    "rehearse_busy": (
        "Somebody else rehearses a campaign at this moment, and one goes at a time. That takes {seconds} seconds at most: wait a moment, then press Rehearse again.",
        "Iemand anders repeteert op dit moment een campagne, en er gaat er een tegelijk. Dat duurt hoogstens {seconds} seconden: wacht even en druk dan nog eens op Repeteren.",
        "Gerade probt jemand anders eine Kampagne, und es geht immer nur eine. Das dauert höchstens {seconds} Sekunden: Warten Sie einen Moment und drücken Sie dann noch einmal auf Proben.",
    ),
    "rehearse_going": (
        "The campaign is being rehearsed. That takes half a minute at most.",
        "De campagne wordt gerepeteerd. Dat duurt hoogstens een halve minuut.",
        "Die Kampagne wird geprobt. Das dauert höchstens eine halbe Minute.",
    ),
    "rehearse_of_orders": (
        "A campaign that waits for orders can not be rehearsed: when somebody came near or arrived for an order is not kept.",
        "Een campagne die op bestellingen wacht, kun je niet repeteren: wanneer iemand voor een bestelling in de buurt kwam of er was, wordt niet bewaard.",
        "Eine Kampagne, die auf Bestellungen wartet, lässt sich nicht proben: Wann jemand für eine Bestellung in die Nähe kam oder da war, wird nicht aufbewahrt.",
    ),
    "rehearse_days": ("Over the last", "Over de laatste", "Über die letzten"),
    "rehearse_bad_days": (
        "Choose a number of days from 1 to 30.",
        "Kies een aantal dagen van 1 tot 30.",
        "Wählen Sie eine Zahl von Tagen von 1 bis 30.",
    ),
    "rehearse_sum": (
        "{send} of {moments} moments would have been sent. Customers: {customers}.",
        "Bij {send} van {moments} momenten zou er iets verstuurd zijn. Klanten: {customers}.",
        "Bei {send} von {moments} Momenten wäre etwas gesendet worden. Kunden: {customers}.",
    ),
    "rehearse_would": ("Would be sent", "Zou gaan", "Ginge hinaus"),
    "rehearse_span": ("{since} to {until}", "{since} tot {until}", "{since} bis {until}"),
    "rehearse_cut": (
        "It took too long and ended early: what is told is of the time up to {until}.",
        "Het duurde te lang en hield eerder op: dit gaat over de tijd tot {until}.",
        "Es dauerte zu lange und endete früher: Dies gilt für die Zeit bis {until}.",
    ),
    "rehearse_none": ("No moments on record", "Geen momenten bewaard", "Keine Momente aufgezeichnet"),
    "rehearse_none_why": (
        "Nobody did what it waits for in these days, at the places that it names.",
        "Niemand deed in deze dagen waar hij op wacht, op de plaatsen die hij noemt.",
        "Niemand tat in diesen Tagen, worauf sie wartet, an den Orten, die sie nennt.",
    ),
    "rehearse_outcomes": ("What would have come of it", "Wat ervan gekomen zou zijn", "Was daraus geworden wäre"),
    "rehearse_by_day": ("Day by day", "Per dag", "Tag für Tag"),
    "rehearse_by_place": ("By place", "Per plaats", "Nach Ort"),
    "rehearse_day": ("Day", "Dag", "Tag"),
    "rehearse_moments": ("Moments", "Momenten", "Momente"),
    "rehearse_share": ("Share", "Aandeel", "Anteil"),
    "rehearse_variants": ("By variant", "Per variant", "Nach Variante"),
    "rehearse_displaced": ("What would have had to give way", "Wat had moeten wijken", "Was hätte weichen müssen"),
    "rehearse_displaced_why": (
        "Messages that went out, and that this campaign would have come before.",
        "Berichten die verstuurd zijn, en waar deze campagne voor gegaan zou zijn.",
        "Nachrichten, die gesendet wurden und denen diese Kampagne vorgegangen wäre.",
    ),
    "rehearse_sample": ("Some of them", "Een paar ervan", "Einige davon"),
    "rehearse_send": (
        "It would have been sent: nothing stood against it.",
        "Het zou verstuurd zijn: er stond niets in de weg.",
        "Sie wäre gesendet worden: Nichts sprach dagegen.",
    ),
    "rehearse_assumes": ("What this takes for granted", "Waar dit van uitgaat", "Wovon dies ausgeht"),
    "assume_decided_at_once": (
        "Each moment was decided when it happened, though a phone may have told of it later.",
        "Over elk moment werd meteen beslist, ook als een telefoon het later meldde.",
        "Über jeden Moment wurde sofort entschieden, auch wenn ein Telefon ihn später meldete.",
    ),
    "assume_profiles_as_they_are_now": (
        "Profiles, consents and devices are today's: how they were then is not kept.",
        "Profielen, toestemmingen en toestellen zijn die van vandaag: hoe ze toen waren, is niet bewaard.",
        "Profile, Zustimmungen und Geräte sind die von heute: Wie sie damals waren, ist nicht aufbewahrt.",
    ),
    "assume_limits_as_they_are_now": (
        "The campaign, the settings, places and their opening hours are today's.",
        "De campagne, de instellingen, plaatsen en hun openingstijden zijn die van vandaag.",
        "Die Kampagne, die Einstellungen, Orte und ihre Öffnungszeiten sind die von heute.",
    ),
    "assume_others_as_they_were": (
        "What other campaigns sent stays as it was and counts, but for what would have had to give way.",
        "Wat andere campagnes verstuurden blijft zoals het was en telt mee, op wat had moeten wijken na.",
        "Was andere Kampagnen sendeten, bleibt, wie es war, und zählt mit, außer was hätte weichen müssen.",
    ),
    "assume_own_sends_replaced": (
        "What this campaign itself sent in these days does not count; what it sent before does.",
        "Wat deze campagne zelf in deze dagen verstuurde telt niet mee, wat zij daarvoor verstuurde wel.",
        "Was diese Kampagne selbst in diesen Tagen sendete, zählt nicht mit, was sie davor sendete, schon.",
    ),
    "assume_offer_as_it_is_now": (
        "There was as much of the offer as is left today, and what this campaign gave out since.",
        "Er was zoveel van de aanbieding als er vandaag over is, plus wat deze campagne sindsdien weggaf.",
        "Vom Angebot gab es so viel, wie heute übrig ist, und was diese Kampagne seitdem ausgab.",
    ),
    "assume_posters_as_they_are_now": (
        "The posters that lead to it today led to it then; where none does yet, all of them.",
        "De posters die er vandaag naartoe leiden, leidden er toen ook naartoe; leidt er nog geen, dan allemaal.",
        "Die Plakate, die heute dorthin führen, führten schon damals dorthin; führt noch keines, dann alle.",
    ),
    "assume_coupons_are_kept": (
        "Who got its coupon holds it, and is not decided about again.",
        "Wie de coupon kreeg, heeft die nog, en daarover wordt niet opnieuw beslist.",
        "Wer den Coupon bekam, hat ihn noch, und darüber wird nicht erneut entschieden.",
    ),
    "assume_every_message_leaves": (
        "No message fails on its way.",
        "Geen bericht mislukt onderweg.",
        "Keine Nachricht scheitert unterwegs.",
    ),
}
