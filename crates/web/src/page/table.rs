//! A page that is a list: a table where there is room, a short list for each row where there is not.

use askama::Template;
use http::StatusCode;

use super::{Frame, Place, Shown, show};
use crate::{Answer, Problem};

/// What stands in one cell.
#[derive(Clone, Debug)]
pub enum Cell {
    /// A text.
    Text(String),
    /// A text that leads on.
    Link(Place),
    /// A state: its mark (`kept`, `stale`, `broken`, `unproven`, `intent`) and its word.
    State(&'static str, String),
}

/// What can be done with a row.
#[derive(Clone, Debug)]
pub struct Act {
    /// Where it goes.
    pub href: String,
    /// A verb.
    pub name: String,
    /// A link looks; a button changes something at once.
    pub changes: bool,
    /// It takes something away.
    pub destroys: bool,
    /// What goes along.
    pub fields: Vec<(&'static str, String)>,
}

impl Act {
    /// A link to a page.
    #[must_use]
    pub fn look(href: impl Into<String>, name: String) -> Self {
        Self {
            href: href.into(),
            name,
            changes: false,
            destroys: false,
            fields: Vec::new(),
        }
    }

    /// A button that changes something.
    #[must_use]
    pub fn change(href: impl Into<String>, name: String) -> Self {
        Self {
            changes: true,
            ..Self::look(href, name)
        }
    }

    /// A button that takes something away.
    #[must_use]
    pub fn destroy(href: impl Into<String>, name: String) -> Self {
        Self {
            destroys: true,
            ..Self::change(href, name)
        }
    }

    /// With a value that goes along.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.fields.push((name, value.into()));
        self
    }
}

/// One row.
#[derive(Clone, Debug)]
pub struct Row {
    /// What it is about, for who hears the actions without seeing the row.
    pub name: String,
    /// As many as there are columns.
    pub cells: Vec<Cell>,
    /// What can be done.
    pub acts: Vec<Act>,
}

/// A page with a table.
#[derive(Template)]
#[template(path = "table.html")]
pub struct TablePage {
    page: Frame,
    title: String,
    lead: Vec<String>,
    facts: Vec<(String, Vec<String>)>,
    caption: String,
    columns: Vec<String>,
    rows: Vec<Row>,
    empty: String,
    buttons: Vec<Act>,
    also: Vec<Place>,
}

impl TablePage {
    /// A table with these columns; `empty` says what will be here and how it comes.
    #[must_use]
    pub fn new(page: Frame, title: String, columns: Vec<String>, empty: String) -> Self {
        Self {
            page,
            caption: title.clone(),
            title,
            lead: Vec::new(),
            facts: Vec::new(),
            columns,
            rows: Vec::new(),
            empty,
            buttons: Vec::new(),
            also: Vec::new(),
        }
    }

    /// With a sentence above it.
    #[must_use]
    pub fn lead(mut self, sentence: String) -> Self {
        self.lead.push(sentence);
        self
    }

    /// With a fact above it: what it is called, and what it is.
    #[must_use]
    pub fn fact(mut self, name: String, what: String) -> Self {
        self.facts.push((name, vec![what]));
        self
    }

    /// With several of them under one name.
    #[must_use]
    pub fn facts(mut self, name: String, what: Vec<String>) -> Self {
        self.facts.push((name, what));
        self
    }

    /// The table is called something else than the page.
    #[must_use]
    pub fn caption(mut self, caption: String) -> Self {
        self.caption = caption;
        self
    }

    /// With a row.
    #[must_use]
    pub fn row(mut self, row: Row) -> Self {
        self.rows.push(row);
        self
    }

    /// With what can be done here.
    #[must_use]
    pub fn button(mut self, act: Act) -> Self {
        self.buttons.push(act);
        self
    }

    /// With a way to go.
    #[must_use]
    pub fn also(mut self, href: impl Into<String>, name: String) -> Self {
        self.also.push(Place::new(href, name));
        self
    }

    fn cells_of<'a>(&'a self, row: &'a Row) -> impl Iterator<Item = (&'a String, &'a Cell)> {
        self.columns.iter().zip(&row.cells)
    }

    fn acts(&self) -> bool {
        self.rows.iter().any(|row| !row.acts.is_empty())
    }

    /// The page.
    ///
    /// # Errors
    /// 500: our own mistake.
    pub fn answer(&self) -> Result<Answer, Problem> {
        show(StatusCode::OK, self, Shown::Plain)
    }
}
