"""The base of everything that is read from a manifest."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Strict(BaseModel):
    """Base of all manifest models: frozen, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")
