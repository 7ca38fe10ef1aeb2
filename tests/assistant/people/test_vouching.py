"""Who is let in on the word of others: a provider of OpenID Connect, or a proxy before the page."""

import json
import time
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from http_server import server
from joserfc.jwk import RSAKey
from openid_provider import CLIENT, SECRET, Provider, person, provider
from signed_in import PASSWORD, Browser

pytestmark = pytest.mark.xdist_group("people")


@pytest.fixture(scope="module", autouse=True)
def unprotected() -> Iterator[None]:
    """The provider is on this machine, without TLS."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
        yield


@pytest.fixture(scope="module")
def identity() -> Iterator[Provider]:
    with provider() as identity:
        yield identity


@pytest.fixture(autouse=True)
def as_it_was(identity: Provider) -> Iterator[None]:
    yield
    identity.claims, identity.signs, identity.is_down = {}, identity.key, False


@pytest.fixture(scope="module")
def vouching(shared, identity) -> Iterator[str]:
    """A server of the shared store that believes the provider, and a proxy of this machine."""
    people = {
        "openid_issuer": identity.address,
        "openid_client": CLIENT,
        "proxies": ["127.0.0.1"],
    }
    told = {
        "FOOTNOTE_PEOPLE": json.dumps(people),
        "FOOTNOTE_PEOPLE__OPENID_SECRET": SECRET,
    }
    with server(shared, **told) as address:
        yield address


def came_back(browser: Browser) -> httpx.Response:
    """A browser goes to the provider, which lets its user in, and comes back."""
    there = browser.get("/sign-in/provider", follow_redirects=False)
    assert there.status_code == 303, there.text
    back = httpx.get(there.headers["location"])
    assert back.status_code == 302, back.text
    return browser.get(back.headers["location"])


def me(browser: httpx.Client) -> dict[str, object]:
    said: dict[str, object] = browser.get("/api/v1/me").json()
    return said


def test_a_provider_lets_people_in_with_its_groups(vouching, identity, people):
    identity.user = person("Dora", "clinic", "night", subject="d1")
    with Browser(vouching) as dora:
        assert came_back(dora).status_code == 200
        assert me(dora) == {"name": "Dora", "groups": ["clinic", "night"]}
        identity.user = person("Dora", "clinic", subject="d1")
        assert came_back(dora).status_code == 200
        assert me(dora)["groups"] == ["clinic"], "a group that vanished is left"
    account = people.accounts.named("Dora")
    assert account.source == identity.address
    assert people.accounts.with_password("Dora", "") is None


def test_nobody_becomes_another_by_bearing_their_name(vouching, identity):
    for taken in ("Ada", "ADA"):
        identity.user = person(taken, "owners", subject="stranger")
        with Browser(vouching) as stranger:
            refused = came_back(stranger)
            assert refused.status_code == 401
            assert "already, who is not the same" in refused.text
            assert stranger.get("/config").status_code == 401
    identity.user = person("Eve", subject="e1")
    with Browser(vouching) as eve:
        came_back(eve)
    identity.user = person("Eve", subject="e2")
    with Browser(vouching) as other:
        assert came_back(other).status_code == 401


def test_whoever_is_let_in_no_longer_is_not_let_in_by_a_provider(vouching, identity, people):
    identity.user = person("Finn", subject="f1")
    with Browser(vouching) as finn:
        came_back(finn)
        people.accounts.set_active("Finn", active=False)
        assert finn.get("/config").status_code == 401
        refused = came_back(finn)
        assert refused.status_code == 401
        assert "let in no longer" in refused.text


@pytest.mark.parametrize("minutes", [-10, 10])
def test_a_clock_that_is_ten_minutes_off_is_told_in_one_line(vouching, identity, minutes):
    identity.user = person("Gus", subject="g1")
    identity.claims = {"iat": int(time.time()) + minutes * 60}
    with Browser(vouching) as gus:
        refused = came_back(gus)
        assert refused.status_code == 401
        assert "10 minutes apart" in refused.text
        assert gus.get("/config").status_code == 401


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": ["another"]},
        {"iss": "https://id.example"},
        {"nonce": "another"},
        {"exp": 1},
        {"preferred_username": ""},
        {"azp": "another"},
    ],
)
def test_what_a_provider_says_for_another_is_not_believed(vouching, identity, claims):
    identity.user, identity.claims = person("Hal", subject="h1"), claims
    with Browser(vouching) as hal:
        refused = came_back(hal)
        assert refused.status_code == 401
        assert "cannot be believed" in refused.text
        assert hal.get("/config").status_code == 401


def test_a_signature_of_another_key_is_not_believed(vouching, identity):
    identity.user = person("Ina", subject="i1")
    identity.signs = RSAKey.generate_key(2048, {"kid": "one"})
    with Browser(vouching) as ina:
        assert "cannot be believed" in came_back(ina).text
        assert ina.get("/config").status_code == 401


def test_a_provider_that_is_down_is_told_and_who_is_signed_in_stays_so(vouching, identity):
    with Browser(vouching) as ada, Browser(vouching) as late:
        ada.sign_in("Ada")
        identity.user = person("Jo", subject="j1")
        there = late.get("/sign-in/provider", follow_redirects=False)
        back = httpx.get(there.headers["location"]).headers["location"]
        identity.is_down = True
        refused = late.get(back)
        assert refused.status_code == 401
        assert "does not answer: it answers with 503" in refused.text
        assert ada.get("/config").status_code == 200
        assert late.sign_in("Bob").status_code == 200, "others sign in with a password"


def test_a_way_back_counts_once_and_in_the_browser_that_set_out(vouching, identity):
    identity.user = person("Kim", subject="k1")
    with Browser(vouching) as kim, Browser(vouching) as victim:
        there = kim.get("/sign-in/provider", follow_redirects=False).headers["location"]
        asked = parse_qs(urlsplit(there).query)
        assert asked["code_challenge_method"] == ["S256"]
        assert SECRET not in there
        back = httpx.get(there).headers["location"]
        assert "was not begun in this browser" in victim.get(back).text
        assert victim.get("/config").status_code == 401
        site = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
        assert kim.get(back, headers={**site, "Sec-Fetch-Dest": "document"}).status_code == 200
        assert kim.get(back).status_code == 401


# A proxy -----------------------------------------------------------------------------------------


def test_a_proxy_that_is_named_says_who_asks_and_in_which_groups(vouching, people):
    said = {"X-Forwarded-User": "Lea", "X-Forwarded-Groups": "clinic, night", "Origin": vouching}
    with httpx.Client(base_url=vouching, headers=said) as lea:
        assert me(lea) == {"name": "Lea", "groups": ["clinic", "night"]}
        assert lea.get("/config").status_code == 200
        people.accounts.set_active("Lea", active=False)
        assert lea.get("/config").status_code == 401
        people.accounts.set_active("Lea", active=True)
    borne = httpx.get(f"{vouching}/", headers={"X-Forwarded-User": "Ada"})
    assert borne.status_code == 403
    assert "who is not the same" in borne.text


def test_what_says_who_asks_counts_from_nobody_else(address):
    for name in ("X-Forwarded-User", "X-Forwarded-Groups", "Remote-User", "X-Forwarded-For"):
        said = {name: "Ada" if "User" in name else "owners"}
        assert httpx.get(f"{address}/config", headers=said).status_code == 401
        assert httpx.get(f"{address}/api/v1/me", headers=said).status_code == 401


def test_behind_a_proxy_guesses_are_counted_by_the_address_that_it_tells(vouching):
    def guessed(address: str) -> int:
        said = {"Origin": vouching, "X-Forwarded-For": f"203.0.113.9, {address}"}
        form = {"name": "Cleo", "password": "a guess of ten"}
        return httpx.post(f"{vouching}/sign-in", data=form, headers=said).status_code

    assert [guessed("198.51.100.7") for _ in range(6)] == [401] * 5 + [429]
    assert guessed("198.51.100.8") == 401
    with Browser(vouching) as cleo:
        assert cleo.sign_in("Cleo", PASSWORD).status_code == 200
