"""What is said when the cluster cannot be asked: wrong options, no Spark, no Java."""

import importlib.util

import pytest

from analysis.commands.engine_options import is_spark
from analysis.engine.cluster import cluster, settings_of
from analysis.errors import InputError


def test_options_of_spark_belong_to_spark():
    assert is_spark("spark", "spark://host:7077", ["spark.a=b"])
    assert not is_spark("local", None, None)
    with pytest.raises(InputError, match="--engine dask: there is no such engine; name local or spark"):
        is_spark("dask", None, None)
    with pytest.raises(InputError, match="--master and --conf belong to --engine spark"):
        is_spark("local", "spark://host:7077", None)


def test_settings_are_read_and_wrong_ones_named():
    assert settings_of(["spark.a=b", "spark.c=d=e"]) == {"spark.a": "b", "spark.c": "d=e"}
    for wrong in ("executor.memory=1g", "spark.a", "spark.a="):
        with pytest.raises(InputError, match=f"--conf '{wrong}' is no setting"):
            settings_of([wrong])


def test_without_spark_or_java_one_sentence_says_what_is_missing(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(InputError, match=r"pyspark is missing; install requirements-spark\.lock"), cluster("local", {}):
        pass
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: object())
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(InputError, match="no Java found; install version 17"), cluster("local", {}):
        pass
