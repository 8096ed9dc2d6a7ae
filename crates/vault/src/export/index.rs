//! The page inside an archive that says what is in it, in the person's language. It needs no script and fetches nothing.

use std::fmt::Write as _;
use std::sync::Arc;

use base::Instant;

use super::Taken;
use crate::register::Collection;

struct Words {
    lang: &'static str,
    title: &'static str,
    lead: &'static str,
    records: &'static str,
    csv: &'static str,
    fhir: &'static str,
    history: &'static str,
    files: &'static str,
    accesses: &'static str,
    sharing: &'static str,
    account: &'static str,
    manifest: &'static str,
    made: &'static str,
}

static WORDS: [Words; 5] = [
    Words {
        lang: "en",
        title: "Your data",
        lead: "Your records and files, and who looked at them, as they stood when this was made. It is yours: keep it, read it, take it elsewhere.",
        records: "Your records, one a line, as they are stored (JSON).",
        csv: "The same as tables, for a spreadsheet.",
        fhir: "Your medical records as one FHIR R4 bundle, for another clinic or app.",
        history: "What your records said before they were changed.",
        files: "Your files, as they were given. `files.jsonl` says what each was called.",
        accesses: "Who looked at your data, when and why, from the log. Each line has its hash; `log/checkpoint` is the signed head of the log.",
        sharing: "What you were asked and let whom do, with the signed receipts (`receipt`, JWS).",
        account: "Your account: address, language, what you prove yourself by (names, no secrets), where you are signed in.",
        manifest: "What is in here, with the SHA-256 of each part, so that you can see that nothing was changed.",
        made: "Made",
    },
    Words {
        lang: "sv",
        title: "Dina uppgifter",
        lead: "Dina uppgifter och filer, och vem som tittat på dem, som de var när detta gjordes. Det är ditt: behåll det, läs det, ta det vidare.",
        records: "Dina uppgifter, en per rad, så som de är sparade (JSON).",
        csv: "Detsamma som tabeller, för ett kalkylprogram.",
        fhir: "Dina vårduppgifter som ett FHIR R4-paket, för en annan mottagning eller app.",
        history: "Vad dina uppgifter sade innan de ändrades.",
        files: "Dina filer, så som de lämnades. `files.jsonl` säger vad var och en hette.",
        accesses: "Vem som har tittat på dina uppgifter, när och varför, ur loggen. Varje rad har sin hash; `log/checkpoint` är loggens undertecknade huvud.",
        sharing: "Vad du blev tillfrågad om och lät vem göra, med de undertecknade kvittona (`receipt`, JWS).",
        account: "Ditt konto: adress, språk, vad du styrker dig med (namn, inga hemligheter), var du är inloggad.",
        manifest: "Vad som finns här, med SHA-256 för varje del, så att du ser att ingenting har ändrats.",
        made: "Gjort",
    },
    Words {
        lang: "de",
        title: "Ihre Daten",
        lead: "Ihre Einträge und Dateien, und wer sie angesehen hat, wie sie standen, als dies gemacht wurde. Es gehört Ihnen: behalten Sie es, lesen Sie es, nehmen Sie es mit.",
        records: "Ihre Einträge, einer je Zeile, so wie sie gespeichert sind (JSON).",
        csv: "Dasselbe als Tabellen, für eine Tabellenkalkulation.",
        fhir: "Ihre medizinischen Einträge als ein FHIR-R4-Bündel, für eine andere Praxis oder App.",
        history: "Was Ihre Einträge vor einer Änderung sagten.",
        files: "Ihre Dateien, so wie sie abgegeben wurden. `files.jsonl` sagt, wie jede hieß.",
        accesses: "Wer Ihre Daten angesehen hat, wann und warum, aus dem Protokoll. Jede Zeile hat ihren Hash; `log/checkpoint` ist der unterschriebene Kopf des Protokolls.",
        sharing: "Was Sie gefragt wurden und wen Sie was tun ließen, mit den unterschriebenen Belegen (`receipt`, JWS).",
        account: "Ihr Konto: Adresse, Sprache, womit Sie sich ausweisen (Namen, keine Geheimnisse), wo Sie angemeldet sind.",
        manifest: "Was hier liegt, mit dem SHA-256 jedes Teils, damit Sie sehen, dass nichts geändert wurde.",
        made: "Gemacht",
    },
    Words {
        lang: "it",
        title: "I Suoi dati",
        lead: "Le Sue registrazioni e i Suoi file, e chi li ha guardati, com’erano quando questo è stato fatto. È Suo: lo tenga, lo legga, lo porti altrove.",
        records: "Le Sue registrazioni, una per riga, così come sono conservate (JSON).",
        csv: "Lo stesso come tabelle, per un foglio di calcolo.",
        fhir: "Le Sue registrazioni mediche come un pacchetto FHIR R4, per un altro ambulatorio o un’altra app.",
        history: "Che cosa dicevano le Sue registrazioni prima di essere cambiate.",
        files: "I Suoi file, così come sono stati consegnati. `files.jsonl` dice come si chiamava ciascuno.",
        accesses: "Chi ha guardato i Suoi dati, quando e perché, dal registro. Ogni riga ha il suo hash; `log/checkpoint` è la testa firmata del registro.",
        sharing: "Che cosa Le è stato chiesto e che cosa ha permesso a chi, con le ricevute firmate (`receipt`, JWS).",
        account: "Il Suo account: indirizzo, lingua, con che cosa dimostra chi è (nomi, nessun segreto), dove ha effettuato l’accesso.",
        manifest: "Che cosa c’è qui, con lo SHA-256 di ogni parte, perché si veda che nulla è stato cambiato.",
        made: "Fatto",
    },
    Words {
        lang: "fr",
        title: "Vos données",
        lead: "Vos enregistrements et vos fichiers, et qui les a regardés, tels qu’ils étaient quand ceci a été fait. C’est à vous : gardez-le, lisez-le, emportez-le ailleurs.",
        records: "Vos enregistrements, un par ligne, tels qu’ils sont conservés (JSON).",
        csv: "La même chose en tableaux, pour un tableur.",
        fhir: "Vos enregistrements médicaux en un paquet FHIR R4, pour un autre cabinet ou une autre application.",
        history: "Ce que disaient vos enregistrements avant d’être modifiés.",
        files: "Vos fichiers, tels qu’ils ont été remis. `files.jsonl` dit comment chacun s’appelait.",
        accesses: "Qui a regardé vos données, quand et pourquoi, d’après le journal. Chaque ligne porte son empreinte ; `log/checkpoint` est la tête signée du journal.",
        sharing: "Ce qu’on vous a demandé et ce que vous avez permis à qui, avec les reçus signés (`receipt`, JWS).",
        account: "Votre compte : adresse, langue, ce par quoi vous prouvez qui vous êtes (noms, aucun secret), où vous êtes connecté.",
        manifest: "Ce qui se trouve ici, avec le SHA-256 de chaque partie, pour que l’on voie que rien n’a été modifié.",
        made: "Fait",
    },
];

/// The page.
pub(super) fn page(
    lang: &str,
    at: Instant,
    taken: &Taken,
    collections: &[Arc<Collection>],
) -> String {
    let [english, ..] = &WORDS;
    let words = WORDS.iter().find(|it| it.lang == lang).unwrap_or(english);
    let mut out = format!(
        "<!doctype html>\n<html lang=\"{}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>{}</title></head>\n<body>\n<main>\n<h1>{}</h1>\n<p>{}</p>\n<p>{}: <time>{at}</time></p>\n<dl>\n",
        words.lang, words.title, words.title, words.lead, words.made,
    );
    let mut line = |path: &str, count: Option<u64>, about: &str| {
        let count = count.map(|it| format!(" ({it})")).unwrap_or_default();
        let _ = writeln!(
            out,
            "<dt><code>{path}</code>{count}</dt><dd>{}</dd>",
            code(about)
        );
    };
    line("records/", Some(taken.records), words.records);
    line("csv/", None, words.csv);
    if collections.iter().any(|it| &*it.pack == "fhir-r4") {
        line("fhir/bundle.json", None, words.fhir);
    }
    line("history.jsonl", Some(taken.versions), words.history);
    line("files/", Some(taken.files), words.files);
    line("accesses.jsonl", Some(taken.entries), words.accesses);
    line("sharing/", None, words.sharing);
    line("account.json", None, words.account);
    line("manifest.json", None, words.manifest);
    out.push_str("</dl>\n<ul>\n");
    for collection in collections {
        let _ = writeln!(
            out,
            "<li><a href=\"csv/{0}.csv\">{0}</a></li>",
            collection.name
        );
    }
    out.push_str("</ul>\n</main>\n</body></html>\n");
    out
}

/// What stands between backquotes, as code.
fn code(text: &str) -> String {
    let mut out = String::new();
    for (at, part) in text.split('`').enumerate() {
        if at % 2 == 1 {
            let _ = write!(out, "<code>{part}</code>");
        } else {
            out.push_str(part);
        }
    }
    out
}
