"""The base class of the manifest models."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Strict(BaseModel):
    """Base of all manifest models: frozen, and rejects unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")
