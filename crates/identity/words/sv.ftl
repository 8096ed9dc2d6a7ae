# Sidorna kring ett konto.

account = Konto
factors = Så loggar du in
sessions = Här är du inloggad
back-account = Tillbaka till ditt konto
back-factors = Tillbaka till hur du loggar in
back-sessions = Tillbaka till var du är inloggad
cancel = Låt det vara

email = E-postadress
password = Lösenord
name = Ditt namn
name-hint = Så kallar vi dig på sidorna. Du kan ändra det.

mistake-email = Skriv en e-postadress, till exempel namn@example.org.
mistake-name = Skriv ett namn på högst 80 tecken.
mistake-password = Skriv ditt lösenord.
mistake-code = Skriv koden.
mistake-organisation = Vi känner inte till någon organisation med det kortnamnet.

# Logga in

sign-in-title = Logga in
sign-in-organisation = Organisation
sign-in-organisation-hint = Kortnamnet som du har fått av din organisation.
sign-in-button = Logga in
sign-in-forgotten = Jag har glömt lösenordet
sign-in-sign-up = Skapa ett konto
refused = Adressen och lösenordet hör inte ihop. Kontrollera båda och försök igen.
refused-passkey = Den inloggningsnyckeln öppnar inget konto här. Prova en annan, eller ta en annan väg.
wait =
    { $seconds ->
        [one] Det blev för många försök. Vänta en sekund och försök igen.
       *[other] Det blev för många försök. Vänta { $seconds } sekunder och försök igen.
    }
guarded = Någon har provat många lösenord till det här kontot, så vi är försiktiga. Logga in på en enhet du har använt förut, med en inloggningsnyckel, eller välj ett nytt lösenord via e-post.
busy = Många loggar in just nu. Försök igen om några sekunder.
over = Det tog för lång tid, eller blev för många försök. Börja om.
unverified = Din adress är inte bekräftad än. Öppna länken i mejlet som vi skickade.

second-title = Ett steg till
second-lead = Lösenordet stämmer. Visa nu att det är du.
second-code = Kod från din app
second-code-hint = De sex siffror som appen visar just nu.
second-recovery = Reservkod
second-recovery-hint = En av koderna som du skrev ut eller antecknade. Varje kod gäller en gång.
second-button = Fortsätt
second-use-recovery = Använd en reservkod
second-use-app = Använd en kod från din app
second-use-passkey = Använd en inloggningsnyckel
second-passkey-lead = Enheten ber om ditt finger, ditt ansikte eller sin PIN-kod. Oss berättar den bara att det var du.
second-again = Börja om
wrong-code = Det stämde inte. Ta en ny kod: varje kod gäller en gång.
wrong-passkey = Nyckeln kunde inte visa att det är du. Försök igen, eller ta en annan väg.

enrol-title = Ditt arbete kräver ett bevis till
enrol-lead = Du kan nå sådant som är privat för andra. Då räcker inte bara ett lösenord, så lägg till en sak till.
enrol-choose = Vad vill du använda?
enrol-passkey = En inloggningsnyckel
enrol-passkey-about = Din telefon, din dator eller en säkerhetsnyckel. Ingen kan lura den av dig.
enrol-app = En app som visar koder
enrol-app-about = Vilken autentiseringsapp som helst. Den behöver ingen uppkoppling.
enrol-passkey-only = Din roll kräver en inloggningsnyckel: en kod kan luras av dig, det kan inte en nyckel.

# Skapa ett konto

sign-up-title = Skapa ett konto
sign-up-lead = Skriv din e-postadress. Vi skickar en länk, och där väljer du namn och lösenord.
sign-up-button = Skicka länken
sign-up-have = Jag har redan ett konto
sign-up-closed = Här skapas konton på inbjudan. Be din kontakt hos { $site } att bjuda in dig.
mail-title = Titta i din e-post
mail-sign-up = Vi har skickat ett mejl till adressen du angav. Öppna länken i det inom 24 timmar för att skapa ditt konto.
mail-reset = Om det finns ett konto med den adressen är ett mejl på väg. Öppna länken i det inom 30 minuter.
mail-nothing = Kom det inget? Titta i skräpposten, och se efter att du skrev adressen som du brukar.

new-password = Nytt lösenord
choose-password = Lösenord
password-alone-hint = Minst 15 tecken. Några ord som inte har med varandra att göra är bra. Allt som går att skriva är tillåtet.
password-second-hint = Minst 8 tecken. Allt som går att skriva är tillåtet.
strength-good = Bra. Det här gissar inget program i första taget.
weakness-short = Lösenordet behöver minst { $n } tecken. Några ord utan samband är lätta att minnas.
weakness-long = Lösenordet får ha högst { $n } tecken.
weakness-common = Det här är ett av de lösenord som alla provar först. Välj ett annat.
weakness-breached = Det här lösenordet har läckt från någon tjänst förut, så andra känner till det. Välj ett annat.
weakness-guessable = Ett program skulle gissa det här snabbt. Lägg till ord som inte har med varandra att göra.
weakness-own_word = Undvik ord som har med dig eller med oss att göra.

# Länkar från mejl

verify-title = Skapa ditt konto
verify-lead = Länken bekräftar din adress. Välj vad vi ska kalla dig och ett lösenord, så är kontot ditt.
verify-button = Skapa mitt konto
invite-title = Välkommen
invite-lead = Ett konto är gjort åt dig. Välj vad vi ska kalla dig och ett lösenord, så är det ditt.
invite-button = Ta kontot i bruk
reset-title = Välj ett nytt lösenord
reset-lead = Du loggas ut överallt. Har du ett bevis till vid inloggningen så är det kvar.
reset-button = Spara lösenordet
link-title = Länken gäller inte längre
link-gone = Den är redan använd, för gammal, eller ersatt av en nyare.
link-next = Be om en ny, eller logga in om du redan är klar.
forgotten-title = Ett nytt lösenord
forgotten-lead = Vi skickar en länk till dig. Har du ett bevis till vid inloggningen frågar vi fortfarande efter det.
forgotten-button = Skicka länken

# Kontot

account-lead = Inloggad som { $email }.
account-password = Lösenord
account-password-change = Byt
account-app = Koder från en app
account-passkeys = Inloggningsnycklar
account-recovery = Reservkoder
account-sessions = Inloggad
account-on = På
account-off = Av
account-passkeys-n =
    { $n ->
        [0] Inga
        [one] En nyckel
       *[other] { $n } nycklar
    }
account-recovery-none = Inga än
account-recovery-n =
    { $n ->
        [0] Inga kvar
        [one] En kvar
       *[other] { $n } kvar
    }
account-sessions-n =
    { $n ->
        [one] Bara här
       *[other] På { $n } ställen
    }
account-look = Se och ändra
account-weak = Ett stulet lösenord räcker för att logga in som du. Lägg till en nyckel eller en app, så gör det inte det.
account-no-recovery = Tappar du telefonen kommer du inte in. Gör reservkoder och förvara dem säkert.

password-title = Byt lösenord
password-lead = Här förblir du inloggad. Överallt annars loggas du ut.
password-button = Byt lösenordet

# Sätt att logga in

factors-lead = Den som kan ditt lösenord kommer ändå inte in utan något av det här.
app-title = Koder från en app
app-empty = Ingen app än. En autentiseringsapp visar en ny kod varje halvminut, även utan uppkoppling.
app-add = Lägg till en app
passkeys-title = Inloggningsnycklar
passkeys-empty = Ingen nyckel än. Den bor i din telefon, din dator eller en säkerhetsnyckel och öppnas med finger, ansikte eller PIN-kod.
passkey-add = Lägg till en nyckel
recovery-title = Reservkoder
recovery-empty = Inga än. Var och en släpper in dig en gång när telefonen eller nyckeln är borta.
recovery-left =
    { $n ->
        [0] Alla är använda.
        [one] En är kvar.
       *[other] { $n } är kvar.
    }
recovery-make = Gör nya koder
since = Tillagd { $date }
used = senast använd { $date }
never-used = inte använd än
remove = Ta bort
app-unnamed = App
passkey-unnamed = Nyckel

totp-title = Lägg till en app
app-lead = Du behöver en autentiseringsapp i telefonen. Vilken som helst duger, och den fungerar utan uppkoppling.
totp-scan = Skanna bilden med appen
totp-qr = En QR-kod med nyckeln till din app. Nyckeln står under den, att skriva in.
totp-type = Eller skriv in den här nyckeln
totp-enter = Skriv koden som appen visar
totp-name = Vad kallar du appen eller telefonen?
totp-button = Slå på

passkey-add-title = Lägg till en inloggningsnyckel
passkey-add-lead = Enheten ber om ditt finger, ditt ansikte eller sin PIN-kod. De lämnar den aldrig: vi får bara veta att det var du.
passkey-name = Vad kallar du enheten eller nyckeln?
passkey-add-button = Gör en nyckel

codes-title = Dina reservkoder
codes-lead = Var och en släpper in dig en gång. Vi visar dem bara nu och sparar dem inte själva.
codes-keep = Skriv ut sidan eller anteckna dem, och förvara dem där bara du kommer åt dem. Äldre koder gäller inte längre.
codes-done = Jag har sparat dem

recovery-new-title = Gör nya reservkoder
recovery-new-lead = Du får tio nya koder. De du hade förut slutar gälla.
recovery-new-button = Gör koderna

remove-title = Ta bort ”{ $name }”?
remove-app = Appen släpper inte längre in dig. Dina andra sätt att logga in är kvar.
remove-passkey = Nyckeln släpper inte längre in dig. Ta bort den på enheten också, annars fortsätter den att erbjuda den.
remove-last = Det är den sista: sedan räcker det att kunna ditt lösenord.
remove-needed = Ditt konto behöver den här. Lägg till en annan först, ta sedan bort den.
too-many = Du har så många som ett konto kan ha. Ta bort en först.

# Sessioner

sessions-lead = Varje rad är en webbläsare som är inloggad som du. Avsluta dem du inte känner igen, och byt lösenord.
session-this = Den här webbläsaren
session-unnamed = En webbläsare
session-since = Sedan { $date }
session-seen = senast sedd { $date }
session-by-single = Med lösenord
session-by-two-factor = Med lösenord och ett bevis till
session-by-phishing-resistant = Med inloggningsnyckel
session-rename = Namnge
session-end = Avsluta
sessions-end-others = Avsluta alla andra
session-name-title = Namnge webbläsaren
session-name-label = Namn
session-name-hint = Så att du känner igen den, till exempel ”Min telefon”.
session-name-button = Spara namnet

apps = Appar som du har släppt in
apps-lead = De här får använda dina uppgifter tills du tar tillbaka det. Från den stunden får de inget mer.
apps-none = Ingen app använder dina uppgifter. Släpper du in en står den här, och du kan avsluta det när du vill.
apps-since = Sedan { $date }
apps-end = Ta tillbaka

# Visa det en gång till

confirm-title = Är det du?
confirm-lead = Innan detta ändras behöver du visa en gång till att det är du. Sedan fortsätter vi där du var.
confirm-refused = Det är inte ditt lösenord. Försök igen.
confirm-button = Det är jag

# Vad som just gjordes

notice-signed-out = Du är utloggad.
notice-verified = Ditt konto är klart. Nu kan du logga in.
notice-welcome = Ditt konto är klart. Nu kan du logga in.
notice-password-set = Ditt nya lösenord är sparat. Nu kan du logga in med det.
notice-password-changed = Lösenordet är bytt. Du är utloggad överallt annars.
notice-app-added = Appen är tillagd. Från och med nu frågar vi efter dess kod.
notice-passkey-added = Nyckeln är tillagd.
notice-factor-removed = Borttaget.
notice-session-ended = Den webbläsaren är utloggad.
notice-sessions-ended = Alla andra webbläsare är utloggade.
notice-session-named = Namnet är sparat.
notice-app-ended = Appen får inget mer från och med nu.
notice-over = Det tog för lång tid. Börja om.

# Får den här appen göra detta?

consent-title = { $app } ber om tillgång
consent-optional = (du kan låta bli)
consent-text = Hela texten som du säger ja till
consent-may = Om du säger ja får den
consent-why = Den säger att den behöver det
consent-how-long = Hur länge
consent-stays = Även när du inte är här, tills du tar tillbaka det; högst 90 dagar utan att fråga dig igen.
consent-once = I 15 minuter.
consent-seen = Varje gång den tittar skrivs det ner, och du kan se det.
consent-back = Du kan ta tillbaka det när som helst, lika lätt som du ger det. Från den stunden får den inget mer; det den har då råder vi inte över.
consent-goes-to = Ditt svar går till { $where }.
consent-contact = Frågor om appen: { $contact }.
consent-no = Nej
consent-yes = Ja, tillåt
stop-title = Det går inte att fortsätta
stop-wrong = Appen frågade på ett sätt som vi inte godtar. Du har inte gjort något fel.
stop-over = Frågan är redan besvarad, eller så har den stått öppen för länge. Gå tillbaka till appen och börja om.
stop-signed-out = Du är inte inloggad längre. Gå tillbaka till appen och börja om.
stop-nothing = Ingen har fått något.
stop-details = För den som gör appen
want-know = veta att det är du, under ett namn som bara den här appen får
want-record = veta vilken journal som är din
want-read = läsa { $what }
want-change = lägga till eller ändra i { $what }
want-read-change = läsa, lägga till och ändra i { $what }
want-of = ditt ”{ $what }”
want-all = allt som finns om dig, filer också
for-treat = för att vårda dig
for-etreat = för att vårda dig i ett nödläge
for-patrqt = för att visa det för dig, för att du har bett om det
for-hresch = för hälsoforskning, utan ditt namn
for-hpaymt = för att fakturera och betala vård
for-hoperat = för att driva verksamheten
for-pubhlth = för folkhälsan, utan ditt namn
for-hlegal = för en rättslig skyldighet eller ett rättsligt krav
for-sysdev = för att sköta själva systemet
account-to-portal = Till dina sidor
