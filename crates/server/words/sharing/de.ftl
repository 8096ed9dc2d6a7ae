# Was jemand teilen soll, als ganzer Text: genau diesem Text wird zugestimmt, und sein Hash steht in der Quittung.

ask-oauth-title = { $app } bittet um Zugriff
ask-oauth-text = { $app } hat Sie hierher geschickt. Die App möchte nutzen, was über Sie gespeichert ist.
ask-contact = Fragen dazu: { $contact }
ask-who = Wer fragt: { $who }
ask-what = Worum es geht:
ask-why = Wozu:
ask-long = Wie lange: höchstens { $days } Tage, dann endet es von selbst.
ask-back = Sie können es jederzeit zurücknehmen, sofort und ohne Begründung.
ask-optional = (Sie können das weglassen)
ask-everything = alles, was über Sie gespeichert ist
ask-read = ansehen: { $what }
ask-change = ergänzen oder ändern: { $what }
ask-read-change = ansehen, ergänzen oder ändern: { $what }
ask-fields = nur { $fields }

for-TREAT = um Sie zu behandeln
for-ETREAT = um Sie im Notfall zu behandeln
for-PATRQT = weil Sie darum gebeten haben
for-HRESCH = für die Gesundheitsforschung
for-HPAYMT = für die Abrechnung
for-HOPERAT = für den Betrieb des Dienstes
for-PUBHLTH = für Meldungen zur öffentlichen Gesundheit
for-HLEGAL = für eine rechtliche Pflicht oder einen Anspruch
for-SYSDEV = um das System selbst in Ordnung zu halten

somebody-of-staff = jemand vom Personal
