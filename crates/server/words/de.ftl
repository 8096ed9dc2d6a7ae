# Die Konsole: Seiten für das Personal.

console = Konsole
console-account = Ihr Konto
console-lead = Was darauf wartet, dass jemand hinsieht.
console-empty = Hier wartet nichts auf Sie.
console-role = Sie handeln als
console-act-as = Handeln als: { $role }
notice-role-chosen = Sie handeln jetzt in der gewählten Rolle.
leave = So lassen

place-people = Konten
place-apps = Apps
place-roles = Rollen
place-requests = Anträge
place-reviews = Überprüfungen
place-break-glass = Notfälle

column-place = Wo
column-waits = Was wartet
column-name = Name
column-email = E-Mail-Adresse
column-role = Rolle
column-state = Stand
column-since = Seit
column-by = Beantragt · genehmigt
column-review = Zu prüfen bis
column-contact = Kontakt
column-asked-by = Beantragt von
column-asked-at = Beantragt am
column-decided-by = Entschieden von
column-ends = Endet von selbst
column-person = Person
column-opened = Geöffnet
column-until = Bis
column-may = Darf
column-thing = Was
column-reason = Grund
column-purposes = Zu welchen Zwecken
column-sees = Sieht

waits-requests =
    { $n ->
        [0] Nichts zu entscheiden
        [one] Ein Antrag zu entscheiden
       *[other] { $n } Anträge zu entscheiden
    }
waits-reviews =
    { $n ->
        [0] Nichts überfällig
        [one] Eine Überprüfung überfällig
       *[other] { $n } Überprüfungen überfällig
    }
waits-glasses =
    { $n ->
        [0] Nichts überfällig
        [one] Ein Notfall nicht rechtzeitig geprüft
       *[other] { $n } Notfälle nicht rechtzeitig geprüft
    }
waits-apps =
    { $n ->
        [0] Nichts zu prüfen
        [one] Eine App zu prüfen
       *[other] { $n } Apps zu prüfen
    }

role-none = Noch keine
role-owner = Eigentümer
role-owner-about = Verantwortet das Ganze. Ernennt weitere Eigentümer.
role-administrator = Administration
role-administrator-about = Betreut Konten und Apps. Sieht weder das Protokoll noch jemandes Daten.
role-security = Sicherheit
role-security-about = Liest das Protokoll, hütet die Schlüssel, prüft Zugriffe. Ändert keine Konten.
role-operator = Betrieb
role-operator-about = Hält das System am Laufen. Öffnet niemandes Daten.
role-compliance = Compliance
role-compliance-about = Sieht Versprechen, Belege und wer was hat.
role-support = Support
role-support-about = Hilft bei Konten. Öffnet niemandes Daten.
role-clinician = Behandelnde
role-clinician-about = Liest die Daten einer Person, um sie zu behandeln.
role-developer = App-Entwicklung
role-developer-about = Meldet Apps an; jemand anderes lässt sie zu.
role-app = App
role-person = Person
role-system = Das System

# Konten

people-lead = Alle, die sich anmelden können oder eingeladen sind. Was sie dürfen, bestimmen ihre Rollen.
people-empty = Noch niemand. Laden Sie die erste Person ein.
account-state-invited = Eingeladen
account-state-unverified = Nicht bestätigt
account-state-active = Aktiv
account-state-stopped = Gesperrt
account-stop = Sperren
account-resume = Wieder zulassen
invite-again = Noch einmal schicken
invite-somebody = Jemanden einladen
invite-about = Die Person bekommt eine E-Mail mit einem Link, der sieben Tage gilt. Sie beginnt ohne Rechte: Eine Rolle wird danach beantragt und von einer zweiten Person gewährt.
invite-send = Einladung schicken
back-people = Zurück zu den Konten
mistake-taken = Es gibt schon ein Konto mit dieser Adresse.
mistake-email = Schreiben Sie eine E-Mail-Adresse, zum Beispiel name@example.org.
mistake-name = Schreiben Sie einen Namen mit höchstens 80 Zeichen.
notice-invited = Die Einladung ist unterwegs.
notice-stopped = Das Konto ist gesperrt und überall abgemeldet.
notice-resumed = Das Konto darf sich wieder anmelden.

# Rollen und Überprüfungen

roles-lead = Wer was hat, seit wann, und wer zugestimmt hat. Eine Rolle, deren Überprüfung überfällig ist, zählt nicht.
roles-empty = Noch hat niemand eine Rolle. Sie beginnt mit einem Antrag.
by-installation = Die Installation
privilege-held = Gilt
privilege-waits-for-review = Wartet auf Überprüfung
privilege-ended = Beendet
privilege-not-confirmed = Nicht bestätigt
privilege-overdue = Verfallen
privilege-expired = Von selbst geendet
role-end = Beenden
role-end-title = Diese Rolle beenden?
role-end-lead = { $name } verliert die Rolle „{ $role }“ sofort. Sie kann wieder beantragt werden.
notice-role-ended = Die Rolle ist beendet.
reviews-lead = Alle { $days } Tage bestätigt jemand anderes jede Rolle oder lässt sie fallen. Ihre eigenen bestätigen andere.
reviews-empty = Nichts zu bestätigen. Rollen erscheinen hier, wenn es so weit ist.
reviews-held = Rollen, die gelten
reviews-overdue = Überfällig
review-keep = Bestätigen
review-drop = Fallen lassen
notice-review-kept = Bestätigt bis zur nächsten Überprüfung.
notice-review-dropped = Die Rolle ist beendet.

# Anträge

requests-lead = Eine Rolle wird von jemandem beantragt und von jemand anderem gewährt. Öffnen Sie einen Antrag, um zu sehen, wer Zugriff worauf bekäme.
requests-empty = Noch wurde nichts beantragt.
request-new = Eine Rolle beantragen
request-new-lead = Jemand anderes entscheidet und sieht, was Sie dadurch bekämen.
request-role = Welche Rolle?
request-reason = Warum?
request-note = Mehr dazu
request-note-hint = Wird versiegelt aufbewahrt und denen gezeigt, die entscheiden. Schreiben Sie nichts über jemandes Gesundheit.
request-days = Für wie viele Tage?
request-days-hint = Leer lassen, wenn sie gelten soll, bis eine Überprüfung sie beendet.
request-send = Beantragen
reason-new-post = Neu hier oder in neuer Stelle
reason-cover = Vertretung
reason-project = Für eine bestimmte Arbeit
reason-incident = Ein Vorfall macht es nötig
reason-other = Etwas anderes
request-title = { $name }: { $role }
gains-title = Was { $name } dann könnte und jetzt nicht kann
gains-empty = Nichts, was nicht schon geht.
request-own = Sie haben das beantragt oder würden dadurch gewinnen. Jemand anderes entscheidet.
request-second = Sie sind die zweite Person. Ein Ja gilt sofort.
request-yes = Gewähren
request-no = Ablehnen
request-state-open = Wartet auf Antwort
request-state-approved = Gewährt
request-state-refused = Abgelehnt
back-requests = Zurück zu den Anträgen
mistake-choose = Wählen Sie jeweils eines.
mistake-days = Schreiben Sie eine Zahl von Tagen, oder lassen Sie es leer.
mistake-request = Das kann nicht beantragt werden: Die Rolle ist schon da oder beantragt, oder sie verträgt sich nicht mit einer anderen.
notice-request-sent = Der Antrag ist gestellt. Sie erfahren, wenn jemand entschieden hat.
notice-request-approved = Gewährt. Es gilt ab jetzt.
notice-request-refused = Abgelehnt.
masked = { $classes } verdeckt
only-break-glass = nur in einem offenen Notfall

verb-create = Anlegen
verb-read = Lesen
verb-change = Ändern
verb-delete = Löschen
verb-manage = Entscheiden über
thing-person = Die Daten einer Person als solche
thing-list-of-accesses = Wer die Daten einer Person angesehen hat
thing-archive = Alles über jemanden, zum Mitnehmen
thing-list-of-grants = Was jemand gefragt wurde und teilt
thing-request-for-consent = Was Personen gefragt werden
thing-record = Einträge
thing-records = Listen von Einträgen
thing-file = Dateien
thing-log = Das Protokoll
thing-keys = Die Schlüssel, nie ihren Inhalt
thing-privilege = Eine Rolle
thing-privileges = Wer welche Rolle hat
thing-break-glass = Notfälle
thing-policy = Die Regeln
thing-account = Konten
thing-app = Apps
thing-trust = Versprechen und Belege
class-public = öffentlich
class-internal = intern
class-personal = wer es ist
class-health = Gesundheit
class-credential = Geheimnisse
class-payment = Zahlung
purpose-treat = Behandlung
purpose-etreat = Notfallbehandlung
purpose-patrqt = eigener Wunsch der Person
purpose-hresch = Forschung
purpose-pubhlth = öffentliche Gesundheit
purpose-hpaymt = Abrechnung
purpose-hoperat = Betrieb der Einrichtung
purpose-sysdev = Prüfungen des Systems

# Apps

apps-lead = Programme, denen Menschen Zugriff geben können. Jede wird von jemandem angemeldet und von jemand anderem geprüft.
apps-empty = Noch keine App. Melden Sie eine an, dann prüft sie jemand anderes.
app-new = Eine App anmelden
app-new-lead = Sie bekommt nichts, bevor jemand anderes sie geprüft hat.
app-register = Anmelden
app-name-hint = So, wie Menschen ihn lesen, wenn sie gefragt werden.
app-contact-hint = Wohin sich Menschen mit Fragen dazu wenden.
app-redirects = Adressen, an die sie zurückgeschickt wird
app-redirects-hint = Eine je Zeile, genau so, wie die App sie sendet.
app-scopes = Worum sie bitten darf
app-scopes-hint = Scopes, zum Beispiel patient/Observation.rs. Einer je Zeile.
app-purposes = Zwecke
app-purposes-hint = Zum Beispiel TREAT oder PATRQT.
app-method = Wie sie sich ausweist
app-grants = Wege zu einem Token
app-id = Client-ID
app-registered-by = Angemeldet von
app-reviewed-by = Geprüft von
app-own = Sie haben sie angemeldet. Jemand anderes prüft sie.
app-second = Sie sind die zweite Person. Eine zugelassene App darf Menschen sofort um Zugriff bitten.
app-approve = Zulassen
app-refuse = Ablehnen
app-stop = Beenden
app-stop-title = { $name } beenden?
app-stop-lead = Alle ihre Tokens enden sofort, und sie lässt sich nicht wieder starten.
app-secret = Geheimnis
app-secret-renew = Geheimnis erneuern
app-secret-once = Das Geheimnis wird nur jetzt gezeigt. Ein früheres gilt noch sieben Tage.
app-made = Die App ist angemeldet
app-made-lead = Jemand anderes muss sie prüfen, bevor sie jemanden um etwas bitten darf.
app-state-draft = Entwurf
app-state-in-review = Wartet auf Prüfung
app-state-active = Aktiv
app-state-stopped = Beendet
method-none = Sie kann kein Geheimnis hüten: eine App auf dem Telefon oder im Browser
method-client-secret-basic = Mit einem Geheimnis, im Header
method-client-secret-post = Mit einem Geheimnis, im Inhalt
back-apps = Zurück zu den Apps
mistake-app = Diese App kann nicht angemeldet werden: { $why }
notice-app-approved = Zugelassen. Die App darf Menschen um Zugriff bitten.
notice-app-refused = Abgelehnt.
notice-app-stopped = Die App ist beendet. Ihre Tokens gelten nicht mehr.

# Notfälle

glass-lead = Im Notfall darf jemand die Daten einer Person für kurze Zeit öffnen. Die Person erfährt es sofort, und jemand anderes prüft es nach.
glass-empty = Bisher kein Notfall. Möge es so bleiben.
glass-unseen = Wer prüft, sieht, was geöffnet wurde. Es schließt sich von selbst, wenn die Zeit um ist.
glass-new = Die Daten einer Person öffnen
glass-new-lead = Eine Person, ein Grund, höchstens eine Stunde. Wer nicht behandelt, braucht eine zweite Person.
glass-new-told = Die Person, die Sicherheit und die Eigentümer erfahren es sofort. Bis es rechtzeitig geprüft ist, können Sie nichts Weiteres öffnen.
glass-person-hint = Die Kennung der Person, wie Ihr eigenes System sie kennt.
glass-how-long = Für wie lange?
glass-open = Öffnen
minutes =
    { $n ->
        [one] Eine Minute
       *[other] { $n } Minuten
    }
emergency-emergency-care = In Gefahr, muss jetzt behandelt werden
emergency-unreachable = Kann nicht gefragt werden
emergency-safety = Jemand anderes ist in Gefahr
emergency-incident = Die Daten selbst sind in Gefahr
emergency-legal = Das Gesetz verlangt es jetzt
glass-state-open = Offen
glass-state-waits-for-second = Wartet auf eine zweite Person
glass-state-lapsed = Niemand hat rechtzeitig zugestimmt
glass-state-review = Wartet auf Prüfung
glass-state-overdue = Prüfung überfällig
glass-state-justified = Es war richtig
glass-state-not-justified = Es war nicht richtig
glass-second = Zustimmen
glass-close = Schließen
glass-was-right = Es war richtig
glass-was-wrong = Es war nicht richtig
mistake-person = Diese Person gibt es nicht. Prüfen Sie die Kennung.
mistake-glass = Das kann jetzt nicht geöffnet werden. Vielleicht wartet ein früherer Notfall von Ihnen noch auf seine Prüfung.
notice-glass-opened = Es ist offen. Alle Betroffenen wissen es.
notice-glass-asked = Eine zweite Person muss zustimmen. Sie weiß davon.
notice-glass-seconded = Es ist jetzt offen.
notice-glass-closed = Es ist geschlossen.
notice-glass-reviewed = Ihre Prüfung ist vermerkt.

# Warnungen

place-alerts = Warnungen
column-alert = Warnung
column-at = Seit
waits-alerts =
    { $n ->
        [0] Nichts zur Kenntnis zu nehmen
        [one] Eine Warnung zur Kenntnis zu nehmen
       *[other] { $n } Warnungen zur Kenntnis zu nehmen
    }
alerts-lead = Was jemand gesehen haben muss, der über die Organisation wacht. Zur Kenntnis genommen verschwindet es aus dieser Liste; was geschah, bleibt im Protokoll.
alerts-empty = Keine Warnungen. Es ist nichts geschehen, was Sie sehen müssen.
alerts-more = Es gibt mehr, als diese Seite zeigt. Nehmen Sie diese zur Kenntnis, dann folgen die älteren.
alert-glass-opened = In einem Notfall wurden Daten einer Person geöffnet
alert-glass-overdue = Ein Notfall wurde nicht rechtzeitig geprüft
alert-reviews-overdue = Rollen wurden nicht rechtzeitig geprüft
alert-app-reuse = Der Schlüssel einer App wurde zweimal benutzt
alert-close = Zur Kenntnis nehmen
notice-alert-closed = Zur Kenntnis genommen.

thing-legal-hold = Löschsperren
thing-retention = Was wie lange aufbewahrt wird
place-retention = Aufbewahrung
place-holds = Löschsperren
column-collection = Sammlung
column-kept-for = Aufbewahrt
column-in-time = In der Frist
column-held = Gesperrt
column-destroyed = Vernichtet
column-placed-by = Gesetzt von
retention-lead = Was seine Frist überschritten hat, wird einmal am Tag vernichtet, mit allen Fassungen. Wie lange etwas aufbewahrt wird, steht im Register; die Frist beginnt mit der letzten Änderung. 30d sind Tage, 18m Monate, 10y Jahre.
retention-empty = Alles bleibt, bis es gelöscht wird: keine Sammlung des Registers hat eine Frist.
retention-last = Letzter Durchgang
retention-files = Dateien
retention-holds =
    { $n ->
        [0] Keine in Kraft
        [one] Eine in Kraft
       *[other] { $n } in Kraft
    }
holds-lead = Was gesperrt ist, muss bleiben: Es wird nach seiner Frist nicht vernichtet, niemand löscht es, und eine verlangte Löschung wartet. Wen es betrifft, erfährt, dass es eine Sperre gibt, nie warum.
holds-more = Es gibt mehr, als diese Seite zeigt; `strongroom hold list` zeigt alle.
holds-empty = Keine Löschsperren. Wer für Compliance zuständig ist, setzt hier eine, wenn etwas erhalten bleiben muss.
hold-new = Löschsperre setzen
hold-new-lead = Sie gilt ab sofort, auch für das, was gerade gelöscht wird.
hold-place = Setzen
hold-on-person = Person { $person }
hold-on-tenant = Alles
hold-scope-person = Alles über eine Person
hold-scope-collection = Eine Sammlung
hold-scope-tenant = Alles, was hier aufbewahrt wird
hold-what = Welche Person oder Sammlung
hold-what-hint = Die Kennung der Person oder der Name der Sammlung im Register. Für alles leer lassen.
hold-reason-hint = Wird versiegelt aufbewahrt. Nur wer diese Liste sieht, liest es.
hold-until-hint = Ein Tag, etwa 2027-01-31. Leer lassen, wenn sie kein Ende hat.
hold-open = Bis sie aufgehoben wird
hold-state-in-force = In Kraft
hold-state-lifted = Aufgehoben
hold-state-over = Abgelaufen
hold-lift = Aufheben
hold-lift-lead = Was nur diese Sperre erhielt, geht mit dem nächsten Durchgang, und Löschungen, die auf sie warteten, werden ausgeführt. Beides lässt sich nicht rückgängig machen.
mistake-hold = Es wurde nichts gesetzt. Geben Sie eine vorhandene Person oder Sammlung an, einen Grund, und einen künftigen Tag oder keinen.
notice-hold-placed = Die Sperre gilt.
notice-hold-lifted = Die Sperre ist aufgehoben.

thing-bulk-export = Alles in FHIR, von einem Programm entnommen
thing-record-of-processing = Das Verzeichnis der Verarbeitungstätigkeiten
place-processing = Verarbeitungen
column-basis = Rechtsgrundlage
column-classes = Kategorien von Daten
column-recipients = Empfänger
processing-lead = Das Verzeichnis der Verarbeitungstätigkeiten (DSGVO, Artikel 30), eben jetzt erstellt aus dem Register, den geltenden Einwilligungen, den Apps und den Versprechen, wie sie gemessen werden. Sammlungen ohne Inhalt fehlen hier; die Tabelle nennt auch sie.
processing-empty = Noch wird nichts aufbewahrt. Jede Sammlung, die etwas enthält, steht hier.
processing-controller = Verantwortlicher
processing-contact = Kontakt
processing-representative = Vertreter
processing-dpo = Datenschutzbeauftragte
processing-behalf = Im Auftrag von
processing-missing = In der Konfiguration nicht genannt
processing-none = Keine
processing-transfers = Übermittlungen in Drittländer
processing-security = Sicherheitsmaßnahmen
processing-made = Erstellt
processing-csv = Als Tabelle aufbewahren (CSV)

contract-ends = Der Vertrag endet am { $at }. Danach wird nichts Neues gespeichert.
contract-ended = Der Vertrag ist beendet. Es wird nichts Neues gespeichert. Tage, um alles mitzunehmen: { $days }. Nach dem { $at } wird alles vernichtet.
contract-over = Der Vertrag ist beendet und die Frist vorbei: Alles wird vernichtet, sofern keine Aufbewahrungsanordnung es verhindert.
thing-contract = Das Ende des Vertrags
# Anträge von Personen nach ihren Rechten

thing-request-under-a-right = Was Personen nach ihren Rechten verlangen
place-rights = Rechte der Personen
column-right = Was verlangt wird
column-last-day = Letzter Tag
column-left = Noch
waits-rights =
    { $n ->
        [0] Kein Antrag zu beantworten
        [one] Ein Antrag zu beantworten
       *[other] { $n } Anträge zu beantworten
    }
rights-lead = Was Personen nach ihren Rechten verlangen, das Dringendste zuerst. Der letzte Tag ist der des Gesetzes.
rights-empty = Hier sind keine Anträge. Was jemand in seinem Portal verlangt, kommt hier an.
rights-left =
    { $n ->
        [0] heute
        [one] ein Tag
       *[other] { $n } Tage
    }
rights-late = verspätet
rights-no-clock = keine Frist im Gesetz
rights-more = Mehr
rights-show-open = Offene Anträge
rights-show-overdue = Verspätete Anträge
rights-show-closed = Erledigte Anträge
rights-show-all = Alle Anträge
right-law = Gesetz
right-language = Sprache der Person
right-lang-sv = Schwedisch
right-lang-de = Deutsch
right-lang-it = Italienisch
right-lang-fr = Französisch
right-lang-en = Englisch
right-wish = Was verlangt wird
right-no-words = Es wurde nichts geschrieben.
right-about = Betrifft: { $place }
right-value = Dort soll stehen: { $value }
right-purpose = Zweck: { $purpose }
right-entry = Es geht um Eintrag { $n } des Protokolls.
right-happened = Was geschehen ist
right-version = Berichtigt als Version { $n } des Datensatzes.
right-step = Was als Nächstes kommt
right-step-confirm = Eingang bestätigen
right-step-start = Arbeit daran beginnen
right-step-extend = Sagen, dass es länger dauert
right-step-answer = Antworten
right-step-refuse = Ablehnen
right-step-lift = Aufheben
right-text = Was die Person liest
right-text-hint = Ein Entwurf in ihrer Sprache. Sie bekommt einen Brief, der sagt, wo sie nachsehen soll; diesen Text liest sie in ihrem Portal.
right-carry-out = Mit der Antwort tun, was verlangt wird: das Feld berichtigen, einschränken, oder beenden, wogegen widersprochen wird
right-stands = Das gilt
right-stands-text = Daraus folgte eine Einschränkung oder ein Widerspruch. Sagen Sie es der Person, bevor Sie es aufheben.
right-event-received = Verlangt
right-event-confirmed = Bestätigt
right-event-begun = Arbeit begonnen
right-event-extended = Verlängert
right-event-answered = Beantwortet
right-event-refused = Abgelehnt
right-event-withdrawn = Zurückgenommen
right-event-lifted = Aufgehoben
notice-right-step = Erledigt. Die Person erfährt, was sie angeht.
mistake-right-late = Die erste Frist ist vorbei, deshalb lässt sie sich nicht mehr verlängern.
mistake-right-no-extension = Das Gesetz kennt hierfür keine längere Frist.
mistake-right-moved = Jemand hat inzwischen etwas getan, oder dieser Schritt folgt nicht. Sehen Sie nach, was geschehen ist.
mistake-right-text = Schreiben Sie, was die Person liest: die Antwort, oder warum.
mistake-right-card = Der Text enthält, was wie die Nummer einer Zahlungskarte aussieht. Lassen Sie sie weg.
mistake-right-correction = Die Berichtigung geht nicht von selbst: Der Wert passt nicht in das Feld, oder den Datensatz gibt es nicht. Lassen Sie sie von der Stelle machen, die ihn führt, und antworten Sie, ohne sie auszuführen.
alert-right-due = Ein Antrag einer Person ist bald zu beantworten
alert-right-overdue = Ein Antrag einer Person wurde nicht rechtzeitig beantwortet

thing-guardian = Wer für wen entscheidet
thing-proposed-guardian = Bestellungen, die auf eine zweite Person warten
place-guardians = Sorgeberechtigte
column-decides = Entscheidet ab
column-guardians = Sorgeberechtigte
column-guardian = Sorgeberechtigt
column-waiting = Offen
column-calls = Von ihnen genannt
column-evidence = Nachgewiesen durch
minors-lead = Personen, die noch nicht selbst entscheiden. An dem Tag endet die Befugnis ihrer Sorgeberechtigten von selbst, und was diese erlaubt haben, wird neu gefragt. Der Tag wird versiegelt aufbewahrt: Er verrät, wann jemand geboren ist.
minors-empty = Niemand. Notieren Sie hier, ab welchem Tag eine Person entscheidet; danach werden Sorgeberechtigte vorgeschlagen.
minors-more = Es gibt mehr, als diese Seite zeigt; die Schnittstelle nennt alle (`GET /v1/minors`).
minor-new = Einen Tag notieren
minor-new-lead = Ab diesem Tag, um Mitternacht, entscheidet die Person. Welcher Tag das ist, hängt vom Recht des Landes ab und davon, worum es geht: 13 bis 16 für Dienste (DSGVO, Artikel 8), 18 für das meiste andere.
minor-note = Notieren
minor-change = Den Tag ändern
minor-change-lead = Bis er gekommen ist, kann der Tag geändert werden. Danach steht er fest.
minor-person = Die Id der Person
minor-day = Der Tag
minor-day-hint = Zum Beispiel 2031-05-04
minor-look = Ansehen
minor-title = Person { $person }
minor-decides-now = Entscheidet seit
minor-account = Eigenes Konto
minor-account-none = Noch keines
minor-account-active = Vorhanden
minor-account-invited = Eingeladen, nicht beantwortet
minor-account-stopped = Gestoppt
minor-account-unverified = Begonnen, nicht bestätigt
minor-invite = Zu einem eigenen Konto einladen
minor-invite-lead = Der Brief geht an die eigene Adresse der Person, nie an die einer sorgeberechtigten. Eine unbeantwortete Einladung oder ein gestopptes Konto weicht.
minor-invite-email = Die eigene Adresse der Person
minor-invite-name = Wie sie genannt wird
minor-invite-language = Sprache
guardians-empty = Noch niemand sorgeberechtigt.
guardian-new = Jemanden vorschlagen
guardian-new-lead = Sobald eine zweite Person von Ihnen es bestätigt, sieht die sorgeberechtigte Person, antwortet, nimmt mit und verlangt Löschungen an Stelle der Person, mit einem eigenen Konto. Sehen Sie sich die Urkunde an, bevor Sie weitergehen.
guardian-appoint = Bestellen
guardian-propose = Vorschlagen
guardian-email = Die Adresse ihres Kontos
guardian-calls = Wie sie die Person nennt
guardian-calls-hint = Damit sie ihre Kinder auseinanderhält. Wird versiegelt aufbewahrt.
guardian-evidence = Wodurch es nachgewiesen ist
guardian-evidence-hint = Die Urkunde, oder wo sie liegt. Wird versiegelt aufbewahrt; die Person kann es lesen.
guardian-limit = Was sie darf
guardian-limit-all = Alles, was die Person darf
guardian-limit-read = Nur ansehen, und beantworten, was liest
guardian-state-proposed = Wartet auf eine zweite Person
guardian-decide = Entscheiden
guardian-second = Jemanden bestellen
guardian-second-own = Sie haben das vorgeschlagen. Bestellen muss eine zweite Person; zurücknehmen können Sie es.
guardian-second-lead = Sehen Sie nach, was gezeigt wurde. Sobald Sie bestellen, handelt die Person von diesem Augenblick an.
guardian-second-who = { $name } soll für { $calls } entscheiden. Darf: { $limit }.
guardian-second-shown = Gezeigt wurde: { $evidence }
guardian-second-by = Vorgeschlagen von { $name }, { $at }. Verfällt { $until }.
guardian-refuse = Ablehnen
guardian-take-back = Zurücknehmen
guardian-state-standing = Entscheidet
guardian-state-over = Vorbei
guardian-state-ended = Beendet
guardian-end = Beenden
guardian-end-lead = Ab jetzt handelt sie nicht mehr für die Person, und was sie erlaubt hat, erlaubt niemandem etwas, bis es neu gefragt ist. Das lässt sich nicht zurücknehmen; sie kann neu bestellt werden.
guardian-end-reason = Warum
mistake-guardian = Es wurde nichts geändert. { $why }
notice-minor-noted = Notiert.
notice-guardian-appointed = Bestellt.
notice-guardian-proposed = Vorgeschlagen. Eine zweite Person weiß Bescheid.
notice-guardian-refused = Abgelehnt.
notice-guardian-ended = Beendet.
notice-minor-invited = Eingeladen.

# Continuity

thing-recovery-point = Wiederherstellungspunkte und Übungen
place-continuity = Kontinuität
continuity-lead = Wiederherstellungspunkte der ganzen Installation, und was damit geübt wird. Was überfällig ist oder fehlschlug, heißt: es kann mehr verloren gehen als versprochen.
continuity-empty = Nichts läuft von selbst.
continuity-none = Es gibt keine Sicherungen: die Konfiguration hat keinen Abschnitt dafür.
continuity-seconds =
    { $n ->
        [one] eine Sekunde
       *[other] { $n } Sekunden
    }
continuity-behind = Die Kopie des Gespeicherten liegt zurück um
continuity-no-stream = Es wird keine gesendet: nur Wiederherstellungspunkte zählen
continuity-not-joined = Was gesendet wird, lässt sich erst ab dem nächsten Wiederherstellungspunkt zurückholen
continuity-reach = Gelöschte Personen, deren Schlüssel eine Kopie noch haben kann
continuity-reach-late = { $n }, länger als versprochen: strongroom backup keys macht eine neue Kopie der Schlüssel
column-run = Was
column-last = Zuletzt
column-lost = Wäre verloren
column-back = Zurück nach
run-point = Wiederherstellungspunkt
run-prune = Alte Punkte entfernt
run-drill-objects = Übung: Dateien verglichen
run-drill-restore = Übung: alles wiederhergestellt
run-drill-boot = Übung: zweite Instanz in Betrieb
run-drill-rebuild = Übung: aus dem Nichts
run-drill-failover = Übung: der führende Datenbankrechner übergibt
run-failed = Fehlgeschlagen
run-late = Überfällig
run-never = Nie gemacht
run-runs = Läuft
run-left = Abgebrochen
run-held = Hielt
alert-continuity-late = Ein Wiederherstellungspunkt, eine Übung oder die Zerstörung alter Schlüsselkopien ist überfällig oder fehlgeschlagen
alert-guardian-appointed = Jemand wurde bestellt, für eine Person zu entscheiden
thing-early-destruction = Wiederherstellungspunkte, die vorzeitig vernichtet werden
place-destructions = Vorzeitig vernichtet
destructions-lead = Wiederherstellungspunkte gehen, wenn ihre Zeit um ist. Vorzeitig gehen sie nur, wenn zwei Personen es wollen, und erst nach einer Wartezeit, in der jeder, der es vorschlagen darf, es aufhalten kann. Die Löschung einer Person braucht nichts davon.
destructions-empty = Nichts wird vorzeitig vernichtet.
destructions-elsewhere = Darüber entscheidet das Personal einer anderen Organisation dieser Installation.
destruction-new = Vernichtung vorschlagen
destruction-new-lead = Jemand anderes muss zustimmen. Wer wacht, erfährt es jetzt.
destruction-propose = Vorschlagen
destruction-points = Welche
destruction-points-hint = Ganze Namen, wie strongroom backup list --json sie zeigt. Leer für alle bisherigen.
destruction-all = Alle bisherigen
destruction-points-many =
    { $n ->
        [one] Ein Wiederherstellungspunkt
       *[other] { $n } Wiederherstellungspunkte
    }
column-agreed = Dafür
column-due = Frühestens
destruction-agree = Zustimmen
destruction-cancel = Aufhalten
destruction-state-proposed = Wartet auf jemand anderen
destruction-state-waits = Wartet auf seine Zeit
destruction-state-begun = Läuft
destruction-state-done = Geschehen
destruction-state-cancelled = Aufgehalten
destruction-state-lapsed = Niemand stimmte zu
destruction-reason-key-leaked = Der Schlüssel ist in falschen Händen
destruction-reason-must-not-be-kept = Sie enthalten, was nicht aufbewahrt werden darf
destruction-reason-order = Ein Gericht oder eine Behörde verlangt es
destruction-reason-moved = Die Installation wird aufgegeben oder zieht um
destruction-reason-other = Anderes
notice-destruction-proposed = Vorgeschlagen. Jemand anderes muss zustimmen.
notice-destruction-agreed = Sie haben zugestimmt.
notice-destruction-cancelled = Es ist aufgehalten.
mistake-destruction = Wählen Sie einen Grund, und schreiben Sie ganze Namen mit 64 Zeichen.
alert-destruction-proposed = Jemand schlägt vor, Wiederherstellungspunkte vorzeitig zu vernichten
alert-destruction-agreed = Zwei wollen Wiederherstellungspunkte vorzeitig vernichten
alert-destruction-cancelled = Die vorzeitige Vernichtung von Wiederherstellungspunkten wurde aufgehalten
alert-destruction-done = Wiederherstellungspunkte wurden vorzeitig vernichtet
alert-keep-shortened = Wiederherstellungspunkte sollen kürzer aufbewahrt werden als bisher
replication = Kopien der Datenbank
replication-none = Kein anderer Rechner empfängt, was geschrieben wird
replication-broken = Kopien der Datenbank, Fehler
standby = Die Kopie { $name }
standby-sync = { $state }, jede Änderung wartet auf sie; { $n } Byte zurück
standby-async = { $state }, keine Änderung wartet auf sie; { $n } Byte zurück
slot = Der Platz { $name } im Protokoll der Datenbank
slot-keeps = { $n } MiB werden für ihn aufgehoben
replication-nobody-synchronous = Änderungen sollen auf eine Kopie warten, und keine ist da: nichts wird bestätigt
replication-not-streaming = Eine Kopie empfängt nicht, was geschrieben wird
replication-slot-retains = Niemand liest von einem Platz im Protokoll, und was für ihn aufgehoben wird, wächst
replication-slot-lost = Was ein Platz im Protokoll braucht, ist fort
replication-hidden = Die Datenbank lässt uns nicht sehen, wer empfängt
column-request = Antrag
rights-was-answered = beantwortet am { $date }
rights-was-in-time = beantwortet am { $date }, rechtzeitig
rights-was-late = beantwortet am { $date }, zu spät
rights-nothing-due = erledigt; es steht nichts mehr aus
hold-lift-what = Es geht um: { $what }. Die Sperre gilt seit { $date }.
mistake-hold-on = Wählen Sie, was gesperrt werden soll.
mistake-hold-person = Es gibt keine Person mit dieser Kennung. Geben Sie die ganze Kennung an, 36 Zeichen.
mistake-hold-collection = Das Register kennt keine Sammlung mit diesem Namen.
mistake-hold-empty = Lassen Sie das Feld leer, wenn alles gesperrt werden soll, oder wählen Sie eine Person oder eine Sammlung.
mistake-hold-reason = Geben Sie einen Grund an, ohne Nummern von Zahlungskarten.
mistake-hold-until = Geben Sie einen künftigen Tag an, zum Beispiel 2027-01-31, oder lassen Sie das Feld leer.
