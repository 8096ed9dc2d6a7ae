# Det som en person tillfrågas om att dela, som hel text: just den här texten är det man säger ja till, och dess hash står i kvittot.

ask-oauth-title = { $app } ber om tillgång
ask-oauth-text = { $app } skickade dig hit. Den vill använda det som finns sparat om dig.
ask-contact = Frågor om den: { $contact }
ask-who = Den som frågar: { $who }
ask-what = Vad det gäller:
ask-why = Varför:
ask-long = Hur länge: högst { $days } dagar, sedan upphör det av sig självt.
ask-back = Du kan ta tillbaka det när du vill, genast och utan att ange skäl.
ask-optional = (du kan låta bli)
ask-everything = allt som finns sparat om dig
ask-read = titta på: { $what }
ask-change = lägga till eller ändra: { $what }
ask-read-change = titta på, lägga till eller ändra: { $what }
ask-fields = bara { $fields }

for-TREAT = för att vårda dig
for-ETREAT = för att vårda dig i en nödsituation
for-PATRQT = för att du har bett om det
for-HRESCH = för hälsoforskning
for-HPAYMT = för betalning
for-HOPERAT = för att driva tjänsten
for-PUBHLTH = för rapportering om folkhälsa
for-HLEGAL = för en rättslig skyldighet eller ett anspråk
for-SYSDEV = för att hålla själva systemet i ordning

somebody-of-staff = någon ur personalen
