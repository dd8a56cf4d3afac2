"""`freeze-claims`: record the hash of a new version of the register, or of the claims of a study of one's own."""

from pathlib import Path
from typing import Annotated

import typer

from analysis.claims.register import FROZEN, OWN, freeze, freeze_own, project_register


def freeze_claims(
    *, own: Annotated[bool, typer.Option("--own", help=f"The claims of your study, {OWN}, before the field")] = False
) -> None:
    """Freeze data/claims/claims.yml after a dated entry was added to its history, or the claims of one's own study."""
    root = Path.cwd()
    if own:
        print(f"frozen: {freeze_own(project_register(root), root / OWN)}")
        return
    folder = root / "data/claims"
    print(f"frozen: {freeze(folder / 'claims.yml', folder / FROZEN)}")
