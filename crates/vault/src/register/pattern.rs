//! Path patterns below a field, compiled to an automaton that the document scanner steps through member by member.
//!
//! Patterns: names joined by `.`; `*` is any one member, `**` any number of members, none included. Positions in arrays do not
//! count. Where several patterns reach the same member, the one with the fewest wildcards decides; where one reaches a member
//! inside another's, the outer one decides.

use std::collections::{BTreeSet, HashMap};

use base::Class;

use super::hash::hash;
use super::model::Mask;

/// One step of a pattern.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Step {
    Name(String),
    Any,
    Deep,
}

/// The steps of `path`, or what is wrong with it.
pub(super) fn parse(path: &str) -> Result<Vec<Step>, String> {
    let steps: Vec<Step> = path
        .split('.')
        .map(|part| match part {
            "*" => Ok(Step::Any),
            "**" => Ok(Step::Deep),
            _ if part.parse::<base::Name>().is_ok() => Ok(Step::Name(part.to_owned())),
            _ => Err(format!(
                "`{part}` is neither a member's name nor `*` nor `**`"
            )),
        })
        .collect::<Result<_, _>>()?;
    if matches!(steps.last(), Some(Step::Any | Step::Deep)) {
        return Err("a pattern ends in a member's name".to_owned());
    }
    Ok(steps)
}

/// What lies behind the first step of a pattern, if that step can be the field `name`.
pub(super) fn below<'a>(steps: &'a [Step], name: &str) -> Vec<&'a [Step]> {
    match steps {
        [Step::Name(first), rest @ ..] if first == name => vec![rest],
        [Step::Any, rest @ ..] => vec![rest],
        // `**` may stand for no member at all, so that its successor is the field, or go on below the field.
        [Step::Deep, rest @ ..] => {
            let mut tails = vec![steps];
            tails.extend(below(rest, name));
            tails
        }
        _ => Vec::new(),
    }
}

/// What happens to members that a pattern reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Lift {
    /// The class they are sealed under.
    pub class: Class,
    /// What is left of them for who may not see them whole.
    pub mask: Mask,
}

/// A pattern below one field, with what it does.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Rule {
    pub steps: Vec<Step>,
    pub lift: Lift,
}

/// Where the automaton stands. It begins at [`Automaton::START`]; below [`Automaton::DEAD`] nothing can be reached any more.
pub(crate) type State = u16;

/// What a step led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// Go on below the member.
    Inside(State),
    /// The member is lifted out, whole.
    Lifted(Lift),
}

/// The patterns of one field.
#[derive(Debug)]
pub(crate) struct Automaton {
    /// The names that occur in patterns, in the order of their hashes. (A clash of two hashes is refused when it is built.)
    symbols: Vec<(u64, Box<str>)>,
    /// For each state the next for each symbol, and last for any other name.
    next: Vec<Vec<Next>>,
}

/// More states than this mean patterns nobody can follow.
const STATES_MAX: usize = 1_000;

impl Automaton {
    pub(crate) const START: State = 1;
    pub(crate) const DEAD: State = 0;

    /// The automaton for `rules`, ordered by precedence, in a field of class `host`; `None` if they lift nothing. An error says
    /// why there cannot be one.
    pub(super) fn new(rules: &[Rule], host: Class) -> Result<Option<Self>, String> {
        if rules.iter().all(|rule| rule.lift.class == host) {
            return Ok(None);
        }
        let names: BTreeSet<&str> = rules
            .iter()
            .flat_map(|rule| &rule.steps)
            .filter_map(|step| match step {
                Step::Name(name) => Some(name.as_str()),
                _ => None,
            })
            .collect();
        let mut symbols: Vec<&str> = names.into_iter().collect();
        symbols.sort_unstable_by_key(|name| hash(name.as_bytes()));
        if symbols
            .windows(2)
            .any(|pair| matches!(pair, [a, b] if hash(a.as_bytes()) == hash(b.as_bytes())))
        {
            return Err("two names in the patterns of this field have the same hash".to_owned());
        }
        let start = closure(rules, (0..rules.len()).map(|rule| (rule, 0)).collect());
        let mut numbers: HashMap<Positions, State> =
            HashMap::from([(Positions::new(), Self::DEAD), (start.clone(), Self::START)]);
        let mut pending = vec![start];
        let mut next = vec![vec![Next::Inside(Self::DEAD); symbols.len() + 1]];
        let mut done = 0;
        while let Some(positions) = pending.get(done).cloned() {
            done += 1;
            let mut row = Vec::with_capacity(symbols.len() + 1);
            for symbol in symbols.iter().copied().map(Some).chain([None]) {
                let (reached, lift) = advance(rules, &positions, symbol);
                if let Some(lift) = lift {
                    // What has the field's own class stays where it is, whole.
                    let stays = lift.class == host;
                    row.push(if stays {
                        Next::Inside(Self::DEAD)
                    } else {
                        Next::Lifted(lift)
                    });
                    continue;
                }
                let count = State::try_from(numbers.len()).map_err(|_| TOO_MANY)?;
                let state = *numbers.entry(reached.clone()).or_insert(count);
                if state == count {
                    pending.push(reached);
                }
                row.push(Next::Inside(state));
            }
            next.push(row);
            if pending.len() > STATES_MAX {
                return Err(TOO_MANY.to_owned());
            }
        }
        let symbols = symbols
            .into_iter()
            .map(|name| (hash(name.as_bytes()), name.into()))
            .collect();
        Ok(Some(Self { symbols, next }))
    }

    /// One member down.
    pub(crate) fn step(&self, state: State, name: &[u8], hash: u64) -> Next {
        let symbol = self
            .symbols
            .binary_search_by_key(&hash, |(known, _)| *known)
            .ok()
            .filter(|at| {
                self.symbols
                    .get(*at)
                    .is_some_and(|(_, text)| text.as_bytes() == name)
            })
            .unwrap_or(self.symbols.len());
        self.next
            .get(usize::from(state))
            .and_then(|row| row.get(symbol))
            .copied()
            .unwrap_or(Next::Inside(Self::DEAD))
    }

    /// What a member at `path` (names only) below the field is lifted to, if it is.
    pub(crate) fn lift_of(&self, path: &[&str]) -> Option<Lift> {
        let mut state = Self::START;
        for name in path {
            match self.step(state, name.as_bytes(), hash(name.as_bytes())) {
                Next::Lifted(lift) => return Some(lift),
                Next::Inside(next) => state = next,
            }
        }
        None
    }
}

const TOO_MANY: &str = "the patterns of this field are too many or too wild";

/// Which patterns have been followed how far.
type Positions = BTreeSet<(usize, usize)>;

/// `**` may stand for nothing: whoever is before it is behind it as well.
fn closure(rules: &[Rule], mut positions: Positions) -> Positions {
    let mut pending: Vec<(usize, usize)> = positions.iter().copied().collect();
    while let Some((rule, at)) = pending.pop() {
        let step = rules.get(rule).and_then(|rule| rule.steps.get(at));
        if step == Some(&Step::Deep) && positions.insert((rule, at + 1)) {
            pending.push((rule, at + 1));
        }
    }
    positions
}

/// Where one member called `symbol` (or something no pattern names) leads, and the lift if a pattern ends there.
fn advance(
    rules: &[Rule],
    positions: &Positions,
    symbol: Option<&str>,
) -> (Positions, Option<Lift>) {
    let mut reached = Positions::new();
    for &(index, at) in positions {
        let Some(rule) = rules.get(index) else {
            continue;
        };
        match rule.steps.get(at) {
            Some(Step::Name(name)) if Some(name.as_str()) == symbol => {
                reached.insert((index, at + 1))
            }
            Some(Step::Any) => reached.insert((index, at + 1)),
            Some(Step::Deep) => reached.insert((index, at)),
            _ => false,
        };
    }
    let reached = closure(rules, reached);
    let lift = reached
        .iter()
        .filter_map(|(index, at)| rules.get(*index).filter(|rule| rule.steps.len() == *at))
        .map(|rule| rule.lift)
        .next();
    (reached, lift)
}
