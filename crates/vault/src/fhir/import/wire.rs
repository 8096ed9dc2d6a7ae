//! An import that goes through a server: a batch of resources as a FHIR batch bundle, and what its answer says.

use serde_json::Value;

use base::RecordId;

use super::{Outcome, SinkError};

/// What the answer to a write says, in the text of its outcome's details, when the same content stood already.
pub const UNCHANGED: &str = "unchanged";

/// The bundle to `POST` to the FHIR interface's address: each resource (its type, its id, its text) as an update of its own.
#[must_use]
pub fn request<'a>(batch: impl Iterator<Item = (&'a str, &'a RecordId, &'a str)>) -> String {
    let mut text = String::new();
    text.push_str("{\"resourceType\":\"Bundle\",\"type\":\"batch\",\"entry\":[");
    for (index, (kind, id, resource)) in batch.enumerate() {
        if index > 0 {
            text.push(',');
        }
        text.push_str("{\"resource\":");
        text.push_str(resource);
        text.push_str(",\"request\":{\"method\":\"PUT\",\"url\":\"");
        text.push_str(kind);
        text.push('/');
        text.push_str(id.as_str());
        text.push_str("\"}}");
    }
    text.push_str("]}");
    text
}

/// What became of each resource of a batch of `count`, by the bundle that the server answered.
pub fn outcomes(answer: &[u8], count: usize) -> Result<Vec<Outcome>, SinkError> {
    let odd = || SinkError("the server's answer is not the answer to a batch".into());
    let answer: Value = serde_json::from_slice(answer).map_err(|_| odd())?;
    let entries = answer
        .get("entry")
        .and_then(Value::as_array)
        .filter(|entries| entries.len() == count)
        .ok_or_else(odd)?;
    entries
        .iter()
        .map(|entry| {
            let response = entry.get("response").ok_or_else(odd)?;
            let status = response
                .get("status")
                .and_then(Value::as_str)
                .ok_or_else(odd)?;
            let issue = response.pointer("/outcome/issue/0");
            let said = |pointer: &str| {
                let text = issue.and_then(|issue| issue.pointer(pointer));
                text.and_then(Value::as_str)
            };
            Ok(match status.get(..3) {
                Some("201") => Outcome::Created,
                Some("200") if said("/details/text") == Some(UNCHANGED) => Outcome::Unchanged,
                Some("200") => Outcome::Updated,
                Some("429" | "500" | "503") => {
                    let reason =
                        said("/diagnostics").unwrap_or("the server cannot store at present");
                    return Err(SinkError(reason.to_owned()));
                }
                _ => Outcome::Refused {
                    reason: said("/diagnostics")
                        .unwrap_or("the server refused it")
                        .to_owned(),
                    pointer: said("/expression/0").map(pointer),
                },
            })
        })
        .collect()
}

/// `entry[3].resource.name[0].family` as a pointer into the resource: `/name/0/family`.
fn pointer(expression: &str) -> String {
    let within = expression
        .split_once("].resource")
        .map_or(expression, |(_, within)| within);
    let mut pointer = String::new();
    for step in within
        .split(['.', '[', ']'])
        .filter(|step| !step.is_empty())
    {
        pointer.push('/');
        pointer.push_str(step);
    }
    pointer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read() {
        let answer = br#"{"entry":[
            {"response":{"status":"201 Created"}},
            {"response":{"status":"200 OK"}},
            {"response":{"status":"200 OK","outcome":{"issue":[{"details":{"text":"unchanged"}}]}}},
            {"response":{"status":"422 Unprocessable Content","outcome":{"issue":[{"diagnostics":"no","expression":["entry[3].resource.name[0].family"]}]}}}]}"#;
        let outcomes = outcomes(answer, 4).unwrap();
        assert_eq!(
            outcomes[..3],
            [Outcome::Created, Outcome::Updated, Outcome::Unchanged]
        );
        let refused = Outcome::Refused {
            reason: "no".into(),
            pointer: Some("/name/0/family".into()),
        };
        assert_eq!(outcomes[3], refused);
        assert!(super::outcomes(answer, 3).is_err());
        assert!(super::outcomes(b"nonsense", 0).is_err());
        let outage = br#"{"entry":[{"response":{"status":"503 Service Unavailable"}}]}"#;
        assert!(super::outcomes(outage, 1).is_err());
    }
}
