//! The letters of news: subject and text, in each language, written in it.

use super::News;
use crate::Language;
use crate::mail::stead;

/// Subject and text of a letter. `{service}` is the service's host; `{time}` when it happened.
pub(in crate::mail) const fn words(news: News, language: Language) -> (&'static str, &'static str) {
    match language {
        Language::Sv => swedish(news),
        Language::De => german(news),
        Language::It => italian(news),
        Language::Fr => french(news),
        Language::En => english(news),
    }
}

const fn swedish(news: News) -> (&'static str, &'static str) {
    match news {
        News::YourGlassOpened => (
            "Dina uppgifter öppnades i en nödsituation",
            "Hej!\n\nDina uppgifter hos {service} öppnades {time} av personal i en nödsituation, för högst en timme. Någon annan granskar varför. Vem som har tittat kan du se när du är inloggad. Har du frågor, vänd dig till den som har hand om dina uppgifter.",
        ),
        News::GlassOpened => (
            "En persons uppgifter öppnades i en nödsituation",
            "Hej!\n\nHos {service} öppnades {time} en persons uppgifter i en nödsituation. Personen har fått veta det. Det ska granskas inom några dagar av någon som inte var med.",
        ),
        News::GlassAsked => (
            "En nödöppning väntar på en andra person",
            "Hej!\n\nHos {service} bad någon {time} om att få öppna en persons uppgifter i en nödsituation. En andra person måste gå med på det inom en timme, annars blir det inget.",
        ),
        News::GlassOverdue => (
            "En nödöppning har inte granskats i tid",
            "Hej!\n\nEn nödöppning hos {service} har inte granskats i tid. Så länge det är så kan den som öppnade inte öppna någon annans uppgifter.",
        ),
        News::RoleAsked => (
            "Någon ber om en roll",
            "Hej!\n\nHos {service} bad någon {time} om en roll. Någon annan än den som frågar och den som får den ska svara. Sidan visar vad rollen ger tillgång till.",
        ),
        News::RoleGiven => (
            "Du har fått en roll",
            "Hej!\n\nHos {service} har du fått en roll, {time}. Den gäller från och med nu. Om du inte väntade dig det, säg till.",
        ),
        News::RequestGranted => (
            "En roll som du bad om har beviljats",
            "Hej!\n\nEn roll som du bad om för någon annan hos {service} beviljades {time}.",
        ),
        News::RoleEnded => (
            "En av dina roller har upphört",
            "Hej!\n\nEn roll som du hade hos {service} upphörde {time}. Behöver du den fortfarande kan du be om den igen.",
        ),
        News::RequestRefused => (
            "En begäran om en roll avslogs",
            "Hej!\n\nEn roll som du bad om hos {service} avslogs {time}.",
        ),
        News::ReviewsDue => (
            "Roller ska snart granskas",
            "Hej!\n\nHos {service} ska roller granskas inom en vecka. En roll som ingen bekräftar slutar gälla.",
        ),
        News::ReviewsOverdue => (
            "Roller har inte granskats i tid",
            "Hej!\n\nHos {service} finns roller som inte granskades i tid. De gäller inte längre, och tas bort om ingen bekräftar dem.",
        ),
        News::YourRoleOverdue => (
            "Din roll gäller inte just nu",
            "Hej!\n\nEn roll som du har hos {service} har inte bekräftats i tid. Den gäller inte förrän någon annan bekräftar den.",
        ),
        News::YourAppReuse => (
            "En apps åtkomst till ditt konto avbröts",
            "Hej!\n\nEn app som du gett åtkomst hos {service} visade {time} en nyckel som redan var använd. Så ser det ut när någon har kopierat den. Därför avslutades den inloggningen; appen ber dig att logga in igen. Känner du inte igen appen, ta tillbaka dess åtkomst.",
        ),
        News::AppReuse => (
            "En apps nyckel användes två gånger",
            "Hej!\n\nHos {service} visade en app {time} en kod eller en förnyelsenyckel som redan var använd. Allt som kom av den har avslutats, och personen har fått veta det. Antingen har någon kopierat nyckeln, eller så har appen ett fel.",
        ),
        News::Asked => (
            "Någon ber om att få ta del av dina uppgifter",
            "Hej,\n\nden {time} kom en fråga till dig på {service}: någon vill ta del av uppgifter om dig. Logga in och läs vad det gäller. Du kan säga ja, till allt eller till en del, nej eller senare. Ingenting händer innan du har svarat.",
        ),
        News::GrantEnds => (
            "Något som du delar upphör snart",
            "Hej,\n\nnågot som du har gått med på att dela på {service} upphör snart av sig självt. Du behöver inte göra något. Vill du att det ska fortsätta, så svara ja när du tillfrågas igen.",
        ),
        News::RightsConfirmed => (
            "Din begäran har kommit fram",
            "Hej,\n\nden begäran som du skickade till {service} har kommit fram. När du är inloggad ser du den, och vilken dag den senast ska vara besvarad.",
        ),
        News::RightsExtended => (
            "Svaret på din begäran tar längre tid",
            "Hej,\n\nsvaret på en begäran som du skickade till {service} tar längre tid. När du är inloggad ser du varför, och vilken dag den senast ska vara besvarad.",
        ),
        News::RightsAnswered => (
            "Det finns ett svar på din begäran",
            "Hej,\n\ndet finns något nytt om en begäran som du skickade till {service}. Logga in och läs.",
        ),
        News::RightDue => (
            "En begäran från en person ska snart besvaras",
            "Hej!\n\nHos {service} finns en begäran från en person vars sista dag närmar sig. Sidan visar vilken.",
        ),
        News::GuardianProposed => (
            "En vårdnadshavare väntar på en andra person",
            "Hej!\n\nHos {service} föreslogs {time} någon att bestämma för en person som ännu inte gör det själv. Det gäller först när en andra person godkänner det. Titta på vad som visades, och godkänn eller avslå.",
        ),
        News::GuardianAppointed => (
            "Någon får bestämma för en person",
            "Hej!\n\nHos {service} utsågs {time} någon att bestämma för en person som ännu inte gör det själv. Den ser personens uppgifter. Titta efter att det är rätt. Är det inte det, låt avsluta det.",
        ),
        News::Destruction => (
            "Säkerhetskopior före sin tid",
            "Hej!\n\nHos {service} gäller det säkerhetskopior som försvinner före sin tid: någon har föreslagit det, gått med på det eller tagit tillbaka det, eller så har det skett, eller så ska de sparas kortare än förut. När du är inloggad ser du vad. Är det fel går det att stoppa tills det har skett.",
        ),
        News::ContinuityLate => (
            "Säkerhetskopieringen är inte som den ska",
            "Hej!\n\nHos {service} har en återställningspunkt inte gjorts i tid, eller så har en övning misslyckats eller uteblivit, eller så förstördes en kopia av nycklarna för någon som raderats inte i tid. Tills det är ordnat hålls inte det som är lovat. När du är inloggad ser du vilken.",
        ),
        News::RightOverdue => (
            "En begäran från en person har inte besvarats i tid",
            "Hej!\n\nHos {service} finns en begäran från en person vars sista dag har gått. Svara så snart det går.",
        ),
        News::Stead(it) => stead::swedish(it),
    }
}

const fn german(news: News) -> (&'static str, &'static str) {
    match news {
        News::YourGlassOpened => (
            "Ihre Daten wurden in einem Notfall geöffnet",
            "Guten Tag,\n\nIhre Daten bei {service} wurden am {time} in einem Notfall geöffnet, für höchstens eine Stunde. Jemand Unbeteiligtes prüft, ob das richtig war. Wer sie angesehen hat, sehen Sie, wenn Sie angemeldet sind. Bei Fragen wenden Sie sich an die Stelle, die Ihre Daten führt.",
        ),
        News::GlassOpened => (
            "In einem Notfall wurden Daten einer Person geöffnet",
            "Guten Tag,\n\nbei {service} wurden am {time} in einem Notfall die Daten einer Person geöffnet. Die Person weiß davon. In den nächsten Tagen muss es jemand prüfen, der nicht beteiligt war.",
        ),
        News::GlassAsked => (
            "Ein Notfall wartet auf eine zweite Person",
            "Guten Tag,\n\nbei {service} möchte seit dem {time} jemand in einem Notfall die Daten einer Person öffnen. Eine zweite Person muss innerhalb einer Stunde zustimmen, sonst bleibt es beim Nein.",
        ),
        News::GlassOverdue => (
            "Ein Notfall wurde nicht rechtzeitig geprüft",
            "Guten Tag,\n\nein Notfallzugriff bei {service} wurde nicht rechtzeitig geprüft. Solange das so ist, kann niemand, der ihn geöffnet hat, einen weiteren öffnen.",
        ),
        News::RoleAsked => (
            "Jemand bittet um eine Rolle",
            "Guten Tag,\n\nbei {service} hat am {time} jemand um eine Rolle gebeten. Entscheiden muss jemand, der weder fragt noch sie bekommt. Die Seite zeigt, was damit möglich würde.",
        ),
        News::RoleGiven => (
            "Sie haben eine Rolle bekommen",
            "Guten Tag,\n\nbei {service} haben Sie am {time} eine Rolle bekommen. Sie gilt ab sofort. Kommt das unerwartet, melden Sie es bitte.",
        ),
        News::RequestGranted => (
            "Eine Rolle, um die Sie baten, wurde gewährt",
            "Guten Tag,\n\neine Rolle, um die Sie bei {service} für jemand anderen gebeten haben, wurde am {time} gewährt.",
        ),
        News::RoleEnded => (
            "Eine Ihrer Rollen ist zu Ende",
            "Guten Tag,\n\neine Rolle, die Sie bei {service} hatten, ist seit dem {time} zu Ende. Brauchen Sie sie weiterhin, bitten Sie erneut darum.",
        ),
        News::RequestRefused => (
            "Eine Rolle wurde abgelehnt",
            "Guten Tag,\n\neine Rolle, um die Sie bei {service} gebeten haben, wurde am {time} abgelehnt.",
        ),
        News::ReviewsDue => (
            "Rollen sind bald zu prüfen",
            "Guten Tag,\n\nbei {service} sind innerhalb einer Woche Rollen zu prüfen. Eine Rolle, die niemand bestätigt, gilt dann nicht mehr.",
        ),
        News::ReviewsOverdue => (
            "Rollen wurden nicht rechtzeitig geprüft",
            "Guten Tag,\n\nbei {service} wurden Rollen nicht rechtzeitig geprüft. Sie gelten nicht mehr und entfallen ganz, wenn niemand sie bestätigt.",
        ),
        News::YourRoleOverdue => (
            "Ihre Rolle gilt zurzeit nicht",
            "Guten Tag,\n\neine Ihrer Rollen bei {service} wurde nicht rechtzeitig bestätigt. Sie gilt erst wieder, wenn jemand anderes sie bestätigt.",
        ),
        News::YourAppReuse => (
            "Der Zugang einer App wurde beendet",
            "Guten Tag,\n\neine App, der Sie bei {service} Zugang gegeben haben, hat am {time} einen Schlüssel vorgezeigt, der schon benutzt war. So sieht es aus, wenn jemand ihn kopiert hat. Deshalb wurde dieser Zugang beendet; die App bittet Sie, sich neu anzumelden. Kennen Sie die App nicht, entziehen Sie ihr den Zugang.",
        ),
        News::AppReuse => (
            "Der Schlüssel einer App wurde zweimal benutzt",
            "Guten Tag,\n\nbei {service} hat eine App am {time} einen Code oder ein Refresh-Token vorgezeigt, das schon benutzt war. Alles, was daraus entstand, ist beendet, und die Person weiß davon. Entweder hat jemand den Schlüssel kopiert, oder die App hat einen Fehler.",
        ),
        News::Asked => (
            "Jemand bittet um Einblick in Ihre Daten",
            "Guten Tag,\n\nam {time} kam bei {service} eine Frage an Sie an: jemand möchte Daten über Sie nutzen. Melden Sie sich an und lesen Sie, worum es geht. Sie können Ja sagen, zu allem oder zu einem Teil, Nein oder später. Solange Sie nicht antworten, geschieht nichts.",
        ),
        News::GrantEnds => (
            "Etwas, das Sie teilen, endet bald",
            "Guten Tag,\n\netwas, das Sie bei {service} teilen, endet bald von selbst. Sie müssen nichts tun. Soll es weitergehen, sagen Sie Ja, wenn Sie wieder gefragt werden.",
        ),
        News::RightsConfirmed => (
            "Ihr Antrag ist eingegangen",
            "Guten Tag,\n\nder Antrag, den Sie an {service} gestellt haben, ist eingegangen. Wenn Sie angemeldet sind, sehen Sie ihn und den Tag, bis zu dem er beantwortet sein muss.",
        ),
        News::RightsExtended => (
            "Die Antwort auf Ihren Antrag dauert länger",
            "Guten Tag,\n\ndie Antwort auf einen Antrag an {service} dauert länger. Wenn Sie angemeldet sind, sehen Sie, warum, und den Tag, bis zu dem er beantwortet sein muss.",
        ),
        News::RightsAnswered => (
            "Zu Ihrem Antrag gibt es eine Antwort",
            "Guten Tag,\n\nzu einem Antrag, den Sie an {service} gestellt haben, gibt es etwas Neues. Melden Sie sich an und lesen Sie es.",
        ),
        News::RightDue => (
            "Ein Antrag einer Person ist bald zu beantworten",
            "Guten Tag,\n\nbei {service} liegt ein Antrag einer Person, dessen letzter Tag näher kommt. Die Seite zeigt, welcher.",
        ),
        News::GuardianProposed => (
            "Eine Bestellung wartet auf eine zweite Person",
            "Guten Tag,\n\nbei {service} wurde am {time} jemand vorgeschlagen, der für eine Person entscheiden soll, die es noch nicht selbst tut. Es gilt erst, wenn eine zweite Person es bestätigt. Sehen Sie nach, was gezeigt wurde, und bestätigen Sie es oder lehnen Sie es ab.",
        ),
        News::GuardianAppointed => (
            "Jemand entscheidet für eine Person",
            "Guten Tag,\n\nbei {service} wurde am {time} jemand bestellt, der für eine Person entscheidet, die es noch nicht selbst tut. Er oder sie sieht deren Daten. Sehen Sie nach, ob das richtig ist; Sie können veranlassen, dass es endet.",
        ),
        News::Destruction => (
            "Sicherungen vor ihrer Zeit",
            "Guten Tag,\n\nbei {service} geht es um Sicherungen, die vor ihrer Zeit vernichtet werden: jemand hat es vorgeschlagen, ihm zugestimmt oder es zurückgenommen, oder es ist geschehen, oder sie sollen kürzer aufbewahrt werden als bisher. Wenn Sie angemeldet sind, sehen Sie, was es ist. Ist es falsch, lässt es sich aufhalten, bis es geschehen ist.",
        ),
        News::ContinuityLate => (
            "Die Sicherung ist nicht, wie sie sein soll",
            "Guten Tag,\n\nbei {service} wurde ein Wiederherstellungspunkt nicht rechtzeitig gemacht, eine Übung ist fehlgeschlagen oder ausgeblieben, oder eine Kopie der Schlüssel von jemandem, der gelöscht wurde, ist nicht rechtzeitig zerstört worden. Solange das so ist, wird nicht gehalten, was versprochen ist. Wenn Sie angemeldet sind, sehen Sie, was es ist.",
        ),
        News::RightOverdue => (
            "Ein Antrag einer Person wurde nicht rechtzeitig beantwortet",
            "Guten Tag,\n\nbei {service} liegt ein Antrag einer Person, dessen letzter Tag vorbei ist. Antworten Sie so bald wie möglich.",
        ),
        News::Stead(it) => stead::german(it),
    }
}

const fn italian(news: News) -> (&'static str, &'static str) {
    match news {
        News::YourGlassOpened => (
            "I suoi dati sono stati aperti in un’emergenza",
            "Buongiorno,\n\nil {time} i suoi dati su {service} sono stati aperti in un’emergenza, per un’ora al massimo. Una persona estranea al fatto verifica il perché. Chi li ha guardati può vederlo dopo l’accesso. Per domande si rivolga a chi custodisce i suoi dati.",
        ),
        News::GlassOpened => (
            "In un’emergenza sono stati aperti i dati di una persona",
            "Buongiorno,\n\nil {time} su {service} sono stati aperti, in un’emergenza, i dati di una persona. La persona ne è al corrente. Entro pochi giorni qualcuno che non ha preso parte deve verificarlo.",
        ),
        News::GlassAsked => (
            "Un’emergenza aspetta una seconda persona",
            "Buongiorno,\n\nil {time} qualcuno ha chiesto su {service} di aprire i dati di una persona in un’emergenza. Una seconda persona deve acconsentire entro un’ora, altrimenti resta un no.",
        ),
        News::GlassOverdue => (
            "Un’emergenza non è stata verificata in tempo",
            "Buongiorno,\n\nun accesso di emergenza su {service} non è stato verificato in tempo. Finché è così, chi l’ha aperto non può aprirne altri.",
        ),
        News::RoleAsked => (
            "Qualcuno chiede un ruolo",
            "Buongiorno,\n\nil {time} qualcuno ha chiesto un ruolo su {service}. Decide una persona diversa da chi chiede e da chi lo riceve. La pagina mostra che cosa diventerebbe possibile.",
        ),
        News::RoleGiven => (
            "Ha ricevuto un ruolo",
            "Buongiorno,\n\nil {time} ha ricevuto un ruolo su {service}. Vale da subito. Se non se lo aspettava, lo segnali.",
        ),
        News::RequestGranted => (
            "Un ruolo che ha chiesto è stato concesso",
            "Buongiorno,\n\nun ruolo che ha chiesto su {service} per un’altra persona è stato concesso il {time}.",
        ),
        News::RoleEnded => (
            "Un suo ruolo è terminato",
            "Buongiorno,\n\nun ruolo che aveva su {service} è terminato il {time}. Se le serve ancora, può chiederlo di nuovo.",
        ),
        News::RequestRefused => (
            "Un ruolo è stato rifiutato",
            "Buongiorno,\n\nun ruolo che ha chiesto su {service} è stato rifiutato il {time}.",
        ),
        News::ReviewsDue => (
            "Presto ci sono ruoli da verificare",
            "Buongiorno,\n\nsu {service} entro una settimana ci sono ruoli da verificare. Un ruolo che nessuno conferma smette di valere.",
        ),
        News::ReviewsOverdue => (
            "Alcuni ruoli non sono stati verificati in tempo",
            "Buongiorno,\n\nsu {service} alcuni ruoli non sono stati verificati in tempo. Non valgono più, e decadono del tutto se nessuno li conferma.",
        ),
        News::YourRoleOverdue => (
            "Il suo ruolo al momento non vale",
            "Buongiorno,\n\nun suo ruolo su {service} non è stato confermato in tempo. Torna a valere quando un’altra persona lo conferma.",
        ),
        News::YourAppReuse => (
            "L’accesso di un’app è stato chiuso",
            "Buongiorno,\n\nil {time} un’app a cui ha dato accesso su {service} ha mostrato una chiave già usata. È quello che si vede quando qualcuno l’ha copiata. Perciò quell’accesso è stato chiuso; l’app le chiederà di accedere di nuovo. Se non riconosce l’app, le tolga l’accesso.",
        ),
        News::AppReuse => (
            "La chiave di un’app è stata usata due volte",
            "Buongiorno,\n\nil {time} un’app ha mostrato a {service} un codice o un token di rinnovo già usato. Tutto ciò che ne è nato è finito, e la persona ne è al corrente. O qualcuno ha copiato la chiave, o l’app ha un difetto.",
        ),
        News::Asked => (
            "Qualcuno chiede di vedere i Suoi dati",
            "Buongiorno,\n\nil {time} su {service} è arrivata una domanda per Lei: qualcuno vorrebbe usare dati che La riguardano. Acceda e legga di che cosa si tratta. Può dire di sì, a tutto o a una parte, di no, o più tardi. Finché non risponde non succede nulla.",
        ),
        News::GrantEnds => (
            "Qualcosa che condivide sta per finire",
            "Buongiorno,\n\nqualcosa che condivide su {service} sta per finire da sé. Non deve fare nulla. Se vuole che continui, dica di sì quando glielo chiederanno di nuovo.",
        ),
        News::RightsConfirmed => (
            "La Sua richiesta è arrivata",
            "Buongiorno,\n\nla richiesta che ha fatto a {service} è arrivata. Quando ha effettuato l’accesso la vede, con il giorno entro cui va data una risposta.",
        ),
        News::RightsExtended => (
            "La risposta alla Sua richiesta richiede più tempo",
            "Buongiorno,\n\nla risposta a una richiesta che ha fatto a {service} richiede più tempo. Quando ha effettuato l’accesso vede perché, e il giorno entro cui va data una risposta.",
        ),
        News::RightsAnswered => (
            "C’è una risposta alla Sua richiesta",
            "Buongiorno,\n\nc’è una novità su una richiesta che ha fatto a {service}. Acceda e la legga.",
        ),
        News::RightDue => (
            "A una richiesta di una persona va presto data risposta",
            "Buongiorno,\n\nda {service} c’è una richiesta di una persona il cui ultimo giorno si avvicina. La pagina mostra quale.",
        ),
        News::GuardianProposed => (
            "Una nomina attende una seconda persona",
            "Buongiorno,\n\nil {time} su {service} è stato proposto qualcuno che decida per una persona che ancora non lo fa da sé. Vale solo quando una seconda persona lo conferma. Guardi che cosa è stato mostrato, e confermi o rifiuti.",
        ),
        News::GuardianAppointed => (
            "Qualcuno decide per una persona",
            "Buongiorno,\n\nil {time} su {service} è stato nominato qualcuno che decide per una persona che ancora non lo fa da sé. Ne vede i dati. Verifichi che sia giusto; può fare in modo che finisca.",
        ),
        News::Destruction => (
            "Copie prima del loro tempo",
            "Buongiorno,\n\nsu {service} si tratta di copie che vengono distrutte prima del loro tempo: qualcuno lo ha proposto, vi ha acconsentito o lo ha revocato, oppure è avvenuto, oppure devono essere conservate meno a lungo di prima. Quando ha effettuato l’accesso vede di che cosa si tratta. Se è sbagliato si può fermare finché non è avvenuto.",
        ),
        News::ContinuityLate => (
            "Il backup non è come deve essere",
            "Buongiorno,\n\nsu {service} un punto di ripristino non è stato fatto in tempo, oppure una prova è fallita o non è stata fatta, oppure una copia delle chiavi di chi è stato cancellato non è stata distrutta in tempo. Finché è così non si mantiene quanto promesso. Quando ha effettuato l’accesso vede di che cosa si tratta.",
        ),
        News::RightOverdue => (
            "A una richiesta di una persona non è stata data risposta in tempo",
            "Buongiorno,\n\nda {service} c’è una richiesta di una persona il cui ultimo giorno è passato. Risponda appena possibile.",
        ),
        News::Stead(it) => stead::italian(it),
    }
}

const fn french(news: News) -> (&'static str, &'static str) {
    match news {
        News::YourGlassOpened => (
            "Vos données ont été ouvertes en urgence",
            "Bonjour,\n\nle {time}, vos données sur {service} ont été ouvertes dans une urgence, pour une heure au plus. Quelqu’un qui n’y a pas pris part vérifie pourquoi. Une fois connecté, vous voyez qui les a regardées. Pour toute question, adressez-vous à qui tient vos données.",
        ),
        News::GlassOpened => (
            "Les données d’une personne ont été ouvertes en urgence",
            "Bonjour,\n\nle {time}, les données d’une personne ont été ouvertes en urgence sur {service}. La personne le sait. Dans les jours qui viennent, quelqu’un qui n’y a pas pris part doit le vérifier.",
        ),
        News::GlassAsked => (
            "Une urgence attend une deuxième personne",
            "Bonjour,\n\nle {time}, quelqu’un a demandé sur {service} à ouvrir en urgence les données d’une personne. Une deuxième personne doit être d’accord dans l’heure, sinon c’est non.",
        ),
        News::GlassOverdue => (
            "Une urgence n’a pas été vérifiée à temps",
            "Bonjour,\n\nun accès d’urgence sur {service} n’a pas été vérifié à temps. Tant qu’il ne l’est pas, qui l’a ouvert ne peut en ouvrir d’autre.",
        ),
        News::RoleAsked => (
            "Quelqu’un demande un rôle",
            "Bonjour,\n\nle {time}, quelqu’un a demandé un rôle sur {service}. La décision revient à quelqu’un d’autre que la personne qui demande et celle qui le reçoit. La page montre ce qui deviendrait possible.",
        ),
        News::RoleGiven => (
            "Vous avez reçu un rôle",
            "Bonjour,\n\nle {time}, vous avez reçu un rôle sur {service}. Il compte dès maintenant. Si vous ne vous y attendiez pas, signalez-le.",
        ),
        News::RequestGranted => (
            "Un rôle que vous avez demandé est accordé",
            "Bonjour,\n\nun rôle que vous avez demandé sur {service} pour quelqu’un d’autre a été accordé le {time}.",
        ),
        News::RoleEnded => (
            "Un de vos rôles a pris fin",
            "Bonjour,\n\nun rôle que vous aviez sur {service} a pris fin le {time}. Si vous en avez encore besoin, demandez-le à nouveau.",
        ),
        News::RequestRefused => (
            "Un rôle a été refusé",
            "Bonjour,\n\nun rôle que vous avez demandé sur {service} a été refusé le {time}.",
        ),
        News::ReviewsDue => (
            "Des rôles sont bientôt à vérifier",
            "Bonjour,\n\nsur {service}, des rôles sont à vérifier d’ici une semaine. Un rôle que personne ne confirme cesse de compter.",
        ),
        News::ReviewsOverdue => (
            "Des rôles n’ont pas été vérifiés à temps",
            "Bonjour,\n\nsur {service}, des rôles n’ont pas été vérifiés à temps. Ils ne comptent plus, et tombent si personne ne les confirme.",
        ),
        News::YourRoleOverdue => (
            "Votre rôle ne compte pas pour le moment",
            "Bonjour,\n\nun de vos rôles sur {service} n’a pas été confirmé à temps. Il comptera de nouveau quand quelqu’un d’autre l’aura confirmé.",
        ),
        News::YourAppReuse => (
            "L’accès d’une application a pris fin",
            "Bonjour,\n\nle {time}, une application à laquelle vous avez donné accès sur {service} a présenté une clé déjà utilisée. C’est ce que l’on voit quand quelqu’un l’a copiée. Cet accès a donc pris fin ; l’application vous demandera de vous connecter à nouveau. Si vous ne la reconnaissez pas, retirez-lui l’accès.",
        ),
        News::AppReuse => (
            "La clé d’une application a servi deux fois",
            "Bonjour,\n\nle {time}, une application a présenté à {service} un code ou un jeton de renouvellement déjà utilisé. Tout ce qui en est issu a pris fin, et la personne le sait. Soit quelqu’un a copié la clé, soit l’application a un défaut.",
        ),
        News::Asked => (
            "Quelqu’un demande à voir vos données",
            "Bonjour,\n\nle {time}, une question vous est parvenue sur {service} : quelqu’un voudrait utiliser des données qui vous concernent. Connectez-vous et lisez de quoi il s’agit. Vous pouvez dire oui, à tout ou à une partie, non, ou plus tard. Rien ne se passe avant votre réponse.",
        ),
        News::GrantEnds => (
            "Un de vos partages prend bientôt fin",
            "Bonjour,\n\nquelque chose que vous partagez sur {service} prendra bientôt fin tout seul. Vous n’avez rien à faire. Pour continuer, dites oui quand on vous le demandera de nouveau.",
        ),
        News::RightsConfirmed => (
            "Votre demande est arrivée",
            "Bonjour,\n\nla demande que vous avez faite à {service} est arrivée. Une fois connecté, vous la voyez, avec le jour avant lequel il faut y répondre.",
        ),
        News::RightsExtended => (
            "La réponse à votre demande prend plus de temps",
            "Bonjour,\n\nla réponse à une demande que vous avez faite à {service} prend plus de temps. Une fois connecté, vous voyez pourquoi, et le jour avant lequel il faut y répondre.",
        ),
        News::RightsAnswered => (
            "Il y a une réponse à votre demande",
            "Bonjour,\n\nil y a du nouveau sur une demande que vous avez faite à {service}. Connectez-vous pour la lire.",
        ),
        News::RightDue => (
            "Il faudra bientôt répondre à la demande d’une personne",
            "Bonjour,\n\nchez {service}, une demande d’une personne approche de son dernier jour. La page montre laquelle.",
        ),
        News::GuardianProposed => (
            "Une nomination attend une deuxième personne",
            "Bonjour,\n\nle {time}, sur {service}, quelqu’un a été proposé pour décider à la place d’une personne qui ne le fait pas encore elle-même. Cela ne vaut qu’une fois confirmé par une deuxième personne. Regardez ce qui a été montré, puis confirmez ou refusez.",
        ),
        News::GuardianAppointed => (
            "Quelqu’un décide pour une personne",
            "Bonjour,\n\nle {time}, sur {service}, quelqu’un a été désigné pour décider à la place d’une personne qui ne le fait pas encore elle-même. Il ou elle voit ses données. Vérifiez que c’est juste ; vous pouvez faire en sorte que cela cesse.",
        ),
        News::Destruction => (
            "Des sauvegardes avant leur terme",
            "Bonjour,\n\nsur {service}, il s’agit de sauvegardes détruites avant leur terme : quelqu’un l’a proposé, y a consenti ou l’a annulé, ou c’est fait, ou elles doivent être gardées moins longtemps qu’avant. Une fois connecté, vous voyez de quoi il s’agit. Si c’est une erreur, on peut l’arrêter tant que ce n’est pas fait.",
        ),
        News::ContinuityLate => (
            "La sauvegarde n’est pas comme elle doit être",
            "Bonjour,\n\nsur {service}, un point de restauration n’a pas été fait à temps, ou un exercice a échoué ou n’a pas eu lieu, ou une copie des clés de quelqu’un qui a été effacé n’a pas été détruite à temps. Tant qu’il en est ainsi, ce qui est promis n’est pas tenu. Une fois connecté, vous voyez de quoi il s’agit.",
        ),
        News::RightOverdue => (
            "La demande d’une personne n’a pas reçu de réponse à temps",
            "Bonjour,\n\nchez {service}, le dernier jour d’une demande d’une personne est passé. Répondez dès que possible.",
        ),
        News::Stead(it) => stead::french(it),
    }
}

const fn english(news: News) -> (&'static str, &'static str) {
    match news {
        News::YourGlassOpened => (
            "Your data were opened in an emergency",
            "Hello,\n\non {time} your data at {service} were opened in an emergency, for an hour at most. Somebody who had no part in it reviews why. Who looked at them is shown when you are signed in. With questions, turn to whoever keeps your data.",
        ),
        News::GlassOpened => (
            "A person’s data were opened in an emergency",
            "Hello,\n\non {time} one person’s data were opened at {service} in an emergency. The person has been told. Somebody who had no part in it has to review it within days.",
        ),
        News::GlassAsked => (
            "An emergency waits for a second person",
            "Hello,\n\non {time} somebody asked at {service} to open one person’s data in an emergency. A second person has to agree within an hour, or it stays a no.",
        ),
        News::GlassOverdue => (
            "An emergency was not reviewed in time",
            "Hello,\n\nan emergency at {service} was not reviewed in time. While that is so, whoever opened it cannot open another.",
        ),
        News::RoleAsked => (
            "Somebody asks for a role",
            "Hello,\n\non {time} somebody asked for a role at {service}. Somebody who neither asks for it nor gets it decides. The page shows what it would make possible.",
        ),
        News::RoleGiven => (
            "You were given a role",
            "Hello,\n\non {time} you were given a role at {service}. It counts from now. If you did not expect it, say so.",
        ),
        News::RequestGranted => (
            "A role that you asked for was granted",
            "Hello,\n\na role that you asked for at {service} on behalf of somebody else was granted on {time}.",
        ),
        News::RoleEnded => (
            "A role of yours has ended",
            "Hello,\n\na role that you had at {service} ended on {time}. If you still need it, ask for it again.",
        ),
        News::RequestRefused => (
            "A role was refused",
            "Hello,\n\na role that you asked for at {service} was refused on {time}.",
        ),
        News::ReviewsDue => (
            "Roles come up for review",
            "Hello,\n\nat {service} roles have to be reviewed within a week. A role that nobody confirms stops counting.",
        ),
        News::ReviewsOverdue => (
            "Roles were not reviewed in time",
            "Hello,\n\nat {service} there are roles that were not reviewed in time. They do not count any more, and fall away if nobody confirms them.",
        ),
        News::YourRoleOverdue => (
            "Your role does not count at present",
            "Hello,\n\na role of yours at {service} was not confirmed in time. It counts again when somebody else confirms it.",
        ),
        News::YourAppReuse => (
            "An app’s access was ended",
            "Hello,\n\non {time} an app that you gave access at {service} showed a key that had been used before. That is what it looks like when somebody copied it. So that access was ended; the app asks you to sign in again. If you do not know the app, take its access back.",
        ),
        News::AppReuse => (
            "An app’s key was used twice",
            "Hello,\n\non {time} an app showed {service} a code or a refresh token that had been used before. Everything that came of it has ended, and the person has been told. Either somebody copied the key, or the app has a fault.",
        ),
        News::Asked => (
            "Somebody asks to see your data",
            "Hello,\n\non {time} a question for you arrived at {service}: somebody would like to use data about you. Sign in and read what it is about. You can say yes, to all or to some of it, no, or later. Nothing happens before you have answered.",
        ),
        News::GrantEnds => (
            "Something that you share ends soon",
            "Hello,\n\nsomething that you agreed to share at {service} ends soon by itself. You need do nothing. If you want it to go on, say yes when you are asked again.",
        ),
        News::RightsConfirmed => (
            "Your request has come",
            "Hello,\n\nthe request that you sent to {service} has come. When you are signed in you see it, and the day by which it must be answered.",
        ),
        News::RightsExtended => (
            "The answer to your request takes longer",
            "Hello,\n\nthe answer to a request that you sent to {service} takes longer. When you are signed in you see why, and the day by which it must be answered.",
        ),
        News::RightsAnswered => (
            "There is an answer to your request",
            "Hello,\n\nthere is news of a request that you sent to {service}. Sign in to read it.",
        ),
        News::RightDue => (
            "A person’s request is to be answered soon",
            "Hello,\n\nat {service} there is a request of a person whose last day comes near. The page shows which.",
        ),
        News::GuardianProposed => (
            "A guardian waits for a second person",
            "Hello,\n\nat {service} somebody was proposed at {time} to decide for a person who does not do so yet. It counts only once a second person confirms it. Look at what was shown, and appoint them or refuse.",
        ),
        News::GuardianAppointed => (
            "Somebody decides for a person",
            "Hello,\n\nat {service} somebody was appointed at {time} to decide for a person who does not do so yet. They see that person’s data. Look whether that is right; you can have it ended.",
        ),
        News::Destruction => (
            "Backups before their time",
            "Hello,\n\nat {service} this is about backups that are destroyed before their time: somebody proposed it, agreed to it or called it off, or it was done, or they are to be kept for a shorter time than before. Once you are signed in you see which. If it is wrong, it can be stopped until it is done.",
        ),
        News::ContinuityLate => (
            "The backups are not as they must be",
            "Hello,\n\nat {service} a recovery point was not made in time, or a drill failed or did not take place, or a copy of the keys of somebody erased was not destroyed in time. While that is so, what is promised does not hold. Once you are signed in you see which.",
        ),
        News::RightOverdue => (
            "A person’s request was not answered in time",
            "Hello,\n\nat {service} there is a request of a person whose last day is over. Answer it as soon as you can.",
        ),
        News::Stead(it) => stead::english(it),
    }
}
