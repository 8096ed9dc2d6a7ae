# Il portale: le pagine di una persona. Un file per lingua, scritto in essa.

portal-home = Panoramica
portal-data = I miei dati
portal-files = I miei file
portal-looks = Chi ha guardato
portal-sharing = Condivisione
portal-security = Sicurezza
home-title = I Suoi dati
home-lead = Ciò che è conservato su di Lei è Suo. Qui lo vede, e vede chi altro l’ha visto.
home-stands-in = Qui agisce per qualcun altro. Vede ciò che questa persona Le lascia vedere.
home-waits = In attesa della Sua risposta
home-asks = { $who } Le chiede di condividere qualcosa
home-asks-more = Finché non risponde non succede nulla. No è una risposta buona quanto sì.
read-and-answer = Leggi e rispondi
home-data = { $n ->
    [one] Su di Lei è conservata una registrazione.
   *[other] Su di Lei sono conservate { $n } registrazioni.
 }
home-looks = Ogni sguardo ai Suoi dati, da un registro che nessuno può cambiare.
home-sharing = Che cosa lascia fare e a chi. Può revocarlo in ogni momento.
home-security = Password, secondo fattore, dove ha effettuato l’accesso.
data-lead = Tutto ciò che è conservato su di Lei, per tipo.
data-none = Su di Lei non è ancora conservato nulla. Ciò che salva un’app, un dispositivo o un ambulatorio apparirà qui.
records = { $n ->
    [one] Una registrazione
   *[other] { $n } registrazioni
 }
window = Dal { $from } al { $to }
kind-none = Nulla di questo periodo.
kind-more = Di questo periodo c’è più di quanto stia in una pagina.
column-when = Quando
column-what = Che cosa
pages = Pagine
older = Meno recenti
newer = Più recenti
record-history = Che cosa diceva prima
version = Versione { $n }, { $when }
files-none = Su di Lei non sono conservati file.
files-lead = Un file viene salvato sul Suo dispositivo; nulla in esso viene eseguito qui. Le piccole immagini sono ridisegnate, senza luogo né fotocamera; ognuna è uno sguardo che figura nell’elenco di chi ha guardato.
file-unnamed = Un file senza nome
yes = sì
no = no
days = { $n ->
    [one] un giorno
   *[other] { $n } giorni
 }
looks-lead = Ogni riga sta in un registro che non si può cambiare senza che si veda. Ci sono anche i Suoi sguardi.
looks-show = Mostra
looks-show-all = Tutti
looks-show-others = Non io
looks-show-opened = Ciò che hanno visto altri
looks-show-refused = Ciò che è stato rifiutato
looks-none = Finora nulla di questo tipo.
looks-none-here = Nulla di questo tipo tra le voci più recenti. Ce ne sono di più vecchie.
looks-history = Conservare tutta la cronologia
looks-history-text = Un file con ogni voce che La riguarda, ciascuna con la sua prova. Lo apra in un browser, anche senza rete, e si verifica da sé. Alla fine c’è scritto quante sono le voci; se manca, il file non è completo.
looks-history-take = Salva la cronologia
looks-history-keys = Creato il { $date }. Le chiavi del registro, da confrontare con ciò che altri hanno conservato:
looks-history-end = { $n ->
    [one] Una voce. Qui finisce il file, ed è completo.
   *[other] { $n } voci. Qui finisce il file, ed è completo.
}
looks-count = { $n ->
    [one] una cosa
   *[other] { $n } cose
 }
looks-by-grant = grazie a qualcosa che condivide
looks-denied = È stato rifiutato.
looks-failed = Non è riuscito.
looks-proof = Prova
looks-proven = Provato nel Suo browser
looks-wrong = La prova non regge
looks-cannot = Porti con sé la prova per verificarla
looks-how = Come verificarlo da sé
looks-how-text = Il Suo browser verifica ogni riga: che stia nel registro la cui testa è firmata con la chiave del registro. La prova è un piccolo file che chiunque può verificare senza di noi, con qualunque strumento che legga prove C2SP.
who-you = Lei
who-somebody = Qualcuno
who-service = Un programma di { $service }
who-staff = Qualcuno del personale ({ $role })
who-proxy = Qualcuno che agisce per Lei
who-system = Strongroom stesso
what-data = i Suoi dati
did-record-read = { $who }: guardata una registrazione, { $what }
did-record-write = { $who }: scritta una registrazione, { $what }
did-record-delete = { $who }: cancellata una registrazione, { $what }
did-record-list = { $who }: guardato un elenco, { $what }
did-record-history = { $who }: guardate versioni precedenti, { $what }
did-search = { $who }: ricerca, { $what }
did-file-read = { $who }: aperto un file
did-file-write = { $who }: salvato un file
did-file-delete = { $who }: cancellato un file
did-file-list = { $who }: guardato l’elenco dei Suoi file
did-person-create = { $who }: iniziato a conservare dati su di Lei
did-person-read = { $who }: guardato ciò che è conservato su di Lei, contato
did-person-list = { $who }: elencate persone, Lei fra queste
did-person-erase = { $who }: cancellato tutto su di Lei
did-export = { $who }: portati via i Suoi dati
did-export-send = { $who } ha inviato i Suoi dati medici a un’altra struttura
did-export-stop = { $who } ha annullato l’invio dei Suoi dati medici
did-import = { $who }: inseriti dati su di Lei
did-consent-ask = { $who }: chiesto di condividere qualcosa
did-consent-answer = { $who }: risposto a una domanda sulla condivisione
did-consent-narrow = { $who }: ridotto ciò che condivide
did-consent-withdraw = { $who }: revocato ciò che condivideva
did-consent-end = Qualcosa che condivideva è scaduto
did-consent-list = { $who }: guardato ciò che condivide
did-log-read = { $who }: guardato questo elenco
did-log-prove = { $who }: presa una prova
did-other = { $who }: fatto qualcosa con { $what }
sharing-lead = Che cosa lascia fare e a chi con i Suoi dati. Un tocco lo revoca, subito.
sharing-now = Condiviso ora
sharing-none = Non condivide nulla con nessuno.
sharing-over = Non più condiviso
sharing-apps = App a cui ha effettuato l’accesso
share-until = Fino al { $date }, poi finisce da sé
share-withdrawn = Revocato il { $date }
share-expired = Scaduto il { $date }
share-replaced = Sostituito da una risposta più recente il { $date }
share-ended = Finito il { $date }
share-end = Revoca
share-less = Condividere meno
share-keep = Tieni solo ciò che è spuntato
share-happened = Che cosa è successo
share-proxy = Può agire per Lei, entro questi limiti.
event-given = Ha detto di sì
event-narrowed = L’ha ridotto
event-withdrawn = L’ha revocato
event-expired = È scaduto
event-replaced = Una risposta più recente ne ha preso il posto
event-ended = È finito
notice-grant-ended = È revocato. Non apre più nulla.
notice-grant-narrowed = Ora è ridotto.
notice-answer-granted = Ha detto di sì. Può revocarlo in ogni momento.
notice-answer-refused = Ha detto di no. Non è stato condiviso nulla.
notice-answer-deferred = Più tardi, allora. La domanda L’aspetta qui.
notice-answer-again = Nel frattempo è cambiata. La rilegga, per favore.
question-over = A questa domanda è già stato risposto, o ha atteso troppo.
question-examples = Che cosa vedrebbero
question-examples-text = Per esempio, una Sua registrazione apparirebbe loro così.
question-answer = La Sua risposta
question-parts = Che cosa condividerebbe
question-essential = (necessario)
question-long = Per quanto tempo
question-no = No
question-yes = Sì, condividi questo
question-later = Decidi più tardi
role-owner = titolare
role-administrator = amministrazione
role-security = sicurezza
role-operator = gestione
role-compliance = conformità
role-support = assistenza
role-clinician = curante
role-developer = sviluppo
role-app = app
role-person = persona
role-system = sistema
kind-cycle-day = Diario del ciclo
kind-cycle-settings = Impostazioni del diario
kind-wearable-measure = Misurazioni
kind-wearable-sleep = Sonno
kind-wearable-activity = Attività
kind-wearable-device = Dispositivi
kind-Patient = Su di Lei
kind-Observation = Reperti e misurazioni
kind-Condition = Condizioni
kind-Encounter = Visite
kind-Procedure = Interventi
kind-MedicationRequest = Prescrizioni
kind-Immunization = Vaccinazioni
kind-DiagnosticReport = Referti
kind-AllergyIntolerance = Allergie
kind-CarePlan = Piani di cura
kind-CareTeam = Squadre di cura
kind-Claim = Richieste di rimborso
kind-ExplanationOfBenefit = Fatture
kind-DocumentReference = Documenti
field-date = Data
field-measures = Misurazioni
field-weight = Peso
field-systolic = Pressione massima
field-diastolic = Pressione minima
field-heart-rate = Polso
field-fat-ratio = Grasso corporeo
field-oxygen-saturation = Saturazione di ossigeno
field-steps = Passi
field-deepMinutes = Sonno profondo
field-lightMinutes = Sonno leggero
field-remMinutes = Sonno REM
field-awakeMinutes = Veglia
field-latencyMinutes = Tempo per addormentarsi
field-efficiency = Efficienza
field-heartRateAverage = Polso medio
field-heartRateMin = Polso minimo
field-heartRateMax = Polso massimo
field-score = Punteggio
field-flow = Flusso
field-pain = Dolore
field-symptoms = Sintomi
field-mood = Umore
field-basalTemperature = Temperatura al risveglio
field-cycleDay = Giorno del ciclo
field-sleepHours = Ore di sonno
field-notes = Note
field-measuredAt = Misurato
field-category = Tipo
field-timezone = Fuso orario
field-start = Da
field-end = A
field-code = Che cosa
field-status = Stato
field-value = Valore
portal-take = Porta con sé
home-take = Registrazioni e file in un archivio, per sé o per qualcun altro.
take-lead = Un archivio: le Sue registrazioni come JSON e come tabelle, quelle mediche come FHIR, i Suoi file così come li ha consegnati, e chi ha guardato. Resta qui sette giorni. Vi si trovano anche ciò che condivide, con le ricevute, e il Suo account.
take-of = Archivio del { $date }
take-waiting = È in preparazione; con molti dati ci vuole qualche minuto.
take-ready = Pronto
take-failed = Non è stato possibile farlo. Lo chieda di nuovo.
take-until = resta fino al { $date }
take-protected = si apre con la Sua passphrase
take-fetch = Salva
take-delete = Elimina
take-again = Guarda di nuovo
take-new = Un nuovo archivio
take-passphrase = Passphrase, se vuole
take-passphrase-hint = Dodici caratteri o più. L’archivio viene allora sigillato (age); senza la passphrase non lo apre nessuno, nemmeno noi.
take-ask = Crea un archivio
take-short = La passphrase ha almeno dodici caratteri.
take-many = Ci sono già tre archivi, o cinque sono stati fatti oggi. Ne elimini uno o torni domani.
notice-take-asked = L’archivio è in preparazione.
notice-take-deleted = L’archivio è stato eliminato.
move-new = A un’altra struttura
move-lead = I Suoi dati medici, inviati direttamente a un’altra struttura che parla FHIR. Il diario, le misure degli apparecchi e i file non si inviano: sono nell’archivio.
move-whom = A chi?
move-hint = Ciò che è inviato resta lì secondo le loro regole. Non si può richiamare; chieda a loro di cancellarlo.
move-ask = Inviare
move-stop = Annullare
move-waiting = In viaggio
move-sent = Inviato
move-failed = Non è arrivato alla fine. Una parte può essere lì; lo chieda di nuovo.
move-stopped = Annullato. Una parte può essere lì.
move-choose = Scelga una delle strutture.
move-many = Tre invii sono già in viaggio, o oggi ne sono stati chiesti cinque. Aspetti, ne annulli uno, o torni domani.
move-count = { $n ->
    [one] un dato è lì
   *[other] { $n } dati sono lì
 }
move-left = { $n ->
    [one] uno non è stato accettato
   *[other] { $n } non sono stati accettati
 }
notice-move-asked = I Suoi dati vengono inviati.
notice-move-stopped = Non si invia altro.
portal-delete = Cancella
home-delete = Tutto su di Lei, per sempre.
delete-lead = Qui può far cancellare tutto ciò che è conservato su di Lei. Non si può recuperare, nemmeno da parte nostra.
delete-due = Tutto verrà cancellato il { $date }. Fino ad allora può cambiare idea.
delete-off = Dopotutto, tieni tutto
delete-goes = Che cosa scompare
delete-goes-too = Anche i Suoi file, gli archivi, il Suo account, tutto ciò che condivide, l’indice di ricerca e le chiavi: senza di esse nulla si apre più da nessuna parte, nemmeno in una copia di sicurezza.
delete-stays = Che cosa resta, e perché
delete-stays-id = Un identificativo casuale che non porta a nessuno, perché non sia mai dato a qualcun altro.
delete-stays-tokens = Le chiavi terminate e ciò che alle app era permesso, sotto quell’identificativo, perché si possa verificare.
delete-stays-log = Il registro: La conosce con un nome casuale, e il legame fra Lei e quel nome viene distrutto.
delete-take-first = Prima porti tutto con sé
delete-later = { $n ->
    [one] Cancella tutto fra un giorno
   *[other] Cancella tutto fra { $n } giorni
 }
delete-now = Cancella tutto ora
delete-now-hint = Le si chiede di provare ancora una volta chi è. Non c’è ritorno.
delete-code = Annoti questo codice. Con esso riceve un attestato quando tutto è scomparso; non verrà mostrato di nuovo.
delete-code-where = Dove: la pagina /erased di questo servizio. Funziona senza account.
notice-delete-off = Tutto resta.
erased-title = Attestato di cancellazione
erased-lead = Chi ha il codice di una cancellazione trova qui l’attestato: una dichiarazione firmata di ciò che è stato distrutto e di dove non resta nulla.
erased-code = Codice
erased-look = Guarda
erased-unknown = Non c’è nessuna cancellazione con questo codice.
erased-waiting = Attende fino al { $date }.
erased-done = Tutto è cancellato.
erased-soon = Le chiavi sono distrutte e nulla si può più aprire. Il resto viene rimosso in questo momento; tra poco il codice darà qui l’attestato.
erased-called_off = È stata revocata il { $date }. Tutto è rimasto.
erased-certificate = L’attestato è firmato con la chiave del registro e ne porta la prova. Chiunque può verificarlo senza di noi: strongroom erase verify FILE.
erased-save = Salva l’attestato
erased-show = Mostra l’attestato
did-person-erase_ask = { $who }: chiesto di cancellare tutto su di Lei
did-person-erase_call_off = { $who }: revocata la cancellazione
did-retention-destroy = { $who }: distrutto ciò che aveva superato il termine: { $what }
did-hold-place = È stato posto un vincolo legale: ciò che si conserva su di Lei per ora deve restare
did-hold-lift = È stato tolto un vincolo legale
delete-held = Al momento vale un vincolo legale: tutto deve restare. Se chiede ora una cancellazione, attende finché il vincolo non viene tolto.
part-record = Cancella questo dato
part-kind = Cancella tutto di questo tipo
part-files = Cancella tutti i file
part-file = Cancella questo file
part-delete = Cancella
part-lead = Non si può recuperare, nemmeno da parte nostra. Il resto di ciò che è conservato su di Lei rimane.
part-versions = { $n ->
    [one] Una versione precedente
   *[other] { $n } versioni precedenti
 }
part-files-count = { $n ->
    [one] Un file
   *[other] { $n } file
 }
part-archives = { $n ->
    [one] Un archivio da portare con sé, perché ne contiene una copia
   *[other] { $n } archivi da portare con sé, perché ne contengono copie
 }
part-law = { $n ->
    [one] Un dato: una legge vuole che sia conservato, fino al { $date }
   *[other] { $n } dati: una legge vuole che siano conservati, l’ultimo fino al { $date }
 }
part-stays-tombstones = Che c’era qualcosa, come numero senza contenuto, perché nessuna versione sia mai scambiata per un’altra.
part-stays-log = Il registro: dice che c’era qualcosa e chi ha guardato, non che cosa.
part-stays-keys = Le Sue chiavi: proteggono gli altri Suoi dati. Ciò che scompare qui viene sovrascritto.
part-stays-backups = Le copie di sicurezza fatte prima: lì resta, sigillato, finché non vengono cancellate.
part-held = Al momento vale un vincolo legale: questo deve restare. Se chiede ora una cancellazione, attende finché il vincolo non viene tolto.
part-none = Qui non c’è nulla che si possa cancellare.
part-now = Cancella ora
part-later = { $n ->
    [one] Cancella tra un giorno
   *[other] Cancella tra { $n } giorni
 }
part-due = Verrà cancellato il { $date }. Fino ad allora può cambiare idea.
part-off = Dopotutto, tieni
part-one-of = Un dato: { $what }
part-one-file = Un file
erased-part-done = È cancellato.
erased-part-called_off = È stato revocato il { $date }. È rimasto.
delete-parts = In attesa di essere cancellato
delete-one = Un singolo dato, un tipo o un file si cancella dove si trova:
delete-law = Non tutto può ancora scomparire: una legge vuole che una parte sia conservata, al massimo fino al { $date }. Ciò che non vi è legato si può cancellare da solo.
did-record-erase = { $who } ha distrutto per sempre: { $what }
did-part-erase_ask = { $who } ha chiesto di cancellare una parte: { $what }
file-preview = Una piccola immagine
file-begins = Come comincia
portal-rights = I miei diritti
home-rights = Chieda informazioni, una correzione, una limitazione; veda entro quando Le si risponde.
record-correct = Chieda una correzione
looks-ask = Chieda di questo
looks-report = Segnali questo
rights-lead = Qui chiede ciò che è Suo diritto. Vede a che punto è, ed entro quando la legge vuole una risposta.
rights-mine = Ciò che ha chiesto
rights-none = Ancora nulla. Ciò che chiede sarà qui, con le risposte.
rights-new = Chieda qualcosa
rights-take = Per portare via tutto non deve chiedere a nessuno
rights-delete = Per far cancellare tutto non deve chiedere a nessuno
rights-answer-by = Risposta al più tardi il { $day }
rights-confirm-by = Conferma al più tardi il { $day }
rights-late = L’ultimo giorno era il { $day }. È in ritardo.
rights-state = Stato
rights-received = Ricevuta
rights-day = Entro quando
rights-wish = Ciò che ha chiesto
rights-happened = Che cosa è successo
rights-text = Con parole Sue
rights-text-hint = Lo legge solo chi risponde. È conservato sigillato sotto la Sua chiave.
rights-field = Che cosa non è giusto
rights-value = Che cosa dovrebbe dire
rights-what = Che cosa va limitato
rights-everything = Tutto ciò che mi riguarda
rights-purpose = A quale scopo si oppone
rights-send = Invia
rights-mistake = Manca qualcosa o non va bene. Dica in poche parole di che si tratta, e scelga dove c’è una scelta.
rights-card = Sembra il numero di una carta di pagamento. Qui non se ne conservano; lo tolga.
rights-many = Molte Sue richieste sono aperte. Aspetti una risposta, o ne ritiri una.
rights-about-entry = Riguarda la riga { $n } dell’elenco di chi ha guardato.
rights-about-record = Riguarda: { $kind }, { $what }
rights-about-kind = Riguarda: { $kind }
rights-should-be = { $field } dovrebbe dire: { $value }
rights-version = Corretto come versione { $n }. Quello che c’era prima resta nella cronologia.
rights-back = Ritirala
rights-back-text = Allora è chiusa, e nessuno vi risponde più.
rights-lift = Toglila
rights-lift-text = Vale dalla risposta. Una volta tolta, altri possono di nuovo leggere e modificare i Suoi dati come prima.
rights-event-received = L’ha chiesto
rights-event-confirmed = La Sua richiesta è stata confermata
rights-event-begun = Qualcuno se ne occupa
rights-event-extended = Richiede più tempo
rights-event-answered = Ha avuto risposta
rights-event-refused = È stata respinta
rights-event-withdrawn = L’ha ritirata
rights-event-lifted = È stato tolto
notice-rights-asked = La Sua richiesta è arrivata. Qui vede a che punto è.
notice-rights-back = Fatto.
right-about-access = Che cosa è conservato su di Lei, perché, e chi lo vede. Molto si trova già in queste pagine.
right-about-portability = I Suoi dati in una forma che altri programmi leggono.
right-about-rectification = Qualcosa di conservato non è giusto. Quello che c’era prima resta nella cronologia.
right-about-erasure = Qualcosa va cancellato. Per far cancellare tutto c’è una pagina apposita.
right-about-restriction = Nessuno tranne Lei lo legge o lo modifica finché non viene tolta, salvo in un’emergenza.
right-about-objection = Con i Suoi dati non si fa più nulla per uno scopo, e nessuno glielo chiede.
right-about-know = Che cosa è conservato su di Lei, perché, e chi lo vede. Molto si trova già in queste pagine.
right-about-delete = Qualcosa va cancellato. Per far cancellare tutto c’è una pagina apposita.
right-about-correct = Qualcosa di conservato non è giusto. Quello che c’era prima resta nella cronologia.
right-about-opt-out = I Suoi dati non vengono più venduti o condivisi per uno scopo.
right-about-limit = I dati sensibili si usano solo per ciò per cui è venuto.
right-about-question = Chieda di un accesso, o di qualunque cosa riguardi i Suoi dati.
right-about-report = Ci dica di un accesso che non doveva esserci. Viene esaminato.
purpose-TREAT = Cura
purpose-HRESCH = Ricerca sanitaria
purpose-HPAYMT = Pagamento
purpose-HOPERAT = Gestione del servizio
purpose-PUBHLTH = Segnalazioni di salute pubblica
did-rights-ask = { $who } ha inviato una richiesta secondo i Suoi diritti
did-rights-step = { $who } ha fatto un passo con una Sua richiesta
did-rights-read = { $who } ha guardato le Sue richieste
did-rights-lift = { $who } ha tolto ciò che era venuto da una Sua richiesta
