"""Authlib: a person at a browser and apps that ask, each way of proving oneself."""

import json
import os
import re
import ssl
import sys
from urllib.parse import parse_qs, urlsplit

import httpx
from authlib.common.security import generate_token
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from joserfc.jwk import ECKey

ready = json.load(open(os.environ["STRONGROOM_READY"]))
key = json.load(open(os.path.join(os.environ["STRONGROOM_SCRATCH"], "key.json")))
trust = ssl.create_default_context(cafile=ready["ca_file"])
url = ready["url"]
failed = 0


def say(what: str, ok: bool, why: object = "") -> None:
    global failed
    failed += not ok
    print(f"{'ok  ' if ok else 'FAIL'} {what}{'' if ok else f' {why}'}")


metadata = httpx.get(f"{url}/.well-known/openid-configuration", verify=trust).json()
token_endpoint = metadata["token_endpoint"]


def browse(address: str) -> str:
    """The browser of somebody who is signed in; gives the address that it is sent back to."""
    with httpx.Client(verify=trust, headers={"x-account": "ada"}) as browser:
        got = browser.get(address)
        if got.status_code == 200:
            field = lambda name: re.search(f'name="{name}" value="([^"]*)"', got.text)[1]  # noqa: E731
            form = {"request": field("request"), "token": field("token"), "answer": "allow"}
            got = browser.post(f"{url}/oauth2/consent", data=form)
        assert got.status_code == 303, f"{got.status_code} {got.text}"
        return got.headers["location"]


def session(name: str) -> OAuth2Client:
    app = ready["apps"][name]
    ways = {"basic": "client_secret_basic", "post": "client_secret_post", "public": "none", "signs": "private_key_jwt"}
    secret = ECKey.import_key(key) if name == "signs" else app["client_secret"]
    client = OAuth2Client(
        app["client_id"],
        secret,
        token_endpoint_auth_method=ways[name],
        revocation_endpoint_auth_method=ways[name],
        scope="openid offline_access patient/*.rs",
        redirect_uri="http://127.0.0.1:50123/cb" if name == "public" else "https://app.test/cb",
        code_challenge_method="S256",
        verify=trust,
    )
    if name == "signs":
        client.register_client_auth_method(PrivateKeyJWT(url, alg="ES256", headers={"kid": key["kid"]}))
    return client


for name in ("basic", "post", "public", "signs"):
    try:
        client = session(name)
        verifier = generate_token(48)
        address, state = client.create_authorization_url(metadata["authorization_endpoint"], code_verifier=verifier, nonce=generate_token())
        back = browse(address)
        say(f"{name}: state and issuer come back", parse_qs(urlsplit(back).query)["state"] == [state] and "iss=" in back)
        token = client.fetch_token(token_endpoint, authorization_response=back, code_verifier=verifier, state=state)
        say(f"{name}: code with PKCE gives tokens", {"access_token", "refresh_token", "id_token"} <= set(token), token.keys())
        told = client.get(metadata["userinfo_endpoint"])
        say(f"{name}: user info", told.status_code == 200 and "sub" in told.json(), told.text)
        records = f"{url}/v1/persons/{ready['person']}/records/Condition"
        opened = client.get(records, headers={"purpose-of-use": "TREAT"})
        say(f"{name}: a read", opened.status_code == 200, opened.text)
        before = token["refresh_token"]
        refreshed = client.refresh_token(token_endpoint, before)
        say(f"{name}: refresh", refreshed["refresh_token"] != before)
        if name != "public":
            explained = client.introspect_token(metadata["introspection_endpoint"], token=refreshed["access_token"])
            say(f"{name}: introspection", explained.json()["active"] is True, explained.text)
        revoked = client.revoke_token(metadata["revocation_endpoint"], token=refreshed["refresh_token"])
        say(f"{name}: revocation", revoked.status_code == 200, revoked.text)
        try:
            client.refresh_token(token_endpoint, refreshed["refresh_token"])
            say(f"{name}: refuses what was revoked", False, "it was accepted")
        except OAuthError as error:
            say(f"{name}: refuses what was revoked", error.error == "invalid_grant", error)
    except Exception as error:  # noqa: BLE001 - whatever it is, it did not hold
        say(name, False, f"{type(error).__name__}: {error}")

for name in ("basic", "post", "signs"):
    client = session(name)
    token = client.fetch_token(token_endpoint, grant_type="client_credentials", scope="system/*.rs")
    say(f"{name}: client credentials", token["token_type"] == "Bearer" and token["scope"] == "system/*.rs", token)

sys.exit(1 if failed else 0)
