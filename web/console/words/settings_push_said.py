"""What a push service says, of a test and of messages, in plain words and with what to do."""

LINES: dict[str, tuple[str, str, str]] = {
    "push_said_accepted": (
        "Accepted: Google takes the key, and this project may send.",
        "Aangenomen: Google neemt de sleutel aan, en dit project mag sturen.",
        "Angenommen: Google nimmt den Schlüssel an, und dieses Projekt darf senden.",
    ),
    "push_said_accepted_why": (
        "Nothing is to be done. Whether one phone gets a message, a test message shows.",
        "Je hoeft niets te doen. Of een telefoon een bericht krijgt, laat een testbericht zien.",
        "Es ist nichts zu tun. Ob ein Telefon eine Nachricht erhält, zeigt eine Testnachricht.",
    ),
    "push_said_key_refused": (
        "Wrong credentials: Google does not take this service account's key.",
        "Verkeerde inloggegevens: Google neemt de sleutel van dit serviceaccount niet aan.",
        "Falsche Zugangsdaten: Google nimmt den Schlüssel dieses Dienstkontos nicht an.",
    ),
    "push_said_key_refused_why": (
        "The key was deleted, or the account with it. Make a new key for a service account of this project, give it to the workers, and start them anew.",
        "De sleutel is verwijderd, of het account erbij. Maak een nieuwe sleutel voor een serviceaccount van dit project, geef hem aan de workers en start ze opnieuw.",
        "Der Schlüssel wurde gelöscht, oder das Konto mit ihm. Erzeugen Sie einen neuen Schlüssel für ein Dienstkonto dieses Projekts, geben Sie ihn den Workern, und starten Sie diese neu.",
    ),
    "push_said_clock_wrong": (
        "The clock is wrong: Google does not believe when this was signed.",
        "De klok loopt verkeerd: Google gelooft niet wanneer dit is ondertekend.",
        "Die Uhr geht falsch: Google glaubt nicht, wann das signiert wurde.",
    ),
    "push_said_clock_wrong_why": (
        "Keep time by NTP on the machine of the workers. Nothing is wrong with the key.",
        "Houd de klok van de machine van de workers gelijk met NTP. Met de sleutel is niets mis.",
        "Stellen Sie die Uhr der Maschine der Worker mit NTP. Mit dem Schlüssel ist nichts verkehrt.",
    ),
    "push_ahead": ("{seconds} s ahead of Google's clock", "{seconds} s voor op Google", "{seconds} s vor Googles Uhr"),
    "push_behind": (
        "{seconds} s behind Google's clock",
        "{seconds} s achter op Google",
        "{seconds} s hinter Googles Uhr",
    ),
    "push_said_token_refused": (
        "Refused: Google gave a token, and Firebase did not take it.",
        "Geweigerd: Google gaf een token, en Firebase nam het niet aan.",
        "Abgelehnt: Google gab ein Token, und Firebase nahm es nicht an.",
    ),
    "push_said_token_refused_why": (
        "Test once more in a minute. If it stays so, make a new key for the service account.",
        "Test het over een minuut nog eens. Blijft het zo, maak dan een nieuwe sleutel voor het serviceaccount.",
        "Prüfen Sie in einer Minute noch einmal. Bleibt es so, erzeugen Sie einen neuen Schlüssel für das Dienstkonto.",
    ),
    "push_said_not_allowed": (
        "Not allowed: this service account may not send for this project.",
        "Niet toegestaan: dit serviceaccount mag niet sturen voor dit project.",
        "Nicht erlaubt: Dieses Dienstkonto darf für dieses Projekt nicht senden.",
    ),
    "push_said_not_allowed_why": (
        "Give it the role “Firebase Cloud Messaging API Admin” in the Google Cloud console, and look whether it is of the right project.",
        "Geef het de rol “Firebase Cloud Messaging API Admin” in de Google Cloud-console, en kijk of het bij het goede project hoort.",
        "Geben Sie ihm in der Google-Cloud-Konsole die Rolle „Firebase Cloud Messaging API Admin“, und prüfen Sie, ob es zum richtigen Projekt gehört.",
    ),
    "push_said_switched_off": (
        "Switched off: the Firebase Cloud Messaging API is not enabled in this project.",
        "Uitgeschakeld: de Firebase Cloud Messaging API staat in dit project niet aan.",
        "Ausgeschaltet: Die Firebase Cloud Messaging API ist in diesem Projekt nicht aktiviert.",
    ),
    "push_said_switched_off_why": (
        "Enable it in the Google Cloud console, under APIs and services, and test again after a few minutes.",
        "Zet hem aan in de Google Cloud-console, onder API's en services, en test na een paar minuten opnieuw.",
        "Aktivieren Sie sie in der Google-Cloud-Konsole unter APIs und Dienste, und prüfen Sie nach einigen Minuten erneut.",
    ),
    "push_said_no_project": (
        "Firebase knows no such project.",
        "Firebase kent dit project niet.",
        "Firebase kennt dieses Projekt nicht.",
    ),
    "push_said_no_project_why": (
        "It was deleted, or the file is of another one. Take the key of the project that your app is built with.",
        "Het is verwijderd, of het bestand is van een ander. Neem de sleutel van het project waarmee je app is gebouwd.",
        "Es wurde gelöscht, oder die Datei gehört zu einem anderen. Nehmen Sie den Schlüssel des Projekts, mit dem Ihre App gebaut ist.",
    ),
    "push_said_quota": (
        "Too many messages just now: the project's quota is used up.",
        "Nu te veel berichten: het quotum van het project is op.",
        "Gerade zu viele Nachrichten: Das Kontingent des Projekts ist erschöpft.",
    ),
    "push_said_quota_why": (
        "The credentials are right. Set a rate below the quota under Limits.",
        "De inloggegevens kloppen. Zet onder Grenzen een tempo onder het quotum.",
        "Die Zugangsdaten stimmen. Setzen Sie unter Grenzen ein Tempo unter dem Kontingent.",
    ),
    "push_said_down": (
        "Google answers, and does not work at the moment.",
        "Google antwoordt, maar het werkt daar nu niet.",
        "Google antwortet, arbeitet aber gerade nicht.",
    ),
    "push_said_down_why": (
        "Messages wait and go later by themselves. Look at status.firebase.google.com.",
        "Berichten wachten en gaan later vanzelf. Kijk op status.firebase.google.com.",
        "Nachrichten warten und gehen später von selbst hinaus. Sehen Sie auf status.firebase.google.com nach.",
    ),
    "push_said_unreachable": (
        "Unreachable: the machine of the workers could not connect to Google.",
        "Onbereikbaar: de machine van de workers kon geen verbinding maken met Google.",
        "Nicht erreichbar: Die Maschine der Worker konnte sich nicht mit Google verbinden.",
    ),
    "push_said_unreachable_why": (
        "Look at its network: names that do not resolve, a firewall or a proxy. It needs oauth2.googleapis.com and fcm.googleapis.com, port 443.",
        "Kijk naar het netwerk: namen die niet worden gevonden, een firewall of een proxy. Nodig zijn oauth2.googleapis.com en fcm.googleapis.com, poort 443.",
        "Prüfen Sie das Netz: Namen, die nicht aufgelöst werden, eine Firewall oder ein Proxy. Nötig sind oauth2.googleapis.com und fcm.googleapis.com, Port 443.",
    ),
    "push_said_too_slow": (
        "No answer in time: Google was connected to and said nothing.",
        "Geen antwoord op tijd: er was verbinding met Google, maar het zei niets.",
        "Keine Antwort zur rechten Zeit: Die Verbindung zu Google stand, es kam nichts.",
    ),
    "push_said_too_slow_why": (
        "Test once more. If it stays so, look at the network between the workers and Google.",
        "Test het nog eens. Blijft het zo, kijk dan naar het netwerk tussen de workers en Google.",
        "Prüfen Sie noch einmal. Bleibt es so, sehen Sie nach dem Netz zwischen den Workern und Google.",
    ),
    "push_said_cut_off": (
        "Cut off: the connection ended before an answer came.",
        "Afgebroken: de verbinding eindigde voor er antwoord kwam.",
        "Abgebrochen: Die Verbindung endete, bevor eine Antwort kam.",
    ),
    "push_said_not_understood": (
        "Google answered something that is not known here.",
        "Google antwoordde iets wat hier niet bekend is.",
        "Google antwortete etwas, das hier nicht bekannt ist.",
    ),
    "push_said_not_understood_why": (
        "Test once more. If it stays so, ask whoever runs the machine to look into the log of the workers.",
        "Test het nog eens. Blijft het zo, laat dan wie de machine beheert in de log van de workers kijken.",
        "Prüfen Sie noch einmal. Bleibt es so, bitten Sie, wer die Maschine betreibt, ins Protokoll der Worker zu sehen.",
    ),
    "push_said_no_account": (
        "The worker that was asked has no service account: it does not send through Firebase.",
        "De worker die het werd gevraagd heeft geen serviceaccount: hij stuurt niet via Firebase.",
        "Der gefragte Worker hat kein Dienstkonto: Er sendet nicht über Firebase.",
    ),
    "push_said_no_account_why": (
        "Set PASSERBY_PUSH=fcm for the workers too, and give them the file.",
        "Zet ook voor de workers PASSERBY_PUSH=fcm, en geef ze het bestand.",
        "Setzen Sie PASSERBY_PUSH=fcm auch für die Worker, und geben Sie ihnen die Datei.",
    ),
    "r_unregistered": (
        "the phone's address is no more",
        "het adres van de telefoon bestaat niet meer",
        "die Adresse des Telefons gibt es nicht mehr",
    ),
    "r_subscription_gone": (
        "the browser's subscription is no more",
        "het abonnement van de browser bestaat niet meer",
        "das Abonnement des Browsers gibt es nicht mehr",
    ),
    "r_sender_mismatch": (
        "the address is another sender's",
        "het adres is van een andere afzender",
        "die Adresse gehört einem anderen Absender",
    ),
    "r_vapid_mismatch": (
        "subscribed with another key",
        "geabonneerd met een andere sleutel",
        "mit einem anderen Schlüssel abonniert",
    ),
    "r_bad_token": ("the address is none", "het adres is er geen", "die Adresse ist keine"),
    "r_bad_subscription": ("the subscription is none", "het abonnement is er geen", "das Abonnement ist keines"),
    "r_unknown_service": (
        "a push service that is not known",
        "een onbekende pushdienst",
        "ein unbekannter Push-Dienst",
    ),
    "r_bad_payload": (
        "the service did not take the message itself",
        "de dienst nam het bericht zelf niet aan",
        "der Dienst nahm die Nachricht selbst nicht an",
    ),
    "r_credentials_refused": (
        "the service refuses our credentials",
        "de dienst weigert onze inloggegevens",
        "der Dienst lehnt unsere Zugangsdaten ab",
    ),
    "r_not_allowed": (
        "the account may not send for this project",
        "het account mag niet sturen voor dit project",
        "das Konto darf für dieses Projekt nicht senden",
    ),
    "r_push_key_refused": (
        "Apple refuses the key in the Firebase project",
        "Apple weigert de sleutel in het Firebase-project",
        "Apple lehnt den Schlüssel im Firebase-Projekt ab",
    ),
    "r_no_access_token": ("Google gave no token", "Google gaf geen token", "Google gab kein Token"),
    "r_not_begun": ("the sender could not begin", "de verzender kon niet beginnen", "der Sender konnte nicht beginnen"),
    "r_not_connected": (
        "the service could not be reached",
        "de dienst was niet te bereiken",
        "der Dienst war nicht erreichbar",
    ),
    "r_no_answer": ("no answer came", "er kwam geen antwoord", "es kam keine Antwort"),
    "r_cut_off": ("the connection was cut off", "de verbinding werd afgebroken", "die Verbindung brach ab"),
    "r_quota": ("too many to this device", "te veel naar dit toestel", "zu viele an dieses Gerät"),
    "r_project_quota": (
        "the project's quota is used up",
        "het quotum van het project is op",
        "das Kontingent des Projekts ist erschöpft",
    ),
    "r_refused": ("the service refused", "de dienst weigerde", "der Dienst lehnte ab"),
    "r_not_understood": ("an answer that is not known", "een onbekend antwoord", "eine unbekannte Antwort"),
    "r_no_push_service": (
        "nothing is set up for this device",
        "voor dit toestel is niets ingesteld",
        "für dieses Gerät ist nichts eingerichtet",
    ),
}
