//! Parsed inputs of infrastructure: one view of what runs, whether a compose file, a Kubernetes manifest or a Dockerfile
//! says so, and one of the settings that a manifest stores.

mod command;
mod image;
mod setting;

use std::ops::Range;

use palisade_base::{Artifact, Evidence, Mask};
use palisade_formats::dockerfile::Piece;

pub(crate) use command::CommandLine;
pub(crate) use image::{Reference, Stability};
pub(crate) use setting::{Setting, Truth, is_false, is_true};

/// One container that is described, with everything that checks ask about.
#[derive(Debug)]
pub struct Workload<'a> {
    /// The file.
    pub(crate) artifact: &'a Artifact,
    /// Its text.
    pub(crate) text: &'a str,
    /// Which kind of file.
    pub(crate) origin: Origin,
    /// What the file calls it.
    pub(crate) name: String,
    /// Where the name stands: the place of what is absent.
    pub(crate) place: Range<usize>,
    /// What it is for.
    pub(crate) role: Role,
    /// A template engine writes parts of it: what is absent here may come from there.
    pub(crate) partial: bool,
    /// The image that runs; for a Dockerfile, the one that its last stage is built on.
    pub(crate) image: Option<ImageUse>,
    /// Every image that it needs: for a Dockerfile, of all stages.
    pub(crate) images: Vec<ImageUse>,
    /// Entry point and arguments.
    pub(crate) command: CommandLine,
    /// What a Dockerfile runs while it builds.
    pub(crate) build: Vec<CommandLine>,
    /// Environment variables.
    pub(crate) environment: Vec<Setting>,
    /// More environment variables come from a file or an object that is not here.
    pub(crate) hidden_environment: bool,
    /// Ways in.
    pub(crate) openings: Vec<Opening>,
    /// Who it runs as.
    pub(crate) user: User,
    /// What sets it apart from an ordinary container.
    pub(crate) privileges: Vec<Privilege>,
    /// Files and volumes from outside.
    pub(crate) mounts: Vec<Mount>,
    /// Files that a Dockerfile copies from the build context.
    pub(crate) copies: Vec<Piece>,
    /// What it may use up.
    pub(crate) resources: Resources,
}

/// Which kind of file describes a workload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// A compose file.
    Compose,
    /// A Kubernetes manifest.
    Kubernetes,
    /// A Dockerfile.
    Dockerfile,
}

/// What a workload is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// It runs as long as the system does.
    Serves,
    /// It runs to completion before or beside it: init containers, jobs.
    Prepares,
    /// Only a way in is described; what stands behind it is in another file.
    Unseen,
}

/// An image that is named.
#[derive(Clone, Debug)]
pub(crate) struct ImageUse {
    /// The name as written, and where.
    pub(crate) written: Piece,
    /// Its parts, defaults of variables filled in; `None` if its path is unknown.
    pub(crate) reference: Option<Reference>,
    /// Whether all of it is known, the tag included.
    pub(crate) settled: bool,
    /// The file builds it: the name is a result, not a source.
    pub(crate) built: bool,
}

/// A way in from outside the container's own network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Opening {
    /// Ports inside the container; `None` for all of them.
    pub(crate) ports: Option<(u16, u16)>,
    /// What opens it.
    pub(crate) how: How,
    /// Who gets through.
    pub(crate) reach: Reach,
    /// Where the file says so.
    pub(crate) span: Range<usize>,
}

/// What opens a way in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    /// A published port of a compose service.
    Ports,
    /// The host's own network.
    HostNetwork,
    /// A port of the node.
    HostPort,
    /// A Kubernetes Service on every node.
    NodePort,
    /// A Kubernetes Service with an address of its own.
    LoadBalancer,
    /// A Kubernetes Ingress or HTTP route.
    Ingress,
    /// `EXPOSE` in a Dockerfile: meant to be reached, published elsewhere.
    Exposed,
}

/// Who gets through an opening.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Whoever reaches the host.
    Anyone,
    /// Some networks only.
    Restricted,
    /// The host itself, or callers that something in front has authenticated.
    Guarded,
    /// The address is not known.
    Unknown,
}

/// Who a container runs as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum User {
    /// Root, and the file says so here.
    Root(Range<usize>),
    /// Nothing is said, so the image decides; root unless it was built otherwise.
    Unsaid,
    /// Not root.
    Ordinary,
    /// The file leaves it open in a way that cannot be judged.
    Unknown,
}

/// Something that an ordinary container does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Privilege {
    /// What.
    pub(crate) kind: PrivilegeKind,
    /// Where the file says so.
    pub(crate) span: Range<usize>,
}

/// What sets a container apart from an ordinary one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PrivilegeKind {
    /// Everything.
    Privileged,
    /// A namespace of the host: `network`, `pid`, `ipc`, `user`.
    Host(&'static str),
    /// A Linux capability, without `CAP_`.
    Capability(String),
    /// Processes may gain privileges.
    Escalation,
    /// A confinement that is off: `seccomp`, `apparmor`, `label`.
    Unconfined(&'static str),
    /// A build step outside the sandbox.
    InsecureBuild,
}

/// A file or volume from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mount {
    /// The path on the host, or the name of a volume.
    pub(crate) source: String,
    /// Whether the source is a path on the host.
    pub(crate) from_host: bool,
    /// The path in the container.
    pub(crate) target: String,
    /// Whether the container cannot write to it.
    pub(crate) read_only: bool,
    /// Where the file says so.
    pub(crate) span: Range<usize>,
}

/// What a workload may use up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Resources {
    /// There is a limit on memory.
    pub(crate) memory_limit: bool,
    /// It asks for a GPU.
    pub(crate) accelerator: bool,
}

/// What a `Secret` or a `ConfigMap` stores.
#[derive(Debug)]
pub struct Settings<'a> {
    /// The file.
    pub(crate) artifact: &'a Artifact,
    /// Its text.
    pub(crate) text: &'a str,
    /// `Secret` or `ConfigMap`.
    pub(crate) kind: &'static str,
    /// What the file calls it.
    pub(crate) name: String,
    /// Names and values, decoded.
    pub(crate) values: Vec<Setting>,
}

impl Workload<'_> {
    /// Evidence at a place of the file.
    pub(crate) fn evidence(&self, span: &Range<usize>, label: impl Into<std::borrow::Cow<'static, str>>) -> Evidence {
        Evidence::text(self.artifact, self.text, span.clone(), Mask::No, label)
    }

    /// The variable called `name`: the last one, as containers see it.
    pub(crate) fn variable(&self, name: &str) -> Option<&Setting> {
        self.environment.iter().rev().find(|setting| setting.name.text == name)
    }

    /// What a reader calls it: `service`, `container` or `image` with its name.
    pub(crate) fn title(&self) -> String {
        let what = match (self.origin, self.role) {
            (Origin::Kubernetes, Role::Unseen) => "Service",
            (Origin::Compose, _) => "service",
            (Origin::Kubernetes, _) => "container",
            (Origin::Dockerfile, _) => return "the image".to_owned(),
        };
        format!("{what} `{}`", self.name)
    }
}
