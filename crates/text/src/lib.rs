//! Judges text: detectors of injection, personal data, secrets, hidden text and code that runs, over what the text says and
//! over what it says once its disguises are taken off. It knows no file and no policy of a deployment: text and its origin
//! in, findings with their place, and a verdict out.

mod argument;
mod classifier;
mod detect;
pub mod injection;
mod inspect;
mod redact;
mod view;

pub use argument::{
    PathTraversal, Refusal, ServerRequest, ShellInjection, SqlInjection, Statements, argument_detectors,
};
pub use classifier::Opinion;
#[cfg(feature = "onnx")]
pub use classifier::{Classifier, ClassifierError, ClassifierFiles};
pub use detect::{
    Detector, Exfiltration, HiddenText, Hit, Instructions, Leak, PersonalData, RunnableCode, Secrets, Sort, Topic,
    TopicError, Topics, all, decodings, entropy, gibberish,
};
pub use inspect::{Explained, Found, Inspector, Judgement, Options, Stream, Verdict, descriptions};
pub use palisade_base::Origin;
pub use redact::{Action, Key, Redactor, ShortKey, UnknownAction, Vault, kinds};
pub use view::{Limits, Step, View, Views, views};
