"""Removed for good: what goes with it, and why it has to stay."""

LINES = {
    "delete": ("Delete", "Verwijderen", "Löschen"),
    "delete_ask": ("Delete “{name}”?", "“{name}” verwijderen?", "„{name}“ löschen?"),
    "not_deletable": ("It can not be deleted:", "Verwijderen kan niet:", "Löschen geht nicht:"),
    "changed_since_asked": (
        "Somebody else changed this meanwhile. Nothing was deleted.",
        "Iemand anders heeft dit intussen gewijzigd. Er is niets verwijderd.",
        "Jemand anders hat dies inzwischen geändert. Es wurde nichts gelöscht.",
    ),
    "place_goes": (
        "Its geofences go within seconds, for good. Nobody is told because of it, and messages about it that still wait are not sent.",
        "De geofences verdwijnen binnen enkele seconden, voorgoed. Niemand krijgt daarom bericht, en wat nog wacht over deze plaats, gaat niet meer uit.",
        "Die Geofences verschwinden innerhalb von Sekunden, endgültig. Niemand wird deswegen benachrichtigt, und was über diesen Ort noch wartet, geht nicht mehr hinaus.",
    ),
    "campaigns_name_it": (
        "{count} campaigns name this place: {names}.",
        "{count} campagnes noemen deze plaats: {names}.",
        "{count} Kampagnen nennen diesen Ort: {names}.",
    ),
    "campaigns_name_it_1": (
        "{count} campaign names this place: {names}.",
        "{count} campagne noemt deze plaats: {names}.",
        "{count} Kampagne nennt diesen Ort: {names}.",
    ),
    "campaigns_lose_it": (
        "Without it there is no place left at which this speaks: {names}.",
        "Zonder deze plaats is er geen plaats meer waar dit iets zegt: {names}.",
        "Ohne diesen Ort bleibt keiner, an dem dies noch spricht: {names}.",
    ),
    "inside_now": (
        "{count} customers are there now; for us they have left.",
        "{count} klanten zijn er nu; voor ons zijn ze dan weg.",
        "{count} Kunden sind jetzt dort; für uns sind sie dann gegangen.",
    ),
    "inside_now_1": (
        "{count} customer is there now; for us they have left.",
        "{count} klant is er nu; voor ons is die dan weg.",
        "{count} Kunde ist jetzt dort; für uns ist er dann gegangen.",
    ),
    "visits_go": (
        "{count} visits and who came and went there are deleted with it.",
        "{count} bezoeken, en wie daar kwam en ging, verdwijnen mee.",
        "{count} Besuche, und wer dort kam und ging, werden mitgelöscht.",
    ),
    "visits_go_1": (
        "{count} visit and who came and went there are deleted with it.",
        "{count} bezoek, en wie daar kwam en ging, verdwijnt mee.",
        "{count} Besuch, und wer dort kam und ging, werden mitgelöscht.",
    ),
    "stays_for_orders": (
        "Orders are to be collected here. Move or close them first.",
        "Hier moeten nog bestellingen worden afgehaald. Verplaats of sluit die eerst.",
        "Hier sollen noch Bestellungen abgeholt werden. Verlegen oder schließen Sie diese zuerst.",
    ),
    "draft_goes": (
        "The draft and its versions are deleted for good. It has sent nothing.",
        "Het concept en de versies ervan worden voorgoed verwijderd. Er is niets verstuurd.",
        "Der Entwurf und seine Fassungen werden endgültig gelöscht. Er hat nichts gesendet.",
    ),
    "stays_launched": (
        "It was launched, so its decisions and deliveries keep it. End it instead.",
        "Deze campagne is gestart; beslissingen en bezorgingen verwijzen ernaar. Beëindig de campagne in plaats daarvan.",
        "Sie wurde gestartet; Entscheidungen und Zustellungen verweisen auf sie. Beenden Sie sie stattdessen.",
    ),
    "offer_goes": (
        "The offer is deleted for good, and with it the codes that were brought along.",
        "De aanbieding wordt voorgoed verwijderd, met de meegebrachte codes.",
        "Das Angebot wird endgültig gelöscht, mitsamt den mitgebrachten Codes.",
    ),
    "stays_with_coupons": (
        "Coupons of it are out, and it is kept with them. A budget as large as what is spent gives out no more.",
        "Er zijn coupons van uitgegeven, en die houden de aanbieding vast. Met een budget zo groot als wat besteed is, komt er niets meer bij.",
        "Coupons davon sind ausgegeben und halten das Angebot fest. Mit einem Budget in Höhe des Verbrauchten kommt nichts mehr hinzu.",
    ),
    "stays_in_campaigns": (
        "Campaigns have this offer: {names}. Take it out of them first.",
        "Campagnes hebben deze aanbieding: {names}. Haal die er eerst uit.",
        "Kampagnen haben dieses Angebot: {names}. Nehmen Sie es zuerst dort heraus.",
    ),
    "place_deleted": ("The place is deleted.", "De plaats is verwijderd.", "Der Ort ist gelöscht."),
    "campaign_deleted": ("The draft is deleted.", "Het concept is verwijderd.", "Der Entwurf ist gelöscht."),
    "offer_deleted": ("The offer is deleted.", "De aanbieding is verwijderd.", "Das Angebot ist gelöscht."),
}
