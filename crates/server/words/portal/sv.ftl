# Portalen: en persons egna sidor. En fil per språk, skriven på det.

portal-home = Översikt
portal-data = Mina uppgifter
portal-files = Mina filer
portal-looks = Vem har tittat
portal-sharing = Delning
portal-security = Säkerhet
home-title = Dina uppgifter
home-lead = Det som finns sparat om dig är ditt. Här ser du det, och vem mer som har sett det.
home-stands-in = Du handlar för någon annan här. Du ser det som personen låter dig se.
home-waits = Väntar på ditt svar
home-asks = { $who } ber dig att dela något
home-asks-more = Ingenting händer innan du har svarat. Nej är ett lika bra svar som ja.
read-and-answer = Läs och svara
home-data = { $n ->
    [one] En uppgift finns sparad om dig.
   *[other] { $n } uppgifter finns sparade om dig.
 }
home-looks = Varje titt på dina uppgifter, ur en logg som ingen kan ändra.
home-sharing = Vad du låter vem göra. Ta tillbaka det när du vill.
home-security = Lösenord, andra faktor, var du är inloggad.
data-lead = Allt som finns sparat om dig, efter slag.
data-none = Ännu finns ingenting sparat om dig. Det som en app, en apparat eller en mottagning sparar kommer hit.
records = { $n ->
    [one] En uppgift
   *[other] { $n } uppgifter
 }
window = Från { $from } till { $to }
kind-none = Ingenting från den här tiden.
kind-more = Det finns mer från den här tiden än vad som får plats på en sida.
column-when = När
column-what = Vad
pages = Sidor
older = Äldre
newer = Nyare
record-history = Vad som stod tidigare
version = Version { $n }, { $when }
files-none = Inga filer finns sparade om dig.
files-lead = En fil sparas på din enhet; inget i den körs här. Små bilder ritas om, utan plats eller kamera; var och en är en titt som står i listan över vem som har tittat.
file-unnamed = En fil utan namn
yes = ja
no = nej
days = { $n ->
    [one] en dag
   *[other] { $n } dagar
 }
looks-lead = Varje rad står i en logg som inte kan ändras utan att det syns. Dina egna tittar är också med.
looks-show = Visa
looks-show-all = Alla
looks-show-others = Inte jag
looks-show-opened = Vad andra såg
looks-show-refused = Vad som nekades
looks-none = Ingenting av det här slaget hittills.
looks-none-here = Ingenting av det här slaget bland de senaste raderna. Det finns äldre.
looks-history = Spara hela historiken
looks-history-text = En fil med varje rad som handlar om dig, var och en med sitt bevis. Öppna den i en webbläsare, också utan nät, så prövar den sig själv. I slutet står hur många rader det är; saknas det är filen inte hel.
looks-history-take = Spara historiken
looks-history-keys = Gjord { $date }. Loggens nycklar, att jämföra med vad andra har sparat:
looks-history-end = { $n ->
    [one] En rad. Här slutar filen, och den är hel.
   *[other] { $n } rader. Här slutar filen, och den är hel.
}
looks-count = { $n ->
    [one] en sak
   *[other] { $n } saker
 }
looks-by-grant = genom något som du delar
looks-denied = Detta nekades.
looks-failed = Detta misslyckades.
looks-proof = Bevis
looks-proven = Bevisat i din webbläsare
looks-wrong = Beviset håller inte
looks-cannot = Ta med beviset för att pröva det
looks-how = Så prövar du det själv
looks-how-text = Din webbläsare prövar varje rad: att den finns i loggen vars huvud är undertecknat med loggens nyckel. Beviset är en liten fil som vem som helst kan pröva utan oss, med vilket verktyg som helst som läser C2SP-bevis.
who-you = Du
who-somebody = Någon
who-service = Ett program hos { $service }
who-staff = Någon ur personalen ({ $role })
who-proxy = Någon som du låter handla för dig
who-system = Strongroom självt
what-data = dina uppgifter
did-record-read = { $who } tittade på en uppgift: { $what }
did-record-write = { $who } skrev en uppgift: { $what }
did-record-delete = { $who } tog bort en uppgift: { $what }
did-record-list = { $who } tittade på en lista: { $what }
did-record-history = { $who } tittade på tidigare versioner: { $what }
did-search = { $who } sökte: { $what }
did-file-read = { $who } öppnade en fil
did-file-write = { $who } sparade en fil
did-file-delete = { $who } tog bort en fil
did-file-list = { $who } tittade på listan över dina filer
did-person-create = { $who } började spara uppgifter om dig
did-person-read = { $who } tittade på vad som finns sparat om dig, räknat
did-person-list = { $who } listade personer, dig bland dem
did-person-erase = { $who } raderade allt om dig
did-export = { $who } tog med sig dina uppgifter
did-export-send = { $who } skickade dina journaluppgifter till en annan vårdgivare
did-export-stop = { $who } avbröt sändningen av dina journaluppgifter
did-import = { $who } förde in uppgifter om dig
did-consent-ask = { $who } bad dig att dela något
did-consent-answer = { $who } svarade på en fråga om delning
did-consent-narrow = { $who } gjorde det du delar mindre
did-consent-withdraw = { $who } tog tillbaka det du delade
did-consent-end = Något som du delade löpte ut
did-consent-list = { $who } tittade på vad du delar
did-log-read = { $who } tittade på den här listan
did-log-prove = { $who } hämtade ett bevis
did-other = { $who } gjorde något med { $what }
sharing-lead = Vad du låter vem göra med dina uppgifter. Ett tryck tar tillbaka det, genast.
sharing-now = Delas nu
sharing-none = Du delar ingenting med någon.
sharing-over = Delas inte längre
sharing-apps = Appar som du är inloggad i
share-until = Till { $date }, sedan upphör det av sig självt
share-withdrawn = Tillbakataget { $date }
share-expired = Löpte ut { $date }
share-replaced = Ersatt av ett nyare svar { $date }
share-ended = Upphörde { $date }
share-end = Ta tillbaka
share-less = Dela mindre
share-keep = Behåll bara det förbockade
share-happened = Vad som har hänt
share-proxy = Får handla för dig, inom dessa gränser.
event-given = Du sade ja
event-narrowed = Du gjorde det mindre
event-withdrawn = Du tog tillbaka det
event-expired = Det löpte ut
event-replaced = Ett nyare svar tog dess plats
event-ended = Det upphörde
notice-grant-ended = Det är tillbakataget. Ingenting öppnas med det längre.
notice-grant-narrowed = Det är mindre nu.
notice-answer-granted = Du sade ja. Du kan ta tillbaka det när du vill.
notice-answer-refused = Du sade nej. Ingenting delades.
notice-answer-deferred = Senare alltså. Frågan väntar på dig här.
notice-answer-again = Den har ändrats under tiden. Läs den igen.
question-over = Den här frågan är redan besvarad, eller väntade för länge.
question-examples = Vad de skulle se
question-examples-text = Så här skulle till exempel en av dina uppgifter se ut för dem.
question-answer = Ditt svar
question-parts = Vad du skulle dela
question-essential = (behövs)
question-long = Hur länge
question-no = Nej
question-yes = Ja, dela detta
question-later = Bestäm senare
role-owner = ägare
role-administrator = administratör
role-security = säkerhet
role-operator = drift
role-compliance = regelefterlevnad
role-support = support
role-clinician = vårdpersonal
role-developer = utvecklare
role-app = app
role-person = person
role-system = system
kind-cycle-day = Cykeldagbok
kind-cycle-settings = Dagbokens inställningar
kind-wearable-measure = Mätvärden
kind-wearable-sleep = Sömn
kind-wearable-activity = Aktivitet
kind-wearable-device = Apparater
kind-Patient = Om dig
kind-Observation = Fynd och mätvärden
kind-Condition = Tillstånd
kind-Encounter = Besök
kind-Procedure = Åtgärder
kind-MedicationRequest = Recept
kind-Immunization = Vaccinationer
kind-DiagnosticReport = Utlåtanden
kind-AllergyIntolerance = Allergier
kind-CarePlan = Vårdplaner
kind-CareTeam = Vårdteam
kind-Claim = Ersättningskrav
kind-ExplanationOfBenefit = Räkningar
kind-DocumentReference = Dokument
field-date = Datum
field-measures = Mätvärden
field-weight = Vikt
field-systolic = Övre blodtryck
field-diastolic = Undre blodtryck
field-heart-rate = Puls
field-fat-ratio = Kroppsfett
field-oxygen-saturation = Syremättnad
field-steps = Steg
field-deepMinutes = Djupsömn
field-lightMinutes = Lätt sömn
field-remMinutes = Drömsömn
field-awakeMinutes = Vaken
field-latencyMinutes = Tid till insomning
field-efficiency = Effektivitet
field-heartRateAverage = Medelpuls
field-heartRateMin = Lägsta puls
field-heartRateMax = Högsta puls
field-score = Poäng
field-flow = Blödning
field-pain = Smärta
field-symptoms = Symtom
field-mood = Humör
field-basalTemperature = Temperatur vid uppvaknandet
field-cycleDay = Dag i cykeln
field-sleepHours = Timmars sömn
field-notes = Anteckningar
field-measuredAt = Mätt
field-category = Slag
field-timezone = Tidszon
field-start = Från
field-end = Till
field-code = Vad
field-status = Läge
field-value = Värde
portal-take = Ta med
home-take = Uppgifter och filer i ett arkiv, för dig själv eller för någon annan.
take-lead = Ett arkiv: dina uppgifter som JSON och som tabeller, vårduppgifter som FHIR, dina filer så som du lämnade dem, och vem som har tittat. Det finns kvar här i sju dagar. Det du delar, med kvittona, och ditt konto finns också med.
take-of = Arkiv från { $date }
take-waiting = Det görs just nu; med mycket uppgifter tar det några minuter.
take-ready = Klart
take-failed = Det kunde inte göras. Be om det igen.
take-until = finns till { $date }
take-protected = öppnas med din lösenfras
take-fetch = Spara
take-delete = Ta bort
take-again = Titta igen
take-new = Ett nytt arkiv
take-passphrase = Lösenfras, om du vill
take-passphrase-hint = Tolv tecken eller fler. Arkivet förseglas då (age); utan lösenfrasen öppnar ingen det, inte heller vi.
take-ask = Gör ett arkiv
take-short = Lösenfrasen har minst tolv tecken.
take-many = Det finns redan tre arkiv, eller fem gjordes i dag. Ta bort ett, eller kom tillbaka i morgon.
notice-take-asked = Arkivet görs.
notice-take-deleted = Arkivet är borttaget.
move-new = Till en annan vårdgivare
move-lead = Dina journaluppgifter, skickade direkt till en annan vårdgivare som talar FHIR. Dagbok, mätvärden från apparater och filer skickas inte: de finns i arkivet.
move-whom = Till vem?
move-hint = Det som skickats sparas där enligt deras regler. Det går inte att ta tillbaka; be dem radera det.
move-ask = Skicka
move-stop = Avbryt
move-waiting = På väg
move-sent = Skickat
move-failed = Det kom inte till slutet. En del kan finnas där; skicka igen.
move-stopped = Avbrutet. En del kan finnas där.
move-choose = Välj en av vårdgivarna.
move-many = Tre sändningar är redan på väg, eller fem har skickats i dag. Vänta, avbryt en, eller kom tillbaka i morgon.
move-count = { $n ->
    [one] en uppgift finns där
   *[other] { $n } uppgifter finns där
 }
move-left = { $n ->
    [one] en togs inte emot
   *[other] { $n } togs inte emot
 }
notice-move-asked = Dina uppgifter skickas.
notice-move-stopped = Inget mer skickas.
portal-delete = Radera
home-delete = Allt om dig, borta för alltid.
delete-lead = Här kan du låta radera allt som finns sparat om dig. Det kan inte hämtas tillbaka, inte heller av oss.
delete-due = Allt raderas den { $date }. Till dess kan du ändra dig.
delete-off = Behåll allt trots allt
delete-goes = Vad som försvinner
delete-goes-too = Också dina filer, arkiv, ditt konto, allt du delar, sökregistret och nycklarna: utan dem går ingenting att öppna någonstans, inte heller i en säkerhetskopia.
delete-stays = Vad som blir kvar, och varför
delete-stays-id = Ett slumpvis id som inte leder till någon, så att det aldrig ges till någon annan.
delete-stays-tokens = Avslutade nycklar och vad appar fick göra, under detta id, så att det kan granskas.
delete-stays-log = Loggen: den känner dig under ett slumpvis namn, och länken från dig till det namnet förstörs.
delete-take-first = Ta med allt först
delete-later = { $n ->
    [one] Radera allt om en dag
   *[other] Radera allt om { $n } dagar
 }
delete-now = Radera allt nu
delete-now-hint = Du får visa en gång till vem du är. Det finns ingen väg tillbaka.
delete-code = Skriv upp den här koden. Med den får du ett intyg när allt är borta; den visas inte igen.
delete-code-where = Var: sidan /erased på den här tjänsten. Den fungerar utan konto.
notice-delete-off = Allt blir kvar.
erased-title = Intyg om radering
erased-lead = Den som har koden till en radering får intyget här: ett undertecknat besked om vad som förstördes och var ingenting finns kvar.
erased-code = Kod
erased-look = Titta
erased-unknown = Det finns ingen radering med den här koden.
erased-waiting = Den väntar till { $date }.
erased-done = Allt är raderat.
erased-soon = Nycklarna är förstörda och ingenting av det går att öppna längre. Det sista tas bort just nu; om en stund ger koden intyget här.
erased-called_off = Den togs tillbaka den { $date }. Allt blev kvar.
erased-certificate = Intyget är undertecknat med loggens nyckel och bär dess bevis. Vem som helst kan pröva det utan oss: strongroom erase verify FIL.
erased-save = Spara intyget
erased-show = Visa intyget
did-person-erase_ask = { $who } bad att allt om dig skulle raderas
did-person-erase_call_off = { $who } tog tillbaka raderingen
did-retention-destroy = { $who } förstörde det vars tid var ute: { $what }
did-hold-place = En rättslig spärr sattes: det som sparas om dig måste finnas kvar tills vidare
did-hold-lift = En rättslig spärr hävdes
delete-held = Just nu gäller en rättslig spärr: allt måste finnas kvar. Ber du om en radering nu väntar den tills spärren hävs.
part-record = Radera den här uppgiften
part-kind = Radera allt av det här slaget
part-files = Radera alla filer
part-file = Radera den här filen
part-delete = Radera
part-lead = Det kan inte hämtas tillbaka, inte heller av oss. Resten av det som finns sparat om dig blir kvar.
part-versions = { $n ->
    [one] En tidigare version
   *[other] { $n } tidigare versioner
 }
part-files-count = { $n ->
    [one] En fil
   *[other] { $n } filer
 }
part-archives = { $n ->
    [one] Ett arkiv att ta med, eftersom det innehåller en kopia
   *[other] { $n } arkiv att ta med, eftersom de innehåller kopior
 }
part-law = { $n ->
    [one] En uppgift: en lag kräver att den sparas, till { $date }
   *[other] { $n } uppgifter: en lag kräver att de sparas, den sista till { $date }
 }
part-stays-tombstones = Att det har funnits något, som ett tal utan innehåll, så att ingen version förväxlas med en annan.
part-stays-log = Loggen: den säger att det fanns något och vem som tittade, inte vad.
part-stays-keys = Dina nycklar: de skyddar resten av dina uppgifter. Det som försvinner skrivs över här.
part-stays-backups = Säkerhetskopior som gjordes tidigare: där ligger det kvar, förseglat, tills de raderas.
part-held = Just nu gäller en rättslig spärr: det här måste finnas kvar. Ber du om en radering nu väntar den tills spärren hävs.
part-none = Här finns ingenting som kan raderas.
part-now = Radera nu
part-later = { $n ->
    [one] Radera om en dag
   *[other] Radera om { $n } dagar
 }
part-due = Det raderas den { $date }. Till dess kan du ändra dig.
part-off = Behåll det trots allt
part-one-of = En uppgift: { $what }
part-one-file = En fil
erased-part-done = Det är raderat.
erased-part-called_off = Det togs tillbaka den { $date }. Det blev kvar.
delete-parts = Väntar på att raderas
delete-one = En enskild uppgift, ett slag eller en fil raderas där den står:
delete-law = Allt kan inte försvinna än: en lag kräver att något sparas, som längst till { $date }. Det som inte omfattas kan raderas för sig.
did-record-erase = { $who } förstörde för gott: { $what }
did-part-erase_ask = { $who } bad att en del skulle raderas: { $what }
file-preview = En liten bild av den
file-begins = Hur den börjar
portal-rights = Mina rättigheter
home-rights = Be om besked, en rättelse, en begränsning; se när du senast får svar.
record-correct = Be om en rättelse
looks-ask = Fråga om detta
looks-report = Anmäl detta
rights-lead = Här ber du om det som är din rätt. Du ser hur det går, och när lagen senast vill ha ett svar.
rights-mine = Det du har bett om
rights-none = Inget ännu. Det du ber om kommer att finnas här, med svaren.
rights-new = Be om något
rights-take = För att ta med dig allt behöver du inte fråga någon
rights-delete = För att få allt raderat behöver du inte fråga någon
rights-answer-by = Svar senast { $day }
rights-confirm-by = Bekräftelse senast { $day }
rights-late = Sista dagen var { $day }. Det är försenat.
rights-state = Läge
rights-received = Mottagen
rights-day = Senast
rights-wish = Det du bad om
rights-happened = Vad som har hänt
rights-text = Med dina ord
rights-text-hint = Bara den som svarar läser det. Det förvaras förseglat under din egen nyckel.
rights-field = Vad som inte stämmer
rights-value = Vad det borde stå
rights-what = Vad som ska begränsas
rights-everything = Allt om mig
rights-purpose = Vilket ändamål invänder du mot
rights-send = Skicka
rights-mistake = Något saknas eller passar inte. Säg med några ord vad det gäller, och välj där det finns ett val.
rights-card = Det där ser ut som ett betalkortsnummer. Sådana förvaras inte här; utelämna det.
rights-many = Många av dina begäranden är öppna. Vänta på svar på en, eller ta tillbaka en.
rights-about-entry = Det gäller rad { $n } i listan över vem som har tittat.
rights-about-record = Det gäller: { $kind }, { $what }
rights-about-kind = Gäller: { $kind }
rights-should-be = { $field } borde vara: { $value }
rights-version = Rättat som version { $n }. Vad som stod tidigare finns kvar i historiken.
rights-back = Ta tillbaka
rights-back-text = Då är den avslutad, och ingen svarar på den längre.
rights-lift = Häv det
rights-lift-text = Det gäller sedan svaret. Hävt får andra läsa och ändra dina uppgifter som förut.
rights-event-received = Du bad om det
rights-event-confirmed = Din begäran bekräftades
rights-event-begun = Någon arbetar med den
rights-event-extended = Det tar längre tid
rights-event-answered = Den besvarades
rights-event-refused = Den avslogs
rights-event-withdrawn = Du tog tillbaka den
rights-event-lifted = Det hävdes
notice-rights-asked = Din begäran har kommit in. Här ser du hur det går.
notice-rights-back = Klart.
right-about-access = Vad som finns om dig, varför, och vem som ser det. Mycket finns redan på de här sidorna.
right-about-portability = Dina uppgifter i en form som andra program läser.
right-about-rectification = Något som finns stämmer inte. Vad som stod tidigare finns kvar i historiken.
right-about-erasure = Något ska raderas. För att få allt raderat finns en egen sida.
right-about-restriction = Ingen annan än du läser eller ändrar det förrän det hävs, utom i en nödsituation.
right-about-objection = Inget görs längre med dina uppgifter för ett ändamål, och ingen frågar dig om det.
right-about-know = Vad som finns om dig, varför, och vem som ser det. Mycket finns redan på de här sidorna.
right-about-delete = Något ska raderas. För att få allt raderat finns en egen sida.
right-about-correct = Något som finns stämmer inte. Vad som stod tidigare finns kvar i historiken.
right-about-opt-out = Dina uppgifter säljs eller delas inte längre för ett ändamål.
right-about-limit = Känsliga uppgifter används bara för det du kom för.
right-about-question = Fråga om en åtkomst, eller vad som helst om dina uppgifter.
right-about-report = Berätta om en åtkomst som inte borde ha skett. Den undersöks.
purpose-TREAT = Behandling
purpose-HRESCH = Hälsoforskning
purpose-HPAYMT = Betalning
purpose-HOPERAT = Att driva tjänsten
purpose-PUBHLTH = Rapportering för folkhälsan
did-rights-ask = { $who } skickade en begäran enligt dina rättigheter
did-rights-step = { $who } tog ett steg med en begäran från dig
did-rights-read = { $who } tittade på dina begäranden
did-rights-lift = { $who } hävde det som kom av en begäran från dig
