//! What everybody tries first: few words and patterns, and what people do to them to please a form.
//!
//! A list of whole passwords would be long and still miss `Password2027!!`. So what is kept is the heart of such passwords;
//! capitals, digits for letters, and what is put before and behind are taken off before looking.

/// Words that passwords are made of, in the languages of this service and as the keyboard lays them.
const WORDS: &str = "password passwort passord passwd passw losenord kennwort geheim hemligt hemlig parola segreta segreto \
secret secrets motdepasse contrasena senha wachtwoord haslo sifre azerty azertyuiop qwerty qwertyui qwertyuiop qwertz \
qwertzuiop asdf asdfgh asdfghjkl yxcvbnm zxcvbn zxcvbnm qazwsx qazwsxedc qweasd qweasdzxc letmein letmeinnow welcome \
willkommen valkommen benvenuto bienvenue hello hallo hej ciao bonjour salut login logon signin signup admin administrator \
adminadmin root toor user guest test testing tester test123 demo default changeme change changeit temp temporary master \
superuser super superman batman spiderman ironman pokemon pikachu starwars matrix dragon monkey tiger lion panther eagle \
falcon shadow phoenix hunter ranger killer ninja samurai warrior princess prinsessa prinzessin principessa princesse \
sunshine sommar sommer estate summer winter vinter inverno hiver autumn herbst spring fruhling printemps primavera \
football fussball fotboll calcio soccer baseball basketball hockey tennis golfer cricket arsenal liverpool chelsea \
barcelona realmadrid juventus milan inter bayern schalke iloveyou iloveyouso iluvyou loveyou loveme lovely love amore \
amour liebe karlek tiamo jetaime ichliebedich jagalskardig forever always never whatever nothing something anything \
trustno computer internet samsung iphone android google facebook instagram twitter youtube linkedin microsoft windows \
apple amazon netflix spotify michael michelle jessica jennifer daniel thomas andrew joshua robert charlie george matthew \
jordan ashley nicole amanda andrea martina francesca giulia marco giovanni alessandro stefan wolfgang andreas johan \
anders erik kristina nathalie camille nicolas pierre marie sophie freedom freiheit frihet liberta liberte banana \
chocolate choklad schokolade cioccolato chocolat cheese coffee kaffee cookie flower blume butterfly schmetterling \
schatz hase mausi liebling alskling tesoro cherie doudou baby babygirl babyboy angel engel angelo ange jesus christ \
gott blessed heaven hannover berlin munich hamburg london paris roma milano napoli torino stockholm goteborg malmo \
sverige deutschland italia france england america schweiz corvette ferrari porsche mercedes mustang harley yamaha honda \
access accesso zugang tillgang private privat privato secure security sicherheit sakerhet sicurezza pass word key schlussel \
monday friday montag freitag january february december januar dezember health doctor patient hospital nurse medical \
company firma foretag azienda house family familj familie famiglia famille mother father mamma pappa papa qwert asdfg";

/// Runs along the keyboard, the alphabet and the digits, of which any piece is common; read both ways.
const RUNS: [&str; 9] = [
    "01234567890123456789",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopasdfghjklyxcvbnm",
    "azertyuiopqsdfghjklmwxcvbn",
    "1q2w3e4r5t6y7u8i9o0p",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
    "qazwsxedcrfvtgbyhnujm",
    "qweasdzxc",
];

/// Whether `folded` (in small letters) is a common password with nothing of its own to it.
pub(super) fn is_common(folded: &str) -> bool {
    if is_run(folded) || is_repeated(folded) {
        return true;
    }
    [plain(folded, false), plain(folded, true)]
        .iter()
        .any(|letters| is_made_of_words(letters))
}

/// A piece of a run, or two, forwards or backwards.
fn is_run(text: &str) -> bool {
    let within = |part: &str| {
        let backwards: String = part.chars().rev().collect();
        RUNS.iter()
            .any(|run| run.contains(part) || run.contains(&backwards))
    };
    let middle = text
        .char_indices()
        .map(|(at, _)| at)
        .nth(text.chars().count() / 2)
        .unwrap_or(0);
    let (first, second) = text.split_at(middle);
    within(text) || (first.len() >= 4 && within(first) && within(second))
}

/// The same few characters over and over.
fn is_repeated(text: &str) -> bool {
    let chars: Vec<char> = text.chars().collect();
    (1..=4).any(|unit| {
        chars.len() >= unit * 2
            && chars
                .iter()
                .zip(chars.iter().skip(unit))
                .all(|(a, b)| a == b)
    })
}

/// Letters alone: what stands before and behind is off, digits and signs that stand for letters are read as such.
fn plain(text: &str, one_is_l: bool) -> String {
    let trimmed = text.trim_matches(|c: char| !c.is_alphabetic() && !"@$".contains(c));
    trimmed
        .chars()
        .filter_map(|c| match c {
            '@' | '4' | 'ä' | 'à' | 'å' => Some('a'),
            '0' | 'ö' => Some('o'),
            '1' | '!' => Some(if one_is_l { 'l' } else { 'i' }),
            '3' | 'é' | 'è' => Some('e'),
            '5' | '$' => Some('s'),
            '7' => Some('t'),
            'ü' => Some('u'),
            c if c.is_alphabetic() => Some(c),
            _ => None,
        })
        .collect()
}

/// One to three words of the list with nothing between or beside them.
fn is_made_of_words(letters: &str) -> bool {
    fn rest(letters: &str, words_left: u8) -> bool {
        letters.is_empty()
            || (words_left > 0
                && WORDS
                    .split(' ')
                    .filter(|word| !word.is_empty())
                    .any(|word| {
                        letters
                            .strip_prefix(word)
                            .is_some_and(|letters| rest(letters, words_left - 1))
                    }))
    }
    letters.len() >= 3 && rest(letters, 3)
}
