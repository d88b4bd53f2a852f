"""Step guides for what people stumble over online, and tips: data written by us from checked facts only (R-16, R-30).

Use: `from knowledge.how_to import load_guides, guide_for`. Guide for editors: docs/how-to-guides.md.
"""

from __future__ import annotations

from knowledge.how_to.loading import guide_for, load_guides, reply_phrases
from knowledge.how_to.models import HelpKind, HowToGuide, HowToStep
from knowledge.how_to.tips import Moment, Tip, load_tips, tip_for

__all__ = [
    "HelpKind",
    "HowToGuide",
    "HowToStep",
    "Moment",
    "Tip",
    "guide_for",
    "load_guides",
    "load_tips",
    "reply_phrases",
    "tip_for",
]
