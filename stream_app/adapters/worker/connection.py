"""One set of Kafka settings in the words of Faust; aiokafka's come from the settings themselves."""

from typing import Any

from faust.auth import SASLCredentials, SSLCredentials
from faust.types.auth import CredentialsT


def faust_credentials(options: dict[str, Any]) -> CredentialsT | None:
    """Faust's credentials from aiokafka's connection options; None for an open broker."""
    context = options.get("ssl_context")
    if "sasl_mechanism" in options:
        return SASLCredentials(
            username=options["sasl_plain_username"],
            password=options["sasl_plain_password"],
            ssl_context=context,
            mechanism=options["sasl_mechanism"],
        )
    return SSLCredentials(context) if context is not None else None
