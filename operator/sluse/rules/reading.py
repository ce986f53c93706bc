"""The rules of reading: found by the catalogue while bytes become documents. They have no check of their own."""

from __future__ import annotations

from sluse.rules.rule import Certainty, ReadingRule


def _own(rule_id: str, why: str, hint: str) -> ReadingRule:
    return ReadingRule(
        id=rule_id, why=why, source="Sluse: the form of authored files", certainty=Certainty.OWN, hint=hint
    )


def _yaml(rule_id: str, why: str, hint: str) -> ReadingRule:
    source = "YAML 1.2.2, read as a subset in which every reader agrees"
    return ReadingRule(id=rule_id, why=why, source=source, certainty=Certainty.OWN, hint=hint)


FILE_NAME = _own(
    "file-name",
    "Where a file lies says whose it is and what it is.",
    "Files are <organisation>/organisation.yaml, <organisation>/<name>.yaml,"
    " <organisation>/keys/<integration>/<client>.<environment>.jwks.json and README.md; of records"
    " <organisation>/acceptance/<name>/acceptance-test.yaml with <part>.json beside it,"
    " <organisation>/decisions/<subject>/<n>-<type>.yaml and <organisation>/accepted/<digest>.json.",
)
NOT_A_FILE = _own(
    "not-a-regular-file",
    "A link may lead outside the reviewed tree, so none is ever followed.",
    "Put the content itself in the place of the link.",
)
TOO_LARGE = _own(
    "file-too-large",
    "A bound keeps one file from slowing everybody down.",
    "Split it: one integration a file, and no more keys in a key file than are in use.",
)
TOO_DEEP = _own("too-deep", "No document is nested this deep.", "Remove the nesting.")
TOO_MANY_NODES = _own("too-many-values", "No document has this many values.", "Split the document.")
NOT_UTF8 = _yaml("not-utf8", "Any other encoding would be read differently elsewhere.", "Save the file as UTF-8.")
BYTE_ORDER_MARK = _yaml(
    "byte-order-mark",
    "Some readers take it for part of the first word.",
    "Save the file as UTF-8 without byte order mark (BOM).",
)
CONTROL_CHARACTER = _yaml(
    "control-character",
    "What cannot be seen cannot be reviewed.",
    "Delete the character and type the line again.",
)
TAB = _yaml("tab-indentation", "YAML forbids tabs in indentation.", "Indent with spaces.")
SYNTAX = _yaml("yaml-syntax", "The file says nothing certain.", "Compare with the example in integrations/README.md.")
JSON_SYNTAX = ReadingRule(
    id="json-syntax",
    why="Key files, evidence and accepted files are read by other tools too, as JSON.",
    source="RFC 8259; RFC 7517 (JWK Set)",
    certainty=Certainty.VERIFIED,
    hint="Write the file as JSON, exactly as the tool that made it did.",
)
DUPLICATE_KEY = _yaml(
    "duplicate-key",
    "Some readers take the first, others the last: nobody knows which was reviewed.",
    "Keep one of the two.",
)
ALIAS = _yaml("alias", "What an alias stands for is not where a reviewer looks.", "Write the value out in each place.")
TAG = _yaml("tag", "A tag changes how a value is read.", "Remove the tag; put text in quotes.")
SEVERAL_DOCUMENTS = _yaml(
    "several-documents", "A file is one document, so that its place is its identity's.", "One document a file."
)
DIRECTIVE = _yaml("directive", "A directive changes how the file is read.", "Remove the line.")
AMBIGUOUS = _yaml(
    "ambiguous-value",
    "YAML 1.1 readers, which most tools are, read it differently from YAML 1.2: `no` is false to them.",
    "Put it in quotes if it is text; else write true, false or a plain number.",
)
NUMBER_RANGE = _yaml("number-range", "Readers cut such a number off at different places.", "Put it in quotes.")
API_VERSION = _own("api-version", "It says which form the file has.", "Write `apiVersion: sluse.nhn.no/v1alpha1`.")
KIND = _own(
    "kind",
    "It says what the file is about.",
    "Write the kind that belongs there; integrations/README.md has them all.",
)
FOLDER = _own(
    "organisation-differs-from-folder",
    "The folder decides who may change a file, so a file cannot speak for another organisation.",
    "Move the file into the organisation's folder, or correct `metadata.organisation`.",
)
RECORD_NAME = _own(
    "record-name",
    "A record is found by its path and cited by its name: where the two differ, nobody knows which one was meant.",
    "Put the record back where the command wrote it.",
)
ACCEPTED_BYTES = _own(
    "accepted-bytes",
    "What production gets is exactly the bytes that were tested and decided on; their name is their SHA-256.",
    "Take the file from the commit that brought it; it is never edited, not even its last line break.",
)
SCHEMA_LINE = _own(
    "schema-line",
    "An editor that knows the schema completes fields and shows mistakes while they are typed.",
    "`sluse check --fix` writes the line. A document means the same without it, so nothing else speaks of it.",
)
MANIFEST_HISTORY = _own(
    "manifest-history",
    "Whoever judges a step later needs the policies that held then.",
    "Write the manifest with its command: it puts the same bytes into policies/history/<version>.json.",
)
MANIFEST_OUTDATED = _own(
    "manifest-outdated",
    "Production moves by the files that the roots signed, and by none while one of them is another.",
    "Have it reviewed, then let each root run `sluse policies sign --key FILE --commit`.",
)
NAME_TAKEN = _own(
    "name-taken",
    "A name is the identity that clients and keys are found by.",
    "Give one of the two another name.",
)
NOT_A_MAPPING = _own(
    "not-a-mapping", "A document is keys with values.", "Begin with `apiVersion: sluse.nhn.no/v1alpha1`."
)
UNKNOWN_FIELD = _own(
    "unknown-field", "A misspelt field would be silently without effect.", "Remove the field, or correct its name."
)
MISSING_FIELD = _own("missing-field", "Without it the document is not complete.", "Add the field.")
WRONG_TYPE = _own("wrong-type", "The field holds another kind of value.", "Correct the value.")
WRONG_FORM = _own("wrong-form", "The value cannot mean what the field asks for.", "Correct the value.")
UNKNOWN_VALUE = _own("unknown-value", "The field has a fixed set of values.", "Use one of the values.")
OUT_OF_BOUNDS = _own(
    "out-of-bounds", "Every value has a bound, so that no file can exhaust the cluster.", "Shorten it."
)
LISTED_TWICE = _own("listed-twice", "The list is a set.", "Remove the second one.")
PRIVATE_KEY = ReadingRule(
    id="private-key",
    why="A private key in git is known to everybody who ever clones it, and git does not forget. Not every"
    " one can be seen: not what is compressed, in hex, in several fields, or in base64 more than three times.",
    source="NHN utviklerportal, HelseID: haandtering av hemmeligheter; RFC 7518 section 6 (private members)",
    certainty=Certainty.PARTLY,
    hint="Treat the key as lost: make a new one, keep its private part where the service runs, and put only the public"
    " part here. If this was pushed, tell NHN.",
)
PERSONAL_IDENTIFIER = ReadingRule(
    id="personal-identifier",
    why="A fødselsnummer or D-number is a person's, and git does not forget.",
    source="Skatteetaten, folkeregisteret-api-dokumentasjon: control digits, the rule of 2032 included",
    certainty=Certainty.VERIFIED,
    hint="Use an alias for test users; real and synthetic identifiers are kept outside git.",
)
RECORD_REWRITTEN = _own(
    "record-rewritten",
    "Decisions, acceptance tests, evidence and accepted files are what production stands on: they are never edited and"
    " never deleted.",
    "Restore the file as it was; a new statement takes an old one back.",
)

RULES = (
    FILE_NAME,
    NOT_A_FILE,
    TOO_LARGE,
    PRIVATE_KEY,
    PERSONAL_IDENTIFIER,
    NOT_UTF8,
    BYTE_ORDER_MARK,
    CONTROL_CHARACTER,
    TAB,
    SYNTAX,
    JSON_SYNTAX,
    DIRECTIVE,
    SEVERAL_DOCUMENTS,
    ALIAS,
    TAG,
    DUPLICATE_KEY,
    TOO_DEEP,
    TOO_MANY_NODES,
    NUMBER_RANGE,
    AMBIGUOUS,
    NOT_A_MAPPING,
    API_VERSION,
    KIND,
    FOLDER,
    RECORD_NAME,
    ACCEPTED_BYTES,
    RECORD_REWRITTEN,
    SCHEMA_LINE,
    MANIFEST_HISTORY,
    MANIFEST_OUTDATED,
    NAME_TAKEN,
    UNKNOWN_FIELD,
    MISSING_FIELD,
    WRONG_TYPE,
    WRONG_FORM,
    UNKNOWN_VALUE,
    OUT_OF_BOUNDS,
    LISTED_TWICE,
)
