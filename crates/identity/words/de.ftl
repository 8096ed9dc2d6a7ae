# Die Seiten rund um ein Konto.

account = Konto
factors = So melden Sie sich an
sessions = Hier sind Sie angemeldet
back-account = Zurück zu Ihrem Konto
back-factors = Zurück zur Anmeldung
back-sessions = Zurück zur Liste
cancel = So lassen

email = E-Mail-Adresse
password = Passwort
name = Ihr Name
name-hint = So nennen wir Sie auf diesen Seiten. Sie können ihn ändern.

mistake-email = Schreiben Sie eine E-Mail-Adresse, zum Beispiel name@example.org.
mistake-name = Schreiben Sie einen Namen mit höchstens 80 Zeichen.
mistake-password = Schreiben Sie Ihr Passwort.
mistake-code = Schreiben Sie den Code.
mistake-organisation = Wir kennen keine Organisation mit diesem Kurznamen.

# Anmelden

sign-in-title = Anmelden
sign-in-organisation = Organisation
sign-in-organisation-hint = Der Kurzname, den Sie von Ihrer Organisation bekommen haben.
sign-in-button = Anmelden
sign-in-forgotten = Ich habe mein Passwort vergessen
sign-in-sign-up = Ein Konto anlegen
refused = Adresse und Passwort gehören nicht zusammen. Prüfen Sie beides und versuchen Sie es noch einmal.
refused-passkey = Dieser Passkey öffnet hier kein Konto. Nehmen Sie einen anderen oder einen anderen Weg.
wait =
    { $seconds ->
        [one] Das waren zu viele Versuche. Warten Sie eine Sekunde, dann versuchen Sie es wieder.
       *[other] Das waren zu viele Versuche. Warten Sie { $seconds } Sekunden, dann versuchen Sie es wieder.
    }
guarded = Jemand hat viele Passwörter für dieses Konto ausprobiert, deshalb sind wir vorsichtig. Melden Sie sich auf einem Gerät an, das Sie schon benutzt haben, nehmen Sie einen Passkey, oder setzen Sie per E-Mail ein neues Passwort.
busy = Gerade melden sich viele an. Versuchen Sie es in ein paar Sekunden wieder.
over = Das hat zu lange gedauert oder wurde zu oft versucht. Bitte beginnen Sie von vorn.
unverified = Ihre Adresse ist noch nicht bestätigt. Öffnen Sie den Link in der E-Mail, die wir Ihnen geschickt haben.

second-title = Noch ein Schritt
second-lead = Das Passwort stimmt. Zeigen Sie nun, dass Sie es sind.
second-code = Code aus Ihrer App
second-code-hint = Die sechs Ziffern, die Ihre App gerade zeigt.
second-recovery = Ersatzcode
second-recovery-hint = Einer der Codes, die Sie ausgedruckt oder notiert haben. Jeder gilt einmal.
second-button = Weiter
second-use-recovery = Einen Ersatzcode nehmen
second-use-app = Einen Code aus der App nehmen
second-use-passkey = Einen Passkey nehmen
second-passkey-lead = Ihr Gerät fragt nach Finger, Gesicht oder seiner PIN. Uns sagt es nur, dass Sie es waren.
second-again = Von vorn beginnen
wrong-code = Das hat nicht gestimmt. Nehmen Sie einen frischen Code: jeder gilt einmal.
wrong-passkey = Der Passkey konnte es nicht zeigen. Versuchen Sie es noch einmal oder nehmen Sie einen anderen Weg.

enrol-title = Ihre Arbeit braucht einen zweiten Nachweis
enrol-lead = Sie kommen an das, was für andere privat ist. Ein Passwort allein reicht dafür nicht; richten Sie bitte noch etwas ein.
enrol-choose = Was möchten Sie nehmen?
enrol-passkey = Einen Passkey
enrol-passkey-about = Ihr Telefon, Ihr Rechner oder ein Sicherheitsschlüssel. Niemand kann ihn Ihnen ablisten.
enrol-app = Eine App, die Codes zeigt
enrol-app-about = Jede Authenticator-App. Sie braucht keine Verbindung.
enrol-passkey-only = Ihre Rolle verlangt einen Passkey: Einen Code kann man Ihnen ablisten, einen Passkey nicht.

# Ein Konto anlegen

sign-up-title = Ein Konto anlegen
sign-up-lead = Schreiben Sie Ihre E-Mail-Adresse. Wir schicken Ihnen einen Link, und dort wählen Sie Namen und Passwort.
sign-up-button = Link schicken
sign-up-have = Ich habe schon ein Konto
sign-up-closed = Konten gibt es hier auf Einladung. Bitten Sie Ihre Ansprechperson bei { $site } darum.
mail-title = Sehen Sie in Ihre E-Mail
mail-sign-up = Wir haben eine E-Mail an die angegebene Adresse geschickt. Öffnen Sie den Link darin innerhalb von 24 Stunden, um Ihr Konto anzulegen.
mail-reset = Wenn es ein Konto mit dieser Adresse gibt, ist eine E-Mail unterwegs. Öffnen Sie den Link darin innerhalb von 30 Minuten.
mail-nothing = Nichts angekommen? Sehen Sie im Spam-Ordner nach, und prüfen Sie, ob die Adresse so geschrieben ist wie sonst.

new-password = Neues Passwort
choose-password = Passwort
password-alone-hint = Mindestens 15 Zeichen. Ein paar Wörter, die nichts miteinander zu tun haben, sind gut. Alles, was man tippen kann, ist erlaubt.
password-second-hint = Mindestens 8 Zeichen. Alles, was man tippen kann, ist erlaubt.
strength-good = Gut. Das errät so schnell kein Programm.
weakness-short = Das Passwort braucht mindestens { $n } Zeichen. Ein paar Wörter ohne Zusammenhang merkt man sich leicht.
weakness-long = Das Passwort darf höchstens { $n } Zeichen haben.
weakness-common = Das ist eines der Passwörter, die alle zuerst ausprobieren. Wählen Sie ein anderes.
weakness-breached = Dieses Passwort ist schon einmal irgendwo bekannt geworden. Wählen Sie ein anderes.
weakness-guessable = Ein Programm würde das schnell erraten. Fügen Sie Wörter hinzu, die nichts miteinander zu tun haben.
weakness-own_word = Lassen Sie Wörter weg, die mit Ihnen oder mit uns zu tun haben.

# Links aus E-Mails

verify-title = Ihr Konto anlegen
verify-lead = Mit diesem Link ist Ihre Adresse bestätigt. Wählen Sie, wie wir Sie nennen, und ein Passwort, dann gehört das Konto Ihnen.
verify-button = Konto anlegen
invite-title = Willkommen
invite-lead = Für Sie wurde ein Konto angelegt. Wählen Sie, wie wir Sie nennen, und ein Passwort, dann gehört es Ihnen.
invite-button = Konto einrichten
reset-title = Ein neues Passwort setzen
reset-lead = Sie werden überall abgemeldet. Wenn Sie einen zweiten Nachweis nutzen, bleibt er, wie er ist.
reset-button = Passwort setzen
link-title = Dieser Link gilt nicht mehr
link-gone = Er wurde benutzt, ist zu alt, oder ein neuerer hat ihn ersetzt.
link-next = Fordern Sie einen neuen an, oder melden Sie sich an, wenn Sie schon fertig sind.
forgotten-title = Ein neues Passwort
forgotten-lead = Wir schicken Ihnen einen Link. Wenn Sie einen zweiten Nachweis nutzen, wird er weiterhin verlangt.
forgotten-button = Link schicken

# Das Konto

account-lead = Angemeldet als { $email }.
account-password = Passwort
account-password-change = Ändern
account-app = Codes aus einer App
account-passkeys = Passkeys
account-recovery = Ersatzcodes
account-sessions = Angemeldet
account-on = An
account-off = Aus
account-passkeys-n =
    { $n ->
        [0] Keiner
        [one] Ein Passkey
       *[other] { $n } Passkeys
    }
account-recovery-none = Noch keine
account-recovery-n =
    { $n ->
        [0] Keiner übrig
        [one] Einer übrig
       *[other] { $n } übrig
    }
account-sessions-n =
    { $n ->
        [one] Nur hier
       *[other] An { $n } Stellen
    }
account-look = Ansehen und ändern
account-weak = Ein gestohlenes Passwort würde reichen, um sich als Sie anzumelden. Mit einem Passkey oder einer App reicht es nicht.
account-no-recovery = Wenn Sie Ihr Telefon verlieren, kommen Sie nicht mehr hinein. Machen Sie Ersatzcodes und bewahren Sie sie sicher auf.

password-title = Passwort ändern
password-lead = Hier bleiben Sie angemeldet. Überall sonst werden Sie abgemeldet.
password-button = Passwort ändern

# Wege der Anmeldung

factors-lead = Wer Ihr Passwort kennt, kommt ohne eines davon trotzdem nicht hinein.
app-title = Codes aus einer App
app-empty = Noch keine App. Eine Authenticator-App zeigt jede halbe Minute einen neuen Code, auch ohne Verbindung.
app-add = App hinzufügen
passkeys-title = Passkeys
passkeys-empty = Noch kein Passkey. Er liegt im Telefon, im Rechner oder auf einem Sicherheitsschlüssel und öffnet sich mit Finger, Gesicht oder PIN.
passkey-add = Passkey hinzufügen
recovery-title = Ersatzcodes
recovery-empty = Noch keine. Jeder lässt Sie einmal hinein, wenn Telefon oder Schlüssel verloren sind.
recovery-left =
    { $n ->
        [0] Alle sind benutzt.
        [one] Einer ist übrig.
       *[other] { $n } sind übrig.
    }
recovery-make = Neue Codes machen
since = Hinzugefügt { $date }
used = zuletzt benutzt { $date }
never-used = noch nicht benutzt
remove = Entfernen
app-unnamed = App
passkey-unnamed = Passkey

totp-title = Eine App hinzufügen
app-lead = Sie brauchen eine Authenticator-App auf dem Telefon. Jede ist recht, und sie geht ohne Verbindung.
totp-scan = Scannen Sie dieses Bild mit Ihrer App
totp-qr = Ein QR-Code mit dem Schlüssel für Ihre App. Der Schlüssel steht darunter, zum Abtippen.
totp-type = Oder tippen Sie diesen Schlüssel ein
totp-enter = Schreiben Sie den Code, den sie zeigt
totp-name = Wie nennen Sie diese App oder dieses Telefon?
totp-button = Einschalten

passkey-add-title = Einen Passkey hinzufügen
passkey-add-lead = Ihr Gerät fragt nach Finger, Gesicht oder seiner PIN. Sie verlassen das Gerät nie: Wir erfahren nur, dass Sie es waren.
passkey-name = Wie nennen Sie dieses Gerät oder diesen Schlüssel?
passkey-add-button = Passkey anlegen

codes-title = Ihre Ersatzcodes
codes-lead = Jeder lässt Sie einmal hinein. Wir zeigen sie nur jetzt und behalten sie selbst nicht.
codes-keep = Drucken Sie diese Seite oder schreiben Sie die Codes ab, und bewahren Sie sie dort auf, wo nur Sie drankommen. Ältere Codes gelten nicht mehr.
codes-done = Ich habe sie aufbewahrt

recovery-new-title = Neue Ersatzcodes machen
recovery-new-lead = Sie bekommen zehn neue Codes. Die bisherigen gelten dann nicht mehr.
recovery-new-button = Codes machen

remove-title = „{ $name }“ entfernen?
remove-app = Die App lässt Sie nicht mehr hinein. Ihre anderen Wege bleiben.
remove-passkey = Dieser Passkey lässt Sie nicht mehr hinein. Löschen Sie ihn auch auf dem Gerät, sonst bietet es ihn weiter an.
remove-last = Es ist der letzte: Danach kommt jeder hinein, der Ihr Passwort kennt.
remove-needed = Ihr Konto braucht diesen. Fügen Sie zuerst einen anderen hinzu, dann entfernen Sie ihn.
too-many = Sie haben so viele, wie ein Konto haben kann. Entfernen Sie zuerst einen.

# Sitzungen

sessions-lead = Jede Zeile ist ein Browser, der als Sie angemeldet ist. Beenden Sie, was Sie nicht kennen, und ändern Sie Ihr Passwort.
session-this = Dieser Browser
session-unnamed = Ein Browser
session-since = Seit { $date }
session-seen = zuletzt gesehen { $date }
session-by-single = Mit Passwort
session-by-two-factor = Mit Passwort und zweitem Nachweis
session-by-phishing-resistant = Mit Passkey
session-rename = Benennen
session-end = Beenden
sessions-end-others = Alle anderen beenden
session-name-title = Diesen Browser benennen
session-name-label = Name
session-name-hint = Damit Sie ihn wiedererkennen, zum Beispiel „Mein Telefon“.
session-name-button = Namen speichern

apps = Apps, denen Sie Zugang geben
apps-lead = Jede davon darf Ihre Daten nutzen, bis Sie es zurücknehmen. Von da an bekommt sie nichts mehr.
apps-none = Keine App nutzt Ihre Daten. Wenn Sie einer Zugang geben, steht sie hier, und Sie können ihn jederzeit beenden.
apps-since = Seit { $date }
apps-end = Zurücknehmen

# Noch einmal zeigen

confirm-title = Sind Sie es?
confirm-lead = Bevor sich hier etwas ändert, zeigen Sie bitte noch einmal, dass Sie es sind. Danach geht es dort weiter, wo Sie waren.
confirm-refused = Das ist nicht Ihr Passwort. Versuchen Sie es noch einmal.
confirm-button = Ich bin es

# Was gerade geschah

notice-signed-out = Sie sind abgemeldet.
notice-verified = Ihr Konto ist bereit. Sie können sich jetzt anmelden.
notice-welcome = Ihr Konto ist bereit. Sie können sich jetzt anmelden.
notice-password-set = Ihr neues Passwort ist gesetzt. Sie können sich jetzt damit anmelden.
notice-password-changed = Ihr Passwort ist geändert. Überall sonst sind Sie abgemeldet.
notice-app-added = Ihre App ist hinzugefügt. Ab jetzt fragen wir nach ihrem Code.
notice-passkey-added = Ihr Passkey ist hinzugefügt.
notice-factor-removed = Es ist entfernt.
notice-session-ended = Dieser Browser ist abgemeldet.
notice-sessions-ended = Alle anderen Browser sind abgemeldet.
notice-session-named = Der Name ist gespeichert.
notice-app-ended = Die App bekommt ab jetzt nichts mehr.
notice-over = Das hat zu lange gedauert. Bitte beginnen Sie von vorn.

# Darf diese App das?

consent-title = { $app } bittet um Zugriff
consent-optional = (Sie können das weglassen)
consent-text = Der ganze Text, dem Sie zustimmen
consent-may = Wenn Sie Ja sagen, darf sie
consent-why = Sie sagt, sie braucht das
consent-how-long = Wie lange
consent-stays = Auch wenn Sie nicht da sind, bis Sie es zurücknehmen; höchstens 90 Tage, ohne Sie wieder zu fragen.
consent-once = 15 Minuten lang.
consent-seen = Jeder Blick wird aufgeschrieben, und Sie können es sehen.
consent-back = Sie können es jederzeit zurücknehmen, so leicht wie Sie es geben. Von da an bekommt sie nichts mehr; was sie bis dahin hat, liegt nicht mehr in unserer Hand.
consent-goes-to = Ihre Antwort geht an { $where }.
consent-contact = Fragen zur App: { $contact }.
consent-no = Nein
consent-yes = Ja, erlauben
stop-title = So geht es nicht weiter
stop-wrong = Die App hat auf eine Weise gefragt, die wir nicht annehmen. Sie haben nichts falsch gemacht.
stop-over = Diese Frage ist schon beantwortet, oder sie stand zu lange offen. Gehen Sie zurück zur App und beginnen Sie von vorn.
stop-signed-out = Sie sind nicht mehr angemeldet. Gehen Sie zurück zur App und beginnen Sie von vorn.
stop-nothing = Niemand hat etwas bekommen.
stop-details = Für alle, die an der App arbeiten
want-know = wissen, dass Sie es sind, unter einem Namen, den nur diese App bekommt
want-record = wissen, welche Akte Ihre ist
want-read = { $what } lesen
want-change = { $what } ergänzen oder ändern
want-read-change = { $what } lesen, ergänzen und ändern
want-of = Ihr „{ $what }“
want-all = alles, was über Sie aufbewahrt wird, auch Dateien,
for-treat = um Sie zu behandeln
for-etreat = um Sie im Notfall zu behandeln
for-patrqt = um es Ihnen zu zeigen, weil Sie darum gebeten haben
for-hresch = für Gesundheitsforschung, ohne Ihren Namen
for-hpaymt = um Behandlung abzurechnen und zu bezahlen
for-hoperat = um die Einrichtung zu betreiben
for-pubhlth = für die öffentliche Gesundheit, ohne Ihren Namen
for-hlegal = für eine gesetzliche Pflicht oder einen Anspruch
for-sysdev = um das System selbst zu pflegen
account-to-portal = Zu Ihren Seiten
