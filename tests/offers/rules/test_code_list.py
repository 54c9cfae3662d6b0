"""Codes as they stand in somebody's file."""

from offers.rules.code_list import Refused, read_codes
from offers.rules.offer import MOST_CODES


def test_one_a_line_or_the_first_column_with_or_without_a_heading() -> None:
    told = read_codes('\ufeffCode,note\r\nAB-12,x\r\n"CD-34";y\n\n  EF-56\t z\n')
    assert told.codes == [(2, "AB-12"), (3, "CD-34"), (5, "EF-56")]
    assert (told.twice, told.refused) == (0, [])


def test_what_is_refused_says_its_line_and_why() -> None:
    told = read_codes("ab12\nAB-I2\nAB-L2\nx\n-ab12\nab 12\nλ-1234\n" + "y" * 65)
    assert told.codes == [(1, "ab12")]
    assert told.twice == 2, "I and L read as 1"
    assert [(one.line, one.why) for one in told.refused] == [
        (4, "too_short"),
        (5, "no_code"),
        (6, "no_code"),
        (7, "no_code"),
        (8, "no_code"),
    ]


def test_too_many_are_told_once() -> None:
    told = read_codes("\n".join(f"C-{number:06}" for number in range(MOST_CODES + 50)))
    assert len(told.codes) == MOST_CODES
    assert told.refused == [Refused(MOST_CODES + 1, f"C-{MOST_CODES:06}", "too_many")]
