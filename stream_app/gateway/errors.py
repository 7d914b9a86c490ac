"""What keeps a gateway from serving."""


class GatewayError(Exception):
    """It may not listen there, or cannot."""
