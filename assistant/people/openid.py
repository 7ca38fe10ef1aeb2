"""Signing in by OpenID Connect: to the provider and back, with what it says checked (Authlib).

The code flow with PKCE, a state and a nonce; the provider's signature, address, audience and times
are checked before anything that it says is believed.
"""

import threading
import time
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

from assistant.people.accounts import PeopleError
from assistant.people_settings import PeopleSettings

_SCOPE = "openid profile email"
_SECONDS = 10.0
"""How long the provider may take to answer."""
_KNOWN = 3600.0
"""Seconds for which it is believed what it says of itself."""
_LEEWAY = 120
"""Seconds by which its clock and ours may differ."""
_SIGNED = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
"""How: with keys of which we know the public half alone."""


@dataclass(frozen=True, slots=True)
class Vouched:
    """For whom a provider vouches: what it knows them by, their name and groups.

    >>> Vouched("https://id.example", "248289", "Ada", ("partners",)).name
    'Ada'
    """

    issuer: str
    subject: str
    name: str
    groups: tuple[str, ...]


class Provider:
    """A provider of OpenID Connect. Thread-safe; nothing is asked of it before somebody signs in.

    Raises:
        PeopleError: from any method, in one line: it does not answer, or cannot be believed.

    >>> settings = PeopleSettings(openid_issuer="http://127.0.0.1:9")
    >>> Provider(settings).set_out("http://127.0.0.1:7860/sign-in/callback")
    Traceback (most recent call last):
        ...
    assistant.people.accounts.PeopleError: The provider at http://127.0.0.1:9 does not answer: ...
    """

    def __init__(self, settings: PeopleSettings) -> None:
        self._settings = settings
        self._issuer = settings.openid_issuer or ""
        self._lock = threading.Lock()
        self._told: tuple[float, dict[str, Any]] = (float("-inf"), {})

    def set_out(self, back: str) -> tuple[str, dict[str, str]]:
        """The address to which a browser is sent, and what must be known when it comes `back`."""
        from authlib.common.security import generate_token

        said = {"nonce": generate_token(32), "verifier": generate_token(48), "back": back}
        endpoint = self._endpoint("authorization_endpoint")
        with self._client(back) as client:
            address, state = client.create_authorization_url(
                endpoint, code_verifier=said["verifier"], nonce=said["nonce"]
            )
        return address, {**said, "state": state}

    def vouched(self, said: dict[str, str], address: str) -> Vouched:
        """Who has come back, to this address, with what was said when they set out."""
        told = {key: values[0] for key, values in parse_qs(urlsplit(address).query).items()}
        if not said.get("state") or told.get("state") != said["state"]:
            raise PeopleError("This sign-in was not begun in this browser: begin anew.")
        if told.get("iss", self._metadata()["issuer"]) != self._metadata()["issuer"]:
            raise self._unbelieved("another one answered in its place")
        if "error" in told or "code" not in told:
            raise PeopleError(f"The provider at {self._issuer} has not let you in: begin anew.")
        return self._named(self._claims(said, told["code"]))

    # -------------------------------------------------------------------------------------------

    def _claims(self, said: dict[str, str], code: str) -> dict[str, Any]:
        """What the provider says of whoever came back with a code, once it is checked."""
        from authlib.common.errors import AuthlibBaseError
        from authlib.oidc.core import CodeIDToken
        from joserfc import jwt
        from joserfc.errors import JoseError
        from joserfc.jwk import KeySet
        from joserfc.jws import JWSRegistry

        metadata = self._metadata()
        try:
            with self._client(said["back"]) as client:
                token = client.fetch_token(
                    self._endpoint("token_endpoint"),
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=said["verifier"],
                )
            keys = KeySet.import_key_set(cast("Any", self._got(self._endpoint("jwks_uri"))))
            registry = JWSRegistry(algorithms=_SIGNED, strict_check_header=False)
            read = jwt.decode(str(token.get("id_token", "")), keys, registry=registry)
            self._check_clock(read.claims)
            claims = CodeIDToken(
                read.claims,
                read.header,
                {"iss": {"essential": True, "values": [metadata["issuer"]]}},
                {
                    "nonce": said["nonce"],
                    "client_id": self._settings.openid_client,
                    "access_token": token.get("access_token"),
                },
            )
            claims.validate(leeway=_LEEWAY)
        except (AuthlibBaseError, JoseError, ValueError) as error:
            raise self._unbelieved(getattr(error, "error", None) or type(error).__name__) from error
        except self._faults() as error:
            raise self._silent(error) from error
        if "nonce" not in claims or self._settings.openid_client not in _several(claims["aud"]):
            raise self._unbelieved("what it says is for somebody else")
        return dict(claims)

    def _named(self, claims: dict[str, Any]) -> Vouched:
        wanted = self._settings.openid_name
        name = claims.get(wanted)
        if not isinstance(name, str) or not name.strip():
            raise self._unbelieved(f"it tells no name ({wanted!r})")
        groups = _several(claims.get(self._settings.openid_groups))
        return Vouched(self._metadata()["issuer"], str(claims["sub"]), name, tuple(groups))

    def _check_clock(self, claims: dict[str, Any]) -> None:
        issued = claims.get("iat")
        if not isinstance(issued, int | float):
            raise self._unbelieved("it does not say when")
        minutes = round(abs(time.time() - issued) / 60)
        if abs(time.time() - issued) > _LEEWAY:
            raise PeopleError(
                f"The clock of the provider at {self._issuer} and this machine's are {minutes} "
                "minutes apart: have them set, then sign in again."
            )

    def _metadata(self) -> dict[str, Any]:
        with self._lock:
            when, told = self._told
            if time.monotonic() - when > _KNOWN:
                place = f"{self._issuer.rstrip('/')}/.well-known/openid-configuration"
                told = self._got(place)
                if str(told.get("issuer", "")).rstrip("/") != self._issuer.rstrip("/"):
                    raise self._unbelieved("it calls itself otherwise")
                self._told = (time.monotonic(), told)
            return told

    def _endpoint(self, name: str) -> str:
        found = self._metadata().get(name)
        if not isinstance(found, str) or urlsplit(found).scheme not in ("http", "https"):
            raise self._unbelieved(f"it names no {name}")
        if urlsplit(self._issuer).scheme == "https" and urlsplit(found).scheme != "https":
            raise self._unbelieved(f"its {name} is not protected")
        return found

    def _got(self, place: str) -> dict[str, Any]:
        import httpx

        try:
            answer = httpx.get(place, timeout=_SECONDS, follow_redirects=False)
            answer.raise_for_status()
            told = answer.json()
        except httpx.HTTPError as error:
            raise self._silent(error) from error
        except ValueError as error:
            raise self._unbelieved("what it says cannot be read") from error
        if not isinstance(told, dict):
            raise self._unbelieved("what it says cannot be read")
        return told

    def _client(self, back: str) -> Any:  # noqa: ANN401 (Authlib has no types)
        from authlib.integrations.httpx_client import OAuth2Client

        secret = self._settings.openid_secret
        return OAuth2Client(
            self._settings.openid_client,
            None if secret is None else secret.get_secret_value(),
            scope=_SCOPE,
            redirect_uri=back,
            code_challenge_method="S256",
            token_endpoint_auth_method="none" if secret is None else "client_secret_basic",
            timeout=_SECONDS,
        )

    def _faults(self) -> tuple[type[Exception], ...]:
        import httpx
        from authlib.integrations.httpx_client._compat import httpx2

        return (httpx.HTTPError, httpx2.HTTPError)

    def _silent(self, error: Exception) -> PeopleError:
        status = getattr(getattr(error, "response", None), "status_code", None)
        told = f"it answers with {status}" if status else type(error).__name__
        return PeopleError(
            f"The provider at {self._issuer} does not answer: {told}. Try again a little later; "
            "whoever is signed in stays so."
        )

    def _unbelieved(self, reason: str) -> PeopleError:
        return PeopleError(f"The provider at {self._issuer} cannot be believed: {reason}.")


def _several(told: object) -> list[str]:
    """One word or many, as a claim has them."""
    if isinstance(told, str):
        return [told]
    return [one for one in told if isinstance(one, str)] if isinstance(told, list) else []
