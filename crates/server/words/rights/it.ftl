# Richieste secondo i diritti di una persona: tipi, stato e bozze di ciò che la persona viene a sapere. Un file per lingua, scritto in essa.

right-access = Informazioni su ciò che è conservato
right-portability = I miei dati da portare via
right-rectification = Una correzione
right-erasure = Cancellazione
right-restriction = Limitazione di ciò che si fa
right-objection = Opposizione a uno scopo
right-know = Informazioni su ciò che è conservato
right-delete = Cancellazione
right-correct = Una correzione
right-opt-out = Nessuna vendita e nessuna condivisione
right-limit = Uso limitato dei dati sensibili
right-question = Una domanda su un accesso
right-report = La segnalazione di un accesso
right-state-received = ricevuta
right-state-confirmed = confermata
right-state-in-progress = in corso
right-state-extended = richiede più tempo
right-state-answered = con risposta
right-state-refused = respinta
right-state-withdrawn = ritirata
draft-confirm =
    Buongiorno,

    la Sua richiesta ci è arrivata il { $received }: { $kind }. Rispondiamo al più tardi il { $last }.
draft-confirm-open =
    Buongiorno,

    la Sua richiesta ci è arrivata il { $received }: { $kind }. La esaminiamo e Le rispondiamo qui.
draft-extend =
    Buongiorno,

    la Sua richiesta del { $received } ({ $kind }) ci richiede più tempo del previsto, perché …

    Rispondiamo al più tardi il { $longer }. Può presentare reclamo all’autorità di controllo o rivolgersi a un tribunale.
draft-answer =
    Buongiorno,

    ecco la nostra risposta alla Sua richiesta del { $received }: { $kind }.
draft-refuse =
    Buongiorno,

    non possiamo fare ciò che ha chiesto il { $received } ({ $kind }), perché …

    Può presentare reclamo all’autorità di controllo o rivolgersi a un tribunale.
draft-done-access = Ciò che è conservato su di Lei si trova in «I miei dati», e chi l’ha guardato in «Chi ha guardato». Può portare via tutto in un solo archivio.
draft-done-know = Ciò che è conservato su di Lei si trova in «I miei dati», e chi l’ha guardato in «Chi ha guardato». Può portare via tutto in un solo archivio.
draft-done-portability = Tutto si può portare via in un solo archivio, in «Porta con sé».
draft-done-rectification = Ciò che ha indicato è corretto. Quello che c’era prima resta nella cronologia.
draft-done-correct = Ciò che ha indicato è corretto. Quello che c’era prima resta nella cronologia.
draft-done-restriction = Da ora nessuno tranne Lei legge o modifica ciò che ha indicato, salvo in un’emergenza. La avvisiamo prima che finisca.
draft-done-objection = Da ora con i Suoi dati non si fa nulla per lo scopo che ha indicato, e nessuno glielo chiede.
draft-done-opt-out = Da ora con i Suoi dati non si fa nulla per lo scopo che ha indicato, e nessuno glielo chiede.
