"""The chapters of the story, in `CHAPTERS`; each tells facts only after it has seen them."""

from sluse.demo.story.order import order
from sluse.demo.story.registered import registered
from sluse.demo.story.repaired import repaired
from sluse.demo.story.retired import retired
from sluse.demo.story.stranger import stranger
from sluse.demo.story.token import token

CHAPTERS = (order, registered, token, stranger, repaired, retired)
