import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluse.registrar.dynamic.client_name import read, write
from sluse.registrar.port import Mark

texts = st.text(min_size=1, max_size=60) | st.text(alphabet="\\u{}]ab0 \x00", min_size=1, max_size=20)


@given(texts, texts)
def test_what_was_written_is_read_back_whatever_mark_and_title_hold(mark: str, title: str) -> None:
    assert read(write(Mark(mark), title)) == (Mark(mark), title)


@given(texts, texts)
def test_the_name_is_printable_and_nothing_in_it_can_be_trimmed_or_folded(mark: str, title: str) -> None:
    name = write(Mark(mark), title)
    assert name.isprintable()
    assert name == name.strip()
    assert "  " not in name


@given(st.text(max_size=60))
def test_a_name_that_we_would_not_write_is_nobodys_and_is_kept_whole(name: str) -> None:
    mark, title = read(name)
    assert write(mark, title) == name if mark is not None else title == name


def test_an_ordinary_name_reads_well() -> None:
    assert write(Mark("nhn/test/fjordlegen.journal.web"), "Fjordlegen «Journal» 100 %") == (
        "[sluse nhn/test/fjordlegen.journal.web] Fjordlegen «Journal» 100 %"
    )


@pytest.mark.parametrize(
    "name",
    [
        "Fjordlegen",
        "[sluse ] Fjordlegen",
        "[sluse nhn/test/a.b.c]Fjordlegen",
        "[sluse nhn/test/a.b.c]  Fjordlegen",
        "[sluse nhn/test/\\u{61}.b.c] Fjordlegen",
        "[sluse nhn/test/a.b.c] Fjord\\u{6c}egen",
        "[sluse nhn/test/a.b.c] \\u{ffffff}",
        "[sluse a] b\n",
    ],
)
def test_a_look_alike_bears_no_mark(name: str) -> None:
    assert read(name) == (None, name)
