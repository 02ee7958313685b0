//! Checks of applications. To add one: a new file here, its `mod` line, its line in the table.

mod hardcoded_secret;
mod input_in_system_prompt;
mod model_output_execution;
mod remote_code;
mod sql_from_input;
mod unconfirmed_tool;
mod unpinned_model;
mod unpinned_tool;
mod unsafe_deserialisation;

use super::InputCheck;
use crate::engine::MOST;

pub(super) static CHECKS: &[&InputCheck] = &[
    &hardcoded_secret::HardcodedSecret,
    &input_in_system_prompt::InputInSystemPrompt,
    &model_output_execution::ModelOutputExecution,
    &remote_code::RemoteCode,
    &sql_from_input::SqlFromInput,
    &unconfirmed_tool::UnconfirmedTool,
    &unpinned_model::UnpinnedModel,
    &unpinned_tool::UnpinnedTool,
    &unsafe_deserialisation::UnsafeDeserialisation,
];

/// The last part of a path, and what stands behind its last dot.
fn name_and_extension(path: &str) -> (&str, &str) {
    let name = path.rsplit('/').next().unwrap_or_default();
    (name, name.rsplit_once('.').map_or("", |(_, extension)| extension))
}
