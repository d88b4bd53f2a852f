"""Names that the understanding and the actions share about stories of offices; no Rasa here."""

STORY, STORY_OFFER = "story", "story_offer"
"""Keys of a message: how likely it is a story (0 to 1); whether a petition is offered beside the answer."""
TELL_STORY = "tell_office_story"
