//! The shell around every page: whose it is, what was just done, where one can go from here, and the choice of language.

use crate::Lang;
use crate::words::Tongue;

/// A place to go.
#[derive(Clone, Debug)]
pub struct Place {
    /// Its path.
    pub href: String,
    /// What it is called.
    pub name: String,
    /// Whether this is it.
    pub here: bool,
}

impl Place {
    /// A place that is not this one.
    #[must_use]
    pub fn new(href: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            href: href.into(),
            name: name.into(),
            here: false,
        }
    }
}

/// What a page's template needs for its shell. Templates take it as `page`.
pub struct Frame {
    /// The words.
    pub t: Tongue,
    /// Whose pages they are.
    pub site: String,
    /// This page's path.
    pub path: String,
    /// What its forms carry.
    pub token: String,
    /// What was just done.
    pub notice: Option<String>,
    /// What holds for every page just now.
    pub banner: Option<String>,
    /// Links at the top.
    pub menu: Vec<Place>,
    /// Whether there is a button to sign out.
    pub signed_in: bool,
    /// The list on the left, of the console.
    pub places: Vec<Place>,
    /// Whether the form on it was sent with mistakes in it.
    pub mistaken: bool,
}

impl Frame {
    pub(crate) const fn bare(t: Tongue, site: String, path: String, token: String) -> Self {
        Self {
            t,
            site,
            path,
            token,
            notice: None,
            banner: None,
            menu: Vec::new(),
            signed_in: false,
            places: Vec::new(),
            mistaken: false,
        }
    }

    pub(crate) fn new(
        t: Tongue,
        site: &str,
        path: &str,
        token: String,
        notice: Option<String>,
    ) -> Self {
        Self {
            notice,
            ..Self::bare(t, site.to_owned(), path.to_owned(), token)
        }
    }

    /// The page of somebody who is signed in, with links at the top.
    #[must_use]
    pub fn signed_in(mut self, menu: Vec<Place>) -> Self {
        self.menu = menu;
        self.signed_in = true;
        self
    }

    /// With what holds for every page just now, if anything does.
    #[must_use]
    pub fn banner(mut self, banner: Option<String>) -> Self {
        self.banner = banner;
        self
    }

    /// A page of the console: a list of places beside it.
    #[must_use]
    pub fn console(mut self, places: Vec<Place>) -> Self {
        self.places = places;
        self
    }

    /// The five languages, and whether each is this page's.
    #[must_use]
    pub fn languages(&self) -> [(&'static str, &'static str, bool); 5] {
        Lang::ALL.map(|lang| (lang.code(), lang.name(), lang == self.t.lang()))
    }
}
