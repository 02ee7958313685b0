//! What is known about names of other packages whose objects models hold.

use super::{
    Known::{Applies, Harmless, LoadsPickle, Made, Rebuild},
    Table,
};

pub(super) const NAMES: Table = &[
    ("dateutil.tz.tz", Harmless, &["tzfile", "tzlocal", "tzoffset", "tzrange", "tzstr", "tzutc"]),
    ("dill._dill", Applies, &["_create_array"]),
    ("dill._dill", Harmless, &["_load_type"]),
    ("hdbscan.dist_metrics", Made, &["newObj"]),
    ("networkx.utils.backends", Rebuild, &["_restore_dispatchable"]),
    ("pendulum.tz.timezone", Rebuild, &["Timezone._unpickle"]),
    ("pytz", Harmless, &["_UTC", "_p"]),
    ("regex._regex", Harmless, &["compile"]),
    ("regex._regex_core", Harmless, &["RegexFlag"]),
    ("shapely.geometry.polygon", Rebuild, &["_unpickle_linearring"]),
    ("shapely.io", Harmless, &["from_wkb"]),
    ("shapely.lib", Harmless, &["from_wkb"]),
    ("spacy.matcher.matcher", Harmless, &["unpickle_matcher"]),
    ("spacy.matcher.phrasematcher", Harmless, &["unpickle_matcher"]),
    ("spacy.morphology", Rebuild, &["unpickle_morphology"]),
    ("spacy.tokens._serialize", Rebuild, &["unpickle_bin"]),
    ("spacy.tokens.doc", LoadsPickle, &["unpickle_doc"]),
    ("spacy.tokens.span_group", Rebuild, &["_unpickle_span_group"]),
    ("spacy.vectors", Rebuild, &["unpickle_vectors"]),
    ("spacy.vocab", Harmless, &["unpickle_vocab"]),
    ("sympy.core.function", Made, &["_rebuild_undef"]),
];
