//! What letters say, in each language, written in it.
//!
//! No letter repeats what somebody typed, their name included: who signs up with another's address would choose what that other
//! reads.

use crate::Language;
use crate::mail::Reason;

/// A letter's words. `{service}` is the service's host; `{time}` when it happened.
pub(super) struct Words {
    pub subject: &'static str,
    /// Before the link, or all there is.
    pub text: &'static str,
    /// Behind the link.
    pub after: &'static str,
}

/// The words of a letter.
pub(super) const fn words(reason: Reason, language: Language) -> Words {
    if let Reason::News(news) = reason {
        let (subject, text) = super::news::words(news, language);
        return Words {
            subject,
            text,
            after: "",
        };
    }
    let (subject, text, after) = match language {
        Language::Sv => swedish(reason),
        Language::De => german(reason),
        Language::It => italian(reason),
        Language::Fr => french(reason),
        Language::En => english(reason),
    };
    Words {
        subject,
        text,
        after,
    }
}

type Parts = (&'static str, &'static str, &'static str);

// News have words of their own, above.
const fn swedish(reason: Reason) -> Parts {
    match reason {
        Reason::Verify => (
            "Bekräfta din e-postadress",
            "Hej!\n\nNågon, troligen du, har öppnat ett konto hos {service} med den här adressen. Bekräfta att den är din:",
            "Länken gäller i ett dygn. Var det inte du behöver du inte göra något: utan bekräftelse blir det inget konto.",
        ),
        Reason::SignedUpAgain => (
            "Du har redan ett konto",
            "Hej!\n\nNågon försökte öppna ett konto hos {service} med den här adressen, men du har redan ett. Har du glömt lösenordet kan du välja ett nytt på inloggningssidan. Var det inte du har ingenting hänt med ditt konto.",
            "",
        ),
        Reason::Invite => (
            "Du är inbjuden till {service}",
            "Hej!\n\nDu har fått en inbjudan till {service}. Öppna länken och välj ett lösenord, så är kontot ditt:",
            "Länken gäller i sju dagar och fungerar en gång. Väntade du dig ingen inbjudan kan du strunta i det här brevet.",
        ),
        Reason::Reset => (
            "Välj ett nytt lösenord",
            "Hej!\n\nNågon, troligen du, vill byta lösenord på ditt konto hos {service}. Det gör du här:",
            "Länken gäller i en halvtimme och fungerar en gång. Har kontot ett andra steg vid inloggning behövs det fortfarande. Var det inte du gäller ditt gamla lösenord som förut.",
        ),
        Reason::PasswordChanged => (
            "Ditt lösenord är bytt",
            "Hej!\n\nLösenordet till ditt konto hos {service} byttes {time}, och alla andra enheter loggades ut. Var det inte du, välj genast ett nytt via ”Glömt lösenordet” på inloggningssidan.",
            "",
        ),
        Reason::FactorAdded => (
            "Ett nytt sätt att logga in har lagts till",
            "Hej!\n\nTill ditt konto hos {service} lades det {time} till en säkerhetsnyckel eller en kodapp. Var det inte du, logga in, ta bort den och byt lösenord.",
            "",
        ),
        Reason::FactorRemoved => (
            "Ett sätt att logga in har tagits bort",
            "Hej!\n\nFrån ditt konto hos {service} togs det {time} bort en säkerhetsnyckel eller en kodapp. Var det inte du, byt lösenord och se över kontot genast.",
            "",
        ),
        Reason::RecoveryMade | Reason::News(_) => (
            "Nya reservkoder",
            "Hej!\n\nDitt konto hos {service} fick nya reservkoder {time}. De gamla gäller inte längre. Var det inte du, byt lösenord och gör egna nya koder.",
            "",
        ),
    }
}

const fn german(reason: Reason) -> Parts {
    match reason {
        Reason::Verify => (
            "Bitte bestätigen Sie Ihre E-Mail-Adresse",
            "Guten Tag,\n\njemand, vermutlich Sie selbst, hat mit dieser Adresse ein Konto bei {service} angelegt. Bestätigen Sie bitte, dass es Ihre ist:",
            "Der Link gilt einen Tag. Waren Sie es nicht, brauchen Sie nichts zu tun: Ohne Bestätigung entsteht kein Konto.",
        ),
        Reason::SignedUpAgain => (
            "Sie haben schon ein Konto",
            "Guten Tag,\n\njemand wollte mit dieser Adresse ein Konto bei {service} anlegen, doch Sie haben bereits eines. Falls Ihnen das Passwort entfallen ist, können Sie auf der Anmeldeseite ein neues setzen. Waren Sie es nicht, ist an Ihrem Konto nichts geschehen.",
            "",
        ),
        Reason::Invite => (
            "Ihre Einladung zu {service}",
            "Guten Tag,\n\nSie sind zu {service} eingeladen. Öffnen Sie den Link und wählen Sie ein Passwort, dann gehört das Konto Ihnen:",
            "Der Link gilt sieben Tage und nur einmal. Haben Sie keine Einladung erwartet, können Sie diese Nachricht übergehen.",
        ),
        Reason::Reset => (
            "Ein neues Passwort setzen",
            "Guten Tag,\n\njemand, vermutlich Sie selbst, möchte für Ihr Konto bei {service} ein neues Passwort setzen. Das geht hier:",
            "Der Link gilt eine halbe Stunde und nur einmal. Verlangt Ihr Konto beim Anmelden einen zweiten Schritt, bleibt es dabei. Waren Sie es nicht, gilt Ihr bisheriges Passwort weiter.",
        ),
        Reason::PasswordChanged => (
            "Ihr Passwort wurde geändert",
            "Guten Tag,\n\ndas Passwort Ihres Kontos bei {service} wurde am {time} geändert; alle anderen Geräte sind abgemeldet. Waren Sie es nicht, setzen Sie bitte sofort über „Passwort vergessen“ auf der Anmeldeseite ein neues.",
            "",
        ),
        Reason::FactorAdded => (
            "Ein weiterer Weg, sich anzumelden",
            "Guten Tag,\n\nIhrem Konto bei {service} wurde am {time} ein Sicherheitsschlüssel oder eine Code-App hinzugefügt. Waren Sie es nicht, melden Sie sich an, entfernen Sie den Eintrag und ändern Sie Ihr Passwort.",
            "",
        ),
        Reason::FactorRemoved => (
            "Ein Weg, sich anzumelden, wurde entfernt",
            "Guten Tag,\n\nvon Ihrem Konto bei {service} wurde am {time} ein Sicherheitsschlüssel oder eine Code-App entfernt. Waren Sie es nicht, ändern Sie bitte sofort Ihr Passwort und sehen Sie das Konto durch.",
            "",
        ),
        Reason::RecoveryMade | Reason::News(_) => (
            "Neue Ersatzcodes",
            "Guten Tag,\n\nfür Ihr Konto bei {service} wurden am {time} neue Ersatzcodes erstellt; die alten gelten nicht mehr. Waren Sie es nicht, ändern Sie Ihr Passwort und erstellen Sie selbst neue Codes.",
            "",
        ),
    }
}

const fn italian(reason: Reason) -> Parts {
    match reason {
        Reason::Verify => (
            "Confermi il suo indirizzo e-mail",
            "Buongiorno,\n\nqualcuno, probabilmente lei, ha chiesto un account su {service} con questo indirizzo. Confermi che è suo:",
            "Il link vale un giorno. Se non è stata una sua richiesta non deve fare nulla: senza conferma l’account non nasce.",
        ),
        Reason::SignedUpAgain => (
            "Ha già un account",
            "Buongiorno,\n\nqualcuno ha provato ad aprire un account su {service} con questo indirizzo, ma lei ne ha già uno. Se ha dimenticato la password, può sceglierne una nuova dalla pagina di accesso. Se non è stata una sua richiesta, al suo account non è successo nulla.",
            "",
        ),
        Reason::Invite => (
            "Il suo invito a {service}",
            "Buongiorno,\n\nha ricevuto un invito a {service}. Apra il link e scelga una password: da quel momento l’account è suo.",
            "Il link vale sette giorni e una volta sola. Se non aspettava un invito, può ignorare questo messaggio.",
        ),
        Reason::Reset => (
            "Scelga una nuova password",
            "Buongiorno,\n\nqualcuno, probabilmente lei, vuole cambiare la password del suo account su {service}. Si fa qui:",
            "Il link vale mezz’ora e una volta sola. Se per accedere serve un secondo passaggio, servirà ancora. Se non è stata una sua richiesta, la password di prima resta valida.",
        ),
        Reason::PasswordChanged => (
            "La sua password è cambiata",
            "Buongiorno,\n\nla password del suo account su {service} è stata cambiata il {time} e tutti gli altri dispositivi sono stati disconnessi. Se non è opera sua, ne scelga subito un’altra con «Password dimenticata» nella pagina di accesso.",
            "",
        ),
        Reason::FactorAdded => (
            "Un nuovo modo per accedere",
            "Buongiorno,\n\nil {time} al suo account su {service} è stata aggiunta una chiave di sicurezza o un’app di codici. Se non è opera sua, acceda, la rimuova e cambi la password.",
            "",
        ),
        Reason::FactorRemoved => (
            "Un modo per accedere è stato rimosso",
            "Buongiorno,\n\nil {time} dal suo account su {service} è stata rimossa una chiave di sicurezza o un’app di codici. Se non è opera sua, cambi subito la password e controlli l’account.",
            "",
        ),
        Reason::RecoveryMade | Reason::News(_) => (
            "Nuovi codici di riserva",
            "Buongiorno,\n\nil {time} per il suo account su {service} sono stati creati nuovi codici di riserva; quelli vecchi non valgono più. Se non è opera sua, cambi la password e crei codici nuovi.",
            "",
        ),
    }
}

const fn french(reason: Reason) -> Parts {
    match reason {
        Reason::Verify => (
            "Confirmez votre adresse e-mail",
            "Bonjour,\n\nquelqu’un, sans doute vous, a ouvert un compte sur {service} avec cette adresse. Confirmez qu’elle est bien la vôtre :",
            "Ce lien est valable un jour. Si ce n’était pas vous, vous n’avez rien à faire : sans confirmation, aucun compte n’est créé.",
        ),
        Reason::SignedUpAgain => (
            "Vous avez déjà un compte",
            "Bonjour,\n\nquelqu’un a tenté d’ouvrir un compte sur {service} avec cette adresse, mais vous en avez déjà un. Si vous avez oublié votre mot de passe, la page de connexion permet d’en choisir un autre. Si ce n’était pas vous, rien n’a changé sur votre compte.",
            "",
        ),
        Reason::Invite => (
            "Votre invitation à {service}",
            "Bonjour,\n\nvous êtes invité à rejoindre {service}. Ouvrez ce lien et choisissez un mot de passe : le compte est alors à vous.",
            "Ce lien est valable sept jours, une seule fois. Si vous n’attendiez pas d’invitation, ignorez ce message.",
        ),
        Reason::Reset => (
            "Choisir un nouveau mot de passe",
            "Bonjour,\n\nquelqu’un, sans doute vous, veut changer le mot de passe de votre compte sur {service}. Cela se fait ici :",
            "Ce lien est valable une demi-heure, une seule fois. Si votre compte demande une deuxième étape à la connexion, elle reste nécessaire. Si ce n’était pas vous, votre mot de passe actuel reste valable.",
        ),
        Reason::PasswordChanged => (
            "Votre mot de passe a changé",
            "Bonjour,\n\nle mot de passe de votre compte sur {service} a été changé le {time}, et tous les autres appareils ont été déconnectés. Si ce n’était pas vous, choisissez-en tout de suite un autre par « Mot de passe oublié » sur la page de connexion.",
            "",
        ),
        Reason::FactorAdded => (
            "Un nouveau moyen de se connecter",
            "Bonjour,\n\nle {time}, une clé de sécurité ou une application de codes a été ajoutée à votre compte sur {service}. Si ce n’était pas vous, connectez-vous, retirez-la et changez de mot de passe.",
            "",
        ),
        Reason::FactorRemoved => (
            "Un moyen de se connecter a été retiré",
            "Bonjour,\n\nle {time}, une clé de sécurité ou une application de codes a été retirée de votre compte sur {service}. Si ce n’était pas vous, changez tout de suite de mot de passe et vérifiez le compte.",
            "",
        ),
        Reason::RecoveryMade | Reason::News(_) => (
            "Nouveaux codes de secours",
            "Bonjour,\n\nle {time}, de nouveaux codes de secours ont été créés pour votre compte sur {service} ; les anciens ne valent plus rien. Si ce n’était pas vous, changez de mot de passe et créez vos propres codes.",
            "",
        ),
    }
}

const fn english(reason: Reason) -> Parts {
    match reason {
        Reason::Verify => (
            "Confirm your e-mail address",
            "Hello,\n\nsomebody, most likely you, opened an account at {service} with this address. Confirm that it is yours:",
            "The link is good for a day. If it was not you, there is nothing to do: without a confirmation there is no account.",
        ),
        Reason::SignedUpAgain => (
            "You have an account already",
            "Hello,\n\nsomebody tried to open an account at {service} with this address, and you have one already. If you forgot your password, the sign-in page lets you set another. If it was not you, nothing has happened to your account.",
            "",
        ),
        Reason::Invite => (
            "Your invitation to {service}",
            "Hello,\n\nyou are invited to {service}. Open the link and choose a password, and the account is yours:",
            "The link is good for seven days, and once. If you did not expect an invitation, ignore this message.",
        ),
        Reason::Reset => (
            "Set a new password",
            "Hello,\n\nsomebody, most likely you, wants to set a new password for your account at {service}. That is done here:",
            "The link is good for half an hour, and once. If your account asks for a second step when you sign in, it still will. If it was not you, your password stays as it is.",
        ),
        Reason::PasswordChanged => (
            "Your password was changed",
            "Hello,\n\nthe password of your account at {service} was changed on {time}, and all other devices were signed out. If it was not you, set another one now by “Forgot password” on the sign-in page.",
            "",
        ),
        Reason::FactorAdded => (
            "A new way to sign in was added",
            "Hello,\n\non {time} a security key or a code app was added to your account at {service}. If it was not you, sign in, remove it, and change your password.",
            "",
        ),
        Reason::FactorRemoved => (
            "A way to sign in was removed",
            "Hello,\n\non {time} a security key or a code app was removed from your account at {service}. If it was not you, change your password now and look the account over.",
            "",
        ),
        Reason::RecoveryMade | Reason::News(_) => (
            "New recovery codes",
            "Hello,\n\non {time} new recovery codes were made for your account at {service}; the old ones are good for nothing any more. If it was not you, change your password and make new codes yourself.",
            "",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Reason; 8] = [
        Reason::Verify,
        Reason::SignedUpAgain,
        Reason::Invite,
        Reason::Reset,
        Reason::PasswordChanged,
        Reason::FactorAdded,
        Reason::FactorRemoved,
        Reason::RecoveryMade,
    ];

    #[test]
    fn every_letter_is_written_in_every_language() {
        let mut subjects = Vec::new();
        for reason in ALL {
            for language in Language::ALL {
                let words = words(reason, *language);
                assert!(
                    words.text.contains("{service}") && words.text.len() > 80,
                    "{reason:?} {language}"
                );
                let has_link = matches!(reason, Reason::Verify | Reason::Invite | Reason::Reset);
                assert_eq!(has_link, !words.after.is_empty(), "{reason:?} {language}");
                assert!(words.subject.len() <= 70 && !words.subject.contains('\n'));
                subjects.push(words.subject);
            }
        }
        subjects.sort_unstable();
        subjects.dedup();
        assert_eq!(subjects.len(), ALL.len() * Language::ALL.len());
    }
}
