"""What the environment decides, and what it is told when it is wrong."""

from pathlib import Path

import pytest

from lenmuc import paths
from lenmuc.settings import BadSetting, Settings
from lenmuc.settings_outside import MailSettings, ProviderSettings


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
            "LENMUC_PUBLIC_LAG": "3",
            "LENMUC_URL": "https://lenmuc.example/",
            "LENMUC_OIDC_ISSUER": "https://login.example/realms/city/",
            "LENMUC_OIDC_CLIENT_ID": "lenmuc",
            "LENMUC_OIDC_CLIENT_SECRET": "hush",
            "LENMUC_OIDC_NAME": "Cổng Hà Nội",
            "LENMUC_OIDC_LINK": "email",
            "LENMUC_OIDC_STRONG": "amr:mfa acr:high",
            "LENMUC_SMTP_URL": "smtp+starttls://me:a%40b@mail.example",
            "LENMUC_MAIL_FROM": "lenmuc@example.gov.vn",
            "LENMUC_MAIL_EVERY": "5",
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
        public_lag=3,
        url="https://lenmuc.example",
        provider=ProviderSettings(
            issuer="https://login.example/realms/city/",
            client_id="lenmuc",
            client_secret="hush",
            name="Cổng Hà Nội",
            link="email",
            strong=("amr:mfa", "acr:high"),
        ),
        mail=MailSettings(
            security="smtp+starttls",
            host="mail.example",
            port=587,
            user="me",
            password="a@b",
            sender="lenmuc@example.gov.vn",
            every=5,
        ),
    )
    assert not settings.embedded
    assert "hush" not in repr(settings)
    assert "a@b" not in repr(settings)


PROVIDER = {
    "LENMUC_URL": "https://lenmuc.example",
    "LENMUC_OIDC_ISSUER": "https://login.example",
    "LENMUC_OIDC_CLIENT_ID": "lenmuc",
    "LENMUC_OIDC_CLIENT_SECRET": "hush",
}


@pytest.mark.parametrize("missing", PROVIDER)
def test_a_provider_is_set_whole_or_not_at_all(missing: str):
    assert Settings.read(PROVIDER).provider is not None
    with pytest.raises(BadSetting, match=r"LENMUC_OIDC_ISSUER"):
        Settings.read({name: value for name, value in PROVIDER.items() if name != missing})


MAIL = {
    "LENMUC_URL": "https://lenmuc.example",
    "LENMUC_SMTP_URL": "smtp://127.0.0.1",
    "LENMUC_MAIL_FROM": "lenmuc@example.gov.vn",
}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LENMUC_SMTP_URL", "mail.example"),
        ("LENMUC_SMTP_URL", "smtp://"),
        ("LENMUC_SMTP_URL", "smtp://me:hush@mail.example"),
        ("LENMUC_SMTP_URL", "smtps://me:hush@mail.example:many"),
        ("LENMUC_SMTP_URL", "https://me:hush@mail.example"),
        ("LENMUC_SMTP_URL", ""),
        ("LENMUC_MAIL_FROM", "nobody"),
        ("LENMUC_MAIL_FROM", "a@example.vn\r\nBcc: b@example.vn"),
        ("LENMUC_MAIL_EVERY", "often"),
        ("LENMUC_URL", ""),
    ],
)
def test_a_wrong_value_beside_a_mail_server_is_named_with_its_remedy(name: str, value: str):
    assert Settings.read(MAIL).mail is not None
    with pytest.raises(BadSetting, match=r"^LENMUC_(SMTP|MAIL)_[A-Z]+ (?s:.*)(Write|Set) ") as told:
        Settings.read({**MAIL, name: value})
    assert "hush" not in str(told.value)


def test_a_secret_may_stand_in_a_file(tmp_path: Path):
    (tmp_path / "secret").write_text("from a file\n")
    env = {**PROVIDER, "LENMUC_OIDC_CLIENT_SECRET": ""}
    read = Settings.read({**env, "LENMUC_OIDC_CLIENT_SECRET_FILE": str(tmp_path / "secret")})
    assert read.provider
    assert read.provider.client_secret == "from a file"
    with pytest.raises(BadSetting, match=r"^LENMUC_OIDC_CLIENT_SECRET_FILE .*cannot be read"):
        Settings.read({**env, "LENMUC_OIDC_CLIENT_SECRET_FILE": str(tmp_path / "nothing")})
    with pytest.raises(BadSetting, match="Keep one"):
        Settings.read({**PROVIDER, "LENMUC_OIDC_CLIENT_SECRET_FILE": str(tmp_path / "secret")})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LENMUC_URL", "http://lenmuc.example"),
        ("LENMUC_URL", "lenmuc.example"),
        ("LENMUC_URL", "https://lenmuc.example:port"),
        ("LENMUC_URL", "https://me:hush@lenmuc.example"),
        ("LENMUC_OIDC_ISSUER", "http://login.example"),
        ("LENMUC_OIDC_ISSUER", "https://login.example?realm=city"),
        ("LENMUC_OIDC_ISSUER", "file:///etc/passwd"),
        ("LENMUC_OIDC_LINK", "username"),
        ("LENMUC_OIDC_STRONG", "mfa"),
    ],
)
def test_a_wrong_value_beside_a_provider_is_named_with_its_remedy(name: str, value: str):
    with pytest.raises(BadSetting, match=rf"^{name}\b.*\bWrite ") as told:
        Settings.read({**PROVIDER, name: value})
    assert "hush" not in str(told.value)


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


def test_of_several_hosts_the_one_that_takes_writes_is_meant_and_for_reading_a_standby() -> None:
    both = "postgresql://u:p,q@db1:5432,db2:5432/lenmuc"
    read = Settings.read({"DATABASE_URL": both, "LENMUC_READ_DATABASE_URL": f"{both}?ssl=require"})
    assert read.database_url == f"{both}?target_session_attrs=read-write"
    assert read.read_database_url == f"{both}?ssl=require&target_session_attrs=prefer-standby"
    one = "postgresql://u:p,q@db1/lenmuc"
    said = "postgresql:///lenmuc?host=/a,/b&target_session_attrs=any"
    assert Settings.read({"DATABASE_URL": one}).database_url == one
    assert Settings.read({"DATABASE_URL": said}).database_url == said
    with pytest.raises(BadSetting, match="LENMUC_READ_DATABASE_URL needs DATABASE_URL"):
        Settings.read({"LENMUC_READ_DATABASE_URL": both})


@pytest.mark.parametrize("count", ["0", "17", "two", "-1"])
def test_a_number_of_processes_that_cannot_be_is_refused(count: str) -> None:
    with pytest.raises(BadSetting, match="LENMUC_PROCESSES"):
        Settings.read({"LENMUC_PROCESSES": count})
    with pytest.raises(BadSetting, match="--processes"):
        Settings.read({}).with_processes(count)
