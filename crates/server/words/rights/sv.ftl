# Begäran enligt en persons rättigheter: slag, läge och utkast till vad personen får veta. En fil per språk, skriven på det.

right-access = Besked om vad som finns
right-portability = Mina uppgifter att ta med
right-rectification = En rättelse
right-erasure = Radering
right-restriction = Begränsning av vad som görs
right-objection = Invändning mot ett ändamål
right-know = Besked om vad som finns
right-delete = Radering
right-correct = En rättelse
right-opt-out = Ingen försäljning och ingen delning
right-limit = Begränsad användning av känsliga uppgifter
right-question = En fråga om en åtkomst
right-report = En anmälan av en åtkomst
right-state-received = mottagen
right-state-confirmed = bekräftad
right-state-in-progress = pågår
right-state-extended = tar längre tid
right-state-answered = besvarad
right-state-refused = avslagen
right-state-withdrawn = återtagen
draft-confirm =
    Hej!

    Din begäran kom till oss den { $received }: { $kind }. Vi svarar senast den { $last }.
draft-confirm-open =
    Hej!

    Din begäran kom till oss den { $received }: { $kind }. Vi tittar på den och svarar dig här.
draft-extend =
    Hej!

    Din begäran från den { $received } ({ $kind }) tar längre tid än vi hoppades, eftersom …

    Vi svarar senast den { $longer }. Du kan klaga hos tillsynsmyndigheten eller vända dig till domstol.
draft-answer =
    Hej!

    Här är vårt svar på din begäran från den { $received }: { $kind }.
draft-refuse =
    Hej!

    Vi kan inte göra det du bad om den { $received } ({ $kind }), eftersom …

    Du kan klaga hos tillsynsmyndigheten eller vända dig till domstol.
draft-done-access = Vad som finns om dig står under ”Mina uppgifter”, och vem som har tittat under ”Vem har tittat”. Du kan ta med dig allt som ett arkiv.
draft-done-know = Vad som finns om dig står under ”Mina uppgifter”, och vem som har tittat under ”Vem har tittat”. Du kan ta med dig allt som ett arkiv.
draft-done-portability = Allt kan tas med som ett arkiv, under ”Ta med”.
draft-done-rectification = Det du pekade ut är rättat. Vad som stod tidigare finns kvar i historiken.
draft-done-correct = Det du pekade ut är rättat. Vad som stod tidigare finns kvar i historiken.
draft-done-restriction = Från och med nu läser eller ändrar ingen annan än du det du pekade ut, utom i en nödsituation. Vi säger till innan det upphör.
draft-done-objection = Från och med nu görs ingenting med dina uppgifter för det ändamål du nämnde, och ingen frågar dig om det.
draft-done-opt-out = Från och med nu görs ingenting med dina uppgifter för det ändamål du nämnde, och ingen frågar dig om det.
