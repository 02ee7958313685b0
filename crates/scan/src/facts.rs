//! What is known about the system besides the file at hand: the manifest, where there is one.

use palisade_base::{
    Component,
    system::{Data, System},
};

/// What checks may know besides the file at hand.
#[derive(Clone, Copy, Debug, Default)]
pub struct Facts<'a> {
    /// The manifest, if one was found.
    pub system: Option<&'a System>,
}

impl<'a> Facts<'a> {
    /// The declared data set that a file belongs to, by its path relative to the project.
    pub fn data_at(&self, project_path: &str) -> Option<&'a Data> {
        self.system.and_then(|system| system.data_at(project_path))
    }

    /// The component that a file is declared to belong to.
    pub fn component_at(&self, project_path: &str) -> Option<Component> {
        self.system.and_then(|system| system.component_at(project_path))
    }
}
