"""The API scopes that the sandbox's authorities know: names seen in HelseID's public samples and documentation.

Beside them the made-up ones of the examples in `integrations/`, so that those register. Any other scope is refused, which is how the demo shows an unknown one. HelseID's full list is not public.
"""

OF_THE_EXAMPLES = frozenset({"nhn:sfm/legemiddelliste", "nhn:sfm/reseptur.read"})
"""No public page has these."""

API_SCOPES = OF_THE_EXAMPLES | frozenset(
    {
        "fhi:sysvak.epj.dev/api",
        "nhn:deft/api",
        "nhn:hgd-persontjenesten-api/restricted-access",
        "nhn:jft/api",
        "nhn:msh/api",
        "nhn:pit/api.read",
        "nhn:selvbetjening/client",
        "nhn:vkp/api/user/composition.*",
        "norsk-helsenett:python-sample-api/read",
    }
)
