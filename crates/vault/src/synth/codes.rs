//! The medical words of the made-up people: a few dozen codes of public code systems, with their text in five languages.

/// `sv`, `de`, `it`, `fr`, `en`, in this order.
pub(super) type Words = [&'static str; 5];

/// The words in `language`, English where it is none of the five.
pub(super) fn word(words: &Words, language: &str) -> &'static str {
    let [sv, de, it, fr, en] = *words;
    match language {
        "sv" => sv,
        "de" => de,
        "it" => it,
        "fr" => fr,
        _ => en,
    }
}

/// A diagnosis, and what is given for it.
pub(super) struct Illness {
    /// SNOMED CT.
    pub(super) code: &'static str,
    pub(super) display: &'static str,
    pub(super) text: Words,
    pub(super) ages: (i64, i64),
    /// Only women have it.
    pub(super) women: bool,
    /// (ATC code, display, dose text) of the medicine.
    pub(super) medicine: Option<(&'static str, &'static str, Words)>,
}

const MORNING: Words = [
    "1 tablett varje morgon",
    "1 Tablette jeden Morgen",
    "1 compressa ogni mattina",
    "1 comprimé chaque matin",
    "1 tablet every morning",
];
const NEEDED: Words = [
    "vid behov, högst 3 gånger om dagen",
    "bei Bedarf, höchstens dreimal täglich",
    "al bisogno, al massimo 3 volte al giorno",
    "si besoin, au plus 3 fois par jour",
    "when needed, at most 3 times a day",
];
const EVENING: Words = [
    "1 tablett till kvällen",
    "1 Tablette am Abend",
    "1 compressa la sera",
    "1 comprimé le soir",
    "1 tablet in the evening",
];

pub(super) static ILLNESSES: [Illness; 14] = [
    Illness {
        code: "37796009",
        display: "Migraine (disorder)",
        text: ["Migrän", "Migräne", "Emicrania", "Migraine", "Migraine"],
        ages: (12, 70),
        women: false,
        medicine: Some(("N02CC01", "sumatriptan", NEEDED)),
    },
    Illness {
        code: "195967001",
        display: "Asthma (disorder)",
        text: ["Astma", "Asthma", "Asma", "Asthme", "Asthma"],
        ages: (4, 90),
        women: false,
        medicine: Some(("R03AC02", "salbutamol", NEEDED)),
    },
    Illness {
        code: "59621000",
        display: "Essential hypertension (disorder)",
        text: [
            "Högt blodtryck",
            "Bluthochdruck",
            "Pressione alta",
            "Hypertension artérielle",
            "High blood pressure",
        ],
        ages: (40, 95),
        women: false,
        medicine: Some(("C09AA05", "ramipril", MORNING)),
    },
    Illness {
        code: "87522002",
        display: "Iron deficiency anemia (disorder)",
        text: [
            "Järnbristanemi",
            "Eisenmangelanämie",
            "Anemia da carenza di ferro",
            "Anémie ferriprive",
            "Iron deficiency anaemia",
        ],
        ages: (12, 55),
        women: true,
        medicine: Some(("B03AA07", "ferrous sulfate", EVENING)),
    },
    Illness {
        code: "40930008",
        display: "Hypothyroidism (disorder)",
        text: [
            "Underfunktion i sköldkörteln",
            "Schilddrüsenunterfunktion",
            "Ipotiroidismo",
            "Hypothyroïdie",
            "Underactive thyroid",
        ],
        ages: (20, 90),
        women: false,
        medicine: Some(("H03AA01", "levothyroxine sodium", MORNING)),
    },
    Illness {
        code: "129103003",
        display: "Endometriosis (clinical)",
        text: [
            "Endometrios",
            "Endometriose",
            "Endometriosi",
            "Endométriose",
            "Endometriosis",
        ],
        ages: (16, 50),
        women: true,
        medicine: Some(("M01AE02", "naproxen", NEEDED)),
    },
    Illness {
        code: "266599000",
        display: "Dysmenorrhea (disorder)",
        text: [
            "Mensvärk",
            "Regelschmerzen",
            "Dolori mestruali",
            "Règles douloureuses",
            "Period pain",
        ],
        ages: (12, 45),
        women: true,
        medicine: Some(("M01AE01", "ibuprofen", NEEDED)),
    },
    Illness {
        code: "44054006",
        display: "Diabetes mellitus type 2 (disorder)",
        text: [
            "Typ 2-diabetes",
            "Typ-2-Diabetes",
            "Diabete di tipo 2",
            "Diabète de type 2",
            "Type 2 diabetes",
        ],
        ages: (35, 90),
        women: false,
        medicine: Some(("A10BA02", "metformin", EVENING)),
    },
    Illness {
        code: "367498001",
        display: "Seasonal allergic rhinitis (disorder)",
        text: [
            "Pollenallergi",
            "Heuschnupfen",
            "Rinite allergica stagionale",
            "Rhume des foins",
            "Hay fever",
        ],
        ages: (6, 70),
        women: false,
        medicine: Some(("R06AE07", "cetirizine", EVENING)),
    },
    Illness {
        code: "35489007",
        display: "Depressive disorder (disorder)",
        text: [
            "Depression",
            "Depression",
            "Depressione",
            "Dépression",
            "Depression",
        ],
        ages: (16, 85),
        women: false,
        medicine: Some(("N06AB06", "sertraline", MORNING)),
    },
    Illness {
        code: "193462001",
        display: "Insomnia (disorder)",
        text: [
            "Sömnsvårigheter",
            "Schlafstörung",
            "Insonnia",
            "Insomnie",
            "Insomnia",
        ],
        ages: (18, 95),
        women: false,
        medicine: None,
    },
    Illness {
        code: "279039007",
        display: "Low back pain (finding)",
        text: [
            "Ont i ländryggen",
            "Kreuzschmerzen",
            "Mal di schiena",
            "Lombalgie",
            "Low back pain",
        ],
        ages: (18, 90),
        women: false,
        medicine: None,
    },
    Illness {
        code: "10509002",
        display: "Acute bronchitis (disorder)",
        text: [
            "Akut luftrörskatarr",
            "Akute Bronchitis",
            "Bronchite acuta",
            "Bronchite aiguë",
            "Acute bronchitis",
        ],
        ages: (3, 95),
        women: false,
        medicine: None,
    },
    Illness {
        code: "21897009",
        display: "Generalized anxiety disorder (disorder)",
        text: [
            "Generaliserat ångestsyndrom",
            "Generalisierte Angststörung",
            "Disturbo d’ansia generalizzato",
            "Trouble anxieux généralisé",
            "Generalised anxiety disorder",
        ],
        ages: (16, 80),
        women: false,
        medicine: None,
    },
];

/// SNOMED CT code, display, text, and the reaction's code, display.
pub(super) struct Allergy {
    pub(super) code: &'static str,
    pub(super) display: &'static str,
    pub(super) text: Words,
    pub(super) category: &'static str,
}

pub(super) static ALLERGIES: [Allergy; 5] = [
    Allergy {
        code: "91936005",
        display: "Allergy to penicillin (finding)",
        text: [
            "Penicillinallergi",
            "Penicillinallergie",
            "Allergia alla penicillina",
            "Allergie à la pénicilline",
            "Penicillin allergy",
        ],
        category: "medication",
    },
    Allergy {
        code: "91935009",
        display: "Allergy to peanut (finding)",
        text: [
            "Jordnötsallergi",
            "Erdnussallergie",
            "Allergia alle arachidi",
            "Allergie à l’arachide",
            "Peanut allergy",
        ],
        category: "food",
    },
    Allergy {
        code: "300916003",
        display: "Latex allergy (finding)",
        text: [
            "Latexallergi",
            "Latexallergie",
            "Allergia al lattice",
            "Allergie au latex",
            "Latex allergy",
        ],
        category: "environment",
    },
    Allergy {
        code: "232350006",
        display: "Allergy to dust mite (finding)",
        text: [
            "Kvalsterallergi",
            "Hausstauballergie",
            "Allergia agli acari",
            "Allergie aux acariens",
            "House dust mite allergy",
        ],
        category: "environment",
    },
    Allergy {
        code: "716186003",
        display: "No known allergy (situation)",
        text: [
            "Ingen känd allergi",
            "Keine Allergie bekannt",
            "Nessuna allergia nota",
            "Aucune allergie connue",
            "No known allergy",
        ],
        category: "",
    },
];

/// CVX code, display.
pub(super) static VACCINES: [(&str, &str); 5] = [
    ("140", "Influenza, seasonal, injectable, preservative free"),
    (
        "115",
        "tetanus toxoid, reduced diphtheria toxoid, and acellular pertussis vaccine, adsorbed",
    ),
    ("208", "COVID-19, mRNA, LNP-S, PF, 30 mcg/0.3 mL dose"),
    ("165", "Human Papillomavirus 9-valent vaccine"),
    ("03", "measles, mumps and rubella virus vaccine"),
];

/// One measured quantity: LOINC, UCUM, and where its values lie, in units of its last decimal place.
pub(super) struct Quantity {
    pub(super) code: &'static str,
    pub(super) display: &'static str,
    pub(super) unit: &'static str,
    pub(super) ucum: &'static str,
    pub(super) mean: i64,
    pub(super) deviation: i64,
    pub(super) places: usize,
}

const fn quantity(
    code: &'static str,
    display: &'static str,
    unit: &'static str,
    ucum: &'static str,
    (mean, deviation, places): (i64, i64, usize),
) -> Quantity {
    Quantity {
        code,
        display,
        unit,
        ucum,
        mean,
        deviation,
        places,
    }
}

pub(super) static HEART_RATE: Quantity =
    quantity("8867-4", "Heart rate", "/min", "/min", (72, 9, 0));
pub(super) static SYSTOLIC: Quantity = quantity(
    "8480-6",
    "Systolic blood pressure",
    "mmHg",
    "mm[Hg]",
    (121, 11, 0),
);
pub(super) static DIASTOLIC: Quantity = quantity(
    "8462-4",
    "Diastolic blood pressure",
    "mmHg",
    "mm[Hg]",
    (77, 7, 0),
);
pub(super) static TEMPERATURE: Quantity =
    quantity("8310-5", "Body temperature", "Cel", "Cel", (367, 3, 1));
pub(super) static SATURATION: Quantity = quantity(
    "2708-6",
    "Oxygen saturation in Arterial blood",
    "%",
    "%",
    (975, 8, 1),
);
pub(super) static WEIGHT: Quantity = quantity("29463-7", "Body weight", "kg", "kg", (700, 110, 1));
pub(super) static HEIGHT: Quantity = quantity("8302-2", "Body height", "cm", "cm", (1700, 75, 1));
pub(super) static BODY_MASS_INDEX: Quantity = quantity(
    "39156-5",
    "Body mass index (BMI) [Ratio]",
    "kg/m2",
    "kg/m2",
    (240, 30, 1),
);

pub(super) static LABORATORY: [Quantity; 12] = [
    quantity(
        "718-7",
        "Hemoglobin [Mass/volume] in Blood",
        "g/dL",
        "g/dL",
        (137, 11, 1),
    ),
    quantity(
        "2276-4",
        "Ferritin [Mass/volume] in Serum or Plasma",
        "ng/mL",
        "ng/mL",
        (62, 14, 0),
    ),
    quantity(
        "3016-3",
        "Thyrotropin [Units/volume] in Serum or Plasma",
        "mIU/L",
        "m[IU]/L",
        (210, 32, 2),
    ),
    quantity(
        "4548-4",
        "Hemoglobin A1c/Hemoglobin.total in Blood",
        "%",
        "%",
        (54, 4, 1),
    ),
    quantity(
        "2093-3",
        "Cholesterol [Mass/volume] in Serum or Plasma",
        "mg/dL",
        "mg/dL",
        (188, 24, 0),
    ),
    quantity(
        "2085-9",
        "Cholesterol in HDL [Mass/volume] in Serum or Plasma",
        "mg/dL",
        "mg/dL",
        (56, 7, 0),
    ),
    quantity(
        "2571-8",
        "Triglyceride [Mass/volume] in Serum or Plasma",
        "mg/dL",
        "mg/dL",
        (118, 17, 0),
    ),
    quantity(
        "2160-0",
        "Creatinine [Mass/volume] in Serum or Plasma",
        "mg/dL",
        "mg/dL",
        (86, 9, 2),
    ),
    quantity(
        "2345-7",
        "Glucose [Mass/volume] in Serum or Plasma",
        "mg/dL",
        "mg/dL",
        (91, 8, 0),
    ),
    quantity(
        "1989-3",
        "25-hydroxyvitamin D3 [Mass/volume] in Serum or Plasma",
        "ng/mL",
        "ng/mL",
        (27, 4, 0),
    ),
    quantity(
        "6690-2",
        "Leukocytes [#/volume] in Blood by Automated count",
        "10*3/uL",
        "10*3/uL",
        (66, 9, 1),
    ),
    quantity(
        "777-3",
        "Platelets [#/volume] in Blood by Automated count",
        "10*3/uL",
        "10*3/uL",
        (258, 33, 0),
    ),
];

/// SNOMED CT code, display, text: whether somebody smokes (LOINC 72166-2).
pub(super) static SMOKING: [(&str, &str, Words); 3] = [
    (
        "266919005",
        "Never smoked tobacco (finding)",
        [
            "Har aldrig rökt",
            "Hat nie geraucht",
            "Non ha mai fumato",
            "N’a jamais fumé",
            "Never smoked",
        ],
    ),
    (
        "8517006",
        "Ex-smoker (finding)",
        [
            "Har slutat röka",
            "Raucht nicht mehr",
            "Ex fumatore",
            "Ancien fumeur",
            "Former smoker",
        ],
    ),
    (
        "77176002",
        "Smoker (finding)",
        ["Röker", "Raucht", "Fuma", "Fume", "Smokes"],
    ),
];

/// What a visit was about.
pub(super) static VISITS: [(&str, &str, Words); 4] = [
    (
        "185349003",
        "Encounter for check up (procedure)",
        [
            "Hälsokontroll",
            "Vorsorgeuntersuchung",
            "Visita di controllo",
            "Bilan de santé",
            "Health check",
        ],
    ),
    (
        "185347001",
        "Encounter for problem (procedure)",
        [
            "Besök för besvär",
            "Besuch wegen Beschwerden",
            "Visita per disturbi",
            "Consultation pour un problème",
            "Visit for a problem",
        ],
    ),
    (
        "390906007",
        "Follow-up encounter (procedure)",
        [
            "Återbesök",
            "Kontrolltermin",
            "Visita di follow-up",
            "Visite de suivi",
            "Follow-up visit",
        ],
    ),
    (
        "448337001",
        "Telemedicine consultation with patient (procedure)",
        [
            "Videobesök",
            "Videosprechstunde",
            "Televisita",
            "Téléconsultation",
            "Video consultation",
        ],
    ),
];
