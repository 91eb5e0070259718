"""An offering says where it stands by every scheme."""

from typing import Any

from lenmuc.content.everything import Content
from lenmuc.store import offerings as offerings_store
from tests.conftest import Visitor


async def test_an_offering_has_its_classes_by_every_scheme(
    db: Any, client: Visitor, content: Content
) -> None:
    async with db.transaction() as conn:
        offering = await offerings_store.offering_of(conn, "1.013852", "STP")
    told = (await client.get(f"/api/v1/offerings/{offering.id}")).json()
    by_scheme = {each["scheme"]: each for each in told["classes"]}
    assert list(by_scheme) == [scheme.id for scheme in content.kept]
    assert by_scheme["rs-2018"]["level"] == told["level"]
    new = by_scheme["rs-2026"]
    assert (new["level"], new["name"]["vi"], new["known"]) == (1, "Chỉ cung cấp thông tin", False)
    assert new["missing"] == ["3.01"]
