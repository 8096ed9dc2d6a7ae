"""The same as apps.mjs, where there is no node."""

import json
import sys

from joserfc.jwk import ECKey

folder = sys.argv[1]
key = ECKey.generate_key("P-256", parameters={"kid": "first", "alg": "ES256", "use": "sig"})
json.dump(key.as_dict(private=True), open(f"{folder}/key.json", "w"))
person = {
    "grant_types": ["authorization_code", "refresh_token", "client_credentials"],
    "redirect_uris": ["https://app.test/cb"],
    "scopes": "openid offline_access patient/*.rs system/*.rs",
    "purposes": ["TREAT", "PATRQT"],
}
public = {"auth_method": "none", "grant_types": ["authorization_code", "refresh_token"], "scopes": "openid offline_access patient/*.rs"}
json.dump(
    {
        "basic": {**person, "auth_method": "client_secret_basic"},
        "post": {**person, "auth_method": "client_secret_post"},
        "public": {**person, **public, "redirect_uris": ["http://127.0.0.1/cb"]},
        "signs": {**person, "auth_method": "private_key_jwt", "jwks": {"keys": [key.as_dict(private=False)]}},
    },
    open(f"{folder}/apps.json", "w"),
)
