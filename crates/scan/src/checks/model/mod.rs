//! Checks of models. To add one: a new file here, its `mod` line, its line in the table.

mod disguised_model;
mod external_weights_path;
mod pickle_call;
mod signature_mismatch;
mod template_escape;
mod undeclared_model;
mod unsafe_weights_format;
mod unsigned_weights;

use super::InputCheck;

pub(super) static CHECKS: &[&InputCheck] = &[
    &disguised_model::DisguisedModel,
    &external_weights_path::ExternalWeightsPath,
    &pickle_call::PickleCall,
    &signature_mismatch::SignatureMismatch,
    &template_escape::TemplateEscape,
    &undeclared_model::UndeclaredModel,
    &unsafe_weights_format::UnsafeWeightsFormat,
    &unsigned_weights::UnsignedWeights,
];
