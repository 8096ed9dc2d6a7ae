# Anträge nach den Rechten einer Person: Arten, Stand, und Entwürfe dessen, was die Person erfährt. Eine Datei je Sprache, in ihr geschrieben.

right-access = Auskunft, was gespeichert ist
right-portability = Meine Daten zum Mitnehmen
right-rectification = Eine Berichtigung
right-erasure = Löschung
right-restriction = Einschränkung der Verarbeitung
right-objection = Widerspruch gegen einen Zweck
right-know = Auskunft, was gespeichert ist
right-delete = Löschung
right-correct = Eine Berichtigung
right-opt-out = Kein Verkauf und keine Weitergabe
right-limit = Begrenzte Nutzung sensibler Daten
right-question = Eine Frage zu einem Zugriff
right-report = Eine Meldung eines Zugriffs
right-state-received = eingegangen
right-state-confirmed = bestätigt
right-state-in-progress = in Arbeit
right-state-extended = dauert länger
right-state-answered = beantwortet
right-state-refused = abgelehnt
right-state-withdrawn = zurückgenommen
draft-confirm =
    Guten Tag,

    Ihr Antrag ist am { $received } bei uns eingegangen: { $kind }. Wir antworten spätestens am { $last }.
draft-confirm-open =
    Guten Tag,

    Ihre Nachricht ist am { $received } bei uns eingegangen: { $kind }. Wir gehen ihr nach und antworten Ihnen hier.
draft-extend =
    Guten Tag,

    für Ihren Antrag vom { $received } ({ $kind }) brauchen wir länger als gehofft, weil …

    Wir antworten spätestens am { $longer }. Sie können sich bei der Aufsichtsbehörde beschweren oder ein Gericht anrufen.
draft-answer =
    Guten Tag,

    hier ist unsere Antwort auf Ihren Antrag vom { $received }: { $kind }.
draft-refuse =
    Guten Tag,

    was Sie am { $received } beantragt haben ({ $kind }), können wir nicht tun, weil …

    Sie können sich bei der Aufsichtsbehörde beschweren oder ein Gericht anrufen.
draft-done-access = Was über Sie gespeichert ist, steht unter „Meine Daten“, und wer es angesehen hat, unter „Wer hat geschaut“. Alles können Sie als ein Archiv mitnehmen.
draft-done-know = Was über Sie gespeichert ist, steht unter „Meine Daten“, und wer es angesehen hat, unter „Wer hat geschaut“. Alles können Sie als ein Archiv mitnehmen.
draft-done-portability = Alles lässt sich unter „Mitnehmen“ als ein Archiv mitnehmen.
draft-done-rectification = Was Sie genannt haben, ist berichtigt. Was vorher dort stand, bleibt im Verlauf.
draft-done-correct = Was Sie genannt haben, ist berichtigt. Was vorher dort stand, bleibt im Verlauf.
draft-done-restriction = Ab jetzt liest oder ändert niemand außer Ihnen, was Sie genannt haben, außer in einem Notfall. Bevor das endet, sagen wir es Ihnen.
draft-done-objection = Ab jetzt geschieht mit Ihren Daten nichts mehr zu dem Zweck, den Sie genannt haben, und niemand fragt Sie danach.
draft-done-opt-out = Ab jetzt geschieht mit Ihren Daten nichts mehr zu dem Zweck, den Sie genannt haben, und niemand fragt Sie danach.
