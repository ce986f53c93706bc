"""The envelope every authored document shares: apiVersion, kind, metadata, spec."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from sluse.model.names import IntegrationKey
from sluse.model.value import Slug, Value


class Metadata(Value):
    """Identity: unique per organisation over all authored kinds."""

    name: Slug = Field(description="Name of the document, unique in the organisation.", examples=["journal-web"])
    organisation: Slug = Field(
        description="The organisation's slug; equals the folder the file lies in.", examples=["fjordlegen"]
    )


class Document(Value):
    """What every authored kind has. Subclasses add `kind` and `spec`."""

    api_version: Literal["sluse.nhn.no/v1alpha1"] = Field(description="Version of the form.")
    metadata: Metadata

    @property
    def key(self) -> IntegrationKey:
        """The document's identity."""
        return IntegrationKey(self.metadata.organisation, self.metadata.name)
