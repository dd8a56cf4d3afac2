import hashlib
import os
import stat

import pytest

from analysis.custody.pseudonyms import (
    KEY_VARIABLE,
    PUBLISHED_TEST_KEY,
    PURPOSES,
    StudyKey,
    create_key,
    key_from_environment,
    load_key,
    published_test_key,
)
from analysis.errors import CustodyError

RAW = hashlib.sha256(b"a key of raw bytes").digest()
"""A key whose last byte is no end of a line, which a raw key may not have."""


@pytest.fixture
def repository(tmp_path):
    (tmp_path / "project").mkdir()
    return tmp_path / "project"


@pytest.fixture
def written(tmp_path):
    def write(content, mode=0o600, name="study.key"):
        path = tmp_path / name
        path.write_bytes(content)
        path.chmod(mode)
        return path

    return write


def test_a_created_key_is_the_owners_and_loads(tmp_path, repository):
    path = tmp_path / "study.key"
    created = create_key(path, repository)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load_key(path, repository) == created
    assert key_from_environment({KEY_VARIABLE: str(path)}, repository) == created
    with pytest.raises(CustodyError, match="never overwritten"):
        create_key(path, repository)


def test_raw_bytes_are_a_key_too(written, repository):
    assert load_key(written(RAW), repository).fingerprint()


def test_pseudonyms_are_stable_and_differ_by_key_purpose_and_identity(tmp_path, repository):
    keys = (published_test_key(), create_key(tmp_path / "other.key", repository))
    made = [key.pseudonym(purpose, who) for key in keys for purpose in PURPOSES for who in ("r1", "r2")]
    assert len(set(made)) == len(made)
    assert made[0] == published_test_key().pseudonym("survey", "r1") == "2003d612f55c5597cd92702489205f7b"
    assert keys[0].fingerprint() != keys[1].fingerprint()
    assert published_test_key().is_published
    assert not keys[1].is_published


def test_composed_and_decomposed_identities_are_one_person():
    key = published_test_key()
    assert key.pseudonym("survey", "é") == key.pseudonym("survey", "e\u0301")


@pytest.mark.parametrize(
    ("purpose", "identity", "reason"), [("post", "x", "allowed: survey, posts"), ("posts", "", "is empty")]
)
def test_a_wrong_question_is_refused(purpose, identity, reason):
    with pytest.raises(CustodyError, match=reason):
        published_test_key().pseudonym(purpose, identity)


def test_a_key_does_not_show_itself(tmp_path, repository):
    key = create_key(tmp_path / "study.key", repository)
    secret = (tmp_path / "study.key").read_text().strip()
    assert secret not in repr(key) + str(key)
    assert repr(bytes.fromhex(secret)) not in repr(key)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o644, 0o660, 0o602])
def test_a_key_that_others_can_use_is_refused(written, repository, mode):
    with pytest.raises(CustodyError, match="chmod 600"):
        load_key(written(RAW, mode), repository)


SHORT = hashlib.sha256(b"no key").digest()[:31]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "0 bytes, want at least 32"),
        (SHORT, "31 bytes"),
        (SHORT.hex().encode(), "31 bytes"),
        (b"\0" * 64, "not random"),
        (b"ab" * 32, "not random"),
        (PUBLISHED_TEST_KEY, "published test key"),
    ],
)
def test_a_key_that_protects_nobody_is_refused(written, repository, content, reason):
    with pytest.raises(CustodyError, match=reason) as caught:
        load_key(written(content), repository)
    assert "create-key" in str(caught.value)


def test_a_key_inside_the_repository_is_refused(repository, tmp_path, written):
    inside = repository / "study.key"
    with pytest.raises(CustodyError, match="move it out"):
        create_key(inside, repository)
    inside.write_bytes(RAW)
    inside.chmod(0o600)
    with pytest.raises(CustodyError, match="move it out"):
        load_key(inside, repository)
    (tmp_path / "link.key").symlink_to(inside)
    with pytest.raises(CustodyError, match="move it out"):
        load_key(tmp_path / "link.key", repository)
    (repository / "link.key").symlink_to(written(RAW, name="outside.key"))
    with pytest.raises(CustodyError, match="move it out"):
        load_key(repository / "link.key", repository)


def test_a_link_is_judged_by_what_it_leads_to(tmp_path, repository, written):
    (tmp_path / "link.key").symlink_to(written(RAW, 0o644))
    with pytest.raises(CustodyError, match="chmod 600"):
        load_key(tmp_path / "link.key", repository)
    (tmp_path / "study.key").chmod(0o600)
    assert load_key(tmp_path / "link.key", repository)


def test_what_is_not_a_file_is_refused(tmp_path, repository):
    os.mkfifo(tmp_path / "pipe", 0o600)
    with pytest.raises(CustodyError, match="is not a file"):
        load_key(tmp_path / "pipe", repository)
    with pytest.raises(CustodyError, match="is not a file"):
        load_key(tmp_path, tmp_path / "project")
    with pytest.raises(CustodyError, match="cannot be opened"):
        load_key(tmp_path / "none", repository)


def test_without_a_variable_the_way_is_shown(repository):
    with pytest.raises(CustodyError, match="STUDY_KEY_FILE is not set; create a key with"):
        key_from_environment({}, repository)


def derived(secret, purpose):
    """The key of a purpose, in the library's terms."""
    master = hashlib.blake2b(secret, digest_size=64).digest()
    return hashlib.blake2b(key=master, person=purpose.encode(), digest_size=64).digest()


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_pseudonym_is_a_keyed_hash_of_the_identity(purpose):
    key = published_test_key()
    expected = hashlib.blake2b("é".encode(), key=derived(PUBLISHED_TEST_KEY, purpose), digest_size=16).hexdigest()
    assert key.pseudonym(purpose, "e\u0301") == expected
    assert len(expected) == 32
    print_ = hashlib.blake2b(key=derived(PUBLISHED_TEST_KEY, "fingerprint"), digest_size=8).hexdigest()
    assert key.fingerprint() == print_
    assert len(print_) == 16


def test_an_identity_that_is_no_text_of_unicode_has_a_pseudonym_too():
    assert len(published_test_key().pseudonym("posts", "\ud800")) == 32


def test_the_key_is_read_as_it_was_written(tmp_path, repository, written):
    path = tmp_path / "study.key"
    created = create_key(path, repository)
    text = path.read_bytes()
    assert len(text) == 65
    assert text.endswith(b"\n")
    secret = bytes.fromhex(text.decode().strip())
    assert created == StudyKey(secret, is_published=False)
    assert load_key(written(RAW + b"\r\n"), repository) == StudyKey(RAW)
    assert load_key(written(RAW, name="raw.key"), repository) == StudyKey(RAW)


def test_as_many_different_bytes_as_are_wanted_are_enough(written, repository):
    eight = bytes(range(1, 9)) * 4
    assert load_key(written(eight), repository) == StudyKey(eight)
    seven = (bytes(range(1, 8)) * 5)[:32]
    path = written(seven, name="seven.key")
    with pytest.raises(CustodyError) as caught:
        load_key(path, repository)
    assert str(caught.value) == (
        f"{path}: key repeats a few bytes and is not random; create one with `python -m analysis create-key FILE`"
    )


def refusal(call, *arguments):
    with pytest.raises(CustodyError) as caught:
        call(*arguments)
    return str(caught.value)


def test_refusals_are_said_in_full(tmp_path, repository, written):
    advice = "create one with `python -m analysis create-key FILE`"
    short = written(SHORT)
    assert refusal(load_key, short, repository) == f"{short}: key has 31 bytes, want at least 32; {advice}"
    test_key = written(PUBLISHED_TEST_KEY, name="test.key")
    assert refusal(load_key, test_key, repository) == (
        f"{test_key}: this is the published test key, which protects nobody; {advice}"
    )
    none = tmp_path / "none.key"
    assert refusal(load_key, none, repository) == (
        f"{none}: key file cannot be opened: No such file or directory; check STUDY_KEY_FILE"
    )
    shared = written(RAW, 0o640, "shared.key")
    assert refusal(load_key, shared, repository) == (
        f"{shared}: key file has mode 0640, others can use it; run: chmod 600 {shared}"
    )
    assert refusal(create_key, shared, repository) == (
        f"{shared}: key file cannot be created: File exists; "
        "name a new file in a folder that exists; a key is never overwritten"
    )
    inside = repository / "study.key"
    assert refusal(create_key, inside, repository) == (
        f"{inside}: a key inside the repository could be published; move it out of {repository}"
    )
    assert refusal(load_key, tmp_path, repository) == (
        f"{tmp_path}: is not a file; name the key file itself in STUDY_KEY_FILE"
    )
    assert refusal(key_from_environment, {}, repository) == (
        "STUDY_KEY_FILE is not set; create a key with `python -m analysis create-key FILE` and set STUDY_KEY_FILE=FILE"
    )
    assert refusal(published_test_key().pseudonym, "post", "x") == (
        "pseudonym for purpose 'post'; allowed: survey, posts, linkage"
    )
    assert refusal(published_test_key().pseudonym, "posts", "") == (
        "pseudonym for purpose 'posts': the identity is empty; quarantine the row"
    )
