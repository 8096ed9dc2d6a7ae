//! The OpenAPI description, made from the route table, and the same as a page.

use askama::Template;
use serde_json::{Map, Value, json};

use crate::route::Handler;
use crate::{Access, Limit, ParamIn, Route};

/// OpenAPI 3.1 of `routes`; pages describe themselves.
#[must_use]
pub fn describe<W>(routes: &[Route<W>], version: &str) -> Value {
    let mut paths = Map::new();
    for route in routes.iter().filter(|route| route.access() != Access::Page) {
        // A part that takes the rest of the path is one parameter like any other.
        let path = route.path.replace("{*", "{");
        let item = paths.entry(path).or_insert_with(|| json!({}));
        if let Some(item) = item.as_object_mut() {
            item.insert(route.method.as_str().to_lowercase(), operation(route));
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Strongroom",
            "version": version,
            "description": "Stores sensitive personal data sealed by class, opens them for a stated purpose, and logs every look.",
            "license": { "name": "Apache-2.0 OR MIT", "identifier": "Apache-2.0 OR MIT" },
        },
        "paths": paths,
        "components": {
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer" } },
            "schemas": {
                "Problem": {
                    "type": "object",
                    "description": "Problem details (RFC 9457). `code` is stable; `errors[].pointer` is a JSON pointer into the request body.",
                    "required": ["type", "title", "status", "code", "detail", "request"],
                    "properties": {
                        "type": { "type": "string" },
                        "title": { "type": "string" },
                        "status": { "type": "integer" },
                        "code": { "type": "string" },
                        "detail": { "type": "string" },
                        "request": { "type": "string", "format": "uuid" },
                        "errors": {
                            "type": "array",
                            "items": {
                                "type": "object",
                                "properties": { "pointer": { "type": "string" }, "detail": { "type": "string" } },
                            },
                        },
                    },
                },
                "OauthError": {
                    "type": "object",
                    "description": "A refusal in the words of RFC 6749",
                    "required": ["error"],
                    "properties": { "error": { "type": "string" }, "error_description": { "type": "string" } },
                },
                "OperationOutcome": {
                    "type": "object",
                    "description": "FHIR R4 OperationOutcome",
                    "required": ["resourceType", "issue"],
                    "properties": { "resourceType": { "const": "OperationOutcome" }, "issue": { "type": "array" } },
                },
            },
        },
    })
}

fn operation<W>(route: &Route<W>) -> Value {
    let doc = &route.doc;
    let params: Vec<Value> = doc
        .params
        .iter()
        .map(|param| {
            json!({
                "name": param.name,
                "in": match param.at { ParamIn::Path => "path", ParamIn::Query => "query", ParamIn::Header => "header" },
                "required": param.required,
                "description": param.about,
                "schema": { "type": "string" },
            })
        })
        .collect();
    let (media, schema) = match route.errors {
        crate::ErrorStyle::Problem => (
            "application/problem+json",
            json!({ "$ref": "#/components/schemas/Problem" }),
        ),
        crate::ErrorStyle::OperationOutcome => (
            "application/fhir+json",
            json!({ "$ref": "#/components/schemas/OperationOutcome" }),
        ),
        crate::ErrorStyle::Page => ("text/html", json!({ "type": "string" })),
        crate::ErrorStyle::Oauth => (
            "application/json",
            json!({ "$ref": "#/components/schemas/OauthError" }),
        ),
    };
    let mut responses = Map::new();
    for (status, about) in doc.answers {
        responses.insert(status.to_string(), json!({ "description": about }));
    }
    responses.insert(
        "default".into(),
        json!({ "description": "What went wrong", "content": { media: { "schema": schema } } }),
    );
    let mut operation = json!({
        "operationId": doc.id,
        "tags": [doc.group],
        "summary": doc.summary,
        "description": doc.about,
        "parameters": params,
        "responses": responses,
        "security": match route.handler { Handler::Token(_) => json!([{ "token": [] }]), _ => json!([]) },
    });
    if let (Some((media, about)), Some(object)) = (doc.body, operation.as_object_mut()) {
        let limit = match route.limit {
            Limit::NoBody => String::new(),
            Limit::Bytes(max) => format!(" At most {max} bytes."),
            Limit::Stream(max) => format!(" Streamed; at most {max} bytes."),
        };
        object.insert(
            "requestBody".into(),
            json!({ "required": true, "description": format!("{about}{limit}"), "content": { media: {} } }),
        );
    }
    operation
}

struct Group<'a> {
    name: &'a str,
    operations: Vec<Operation<'a>>,
}

struct Operation<'a> {
    id: &'a str,
    method: String,
    path: &'a str,
    open: bool,
    summary: &'a str,
    about: &'a str,
    params: Vec<Row<'a>>,
    body: Option<(&'a str, &'a str)>,
    answers: &'a [(u16, &'a str)],
}

struct Row<'a> {
    name: &'a str,
    at: &'a str,
    required: bool,
    about: &'a str,
}

#[derive(Template)]
#[template(path = "api.html")]
struct Page<'a> {
    version: &'a str,
    groups: Vec<Group<'a>>,
}

/// The description as a page to read.
#[must_use]
pub fn readable<W>(routes: &[Route<W>], version: &str) -> String {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for route in routes.iter().filter(|route| route.access() != Access::Page) {
        let doc = &route.doc;
        let operation = Operation {
            id: doc.id,
            method: route.method.to_string(),
            path: route.path,
            open: matches!(route.handler, Handler::Open(_)),
            summary: doc.summary,
            about: doc.about,
            params: doc
                .params
                .iter()
                .map(|param| Row {
                    name: param.name,
                    at: match param.at {
                        ParamIn::Path => "path",
                        ParamIn::Query => "query",
                        ParamIn::Header => "header",
                    },
                    required: param.required,
                    about: param.about,
                })
                .collect(),
            body: doc.body,
            answers: doc.answers,
        };
        match groups.iter_mut().find(|group| group.name == doc.group) {
            Some(group) => group.operations.push(operation),
            None => groups.push(Group {
                name: doc.group,
                operations: vec![operation],
            }),
        }
    }
    Page { version, groups }.render().unwrap_or_default()
}
