# Ciò che a una persona si chiede di condividere, come testo intero: è proprio questo il testo a cui dice di sì, e il suo hash sta nella ricevuta.

ask-oauth-title = { $app } chiede accesso
ask-oauth-text = { $app } L’ha mandata qui. Vuole usare ciò che è conservato su di Lei.
ask-contact = Domande al riguardo: { $contact }
ask-who = Chi chiede: { $who }
ask-what = Di che cosa si tratta:
ask-why = A che scopo:
ask-long = Per quanto tempo: al massimo { $days } giorni, poi finisce da sé.
ask-back = Può revocarlo in ogni momento, subito e senza dare un motivo.
ask-optional = (può farne a meno)
ask-everything = tutto ciò che è conservato su di Lei
ask-read = guardare: { $what }
ask-change = aggiungere o cambiare: { $what }
ask-read-change = guardare, aggiungere o cambiare: { $what }
ask-fields = solo { $fields }

for-TREAT = per curarla
for-ETREAT = per curarla in un’emergenza
for-PATRQT = perché l’ha chiesto Lei
for-HRESCH = per la ricerca sanitaria
for-HPAYMT = per il pagamento
for-HOPERAT = per gestire il servizio
for-PUBHLTH = per le segnalazioni di sanità pubblica
for-HLEGAL = per un obbligo di legge o una pretesa
for-SYSDEV = per tenere in ordine il sistema stesso

somebody-of-staff = qualcuno del personale
