//! Where a statement goes in a database that is distributed: by which columns of each table it is held to one value.
//!
//! A column is held where it equals a value that comes with the statement, or a column that is held. What is held by a list, a
//! comparison or one side of an `OR` is not: a router does not look so far either.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sqlparser::ast::{
    Cte, Delete, Expr, FromTable, Insert, JoinConstraint, JoinOperator, Query, Select, SelectItem,
    SetExpr, Statement, TableFactor, TableObject, TableWithJoins, Update, UpdateTableFromKind,
    Visit,
};
use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::parser::Parser;
use sqlparser::tokenizer::{Token, Tokenizer};

use super::held::{
    Columns, Equation, Relation, Scope, Scopes, derived, equations, hold, inside, is_held,
};

/// By what the rows of a table are distributed: the beginning of its primary key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    /// By tenant and person.
    Person,
    /// By tenant.
    Tenant,
    /// By a random id or a digest, by which alone it is found.
    Id(String),
    /// Not at all: some rows of the installation, copied to every node.
    Copied,
}

/// A table: its columns, and by what it is distributed.
#[derive(Clone, Debug)]
pub struct Table {
    pub columns: Vec<String>,
    pub key: Key,
}

pub type Tables = BTreeMap<String, Table>;

/// How many shards a reference to a table may reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// A few, one after the other: a row that is found by its id says where the next one is.
    Chain,
    /// Those of one tenant.
    Tenant,
    /// All of them.
    Everywhere,
}

impl Reach {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Chain => "chain",
            Self::Tenant => "tenant",
            Self::Everywhere => "everywhere",
        }
    }
}

/// The tables that `text` reaches beyond one shard; empty, if it goes to one shard at a time.
pub fn crossings(text: &str, tables: &Tables) -> BTreeSet<(String, Reach)> {
    let dialect = PostgreSqlDialect {};
    let parsed = Parser::parse_sql(&dialect, text);
    let parsed = parsed.unwrap_or_else(|error| panic!("{error}: {text}"));
    let mut finder = Finder {
        tables,
        found: BTreeSet::new(),
        selects: 0,
    };
    for statement in &parsed {
        finder.statement(statement, &Named::new());
    }
    // No part of it may be overlooked.
    let words = Tokenizer::new(&dialect, text).tokenize().unwrap();
    let is_select =
        |it: &&Token| matches!(it, Token::Word(word) if word.value.eq_ignore_ascii_case("select"));
    let written = words.iter().filter(is_select).count();
    assert_eq!(finder.selects, written, "not all of it was read: {text}");
    finder.found
}

/// Queries by name.
type Named = HashMap<String, Columns>;

struct Finder<'a> {
    tables: &'a Tables,
    found: BTreeSet<(String, Reach)>,
    selects: usize,
}

impl Finder<'_> {
    fn statement(&mut self, statement: &Statement, named: &Named) {
        match statement {
            Statement::Query(query) => {
                self.query(query, named, &vec![]);
            }
            Statement::Insert(insert) => self.insert(insert, named),
            Statement::Update(update) => self.update(update, named),
            Statement::Delete(delete) => self.delete(delete, named),
            other => panic!("a statement of another kind: {other}"),
        }
    }

    fn query(&mut self, query: &Query, named: &Named, outer: &Scopes<'_>) -> Columns {
        let mut named = named.clone();
        for cte in query.with.iter().flat_map(|with| &with.cte_tables) {
            let columns = self.cte(cte, &named, outer);
            named.insert(cte.alias.name.value.to_lowercase(), columns);
        }
        let columns = self.body(&query.body, &named, outer);
        if let Some(order_by) = &query.order_by {
            assert!(inside(order_by).queries.is_empty(), "{query}");
        }
        if let Some(limit) = &query.limit_clause {
            assert!(inside(limit).queries.is_empty(), "{query}");
        }
        columns
    }

    fn cte(&mut self, cte: &Cte, named: &Named, outer: &Scopes<'_>) -> Columns {
        let rename = |mut columns: Columns| {
            for (column, name) in columns.iter_mut().zip(&cte.alias.columns) {
                column.0 = name.name.value.to_lowercase();
            }
            columns
        };
        let SetExpr::SetOperation { left, right, .. } = &*cte.query.body else {
            return rename(self.query(&cte.query, named, outer));
        };
        // One that may refer to itself: what its beginning holds, and each step hands on as it is.
        let mut columns = rename(self.body(left, named, outer));
        let mut own = named.clone();
        own.insert(cte.alias.name.value.to_lowercase(), columns.clone());
        self.body(right, &own, outer);
        let steps = match &**right {
            SetExpr::Select(select) => select.projection.as_slice(),
            _ => &[],
        };
        for (at, column) in columns.iter_mut().enumerate() {
            let same = |it: &SelectItem| it.to_string().to_lowercase() == column.0;
            column.1 &= steps.get(at).is_some_and(same);
        }
        columns
    }

    fn body(&mut self, body: &SetExpr, named: &Named, outer: &Scopes<'_>) -> Columns {
        match body {
            SetExpr::Select(select) => self.select(select, named, outer),
            SetExpr::Query(query) => self.query(query, named, outer),
            // Several rows have several values, even where each comes with the statement.
            SetExpr::SetOperation { left, right, .. } => {
                let mut columns = self.body(left, named, outer);
                self.body(right, named, outer);
                columns.iter_mut().for_each(|column| column.1 = false);
                columns
            }
            SetExpr::Values(values) => {
                self.within(values, named, outer);
                let alone = values.rows.len() == 1;
                let first = values.rows.first().into_iter();
                first
                    .flat_map(|row| &row.content)
                    .map(|it| (String::new(), alone && is_held(it, outer)))
                    .collect()
            }
            SetExpr::Insert(it) | SetExpr::Update(it) | SetExpr::Delete(it) => {
                self.statement(it, named);
                Columns::new()
            }
            other => panic!("a query of another kind: {other}"),
        }
    }

    fn select(&mut self, select: &Select, named: &Named, outer: &Scopes<'_>) -> Columns {
        self.selects += 1;
        let mut conditions: Vec<&Expr> = select.selection.iter().collect();
        let scope = self.scope(&select.from, &mut conditions, named, outer);
        let scopes: Scopes<'_> = outer.iter().copied().chain([&scope]).collect();
        self.within(&select.projection, named, &scopes);
        self.within(&select.having, named, &scopes);
        for condition in conditions {
            self.within(condition, named, &scopes);
        }
        let mut columns = Columns::new();
        for item in &select.projection {
            match item {
                SelectItem::UnnamedExpr(expr) => {
                    let name = match expr {
                        Expr::Identifier(name) => name.value.to_lowercase(),
                        Expr::CompoundIdentifier(parts) => {
                            parts.last().unwrap().value.to_lowercase()
                        }
                        _ => String::new(),
                    };
                    columns.push((name, is_held(expr, &scopes)));
                }
                SelectItem::ExprWithAlias { expr, alias } => {
                    columns.push((alias.value.to_lowercase(), is_held(expr, &scopes)));
                }
                _ => {
                    for relation in &scope.relations {
                        for column in &relation.columns {
                            let at = (relation.alias.clone(), column.clone());
                            columns.push((column.clone(), scope.held.contains(&at)));
                        }
                    }
                }
            }
        }
        columns
    }

    /// What stands in `from`, what is held of it, and where that does not suffice.
    fn scope<'q>(
        &mut self,
        from: &'q [TableWithJoins],
        conditions: &mut Vec<&'q Expr>,
        named: &Named,
        outer: &Scopes<'_>,
    ) -> Scope {
        let mut scope = Scope::default();
        let mut all = Vec::new();
        conditions
            .iter()
            .for_each(|it| equations(it, None, &mut all));
        for whole in from {
            self.relation(&whole.relation, &mut scope, &all, named, outer);
            for join in &whole.joins {
                let alias = alias_of(&join.relation);
                let (constraint, of) = match &join.join_operator {
                    JoinOperator::Join(it)
                    | JoinOperator::Inner(it)
                    | JoinOperator::CrossJoin(it) => (it, None),
                    JoinOperator::Left(it) | JoinOperator::LeftOuter(it) => {
                        (it, Some(alias.as_str()))
                    }
                    other => panic!("a join of another kind: {other:?}"),
                };
                match constraint {
                    JoinConstraint::On(on) => {
                        equations(on, of, &mut all);
                        conditions.push(on);
                    }
                    JoinConstraint::None => {}
                    other => panic!("a join by {other:?}"),
                }
                self.relation(&join.relation, &mut scope, &all, named, outer);
            }
        }
        hold(&mut scope, &all, outer);
        self.follow(&mut scope, &all, outer);
        for relation in &scope.relations {
            self.judge(relation, &scope);
        }
        scope
    }

    fn relation(
        &mut self,
        factor: &TableFactor,
        scope: &mut Scope,
        equations: &[Equation],
        named: &Named,
        outer: &Scopes<'_>,
    ) {
        match factor {
            TableFactor::Table {
                name, alias, args, ..
            } => {
                let name = name.to_string().to_lowercase();
                let alias = alias.as_ref();
                let alias = alias.map_or_else(|| name.clone(), |it| it.name.value.to_lowercase());
                // A function, or what the engine says of itself.
                if args.is_some() || name.starts_with("pg_") {
                    let columns = Vec::new();
                    scope.relations.push(Relation {
                        alias,
                        table: None,
                        columns,
                    });
                } else if let Some(columns) = named.get(&name) {
                    derived(scope, alias, columns);
                } else {
                    let table = self.tables.get(&name);
                    let table = table.unwrap_or_else(|| panic!("there is no table {name}"));
                    let (columns, table) = (table.columns.clone(), Some(name));
                    scope.relations.push(Relation {
                        alias,
                        table,
                        columns,
                    });
                }
            }
            TableFactor::Derived {
                lateral,
                subquery,
                alias,
                ..
            } => {
                // A lateral one sees what stands before it.
                hold(scope, equations, outer);
                let columns = if *lateral {
                    let scopes = outer.iter().copied().chain([&*scope]).collect();
                    self.query(subquery, named, &scopes)
                } else {
                    self.query(subquery, named, outer)
                };
                let alias = alias.as_ref().map(|it| it.name.value.to_lowercase());
                derived(scope, alias.unwrap_or_default(), &columns);
            }
            other => panic!("a table of another kind: {other}"),
        }
    }

    /// Queries inside of an expression, or of many.
    fn within(&mut self, what: &impl Visit, named: &Named, scopes: &Scopes<'_>) {
        for query in inside(what).queries {
            self.query(&query, named, scopes);
        }
    }

    /// Go on from rows that are found by their id to those that they name.
    fn follow(&self, scope: &mut Scope, equations: &[Equation], outer: &Scopes<'_>) {
        let mut known = Scope {
            held: scope.held.clone(),
            ..Scope::default()
        };
        std::mem::swap(&mut known.relations, &mut scope.relations);
        loop {
            let before = known.held.len();
            for relation in &known.relations {
                let Some(name) = &relation.table else {
                    continue;
                };
                if let Key::Id(id) = &self.tables[name].key
                    && known.held.contains(&(relation.alias.clone(), id.clone()))
                {
                    let columns = relation.columns.iter();
                    let all = columns.map(|it| (relation.alias.clone(), it.clone()));
                    known.held.extend(all);
                }
            }
            hold(&mut known, equations, outer);
            if known.held.len() == before {
                break;
            }
        }
        scope.relations = known.relations;
        scope.followed = known.held;
    }

    fn judge(&mut self, relation: &Relation, scope: &Scope) {
        let Some(name) = &relation.table else { return };
        let among = |held: &BTreeSet<(String, String)>, column: &str| {
            held.contains(&(relation.alias.clone(), column.to_owned()))
        };
        let Some(reach) = self.reach(name, |it| among(&scope.held, it)) else {
            return;
        };
        let followed = self.reach(name, |it| among(&scope.followed, it));
        let reach = followed.map_or(Reach::Chain, |_| reach);
        self.found.insert((name.clone(), reach));
    }

    /// How far a table is reached of which these columns are held; `None`: one shard.
    fn reach(&self, name: &str, held: impl Fn(&str) -> bool) -> Option<Reach> {
        match &self.tables[name].key {
            Key::Copied => None,
            Key::Id(column) if held(column) => None,
            Key::Id(_) => Some(Reach::Everywhere),
            Key::Person if held("tenant") && held("person") => None,
            Key::Tenant if held("tenant") => None,
            Key::Person if held("tenant") => Some(Reach::Tenant),
            Key::Person | Key::Tenant => Some(Reach::Everywhere),
        }
    }

    fn insert(&mut self, insert: &Insert, named: &Named) {
        let TableObject::TableName(name) = &insert.table else {
            panic!("an insert into something else: {insert}");
        };
        let name = name.to_string().to_lowercase();
        let source = insert.source.as_ref().unwrap();
        let given = self.query(source, named, &vec![]);
        let column = |wanted: &str| {
            let mut columns = insert.columns.iter();
            columns.position(|it| it.to_string().to_lowercase() == wanted)
        };
        let held = |wanted: &str| column(wanted).is_some_and(|at| given[at].1);
        if let Some(reach) = self.reach(&name, held) {
            self.found.insert((name.clone(), reach));
        }
        // What happens to a row that is there happens on its shard.
        if let Some(on) = &insert.on {
            let table = &self.tables[&name];
            let mut scope = Scope::default();
            for alias in [name.as_str(), "excluded"] {
                scope.relations.push(Relation {
                    alias: alias.to_owned(),
                    table: None,
                    columns: table.columns.clone(),
                });
                for column in &table.columns {
                    scope.held.insert((alias.to_owned(), column.clone()));
                }
            }
            self.within(on, named, &vec![&scope]);
        }
    }

    fn update(&mut self, update: &Update, named: &Named) {
        let mut from = vec![update.table.clone()];
        match &update.from {
            Some(UpdateTableFromKind::AfterSet(more) | UpdateTableFromKind::BeforeSet(more)) => {
                from.extend(more.iter().cloned());
            }
            None => {}
        }
        let mut conditions: Vec<&Expr> = update.selection.iter().collect();
        let scope = self.scope(&from, &mut conditions, named, &vec![]);
        let scopes = vec![&scope];
        for condition in conditions {
            self.within(condition, named, &scopes);
        }
        self.within(&update.assignments, named, &scopes);
        self.within(&update.returning, named, &scopes);
    }

    fn delete(&mut self, delete: &Delete, named: &Named) {
        let (FromTable::WithFromKeyword(from) | FromTable::WithoutKeyword(from)) = &delete.from;
        assert!(delete.using.is_none(), "{delete}");
        let mut conditions: Vec<&Expr> = delete.selection.iter().collect();
        let scope = self.scope(from, &mut conditions, named, &vec![]);
        for condition in conditions {
            self.within(condition, named, &vec![&scope]);
        }
    }
}

/// What the relation is called in its statement.
fn alias_of(factor: &TableFactor) -> String {
    let (name, alias) = match factor {
        TableFactor::Table { name, alias, .. } => (name.to_string(), alias),
        TableFactor::Derived { alias, .. } => (String::new(), alias),
        other => panic!("a table of another kind: {other}"),
    };
    let alias = alias.as_ref().map(|it| it.name.value.clone());
    alias.unwrap_or(name).to_lowercase()
}
