"""The TLS context of a connection."""

import ssl
from pathlib import Path

from driftline.stream_app.config.errors import ConfigError


def tls_context(
    cafile: str | None, certfile: str | None, keyfile: str | None, password: str | None
) -> ssl.SSLContext:
    """A context that verifies the server, and shows it a certificate if there is one.

    Args:
        cafile: PEM file of certificate authorities; without it those of the system.
        certfile: PEM file of the client's certificate; it holds the key too when there is no keyfile.
        password: opens an encrypted key.

    Raises:
        ConfigError: a file cannot be read, is not PEM, or the password does not open the key.
    """
    for name, path in {"ssl_cafile": cafile, "ssl_certfile": certfile, "ssl_keyfile": keyfile}.items():
        if path is not None and not Path(path).is_file():
            raise ConfigError.of(f"kafka.{name}: there is no file {path}: name a PEM file.")
    try:
        context = ssl.create_default_context(cafile=cafile)
        if certfile is not None:
            # Without a password OpenSSL would ask for one on the terminal, and wait.
            context.load_cert_chain(certfile, keyfile, password or "")
    except OSError as error:  # ssl.SSLError is one
        files = ", ".join(filter(None, (cafile, certfile, keyfile)))
        raise ConfigError.of(
            f"The certificates in {files} cannot be used ({error.strerror or error}): they must be PEM, "
            "belong to each other, and ssl_key_password must open an encrypted key."
        ) from error
    return context
