//! Checks of infrastructure. To add one: a new file here, its `mod` line, its line in the table.

mod default_credentials;
mod exposed_service;
mod privileged_container;
mod remote_code_server;
mod root_container;
mod secret_in_environment;
mod unlimited_resources;
mod unpinned_image;
mod writable_model_store;

use super::InputCheck;

pub(super) static CHECKS: &[&InputCheck] = &[
    &default_credentials::DefaultCredentials,
    &exposed_service::ExposedService,
    &privileged_container::PrivilegedContainer,
    &remote_code_server::RemoteCodeServer,
    &root_container::RootContainer,
    &secret_in_environment::SecretInEnvironment,
    &unlimited_resources::UnlimitedResources,
    &unpinned_image::UnpinnedImage,
    &writable_model_store::WritableModelStore,
];
