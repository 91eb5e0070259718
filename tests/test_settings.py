"""What the environment decides, and what it is told when it is wrong."""

from pathlib import Path

import pytest

from lenmuc import paths
from lenmuc.settings import BadSetting, Settings


def test_nothing_needs_to_be_set():
    settings = Settings.read({})
    assert (settings.host, settings.port, settings.language) == ("127.0.0.1", 8000, "vi")
    assert settings.embedded
    assert not settings.https
    assert settings.data == Path(__file__).parents[1] / "var"


def test_everything_can_be_set(tmp_path: Path):
    settings = Settings.read(
        {
            "LENMUC_PORT": "8080",
            "LENMUC_HOST": "0.0.0.0",
            "LENMUC_DATA": str(tmp_path / "data"),
            "DATABASE_URL": "postgresql://app@db/lenmuc",
            "LENMUC_OWNER_DATABASE_URL": "postgresql://owner@db/lenmuc",
            "LENMUC_HTTPS": "yes",
            "LENMUC_LANGUAGE": "en",
            "LENMUC_REVIEW_ABOVE": "0",
            "LENMUC_REVIEW_MONTHS": "24",
        }
    )
    assert settings == Settings(
        host="0.0.0.0",
        port=8080,
        data=tmp_path / "data",
        database_url="postgresql://app@db/lenmuc",
        owner_database_url="postgresql://owner@db/lenmuc",
        https=True,
        language="en",
        review_above=0,
        review_months=24,
    )
    assert not settings.embedded


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LENMUC_PORT", "http"),
        ("LENMUC_PORT", "0"),
        ("LENMUC_PORT", "65536"),
        ("LENMUC_PORT", "-1"),
        ("LENMUC_PORT", "８０００"),
        ("LENMUC_DATA", __file__),
        ("DATABASE_URL", "mysql://db/lenmuc"),
        ("LENMUC_OWNER_DATABASE_URL", "postgresql://owner@db/lenmuc"),
        ("LENMUC_HTTPS", "maybe"),
        ("LENMUC_LANGUAGE", "fr"),
        ("LENMUC_REVIEW_ABOVE", "many"),
        ("LENMUC_REVIEW_MONTHS", "0"),
    ],
)
def test_a_wrong_value_is_named_with_its_remedy(name: str, value: str):
    with pytest.raises(BadSetting, match=rf"^{name}\b.*\b(Write|Name|Set) "):
        Settings.read({name: value})


def test_a_password_in_a_wrong_address_is_not_repeated():
    with pytest.raises(BadSetting) as told:
        Settings.read({"DATABASE_URL": "mysql://me:secret@db/lenmuc"})
    assert "secret" not in str(told.value)


def test_every_data_folder_is_found():
    assert {paths.folder(name).name for name in paths.FOLDERS} == set(paths.FOLDERS)
    with pytest.raises(FileNotFoundError, match="Install"):
        paths.folder("nowhere")
