# Das Portal: die eigenen Seiten einer Person. Eine Datei je Sprache, in ihr geschrieben.

portal-home = Übersicht
portal-data = Meine Daten
portal-files = Meine Dateien
portal-looks = Wer hat geschaut
portal-sharing = Teilen
portal-security = Sicherheit
home-title = Ihre Daten
home-lead = Was über Sie gespeichert ist, gehört Ihnen. Hier sehen Sie es, und wer es sonst gesehen hat.
home-stands-in = Sie handeln hier für jemand anderen. Sie sehen, was diese Person Sie sehen lässt.
home-waits = Wartet auf Ihre Antwort
home-asks = { $who } bittet Sie, etwas zu teilen
home-asks-more = Solange Sie nicht antworten, geschieht nichts. Nein ist eine ebenso gute Antwort wie Ja.
read-and-answer = Lesen und antworten
home-data = { $n ->
    [one] Ein Eintrag ist über Sie gespeichert.
   *[other] { $n } Einträge sind über Sie gespeichert.
 }
home-looks = Jeder Blick auf Ihre Daten, aus einem Protokoll, das niemand ändern kann.
home-sharing = Was Sie wem erlauben. Sie können es jederzeit zurücknehmen.
home-security = Passwort, zweiter Faktor, wo Sie angemeldet sind.
data-lead = Alles, was über Sie gespeichert ist, nach Art.
data-none = Über Sie ist noch nichts gespeichert. Was eine App, ein Gerät oder eine Praxis speichert, erscheint hier.
records = { $n ->
    [one] Ein Eintrag
   *[other] { $n } Einträge
 }
window = Von { $from } bis { $to }
kind-none = Nichts aus dieser Zeit.
kind-more = Aus dieser Zeit gibt es mehr, als auf eine Seite passt.
column-when = Wann
column-what = Was
pages = Seiten
older = Älter
newer = Neuer
record-history = Was vorher dort stand
version = Fassung { $n }, { $when }
files-none = Über Sie sind keine Dateien gespeichert.
files-lead = Eine Datei wird auf Ihrem Gerät gespeichert; nichts darin wird hier ausgeführt. Kleine Bilder werden neu gezeichnet, ohne Ort und Kamera; jedes ist ein Blick, der in der Liste steht, wer geschaut hat.
file-unnamed = Eine Datei ohne Namen
yes = ja
no = nein
days = { $n ->
    [one] ein Tag
   *[other] { $n } Tage
 }
looks-lead = Jede Zeile steht in einem Protokoll, das sich nicht unbemerkt ändern lässt. Auch Ihre eigenen Blicke stehen darin.
looks-show = Zeigen
looks-show-all = Alle
looks-show-others = Nicht ich
looks-show-opened = Was andere sahen
looks-show-refused = Was verweigert wurde
looks-none = Bisher nichts dieser Art.
looks-none-here = Unter den neuesten Einträgen ist nichts dieser Art. Es gibt ältere.
looks-history = Den ganzen Verlauf behalten
looks-history-text = Eine Datei mit jedem Eintrag, der Sie betrifft, jeder mit seinem Beweis. Öffnen Sie sie in einem Browser, auch ohne Netz, und sie prüft sich selbst. Am Ende steht, wie viele Einträge es sind; fehlt das, ist die Datei nicht vollständig.
looks-history-take = Verlauf speichern
looks-history-keys = Erstellt am { $date }. Die Schlüssel des Protokolls, zum Vergleich mit dem, was andere aufbewahrt haben:
looks-history-end = { $n ->
    [one] Ein Eintrag. Hier endet die Datei, und sie ist vollständig.
   *[other] { $n } Einträge. Hier endet die Datei, und sie ist vollständig.
}
looks-count = { $n ->
    [one] eine Sache
   *[other] { $n } Sachen
 }
looks-by-grant = durch etwas, das Sie teilen
looks-denied = Das wurde verweigert.
looks-failed = Das schlug fehl.
looks-proof = Beweis
looks-proven = In Ihrem Browser bewiesen
looks-wrong = Der Beweis hält nicht
looks-cannot = Nehmen Sie den Beweis mit, um ihn zu prüfen
looks-how = So prüfen Sie es selbst
looks-how-text = Ihr Browser prüft jede Zeile: dass sie in dem Protokoll steht, dessen Kopf mit dem Schlüssel des Protokolls unterschrieben ist. Der Beweis ist eine kleine Datei, die jeder ohne uns prüfen kann, mit jedem Werkzeug, das C2SP-Beweise liest.
who-you = Sie
who-somebody = Jemand
who-service = Ein Programm von { $service }
who-staff = Jemand vom Personal ({ $role })
who-proxy = Jemand, der für Sie handeln darf
who-system = Strongroom selbst
what-data = Ihre Daten
did-record-read = Angesehen von { $who }, ein Eintrag: { $what }
did-record-write = Geschrieben von { $who }, ein Eintrag: { $what }
did-record-delete = Gelöscht von { $who }, ein Eintrag: { $what }
did-record-list = Angesehen von { $who }, eine Liste: { $what }
did-record-history = Angesehen von { $who }, frühere Fassungen: { $what }
did-search = Gesucht von { $who }: { $what }
did-file-read = Geöffnet von { $who }: eine Datei
did-file-write = Gespeichert von { $who }: eine Datei
did-file-delete = Gelöscht von { $who }: eine Datei
did-file-list = Angesehen von { $who }: die Liste Ihrer Dateien
did-person-create = Begonnen von { $who }: Daten über Sie zu speichern
did-person-read = Angesehen von { $who }: was über Sie gespeichert ist, gezählt
did-person-list = Aufgelistet von { $who }: Personen, Sie darunter
did-person-erase = Gelöscht von { $who }: alles über Sie
did-export = Mitgenommen von { $who }: Ihre Daten
did-export-send = { $who } hat Ihre medizinischen Daten an eine andere Stelle gesendet
did-export-stop = { $who } hat das Senden Ihrer medizinischen Daten abgebrochen
did-import = Eingebracht von { $who }: Daten über Sie
did-consent-ask = Gefragt von { $who }: ob Sie etwas teilen
did-consent-answer = Beantwortet von { $who }: eine Frage zum Teilen
did-consent-narrow = Verkleinert von { $who }: was Sie teilen
did-consent-withdraw = Zurückgenommen von { $who }: was Sie geteilt haben
did-consent-end = Abgelaufen: etwas, das Sie geteilt haben
did-consent-list = Angesehen von { $who }: was Sie teilen
did-log-read = Angesehen von { $who }: diese Liste
did-log-prove = Geholt von { $who }: ein Beweis
did-other = Getan von { $who }: etwas mit { $what }
sharing-lead = Was Sie wem mit Ihren Daten erlauben. Ein Tippen nimmt es zurück, sofort.
sharing-now = Jetzt geteilt
sharing-none = Sie teilen nichts mit niemandem.
sharing-over = Nicht mehr geteilt
sharing-apps = Apps, in denen Sie angemeldet sind
share-until = Bis { $date }, dann endet es von selbst
share-withdrawn = Zurückgenommen { $date }
share-expired = Abgelaufen { $date }
share-replaced = Durch eine neuere Antwort ersetzt { $date }
share-ended = Beendet { $date }
share-end = Zurücknehmen
share-less = Weniger teilen
share-keep = Nur das Angekreuzte behalten
share-happened = Was geschehen ist
share-proxy = Darf für Sie handeln, in diesen Grenzen.
event-given = Sie haben Ja gesagt
event-narrowed = Sie haben es verkleinert
event-withdrawn = Sie haben es zurückgenommen
event-expired = Es ist abgelaufen
event-replaced = Eine neuere Antwort trat an seine Stelle
event-ended = Es ist beendet
notice-grant-ended = Es ist zurückgenommen. Damit wird nichts mehr geöffnet.
notice-grant-narrowed = Es ist jetzt kleiner.
notice-answer-granted = Sie haben Ja gesagt. Sie können es jederzeit zurücknehmen.
notice-answer-refused = Sie haben Nein gesagt. Es wurde nichts geteilt.
notice-answer-deferred = Später also. Die Frage wartet hier auf Sie.
notice-answer-again = Sie hat sich inzwischen geändert. Bitte lesen Sie noch einmal.
question-over = Diese Frage ist schon beantwortet oder hat zu lange gewartet.
question-examples = Was zu sehen wäre
question-examples-text = So sähe zum Beispiel einer Ihrer Einträge dort aus.
question-answer = Ihre Antwort
question-parts = Was Sie teilen würden
question-essential = (nötig)
question-long = Wie lange
question-no = Nein
question-yes = Ja, dies teilen
question-later = Später entscheiden
role-owner = Inhaber
role-administrator = Verwaltung
role-security = Sicherheit
role-operator = Betrieb
role-compliance = Compliance
role-support = Support
role-clinician = Behandelnde
role-developer = Entwicklung
role-app = App
role-person = Person
role-system = System
kind-cycle-day = Zyklustagebuch
kind-cycle-settings = Einstellungen des Tagebuchs
kind-wearable-measure = Messwerte
kind-wearable-sleep = Schlaf
kind-wearable-activity = Aktivität
kind-wearable-device = Geräte
kind-Patient = Über Sie
kind-Observation = Befunde und Messwerte
kind-Condition = Erkrankungen
kind-Encounter = Besuche
kind-Procedure = Eingriffe
kind-MedicationRequest = Verordnungen
kind-Immunization = Impfungen
kind-DiagnosticReport = Berichte
kind-AllergyIntolerance = Allergien
kind-CarePlan = Behandlungspläne
kind-CareTeam = Behandlungsteams
kind-Claim = Abrechnungen
kind-ExplanationOfBenefit = Rechnungen
kind-DocumentReference = Dokumente
field-date = Datum
field-measures = Messwerte
field-weight = Gewicht
field-systolic = Oberer Blutdruck
field-diastolic = Unterer Blutdruck
field-heart-rate = Puls
field-fat-ratio = Körperfett
field-oxygen-saturation = Sauerstoffsättigung
field-steps = Schritte
field-deepMinutes = Tiefschlaf
field-lightMinutes = Leichter Schlaf
field-remMinutes = Traumschlaf
field-awakeMinutes = Wach
field-latencyMinutes = Zeit bis zum Einschlafen
field-efficiency = Effizienz
field-heartRateAverage = Mittlerer Puls
field-heartRateMin = Niedrigster Puls
field-heartRateMax = Höchster Puls
field-score = Punkte
field-flow = Blutung
field-pain = Schmerz
field-symptoms = Beschwerden
field-mood = Stimmung
field-basalTemperature = Aufwachtemperatur
field-cycleDay = Zyklustag
field-sleepHours = Stunden Schlaf
field-notes = Notizen
field-measuredAt = Gemessen
field-category = Art
field-timezone = Zeitzone
field-start = Von
field-end = Bis
field-code = Was
field-status = Stand
field-value = Wert
portal-take = Mitnehmen
home-take = Einträge und Dateien in einem Archiv, für Sie selbst oder für jemand anderen.
take-lead = Ein Archiv: Ihre Einträge als JSON und als Tabellen, medizinische Einträge als FHIR, Ihre Dateien, wie Sie sie abgegeben haben, und wer geschaut hat. Es bleibt sieben Tage hier. Was Sie teilen, mit den Belegen, und Ihr Konto liegen auch darin.
take-of = Archiv vom { $date }
take-waiting = Es wird gerade gemacht; bei vielen Daten dauert das einige Minuten.
take-ready = Fertig
take-failed = Es konnte nicht gemacht werden. Bitten Sie noch einmal darum.
take-until = bleibt bis { $date }
take-protected = öffnet sich mit Ihrer Passphrase
take-fetch = Speichern
take-delete = Löschen
take-again = Noch einmal schauen
take-new = Ein neues Archiv
take-passphrase = Passphrase, wenn Sie mögen
take-passphrase-hint = Zwölf Zeichen oder mehr. Das Archiv wird dann versiegelt (age); ohne die Passphrase öffnet es niemand, auch wir nicht.
take-ask = Archiv machen
take-short = Die Passphrase hat mindestens zwölf Zeichen.
take-many = Es gibt schon drei Archive, oder fünf wurden heute gemacht. Löschen Sie eines oder kommen Sie morgen wieder.
notice-take-asked = Das Archiv wird gemacht.
notice-take-deleted = Das Archiv ist gelöscht.
move-new = An eine andere Stelle
move-lead = Ihre medizinischen Daten, direkt an eine andere Stelle gesendet, die FHIR spricht. Tagebuch, Messwerte von Geräten und Dateien werden nicht gesendet: Sie sind im Archiv.
move-whom = An wen?
move-hint = Was gesendet ist, wird dort nach deren Regeln aufbewahrt. Es lässt sich nicht zurückholen; bitten Sie dort um Löschung.
move-ask = Senden
move-stop = Abbrechen
move-waiting = Unterwegs
move-sent = Gesendet
move-failed = Es kam nicht zu Ende. Ein Teil kann dort sein; senden Sie es noch einmal.
move-stopped = Abgebrochen. Ein Teil kann dort sein.
move-choose = Wählen Sie eine der Stellen.
move-many = Drei sind schon unterwegs, oder heute wurden fünf gesendet. Warten Sie, brechen Sie eines ab, oder kommen Sie morgen wieder.
move-count = { $n ->
    [one] ein Eintrag ist dort
   *[other] { $n } Einträge sind dort
 }
move-left = { $n ->
    [one] einer wurde nicht angenommen
   *[other] { $n } wurden nicht angenommen
 }
notice-move-asked = Ihre Daten werden gesendet.
notice-move-stopped = Es wird nichts mehr gesendet.
portal-delete = Löschen
home-delete = Alles über Sie, endgültig weg.
delete-lead = Hier können Sie alles löschen lassen, was über Sie gespeichert ist. Es lässt sich nicht zurückholen, auch nicht durch uns.
delete-due = Alles wird am { $date } gelöscht. Bis dahin können Sie es sich anders überlegen.
delete-off = Doch alles behalten
delete-goes = Was verschwindet
delete-goes-too = Auch Ihre Dateien, Archive, Ihr Konto, alles, was Sie teilen, das Suchverzeichnis und die Schlüssel: ohne sie öffnet sich davon nirgends mehr etwas, auch in keiner Sicherung.
delete-stays = Was bleibt, und warum
delete-stays-id = Eine zufällige Kennung, die zu niemandem führt, damit sie nie jemand anderem gegeben wird.
delete-stays-tokens = Beendete Schlüssel und was Apps erlaubt war, unter dieser Kennung, damit es geprüft werden kann.
delete-stays-log = Das Protokoll: es kennt Sie unter einem zufälligen Namen, und die Verbindung von Ihnen zu diesem Namen wird zerstört.
delete-take-first = Zuerst alles mitnehmen
delete-later = { $n ->
    [one] Alles in einem Tag löschen
   *[other] Alles in { $n } Tagen löschen
 }
delete-now = Alles jetzt löschen
delete-now-hint = Sie weisen sich noch einmal aus. Es gibt keinen Weg zurück.
delete-code = Schreiben Sie diesen Code auf. Damit bekommen Sie eine Bescheinigung, sobald alles weg ist; er wird nicht noch einmal gezeigt.
delete-code-where = Wo: auf der Seite /erased dieses Dienstes. Sie geht ohne Konto.
notice-delete-off = Alles bleibt.
erased-title = Bescheinigung einer Löschung
erased-lead = Wer den Code einer Löschung hat, bekommt hier die Bescheinigung: eine unterschriebene Aussage, was zerstört wurde und wo nichts mehr ist.
erased-code = Code
erased-look = Nachsehen
erased-unknown = Es gibt keine Löschung mit diesem Code.
erased-waiting = Sie wartet bis { $date }.
erased-done = Alles ist gelöscht.
erased-soon = Die Schlüssel sind zerstört, und nichts davon lässt sich noch öffnen. Der Rest wird gerade entfernt; in einer Weile gibt der Code hier die Bescheinigung.
erased-called_off = Sie wurde am { $date } zurückgenommen. Alles blieb.
erased-certificate = Die Bescheinigung ist mit dem Schlüssel des Protokolls unterschrieben und trägt dessen Beweis. Jeder kann sie ohne uns prüfen: strongroom erase verify DATEI.
erased-save = Bescheinigung speichern
erased-show = Bescheinigung zeigen
did-person-erase_ask = Gebeten von { $who }: alles über Sie zu löschen
did-person-erase_call_off = Zurückgenommen von { $who }: die Löschung
did-retention-destroy = Vernichtet von { $who }, nach Ablauf der Frist: { $what }
did-hold-place = Eine Löschsperre wurde gesetzt: Was über Sie aufbewahrt wird, muss vorerst bleiben
did-hold-lift = Eine Löschsperre wurde aufgehoben
delete-held = Zurzeit gilt eine Löschsperre: Alles muss vorerst bleiben. Verlangen Sie jetzt eine Löschung, wartet sie, bis die Sperre aufgehoben ist.
part-record = Diesen Eintrag löschen
part-kind = Alles dieser Art löschen
part-files = Alle Dateien löschen
part-file = Diese Datei löschen
part-delete = Löschen
part-lead = Es lässt sich nicht zurückholen, auch nicht durch uns. Alles andere, was über Sie gespeichert ist, bleibt.
part-versions = { $n ->
    [one] Eine frühere Fassung
   *[other] { $n } frühere Fassungen
 }
part-files-count = { $n ->
    [one] Eine Datei
   *[other] { $n } Dateien
 }
part-archives = { $n ->
    [one] Ein Archiv zum Mitnehmen, weil eine Kopie darin liegt
   *[other] { $n } Archive zum Mitnehmen, weil Kopien darin liegen
 }
part-law = { $n ->
    [one] Ein Eintrag: ein Gesetz verlangt, ihn aufzubewahren, bis { $date }
   *[other] { $n } Einträge: ein Gesetz verlangt, sie aufzubewahren, den letzten bis { $date }
 }
part-stays-tombstones = Dass es etwas gab, als Zahl ohne Inhalt, damit keine Fassung je mit einer anderen verwechselt wird.
part-stays-log = Das Protokoll: es sagt, dass es etwas gab und wer geschaut hat, nicht was.
part-stays-keys = Ihre Schlüssel: sie schützen Ihre übrigen Daten. Was verschwindet, wird hier überschrieben.
part-stays-backups = Sicherungen, die vorher gemacht wurden: darin liegt es versiegelt, bis sie gelöscht werden.
part-held = Zurzeit gilt eine Löschsperre: Dies muss vorerst bleiben. Verlangen Sie jetzt eine Löschung, wartet sie, bis die Sperre aufgehoben ist.
part-none = Hier gibt es nichts, was gelöscht werden kann.
part-now = Jetzt löschen
part-later = { $n ->
    [one] In einem Tag löschen
   *[other] In { $n } Tagen löschen
 }
part-due = Es wird am { $date } gelöscht. Bis dahin können Sie es sich anders überlegen.
part-off = Doch behalten
part-one-of = Ein Eintrag: { $what }
part-one-file = Eine Datei
erased-part-done = Es ist gelöscht.
erased-part-called_off = Es wurde am { $date } zurückgenommen. Es blieb.
delete-parts = Wartet darauf, gelöscht zu werden
delete-one = Ein einzelner Eintrag, eine Art oder eine Datei wird dort gelöscht, wo sie steht:
delete-law = Noch kann nicht alles verschwinden: ein Gesetz verlangt, einen Teil aufzubewahren, längstens bis { $date }. Was nicht daran gebunden ist, lässt sich für sich löschen.
did-record-erase = Endgültig zerstört von { $who }: { $what }
did-part-erase_ask = Gebeten von { $who }: einen Teil zu löschen: { $what }
file-preview = Ein kleines Bild davon
file-begins = Wie sie beginnt
portal-rights = Meine Rechte
home-rights = Auskunft, Berichtigung, Einschränkung verlangen; sehen, bis wann geantwortet wird.
record-correct = Um Berichtigung bitten
looks-ask = Dazu fragen
looks-report = Das melden
rights-lead = Hier verlangen Sie, was Ihr Recht ist. Sie sehen, wie weit es ist und bis wann das Gesetz eine Antwort will.
rights-mine = Was Sie verlangt haben
rights-none = Noch nichts. Was Sie verlangen, steht dann hier, mit den Antworten.
rights-new = Etwas verlangen
rights-take = Um alles mitzunehmen, müssen Sie niemanden fragen
rights-delete = Um alles löschen zu lassen, müssen Sie niemanden fragen
rights-answer-by = Antwort spätestens am { $day }
rights-confirm-by = Bestätigung spätestens am { $day }
rights-late = Der letzte Tag war der { $day }. Es ist verspätet.
rights-state = Stand
rights-received = Eingegangen
rights-day = Bis wann
rights-wish = Was Sie verlangt haben
rights-happened = Was geschehen ist
rights-text = In Ihren Worten
rights-text-hint = Nur wer antwortet, liest es. Es liegt versiegelt unter Ihrem eigenen Schlüssel.
rights-field = Was nicht stimmt
rights-value = Was dort stehen soll
rights-what = Was eingeschränkt werden soll
rights-everything = Alles über mich
rights-purpose = Welchem Zweck widersprechen Sie
rights-send = Absenden
rights-mistake = Etwas fehlt oder passt nicht. Sagen Sie in ein paar Worten, worum es geht, und wählen Sie, wo es etwas zu wählen gibt.
rights-card = Das sieht aus wie die Nummer einer Zahlungskarte. Solche Nummern werden hier nicht gespeichert; lassen Sie sie weg.
rights-many = Viele Ihrer Anträge sind offen. Warten Sie auf eine Antwort, oder nehmen Sie einen zurück.
rights-about-entry = Es geht um Zeile { $n } der Liste, wer geschaut hat.
rights-about-record = Es geht um: { $kind }, { $what }
rights-about-kind = Betrifft: { $kind }
rights-should-be = { $field } soll lauten: { $value }
rights-version = Berichtigt als Version { $n }. Was vorher dort stand, bleibt im Verlauf.
rights-back = Zurücknehmen
rights-back-text = Er ist dann erledigt, und niemand antwortet mehr darauf.
rights-lift = Aufheben
rights-lift-text = Es gilt seit der Antwort. Nach dem Aufheben dürfen andere Ihre Daten wieder lesen und ändern wie zuvor.
rights-event-received = Sie haben es verlangt
rights-event-confirmed = Ihr Antrag wurde bestätigt
rights-event-begun = Jemand arbeitet daran
rights-event-extended = Es dauert länger
rights-event-answered = Er wurde beantwortet
rights-event-refused = Er wurde abgelehnt
rights-event-withdrawn = Sie haben ihn zurückgenommen
rights-event-lifted = Es wurde aufgehoben
notice-rights-asked = Ihr Antrag ist eingegangen. Hier sehen Sie, wie weit er ist.
notice-rights-back = Erledigt.
right-about-access = Was über Sie gespeichert ist, warum, und wer es sieht. Vieles davon steht schon auf diesen Seiten.
right-about-portability = Ihre Daten in einer Form, die andere Programme lesen.
right-about-rectification = Etwas Gespeichertes stimmt nicht. Was vorher dort stand, bleibt im Verlauf.
right-about-erasure = Etwas soll gelöscht werden. Um alles löschen zu lassen, gibt es eine eigene Seite.
right-about-restriction = Niemand außer Ihnen liest oder ändert es, bis es aufgehoben wird, außer in einem Notfall.
right-about-objection = Mit Ihren Daten geschieht zu einem Zweck nichts mehr, und niemand fragt Sie danach.
right-about-know = Was über Sie gespeichert ist, warum, und wer es sieht. Vieles davon steht schon auf diesen Seiten.
right-about-delete = Etwas soll gelöscht werden. Um alles löschen zu lassen, gibt es eine eigene Seite.
right-about-correct = Etwas Gespeichertes stimmt nicht. Was vorher dort stand, bleibt im Verlauf.
right-about-opt-out = Ihre Daten werden zu einem Zweck nicht mehr verkauft oder weitergegeben.
right-about-limit = Sensible Daten werden nur für das genutzt, wofür Sie kamen.
right-about-question = Fragen Sie zu einem Zugriff oder zu allem, was Ihre Daten angeht.
right-about-report = Melden Sie einen Zugriff, der nicht hätte sein sollen. Dem wird nachgegangen.
purpose-TREAT = Behandlung
purpose-HRESCH = Gesundheitsforschung
purpose-HPAYMT = Abrechnung
purpose-HOPERAT = Betrieb des Dienstes
purpose-PUBHLTH = Meldungen für die öffentliche Gesundheit
did-rights-ask = { $who } hat einen Antrag nach Ihren Rechten gestellt
did-rights-step = { $who } hat an einem Antrag von Ihnen etwas getan
did-rights-read = { $who } hat Anträge von Ihnen angesehen
did-rights-lift = { $who } hat aufgehoben, was aus einem Antrag von Ihnen folgte
