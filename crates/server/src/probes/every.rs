//! One check over all tenants: it holds if it holds for each, and has been seen failing if it failed for each.

use govern::{Check, Measuring, Outcome};

pub(super) struct Tenant {
    /// The check on the first tenant's bench, then on the others'.
    checks: Vec<Box<dyn Check>>,
    about_tenants: bool,
}

impl Tenant {
    pub fn new(check: Box<dyn Check>, about_tenants: impl Fn(&str) -> bool) -> Self {
        Self {
            about_tenants: about_tenants(check.name()),
            checks: vec![check],
        }
    }

    /// The same check on another tenant's bench.
    pub fn join(&mut self, check: Box<dyn Check>) {
        if self.about_tenants {
            self.checks.push(check);
        }
    }
}

impl Check for Tenant {
    fn name(&self) -> &'static str {
        self.checks.first().map_or("", |check| check.name())
    }

    fn measure(&self) -> Measuring<'_> {
        Box::pin(async {
            let mut whole = Outcome::new();
            for check in &self.checks {
                whole.join(check.measure().await?);
            }
            Ok(whole)
        })
    }

    fn drill(&self) -> Measuring<'_> {
        Box::pin(async {
            let mut whole = Outcome::new();
            for check in &self.checks {
                let outcome = check.drill().await?;
                if outcome.held() {
                    // What was broken for this tenant was not seen, whatever is seen for another.
                    return Ok(outcome);
                }
                whole.join(outcome);
            }
            Ok(whole)
        })
    }
}
