//! Which columns are held to one value, by the equations of a statement.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use sqlparser::ast::{BinaryOperator, Expr, Query, Visit, Visitor};

/// What a query gives: each column's name, and whether it is held.
pub type Columns = Vec<(String, bool)>;
/// What stands in one `FROM`.
pub struct Relation {
    pub alias: String,
    pub table: Option<String>,
    pub columns: Vec<String>,
}

#[derive(Default)]
pub struct Scope {
    pub relations: Vec<Relation>,
    pub held: BTreeSet<(String, String)>,
    /// What is held, and what a row that is found by its id says.
    pub followed: BTreeSet<(String, String)>,
}

/// Queries and columns right inside of something, not those inside of its queries.
#[derive(Default)]
pub struct Inside {
    depth: usize,
    pub queries: Vec<Query>,
    pub columns: Vec<Expr>,
}

impl Visitor for Inside {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        if self.depth == 0 {
            self.queries.push(query.clone());
        }
        self.depth += 1;
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, _query: &Query) -> ControlFlow<()> {
        self.depth -= 1;
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        let column = matches!(expr, Expr::Identifier(_) | Expr::CompoundIdentifier(_));
        if self.depth == 0 && column {
            self.columns.push(expr.clone());
        }
        ControlFlow::Continue(())
    }
}

pub fn inside(what: &impl Visit) -> Inside {
    let mut inside = Inside::default();
    let _ = what.visit(&mut inside);
    inside
}

/// The innermost last.
pub type Scopes<'a> = Vec<&'a Scope>;

pub fn resolve(column: &Expr, scopes: &Scopes<'_>) -> Option<(usize, String, String)> {
    let lower = |ident: &sqlparser::ast::Ident| ident.value.to_lowercase();
    match column {
        Expr::CompoundIdentifier(parts) => {
            let [alias, column] = parts.as_slice() else {
                return None;
            };
            let (alias, column) = (lower(alias), lower(column));
            let at = scopes
                .iter()
                .rposition(|scope| scope.relations.iter().any(|it| it.alias == alias))?;
            Some((at, alias, column))
        }
        Expr::Identifier(column) => {
            let column = lower(column);
            for (at, scope) in scopes.iter().enumerate().rev() {
                let mut relations = scope.relations.iter();
                if let Some(it) = relations.find(|it| it.columns.contains(&column)) {
                    return Some((at, it.alias.clone(), column));
                }
            }
            None
        }
        _ => None,
    }
}

/// Whether `expr` has one value, which comes with the statement.
pub fn is_held(expr: &Expr, scopes: &Scopes<'_>) -> bool {
    let inside = inside(expr);
    inside.queries.is_empty()
        && inside.columns.iter().all(|column| {
            resolve(column, scopes)
                .is_some_and(|(at, alias, column)| scopes[at].held.contains(&(alias, column)))
        })
}

/// Both sides of an equation that must hold.
#[derive(Clone)]
pub struct Equation {
    pub sides: [Expr; 2],
    /// Where it is of an outer join: it says something of this relation only.
    pub of: Option<String>,
}

/// Every equation that must hold where `expr` does.
pub fn equations(expr: &Expr, of: Option<&str>, into: &mut Vec<Equation>) {
    let mut push = |left: &Expr, right: &Expr| {
        into.push(Equation {
            sides: [left.clone(), right.clone()],
            of: of.map(str::to_owned),
        });
    };
    match expr {
        Expr::Nested(inner) => equations(inner, of, into),
        Expr::BinaryOp {
            left,
            op: BinaryOperator::And,
            right,
        } => {
            equations(left, of, into);
            equations(right, of, into);
        }
        Expr::BinaryOp {
            left,
            op: BinaryOperator::Eq,
            right,
        } => match (&**left, &**right) {
            (Expr::Tuple(left), Expr::Tuple(right)) if left.len() == right.len() => {
                left.iter()
                    .zip(right)
                    .for_each(|(left, right)| push(left, right));
            }
            (left, right) => push(left, right),
        },
        _ => {}
    }
}

pub fn derived(scope: &mut Scope, alias: String, columns: &Columns) {
    for (column, held) in columns {
        if *held {
            scope.held.insert((alias.clone(), column.clone()));
        }
    }
    let columns = columns.iter().map(|(name, _)| name.clone()).collect();
    scope.relations.push(Relation {
        alias,
        table: None,
        columns,
    });
}

/// Hold what `equations` hold, until nothing more follows.
pub fn hold(scope: &mut Scope, equations: &[Equation], outer: &Scopes<'_>) {
    loop {
        let mut more = Vec::new();
        let scopes: Scopes<'_> = outer.iter().copied().chain([&*scope]).collect();
        for Equation { sides, of } in equations {
            let [left, right] = sides;
            for (column, value) in [(left, right), (right, left)] {
                let Some((at, alias, name)) = resolve(column, &scopes) else {
                    continue;
                };
                let own = at + 1 == scopes.len() && of.as_ref().is_none_or(|of| *of == alias);
                if own
                    && is_held(value, &scopes)
                    && !scope.held.contains(&(alias.clone(), name.clone()))
                {
                    more.push((alias, name));
                }
            }
        }
        if more.is_empty() {
            return;
        }
        scope.held.extend(more);
    }
}
