# La console: pagine per il personale.

console = Console
console-account = Il suo account
console-lead = Quello che aspetta che qualcuno lo guardi.
console-empty = Qui non la aspetta nulla.
console-role = Agisce come
console-act-as = Agire come: { $role }
notice-role-chosen = Ora agisce nel ruolo scelto.
leave = Lascia com’è

place-people = Account
place-apps = App
place-roles = Ruoli
place-requests = Richieste
place-reviews = Verifiche
place-break-glass = Emergenze

column-place = Dove
column-waits = Che cosa aspetta
column-name = Nome
column-email = Indirizzo e-mail
column-role = Ruolo
column-state = Stato
column-since = Da
column-by = Chiesto da · approvato da
column-review = Da verificare entro
column-contact = Contatto
column-asked-by = Chiesto da
column-asked-at = Chiesto il
column-decided-by = Deciso da
column-ends = Finisce da sé
column-person = Persona
column-opened = Aperta
column-until = Fino a
column-may = Può
column-thing = Che cosa
column-reason = Motivo
column-purposes = Per quali scopi
column-sees = Vede

waits-requests =
    { $n ->
        [0] Niente da decidere
        [one] Una richiesta da decidere
       *[other] { $n } richieste da decidere
    }
waits-reviews =
    { $n ->
        [0] Niente in ritardo
        [one] Una verifica in ritardo
       *[other] { $n } verifiche in ritardo
    }
waits-glasses =
    { $n ->
        [0] Niente in ritardo
        [one] Un’emergenza non verificata in tempo
       *[other] { $n } emergenze non verificate in tempo
    }
waits-apps =
    { $n ->
        [0] Niente da esaminare
        [one] Un’app da esaminare
       *[other] { $n } app da esaminare
    }

role-none = Ancora nessuno
role-owner = Titolare
role-owner-about = Risponde di tutto. Nomina altri titolari.
role-administrator = Amministrazione
role-administrator-about = Cura account e app. Non vede il registro né i dati di nessuno.
role-security = Sicurezza
role-security-about = Legge il registro, custodisce le chiavi, verifica gli accessi. Non cambia account.
role-operator = Gestione
role-operator-about = Tiene in funzione il sistema. Non apre i dati di nessuno.
role-compliance = Conformità
role-compliance-about = Vede promesse, prove e chi ha che cosa.
role-support = Assistenza
role-support-about = Aiuta con gli account. Non apre i dati di nessuno.
role-clinician = Personale di cura
role-clinician-about = Legge i dati di una persona per curarla.
role-developer = Sviluppo app
role-developer-about = Registra app; qualcun altro le ammette.
role-app = App
role-person = Persona
role-system = Il sistema

# Account

people-lead = Tutti quelli che possono accedere, o che sono stati invitati. Che cosa possono fare lo decidono i ruoli.
people-empty = Ancora nessuno. Inviti la prima persona.
account-state-invited = Invitato
account-state-unverified = Non confermato
account-state-active = Attivo
account-state-stopped = Fermato
account-stop = Ferma
account-resume = Riammetti
invite-again = Manda di nuovo
invite-somebody = Invita qualcuno
invite-about = Riceve un’e-mail con un link che vale sette giorni. Comincia senza diritti: un ruolo si chiede dopo, e lo concede una seconda persona.
invite-send = Manda l’invito
back-people = Torna agli account
mistake-taken = C’è già un account con questo indirizzo.
mistake-email = Scriva un indirizzo e-mail, per esempio nome@example.org.
mistake-name = Scriva un nome di non più di 80 caratteri.
notice-invited = L’invito è partito.
notice-stopped = L’account è fermato e scollegato dappertutto.
notice-resumed = L’account può accedere di nuovo.

# Ruoli e verifiche

roles-lead = Chi ha che cosa, da quando, e chi ha acconsentito. Un ruolo con la verifica in ritardo non conta.
roles-empty = Nessuno ha ancora un ruolo. Comincia con una richiesta.
by-installation = L’installazione
privilege-held = Vale
privilege-waits-for-review = Aspetta una verifica
privilege-ended = Finito
privilege-not-confirmed = Non confermato
privilege-overdue = Decaduto
privilege-expired = Finito da sé
role-end = Termina
role-end-title = Terminare questo ruolo?
role-end-lead = { $name } perde subito il ruolo «{ $role }». Si può chiedere di nuovo.
notice-role-ended = Il ruolo è terminato.
reviews-lead = Ogni { $days } giorni qualcun altro conferma ogni ruolo, o lo lascia cadere. I suoi li confermano gli altri.
reviews-empty = Niente da confermare. I ruoli compaiono qui quando è il momento.
reviews-held = Ruoli che valgono
reviews-overdue = In ritardo
review-keep = Conferma
review-drop = Lascia cadere
notice-review-kept = Confermato fino alla prossima verifica.
notice-review-dropped = Il ruolo è terminato.

# Richieste

requests-lead = Un ruolo lo chiede una persona e lo concede un’altra. Apra una richiesta per vedere chi avrebbe accesso a che cosa.
requests-empty = Ancora nessuna richiesta.
request-new = Chiedi un ruolo
request-new-lead = Decide qualcun altro, e vede che cosa otterrebbe.
request-role = Quale ruolo?
request-reason = Perché?
request-note = Altro da dire
request-note-hint = Resta sigillato, e lo vede chi decide. Non scriva nulla sulla salute di nessuno.
request-days = Per quanti giorni?
request-days-hint = Lo lasci vuoto se deve durare finché una verifica non lo termina.
request-send = Chiedi
reason-new-post = Appena arrivato, o in un nuovo posto
reason-cover = Sostituzione di un collega
reason-project = Per un lavoro preciso
reason-incident = È successo qualcosa che lo richiede
reason-other = Altro
request-title = { $name }: { $role }
gains-title = Che cosa { $name } potrebbe fare e ora non può
gains-empty = Niente che non si possa già fare.
request-own = Lo ha chiesto lei, o ne avrebbe vantaggio. Decide qualcun altro.
request-second = Lei è la seconda persona. Un sì vale subito.
request-yes = Concedi
request-no = Rifiuta
request-state-open = Aspetta una risposta
request-state-approved = Concessa
request-state-refused = Rifiutata
back-requests = Torna alle richieste
mistake-choose = Ne scelga uno per tipo.
mistake-days = Scriva un numero di giorni, o lo lasci vuoto.
mistake-request = Non si può chiedere: il ruolo c’è già o è già chiesto, o non va insieme a un altro.
notice-request-sent = La richiesta è inviata. Saprà quando qualcuno avrà deciso.
notice-request-approved = Concessa. Vale da ora.
notice-request-refused = Rifiutata.
masked = { $classes } coperto
only-break-glass = solo in un’emergenza aperta

verb-create = Creare
verb-read = Leggere
verb-change = Cambiare
verb-delete = Cancellare
verb-manage = Decidere su
thing-person = I dati di una persona in quanto tali
thing-list-of-accesses = Chi ha guardato i dati di una persona
thing-archive = Tutto di una persona, da portare con sé
thing-list-of-grants = Ciò che a una persona è stato chiesto e che condivide
thing-request-for-consent = Ciò che si chiede alle persone
thing-record = Voci
thing-records = Elenchi di voci
thing-file = File
thing-log = Il registro
thing-keys = Le chiavi, mai il loro contenuto
thing-privilege = Un ruolo
thing-privileges = Chi ha quale ruolo
thing-break-glass = Emergenze
thing-policy = Le regole
thing-account = Account
thing-app = App
thing-trust = Promesse e prove
class-public = pubblico
class-internal = interno
class-personal = chi è
class-health = salute
class-credential = segreti
class-payment = pagamenti
purpose-treat = cura
purpose-etreat = cura d’emergenza
purpose-patrqt = richiesta della persona
purpose-hresch = ricerca
purpose-pubhlth = salute pubblica
purpose-hpaymt = pagamento
purpose-hoperat = gestione dell’organizzazione
purpose-sysdev = controlli del sistema

# App

apps-lead = Programmi a cui le persone possono dare accesso. Ognuno lo registra una persona e lo esamina un’altra.
apps-empty = Ancora nessuna app. Ne registri una, e qualcun altro la esaminerà.
app-new = Registra un’app
app-new-lead = Non riceve nulla finché qualcun altro non l’ha esaminata.
app-register = Registra
app-name-hint = Come lo leggono le persone quando viene chiesto loro.
app-contact-hint = A chi rivolgersi con domande.
app-redirects = Indirizzi a cui viene rimandata
app-redirects-hint = Uno per riga, esattamente come li manda l’app.
app-scopes = Che cosa può chiedere
app-scopes-hint = Scope, per esempio patient/Observation.rs. Uno per riga.
app-purposes = Scopi
app-purposes-hint = Per esempio TREAT o PATRQT.
app-method = Come dimostra chi è
app-grants = Strade verso un token
app-id = Client id
app-registered-by = Registrata da
app-reviewed-by = Esaminata da
app-own = L’ha registrata lei. La esamina qualcun altro.
app-second = Lei è la seconda persona. Un’app approvata può subito chiedere accesso alle persone.
app-approve = Approva
app-refuse = Rifiuta
app-stop = Ferma
app-stop-title = Fermare { $name }?
app-stop-lead = Tutti i suoi token finiscono subito, e non si può riavviare.
app-secret = Segreto
app-secret-renew = Rinnova il segreto
app-secret-once = Il segreto si vede solo adesso. Uno precedente vale ancora sette giorni.
app-made = L’app è registrata
app-made-lead = Qualcun altro deve esaminarla prima che possa chiedere qualcosa.
app-state-draft = Bozza
app-state-in-review = Aspetta un esame
app-state-active = Attiva
app-state-stopped = Fermata
method-none = Non può custodire un segreto: un’app sul telefono o nel browser
method-client-secret-basic = Con un segreto, in un’intestazione
method-client-secret-post = Con un segreto, nel contenuto
back-apps = Torna alle app
mistake-app = Quest’app non si può registrare: { $why }
notice-app-approved = Approvata. L’app può chiedere accesso alle persone.
notice-app-refused = Rifiutata.
notice-app-stopped = L’app è fermata. I suoi token sono finiti.

# Emergenze

glass-lead = In un’emergenza si possono aprire per poco i dati di una persona. La persona lo sa subito, e qualcun altro lo verifica.
glass-empty = Finora nessuna emergenza. Speriamo resti così.
glass-unseen = Chi verifica vede che cosa è stato aperto. Si chiude da sé quando il tempo è scaduto.
glass-new = Apri i dati di una persona
glass-new-lead = Una persona, un motivo, al massimo un’ora. Chi non cura ha bisogno di una seconda persona.
glass-new-told = La persona, la sicurezza e i titolari lo sanno subito. Finché non è verificata in tempo, non può aprirne altre.
glass-person-hint = L’id della persona, come lo conosce il suo sistema.
glass-how-long = Per quanto tempo?
glass-open = Apri
minutes =
    { $n ->
        [one] Un minuto
       *[other] { $n } minuti
    }
emergency-emergency-care = In pericolo, va curata adesso
emergency-unreachable = Non le si può chiedere
emergency-safety = Qualcun altro è in pericolo
emergency-incident = Sono in pericolo i dati stessi
emergency-legal = Lo impone la legge adesso
glass-state-open = Aperta
glass-state-waits-for-second = Aspetta una seconda persona
glass-state-lapsed = Nessuno ha acconsentito in tempo
glass-state-review = Aspetta una verifica
glass-state-overdue = Verifica in ritardo
glass-state-justified = Era giusto
glass-state-not-justified = Non era giusto
glass-second = Acconsenti
glass-close = Chiudi
glass-was-right = Era giusto
glass-was-wrong = Non era giusto
mistake-person = Questa persona non c’è. Controlli l’id.
mistake-glass = Ora non si può aprire. Forse una sua emergenza precedente aspetta ancora la verifica.
notice-glass-opened = È aperta. Chi è coinvolto lo sa.
notice-glass-asked = Deve acconsentire una seconda persona. È stata avvertita.
notice-glass-seconded = Ora è aperta.
notice-glass-closed = È chiusa.
notice-glass-reviewed = La sua verifica è annotata.

# Avvisi

place-alerts = Avvisi
column-alert = Avviso
column-at = Da
waits-alerts =
    { $n ->
        [0] Niente di cui prendere atto
        [one] Un avviso di cui prendere atto
       *[other] { $n } avvisi di cui prendere atto
    }
alerts-lead = Ciò che deve aver visto chi veglia sull’organizzazione. Chi ne prende atto lo toglie da questo elenco; quello che è successo resta nel registro.
alerts-empty = Nessun avviso. Non è successo nulla che debba vedere.
alerts-more = Ce ne sono più di quanti ne mostra la pagina. Prenda atto di questi, e seguiranno i più vecchi.
alert-glass-opened = In un’emergenza sono stati aperti i dati di una persona
alert-glass-overdue = Un’emergenza non è stata verificata in tempo
alert-reviews-overdue = Alcuni ruoli non sono stati verificati in tempo
alert-app-reuse = La chiave di un’app è stata usata due volte
alert-close = Prendere atto
notice-alert-closed = Preso atto.

thing-legal-hold = Vincoli legali di conservazione
thing-retention = Che cosa si conserva e quanto a lungo
place-retention = Conservazione
place-holds = Vincoli legali
column-collection = Raccolta
column-kept-for = Conservata per
column-in-time = Nei termini
column-held = Vincolati
column-destroyed = Distrutti
column-placed-by = Posto da
retention-lead = Ciò che ha superato il suo termine viene distrutto una volta al giorno, con tutte le versioni. Quanto a lungo si conserva è scritto nel registro; il termine decorre dall’ultima modifica. 30d sono giorni, 18m mesi, 10y anni.
retention-empty = Tutto si conserva finché non viene cancellato: nessuna raccolta del registro ha un termine.
retention-last = Ultimo passaggio
retention-files = File
retention-holds =
    { $n ->
        [0] Nessuno in vigore
        [one] Uno in vigore
       *[other] { $n } in vigore
    }
holds-lead = Ciò che è vincolato deve restare: non viene distrutto allo scadere del termine, nessuno lo cancella, e una cancellazione richiesta attende. Chi ne è interessato sa che c’è un vincolo, mai perché.
holds-more = Ce ne sono più di quanti ne mostri questa pagina; `strongroom hold list` li mostra tutti.
holds-empty = Nessun vincolo legale. Chi si occupa della conformità ne pone uno qui quando qualcosa va preservato.
hold-new = Porre un vincolo legale
hold-new-lead = Vale da subito, anche per ciò che si sta cancellando proprio ora.
hold-place = Porre
hold-on-person = Persona { $person }
hold-on-tenant = Tutto
hold-scope-person = Tutto di una persona
hold-scope-collection = Una raccolta
hold-scope-tenant = Tutto ciò che si conserva qui
hold-what = Quale persona o raccolta
hold-what-hint = L’identificativo della persona, o il nome della raccolta nel registro. Lasciare vuoto per tutto.
hold-reason-hint = Conservato sigillato. Lo legge solo chi vede questo elenco.
hold-until-hint = Un giorno, come 2027-01-31. Lasciare vuoto se non ha fine.
hold-open = Finché non viene tolto
hold-state-in-force = In vigore
hold-state-lifted = Tolto
hold-state-over = Scaduto
hold-lift = Togliere
hold-lift-lead = Ciò che solo questo vincolo tratteneva se ne va al prossimo passaggio, e le cancellazioni che lo attendevano vengono eseguite. Né l’una né l’altra cosa si può annullare.
mistake-hold = Nessun vincolo è stato posto. Indicare una persona o una raccolta esistente, un motivo, e un giorno futuro o nessuno.
notice-hold-placed = Il vincolo vale.
notice-hold-lifted = Il vincolo è tolto.

thing-bulk-export = Tutto ciò che è in FHIR, estratto da un programma
thing-record-of-processing = Il registro dei trattamenti
place-processing = Trattamenti
column-basis = Base giuridica
column-classes = Categorie di dati
column-recipients = Destinatari
processing-lead = Il registro delle attività di trattamento (GDPR, articolo 30), redatto in questo momento dal registro dei dati, dai consensi validi, dalle app e dalle promesse così come sono misurate. Le raccolte vuote qui mancano; la tabella le nomina.
processing-empty = Non si conserva ancora nulla. Qui compare ogni raccolta che contiene qualcosa.
processing-controller = Titolare del trattamento
processing-contact = Contatto
processing-representative = Rappresentante
processing-dpo = Responsabile della protezione dei dati
processing-behalf = Per conto di
processing-missing = Non indicato nella configurazione
processing-none = Nessuno
processing-transfers = Trasferimenti verso paesi terzi
processing-security = Misure di sicurezza
processing-made = Redatto
processing-csv = Conservare come tabella (CSV)

contract-ends = Il contratto termina il { $at }. Da allora non si salva più nulla di nuovo.
contract-ended = Il contratto è terminato. Non si salva più nulla di nuovo. Giorni rimasti per portare via tutto: { $days }. Dopo il { $at } tutto viene distrutto.
contract-over = Il contratto è terminato e il tempo è scaduto: tutto viene distrutto, salvo che un vincolo legale lo impedisca.
thing-contract = La fine del contratto
# Richieste di persone secondo i loro diritti

thing-request-under-a-right = Ciò che le persone chiedono secondo i loro diritti
place-rights = Diritti delle persone
column-right = Che cosa chiedono
column-last-day = Ultimo giorno
column-left = Restano
waits-rights =
    { $n ->
        [0] Nessuna richiesta a cui rispondere
        [one] Una richiesta a cui rispondere
       *[other] { $n } richieste a cui rispondere
    }
rights-lead = Ciò che le persone chiedono secondo i loro diritti, prima le più urgenti. L’ultimo giorno è quello della legge.
rights-empty = Qui non ci sono richieste. Ciò che qualcuno chiede nel suo portale arriva qui.
rights-left =
    { $n ->
        [0] oggi
        [one] un giorno
       *[other] { $n } giorni
    }
rights-late = in ritardo
rights-no-clock = nessun termine di legge
rights-more = Altre
rights-show-open = Richieste aperte
rights-show-overdue = Richieste in ritardo
rights-show-closed = Richieste chiuse
rights-show-all = Tutte le richieste
right-law = Legge
right-language = Lingua della persona
right-lang-sv = svedese
right-lang-de = tedesco
right-lang-it = italiano
right-lang-fr = francese
right-lang-en = inglese
right-wish = Che cosa chiede
right-no-words = Non è stato scritto nulla.
right-about = Riguarda: { $place }
right-value = Dovrebbe dire: { $value }
right-purpose = Scopo: { $purpose }
right-entry = Riguarda la voce { $n } del registro.
right-happened = Che cosa è successo
right-version = Corretto come versione { $n } della registrazione.
right-step = Che cosa viene dopo
right-step-confirm = Confermare che è arrivata
right-step-start = Cominciare a occuparsene
right-step-extend = Dire che serve più tempo
right-step-answer = Rispondere
right-step-refuse = Respingere
right-step-lift = Togliere
right-text = Ciò che la persona legge
right-text-hint = Una bozza nella sua lingua. Riceve una lettera che dice dove guardare; questo testo lo legge nel suo portale.
right-carry-out = Con la risposta fare ciò che chiede: correggere il campo, limitare, o fermare ciò a cui si oppone
right-stands = Questo vale
right-stands-text = Ne è venuta una limitazione o un’opposizione. Avvisi la persona prima di toglierla.
right-event-received = Chiesta
right-event-confirmed = Confermata
right-event-begun = Lavoro cominciato
right-event-extended = Prolungata
right-event-answered = Con risposta
right-event-refused = Respinta
right-event-withdrawn = Ritirata
right-event-lifted = Tolta
notice-right-step = Fatto. La persona viene avvisata di ciò che la riguarda.
mistake-right-late = Il primo termine è passato, quindi non si può più prolungare.
mistake-right-no-extension = La legge non prevede un termine più lungo.
mistake-right-moved = Qualcuno ha fatto un passo nel frattempo, o questo passo non segue. Guardi che cosa è successo.
mistake-right-text = Scriva ciò che la persona legge: la risposta, o il perché.
mistake-right-card = Il testo contiene ciò che sembra il numero di una carta di pagamento. Lo tolga.
mistake-right-correction = La correzione non si può fare da sé: il valore non va bene per il campo, o la registrazione non c’è. La faccia correggere da chi la tiene, e risponda senza eseguirla.
alert-right-due = A una richiesta di una persona va presto data risposta
alert-right-overdue = A una richiesta di una persona non è stata data risposta in tempo

thing-guardian = Chi decide per chi
thing-proposed-guardian = Tutori che attendono una seconda persona
place-guardians = Tutori
column-decides = Decide dal
column-guardians = Tutori
column-guardian = Tutore
column-waiting = In attesa
column-calls = Come la chiama
column-evidence = Dimostrato da
minors-lead = Persone che non decidono ancora da sé. In quel giorno il potere dei tutori finisce da solo, e ciò che hanno permesso si chiede di nuovo. Il giorno è conservato sigillato: dice quando qualcuno è nato.
minors-empty = Nessuno. Annoti qui da quale giorno una persona decide; i tutori si propongono dopo.
minors-more = Ce ne sono più di quanti ne mostra questa pagina; l’API li elenca tutti (`GET /v1/minors`).
minor-new = Annotare un giorno
minor-new-lead = Da quel giorno, a mezzanotte, decide la persona. Quale giorno sia dipende dalla legge del paese e da che cosa si chiede: da 13 a 16 anni per i servizi (GDPR, articolo 8), 18 per quasi tutto il resto.
minor-note = Annotare
minor-change = Cambiare il giorno
minor-change-lead = Finché non è arrivato, il giorno si può cambiare. Poi resta.
minor-person = L’id della persona
minor-day = Il giorno
minor-day-hint = Per esempio 2031-05-04
minor-look = Guardare
minor-title = Persona { $person }
minor-decides-now = Decide dal
minor-account = Account proprio
minor-account-none = Non ancora
minor-account-active = C’è
minor-account-invited = Invitata, senza risposta
minor-account-stopped = Fermato
minor-account-unverified = Iniziato, non confermato
minor-invite = Invitare a un account proprio
minor-invite-lead = La lettera va all’indirizzo proprio della persona, mai a quello di un tutore. Un invito senza risposta o un account fermato cede il posto.
minor-invite-email = L’indirizzo proprio della persona
minor-invite-name = Come chiamarla
minor-invite-language = Lingua
guardians-empty = Ancora nessun tutore.
guardian-new = Proporre un tutore
guardian-new-lead = Quando una seconda persona tra voi lo conferma, il tutore vede, risponde, porta con sé e chiede cancellazioni al posto della persona, con un account proprio. Guardi il documento prima di proseguire.
guardian-appoint = Nominare
guardian-propose = Proporre
guardian-email = L’indirizzo dell’account del tutore
guardian-calls = Come il tutore chiama la persona
guardian-calls-hint = Perché distingua i suoi figli. Conservato sigillato.
guardian-evidence = Da che cosa è dimostrato
guardian-evidence-hint = Il documento, o dove si trova. Conservato sigillato; la persona può leggerlo.
guardian-limit = Che cosa può fare
guardian-limit-all = Tutto ciò che può la persona
guardian-limit-read = Solo guardare, e rispondere a ciò che legge
guardian-state-proposed = Attende una seconda persona
guardian-decide = Decidere
guardian-second = Nominare un tutore
guardian-second-own = L’ha proposto Lei. Per nominarlo serve una seconda persona; può ritirarlo.
guardian-second-lead = Guardi che cosa è stato mostrato. Una volta nominato, agisce per la persona da questo momento.
guardian-second-who = { $name } deve decidere per { $calls }. Può: { $limit }.
guardian-second-shown = È stato mostrato: { $evidence }
guardian-second-by = Proposto da { $name }, { $at }. Decade { $until }.
guardian-refuse = Rifiutare
guardian-take-back = Ritirare
guardian-state-standing = Decide
guardian-state-over = Finito
guardian-state-ended = Terminato
guardian-end = Terminare
guardian-end-lead = Da questo momento non agisce più per la persona, e ciò che ha permesso non consente nulla a nessuno finché non si chiede di nuovo. Non si può annullare; può essere nominato di nuovo.
guardian-end-reason = Perché
mistake-guardian = Nulla è cambiato. { $why }
notice-minor-noted = Annotato.
notice-guardian-appointed = Nominato.
notice-guardian-proposed = Proposto. Una seconda persona ne è stata informata.
notice-guardian-refused = Rifiutato.
notice-guardian-ended = Terminato.
notice-minor-invited = Invitata.

# Continuity

thing-recovery-point = Punti di ripristino e prove
place-continuity = Continuità
continuity-lead = I punti di ripristino dell’intera installazione, e ciò che si prova con essi. Quello che è in ritardo o è fallito significa che può andare perso più di quanto promesso.
continuity-empty = Niente viene fatto da solo.
continuity-none = Non ci sono copie: la configurazione non ha una sezione per esse.
continuity-seconds =
    { $n ->
        [one] un secondo
       *[other] { $n } secondi
    }
continuity-behind = La copia di ciò che è stato salvato è indietro di
continuity-no-stream = Non se ne invia nessuna: contano solo i punti di ripristino
continuity-not-joined = Nulla di ciò che si invia può essere ripristinato prima del prossimo punto di ripristino
continuity-reach = Persone cancellate le cui chiavi una copia può ancora avere
continuity-reach-late = { $n }, più a lungo di quanto promesso: strongroom backup keys fa una nuova copia delle chiavi
column-run = Che cosa
column-last = Ultima volta
column-lost = Sarebbe andato perso
column-back = Di nuovo in funzione dopo
run-point = Punto di ripristino
run-prune = Vecchi punti rimossi
run-drill-objects = Prova: file confrontati
run-drill-restore = Prova: tutto ripristinato
run-drill-boot = Prova: una seconda istanza in servizio
run-drill-rebuild = Prova: da zero
run-drill-failover = Prova: la macchina principale del database passa la mano
run-failed = Fallita
run-late = In ritardo
run-never = Mai fatta
run-runs = In corso
run-left = Interrotta
run-held = Riuscita
alert-continuity-late = Un punto di ripristino, una prova o la distruzione di vecchie copie delle chiavi è in ritardo o è fallita
alert-guardian-appointed = Qualcuno è stato nominato per decidere per una persona
thing-early-destruction = Punti di ripristino distrutti in anticipo
place-destructions = Distrutti in anticipo
destructions-lead = I punti di ripristino vanno via quando il loro tempo è scaduto. In anticipo vanno via solo se due persone lo vogliono, e solo dopo un’attesa in cui chiunque possa proporlo può fermarlo. La cancellazione di una persona non richiede nulla di ciò.
destructions-empty = Niente viene distrutto in anticipo.
destructions-elsewhere = Lo decide il personale di un’altra organizzazione di questa installazione.
destruction-new = Proporre la distruzione
destruction-new-lead = Qualcun altro deve acconsentire. Chi vigila lo apprende ora.
destruction-propose = Proporre
destruction-points = Quali
destruction-points-hint = Nomi interi, come li mostra strongroom backup list --json. Vuoto per tutti quelli fatti finora.
destruction-all = Tutti quelli fatti finora
destruction-points-many =
    { $n ->
        [one] Un punto di ripristino
       *[other] { $n } punti di ripristino
    }
column-agreed = A favore
column-due = Non prima di
destruction-agree = Acconsentire
destruction-cancel = Fermare
destruction-state-proposed = Attende qualcun altro
destruction-state-waits = Attende il suo tempo
destruction-state-begun = In corso
destruction-state-done = Avvenuto
destruction-state-cancelled = Fermato
destruction-state-lapsed = Nessuno ha acconsentito
destruction-reason-key-leaked = La chiave è in mani sbagliate
destruction-reason-must-not-be-kept = Contengono ciò che non deve essere conservato
destruction-reason-order = Lo esige un tribunale o un’autorità
destruction-reason-moved = L’installazione viene abbandonata o si sposta
destruction-reason-other = Altro
notice-destruction-proposed = Proposto. Qualcun altro deve acconsentire.
notice-destruction-agreed = Lei ha acconsentito.
notice-destruction-cancelled = È fermato.
mistake-destruction = Scelga un motivo e scriva nomi interi di 64 caratteri.
alert-destruction-proposed = Qualcuno propone di distruggere in anticipo dei punti di ripristino
alert-destruction-agreed = Due persone vogliono distruggere in anticipo dei punti di ripristino
alert-destruction-cancelled = La distruzione anticipata di punti di ripristino è stata fermata
alert-destruction-done = Dei punti di ripristino sono stati distrutti in anticipo
alert-keep-shortened = I punti di ripristino devono essere conservati meno a lungo di prima
replication = Copie del database
replication-none = Nessun’altra macchina riceve ciò che viene scritto
replication-broken = Copie del database, guasto
standby = La copia { $name }
standby-sync = { $state }, ogni modifica la attende; indietro di { $n } byte
standby-async = { $state }, nessuna modifica la attende; indietro di { $n } byte
slot = Il posto { $name } nel registro del database
slot-keeps = { $n } MiB sono tenuti per esso
replication-nobody-synchronous = Le modifiche devono attendere una copia, e non ce n’è: niente viene confermato
replication-not-streaming = Una copia non riceve ciò che viene scritto
replication-slot-retains = Nessuno legge da un posto nel registro, e ciò che è tenuto per esso cresce
replication-slot-lost = Ciò di cui un posto nel registro ha bisogno non c’è più
replication-hidden = Il database non ci lascia vedere chi riceve
column-request = Richiesta
rights-was-answered = risposta il { $date }
rights-was-in-time = risposta il { $date }, in tempo
rights-was-late = risposta il { $date }, in ritardo
rights-nothing-due = chiusa; non c’è altro da fare
hold-lift-what = Riguarda: { $what }. Il vincolo vale dal { $date }.
mistake-hold-on = Scelga che cosa va vincolato.
mistake-hold-person = Non c’è nessuna persona con questo identificativo. Indichi l’identificativo intero, 36 caratteri.
mistake-hold-collection = Il registro non ha nessuna raccolta con questo nome.
mistake-hold-empty = Lasci vuoto il campo se va vincolato tutto, o scelga una persona o una raccolta.
mistake-hold-reason = Indichi un motivo, senza numeri di carte di pagamento.
mistake-hold-until = Indichi un giorno futuro, per esempio 2027-01-31, o lasci vuoto il campo.
