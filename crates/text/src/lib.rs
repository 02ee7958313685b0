//! Detectors over strings: personal data, hidden text, instructions to a model, code that runs, secrets. They know no file and no policy: text
//! in, ranges with a kind and a confidence out.

mod detect;

pub use detect::{
    Detector, HiddenText, Hit, Instructions, PersonalData, RunnableCode, Secrets, all, decodings, entropy,
};
