import pytest

from analysis.commands.write_margins import write_margins
from analysis.errors import InputError
from analysis.measures.margins import read_margins
from tests.studies import SHIPPED


def test_real_margins_are_read_back_and_name_their_sources(tmp_path, capsys):
    out = tmp_path / "margins.csv"
    write_margins(out, "DEU=Germany,USA=United States", pool_ages=True)
    made = read_margins(out, SHIPPED.margins)
    assert set(made.sc2) == {"Germany", "United States"}
    assert len(made) == 8
    assert made.source.str.contains("UN DESA").all()
    assert made.source.str.contains("UNHCR").all()
    assert 200_000 < made.total[made.sc2 == "Germany"].sum() < 358_767  # adults among the migrants of 2024
    assert "note: USA: ages are those of all hosts together" in capsys.readouterr().out


def test_a_file_that_is_there_is_kept(tmp_path):
    out = tmp_path / "margins.csv"
    out.write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="exists"):
        write_margins(out, "DEU=Germany", pool_ages=False)
    assert out.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("hosts", ["DEU", "DEU=", "=Germany", "DEU=Ger:many"])
def test_hosts_are_written_as_code_and_name(tmp_path, hosts):
    with pytest.raises(InputError, match="write hosts as DEU=Germany"):
        write_margins(tmp_path / "margins.csv", hosts, pool_ages=False)
