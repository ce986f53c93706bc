"""The chapters of the story, in `CHAPTERS`; each tells facts only after it has seen them."""

from sluse.demo.story.accepted import accepted
from sluse.demo.story.ended import ended
from sluse.demo.story.federated import federated
from sluse.demo.story.opened import opened
from sluse.demo.story.order import order
from sluse.demo.story.provider_accepted import provider_accepted
from sluse.demo.story.reachable import reachable
from sluse.demo.story.registered import registered
from sluse.demo.story.repaired import repaired
from sluse.demo.story.retired import retired
from sluse.demo.story.stranger import stranger
from sluse.demo.story.token import token
from sluse.demo.story.trusted import trusted
from sluse.demo.story.verified import verified

CHAPTERS = (
    *(order, registered, token, stranger, repaired),
    *(federated, trusted, provider_accepted, accepted, opened),
    *(reachable, retired, ended, verified),
)
