//! The routes, each with what it says of itself.

use std::future::Future;
use std::sync::Arc;

use http::header::{self, HeaderValue};
use http::{Method, StatusCode};
use serde_json::Value;
use web::{Answer, Doc, ErrorStyle, Limit, Param, Problem, Route, Routes};

use super::super::signed_in::SignedIn;
use super::super::{Oauth, discovery};
use super::{
    Ask, FORM, Front, House, authorize, authorize_by_form, consent, introspect, push, revoke,
    token, user_info,
};

/// A form: an assertion and a proof fit in many times over.
const FORM_BYTES_MAX: usize = 64 << 10;
const PROVES: &str = "The app proves itself as it was registered: `Authorization: Basic`, `client_secret`, `client_assertion`, or `client_id` alone.";

fn doc(
    id: &'static str,
    summary: &'static str,
    about: &'static str,
    body: Option<&'static str>,
    answers: &'static [(u16, &'static str)],
) -> Doc {
    let params = match id {
        "oauthToken" | "oauthPush" => vec![Param::header(
            "DPoP",
            "A proof of possession (RFC 9449), for tokens bound to a key",
            false,
        )],
        _ => vec![],
    };
    Doc {
        id,
        group: "OAuth",
        summary,
        about,
        params,
        body: body.map(|about| (FORM, about)),
        answers,
    }
}

/// Every route of OAuth 2.0 and OpenID Connect.
#[must_use]
pub fn routes<W: Send + 'static>(oauth: &Arc<Oauth>, signed_in: Arc<dyn SignedIn>) -> Routes<W> {
    let house = Arc::new(Front {
        oauth: Arc::clone(oauth),
        signed_in,
    });
    let form = Limit::Bytes(FORM_BYTES_MAX);
    let mut routes = vec![
        own(
            &house,
            Method::POST,
            "/oauth2/token",
            form,
            doc(
                "oauthToken",
                "Get tokens",
                PROVES,
                Some(
                    "`grant_type` and what goes with it: `authorization_code` (`code`, `redirect_uri`, `code_verifier`), `client_credentials` (`scope`), `refresh_token` (`refresh_token`, `scope`).",
                ),
                &[(200, "Tokens")],
            ),
            token,
        ),
        own(
            &house,
            Method::POST,
            "/oauth2/par",
            form,
            doc(
                "oauthPush",
                "Push an authorization request",
                PROVES,
                Some("The parameters of an authorization request (RFC 9126)."),
                &[(201, "`request_uri`, to be used once and soon")],
            ),
            push,
        ),
        own(
            &house,
            Method::POST,
            "/oauth2/introspect",
            form,
            doc(
                "oauthIntrospect",
                "What a token is worth at this moment",
                PROVES,
                Some("`token` (RFC 7662)."),
                &[(200, "`active`, and more if it is")],
            ),
            introspect,
        ),
        own(
            &house,
            Method::POST,
            "/oauth2/revoke",
            form,
            doc(
                "oauthRevoke",
                "Take a token back",
                PROVES,
                Some("`token` (RFC 7009)."),
                &[(200, "It is none any more")],
            ),
            revoke,
        ),
        own(
            &house,
            Method::GET,
            "/oauth2/userinfo",
            Limit::NoBody,
            doc(
                "oauthUserInfo",
                "Who signed in",
                "With an access token that has the scope `openid`.",
                None,
                &[(200, "`sub`")],
            ),
            user_info,
        ),
        own(
            &house,
            Method::POST,
            "/oauth2/userinfo",
            form,
            doc(
                "oauthUserInfoByForm",
                "Who signed in",
                "With an access token that has the scope `openid`, in the header or in the form.",
                Some("`access_token`, or nothing."),
                &[(200, "`sub`")],
            ),
            user_info,
        ),
        Route::page(
            "/oauth2/authorize",
            doc(
                "oauthAuthorize",
                "Ask a person",
                "For browsers: sends them to sign in, shows the question, or sends them back to the app.",
                None,
                &[(200, "The question"), (303, "On to the next page")],
            ),
            {
                let house = Arc::clone(&house);
                move |call| authorize(Arc::clone(&house), call)
            },
        )
        .proving_itself(),
        Route::sent_to(
            "/oauth2/authorize",
            form,
            doc(
                "oauthAuthorizeByForm",
                "Ask a person",
                "As the same with GET.",
                Some("The parameters of an authorization request."),
                &[(303, "On to the question, or the next page")],
            ),
            {
                let house = Arc::clone(&house);
                move |call| authorize_by_form(Arc::clone(&house), call)
            },
        ),
        Route::sent_to(
            "/oauth2/consent",
            form,
            doc(
                "oauthConsent",
                "Answer an app's question",
                "What the page of the question sends.",
                Some("`request`, `token` and `answer`, as the page has them."),
                &[(303, "Back to the app")],
            ),
            {
                let house = Arc::clone(&house);
                move |call| consent(Arc::clone(&house), call)
            },
        ),
    ];
    type Document = (&'static str, &'static str, &'static str, fn(&str) -> Value);
    let documents: [Document; 3] = [
        (
            "/.well-known/oauth-authorization-server",
            "oauthMetadata",
            "What this authorization server can do (RFC 8414)",
            discovery::oauth,
        ),
        (
            "/.well-known/openid-configuration",
            "openidConfiguration",
            "The same, as OpenID Connect wants it",
            discovery::openid,
        ),
        (
            "/.well-known/smart-configuration",
            "smartConfiguration",
            "The same, as SMART App Launch wants it",
            discovery::smart,
        ),
    ];
    for (path, id, summary, document) in documents {
        let body = document(house.oauth.issuer()).to_string();
        let doc = doc(id, summary, "", None, &[(200, "The metadata")]);
        routes.push(Route::open(
            Method::GET,
            path,
            Limit::NoBody,
            doc,
            move |_call| {
                let answer = for_a_while(Answer::json(StatusCode::OK, body.clone()));
                async move { Ok(answer) }
            },
        ));
    }
    for (path, id) in [
        ("/.well-known/jwks.json", "jwks"),
        ("/oauth2/jwks", "oauthJwks"),
    ] {
        let house = Arc::clone(&house);
        let doc = doc(
            id,
            "The keys that sign tokens",
            "",
            None,
            &[(200, "A JWK set")],
        );
        routes.push(Route::open(
            Method::GET,
            path,
            Limit::NoBody,
            doc,
            move |_call| {
                let house = Arc::clone(&house);
                async move {
                    let jwks = house.oauth.jwks().await?;
                    Ok(for_a_while(Answer::value(StatusCode::OK, &jwks)))
                }
            },
        ));
    }
    routes
}

/// It says nothing about anybody, and changes seldom; any page may read it.
fn for_a_while(answer: Answer) -> Answer {
    answer
        .header(
            header::CACHE_CONTROL,
            HeaderValue::from_static("public, max-age=300"),
        )
        .header(
            header::ACCESS_CONTROL_ALLOW_ORIGIN,
            HeaderValue::from_static("*"),
        )
}

fn own<W, F, R>(
    house: &House,
    method: Method,
    path: &'static str,
    limit: Limit,
    doc: Doc,
    handler: F,
) -> Route<W>
where
    F: Fn(House, Ask) -> R + Send + Sync + 'static,
    R: Future<Output = Result<Answer, Problem>> + Send + 'static,
{
    let house = Arc::clone(house);
    Route::open(method, path, limit, doc, move |call| {
        handler(Arc::clone(&house), Ask::of(call))
    })
    .proving_itself()
    .errors_as(ErrorStyle::Oauth)
}
