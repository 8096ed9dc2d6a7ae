# Le pagine intorno a un account.

account = Account
factors = Come accede
sessions = Dove è collegato
back-account = Torna al suo account
back-factors = Torna a come accede
back-sessions = Torna all’elenco
cancel = Lascia com’è

email = Indirizzo e-mail
password = Password
name = Il suo nome
name-hint = Come la chiamiamo in queste pagine. Può cambiarlo.

mistake-email = Scriva un indirizzo e-mail, per esempio nome@example.org.
mistake-name = Scriva un nome di non più di 80 caratteri.
mistake-password = Scriva la sua password.
mistake-code = Scriva il codice.
mistake-organisation = Non conosciamo nessuna organizzazione con questo nome breve.

# Accedere

sign-in-title = Accedi
sign-in-organisation = Organizzazione
sign-in-organisation-hint = Il nome breve che le ha dato la sua organizzazione.
sign-in-button = Accedi
sign-in-forgotten = Ho dimenticato la password
sign-in-sign-up = Crea un account
refused = L’indirizzo e la password non vanno insieme. Li controlli e riprovi.
refused-passkey = Questa passkey non apre nessun account qui. Ne provi un’altra, o scelga un’altra strada.
wait =
    { $seconds ->
        [one] Troppi tentativi. Aspetti un secondo, poi riprovi.
       *[other] Troppi tentativi. Aspetti { $seconds } secondi, poi riprovi.
    }
guarded = Qualcuno ha provato molte password per questo account, perciò siamo prudenti. Acceda da un dispositivo che ha già usato, usi una passkey, o imposti una nuova password per e-mail.
busy = In questo momento stanno accedendo in molti. Riprovi tra qualche secondo.
over = Ci è voluto troppo tempo, o ci sono stati troppi tentativi. Ricominci da capo.
unverified = Il suo indirizzo non è ancora confermato. Apra il link nell’e-mail che le abbiamo mandato.

second-title = Ancora un passo
second-lead = La password è giusta. Ora mostri che è proprio lei.
second-code = Codice della sua app
second-code-hint = Le sei cifre che l’app mostra in questo momento.
second-recovery = Codice di riserva
second-recovery-hint = Uno dei codici che ha stampato o annotato. Ognuno vale una volta.
second-button = Continua
second-use-recovery = Usa un codice di riserva
second-use-app = Usa un codice della sua app
second-use-passkey = Usa una passkey
second-passkey-lead = Il dispositivo le chiede il dito, il volto o il suo PIN. A noi dice solo che era lei.
second-again = Ricomincia
wrong-code = Non ha funzionato. Prenda un codice nuovo: ognuno vale una volta.
wrong-passkey = La passkey non è riuscita a dimostrarlo. Riprovi, o scelga un’altra strada.

enrol-title = Il suo lavoro richiede una seconda prova
enrol-lead = Lei può arrivare a ciò che per altri è privato. Per questo una password da sola non basta: aggiunga ancora una cosa.
enrol-choose = Che cosa vuole usare?
enrol-passkey = Una passkey
enrol-passkey-about = Il suo telefono, il computer o una chiave di sicurezza. Nessuno può carpirgliela.
enrol-app = Un’app che mostra codici
enrol-app-about = Qualsiasi app di autenticazione. Non ha bisogno di connessione.
enrol-passkey-only = Il suo ruolo richiede una passkey: un codice si può carpire, una passkey no.

# Creare un account

sign-up-title = Crea un account
sign-up-lead = Scriva il suo indirizzo e-mail. Le mandiamo un link, e lì sceglie nome e password.
sign-up-button = Mandami il link
sign-up-have = Ho già un account
sign-up-closed = Qui gli account si creano su invito. Chieda alla persona che conosce presso { $site }.
mail-title = Guardi nella sua posta
mail-sign-up = Abbiamo mandato un’e-mail all’indirizzo che ha scritto. Apra il link entro 24 ore per creare il suo account.
mail-reset = Se c’è un account con questo indirizzo, un’e-mail è in arrivo. Apra il link entro 30 minuti.
mail-nothing = Non è arrivato niente? Guardi nella posta indesiderata, e controlli di aver scritto l’indirizzo come al solito.

new-password = Nuova password
choose-password = Password
password-alone-hint = Almeno 15 caratteri. Vanno bene alcune parole che non c’entrano l’una con l’altra. È permesso tutto ciò che si può scrivere.
password-second-hint = Almeno 8 caratteri. È permesso tutto ciò che si può scrivere.
strength-good = Bene. Nessun programma lo indovinerebbe in fretta.
weakness-short = La password deve avere almeno { $n } caratteri. Alcune parole senza legame si ricordano facilmente.
weakness-long = La password può avere al massimo { $n } caratteri.
weakness-common = È una delle password che tutti provano per prime. Ne scelga un’altra.
weakness-breached = Questa password è già trapelata da qualche servizio, quindi altri la conoscono. Ne scelga un’altra.
weakness-guessable = Un programma la indovinerebbe in fretta. Aggiunga parole che non c’entrano l’una con l’altra.
weakness-own_word = Eviti le parole che hanno a che fare con lei o con noi.

# Link dalle e-mail

verify-title = Crei il suo account
verify-lead = Con questo link il suo indirizzo è confermato. Scelga come chiamarla e una password, e l’account è suo.
verify-button = Crea il mio account
invite-title = Benvenuta, benvenuto
invite-lead = Per lei è stato preparato un account. Scelga come chiamarla e una password, ed è suo.
invite-button = Prepara il mio account
reset-title = Imposti una nuova password
reset-lead = Verrà scollegato dappertutto. Se usa una seconda prova, resta com’è.
reset-button = Imposta la password
link-title = Questo link non vale più
link-gone = È stato usato, è troppo vecchio, o uno più recente ha preso il suo posto.
link-next = Ne chieda uno nuovo, o acceda se ha già fatto.
forgotten-title = Una nuova password
forgotten-lead = Le mandiamo un link. Se usa una seconda prova, le verrà chiesta lo stesso.
forgotten-button = Mandami il link

# L’account

account-lead = Collegato come { $email }.
account-password = Password
account-password-change = Cambia
account-app = Codici da un’app
account-passkeys = Passkey
account-recovery = Codici di riserva
account-sessions = Collegato
account-on = Attivi
account-off = Spenti
account-passkeys-n =
    { $n ->
        [0] Nessuna
        [one] Una passkey
       *[other] { $n } passkey
    }
account-recovery-none = Ancora nessuno
account-recovery-n =
    { $n ->
        [0] Finiti
        [one] Ne resta uno
       *[other] Ne restano { $n }
    }
account-sessions-n =
    { $n ->
        [one] Solo qui
       *[other] In { $n } posti
    }
account-look = Vedi e cambia
account-weak = Una password rubata basterebbe per accedere come lei. Con una passkey o un’app non basta più.
account-no-recovery = Se perde il telefono, resta fuori. Crei dei codici di riserva e li tenga al sicuro.

password-title = Cambi la password
password-lead = Qui resta collegato. Altrove viene scollegato dappertutto.
password-button = Cambia la password

# Modi di accedere

factors-lead = Chi conosce la sua password non entra comunque senza una di queste cose.
app-title = Codici da un’app
app-empty = Ancora nessuna app. Un’app di autenticazione mostra un codice nuovo ogni mezzo minuto, anche senza connessione.
app-add = Aggiungi un’app
passkeys-title = Passkey
passkeys-empty = Ancora nessuna passkey. Sta nel telefono, nel computer o in una chiave di sicurezza, e si apre con il dito, il volto o un PIN.
passkey-add = Aggiungi una passkey
recovery-title = Codici di riserva
recovery-empty = Ancora nessuno. Ognuno la fa entrare una volta, se il telefono o la chiave si perdono.
recovery-left =
    { $n ->
        [0] Sono stati usati tutti.
        [one] Ne resta uno.
       *[other] Ne restano { $n }.
    }
recovery-make = Crea nuovi codici
since = Aggiunta { $date }
used = usata l’ultima volta { $date }
never-used = non ancora usata
remove = Togli
app-unnamed = App
passkey-unnamed = Passkey

totp-title = Aggiunga un’app
app-lead = Le serve un’app di autenticazione sul telefono. Va bene qualsiasi, e funziona senza connessione.
totp-scan = Inquadri questa immagine con l’app
totp-qr = Un codice QR con la chiave per la sua app. La chiave è scritta sotto.
totp-type = Oppure scriva questa chiave nell’app
totp-enter = Scriva il codice che l’app mostra
totp-name = Come chiama questa app o questo telefono?
totp-button = Attiva

passkey-add-title = Aggiunga una passkey
passkey-add-lead = Il dispositivo le chiederà il dito, il volto o il suo PIN. Non escono mai da lì: noi sappiamo solo che era lei.
passkey-name = Come chiama questo dispositivo o questa chiave?
passkey-add-button = Crea una passkey

codes-title = I suoi codici di riserva
codes-lead = Ognuno la fa entrare una volta. Li mostriamo solo adesso, e non li conserviamo.
codes-keep = Stampi questa pagina o li copi, e li tenga dove arriva solo lei. I codici di prima non valgono più.
codes-done = Li ho messi al sicuro

recovery-new-title = Crei nuovi codici di riserva
recovery-new-lead = Riceve dieci codici nuovi. Quelli di prima smettono di valere.
recovery-new-button = Crea i codici

remove-title = Togliere «{ $name }»?
remove-app = L’app non la farà più entrare. Gli altri modi restano.
remove-passkey = Questa passkey non la farà più entrare. La cancelli anche dal dispositivo, altrimenti continuerà a proporla.
remove-last = È l’ultima: dopo, chiunque conosca la password può entrare.
remove-needed = Il suo account ne ha bisogno. Prima ne aggiunga un’altra, poi tolga questa.
too-many = Ne ha già quante può averne un account. Prima ne tolga una.

# Sessioni

sessions-lead = Ogni riga è un browser collegato come lei. Chiuda quelli che non riconosce, e cambi la password.
session-this = Questo browser
session-unnamed = Un browser
session-since = Da { $date }
session-seen = visto l’ultima volta { $date }
session-by-single = Con la password
session-by-two-factor = Con la password e una seconda prova
session-by-phishing-resistant = Con una passkey
session-rename = Dai un nome
session-end = Chiudi
sessions-end-others = Chiudi tutti gli altri
session-name-title = Dia un nome a questo browser
session-name-label = Nome
session-name-hint = Per riconoscerlo, per esempio «Il mio telefono».
session-name-button = Salva il nome

apps = App a cui ha dato accesso
apps-lead = Ognuna può usare i suoi dati finché lei non lo revoca. Da quel momento non riceve più nulla.
apps-none = Nessuna app usa i suoi dati. Quella a cui dà accesso compare qui, e può toglierlo in ogni momento.
apps-since = Dal { $date }
apps-end = Revoca

# Dimostrarlo ancora una volta

confirm-title = È lei?
confirm-lead = Prima di questa modifica, dimostri ancora una volta che è lei. Poi riprendiamo da dove era.
confirm-refused = Non è la sua password. Riprovi.
confirm-button = Sono io

# Che cosa è appena successo

notice-signed-out = È uscito dal suo account.
notice-verified = Il suo account è pronto. Ora può accedere.
notice-welcome = Il suo account è pronto. Ora può accedere.
notice-password-set = La nuova password è impostata. Ora può accedere.
notice-password-changed = La password è cambiata. Altrove è stato scollegato dappertutto.
notice-app-added = L’app è aggiunta. Da ora le chiediamo il suo codice.
notice-passkey-added = La passkey è aggiunta.
notice-factor-removed = È stato tolto.
notice-session-ended = Quel browser è scollegato.
notice-sessions-ended = Tutti gli altri browser sono scollegati.
notice-session-named = Il nome è salvato.
notice-app-ended = Da ora l’app non riceve più nulla.
notice-over = Ci è voluto troppo tempo. Ricominci da capo.

# Quest’app può farlo?

consent-title = { $app } chiede accesso
consent-optional = (può farne a meno)
consent-text = Il testo completo a cui dice di sì
consent-may = Se dice di sì, potrà
consent-why = Dice che le serve
consent-how-long = Per quanto tempo
consent-stays = Anche quando lei non c’è, finché non lo ritira; al massimo 90 giorni senza chiederglielo di nuovo.
consent-once = Per 15 minuti.
consent-seen = Ogni volta che guarda viene annotato, e lei può vederlo.
consent-back = Può ritirarlo in ogni momento, con la stessa facilità con cui lo dà. Da allora non riceve più nulla; quello che ha già non dipende più da noi.
consent-goes-to = La sua risposta va a { $where }.
consent-contact = Domande sull’app: { $contact }.
consent-no = No
consent-yes = Sì, lo permetto
stop-title = Qui non si può proseguire
stop-wrong = L’app ha fatto la richiesta in un modo che non accettiamo. Non è colpa tua.
stop-over = A questa domanda è già stata data risposta, oppure è rimasta aperta troppo a lungo. Torna all’app e ricomincia.
stop-signed-out = La tua sessione è terminata. Torna all’app e ricomincia.
stop-nothing = Nessuno ha ricevuto nulla.
stop-details = Per chi sviluppa l’app
want-know = sapere che è lei, con un nome che riceve solo quest’app
want-record = sapere qual è la sua cartella
want-read = leggere { $what }
want-change = aggiungere o cambiare { $what }
want-read-change = leggere, aggiungere e cambiare { $what }
want-of = «{ $what }»
want-all = tutto ciò che è conservato su di lei, anche i file
for-treat = per curarla
for-etreat = per curarla in un’emergenza
for-patrqt = per mostrarglielo, perché lo ha chiesto lei
for-hresch = per la ricerca, senza il suo nome
for-hpaymt = per fatturare e pagare le cure
for-hoperat = per gestire l’organizzazione
for-pubhlth = per la salute pubblica, senza il suo nome
for-hlegal = per un obbligo di legge o un diritto
for-sysdev = per curare il sistema stesso
account-to-portal = Alle Sue pagine
