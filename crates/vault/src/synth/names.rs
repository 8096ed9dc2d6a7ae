//! Who lives where and what they are called: our own short lists of common names. Nobody in particular is meant.

/// A country of the demonstration: one of the five languages, places with a postal code each, a number range kept for fiction.
pub(super) struct Country {
    pub(super) code: &'static str,
    pub(super) language: &'static str,
    /// Hours east of UTC in winter.
    pub(super) offset: i8,
    /// IANA name.
    pub(super) timezone: &'static str,
    /// Given in E.164, complete but for the last two digits. Ranges that the regulators keep for film and fiction, or do not assign.
    pub(super) phone: &'static str,
    pub(super) streets: &'static [&'static str],
    /// `%` stands for the house number, `#` for the street.
    pub(super) line: &'static str,
    pub(super) cities: &'static [(&'static str, &'static str)],
    /// Which lists of names are common here, the commonest several times.
    pub(super) cultures: &'static [&'static Culture],
    pub(super) clinic: &'static str,
}

/// Names that go together.
pub(super) struct Culture {
    pub(super) women: &'static [&'static str],
    pub(super) men: &'static [&'static str],
    pub(super) families: &'static [&'static str],
    /// Whether a woman's family name takes an ending of its own, e.g. `("ski", "ska")`.
    pub(super) feminine: &'static [(&'static str, &'static str)],
    /// (given, family, the same in its own script): shown as a second name where it fits.
    pub(super) script: &'static [(&'static str, &'static str)],
}

const fn culture(
    women: &'static [&'static str],
    men: &'static [&'static str],
    families: &'static [&'static str],
) -> Culture {
    Culture {
        women,
        men,
        families,
        feminine: &[],
        script: &[],
    }
}

static SWEDISH: Culture = culture(
    &[
        "Åsa", "Elin", "Märta", "Linnéa", "Signe", "Ebba", "Karin", "Tuva",
    ],
    &[
        "Björn", "Nils", "Måns", "Axel", "Göran", "Elias", "Håkan", "Love",
    ],
    &[
        "Lindqvist",
        "Åkesson",
        "Bergström",
        "Sjöberg",
        "Hallén",
        "Öberg",
        "Nyman",
        "Svärd",
    ],
);
static FINNISH: Culture = culture(
    &["Aino", "Päivi", "Helmi", "Tuuli", "Sanna"],
    &["Eero", "Väinö", "Jussi", "Onni", "Timo"],
    &["Mäkinen", "Korhonen", "Hämäläinen", "Niemi", "Lehtonen"],
);
static GERMAN: Culture = culture(
    &[
        "Käthe", "Johanna", "Frieda", "Mareike", "Ute", "Leonie", "Sabine", "Zoë",
    ],
    &[
        "Jürgen", "Matthias", "Lukas", "Götz", "Emil", "Sören", "Rainer", "Felix",
    ],
    &[
        "Müller",
        "Schäfer",
        "Weiß",
        "Krüger",
        "Hoffmann",
        "von der Heide",
        "Groß",
        "Baumgärtner",
    ],
);
static ITALIAN: Culture = culture(
    &[
        "Chiara", "Giulia", "Ludovica", "Noemi", "Beatrice", "Ilaria", "Caterina", "Greta",
    ],
    &[
        "Niccolò", "Matteo", "Lorenzo", "Giosuè", "Davide", "Pietro", "Saverio", "Tommaso",
    ],
    &[
        "Rossi",
        "D'Amico",
        "Esposito",
        "Lo Presti",
        "De Luca",
        "Ferrari",
        "Cantù",
        "Marchetti",
    ],
);
static FRENCH: Culture = culture(
    &[
        "Éloïse",
        "Anaïs",
        "Maëlle",
        "Marie-Claire",
        "Inès",
        "Aurélie",
        "Solène",
        "Margaux",
    ],
    &[
        "François",
        "Théo",
        "Jean-Baptiste",
        "Loïc",
        "Étienne",
        "Rémi",
        "Gaël",
        "Noël",
    ],
    &[
        "Lefèvre",
        "L'Hermitte",
        "Dubois",
        "Garçon",
        "Moreau",
        "Le Goff",
        "Béranger",
        "Fontaine",
    ],
);
static BRITISH: Culture = culture(
    &[
        "Imogen",
        "Charlotte",
        "Hazel",
        "Rosalind",
        "Freya",
        "Jean",
        "Poppy",
        "Eleanor",
    ],
    &[
        "Alasdair", "Oliver", "Rhys", "George", "Callum", "Huw", "Edmund", "Toby",
    ],
    &[
        "Whitaker",
        "Smith-Jones",
        "Pryce",
        "MacLeod",
        "Ashdown",
        "Hughes",
        "Thorne",
        "Ellis",
    ],
);
static IRISH: Culture = culture(
    &["Aoife", "Niamh", "Saoirse", "Róisín", "Gráinne"],
    &["Oisín", "Cillian", "Pádraig", "Seán", "Fionn"],
    &["O'Connor", "Ó Briain", "Byrne", "Ní Dhomhnaill", "Walsh"],
);
static ARABIC: Culture = Culture {
    script: &[
        ("Noor Haddad", "نور حداد"),
        ("Yusuf Khoury", "يوسف خوري"),
        ("Layla Nasser", "ليلى ناصر"),
    ],
    ..culture(
        &["Noor", "Layla", "Amal", "Hanan", "Rim"],
        &["Yusuf", "Karim", "Tariq", "Samir", "Omar"],
        &["Haddad", "Khoury", "Nasser", "al-Masri", "Benali"],
    )
};
static TURKISH: Culture = culture(
    &["Ayşe", "Elif", "Gülşen", "Zeynep", "İpek"],
    &["Mehmet", "Oğuz", "Çağlar", "Emre", "İsmail"],
    &["Yılmaz", "Öztürk", "Şahin", "Çelik", "Doğan"],
);
static POLISH: Culture = Culture {
    feminine: &[("ski", "ska"), ("cki", "cka")],
    ..culture(
        &["Agnieszka", "Małgorzata", "Zofia", "Joanna", "Kinga"],
        &["Łukasz", "Paweł", "Stanisław", "Michał", "Jędrzej"],
        &[
            "Wiśniewski",
            "Nowak",
            "Zieliński",
            "Wójcik",
            "Jabłoński",
            "Potocki",
        ],
    )
};
static UKRAINIAN: Culture = Culture {
    script: &[
        ("Oksana Kovalenko", "Оксана Коваленко"),
        ("Andrii Shevchuk", "Андрій Шевчук"),
        ("Iryna Bondar", "Ірина Бондар"),
    ],
    ..culture(
        &["Oksana", "Iryna", "Nadiia", "Solomiia"],
        &["Andrii", "Taras", "Bohdan", "Yevhen"],
        &["Kovalenko", "Shevchuk", "Bondar", "Melnyk"],
    )
};
static SOUTH_ASIAN: Culture = culture(
    &["Priya", "Ananya", "Farah", "Meera", "Sunita"],
    &["Arjun", "Imran", "Vikram", "Rohan", "Harpreet"],
    &["Patel", "Chowdhury", "Singh", "Iyer", "Qureshi"],
);
static CHINESE: Culture = Culture {
    script: &[
        ("Fang Wang", "王芳"),
        ("Wei Li", "李伟"),
        ("Xiuying Zhang", "张秀英"),
    ],
    ..culture(
        &["Fang", "Xiuying", "Meiling", "Yan"],
        &["Wei", "Jun", "Haoran", "Lei"],
        &["Wang", "Li", "Zhang", "Ouyang"],
    )
};
static VIETNAMESE: Culture = culture(
    &["Thị Hương", "Thảo", "Ngọc Ánh", "Linh"],
    &["Văn Đức", "Minh", "Quốc Bảo", "Tuấn"],
    &["Nguyễn", "Trần", "Phạm", "Đặng"],
);
static WEST_AFRICAN: Culture = culture(
    &["Fọlákẹ́", "Aïssatou", "Ngozi", "Fatoumata", "Abena"],
    &["Chinedu", "Mamadou", "Kwame", "Olúwaṣeun", "Ibrahima"],
    &["Okonkwo", "Diallo", "Mensah", "Adéyẹmí", "N'Diaye"],
);
static HORN: Culture = culture(
    &["Hodan", "Selam", "Ifrah", "Tsehay"],
    &["Abdirahman", "Dawit", "Liban", "Yonas"],
    &["Warsame", "Tesfaye", "Gebremariam", "Farah"],
);
static PERSIAN: Culture = culture(
    &["Shirin", "Nasrin", "Golnaz", "Parisa"],
    &["Kaveh", "Behrouz", "Dariush", "Arash"],
    &["Hosseini", "Rahimi", "Farahani", "Tehrani"],
);
static IBERIAN: Culture = culture(
    &["Begoña", "Inês", "Lucía", "Conceição"],
    &["Íñigo", "João", "Álvaro", "Gonçalo"],
    &["García Muñoz", "dos Santos", "Ibáñez", "Gonçalves"],
);
static SOUTH_SLAVIC: Culture = culture(
    &["Jelena", "Živka", "Đurđica", "Mirela"],
    &["Nikola", "Željko", "Dušan", "Mirza"],
    &["Petrović", "Kovač", "Šarić", "Hadžić"],
);
static GREEK: Culture = Culture {
    script: &[
        ("Eleni Papadaki", "Ελένη Παπαδάκη"),
        ("Nikos Antoniou", "Νίκος Αντωνίου"),
    ],
    ..culture(
        &["Eleni", "Despina", "Katerina"],
        &["Nikos", "Spyros", "Giorgos"],
        &["Papadaki", "Antoniou", "Georgiou"],
    )
};
static SAMI: Culture = culture(
    &["Máret", "Ánne", "Sárá"],
    &["Áilu", "Niillas", "Jovnna"],
    &["Labba", "Sarri", "Valkeapää"],
);

/// Every country, roughly evenly.
pub(super) static COUNTRIES: [Country; 8] = [
    Country {
        code: "SE",
        language: "sv",
        offset: 1,
        timezone: "Europe/Stockholm",
        phone: "+467017406",
        streets: &["Björkvägen", "Storgatan", "Östra Ågatan", "Klockargränd"],
        line: "# %",
        cities: &[
            ("Umeå", "903 26"),
            ("Malmö", "211 20"),
            ("Örebro", "702 10"),
            ("Jokkmokk", "962 31"),
        ],
        cultures: &[
            &SWEDISH,
            &SWEDISH,
            &SWEDISH,
            &FINNISH,
            &ARABIC,
            &HORN,
            &PERSIAN,
            &SOUTH_SLAVIC,
            &SAMI,
        ],
        clinic: "Vårdcentralen Björken (test)",
    },
    Country {
        code: "FI",
        language: "sv",
        offset: 2,
        timezone: "Europe/Helsinki",
        phone: "+358000000",
        streets: &["Strandgatan", "Kyrkvägen", "Norra Esplanaden"],
        line: "# %",
        cities: &[
            ("Vasa", "65100"),
            ("Mariehamn", "22100"),
            ("Helsingfors", "00100"),
        ],
        cultures: &[&SWEDISH, &FINNISH, &FINNISH, &HORN],
        clinic: "Hälsostationen vid stranden (test)",
    },
    Country {
        code: "DE",
        language: "de",
        offset: 1,
        timezone: "Europe/Berlin",
        phone: "+4917139200",
        streets: &[
            "Lindenstraße",
            "Am Mühlbach",
            "Schillerplatz",
            "Hintere Gasse",
        ],
        line: "# %",
        cities: &[
            ("Köln", "50667"),
            ("Görlitz", "02826"),
            ("Nürnberg", "90402"),
            ("Kiel", "24103"),
        ],
        cultures: &[
            &GERMAN,
            &GERMAN,
            &GERMAN,
            &TURKISH,
            &POLISH,
            &UKRAINIAN,
            &VIETNAMESE,
            &GREEK,
        ],
        clinic: "Praxis am Lindenplatz (Test)",
    },
    Country {
        code: "CH",
        language: "de",
        offset: 1,
        timezone: "Europe/Zurich",
        phone: "+410000000",
        streets: &["Bahnhofstrasse", "Rebweg", "Obere Gasse"],
        line: "# %",
        cities: &[
            ("Zürich", "8001"),
            ("Chur", "7000"),
            ("Biel/Bienne", "2502"),
        ],
        cultures: &[&GERMAN, &GERMAN, &ITALIAN, &IBERIAN, &SOUTH_SLAVIC],
        clinic: "Gemeinschaftspraxis Rebweg (Test)",
    },
    Country {
        code: "IT",
        language: "it",
        offset: 1,
        timezone: "Europe/Rome",
        phone: "+390000000",
        streets: &[
            "Via Garibaldi",
            "Viale dei Tigli",
            "Piazza San Nicolò",
            "Corso Umberto I",
        ],
        line: "#, %",
        cities: &[
            ("Forlì", "47121"),
            ("Torino", "10121"),
            ("L'Aquila", "67100"),
            ("Canicattì", "92024"),
        ],
        cultures: &[
            &ITALIAN,
            &ITALIAN,
            &ITALIAN,
            &CHINESE,
            &WEST_AFRICAN,
            &UKRAINIAN,
        ],
        clinic: "Ambulatorio dei Tigli (prova)",
    },
    Country {
        code: "FR",
        language: "fr",
        offset: 1,
        timezone: "Europe/Paris",
        phone: "+336399800",
        streets: &[
            "rue de l'Église",
            "avenue des Tilleuls",
            "allée du Maréchal-Ferrant",
            "quai Saint-Bénigne",
        ],
        line: "% #",
        cities: &[
            ("Besançon", "25000"),
            ("Saint-Étienne", "42000"),
            ("Nîmes", "30000"),
            ("Orléans", "45000"),
        ],
        cultures: &[
            &FRENCH,
            &FRENCH,
            &FRENCH,
            &ARABIC,
            &WEST_AFRICAN,
            &IBERIAN,
            &VIETNAMESE,
        ],
        clinic: "Cabinet médical des Tilleuls (essai)",
    },
    Country {
        code: "BE",
        language: "fr",
        offset: 1,
        timezone: "Europe/Brussels",
        phone: "+320000000",
        streets: &["rue Haute", "place du Marché", "chaussée de Wavre"],
        line: "# %",
        cities: &[("Liège", "4000"), ("Namur", "5000"), ("Ixelles", "1050")],
        cultures: &[&FRENCH, &FRENCH, &TURKISH, &WEST_AFRICAN, &ITALIAN],
        clinic: "Maison médicale du Marché (essai)",
    },
    Country {
        code: "GB",
        language: "en",
        offset: 0,
        timezone: "Europe/London",
        phone: "+4477009000",
        streets: &[
            "Mill Lane",
            "St. Aldate's Row",
            "Heol y Bryn",
            "Victoria Terrace",
        ],
        line: "% #",
        cities: &[
            ("Hebden Bridge", "HX7 8AA"),
            ("Aberystwyth", "SY23 1AA"),
            ("Leicester", "LE1 1AA"),
            ("Inverness", "IV1 1AA"),
        ],
        cultures: &[
            &BRITISH,
            &BRITISH,
            &BRITISH,
            &SOUTH_ASIAN,
            &IRISH,
            &WEST_AFRICAN,
            &POLISH,
        ],
        clinic: "Mill Lane Surgery (test)",
    },
];
