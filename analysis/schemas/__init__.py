"""Every table of the project, declared once.

One declaration gives validation (`check`), the Arrow schema, the codebook and the machine-readable metadata (`publish`).
What must not be here: reading files, or knowing what a vendor's export looks like.
"""

from analysis.schemas.declaration import Column, Table
from analysis.schemas.studies import STUDIES, study_of, study_source, study_table, with_items
from analysis.schemas.tables_design import TABLES as DESIGN_TABLES
from analysis.schemas.tables_estimates import TABLES as ESTIMATE_TABLES
from analysis.schemas.tables_posts import TABLES as POST_TABLES
from analysis.schemas.tables_process import TABLES as PROCESS_TABLES
from analysis.schemas.tables_results import TABLES as RESULT_TABLES
from analysis.schemas.tables_sampling import TABLES as SAMPLING_TABLES
from analysis.schemas.tables_survey import TABLES as SURVEY_TABLES
from analysis.schemas.tables_world import TABLES as WORLD_TABLES

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        *WORLD_TABLES,
        *SURVEY_TABLES,
        *POST_TABLES,
        *RESULT_TABLES,
        *SAMPLING_TABLES,
        *ESTIMATE_TABLES,
        *DESIGN_TABLES,
        *PROCESS_TABLES,
    )
}

__all__ = ["STUDIES", "TABLES", "Column", "Table", "study_of", "study_source", "study_table", "with_items"]
