"""A browser in which a person signs in, and how a server is told that there are people."""

import httpx

PASSWORD = "correct horse battery"
ON = {"FOOTNOTE_PEOPLE": "{}"}


class Browser(httpx.Client):
    """Keeps cookies, and says from which page it asks, as browsers do."""

    def __init__(self, address: str) -> None:
        super().__init__(base_url=address, timeout=60, follow_redirects=True)
        self.headers["Origin"] = address

    def sign_in(self, name: str, password: str = PASSWORD) -> httpx.Response:
        return self.post("/sign-in", data={"name": name, "password": password, "query": ""})

    @property
    def session(self) -> str:
        return self.cookies.get("footnote_session", "")
