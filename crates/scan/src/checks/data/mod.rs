//! Checks of data. To add one: a new file here, its `mod` line, its line in the table.

mod conflicting_labels;
mod hidden_instructions;
mod missing_labels;
mod train_test_overlap;
mod undeclared_data;
mod undeclared_personal_data;
mod undeclared_provenance;

use super::InputCheck;

pub(super) static CHECKS: &[&InputCheck] = &[
    &conflicting_labels::ConflictingLabels,
    &hidden_instructions::HiddenInstructions,
    &missing_labels::MissingLabels,
    &train_test_overlap::TrainTestOverlap,
    &undeclared_data::UndeclaredData,
    &undeclared_personal_data::UndeclaredPersonalData,
    &undeclared_provenance::UndeclaredProvenance,
];
