# Konsolen: sidor för personalen.

console = Konsol
console-account = Ditt konto
console-lead = Det som väntar på att någon ska titta på det.
console-empty = Inget väntar på dig här.
console-role = Du arbetar som
console-act-as = Arbeta som: { $role }
notice-role-chosen = Du arbetar nu i rollen du valde.
leave = Låt det vara

place-people = Konton
place-apps = Appar
place-roles = Roller
place-requests = Ansökningar
place-reviews = Genomgångar
place-break-glass = Nödlägen

column-place = Var
column-waits = Vad som väntar
column-name = Namn
column-email = E-postadress
column-role = Roll
column-state = Läge
column-since = Sedan
column-by = Sökt av · beviljat av
column-review = Gås igenom senast
column-contact = Kontakt
column-asked-by = Sökt av
column-asked-at = Sökt
column-decided-by = Beslutat av
column-ends = Upphör av sig själv
column-person = Person
column-opened = Öppnat
column-until = Till
column-may = Får
column-thing = Vad
column-reason = Skäl
column-purposes = För vilka ändamål
column-sees = Ser

waits-requests =
    { $n ->
        [0] Inget att besluta
        [one] En ansökan att besluta om
       *[other] { $n } ansökningar att besluta om
    }
waits-reviews =
    { $n ->
        [0] Inget försenat
        [one] En genomgång försenad
       *[other] { $n } genomgångar försenade
    }
waits-glasses =
    { $n ->
        [0] Inget försenat
        [one] Ett nödläge som inte granskats i tid
       *[other] { $n } nödlägen som inte granskats i tid
    }
waits-apps =
    { $n ->
        [0] Inget att granska
        [one] En app att granska
       *[other] { $n } appar att granska
    }

role-none = Ingen än
role-owner = Ägare
role-owner-about = Svarar för helheten. Utser andra ägare.
role-administrator = Administratör
role-administrator-about = Sköter konton och appar. Ser varken loggen eller någons uppgifter.
role-security = Säkerhetsansvarig
role-security-about = Läser loggen, vårdar nycklarna, går igenom behörigheter. Ändrar inga konton.
role-operator = Driftansvarig
role-operator-about = Håller systemet i gång. Öppnar ingens uppgifter.
role-compliance = Regelansvarig
role-compliance-about = Ser löften, belägg och vem som har vad.
role-support = Support
role-support-about = Hjälper till med konton. Öppnar ingens uppgifter.
role-clinician = Vårdpersonal
role-clinician-about = Läser en persons uppgifter för att vårda.
role-developer = Apputvecklare
role-developer-about = Anmäler appar; någon annan släpper in dem.
role-app = App
role-person = Person
role-system = Systemet

# Konton

people-lead = Alla som kan logga in eller är inbjudna. Vad de får göra bestäms av deras roller.
people-empty = Ingen än. Bjud in den första.
account-state-invited = Inbjuden
account-state-unverified = Inte bekräftat
account-state-active = Aktivt
account-state-stopped = Stoppat
account-stop = Stoppa
account-resume = Släpp in igen
invite-again = Skicka igen
invite-somebody = Bjud in någon
invite-about = De får ett mejl med en länk som gäller i sju dagar. De börjar utan behörighet: en roll söks efteråt och beviljas av en andra person.
invite-send = Skicka inbjudan
back-people = Tillbaka till kontona
mistake-taken = Det finns redan ett konto med den adressen.
mistake-email = Skriv en e-postadress, till exempel namn@example.org.
mistake-name = Skriv ett namn på högst 80 tecken.
notice-invited = Inbjudan är på väg.
notice-stopped = Kontot är stoppat och utloggat överallt.
notice-resumed = Kontot får logga in igen.

# Roller och genomgångar

roles-lead = Vem som har vad, sedan när, och vem som gick med på det. En roll vars genomgång är försenad räknas inte.
roles-empty = Ingen har någon roll än. Det börjar med en ansökan.
by-installation = Installationen
privilege-held = Gäller
privilege-waits-for-review = Väntar på genomgång
privilege-ended = Avslutad
privilege-not-confirmed = Inte bekräftad
privilege-overdue = Förföll
privilege-expired = Upphörde av sig själv
role-end = Avsluta
role-end-title = Avsluta rollen?
role-end-lead = { $name } förlorar rollen ”{ $role }” genast. Den går att söka igen.
notice-role-ended = Rollen är avslutad.
reviews-lead = Var { $days }:e dag bekräftar någon annan varje roll, eller låter den falla. Dina egna bekräftar andra.
reviews-empty = Inget att bekräfta. Roller dyker upp här när det är dags.
reviews-held = Roller som gäller
reviews-overdue = Försenade
review-keep = Bekräfta
review-drop = Låt falla
notice-review-kept = Bekräftad till nästa genomgång.
notice-review-dropped = Rollen är avslutad.

# Ansökningar

requests-lead = En roll söks av en och beviljas av en annan. Öppna en ansökan för att se vem som skulle få tillgång till vad.
requests-empty = Ingen har sökt något än.
request-new = Sök en roll
request-new-lead = Någon annan beslutar. De ser vad du skulle få tillgång till.
request-role = Vilken roll?
request-reason = Varför?
request-note = Mer om det
request-note-hint = Förvaras förseglat och visas för dem som beslutar. Skriv inget om någons hälsa.
request-days = I hur många dagar?
request-days-hint = Lämna tomt om den ska gälla tills en genomgång avslutar den.
request-send = Sök
reason-new-post = Ny här, eller ny tjänst
reason-cover = Vikarierar för en kollega
reason-project = För ett visst arbete
reason-incident = Något har hänt som kräver det
reason-other = Något annat
request-title = { $name }: { $role }
gains-title = Vad { $name } skulle kunna göra som inte går nu
gains-empty = Inget som inte redan går.
request-own = Du har sökt detta, eller skulle vinna på det. Någon annan beslutar.
request-second = Du är den andra personen. Ett ja gäller genast.
request-yes = Bevilja
request-no = Avslå
request-state-open = Väntar på svar
request-state-approved = Beviljad
request-state-refused = Avslagen
back-requests = Tillbaka till ansökningarna
mistake-choose = Välj ett av varje.
mistake-days = Skriv ett antal dagar, eller lämna tomt.
mistake-request = Detta går inte att söka: rollen finns eller är sökt redan, eller går inte ihop med en annan roll.
notice-request-sent = Ansökan är inskickad. Du får veta när någon har beslutat.
notice-request-approved = Beviljad. Den gäller från nu.
notice-request-refused = Avslagen.
masked = { $classes } maskerat
only-break-glass = bara i ett öppet nödläge

verb-create = Skapa
verb-read = Läsa
verb-change = Ändra
verb-delete = Radera
verb-manage = Besluta om
thing-person = En persons uppgifter som sådana
thing-list-of-accesses = Vem som har sett en persons uppgifter
thing-archive = Allt om en person, att ta med
thing-list-of-grants = Vad en person har tillfrågats om och delar
thing-request-for-consent = Vad personer tillfrågas om
thing-record = Poster
thing-records = Listor över poster
thing-file = Filer
thing-log = Loggen
thing-keys = Nycklarna, aldrig deras innehåll
thing-privilege = En roll
thing-privileges = Vem som har vilken roll
thing-break-glass = Nödlägen
thing-policy = Reglerna
thing-account = Konton
thing-app = Appar
thing-trust = Löften och belägg
class-public = öppet
class-internal = internt
class-personal = vem det är
class-health = hälsa
class-credential = hemligheter
class-payment = betalning
purpose-treat = vård
purpose-etreat = akut vård
purpose-patrqt = personens egen begäran
purpose-hresch = forskning
purpose-pubhlth = folkhälsa
purpose-hpaymt = betalning
purpose-hoperat = verksamhetens drift
purpose-sysdev = kontroller av systemet

# Appar

apps-lead = Program som människor kan ge tillgång. Varje app anmäls av en och granskas av en annan.
apps-empty = Ingen app än. Anmäl en, så granskar någon annan den.
app-new = Anmäl en app
app-new-lead = Den får inget förrän någon annan har granskat den.
app-register = Anmäl
app-name-hint = Så som människor läser det när de tillfrågas.
app-contact-hint = Dit människor vänder sig med frågor om den.
app-redirects = Adresser den skickas tillbaka till
app-redirects-hint = En på varje rad, precis som appen skickar den.
app-scopes = Vad den får be om
app-scopes-hint = Scopes, till exempel patient/Observation.rs. Ett på varje rad.
app-purposes = Ändamål
app-purposes-hint = Till exempel TREAT eller PATRQT.
app-method = Hur den visar vem den är
app-grants = Vägar till en token
app-id = Client id
app-registered-by = Anmäld av
app-reviewed-by = Granskad av
app-own = Du har anmält den här. Någon annan granskar den.
app-second = Du är den andra personen. En godkänd app får genast be människor om tillgång.
app-approve = Godkänn
app-refuse = Avslå
app-stop = Stoppa
app-stop-title = Stoppa { $name }?
app-stop-lead = Alla dess token upphör genast, och den går inte att starta igen.
app-secret = Hemlighet
app-secret-renew = Förnya hemligheten
app-secret-once = Hemligheten visas bara nu. En som fanns förut gäller i sju dagar till.
app-made = Appen är anmäld
app-made-lead = Någon annan måste granska den innan den får be någon om något.
app-state-draft = Utkast
app-state-in-review = Väntar på granskning
app-state-active = Aktiv
app-state-stopped = Stoppad
method-none = Den kan inte hålla en hemlighet: en app i en telefon eller webbläsare
method-client-secret-basic = Med en hemlighet, i ett huvud
method-client-secret-post = Med en hemlighet, i innehållet
back-apps = Tillbaka till apparna
mistake-app = Appen går inte att anmäla: { $why }
notice-app-approved = Godkänd. Appen får be människor om tillgång.
notice-app-refused = Avslagen.
notice-app-stopped = Appen är stoppad. Dess token har upphört.

# Nödlägen

glass-lead = I ett nödläge får någon öppna en persons uppgifter en kort stund. Personen får veta det genast, och någon annan granskar det.
glass-empty = Inget nödläge hittills. Må det förbli så.
glass-unseen = De som granskar ser vad som har öppnats. Det stängs av sig självt när tiden är ute.
glass-new = Öppna en persons uppgifter
glass-new-lead = En person, ett skäl, högst en timme. Personal utanför vården behöver en andra person.
glass-new-told = Personen, säkerhetsansvariga och ägare får veta det genast. Tills det är granskat i tid kan du inte öppna något mer.
glass-person-hint = Personens id, så som ert eget system känner det.
glass-how-long = Hur länge?
glass-open = Öppna
minutes =
    { $n ->
        [one] En minut
       *[other] { $n } minuter
    }
emergency-emergency-care = I fara, måste vårdas nu
emergency-unreachable = Kan inte tillfrågas
emergency-safety = Någon annan är i fara
emergency-incident = Uppgifterna själva är i fara
emergency-legal = Lagen kräver det nu
glass-state-open = Öppet
glass-state-waits-for-second = Väntar på en andra person
glass-state-lapsed = Ingen gick med på det i tid
glass-state-review = Väntar på granskning
glass-state-overdue = Granskningen försenad
glass-state-justified = Det var rätt
glass-state-not-justified = Det var inte rätt
glass-second = Gå med på det
glass-close = Stäng
glass-was-right = Det var rätt
glass-was-wrong = Det var inte rätt
mistake-person = Det finns ingen sådan person. Kontrollera id.
mistake-glass = Detta går inte att öppna nu. Ett tidigare nödläge väntar kanske på sin granskning.
notice-glass-opened = Det är öppet. Alla berörda har fått veta det.
notice-glass-asked = En andra person måste gå med på det. De har fått veta det.
notice-glass-seconded = Det är öppet nu.
notice-glass-closed = Det är stängt.
notice-glass-reviewed = Din granskning är antecknad.

# Larm

place-alerts = Larm
column-alert = Larm
column-at = Sedan
waits-alerts =
    { $n ->
        [0] Inget att ta del av
        [one] Ett larm att ta del av
       *[other] { $n } larm att ta del av
    }
alerts-lead = Det som den som vakar över organisationen måste ha sett. När du har tagit del av ett larm försvinner det härifrån; det som hände finns kvar i loggen.
alerts-empty = Inga larm. Inget har hänt som du måste se.
alerts-more = Det finns fler än sidan visar. Ta del av de här, så kommer de äldre.
alert-glass-opened = En persons uppgifter öppnades i en nödsituation
alert-glass-overdue = En nödöppning har inte granskats i tid
alert-reviews-overdue = Roller har inte granskats i tid
alert-app-reuse = En apps nyckel användes två gånger
alert-close = Har sett det
notice-alert-closed = Noterat.

thing-legal-hold = Rättsliga spärrar
thing-retention = Vad som sparas hur länge
place-retention = Gallring
place-holds = Rättsliga spärrar
column-collection = Samling
column-kept-for = Sparas i
column-in-time = Inom tiden
column-held = Spärrade
column-destroyed = Förstörda
column-placed-by = Satt av
retention-lead = Det vars tid är ute förstörs en gång om dagen, med alla versioner. Hur länge något sparas står i registret; tiden räknas från den senaste ändringen. 30d är dagar, 18m månader, 10y år.
retention-empty = Allt sparas tills det raderas: ingen samling i registret har ett slut.
retention-last = Senaste gallring
retention-files = Filer
retention-holds =
    { $n ->
        [0] Ingen gäller
        [one] En gäller
       *[other] { $n } gäller
    }
holds-lead = Det som är spärrat måste finnas kvar: det förstörs inte när tiden är ute, ingen raderar det, och en radering som någon har bett om väntar. Den det gäller får veta att det finns en spärr, aldrig varför.
holds-more = Det finns fler än sidan visar; `strongroom hold list` visar alla.
holds-empty = Inga rättsliga spärrar. Den som ansvarar för regelefterlevnad sätter en här när något måste bevaras.
hold-new = Sätt en rättslig spärr
hold-new-lead = Den gäller från och med nu, även för det som just håller på att raderas.
hold-place = Sätt den
hold-on-person = Person { $person }
hold-on-tenant = Allt
hold-scope-person = Allt om en person
hold-scope-collection = En samling
hold-scope-tenant = Allt som sparas här
hold-what = Vilken person eller samling
hold-what-hint = Personens id, eller samlingens namn i registret. Lämna tomt för allt.
hold-reason-hint = Sparas förseglat. Bara den som ser listan läser det.
hold-until-hint = En dag, till exempel 2027-01-31. Lämna tomt om den inte har något slut.
hold-open = Tills den hävs
hold-state-in-force = Gäller
hold-state-lifted = Hävd
hold-state-over = Har gått ut
hold-lift = Häv den
hold-lift-lead = Det som bara den här spärren höll kvar försvinner vid nästa gallring, och raderingar som väntade på den genomförs. Inget av det kan ångras.
mistake-hold = Ingen spärr sattes. Ange en person eller samling som finns, ett skäl, och en dag i framtiden eller ingen.
notice-hold-placed = Den gäller.
notice-hold-lifted = Den är hävd.

thing-bulk-export = Allt i FHIR, uttaget av ett program
thing-record-of-processing = Registret över behandlingar
place-processing = Behandlingar
column-basis = Rättslig grund
column-classes = Slags uppgifter
column-recipients = Mottagare
processing-lead = Registret över behandlingar (GDPR, artikel 30), upprättat i detta ögonblick ur dataregistret, de medgivanden som gäller, apparna och löftena som de mäts. Samlingar som inte innehåller något är utelämnade här; tabellen tar med dem.
processing-empty = Ännu sparas ingenting. Varje samling som innehåller något står här.
processing-controller = Personuppgiftsansvarig
processing-contact = Kontakt
processing-representative = Företrädare
processing-dpo = Dataskyddsombud
processing-behalf = För räkning av
processing-missing = Inte angivet i konfigurationen
processing-none = Inga
processing-transfers = Överföringar till tredjeland
processing-security = Säkerhetsåtgärder
processing-made = Upprättat
processing-csv = Spara som tabell (CSV)

contract-ends = Avtalet upphör { $at }. Därefter sparas inget nytt.
contract-ended = Avtalet har upphört. Inget nytt sparas. Dagar kvar att ta med sig allt: { $days }. Allt förstörs efter { $at }.
contract-over = Avtalet har upphört och tiden är ute: allt förstörs, om inget rättsligt bevarande hindrar det.
thing-contract = Avtalets slut
# Begäranden från personer enligt deras rättigheter

thing-request-under-a-right = Vad personer ber om enligt sina rättigheter
place-rights = Personers rättigheter
column-right = Vad de ber om
column-last-day = Sista dag
column-left = Kvar
waits-rights =
    { $n ->
        [0] Ingen begäran att besvara
        [one] En begäran att besvara
       *[other] { $n } begäranden att besvara
    }
rights-lead = Vad personer ber om enligt sina rättigheter, det mest brådskande först. Sista dagen är lagens.
rights-empty = Inga begäranden här. Det någon ber om i sin portal kommer in här.
rights-left =
    { $n ->
        [0] i dag
        [one] en dag
       *[other] { $n } dagar
    }
rights-late = försenad
rights-no-clock = ingen tid i lagen
rights-more = Fler
rights-show-open = Öppna begäranden
rights-show-overdue = Försenade begäranden
rights-show-closed = Avslutade begäranden
rights-show-all = Alla begäranden
right-law = Lag
right-language = Personens språk
right-lang-sv = svenska
right-lang-de = tyska
right-lang-it = italienska
right-lang-fr = franska
right-lang-en = engelska
right-wish = Vad de ber om
right-no-words = Inget skrevs.
right-about = Gäller: { $place }
right-value = Det borde stå: { $value }
right-purpose = Ändamål: { $purpose }
right-entry = Det gäller post { $n } i loggen.
right-happened = Vad som har hänt
right-version = Rättat som version { $n } av posten.
right-step = Vad som kommer härnäst
right-step-confirm = Bekräfta att den kommit
right-step-start = Börja arbeta med den
right-step-extend = Säg att det tar längre tid
right-step-answer = Svara
right-step-refuse = Avslå
right-step-lift = Häv det
right-text = Vad personen läser
right-text-hint = Ett utkast på personens språk. De får ett brev som säger var de ska titta; den här texten läser de i sin portal.
right-carry-out = Gör det de ber om med svaret: rätta fältet, begränsa, eller avsluta det de invänder mot
right-stands = Detta gäller
right-stands-text = En begränsning eller en invändning kom av den. Säg till personen innan du häver den.
right-event-received = Begärd
right-event-confirmed = Bekräftad
right-event-begun = Arbetet började
right-event-extended = Förlängd
right-event-answered = Besvarad
right-event-refused = Avslagen
right-event-withdrawn = Återtagen
right-event-lifted = Hävd
notice-right-step = Klart. Personen får veta det som rör dem.
mistake-right-late = Den första tiden är slut, så den kan inte förlängas längre.
mistake-right-no-extension = Lagen har ingen längre tid för detta.
mistake-right-moved = Någon tog ett steg under tiden, eller så följer steget inte. Se vad som har hänt.
mistake-right-text = Skriv vad personen läser: svaret, eller varför.
mistake-right-card = Texten innehåller något som ser ut som ett betalkortsnummer. Utelämna det.
mistake-right-correction = Rättelsen kan inte göras av sig själv: värdet passar inte fältet, eller posten finns inte. Låt den som har hand om den rätta, och svara utan att utföra det.
alert-right-due = En begäran från en person ska snart besvaras
alert-right-overdue = En begäran från en person har inte besvarats i tid

thing-guardian = Vem som bestämmer åt vem
thing-proposed-guardian = Vårdnadshavare som väntar på en andra person
place-guardians = Vårdnadshavare
column-decides = Bestämmer från
column-guardians = Vårdnadshavare
column-guardian = Vårdnadshavare
column-waiting = Väntar
column-calls = Kallas av dem
column-evidence = Styrkt genom
minors-lead = Personer som inte bestämmer själva ännu. På dagen upphör vårdnadshavarnas makt av sig själv, och det som de har gått med på efterfrågas på nytt. Dagen sparas förseglad: den visar när någon är född.
minors-empty = Ingen. Anteckna här från vilken dag en person bestämmer; vårdnadshavare föreslås därefter.
minors-more = Det finns fler än sidan visar; API:et räknar upp alla (`GET /v1/minors`).
minor-new = Anteckna en dag
minor-new-lead = Från den dagen, vid midnatt, bestämmer personen. Vilken dag det är beror på landets lag och på vad det gäller: 13 till 16 för tjänster (GDPR, artikel 8), 18 för det mesta annat.
minor-note = Anteckna
minor-change = Ändra dagen
minor-change-lead = Tills den har kommit kan dagen ändras. Sedan står den fast.
minor-person = Personens id
minor-day = Dagen
minor-day-hint = Till exempel 2031-05-04
minor-look = Visa
minor-title = Person { $person }
minor-decides-now = Bestämmer sedan
minor-account = Eget konto
minor-account-none = Inget ännu
minor-account-active = Finns
minor-account-invited = Inbjuden, inte besvarat
minor-account-stopped = Stoppat
minor-account-unverified = Påbörjat, inte styrkt
minor-invite = Bjud in till eget konto
minor-invite-lead = Brevet går till personens egen adress, aldrig till en vårdnadshavares. En obesvarad inbjudan eller ett stoppat konto ger vika.
minor-invite-email = Personens egen adress
minor-invite-name = Vad personen kallas
minor-invite-language = Språk
guardians-empty = Ingen vårdnadshavare ännu.
guardian-new = Föreslå en vårdnadshavare
guardian-new-lead = När en andra av er godkänner det ser vårdnadshavaren, svarar, tar med och ber om radering i personens ställe, med ett eget konto. Titta på handlingen innan du fortsätter.
guardian-appoint = Utse
guardian-propose = Föreslå
guardian-email = Adressen till vårdnadshavarens konto
guardian-calls = Vad vårdnadshavaren kallar personen
guardian-calls-hint = Så att de kan skilja sina barn åt. Sparas förseglat.
guardian-evidence = Hur det styrktes
guardian-evidence-hint = Handlingen, eller var den finns. Sparas förseglat; personen kan läsa det.
guardian-limit = Vad de får göra
guardian-limit-all = Allt som personen får
guardian-limit-read = Bara titta, och svara på det som läser
guardian-state-proposed = Väntar på en andra person
guardian-decide = Avgör
guardian-second = Utse en vårdnadshavare
guardian-second-own = Du föreslog detta. Det krävs en andra person för att utse; du kan ta tillbaka det.
guardian-second-lead = Titta på vad som visades. När du utser personen agerar den från denna stund.
guardian-second-who = { $name } ska bestämma för { $calls }. Får göra: { $limit }.
guardian-second-shown = Vad som visades: { $evidence }
guardian-second-by = Föreslaget av { $name }, { $at }. Förfaller { $until }.
guardian-refuse = Avslå
guardian-take-back = Ta tillbaka
guardian-state-standing = Bestämmer
guardian-state-over = Över
guardian-state-ended = Avslutat
guardian-end = Avsluta
guardian-end-lead = Från och med nu handlar de inte längre för personen, och det som de gick med på ger ingen rätt till något förrän det efterfrågas på nytt. Det kan inte tas tillbaka; de kan utses igen.
guardian-end-reason = Varför
mistake-guardian = Ingenting ändrades. { $why }
notice-minor-noted = Antecknat.
notice-guardian-appointed = Utsedd.
notice-guardian-proposed = Föreslaget. En andra person har fått veta det.
notice-guardian-refused = Avslaget.
notice-guardian-ended = Avslutat.
notice-minor-invited = Inbjuden.

# Continuity

thing-recovery-point = Återställningspunkter och övningar
place-continuity = Kontinuitet
continuity-lead = Återställningspunkter för hela installationen, och det som övas med dem. Det som är försenat eller misslyckades betyder att mer kan gå förlorat än vad som är lovat.
continuity-empty = Ingenting görs av sig självt.
continuity-none = Det finns inga säkerhetskopior: inställningarna har inget avsnitt för dem.
continuity-seconds =
    { $n ->
        [one] en sekund
       *[other] { $n } sekunder
    }
continuity-behind = Kopian av det som sparats ligger efter med
continuity-no-stream = Ingen skickas: bara återställningspunkter räknas
continuity-not-joined = Inget av det som skickas kan återställas före nästa återställningspunkt
continuity-reach = Raderade personer vars nycklar en kopia ännu kan ha
continuity-reach-late = { $n }, längre än utlovat: gör en ny kopia av nycklarna med strongroom backup keys
column-run = Vad
column-last = Senast
column-lost = Hade gått förlorat
column-back = Tillbaka efter
run-point = Återställningspunkt
run-prune = Gamla punkter borttagna
run-drill-objects = Övning: filer jämförda
run-drill-restore = Övning: allt återställt
run-drill-boot = Övning: en andra instans i drift
run-drill-rebuild = Övning: från ingenting
run-drill-failover = Övning: databasens huvuddator lämnar över
run-failed = Misslyckades
run-late = Försenad
run-never = Aldrig gjord
run-runs = Pågår
run-left = Avbruten
run-held = Höll
alert-continuity-late = En återställningspunkt, en övning eller förstörandet av gamla nyckelkopior är försenat eller misslyckades
alert-guardian-appointed = Någon får bestämma för en person
thing-early-destruction = Återställningspunkter som förstörs i förtid
place-destructions = Förstörs i förtid
destructions-lead = Återställningspunkter försvinner när deras tid är ute. I förtid försvinner de bara om två personer vill det, och först efter en väntetid då vem som helst av dem som får föreslå det kan stoppa det. En persons egen radering behöver inget av det.
destructions-empty = Ingenting förstörs i förtid.
destructions-elsewhere = Det här bestämmer personalen hos en annan organisation i samma installation.
destruction-new = Föreslå att förstöra
destruction-new-lead = Någon annan måste gå med på det. Alla som vakar får veta det nu.
destruction-propose = Föreslå
destruction-points = Vilka
destruction-points-hint = Hela namn, som strongroom backup list --json visar dem. Tomt för alla som har gjorts hittills.
destruction-all = Alla som hade gjorts
destruction-points-many =
    { $n ->
        [one] En återställningspunkt
       *[other] { $n } återställningspunkter
    }
column-agreed = Vill det
column-due = Tidigast
destruction-agree = Gå med på det
destruction-cancel = Stoppa
destruction-state-proposed = Väntar på någon annan
destruction-state-waits = Väntar på sin tid
destruction-state-begun = Pågår
destruction-state-done = Skedde
destruction-state-cancelled = Stoppad
destruction-state-lapsed = Ingen gick med på det
destruction-reason-key-leaked = Nyckeln är i fel händer
destruction-reason-must-not-be-kept = De innehåller något som inte får sparas
destruction-reason-order = En domstol eller myndighet kräver det
destruction-reason-moved = Installationen läggs ned eller flyttas
destruction-reason-other = Annat
notice-destruction-proposed = Föreslaget. Någon annan måste gå med på det.
notice-destruction-agreed = Du gick med på det.
notice-destruction-cancelled = Det är stoppat.
mistake-destruction = Välj ett skäl, och skriv hela namn på 64 tecken.
alert-destruction-proposed = Någon föreslår att återställningspunkter förstörs i förtid
alert-destruction-agreed = Två vill att återställningspunkter förstörs i förtid
alert-destruction-cancelled = Att förstöra återställningspunkter i förtid stoppades
alert-destruction-done = Återställningspunkter förstördes i förtid
alert-keep-shortened = Återställningspunkter ska sparas kortare än förut
replication = Databasens kopior
replication-none = Ingen annan dator tar emot det som skrivs
replication-broken = Databasens kopior, fel
standby = Kopian { $name }
standby-sync = { $state }, varje ändring väntar på den; { $n } byte efter
standby-async = { $state }, ingen ändring väntar på den; { $n } byte efter
slot = Platsen { $name } i databasens logg
slot-keeps = { $n } MiB sparas för den
replication-nobody-synchronous = Ändringar ska vänta på en kopia, och ingen finns: ingenting bekräftas
replication-not-streaming = En kopia tar inte emot det som skrivs
replication-slot-retains = Ingen läser från en plats i loggen, och det som sparas för den växer
replication-slot-lost = Det en plats i loggen behöver är borta
replication-hidden = Databasen låter oss inte se vem som tar emot
column-request = Ärende
rights-was-answered = besvarad den { $date }
rights-was-in-time = besvarad den { $date }, i tid
rights-was-late = besvarad den { $date }, för sent
rights-nothing-due = avslutad; inget återstår
hold-lift-what = Det gäller: { $what }. Spärren gäller sedan { $date }.
mistake-hold-on = Välj vad som ska spärras.
mistake-hold-person = Det finns ingen person med detta id. Ange hela id:t, 36 tecken.
mistake-hold-collection = Registret har ingen samling med detta namn.
mistake-hold-empty = Lämna fältet tomt när allt ska spärras, eller välj en person eller en samling.
mistake-hold-reason = Ange ett skäl, utan nummer på betalkort.
mistake-hold-until = Ange en dag som kommer, till exempel 2027-01-31, eller lämna fältet tomt.
