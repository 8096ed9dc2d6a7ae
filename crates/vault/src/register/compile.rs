//! From register files to the tables that documents are scanned against, with every mistake on the way.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use base::{Class, ClassSet, Name};
use toml::Spanned;

use super::inside::Automata;
use super::lookup::{Lookup, Member};
use super::model::{Collection, Field, Mask, Pack, Parameter, Retention, Subject};
use super::problem::{BadRegister, Problem};
use super::report::{Report, nearest};
use super::shape::{Form, SHAPES, Shape};
use super::source::{self, FORMAT, File, Named, Text};

/// The packs and collections of `texts`, or every mistake in them.
pub(super) fn compile(texts: &[Text]) -> Result<(Vec<Pack>, Vec<Collection>), BadRegister> {
    let mut problems = Vec::new();
    let mut files = Vec::new();
    for text in texts {
        match toml::from_str::<File>(&text.text) {
            Ok(file) => files.push((text, file)),
            Err(error) => problems.push(Problem {
                file: text.name.clone(),
                line: error.span().map_or(0, |span| text.line(span.start)),
                message: error.message().to_owned(),
                hint: error.message().contains("unknown field").then(|| {
                    "a key that means nothing would protect nothing; mend or remove it".to_owned()
                }),
            }),
        }
    }
    // Which names there are is needed to check references, before any collection is looked at more closely.
    let mut owners: HashMap<&str, (&Text, usize)> = HashMap::new();
    for (text, file) in &files {
        let mut report = Report {
            text,
            problems: &mut problems,
        };
        for (name, _) in &file.collections.0 {
            let line = text.line(name.span().start);
            if let Some((other, at)) = owners.insert(name.as_ref(), (text, line)) {
                let message = format!("the collection `{}` is described twice", name.as_ref());
                report.add(
                    name,
                    message,
                    &format!("the other one is at {}:{at}; rename one", other.name),
                );
            }
        }
    }
    let names: HashSet<&str> = owners.keys().copied().collect();
    let automata = Automata::default();
    let mut packs = Vec::new();
    let mut collections = Vec::new();
    for (text, file) in &files {
        let mut report = Report {
            text,
            problems: &mut problems,
        };
        let pack: Arc<str> = file.pack.as_ref().as_str().into();
        packs.push(Pack {
            name: Arc::clone(&pack),
            title: file.title.clone(),
            about: file.about.clone().unwrap_or_default(),
        });
        if *file.register.as_ref() != FORMAT {
            report.add(
                &file.register,
                "this format is not known".to_owned(),
                &format!("write `register = {FORMAT}`"),
            );
        }
        report.name::<Name>(&file.pack);
        for (name, source) in &file.collections.0 {
            let reader = Reader {
                defaults: &file.defaults,
                patterns: &file.patterns,
                names: &names,
                automata: &automata,
                pack: &pack,
            };
            if let Some(collection) = reader.collection(&mut report, name, source) {
                collections.push(collection);
            }
        }
    }
    if problems.is_empty() {
        return Ok((packs, collections));
    }
    problems.sort_by_key(|problem| {
        texts
            .iter()
            .position(|text| text.name == problem.file)
            .map(|file| (file, problem.line))
    });
    Err(BadRegister { problems })
}

/// Reads the collections of one file.
pub(super) struct Reader<'a> {
    defaults: &'a source::Settings,
    pub patterns: &'a Named<Named<source::Element>>,
    pub names: &'a HashSet<&'a str>,
    pub automata: &'a Automata,
    pack: &'a Arc<str>,
}

impl Reader<'_> {
    fn collection(
        &self,
        report: &mut Report<'_>,
        name: &Spanned<String>,
        source: &source::Collection,
    ) -> Option<Collection> {
        let before = report.problems.len();
        let own = source;
        let defaults = self.defaults;
        let id = report.name::<Name>(name);
        let subject = own.subject.as_ref().or(defaults.subject.as_ref());
        if subject.is_none() {
            report.add(
                name,
                "it is not said whom this collection is about".to_owned(),
                "subject = \"person\" or \"tenant\"",
            );
        }
        let subject = subject.and_then(|word| report.word("subject", word, Subject::WORDS));
        let legal_basis = own.legal_basis.as_ref().or(defaults.legal_basis.as_ref());
        let legal_basis =
            legal_basis.and_then(|word| report.word("legal basis", word, super::LegalBasis::WORDS));
        let health_basis = own.health_basis.as_ref().or(defaults.health_basis.as_ref());
        let health_basis = health_basis
            .and_then(|word| report.word("health basis", word, super::HealthBasis::WORDS));
        let regions = own
            .regions
            .as_ref()
            .or(defaults.regions.as_ref())
            .into_iter()
            .flatten();
        let regions = regions.filter_map(|word| report.name(word)).collect();
        let purposes: Vec<(&str, base::Purpose)> = base::Purpose::ALL
            .iter()
            .map(|purpose| (purpose.as_str(), *purpose))
            .collect();
        let kept_for = own
            .purposes
            .as_ref()
            .or(defaults.purposes.as_ref())
            .into_iter()
            .flatten();
        let kept_for = kept_for
            .filter_map(|word| report.word("purpose", word, &purposes))
            .collect();
        let retention = own.retention.as_ref().or(defaults.retention.as_ref());
        let retention = retention.map_or(Some(Retention::UntilErased), |word| {
            let parsed = word.as_ref().parse().ok();
            if parsed.is_none() {
                let hint = "\"until-erased\", or days, months or years: \"30d\", \"18m\", \"10y\"";
                report.add(
                    word,
                    format!("`{}` is no span of time", word.as_ref()),
                    hint,
                );
            }
            parsed
        });
        let version = own.version.as_ref().or(defaults.version.as_ref());
        let version = version.map_or(Some(1), |number| {
            let version = u32::try_from(*number.as_ref())
                .ok()
                .filter(|version| *version > 0);
            if version.is_none() {
                report.add(number, "a version is a whole number from 1".to_owned(), "");
            }
            version
        });
        let companions = own.companions.or(defaults.companions).unwrap_or(false);
        let mut fields = self.fields(report, name, source, companions);
        // Where a field could not be read, what builds on it could only be blamed for that.
        let whole = fields.len() == source.fields.0.len();
        let elements = if whole {
            self.elements(report, source, &mut fields)
        } else {
            Vec::new()
        };
        let search = if whole {
            self.search(report, source, &fields)
        } else {
            Vec::new()
        };
        let id_field = own.id.as_ref().or(defaults.id.as_ref()).and_then(|word| {
            let known = fields
                .iter()
                .find(|field| field.name.as_str() == word.as_ref().as_str());
            if !known.is_some_and(|field| {
                field.shape.form == Form::Text && !field.list && field.class <= Class::Internal
            }) {
                let message = format!("`{}` cannot hold the record's id", word.as_ref());
                report.add(
                    word,
                    message,
                    "name a text field of class `internal` that is no list",
                );
            }
            known.map(|field| field.name.clone())
        });
        let classes: ClassSet = fields
            .iter()
            .map(|field| field.class)
            .chain(elements.iter().map(|element| element.class))
            .collect();
        if subject == Some(Subject::Person)
            && legal_basis.is_none()
            && classes.iter().any(|class| class > Class::Internal)
        {
            let hint = "legal-basis = \"consent\" or another one of GDPR Art. 6(1)";
            report.add(
                name,
                "it is not said why these data may be kept".to_owned(),
                hint,
            );
        }
        if subject == Some(Subject::Person)
            && health_basis.is_none()
            && classes.contains(Class::Health)
        {
            let hint = "health-basis = \"explicit-consent\" or another one of GDPR Art. 9(2)";
            report.add(
                name,
                "it is not said why these health data may be kept".to_owned(),
                hint,
            );
        }
        if report.problems.len() > before {
            return None;
        }
        Some(Collection {
            name: id?,
            pack: Arc::clone(self.pack),
            title: source.title.clone(),
            about: source.about.clone(),
            subject: subject?,
            version: version?,
            regions,
            legal_basis,
            health_basis,
            purposes: kept_for,
            retention: retention?,
            id: id_field,
            companions,
            elements,
            searched: searched(&search, fields.len()),
            search,
            classes,
            lookup: lookup(&fields, companions),
            required: fields
                .iter()
                .enumerate()
                .filter(|(_, field)| field.required)
                .map(|(at, _)| at)
                .collect(),
            fields,
        })
    }

    fn fields(
        &self,
        report: &mut Report<'_>,
        name: &Spanned<String>,
        source: &source::Collection,
        companions: bool,
    ) -> Vec<Field> {
        if source.fields.0.is_empty() {
            report.add(
                name,
                "a collection without fields holds nothing".to_owned(),
                "add [collections.NAME.fields]",
            );
        }
        let fields = source.fields.0.iter();
        fields
            .filter_map(|(name, field)| self.field(report, name, field, companions))
            .collect()
    }

    fn field(
        &self,
        report: &mut Report<'_>,
        name: &Spanned<String>,
        source: &source::Field,
        companions: bool,
    ) -> Option<Field> {
        let id = report.name::<Name>(name);
        if companions && name.as_ref().starts_with('_') {
            report.add(
                name,
                "a companion needs no entry of its own".to_owned(),
                "remove it: it goes with its field",
            );
        }
        let class = report.class(&source.class);
        let written = source.shape.as_ref().as_str();
        let (list, written) = written
            .strip_prefix("list of ")
            .map_or((false, written), |item| (true, item));
        let shape = Shape::named(written);
        if shape.is_none() {
            let names: Vec<&str> = SHAPES.iter().map(|shape| shape.name).collect();
            let hint = nearest(written, &names).map_or_else(
                || "docs/concepts/register.md lists the types".to_owned(),
                |near| format!("did you mean `{near}`?"),
            );
            report.add(&source.shape, format!("`{written}` is not a type"), &hint);
        }
        let mask = source.mask.as_ref().map_or(Some(Mask::Absent), |word| {
            let mask = report.word("mask", word, Mask::WORDS)?;
            if shape.is_some_and(|shape| !fits(mask, shape.form)) {
                let message = format!(
                    "the mask `{}` does not fit the type `{written}`",
                    word.as_ref()
                );
                report.add(
                    word,
                    message,
                    "a mask leaves a value of the same type; `absent` always fits",
                );
            }
            Some(mask)
        });
        let max = source.max.as_ref().and_then(|max| {
            let value = usize::try_from(*max.as_ref())
                .ok()
                .filter(|value| *value > 0);
            if value.is_none() || !shape.is_some_and(|shape| shape.form.is_text()) {
                report.add(
                    max,
                    "`max` is the most characters of a text, at least 1".to_owned(),
                    "",
                );
            }
            value
        });
        if let Some(values) = &source.values
            && (values.as_ref().is_empty() || !shape.is_some_and(|shape| shape.form == Form::Text))
        {
            report.add(
                values,
                "`values` lists the texts that a text or code may be".to_owned(),
                "",
            );
        }
        Some(Field {
            name: id?,
            class: class?,
            shape: shape?,
            list,
            required: source.required,
            max,
            mask: mask?,
            values: source
                .values
                .as_ref()
                .map(|values| values.as_ref().clone())
                .unwrap_or_default(),
            about: source.about.clone(),
            lifts: None,
        })
    }
}

/// For each of `fields` fields, which paths of which parameters begin with it.
fn searched(search: &[Parameter], fields: usize) -> Vec<Vec<(usize, usize)>> {
    let mut searched = vec![Vec::new(); fields];
    for (parameter, known) in search.iter().enumerate() {
        for (path, step) in known.paths.iter().enumerate() {
            if let Some(list) = searched.get_mut(step.field) {
                list.push((parameter, path));
            }
        }
    }
    searched
}

/// The table from names to fields.
fn lookup(fields: &[Field], companions: bool) -> Lookup {
    let mut names = Vec::with_capacity(fields.len() * 2);
    for (field, known) in fields.iter().enumerate() {
        names.push((
            known.name.as_str().to_owned(),
            Member {
                field,
                companion: false,
            },
        ));
        if companions && known.shape.primitive {
            names.push((
                format!("_{}", known.name),
                Member {
                    field,
                    companion: true,
                },
            ));
        }
    }
    Lookup::new(names)
}

/// Whether what `mask` leaves is still of the form.
const fn fits(mask: Mask, form: Form) -> bool {
    match mask {
        Mask::Absent => true,
        Mask::Stars | Mask::LastFour | Mask::Initial => matches!(form, Form::Text),
        Mask::Year => matches!(form, Form::Date | Form::DateTime),
    }
}
