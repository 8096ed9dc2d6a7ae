//! `cargo xtask tidy`: the house rules that no compiler checks, each with its reason and with a bad example that must be found.

mod layers;
mod machine;
mod manifests;
mod migrations;
mod naming;
mod proofs;
mod rust;
mod shape;
mod tree;

use std::path::Path;

use clap::Args;

use crate::report::Count;
use crate::{Outcome, root};
use tree::{Problem, Tree};

/// Options of `tidy`.
#[derive(Args)]
pub struct Options {
    /// Write the hashes of new migrations into migrations/HASHES.
    #[arg(long)]
    bless: bool,
}

/// A tree of files in a few words: path and text.
type Example = &'static [(&'static str, &'static str)];

/// One rule.
struct Rule {
    id: &'static str,
    /// Why the rule is there; printed when it is broken.
    reason: &'static str,
    check: fn(&Tree) -> Vec<Problem>,
    /// Trees that break the rule, each of which the tests must see found.
    #[cfg_attr(not(test), expect(dead_code, reason = "read by the tests"))]
    bad: &'static [Example],
    /// A tree that looks similar and is fine.
    #[cfg_attr(not(test), expect(dead_code, reason = "read by the tests"))]
    good: Example,
}

fn rules() -> impl Iterator<Item = &'static Rule> {
    [
        layers::RULES,
        naming::RULES,
        rust::RULES,
        shape::RULES,
        manifests::RULES,
        migrations::RULES,
        machine::RULES,
        proofs::RULES,
    ]
    .into_iter()
    .flatten()
}

/// Check, or bless.
pub fn run(options: &Options) -> Outcome<bool> {
    let root = root()?;
    if options.bless {
        let text = migrations::bless(&Tree::read(&root)?)?;
        std::fs::write(root.join(migrations::HASHES), text)?;
        println!("wrote {}", migrations::HASHES);
    }
    let count = check(&root)?;
    println!("{} rules hold, {} do not", count.passed, count.failed);
    Ok(count.failed == 0)
}

/// How many rules hold and how many do not; the problems are printed.
pub fn check(root: &Path) -> Outcome<Count> {
    let tree = Tree::read(root)?;
    let mut count = Count::default();
    for rule in rules() {
        let problems = (rule.check)(&tree);
        if problems.is_empty() {
            count.passed += 1;
            continue;
        }
        count.failed += 1;
        println!("\n{}: {}", rule.id, rule.reason);
        for problem in problems {
            println!("  {problem}");
        }
    }
    Ok(count)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_rule_finds_its_bad_examples() {
        for rule in rules() {
            assert!(!rule.bad.is_empty(), "{} has no bad example", rule.id);
            for (number, example) in rule.bad.iter().enumerate() {
                let problems = (rule.check)(&Tree::of(example));
                assert!(
                    !problems.is_empty(),
                    "{} does not find its bad example {number}",
                    rule.id
                );
            }
        }
    }

    #[test]
    fn every_rule_lets_its_good_example_pass() {
        for rule in rules() {
            assert!(!rule.good.is_empty(), "{} has no good example", rule.id);
            let problems = (rule.check)(&Tree::of(rule.good));
            assert!(
                problems.is_empty(),
                "{} refuses its good example: {}",
                rule.id,
                problems.iter().map(ToString::to_string).collect::<String>()
            );
        }
    }

    #[test]
    fn rules_have_names_of_their_own_and_reasons() {
        let names: BTreeSet<_> = rules().map(|rule| rule.id).collect();
        assert_eq!(names.len(), rules().count());
        assert!(rules().all(|rule| rule.reason.len() > 20));
    }
}
