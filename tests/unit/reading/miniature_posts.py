"""A few rows of every table on posts; every name and number in them is made up."""

from typing import Any

SOURCE = "fictional world"
BASIS = {"basis_posts_n": 200, "basis_channels_n": 20, "source": SOURCE}
LOOSE = {"is_usable": True, "unusable_reason": None}


def frame_share(kind: str, quantity: str, frame: str, value: float) -> dict[str, Any]:
    name = f"{quantity}_{kind}_{frame.lower().replace(' ', '_')}"
    return {
        "estimate_id": f"E06_{name}_synthetic", "estimand_id": "E06_frame_share", "quantity_code": quantity,
        "population_text": f"fictional world: posts of {kind} accounts in the codebook's languages, frame {frame}",
        "period_text": "Never", "account_group_text": kind, "frames_text": frame, "evidence_class_code": "synthetic",
        "method_text": "made up", "value": value, "standard_error": 0.01, "ci_low": value - 0.02,
        "ci_high": value + 0.02, "rank_p_value": None, **LOOSE, **BASIS,
    }  # fmt: skip


def prevalence(classifier: str, estimator: str, value: float, accuracy: float | None = 0.7) -> dict[str, Any]:
    return {
        "account_kind_code": "institutional", "stance_label_code": "favourable", "classifier_text": classifier,
        "estimator_text": estimator, "balanced_accuracy_share": accuracy, "value": value, "standard_error": 0.01,
        "ci_low": value - 0.02, "ci_high": value + 0.02, "known_truth_value": 0.5, "known_error_value": value - 0.5,
        "labelled_posts_n": 50, **LOOSE, **BASIS,
    }  # fmt: skip


def joint(shock: int, frame: str, value: float, truth: float) -> dict[str, Any]:
    return {
        "shock_number": shock, "frame_code": frame, "study_week_index": 40 * shock, "quantity_code": "rate_ratio",
        "specifications_n": 2, "placebo_dates_n": 41, "value": value, "ci_low": value - 0.4, "ci_high": value + 0.4,
        "rank_p_value": 0.02, "significant_share": 1.0, "significant_p_value": 0.02, "is_replicated": frame == "FE",
        "known_truth_value": truth, "may_conclude_text": "all of it", **LOOSE, **BASIS,
    }  # fmt: skip


def specification(shock: int, position: int, value: float, window: str) -> dict[str, Any]:
    text = f"accounts: all; language: all; mentions: any; each post counts alike; volume; weeks: {window}"
    return {
        "shock_number": shock, "frame_code": "FE", "specification_text": text, "curve_position": position,
        "quantity_code": "rate_ratio", "value": value, "rank_p_value": 0.02, "band_low": -0.3, "band_high": 0.3,
        **BASIS,
    }  # fmt: skip


def posts_tables() -> dict[str, list[dict[str, Any]]]:
    estimators = ("naive", "labelled", "acc", "ppi", "ppi++", "dsl", "emq")
    values = (0.7, 0.49, 0.52, 0.505, 0.503, 0.501, 0.8)
    return {
        "frame_codebook": [
            {"frame_code": frame, "language_code": language, "definition_text": f"Talk of {frame}",
             "phrases_text": phrases, "excluded_phrases_text": None, "trap_text": "Something else", "source": "Nobody"}
            for frame in ("FE", "NU")
            for language, phrases in (("en", "one thing; another"), ("fa", "یک چیز; چیز دیگر"))
        ],
        "synthetic_label_agreement": [
            {"agreement_scope_text": scope, "value": value, "standard_error": 0.02, "ci_low": value - 0.04,
             "ci_high": value + 0.04, "standing_code": standing, **BASIS}
            for scope, value, standing in (("all labels", 0.9, "good"), ("language de", 0.5, "not_reported"))
        ],
        "synthetic_post_estimates": [
            frame_share("institutional", "post_share", "FE", 0.14),
            frame_share("institutional", "channel_share", "FE", 0.13),
            frame_share("institutional", "post_share", "IB or NU", 0.21),
        ],
        "synthetic_post_weeks": [
            {"study_week_index": week, "language_code": "fa", "frame_code": frame, "posts_n": 10 * (week + 1)}
            for week in (0, 1, 3) for frame in ("ALL", "FE")
        ],
        "synthetic_text_prevalence": [
            *(prevalence("poor", name, value) for name, value in zip(estimators, values, strict=True)),
            *(prevalence("own", name, 0.5, None) for name in estimators),
        ],
        "synthetic_stance_periods": [
            {"study_period_index": period, "account_kind_code": "institutional", "stance_label_code": stance,
             "estimator_text": "dsl", "value": 0.4, "standard_error": 0.05, "ci_low": 0.3, "ci_high": 0.5,
             "labelled_posts_n": 10, **BASIS}
            for period in (0, 1) for stance in ("against", "favourable")
        ],
        "synthetic_coordination": [
            {"coordination_scope_text": scope, "pairs_n": pairs, "null_low_n": 2, "null_median_n": 5, "null_high_n": 9,
             "rank_p_value": 0.05, **BASIS}
            for scope, pairs in (("all posts", 70), ("frame NU", 6), ("weeks 0 to 3", 3))
        ],
        "synthetic_shock_specifications": [
            specification(shock, position, 0.2 * position + 0.1 * shock, window)
            for shock in (1, 2)
            for position, window in ((1, "8 before, 3 from it on"), (2, "10 before, 4 from it on"))
        ],
        "synthetic_shock_inference": [
            joint(shock, frame, value, truth)
            for shock in (1, 2) for frame, value, truth in (("FE", 1.1, 1.06), ("NU", 0.1, 0.0))
        ],
        "synthetic_shock_covariates": [
            {"shock_number": 1, "covariate_text": "share of something", "value": 0.012, "rank_p_value": 0.5,
             "adjusted_p_value": 0.5, "has_jump": False, **BASIS},
        ],
    }  # fmt: skip
