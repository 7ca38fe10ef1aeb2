"""A real provider of OpenID Connect (Authlib's authorization server), which a test starts."""

import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import AuthorizationCodeMixin, ClientMixin, grants
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import UserInfo
from authlib.oidc.core.grants import OpenIDCode
from flask import Flask, Response, jsonify
from joserfc.jwk import KeySet, RSAKey
from werkzeug.serving import make_server

CLIENT, SECRET = "footnote", "a secret of ours"


@dataclass
class Code(AuthorizationCodeMixin):
    """What a browser brings back."""

    request: object
    user: dict[str, object]
    payload: dict[str, str] = field(default_factory=dict)

    def get_redirect_uri(self) -> str:
        return self.payload["redirect_uri"]

    def get_scope(self) -> str:
        return self.payload["scope"]

    def get_nonce(self) -> str:
        return self.payload["nonce"]

    def get_auth_time(self) -> int:
        return int(time.time())

    def get_acr(self) -> None:
        return None

    def get_amr(self) -> None:
        return None

    @property
    def code_challenge(self) -> str:
        return self.payload["code_challenge"]

    @property
    def code_challenge_method(self) -> str:
        return self.payload["code_challenge_method"]


class Client(ClientMixin):
    """The only one that it knows."""

    def get_client_id(self) -> str:
        return CLIENT

    def get_allowed_scope(self, scope: str) -> str:
        return scope

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri.endswith("/sign-in/callback")

    def check_client_secret(self, client_secret: str) -> bool:
        return client_secret == SECRET

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return (method, endpoint) == ("client_secret_basic", "token")

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


class Provider:
    """Says of whoever comes that they are its `user`; `claims` are put over what it says."""

    def __init__(self) -> None:
        self.address = ""
        self.user: dict[str, object] = {}
        self.claims: dict[str, object] = {}
        self.key = self.signs = RSAKey.generate_key(2048, {"kid": "one"})
        self.is_down = False
        self._codes: dict[str, Code] = {}
        self._nonces: set[str] = set()

    def app(self) -> Flask:
        provider, app = self, Flask(__name__)

        class CodeGrant(grants.AuthorizationCodeGrant):
            TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic",)

            def save_authorization_code(self, code: str, request: object) -> None:
                made = Code(request, request.user, dict(request.payload.data))
                provider._codes[code] = made
                provider._nonces.add(made.get_nonce())

            def query_authorization_code(self, code: str, _client: object) -> Code | None:
                return provider._codes.get(code)

            def delete_authorization_code(self, authorization_code: Code) -> None:
                kept = provider._codes.items()
                provider._codes = {code: one for code, one in kept if one is not authorization_code}

            def authenticate_user(self, authorization_code: Code) -> dict[str, object]:
                return authorization_code.user

        class Identity(OpenIDCode):
            def exists_nonce(self, nonce: str, _request: object) -> bool:
                return nonce in provider._nonces

            def resolve_client_private_key(self, _client: object) -> RSAKey:
                return provider.signs

            def get_encode_header(self, _client: object) -> dict[str, str]:
                return {"alg": "RS256", "kid": "one"}

            def get_client_claims(self, _client: object) -> dict[str, object]:
                return {"iss": provider.address, "aud": [CLIENT]}

            def generate_user_info(self, user: dict[str, object], _scope: str) -> UserInfo:
                return UserInfo({**user, **provider.claims})

        server = AuthorizationServer(app, lambda _: Client(), lambda *_: None)
        server.register_grant(CodeGrant, [Identity(require_nonce=True), CodeChallenge(True)])

        @app.before_request
        def answer_nothing() -> Response | None:
            return Response(status=503) if provider.is_down else None

        @app.get("/.well-known/openid-configuration")
        def tell() -> Response:
            return jsonify(
                issuer=provider.address,
                authorization_endpoint=f"{provider.address}/authorize",
                token_endpoint=f"{provider.address}/token",
                jwks_uri=f"{provider.address}/keys",
                id_token_signing_alg_values_supported=["RS256"],
            )

        @app.get("/keys")
        def keys() -> Response:
            return jsonify(KeySet([provider.key]).as_dict(private=False))

        @app.get("/authorize")
        def authorize() -> Response:
            grant = server.get_consent_grant(end_user=provider.user)
            return server.create_authorization_response(grant=grant, grant_user=provider.user)

        @app.post("/token")
        def token() -> Response:
            return server.create_token_response()

        return app


@contextmanager
def provider() -> Iterator[Provider]:
    """A provider that is served."""
    made = Provider()
    served = make_server("127.0.0.1", 0, made.app(), threaded=True)
    made.address = f"http://127.0.0.1:{served.server_port}"
    thread = threading.Thread(target=served.serve_forever)
    thread.start()
    try:
        yield made
    finally:
        served.shutdown()
        thread.join()
        served.server_close()


def person(name: str, *groups: str, subject: str = "") -> dict[str, object]:
    """What it says of somebody."""
    known = subject or secrets.token_hex(4)
    return {"sub": known, "preferred_username": name, "groups": list(groups)}
