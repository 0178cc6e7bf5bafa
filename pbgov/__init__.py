"""pbgov 党建治理研究工作台: from governance documents and district indicators to a report that can be followed back.

User code imports from here only. Names are grouped by stage and loaded when first used, so that
``import pbgov`` costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.5.0"

PUBLIC: dict[str, tuple[str, ...]] = {
    # errors
    "pbgov.errors": (
        "PbgovError",
        "InputError",
        "DataFileError",
        "DataFileWarning",
        "ReportError",
        "StudyError",
    ),
    # what is simulated says so 模拟标记
    "pbgov.marks": ("SIMULATED", "is_simulated", "mark_simulated"),
    # corpus 语料
    "pbgov.corpus.document": ("Document", "Corpus"),
    "pbgov.corpus.readers": ("read_document", "read_documents", "read_corpus"),
    "pbgov.corpus.repair": ("Repaired", "repair_text"),
    "pbgov.corpus.segments": ("segment", "outline"),
    "pbgov.corpus.reuse": ("find_reuse",),
    # mining 挖掘
    "pbgov.mining.lexicon": ("Lexicon", "read_lexicon"),
    "pbgov.mining.lexicon_report": ("LexiconReport", "lexicon_report"),
    "pbgov.mining.terms": ("count_terms", "dispersion"),
    "pbgov.mining.keywords": ("keywords",),
    "pbgov.mining.contrast": ("contrast",),
    "pbgov.mining.collocations": ("collocations",),
    "pbgov.mining.discovery": ("discover_terms", "propose_entries"),
    "pbgov.mining.concordance": ("concordance",),
    "pbgov.mining.topics": ("TopicModel", "topics", "compare_topics"),
    "pbgov.mining.networks": ("Network", "cooccurrence"),
    "pbgov.mining.similarity": ("Similarity", "similarity"),
    "pbgov.mining.change": ("Change", "change_over_years"),
    # extraction 抽取
    "pbgov.extraction.practices": ("find_practices",),
    "pbgov.extraction.places": ("find_places",),
    "pbgov.extraction.names": ("find_names",),
    "pbgov.extraction.distinct": ("distinct_practices",),
    "pbgov.extraction.quantities": ("find_quantities",),
    "pbgov.extraction.formulas": ("find_formulas",),
    "pbgov.extraction.voices": ("find_modality",),
    "pbgov.extraction.claims": ("find_claims",),
    # coding 编码
    "pbgov.coding.codebook": ("Codebook", "read_codebook"),
    "pbgov.coding.codebooks.versions": ("changed_codes", "record_version"),
    "pbgov.coding.codebooks.hierarchy": ("roll_up",),
    "pbgov.coding.frameworks": ("FrameworkChange", "compare_frameworks", "select_families"),
    "pbgov.coding.codebooks.crosswalk": ("Crosswalk", "read_crosswalk", "translate"),
    "pbgov.coding.attributes": ("with_attributes",),
    "pbgov.coding.rules": ("code_by_rules",),
    "pbgov.coding.desk.widget": ("CodingDesk",),
    "pbgov.coding.journal": ("Journal", "Stretch"),
    "pbgov.coding.codings": ("read_codings", "read_states"),
    "pbgov.coding.saving": ("save_codings",),
    "pbgov.coding.learned": ("LearnedCoder", "train_coder"),
    "pbgov.coding.learning.active": ("next_batch",),
    "pbgov.coding.learning.curve": ("learning_curve",),
    "pbgov.coding.learning.remarks": ("NotTrained",),
    "pbgov.coding.endpoint": ("EndpointCoding", "code_by_endpoint", "preview_request"),
    "pbgov.coding.asking.connection": ("EndpointError",),
    "pbgov.coding.redaction": ("Masked", "mask_personal_data"),
    "pbgov.coding.sampling": ("GoldSample", "draw_gold", "read_gold_sample"),
    "pbgov.coding.agreement": ("agreement", "agreement_of_pairs", "confusion"),
    "pbgov.coding.span_agreement": ("agreement_of_spans",),
    "pbgov.coding.measures.reliability": (
        "bootstrap_interval",
        "cohen_kappa",
        "intraclass_correlations",
        "percent_agreement",
        "specific_agreement",
    ),
    "pbgov.coding.measures.chance_corrected": (
        "brennan_prediger",
        "conger_kappa",
        "fleiss_kappa",
        "gwet_ac1",
        "krippendorff_alpha",
    ),
    "pbgov.coding.measures.unitizing": ("unitizing_alpha",),
    "pbgov.coding.side_by_side": ("disagreements",),
    "pbgov.coding.adjudication": ("adjudicate", "read_adjudications"),
    "pbgov.coding.gold": ("Gold", "adjudicated_share", "gold_codings"),
    # exchange 交换
    "pbgov.exchange.qdpx": ("QdpxWritten", "read_qdc", "read_qdpx", "write_qdc", "write_qdpx"),
    "pbgov.exchange.refi.project": ("QdcReading", "QdpxMatch", "QdpxReading"),
    "pbgov.exchange.sheets": ("write_sheet",),
    "pbgov.exchange.sheet_reading": ("SheetReading", "read_sheet"),
    # indicators 指标
    "pbgov.indicators.register": ("read_assessment", "read_indicators", "read_register"),
    "pbgov.indicators.regions": ("read_adjacency", "read_boundaries", "read_regions"),
    "pbgov.indicators.timeline": ("read_timeline",),
    "pbgov.indicators.scores": ("score",),
    "pbgov.indicators.panel": ("Panel", "join_panel"),
    "pbgov.indicators.simulation": ("simulate_panel",),
    # evaluation 评估
    "pbgov.evaluation.estimate": ("Estimate", "NotEstimated"),
    "pbgov.evaluation.checks": ("CheckResult",),
    "pbgov.evaluation.remarks": ("Remark",),
    "pbgov.evaluation.declarations": ("DeclaredTest",),
    "pbgov.evaluation.declared": ("family_of_tests", "label_declared"),
    "pbgov.evaluation.regression": ("regress",),
    "pbgov.evaluation.outcomes.bounded": ("regress_bounded",),
    "pbgov.evaluation.outcomes.rates": ("fractional_logit",),
    "pbgov.evaluation.outcomes.ordered": ("ordered_logit",),
    "pbgov.evaluation.outcomes.odds": ("proportional_odds",),
    "pbgov.evaluation.outcomes.beta": ("beta_regression",),
    "pbgov.evaluation.outcomes.mixed": ("mixed_model", "mundlak"),
    "pbgov.evaluation.doubts.permutation": ("permutation_test",),
    "pbgov.evaluation.doubts.wild_bootstrap": ("wild_cluster_bootstrap",),
    "pbgov.evaluation.doubts.step_down": ("step_down_max_t",),
    "pbgov.evaluation.doubts.multiplicity": ("adjust_p",),
    "pbgov.evaluation.doubts.influence": ("leave_one_out",),
    "pbgov.evaluation.doubts.detectable": ("minimum_detectable",),
    "pbgov.evaluation.doubts.coding_choices": ("CodingTables", "coding_tables"),
    "pbgov.evaluation.doubts.multiverse": ("multiverse",),
    "pbgov.evaluation.doubts.multiverse_result": ("Multiverse",),
    "pbgov.evaluation.doubts.fragility": ("Fragility", "fragility"),
    "pbgov.evaluation.coding_error.correction": ("Correction",),
    "pbgov.evaluation.coding_error.regression": ("correct_coding_error",),
    "pbgov.evaluation.coding_error.scores": ("correct_scores",),
    "pbgov.evaluation.coding_error.differential": ("differential_error",),
    "pbgov.evaluation.coding_error.audit": ("machine_beside_gold",),
    "pbgov.evaluation.timing.staggered": ("StaggeredAdoption", "staggered_adoption"),
    "pbgov.evaluation.timing.series": ("interrupted_series",),
    "pbgov.evaluation.spatial": ("moran",),
    "pbgov.evaluation.configurations.calibrating": ("calibrate",),
    "pbgov.evaluation.configurations.truth": ("TruthTable", "truth_table"),
    "pbgov.evaluation.configurations.solutions": ("Solution", "minimize_sets"),
    "pbgov.evaluation.configurations.necessary": ("Necessity", "necessity"),
    "pbgov.evaluation.configurations.ceilings": ("NecessityCeiling", "necessity_ceiling"),
    "pbgov.evaluation.configurations.robustness": ("Robustness", "solution_robustness"),
    "pbgov.evaluation.configurations.joint": ("JointReading", "read_jointly"),
    "pbgov.evaluation.demonstrations": (
        "ScanOfNothing",
        "false_findings",
        "scan_of_nothing",
        "simulate_coded_streets",
    ),
    "pbgov.evaluation.recovery": ("audit_simulation", "recovery_table"),
    # exhibits 图表
    "pbgov.exhibits.exhibit": ("Exhibit",),
    "pbgov.exhibits.tables": (
        "table_corpus",
        "table_data_coverage",
        "table_indicators",
        "table_practices",
        "table_scores",
        "table_terms",
    ),
    "pbgov.exhibits.repairs": ("table_repairs", "table_unrepaired"),
    "pbgov.exhibits.formulas": ("figure_formula_status", "table_formulas"),
    "pbgov.exhibits.quantities": ("figure_quantities", "table_claims"),
    "pbgov.exhibits.lexicon": (
        "table_codebook_terms",
        "table_lexicon",
        "table_lexicon_conflicts",
    ),
    "pbgov.exhibits.terms": (
        "table_collocations",
        "table_concordance",
        "table_discovered_terms",
        "table_keywords",
    ),
    "pbgov.exhibits.term_figures": ("figure_dispersion", "figure_keyness"),
    "pbgov.exhibits.concordance": ("view_concordance",),
    "pbgov.exhibits.topics": ("figure_topic_choice", "table_topics"),
    "pbgov.exhibits.networks": ("figure_network",),
    "pbgov.exhibits.similarity": ("figure_similarity",),
    "pbgov.exhibits.timeline": ("figure_change", "figure_timeline"),
    "pbgov.exhibits.agreement": ("figure_agreement", "table_agreement"),
    "pbgov.exhibits.coefficients_of_agreement": (
        "figure_agreement_coefficients",
        "table_agreement_coefficients",
    ),
    "pbgov.exhibits.agreement_of_spans": ("table_agreement_of_spans",),
    "pbgov.exhibits.disagreements": ("table_adjudication", "table_disagreements"),
    "pbgov.exhibits.learned": (
        "figure_calibration",
        "figure_learning_curve",
        "table_learned_coder",
    ),
    "pbgov.exhibits.frameworks": (
        "figure_framework_heatmap",
        "table_crosswalk",
        "table_framework_change",
        "table_framework_ranks",
    ),
    "pbgov.exhibits.estimates": ("table_estimate", "table_recovery"),
    "pbgov.exhibits.declared": ("table_declared_tests",),
    "pbgov.exhibits.rates": ("table_marginal_effects",),
    "pbgov.exhibits.influence": (
        "figure_leave_one_out",
        "table_detectable",
        "table_leave_one_out",
    ),
    "pbgov.exhibits.multiverse": ("figure_specification_curve", "table_multiverse"),
    "pbgov.exhibits.fragility": ("table_fragility",),
    "pbgov.exhibits.coding_error": (
        "figure_naive_corrected",
        "table_differential_error",
        "table_naive_corrected",
    ),
    "pbgov.exhibits.timing": (
        "figure_event_study",
        "figure_interrupted_series",
        "table_adoption",
    ),
    "pbgov.exhibits.configurations": ("table_solutions", "table_truth_table"),
    "pbgov.exhibits.configuration_checks": (
        "table_ceilings",
        "table_joint_reading",
        "table_necessity",
        "table_robustness",
    ),
    "pbgov.exhibits.set_plots": ("figure_xy",),
    "pbgov.exhibits.coefficients": ("figure_coefficients", "figure_recovery"),
    "pbgov.exhibits.figures": ("figure_code_region_heatmap", "figure_codes_by_document"),
    "pbgov.exhibits.districts": ("figure_assessment", "figure_simulated_path"),
    "pbgov.exhibits.maps": ("figure_districts",),
    "pbgov.exhibits.mosaic": ("figure_mosaic",),
    "pbgov.exhibits.missing": ("figure_missing",),
    "pbgov.exhibits.regression_table": ("table_regressions",),
    # report 报告
    "pbgov.reporting.ledger": ("Ledger", "Result"),
    "pbgov.reporting.single": ("write_exhibit",),
    "pbgov.reporting.tracing.trace": ("Trace", "trace"),
    "pbgov.reporting.tracing.back": ("TraceBack", "trace_back"),
    "pbgov.reporting.template_report": ("report_from_template",),
    "pbgov.reporting.claims.checking": ("check_claims",),
    "pbgov.reporting.methods_paragraph": ("MethodsText", "methods_paragraph"),
    "pbgov.reporting.references.source": ("Source",),
    "pbgov.reporting.references.files": ("read_references", "write_references"),
    "pbgov.reporting.references.entry": ("format_reference",),
    "pbgov.reporting.references.bibliography": (
        "Bibliography",
        "format_bibliography",
        "format_citation",
    ),
    # replay 复核
    "pbgov.replay.bundle": ("export_bundle",),
    "pbgov.replay.checking": ("check_bundle",),
    "pbgov.replay.verdict": ("BundleCheck",),
    "pbgov.replay.changes": ("Changes", "what_changed"),
    "pbgov.replay.notebooks": ("NotebookReplay", "compare_notebooks", "replay_notebook"),
    # study 研究
    "pbgov.study": ("Study", "read_study"),
    "pbgov.run": ("run_study", "write_report"),
}

_HOME = {name: module for module, names in PUBLIC.items() for name in names}
__all__ = ["__version__", *_HOME]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'pbgov' has no attribute {name!r}")
    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
