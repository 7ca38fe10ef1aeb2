"""How people sign in where several share an installation: the part `[people]` of the settings."""

import ipaddress
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, model_validator
from pydantic_core import PydanticCustomError

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def _networks(given: object) -> object:
    """Addresses and networks from a list or from a text with commas."""
    told = given.split(",") if isinstance(given, str) else given
    if not isinstance(told, list | tuple):
        return given
    try:
        return tuple(ipaddress.ip_network(str(one).strip()) for one in told)
    except ValueError as error:
        raise PydanticCustomError("network", "Each is an address or a network") from error


class PeopleSettings(BaseModel):
    """How people sign in, and what is kept of what they do.

    >>> PeopleSettings(proxies="10.0.0.2, 10.1.0.0/16").is_proxy("10.1.7.7")
    True
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    passwords: bool = Field(True, description="Whether people sign in with a password of ours.")
    hours: float = Field(12, gt=0, le=24 * 366, description="How long a session lasts.")
    owners: str = Field(
        "owners", min_length=1, description="The group of those who run the installation."
    )
    audit_words: bool = Field(False, description="Whether the log holds the words of questions.")

    proxies: Annotated[tuple[Network, ...], BeforeValidator(_networks)] = Field(
        (), description="The addresses of proxies that say who asks, and whose word is taken."
    )
    proxy_name: str = Field("X-Forwarded-User", description="The header with a person's name.")
    proxy_groups: str = Field("X-Forwarded-Groups", description="That with groups, by commas.")
    proxy_vouches: bool = Field(
        True, description="Whether proxies say who asks, or only from which address."
    )

    openid_issuer: str | None = Field(
        None, pattern=r"^https?://[^\s?#]+$", description="The address of an OpenID provider."
    )
    openid_client: str = Field("footnote", description="What the provider knows us by.")
    openid_secret: SecretStr | None = Field(None, description="The secret that goes with it.")
    openid_name: str = Field("preferred_username", description="The claim that is the name.")
    openid_groups: str = Field("groups", description="The claim that holds the groups.")

    @model_validator(mode="after")
    def _some_way_in(self) -> "PeopleSettings":
        if not (self.passwords or self.openid_issuer or (self.proxies and self.proxy_vouches)):
            raise PydanticCustomError("way", "Nobody could sign in: name a provider or proxies")
        return self

    def is_proxy(self, address: str) -> bool:
        """Whether a request from this address comes from one of the proxies."""
        try:
            there = ipaddress.ip_address(address.partition("%")[0])
        except ValueError:
            return False
        # Where a server listens to both kinds, it sees those of the old one in the new form.
        there = getattr(there, "ipv4_mapped", None) or there
        return any(there in network for network in self.proxies)
