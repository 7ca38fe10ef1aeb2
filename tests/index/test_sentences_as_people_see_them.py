"""Sentences end where a reader sees an end: in laws, lists, names, logs, verse, in any language."""

import pytest

from index.sentences import sentence_spans


def sentences(text):
    return [" ".join(text[start:end].split()) for start, end in sentence_spans(text)]


def unchanged(*whole):
    """Each is one sentence, in this order."""
    return pytest.param(" ".join(whole), list(whole), id=whole[0][:40])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        unchanged("(1) The tenant pays in advance.", "The rent is due.", "(2) Dogs are allowed."),
        unchanged("5. Rent is due on Monday.", "It bears interest.", "ii. The deposit is small."),
        unchanged("1.1 Fees are paid once.", "They are not returned."),
        unchanged("• Fillings are paid.", "Crowns need approval."),
        unchanged("The FRITZ!Box is new.", "Yahoo! was sold.", "Did you see Jeopardy! last night?"),
        unchanged("“Is it shut?” she asked.", "“It is. I shut it,” he said.", "He left."),
        unchanged("Am 1. Januar kam Dr. Wolf.", "Im 19. Jahrhundert gilt z. B. Nr. 3."),
        unchanged("Das steht auf Seite 12.", "Das Buch ist vergriffen."),
        unchanged("Nach Art. 3 Abs. 2 Nr. 1 ist das zulässig.", "Es gilt § 4 Abs. 2."),
        unchanged("См. рис. 2 и ст. 12 закона.", "Так сказал А. П. Чернов.", "Он ушёл."),
        unchanged("Il sig. Rossi vede la pag. 12 del libro.", "La porta è chiusa."),
        unchanged("Vive en la Av. Central con la Sra. Díaz.", "Pesa 3 kg.", "¿Está cerrada?"),
        unchanged("डॉ. शर्मा आए।", "पृ. 14 देखें।", "क्या दरवाज़ा बंद है?"),
        unchanged("هل هذا كتاب؟", "وصل د. حسن في الثامنة.", "انتهى."),
        unchanged("Vol. 3 is lost.", "Ms. Ode has Vol. 4.", "It costs half.", "2019 was dear."),
        unchanged("in smith v. jones it was so.", "then it was not."),
        (
            "「閉まっていますか？」と聞いた。彼は笑った。",
            ["「閉まっていますか？」と聞いた。", "彼は笑った。"],
        ),
    ],
)
def test_a_sentence_ends_where_a_reader_sees_its_end(text, expected):
    assert sentences(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5.\nThe client pays.\n\nii.\n\nIt is due.", ["5. The client pays.", "ii. It is due."]),
        (
            "1. Terms\n1.1 It begins now.\n1.2 It ends.",
            ["1. Terms", "1.1 It begins now.", "1.2 It ends."],
        ),
        ("Bring:\n- a helmet\n- gloves", ["Bring:", "- a helmet", "- gloves"]),
    ],
    ids=["alone", "two levels", "bullets"],
)
def test_what_numbers_a_paragraph_is_never_a_sentence(text, expected):
    assert sentences(text) == expected


def test_a_stack_trace_is_one_thing():
    python = (
        "Traceback (most recent call last):\n"
        '  File "run.py", line 8, in main\n    open(path)\n'
        "FileNotFoundError: No such file. Try again."
    )
    java = (
        'Exception in thread "main" java.lang.IllegalStateException: closed\n'
        "    at org.example.Pool.take(Pool.java:88)\nCaused by: java.io.IOException: reset\n"
        "    at org.example.Main.main(Main.java:12)"
    )

    for trace in (python, java):
        assert sentences(f"{trace}\n\nIt was the path.")[0] == " ".join(trace.split())


def test_a_line_of_a_log_is_one_thing():
    lines = ["2026-03-01 10:00:01 INFO Started. Port 8080.", "2026-03-01 10:00:09 ERROR Full."]

    assert sentences("\n".join(lines)) == lines


def test_a_row_of_cells_is_one_thing():
    rows = ["Berth | Rules | Fee", "No. 3 | Moor by the bow. Keep clear of the crane. | 12.50"]

    assert sentences("\n".join(rows)) == rows


def test_verse_is_kept_line_by_line_and_wrapped_prose_is_not():
    verse = ["The tide was out,", "The gulls sat on the wall and slept;", "A lamp", "Was all."]
    prose = (
        "The committee decided that the lighthouse should\nbe sold. The mayor, J. R. Tolk,\n"
        "voted against it, since nobody had asked the keeper, who had lived there for forty years."
    )

    assert sentences("\n".join(verse)) == verse
    assert len(sentences(prose)) == 2


def test_a_numbered_paragraph_is_cut_at_the_same_places_as_without_its_number():
    body = "The gates closed at noon. No ship left before the tide had turned. It was late."

    for number in ("(1)", "7.", "b)", "iv.", "§ 5", "1.2.3", "•"):
        assert sentences(f"{number} {body}")[1:] == sentences(body)[1:]


def test_boxes_to_be_ticked_are_items_of_their_own():
    lines = ["☐ open the sluice", "☑ grease the hinges", "✓ called the pilot", "□ buy rope"]

    text = "\n".join(lines)
    assert [text[start:end] for start, end in sentence_spans(text)] == lines
