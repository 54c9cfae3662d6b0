from offers.records.ids import new_id


def test_ids_rise_within_a_process() -> None:
    ids = [new_id("x") for _ in range(5000)]
    assert ids == sorted(ids)
    assert len(set(ids)) == len(ids)


def test_ids_have_their_prefix_and_one_length() -> None:
    assert {len(new_id("dlv")) for _ in range(100)} == {30}
    assert new_id("dlv").startswith("dlv_")
