//! Checks of models. To add one: a new file here, its `mod` line, its line in the table.

mod abnormal_weights;
mod archive_escape;
mod config_call;
mod disguised_model;
mod embedded_code;
mod external_weights_path;
mod malformed_model;
mod metadata_payload;
mod pickle_call;
mod shard_mismatch;
mod signature_mismatch;
mod template_backdoor;
mod template_escape;
mod undeclared_model;
mod unsafe_operator;
mod unsafe_weights_format;
mod unsigned_weights;

use super::InputCheck;

pub(super) static CHECKS: &[&InputCheck] = &[
    &abnormal_weights::AbnormalWeights,
    &archive_escape::ArchiveEscape,
    &config_call::ConfigCall,
    &disguised_model::DisguisedModel,
    &embedded_code::EmbeddedCode,
    &external_weights_path::ExternalWeightsPath,
    &malformed_model::MalformedModel,
    &metadata_payload::MetadataPayload,
    &pickle_call::PickleCall,
    &shard_mismatch::ShardMismatch,
    &signature_mismatch::SignatureMismatch,
    &template_backdoor::TemplateBackdoor,
    &template_escape::TemplateEscape,
    &undeclared_model::UndeclaredModel,
    &unsafe_operator::UnsafeOperator,
    &unsafe_weights_format::UnsafeWeightsFormat,
    &unsigned_weights::UnsignedWeights,
];
