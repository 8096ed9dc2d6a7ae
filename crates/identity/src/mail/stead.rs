//! Letters about guardians, and about coming of age.

use serde::{Deserialize, Serialize};

/// What happened where somebody decides for somebody else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stead {
    /// To a guardian: there is something about the person whom they act for.
    InStead,
    /// To the person: a guardian asked that something be deleted.
    ErasureAsked,
    /// To the person: they decide for themself soon.
    AgeSoon,
    /// To the person: they decide for themself now.
    AgeCome,
    /// To staff: somebody comes of age and has no account to answer with.
    NoAccount,
}

impl Stead {
    pub(super) const fn place(self) -> &'static str {
        match self {
            Self::InStead => "/portal/for",
            Self::ErasureAsked => "/portal/delete",
            Self::AgeSoon | Self::AgeCome => "/portal/of-age",
            Self::NoAccount => "/console/guardians",
        }
    }
}

pub(super) const fn swedish(it: Stead) -> (&'static str, &'static str) {
    match it {
        Stead::InStead => (
            "Något väntar där du företräder någon",
            "Hej!\n\nPå {service} finns något nytt om en person som du företräder: en fråga, något som snart upphör, eller en begäran om radering. Logga in, välj vem du företräder och läs vad det gäller.",
        ),
        Stead::ErasureAsked => (
            "En vårdnadshavare har bett om att uppgifter raderas",
            "Hej!\n\nNågon av dina vårdnadshavare bad {time} om att uppgifter om dig på {service} raderas. Det väntar i några dagar. När du är inloggad ser du vad som försvinner, och kan stoppa det.",
        ),
        Stead::AgeSoon => (
            "Snart bestämmer du själv",
            "Hej!\n\nSnart kommer den dag då du själv bestämmer över dina uppgifter på {service}. Det som dina vårdnadshavare har gått med på upphör den dagen, tills du själv har sagt ja. När du är inloggad ser du vad det är, och kan ta tillbaka det redan nu. Du behöver inte göra något: utan ditt svar delas ingenting längre.",
        ),
        Stead::AgeCome => (
            "Nu bestämmer du själv",
            "Hej!\n\nFrån och med nu bestämmer du själv över dina uppgifter på {service}, och dina vårdnadshavare gör det inte längre. Det som de hade gått med på ger ingen rätt till något förrän du har svarat: behåll det, gör det mindre eller ta tillbaka det. Alla tre är lika bra svar.",
        ),
        Stead::NoAccount => (
            "Någon blir myndig och har inget konto",
            "Hej!\n\nHos {service} får någon snart bestämma själv, eller får det redan, och har inget eget konto att svara med. Sidan visar vem. Bjud in personen där.",
        ),
    }
}

pub(super) const fn german(it: Stead) -> (&'static str, &'static str) {
    match it {
        Stead::InStead => (
            "Es gibt etwas, wo Sie für jemanden handeln",
            "Guten Tag,\n\nbei {service} gibt es etwas Neues zu einer Person, für die Sie handeln: eine Frage, etwas, das bald endet, oder eine verlangte Löschung. Melden Sie sich an, wählen Sie, für wen Sie handeln, und lesen Sie es.",
        ),
        Stead::ErasureAsked => (
            "Eine sorgeberechtigte Person will Daten löschen lassen",
            "Guten Tag,\n\nam {time} hat jemand, der für Sie entscheidet, verlangt, dass Daten über Sie bei {service} gelöscht werden. Das wartet einige Tage. Wenn Sie angemeldet sind, sehen Sie, was verschwindet, und können es absagen.",
        ),
        Stead::AgeSoon => (
            "Bald entscheiden Sie selbst",
            "Guten Tag,\n\nbald kommt der Tag, ab dem Sie selbst über Ihre Daten bei {service} entscheiden. Was Ihre Sorgeberechtigten erlaubt haben, endet an diesem Tag, bis Sie selbst Ja gesagt haben. Wenn Sie angemeldet sind, sehen Sie es und können es schon jetzt zurücknehmen. Sie müssen nichts tun: Ohne Ihre Antwort wird nichts mehr geteilt.",
        ),
        Stead::AgeCome => (
            "Jetzt entscheiden Sie selbst",
            "Guten Tag,\n\nab jetzt entscheiden Sie selbst über Ihre Daten bei {service}, und Ihre Sorgeberechtigten nicht mehr. Was sie erlaubt hatten, erlaubt niemandem etwas, bis Sie geantwortet haben: behalten, verkleinern oder zurücknehmen. Alle drei Antworten sind gleich gut.",
        ),
        Stead::NoAccount => (
            "Jemand wird mündig und hat kein Konto",
            "Guten Tag,\n\nbei {service} entscheidet jemand bald oder schon jetzt selbst und hat kein eigenes Konto, um zu antworten. Die Seite zeigt, wer es ist. Laden Sie die Person dort ein.",
        ),
    }
}

pub(super) const fn italian(it: Stead) -> (&'static str, &'static str) {
    match it {
        Stead::InStead => (
            "C’è qualcosa dove Lei agisce per un’altra persona",
            "Buongiorno,\n\nsu {service} c’è qualcosa di nuovo su una persona per la quale Lei agisce: una domanda, qualcosa che finisce presto, o una cancellazione richiesta. Acceda, scelga per chi agisce e legga di che cosa si tratta.",
        ),
        Stead::ErasureAsked => (
            "Chi decide per Lei ha chiesto di cancellare dei dati",
            "Buongiorno,\n\nil {time} qualcuno che decide per Lei ha chiesto che dei dati su di Lei presso {service} siano cancellati. La richiesta attende alcuni giorni. Dopo l’accesso vede che cosa sparisce, e può fermarla.",
        ),
        Stead::AgeSoon => (
            "Presto deciderà Lei",
            "Buongiorno,\n\npresto arriva il giorno dal quale è Lei a decidere sui Suoi dati presso {service}. Ciò che chi decide per Lei ha permesso finisce quel giorno, finché Lei non avrà detto di sì. Dopo l’accesso vede di che cosa si tratta, e può già revocarlo. Non deve fare nulla: senza la Sua risposta non si condivide più niente.",
        ),
        Stead::AgeCome => (
            "Ora decide Lei",
            "Buongiorno,\n\nda ora è Lei a decidere sui Suoi dati presso {service}, e chi decideva per Lei non lo fa più. Ciò che aveva permesso non consente nulla a nessuno finché Lei non avrà risposto: mantenerlo, ridurlo o revocarlo. Le tre risposte valgono allo stesso modo.",
        ),
        Stead::NoAccount => (
            "Qualcuno raggiunge l’età e non ha un account",
            "Buongiorno,\n\npresso {service} qualcuno presto decide da sé, o già lo fa, e non ha un account proprio con cui rispondere. La pagina mostra chi è. Lo inviti da lì.",
        ),
    }
}

pub(super) const fn french(it: Stead) -> (&'static str, &'static str) {
    match it {
        Stead::InStead => (
            "Il y a du nouveau là où vous agissez pour quelqu’un",
            "Bonjour,\n\nsur {service}, il y a du nouveau sur une personne pour laquelle vous agissez : une question, quelque chose qui se termine bientôt ou une suppression demandée. Connectez-vous, choisissez pour qui vous agissez et lisez de quoi il s’agit.",
        ),
        Stead::ErasureAsked => (
            "Une personne qui décide pour vous a demandé une suppression",
            "Bonjour,\n\nle {time}, une personne qui décide pour vous a demandé que des données sur vous chez {service} soient supprimées. La demande attend quelques jours. Une fois connecté, vous voyez ce qui disparaît et pouvez l’annuler.",
        ),
        Stead::AgeSoon => (
            "Bientôt, c’est vous qui décidez",
            "Bonjour,\n\nbientôt vient le jour à partir duquel vous décidez vous-même de vos données chez {service}. Ce que vos représentants ont accepté s’arrête ce jour-là, jusqu’à ce que vous ayez dit oui. Une fois connecté, vous voyez de quoi il s’agit et pouvez déjà le retirer. Vous n’avez rien à faire : sans votre réponse, plus rien n’est partagé.",
        ),
        Stead::AgeCome => (
            "Maintenant, c’est vous qui décidez",
            "Bonjour,\n\nà partir de maintenant, vous décidez vous-même de vos données chez {service}, et vos représentants ne le font plus. Ce qu’ils avaient accepté ne permet rien à personne tant que vous n’avez pas répondu : garder, réduire ou retirer. Les trois réponses se valent.",
        ),
        Stead::NoAccount => (
            "Quelqu’un devient majeur et n’a pas de compte",
            "Bonjour,\n\nchez {service}, quelqu’un décide bientôt par lui-même, ou le fait déjà, et n’a pas de compte à lui pour répondre. La page montre qui. Invitez la personne depuis là.",
        ),
    }
}

pub(super) const fn english(it: Stead) -> (&'static str, &'static str) {
    match it {
        Stead::InStead => (
            "There is something where you act for somebody",
            "Hello,\n\nat {service} there is something new about a person whom you act for: a question, something that ends soon, or a deletion that was asked for. Sign in, choose whom you act for, and read what it is.",
        ),
        Stead::ErasureAsked => (
            "A guardian asked to have data deleted",
            "Hello,\n\non {time} somebody who decides for you asked that data about you at {service} be deleted. It waits for some days. When you are signed in you see what goes, and can call it off.",
        ),
        Stead::AgeSoon => (
            "Soon you decide for yourself",
            "Hello,\n\nsoon the day comes from which you decide yourself about your data at {service}. What your guardians agreed to stops on that day, until you have said yes to it. When you are signed in you see what it is, and can take it back already now. You need not do anything: without your answer nothing is shared any more.",
        ),
        Stead::AgeCome => (
            "Now you decide for yourself",
            "Hello,\n\nfrom now on you decide yourself about your data at {service}, and your guardians do so no more. What they had agreed to lets nobody do anything until you have answered: keep it, make it smaller, or take it back. All three are as good an answer.",
        ),
        Stead::NoAccount => (
            "Somebody comes of age and has no account",
            "Hello,\n\nat {service} somebody decides for themself soon, or does already, and has no account of their own to answer with. The page shows who it is. Invite them there.",
        ),
    }
}
