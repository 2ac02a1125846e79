"""What tests of trees and the world outside share with those of integrations."""

from tests.integrations.conftest import authority, server_tls

__all__ = ["authority", "server_tls"]
